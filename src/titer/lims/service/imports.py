"""From an instrument's file that a person brings to results, in one action: all of it happens, or nothing.

It takes the same steps as the bench (worksheet, entries, ready, start, document, processing), with the same guards.
What was measured before the worksheet was made is said so in what the results pin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotFound, Refused
from titer.lims.documents import MethodDocument
from titer.lims.model import Design, RawFile, Run, Sample, TestRequest
from titer.lims.ports import EquipmentPort
from titer.lims.service.designs import Designs
from titer.lims.service.rawfiles import PENDING, RawFiles
from titer.lims.service.runs import Runs
from titer.lims.service.samples import Samples, tests_of
from titer.lims.service.samples import sample as find_sample
from titer.lims.service.worksheets import Worksheets
from titer.record import Unit

READ_FROM_FILES = ("chromatography", "document")
"""Techniques whose methods take an instrument's document."""


@dataclass(frozen=True)
class Fit:
    """A method that could read a file.

    Args:
        code, title: of its effective revision.
        analyses: what it reports.
        entries: names of the worksheet's fields, which a person enters.
        standards: how many standards' concentrations it needs.
    """

    code: str
    title: str
    analyses: tuple[str, ...]
    entries: tuple[str, ...]
    standards: int


class Imports:
    """Files that people bring.

    Args:
        designs: methods.
        samples: asks for a test that was not planned.
        worksheets: makes the run and gives it its document.
        runs: processes it.
        files: the inbox.
        equipment: knows the instruments.
    """

    def __init__(
        self,
        *,
        designs: Designs,
        samples: Samples,
        worksheets: Worksheets,
        runs: Runs,
        files: RawFiles,
        equipment: EquipmentPort,
    ) -> None:
        self.designs = designs
        self.samples = samples
        self.worksheets = worksheets
        self.runs = runs
        self.files = files
        self.equipment = equipment

    def to_results(
        self,
        unit: Unit,
        *,
        file_id: str,
        sample: str,
        method_code: str,
        analyses: list[str] | None = None,
        instrument: str | None = None,
        worksheet: Mapping[str, str] | None = None,
        standards: Mapping[str, str] | None = None,
        materials: list[dict[str, str]] | None = None,
    ) -> Run:
        """Make a run for a file in the inbox and process it.

        Args:
            unit: the open action, of the analyst.
            file_id: a file that belongs to no run yet.
            sample: id or number.
            method_code: a method that has an effective revision and reads files.
            analyses: of the method; those planned for the sample if left out, else all that it reports.
            instrument: its code; if left out, the one that the document names.
            worksheet: name of a field -> what was read off.
            standards: level -> concentration.
            materials: rows of role and lot.

        Raises:
            NotFound: if there is no such sample, effective method or instrument.
            Invalid: if the method reads no files, or the file does not hold what it needs.
            Refused: if the file is a run's already, a test was done, or the run is not ready, with every reason.
        """
        file = self._pending(unit, file_id)
        design = self.designs.effective(unit.session, "method", method_code)
        method = self.designs.method(design)
        if method.technique not in READ_FROM_FILES:
            raise Invalid(
                f"The method {method.code} does not read files; its technique is {method.technique}.",
                do=f"Name a method of the technique {' or '.join(READ_FROM_FILES)}.",
            )
        held = set(file.found.get("series", ()))
        if lacking := sorted(_columns(method) - held):
            raise Invalid(
                f"{file.file_name} has no series {' or '.join(lacking)}, which {method.code} reads.",
                why=f"It has {', '.join(sorted(held)) or 'none'}.",
                do="Name the method that fits the file.",
            )
        found = find_sample(unit.session, sample)
        tests = self._tests(unit, found, design, method, analyses or [])
        code = instrument or self.instrument_of(unit.session, file)
        self.equipment.node(unit.session, code)
        run = self.worksheets.create(
            unit, instrument=code, test_ids=[test.id for test in tests], materials=materials
        )
        for name, raw in (worksheet or {}).items():
            self.worksheets.enter_worksheet(unit, run.id, sample_id=found.id, name=name, raw=raw)
        for level, concentration in (standards or {}).items():
            self.worksheets.enter_standard(unit, run.id, level=level, concentration=concentration)
        self.worksheets.ready(unit, run.id)
        self.worksheets.start(unit, run.id)
        run.pinned = run.pinned | {
            "imported": {
                "file": file.file_name,
                "measured_at": str(file.found.get("measured_at") or ""),
                "note": "The file was there before the worksheet; instrument and training are as at the import.",
            }
        }
        self.worksheets.attach_document(unit, run.id, file.id)
        return self.runs.process(unit, run.id)

    def to_run(self, unit: Unit, *, file_id: str, run: str) -> Run:
        """Process a file as the data of a run that was started for it.

        Args:
            unit: the open action, of the analyst.
            file_id: a file in the inbox, or the one that the run has taken by itself.
            run: id or number.
        """
        found = unit.session.get(Run, run) or unit.session.scalar(select(Run).where(Run.number == run))
        if found is None:
            raise NotFound(f"There is no run {run}.")
        if found.raw_file_id != file_id:
            self._pending(unit, file_id)
            self.worksheets.attach_document(unit, found.id, file_id)
        return self.runs.process(unit, found.id)

    def fits(self, session: Session, file: RawFile) -> list[Fit]:
        """Effective methods that could read a file, by what it holds."""
        held = set(file.found.get("series", ()))
        fits = []
        for design in session.scalars(
            select(Design).where(Design.kind == "method", Design.state == "effective").order_by(Design.code)
        ):
            method = self.designs.method(design)
            wanted = _columns(method)
            if method.technique == "chromatography":
                suits = bool(file.found.get("injections"))
            else:
                suits = method.technique == "document" and bool(wanted) and wanted <= held
            if suits:
                fits.append(
                    Fit(
                        design.code,
                        design.title,
                        tuple(one.analysis for one in method.reportables),
                        tuple(field.name for field in method.worksheet),
                        int(method.chromatography.least_standards) if method.chromatography else 0,
                    )
                )
        return fits

    def instrument_of(self, session: Session, file: RawFile) -> str:
        """The code of the instrument that wrote a file, by the code, name, model or serial number that it states.

        Raises:
            Invalid: if it states none, or one that is not registered, or that several bear.
        """
        stated = file.found.get("instrument")
        if not stated:
            raise Invalid(
                f"{file.file_name} names no instrument.", do="Say which with the instrument's code."
            )
        codes = [
            node.code
            for node in self.equipment.nodes(session)
            if stated in (node.code, node.name, node.model, node.serial)
        ]
        if len(codes) != 1:
            told = f"could be {' or '.join(codes)}" if codes else "is not registered here"
            raise Invalid(
                f"{file.file_name} comes from {stated}, which {told}.",
                do="Register the instrument under the name that it writes, or say its code.",
            )
        return codes[0]

    def _pending(self, unit: Unit, file_id: str) -> RawFile:
        file = unit.get(RawFile, file_id)
        if file.disposition != PENDING:
            raise Refused(
                f"{file.file_name} is {file.disposition} already.",
                why=file.reason or "",
                do="Bytes give results once; a test is done again by the method's own rule.",
            )
        return file

    def _tests(
        self, unit: Unit, sample: Sample, design: Design, method: MethodDocument, analyses: list[str]
    ) -> list[TestRequest]:
        """The planned tests of a sample by a method; one that was never asked for is asked for now."""
        mine = [one for one in tests_of(unit.session, sample_id=sample.id) if one.state != "cancelled"]
        open_ = [one for one in mine if one.state == "planned" and one.run_id is None]
        wanted = list(dict.fromkeys(analyses))
        if not wanted:
            planned = [one for one in open_ if one.method_id == design.id]
            if planned:
                return planned
            wanted = [one.analysis for one in method.reportables]
        tests = []
        for analysis in wanted:
            method.reportable(analysis)
            same = [one for one in mine if one.analysis == analysis]
            waiting = [one for one in same if one in open_]
            if same and not waiting:
                raise Refused(
                    f"{analysis} of {sample.number} is {same[-1].state.replace('_', ' ')} ({same[-1].number}).",
                    why="No test is repeated without an approved plan or the method's own rule.",
                    do="A doubtful result is the matter of an investigation.",
                )
            if waiting and waiting[0].method_id != design.id:
                raise Refused(
                    f"{analysis} of {sample.number} is planned by another method or revision than {method.code}.",
                    do="Name the method that was planned, or have the test cancelled.",
                )
            specification = (
                unit.session.get(Design, sample.specification_id) if sample.specification_id else None
            )
            tests += waiting or [
                self.samples.request_test(unit, sample, analysis, specification, method_code=method.code)
            ]
        return tests


def _columns(method: MethodDocument) -> set[str]:
    """The columns of a document that a method takes."""
    sources: list[Any] = [given.source for one in method.reportables for given in one.inputs.values()]
    return {source.split(".", 1)[1] for source in sources if source.startswith("series.")}
