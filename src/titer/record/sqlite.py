"""SQLite as the record's database: connections, write transactions, and the triggers that write the ledger.

Everything that is particular to SQLite is here, so that PostgreSQL is a second file like this one and not a
second design. `recursive_triggers` is on because INSERT OR REPLACE skips the delete triggers otherwise; a
connection that has not registered the functions below cannot write a regulated table at all.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from functools import cache
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement
from sqlalchemy.types import TypeEngine

from titer.base.canonical import canonical_decimal
from titer.base.errors import IntegrityFault, Unavailable
from titer.record import damage
from titer.record.database import Entered, Opening, Slot, class_sql, event_sql, folded, hold_sql, sent, slot
from titer.record.due import is_over
from titer.record.errors import translate

NAME = "SQLite"
_PAGE = 1000
WRITE = "titer_write"
ONE_WRITER = True
ACTION = {WRITE: True}
OPERATIONAL = {WRITE: True}
READING: dict[str, Any] = {}
RAW_BODY = "CAST(body AS BLOB)"
_CHUNK = 4096
_TOGETHER = 100
"""Rows of one statement; with 300 columns they would be as many values as SQLite takes."""
LOG_BYTES = 16_000_000
"""How long the write-ahead log grows before it is moved into the database file: four times SQLite's own measure.

The pages at the ends of the ledger and its indices change with every action, and are then moved once for four
times as many; a reader looks a page up in the log at one go as long as that has no more than 4,062 pages of 4 KiB.
"""


def engine(path: Path) -> Engine:
    """An engine on the file; write transactions begin IMMEDIATE, reads see one snapshot."""
    made = create_engine(
        f"sqlite:///{path}", poolclass=QueuePool, pool_size=16, max_overflow=32, connect_args={"timeout": 30}
    )
    event.listen(made, "connect", _on_connect)
    event.listen(made, "begin", _on_begin)
    return made


def open_action(connection: Connection, opening: Opening) -> None:
    """Give the connection's functions the open action's entry writer."""
    slot(connection).open(opening)


def entered(connection: Connection, action: str) -> Entered | None:
    """What the open action has entered: nobody else writes meanwhile, so its entries are the last ones.

    The bodies were hashed when they were composed. That all of them are in the ledger and no other is seen from
    where the last entry that is not the action's stands; only if a write was undone meanwhile are they read back.

    Raises:
        IntegrityFault: if the ledger holds an entry under the action's name that was not composed for it.
    """
    leaves = slot(connection).leaves
    if not leaves:
        return None
    head = f'{{"action":"{action}",'
    with closing(_driver(connection).cursor()) as cursor:
        first, *before = cursor.execute(_ENDS, (len(head), head, len(leaves) - 1)).fetchall() or [(0, 0)]
        if not first[1] or (before and before[0][1]):
            return _read_back(cursor, head.encode(), leaves)
        last = cursor.execute("SELECT max(seq) FROM ledger_entry").fetchone()[0]
    return Entered(first[0], last, len(leaves), folded(leaves))


_ENDS = "SELECT seq, substr(body, 1, ?) = ? FROM ledger_entry ORDER BY seq DESC LIMIT 2 OFFSET ?"
"""The entry that is as far from the end as the action's first one should be, and the one before it."""


def _read_back(cursor: sqlite3.Cursor, head: bytes, composed: list[bytes]) -> Entered | None:
    """What is in the ledger of the entries that an action composed, after some of its writes were undone."""
    seqs, leaves = list[int](), list[bytes]()
    for seq, body in cursor.execute(f"SELECT seq, {RAW_BODY} FROM ledger_entry ORDER BY seq DESC"):
        if not body.startswith(head):
            break
        seqs.append(seq)
        leaves.append(sha256(b"\x00" + body).digest())
    known = set(composed)
    strange = next((place for place, leaf in enumerate(leaves) if leaf not in known), None)
    if strange is not None:
        raise IntegrityFault(
            f"Entry {seqs[strange]:,} was not written by the triggers, so nothing of this action is kept.",
            do="Find out what writes into the ledger itself.",
        )
    return Entered(seqs[-1], seqs[0], len(seqs), folded(leaves[::-1])) if seqs else None


def _driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, for what is asked once an action or a row."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("this is no connection to SQLite")
    return driver


def before_create(connection: Connection) -> None:
    """Nothing has to be there before the tables."""


def create_tables(connection: Connection, metadata: MetaData) -> None:
    """Make the tables of the metadata and their indices; none of them is there."""
    for table in metadata.sorted_tables:
        for statement in _statements(table):
            connection.exec_driver_sql(statement)


@cache
def _statements(table: Table) -> tuple[str, ...]:
    indices = sorted(table.indexes, key=lambda one: str(one.name))
    elements: list[ExecutableDDLElement] = [CreateTable(table), *map(CreateIndex, indices)]
    return tuple(str(element.compile(dialect=dialect())) for element in elements)


