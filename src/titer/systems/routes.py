"""HTTP of the systems beside Titer; what is approved or accepted is a signature (POST /api/signatures)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotAuthorised
from titer.record import Actor, Person, Record
from titer.record.http import Acting, ActingPerson, Reading, platform_part
from titer.record.routes.given import Key, Moment, Words
from titer.systems import queries, rules
from titer.systems import reading as reading_
from titer.systems.model import Declaration, Quarantined, Reconciliation, Source, SourceImport, Verification
from titer.systems.service import Systems
from titer.systems.service.reconciling import exceptions_of

router = APIRouter(prefix="/api/systems", tags=["systems"])
SystemsPart = Annotated[Systems, Depends(platform_part("systems"))]
RecordPart = Annotated[Record, Depends(platform_part("record"))]
Text = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,60}$")]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: str
    version: int
    recorded_at: datetime
    process_at: datetime


class DeclarationOut(_Out):
    """Which system owns a kind of record; `stands` says whether it counts now."""

    number: str
    record_type: str
    system: str
    site: str
    materials: list[str]
    since: datetime
    reason: str
    author: str
    state: str
    stands: str
    approved_at: datetime | None


class NewDeclaration(BaseModel):
    """A declaration to draft; no materials means all of them."""

    record_type: Words
    system: Annotated[Words, Field(min_length=1)]
    since: Moment
    reason: Annotated[Text, Field(min_length=1)]
    materials: Annotated[list[Words], Field(max_length=500)] = []


class Reasoned(BaseModel):
    """Why."""

    reason: Annotated[Text, Field(min_length=1)]


class NewSource(BaseModel):
    """A source to draft; its secret is sealed and never shown again."""

    name: Name
    system: Annotated[Words, Field(min_length=1)]
    record_type: Words
    kind: Words
    settings: dict[str, Any]
    mapping: dict[str, Any]
    secret: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    legacy: bool = False
    reason: Annotated[Text, Field(min_length=1)]


class ChangedSource(BaseModel):
    """A source's next revision; its secret stays where none is given."""

    version: int
    settings: dict[str, Any]
    mapping: dict[str, Any]
    secret: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    reason: Annotated[Text, Field(min_length=1)]


class SourceImportOut(_Out):
    """An import: what was read, and what became of it."""

    number: str
    source_id: str
    revision: int
    legacy: bool
    read_at: datetime
    parts: list[dict[str, Any]]
    counts: dict[str, int]
    ignored: list[dict[str, str]]


class ReconciliationOut(_Out):
    """A comparison from both sides, by period."""

    number: str
    source_id: str
    ran_at: datetime
    outcome: str
    why: str
    periods: list[dict[str, Any]]
    difference_count: int


class SideDifferenceOut(BaseModel):
    """What differs in one record, and the exception that somebody disposes of."""

    kind: str
    key: str
    period: str
    fields: list[dict[str, Any]]
    why: str
    exception_id: str | None
    exception: str | None
    state: str | None


class ReconciliationWholeOut(ReconciliationOut):
    """A comparison with its differences."""

    differences: list[SideDifferenceOut]


class VerificationOut(_Out):
    """The report that ends a legacy import."""

    number: str
    source_id: str
    import_id: str
    made_at: datetime
    made_by: str
    seed: int
    report: dict[str, Any]
    state: str


class SourceOut(_Out):
    """A source, with what is held of it and how it was compared last."""

    name: str
    system: str
    record_type: str
    kind: str
    settings: dict[str, Any]
    mapping: dict[str, Any]
    has_secret: bool
    legacy: bool
    revision: int
    author: str
    state: str
    held: int
    quarantined: int
    last_import: SourceImportOut | None
    last_reconciliation: ReconciliationOut | None
    last_verification: VerificationOut | None


class CopyOut(_Out):
    """A copy of another system's record: `copy_of` says whose it is."""

    copy_of: str
    record_type: str
    source_key: str
    revision: int
    source_version: str | None
    source_time: datetime | None
    row: list[list[str | None]]
    row_digest: str
    fields: dict[str, Any]
    raw_digest: str
    position: int
    import_id: str


class QuarantinedOut(_Out):
    """A row that could not be taken."""

    source_id: str
    import_id: str
    source_key: str | None
    row: list[list[str | None]]
    raw_digest: str
    position: int
    why: str
    state: str
    comment: str | None


class Discard(BaseModel):
    """Why a row is not taken; `version` is the one that was seen."""

    version: int
    comment: Annotated[Text, Field(min_length=1)]


class NewVerification(BaseModel):
    """How many records are compared field by field, and why the report is made."""

    sample: Annotated[int, Field(ge=1, le=1000)] = 50
    reason: Annotated[Text, Field(min_length=1)]


def require(record: Record, who: Actor, verb: str) -> None:
    """Refuse somebody without the right, before another system is asked in their name."""
    with record.reading() as session:
        if not record.may(session, who, verb):
            roles = ", ".join(record.matrix[verb].roles)
            raise NotAuthorised(f"{record.matrix[verb].title} is done by: {roles}.")


