"""The file system for power cuts loses what was not synced, keeps what was, and finds a careless writer."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.faults import unsynced
from tests.faults.unsynced import File, Folder, Mount

from titer.base.files import sync_folder

Write = Callable[[Path], None]


pytestmark = pytest.mark.usefixtures("fuse")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "mounted"
    made.mkdir()
    yield made


def names(folder: Folder) -> set[str]:
    return set(folder.disk)


def after_cuts(place: Path, tmp_path: Path, write: Write, cuts: int = 20) -> list[bytes | None]:
    """What a file holds after a child has written it so, and the power was cut; None where it is gone."""
    found: list[bytes | None] = []
    for number in range(cuts):
        mount = Mount(place, Folder(), tmp_path / "image", str(number))
        try:
            pid = os.fork()
            if not pid:
                try:
                    write(place)
                finally:
                    os._exit(0)
            os.waitpid(pid, 0)
        finally:
            disk = mount.cut()
        node = disk.disk.get("a")
        found.append(bytes(node.disk) if isinstance(node, File) else None)
    return found


def written(*, sync: bool, name: bool, rename: bool = False) -> Write:
    """A way to write a file: its bytes synced or not, its name synced or not, and renamed at the end or not."""

    def write(place: Path) -> None:
        with (place / "a").open("wb") as file:
            file.write(b"x" * 5000)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        if name:
            sync_folder(place)
        if rename:
            (place / "a").rename(place / "b")

    return write


def test_what_was_synced_with_its_name_is_kept(place: Path, tmp_path: Path) -> None:
    assert set(after_cuts(place, tmp_path, written(sync=True, name=True))) == {b"x" * 5000}


def test_a_file_whose_folder_was_not_synced_may_be_gone_and_is_else_whole(
    place: Path, tmp_path: Path
) -> None:
    assert set(after_cuts(place, tmp_path, written(sync=True, name=False))) == {None, b"x" * 5000}


def test_bytes_that_were_not_synced_are_dropped_kept_or_torn(place: Path, tmp_path: Path) -> None:
    found = after_cuts(place, tmp_path, written(sync=False, name=True))
    assert None not in found
    assert {b"", b"x" * 5000} < set(found)
    torn = [data for data in found if data not in (b"", b"x" * 5000)]
    assert torn
    assert all(len(data or b"") % 512 == 0 or (data or b"").endswith((b"x", b"\0")) for data in torn)


def test_a_later_write_may_survive_an_earlier_one() -> None:
    file = File()
    file.write(0, b"1" * 512)
    file.write(512, b"2" * 512)
    left = {bytes(file.after_cut(random.Random(seed)).disk) for seed in range(100)}
    assert b"\0" * 512 + b"2" * 512 in left


def test_a_renaming_is_whole_or_has_not_been(place: Path, tmp_path: Path) -> None:
    write = written(sync=True, name=True, rename=True)
    seen = set()
    for number in range(20):
        mount = Mount(place, Folder(), tmp_path / "image", str(number))
        try:
            write(place)
        finally:
            disk = mount.cut()
        seen.add(frozenset(names(disk)))
    assert seen == {frozenset({"a"}), frozenset({"b"})}


@pytest.mark.parametrize(("synchronous", "loses"), [("FULL", False), ("OFF", True)])
def test_a_database_that_does_not_sync_is_found_out(
    place: Path, tmp_path: Path, synchronous: str, loses: bool
) -> None:
    """The campaign's file system can fail a writer: SQLite with its syncs off loses commits that returned."""
    lost = 0
    for number in range(12):
        mount = Mount(place, Folder(), tmp_path / "image", f"{synchronous}/{number}")
        reads, writes = os.pipe()
        pid = os.fork()
        if not pid:
            try:
                base = sqlite3.connect(place / "x.db", isolation_level=None)
                base.execute("PRAGMA journal_mode=WAL")
                base.execute(f"PRAGMA synchronous={synchronous}")
                base.execute("CREATE TABLE t(n)")
                mount.switch.set(victim=os.getpid(), left=random.Random(number).randrange(20, 120))
                for value in range(200):
                    base.execute("INSERT INTO t VALUES (?)", (value,))
                    os.write(writes, b".")
            finally:
                os._exit(0)
        os.close(writes)
        acknowledged = 0
        while piece := os.read(reads, 1000):
            acknowledged += len(piece)
        os.close(reads)
        os.waitpid(pid, 0)
        disk = mount.cut()
        left = tmp_path / f"left-{number}"
        unsynced.to_folder(disk, left)
        try:
            with closing(sqlite3.connect(left / "x.db")) as base:
                kept = base.execute("SELECT count(*) FROM t").fetchone()[0]
        except sqlite3.Error:
            kept = -1
        lost += kept < acknowledged
    assert (lost > 0) is loses