def after_create(connection: Connection) -> None:
    """Nothing belongs into an empty database but tables and triggers."""


def _on_connect(dbapi: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    dbapi.isolation_level = None
    holder = Slot()
    entry.info["titer_slot"] = holder
    dbapi.create_function("titer_open", 0, lambda: 1 if holder.writer else 0)
    dbapi.create_function("titer_entry", 5, _entry_function(holder))
    dbapi.create_function("titer_over", 2, lambda since, years: int(is_over(since, years, holder.times[0])))
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "recursive_triggers=ON",
        "foreign_keys=ON",
        "trusted_schema=ON",
        "busy_timeout=30000",
        # Titer moves the log into the database itself (`after_commit`): SQLite's own way drops the errors.
        "wal_autocheckpoint=0",
        "journal_size_limit=0",
        "cell_size_check=ON",
        # A statement's own undo journal, which triggers that may abort need, in memory: no durability lies there.
        "temp_store=MEMORY",
    ):
        dbapi.execute(f"PRAGMA {pragma}")


def _entry_function(holder: Slot) -> Callable[..., str | None]:
    """What composes a row's entry, and hashes it; it says nothing where no action is open."""

    def titer_entry(
        record_type: str, record_id: str, version: int, before: str | None, after: str | None
    ) -> str | None:
        if holder.writer is None:
            return None
        body = holder.writer(record_type, record_id, version, before, after)
        holder.leaves.append(sha256(b"\x00" + body.encode()).digest())
        return body

    return titer_entry


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def image_sql(table: Table, row: str) -> str:
    """SQL for a row's canonical JSON image: columns sorted by name; strings, integers, booleans, null.

    Args:
        table: a regulated table.
        row: `NEW`, `OLD` or an alias.
    """
    parts = []
    for column in sorted(table.columns, key=lambda item: item.name):
        reference = f'{row}."{column.name}"'
        if isinstance(column.type, Boolean):
            # Any other number is said as it is: an image that called it null would hide it from verification.
            cases = f"WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote({reference})"
            reference = f"json(CASE {reference} {cases} END)"
        parts.append(f"'{column.name}',{reference}")
    return f"json_object({','.join(parts)})"


def triggers(
    table: Table, *, append_only: bool, immutable: tuple[str, ...], never_deleted: str = ""
) -> list[str]:
    """The trigger statements of one regulated table; `never_deleted` is why no row of it ever goes."""
    name = table.name
    new, old = image_sql(table, "NEW"), image_sql(table, "OLD")
    refuse = "RAISE(ABORT, 'titer: no action is open, so nothing may be written')"
    guard = f"SELECT {refuse} WHERE titer_open() = 0;"
    # New rows are the most: where no action is open `titer_entry` says nothing, and no other question is asked.
    insert = (
        f"CREATE TRIGGER titer_{name}_insert AFTER INSERT ON {name} BEGIN "
        f"SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; "
        f"INSERT INTO ledger_entry(body) VALUES "
        f"(coalesce(titer_entry('{name}', NEW.id, NEW.version, NULL, {new}), {refuse})); END"
    )
    if append_only:
        return [insert, *forbid(name)]
    frozen = " ".join(
        f"SELECT RAISE(ABORT, 'titer: {name}.{column} keeps its first value') "
        f'WHERE NEW."{column}" IS NOT OLD."{column}";'
        for column in ("id", *immutable)
    )
    update = (
        f"CREATE TRIGGER titer_{name}_update AFTER UPDATE ON {name} BEGIN {guard} {frozen} "
        f"SELECT RAISE(ABORT, 'titer: a change raises the version by one') "
        f"WHERE NEW.version <> OLD.version + 1; "
        f"INSERT INTO ledger_entry(body) VALUES "
        f"(titer_entry('{name}', NEW.id, NEW.version, {old}, {new})); END"
    )
    if never_deleted:
        why = f"{name} keeps every row: {never_deleted}".replace("'", "''")
        kept = (
            f"CREATE TRIGGER titer_{name}_no_delete BEFORE DELETE ON {name} BEGIN "
            f"SELECT RAISE(ABORT, 'titer: {why}'); END"
        )
        return [insert, update, kept]
    delete = (
        f"CREATE TRIGGER titer_{name}_delete AFTER DELETE ON {name} BEGIN {guard} "
        f"SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') "
        f"WHERE EXISTS (SELECT 1 {hold_sql(table, 'OLD')}); "
        f"SELECT RAISE(ABORT, 'titer: {name} has no retention class, so it is kept for ever') "
        f"WHERE NOT EXISTS (SELECT 1 {class_sql(table)}); "
        f"SELECT RAISE(ABORT, 'titer: {name} is kept until its time is over') WHERE EXISTS (SELECT 1 "
        f"{class_sql(table)} AND titer_over({event_sql(table, 'OLD', 'OLD.id')}, r.years) = 0); "
        f"INSERT INTO ledger_entry(body) VALUES "
        f"(titer_entry('{name}', OLD.id, OLD.version + 1, {old}, NULL)); END"
    )
    return [insert, update, delete]