def _declaration(session: Session, row: Declaration, record: Record) -> DeclarationOut:
    if row.state == "approved":
        covered: list[str | None] = [*row.materials] or [None]
        declared = queries.homes(session)
        now = record.clock.now()
        standing = {rules.home(declared, row.record_type, one, now) for one in covered}
        found = queries.home_of(row)
        stands = "in force" if found in standing else "not yet" if row.since > now else "superseded"
    else:
        stands = row.state
    told = {name: getattr(row, name) for name in DeclarationOut.model_fields if hasattr(row, name)}
    return DeclarationOut(**told, author=_called(session, row.author_id), stands=stands)


def _called(session: Session, person_id: str) -> str:
    person = session.get(Person, person_id)
    return person.full_name if person else person_id


def source_out(session: Session, row: Source) -> SourceOut:
    """A source, with what is held of it."""
    imports, compared = queries.imports(session, row.id, 1), queries.reconciliations(session, row.id, 1)
    verified = queries.verifications(session, [row.id])
    told = {name: getattr(row, name) for name in SourceOut.model_fields if hasattr(row, name)}
    return SourceOut(
        **told,
        has_secret=row.secret is not None,
        author=_called(session, row.author_id),
        held=queries.held_count(session, row.id),
        quarantined=len(queries.quarantine(session, row.id)),
        last_import=SourceImportOut.model_validate(imports[0]) if imports else None,
        last_reconciliation=ReconciliationOut.model_validate(compared[0]) if compared else None,
        last_verification=verification_out(session, verified[0]) if verified else None,
    )


def verification_out(session: Session, row: Verification) -> VerificationOut:
    """A report, with the name of who made it."""
    told = {name: getattr(row, name) for name in VerificationOut.model_fields}
    return VerificationOut(**{**told, "made_by": _called(session, row.made_by)})


def _reconciliation(session: Session, row: Reconciliation) -> ReconciliationWholeOut:
    raised = exceptions_of(session, row.differences)
    told = {name: getattr(row, name) for name in ReconciliationOut.model_fields}
    return ReconciliationWholeOut(
        **told,
        differences=[
            SideDifferenceOut(
                **{name: one[name] for name in ("kind", "key", "period", "fields", "why")},
                exception_id=found.id if found else None,
                exception=found.number if found else None,
                state=found.state if found else None,
            )
            for one in row.differences
            for found in (raised.get(one["exception_key"]),)
        ],
    )


# --- who is the system of record -----------------------------------------------------------------------------


@router.get("/declarations")
def systems_declarations(session: Reading, record: RecordPart) -> list[DeclarationOut]:
    """Who is the system of record for what, the newest declaration first."""
    return [_declaration(session, row, record) for row in queries.declarations(session)]


@router.post("/declarations", status_code=201)
def systems_draft_declaration(
    body: NewDeclaration, act: Acting, systems: SystemsPart, record: RecordPart
) -> DeclarationOut:
    """Draft who is the system of record; somebody else approves it by signature."""
    with act("systems.declaration.draft", reason=body.reason) as unit:
        row = systems.declarations.draft(unit, **body.model_dump())
        return _declaration(unit.session, row, record)


@router.post("/declarations/{declaration_id}/withdraw")
def systems_withdraw_declaration(
    declaration_id: Key, body: Reasoned, act: Acting, systems: SystemsPart, record: RecordPart
) -> DeclarationOut:
    """Take a draft back."""
    with act("systems.declaration.draft", reason=body.reason) as unit:
        return _declaration(unit.session, systems.declarations.withdraw(unit, declaration_id), record)


# --- sources ---------------------------------------------------------------------------------------------------


@router.get("/sources")
def systems_sources(session: Reading) -> list[SourceOut]:
    """All sources of copies, by name."""
    return [source_out(session, row) for row in queries.sources(session)]


@router.post("/sources", status_code=201)
def systems_draft_source(body: NewSource, act: Acting, systems: SystemsPart) -> SourceOut:
    """Draft a source; nothing is read before somebody else has approved it."""
    told = body.model_dump(exclude={"reason", "mapping"})
    with act("systems.source.draft", reason=body.reason) as unit:
        return source_out(unit.session, systems.sources.draft(unit, **told, mapped=body.mapping))


@router.put("/sources/{source_id}")
def systems_change_source(
    source_id: Key, body: ChangedSource, act: Acting, systems: SystemsPart
) -> SourceOut:
    """Change a source: its next revision, which has to be approved anew."""
    told = body.model_dump(exclude={"reason", "mapping"})
    with act("systems.source.draft", reason=body.reason) as unit:
        return source_out(unit.session, systems.sources.change(unit, source_id, **told, mapped=body.mapping))


@router.post("/sources/{source_id}/suspend")
def systems_suspend_source(source_id: Key, body: Reasoned, act: Acting, systems: SystemsPart) -> SourceOut:
    """Read nothing by a source any more."""
    with act("systems.source.suspend", reason=body.reason) as unit:
        return source_out(unit.session, systems.sources.suspend(unit, source_id))


