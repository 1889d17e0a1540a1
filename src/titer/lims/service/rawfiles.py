"""Instruments' files: each one received gets a disposition, and none is forgotten."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, Refused, TiterError, Unavailable
from titer.lims.chromatography import RunDocument
from titer.lims.model import RawFile, Run, Sample
from titer.lims.ports import EquipmentPort
from titer.quality import QualityPort
from titer.record import Record, Unit

DocumentReader = Callable[[bytes, str, Mapping[str, str]], RunDocument]
READ_AS = "read_as"
"""Where a file keeps what must be known beside its bytes."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
_KEPT_READ = 8
_SHOWN = 200
_LOOKED_BACK = 200
"""Files of an instrument that are searched for the one before; files come in nearly in their order."""
PENDING, PROCESSED, SET_ASIDE, QUARANTINED = "pending", "processed", "set aside", "quarantined"
RECORDED = "recorded"
"""Of a file whose values are its channels' and of no sample."""
UNREAD = "unread"
"""Marks what a file in quarantine waits for: not a better file, but something to read it with."""


class RawFiles:
    """The laboratory's inbox.

    Args:
        record: for the content store.
        quality: raises exceptions.
        equipment: is told what became of each file.
        read: turns the bytes of a file, their digest and what must be known beside them into a run's document.
    """

    def __init__(
        self, record: Record, quality: QualityPort, equipment: EquipmentPort, read: DocumentReader
    ) -> None:
        self.record = record
        self.quality = quality
        self.equipment = equipment
        self.read = read
        self._known: OrderedDict[tuple[str, frozenset[tuple[str, str]]], RunDocument | Invalid] = (
            OrderedDict()
        )

    def read_ahead(
        self, digest: str, told: Mapping[str, str] = _NOTHING, *, afresh: bool = False
    ) -> Unavailable | None:
        """Read a file before an action is opened for it, so that nobody waits for its reading.

        Args:
            digest, told: of the file.
            afresh: also where it was read before and refused.

        Returns:
            What is missing to read it with; None where it was read, or refused, which is told when it is received.
        """
        if afresh:
            self._known.pop((digest, frozenset(told.items())), None)
        try:
            self._document(digest, told)
        except Invalid:
            return None
        except Unavailable as error:
            return error
        return None

    def _document(self, digest: str, told: Mapping[str, str]) -> RunDocument:
        """What kept bytes say; the newest few are remembered, since bytes of one digest never change."""
        key = (digest, frozenset(told.items()))
        found = self._known.get(key)
        if found is None:
            try:
                found = self.read(self.record.content.read(digest), digest, told)
            except Invalid as error:
                found = error
            self._known[key] = found
            while len(self._known) > _KEPT_READ:
                self._known.popitem(last=False)
        if isinstance(found, Invalid):
            raise Invalid(found.what, where=found.where, why=found.why, do=found.do)
        return found

    def receive(
        self,
        unit: Unit,
        *,
        document_id: str,
        digest: str,
        file_name: str,
        connection: str,
        told: Mapping[str, str] = _NOTHING,
        stream: bool = False,
    ) -> RawFile:
        """Take a file into the inbox; the same document is taken once. What cannot be read is quarantined.

        Args:
            unit: the open action.
            document_id, digest, file_name, connection: of the file.
            told: what must be known beside the bytes to read it, see `titer.lims.vendors.read_as`.
            stream: its values are its channels', so it waits for nobody.
        """
        known = unit.session.scalar(select(RawFile).where(RawFile.document_id == document_id))
        if known is not None:
            return known
        disposition: str = PENDING
        reason: str | None = None
        found: dict[str, Any] = {}
        batches: list[str] = []
        try:
            if stream:
                disposition, reason = RECORDED, f"its values went to the channels of {connection}"
            else:
                found, batches = self._found(unit.session, self._document(digest, told))
        except TiterError as error:
            disposition, reason = QUARANTINED, str(error)
            found = {UNREAD: True} if isinstance(error, Unavailable) else {}
        if told:
            found = {**found, READ_AS: dict(told)}
        again = unit.session.scalar(
            select(RawFile).where(RawFile.digest == digest, RawFile.disposition == PROCESSED)
        )
        if again is not None:
            disposition, reason = SET_ASIDE, f"the same bytes as {again.file_name}, which was processed"
        file = unit.add(
            RawFile(
                document_id=document_id,
                digest=digest,
                file_name=file_name,
                connection=connection,
                disposition=disposition,
                reason=reason,
                batch_ids=batches,
                found=found,
            )
        )
        unit.emit(
            "lims.file.received",
            file,
            {"file_id": file.id, "digest": digest, "disposition": disposition, "run": found.get("run")},
        )
        if disposition != PENDING:
            event = {QUARANTINED: "quarantine", RECORDED: "import"}.get(disposition, "ignore")
            self.equipment.dispose_document(unit, document_id, event, reason or "")
        if disposition == QUARANTINED:
            self.quality.raise_exception(
                unit,
                kind="file_quarantined",
                severity="major",
                title=f"{file_name} cannot be read",
                detail=reason or "",
                batch_id=None,
                subject_type="lims_raw_file",
                subject_id=file.id,
                evidence={"digest": digest, "connection": connection},
                key=f"lims.file/{file.id}/quarantined",
            )
        self._counted(unit, file)
        return file

    def _counted(self, unit: Unit, file: RawFile) -> None:
        """Raise an exception where the instrument's counter says that it injected what no file shows.

        A trial injection whose file was removed from the folder leaves this trace and no other (FDA, *Data Integrity
        and Compliance With Drug CGMP*, 2018, on trial injections of actual samples).
        """
        instrument, counters = file.found.get("instrument"), file.found.get("counters")
        if not counters:
            return
        first = int(counters[0])
        earlier = unit.session.scalars(
            select(RawFile.found)
            .where(RawFile.connection == file.connection, RawFile.id != file.id)
            .order_by(RawFile.id.desc())
            .limit(_LOOKED_BACK)
        )
        lasts = [
            int(found["counters"][1])
            for found in earlier
            if found.get("counters") and found.get("instrument") == instrument
        ]
        before = max((last for last in lasts if last < first), default=None)
        if before is None or first == before + 1:
            return
        batches: list[str | None] = [*file.batch_ids] or [None]
        for batch_id in batches:
            self.quality.raise_exception(
                unit,
                kind="counter_gap",
                severity="major",
                title=f"{instrument or file.connection} injected {first - before - 1} times, and no file shows it",
                detail=f"Its counter stood at {before} at the end of the file before, and begins at {first} in "
                f"{file.file_name}. Ask for the missing files, or for what was injected.",
                batch_id=batch_id,
                subject_type="lims_raw_file",
                subject_id=file.id,
                evidence={"before": before, "first": first, "file": file.file_name, "digest": file.digest},
                key=f"lims.file/{file.id}/counter/{batch_id or ''}",
            )

    def unread(self, session: Session) -> list[RawFile]:
        """Files in quarantine that wait for something to read them with."""
        rows = session.scalars(select(RawFile).where(RawFile.disposition == QUARANTINED).order_by(RawFile.id))
        return [row for row in rows if row.found.get(UNREAD)]

    def read_again(self, unit: Unit, file_id: str, version: int | None = None) -> RawFile:
        """Read a file in quarantine once more: its bytes are the same, what reads them may be there now, or newer.

        A file that is refused again stays where it is, with today's reason.

        Raises:
            Refused: if it is in no quarantine.
            Unavailable: if there is still nothing to read it with.
        """
        file = unit.get(RawFile, file_id, version)
        if file.disposition != QUARANTINED:
            raise Refused(f"{file.file_name} is in no quarantine: it is {file.disposition}.")
        told = file.found.get(READ_AS)
        kept = {READ_AS: told} if told else {}
        try:
            found, batches = self._found(unit.session, self.document(file))
        except Invalid as error:
            file.reason, file.found = str(error), kept
            unit.flush()
            return file
        file.disposition, file.reason = PENDING, None
        file.found, file.batch_ids = {**found, **kept}, batches
        self.equipment.dispose_document(unit, file.document_id, "release", "it was read again, and is sound")
        unit.emit(
            "lims.file.received",
            file,
            {"file_id": file.id, "digest": file.digest, "disposition": PENDING, "run": found.get("run")},
        )
        self._counted(unit, file)
        return file

    def set_aside(self, unit: Unit, file_id: str, *, reason: str, version: int | None = None) -> RawFile:
        """Dispose of a file that belongs to no run, with the reason; its bytes stay."""
        file = unit.get(RawFile, file_id, version)
        if file.disposition not in (PENDING, QUARANTINED):
            raise Refused(f"{file.file_name} is {file.disposition} already.")
        if not reason.strip():
            raise Refused("A file is set aside for a reason.", do="Say why it is no data of any run.")
        file.disposition, file.reason = SET_ASIDE, reason
        self.equipment.dispose_document(unit, file.document_id, "ignore", reason)
        unit.flush()
        return file

    def processed(self, unit: Unit, file: RawFile, run: Run) -> None:
        """Note that a file is the data of a run."""
        file.disposition, file.run_id = PROCESSED, run.id
        file.reason = f"the data of {run.number}"
        self.equipment.dispose_document(unit, file.document_id, "import", file.reason)

    def document(self, file: RawFile) -> RunDocument:
        """The document in a file, out of the bytes that are kept."""
        return self._document(file.digest, file.found.get(READ_AS, _NOTHING))

    def _found(self, session: Session, document: RunDocument) -> tuple[dict[str, Any], list[str]]:
        held = [one.sample for one in document.injections] + [one.sample for one in document.series]
        numbers = sorted({number for number in held if number})
        samples = session.scalars(select(Sample).where(Sample.number.in_(numbers))).all()
        counted = [one.counter for one in document.injections if one.counter is not None]
        found: dict[str, Any] = {
            "counters": [min(counted), max(counted)] if counted else [],
            "run": document.run_number,
            "instrument": document.instrument,
            "injections": len(document.injections),
            "series": sorted({one.name for one in document.series}),
            "columns": [
                {
                    "step": one.step,
                    "name": one.name,
                    "unit": one.unit,
                    "sample": one.sample or "",
                    "values": len(one.values),
                }
                for one in document.series[:_SHOWN]
            ],
            "techniques": list(document.techniques),
            "measured_at": document.measured_at,
            "notes": list(document.notes[:_SHOWN]),
            "samples": numbers,
            "unknown_samples": sorted(set(numbers) - {one.number for one in samples}),
        }
        return found, sorted({one.batch_id for one in samples if one.batch_id})


def run_waiting_for(session: Session, file: RawFile) -> Run | None:
    """The running run that a pending file names and whose instrument wrote it, if there is one."""
    number, instrument = file.found.get("run"), file.found.get("instrument")
    if file.disposition != PENDING or not number:
        return None
    run = session.scalar(select(Run).where(Run.number == number, Run.state == "running"))
    return run if run is not None and instrument in (None, run.instrument) else None
