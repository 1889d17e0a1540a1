"""Runs: worksheet, guards, the instrument's document, suitability, and the results that follow from it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical_decimal
from titer.base.clock import iso
from titer.base.errors import Invalid, NotFound, Refused
from titer.lims import rules
from titer.lims.chromatography import SAMPLE, STANDARD, Judged, RunDocument, decimal, judge
from titer.lims.documents import MethodDocument, Reportable
from titer.lims.evaluation import read
from titer.lims.formula import NotCalculable
from titer.lims.model import (
    Attachment,
    Design,
    Measurement,
    RawFile,
    Run,
    Sample,
    TestRequest,
)
from titer.lims.ports import EquipmentPort, QualityPort
from titer.lims.service.designs import Designs
from titer.lims.service.rawfiles import RawFiles
from titer.lims.service.results import Answer, Results, result_of
from titer.lims.service.samples import tests_of
from titer.material import Material, lot_by_code
from titer.record import Actor, Signature, SignatureMeaning, Unit


class Runs:
    """Worksheets and what comes of them.

    Args:
        designs: methods.
        results: enters what the run gives.
        files: the instruments' documents.
        material: reagents, standards, columns.
        quality: raises exceptions.
        equipment: says whether the instrument may be used.
    """

    def __init__(
        self,
        *,
        designs: Designs,
        results: Results,
        files: RawFiles,
        material: Material,
        quality: QualityPort,
        equipment: EquipmentPort,
    ) -> None:
        self.designs = designs
        self.results = results
        self.files = files
        self.material = material
        self.quality = quality
        self.equipment = equipment

    # --- worksheet ---------------------------------------------------------------------------------------

    def create(
        self,
        unit: Unit,
        *,
        instrument: str,
        test_ids: list[str],
        materials: list[dict[str, str]] | None = None,
    ) -> Run:
        """Make a worksheet for tests of one method; the acting person is its analyst.

        Args:
            unit: the open action, of a person.
            instrument: its code.
            test_ids: planned tests.
            materials: rows of role (column, standard, mobile phase) and lot (a code that can be scanned).

        Raises:
            Invalid: if the tests are of different methods, or none.
            Refused: if a test is not planned, is in another run, or nobody in person acts.
        """
        if unit.actor.kind != "person":
            raise Refused("A run has an analyst; only a person makes one.")
        tests = [unit.get(TestRequest, test_id) for test_id in dict.fromkeys(test_ids)]
        if not tests or len({test.method_id for test in tests}) != 1:
            raise Invalid("A run takes tests of one revision of one method.", where="test_ids")
        method = self.designs.method(unit.get(Design, tests[0].method_id))
        if method.technique != "chromatography":
            raise Invalid(f"{method.code} is not done in runs.")
        for test in tests:
            if test.state != "planned" or test.run_id is not None:
                raise Refused(
                    f"{test.number} is {test.state.replace('_', ' ')}"
                    + (" in a run." if test.run_id else ".")
                )
        rows = [
            {"role": row["role"], "lot": lot_by_code(unit.session, row["lot"]).number}
            for row in materials or []
        ]
        run = unit.add(
            Run(
                number=unit.next_number("R"),
                method_id=tests[0].method_id,
                instrument=instrument,
                analyst_id=unit.actor.id,
                state="draft",
                test_ids=[test.id for test in tests],
                materials=rows,
                pinned={},
                injections=[],
                suitability=[],
                findings=[],
                instrument_trail=[],
            )
        )
        for test in tests:
            test.run_id = run.id
        unit.emit("lims.run.created", run, {"run_id": run.id, "number": run.number})
        return run

    def enter_worksheet(
        self,
        unit: Unit,
        run_id: str,
        *,
        sample_id: str,
        name: str,
        raw: str,
        reason: str | None = None,
    ) -> Measurement:
        """Enter a value of the worksheet for a sample, e.g. its dilution factor.

        A second entry corrects the first: it needs a reason, and both stay.

        Raises:
            Refused: once the run's results were entered, or outside the method's limits for entries.
            Invalid: for a field or sample that the worksheet does not have.
        """
        run, method = self._open(unit, run_id)
        field = next((one for one in method.worksheet if one.name == name), None)
        samples = {test.sample_id for test in tests_of(unit.session, run_id=run_id)}
        sample = unit.get(Sample, sample_id)
        if field is None or sample_id not in samples:
            raise Invalid(f"The worksheet of {run.number} has no {name!r} for {sample.number}.", where="name")
        value = read(raw).value
        if value is None:
            raise Invalid(f"{raw!r} is no number.", where="raw")
        low, high = field.low, field.high
        if (low is not None and value < Decimal(low)) or (high is not None and value > Decimal(high)):
            raise Refused(f"{field.title} {raw} lies outside {low or ''} to {high or ''} {field.unit}.")
        old = current_entry(unit.session, run_id, sample_id, f"worksheet.{name}")
        return self.results.measure(
            unit,
            name=f"worksheet.{name}",
            raw=raw,
            unit_code=field.unit,
            source={"kind": "entry", "person_id": unit.actor.id},
            sample_id=sample_id,
            run_id=run_id,
            supersedes=old,
            reason=reason,
        )

    def enter_standard(
        self, unit: Unit, run_id: str, *, level: str, concentration: str, reason: str | None = None
    ) -> Measurement:
        """Enter the concentration of a standard, by the name that the sequence calls it."""
        _, method = self._open(unit, run_id)
        value = read(concentration).value
        if method.chromatography is None or value is None or value <= 0:
            raise Invalid(f"{concentration!r} is no concentration above zero.", where="concentration")
        name = f"standard.{level}"
        old = current_entry(unit.session, run_id, None, name)
        return self.results.measure(
            unit,
            name=name,
            raw=concentration,
            unit_code=method.chromatography.concentration_unit,
            source={"kind": "entry", "person_id": unit.actor.id},
            run_id=run_id,
            supersedes=old,
            reason=reason,
        )

    def _open(self, unit: Unit, run_id: str) -> tuple[Run, MethodDocument]:
        run = unit.get(Run, run_id)
        if run.state not in ("draft", "ready", "running", "data_complete"):
            raise Refused(
                f"The worksheet of {run.number} is closed: the run is {run.state.replace('_', ' ')}.",
                do="A wrong entry is now the matter of an investigation.",
            )
        if unit.actor.id != run.analyst_id:
            raise Refused(f"The worksheet of {run.number} belongs to its analyst.")
        return run, self.designs.method(unit.get(Design, run.method_id))

    def attach(
        self,
        unit: Unit,
        *,
        subject_type: str,
        subject_id: str,
        title: str,
        file_name: str,
        media_type: str,
        data: bytes,
    ) -> Attachment:
        """Keep a document with a run, a sample or an investigation: a weighing print-out, a dilution record."""
        kinds: dict[str, type[Run] | type[Sample]] = {"lims_run": Run, "lims_sample": Sample}
        if subject_type not in kinds:
            raise Invalid(f"Documents are attached to {', '.join(kinds)}.", where="subject_type")
        if not data:
            raise Invalid("The file is empty.", where="data_base64")
        unit.get(kinds[subject_type], subject_id)
        digest = unit.content.put(data, media_type=media_type, origin=f"{title} ({file_name})")
        return unit.add(
            Attachment(
                subject_type=subject_type,
                subject_id=subject_id,
                title=title,
                file_name=file_name,
                media_type=media_type,
                digest=digest,
                attached_by=unit.actor.id,
            )
        )

    # --- from ready to data complete -----------------------------------------------------------------------

    def not_ready(self, session: Session, run: Run, actor: Actor, at: Any) -> list[str]:
        """Why a run may not be made ready: samples, hold times, people, instrument, lots, open entries."""
        design = session.get(Design, run.method_id)
        if design is None:
            return ["The method of the run is not there."]
        method = self.designs.method(design)
        reasons: list[str] = []
        for test in tests_of(session, run_id=run.id):
            for reason in self.results.not_ready(
                session, test, actor=actor, at=at, instrument=run.instrument
            ):
                if reason not in reasons:
                    reasons.append(reason)
            sample = session.get(Sample, test.sample_id)
            for field in method.worksheet:
                told = f"{field.title} of {sample.number if sample else '?'} is not entered."
                entry = current_entry(session, run.id, test.sample_id, f"worksheet.{field.name}")
                if entry is None and told not in reasons:
                    reasons.append(told)
        for row in run.materials:
            reasons += [
                f"{row['role']}: {fault}" for fault in self.material.lot_ready(session, row["lot"], at)
            ]
        least = int(method.chromatography.least_standards) if method.chromatography else 0
        if len(levels_of(session, run.id)) < least:
            reasons.append(f"The method needs {least} standards; enter their concentrations.")
        return reasons

    def ready(self, unit: Unit, run_id: str, version: int | None = None) -> Run:
        """Make a run ready.

        Raises:
            Refused: with everything that stands against it.
        """
        run = unit.get(Run, run_id, version)
        state = rules.move("run", run.state, "ready")
        if unit.actor.id != run.analyst_id:
            raise Refused(f"{run.number} belongs to its analyst.")
        reasons = self.not_ready(unit.session, run, unit.actor, unit.process_now)
        if reasons:
            raise Refused(f"{run.number} is not ready.", why=" ".join(reasons))
        run.state = state
        for test in tests_of(unit.session, run_id=run.id):
            test.state = rules.move("test", test.state, "ready")
        unit.flush()
        return run

    def start(self, unit: Unit, run_id: str, version: int | None = None) -> Run:
        """Start a run; what it was done with is pinned as it is now."""
        run = unit.get(Run, run_id, version)
        state = rules.move("run", run.state, "start")
        reasons = self.not_ready(unit.session, run, unit.actor, unit.process_now)
        if reasons:
            raise Refused(f"{run.number} may not start.", why=" ".join(reasons))
        run.state, run.started_at = state, unit.process_now
        method = self.designs.method(unit.get(Design, run.method_id))
        run.pinned = {
            "run": run.number,
            "instrument": {
                "code": run.instrument,
                "ready_at": iso(unit.process_now),
                "capability": method.instrument.capability if method.instrument else None,
            },
            "materials": list(run.materials),
            "analyst": self.results.training_of(unit, method.competency),
        }
        for test in tests_of(unit.session, run_id=run.id):
            test.state = rules.move("test", test.state, "start")
        for sample in self._samples(unit, run):
            if sample.state == "available":
                sample.state = rules.move("sample", sample.state, "start")
        unit.emit(
            "lims.run.started", run, {"run_id": run.id, "number": run.number, "instrument": run.instrument}
        )
        return run

    def _samples(self, unit: Unit, run: Run) -> list[Sample]:
        ids = dict.fromkeys(test.sample_id for test in tests_of(unit.session, run_id=run.id))
        return [unit.get(Sample, sample_id) for sample_id in ids]

    def attach_document(self, unit: Unit, run_id: str, raw_file_id: str) -> Run:
        """Take the instrument's document as this run's data.

        Raises:
            Refused: if the file was disposed of, names another run, or comes from another instrument.
        """
        run = unit.get(Run, run_id)
        state = rules.move("run", run.state, "complete")
        file = unit.get(RawFile, raw_file_id)
        if file.disposition != "pending":
            raise Refused(f"{file.file_name} is {file.disposition} already.", why=file.reason or "")
        document = self.files.document(file)
        if document.run_number is not None and document.run_number != run.number:
            raise Refused(f"{file.file_name} was written for {document.run_number}, not for {run.number}.")
        if document.instrument is not None and document.instrument != run.instrument:
            raise Refused(f"{file.file_name} comes from {document.instrument}, not from {run.instrument}.")
        run.state, run.document_digest, run.raw_file_id = state, file.digest, file.id
        run.instrument_trail = [dict(row) for row in document.trail]
        file.disposition, file.run_id = "processed", run.id
        file.reason = f"the data of {run.number}"
        unit.emit(
            "lims.run.data_complete", run, {"run_id": run.id, "number": run.number, "digest": file.digest}
        )
        return run

    # --- processing ----------------------------------------------------------------------------------------

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
        samples = {sample.number: sample for sample in self._samples(unit, run)}
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
            self._enter(unit, run, test, method, document, measured, standards)
        run.state = rules.move("run", run.state, "enter")
        unit.emit("lims.run.entered", run, {"run_id": run.id, "number": run.number})
        return run

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
        document: RunDocument,
        measured: dict[tuple[str, str], list[Measurement]],
        standards: dict[str, Measurement],
    ) -> None:
        reportable = method.reportable(test.analysis)
        sample = unit.get(Sample, test.sample_id)
        pinned = run.pinned | {"document": document.digest, "run_id": run.id}
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
            "results": self.results.shown(session, tests_of(session, run_id=run.id)),
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
        return reasons + (self.results.blockers(waiting, session, actor, meaning) if waiting else [])

    def _sign_off(
        self, meaning: str, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature
    ) -> None:
        run = unit.get(Run, record_id)
        if run.state in ("suitability_failed", "reviewed_unsuitable"):
            run.state = rules.move("run", run.state, "review" if meaning == "reviewed" else "close")
            unit.flush()
            return
        run.state = rules.move("run", run.state, "review" if meaning == "reviewed" else "approve")
        self.results.sign_off(unit, tests_of(unit.session, run_id=run.id), meaning)
        if meaning == "approved":
            for sample in self._samples(unit, run):
                if sample.state == "in_test":
                    sample.state = rules.move("sample", sample.state, "finish")
        unit.emit(f"lims.run.{meaning}", run, {"run_id": run.id, "number": run.number})


def current_entry(session: Session, run_id: str, sample_id: str | None, name: str) -> Measurement | None:
    """The newest entry of a worksheet's field: the one that no other supersedes."""
    query = select(Measurement).where(Measurement.run_id == run_id, Measurement.name == name)
    query = query.where(
        Measurement.sample_id == sample_id if sample_id is not None else Measurement.sample_id.is_(None)
    )
    return session.scalars(query.order_by(Measurement.id.desc()).limit(1)).first()


def levels_of(session: Session, run_id: str) -> dict[str, Measurement]:
    """The standards of a run: level -> the newest entry of its concentration."""
    rows = session.scalars(
        select(Measurement)
        .where(Measurement.run_id == run_id, Measurement.name.like("standard.%"))
        .order_by(Measurement.id)
    )
    return {row.name.removeprefix("standard."): row for row in rows}


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


__all__ = ["Runs", "current_entry", "levels_of", "result_of"]
