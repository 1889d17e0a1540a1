"""What a process that reads foreign files may not do: use more than its share, write, run programs, use a network.

It needs the standard library alone and imports nothing of Titer, since readers that need an environment of their own
load it there by its path.

The kernel refuses sockets and programs where it can (Linux on x86-64 and AArch64: a seccomp filter, which needs no
privilege and cannot be taken off again); on every system the interpreter itself refuses them too (PEP 578), which
holds for code in Python and not for a library in C.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from typing import Any

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANSWER = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001
_OF_X32 = 0x40000000
_CALLS = {
    # socket, socketpair, execve, execveat, io_uring_setup, ptrace: linux/arch/*/include/*/unistd
    "x86_64": (0xC000003E, (41, 53, 59, 322, 425, 101)),
    "aarch64": (0xC00000B7, (198, 199, 221, 281, 425, 117)),
}
_REFUSED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.startfile")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("rules", ctypes.c_void_p))


def confine(memory_mb: int, seconds: int) -> bool:
    """Limit this process for the rest of its life.

    Args:
        memory_mb: address space; not set on Darwin, which knows the limit and refuses to set it.
        seconds: of processor time.

    Returns:
        Whether the kernel holds it to having no network and running no programs; else the interpreter alone does.
    """
    memory = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform != "darwin":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # The process that asks may be bound more tightly itself; a file has its own limit.
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    held = _by_kernel()
    sys.addaudithook(_refuse)
    return held


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"A process that reads files has no network and runs no programs ({event}).")


def _by_kernel() -> bool:
    known = _CALLS.get(platform.machine()) if sys.platform == "linux" else None
    if known is None:
        return False
    machine, calls = known
    # struct seccomp_data begins with the number of the call (offset 0) and the machine (offset 4).
    rules = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), (_ANSWER, 0, 0, _REFUSE), (_LOAD, 0, 0, 0)]
    rules.append((_AT_LEAST, len(calls) + 1, 0, _OF_X32))
    rules += [(_EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)]
    rules += [(_ANSWER, 0, 0, _ALLOW), (_ANSWER, 0, 0, _REFUSE)]
    held = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *rule) for rule in rules))
    program = _Program(len(rules), ctypes.cast(held, ctypes.c_void_p))
    control = ctypes.CDLL(None, use_errno=True).prctl
    if control(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(control(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)
