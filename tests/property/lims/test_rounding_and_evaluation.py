"""What holds for every number: rounding is near, monotone and done once; a judgement follows the limits."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from titer.lims.documents import Criterion
from titer.lims.evaluation import CANNOT_EVALUATE, FAIL, OUTCOMES, PASS, evaluate, read
from titer.lims.formula import Formula, InputSpec
from titer.science.rounding import E29_ABSOLUTE, RULES, decimal_places, round_for_limit, to_places

NUMBERS = st.decimals(
    min_value=Decimal("-1e12"), max_value=Decimal("1e12"), allow_nan=False, allow_infinity=False, places=6
)
LIMITS = st.tuples(st.integers(-99999, 99999), st.integers(0, 4)).map(
    lambda pair: f"{Decimal(pair[0]).scaleb(-pair[1]):f}"
)


@given(NUMBERS, LIMITS, st.sampled_from(RULES))
def test_rounding_twice_is_rounding_once(value: Decimal, limit: str, rule: str) -> None:
    once = round_for_limit(value, limit, rule).value
    assert round_for_limit(once, limit, rule).value == once


@given(NUMBERS, st.integers(0, 6))
def test_rounding_moves_by_half_a_last_digit_at_the_most(value: Decimal, places: int) -> None:
    assert abs(to_places(value, places) - value) * 2 <= Decimal(1).scaleb(-places)


@given(NUMBERS, NUMBERS, LIMITS, st.sampled_from(RULES))
def test_rounding_keeps_the_order(one: Decimal, other: Decimal, limit: str, rule: str) -> None:
    low, high = sorted((one, other))
    assert round_for_limit(low, limit, rule).value <= round_for_limit(high, limit, rule).value


@given(NUMBERS, LIMITS, st.sampled_from(RULES), st.booleans())
def test_a_judgement_is_the_comparison_of_the_rounded_value(
    value: Decimal, limit: str, rule: str, inclusive: bool
) -> None:
    criterion = Criterion(
        analysis="a", title="A", kind="release", unit="%", low=limit, low_inclusive=inclusive
    )
    verdict = evaluate(read(f"{value:f}"), "%", criterion, rule)
    rounded = round_for_limit(value, limit, rule).value
    good = rounded > Decimal(limit) or (inclusive and rounded == Decimal(limit))
    assert verdict.outcome == (PASS if good else FAIL)
    if rule != E29_ABSOLUTE and rule.startswith(("usp", "astm")):
        assert decimal_places(verdict.rounded or "") == decimal_places(limit)


@given(st.text(max_size=30), st.one_of(st.none(), st.text(max_size=8)))
def test_whatever_is_typed_is_judged_without_an_error(text: str, unit: str | None) -> None:
    criterion = Criterion(analysis="a", title="A", kind="release", unit="%", low="95.0")
    verdict = evaluate(read(text), unit, criterion, "usp-7.20")
    assert verdict.outcome in OUTCOMES
    if read(text).value is None:
        assert verdict.outcome == CANNOT_EVALUATE


@given(NUMBERS, NUMBERS)
def test_a_formula_keeps_every_digit_of_a_sum(one: Decimal, other: Decimal) -> None:
    total = Formula("a + b", {"a": InputSpec("g"), "b": InputSpec("g")}, "g")
    assert total.calculate({"a": f"{one:f}", "b": f"{other:f}"}).value == one + other
