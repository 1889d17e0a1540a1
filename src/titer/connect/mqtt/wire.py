"""Protocol buffers on the wire, as much of them as Sparkplug B needs; nothing is held that is not asked for.

See https://protobuf.dev/programming-guides/encoding: a field is a varint key (number << 3 | type) and its value.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from titer.base.errors import Invalid

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

Value = int | memoryview


def fields(data: memoryview) -> Iterator[tuple[int, int, Value]]:
    """The fields of a message: number, wire type, value (a varint, or the bytes of anything else).

    Raises:
        Invalid: if it ends too early, or is no message.
    """
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise Invalid("A field of the message has the number 0.")
        if kind == VARINT:
            value, at = _varint(data, at)
            yield number, kind, value
            continue
        size = 8 if kind == FIXED64 else 4 if kind == FIXED32 else 0
        if kind == BYTES:
            size, at = _varint(data, at)
        elif not size:
            raise Invalid(f"A field of the message has the wire type {kind}.")
        if size > end - at:
            raise Invalid("The message ends within a field.")
        yield number, kind, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise Invalid("The message ends within a number.")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
    raise Invalid("A number of the message does not end.")


def varint(value: int) -> bytes:
    """A number on the wire."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def number(field: int, value: int) -> bytes:
    """A field that is a varint."""
    return varint(field << 3 | VARINT) + varint(value & 0xFFFF_FFFF_FFFF_FFFF)


def block(field: int, data: bytes) -> bytes:
    """A field of bytes, text or a message."""
    return varint(field << 3 | BYTES) + varint(len(data)) + data


def single(field: int, value: float) -> bytes:
    """A field that is a float."""
    return varint(field << 3 | FIXED32) + struct.pack("<f", value)


def double(field: int, value: float) -> bytes:
    """A field that is a double."""
    return varint(field << 3 | FIXED64) + struct.pack("<d", value)
