"""From the bytes of a PublishResponse or a HistoryData straight to columns.

asyncua's generic decoder builds a MonitoredItemNotification, a DataValue, a Variant and two datetimes for each
value; with thousands of values a second that is most of the cost. Values of one shape (same fields, same
scalar type) that follow each other are read here as one NumPy record array; everything else goes value by
value, and what this module does not know (structures, arrays of them) goes through asyncua's decoder. An array of
numbers is one value: the points of a spectrum.

Encoding: OPC UA Part 6, 5.2.2.16 (Variant), 5.2.2.17 (DataValue), Part 4, 7.25 (NotificationData). A DateTime
counts 100 ns since 1601-01-01; times are kept in microseconds, as everywhere in Titer.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from titer.base.errors import Unavailable
from titer.connect.core.values import as_number
from titer.connect.opcua.arrays import Points, points_of

FILETIME_EPOCH_US = 11_644_473_600_000_000
OVERFLOW_INFO = 0x0400
OVERFLOW = 0x0080
_RUN = 4
_ARRAY = 0x80
_BOOLEAN = 1
_I4, _U4, _I8, _F8 = struct.Struct("<i"), struct.Struct("<I"), struct.Struct("<q"), struct.Struct("<d")
_SCALARS: dict[int, tuple[struct.Struct, str]] = {
    1: (struct.Struct("<?"), "u1"),
    2: (struct.Struct("<b"), "i1"),
    3: (struct.Struct("<B"), "u1"),
    4: (struct.Struct("<h"), "<i2"),
    5: (struct.Struct("<H"), "<u2"),
    6: (_I4, "<i4"),
    7: (_U4, "<u4"),
    8: (_I8, "<i8"),
    9: (struct.Struct("<Q"), "<u8"),
    10: (struct.Struct("<f"), "<f4"),
    11: (_F8, "<f8"),
}
_HAS_VALUE, _HAS_STATUS, _HAS_SOURCE, _HAS_SERVER, _HAS_SOURCE_PICO, _HAS_SERVER_PICO = 1, 2, 4, 8, 16, 32


@dataclass(slots=True)
class Decoded:
    """Values as parallel lists, in the order of the wire; times in us since 1970, 0 where they are missing."""

    handle: list[int]
    value: list[float]
    status: list[int]
    source_us: list[int]
    server_us: list[int]
    text: dict[int, str]
    points: dict[int, Points] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> Decoded:
        """No values."""
        return cls([], [], [], [], [], {})


@dataclass(slots=True)
class Publish:
    """What one PublishResponse says; each of `events` is an EventNotificationList as it was encoded."""

    subscription: int
    available: tuple[int, ...]
    more: bool
    sequence: int
    data: Decoded
    notifications: int
    status_change: int | None
    events: tuple[bytes, ...]


class _Reader:
    """A position in the bytes of a response."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def take(self, shape: struct.Struct) -> Any:
        value = shape.unpack_from(self.data, self.at)[0]
        self.at += shape.size
        return value

    def count(self, least: int) -> int:
        """The length of an array whose elements take at least `least` bytes each; -1 (null) counts as 0."""
        number = int(self.take(_I4))
        if number * least > len(self.data) - self.at:
            raise Unavailable("The server announced an array that is longer than its message.")
        return max(number, 0)

    def skip_node_id(self) -> int:
        """Read a NodeId and return its numeric identifier, -1 if it has another kind."""
        kind = self.data[self.at]
        if kind == 0:
            number = self.data[self.at + 1]
            self.at += 2
        elif kind == 1:
            number = int.from_bytes(self.data[self.at + 2 : self.at + 4], "little")
            self.at += 4
        elif kind == 2:
            number = int.from_bytes(self.data[self.at + 3 : self.at + 7], "little")
            self.at += 7
        else:
            raise Unavailable("The server sent a notification of an unknown type.")
        return number


def publish(body: bytes) -> Publish:
    """Read the parameters of a PublishResponse: what follows its response header.

    Raises:
        Unavailable: if the bytes do not hold what they announce.
    """
    try:
        return _publish(_Reader(body))
    except (struct.error, IndexError, ValueError) as error:
        raise Unavailable("The server's publish response cannot be read.", why=str(error)) from error


def notification_message(body: bytes) -> Publish:
    """Read the NotificationMessage of a RepublishResponse: what follows its response header."""
    reader = _Reader(body)
    try:
        return _message(reader, 0, (), False)
    except (struct.error, IndexError, ValueError) as error:
        raise Unavailable("The server's republished message cannot be read.", why=str(error)) from error


def _publish(reader: _Reader) -> Publish:
    subscription = reader.take(_U4)
    available = tuple(reader.take(_U4) for _ in range(reader.count(4)))
    more = bool(reader.data[reader.at])
    reader.at += 1
    return _message(reader, subscription, available, more)


def _message(reader: _Reader, subscription: int, available: tuple[int, ...], more: bool) -> Publish:
    sequence = reader.take(_U4)
    reader.at += 8
    data, notifications, status_change = Decoded.empty(), 0, None
    events: list[bytes] = []
    for _ in range(reader.count(3)):
        kind = reader.skip_node_id()
        encoding = reader.data[reader.at]
        reader.at += 1
        length = reader.count(1) if encoding == 1 else 0
        end = reader.at + length
        notifications += 1
        if kind == 811:
            _items(reader, reader.count(5), data, end)
        elif kind == 820:
            status_change = int(reader.take(_U4))
        elif kind == 916:
            events.append(reader.data[reader.at : end])
        reader.at = end
    return Publish(subscription, available, more, sequence, data, notifications, status_change, tuple(events))


