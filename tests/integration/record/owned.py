"""A database in the hands of who owns it: the embedded file's owner, a server's superuser.

No trigger stands in their way: those of a table are off while its rows are changed, and are as they were afterwards.
What was harmed is put back out of a copy of the file, or out of a dump.
"""

# ruff: noqa: S608  the names in these statements come from the tables' own definitions

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql as composed
from sqlalchemy import Engine
from tests.trespass import SUPERUSER

Statement = tuple[str, tuple[Any, ...]]
"""With a question mark for each value."""
_CHANGED = re.compile(r"\b(?:UPDATE|INSERT INTO|DELETE FROM) (\w+)")


class Owned(Protocol):
    """What may be done to either."""

    def sql(self, *statements: Statement) -> None:
        """Change the database, past its triggers."""

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Read it."""

    def columns(self, table: str) -> dict[str, type]:
        """The columns of a table that are written, and of which type a value in them has to be."""

    def triggers(self) -> list[str]:
        """Each trigger's name, as DROP TRIGGER takes it."""

    def entry(self, body: str, seq: int | None = None) -> Statement:
        """Puts an entry into the ledger that is right in every column."""

    def keep(self, name: str) -> Any:
        """The database as a backup would have it."""

    def put_back(self, kept: Any) -> None:
        """Put a backup in its place."""

    def close(self) -> None:
        """Give the connection back."""


def _changed(statements: tuple[Statement, ...]) -> list[str]:
    """The tables that statements change."""
    return sorted({table for text, _ in statements for table in _CHANGED.findall(text)})


