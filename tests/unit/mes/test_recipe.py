"""Recipes: form, meaning, places of errors, digests and differences."""

from __future__ import annotations

from decimal import Decimal

import pytest

from titer.base.errors import Invalid
from titer.mes.recipe import difference, read, require
from titer.mes.recipe.expression import Quantity, Scope, Surroundings, dimension, evaluate, quantity
from titer.mes.recipe.grammar import ExpressionError, parse

HEAD = """\
recipe: small
version: 1
product: MAB7
formula:
  target: {value: 12, unit: 1e6/mL, low: 10, high: 14, critical: true}
units:
  BR:
    class: Bioreactor
    equipment: BR-201
    channels:
      VCD.PV: {unit: 1e6/mL, max_age: 1 h}
      Temperature.PV: {unit: degC}
      Temperature.SP: {unit: degC, settable: true, low: 30, high: 38, tolerance: 0.1}
      DO.PV: {unit: "%"}
      Feed.SP: {unit: L/h, settable: true, low: 0, high: 60, safe: 0}
      Feed.Total: {unit: L}
materials:
  inoculum: {definition: CELLS}
phases:
  Control.Temperature:
    parameters: {sp: degC}
    set: {Temperature.SP: sp}
    until: abs(Temperature.PV - sp) <= 0.2 K for 10 min
    timeout: 4 h -> exception(minor)
procedure:
  - unit: BR
    do:
"""
GOOD = (
    HEAD
    + """\
      - phase: Control.Temperature
        set: {sp: 36.8 degC}
      - until: VCD.PV >= target for 10 min
        timeout: 120 h
"""
)


def _with(step: str) -> str:
    return GOOD + "\n".join("      " + line for line in step.splitlines()) + "\n"


def _rules(source: str) -> dict[str, str]:
    return {finding.rule: str(finding) for finding in read(source).findings}


def test_a_good_recipe_has_no_findings_and_a_digest_of_its_meaning_not_of_its_layout() -> None:
    first = read(GOOD)
    assert [str(finding) for finding in first.findings] == []
    other = read(GOOD.replace("product: MAB7", "product:    MAB7   # a comment"))
    assert first.digest == other.digest != ""
    assert read(GOOD.replace("36.8", "36.9")).digest != first.digest


def test_every_error_is_told_at_once_with_line_and_column() -> None:
    bad = GOOD.replace("version: 1", "version: one").replace("class: Bioreactor", "klass: Bioreactor")
    places = [(f.line, f.column) for f in read(bad).errors]
    assert (2, 10) in places
    assert (8, 5) in places
    with pytest.raises(Invalid) as refused:
        require(bad)
    assert refused.value.where == "line 2, column 10"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "empty"),
        ("recipe: [", "This is not YAML"),
        ("recipe: &a x\nversion: *a\n", "Anchors"),
        ("recipe: x\nrecipe: y\n", "given twice"),
        ("- 1\n", "must be a list of `name: value`"),
    ],
)
def test_what_is_no_recipe_at_all_is_told_in_words(source: str, words: str) -> None:
    assert any(words in str(finding) for finding in read(source).errors)


def test_an_error_inside_an_expression_points_into_it() -> None:
    found = read(_with("- until: VCD.PV >= 12 degC\n  timeout: 1 h")).errors
    assert len(found) == 1
    line = GOOD.count("\n") + 1
    assert (found[0].line, found[0].column) == (line, len("      - until: VCD.PV ") + 1)
    assert "Units do not fit" in found[0].message


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        ("- until: VCD.PV >= 3 1e6/mL", "no-timeout"),
        ("- until: 1 > 2\n  timeout: 1 h", "unreachable"),
        ("- wait: 1 h\n  when: false", "unreachable"),
        ("- until: DO.PV >= 40\n  timeout: 1 h", "unit"),
        ("- phase: X\n  set: {Temperature.SP: 39 degC}", "range"),
        ("- phase: X\n  set: {Temperature.PV: 36 degC}", "channel"),
        ("- phase: Nowhere.Known", "phase-unknown"),
        ("- phase: Control.Temperature", "parameter"),
        ("- wait: at 3 h after inoculation", "mark"),
        ("- manual: Add\n  scan: lot(water)", "material"),
        ("- manual: Add\n  charge: {quantity: 3, unit: L}", "material"),
        ("- manual: Read\n  entries: [{name: a, low: 2, high: 1, unit: L}]", "range"),
        ("- unit: BR\n  do: [{wait: 1 h}]", "deadlock"),
        ("- unit: XX\n  do: [{wait: 1 h}]", "unit-unknown"),
        ("- feed: F\n  channel: Feed.SP\n  for: 1 h", "feed"),
        ("- feed: F\n  channel: Feed.SP\n  rate: 70 L/h\n  for: 1 h\n  total: Feed.Total", "range"),
        ("- wait: 1 h\n  when: VCD.PV > target", "when"),
        ("- sample: DAILY\n  label: day {n}", "name"),
    ],
)
def test_the_linter_refuses(step: str, rule: str) -> None:
    found = [finding for finding in read(_with(step)).errors if finding.rule == rule]
    assert found, _rules(_with(step))
    assert found[0].line > HEAD.count("\n")