def _items(reader: _Reader, count: int, out: Decoded, end: int) -> None:
    done = 0
    run, shape = 0, -1
    while done < count:
        mask, kind = reader.data[reader.at + 4], reader.data[reader.at + 5]
        here = mask << 8 | kind
        run, shape = (run + 1 if here == shape else 1), here
        if run >= _RUN and mask & _HAS_VALUE and kind in _SCALARS:
            taken = _same_shape(reader, mask, kind, count - done, out, end)
            done += taken
            run = 0
            if taken:
                continue
        out.handle.append(reader.take(_U4))
        _data_value(reader, out)
        done += 1


def _same_shape(reader: _Reader, mask: int, kind: int, most: int, out: Decoded, end: int) -> int:
    fields = [("handle", "<u4"), ("mask", "u1"), ("kind", "u1"), ("value", _SCALARS[kind][1])]
    if mask & _HAS_STATUS:
        fields.append(("status", "<u4"))
    if mask & _HAS_SOURCE:
        fields.append(("source", "<i8"))
    if mask & _HAS_SOURCE_PICO:
        fields.append(("source_pico", "<u2"))
    if mask & _HAS_SERVER:
        fields.append(("server", "<i8"))
    if mask & _HAS_SERVER_PICO:
        fields.append(("server_pico", "<u2"))
    layout = np.dtype(fields)
    fit = min(most, (end - reader.at) // layout.itemsize)
    if fit < 2 * _RUN:
        return 0
    rows = np.frombuffer(reader.data, dtype=layout, count=fit, offset=reader.at)
    differs = np.flatnonzero((rows["mask"] != mask) | (rows["kind"] != kind))
    if len(differs):
        rows = rows[: int(differs[0])]
    number = len(rows)
    out.handle += rows["handle"].tolist()
    out.value += rows["value"].astype(np.float64).tolist()
    out.status += rows["status"].tolist() if mask & _HAS_STATUS else [0] * number
    for name, flag, times in (
        ("source", _HAS_SOURCE, out.source_us),
        ("server", _HAS_SERVER, out.server_us),
    ):
        if mask & flag:
            ticks = rows[name]
            times.extend(np.where(ticks > 0, ticks // 10 - FILETIME_EPOCH_US, 0).tolist())
        else:
            times.extend([0] * number)
    reader.at += number * layout.itemsize
    return number


def _data_value(reader: _Reader, out: Decoded) -> None:
    row = len(out.value)
    mask = reader.data[reader.at]
    reader.at += 1
    number, text = float("nan"), None
    if mask & _HAS_VALUE:
        points = _array(reader) if reader.data[reader.at] & _ARRAY else None
        if points is not None:
            out.points[row] = points
        else:
            found = _variant(reader)
            if isinstance(found, Points):
                out.points[row] = found
            else:
                number, text = found
    out.value.append(number)
    if text is not None:
        out.text[row] = text
    out.status.append(reader.take(_U4) if mask & _HAS_STATUS else 0)
    out.source_us.append(_time(reader) if mask & _HAS_SOURCE else 0)
    if mask & _HAS_SOURCE_PICO:
        reader.at += 2
    out.server_us.append(_time(reader) if mask & _HAS_SERVER else 0)
    if mask & _HAS_SERVER_PICO:
        reader.at += 2


def _time(reader: _Reader) -> int:
    ticks = int(reader.take(_I8))
    return ticks // 10 - FILETIME_EPOCH_US if ticks > 0 else 0


def _array(reader: _Reader) -> Points | None:
    """A one-dimensional array of numbers, straight from its bytes; None where another value stands there."""
    kind = reader.data[reader.at]
    of = kind & ~_ARRAY
    if of == _BOOLEAN or of not in _SCALARS:
        return None
    elements = int(_I4.unpack_from(reader.data, reader.at + 1)[0])
    layout = np.dtype(_SCALARS[of][1])
    if elements * layout.itemsize > len(reader.data) - reader.at - 5:
        raise Unavailable("The server announced an array that is longer than its message.")
    if elements < 1:
        return None
    values = np.frombuffer(reader.data, dtype=layout, count=elements, offset=reader.at + 5)
    reader.at += 5 + elements * layout.itemsize
    return Points(values.astype(np.float64))


def _variant(reader: _Reader) -> tuple[float, str | None] | Points:
    kind = reader.data[reader.at]
    if kind in _SCALARS:
        reader.at += 1
        exact = reader.take(_SCALARS[kind][0])
        if kind in (8, 9) and abs(exact) > 2**53:
            return float(exact), str(exact)
        return float(exact), None
    if kind == 12:
        reader.at += 1
        length = int(reader.take(_I4))
        if length < 0:
            return float("nan"), None
        if length > len(reader.data) - reader.at:
            raise Unavailable("The server announced a text that is longer than its message.")
        text = reader.data[reader.at : reader.at + length].decode("utf-8", "replace")
        reader.at += length
        return float("nan"), text
    from asyncua.ua.ua_binary import variant_from_binary

    from titer.connect.opcua.bounds import Metered

    if kind & _ARRAY:
        elements = _I4.unpack_from(reader.data, reader.at + 1)[0]
        if elements > len(reader.data) - reader.at:
            raise Unavailable("The server announced an array that is longer than its message.")
    buffer = Metered(reader.data[reader.at :])
    before = len(buffer)
    found: tuple[float, str | None] | Points
    try:
        value = variant_from_binary(buffer).Value
        points = points_of(value)
        found = points if points is not None else as_number(value)
    except Exception as error:  # asyncua's decoder names no errors of its own, and lets many kinds out
        why = f"{type(error).__name__}: {error}"
        raise Unavailable("The server sent a value that cannot be read.", why=why[:300]) from error
    reader.at += before - len(buffer)
    return found
