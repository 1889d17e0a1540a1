"""A judgement has three values, is made on the rounded decimal, and never calls the unknown good."""

from __future__ import annotations

import doctest
from decimal import Decimal

import pytest

from titer.lims import evaluation
from titer.lims.documents import Criterion
from titer.lims.evaluation import CANNOT_EVALUATE, FAIL, PASS, evaluate, read
from titer.science.rounding import E29_ABSOLUTE, PHEUR_FIGURES, USP


def criterion(**told: object) -> Criterion:
    return Criterion.model_validate({"analysis": "a", "title": "A", "kind": "release", "unit": "%", **told})


@pytest.mark.parametrize(
    ("text", "limits", "rule", "outcome"),
    [
        ("97.96", {"low": "98.0"}, USP, PASS),
        ("97.94", {"low": "98.0"}, USP, FAIL),
        ("97.96", {"low": "98.0"}, E29_ABSOLUTE, FAIL),
        ("98.28568", {"high": "98.3"}, USP, PASS),
        ("100.049", {"high": "100.0"}, USP, PASS),
        ("100.05", {"high": "100.0"}, USP, FAIL),
        ("100.04", {"high": "100.0"}, PHEUR_FIGURES, PASS),
        ("98.0", {"low": "98.0", "low_inclusive": False}, USP, FAIL),
        ("98.05", {"low": "98.0", "low_inclusive": False}, USP, PASS),
        ("5", {"low": "3.0", "high": "6.0"}, USP, PASS),
        ("6.04", {"low": "3.0", "high": "6.0"}, USP, PASS),
        ("6.05", {"low": "3.0", "high": "6.0"}, USP, FAIL),
        ("0", {"high": "0.02"}, USP, PASS),
    ],
)
def test_the_rounded_value_is_compared(text: str, limits: dict[str, object], rule: str, outcome: str) -> None:
    verdict = evaluate(read(text), "%", criterion(**limits), rule)
    assert verdict.outcome == outcome
    assert len(verdict.trace) >= 3


@pytest.mark.parametrize("text", ["", "n.d.", "NaN", "inf", "98,3", "98.3*", "trace", "1e400000"])
def test_text_is_never_in_range(text: str) -> None:
    """SENAITE's out-of-range test let text through as in range."""
    assert evaluate(read(text), "%", criterion(low="95.0"), USP).outcome == CANNOT_EVALUATE


@pytest.mark.parametrize("unit", [None, "", "furlong", "g/L"])
def test_without_a_unit_that_fits_nothing_is_evaluated(unit: str | None) -> None:
    assert evaluate(read("98.3"), unit, criterion(low="95.0"), USP).outcome == CANNOT_EVALUATE


def test_arbitrary_units_never_convert() -> None:
    """pint with ucumvert turns [iU] into [CFU] by a factor of 1."""
    limit = criterion(unit="[CFU]/10mL", high="10")
    assert evaluate(read("1"), "[CFU]/10mL", limit, USP).outcome == PASS
    assert evaluate(read("1"), "[CFU]/mL", limit, USP).outcome == CANNOT_EVALUATE
    assert evaluate(read("1"), "[iU]", limit, USP).outcome == CANNOT_EVALUATE


def test_a_unit_of_the_same_kind_converts_exactly() -> None:
    verdict = evaluate(read("4210"), "mg/L", criterion(unit="g/L", low="3.0", high="6.0"), USP)
    assert (verdict.outcome, verdict.rounded) == (PASS, "4.2")


def test_a_result_without_a_specification_cannot_be_evaluated() -> None:
    assert evaluate(read("98.3"), "%", None, USP).outcome == CANNOT_EVALUATE


@pytest.mark.parametrize(
    ("text", "told", "outcome"),
    [
        ("< 1", {"high": "10"}, CANNOT_EVALUATE),
        ("< 1", {"high": "10", "beyond_detection": "compare_limit"}, PASS),
        ("<10", {"high": "10", "beyond_detection": "compare_limit"}, PASS),
        ("< 20", {"high": "10", "beyond_detection": "compare_limit"}, CANNOT_EVALUATE),
        ("> 20", {"high": "10", "beyond_detection": "compare_limit"}, CANNOT_EVALUATE),
        ("< 1", {"low": "10", "beyond_detection": "compare_limit"}, CANNOT_EVALUATE),
        ("> 99", {"low": "95", "beyond_detection": "compare_limit"}, PASS),
    ],
)
def test_a_detection_limit_needs_a_rule(text: str, told: dict[str, object], outcome: str) -> None:
    assert evaluate(read(text), "%", criterion(**told), USP).outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("not detected", PASS), ("  Not  Detected ", PASS), ("detected", FAIL), ("no growth", CANNOT_EVALUATE)],
)
def test_words_are_compared_with_the_criterions_words(text: str, outcome: str) -> None:
    limit = criterion(accepted=["not detected"], refused=["detected"])
    assert evaluate(read(text), None, limit, USP).outcome == outcome


def test_a_report_has_no_limit() -> None:
    assert evaluate(read("anything"), None, criterion(kind="report"), USP).outcome == PASS


def test_a_small_number_is_read_with_every_digit() -> None:
    assert read("1.2e-7").value == Decimal("1.2E-7")


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(evaluation).failed == 0
