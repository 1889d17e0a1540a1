"""What may be done behind Titer's back by who owns the database: the embedded file's owner, a server's superuser."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.pool import NullPool
from tests.postgresql import Server

from titer.app.config import load, write

SUPERUSER = "postgres"
_names = itertools.count(1)


@contextmanager
def trespassing(place: Engine | Path) -> Iterator[Connection]:
    """A connection of who owns the database and may do anything there; what was done is committed at the end.

    The triggers stand in the owner's way too, until they are dropped, or `unguarded`.

    Args:
        place: Titer's own engine, or the folder of an installation that nobody has open.
    """
    if isinstance(place, Engine):
        url = place.url
    else:
        told = load(place).database
        url = make_url(told).set(drivername="postgresql+psycopg") if told else _file(place)
    embedded = url.get_backend_name() == "sqlite"
    if embedded and isinstance(place, Engine):  # it knows the functions that the triggers call
        with place.begin() as connection:
            yield connection
        return
    owner = create_engine(url if embedded else url.set(username=SUPERUSER), poolclass=NullPool)
    with owner.begin() as connection:
        yield connection
    owner.dispose()


def _file(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / "titer.db"))


@contextmanager
def unguarded(connection: Connection, table: str) -> Iterator[None]:
    """A table without its triggers, which are put back exactly as they were."""
    if connection.dialect.name == "sqlite":
        kept = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).all()
        for name, _ in kept:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for _, made in kept:
            connection.exec_driver_sql(made)
        return
    names = (
        connection.exec_driver_sql(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'", (table,)
        )
        .scalars()
        .all()
    )
    for name in names:
        connection.exec_driver_sql(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
    yield
    for name in names:
        connection.exec_driver_sql(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"')


class Copies:
    """Copies of installations as they lie there, on either database; a copied database is dropped at the end."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, source: Path, target: Path) -> Path:
        """Copy an installation that nobody has open, its database with it, to a folder that is not there yet."""
        shutil.copytree(source, target)
        config = load(source)
        if config.database is not None:
            url = make_url(config.database)
            server, name = Server(Path(str(url.query["host"]))), f"copied_{next(_names)}"
            server.run(f"CREATE DATABASE {name} TEMPLATE {url.database} STRATEGY FILE_COPY")
            self._stack.callback(server.run, f"DROP DATABASE {name} WITH (FORCE)")
            write(target, replace(config, database=url.set(database=name).render_as_string()))
        return target

    def roll_back(self, folder: Path, to: Path) -> None:
        """Put the rows of an earlier copy in place of those of an installation that nobody has open."""
        config = load(folder)
        if config.database is None:
            for name in ("titer.db-wal", "titer.db-shm"):
                (folder / name).unlink(missing_ok=True)
            shutil.copy(to / "titer.db", folder / "titer.db")
        else:
            write(folder, replace(config, database=load(to).database))


@contextmanager
def copies() -> Iterator[Copies]:
    """What copies installations for a test or a module."""
    with ExitStack() as stack:
        yield Copies(stack)
