"""What the record asks of a database: `sqlite` and `postgres` answer it, each in a file of its own.

The rest of the record never asks which of them it has: `of(connection)` gives the answer's module.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Engine, MetaData, Table
from sqlalchemy.types import TypeEngine

from titer.record.due import CREATED
from titer.record.types import CheckedText, Instant


class EntryWriter(Protocol):
    """What a connection asks for the entry of a row's change; set while an action is open."""

    def __call__(
        self, record_type: str, record_id: str, version: int, before: str | None, after: str | None
    ) -> str:
        """The entry's canonical body."""
        ...


@dataclass(frozen=True)
class Opening:
    """An action as its triggers need it.

    Args:
        writer: composes an entry's body; SQLite's triggers call it.
        parts: the action's id, and the parts of a body that are the same for all its entries (`head`, `cause`,
            `behalf`, `tail` of `titer.record.unit`); PostgreSQL's triggers compose with them.
        times: server and process clock, microseconds.
    """

    writer: EntryWriter
    parts: tuple[str, str, str, str, str]
    times: tuple[int, int]


@dataclass(frozen=True)
class Entered:
    """What an action has entered so far.

    Args:
        first: the number of its first entry.
        last: the number of its last.
        count: how many there are.
        chain: the leaf hashes of their bodies, folded in the order of their numbers (`folded`).
    """

    first: int
    last: int
    count: int
    chain: bytes


def folded(leaves: Iterable[bytes], chain: bytes = b"") -> bytes:
    """A chain with more leaf hashes: the first is the chain itself, each other one makes it SHA-256(chain, leaf)."""
    for leaf in leaves:
        chain = sha256(chain + leaf).digest() if chain else leaf
    return chain


class Slot:
    """Holds what one connection needs of the open action.

    Its entry writer, its two times (microseconds), and the leaf hashes of the bodies that the writer has composed.
    """

    def __init__(self) -> None:
        self.writer: EntryWriter | None = None
        self.times = (0, 0)
        self.leaves: list[bytes] = []

    def open(self, opening: Opening) -> None:
        """An action begins."""
        self.writer, self.times, self.leaves = opening.writer, opening.times, []

    def close(self) -> None:
        """It has ended, whichever way."""
        self.writer, self.leaves = None, []


def slot(connection: Connection) -> Slot:
    """The slot of a connection."""
    found: Slot = connection.info["titer_slot"]
    return found


