"""Which parts of an SQLite file are damaged: which of its tables, and which rows of them cannot be read.

SQLite says of a damaged file that it is malformed, and seldom where. Asked for one table at a time it answers for
each; and whoever reads a table from both of its ends stops at the first row and at the last that cannot be had.
"""

# ruff: noqa: S608  the names in these statements come from the file's own list of tables

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

_SCHEMA = re.compile(r"malformed database schema \((.+?)\)")
_UNUSED = re.compile(r"(Main )?freelist|Page \d+ is never used", re.IGNORECASE)
_LIST, _FREE = "the file's head or its list of tables", "the file's free pages"
_LISTED = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name"


def places(path: str) -> list[str]:
    """Each damaged part of the file, with what SQLite says of it; empty if there is none.

    Args:
        path: of the database file.
    """
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as base:
            base.text_factory = bytes
            base.execute("PRAGMA cell_size_check = ON")
            tables = [row[0].decode() for row in base.execute(_LISTED)]
            found = [said for table in tables if (said := _of_table(base, table))]
            return found or _of_file(base)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        named = _SCHEMA.search(str(error))
        where = f"what is said of {named[1]}" if named else "its first page or a page of that list"
        return [f"{_LIST} ({where}), without which no table can be read: {error}"]


def _of_table(base: sqlite3.Connection, table: str) -> str:
    """What is wrong with a table and its indices; empty if nothing is."""
    try:
        said = [_text(row[0]) for row in base.execute(f'PRAGMA integrity_check("{table}")')]
    except sqlite3.Error as error:
        said = [str(error)]
    return "" if said == ["ok"] else f"table {table}{_unread(base, table)}: {said[0]}"


def _unread(base: sqlite3.Connection, table: str) -> str:
    """Between which numbers of rows there are some that cannot be read; empty if all can."""
    columns = ["rowid"]
    with suppress(sqlite3.Error):
        every = base.execute(f'PRAGMA table_xinfo("{table}")').fetchall()
        columns += [f'"{row[1].decode()}"' for row in every if not row[6]]
    first, last = (_reached(base, table, columns, order) for order in ("ASC", "DESC"))
    if first == "all" or last == "all":
        return ""
    begin = "its first row" if first is None else f"row {first}"
    end = "its last" if last is None else f"row {last}"
    return f" (rows between {begin} and {end} cannot be read)"


def _reached(base: sqlite3.Connection, table: str, columns: list[str], order: str) -> int | str | None:
    """The number of the last row that can be read from one end; `all` if it is the other end, None if none can."""
    reached: int | None = None
    statement = f'SELECT {", ".join(columns)} FROM "{table}" NOT INDEXED ORDER BY rowid {order}'
    try:
        for row in base.execute(statement):
            reached = row[0]
    except sqlite3.Error:
        return reached
    return "all"


def _of_file(base: sqlite3.Connection) -> list[str]:
    """What belongs to no table: the list of them, free pages, and pages that nothing leads to."""
    found = [_text(row[0]) for row in base.execute("PRAGMA integrity_check")]
    return [f"{_FREE if _UNUSED.match(said) else _LIST}: {said}" for said in found if said != "ok"]


def _text(said: bytes) -> str:
    """One line of what SQLite says."""
    return " ".join(said.decode(errors="replace").replace("*** in database main ***", "").split())
