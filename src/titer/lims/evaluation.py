"""Judging a result against a criterion: pass, fail, or cannot evaluate, which blocks.

Compared is the rounded decimal, once for each limit, by the specification's rounding rule. What is no number
where a number is needed, bears another unit, or lies beyond a detection limit for which the criterion has no
rule, is never in specification.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from titer.base.errors import Invalid
from titer.base.units import UNITS, convert, same_dimension
from titer.lims.documents import Criterion
from titer.science.rounding import read_number, round_for_limit

PASS = "pass"  # noqa: S105  (an outcome)
FAIL = "fail"
CANNOT_EVALUATE = "cannot_evaluate"
OUTCOMES = (PASS, FAIL, CANNOT_EVALUATE)

_CENSORED = re.compile(r"^\s*(<|>)\s*(.+)$")


@dataclass(frozen=True)
class Reading:
    """What was reported, as text, and the number in it if there is one.

    Args:
        text: as it was read off, typed or sent.
        value: the number, or None.
        qualifier: "", "<" (below a detection limit) or ">" (above the range).
    """

    text: str
    value: Decimal | None
    qualifier: str = ""


def read(text: str) -> Reading:
    """Read a reported text; nothing is guessed.

    Example:
        >>> read("98.30").value, read("< 1").qualifier, read("not detected").value
        (Decimal('98.30'), '<', None)
    """
    censored = _CENSORED.match(text)
    body, qualifier = (censored.group(2), censored.group(1)) if censored else (text, "")
    try:
        return Reading(text, read_number(body), qualifier)
    except ValueError:
        return Reading(text, None, "")


@dataclass(frozen=True)
class Verdict:
    """The outcome of one evaluation, with its trace."""

    outcome: str
    rounded: str | None
    trace: tuple[str, ...] = field(default=())

    @property
    def why(self) -> str:
        """The last sentence of the trace."""
        return self.trace[-1] if self.trace else ""


def evaluate(reading: Reading, unit: str | None, criterion: Criterion | None, rule: str) -> Verdict:
    """Judge a reading.

    Args:
        reading: the unrounded reported value.
        unit: its unit, or None where it has none (text results).
        criterion: of the specification; None where there is none, which cannot be evaluated.
        rule: the specification's rounding rule.
    """
    if criterion is None:
        return Verdict(
            CANNOT_EVALUATE, None, ("No criterion of an effective specification covers this result.",)
        )
    if criterion.kind == "report":
        return Verdict(PASS, None, ("The specification asks for a report only; there is no limit.",))
    if criterion.accepted:
        return _words(reading, criterion)
    return _number(reading, unit, criterion, rule)


def _words(reading: Reading, criterion: Criterion) -> Verdict:
    said = " ".join(reading.text.split()).casefold()
    if said in {" ".join(word.split()).casefold() for word in criterion.accepted}:
        return Verdict(PASS, reading.text, (f"{reading.text!r} is one of the accepted words.",))
    if said in {" ".join(word.split()).casefold() for word in criterion.refused}:
        return Verdict(FAIL, reading.text, (f"{reading.text!r} is one of the refused words.",))
    known = ", ".join([*criterion.accepted, *criterion.refused])
    return Verdict(CANNOT_EVALUATE, None, (f"{reading.text!r} is none of the criterion's words ({known}).",))


def _number(reading: Reading, unit: str | None, criterion: Criterion, rule: str) -> Verdict:
    if reading.value is None:
        return Verdict(CANNOT_EVALUATE, None, (f"{reading.text!r} is no number.",))
    if unit is None or unit not in UNITS:
        return Verdict(CANNOT_EVALUATE, None, (f"The result bears no known unit ({unit!r}).",))
    value, trace = reading.value, [f"reported: {reading.text} {unit}"]
    if unit != criterion.unit:
        if not same_dimension(unit, criterion.unit):
            return Verdict(
                CANNOT_EVALUATE, None, (f"{unit} cannot be compared with a limit in {criterion.unit}.",)
            )
        try:
            value = convert(value, unit, criterion.unit)
        except Invalid as error:
            return Verdict(CANNOT_EVALUATE, None, (str(error),))
        trace.append(f"in the limit's unit: {value:f} {criterion.unit}")
    if reading.qualifier:
        return _censored(reading.qualifier, value, criterion, trace)
    return _limits(value, criterion, rule, trace)


def _limits(value: Decimal, criterion: Criterion, rule: str, trace: list[str]) -> Verdict:
    outcome, shown = PASS, f"{value:f}"
    for limit, inclusive, lower in (
        (criterion.low, criterion.low_inclusive, True),
        (criterion.high, criterion.high_inclusive, False),
    ):
        if limit is None:
            continue
        rounded = round_for_limit(value, limit, rule)
        bound, shown = read_number(limit), f"{rounded.value:f}"
        good = rounded.value > bound if lower else rounded.value < bound
        good = good or (inclusive and rounded.value == bound)
        sign = (">=" if inclusive else ">") if lower else ("<=" if inclusive else "<")
        trace.extend(rounded.steps)
        trace.append(f"{shown} {sign} {limit} {criterion.unit}: {'holds' if good else 'does not hold'}")
        if not good:
            outcome = FAIL
            break
    return Verdict(outcome, shown, tuple(trace))


def _censored(qualifier: str, value: Decimal, criterion: Criterion, trace: list[str]) -> Verdict:
    """`< x` against an upper limit, `> x` against a lower one, and only where the criterion has a rule."""
    if criterion.beyond_detection != "compare_limit":
        trace.append("The value lies beyond a detection limit, and the criterion has no rule for that.")
        return Verdict(CANNOT_EVALUATE, None, tuple(trace))
    limit, other = (criterion.high, criterion.low) if qualifier == "<" else (criterion.low, criterion.high)
    if limit is None or other is not None:
        trace.append(f"{qualifier} {value:f} does not settle this criterion.")
        return Verdict(CANNOT_EVALUATE, None, tuple(trace))
    bound = read_number(limit)
    settled = value <= bound if qualifier == "<" else value >= bound
    trace.append(
        f"{qualifier} {value:f} against {limit} {criterion.unit}: "
        + ("holds whatever the value is" if settled else "the detection limit lies beyond the limit")
    )
    return Verdict(PASS if settled else CANNOT_EVALUATE, None, tuple(trace))
