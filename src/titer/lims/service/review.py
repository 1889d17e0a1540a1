"""Review and approval of results: by two people who are neither their author nor each other."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from titer.base.errors import NotFound
from titer.lims import rules
from titer.lims.evaluation import CANNOT_EVALUATE
from titer.lims.model import Run, Sample, TestRequest
from titer.lims.service.results import evaluation_of, payload, result_of
from titer.lims.service.samples import tests_of
from titer.record import Actor, Signature, SignatureMeaning, Unit

FILLED_IN = ("value", "unit", "outcome", "rounded", "limit", "result_id")
"""What of a test that was shown without a result is filled in when it has one; such a test was not signed off."""


class Review:
    """Signs results off, those of a sample that belong to no run, and for runs those of the run."""

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Review and approval of the results of a sample that belong to no run."""
        return tuple(
            SignatureMeaning(
                "lims_sample",
                meaning,
                f"lims.result.{verb}",
                f"Results of a sample: {meaning}",
                content=self._content,
                blockers=partial(self._sample_blockers, meaning),
                apply=partial(self._sign_sample, meaning),
                filled=FILLED_IN,
                grows=("results",),
            )
            for meaning, verb in (("reviewed", "review"), ("approved", "approve"))
        )

    def _sample_blockers(
        self, meaning: str, session: Session, record_id: str, actor: Actor, data: dict[str, Any]
    ) -> list[str]:
        return self.blockers(self._of_sample(session, record_id), session, actor, meaning)

    def _sign_sample(
        self, meaning: str, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature
    ) -> None:
        self.sign_off(unit, self._of_sample(unit.session, record_id), meaning)

    def _of_sample(self, session: Session, sample_id: str) -> list[TestRequest]:
        """Tests that no run signs off: those without one, and those that an investigation confirmed after it."""
        found = []
        for test in tests_of(session, sample_id=sample_id):
            run = session.get(Run, test.run_id) if test.run_id else None
            if run is None or run.state == "closed":
                found.append(test)
        return found

    def _content(self, session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
        sample = session.get(Sample, record_id)
        return {
            "sample": sample.number if sample else "",
            "results": self.shown(session, self._of_sample(session, record_id)),
        }

    def shown(self, session: Session, tests: list[TestRequest]) -> list[dict[str, Any]]:
        """The results of tests as a signature shows them."""
        rows = []
        for test in tests:
            result = result_of(session, test.id)
            evaluation = evaluation_of(session, result.id) if result else None
            rows.append(
                {
                    "test": test.number,
                    "analysis": test.analysis,
                    "state": test.state,
                    "value": result.text if result else None,
                    "unit": result.unit if result else None,
                    "outcome": evaluation.outcome if evaluation else None,
                    "rounded": evaluation.rounded if evaluation else None,
                    "limit": evaluation.limit_text if evaluation else None,
                    "result_id": result.id if result else None,
                }
            )
        return rows

    def blockers(self, tests: list[TestRequest], session: Session, actor: Actor, meaning: str) -> list[str]:
        """Why results may not be reviewed or approved by this person now."""
        wanted = "entered" if meaning == "reviewed" else "reviewed"
        mine = [test for test in tests if test.state == wanted]
        if not mine:
            return [f"No result here waits to be {meaning}."]
        reasons: list[str] = []
        for test in mine:
            result = result_of(session, test.id)
            if result is None:
                reasons.append(f"{test.number} has no result.")
                continue
            people: list[tuple[str, str | None]] = [
                ("person who entered it", result.entered_by),
                (f"person by whom it is {meaning}", actor.id),
            ]
            if meaning == "approved":
                people.append(("reviewer", result.reviewed_by))
            reasons += [f"{test.number}: {fault}" for fault in rules.different_people(*people)]
            evaluation = evaluation_of(session, result.id)
            if meaning == "approved" and (evaluation is None or evaluation.outcome == CANNOT_EVALUATE):
                reasons.append(
                    f"{test.number} could not be evaluated: {evaluation.trace if evaluation else ''}"
                )
        return reasons

    def sign_off(self, unit: Unit, tests: list[TestRequest], meaning: str) -> None:
        """Carry a review or an approval out on all results that wait for it."""
        wanted = "entered" if meaning == "reviewed" else "reviewed"
        for test in tests:
            if test.state != wanted:
                continue
            result = result_of(unit.session, test.id)
            sample = unit.get(Sample, test.sample_id)
            if result is None:
                raise NotFound(f"{test.number} has no result.")
            test.state = rules.move("test", test.state, "review" if meaning == "reviewed" else "approve")
            result.state = test.state
            if meaning == "reviewed":
                result.reviewed_by = unit.actor.id
                unit.flush()
                continue
            result.approved_by = unit.actor.id
            evaluation = evaluation_of(unit.session, result.id)
            unit.emit(
                "lims.result.approved",
                result,
                payload(result, sample, evaluation.outcome if evaluation else CANNOT_EVALUATE),
            )
