"""Measurements and results: entered once, evaluated at once, and what follows from the judgement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical_decimal
from titer.base.clock import iso
from titer.base.errors import Invalid, Refused
from titer.base.units import unit as look_up
from titer.lims import rules
from titer.lims.evaluation import FAIL, PASS, Reading, evaluate, read
from titer.lims.formula import Calculated, NotCalculable
from titer.lims.model import (
    Design,
    Evaluation,
    Measurement,
    ReportableResult,
    Sample,
    TestRequest,
)
from titer.lims.ports import EquipmentPort
from titer.lims.service.designs import Designs
from titer.lims.service.instruments import instrument_state
from titer.quality import QualityPort
from titer.record import Actor, Training, Unit

OpenInvestigation = Callable[[Unit, TestRequest, ReportableResult, Evaluation], None]


@dataclass(frozen=True)
class Answer:
    """What a test came to: the text that is reported, and how it was calculated if it was.

    Args:
        text: the value's text; for a calculated one every digit it has.
        unit: its unit, or None for words.
        inputs: input name -> ids of the measurements it came from.
        calculated: the calculation, or None for a reading that is reported as it is.
        pinned: run, instrument, lots, document: what else is pinned with the result.
    """

    text: str
    unit: str | None
    inputs: dict[str, Any]
    pinned: dict[str, Any]
    calculated: Calculated | None = None


class Results:
    """Entering and evaluating results.

    Args:
        designs: methods and specifications.
        quality: raises exceptions.
        equipment: says whether an instrument may be used.
    """

    def __init__(self, designs: Designs, quality: QualityPort, equipment: EquipmentPort) -> None:
        self.designs = designs
        self.quality = quality
        self.equipment = equipment
        self.open_investigation: OpenInvestigation | None = None

    # --- measurements ------------------------------------------------------------------------------------

    def measure(
        self,
        unit: Unit,
        *,
        name: str,
        raw: str,
        unit_code: str | None,
        source: dict[str, Any],
        sample_id: str | None = None,
        test_id: str | None = None,
        run_id: str | None = None,
        replicate: int = 1,
        supersedes: Measurement | None = None,
        reason: str | None = None,
    ) -> Measurement:
        """Write down one value as it came.

        Raises:
            Invalid: for an unknown unit, or a correction without a reason.
        """
        if unit_code is not None:
            look_up(unit_code)
        if supersedes is not None and not (reason or "").strip():
            raise Invalid("A correction needs a reason.", where="reason")
        return unit.add(
            Measurement(
                sample_id=sample_id,
                test_id=test_id,
                run_id=run_id,
                name=name,
                replicate=replicate,
                raw=raw,
                value=read(raw).value,
                unit=unit_code,
                source=source,
                supersedes_id=supersedes.id if supersedes else None,
                reason=reason,
            )
        )

    # --- entry -------------------------------------------------------------------------------------------

    def enter_reading(
        self, unit: Unit, test_id: str, *, raw: str, unit_code: str | None, instrument: str | None = None
    ) -> ReportableResult:
        """Enter what a person read off, for a method whose result is the reading itself.

        Raises:
            Refused: if the analyst's competency, the hold time or the instrument stands against it.
        """
        test = unit.get(TestRequest, test_id)
        method = self.designs.method(unit.get(Design, test.method_id))
        if method.technique != "entry":
            raise Refused(f"{test.number} is measured by {method.code}, which is not entered by hand.")
        self.refuse_unless_ready(unit, test, instrument=instrument)
        state = None
        if instrument is not None:
            capability = method.instrument.capability if method.instrument else None
            state = instrument_state(
                self.equipment, unit.session, instrument, unit.process_now, capability=capability
            )
        return self.enter_single(
            unit,
            test,
            raw=raw,
            unit_code=unit_code,
            source={"kind": "entry", "person_id": unit.actor.id},
            pinned={"instrument": state},
        )

    def enter_single(
        self,
        unit: Unit,
        test: TestRequest,
        *,
        raw: str,
        unit_code: str | None,
        source: dict[str, Any],
        pinned: dict[str, Any],
    ) -> ReportableResult:
        """Take one value through ready, in progress and entered, with the method's formula if it has one."""
        method = self.designs.method(unit.get(Design, test.method_id))
        reportable = method.reportable(test.analysis)
        for event in ("ready", "start"):
            if event in rules.TEST[test.state]:
                test.state = rules.move("test", test.state, event)
        measured = self.measure(
            unit,
            name=test.analysis,
            raw=raw,
            unit_code=unit_code,
            source=source,
            sample_id=test.sample_id,
            test_id=test.id,
        )
        formula = reportable.compiled()
        if formula is None:
            return self.report(unit, test, Answer(raw.strip(), unit_code, {"reading": [measured.id]}, pinned))
        values: dict[str, Any] = {}
        inputs: dict[str, Any] = {}
        for name, given in reportable.inputs.items():
            if given.source.startswith("parameter."):
                values[name] = method.parameters[given.source.split(".")[1]]["value"]
            elif given.unit != unit_code:
                raise Invalid(f"{test.number} takes a reading in {given.unit}, not in {unit_code}.")
            else:
                values[name] = [raw] if given.many else raw
                inputs[name] = [measured.id]
        try:
            calculated = formula.calculate(values)
        except NotCalculable as error:
            return self.report(unit, test, Answer(f"not calculable: {error}", None, inputs, pinned))
        text = canonical_decimal(calculated.value)
        return self.report(unit, test, Answer(text, calculated.unit, inputs, pinned, calculated))

    def report(self, unit: Unit, test: TestRequest, answer: Answer) -> ReportableResult:
        """Make the reportable result of a test in progress, evaluate it, and set off what follows."""
        entered = rules.move("test", test.state, "enter")
        sample = unit.get(Sample, test.sample_id)
        method = unit.get(Design, test.method_id)
        reading = read(answer.text)
        result = unit.add(
            ReportableResult(
                test_id=test.id,
                sample_id=sample.id,
                batch_id=test.batch_id,
                analysis=test.analysis,
                state="entered",
                value=reading.value if not reading.qualifier else None,
                text=answer.text,
                unit=answer.unit,
                trace=[
                    {"name": s.name, "expression": s.expression, "value": s.value, "unit": s.dimension}
                    for s in (answer.calculated.trace if answer.calculated else ())
                ],
                inputs=answer.inputs,
                pinned=answer.pinned
                | {
                    "method": {"code": method.code, "revision": method.revision, "digest": method.digest},
                    "person": self.training_of(unit, self.designs.method(method).competency),
                },
                sampled_at=sample.sampled_at,
                entered_by=unit.actor.id,
            )
        )
        test.state = entered
        evaluation = self._evaluate(unit, test, result, reading)
        unit.emit("lims.result.entered", result, payload(result, sample, evaluation.outcome))
        self._follow(unit, test, result, evaluation, sample)
        return result

    def _evaluate(
        self, unit: Unit, test: TestRequest, result: ReportableResult, reading: Reading
    ) -> Evaluation:
        criterion, rule, specification = self.designs.criterion(
            unit.session, test.specification_id, test.analysis
        )
        verdict = evaluate(reading, result.unit, criterion, rule)
        return unit.add(
            Evaluation(
                result_id=result.id,
                kind=test.kind,
                outcome=verdict.outcome,
                rounded=verdict.rounded,
                limit_text=criterion.limit_text if criterion else "",
                rounding=rule,
                specification_id=specification.id if specification else None,
                specification_digest=specification.digest if specification else None,
                trace=list(verdict.trace),
            )
        )

    def _follow(
        self,
        unit: Unit,
        test: TestRequest,
        result: ReportableResult,
        evaluation: Evaluation,
        sample: Sample,
    ) -> None:
        if evaluation.outcome == PASS:
            method = self.designs.method(unit.get(Design, test.method_id))
            if method.verification == "automatic" and unit.actor.kind != "person":
                test.state = rules.move("test", test.state, "verify")
                result.state, result.approved_by = "approved", f"rule of {method.code}"
                unit.emit("lims.result.approved", result, payload(result, sample, PASS))
            return
        if evaluation.outcome == FAIL and test.kind == "release":
            test.state = rules.move("test", test.state, "suspect")
            result.state = "suspect"
            unit.emit("lims.result.out_of_specification", result, payload(result, sample, FAIL))
            if self.open_investigation is None:
                raise Refused("No investigation can be opened, so the result cannot be entered.")
            self.open_investigation(unit, test, result, evaluation)
            return
        breach = evaluation.outcome == FAIL
        self.quality.raise_exception(
            unit,
            kind="action_limit" if breach else "cannot_evaluate",
            severity="minor" if breach and test.kind == "action" else "major",
            title=(
                f"{sample.number}: {test.analysis} {result.text} {result.unit or ''} "
                + (f"is beyond its action limit {evaluation.limit_text}" if breach else "cannot be evaluated")
            ),
            detail=" ".join(evaluation.trace),
            batch_id=test.batch_id,
            subject_type="lims_result",
            subject_id=result.id,
            evidence={"sample": sample.number, "analysis": test.analysis, "trace": evaluation.trace},
            key=f"lims.result/{result.id}/{evaluation.outcome}",
        )

    # --- guards ------------------------------------------------------------------------------------------

    def training_of(self, unit: Unit, competency: str | None) -> dict[str, Any]:
        """The acting person's training for a competency, as it is now; for pinning."""
        told: dict[str, Any] = {"actor": unit.actor.id, "name": unit.actor.name, "kind": unit.actor.kind}
        if competency is not None and unit.actor.kind == "person":
            training = competent(unit.session, unit.actor.id, competency, unit.process_now)
            told["competency"] = competency
            told["training_id"] = training.id if training else None
            told["trained_until"] = iso(training.expires_at) if training and training.expires_at else None
        return told

    def not_ready(
        self,
        session: Session,
        test: TestRequest,
        *,
        actor: Actor,
        at: datetime,
        instrument: str | None = None,
    ) -> list[str]:
        """Why work on a test may not begin: sample, hold time, competency, instrument."""
        sample, design = session.get(Sample, test.sample_id), session.get(Design, test.method_id)
        if sample is None or design is None:
            return [f"{test.number} refers to a sample or method that is not there."]
        method = self.designs.method(design)
        reasons = []
        if sample.state not in ("available", "in_test"):
            reasons.append(f"Sample {sample.number} is {sample.state.replace('_', ' ')}, not available.")
        reasons += [
            f"{sample.number}: {fault}"
            for fault in rules.hold_time_fault(sample.sampled_at, at, method.hold_time_h)
        ]
        if (
            method.competency
            and actor.kind == "person"
            and competent(session, actor.id, method.competency, at) is None
        ):
            reasons.append(
                f"You hold no valid training in {method.competency!r}; have it entered or renewed."
            )
        if method.instrument is not None and instrument is None:
            reasons.append(f"{method.code} needs an instrument ({method.instrument.capability}); name it.")
        if instrument is not None:
            capability = method.instrument.capability if method.instrument else None
            reasons += self.equipment.ready_for_use(session, instrument, at, capability=capability)
        return reasons

    def refuse_unless_ready(self, unit: Unit, test: TestRequest, *, instrument: str | None) -> None:
        """Raise what stands against beginning.

        Raises:
            Refused: with every reason.
        """
        reasons = self.not_ready(
            unit.session, test, actor=unit.actor, at=unit.process_now, instrument=instrument
        )
        if reasons:
            raise Refused(f"{test.number} ({test.analysis}) may not begin.", why=" ".join(reasons))


