"""Looks at a large ledger on two processors: a process beside this one is asked for stretches of it.

Whoever has time takes the next one, since this process has the heads, keys and witnesses to look at as well. Only a
ledger that is right is gone through this way. Where a stretch is not, or the other process fails, the answer is that
nobody knows, and the ledger is read in one go: that names the first thing that does not hold.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import deque
from collections.abc import Generator
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, cast

from sqlalchemy.orm import Session

from titer.record import database, sqlite
from titer.record.keys import MARK
from titer.record.verify import leaves

LARGE = 100_000
"""Leaves from which on a second process is worth its start."""
AHEAD = 2
"""Stretches that the second process is asked for at a time, so that it never waits for this one."""


def stretches(session: Session, count: int) -> Generator[leaves.Stretch | None] | None:
    """The stretches of the ledger in their order, as far as each is right; None in place of one that is not.

    Args:
        session: on the snapshot.
        count: how many leaves it has.

    Returns:
        None where one process alone does as well: on PostgreSQL, on one processor, for a small ledger.
    """
    connection = session.connection()
    path = connection.engine.url.database
    if count < LARGE or database.of(connection).NAME != sqlite.NAME or not path or processors() < 2:
        return None
    driver = connection.connection.driver_connection
    return _both(driver, path, count) if isinstance(driver, sqlite3.Connection) else None


def processors() -> int:
    """How many this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _both(own: sqlite3.Connection, path: str, count: int) -> Generator[leaves.Stretch | None]:
    length = leaves.STRETCH
    command = [sys.executable, "-I", "-S", leaves.__file__, path, MARK]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        other = _Other(process)
        nobodys = deque(range(0, count, length))
        found: dict[int, leaves.Stretch | None] = {}
        try:
            for begin in range(0, count, length):
                while begin not in found:
                    while nobodys and len(other.asked) < AHEAD:
                        first = nobodys.popleft()
                        other.ask(first, min(first + length, count))
                    if (line := other.told(wait=not nobodys)) is not None:
                        found[other.asked.popleft()] = leaves.decoded(line)
                    else:
                        first = nobodys.popleft()
                        end = min(first + length, count)
                        found[first] = leaves.stretch(own, first, end, MARK.encode())
                yield found.pop(begin)
        except (sqlite3.Error, ValueError, KeyError, TypeError, OSError):
            yield None
        finally:
            other.end()


class _Other:
    """The process beside this one: it answers in the order in which it was asked, a line each.

    Args:
        process: its input and output are pipes.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.asked = deque[int]()
        self._process = process
        self._lines = SimpleQueue[str]()
        self._reader = Thread(target=self._read, args=(cast(IO[bytes], process.stdout),), daemon=True)
        self._reader.start()

    def _read(self, output: IO[bytes]) -> None:
        for line in iter(output.readline, b""):
            self._lines.put(line.decode("ascii", "replace"))
        self._lines.put("")

    def ask(self, first: int, end: int) -> None:
        """For the leaves from `first` to before `end`.

        Raises:
            OSError: if it is gone.
        """
        os.write(cast(IO[bytes], self._process.stdin).fileno(), f"{first} {end}\n".encode())
        self.asked.append(first)

    def told(self, *, wait: bool) -> str | None:
        """What it said to the oldest question; an empty line if it is gone, None if it is not done yet."""
        try:
            return self._lines.get(block=wait)
        except Empty:
            return None

    def end(self) -> None:
        """Nobody asks it any more; its pipes are closed by nobody while they are read."""
        self._process.kill()
        self._reader.join()
