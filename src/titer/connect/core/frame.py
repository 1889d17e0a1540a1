"""The frame: observations of one connection as columns, and the events among them.

The same bytes are kept in the connection's journal, shipped to the hub and appended to the historian's log,
so nothing is copied from object to object on the way, and a checksum made at the instrument is checked
thirty years later.

Layout: `TTRF`, u4 header length, canonical JSON header, columns (little endian, one after another), u4 CRC-32
over everything before it.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault

MAGIC = b"TTRF"
MAX_HEADER = 4 * 1024 * 1024
MAX_ROWS = 1_000_000

COLUMNS: tuple[tuple[str, str], ...] = (
    ("channel", "<u2"),
    ("source_us", "<i8"),
    ("server_us", "<i8"),
    ("received_us", "<i8"),
    ("value", "<f8"),
    ("status", "<u4"),
    ("quality", "u1"),
    ("origin", "u1"),
)


class Quality(IntEnum):
    """The normalised quality of a value."""

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2


class Origin(IntEnum):
    """How a value came here."""

    LIVE = 0
    REPLAYED = 1
    BACKFILLED = 2
    FILE = 3
    MANUAL = 4


def _empty(dtype: str) -> npt.NDArray[Any]:
    return np.empty(0, dtype=dtype)


@dataclass(frozen=True)
class Frame:
    """A batch of observations and events with consecutive sequence numbers.

    Args:
        connection: its name.
        epoch: grows whenever the source or the journal begins anew.
        first: sequence number of the first observation or event.
        last: of the last one; `last - first + 1` is rows plus events.
        channels: tags; the column `channel` is an index into them.
        channel, source_us, server_us, received_us, value, status, quality, origin: columns of one length;
            times in microseconds since 1970 (UTC), `value` NaN where the value is text.
        text: text values by row.
        events: gaps, overflows, reconnections, changes of configuration, clock steps.
    """

    connection: str
    epoch: int
    first: int
    last: int
    channels: tuple[str, ...] = ()
    channel: npt.NDArray[Any] = field(default_factory=lambda: _empty("<u2"))
    source_us: npt.NDArray[Any] = field(default_factory=lambda: _empty("<i8"))
    server_us: npt.NDArray[Any] = field(default_factory=lambda: _empty("<i8"))
    received_us: npt.NDArray[Any] = field(default_factory=lambda: _empty("<i8"))
    value: npt.NDArray[Any] = field(default_factory=lambda: _empty("<f8"))
    status: npt.NDArray[Any] = field(default_factory=lambda: _empty("<u4"))
    quality: npt.NDArray[Any] = field(default_factory=lambda: _empty("u1"))
    origin: npt.NDArray[Any] = field(default_factory=lambda: _empty("u1"))
    text: dict[int, str] = field(default_factory=dict)
    events: tuple[dict[str, Any], ...] = ()

    def __len__(self) -> int:
        """How many observations."""
        return len(self.channel)

    def encode(self) -> bytes:
        """The frame's bytes.

        Raises:
            ValueError: if the columns differ in length, or the sequence numbers do not fit the content.
        """
        rows = len(self)
        if any(len(getattr(self, name)) != rows for name, _ in COLUMNS):
            raise ValueError("the columns of a frame have one length")
        if self.last - self.first + 1 != rows + len(self.events):
            raise ValueError("the sequence numbers of a frame count its rows and events")
        header = canonical(
            {
                "connection": self.connection,
                "epoch": self.epoch,
                "first": self.first,
                "last": self.last,
                "channels": list(self.channels),
                "rows": rows,
                "text": {str(row): text for row, text in self.text.items()},
                "events": list(self.events),
            }
        )
        parts = [MAGIC, struct.pack("<I", len(header)), header]
        parts += [np.ascontiguousarray(getattr(self, name), dtype=dtype).tobytes() for name, dtype in COLUMNS]
        body = b"".join(parts)
        return body + struct.pack("<I", zlib.crc32(body))

    @classmethod
    def decode(cls, data: bytes) -> Frame:
        """Read one frame.

        Raises:
            IntegrityFault: if the bytes are no frame, were altered, or are larger than a frame may be.
        """
        end = frame_length(data)
        if end != len(data):
            raise IntegrityFault("The bytes hold more or less than one frame.")
        (checksum,) = struct.unpack_from("<I", data, end - 4)
        if zlib.crc32(memoryview(data)[: end - 4]) != checksum:
            raise IntegrityFault("A frame's checksum does not fit its bytes.")
        head = _header(data)
        rows, position = head["rows"], 8 + struct.unpack_from("<I", data, 4)[0]
        columns: dict[str, npt.NDArray[Any]] = {}
        for name, dtype in COLUMNS:
            columns[name] = np.frombuffer(data, dtype=dtype, count=rows, offset=position)
            position += columns[name].nbytes
        if rows and int(columns["channel"].max()) >= len(head["channels"]):
            raise IntegrityFault("A frame refers to a channel that it does not name.")
        if head["last"] - head["first"] + 1 != rows + len(head["events"]):
            raise IntegrityFault("A frame's sequence numbers do not count its content.")
        return cls(
            connection=head["connection"],
            epoch=head["epoch"],
            first=head["first"],
            last=head["last"],
            channels=tuple(head["channels"]),
            text={int(row): text for row, text in head["text"].items()},
            events=tuple(head["events"]),
            **columns,
        )


def _header(data: bytes) -> dict[str, Any]:
    (length,) = struct.unpack_from("<I", data, 4)
    try:
        head = json.loads(data[8 : 8 + length])
        known = {"connection", "epoch", "first", "last", "channels", "rows", "text", "events"}
        good = isinstance(head, dict) and set(head) == known and 0 <= head["rows"] <= MAX_ROWS
    except (ValueError, TypeError, RecursionError):
        good = False
    if not good:
        raise IntegrityFault("A frame's header cannot be read.")
    return dict(head)


def frame_length(data: bytes) -> int:
    """The length of the frame that begins the bytes.

    Raises:
        IntegrityFault: if no whole frame begins there.
    """
    if len(data) < 12 or data[:4] != MAGIC:
        raise IntegrityFault("The bytes do not begin with a frame.")
    (length,) = struct.unpack_from("<I", data, 4)
    if length > MAX_HEADER or 8 + length > len(data):
        raise IntegrityFault("A frame's header is too large or cut off.")
    rows = _header(data)["rows"]
    total = 8 + length + rows * sum(np.dtype(dtype).itemsize for _, dtype in COLUMNS) + 4
    if total > len(data):
        raise IntegrityFault("A frame is cut off.")
    return int(total)


def split(data: bytes) -> list[bytes]:
    """The frames that stand one after another in the bytes."""
    frames: list[bytes] = []
    rest = data
    while rest:
        end = frame_length(rest)
        frames.append(rest[:end])
        rest = rest[end:]
    return frames
