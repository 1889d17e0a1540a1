"""Values of any protocol as a number or a text, and what a Titer status code means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.base.clock import iso, require_utc

STAMPED_ON_RECEIPT = 0x0F010000
"""Good, but the protocol bears no source time: the time of receipt stands in its place.

An OPC UA status code of severity *good* with a sub-code that OPC UA has not given away.
"""
STAMPED_BY_SERVER = 0x0F020000
"""Good, but the source gave no time: the time at which its server took the value stands in its place."""
READING_FAILED = 0x808B0000
"""OPC UA's BadDeviceFailure: the device answered with an error instead of a value."""
GOOD = 0x00000000
"""Good, with the source's own time."""
UNSTABLE = 0x40930000
"""OPC UA's UncertainSensorNotAccurate: the value still moves, or the device calls it doubtful."""
OUT_OF_RANGE = 0x803C0000
"""OPC UA's BadOutOfRange: over or under what the device can measure."""
NO_VALUE = 0x809B0000
"""OPC UA's BadNoData: the device says that it has no value."""
WRONG_UNIT = 0x80890000
"""OPC UA's BadConfigurationError: the device uses another unit than the channel has."""
NOT_CONNECTED = 0x808A0000
"""OPC UA's BadNotConnected: what stands between host and sensor says that the sensor is away."""

NO_NUMBER = 0x8F010000
"""Bad: the source calls it good, and it is no number or an infinite one.

An OPC UA status code of severity *bad* with a sub-code that OPC UA has not given away.
"""

LARGEST_INTEGER = 2**53 - 1
"""The largest that every reader of JSON takes whole (RFC 8259, section 6)."""

_REASONS = {
    STAMPED_ON_RECEIPT: "stamped on receipt",
    STAMPED_BY_SERVER: "stamped by the server",
    READING_FAILED: "the device answered with an error",
    UNSTABLE: "the device calls the value not settled, or doubtful",
    OUT_OF_RANGE: "over or under what the device can measure",
    NO_VALUE: "the device says that it has no value",
    WRONG_UNIT: "the device uses another unit than the channel has",
    NOT_CONNECTED: "the sensor is not connected",
    NO_NUMBER: "no number, or an infinite one",
}


def quality_reason(status: int) -> str:
    """Why a value has the quality that it has, in words; "" for a plain good value or a code of the server's."""
    if status & 0x0C00 == 0x0400 and status & 0x0080:
        return "the server's queue overflowed before this value"
    return _REASONS.get(status & 0xFFFF0000, "")


def without_number(status: int) -> int:
    """The status of a value that is NaN or infinite: never good; one that the source doubts itself stays as it is."""
    return status if status >> 30 else NO_NUMBER | status & 0xFFFF


def as_number(value: Any) -> tuple[float, str | None]:
    """A decoded value as (number, text): numbers as floats, all else as text, structures as JSON."""
    if value is None:
        return float("nan"), None
    if isinstance(value, bool | int | float | np.number):
        return float(value), None
    if isinstance(value, str):
        return float("nan"), value
    words = getattr(value, "Text", None)
    if isinstance(words, str):
        return float("nan"), words
    return float("nan"), json.dumps(as_json(value), ensure_ascii=False)


def as_points(value: Any) -> NDArray[np.float64] | None:
    """A decoded list of numbers as points of a spectrum; None for anything else, and for a list of none."""
    if not isinstance(value, list | tuple) or not value:
        return None
    if any(isinstance(one, bool) or not isinstance(one, int | float | np.number) for one in value):
        return None
    return np.array(value, dtype=np.float64)


def as_json(value: Any) -> Any:
    """A value as JSON that has a canonical form.

    Every binary float is the shortest text that reads back to it, and so is an integer that JSON readers round. An
    object with a key that is not ASCII becomes a list of pairs.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_INTEGER:
        return str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | np.floating):
        return repr(float(value))
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return iso(require_utc(value)) if value.tzinfo is not None else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, Mapping):
        if all(str(key).isascii() for key in value):
            return {str(key): as_json(item) for key, item in value.items()}
        return [[str(key), as_json(item)] for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return str(value)
