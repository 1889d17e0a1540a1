"""Taking a backup, while the hub runs or under the installation's lock."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from titer import __version__
from titer.app.backup import manifest as manifests
from titer.app.backup import tables
from titer.app.backup.container import Protection, Sealing
from titer.app.backup.manifest import Manifest
from titer.app.backup.model import Backup
from titer.app.backup.snapshot import Opened, Snapshot, still
from titer.app.history import History
from titer.base.clock import from_iso, iso
from titer.base.errors import Conflict, IntegrityFault, Refused, Unavailable
from titer.record import Actor

if TYPE_CHECKING:
    from titer.app.platform import Platform

VERB = "record.backup"
_BLOCK = 1024 * 1024
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Taken:
    """A backup that was taken.

    Args:
        path: of the file.
        manifest: what it holds.
        size: bytes of the file.
        seconds: how long it took.
    """

    path: Path
    manifest: Manifest
    size: int
    seconds: Decimal

    @property
    def digest(self) -> str:
        """Of the manifest: the backup's name in the ledger."""
        return self.manifest.digest


def take(
    platform: Platform,
    target: Path,
    *,
    actor: Actor,
    reason: str | None = None,
    protection: Protection | None = None,
    with_keys: bool = False,
    with_key_file: bool = False,
    place: str | None = None,
    tell: Tell | None = None,
) -> Taken:
    """Take a backup of a whole installation, and enter that it was taken.

    Args:
        platform: wired, with the installation's lock: the running hub's own, or one that was opened for this.
        target: a file that is not there yet, or a folder in which one gets its name from the time.
        actor: who takes it.
        reason: why.
        protection: how the file is encrypted; None for a plain tar archive.
        with_keys: whether the sealed key files go along; without the key that opens them they are of no use.
        with_key_file: whether that key goes along too. Whoever has such a file has everything.
        place: where it is kept, in words, where that is not the target's folder.
        tell: told (what, how far, of how much).

    Raises:
        NotAuthorised: if the actor has no right to it.
        Conflict: if the file is there already.
        Unavailable: if the target cannot be written.
        IntegrityFault: if what is kept is not what the ledger says; no backup is made of that.
    """
    began = time.perf_counter()
    platform.record.require(actor, VERB)
    path = _target(target, platform)
    part = path.with_name(path.name + ".part")
    room = Path(tempfile.mkdtemp(prefix=".backup-", dir=platform.folder))
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            made = _write(platform, out, room, protection, with_keys, with_key_file, tell or _silent)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise Unavailable(
            f"The backup {path} cannot be written.",
            why=error.strerror or str(error),
            do="Free space, or name another place; what was written of it is gone.",
        ) from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
        shutil.rmtree(room, ignore_errors=True)
    seconds = Decimal(str(round(time.perf_counter() - began, 3)))
    taken = Taken(path, made, path.stat().st_size, seconds)
    with platform.record.action(actor, VERB, reason=reason) as unit:
        unit.add(
            Backup(
                file_name=path.name,
                place=place or str(path.absolute().parent),
                digest=taken.digest,
                size=taken.size,
                tree_size=made.tree_size,
                root=made.root,
                encrypted=protection.kind if protection else "no",
                keys=made.keys,
                taken_at=from_iso(made.taken_at),
                seconds=seconds,
            )
        )
    return taken


def _target(target: Path, platform: Platform) -> Path:
    path = target
    if target.is_dir():
        stamp = platform.record.clock.now().strftime("%Y%m%dT%H%M%S%fZ")
        path = target / f"{platform.config.name}-{stamp}.titer-backup"
    if path.exists():
        raise Conflict(f"{path} is there already.", do="Name another file; a backup is never written over.")
    if not path.absolute().parent.is_dir():
        raise Unavailable(f"There is no folder {path.absolute().parent}.", do="Make it first.")
    if path.absolute().parent.resolve().is_relative_to(platform.folder.resolve()):
        raise Refused(
            "A backup does not lie in the folder of which it is one.", do="Name a place on another disk."
        )
    return path


