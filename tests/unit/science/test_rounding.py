"""Rounding follows the named rule, against published vectors and the worked examples of the pharmacopoeias."""

from __future__ import annotations

import doctest
import os
import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

import pytest

from titer.science import rounding
from titer.science.rounding import (
    E29_ABSOLUTE,
    E29_ROUNDING,
    PHEUR_FIGURES,
    PHEUR_LAST_DIGIT,
    USP,
    decimal_places,
    read_number,
    round_for_limit,
    significant_figures,
    to_figures,
    to_places,
)

DATA = (
    Path(os.environ.get("TITER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data")) / "lims/decimal"
)
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
CASE = re.compile(r"^\w+\s+quantize\s+(\S+)\s+(\S+)\s+->\s+(\S+)")


def vectors() -> list[tuple[str, str, str, str]]:
    """(rounding mode, operand, pattern, expected) of the quantize vectors whose mode a rule here uses."""
    path = DATA / "quantize.decTest"
    if not path.exists():
        return []
    found, mode = [], ""
    for line in path.read_text().splitlines():
        if line.startswith("rounding:"):
            mode = line.split(":")[1].strip()
        match = CASE.match(line)
        if match and mode in MODES:
            operand, pattern, expected = (part.strip("'") for part in match.groups())
            if all(
                re.fullmatch(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?", part) for part in (operand, pattern, expected)
            ):
                found.append((mode, operand, pattern, expected))
    return found


@pytest.mark.skipif(not DATA.exists(), reason=f"the decimal test vectors are not at {DATA}")
def test_the_general_decimal_arithmetic_vectors_hold() -> None:
    cases = vectors()
    assert len(cases) > 300
    for mode, operand, pattern, expected in cases:
        places = -int(Decimal(pattern).as_tuple().exponent)
        if abs(places) > 900:
            continue
        try:
            ours = to_places(Decimal(operand), places, ties=MODES[mode])
        except InvalidOperation:  # pragma: no cover - would be a failure, and says which
            pytest.fail(f"{operand} quantize {pattern} under {mode}")
        assert (ours, ours.as_tuple().exponent) == (
            Decimal(expected),
            Decimal(expected).as_tuple().exponent,
        ), (mode, operand, pattern)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (USP, "98.3"),
        (PHEUR_FIGURES, "98.29"),
        (PHEUR_LAST_DIGIT, "98.3"),
        (E29_ABSOLUTE, "98.28568"),
        (E29_ROUNDING, "98.3"),
    ],
)
def test_one_result_against_one_limit_by_each_convention(rule: str, expected: str) -> None:
    rounded = round_for_limit(Decimal("98.28568"), "100.0", rule)
    assert str(rounded.value) == expected
    assert "98.28568" in rounded.steps[0]


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [  # USP General Notices 7.20, table of illustrations
        ("97.96", "98.0", "98.0"),
        ("97.92", "98.0", "97.9"),
        ("97.95", "98.0", "98.0"),
        ("101.55", "101.5", "101.6"),
        ("101.46", "101.5", "101.5"),
        ("101.45", "101.5", "101.5"),
        ("0.025", "0.02", "0.03"),
        ("0.015", "0.02", "0.02"),
        ("0.027", "0.02", "0.03"),
        ("0.00035", "0.0003", "0.0004"),
        ("0.00028", "0.0003", "0.0003"),
    ],
)
def test_the_pharmacopoeias_own_illustrations(value: str, limit: str, expected: str) -> None:
    assert str(round_for_limit(Decimal(value), limit, USP).value) == expected


def test_e29_sends_ties_to_the_even_digit() -> None:
    assert round_for_limit(Decimal("0.25"), "0.1", E29_ROUNDING).value == Decimal("0.2")
    assert round_for_limit(Decimal("0.35"), "0.1", E29_ROUNDING).value == Decimal("0.4")
    assert round_for_limit(Decimal("0.2500001"), "0.1", E29_ROUNDING).value == Decimal("0.3")


def test_a_limit_is_text_and_its_zeros_count() -> None:
    assert (decimal_places("100"), decimal_places("100.0"), decimal_places("100.00")) == (0, 1, 2)
    assert (significant_figures("100.0"), significant_figures("0.050"), significant_figures("0")) == (4, 2, 1)


def test_figures_survive_a_carry() -> None:
    assert str(to_figures(Decimal("99.96"), 3)) in ("100", "1.00E+2")
    assert to_figures(Decimal("0.09996"), 3) == Decimal("0.100")


@pytest.mark.parametrize("text", ["", "n.d.", "NaN", "Infinity", "1,5", "<1", "1 000", "0x10", "1_0"])
def test_what_is_no_number_is_never_made_one(text: str) -> None:
    with pytest.raises(ValueError, match="no plain decimal number"):
        read_number(text)


def test_a_very_small_number_keeps_its_digits() -> None:
    assert to_places(Decimal("1.2e-7"), 8) == Decimal("0.00000012")


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="no rounding rule"):
        round_for_limit(Decimal(1), "1", "bankers")


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(rounding).failed == 0
