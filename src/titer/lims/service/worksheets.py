"""Worksheets: what the analyst enters, the guards before a run starts, and the document that it takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base import media
from titer.base.errors import Invalid, Refused
from titer.lims import rules
from titer.lims.documents import MethodDocument
from titer.lims.evaluation import read
from titer.lims.model import (
    Attachment,
    Design,
    Measurement,
    RawFile,
    Run,
    Sample,
    TestRequest,
)
from titer.lims.service.designs import Designs
from titer.lims.service.instruments import instrument_state
from titer.lims.service.rawfiles import RawFiles
from titer.lims.service.results import Results
from titer.lims.service.samples import tests_of
from titer.material import Material, lot_by_code
from titer.record import Actor, Unit


class Worksheets:
    """Runs from their making to the data.

    Args:
        designs: methods.
        results: writes measurements down.
        files: the instruments' documents.
        material: reagents, standards, columns.
    """

    def __init__(self, *, designs: Designs, results: Results, files: RawFiles, material: Material) -> None:
        self.designs = designs
        self.results = results
        self.files = files
        self.material = material

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
        if method.technique not in ("chromatography", "document"):
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
        """Keep a document with a run, a sample or an investigation: a weighing print-out, a dilution record.

        Without a media type it is kept under that which its name or its first bytes tell.
        """
        kinds: dict[str, type[Run] | type[Sample]] = {"lims_run": Run, "lims_sample": Sample}
        if subject_type not in kinds:
            raise Invalid(f"Documents are attached to {', '.join(kinds)}.", where="subject_type")
        if not data:
            raise Invalid("The file is empty.", where="data_base64")
        unit.get(kinds[subject_type], subject_id)
        media_type = media_type or media.media_type(file_name, data)
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
            "instrument": instrument_state(
                self.results.equipment,
                unit.session,
                run.instrument,
                unit.process_now,
                capability=method.instrument.capability if method.instrument else None,
            ),
            "materials": list(run.materials),
            "analyst": self.results.training_of(unit, method.competency),
        }
        for test in tests_of(unit.session, run_id=run.id):
            test.state = rules.move("test", test.state, "start")
        samples = list(samples_of(unit, run))
        for sample in samples:
            if sample.state == "available":
                sample.state = rules.move("sample", sample.state, "start")
        if run.instrument:
            self.results.equipment.note_context(
                unit,
                run.instrument,
                run=run.number,
                run_id=run.id,
                method_id=run.method_id,
                analyst=unit.actor.id,
                samples=[sample.number for sample in samples],
                materials=list(run.materials),
            )
        unit.emit(
            "lims.run.started", run, {"run_id": run.id, "number": run.number, "instrument": run.instrument}
        )
        return run

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
            node = self.results.equipment.node(unit.session, run.instrument)
            if document.instrument not in (node.name, node.model, node.serial):
                raise Refused(
                    f"{file.file_name} comes from {document.instrument}, not from {run.instrument}.",
                    do="If it is the same instrument, register it under the name that it writes.",
                )
        run.state, run.document_digest, run.raw_file_id = state, file.digest, file.id
        run.instrument_trail = [dict(row) for row in document.trail]
        self.files.processed(unit, file, run)
        if run.instrument:
            named = ("run", "run_id", "method_id", "analyst", "samples", "materials")
            self.results.equipment.note_context(unit, run.instrument, **dict.fromkeys(named))
        unit.emit(
            "lims.run.data_complete", run, {"run_id": run.id, "number": run.number, "digest": file.digest}
        )
        return run


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


def samples_of(unit: Unit, run: Run) -> list[Sample]:
    """The samples of a run, once each."""
    ids = dict.fromkeys(test.sample_id for test in tests_of(unit.session, run_id=run.id))
    return [unit.get(Sample, sample_id) for sample_id in ids]
