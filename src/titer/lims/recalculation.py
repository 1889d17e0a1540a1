"""Calculating a result again, from the raw text of its measurements and the formula of its method's revision.

It shows that a value reproduces. Whether it is right is another question.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from titer.base.canonical import canonical_decimal
from titer.base.errors import Invalid, NotFound
from titer.lims.formula import NotCalculable
from titer.lims.model import Design, Measurement, ReportableResult, TestRequest
from titer.lims.service.designs import Designs

NOT_CALCULABLE = "not calculable"


def difference(session: Session, designs: Designs, result: ReportableResult) -> str:
    """What is different when a result is calculated again; empty if nothing is."""
    try:
        text = recalculated(session, designs, result)
    except (Invalid, NotFound) as error:
        return f"it cannot be calculated again: {error}"
    if text.startswith(NOT_CALCULABLE) and result.text.startswith(NOT_CALCULABLE):
        return ""
    return "" if text == result.text else f"it comes to {text}, and {result.text} was reported"


def recalculated(session: Session, designs: Designs, result: ReportableResult) -> str:
    """The text that a result's measurements come to now.

    Raises:
        NotFound: if its test, its method or one of its measurements is gone.
        Invalid: if the method has another digest than was pinned, or its inputs do not fit.
    """
    test = session.get(TestRequest, result.test_id)
    design = session.get(Design, test.method_id) if test else None
    if test is None or design is None:
        raise NotFound("Its test or method is not there.")
    pinned = result.pinned.get("method", {}).get("digest")
    if design.digest != pinned:
        raise Invalid("Its method is not the one that was pinned.")
    method = designs.method(design)
    reportable = method.reportable(result.analysis)
    formula = reportable.compiled()
    if formula is None:
        return _raws(session, result.inputs.get("reading", []))[0].strip()
    values: dict[str, Any] = {}
    for name, given in reportable.inputs.items():
        if given.source.startswith("parameter."):
            values[name] = method.parameters[given.source.split(".")[1]]["value"]
            continue
        raws = _raws(session, result.inputs.get(name, []))
        values[name] = raws if given.many else raws[0]
    try:
        return canonical_decimal(formula.calculate(values).value)
    except NotCalculable as error:
        return f"{NOT_CALCULABLE}: {error}"


def _raws(session: Session, ids: list[str]) -> list[str]:
    rows = [session.get(Measurement, key) for key in ids]
    if not rows or any(row is None for row in rows):
        raise NotFound("One of its measurements is not there.")
    return [row.raw for row in rows if row is not None]
