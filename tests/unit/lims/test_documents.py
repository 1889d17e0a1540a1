"""Documents are read strictly: no key is skipped, no scalar becomes a float, no formula goes untested."""

from __future__ import annotations

from typing import Any

import pytest

from titer.base.errors import Invalid
from titer.lims.documents import (
    MethodDocument,
    SpecificationDocument,
    content_of,
    digest_of,
    failing_cases,
    read_document,
    read_yaml,
)

METHOD = """
kind: method
code: M-1
title: A method
technique: entry
reportables:
  - analysis: a
    title: A
    unit: g/L
    formula: x * 2
    inputs: {x: {source: reading, unit: g/L}}
    cases: [{inputs: {x: "1.5"}, result: "3.0"}]
"""
SPECIFICATION = """
kind: specification
code: S-1
title: A specification
material: X
rounding: usp-7.20
criteria:
  - {analysis: a, title: A, kind: release, unit: g/L, low: 95.0, high: 1e2}
"""


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_limit_is_kept_as_text() -> None:
    document = read_document(SPECIFICATION, "specification")
    assert isinstance(document, SpecificationDocument)
    assert (document.criteria[0].low, document.criteria[0].high) == ("95.0", "1e2")
    assert document.criteria[0].limit_text == ">= 95.0 and <= 1e2 g/L"


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        (changed(METHOD, "title: A method", "title: A method\ncolour: red"), "method", "colour"),
        (changed(METHOD, "unit: g/L\n    formula", "unit: furlong\n    formula"), "method", "furlong"),
        (changed(METHOD, "x * 2", "x * y"), "method", "neither an input"),
        (changed(METHOD, "source: reading", "source: guess"), "method", "guess"),
        (changed(METHOD, "technique: entry", "technique: analyser"), "method", "panel"),
        (changed(SPECIFICATION, "usp-7.20", "bankers"), "specification", "no rounding rule"),
        (changed(SPECIFICATION, "low: 95.0", "low: about 95"), "specification", "no plain decimal"),
        (changed(SPECIFICATION, "low: 95.0, high: 1e2", "title: B"), "specification", "twice"),
        (changed(SPECIFICATION, "low: 95.0, high: 1e2", "method: X"), "specification", "has no limit"),
        (changed(SPECIFICATION, "low: 95.0", "low: 101"), "specification", "above its upper"),
        (SPECIFICATION, "method", "was expected"),
        ("- a\n- b", "method", "no mapping"),
    ],
)
def test_a_fault_is_refused_with_its_place(text: str, kind: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_document(text, kind)
    assert says in str(caught.value)


def test_malformed_text_tells_line_and_column() -> None:
    with pytest.raises(Invalid) as caught:
        read_yaml("kind: method\n  code: [")
    assert caught.value.where.startswith("line ")


def test_yaml_cannot_make_objects() -> None:
    with pytest.raises(Invalid):
        read_yaml("a: !!python/object/apply:os.system ['true']")


def test_a_formula_whose_case_does_not_hold_may_not_become_effective() -> None:
    good = read_document(METHOD, "method")
    bad = read_document(changed(METHOD, '"3.0"', '"3.1"'), "method")
    none: Any = read_document(
        changed(METHOD, 'cases: [{inputs: {x: "1.5"}, result: "3.0"}]', "cases: []"), "method"
    )
    assert isinstance(good, MethodDocument)
    assert isinstance(bad, MethodDocument)
    assert failing_cases(good) == []
    assert failing_cases(bad) == ["The formula of a, case 1: gives 3.0, not 3.1."]
    assert failing_cases(none) == ["The formula of a has no test case."]


def test_the_digest_is_of_the_content_and_not_of_its_layout() -> None:
    one = read_document(SPECIFICATION, "specification")
    two = read_document(
        SPECIFICATION.replace("material: X\nrounding: usp-7.20", "rounding: usp-7.20\nmaterial: X"),
        "specification",
    )
    other = read_document(changed(SPECIFICATION, "95.0", "95.00"), "specification")
    assert digest_of(one) == digest_of(two) != digest_of(other)
    assert content_of(one)["criteria"][0]["low"] == "95.0"
