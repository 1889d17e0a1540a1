"""Looks at a large ledger on two processors: every other stretch of it in a process beside this one.

Only a ledger that is right is gone through this way. Where a stretch is not, or the other process fails, the answer
is that nobody knows, and the ledger is read in one go: that names the first thing that does not hold.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from typing import IO, cast

from sqlalchemy.orm import Session

from titer.record import database, sqlite
from titer.record.keys import MARK
from titer.record.verify import leaves

LARGE = 100_000
"""Leaves from which on a second process is worth its start."""


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
    numbers = [str(number) for number in (length, count, length, 2 * length)]
    command = [sys.executable, "-I", "-S", leaves.__file__, path, MARK, *numbers]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as other:  # noqa: S603
        try:
            told = cast(IO[str], other.stdout)
            for number, begin in enumerate(range(0, count, length)):
                try:
                    if number % 2:
                        yield leaves.decoded(told.readline())
                    else:
                        yield leaves.stretch(own, begin, min(begin + length, count), MARK.encode())
                except (sqlite3.Error, ValueError, KeyError, TypeError):
                    yield None
        finally:
            other.kill()
