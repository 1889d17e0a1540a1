"""What the laboratory says before a batch is released. Missing is not passed; unknown is not passed.

`exception` is what was found and a person may dispose of; `not_run` is what has yet to be done, and nobody can
dispose of it: an open investigation, an unchecked transcription, a missing certificate that conforms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from titer.lims import rules
from titer.lims.model import (
    Certificate,
    ContractCertificate,
    Design,
    Evaluation,
    Investigation,
    RawFile,
    ReportableResult,
    Run,
    Sample,
    TestRequest,
)
from titer.lims.service.designs import Designs
from titer.lims.service.rawfiles import PENDING, QUARANTINED
from titer.lims.service.samples import tests_of


class MakeCheck(Protocol):
    """Makes one check of quality's kind."""

    def __call__(
        self, *, id: str, title: str, outcome: str, detail: str, record_type: str, record_id: str
    ) -> object:
        """A check."""
        ...


Check = Callable[..., object]


@dataclass(frozen=True)
class _Known:
    """What was found on a batch's samples, asked for in three questions however many tests there are.

    Args:
        samples: by id.
        results: by test.
        evaluations: the newest of each result, by result.
    """

    samples: dict[str, Sample]
    results: dict[str, ReportableResult]
    evaluations: dict[str, Evaluation]

    @classmethod
    def of(cls, session: Session, batch_id: str) -> _Known:
        """Of the tests of a batch."""
        tests = select(TestRequest.id).where(TestRequest.batch_id == batch_id)
        samples = select(Sample).where(
            Sample.id.in_(select(TestRequest.sample_id).where(TestRequest.batch_id == batch_id))
        )
        results = session.scalars(select(ReportableResult).where(ReportableResult.test_id.in_(tests))).all()
        evaluations = session.scalars(
            select(Evaluation)
            .where(
                Evaluation.result_id.in_(
                    select(ReportableResult.id).where(ReportableResult.test_id.in_(tests))
                )
            )
            .order_by(Evaluation.id)
        )
        return cls(
            {row.id: row for row in session.scalars(samples)},
            {row.test_id: row for row in results},
            {row.result_id: row for row in evaluations},
        )


