"""The database in a backup: SQLite's file as of the snapshot, or each PostgreSQL table as COPY writes it.

PostgreSQL needs no program of its own for this: COPY runs in the snapshot's transaction (REPEATABLE READ). In the
other direction the tables' owner makes the schema anew, from this Titer's own history, and only rows come from
the backup: no trigger or function does.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from titer.base.errors import IntegrityFault

SQLITE = "database/titer.db"
_COPIES = "database/"
_SUFFIX = ".copy"
_OWN = frozenset({"titer_action_key", "record_revision"})
"""Tables that a new database fills itself: the key of its triggers, and its revision."""


def save(connection: Connection, room: Path) -> dict[str, Path]:
    """Copy the snapshot that a connection sees into files, by their names in the archive."""
    (room / "database").mkdir()
    if connection.dialect.name == "sqlite":
        path = room / SQLITE
        path.touch(0o600)
        source = connection.connection.driver_connection
        if not isinstance(source, sqlite3.Connection):
            raise TypeError("SQLite's own driver is asked for")
        target = sqlite3.connect(path)
        try:
            # The connection is inside its snapshot's transaction, and copies that, whatever is written meanwhile.
            source.backup(target)
        finally:
            target.close()
        return {SQLITE: path}
    found = {}
    for table, columns in _columns(connection).items():
        if table in _OWN:
            continue
        path = room / _COPIES / f"{table}{_SUFFIX}"
        with path.open("wb") as out, _cursor(connection).copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
            for block in copy:
                out.write(block)
        found[f"{_COPIES}{table}{_SUFFIX}"] = path
    return found


def load(connection: Connection, folder: Path) -> None:
    """Fill the tables of a new PostgreSQL database with a backup's rows.

    The tables' own triggers are off while the rows, which bear their entries already, come in; afterwards each is on
    exactly as it was, which the schema's fingerprint in the ledger shows.

    Args:
        connection: of the role that owns the tables, in the transaction that made them.
        folder: holds `database/*.copy`.

    Raises:
        IntegrityFault: if a file belongs to no table.
    """
    known = _columns(connection)
    for path in sorted((folder / _COPIES).glob(f"*{_SUFFIX}")):
        table = path.name.removesuffix(_SUFFIX)
        if table not in known or table in _OWN:
            raise IntegrityFault(f"The backup has rows of {table}, which is no table of this Titer.")
        triggers = connection.exec_driver_sql(
            "SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            (table,),
        ).all()
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        with (
            path.open("rb") as rows,
            _cursor(connection).copy(f"COPY {table} ({known[table]}) FROM STDIN") as copy,
        ):
            while block := rows.read(1 << 20):
                copy.write(block)
        for name, how in triggers:
            always = "ALWAYS " if how == "A" else ""
            connection.exec_driver_sql(f'ALTER TABLE {table} ENABLE {always}TRIGGER "{name}"')
    _advance(connection)


def _columns(connection: Connection) -> dict[str, str]:
    """The columns of each table that are not computed, as COPY wants them."""
    rows = connection.exec_driver_sql(
        "SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname"
    )
    return {str(name): str(columns) for name, columns in rows}


def _advance(connection: Connection) -> None:
    """Set each sequence behind the last number that was given."""
    found = connection.exec_driver_sql(
        "SELECT c.relname, a.attname, pg_get_serial_sequence(c.relname, a.attname) FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' "
        "AND pg_get_serial_sequence(c.relname, a.attname) IS NOT NULL"
    ).all()
    for table, column, sequence in found:
        connection.exec_driver_sql(
            f"SELECT setval('{sequence}', coalesce(max({column}), 1), max({column}) IS NOT NULL) FROM {table}"
        )


def _cursor(connection: Connection) -> Any:
    """A cursor of psycopg's own, in the connection's transaction."""
    driver: Any = connection.connection.driver_connection
    return driver.cursor()