@router.get("/sources/{source_id}/imports")
def systems_imports(source_id: Key, session: Reading) -> list[SourceImportOut]:
    """The imports of a source, the newest first."""
    return [SourceImportOut.model_validate(row) for row in queries.imports(session, source_id)]


@router.post("/sources/{source_id}/imports", status_code=201)
def systems_import(
    source_id: Key, body: Reasoned, act: Acting, who: ActingPerson, systems: SystemsPart, record: RecordPart
) -> SourceImportOut:
    """Take in what a source shows now."""
    require(record, who, "systems.source.import")
    at, found = record.clock.now(), systems.read(source_id)
    with act("systems.source.import", reason=body.reason) as unit:
        return SourceImportOut.model_validate(systems.copying.take(unit, source_id, found, at))


@router.post("/sources/{source_id}/files", status_code=201)
def systems_import_file(
    source_id: Key,
    file_name: Words,
    reason: Annotated[Text, Field(min_length=1)],
    act: Acting,
    systems: SystemsPart,
    record: RecordPart,
    data: Annotated[bytes, Body(media_type="application/octet-stream")] = b"",
) -> SourceImportOut:
    """Take in a file that somebody brings, by the mapping of a source of files."""
    with act("systems.source.import", reason=reason) as unit:
        source = queries.get(unit.session, Source, source_id)
        if source.kind != "file":
            raise Invalid(f"The source {source.name} is no source of files.", where="source_id")
        if not data:
            raise Invalid(f"The file {file_name} is empty.", where="file")
        found = reading_.read_file(systems.sources.settings(source), file_name, data, systems.bounds)
        return SourceImportOut.model_validate(
            systems.copying.take(unit, source_id, found, record.clock.now())
        )


@router.get("/sources/{source_id}/copies")
def systems_copies(
    source_id: Key, session: Reading, key: Words | None = None, after: Words = ""
) -> list[CopyOut]:
    """What is held of a source: the newest copy of each record, 200 at once; or all versions of one record."""
    return [
        CopyOut(
            **{name: getattr(row, name) for name in CopyOut.model_fields if name != "copy_of"},
            copy_of=row.system,
        )
        for row in queries.copies(session, source_id, key=key, after=after)
    ]


@router.get("/sources/{source_id}/quarantine")
def systems_quarantine(
    source_id: Key, session: Reading, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> list[QuarantinedOut]:
    """Rows of a source that could not be taken and wait for a decision, oldest first."""
    return [QuarantinedOut.model_validate(row) for row in queries.quarantine(session, source_id)[:limit]]


@router.post("/quarantine/{row_id}/discard")
def systems_discard(row_id: Key, body: Discard, act: Acting, systems: SystemsPart) -> QuarantinedOut:
    """Decide that a row is not taken, with the reason."""
    with act("systems.quarantine.discard", reason=body.comment) as unit:
        row: Quarantined = systems.copying.discard(unit, row_id, body.comment, body.version)
        return QuarantinedOut.model_validate(row)


# --- both sides --------------------------------------------------------------------------------------------------


@router.get("/sources/{source_id}/reconciliations")
def systems_reconciliations(source_id: Key, session: Reading) -> list[ReconciliationOut]:
    """Comparisons of a source from both sides, the newest first."""
    return [ReconciliationOut.model_validate(row) for row in queries.reconciliations(session, source_id)]


@router.post("/sources/{source_id}/reconciliations", status_code=201)
def systems_reconcile(
    source_id: Key, body: Reasoned, act: Acting, who: ActingPerson, systems: SystemsPart, record: RecordPart
) -> ReconciliationWholeOut:
    """Read a source again, and compare it with what is held."""
    require(record, who, "systems.source.reconcile")
    found = systems.read(source_id)
    with act("systems.source.reconcile", reason=body.reason) as unit:
        row = systems.reconciling.reconcile(unit, source_id, found)
        unit.flush()
        return _reconciliation(unit.session, row)


@router.get("/reconciliations/{reconciliation_id}")
def systems_reconciliation(reconciliation_id: Key, session: Reading) -> ReconciliationWholeOut:
    """One comparison, with its differences and what became of them."""
    return _reconciliation(session, queries.get(session, Reconciliation, reconciliation_id))


# --- legacy imports ------------------------------------------------------------------------------------------------


@router.post("/imports/{import_id}/verification", status_code=201)
def systems_verify(
    import_id: Key,
    body: NewVerification,
    act: Acting,
    who: ActingPerson,
    systems: SystemsPart,
    record: RecordPart,
) -> VerificationOut:
    """Make the report that ends a legacy import, against the source as it is read again."""
    require(record, who, "systems.verification.make")
    with record.reading() as session:
        source_id = queries.get(session, SourceImport, import_id).source_id
    found = systems.read(source_id)
    with act("systems.verification.make", reason=body.reason) as unit:
        return verification_out(unit.session, systems.verifying.verify(unit, import_id, found, body.sample))


@router.get("/verifications/{verification_id}")
def systems_verification(verification_id: Key, session: Reading) -> VerificationOut:
    """One report."""
    return verification_out(session, queries.get(session, Verification, verification_id))
