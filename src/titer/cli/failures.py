"""What the operating system, the database and the network say when they fail, in words that a lab person knows."""

from __future__ import annotations

import errno
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from titer.base.errors import TiterError, Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ENOENT, errno.EEXIST}


def in_words(error: BaseException) -> TiterError | None:
    """The failure in people's words; None if it is a defect of Titer, which shows its traceback.

    Libraries are looked at only if a command has loaded them: a failure cannot come from another one.
    """
    if isinstance(error, TiterError):
        return error
    if "sqlalchemy" in sys.modules and isinstance(error, Exception):
        from titer.record.errors import translate

        told = translate(error)
        if told is not None:
            return told
    if "httpx2" in sys.modules:
        import httpx2 as httpx

        if isinstance(error, httpx.TransportError):
            return Unavailable(
                "The hub does not answer, or another program uses its port.",
                why=str(error) or type(error).__name__,
                do="Look at what runs there (titer doctor), and at logs/hub.log of the installation.",
            )
    if isinstance(error, OSError):
        return _of_system(error)
    return None


def _of_system(error: OSError) -> TiterError | None:
    where = f"{error.filename}: " if error.filename else ""
    why = where + (error.strerror or str(error))
    if error.errno in _FULL:
        return Unavailable("The disk is full.", why=why, do="Free some space, then do it again.")
    if error.errno in _DENIED and error.filename:
        return Unavailable(
            "A file or folder cannot be read or written.",
            why=why,
            do="Look at its owner and rights, and whether it is mounted read-only; or choose another folder.",
        )
    return None


@contextmanager
def leaving_in_order() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end a command as Ctrl+C does: in order, and its processes with it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
