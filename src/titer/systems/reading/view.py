"""A view of another system's database: one SELECT of all its columns, in a transaction that cannot write."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import column, quoted_name, table

from titer.base.errors import NotFound, Unavailable
from titer.systems.mapping import Row
from titer.systems.reading.given import Bounds, Part, Reading, text_of, too_many

_PASSWORDS = ("password", "passwd", "pwd", "sslpassword", "passfile")


class ViewSettings(BaseModel):
    """Where the view is.

    Args:
        url: of the database, without its password: that is the source's secret.
        view: its name, as it is; nothing of SQL is taken from anybody.
        schema_name: that it lies in, where it is not the default one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str = Field(min_length=1, max_length=1000)
    view: str = Field(min_length=1, max_length=128)
    schema_name: str | None = Field(default=None, min_length=1, max_length=128)

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        address(url)
        return url


def address(url: str) -> URL:
    """The address of a database that can be read.

    Raises:
        ValueError: if it is none, bears a password, or is of a kind that was never tried.
    """
    try:
        found = make_url(url)
    except ArgumentError as error:
        raise ValueError("this is no address of a database: sqlite:////srv/lims.db") from error
    if found.password or any(name in found.query for name in _PASSWORDS):
        raise ValueError("the password stands in the address: give it as the source's secret")
    kind = found.get_backend_name()
    if kind == "sqlite":
        if found.query or not found.database or found.database.startswith(("file:", ":memory:")):
            raise ValueError("name the database's file: sqlite:////srv/lims.db")
        return found.set(drivername="sqlite")
    if kind == "postgresql":
        if "options" in found.query:
            raise ValueError("an address bears no options of the server")
        return found.set(drivername="postgresql+psycopg")
    raise ValueError(f"a database of the kind {kind} was never tried; SQLite and PostgreSQL were")


def read_view(settings: ViewSettings, secret: str, bounds: Bounds) -> Reading:
    """All rows of the view.

    Raises:
        Unavailable: if the database does not answer.
        NotFound: if it has no such view.
        Refused: if it is Titer's own.
        Invalid, TooLarge: if a cell is no text, or there are too many rows.
    """
    url = address(settings.url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        bounds.require_foreign(Path(str(url.database)))
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        raise Unavailable(f"There is no database {url.database}.", do="Is its share mounted?")
    engine = _engine(url.set(password=secret) if secret else url, bounds)
    try:
        with engine.connect() as connection, _reading_only(connection):
            names = _columns(connection, settings)
            where = table(
                quoted_name(settings.view, quote=True),
                schema=quoted_name(settings.schema_name, quote=True) if settings.schema_name else None,
            )
            wanted: Any = select(*(column(quoted_name(name, quote=True)) for name in names)).select_from(
                where
            )
            found = connection.execute(wanted.limit(bounds.rows + 1)).all()
    except NoSuchTableError as error:
        raise NotFound(f"The database shows no view {settings.view}.", why=shown) from error
    except SQLAlchemyError as error:
        raise Unavailable(
            f"The database {shown} does not answer as it should.",
            why=str(getattr(error, "orig", None) or error).splitlines()[0],
        ) from error
    finally:
        engine.dispose()
    too_many(len(found), bounds.rows, "rows")
    rows = tuple(_rows(names, found))
    raw = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    too_many(len(raw), bounds.size, "bytes")
    return Reading((Part(f"{shown} {settings.view}", raw, rows),), "application/jsonl")


def _engine(url: URL, bounds: Bounds) -> Engine:
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database)).absolute().as_uri()
        # By a URI, since only so SQLite itself refuses to write.
        return create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(f"{path}?mode=ro", uri=True, timeout=bounds.seconds),
            poolclass=NullPool,
        )
    given = {
        "connect_timeout": int(bounds.seconds),
        "application_name": "titer",
        "options": f"-c default_transaction_read_only=on -c statement_timeout={int(bounds.seconds * 1000)}",
    }
    return create_engine(url, connect_args=given, poolclass=NullPool)


@contextmanager
def _reading_only(connection: Connection) -> Iterator[None]:
    """A transaction in which the database itself refuses to write, and every row is of one moment."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA query_only = ON"))
        yield
        return
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    yield


def _columns(connection: Connection, settings: ViewSettings) -> list[str]:
    """The view's columns, so that one that nobody mapped is seen."""
    found = inspect(connection).get_columns(settings.view, schema=settings.schema_name)
    names = [str(one["name"]) for one in found]
    if not names:
        raise NotFound(f"The database shows no view {settings.view}.")
    return names


def _rows(names: list[str], found: Any) -> Iterator[Row]:
    for number, row in enumerate(found, 1):
        yield {
            name: text_of(value, f"row {number}, column {name}")
            for name, value in zip(names, row, strict=True)
        }
