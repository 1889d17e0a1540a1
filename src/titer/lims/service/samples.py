"""Samples and the tests that are asked for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotFound, Refused
from titer.lims import rules
from titer.lims.model import Design, Evaluation, ReportableResult, Sample, TestRequest
from titer.lims.service.designs import Designs
from titer.material import Definition, Lot, Material
from titer.record import Unit


class Samples:
    """Registering, collecting and receiving samples.

    Args:
        designs: methods, specifications and plans.
        material: lots that samples are drawn from.
    """

    def __init__(self, designs: Designs, material: Material) -> None:
        self.designs = designs
        self.material = material

    def register(
        self,
        unit: Unit,
        *,
        batch_id: str | None = None,
        lot_id: str | None = None,
        plan_code: str | None = None,
        analyses: list[str] | None = None,
        specification_code: str | None = None,
        point: str = "",
        location: str = "",
        sampled_at: datetime | None = None,
        planned: datetime | None = None,
        parent_id: str | None = None,
        kind: str = "primary",
    ) -> Sample:
        """Register a sample and the tests that its plan, or the caller, asks for.

        A sample of which `sampled_at` is known is collected; else it is planned, and `collect` follows.

        Raises:
            Invalid: if neither plan nor analyses say what is to be tested, or it belongs to nothing.
            NotFound: if the plan, the specification or a method is not effective.
        """
        session = unit.session
        if batch_id is None and lot_id is None and parent_id is None:
            raise Invalid("A sample belongs to a batch, a lot or a parent sample.")
        parent = unit.get(Sample, parent_id) if parent_id else None
        if parent is not None:
            batch_id, lot_id = batch_id or parent.batch_id, lot_id or parent.lot_id
        plan = self.designs.effective(session, "sampling_plan", plan_code) if plan_code else None
        wanted = list(analyses or [])
        if plan is not None:
            document = self.designs.plan(plan)
            wanted = wanted or list(document.analyses)
            specification_code = specification_code or document.specification
            point = point or document.point
        if not wanted and kind == "primary":
            raise Invalid("Nothing is to be tested: name a sampling plan or analyses.", where="analyses")
        specification = (
            self.designs.effective(session, "specification", specification_code)
            if specification_code
            else None
        )
        sample = unit.add(
            Sample(
                number=unit.next_number("S"),
                kind=kind,
                state="planned",
                parent_id=parent_id,
                batch_id=batch_id,
                lot_id=lot_id,
                point=point,
                location=location,
                planned_at=planned or sampled_at or unit.process_now,
                plan_id=plan.id if plan else None,
                specification_id=specification.id if specification else None,
            )
        )
        for analysis in wanted:
            self.request_test(unit, sample, analysis, specification)
        unit.emit(
            "lims.sample.registered",
            sample,
            {"sample_id": sample.id, "number": sample.number, "batch_id": batch_id, "analyses": wanted},
        )
        if lot_id is not None and parent_id is None:
            self.material.sample_lot(unit, lot_id, sample_id=sample.id, key=f"sample/{sample.id}")
        if sampled_at is not None:
            self.collect(unit, sample.id, sampled_at=sampled_at)
        return sample

    def request_test(
        self,
        unit: Unit,
        sample: Sample,
        analysis: str,
        specification: Design | None,
        *,
        redetermines: TestRequest | None = None,
        method_code: str | None = None,
    ) -> TestRequest:
        """Ask for one analysis of a sample; the effective revisions are pinned.

        Raises:
            Refused: if `method_code` is not the method that the specification asks for.
        """
        criterion, _, _ = self.designs.criterion(
            unit.session, specification.id if specification else None, analysis
        )
        if redetermines is not None:
            method_id = redetermines.method_id
        else:
            asked = criterion.method if criterion else None
            if asked and method_code and asked != method_code:
                raise Refused(f"The specification asks for {analysis} by {asked}, not by {method_code}.")
            method_id = self.designs.method_for(unit.session, analysis, asked or method_code).id
        return unit.add(
            TestRequest(
                number=unit.next_number("T"),
                sample_id=sample.id,
                batch_id=sample.batch_id,
                analysis=analysis,
                method_id=method_id,
                specification_id=specification.id if specification else None,
                kind=criterion.kind if criterion else "release",
                state="planned",
                redetermines_id=redetermines.id if redetermines else None,
            )
        )

    def collect(
        self, unit: Unit, sample_id: str, *, sampled_at: datetime, location: str | None = None
    ) -> Sample:
        """Note that a sample was drawn, when and by whom; and receive it, since it is at hand.

        Raises:
            Refused: if it is not planned, or the time of sampling lies in the future.
        """
        sample = unit.get(Sample, sample_id)
        if sampled_at > unit.process_now:
            raise Refused(f"Sample {sample.number} cannot have been drawn in the future ({sampled_at}).")
        sample.state = rules.move("sample", sample.state, "collect")
        sample.sampled_at, sample.sampled_by = sampled_at, unit.actor.id
        if location:
            sample.location = location
        unit.emit(
            "lims.sample.collected",
            sample,
            {"sample_id": sample.id, "number": sample.number, "batch_id": sample.batch_id},
        )
        return self.receive(unit, sample_id)

    def receive(self, unit: Unit, sample_id: str) -> Sample:
        """Receive a collected sample; it is then available for testing."""
        sample = unit.get(Sample, sample_id)
        sample.state = rules.move("sample", sample.state, "receive")
        sample.state = rules.move("sample", sample.state, "make_available")
        sample.received_at = unit.process_now
        unit.flush()
        return sample

    def move(self, unit: Unit, sample_id: str, event: str, version: int | None = None) -> Sample:
        """Any other move of the state table: hold, resume, quarantine, reject, deplete, dispose."""
        if event not in ("hold", "resume", "quarantine", "reject", "deplete", "dispose", "send", "cancel"):
            raise Refused(f"A sample's {event!r} is not done by hand.")
        sample = unit.get(Sample, sample_id, version)
        sample.state = rules.move("sample", sample.state, event)
        if event == "cancel":
            for test in tests_of(unit.session, sample_id=sample_id):
                self.cancel_test(unit, test.id)
        unit.flush()
        return sample

    def cancel_test(self, unit: Unit, test_id: str, version: int | None = None) -> TestRequest:
        """Cancel a test on which work has not begun.

        Raises:
            Refused: once work has begun, or for a redetermination, which the method's rule asks for.
        """
        test = unit.get(TestRequest, test_id, version)
        if test.redetermines_id is not None:
            raise Refused(f"{test.number} determines a test again and cannot be cancelled.")
        test.state = rules.move("test", test.state, "cancel")
        unit.flush()
        return test

    def lot_check(self) -> Callable[[Session, Lot], list[str]]:
        """What the laboratory says before a lot is released."""

        def check(session: Session, lot: Lot) -> list[str]:
            tests = [
                test
                for sample in session.scalars(select(Sample).where(Sample.lot_id == lot.id))
                for test in tests_of(session, sample_id=sample.id)
            ]
            reasons = [
                f"Test {test.number} ({test.analysis}) of lot {lot.number} is {test.state.replace('_', ' ')}."
                for test in tests
                if test.state not in rules.SETTLED_TESTS
            ]
            for test in tests:
                outcome = _outcome(session, test) if test.state == "approved" else "pass"
                if outcome != "pass":
                    told = "failed" if outcome == "fail" else "could not be evaluated"
                    reasons.append(f"Test {test.number} ({test.analysis}) of lot {lot.number} {told}.")
            definition = session.get(Definition, lot.definition_id)
            if definition and "tests" in definition.needs and not tests:
                reasons.append(f"Lot {lot.number} needs tests, and none was asked for.")
            return reasons

        return check


def _outcome(session: Session, test: TestRequest) -> str | None:
    """The newest judgement of a test's result."""
    return session.scalars(
        select(Evaluation.outcome)
        .join(ReportableResult, ReportableResult.id == Evaluation.result_id)
        .where(ReportableResult.test_id == test.id)
        .order_by(Evaluation.id.desc())
        .limit(1)
    ).first()


def sample(session: Session, sample_id: str) -> Sample:
    """A sample by id or number.

    Raises:
        NotFound: if there is none.
    """
    found = session.get(Sample, sample_id) or session.scalar(select(Sample).where(Sample.number == sample_id))
    if found is None:
        raise NotFound(f"There is no sample {sample_id}.")
    return found


def tests_of(
    session: Session,
    *,
    sample_id: str | None = None,
    batch_id: str | None = None,
    run_id: str | None = None,
) -> list[TestRequest]:
    """Tests of a sample, a batch or a run, in the order in which they were asked for."""
    query = select(TestRequest).order_by(TestRequest.id)
    for column, value in (
        (TestRequest.sample_id, sample_id),
        (TestRequest.batch_id, batch_id),
        (TestRequest.run_id, run_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return list(session.scalars(query))