def _write(
    platform: Platform,
    out: IO[bytes],
    room: Path,
    protection: Protection | None,
    with_keys: bool,
    with_key_file: bool,
    tell: Tell,
) -> Manifest:
    taken_at = iso(platform.record.clock.now())
    sealing = Sealing(out, protection) if protection else None
    tell("waiting for an instant", 0, 1)
    with ExitStack() as stack:
        snapshot = stack.enter_context(still(platform, room))
        tell("database", 0, 1)
        snapshot.files.update(tables.save(snapshot.connection, room))
        writer = stack.enter_context(_Writer(sealing or out, snapshot, tell))
        dropped = set() if with_keys else snapshot.sealed
        for name in sorted({*snapshot.files, *snapshot.opened} - dropped):
            writer.add(name)
        if with_key_file:
            writer.add_file("key/titer.key", _key_file(platform))
        with platform.record.reading() as session:
            installation = platform.record.installation(session)
        made = Manifest(
            titer=__version__,
            taken_at=taken_at,
            installation={"id": installation.id, "name": installation.name},
            database=platform.record.engine.dialect.name,
            revision=History().head,
            origin=platform.sealer.origin,
            tree_size=snapshot.head.size,
            root=snapshot.head.root.hex(),
            checkpoint=snapshot.note,
            keys=[*(["keys"] if with_keys else []), *(["key_file"] if with_key_file else [])],
            key_id=platform.vault.key_id,
            journals=snapshot.journals,
            files=writer.files,
            counts=_counts(writer.files),
        )
        writer.finish(made.encoded())
    if sealing:
        sealing.finish()
    return made


class _Writer:
    """Writes members into a tar archive, and keeps their digests."""

    def __init__(self, out: Any, snapshot: Snapshot, tell: Tell) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_BLOCK)  # noqa: SIM115
        self._snapshot = snapshot
        self._tell = tell
        self._total = len(snapshot.files) + len(snapshot.opened)
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str) -> None:
        """A member of the snapshot."""
        self._tell("files", len(self.files), self._total)
        opened = self._snapshot.opened.get(name)
        if opened is not None:
            self._add(name, _Extent(opened), opened.size)
        else:
            self.add_file(name, self._snapshot.files[name])

    def add_file(self, name: str, path: Path) -> None:
        """A file that nobody changes."""
        try:
            with path.open("rb") as file:
                self._add(name, file, os.fstat(file.fileno()).st_size)
        except FileNotFoundError as error:
            raise IntegrityFault(
                f"{name} is missing, so no backup is made.",
                do="Run `titer verify`; restore it from a backup.",
            ) from error

    def _add(self, name: str, source: Any, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        counted = _Counted(source)
        self._tar.addfile(info, counted)
        digest = counted.hexdigest()
        if self._snapshot.digests.get(name, digest) != digest:
            raise IntegrityFault(
                f"{name} is not what was kept: its SHA-256 is {digest[:16]}..., so no backup is made.",
                do="Run `titer verify`, and restore the file from an earlier backup. Copy the folder as it is first.",
            )
        self.files[name] = {"sha256": digest, "size": size}

    def finish(self, data: bytes) -> None:
        """The manifest, which is the last member."""
        info = tarfile.TarInfo(manifests.NAME)
        info.size, info.mode = len(data), 0o600
        self._tar.addfile(info, io.BytesIO(data))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        """The archive's end, while the file below is open; of one that failed, nothing is kept."""
        self._tar.close()


class _Counted:
    """Reads a source, and its digest on the way."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes."""
        data: bytes = self._source.read(size)
        self._hash.update(data)
        return data

    def hexdigest(self) -> str:
        """Of what was read."""
        return self._hash.hexdigest()


class _Extent:
    """The first bytes of a file that grows, or of one that has lost its name meanwhile."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes."""
        left = self._opened.size - self._at
        data = os.pread(self._opened.descriptor, left if size < 0 else min(size, left), self._at)
        self._at += len(data)
        return data


def _key_file(platform: Platform) -> Path:
    named = platform.config.key_file
    path = platform.folder / named if named else None
    if path is None or not path.exists():
        raise Refused(
            "The installation's key lies in no file, so it cannot go along.",
            why=f"It came from {platform.vault.origin}.",
            do="Leave out --with-key-file, and keep the key where it is kept now.",
        )
    return path


def _counts(files: dict[str, dict[str, Any]]) -> dict[str, int]:
    tops = [name.partition("/")[0] for name in files]
    return {top: tops.count(top) for top in sorted(set(tops))}


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody wants to know."""
