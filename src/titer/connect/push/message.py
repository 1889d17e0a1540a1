"""A message of values as JSON. Nothing of it is taken unless all of it can be, and what is wrong is named."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from titer.base import strict_json
from titer.base.clock import from_iso, us
from titer.base.errors import Invalid, TiterError
from titer.connect.core.acquired import Acquired, Axis
from titer.connect.core.values import GOOD, NO_VALUE, READING_FAILED, STAMPED_ON_RECEIPT, UNSTABLE

MOST_VALUES = 50_000
MOST_POINTS = 100_000
LONGEST_TEXT = 4_000
_MEMBERS = frozenset(("name", "value", "spectrum", "unit", "time", "quality"))
_QUALITIES = ("good", "uncertain", "bad")


@dataclass(frozen=True, slots=True)
class Said:
    """One value as it was sent.

    Attributes:
        name: as the sender calls it; the node of the channel that takes it.
        value: a number, a text, a flag or a spectrum; None = the sender has none.
        unit: as it was sent, "" if it was not.
        source_us: the sender's own time; 0 = it gave none.
        status: an OPC UA status code.
    """

    name: str
    value: float | str | bool | Acquired | None
    unit: str
    source_us: int
    status: int


def read_message(body: bytes) -> list[Said]:
    """Read `{"values": [{"name": ..., "value": ..., "unit": ..., "time": ..., "quality": ...}]}`.

    Args:
        body: name and value are a must; `time` is ISO 8601 with an offset; `quality` is good, uncertain or bad. In
            place of `value` there may be `spectrum`: `{"values": [...], "axis": {"name", "unit", "values": [...]}}`.

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
    if not isinstance(one, dict) or "name" not in one or not set(one) <= _MEMBERS:
        raise Invalid(
            "A value has name and value, and may have unit, time and quality; nothing else.", where=where
        )
    if ("value" in one) == ("spectrum" in one):
        raise Invalid("A value has either a value or a spectrum.", where=where)
    name, value, unit = one["name"], one.get("value"), one.get("unit") or ""
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
    if "spectrum" in one:
        value = _spectrum(one["spectrum"], f"{where}.spectrum")
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


def _spectrum(told: Any, where: str) -> Acquired:
    if not isinstance(told, dict) or set(told) != {"values", "axis"}:
        raise Invalid("A spectrum has values and axis, and nothing else.", where=where)
    axis = told["axis"]
    if not isinstance(axis, dict) or set(axis) != {"name", "unit", "values"}:
        raise Invalid("An axis has name, unit and values, and nothing else.", where=f"{where}.axis")
    if not all(isinstance(axis[part], str) and len(axis[part]) <= 200 for part in ("name", "unit")):
        raise Invalid("Name and unit of an axis are texts of up to 200 characters.", where=f"{where}.axis")
    values = _numbers(told["values"], f"{where}.values", holes=True)
    along = _numbers(axis["values"], f"{where}.axis.values", holes=False)
    if len(values) != len(along):
        raise Invalid(f"There are {len(values):,} values along an axis of {len(along):,}.", where=where)
    return Acquired(values, Axis(axis["name"], axis["unit"], along))


def _numbers(told: Any, where: str, *, holes: bool) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Numbers as they were sent; where holes may be, null is a number that is missing."""
    if not isinstance(told, list) or not 0 < len(told) <= MOST_POINTS:
        raise Invalid(f"These are 1 to {MOST_POINTS:,} numbers.", where=where)
    for place, one in enumerate(told):
        if isinstance(one, bool) or not (isinstance(one, int | float) or (one is None and holes)):
            raise Invalid(f"{str(one)[:40]!r} is no number.", where=f"{where}[{place}]")
    return np.array([math.nan if one is None else one for one in told], dtype=np.float64)


def _instant(text: Any, where: str) -> int:
    if text is None:
        return 0
    try:
        return us(from_iso(str(text)))
    except TiterError as error:
        raise Invalid(
            f"{str(text)[:80]!r} is no instant.", where=where, do="Write it as 2026-11-28T09:30:00.250Z."
        ) from error
