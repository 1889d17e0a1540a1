"""HTTP of the record: sessions, people, signatures, ledger, content."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.errors import NotFound
from titer.record.http import COOKIE, Acting, ActingPerson, Current, Reading, platform_part, remote
from titer.record.identity import Identity, LoggedIn
from titer.record.model import (
    ContentObject,
    LedgerCheckpoint,
    LedgerEntry,
    LedgerLeaf,
    LoginSession,
    Person,
    Signature,
)
from titer.record.names import ids_in, names
from titer.record.sealer import Sealer
from titer.record.service import Record
from titer.record.signing import Signing
from titer.record.verify import Verdict, verify_store

router = APIRouter(prefix="/api", tags=["record"])

RecordPart = Annotated[Record, Depends(platform_part("record"))]
IdentityPart = Annotated[Identity, Depends(platform_part("identity"))]
SigningPart = Annotated[Signing, Depends(platform_part("signing"))]
SealerPart = Annotated[Sealer, Depends(platform_part("sealer"))]


class LogIn(BaseModel):
    """A log-in."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=256)


class PersonOut(BaseModel):
    """A person, without anything secret."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    username: str
    full_name: str
    active: bool
    locked: bool
    robot_for: str | None
    policy_acknowledged: bool
    roles: list[str]


class SessionOut(BaseModel):
    """Who is logged in; `csrf` goes into the header X-CSRF-Token of every change."""

    session_id: str
    csrf: str
    ends_at: datetime
    person: PersonOut


def person_out(record: Record, session: Session, row: Person) -> PersonOut:
    """A person as people may see one."""
    return PersonOut(
        id=row.id,
        version=row.version,
        recorded_at=row.recorded_at,
        process_at=row.process_at,
        username=row.username,
        full_name=row.full_name,
        active=row.active,
        locked=row.locked_at is not None,
        robot_for=row.robot_for,
        policy_acknowledged=row.policy_acknowledged_at is not None,
        roles=sorted(record.roles_of(session, row.id)),
    )


def _session_out(record: Record, row: LoginSession, person: Person, csrf: str) -> SessionOut:
    with record.reading() as session:
        return SessionOut(
            session_id=row.id, csrf=csrf, ends_at=row.ends_at, person=person_out(record, session, person)
        )


@router.post("/session")
def record_log_in(
    body: LogIn, request: Request, response: Response, record: RecordPart, identity: IdentityPart
) -> SessionOut:
    """Log in; the session's token goes into an HttpOnly cookie."""
    logged_in: LoggedIn = identity.log_in(body.username, body.password, remote(request))
    response.set_cookie(
        COOKIE,
        logged_in.token,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    row, person = identity.session(logged_in.token)
    return _session_out(record, row, person, logged_in.csrf)


@router.get("/session")
def record_session(who: Current, request: Request, record: RecordPart, identity: IdentityPart) -> SessionOut:
    """Who is logged in."""
    row, person = who
    return _session_out(record, row, person, identity.csrf(row, request.cookies[COOKIE]))


@router.delete("/session", status_code=204)
def record_log_out(who: Current, identity: IdentityPart, response: Response) -> None:
    """Log out."""
    identity.log_out(who[0].id)
    response.delete_cookie(COOKIE, path="/")


@router.post("/session/policy")
def record_acknowledge_policy(
    act: Acting, who: ActingPerson, identity: IdentityPart, record: RecordPart
) -> PersonOut:
    """Acknowledge that one's electronic signature binds like one by hand."""
    with act("record.policy.acknowledge") as unit:
        identity.acknowledge_policy(unit, who.id)
        return person_out(record, unit.session, unit.get(Person, who.id))


class NewPerson(BaseModel):
    """A person to register."""

    username: str = Field(min_length=2, max_length=64, pattern=r"^[a-z0-9._-]+$")
    full_name: str = Field(min_length=1, max_length=200)
    password: str = Field(max_length=256)
    roles: list[str] = []
    robot_for: str | None = None
    reason: str | None = None


class RoleChange(BaseModel):
    """A role to give or to take."""

    role: str
    give: bool
    reason: str


class NewTraining(BaseModel):
    """A training to enter."""

    competency: str
    document: str
    expires_at: datetime | None = None


class TrainingOut(BaseModel):
    """A training."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    competency: str
    document: str
    trained_at: datetime
    expires_at: datetime | None


@router.get("/people")
def record_people(session: Reading, record: RecordPart) -> list[PersonOut]:
    """All people."""
    rows = session.scalars(select(Person).order_by(Person.username))
    return [person_out(record, session, row) for row in rows]


@router.post("/people", status_code=201)
def record_create_person(
    body: NewPerson, act: Acting, identity: IdentityPart, record: RecordPart
) -> PersonOut:
    """Register a person."""
    with act("record.person.create", reason=body.reason) as unit:
        row = identity.create_person(
            unit,
            username=body.username,
            full_name=body.full_name,
            password=body.password,
            roles=tuple(body.roles),
            robot_for=body.robot_for,
        )
        return person_out(record, unit.session, row)


@router.post("/people/{person_id}/roles")
def record_change_role(
    person_id: str, body: RoleChange, act: Acting, identity: IdentityPart, record: RecordPart
) -> PersonOut:
    """Give or take a role."""
    with act("record.role.assign", reason=body.reason) as unit:
        if body.give:
            identity.assign_role(unit, person_id, body.role)
        else:
            identity.withdraw_role(unit, person_id, body.role)
        unit.flush()
        return person_out(record, unit.session, unit.get(Person, person_id))


@router.post("/people/{person_id}/training", status_code=201)
def record_enter_training(
    person_id: str, body: NewTraining, act: Acting, identity: IdentityPart
) -> TrainingOut:
    """Enter a training."""
    with act("record.training.enter") as unit:
        unit.get(Person, person_id)
        row = identity.enter_training(
            unit,
            person_id=person_id,
            competency=body.competency,
            document=body.document,
            expires_at=body.expires_at,
        )
        return TrainingOut.model_validate(row, from_attributes=True)


@router.get("/people/{person_id}/training")
def record_training(person_id: str, session: Reading, identity: IdentityPart) -> list[TrainingOut]:
    """A person's trainings."""
    return [
        TrainingOut.model_validate(row, from_attributes=True)
        for row in identity.training_of(session, person_id)
    ]


class MatrixRow(BaseModel):
    """An action, and the roles that may do it."""

    verb: str
    title: str
    roles: list[str]


@router.get("/matrix")
def record_matrix(_who: ActingPerson, record: RecordPart) -> list[MatrixRow]:
    """The role x action matrix."""
    return [
        MatrixRow(verb=spec.verb, title=spec.title, roles=sorted(spec.roles))
        for spec in sorted(record.matrix.values(), key=lambda spec: spec.verb)
    ]


class WhatToSign(BaseModel):
    """What a person means to sign."""

    record_type: str
    record_id: str
    meaning: str
    data: dict[str, Any] = {}


class PreviewOut(BaseModel):
    """What the dialog shows."""

    title: str
    content: dict[str, Any]
    digest: str
    version: int
    blockers: list[str]


class Sign(WhatToSign):
    """A signature: the content's digest as it was shown, a reason, and the person's own password."""

    version: int
    digest: str
    reason: str
    password: str = Field(max_length=256)


class SignatureOut(BaseModel):
    """A signature's manifest (21 CFR 11.50)."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    record_type: str
    record_id: str
    record_version: int
    meaning: str
    title: str
    digest: str
    reason: str
    person_id: str
    printed_name: str
    robot: bool
    signed_at: datetime
    time_zone: str
    witnessed: bool


def _signature_out(session: Session, row: Signature) -> SignatureOut:
    leaf = session.scalar(
        select(LedgerLeaf.leaf_index)
        .join(LedgerEntry, LedgerEntry.seq == LedgerLeaf.entry_seq)
        .where(LedgerEntry.record_id == row.id)
    )
    covered = leaf is not None and bool(
        session.scalar(
            select(func.count())
            .select_from(LedgerCheckpoint)
            .where(LedgerCheckpoint.tree_size > leaf, LedgerCheckpoint.witnessed.is_(True))
        )
    )
    values = {name: getattr(row, name) for name in SignatureOut.model_fields if name != "witnessed"}
    return SignatureOut(**values, witnessed=covered)


@router.post("/signatures/preview")
def record_preview_signature(
    body: WhatToSign, session: Reading, who: ActingPerson, signing: SigningPart
) -> PreviewOut:
    """The content that would be signed, and what stands against it."""
    shown = signing.preview(session, who, body.record_type, body.record_id, body.meaning, body.data)
    return PreviewOut(**shown.__dict__)


@router.post("/signatures", status_code=201)
def record_sign(
    body: Sign, request: Request, who: ActingPerson, signing: SigningPart, record: RecordPart
) -> SignatureOut:
    """Sign, with fresh proof of identity."""
    row = signing.sign(
        who,
        record_type=body.record_type,
        record_id=body.record_id,
        version=body.version,
        meaning=body.meaning,
        data=body.data,
        shown_digest=body.digest,
        reason=body.reason,
        password=body.password,
        remote=remote(request),
    )
    with record.reading() as session:
        return _signature_out(session, row)


@router.get("/signatures")
def record_signatures(
    session: Reading, record: RecordPart, record_type: str, record_id: str
) -> list[SignatureOut]:
    """All signatures on a record."""
    return [_signature_out(session, row) for row in record.signatures_of(session, record_type, record_id)]


class EntryOut(BaseModel):
    """An entry; `body` is the canonical text that was hashed. No entry holds a credential."""

    seq: int
    id: str
    leaf_index: int | None
    record_type: str
    record_id: str
    record_version: int
    verb: str
    actor: dict[str, Any]
    time: str
    process_time: str
    reason: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    body: str


class LedgerPage(BaseModel):
    """A page of entries, newest first, and the state of the tree; `names` says what people call the ids."""

    entries: list[EntryOut]
    names: dict[str, str]
    tree_size: int
    checkpoint: str | None
    next_before: int | None


def _entry_out(row: LedgerEntry, leaf_index: int | None) -> EntryOut:
    body = json.loads(row.body)
    return EntryOut(
        seq=row.seq,
        id=body["id"],
        leaf_index=leaf_index,
        record_type=body["record_type"],
        record_id=body["record_id"],
        record_version=body["version"],
        verb=body["verb"],
        actor=body["actor"],
        time=body["time"],
        process_time=body["process_time"],
        reason=body["reason"],
        before=body["before"],
        after=body["after"],
        body=row.body,
    )


@router.get("/ledger")
def record_ledger(
    session: Reading,
    before: int | None = None,
    limit: Annotated[int, Field(ge=1, le=500)] = 100,
    record_type: str | None = None,
    record_id: str | None = None,
) -> LedgerPage:
    """Entries, newest first."""
    query = (
        select(LedgerEntry, LedgerLeaf.leaf_index)
        .outerjoin(LedgerLeaf, LedgerLeaf.entry_seq == LedgerEntry.seq)
        .order_by(LedgerEntry.seq.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(LedgerEntry.seq < before)
    if record_type:
        query = query.where(LedgerEntry.record_type == record_type)
    if record_id:
        query = query.where(LedgerEntry.record_id == record_id)
    rows = session.execute(query).all()
    last = session.scalars(
        select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
    ).first()
    entries = [_entry_out(row, index) for row, index in rows]
    mentioned = {one.record_id for one in entries}
    for one in entries:
        mentioned |= ids_in(one.before) | ids_in(one.after)
    return LedgerPage(
        entries=entries,
        names=names(session, mentioned),
        tree_size=last.tree_size if last else 0,
        checkpoint=last.note if last else None,
        next_before=rows[-1][0].seq if len(rows) == limit else None,
    )


class ProofOut(BaseModel):
    """An entry's inclusion proof (RFC 9162, section 2.1.3) in the newest checkpoint."""

    leaf_index: int
    tree_size: int
    leaf_hash: str
    path: list[str]
    checkpoint: str


@router.get("/ledger/{entry_id}/proof")
def record_proof(entry_id: str, session: Reading, sealer: SealerPart) -> ProofOut:
    """The proof that an entry is in the tree."""
    found = session.execute(
        select(LedgerLeaf)
        .join(LedgerEntry, LedgerEntry.seq == LedgerLeaf.entry_seq)
        .where(LedgerEntry.id == entry_id)
    ).scalar()
    last = session.scalars(
        select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
    ).first()
    if found is None or last is None:
        raise NotFound("The entry is not sealed yet, or there is no such entry.", do="Try again in a second.")
    path = sealer.proof(found.leaf_index, last.tree_size)
    return ProofOut(
        leaf_index=found.leaf_index,
        tree_size=last.tree_size,
        leaf_hash=found.leaf_hash.hex(),
        path=[step.hex() for step in path],
        checkpoint=last.note,
    )


class VerdictOut(BaseModel):
    """What a verification found."""

    holds: bool
    sentence: str
    entries: int
    root: str
    first_fault: str | None
    checked: dict[str, int]
    seconds: str


@router.post("/ledger/verify")
def record_verify(_who: ActingPerson, record: RecordPart, sealer: SealerPart, request: Request) -> VerdictOut:
    """Check the whole live record: tree, checkpoints, witnesses, tables against the ledger, content."""
    extra = request.app.state.platform.verifiers
    verdict: Verdict = verify_store(record, sealer, extra)
    return VerdictOut(
        holds=verdict.holds,
        sentence=verdict.sentence,
        entries=verdict.entries,
        root=verdict.root,
        first_fault=verdict.first_fault,
        checked=verdict.checked,
        seconds=f"{verdict.seconds:.2f}",
    )


@router.get("/content/{digest}")
def record_content(digest: str, session: Reading, record: RecordPart) -> Response:
    """The bytes kept under a digest, checked before they are sent."""
    row = session.scalars(select(ContentObject).where(ContentObject.digest == digest)).first()
    if row is None:
        raise NotFound("No content with this digest is kept here.")
    return Response(
        record.content.read(digest),
        media_type="application/octet-stream",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": f'attachment; filename="{digest[:16]}"',
            "X-Media-Type": row.media_type,
        },
    )
