"""Out-of-specification results: phase I, an assignable cause or none, invalidation by two further people."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotFound, Refused
from titer.lims import rules
from titer.lims.model import (
    Attachment,
    Design,
    Evaluation,
    Investigation,
    Measurement,
    ReportableResult,
    Run,
    Sample,
    TestRequest,
)
from titer.lims.service.designs import Designs
from titer.lims.service.results import Results, evaluation_of, payload, result_of
from titer.lims.service.samples import Samples
from titer.quality import QualityPort
from titer.record import Actor, Signature, SignatureMeaning, Unit

CAUSES = ("calculation", "preparation", "instrument", "sampling", "standard", "other laboratory error")
"""Kinds of an assignable laboratory cause (FDA guidance on OOS results, 2022, section III)."""


class Investigations:
    """Investigations of suspect results. Nobody judges their own work, and every original stays.

    Args:
        designs: methods, for their rule of redetermination.
        samples: for new tests.
        results: shows and pins.
        quality: raises exceptions.
    """

    def __init__(self, *, designs: Designs, samples: Samples, results: Results, quality: QualityPort) -> None:
        self.designs = designs
        self.samples = samples
        self.results = results
        self.quality = quality

    def open(self, unit: Unit, test: TestRequest, result: ReportableResult, evaluation: Evaluation) -> None:
        """Open the investigation of a result that is out of specification, with its quality exception."""
        sample = unit.get(Sample, test.sample_id)
        number = unit.next_number("OOS")
        title = (
            f"{sample.number}: {test.analysis} {evaluation.rounded or result.text} {result.unit or ''} "
            f"is out of specification ({evaluation.limit_text})"
        )
        raised = self.quality.raise_exception(
            unit,
            kind="out_of_specification",
            severity="major",
            title=title,
            detail=" ".join(evaluation.trace),
            batch_id=test.batch_id,
            subject_type="lims_result",
            subject_id=result.id,
            evidence={"investigation": number, "sample": sample.number, "trace": evaluation.trace},
            key=f"lims.oos/{result.id}",
        )
        made = unit.add(
            Investigation(
                number=number,
                test_id=test.id,
                result_id=result.id,
                batch_id=test.batch_id,
                exception_id=raised.id,
                state="opened",
                title=title,
                evidence=[],
            )
        )
        test.investigation_id = made.id
        unit.emit(
            "lims.investigation.opened",
            made,
            {
                "investigation_id": made.id,
                "number": number,
                "batch_id": test.batch_id,
                "result_id": result.id,
            },
        )

    def begin(
        self, unit: Unit, investigation_id: str, *, hypothesis: str, version: int | None = None
    ) -> Investigation:
        """Begin phase I: the acting person investigates, with a hypothesis written down beforehand.

        Raises:
            Invalid: without a hypothesis.
        """
        found = unit.get(Investigation, investigation_id, version)
        if not hypothesis.strip():
            raise Invalid("Phase I begins with a hypothesis.", where="hypothesis")
        found.state = rules.move("investigation", found.state, "begin")
        found.hypothesis, found.investigator_id = hypothesis, unit.actor.id
        test = unit.get(TestRequest, found.test_id)
        test.state = rules.move("test", test.state, "investigate")
        unit.flush()
        return found

    def add_evidence(
        self,
        unit: Unit,
        investigation_id: str,
        *,
        statement: str,
        attachment_id: str | None = None,
        measurement_id: str | None = None,
        should_have_been: str | None = None,
    ) -> Investigation:
        """Add a piece of evidence: a kept document, or a measurement and what it should have been.

        With `should_have_been` the result is calculated as it would be, and stands beside the original; it is
        evidence and never a result.

        Raises:
            Invalid: if it points at nothing, or at something that belongs to another test.
        """
        found = self._mine(unit, investigation_id, "phase_1", "phase_2")
        if not statement.strip() or (attachment_id is None and measurement_id is None):
            raise Invalid("Evidence is a statement, and a document or a measurement that shows it.")
        row: dict[str, Any] = {"statement": statement, "by": unit.actor.id}
        result = unit.get(ReportableResult, found.result_id)
        if attachment_id is not None:
            attachment = unit.get(Attachment, attachment_id)
            row |= {"attachment_id": attachment.id, "digest": attachment.digest, "title": attachment.title}
        if measurement_id is not None:
            measurement = unit.get(Measurement, measurement_id)
            if measurement.id not in {key for keys in result.inputs.values() for key in keys}:
                raise Invalid("That measurement did not go into this result.", where="measurement_id")
            row |= {"measurement_id": measurement.id, "name": measurement.name, "was": measurement.raw}
            if should_have_been is not None:
                row |= {
                    "should_have_been": should_have_been,
                    "would_give": self.what_if(unit.session, result, measurement.id, should_have_been),
                }
        found.evidence = [*found.evidence, row]
        unit.flush()
        return found

    def what_if(
        self, session: Session, result: ReportableResult, measurement_id: str, value: str
    ) -> dict[str, Any]:
        """The result as it would be with another value for one input; calculated by the pinned formula."""
        test = session.get(TestRequest, result.test_id)
        design = session.get(Design, test.method_id) if test else None
        if test is None or design is None:
            raise NotFound("The test of the result is not there.")
        method = self.designs.method(design)
        reportable = method.reportable(result.analysis)
        formula = reportable.compiled()
        if formula is None:
            return {"value": value, "unit": result.unit}
        values: dict[str, Any] = {}
        for name, given in reportable.inputs.items():
            if given.source.startswith("parameter."):
                values[name] = method.parameters[given.source.split(".")[1]]["value"]
                continue
            raws = []
            for key in result.inputs.get(name, []):
                row = session.get(Measurement, key)
                raws.append(value if key == measurement_id else (row.raw if row else ""))
            values[name] = raws if given.many else raws[0]
        calculated = formula.calculate(values)
        return {"value": f"{calculated.value:f}", "unit": calculated.unit}

    def conclude_phase_one(
        self,
        unit: Unit,
        investigation_id: str,
        *,
        assignable_cause: str | None,
        cause_kind: str | None = None,
        version: int | None = None,
    ) -> Investigation:
        """End phase I: with an assignable cause that evidence shows, or without, which leads to phase II.

        Raises:
            Refused: for a cause without evidence: a result is not invalidated on a suspicion.
        """
        found = self._mine(unit, investigation_id, "phase_1", version=version)
        if assignable_cause is None:
            found.state = rules.move("investigation", found.state, "no_cause")
            unit.flush()
            return found
        if cause_kind not in CAUSES:
            raise Invalid(f"The kind of cause is one of {', '.join(CAUSES)}.", where="cause_kind")
        if not any("digest" in row or "measurement_id" in row for row in found.evidence):
            raise Refused(
                "No evidence shows an assignable cause.",
                do="Attach the record or name the measurement that shows it, or go on to phase II.",
            )
        found.state = rules.move("investigation", found.state, "assign_cause")
        found.assignable_cause, found.cause_kind = assignable_cause, cause_kind
        unit.flush()
        return found

    def conclude(
        self, unit: Unit, investigation_id: str, *, conclusion: str, version: int | None = None
    ) -> Investigation:
        """Conclude: after the redetermination, or in phase II that the result stands and is out of specification.

        Raises:
            Refused: while a redetermination is not approved.
        """
        found = self._mine(unit, investigation_id, "redetermination", "phase_2", version=version)
        if found.state == "redetermination":
            open_tests = [
                test for test in self.redeterminations(unit.session, found) if test.state != "approved"
            ]
            if open_tests:
                told = ", ".join(f"{test.number} is {test.state.replace('_', ' ')}" for test in open_tests)
                raise Refused(f"{found.number} cannot be concluded yet.", why=f"{told}.")
        else:
            test = unit.get(TestRequest, found.test_id)
            test.state = rules.move("test", test.state, "confirm")
            result = unit.get(ReportableResult, found.result_id)
            result.state = "entered"
        found.state = rules.move("investigation", found.state, "conclude")
        found.conclusion = conclusion
        unit.flush()
        return found

    def redeterminations(self, session: Session, found: Investigation) -> list[TestRequest]:
        """The tests that determine the invalidated one again."""
        return list(
            session.scalars(
                select(TestRequest)
                .where(TestRequest.redetermines_id == found.test_id)
                .order_by(TestRequest.id)
            )
        )

    def _mine(
        self, unit: Unit, investigation_id: str, *states: str, version: int | None = None
    ) -> Investigation:
        found = unit.get(Investigation, investigation_id, version)
        if found.state not in states:
            raise Refused(f"{found.number} is in {found.state.replace('_', ' ')}.")
        if found.investigator_id != unit.actor.id:
            raise Refused(f"{found.number} is investigated by somebody else.")
        return found

    # --- signatures --------------------------------------------------------------------------------------

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Cause reviewed by a second person, result invalidated by the quality unit, investigation closed."""
        return tuple(
            SignatureMeaning(
                "lims_investigation",
                meaning,
                verb,
                title,
                content=self._content,
                blockers=partial(self._blockers, meaning),
                apply=apply,
                filled=("conclusion", "value"),
                grows=("evidence", "redeterminations"),
            )
            for meaning, verb, title, apply in (
                (
                    "reviewed",
                    "lims.investigation.review",
                    "Investigation: assignable cause reviewed by a second person",
                    self._review,
                ),
                (
                    "invalidated",
                    "lims.investigation.invalidate",
                    "Investigation: result invalidated by the quality unit",
                    self._invalidate,
                ),
                (
                    "closed",
                    "lims.investigation.close",
                    "Investigation: conclusion approved by the quality unit",
                    self._close,
                ),
            )
        )

    def _content(self, session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
        found = investigation(session, record_id)
        result = session.get(ReportableResult, found.result_id)
        evaluation = evaluation_of(session, found.result_id)
        redetermined = []
        for test in self.redeterminations(session, found):
            new = result_of(session, test.id)
            redetermined.append(
                {"test": test.number, "state": test.state, "value": new.text if new else None}
            )
        return {
            "investigation": found.number,
            "title": found.title,
            "original": {
                "value": result.text if result else None,
                "unit": result.unit if result else None,
                "trace": result.trace if result else [],
                "evaluation": evaluation.trace if evaluation else [],
            },
            "hypothesis": found.hypothesis,
            "evidence": found.evidence,
            "assignable_cause": found.assignable_cause,
            "cause_kind": found.cause_kind,
            "redeterminations": redetermined,
            "conclusion": found.conclusion,
        }

    def _blockers(
        self, meaning: str, session: Session, record_id: str, actor: Actor, data: dict[str, Any]
    ) -> list[str]:
        found = investigation(session, record_id)
        result = session.get(ReportableResult, found.result_id)
        run = self._run_of(session, found)
        wanted = {"reviewed": "cause_assigned", "invalidated": "cause_reviewed", "closed": "concluded"}[
            meaning
        ]
        reasons = []
        if found.state != wanted:
            reasons.append(f"{found.number} is in {found.state.replace('_', ' ')}.")
        people = [
            ("person who signs", actor.id),
            ("investigator", found.investigator_id),
            ("analyst", run.analyst_id if run else (result.entered_by if result else None)),
        ]
        if meaning == "invalidated":
            people.append(("second person", found.reviewer_id))
        reasons += [fault for fault in rules.different_people(*people) if "person who signs" in fault]
        if meaning == "invalidated":
            method = self._method(session, found)
            if method is None or method.redetermination is None:
                reasons.append(
                    "The method has no rule for determining again, so nothing may be repeated by it."
                )
        return reasons

    def _run_of(self, session: Session, found: Investigation) -> Run | None:
        test = session.get(TestRequest, found.test_id)
        return session.get(Run, test.run_id) if test and test.run_id else None

    def _method(self, session: Session, found: Investigation) -> Any:
        test = session.get(TestRequest, found.test_id)
        design = session.get(Design, test.method_id) if test else None
        return self.designs.method(design) if design else None

    def _review(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        found = unit.get(Investigation, record_id)
        found.state = rules.move("investigation", found.state, "review")
        found.reviewer_id = signature.person_id
        unit.flush()

    def _invalidate(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        """Invalidate the result, and ask for the tests that the method's rule says. The original stays."""
        found = unit.get(Investigation, record_id)
        test, result = unit.get(TestRequest, found.test_id), unit.get(ReportableResult, found.result_id)
        sample = unit.get(Sample, test.sample_id)
        found.state = rules.move("investigation", found.state, "invalidate")
        found.approver_id = signature.person_id
        test.state = rules.move("test", test.state, "invalidate")
        result.state = "invalidated"
        method = self._method(unit.session, found)
        specification = unit.get(Design, test.specification_id) if test.specification_id else None
        made = [
            self.samples.request_test(unit, sample, test.analysis, specification, redetermines=test)
            for _ in range(int(method.redetermination.preparations))
        ]
        found.redetermination_id = made[0].id
        unit.emit(
            "lims.result.invalidated",
            result,
            payload(result, sample, "invalidated")
            | {"investigation": found.number, "redeterminations": [one.number for one in made]},
        )

    def _close(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        found = unit.get(Investigation, record_id)
        found.state = rules.move("investigation", found.state, "close")
        found.approver_id = found.approver_id or signature.person_id
        unit.emit(
            "lims.investigation.closed",
            found,
            {"investigation_id": found.id, "number": found.number, "batch_id": found.batch_id},
        )


def investigation(session: Session, investigation_id: str) -> Investigation:
    """An investigation by id or number.

    Raises:
        NotFound: if there is none.
    """
    found = session.get(Investigation, investigation_id) or session.scalar(
        select(Investigation).where(Investigation.number == investigation_id)
    )
    if found is None:
        raise NotFound(f"There is no investigation {investigation_id}.")
    return found
