"""The frame: a batch of values of one connection as columns, in the bytes that never change again.

The same bytes are kept in the connection's journal, shipped to the hub and appended to the historian's log,
so a frame is encoded once and its checksum travels with it.

Layout, little endian throughout:

    b"TTRF" | u4 length of the header | header, JSON | columns, in the order of `COLUMNS` | u4 CRC-32

The CRC-32 (zlib's) covers everything before it, the header too. The header tells the number of rows, hence
the length of the columns; `split` can therefore cut a stream of frames apart without any envelope.

A frame that bears spectra or chromatograms has two lists more in its header, `arrays` ([row, length, digest of the
axis]) and `axes` ([name, unit, length]), and their numbers (f8) behind the columns: those of the arrays, then those
of the axes, in the order of the lists. A row that bears an array bears neither a number nor a text.

Sequence numbers count rows. A frame that bears only events takes one number, so that it too is delivered
exactly once: `last - first + 1 == max(rows, 1)`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault, Invalid
from titer.connect.core.acquired import Acquired, Axis

MAGIC = b"TTRF"
MAXIMAL_HEADER = 64 * 1024 * 1024
MAXIMAL_ROWS = 16_000_000
MAXIMAL_POINTS = 16_000_000

COLUMNS: tuple[tuple[str, np.dtype[Any]], ...] = (
    ("channel", np.dtype("<u2")),
    ("source_us", np.dtype("<i8")),
    ("server_us", np.dtype("<i8")),
    ("received_us", np.dtype("<i8")),
    ("value", np.dtype("<f8")),
    ("status", np.dtype("<u4")),
    ("quality", np.dtype("u1")),
    ("origin", np.dtype("u1")),
)
ROW_BYTES = sum(kind.itemsize for _, kind in COLUMNS)
EVENT_KINDS = frozenset(
    {
        "gap_opened",
        "gap_filled",
        "gap_unrecoverable",
        "overflow",
        "reconnected",
        "config_changed",
        "file_lost",
        "clock_step",
        "alarm",
        "alarms_refreshed",
        "clock_off",
        "clock_drift",
        "clock_right",
        "command_progress",
    }
)


class Quality(IntEnum):
    """How far a value may be trusted; OPC UA's two severity bits, the same numbers for every source."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Values of one connection, as columns of equal length.

    Attributes:
        connection: the connection's name.
        epoch: counts the lives of the source (and of the journal); sequences begin at 1 in each epoch.
        first: sequence of the first row.
        last: sequence of the last row; equal to `first` when there are only events.
        channels: tags that the rows point at by their index.
        channel: index into `channels` (u2).
        source_us: the source's own time, microseconds since 1970 (i8); never rewritten.
        server_us: the server's time, 0 where the protocol has none (i8).
        received_us: when the connector took it in, by the host's clock (i8).
        value: the number, NaN where it is text (f8).
        status: the full OPC UA status code (u4).
        quality: see `Quality` (u1).
        origin: see `Origin` (u1).
        text: row -> text, for strings (and for the reason of a quality where a protocol has no status).
        arrays: row -> spectrum or chromatogram, with its axis.
        events: what happened in the stream: dicts with `kind`, `channels`, `from_us`, `to_us`, `reason`.
    """

    connection: str
    epoch: int
    first: int
    last: int
    channels: tuple[str, ...]
    channel: NDArray[np.uint16]
    source_us: NDArray[np.int64]
    server_us: NDArray[np.int64]
    received_us: NDArray[np.int64]
    value: NDArray[np.float64]
    status: NDArray[np.uint32]
    quality: NDArray[np.uint8]
    origin: NDArray[np.uint8]
    text: Mapping[int, str] = field(default_factory=dict)
    events: Sequence[dict[str, Any]] = ()
    arrays: Mapping[int, Acquired] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """The number of values."""
        return len(self.value)

    def encode(self) -> bytes:
        """The bytes of this frame.

        Raises:
            Invalid: if columns, sequences or events contradict each other, since such a frame could be
                neither stored exactly once nor read again.
        """
        _check(self)
        axes = {one.axis.digest: one.axis for one in self.arrays.values()}
        more: dict[str, Any] = {}
        if self.arrays:
            more["arrays"] = [[row, len(one.values), one.axis.digest] for row, one in self.arrays.items()]
            more["axes"] = [[axis.name, axis.unit, len(axis.values)] for axis in axes.values()]
        header = canonical(
            {
                **more,
                "connection": self.connection,
                "epoch": self.epoch,
                "first": self.first,
                "last": self.last,
                "rows": self.rows,
                "channels": list(self.channels),
                "text": {str(row): text for row, text in self.text.items()},
                "events": list(self.events),
            }
        )
        parts = [MAGIC, len(header).to_bytes(4, "little"), header]
        parts += [np.ascontiguousarray(getattr(self, name), dtype=kind).tobytes() for name, kind in COLUMNS]
        parts += [np.ascontiguousarray(one.values, dtype="<f8").tobytes() for one in self.arrays.values()]
        parts += [axis.values.tobytes() for axis in axes.values()]
        body = b"".join(parts)
        return body + zlib.crc32(body).to_bytes(4, "little")

    @classmethod
    def decode(cls, data: bytes) -> Frame:
        """Read one frame; its columns are read-only views of `data`.

        Raises:
            IntegrityFault: if the bytes are not exactly one undamaged frame.
        """
        header, start, end = _measure(data, 0)
        if end != len(data):
            raise IntegrityFault(
                f"{len(data)} bytes were handed over as one frame, but the frame ends at byte {end}."
            )
        if zlib.crc32(data[: end - 4]) != int.from_bytes(data[end - 4 : end], "little"):
            raise IntegrityFault(
                f"A frame of connection {header['connection']} (epoch {header['epoch']}, sequences "
                f"{header['first']} to {header['last']}) is damaged: its checksum differs.",
                do="Fetch it again from the connection's journal.",
            )
        columns: dict[str, Any] = {}
        offset, rows = start, header["rows"]
        for name, kind in COLUMNS:
            columns[name] = np.frombuffer(data, dtype=kind, count=rows, offset=offset)
            offset += rows * kind.itemsize
        try:
            arrays = _arrays(header, data, offset)
        except (ValueError, TypeError, KeyError) as error:
            raise IntegrityFault("The arrays of a frame do not fit to their axes.", why=str(error)) from error
        return cls(
            connection=header["connection"],
            epoch=header["epoch"],
            first=header["first"],
            last=header["last"],
            channels=tuple(header["channels"]),
            text={int(row): text for row, text in header["text"].items()},
            events=tuple(header["events"]),
            arrays=arrays,
            **columns,
        )


def split(data: bytes) -> list[bytes]:
    """Cut the concatenation of several frames apart; each part is what `Frame.decode` takes.

    Raises:
        IntegrityFault: if the bytes do not end where a frame ends. Checksums are left to `decode`.
    """
    frames: list[bytes] = []
    at = 0
    while at < len(data):
        _, _, end = _measure(data, at)
        frames.append(data[at:end])
        at = end
    return frames


def header_of(data: bytes) -> dict[str, Any]:
    """The header of the first frame in `data`, without touching its columns or its checksum."""
    header, _, _ = _measure(data, 0)
    return header


def _measure(data: bytes, at: int) -> tuple[dict[str, Any], int, int]:
    if data[at : at + 4] != MAGIC or len(data) < at + 8:
        raise IntegrityFault(f"There is no frame at byte {at}: it does not begin with {MAGIC!r}.")
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    start = at + 8 + length
    if length > MAXIMAL_HEADER or start + 4 > len(data):
        raise IntegrityFault(f"The frame at byte {at} is cut off within its header.")
    try:
        header = json.loads(data[at + 8 : start])
        rows = header["rows"]
        missing = {"connection", "epoch", "first", "last", "channels", "text", "events"} - header.keys()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityFault(f"The header of the frame at byte {at} cannot be read.") from error
    if missing or not isinstance(rows, int) or not 0 <= rows <= MAXIMAL_ROWS:
        raise IntegrityFault(f"The header of the frame at byte {at} is incomplete.")
    points = _points(header)
    if points is None:
        raise IntegrityFault(f"The header of the frame at byte {at} announces no possible arrays.")
    end = start + rows * ROW_BYTES + 8 * points + 4
    if end > len(data):
        raise IntegrityFault(f"The frame at byte {at} is cut off within its columns.")
    return header, start, end


def _points(header: Mapping[str, Any]) -> int | None:
    """How many numbers of arrays and axes follow the columns; None if that cannot be."""
    lists = (header.get("arrays", []), header.get("axes", []))
    if not all(isinstance(one, list) for one in lists):
        return None
    total = 0
    for one, at in ((one, at) for named, at in zip(lists, (1, 2), strict=True) for one in named):
        if not isinstance(one, list) or len(one) != 3 or type(one[at]) is not int or one[at] < 0:
            return None
        total += one[at]
    return total if total <= MAXIMAL_POINTS else None


def _arrays(header: Mapping[str, Any], data: bytes, offset: int) -> dict[int, Acquired]:
    named = header.get("arrays", [])
    if not named:
        return {}
    values: list[NDArray[np.float64]] = []
    for _, length, _ in named:
        values.append(np.frombuffer(data, dtype="<f8", count=length, offset=offset))
        offset += 8 * length
    axes: dict[str, Axis] = {}
    for name, unit, length in header.get("axes", []):
        axis = Axis(str(name), str(unit), np.frombuffer(data, dtype="<f8", count=length, offset=offset))
        axes[axis.digest] = axis
        offset += 8 * length
    found: dict[int, Acquired] = {}
    for (row, length, axis_digest), numbers in zip(named, values, strict=True):
        axis = axes[axis_digest]
        if type(row) is not int or not 0 <= row < header["rows"] or length != len(axis.values):
            raise ValueError(f"row {row} has {length} numbers along {len(axis.values)}")
        found[row] = Acquired(numbers, axis)
    return found


def _check(frame: Frame) -> None:
    rows = frame.rows
    for name, _ in COLUMNS:
        if len(getattr(frame, name)) != rows:
            raise Invalid(f"Column {name} has {len(getattr(frame, name))} rows, but value has {rows}.")
    if frame.first < 1 or frame.last - frame.first + 1 != max(rows, 1):
        raise Invalid(f"{rows} rows cannot bear the sequences {frame.first} to {frame.last}.")
    if rows == 0 and not frame.events:
        raise Invalid("A frame without values and without events says nothing.")
    if rows and int(frame.channel.max()) >= len(frame.channels):
        raise Invalid("A row points at a channel that the frame does not name.")
    if any(not 0 <= row < rows for row in frame.text):
        raise Invalid("A text points at a row that does not exist.")
    for row, one in frame.arrays.items():
        if not 0 <= row < rows or row in frame.text or not np.isnan(frame.value[row]):
            raise Invalid(f"Row {row} cannot bear an array: it is not there, or bears a number or a text.")
        if len(one.values) != len(one.axis.values):
            raise Invalid(f"An array of {len(one.values)} does not fit to an axis of {len(one.axis.values)}.")
    if sum(len(one.values) for one in frame.arrays.values()) * 2 > MAXIMAL_POINTS:
        raise Invalid("A frame cannot bear so many points.", do="Send fewer acquisitions at once.")
    for event in frame.events:
        if event.get("kind") not in EVENT_KINDS:
            raise Invalid(f"{event.get('kind')!r} is no kind of event.", why=f"Known: {sorted(EVENT_KINDS)}")