def forbid(name: str) -> list[str]:
    """Triggers that forbid changing and deleting rows of a table."""
    return [
        f"CREATE TRIGGER titer_{name}_no_{verb.lower()} BEFORE {verb} ON {name} BEGIN "
        f"SELECT RAISE(ABORT, 'titer: {name} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def fingerprint(connection: Connection) -> str:
    """SHA-256 over the database's own objects: tables, indexes (SQLite's own too) and triggers.

    SQLite makes two tables of statistics when it likes; nothing else is left out, whatever it is called.
    """
    rows = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, sql FROM sqlite_master "
        "WHERE NOT (type = 'table' AND name = tbl_name AND name IN ('sqlite_stat1', 'sqlite_stat4')) "
        "ORDER BY type, name"
    ).all()
    text = "\n".join("|".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return sha256(text.encode()).hexdigest()


def images(connection: Connection, table: Table, only: str | None = None) -> dict[str, str]:
    """Each row's canonical image by id, as the triggers would write it now; or that of one row `only`."""
    statement = f"SELECT t.id, {image_sql(table, 't')} FROM {table.name} t"
    if only is not None:
        found = connection.exec_driver_sql(f"{statement} WHERE t.id = ?", (only,))
    else:
        found = connection.exec_driver_sql(statement)
    return {row[0]: row[1] for row in found}


def statements(connection: Connection) -> list[str]:
    """The statements that make the database's own objects: tables, then indices, then triggers, by name."""
    order = "CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name"
    found = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL "
        f"AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY {order}"
    )
    return list(found.scalars())


def drop_triggers(connection: Connection, table: str) -> None:
    """Drop all triggers of a table."""
    statement = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    for name in connection.exec_driver_sql(statement, (table,)).scalars().all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def guarded(connection: Connection) -> dict[str, set[str]]:
    """By table, which of INSERT, UPDATE and DELETE its own triggers look at."""
    found: dict[str, set[str]] = {}
    for table, text in connection.exec_driver_sql(
        "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'titer\\_%' ESCAPE '\\'"
    ):
        words = text.split(" BEGIN ", 1)[0].split()
        found.setdefault(table, set()).add(words[4])
    return found