def test_opposite_orders_of_units_are_a_deadlock() -> None:
    two = GOOD.replace("units:\n", "units:\n  H: {class: Vessel, equipment: H-1}\n").split("procedure:")[0]
    branch = "      - unit: {a}\n        do:\n          - unit: {b}\n            do: [{{wait: 1 h}}]\n"
    source = two + "procedure:\n  - parallel:\n" + branch.format(a="BR", b="H") + branch.format(a="H", b="BR")
    assert "deadlock" in {finding.rule for finding in read(source).errors}
    same = two + "procedure:\n  - parallel:\n" + branch.format(a="BR", b="H") * 2
    assert "deadlock" not in {finding.rule for finding in read(same).errors}


def test_a_feed_that_is_left_running_is_warned_of() -> None:
    left = "- phase: F\n  set: {Feed.SP: 5 L/h}"
    assert "left-running" in _rules(_with(left))
    assert "left-running" not in _rules(_with(left + "\n- phase: Off\n  set: {Feed.SP: 0 L/h}"))


SCOPE = Scope({"target": "1e6/mL", "BR.VCD": "1e6/mL", "BR.T": "degC", "BR.DO": "%", "rate": "L/h", "n": "1"})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("rate * 1 h", "volume"),
        ("30 L / 1 h", "volume flow"),
        ("BR.T - 36.8 degC", "temperature difference"),
        ("abs(BR.T - 36.8 degC) <= 0.2 K", "truth"),
        ("target * 110 %", "cell concentration"),
        ("BR.VCD / target", "number"),
        ("not (n >= 3 and n < 5) or false", "truth"),
    ],
)
def test_dimensions_follow_from_units(text: str, kind: str) -> None:
    assert dimension(parse(text), SCOPE) == kind


@pytest.mark.parametrize(
    "text", ["BR.T + BR.T", "BR.DO >= 40", "rate + 1 h", "not 3", "n and true", "unknown > 1", "-BR.T"]
)
def test_what_has_no_meaning_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        dimension(parse(text), SCOPE)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "a.b.c(1)",
        "1 < 2 < 3",
        "eval(1)",
        "(1",
        "1 +",
        "a[0]",
        "lambda: 1",
        "1; 2",
        "abs()",
    ],
)
def test_nothing_but_the_grammar_is_read(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_unknown_makes_a_condition_neither_true_nor_false() -> None:
    env = Surroundings({"BR.VCD": None, "target": quantity(Decimal(12), "1e6/mL")}, {})
    for text in (
        "BR.VCD >= target",
        "BR.VCD < target",
        "not (BR.VCD >= target)",
        "BR.VCD >= target and true",
    ):
        assert evaluate(parse(text), env) is None
    assert evaluate(parse("BR.VCD >= target and false"), env) is False
    assert evaluate(parse("BR.VCD >= target or 2 > 1"), env) is True
    assert evaluate(parse("good(BR.VCD)"), env) is False
    assert evaluate(parse("1 / (target - target)"), env) is None


def test_values_are_exact_decimals_with_units() -> None:
    env = Surroundings({"rate": quantity(Decimal("0.1"), "L/h")}, {})
    volume = evaluate(parse("rate * 3 h"), env)
    assert isinstance(volume, Quantity)
    assert volume.in_unit("mL") == Decimal(300)
    warm = evaluate(parse("36.8 degC - 0.3 K"), env)
    assert isinstance(warm, Quantity)
    assert warm.in_unit("degC") == Decimal("36.5")


def test_a_difference_names_the_part_of_the_recipe_and_not_the_line() -> None:
    old, new = read(GOOD), read(_with("- wait: 2 h").replace("value: 12", "value: 13"))
    found = {
        (item.where, item.change): (item.before, item.after) for item in difference(old.content, new.content)
    }
    assert found["formula / target / value", "changed"] == ("12", "13")
    assert any(change == "added" and "wait" in where for where, change in found)
