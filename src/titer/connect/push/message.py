"""A message of values as JSON. Nothing of it is taken unless all of it can be, and what is wrong is named."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from titer.base import strict_json
from titer.base.clock import from_iso, us
from titer.base.errors import Invalid, TiterError
from titer.connect.core.values import GOOD, NO_VALUE, READING_FAILED, STAMPED_ON_RECEIPT, UNSTABLE

MOST_VALUES = 50_000
LONGEST_TEXT = 4_000
_MEMBERS = frozenset(("name", "value", "unit", "time", "quality"))
_QUALITIES = ("good", "uncertain", "bad")


@dataclass(frozen=True, slots=True)
class Said:
    """One value as it was sent.

    Attributes:
        name: as the sender calls it; the node of the channel that takes it.
        value: a number, a text or a flag; None = the sender has none.
        unit: as it was sent, "" if it was not.
        source_us: the sender's own time; 0 = it gave none.
        status: an OPC UA status code.
    """

    name: str
    value: float | str | bool | None
    unit: str
    source_us: int
    status: int


def read_message(body: bytes) -> list[Said]:
    """Read `{"values": [{"name": ..., "value": ..., "unit": ..., "time": ..., "quality": ...}]}`.

    Args:
        body: name and value are a must; `time` is ISO 8601 with an offset; `quality` is good, uncertain or bad.

    Raises:
        Invalid: naming the value that is not as it should be.
    """
    strict_json.check(body)
    told = json.loads(body)
    if not isinstance(told, dict) or set(told) != {"values"} or not isinstance(told["values"], list):
        raise Invalid('A message is {"values": [...]} and nothing else.', where="body")
    if not 0 < len(told["values"]) <= MOST_VALUES:
        raise Invalid(
            f"A message bears 1 to {MOST_VALUES:,} values.", where="values", do="Send the rest in another."
        )
    return [_said(one, f"values[{place}]") for place, one in enumerate(told["values"])]


def require_known(said: Sequence[Said], known: Collection[str]) -> None:
    """Refuse a message with a name that no channel has.

    Raises:
        Invalid: naming them.
    """
    unknown = list(dict.fromkeys(one.name for one in said if one.name not in known))
    if unknown:
        raise Invalid(
            f"No channel takes {', '.join(unknown[:10])}{' and others' if len(unknown) > 10 else ''}.",
            where="name",
            do="Correct the name, or have a channel added to the connection.",
        )


def _said(one: Any, where: str) -> Said:
    if not isinstance(one, dict) or not {"name", "value"} <= set(one) <= _MEMBERS:
        raise Invalid(
            "A value has name and value, and may have unit, time and quality; nothing else.", where=where
        )
    name, value, unit = one["name"], one["value"], one.get("unit") or ""
    if not isinstance(name, str) or not isinstance(unit, str):
        raise Invalid("Name and unit are texts.", where=where)
    if isinstance(value, dict | list):
        raise Invalid(
            "A value is a number, a text, true, false or null.",
            where=f"{where}.value",
            do="Send each by its name.",
        )
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise Invalid(f"A text has at most {LONGEST_TEXT:,} characters.", where=f"{where}.value")
    quality = one.get("quality", "good")
    if quality not in _QUALITIES:
        raise Invalid(
            f"{quality!r} is no quality.", where=f"{where}.quality", do="Use good, uncertain or bad."
        )
    source = _instant(one.get("time"), f"{where}.time")
    if value is None:
        status = NO_VALUE
    elif quality == "good":
        status = GOOD if source else STAMPED_ON_RECEIPT
    else:
        status = UNSTABLE if quality == "uncertain" else READING_FAILED
    return Said(name, None if quality == "bad" else value, unit, source, status)


def _instant(text: Any, where: str) -> int:
    if text is None:
        return 0
    try:
        return us(from_iso(str(text)))
    except TiterError as error:
        raise Invalid(
            f"{str(text)[:80]!r} is no instant.", where=where, do="Write it as 2026-11-28T09:30:00.250Z."
        ) from error
