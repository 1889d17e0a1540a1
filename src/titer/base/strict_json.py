"""JSON as Titer takes it: one meaning for each text, and nothing that a record could not hold.

RFC 8259 lets a reader do as it likes with names that come twice, numbers beyond its reach, halves of surrogate pairs
and depth; I-JSON (RFC 7493) says what is safe between two programs, and is what is asked for here.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from titer.base.errors import Invalid

DEEPEST = 64
MOST_PARTS = 400_000
"""Commas and brackets in a body: each may cost an object. What a body of base64 holds is one text, not many."""
_LARGEST = 2**63 - 1
_MOST_DIGITS = 20


def check(data: bytes) -> None:
    """Refuse a body that is not plain JSON.

    Raises:
        Invalid: if it is not UTF-8 or not JSON, names a member twice, nests deeper than 64, has too many parts, or
            holds a number beyond 64 bits, NaN, an infinity, a NUL character or half a surrogate pair.
    """
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise Invalid(f"The body has more than {MOST_PARTS:,} parts.", where="body", do="Send less at once.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"The body is not UTF-8: byte {error.start + 1} fits nowhere.", where="body") from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        raise Invalid(
            f"The body is no JSON: {error.msg}.", where=f"line {error.lineno}, column {error.colno}"
        ) from error
    _walk(value, escaped="\\u" in text)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise Invalid(
            f"The member {twice[:80]!r} comes twice.",
            why="Two readers would see two different things.",
            where="body",
        )
    return found


def _constant(name: str) -> Any:
    raise Invalid(f"{name} is no number.", where="body")


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS or abs(number := int(digits)) > _LARGEST:
        raise Invalid(
            f"The number {digits[:24]}{'...' if len(digits) > 24 else ''} is beyond 64 bits.", where="body"
        )
    return number


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Invalid(f"The number {digits[:24]} is beyond what a computer keeps.", where="body")
    return number


def _walk(value: Any, *, escaped: bool) -> None:
    """Look at depth, and, where there were escapes, at the text that they make; without recursion."""
    waiting = [(value, 1)]
    while waiting:
        here, depth = waiting.pop()
        if isinstance(here, dict | list):
            if depth > DEEPEST:
                raise _too_deep()
            inside = here.values() if isinstance(here, dict) else here
            waiting.extend((item, depth + 1) for item in inside if escaped or isinstance(item, dict | list))
            if escaped and isinstance(here, dict):
                waiting.extend((name, depth) for name in here)
        elif isinstance(here, str):
            check_text(here)


def check_text(text: str, where: str = "body") -> None:
    """Refuse text that no record can hold.

    Raises:
        Invalid: for a NUL character or half a surrogate pair.
    """
    if "\x00" in text:
        raise Invalid("A text holds the character NUL, which no record can.", where=where)
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid("A text holds half a surrogate pair, which is no character.", where=where)


def _too_deep() -> Invalid:
    return Invalid(f"The body nests deeper than {DEEPEST} levels.", where="body")
