"""Steers `shim.c`: makes calls of a child process fail or be short, or kills it at one of them."""

from __future__ import annotations

import ctypes
import hashlib
import mmap
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
WRITE, SYNC, NAME, TRUNCATE, SEND = 1, 2, 4, 8, 16
ANY = WRITE | SYNC | NAME | TRUNCATE
"""All that storage is asked for; what is sent to a server's socket is counted only by who names it."""
FAIL, SHORT, KILL_BEFORE, KILL_AFTER = 1, 2, 3, 4

_HEAD = struct.Struct("=iiIiii")
_COUNTERS = struct.Struct("=qqq")
_MATCH, _LAST = 256, 512
_SIZE = _HEAD.size + _COUNTERS.size + _MATCH + _LAST


def at_home() -> Path:
    """The shim, compiled once for each user and source; in a folder that only the user can write.

    Raises:
        RuntimeError: see `build`.
    """
    name = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"titer-shim-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise RuntimeError(f"{folder} belongs to somebody else")
    target = folder / f"{name}.so"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=folder) as made:
            build(Path(made)).replace(target)
    return target


def compiler() -> str | None:
    """The C compiler, if there is one."""
    return shutil.which("cc") or shutil.which("gcc")


def build(folder: Path) -> Path:
    """Compile the shim into a folder.

    Raises:
        RuntimeError: if there is no compiler, or it does not take the source.
    """
    target, found = folder / "shim.so", compiler()
    if found is None:
        raise RuntimeError("no C compiler is here, so no call can be made to fail")
    command = [found, "-shared", "-fPIC", "-O2", "-o", str(target), str(SOURCE), "-ldl"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise RuntimeError(made.stderr)
    return target


@dataclass(frozen=True)
class Fault:
    """What is to happen.

    Args:
        match: part of the path; the empty text is every path.
        calls: which kinds of calls count.
        nth: at which of them, counted from 1.
        action: FAIL, SHORT, KILL_BEFORE or KILL_AFTER.
        error: errno of a call that fails.
        sticky: whether those after the n-th fail, too.
    """

    match: str = ""
    calls: int = ANY
    nth: int = 1
    action: int = FAIL
    error: int = 5
    sticky: bool = False


class Control:
    """The file that steers the shim of other processes, mapped into this one.

    Args:
        path: is made.
    """

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(_SIZE))
        self.path = path
        self._file = path.open("r+b")
        self._map = mmap.mmap(self._file.fileno(), _SIZE)

    def arm(self, fault: Fault, pid: int = 0) -> None:
        """From now on, let the fault happen in one process, or in all that have this file."""
        self.disarm()
        at = _HEAD.size + _COUNTERS.size
        self._map[at : at + _MATCH] = fault.match.encode().ljust(_MATCH, b"\0")
        self._map[at + _MATCH : at + _MATCH + _LAST] = bytes(_LAST)
        _COUNTERS.pack_into(self._map, _HEAD.size, fault.nth, 0, 0)
        head = (1, pid, fault.calls, fault.action, fault.error, int(fault.sticky))
        _HEAD.pack_into(self._map, 0, *head)

    def disarm(self) -> None:
        """Let every call pass."""
        struct.pack_into("=i", self._map, 0, 0)

    @property
    def count(self) -> int:
        """How many calls counted since it was armed."""
        return int(_COUNTERS.unpack_from(self._map, _HEAD.size)[1])

    @property
    def fired(self) -> int:
        """How many calls were touched."""
        return int(_COUNTERS.unpack_from(self._map, _HEAD.size)[2])

    @property
    def last(self) -> str:
        """The call that was touched last, and its path."""
        at = _HEAD.size + _COUNTERS.size + _MATCH
        return self._map[at : at + _LAST].split(b"\0", 1)[0].decode(errors="replace")

    def close(self) -> None:
        """Give the file back."""
        self._map.close()
        self._file.close()


def preloaded(library: Path) -> None:
    """Run this program again with the shim, unless it is there: its children are forked and then have it."""
    if str(library) not in os.environ.get("LD_PRELOAD", "").split(":"):
        environment = {**os.environ, "LD_PRELOAD": str(library)}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606  itself, again


def obey(path: Path) -> None:
    """Let the shim of this process be steered by a file; done by a child after it was forked."""
    if ctypes.CDLL(None).faults_control(str(path).encode()):
        raise RuntimeError(f"the shim does not take {path}")
