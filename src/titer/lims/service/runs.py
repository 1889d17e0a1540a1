"""Runs: integration, suitability, the results that follow from them, and their review."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical_decimal
from titer.base.errors import Invalid, NotFound, Refused
from titer.lims import rules
from titer.lims.chromatography import SAMPLE, STANDARD, Judged, RunDocument, Series, decimal, judge
from titer.lims.documents import MethodDocument, Reportable
from titer.lims.formula import NotCalculable
from titer.lims.model import (
    Design,
    Measurement,
    RawFile,
    Run,
    Sample,
    TestRequest,
)
from titer.lims.service.designs import Designs
from titer.lims.service.rawfiles import RawFiles
from titer.lims.service.results import Answer, Results
from titer.lims.service.review import FILLED_IN, Review
from titer.lims.service.samples import tests_of
from titer.lims.service.worksheets import current_entry, levels_of, samples_of
from titer.quality import QualityPort
from titer.record import Actor, Signature, SignatureMeaning, Unit


class Runs:
    """Processing a run's document, and signing the run off.

    Args:
        designs: methods.
        results: enters what the run gives.
        review: signs the results off.
        files: the instruments' documents.
        quality: raises exceptions.
    """

    def __init__(
        self, *, designs: Designs, results: Results, review: Review, files: RawFiles, quality: QualityPort
    ) -> None:
        self.designs = designs
        self.results = results
        self.review = review
        self.files = files
        self.quality = quality

    def process(self, unit: Unit, run_id: str, version: int | None = None) -> Run:
        """Integrate, judge the suitability, and if it passed enter the results of all tests.

        A run whose suitability failed gives no result: its tests are planned again, as the method's own
        suitability rule says (lims.md, invariant 6), and its data stay.
        """
        run = unit.get(Run, run_id, version)
        rules.move("run", run.state, "suit")
        if run.raw_file_id is None:
            raise NotFound(f"{run.number} has no document.")
        method = self.designs.method(unit.get(Design, run.method_id))
        document = self.files.document(unit.get(RawFile, run.raw_file_id))
        samples = {sample.number: sample for sample in samples_of(unit, run)}
        if method.technique == "document":
            return self._columns(unit, run, method, document, samples)
        standards = levels_of(unit.session, run.id)
        judged = judge(
            document,
            method,
            expected=frozenset(samples),
            levels={name: row.value for name, row in standards.items() if row.value is not None},
        )
        run.injections = _injection_rows(document, judged)
        run.suitability = [outcome.row() for outcome in judged.suitability]
        run.findings = [finding.row() for finding in judged.findings]
        run.state = rules.move("run", run.state, "suit" if judged.suitable else "unsuit")
        unit.flush()
        self._raise_findings(unit, run)
        measured = self._measure(unit, run, document, judged, samples, method)
        if not judged.suitable:
            self._unsuitable(unit, run)
            return run
        for test in tests_of(unit.session, run_id=run.id):
            self._enter(unit, run, test, method, measured, standards, document.digest)
        run.state = rules.move("run", run.state, "enter")
        unit.emit("lims.run.entered", run, {"run_id": run.id, "number": run.number})
        return run

    def _columns(
        self, unit: Unit, run: Run, method: MethodDocument, document: RunDocument, samples: dict[str, Sample]
    ) -> Run:
        """Enter results from a document's columns. The technique has no suitability test of its own."""
        run.suitability, run.findings = [], []
        run.state = rules.move("run", run.state, "suit")
        wanted = {
            given.source.split(".", 1)[1]: given.unit
            for reportable in method.reportables
            for given in reportable.inputs.values()
            if given.source.startswith("series.")
        }
        measured: dict[tuple[str, str], list[Measurement]] = {}
        taken = [column for column in document.series if column.name in wanted]
        named = {column.sample or "" for column in taken}
        for column in taken:
            sample = self._owner(unit, run, column, samples, alone=len(named) == 1)
            if column.unit != wanted[column.name] and (column.unit or wanted[column.name] != "1"):
                raise Refused(
                    f"{column.name} is in {column.unit or 'no unit'}; {method.code} takes {wanted[column.name]}."
                )
            source = {"kind": "document", "digest": document.digest, "path": column.path, "step": column.step}
            rows = measured.setdefault((sample.number, f"series.{column.name}"), [])
            for value in column.values:
                rows.append(
                    self.results.measure(
                        unit,
                        name=f"series.{column.name}",
                        raw=value,
                        unit_code=wanted[column.name],
                        source=source,
                        sample_id=sample.id,
                        run_id=run.id,
                        replicate=len(rows) + 1,
                    )
                )
        for test in tests_of(unit.session, run_id=run.id):
            self._enter(unit, run, test, method, measured, {}, document.digest)
        run.state = rules.move("run", run.state, "enter")
        unit.emit("lims.run.entered", run, {"run_id": run.id, "number": run.number})
        return run

    @staticmethod
    def _owner(unit: Unit, run: Run, column: Series, samples: dict[str, Sample], *, alone: bool) -> Sample:
        """Whose values a column holds: the sample that it names; the only one of the run if it names none of ours.

        Args:
            unit, run, column: of the values.
            samples: of the run, by number.
            alone: the file names no other sample; where it names several, none of them is taken for ours.
        """
        named = column.sample or ""
        if named in samples:
            return samples[named]
        known = unit.session.scalar(select(Sample.id).where(Sample.number == named))
        if known is None and alone and len(samples) == 1:
            return next(iter(samples.values()))
        raise Refused(
            f"The values of {column.step!r} belong to {named or 'no sample'}, "
            f"which is not on the worksheet of {run.number}."
        )

    def _raise_findings(self, unit: Unit, run: Run) -> None:
        batch = next((test.batch_id for test in tests_of(unit.session, run_id=run.id) if test.batch_id), None)
        for number, finding in enumerate(run.findings):
            if finding["severity"] == "minor":
                continue
            self.quality.raise_exception(
                unit,
                kind=finding["kind"],
                severity=finding["severity"],
                title=f"{run.number}: {finding['kind'].replace('_', ' ')}",
                detail=finding["detail"],
                batch_id=batch,
                subject_type="lims_run",
                subject_id=run.id,
                evidence={"document": run.document_digest or "", "path": finding["path"]},
                key=f"lims.run/{run.id}/{number}/{finding['kind']}",
            )

    def _unsuitable(self, unit: Unit, run: Run) -> None:
        tests = tests_of(unit.session, run_id=run.id)
        for test in tests:
            test.state, test.run_id = rules.move("test", test.state, "abandon"), None
        for sample in (unit.get(Sample, key) for key in dict.fromkeys(test.sample_id for test in tests)):
            if sample.state == "in_test":
                sample.state = rules.move("sample", sample.state, "finish")
        failed = "; ".join(
            f"{row['name']}: {row['value'] or row['detail']}" for row in run.suitability if not row["passed"]
        )
        self.quality.raise_exception(
            unit,
            kind="suitability_failed",
            severity="minor",
            title=f"{run.number}: system suitability failed",
            detail=failed,
            batch_id=next((test.batch_id for test in tests if test.batch_id), None),
            subject_type="lims_run",
            subject_id=run.id,
            evidence={"document": run.document_digest or "", "suitability": run.suitability},
            key=f"lims.run/{run.id}/suitability",
        )
        unit.emit("lims.run.unsuitable", run, {"run_id": run.id, "number": run.number})

    def _measure(
        self,
        unit: Unit,
        run: Run,
        document: RunDocument,
        judged: Judged,
        samples: dict[str, Sample],
        method: MethodDocument,
    ) -> dict[tuple[str, str], list[Measurement]]:
        """Write each area down with its source: (sample number or standard, name) -> measurements in order."""
        found: dict[tuple[str, str], list[Measurement]] = {}
        for injection in document.injections:
            if injection.kind not in (SAMPLE, STANDARD):
                continue
            sample = samples.get(injection.sample or "")
            owner = injection.sample if injection.kind == SAMPLE else f"standard {injection.level}"
            if owner is None or (injection.kind == SAMPLE and sample is None):
                continue
            peaks = judged.peaks[injection.path]
            values = {f"peak.{one.name}.area": one.peak.area for one in peaks}
            values |= {f"peak.{one.name}.height": one.peak.height for one in peaks}
            values["peaks.area"] = sum(one.peak.area for one in peaks)
            if method.chromatography:  # a peak that is not there has no area: that is a zero, and is said so
                for window in method.chromatography.peaks:
                    values.setdefault(f"peak.{window.name}.area", 0.0)
            for name, value in sorted(values.items()):
                rows = found.setdefault((owner, name), [])
                rows.append(
                    self.results.measure(
                        unit,
                        name=name,
                        raw=canonical_decimal(decimal(value)),
                        unit_code="mAU" if name.endswith(".height") else "mAU.min",
                        source={
                            "kind": "animl",
                            "digest": document.digest,
                            "path": injection.path,
                            "injection": injection.name,
                            "injected_at": injection.injected_at,
                            "level": injection.level,
                        },
                        sample_id=sample.id if sample and injection.kind == SAMPLE else None,
                        run_id=run.id,
                        replicate=len(rows) + 1,
                    )
                )
        return found

    def _enter(
        self,
        unit: Unit,
        run: Run,
        test: TestRequest,
        method: MethodDocument,
        measured: dict[tuple[str, str], list[Measurement]],
        standards: dict[str, Measurement],
        document_digest: str,
    ) -> None:
        reportable = method.reportable(test.analysis)
        sample = unit.get(Sample, test.sample_id)
        pinned = run.pinned | {"document": document_digest, "run_id": run.id}
        values: dict[str, Any] = {}
        inputs: dict[str, Any] = {}
        for name, given in reportable.inputs.items():
            rows = self._rows(unit.session, run, sample, given.source, measured, standards)
            if given.source.startswith("parameter."):
                values[name] = method.parameters[given.source.split(".")[1]]["value"]
                continue
            inputs[name] = [row.id for row in rows]
            if not given.many and len(rows) != 1:
                raise Invalid(f"{sample.number}: {given.source} has {len(rows)} values, and one is needed.")
            values[name] = [row.raw for row in rows] if given.many else rows[0].raw
        answer = self._answer(reportable, values, inputs, pinned)
        self.results.report(unit, test, answer)

    @staticmethod
    def _answer(
        reportable: Reportable, values: dict[str, Any], inputs: dict[str, Any], pinned: dict[str, Any]
    ) -> Answer:
        formula = reportable.compiled()
        if formula is None:
            raise Invalid(f"{reportable.analysis} has no formula, so a run cannot report it.")
        try:
            calculated = formula.calculate(values)
        except NotCalculable as error:
            return Answer(f"not calculable: {error}", None, inputs, pinned)
        return Answer(canonical_decimal(calculated.value), calculated.unit, inputs, pinned, calculated)

    def _rows(
        self,
        session: Session,
        run: Run,
        sample: Sample,
        source: str,
        measured: dict[tuple[str, str], list[Measurement]],
        standards: dict[str, Measurement],
    ) -> list[Measurement]:
        """The measurements that an input takes; standards in pairs, one concentration for each injection."""
        first, *rest = source.split(".")
        if first == "worksheet":
            entry = current_entry(session, run.id, sample.id, source)
            return [entry] if entry else []
        if first == "standards":
            rows = []
            for level in sorted(standards):
                name = "peaks.area" if rest == ["concentration"] else f"peak.{rest[0]}.area"
                for row in measured.get((f"standard {level}", name), []):
                    rows.append(standards[level] if rest == ["concentration"] else row)
            return rows
        return measured.get((sample.number, source), [])

    # --- review --------------------------------------------------------------------------------------------

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Review and approval of a run with its results."""
        return tuple(
            SignatureMeaning(
                "lims_run",
                meaning,
                f"lims.result.{verb}",
                f"Run and its results: {meaning}",
                content=self._content,
                blockers=partial(self._blockers, meaning),
                apply=partial(self._sign_off, meaning),
                filled=FILLED_IN,
                grows=("results",),
            )
            for meaning, verb in (("reviewed", "review"), ("approved", "approve"))
        )

    def _content(self, session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
        run = _run(session, record_id)
        return {
            "run": run.number,
            "instrument": run.instrument,
            "analyst": run.analyst_id,
            "document": run.document_digest,
            "suitability": run.suitability,
            "findings": run.findings,
            "instrument_trail": run.instrument_trail,
            "results": self.review.shown(session, tests_of(session, run_id=run.id)),
        }

    def _blockers(
        self, meaning: str, session: Session, record_id: str, actor: Actor, data: dict[str, Any]
    ) -> list[str]:
        run = _run(session, record_id)
        wanted = (
            ("entered", "suitability_failed")
            if meaning == "reviewed"
            else ("reviewed", "reviewed_unsuitable")
        )
        if run.state not in wanted:
            return [f"{run.number} is {run.state.replace('_', ' ')}."]
        reasons = rules.different_people(
            ("analyst", run.analyst_id), (f"person by whom it is {meaning}", actor.id)
        )
        waiting = [
            test
            for test in tests_of(session, run_id=run.id)
            if test.state == ("entered" if meaning == "reviewed" else "reviewed")
        ]
        return reasons + (self.review.blockers(waiting, session, actor, meaning) if waiting else [])

    def _sign_off(
        self, meaning: str, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature
    ) -> None:
        run = unit.get(Run, record_id)
        if run.state in ("suitability_failed", "reviewed_unsuitable"):
            run.state = rules.move("run", run.state, "review" if meaning == "reviewed" else "close")
            unit.flush()
            return
        run.state = rules.move("run", run.state, "review" if meaning == "reviewed" else "approve")
        self.review.sign_off(unit, tests_of(unit.session, run_id=run.id), meaning)
        if meaning == "approved":
            for sample in samples_of(unit, run):
                if sample.state == "in_test":
                    sample.state = rules.move("sample", sample.state, "finish")
        unit.emit(f"lims.run.{meaning}", run, {"run_id": run.id, "number": run.number})


def _run(session: Session, run_id: str) -> Run:
    found = session.get(Run, run_id)
    if found is None:
        raise NotFound(f"There is no run {run_id}.")
    return found


def _injection_rows(document: RunDocument, judged: Judged) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for injection in document.injections:
        rows.append(
            {
                "position": injection.position,
                "name": injection.name,
                "kind": injection.kind,
                "sample": injection.sample,
                "level": injection.level,
                "counter": injection.counter,
                "injected_at": injection.injected_at,
                "path": injection.path,
                "history": [dict(row) for row in injection.history],
                "peaks": [
                    {
                        "name": one.name,
                        "start": decimal(one.peak.start),
                        "apex": decimal(one.peak.apex),
                        "end": decimal(one.peak.end),
                        "area": decimal(one.peak.area),
                        "height": decimal(one.peak.height),
                        "tailing": decimal(one.peak.tailing) if one.peak.tailing else None,
                        "plates": decimal(one.peak.plates) if one.peak.plates else None,
                    }
                    for one in judged.peaks[injection.path]
                ],
                "claimed": [
                    {
                        "name": claim.name,
                        "retention": claim.retention,
                        "area": claim.area,
                        "manual": claim.manual,
                        "path": claim.path,
                    }
                    for claim in injection.claimed
                ],
            }
        )
    return rows