class Database(Protocol):
    """What is particular to one kind of database.

    Attributes:
        NAME: as people call it.
        ONE_WRITER: whether writers of unregulated tables must queue, too.
        ACTION: execution options of a connection that writes regulated rows.
        OPERATIONAL: of one that writes unregulated rows only.
        READING: of one that reads one snapshot.
        RAW_BODY: an entry's body as the bytes that were hashed, in SQL.
    """

    NAME: str
    ONE_WRITER: bool
    ACTION: Mapping[str, Any]
    OPERATIONAL: Mapping[str, Any]
    READING: Mapping[str, Any]
    RAW_BODY: str

    def open_action(self, connection: Connection, opening: Opening) -> None:
        """Let the triggers of this connection write, until the transaction ends."""

    def entered(self, connection: Connection, action: str) -> Entered | None:
        """What the open action has entered in this transaction; None if nothing."""

    def after_create(self, connection: Connection) -> None:
        """What else belongs into an empty database."""

    def before_create(self, connection: Connection) -> None:
        """What must be there before the tables."""

    def create_tables(self, connection: Connection, metadata: MetaData) -> None:
        """Make the tables of the metadata and their indices; none of them is there."""

    def triggers(
        self, table: Table, *, append_only: bool, immutable: tuple[str, ...], never_deleted: str = ""
    ) -> list[str]:
        """The trigger statements of one regulated table; `never_deleted` is why no row of it ever goes."""

    def forbid(self, name: str) -> list[str]:
        """The statements that forbid changing and deleting rows of a table."""

    def drop_triggers(self, connection: Connection, table: str) -> None:
        """Drop all triggers of a table."""

    def guarded(self, connection: Connection) -> dict[str, set[str]]:
        """By table, which of INSERT, UPDATE, DELETE (and TRUNCATE) its own triggers look at."""

    def fingerprint(self, connection: Connection) -> str:
        """SHA-256 over the database's own objects."""

    def image_sql(self, table: Table, row: str) -> str:
        """SQL for the canonical image of a row, as the triggers write it; `row` is an alias."""

    def images(self, connection: Connection, table: Table, only: str | None = None) -> dict[str, str]:
        """Each row's canonical image by id, as the triggers would write it now; or that of one row `only`."""

    def keep_images(self, connection: Connection, table: str) -> None:
        """Keep each row's image and version as they are before a migration changes the table."""

    def enter_changes(self, connection: Connection, table: str, times: tuple[int, int]) -> None:
        """After a migration changed a table: raise the version of each changed row, and enter it."""

    def add_rows(self, connection: Connection, table: Table, values: Mapping[str, list[Any]]) -> None:
        """Write many new rows of a table, given column by column, without an object for each."""

    def given(self, kind: TypeEngine[Any]) -> Callable[[Any], Any]:
        """What turns a bare value of a column, as either database's driver gives it, into one that `load` takes."""

    def load(self, connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> int:
        """Fill a table that has no triggers yet with bare rows of all its columns; the number of rows."""

    def add_leaves(self, connection: Connection, leaves: list[tuple[int, int, bytes]]) -> None:
        """Add leaves (index, entry's number, hash) without a dictionary for each."""

    def begin_snapshot(self, connection: Connection) -> None:
        """Fix what this reading connection sees, if nothing has yet."""

    def oldest_open(self, connection: Connection) -> int | None:
        """The oldest transaction that the snapshot sees open; all with smaller numbers have ended.

        None where transactions are committed in the order in which entries get their numbers.
        """

    def begin_number(self, connection: Connection) -> int:
        """A number for this transaction: larger than that of any that had one before."""

    def after_commit(self, connection: Connection) -> None:
        """What is due after a commit, e.g. moving what was committed to its last place; raises what fails."""

    def confirm(self, engine: Engine) -> None:
        """Before the first write of a process: make sure that what it reads is on the disk.

        Raises:
            Unavailable: if it cannot be.
        """

    def rows(self, connection: Connection, statement: str) -> Generator[list[tuple[Any, ...]]]:
        """The rows of a query, some thousands at a time, as the driver gives them; closed where it is left early."""

    def damaged(self, engine: Engine) -> list[str]:
        """Which tables of the database's own file, and which rows of them, cannot be read; empty on a server."""

    def integrity(self, connection: Connection) -> list[Any]:
        """What the database itself finds wrong with what it holds; empty if nothing."""


HELD_BY = ("batch_id", "lot_id", "person_id")
"""Columns by which a record names a subject that can be under a legal hold."""


def hold_sql(table: Table, row: str) -> str:
    """SQL for a legal hold that is on a row: on its record, on a subject that it names, or on the whole system.

    Args:
        table: its table.
        row: `OLD` or an alias.
    """
    named = ["id", *(name for name in HELD_BY if name in table.c)]
    on = " OR ".join(f'h.subject_id = {row}."{name}"' for name in named)
    return f"FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR {on})"


def class_sql(table: Table) -> str:
    """SQL for the retention class of a kind of record: one without a class is kept for ever.

    Args:
        table: its table.
    """
    return f"FROM record_retention r WHERE r.record_type = '{table.name}'"


def instants(table: Table) -> list[str]:
    """The columns of a table that say when something was, those of the writing of its row left out."""
    own = {"recorded_at", "process_at"}
    return sorted(one.name for one in table.columns if isinstance(one.type, Instant) and one.name not in own)


def event_sql(table: Table, row: str, created: str) -> str:
    """SQL for the event from which the class `r` counts a row's time; null where it has not been, or is unknown.

    Args:
        table: its table.
        row: `OLD` or an alias.
        created: SQL for when the row was made.
    """
    named = "".join(f""" WHEN '{name}' THEN {row}."{name}\"""" for name in instants(table))
    return f"CASE r.start WHEN '{CREATED}' THEN {created}{named} END"


def sent(connection: Connection, table: Table, values: Mapping[str, list[Any]]) -> list[list[Any]]:
    """What the driver is given for the values of columns: what is the same object in all rows is turned only once.

    Args:
        connection: to the database.
        table: whose columns they are.
        values: by column, one for each row.
    """
    return [_sent(table.columns[name].type, connection, given) for name, given in values.items()]


def _sent(kind: TypeEngine[Any], connection: Connection, values: list[Any]) -> list[Any]:
    send = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if send is None:
        return values
    if len(set(map(id, values))) == 1:
        return [send(values[0])] * len(values)
    if isinstance(kind, CheckedText) and kind.all_fit(values):
        return values
    return [send(value) for value in values]


def of(bound: Connection | Engine) -> Database:
    """The module for the database of a connection or engine."""
    return of_name(bound.dialect.name)


def of_name(dialect: str) -> Database:
    """The module for `sqlite` or `postgresql`."""
    from titer.record import postgres, sqlite

    return cast(Database, {"sqlite": sqlite, "postgresql": postgres}[dialect])
