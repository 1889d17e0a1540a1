"""The payload of Sparkplug B 3.0: metrics with name or alias, time, type, value and properties.

Data sets and templates are not read into values: a metric of such a type is told as one of a foreign type.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from titer.base.errors import Invalid
from titer.connect.mqtt import wire

MOST_METRICS = 200_000
INT8, INT16, INT32, INT64 = 1, 2, 3, 4
UINT64, FLOAT, DOUBLE, BOOLEAN, STRING, DATETIME, TEXT = 8, 9, 10, 11, 12, 13, 14
_SIGNED = {INT8: 8, INT16: 16, INT32: 32, INT64: 64}
_LONG = frozenset({INT64, UINT64, DATETIME})
QUALITY = "Quality"
"""The property that tells a metric's quality: 192 good, 500 stale, 0 bad (Sparkplug 3.0, 6.4.7)."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: "" where the alias stands for it.
        alias: None if it has none.
        timestamp_ms: None if not told.
        datatype: 0 if not told: it is the birth's then.
        value: None where it is null, or of a foreign type.
        null: it says itself that it has no value.
        foreign: its value is a data set, a template, bytes or an extension.
        historical: it was kept back and is sent late.
        properties: whole numbers and texts among its properties.
    """

    name: str = ""
    alias: int | None = None
    timestamp_ms: int | None = None
    datatype: int = 0
    value: int | float | bool | str | None = None
    null: bool = False
    foreign: bool = False
    historical: bool = False
    properties: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Payload:
    """A message's payload."""

    timestamp_ms: int | None
    seq: int | None
    metrics: tuple[Metric, ...]


def decode(data: bytes) -> Payload:
    """Read a payload.

    Raises:
        Invalid: if it is none.
    """
    timestamp: int | None = None
    seq: int | None = None
    metrics: list[Metric] = []
    for number, kind, value in wire.fields(memoryview(data)):
        if number == 1 and isinstance(value, int):
            timestamp = value
        elif number == 3 and isinstance(value, int):
            seq = value
        elif number == 2 and kind == wire.BYTES and isinstance(value, memoryview):
            if len(metrics) >= MOST_METRICS:
                raise Invalid(f"The payload has more than {MOST_METRICS} metrics.")
            metrics.append(_metric(value))
    return Payload(timestamp, seq, tuple(metrics))


def _metric(data: memoryview) -> Metric:
    name, numbers, raw, foreign = "", dict[int, int](), None, False
    value: int | float | bool | str | None = None
    properties: dict[str, int | str] = {}
    for number, kind, raw in wire.fields(data):
        if isinstance(raw, int):
            if number in (10, 11):
                value = raw
            elif number == 14:
                value = bool(raw)
            else:
                numbers[number] = raw
        elif number == 1 and kind == wire.BYTES:
            name = _text(raw)
        elif number == 15 and kind == wire.BYTES:
            value = _text(raw)
        elif number == 12 and kind == wire.FIXED32:
            value = struct.unpack("<f", raw)[0]
        elif number == 13 and kind == wire.FIXED64:
            value = struct.unpack("<d", raw)[0]
        elif number == 9 and kind == wire.BYTES:
            properties = _properties(raw)
        elif number in (16, 17, 18, 19):
            foreign = True
    datatype = numbers.get(4, 0)
    return Metric(
        name,
        numbers.get(2),
        numbers.get(3),
        datatype,
        native(value, datatype),
        bool(numbers.get(7)),
        foreign,
        bool(numbers.get(5)),
        properties,
    )


def native(value: int | float | bool | str | None, datatype: int) -> int | float | bool | str | None:
    """A value as its type means it: signed numbers travel as unsigned ones (6.4.16)."""
    if isinstance(value, int) and not isinstance(value, bool) and datatype in _SIGNED:
        bits = _SIGNED[datatype]
        value &= (1 << bits) - 1
        return value - (1 << bits) if value >> (bits - 1) else value
    return value


def _properties(data: memoryview) -> dict[str, int | str]:
    keys: list[str] = []
    values: list[int | str | None] = []
    for number, kind, raw in wire.fields(data):
        if kind != wire.BYTES or isinstance(raw, int):
            continue
        if number == 1:
            keys.append(_text(raw))
        elif number == 2:
            values.append(_property(raw))
        if len(values) > 1000:
            raise Invalid("A metric has more than 1000 properties.")
    return {key: value for key, value in zip(keys, values, strict=False) if value is not None}


def _property(data: memoryview) -> int | str | None:
    found: int | str | None = None
    for number, _, raw in wire.fields(data):
        if number in (3, 4) and isinstance(raw, int):
            found = raw
        elif number == 8 and not isinstance(raw, int):
            found = _text(raw)
    return found


def _text(data: memoryview) -> str:
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("A text of the payload is no UTF-8.") from error


def encode(payload: Payload) -> bytes:
    """A payload for the wire."""
    data = b"" if payload.timestamp_ms is None else wire.number(1, payload.timestamp_ms)
    data += b"".join(wire.block(2, _encoded(one)) for one in payload.metrics)
    return data if payload.seq is None else data + wire.number(3, payload.seq)


def _encoded(metric: Metric) -> bytes:
    data = wire.block(1, metric.name.encode()) if metric.name else b""
    for number, told in ((2, metric.alias), (3, metric.timestamp_ms), (4, metric.datatype or None)):
        data += b"" if told is None else wire.number(number, told)
    data += wire.number(5, 1) if metric.historical else b""
    data += wire.number(7, 1) if metric.null else b""
    data += wire.block(9, _encoded_properties(metric.properties)) if metric.properties else b""
    value = metric.value
    if value is None:
        return data
    if isinstance(value, bool):
        return data + wire.number(14, value)
    if isinstance(value, str):
        return data + wire.block(15, value.encode())
    if isinstance(value, float):
        return data + (wire.single(12, value) if metric.datatype == FLOAT else wire.double(13, value))
    if metric.datatype in _LONG:
        return data + wire.number(11, value & 0xFFFF_FFFF_FFFF_FFFF)
    return data + wire.number(10, value & 0xFFFF_FFFF)


def _encoded_properties(properties: dict[str, int | str]) -> bytes:
    keys: Sequence[str] = list(properties)
    data = b"".join(wire.block(1, key.encode()) for key in keys)
    for key in keys:
        value = properties[key]
        if isinstance(value, int):
            told = wire.number(1, INT32) + wire.number(3, value)
        else:
            told = wire.number(1, STRING) + wire.block(8, value.encode())
        data += wire.block(2, told)
    return data
