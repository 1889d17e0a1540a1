"""A file system that loses what was not synced: for power cuts that a killed process cannot show.

It keeps in memory what the disk has and what is only written. `fsync` and `fdatasync` of a file confirm its bytes
and length, `fsync` of a folder the names in it; nothing else confirms anything, not even a name when its file is
synced. At a power cut, whatever is unconfirmed is kept, dropped or torn at sectors of 512 bytes, each write by
itself, so that later ones may survive earlier ones; renaming is whole or has not been. The process under test
is killed in the middle of the call, before it learns of it.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import mmap
import os
import pickle
import random
import shutil
import signal
import stat
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

SECTOR = 512
_STATE = struct.Struct("=iiqqi")
_DETACH = 2
OFF = "/.power-off"
"""A folder of this name cannot be made: the power goes off instead."""


def missing() -> str | None:
    """Why there can be no such file system here; None where there can."""
    if not Path("/dev/fuse").exists():
        return "there is no /dev/fuse here"
    if shutil.which("fusermount3") is None:
        return "fusermount3 is not installed"
    try:
        import mfusepy  # noqa: F401
    except (ImportError, OSError) as error:
        return f"mfusepy does not load: {error}"
    return None


@dataclass(eq=False)
class File:
    """Bytes as they are written, and as the disk has them."""

    mode: int = 0o644
    now: bytearray = field(default_factory=bytearray)
    disk: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        """Write; nothing is confirmed."""
        _put(self.now, offset, data)
        self.pending.append((offset, data))

    def truncate(self, size: int) -> None:
        """Change the length; nothing is confirmed."""
        _cut(self.now, size)
        self.pending.append((size, None))

    def sync(self) -> None:
        """Confirm bytes and length."""
        for offset, data in self.pending:
            _cut(self.disk, offset) if data is None else _put(self.disk, offset, data)
        self.pending.clear()

    def after_cut(self, rng: random.Random) -> File:
        """What a power cut leaves of it."""
        left = bytearray(self.disk)
        fate = rng.choice(("dropped", "kept", "torn", "torn", "prefix"))
        last = rng.randrange(len(self.pending) + 1)
        for number, (offset, data) in enumerate(self.pending):
            if fate == "dropped" or (fate == "prefix" and number > last):
                continue
            if data is None:
                if fate != "torn" or rng.random() < 0.5:
                    _cut(left, offset)
            elif fate == "kept" or (fate == "prefix" and number < last):
                _put(left, offset, data)
            else:
                for begin, piece in _torn(offset, data, rng):
                    _put(left, begin, piece)
                if rng.random() < 0.3 and len(left) < offset + len(data):
                    _cut(left, offset + len(data))
        return File(self.mode, bytearray(left), left)


@dataclass(eq=False)
class Folder:
    """Names as they are, and as the disk has them."""

    mode: int = 0o755
    now: dict[str, File | Folder] = field(default_factory=dict)
    disk: dict[str, File | Folder] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Naming:
    """One change of names, whole or not at all: (folder, name, what it names then)."""

    changes: tuple[tuple[Folder, str, File | Folder | None], ...]

    @property
    def keys(self) -> set[tuple[int, str]]:
        return {(id(folder), name) for folder, name, _ in self.changes}

    def confirm(self) -> None:
        for folder, name, node in self.changes:
            if node is None:
                folder.disk.pop(name, None)
            else:
                folder.disk[name] = node


class Switch:
    """What the file system and whoever cuts the power share.

    Attributes are read and written through a page of shared memory, so make it before forking.
    """

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE)

    def set(self, *, victim: int, left: int) -> None:
        """Cut the power after so many changes; the victim is killed in the last of them."""
        _STATE.pack_into(self._page, 0, self.state[0], victim, left, 0, 0)

    @property
    def state(self) -> tuple[int, int, int, int, int]:
        """(mounted, victim, changes left, changes done, whether the power is off)."""
        return _STATE.unpack_from(self._page)  # type: ignore[return-value]

    def change(self) -> bool:
        """One more change; whether the power goes off with it."""
        mounted, victim, left, done, off = self.state
        _STATE.pack_into(self._page, 0, mounted, victim, left - 1, done + 1, off)
        return left <= 1

    def say(self, *, mounted: bool | None = None, off: bool | None = None) -> None:
        """Tell the other side."""
        was, victim, left, done, dark = self.state
        now = was if mounted is None else int(mounted)
        _STATE.pack_into(self._page, 0, now, victim, left, done, dark if off is None else int(off))


class Unsynced:
    """The operations, by path, as mfusepy calls them.

    Args:
        root: what the disk has.
        switch: says when the power goes off.
        rng: decides what a cut leaves.
        image: the file into which what is left is written.
    """

    use_ns = True

    def __init__(self, root: Folder, switch: Switch, rng: random.Random, image: Path) -> None:
        self._root = root
        self._switch = switch
        self._rng = rng
        self._image = image
        self._namings: list[_Naming] = []
        self._open: dict[int, File] = {}
        self._next = 1
        self._dead = False

    # --- finding -------------------------------------------------------------------------------------------

    def _find(self, path: str) -> File | Folder:
        node: File | Folder = self._root
        for name in path.split("/"):
            if name:
                if not isinstance(node, Folder) or name not in node.now:
                    raise OSError(errno.ENOENT, "")
                node = node.now[name]
        return node

    def _folder(self, path: str) -> tuple[Folder, str]:
        above, _, name = path.rpartition("/")
        found = self._find(above)
        if not isinstance(found, Folder):
            raise OSError(errno.ENOTDIR, "")
        return found, name

    def _file(self, path: str, handle: int | None) -> File:
        found = self._open[handle] if handle in self._open else self._find(path)
        if not isinstance(found, File):
            raise OSError(errno.EISDIR, "")
        return found

    # --- changing ------------------------------------------------------------------------------------------

    def _changes(self) -> None:
        """Before a change. The last one that there is power for may have reached the caches, or not."""
        if self._dead:
            raise OSError(errno.EIO, "")
        self._final = self._switch.change()
        if self._final and self._rng.random() < 0.5:
            self._cut()

    def _changed(self) -> None:
        if self._final:
            self._cut()

    def _cut(self) -> None:
        victim = self._switch.state[1]
        if victim:
            os.kill(victim, signal.SIGKILL)
        self._dead = True
        with self._image.open("wb") as file:
            pickle.dump(self._after_cut(), file)
        self._switch.say(off=True)
        raise OSError(errno.EIO, "")

    def _after_cut(self) -> Folder:
        """Names first, in the order of a journal or each chain of names by itself; then each file's bytes."""
        rng = self._rng
        if rng.random() < 0.5:
            kept = self._namings[: rng.randrange(len(self._namings) + 1)]
        else:
            kept = []
            for chain in _chains(self._namings):
                kept += chain[: rng.randrange(len(chain) + 1)]
        for naming in kept:
            naming.confirm()
        return self._left(self._root)

    def _left(self, folder: Folder) -> Folder:
        names: dict[str, File | Folder] = {
            name: self._left(node) if isinstance(node, Folder) else node.after_cut(self._rng)
            for name, node in folder.disk.items()
        }
        return Folder(folder.mode, names, dict(names))

    def _name(self, *changes: tuple[Folder, str, File | Folder | None]) -> None:
        for folder, name, node in changes:
            if node is None:
                folder.now.pop(name, None)
            else:
                folder.now[name] = node
        self._namings.append(_Naming(changes))

    def create(self, path: str, mode: int, _info: Any = None) -> int:
        self._changes()
        folder, name = self._folder(path)
        made = File(mode & 0o7777)
        self._name((folder, name, made))
        handle = self._handle(made)
        self._changed()
        return handle

    def mkdir(self, path: str, mode: int) -> int:
        if path == OFF:
            self._cut()
        self._changes()
        folder, name = self._folder(path)
        if name in folder.now:
            raise OSError(errno.EEXIST, "")
        self._name((folder, name, Folder(mode & 0o7777)))
        self._changed()
        return 0

    def unlink(self, path: str) -> int:
        self._changes()
        folder, name = self._folder(path)
        self._name((folder, name, None))
        self._changed()
        return 0

    def rmdir(self, path: str) -> int:
        found = self._find(path)
        if isinstance(found, Folder) and found.now:
            raise OSError(errno.ENOTEMPTY, "")
        return self.unlink(path)

    def rename(self, old: str, new: str) -> int:
        self._changes()
        node = self._find(old)
        (before, from_name), (after, to_name) = self._folder(old), self._folder(new)
        self._name((before, from_name, None), (after, to_name, node))
        self._changed()
        return 0

    def write(self, path: str, data: bytes, offset: int, handle: int) -> int:
        self._changes()
        self._file(path, handle).write(offset, bytes(data))
        self._changed()
        return len(data)

    def truncate(self, path: str, length: int, handle: int | None = None) -> int:
        self._changes()
        self._file(path, handle).truncate(length)
        self._changed()
        return 0

    def fsync(self, path: str, _datasync: int, handle: int) -> int:
        self._changes()
        self._file(path, handle).sync()
        self._changed()
        return 0

    def fsyncdir(self, path: str, _datasync: int, _handle: int) -> int:
        self._changes()
        folder = self._find(path)
        wanted = [naming for naming in self._namings if any(one is folder for one, _, _ in naming.changes)]
        for naming in _with_causes(self._namings, wanted):
            naming.confirm()
            self._namings.remove(naming)
        self._changed()
        return 0

    # --- what changes nothing that counts ------------------------------------------------------------------

    def getattr(self, path: str, handle: int | None = None) -> dict[str, Any]:
        node = self._open[handle] if handle in self._open else self._find(path)
        kind, size = (stat.S_IFDIR, 4096) if isinstance(node, Folder) else (stat.S_IFREG, len(node.now))
        return {"st_mode": kind | node.mode, "st_nlink": 1, "st_size": size, "st_uid": os.getuid(),
                "st_gid": os.getgid(), "st_mtime": 0, "st_ctime": 0, "st_atime": 0,
                "st_blocks": -(-size // 512)}  # fmt: skip

    def readdir(self, path: str, _handle: int) -> Iterator[str]:
        found = self._find(path)
        yield from (".", "..")
        if isinstance(found, Folder):
            yield from list(found.now)

    def open(self, path: str, _flags: int) -> int:
        found = self._find(path)
        return self._handle(found) if isinstance(found, File) else 0

    def opendir(self, path: str) -> int:
        self._find(path)
        return 0

    def _handle(self, node: File) -> int:
        self._next += 1
        self._open[self._next] = node
        return self._next

    def read(self, path: str, size: int, offset: int, handle: int) -> bytes:
        return bytes(self._file(path, handle).now[offset : offset + size])

    def release(self, _path: str, handle: int) -> int:
        self._open.pop(handle, None)
        return 0

    def chmod(self, path: str, mode: int) -> int:
        self._find(path).mode = mode & 0o7777
        return 0

    def chown(self, _path: str, _uid: int, _gid: int) -> int:
        return 0

    def utimens(self, _path: str, _times: Any = None) -> int:
        return 0

    def access(self, path: str, _mode: int) -> int:
        self._find(path)
        return 0

    def flush(self, _path: str, _handle: int) -> int:
        return 0

    def releasedir(self, _path: str, _handle: int) -> int:
        return 0

    def statfs(self, _path: str) -> dict[str, int]:
        return {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 1 << 20, "f_bfree": 1 << 19, "f_bavail": 1 << 19,
                "f_files": 1 << 16, "f_ffree": 1 << 16, "f_favail": 1 << 16, "f_namemax": 255}  # fmt: skip

    def init(self, _path: str) -> None:
        self._switch.say(mounted=True)

    def destroy(self, _path: str) -> None:
        """Nothing is written when it is unmounted."""


class Mount:
    """The file system, mounted by a process of its own. Made in one process after another, not in threads.

    Args:
        place: an empty folder.
        root: what the disk has.
        image: the file into which a cut writes what is left.
        seed: of the cut.
    """

    def __init__(self, place: Path, root: Folder, image: Path, seed: str) -> None:
        self.place = place
        self._image = image
        self.switch = Switch()
        self.switch.set(victim=0, left=1 << 60)
        importlib.import_module("mfusepy")  # before forking, so that it is loaded once
        self._process = os.fork()
        if not self._process:
            self._serve(root, seed)
        end = time.monotonic() + 8
        while not self.switch.state[0]:
            if time.monotonic() > end:
                raise RuntimeError(f"nothing was mounted on {place}")
            time.sleep(0.0005)

    def _serve(self, root: Folder, seed: str) -> None:
        import mfusepy

        os.closerange(3, 256)
        operations = Unsynced(root, self.switch, random.Random(seed), self._image)
        try:
            mfusepy.FUSE(operations, str(self.place), foreground=True, nothreads=True, attr_timeout=30,
                         entry_timeout=30, default_permissions=False)  # fmt: skip
        finally:
            os._exit(0)

    def cut(self) -> Folder:
        """Cut the power now, if it is not off yet; what the disk has afterwards. Kill who writes before."""
        if not self.switch.state[4]:
            self.switch.set(victim=0, left=1 << 60)
            with suppress(OSError):
                Path(f"{self.place}{OFF}").mkdir()
        end = time.monotonic() + 8
        while not self.switch.state[4]:
            if time.monotonic() > end:
                raise RuntimeError("the power did not go off")
            time.sleep(0.0005)
        self.close()
        with self._image.open("rb") as file:
            return pickle.load(file)  # type: ignore[no-any-return]  # noqa: S301  our own, from a moment ago

    def close(self) -> None:
        """End the process and unmount."""
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0
            if ctypes.CDLL(None).umount2(os.fsencode(self.place), _DETACH):
                os.system(f"fusermount3 -u -z '{self.place}'")  # noqa: S605


def from_folder(path: Path) -> Folder:
    """A real folder as the disk of a file system."""
    names: dict[str, File | Folder] = {}
    for one in sorted(path.iterdir()):
        if one.is_dir():
            names[one.name] = from_folder(one)
        else:
            data = one.read_bytes()
            names[one.name] = File(one.stat().st_mode & 0o7777, bytearray(data), bytearray(data))
    return Folder(path.stat().st_mode & 0o7777, names, dict(names))


def to_folder(root: Folder, path: Path) -> None:
    """What a disk has, as a real folder, to look at."""
    path.mkdir(parents=True, exist_ok=True)
    for name, node in root.disk.items():
        if isinstance(node, Folder):
            to_folder(node, path / name)
        else:
            (path / name).write_bytes(node.disk)
            (path / name).chmod(node.mode)


def _put(target: bytearray, offset: int, data: bytes) -> None:
    if len(target) < offset:
        target.extend(bytes(offset - len(target)))
    target[offset : offset + len(data)] = data


def _cut(target: bytearray, size: int) -> None:
    if size < len(target):
        del target[size:]
    else:
        target.extend(bytes(size - len(target)))


def _torn(offset: int, data: bytes, rng: random.Random) -> Iterator[tuple[int, bytes]]:
    """The sectors of a write that reached the disk: the first ones, or any."""
    edges = [offset, *range((offset // SECTOR + 1) * SECTOR, offset + len(data), SECTOR), offset + len(data)]
    pieces = [(begin, data[begin - offset : end - offset]) for begin, end in pairwise(edges)]
    if rng.random() < 0.5:
        yield from pieces[: rng.randrange(len(pieces) + 1)]
    else:
        share = rng.random()
        yield from (piece for piece in pieces if rng.random() < share)


def _with_causes(namings: list[_Naming], wanted: Iterable[_Naming]) -> list[_Naming]:
    """The namings wanted, with all before them that touch the same names, in their order."""
    chosen, keys = set(map(id, wanted)), set[tuple[int, str]]()
    found: list[_Naming] = []
    for naming in reversed(namings):
        if id(naming) in chosen or naming.keys & keys:
            keys |= naming.keys
            found.append(naming)
    return found[::-1]


def _chains(namings: list[_Naming]) -> list[list[_Naming]]:
    """Namings that hang together by the names they touch."""
    chains: list[tuple[set[tuple[int, str]], list[_Naming]]] = []
    for naming in namings:
        touching = [chain for chain in chains if chain[0] & naming.keys]
        keys = naming.keys.union(*(chain[0] for chain in touching))
        members = {id(one) for chain in touching for one in chain[1]} | {id(naming)}
        chains = [chain for chain in chains if not any(chain is one for one in touching)]
        chains.append((keys, [one for one in namings if id(one) in members]))
    return [chain[1] for chain in chains]
