"""Canonical JSON: the bytes that are hashed and signed.

RFC 8785 (JSON Canonicalization Scheme), restricted to what a regulated record may hold: objects with ASCII
keys, arrays, strings, integers within +-(2^53 - 1), booleans and null. Floats are refused, since no float
ever stands in an entry; decimals travel as strings and instants as ISO 8601 text. Within these bounds the
sorted output of any JSON writer agrees with RFC 8785, which a property test shows.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from titer.base.clock import iso
from titer.base.errors import Invalid


class NoCanonicalForm(Invalid, TypeError, ValueError):
    """A value that no regulated record may hold: a float, a number too large, a key that is not ASCII."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
_LARGEST_EXPONENT = 100
_MAX_INT = 2**53 - 1


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value.

    Decimals become strings (`canonical_decimal`), datetimes `iso`, dates `YYYY-MM-DD`.

    Raises:
        NoCanonicalForm: for a float or any other type that has none, an integer outside +-(2^53 - 1), a key that is
            not ASCII, or half a surrogate pair.
    """
    text = _ENCODER.encode(_plain(value))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NoCanonicalForm("A text holds half a surrogate pair, which is no character.") from error


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical_decimal(number: Decimal) -> str:
    """A decimal as text that keeps every digit, trailing zeros included, and never an exponent.

    Example:
        >>> canonical_decimal(Decimal("1.20E+3")), canonical_decimal(Decimal("-0.0"))
        ('1200', '0.0')

    Raises:
        NoCanonicalForm: for NaN and the infinities, which are no results, and for a number of more than a hundred
            digits before or behind its point, which nobody measures.
    """
    if not number.is_finite():
        raise NoCanonicalForm(f"{number} is no number")
    _, digits, exponent = number.as_tuple()
    if isinstance(exponent, int) and max(abs(exponent), exponent + len(digits)) > _LARGEST_EXPONENT:
        raise NoCanonicalForm(f"{str(number)[:40]} has more digits than anything that is measured.")
    if number.is_zero():
        number = abs(number)
    return format(number, "f")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > _MAX_INT:
            raise NoCanonicalForm(
                f"{str(value)[:40]} is larger than a JSON reader must keep exactly; write it as text."
            )
        return value
    if isinstance(value, Decimal):
        return canonical_decimal(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str) or not key.isascii():
                raise NoCanonicalForm(f"{str(key)[:80]!r} is no ASCII key.")
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise NoCanonicalForm(
        f"A {type(value).__name__} has no canonical form; write decimals and text, never floats."
    )
