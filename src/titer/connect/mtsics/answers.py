"""MT-SICS, the answers of levels 0 and 1 (Mettler-Toledo Standard Interface Command Set). Pure.

A weight comes as `S S     100.00 g`: stable; `S D` dynamic; `S +` overload; `S -` underload; `S I` not now.
`ES` is a syntax error, `ET` a transmission error, `EL` a logical one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from titer.base.errors import Invalid

LONGEST = 256
"""Bytes of a line; the longest of level 0 and 1 is far shorter."""

_WEIGHT = re.compile(
    r"(?P<command>S|SI|T|TI|Z|ZI) +(?P<state>[SD]) +"
    r"(?P<value>[+-]? *[0-9]+(?:\.[0-9]*)?|[+-]? *\.[0-9]+) +(?P<unit>\S{1,10}) *"
)
_STATE = re.compile(r"(?P<command>S|SI|T|TI|Z|ZI) +(?P<state>[I+\-LASD]) *")
_TEXT = r'"(?:[^"\\]|\\.)*"'
_QUOTED = re.compile(rf"(?P<command>I[1-5]) +(?P<state>[AIB])(?: +(?P<text>{_TEXT}(?: +{_TEXT})*|[0-9]+))? *")
_ERRORS = {
    "ES": "does not know the command",
    "ET": "received a damaged command",
    "EL": "cannot carry the command out",
}


class Weighing(StrEnum):
    """How a balance describes a weight."""

    STABLE = "S"
    DYNAMIC = "D"
    BUSY = "I"
    OVERLOAD = "+"
    UNDERLOAD = "-"
    REFUSED = "L"
    DONE = "A"


@dataclass(frozen=True, slots=True)
class Weight:
    """An answer to S, SI, T, TI, Z or ZI.

    Attributes:
        command: which it answers; a balance answers SI with S.
        state: how the balance describes it.
        value: as it stood in the answer, with all its digits; None where there is none.
        unit: as the balance writes it.
    """

    command: str
    state: Weighing
    value: Decimal | None = None
    unit: str = ""


def weight(line: str) -> Weight:
    """Read an answer to a weighing, taring or zeroing command.

    Raises:
        Invalid: if it is none, or an error of the balance.
    """
    _complain(line)
    found = _WEIGHT.fullmatch(line)
    if found is not None:
        value = Decimal(found["value"].replace(" ", ""))
        return Weight(found["command"], Weighing(found["state"]), value, found["unit"])
    found = _STATE.fullmatch(line)
    if found is None:
        raise Invalid(f"The balance answered {line[:40]!r}, which is no weight.")
    return Weight(found["command"], Weighing(found["state"]))


def said(line: str, command: str) -> str:
    """The text of an answer to I1 to I5, e.g. the serial number out of `I4 A "B021002593"`; "" if there is none.

    Raises:
        Invalid: if the line answers something else.
    """
    _complain(line)
    found = _QUOTED.fullmatch(line)
    if found is None or found["command"] != command:
        raise Invalid(f"The balance answered {line[:40]!r} to {command}.")
    if found["state"] == "I" or found["text"] is None:
        return ""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', found["text"])
    return " ".join(re.sub(r"\\(.)", r"\1", part) for part in parts) if parts else found["text"]


def woke_up(line: str) -> bool:
    """Whether a balance says unasked that it was switched on: it gives its serial number then."""
    return line.startswith('I4 A "')


def _complain(line: str) -> None:
    words = _ERRORS.get(line.strip())
    if words is not None:
        raise Invalid(f"The balance {words} ({line.strip()}).")
