"""`titer migrate --from sqlite --to postgres`: a whole installation to the other kind of database, and back.

Everything is copied in one transaction of the new database: every table, the ledger with its leaves and checkpoints,
the outbox and its cursors, counters, credentials. The triggers are made after the rows, so a move writes no entry for
any of them, and one that tells of itself. Then both places are read again and compared row by row, and the new one
is verified. The configuration is switched last, by one rename: until then the old place is whole and in use, and the
move may be made again. The witnesses stay where they are and see one ledger go on (docs/decisions/0008).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.exc import OperationalError

from titer.app import store
from titer.app.config import Config, load, write
from titer.app.history import History, version_table
from titer.app.keeping import credential_key, lock, open_sealer, open_vault
from titer.app.layers import import_tables
from titer.app.platform import Platform, open_platform
from titer.base.clock import Clock
from titer.base.errors import Conflict, IntegrityFault, Refused
from titer.record import Actor, Base, Record, database, postgres, schema, sqlite
from titer.record import identity as identity_module
from titer.record.model import LedgerEntry
from titer.record.verify import Verdict, verify_store

NEW_FILE, OLD_FILE = "titer.db.new", "titer-before-the-move.db"
_PAGE = 2000


@dataclass(frozen=True)
class Moved:
    """What a move did.

    Attributes:
        before, after: kinds of database.
        tables, rows: that were copied, and found equal in both places.
        entries: of the ledger that was moved.
        root: of its tree, computed anew in both places.
        verdict: the verification of the new place, with the entry that tells of the move.
        old: where the old database is kept.
    """

    before: str
    after: str
    tables: int
    rows: int
    entries: int
    root: str
    verdict: Verdict
    old: str


Progress = Callable[[str], None]
"""Told what is being done."""


def move(
    folder: Path,
    *,
    to: str | None,
    owner: str | None = None,
    clock: Clock | None = None,
    progress: Progress = lambda _: None,
) -> Moved:
    """Move an installation to another database; nobody may use it meanwhile.

    Args:
        folder: of the installation.
        to: the new database's address, with the role that Titer is to run as; None for the embedded file.
        owner: of the tables, where the new database is PostgreSQL.
        clock: the server clock; the system's if left out.
        progress: told what is being done.

    Raises:
        Refused: if the record does not hold where it is; what was tampered with is not carried elsewhere.
        Conflict: if it is there already, or the new database is not empty.
        Unavailable: if the installation is in use, or a server does not answer.
        IntegrityFault: if the two places differ afterwards; the old one stays in use.
    """
    held = lock(folder)
    try:
        config = load(folder)
        if (to is None) == (config.database is None):
            raise Conflict(f"The installation in {folder} is on {_kind(config)} already.")
        if to is not None:
            postgres.address(to)
        progress("Verifying the record where it is")
        source = open_platform(folder, clock=clock, exclusive=False)
        try:
            with _alone(source):
                ledger = _settled(source)
                target = store.new(folder, replace(config, database=to), source.vault)
                with _made(source, target, owner) as engine:
                    progress("Copying every table")
                    made = _copied(source, engine, target, ledger)
                progress("Comparing the two places")
                rows = _proven(source, target, made, ledger)
        finally:
            source.close()
        old = _switched(folder, config, target)
    finally:
        os.close(held)
    if target.database is not None:
        store.finished(folder, target, open_vault(folder, target), owner)
    progress("Verifying the record where it is now")
    verdict = _verified(folder, clock)
    return Moved(_kind(config), _kind(target), len(_tables()), rows, *ledger, verdict, old)


def _kind(config: Config) -> str:
    return "SQLite" if config.database is None else "PostgreSQL"


@contextmanager
def _alone(platform: Platform) -> Iterator[None]:
    """No hub on another machine writes to the source."""
    if platform.config.database is None:
        yield
        return
    kept = store.hold(platform.record.engine)
    try:
        yield
    finally:
        kept.close()


def _settled(platform: Platform) -> tuple[int, str]:
    """Everything sealed and verified where it is: size and root of the ledger."""
    platform.sealer.resume()
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    if not verdict.holds:
        raise Refused(
            "The record does not hold where it is, so it is not moved.",
            why=verdict.first_fault or "",
            do="Find out what happened, or restore a backup; then move it.",
        )
    return verdict.entries, verdict.root


@contextmanager
def _made(source: Platform, target: Config, owner: str | None) -> Iterator[Engine]:
    """An engine of who makes the tables in the new place."""
    if target.database is None:
        for name in (NEW_FILE, f"{NEW_FILE}-wal", f"{NEW_FILE}-shm"):
            (source.folder / name).unlink(missing_ok=True)
        engine = sqlite.engine(source.folder / NEW_FILE)
    else:
        engine = store.owner_engine(source.folder, target, source.vault, owner)
    try:
        yield engine
    except OperationalError as error:
        raise store.unreachable(error) from error
    finally:
        engine.dispose()


def _tables() -> list[Table]:
    """Every table, what is referred to first, and Alembic's bookmark."""
    import_tables()
    return [*Base.metadata.sorted_tables, version_table()]


def _record(source: Platform, engine: Engine) -> Record:
    """A record on the new place, with the clocks and ids of the source."""
    record = Record(
        engine,
        source.record.content,
        clock=source.record.clock,
        process_clock=source.record.process_clock,
        ids=source.record.ids,
        secret=credential_key(source.folder, source.vault),
    )
    record.register_actions(identity_module.ACTIONS)
    return record


