"""A damaged file is asked table by table, so that somebody is told which one, and which rows of it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from titer.record import damage

PAGE = 4096
ROWS = 400


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two tables of some pages each, one of them with an index, and a free page."""
    path = tmp_path / "titer.db"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(f"PRAGMA page_size = {PAGE}")
        base.execute("CREATE TABLE batch (id TEXT PRIMARY KEY, what TEXT NOT NULL)")
        base.execute("CREATE TABLE sample (id TEXT PRIMARY KEY, what TEXT NOT NULL)")
        for table in ("batch", "sample"):
            rows = [(f"{number:032}", "x" * 100) for number in range(ROWS)]
            base.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608
        base.execute("CREATE TABLE gone (id TEXT)")
        base.executemany("INSERT INTO gone VALUES (?)", [("y" * 3000,)] * 20)
        base.execute("DROP TABLE gone")
    return path


def leaf_of(path: Path, name: str, number: int) -> int:
    """The page with the number-th leaf of a tree, by the pointers of its root (SQLite's file format, 1.6)."""
    with closing(sqlite3.connect(path)) as base:
        root = base.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    data = path.read_bytes()
    at = (root - 1) * PAGE
    assert data[at] in (2, 5), "the root has leaves"
    cell = at + int.from_bytes(data[at + 12 + 2 * number : at + 14 + 2 * number], "big")
    return int.from_bytes(data[cell : cell + 4], "big")


def spoil(path: Path, page: int, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE + offset)
        file.write(data)


def test_a_sound_file_has_no_damage(file: Path) -> None:
    assert damage.places(str(file)) == []


def test_rows_that_cannot_be_read_are_named_by_those_around_them(file: Path) -> None:
    spoil(file, leaf_of(file, "sample", 2), 0, b"\xff")
    (said,) = damage.places(str(file))
    found = re.match(r"table sample \(rows between row (\d+) and row (\d+) cannot be read\)", said)
    assert found, said
    begin, end = map(int, found.groups())
    assert 0 < begin < end < ROWS
    with closing(sqlite3.connect(file)) as base:
        whole = [row[0] for row in base.execute("SELECT rowid FROM batch WHERE what IS NOT NULL")]
    assert len(whole) == ROWS, "the other table is read as ever"


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (
            lambda path: spoil(path, leaf_of(path, "sample", 0), 0, b"\xff"),
            "rows between its first row and row ",
        ),
        (lambda path: spoil(path, leaf_of(path, "sqlite_autoindex_batch_1", 1), 0, b"\xff"), "table batch: "),
        (lambda path: spoil(path, 1, 0, b"no"), "the file's head or its list of tables"),
        (lambda path: spoil(path, 1, 100, b"\xff"), "the file's head or its list of tables"),
        (lambda path: spoil(path, 1, 36, b"\0\0\0\1"), "the file's free pages"),
    ],
    ids=["the first rows", "an index", "the head", "the list of tables", "the free pages"],
)
def test_what_is_damaged_is_named(file: Path, harm: Callable[[Path], None], named: str) -> None:
    harm(file)
    assert any(named in said for said in damage.places(str(file))), damage.places(str(file))