def payload(result: ReportableResult, sample: Sample, outcome: str) -> dict[str, Any]:
    """What every event about a result carries."""
    return {
        "result_id": result.id,
        "batch_id": result.batch_id,
        "sample_id": sample.id,
        "sample_number": sample.number,
        "analysis": result.analysis,
        "value": result.text,
        "unit": result.unit,
        "sampled_at": iso(result.sampled_at) if result.sampled_at else None,
        "outcome": outcome,
    }


def competent(session: Session, person_id: str, competency: str, at: datetime) -> Training | None:
    """The training that makes a person competent at an instant of the process clock, or None."""
    rows = session.scalars(
        select(Training)
        .where(Training.person_id == person_id, Training.competency == competency, Training.trained_at <= at)
        .order_by(Training.trained_at.desc())
    )
    return next((row for row in rows if row.expires_at is None or row.expires_at > at), None)


def result_of(session: Session, test_id: str) -> ReportableResult | None:
    """The result of a test, if it has one."""
    return session.scalar(select(ReportableResult).where(ReportableResult.test_id == test_id))


def evaluation_of(session: Session, result_id: str) -> Evaluation | None:
    """The newest evaluation of a result."""
    return session.scalars(
        select(Evaluation).where(Evaluation.result_id == result_id).order_by(Evaluation.id.desc()).limit(1)
    ).first()


__all__ = ["Answer", "Results", "competent", "evaluation_of", "payload", "result_of"]
