"""A formula is read by a grammar of our own, keeps every digit, knows its units and shows each step."""

from __future__ import annotations

import doctest
from decimal import Decimal

import pytest

from titer.base.errors import Invalid
from titer.lims.formula import Formula, InputSpec, NotCalculable, calculate, check_case, grammar

CONTENT = """
response = slope_through_origin(standard_conc, standard_area)
injected = area / response        # g/L of what was injected
injected * dilution
"""
INPUTS = {
    "standard_conc": InputSpec("mg/mL", many=True),
    "standard_area": InputSpec("mAU.min", many=True),
    "area": InputSpec("mAU.min"),
    "dilution": InputSpec("1"),
}


def content() -> Formula:
    return Formula(CONTENT, INPUTS, "g/L")


def test_a_calibrated_content_with_its_dilution() -> None:
    found = content().calculate(
        {"standard_conc": ["0.1", "0.2"], "standard_area": ["20", "40"], "area": "42.10", "dilution": "20"}
    )
    assert found.value == Decimal("4.21")
    assert [step.name for step in found.trace][-4:] == ["response", "injected", "result", "in unit"]
    assert found.trace[-1].expression == "g/L"


def test_a_very_small_input_stays_what_it_is() -> None:
    """SENAITE wrote formula inputs with %f, which made 1.2e-7 a zero."""
    assert Formula("a * 2", {"a": InputSpec("g")}, "g").calculate({"a": "1.2e-7"}).value == Decimal("2.4E-7")
    assert Formula("a * 1.2e-7", {"a": InputSpec("g")}, "g").calculate({"a": "1"}).value == Decimal("1.2E-7")


def test_a_literal_is_decimal_from_its_text() -> None:
    assert Formula("a + 0.1 + 0.2", {"a": InputSpec("1")}, "1").calculate({"a": "0"}).value == Decimal("0.3")


def test_percent_is_a_number_and_the_result_is_written_in_percent() -> None:
    share = Formula(
        "main / sum(peaks)", {"main": InputSpec("mAU.min"), "peaks": InputSpec("mAU.min", many=True)}, "%"
    )
    assert share.calculate({"main": "98", "peaks": ["98", "2"]}).value == Decimal("98")


@pytest.mark.parametrize(
    ("text", "inputs", "unit", "says"),
    [
        ("a + b", {"a": "g", "b": "mL"}, "g", "Units do not fit"),
        ("a * b", {"a": "g", "b": "mL"}, "g", "but its unit is g"),
        ("a + c", {"a": "g"}, "g", "neither an input nor an earlier step"),
        ("a", {"a": "g", "b": "g"}, "g", "never uses"),
        ("ln(a)", {"a": "g"}, "1", "pure number"),
        ("a = a + 1", {"a": "1"}, "1", "cannot be defined again"),
        ("a", {"a": "[iU]"}, "[CFU]", "but its unit is"),
        ("a + b", {"a": "[iU]", "b": "[EU]"}, "[iU]", "Units do not fit"),
        ("a", {"a": "furlong"}, "mm", "not known"),
        ("a ** 2", {"a": "1"}, "1", "a value was expected"),
        ("open(a)", {"a": "1"}, "1", "no function 'open'"),
        ("a.__class__", {"a": "1"}, "1", "no meaning"),
        ("__import__('os')", {}, "1", "no meaning"),
        ("a if a else 1", {"a": "1"}, "1", "not expected"),
        ("", {}, "1", "empty"),
        ("(" * 60 + "a" + ")" * 60, {"a": "1"}, "1", "nested too deeply"),
        ("-" * 60 + "a", {"a": "1"}, "1", "nested too deeply"),
    ],
)
def test_what_has_no_meaning_is_refused_before_it_runs(
    text: str, inputs: dict[str, str], unit: str, says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        Formula(text, {name: InputSpec(code) for name, code in inputs.items()}, unit)


def test_an_error_tells_line_and_column() -> None:
    with pytest.raises(Invalid) as caught:
        Formula("x = a +\n x", {"a": InputSpec("1")}, "1")
    assert caught.value.where == "line 1, column 8"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a / b", {"a": "1", "b": "0"}),
        ("a / b", {"a": "n.d.", "b": "1"}),
        ("a / b", {"a": "NaN", "b": "1"}),
        ("sqrt(a) * b", {"a": "-1", "b": "1"}),
    ],
)
def test_values_without_a_result_cannot_be_calculated(text: str, values: dict[str, str]) -> None:
    with pytest.raises(NotCalculable):
        Formula(text, {"a": InputSpec("1"), "b": InputSpec("1")}, "1").calculate(values)


def test_a_float_is_refused() -> None:
    with pytest.raises(Invalid, match="float"):
        Formula("a", {"a": InputSpec("1")}, "1").calculate({"a": 0.1})  # type: ignore[dict-item]


def test_lists_that_do_not_pair_are_refused() -> None:
    with pytest.raises(NotCalculable, match="pairs"):
        content().calculate(
            {"standard_conc": ["0.1"], "standard_area": ["20", "40"], "area": "1", "dilution": "1"}
        )


def test_statistics_of_lists() -> None:
    numbers = {"x": InputSpec("1", many=True)}
    values = {"x": ["2", "4", "4", "4", "5", "5", "7", "9"]}
    assert Formula("mean(x)", numbers, "1").calculate(values).value == 5
    assert round(Formula("sd(x)", numbers, "1").calculate(values).value, 6) == Decimal("2.138090")
    assert round(Formula("rsd(x)", numbers, "%").calculate(values).value, 4) == Decimal("42.7618")
    with pytest.raises(NotCalculable):
        Formula("sd(x)", numbers, "1").calculate({"x": ["1"]})


def test_a_certified_regression() -> None:
    """Anscombe's first set: slope 0.5, intercept 3 (The American Statistician 27, 1973)."""
    x = ["10", "8", "13", "9", "11", "14", "6", "4", "12", "7", "5"]
    y = ["8.04", "6.95", "7.58", "8.81", "8.33", "9.96", "7.24", "4.26", "10.84", "4.82", "5.68"]
    inputs = {"x": InputSpec("g", many=True), "y": InputSpec("mAU", many=True)}
    assert round(Formula("slope(x, y)", inputs, "mAU per g").calculate({"x": x, "y": y}).value, 5) == Decimal(
        "0.50009"
    )
    assert round(Formula("intercept(x, y)", inputs, "mAU").calculate({"x": x, "y": y}).value, 5) == Decimal(
        "3.00009"
    )
    assert round(Formula("r_squared(x, y)", inputs, "1").calculate({"x": x, "y": y}).value, 4) == Decimal(
        "0.6665"
    )


def test_a_formulas_own_cases_are_run() -> None:
    case = {"standard_conc": ["0.1", "0.2"], "standard_area": ["20", "40"], "area": "42.1", "dilution": "20"}
    assert check_case(content(), case, "4.21") is None
    assert check_case(content(), case, "4.22") == "gives 4.21, not 4.22"
    assert "no number" in str(check_case(content(), case | {"area": "lost"}, "4.21"))


@pytest.mark.parametrize("module", [calculate, grammar])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
