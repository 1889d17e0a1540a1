"""One instant of a running installation: database, unsealed log, journals and witness as they stand together.

What is held back is held for milliseconds: no action is open, nothing is sealed and nothing is appended while the
database's snapshot is begun and the sizes of the growing files are noted. All bytes are read afterwards, out of the
snapshot and of files that were opened by then, so that writers go on meanwhile and nothing that is dropped is missed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from titer.app import store
from titer.base import vault
from titer.base.errors import IntegrityFault
from titer.record import ContentObject, LedgerCheckpoint, LedgerEntry
from titer.record.checkpoint import Head, parse

if TYPE_CHECKING:
    from titer.app.platform import Platform

APART = frozenset({"hub.lock", "logs", "titer.db", "titer.db-wal", "titer.db-shm", "content", "historian", "keys",
                   "connect", "titer.yaml"})  # fmt: skip
"""What stands in an installation's folder and is not copied as it is: it is handled below, or of no use elsewhere."""
JOURNAL = "journal.sqlite"
_SQLITE = ("-wal", "-shm", "-journal")


@dataclass
class Opened:
    """A file that was opened at the instant, and how much of it belongs to it."""

    descriptor: int
    size: int


@dataclass
class Snapshot:
    """What belongs into a backup, as of one instant.

    Args:
        connection: sees the database's snapshot until it is closed.
        head: of the checkpoint that covers every entry of the snapshot.
        note: that checkpoint.
        files: members that lie in files which nobody changes, by name.
        opened: members whose files grow or may be dropped, by name.
        digests: SHA-256 of members whose name or row states it.
        journals: by connection, the epoch above which a restored journal has to begin.
        sealed: members that are keys; they go along by choice.
    """

    connection: Connection
    head: Head
    note: str
    files: dict[str, Path] = field(default_factory=dict)
    opened: dict[str, Opened] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    journals: dict[str, int] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)


@contextmanager
def still(platform: Platform, room: Path) -> Iterator[Snapshot]:
    """The installation as it stands now.

    Args:
        platform: wired, with the installation's lock.
        room: an empty folder for copies of what another process writes.

    Raises:
        IntegrityFault: if what was committed cannot be sealed.
    """
    folder = platform.folder
    journals = _journals(folder / "connect", room)
    with ExitStack() as stack:
        witness = store.witness_folder(folder, platform.config)
        with (
            platform.historian.unsealed(),
            platform.sealer.covering(),
            platform.historian.store.still() as logs,
        ):
            connection = stack.enter_context(
                platform.record.engine.connect().execution_options(**platform.record.database.READING)
            )
            platform.record.database.begin_snapshot(connection)
            taken = Snapshot(connection, *_head(connection))
            for path, size in logs:
                _open(stack, taken, f"historian/log/{path.name}", path, size)
            for path in sorted(witness.glob("*")):
                if path.is_file() and not path.name.endswith(".new"):
                    _open(stack, taken, f"witness/{path.name}", path)
        _fixed(taken, folder, witness, platform)
        taken.files.update(journals)
        taken.journals.update(_epochs(connection, journals))
        yield taken


def _head(connection: Connection) -> tuple[Head, str]:
    newest = select(LedgerCheckpoint.note).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
    note = connection.scalar(newest)
    last = connection.scalar(select(LedgerEntry.seq).order_by(LedgerEntry.seq.desc()).limit(1))
    if note is None or last is None:
        raise IntegrityFault(
            "The ledger has no checkpoint, so nothing vouches for it.", do="Run `titer verify`."
        )
    return parse(note), note


def _open(stack: ExitStack, taken: Snapshot, name: str, path: Path, size: int | None = None) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    stack.callback(os.close, descriptor)
    taken.opened[name] = Opened(descriptor, os.fstat(descriptor).st_size if size is None else size)
    if is_secret(os.pread(descriptor, 256, 0)):
        taken.sealed.add(name)


def _fixed(taken: Snapshot, folder: Path, witness: Path, platform: Platform) -> None:
    """Files that are written once: those that the snapshot's rows name, and what else stands in the folder."""
    taken.files["titer.yaml"] = folder / "titer.yaml"
    for digest in taken.connection.scalars(select(ContentObject.digest)):
        name = f"content/{digest[:2]}/{digest}"
        taken.files[name], taken.digests[name] = platform.record.content.path(digest), digest
    for path, digest in platform.historian.sealed_files(taken.connection):
        name = f"historian/{path.relative_to(folder / 'historian').as_posix()}"
        taken.files[name], taken.digests[name] = path, digest
    others = [*(folder / "historian" / "unlisted").glob("*"), *(folder / "keys").glob("*")]
    for path in sorted(folder.glob("*")):
        if path.name in APART or path.name.startswith(".") or path.resolve() == witness.resolve():
            continue
        others += [path] if path.is_file() else path.rglob("*")
    for path in others:
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            taken.files[name] = path
            with path.open("rb") as file:
                if is_secret(file.read(256)):
                    taken.sealed.add(name)


def is_secret(beginning: bytes) -> bool:
    """Whether a file is a sealed secret or a private key, by its first bytes."""
    return vault.is_sealed(beginning) or b"PRIVATE KEY-----" in beginning


def _journals(folder: Path, room: Path) -> dict[str, Path]:
    """Copies of what the connector host keeps, by name; taken before the database's snapshot.

    What the hub has acknowledged by the time of the snapshot is in the snapshot; what it has not, is here.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        name = f"connect/{path.relative_to(folder).as_posix()}"
        if not path.is_file() or path.name.endswith((*_SQLITE, ".new")):
            continue
        copy = room / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.name == JOURNAL:
            copy_sqlite(path, copy)
        else:
            try:
                copy.write_bytes(path.read_bytes())
            except FileNotFoundError:
                continue  # a document that the hub has accepted meanwhile: its bytes are in the content store
        found[name] = copy
    return found


def copy_sqlite(source: Path, copy: Path) -> None:
    """Copy a database that another process may be writing."""
    reader = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)
    writer = sqlite3.connect(copy)
    try:
        reader.backup(writer)
    finally:
        writer.close()
        reader.close()


def _epochs(connection: Connection, journals: dict[str, Path]) -> dict[str, int]:
    """The last epoch of each copied journal, by its name, or the hub's where that is later."""
    from titer.equipment.model import ConnectionStatus

    hub: dict[str, int] = {
        str(name): int(epoch)
        for name, epoch in connection.execute(select(ConnectionStatus.name, ConnectionStatus.epoch))
    }
    found = {}
    for name, path in journals.items():
        if path.name != JOURNAL:
            continue
        opened = sqlite3.connect(path)
        try:
            meta: dict[str, Any] = dict(opened.execute("SELECT name, value FROM meta").fetchall())
        except sqlite3.Error as error:
            raise IntegrityFault(f"The journal {name} cannot be read.", why=str(error)) from error
        finally:
            opened.close()
        found[name] = max(int(meta["epoch"]), hub.get(str(meta["connection"]), 0))
    return found
