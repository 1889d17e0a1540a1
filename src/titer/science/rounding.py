"""Rounding a result once, at the end, by the named rule of the criterion it is compared with.

Limits are text, because `100` and `100.0` are different limits. Every function works on `Decimal` in a
context of its own that is wide enough for the operands, so nothing is rounded on the way.

Rules (the convention is stored with the specification and approved with it):

* `usp-7.20`: to the limit's decimal places, half up (USP General Notices 7.20).
* `pheur-figures`: to as many significant figures as the limit's text has (Ph. Eur. 1.4, counted literally).
* `pheur-last-digit`: to the position of the limit's last digit (Ph. Eur. 1.4, last digit matched).
* `astm-e29-absolute`: not rounded at all (ASTM E29, section 5.1).
* `astm-e29-rounding`: to the limit's decimal places, ties to the even digit (ASTM E29, section 6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import MAX_PREC, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext

USP = "usp-7.20"
PHEUR_FIGURES = "pheur-figures"
PHEUR_LAST_DIGIT = "pheur-last-digit"
E29_ABSOLUTE = "astm-e29-absolute"
E29_ROUNDING = "astm-e29-rounding"
RULES = (USP, PHEUR_FIGURES, PHEUR_LAST_DIGIT, E29_ABSOLUTE, E29_ROUNDING)

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")


@dataclass(frozen=True)
class Rounded:
    """A rounded value and how it came about.

    Args:
        value: what is compared with the limit.
        steps: sentences, in order, as they stand in an evaluation's trace.
    """

    value: Decimal
    steps: tuple[str, ...]


def read_number(text: str) -> Decimal:
    """A plain decimal number from its text, every digit kept.

    Example:
        >>> read_number(" 98.30 ")
        Decimal('98.30')

    Raises:
        ValueError: for anything else: words, NaN, infinities, thousands separators, a decimal comma.
    """
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise ValueError(f"{text!r} is no plain decimal number")
    return Decimal(stripped)


def decimal_places(text: str) -> int:
    """Decimal places of a number as it is written; negative where the last digit is left of the point.

    Example:
        >>> decimal_places("100.0"), decimal_places("100"), decimal_places("1.2E3")
        (1, 0, -2)
    """
    exponent = read_number(text).as_tuple().exponent
    return -int(exponent)


def significant_figures(text: str) -> int:
    """Significant figures of a number as it is written; trailing zeros count, leading ones do not.

    Example:
        >>> significant_figures("100.0"), significant_figures("0.050")
        (4, 2)
    """
    digits = "".join(str(digit) for digit in read_number(text).as_tuple().digits)
    return max(len(digits.lstrip("0")), 1)


def to_places(value: Decimal, places: int, *, ties: str = ROUND_HALF_UP) -> Decimal:
    """Round to decimal places.

    Args:
        value: finite.
        places: may be negative (-2: to hundreds).
        ties: a rounding mode of `decimal`.

    Example:
        >>> to_places(Decimal("2.675"), 2), to_places(Decimal("2.665"), 2, ties=ROUND_HALF_EVEN)
        (Decimal('2.68'), Decimal('2.66'))

    Raises:
        ValueError: for NaN and the infinities.
    """
    if not value.is_finite():
        raise ValueError(f"{value} cannot be rounded")
    with localcontext() as context:
        context.prec = min(max(value.adjusted() + places + 4, len(value.as_tuple().digits) + 4, 28), MAX_PREC)
        return value.quantize(Decimal(1).scaleb(-places), rounding=ties)


def to_figures(value: Decimal, figures: int, *, ties: str = ROUND_HALF_UP) -> Decimal:
    """Round to significant figures; 99.96 to three is 100, written with three figures as 100.

    Example:
        >>> to_figures(Decimal("98.28568"), 4)
        Decimal('98.29')
    """
    if value.is_zero():
        return value
    rounded = to_places(value, figures - 1 - value.adjusted(), ties=ties)
    if rounded.adjusted() > value.adjusted():
        return to_places(value, figures - 1 - rounded.adjusted(), ties=ties)
    return rounded


def round_for_limit(value: Decimal, limit: str, rule: str) -> Rounded:
    """Round a result for its comparison with one limit.

    Args:
        value: the unrounded result, in the limit's unit.
        limit: the limit's text.
        rule: one of `RULES`.

    Example:
        >>> round_for_limit(Decimal("98.28568"), "100.0", USP).value
        Decimal('98.3')
        >>> round_for_limit(Decimal("98.28568"), "100.0", PHEUR_FIGURES).value
        Decimal('98.29')

    Raises:
        ValueError: if the limit is no number or the rule is not known.
    """
    if rule == E29_ABSOLUTE:
        read_number(limit)
        return Rounded(value, (f"{value:f} is compared unrounded (ASTM E29, absolute method)",))
    if rule == PHEUR_FIGURES:
        figures = significant_figures(limit)
        rounded = to_figures(value, figures)
        how = f"{figures} significant figures, as the limit {limit} has (Ph. Eur. 1.4, figures counted), half up"
    elif rule in (USP, PHEUR_LAST_DIGIT, E29_ROUNDING):
        places = decimal_places(limit)
        ties = ROUND_HALF_EVEN if rule == E29_ROUNDING else ROUND_HALF_UP
        rounded = to_places(value, places, ties=ties)
        name = {
            USP: "USP General Notices 7.20, half up",
            PHEUR_LAST_DIGIT: "Ph. Eur. 1.4, last digit matched, half up",
            E29_ROUNDING: "ASTM E29, rounding method, ties to even",
        }[rule]
        how = f"{places} decimal places, as the limit {limit} has ({name})"
    else:
        raise ValueError(f"there is no rounding rule {rule!r}; there are {', '.join(RULES)}")
    return Rounded(rounded, (f"{value:f} rounded to {how}: {rounded:f}",))