class OwnedFile:
    """The embedded file; nobody else has it open meanwhile."""

    def __init__(self, path: Path, room: Path) -> None:
        self.path = path
        self.room = room

    def sql(self, *statements: Statement) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as base:
            base.execute("PRAGMA journal_mode=DELETE")
            base.execute("PRAGMA synchronous=OFF")
            base.execute("BEGIN IMMEDIATE")
            kept = [
                row
                for table in _changed(statements)
                for row in base.execute(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
                )
            ]
            for name, _ in kept:
                base.execute(f'DROP TRIGGER "{name}"')
            for text, values in statements:
                base.execute(text, values)
            for _, text in kept:
                base.execute(text)
            base.execute("COMMIT")

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as base:
            return base.execute(statement).fetchall()

    def columns(self, table: str) -> dict[str, type]:
        return {row[1]: str for row in self.query(f"PRAGMA table_info({table})")}

    def triggers(self) -> list[str]:
        return [
            f'"{name}"' for (name,) in self.query("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ]

    def entry(self, body: str, seq: int | None = None) -> Statement:
        return "INSERT INTO ledger_entry(seq, body) VALUES (?, ?)", (seq, body)

    def keep(self, name: str) -> Path:
        with closing(sqlite3.connect(self.path)) as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(shutil.copy(self.path, self.room / name))

    def put_back(self, kept: Path) -> None:
        for ending in ("-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        shutil.copy(kept, self.path)

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Dump:
    """Rows, guards and numbers of a database on a server."""

    rows: dict[str, bytes]
    guards: dict[str, tuple[str, ...]]
    numbers: dict[str, tuple[int, bool]]


class OwnedDatabase:
    """A database on a server."""

    def __init__(self, engine: Engine) -> None:
        url = engine.url
        self._base = psycopg.connect(
            dbname=url.database, user=SUPERUSER, host=str(url.query["host"]), autocommit=True
        )
        self._base.execute("SET session_replication_role = replica")  # for the sake of foreign keys
        self._tables = [row[0] for row in self._base.execute(_TABLES)]

    def sql(self, *statements: Statement) -> None:
        with self._base.transaction():
            tables = _changed(statements)
            for table in tables:
                self._guard(table, "DISABLE TRIGGER")
            for text, values in statements:
                self._base.execute(
                    text.replace("%", "%%").replace("?", "%s") if values else text, values or None
                )
            for table in tables:
                self._guard(table, "ENABLE ALWAYS TRIGGER")

    def _guard(self, table: str, how: str) -> None:
        names = [row[0] for row in self._base.execute(_GUARDS_OF, (table,))]
        if names:
            self._base.execute(f"ALTER TABLE {table} " + ", ".join(f"{how} {name}" for name in names))

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        return self._base.execute(statement).fetchall()

    def columns(self, table: str) -> dict[str, type]:
        kinds = {"bigint": int, "boolean": bool, "numeric": Decimal, "bytea": bytes}
        return {name: kinds.get(kind, str) for name, kind in self._base.execute(_COLUMNS, (table,))}

    def triggers(self) -> list[str]:
        return [f'"{name}" ON {table}' for name, table in self._base.execute(_TRIGGERS)]

    def entry(self, body: str, seq: int | None = None) -> Statement:
        told = json.loads(body)
        values = {
            **{name: told[name] for name in ("id", "action", "record_type", "record_id")},
            "record_version": told["version"],
            "body": body,
            **({} if seq is None else {"seq": seq}),
        }
        marks = ", ".join("?" for _ in values)
        return f"INSERT INTO ledger_entry({', '.join(values)}) VALUES ({marks})", tuple(values.values())

    def keep(self, name: str) -> Dump:
        """As pg_dump would: in memory, whatever it is called."""
        with self._base.transaction():
            return Dump(
                {table: self._rows(table) for table in self._tables},
                {str(row[0]): row[1:] for row in self._base.execute(_GUARDS)},
                {row[0]: (row[1], row[2]) for row in self._base.execute(_NUMBERS)},
            )

    def put_back(self, kept: Dump) -> None:
        """Only what is not as it was there."""
        with self._base.transaction():
            guards = {str(row[0]): row[1:] for row in self._base.execute(_GUARDS)}
            for name in guards.keys() - kept.guards.keys():
                self._base.execute(f"DROP {name}")
            for name, (text, *after) in kept.guards.items():
                if guards.get(name) != kept.guards[name]:
                    if name.startswith("TRIGGER") and name in guards:
                        self._base.execute(f"DROP {name}")
                    for statement in (text, *after):
                        self._base.execute(statement)
            for table, rows in kept.rows.items():
                if self._rows(table) != rows:
                    self._guard(table, "DISABLE TRIGGER")
                    self._base.execute(f"DELETE FROM {table}")
                    with self._base.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                        copy.write(rows)
                    self._guard(table, "ENABLE ALWAYS TRIGGER")
            for name, (last, called) in kept.numbers.items():
                self._base.execute("SELECT setval(%s, %s, %s)", (name, last, called))

    def _rows(self, table: str) -> bytes:
        text = composed.SQL("COPY {} TO STDOUT (FORMAT binary)").format(composed.Identifier(table))
        with self._base.cursor().copy(text) as copy:
            return b"".join(map(bytes, copy))

    def close(self) -> None:
        self._base.close()


_HERE = "'public'::regnamespace"
_TABLES = f"SELECT relname FROM pg_class WHERE relnamespace = {_HERE} AND relkind = 'r' ORDER BY relname"
_COLUMNS = (
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
    "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_GUARDS_OF = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY tgname"
_TRIGGERS = (
    "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid, tgname"
)
_GUARDS = (
    "SELECT 'FUNCTION ' || oid::regprocedure, pg_get_functiondef(oid), 'SELECT 1' FROM pg_proc "
    f"WHERE pronamespace = {_HERE} AND prokind = 'f' UNION ALL "
    "SELECT 'TRIGGER ' || tgname || ' ON ' || tgrelid::regclass, pg_get_triggerdef(oid), "
    "'ALTER TABLE ' || tgrelid::regclass || CASE tgenabled WHEN 'A' THEN ' ENABLE ALWAYS TRIGGER ' "
    "WHEN 'D' THEN ' DISABLE TRIGGER ' ELSE ' ENABLE TRIGGER ' END || tgname FROM pg_trigger WHERE NOT tgisinternal "
    "ORDER BY 1"
)
_NUMBERS = (
    "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), coalesce(last_value, start_value), "
    "last_value IS NOT NULL FROM pg_sequences WHERE schemaname = 'public'"
)


def owned(engine: Engine, room: Path) -> Owned:
    """Whatever database an engine is on, as its owner has it.

    Args:
        engine: Titer's own.
        room: where copies of an embedded file may lie.
    """
    if engine.dialect.name == "sqlite":
        return OwnedFile(Path(str(engine.url.database)), room)
    return OwnedDatabase(engine)