def keep_images(connection: Connection, table: str) -> None:
    """Keep each row's image and version as they are before a migration changes the table."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS temp.titer_before")
    connection.exec_driver_sql(
        "CREATE TEMP TABLE titer_before AS "
        f"SELECT t.id AS id, t.version AS version, {_image_of(connection, table)} AS image FROM main.{table} t"
    )


def enter_changes(connection: Connection, table: str, times: tuple[int, int]) -> None:
    """After a migration changed a table: raise the version of each row whose image changed, and enter it."""
    image = _image_of(connection, table)
    changed = f"main.{table} t LEFT JOIN temp.titer_before b ON b.id = t.id WHERE {image} IS NOT b.image"
    connection.exec_driver_sql(
        f"UPDATE main.{table} SET version = version + 1, recorded_at = ?, process_at = ? "
        f"WHERE id IN (SELECT t.id FROM {changed} AND b.id IS NOT NULL)",
        times,
    )
    connection.exec_driver_sql(
        "INSERT INTO main.ledger_entry(body) "
        f"SELECT titer_entry('{table}', t.id, t.version, b.image, {image}) FROM {changed} ORDER BY t.id"
    )
    connection.exec_driver_sql(
        "INSERT INTO main.ledger_entry(body) "
        f"SELECT titer_entry('{table}', b.id, b.version + 1, b.image, NULL) FROM temp.titer_before b "
        f"WHERE b.id NOT IN (SELECT id FROM main.{table}) ORDER BY b.id"
    )
    connection.exec_driver_sql("DROP TABLE temp.titer_before")


def _image_of(connection: Connection, table: str) -> str:
    """The image's SQL for a table as it stands in the database, whatever today's code says of it."""
    columns = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()
    kept = [Column(row[1], Boolean() if row[2] == "BOOLEAN" else Text()) for row in columns]
    return image_sql(Table(table, MetaData(), *kept), "t")


def add_rows(connection: Connection, table: Table, values: Mapping[str, list[Any]]) -> None:
    """Write many new rows of a table, a hundred in one statement.

    Each statement keeps what it would undo if a trigger refused it; a statement for each row took a quarter longer.

    Args:
        connection: of the open action.
        table: a regulated table without defaults of its own.
        values: by column, one for each row.
    """
    named = ", ".join(f'"{table.columns[name].name}"' for name in values)
    marks = ", ".join("?" for _ in values)
    columns = sent(connection, table, values)
    count = len(columns[0])
    for start in range(0, count, _TOGETHER):
        rows = zip(*(column[start : start + _TOGETHER] for column in columns), strict=True)
        together = min(_TOGETHER, count - start)
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}"({named}) VALUES {", ".join([f"({marks})"] * together)}',
            tuple(chain.from_iterable(rows)),
        )


def given(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """What turns a bare value into one that `load` takes: booleans are 0 and 1 here, and decimals text."""
    if isinstance(kind, Boolean):
        return int
    return lambda value: canonical_decimal(value) if isinstance(value, Decimal) else value


def load(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> int:
    """Fill a table that has no triggers yet with bare rows of all its columns; those of a body fill themselves."""
    kept = [place for place, column in enumerate(table.columns) if column.computed is None]
    named = ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)
    marks = ", ".join("?" for _ in kept)
    statement = f'INSERT INTO "{table.name}"({named}) VALUES ({marks})'
    count, left = 0, iter(rows)
    while page := list(islice(left, _PAGE)):
        connection.exec_driver_sql(statement, [tuple(row[place] for place in kept) for row in page])
        count += len(page)
    return count


def add_leaves(connection: Connection, leaves: list[tuple[int, int, bytes]]) -> None:
    """Add leaves (index, entry's number, hash) in one statement, without a dictionary for each."""
    connection.exec_driver_sql(
        "INSERT INTO ledger_leaf(leaf_index, entry_seq, leaf_hash) VALUES (?, ?, ?)", leaves
    )


def begin_snapshot(connection: Connection) -> None:
    """Read something: a deferred transaction sees the snapshot of its first read."""
    connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")


def oldest_open(connection: Connection) -> None:
    """One transaction writes at a time, so entries are committed in the order of their numbers."""


def begin_number(connection: Connection) -> int:
    """No transaction has a number, and none needs one."""
    return 0


def after_commit(connection: Connection) -> None:
    """Move the log into the database file once it is long.

    SQLite would do so itself, and would say nothing if an fsync of the database file failed; here it is an error.
    `journal_size_limit=0` makes the log's length on the disk that of its content.
    """
    try:
        long = os.stat(f"{connection.engine.url.database}-wal").st_size >= LOG_BYTES  # noqa: PTH116  each commit
    except FileNotFoundError:
        return
    if long:
        _checkpoint(connection, "PASSIVE")


def confirm(engine: Engine) -> None:
    """Move the whole log into the database file, and begin an empty one.

    What a killed process wrote to the log and never confirmed is read here as if it were on the disk. What is written
    behind it would be lost with it in a power cut: each frame's checksum goes over all frames before it. If the
    process before ended because an fsync failed, confirming the log again proves nothing, since the kernel has
    dropped the pages; written to another file they are pages anew.

    Raises:
        Unavailable: if another process keeps reading or writing for half a minute.
        Stopped: if the disk fails.
    """
    with engine.connect() as connection:
        try:
            busy = _checkpoint(connection, "TRUNCATE")
        except DBAPIError as error:
            raise (translate(error) or error) from error
    if busy:
        raise Unavailable(
            "The database is locked by another process.",
            why="It reads or writes, so the log cannot be moved into the database file.",
            do="Stop the other process, or wait until it has finished; then start again.",
        )


def _checkpoint(connection: Connection, mode: str) -> bool:
    """Outside a transaction, which SQLAlchemy would begin; whether another connection was in the way."""
    dbapi = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    statement = f"PRAGMA wal_checkpoint({mode})"
    try:
        return bool(dbapi.execute(statement).fetchone()[0])
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return True
        raise DBAPIError(statement, None, error) from error


def rows(connection: Connection, statement: str) -> Generator[list[tuple[Any, ...]]]:
    """The rows of a query, some thousands at a time, as the driver gives them."""
    with closing(_driver(connection).cursor()) as cursor:
        cursor.execute(statement)
        while found := cursor.fetchmany(_CHUNK):
            yield found


def integrity(connection: Connection) -> list[Any]:
    """What SQLite itself finds wrong with its file, by the tables that it concerns; empty if nothing.

    The full check, not the quick one: an index that was altered answers questions with other rows than the
    table holds, and only this compares the two.
    """
    rows = connection.exec_driver_sql("PRAGMA integrity_check").all()
    found = [row[0] for row in rows if row[0] != "ok"]
    return (damaged(connection.engine) or found) if found else []


def damaged(engine: Engine) -> list[str]:
    """Which tables of the file, and which rows of them, cannot be read or contradict each other."""
    return damage.places(str(engine.url.database))