def _copied(source: Platform, engine: Engine, target: Config, ledger: tuple[int, str]) -> str:
    """Tables, rows, triggers, rights and the entry about it all, in one transaction.

    Returns:
        The id of the row of record_schema that the entry is about.
    """
    kind, record = database.of(engine), _record(source, engine)
    with source.record.reading() as session:
        installation = source.record.installation(session).id
    told = f"from {_kind(source.config)} to {_kind(target)}: {ledger[0]} entries, root {ledger[1]}"
    with record.action(Actor.timer("titer.migrate"), "record.move", reason=told) as unit:
        connection = unit.session.connection()
        if target.database is not None:
            store.clear_unfinished(connection, installation)
            store.require_fit(connection)
        version_table().create(connection)

        def fill() -> None:
            with source.record.reading() as session:
                for table in _tables():
                    kind.load(connection, table, _bare(session.connection(), table, kind))

        schema.make(connection, fill)
        if target.database is not None:
            schema.grant(connection, store.runtime_role(target))
            store.mark_unfinished(connection, installation, ledger[0] + 1)
        return unit.add(schema.log_fingerprint(record, unit.session, History().head)).id


def _bare(connection: Connection, table: Table, kind: database.Database) -> Iterator[list[Any]]:
    """The rows of a table as a database takes them, in the order of its key; none is read into an object."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    convert = [kind.given(column.type) for column in table.columns]
    found = connection.execution_options(yield_per=_PAGE).exec_driver_sql(
        f'SELECT {names} FROM "{table.name}" ORDER BY {key}'  # noqa: S608
    )
    for row in found:
        yield [None if cell is None else to(cell) for to, cell in zip(convert, row, strict=True)]


def _proven(source: Platform, target: Config, made: str, ledger: tuple[int, str]) -> int:
    """Every row of every table equal in both places, and the new one verified; no witness hears of it yet.

    Args:
        source: the place that is in use.
        target: configuration of the new one.
        made: the id of the only row that the new place has more, beside its entry and that one's tally.
        ledger: size and root that were moved.

    Returns:
        How many rows were compared.

    Raises:
        IntegrityFault: if the new place does not have what the old one has.
    """
    engine = (
        sqlite.engine(source.folder / NEW_FILE)
        if target.database is None
        else store.engine(source.folder, target, source.vault)
    )
    try:
        record, rows = _record(source, engine), 0
        with source.record.reading() as here, record.reading() as there:
            of_move = there.scalars(select(LedgerEntry.seq).where(LedgerEntry.record_id == made)).one()
            own = {"ledger_entry": made, "record_schema": made, "ledger_tally": of_move}
            for table in _tables():
                count, digest = _digest(here.connection(), table)
                if (count, digest) != _digest(there.connection(), table, own):
                    raise IntegrityFault(
                        f"The table {table.name} differs between the two places, so the old one stays in use.",
                        do="Look at the database servers' logs, and try again.",
                    )
                rows += count
        sealer = open_sealer(source.folder, target, record, source.vault)
        verdict = verify_store(record, sealer, source.verifiers, sealing=False)
        if not verdict.holds or (verdict.entries, verdict.root) != ledger:
            raise IntegrityFault(
                "The record does not hold in the new place, so the old one stays in use.",
                why=verdict.first_fault or f"Its root is {verdict.root}, not {ledger[1]}.",
                do="Look at the database servers' logs, and try again.",
            )
        return rows
    finally:
        engine.dispose()


_MOVED_BY = {"ledger_entry": "record_id", "record_schema": "id", "ledger_tally": "last_seq"}
"""By table, the column that tells the row that the move itself adds."""


def _digest(
    connection: Connection, table: Table, own: Mapping[str, object] = MappingProxyType({})
) -> tuple[int, str]:
    """Number of rows of a table and SHA-256 over them in the order of its key, the move's own row left out."""
    made = own.get(table.name)
    place = [column.name for column in table.columns].index(_MOVED_BY[table.name]) if made is not None else 0
    hashed, count = hashlib.sha256(), 0
    for row in _bare(connection, table, database.of_name("sqlite")):
        if made is not None and row[place] == made:
            continue
        cells = [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]
        hashed.update(repr(cells).encode())
        count += 1
    return count, hashed.hexdigest()


def _switched(folder: Path, config: Config, target: Config) -> str:
    """Use the new place from now on; where the old one is kept."""
    if target.database is None:
        (folder / NEW_FILE).replace(folder / "titer.db")
        write(folder, target)
        for name in (store.KEY_FILE, store.PASSWORD_FILE):
            (folder / "keys" / name).unlink(missing_ok=True)
        return config.database or ""
    write(folder, target)
    for end in ("", "-wal", "-shm"):
        old = folder / f"titer.db{end}"
        if old.exists():
            old.replace(folder / f"{OLD_FILE}{end}")
    return str(folder / OLD_FILE)


def _verified(folder: Path, clock: Clock | None) -> Verdict:
    """The new place sealed and verified, as it is used from now on."""
    platform = open_platform(folder, clock=clock)
    try:
        platform.sealer.seal()
        return verify_store(platform.record, platform.sealer, platform.verifiers)
    finally:
        platform.close()