class LaboratoryGate:
    """The laboratory's release gate.

    Args:
        designs: specifications.
        check: makes quality's own check objects (`titer.quality.Check`).
    """

    name = "laboratory"

    def __init__(self, designs: Designs, check: Check) -> None:
        self.designs = designs
        self.check = check

    def checks(self, session: Session, batch_id: str) -> list[object]:
        """One check for each thing that must be so; each names the record that shows it."""
        tests = tests_of(session, batch_id=batch_id)
        known = _Known.of(session, batch_id)
        found = [self._test(known, test) for test in tests if test.state != "cancelled"]
        found += self._criteria(session, batch_id, tests)
        found.append(self._repeats(batch_id, tests))
        found += self._investigations(session, batch_id)
        found += self._contract(session, batch_id)
        found += self._runs(session, tests)
        found += self._files(session, batch_id)
        found.append(self._certificate(session, batch_id))
        return found

    def _make(self, id_: str, title: str, outcome: str, detail: str, record: tuple[str, str]) -> object:
        return self.check(
            id=f"lims.{id_}",
            title=title,
            outcome=outcome,
            detail=detail,
            record_type=record[0],
            record_id=record[1],
        )

    def _test(self, known: _Known, test: TestRequest) -> object:
        sample = known.samples.get(test.sample_id)
        title = f"{sample.number if sample else '?'}: {test.analysis} is approved and evaluated"
        record = ("lims_test", test.id)
        result = known.results.get(test.id)
        evaluation = known.evaluations.get(result.id) if result else None
        if test.state == "invalidated":
            detail = "invalidated with an assignable cause; the original stays in the investigation"
            return self._make(f"test.{test.id}", title, "passed", detail, record)
        if test.state != "approved" or result is None or evaluation is None:
            state = test.state.replace("_", " ")
            return self._make(f"test.{test.id}", title, "not_run", f"{test.number} is {state}.", record)
        told = f"{evaluation.rounded or result.text} {result.unit or ''} against {evaluation.limit_text}"
        # An action limit that was passed is quality's exception, and disposed of there.
        good = evaluation.outcome == "pass" or (evaluation.outcome == "fail" and test.kind == "action")
        return self._make(
            f"test.{test.id}",
            title,
            "passed" if good else "exception",
            f"{told}: {evaluation.outcome}",
            record,
        )

    def _criteria(self, session: Session, batch_id: str, tests: list[TestRequest]) -> list[object]:
        """Each release criterion of the specifications that apply has a valid test."""
        ids = session.scalars(
            select(Sample.specification_id).where(
                Sample.batch_id == batch_id, Sample.specification_id.is_not(None)
            )
        )
        designs = [session.get(Design, key) for key in dict.fromkeys(ids) if key]
        found = []
        release = 0
        for design in designs:
            if design is None:
                continue
            for criterion in self.designs.specification(design).criteria:
                if criterion.kind != "release":
                    continue
                release += 1
                mine = [
                    test
                    for test in tests
                    if test.analysis == criterion.analysis
                    and test.specification_id == design.id
                    and test.state not in ("invalidated", "cancelled")
                ]
                found.append(
                    self._make(
                        f"criterion.{design.id}.{criterion.analysis}",
                        f"{design.code}: {criterion.title} has a valid test",
                        "passed" if mine else "not_run",
                        ", ".join(test.number for test in mine) or "no valid test was asked for",
                        ("lims_design", design.id),
                    )
                )
        if not release:
            found.append(
                self._make(
                    f"specification.{batch_id}",
                    "The batch was tested against a release specification",
                    "not_run",
                    "no sample of the batch has a specification with release criteria",
                    ("mes_batch", batch_id),
                )
            )
        return found

    def _repeats(self, batch_id: str, tests: list[TestRequest]) -> object:
        """Testing into compliance: a release test done again with no investigation that led to it."""
        seen: dict[tuple[str, str], list[TestRequest]] = {}
        for test in tests:
            if test.kind == "release" and test.redetermines_id is None and test.state != "cancelled":
                seen.setdefault((test.analysis, test.specification_id or ""), []).append(test)
        again = [
            f"{analysis} ({', '.join(test.number for test in many)})"
            for (analysis, _), many in seen.items()
            if len(many) > 1
        ]
        return self._make(
            "repeats",
            "No release test was repeated without an investigation",
            "exception" if again else "passed",
            "; ".join(again) or "each was asked for once",
            ("mes_batch", batch_id),
        )

    def _investigations(self, session: Session, batch_id: str) -> list[object]:
        rows = session.scalars(select(Investigation).where(Investigation.batch_id == batch_id))
        return [
            self._make(
                f"investigation.{row.id}",
                f"Investigation {row.number} is closed",
                "not_run" if row.state in rules.OPEN_INVESTIGATIONS else "passed",
                row.conclusion or row.state.replace("_", " "),
                ("lims_investigation", row.id),
            )
            for row in rows
        ]

    def _contract(self, session: Session, batch_id: str) -> list[object]:
        rows = session.scalars(select(ContractCertificate).where(ContractCertificate.batch_id == batch_id))
        return [
            self._make(
                f"contract.{row.id}",
                f"{row.laboratory} {row.reference}: transcription checked by a second person",
                "passed" if row.state == "checked" else "not_run",
                row.state,
                ("lims_contract_certificate", row.id),
            )
            for row in rows
        ]

    def _runs(self, session: Session, tests: list[TestRequest]) -> list[object]:
        ids = dict.fromkeys(test.run_id for test in tests if test.run_id)
        runs = [run for run in (session.get(Run, key) for key in ids) if run is not None]
        return [
            self._make(
                f"run.{run.id}",
                f"{run.number}: instrument's trail and integration history reviewed, run closed",
                "passed" if run.state == "closed" else "not_run",
                run.state.replace("_", " "),
                ("lims_run", run.id),
            )
            for run in runs
        ]

    def _files(self, session: Session, batch_id: str) -> list[object]:
        """A file that names no batch could belong to any, so it blocks every batch until it is disposed of."""
        rows = session.scalars(
            select(RawFile).where(or_(RawFile.disposition == PENDING, RawFile.disposition == QUARANTINED))
        ).all()
        mine = [row for row in rows if not row.batch_ids or batch_id in row.batch_ids]
        if not mine:
            return [
                self._make(
                    "files",
                    "Every file of an instrument has a disposition",
                    "passed",
                    "none is open",
                    ("mes_batch", batch_id),
                )
            ]
        return [
            self._make(
                f"file.{row.id}",
                f"{row.file_name} has a disposition",
                "not_run",
                row.reason or row.disposition,
                ("lims_raw_file", row.id),
            )
            for row in mine
        ]

    def _certificate(self, session: Session, batch_id: str) -> object:
        rows = session.scalars(
            select(Certificate).where(Certificate.batch_id == batch_id, Certificate.state == "issued")
        ).all()
        good = next((row for row in rows if row.content["conforms"]), None)
        record = ("lims_certificate", good.id) if good else ("mes_batch", batch_id)
        told = ", ".join(f"{row.number} does not conform" for row in rows) or "none is issued"
        return self._make(
            "certificate",
            "A certificate of analysis that conforms is issued",
            "passed" if good else "not_run",
            good.number if good else told,
            record,
        )
