"""How AnIML's values are spelled: the types of XML Schema 1.0 part 2 that the core schema names."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import Any

_INTEGER = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN")
_BOOLEAN = ("true", "false", "1", "0")
_DATE_TIME = re.compile(
    r"-?([0-9]{4,9})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
)
_BITS = {"Int32": 31, "Int64": 63}
_PNG = b"\x89PNG\r\n\x1a\n"
_LONGEST = 4096
"""No number has as many digits, and reading one that has is slow."""


def fault(kind: str, text: str) -> str:
    """What is wrong with a value of a type, as a sentence without its subject; "" if nothing.

    Args:
        kind: the type as AnIML names it (Int32, Float64, ...). Strings and embedded documents may hold anything.
        text: the value.

    Example:
        >>> fault("Int32", "2147483648")
        "'2147483648' is no Int32"
    """
    return "" if _fits(kind, text) else f"{_shown(text)} is no {kind}"


def _fits(kind: str, text: str) -> bool:
    if kind in _BITS:
        if len(text) > _LONGEST or not _INTEGER.fullmatch(text):
            return False
        return -(1 << _BITS[kind]) <= int(text) < 1 << _BITS[kind]
    if kind in {"Float32", "Float64"}:
        return len(text) <= _LONGEST and _FLOAT.fullmatch(text) is not None
    if kind == "Boolean":
        return text in _BOOLEAN
    if kind == "DateTime":
        return is_date_time(text)
    if kind == "PNG":
        try:
            return base64.b64decode(text, validate=True).startswith(_PNG)
        except (binascii.Error, ValueError):
            return False
    return True


def is_date_time(text: str) -> bool:
    """Whether a text is an `xsd:dateTime` of a day that there was.

    Example:
        >>> is_date_time("2026-02-28T08:00:00Z"), is_date_time("2026-02-30T08:00:00Z")
        (True, False)
    """
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return False
    year, month, day, hour, minute, second = (int(one) for one in found.groups()[:6])
    if (hour, minute, second) == (24, 0, 0):
        hour = 0
    # Years beyond the calendar of the standard library repeat every 400 years.
    try:
        datetime(year % 400 + 400, month, day, hour, minute, second)  # noqa: DTZ001 - only whether it exists
    except ValueError:
        return False
    return year > 0


def number(text: str) -> float:
    """A number as XML Schema spells it (`INF`, `-INF`, `NaN`).

    Raises:
        ValueError: if it is none.
    """
    if not _FLOAT.fullmatch(text):
        raise ValueError(f"{_shown(text)} is no number")
    return float(text)


def shortest(value: Any) -> str:
    """The shortest text that reads back to the same binary number (a numpy scalar), as XML Schema spells it."""
    text = str(value)
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(text, text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
