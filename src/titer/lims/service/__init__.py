"""The laboratory: what app.py wires, and what other contexts call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from titer.lims import tables, vendors
from titer.lims.model import PanelRequest, RawFile, Sample
from titer.lims.ports import EquipmentPort
from titer.lims.service.analyser import Analyser
from titer.lims.service.certificates import Certificates
from titer.lims.service.contract import ContractCertificates
from titer.lims.service.designs import Designs
from titer.lims.service.gate import LaboratoryGate
from titer.lims.service.imports import Imports
from titer.lims.service.investigations import Investigations
from titer.lims.service.rawfiles import QUARANTINED, READ_AS, DocumentReader, RawFiles, run_waiting_for
from titer.lims.service.results import Results
from titer.lims.service.review import Review
from titer.lims.service.runs import Runs
from titer.lims.service.samples import Samples
from titer.lims.service.submissions import Submissions
from titer.lims.service.worksheets import Worksheets
from titer.material import Material
from titer.quality import QualityPort
from titer.record import (
    ActionSpec,
    Actor,
    OutboxEvent,
    Record,
    SignatureMeaning,
    Subscription,
    Unit,
    Worker,
)

_BENCH = ("analyst",)
_LOOK_AGAIN_S = 60.0
ACTIONS = (
    ActionSpec(
        "lims.design.draft",
        "Draft a method, specification or sampling plan",
        ("analyst", "scientist", "process_owner"),
    ),
    ActionSpec(
        "lims.design.submit", "Submit a laboratory document", ("analyst", "scientist", "process_owner")
    ),
    ActionSpec("lims.design.approve", "Approve a laboratory document", ("quality",)),
    ActionSpec("lims.design.return", "Return a laboratory document to its author", ("reviewer", "quality")),
    ActionSpec("lims.design.retire", "Retire a laboratory document", ("quality",)),
    ActionSpec("lims.sample.register", "Register a sample", ("operator", "analyst")),
    ActionSpec("lims.sample.collect", "Collect a sample", ("operator", "analyst")),
    ActionSpec(
        "lims.sample.move", "Hold, quarantine, reject or dispose of a sample", ("analyst", "reviewer")
    ),
    ActionSpec("lims.test.cancel", "Cancel a test", ("reviewer", "quality")),
    ActionSpec("lims.panel.request", "Put a sample before an analyser", ("operator", "analyst")),
    ActionSpec("lims.panel.complete", "Take an analyser's answer"),
    ActionSpec("lims.submission.take", "Hand work over to another system, and take it back"),
    ActionSpec("lims.submission.receive", "Take another system's results and raw files"),
    ActionSpec("lims.result.enter", "Enter a result", _BENCH),
    ActionSpec("lims.result.review", "Review results", ("reviewer",)),
    ActionSpec("lims.result.approve", "Approve results", ("reviewer", "quality")),
    ActionSpec("lims.run.create", "Make a worksheet", _BENCH),
    ActionSpec("lims.run.enter", "Enter worksheet values", _BENCH),
    ActionSpec("lims.run.work", "Make a run ready, start it, attach and process its data", _BENCH),
    ActionSpec("lims.run.import", "Take a file to results in one action", _BENCH),
    ActionSpec("lims.document.attach", "Attach a document", ("analyst", "reviewer", "operator")),
    ActionSpec("lims.file.receive", "Take an instrument's file"),
    ActionSpec(
        "lims.file.read",
        "Read an instrument's file in quarantine again",
        ("analyst", "reviewer", "quality", "automation"),
    ),
    ActionSpec("lims.file.dispose", "Set an instrument's file aside", ("reviewer", "quality")),
    ActionSpec("lims.investigation.work", "Investigate a suspect result", ("analyst", "reviewer")),
    ActionSpec("lims.investigation.review", "Review an assignable cause", ("reviewer",)),
    ActionSpec("lims.investigation.invalidate", "Invalidate a result", ("quality",)),
    ActionSpec("lims.investigation.close", "Close an investigation", ("quality",)),
    ActionSpec("lims.contract.receive", "Take a contract laboratory's certificate", ("analyst", "reviewer")),
    ActionSpec(
        "lims.contract.transcribe", "Transcribe a contract laboratory's certificate", ("analyst", "reviewer")
    ),
    ActionSpec("lims.contract.check", "Check a transcription", ("analyst", "reviewer", "quality")),
    ActionSpec(
        "lims.certificate.draft", "Write a certificate of analysis", ("analyst", "reviewer", "quality")
    ),
    ActionSpec("lims.certificate.issue", "Issue a certificate of analysis", ("quality",)),
)


class Lims:
    """The laboratory.

    Args:
        record: the record.
        quality: raises exceptions.
        material: lots.
        equipment: instruments and commands.
        historian: kept for the wiring's sake; laboratory data do not go through it.
        read_document: turns an instrument's file into a run's document; AnIML's reader if left out.
        animl: folder of AnIML's schemas and technique definitions, where the site installed them.
    """

    def __init__(
        self,
        record: Record,
        quality: QualityPort,
        material: Material,
        equipment: EquipmentPort,
        historian: object | None = None,
        *,
        read_document: DocumentReader | None = None,
        animl: Path | None = None,
    ) -> None:
        from titer.lims.animl import reader

        self.record = record
        self.quality = quality
        self.material = material
        self.designs = Designs()
        self.samples = Samples(self.designs, material)
        self.results = Results(self.designs, quality, equipment)
        self.files = RawFiles(record, quality, equipment, read_document or reader(animl))
        self.review = Review()
        self.worksheets = Worksheets(
            designs=self.designs, results=self.results, files=self.files, material=material
        )
        self.runs = Runs(
            designs=self.designs, results=self.results, review=self.review, files=self.files, quality=quality
        )
        self.investigations = Investigations(
            designs=self.designs, samples=self.samples, results=self.results, quality=quality
        )
        self.imports = Imports(
            designs=self.designs,
            samples=self.samples,
            worksheets=self.worksheets,
            runs=self.runs,
            files=self.files,
            equipment=equipment,
        )
        self.results.open_investigation = self.investigations.open
        self.contract = ContractCertificates(self.designs, self.results)
        self.certificates = Certificates(self.designs)
        self.analyser = Analyser(
            designs=self.designs, results=self.results, equipment=equipment, quality=quality
        )
        self.submissions = Submissions(designs=self.designs, results=self.results, equipment=equipment)
        material.register_lot_check(self.samples.lot_check())

    # --- what app.py registers ------------------------------------------------------------------------------

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Everything in the laboratory that is signed."""
        return (
            *self.designs.signatures(),
            *self.review.signatures(),
            *self.runs.signatures(),
            *self.investigations.signatures(),
            *self.contract.signatures(),
            *self.certificates.signatures(),
        )

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Analysers' answers, and instruments' files."""
        return (
            Subscription("lims.panels", ("equipment.command.completed",), self._command_completed),
            Subscription("lims.files", ("equipment.document.received",), self._document_received),
        )

    def workers(self) -> tuple[Worker, ...]:
        """Files that waited for their readers are read when these are there."""
        return (Worker("lims.files", self.read_what_waited),)

    def release_gate(self, check: Callable[..., object] | None = None) -> LaboratoryGate:
        """The laboratory's gate; `check` makes the check objects, by default quality's own."""
        if check is None:
            from titer.quality import Check

            return LaboratoryGate(self.designs, Check)
        return LaboratoryGate(self.designs, check)

    # --- what other contexts call -----------------------------------------------------------------------------

    def register_sample(
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
    ) -> Sample:
        """Register a sample with its tests; see `Samples.register`."""
        return self.samples.register(
            unit,
            batch_id=batch_id,
            lot_id=lot_id,
            plan_code=plan_code,
            analyses=analyses,
            specification_code=specification_code,
            point=point,
            location=location,
            sampled_at=sampled_at,
            planned=planned,
        )

    def collect_sample(self, unit: Unit, sample_id: str, *, sampled_at: datetime) -> Sample:
        """Note that a planned sample was drawn."""
        return self.samples.collect(unit, sample_id, sampled_at=sampled_at)

    def request_panel(
        self, unit: Unit, sample: Sample | str, *, method_code: str | None = None
    ) -> list[PanelRequest]:
        """Put a sample before the analyser that its planned tests need."""
        sample_id = sample if isinstance(sample, str) else sample.id
        return self.analyser.request(unit, sample_id, method_code=method_code)

    # --- events -----------------------------------------------------------------------------------------------

    def _command_completed(self, event: OutboxEvent) -> None:
        payload: dict[str, Any] = dict(event.payload)
        if not str(payload.get("key", "")).startswith("lims/"):
            return
        connection = str(payload.get("connection") or "analyser")
        with self.record.action(Actor.connection(connection), "lims.panel.complete", cause=None) as unit:
            self.analyser.completed(unit, payload)

    def _document_received(self, event: OutboxEvent) -> None:
        payload = event.payload
        kind = str(payload.get("kind") or "")
        identity = payload.get("identity") or {}
        told = vendors.read_as(kind, str(payload["file_name"]), identity) or tables.read_as(kind, identity)
        stream = tables.is_stream(kind, identity)
        if not stream:
            self.files.read_ahead(str(payload["digest"]), told)
        with self.record.action(Actor.connection(str(payload["connection"])), "lims.file.receive") as unit:
            file = self.files.receive(
                unit,
                document_id=str(payload["document_id"]),
                digest=str(payload["digest"]),
                file_name=str(payload["file_name"]),
                connection=str(payload["connection"]),
                told=told,
                stream=stream,
            )
            self._to_its_run(unit, file)

    # --- files that waited -------------------------------------------------------------------------------------

    def read_what_waited(self) -> float:
        """One round of the worker: seconds until the next."""
        with self.record.reading() as session:
            waiting = [
                (row.id, row.connection, row.digest, row.found.get(READ_AS, {}))
                for row in self.files.unread(session)
            ]
        for file_id, connection, digest, told in waiting:
            if self.files.read_ahead(digest, told) is not None:
                continue
            with self.record.action(Actor.connection(connection), "lims.file.receive") as unit:
                if unit.get(RawFile, file_id).disposition == QUARANTINED:
                    self.read_again(unit, file_id)
        return _LOOK_AGAIN_S

    def read_again(self, unit: Unit, file_id: str, version: int | None = None) -> RawFile:
        """Read a file in quarantine once more; the run that waits for it gets it. See `RawFiles.read_again`."""
        file = self.files.read_again(unit, file_id, version)
        self._to_its_run(unit, file)
        return file

    def _to_its_run(self, unit: Unit, file: RawFile) -> None:
        run = run_waiting_for(unit.session, file)
        if run is not None:
            self.worksheets.attach_document(unit, run.id, file.id)


__all__ = ["ACTIONS", "Lims"]
