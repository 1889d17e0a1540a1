"""What waits in a journal, told from its file by whoever has not opened it: the edge's status, and campaigns."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass
from pathlib import Path

from titer.base.errors import IntegrityFault
from titer.connect.core.frame import MAGIC, Frame


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a journal holds for the hub, told from its file.

    Args:
        rows: values and events.
        size: bytes of their frames.
        oldest_us: when the oldest was taken, microseconds; 0 if nothing waits.
    """

    rows: int
    size: int
    oldest_us: int


def read_frames(path: Path) -> list[Frame]:
    """The frames that a journal holds, for campaigns and tests; the file is opened read-only."""
    sql = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        rows = sql.execute("SELECT data FROM frame ORDER BY epoch, first")
        return [Frame.decode(unpacked(data)) for (data,) in rows]
    finally:
        sql.close()


def waiting_in(path: Path) -> Waiting:
    """What a journal holds for the hub, told from its file, which is opened read-only.

    Raises:
        IntegrityFault: if the file cannot be read.
    """
    try:
        sql = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            rows, size = sql.execute(
                "SELECT coalesce(sum(last - first + 1), 0), coalesce(sum(length(data)), 0) FROM frame"
            ).fetchone()
            first = sql.execute("SELECT data FROM frame ORDER BY epoch, first LIMIT 1").fetchone()
        finally:
            sql.close()
    except sqlite3.Error as error:
        raise IntegrityFault(f"The journal {path} cannot be read: {error}.") from error
    return Waiting(int(rows), int(size), taken_us(first[0]) if first else 0)


def unpacked(data: bytes) -> bytes:
    """The frame that a journal keeps, packed or not."""
    return data if data.startswith(MAGIC) else zlib.decompress(data)


def taken_us(data: bytes) -> int:
    """When what a frame holds was taken."""
    frame = Frame.decode(unpacked(data))
    if frame.rows:
        return int(frame.received_us[0])
    return max((int(event.get("at_us") or 0) for event in frame.events), default=0)
