"""HTTP of signatures: what would be signed, signing, and what was signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from titer.base.canonical import canonical
from titer.base.errors import NotFound
from titer.record.http import ActingPerson, Current, Reading, actor, remote
from titer.record.identity import Identity, Occasion
from titer.record.model import LoginSession, Person, Signature
from titer.record.routes.part import IdentityPart, RecordPart, SealerPart, SigningPart
from titer.record.routes.proof import ProofIn
from titer.record.sealer import Sealer
from titer.record.service import Record
from titer.record.signing import MOST, Shown
from titer.record.validity import validity, witnessed

router = APIRouter()


class WhatToSign(BaseModel):
    """What a person means to sign."""

    record_type: str
    record_id: str
    meaning: str
    data: dict[str, Any] = {}


class PreviewOut(BaseModel):
    """What the dialog shows."""

    record_id: str
    title: str
    content: dict[str, Any]
    canonical: str
    digest: str
    version: int
    blockers: list[str]
    proof: ProofNeeded


class ProofNeeded(BaseModel):
    """What the signature asks for beside the password.

    `identification`: one of these, at the first signing of a session (21 CFR 11.200(a)(1)(i)): `username`, or at a
    terminal `badge` or `pin`. `second_factor`: one of `offers`.
    """

    identification: list[str]
    second_factor: bool
    offers: list[str]


class Sign(WhatToSign, ProofIn):
    """A signature: the content's digest as it was shown, a reason, and the person's own proof of identity.

    `username` is what the person types at the first signing of a session.
    """

    version: int
    digest: str
    reason: str
    username: str = Field("", max_length=200)


class SeriesItem(BaseModel):
    """One record of a series."""

    record_id: str
    data: dict[str, Any] = {}


class SeriesToSign(BaseModel):
    """Records of one kind that a person means to sign together."""

    record_type: str
    meaning: str
    items: list[SeriesItem] = Field(min_length=1, max_length=MOST)


class ShownItem(SeriesItem):
    """One record of a series, with the version and the digest that were shown."""

    version: int
    digest: str


class SignSeries(ProofIn):
    """A series of signatures: every record as it was shown, one reason, and the person's own proof of identity.

    `username` is what the person types at the first signing of a session.
    """

    record_type: str
    meaning: str
    items: list[ShownItem] = Field(min_length=1, max_length=MOST)
    reason: str
    username: str = Field("", max_length=200)


class SignatureOut(BaseModel):
    """A signature's manifest (21 CFR 11.50), and how it stands.

    `validity` is in_force, void (what was signed has changed; `validity_why` says what) or broken (it is not the one
    that was given). `record_version` is the version that was signed, `version_now` the record's own now.
    """

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
    on_behalf_of: str | None
    validity: str
    validity_why: str
    version_now: int


class SignedContentOut(BaseModel):
    """A signature with the canonical text that was shown and signed."""

    signature: SignatureOut
    canonical: str


_OF_ITS_OWN = {"on_behalf_of", "witnessed", "validity", "validity_why", "version_now"}


def _signature_out(record: Record, sealer: Sealer, session: Session, row: Signature) -> SignatureOut:
    how = validity(record, session, row)
    absent = row.content.get("on_behalf_of")
    values = {name: getattr(row, name) for name in SignatureOut.model_fields if name not in _OF_ITS_OWN}
    return SignatureOut(
        **values,
        on_behalf_of=absent["name"] if absent else None,
        witnessed=witnessed(session, row.id, sealer.covered_size),
        validity=how.state,
        validity_why=how.why,
        version_now=how.version_now,
    )


def _needed(
    session: Session, who: tuple[LoginSession, Person], identity: Identity, meaning: str
) -> ProofNeeded:
    row, person = who
    needed = identity.proving.needed(session, person, Occasion(meaning, row.id))
    return ProofNeeded(
        identification=list(needed.identification),
        second_factor=needed.second_factor,
        offers=list(needed.offers),
    )


@router.post("/signatures/preview")
def record_preview_signature(
    body: WhatToSign, session: Reading, who: Current, signing: SigningPart, identity: IdentityPart
) -> PreviewOut:
    """The content that would be signed, what stands against it, and what proof it will take."""
    needed = _needed(session, who, identity, body.meaning)
    signer = actor(who)
    shown = signing.preview(session, signer, body.record_type, body.record_id, body.meaning, body.data)
    return PreviewOut(**shown.__dict__, proof=needed)


@router.post("/signatures", status_code=201)
def record_sign(
    body: Sign,
    request: Request,
    who: ActingPerson,
    signing: SigningPart,
    record: RecordPart,
    sealer: SealerPart,
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
        proof=body.proof(request, bound_to=who.session_id or "", username=body.username),
        remote=remote(request),
    )
    with record.reading() as session:
        return _signature_out(record, sealer, session, row)


@router.post("/signatures/series/preview")
def record_preview_series(
    body: SeriesToSign, session: Reading, who: Current, signing: SigningPart, identity: IdentityPart
) -> list[PreviewOut]:
    """The content of each record that would be signed, what stands against it, and what proof it will take."""
    needed, signer = _needed(session, who, identity, body.meaning), actor(who)
    return [
        PreviewOut(
            **signing.preview(
                session, signer, body.record_type, item.record_id, body.meaning, item.data
            ).__dict__,
            proof=needed,
        )
        for item in body.items
    ]


@router.post("/signatures/series", status_code=201)
def record_sign_series(
    body: SignSeries,
    request: Request,
    who: ActingPerson,
    signing: SigningPart,
    record: RecordPart,
    sealer: SealerPart,
) -> list[SignatureOut]:
    """Sign every record of a list, or none, with fresh proof of identity."""
    rows = signing.sign_series(
        who,
        record_type=body.record_type,
        meaning=body.meaning,
        items=[Shown(item.record_id, item.version, item.digest, item.data) for item in body.items],
        reason=body.reason,
        proof=body.proof(request, bound_to=who.session_id or "", username=body.username),
        remote=remote(request),
    )
    with record.reading() as session:
        return [_signature_out(record, sealer, session, row) for row in rows]


@router.get("/signatures")
def record_signatures(
    session: Reading, record: RecordPart, sealer: SealerPart, record_type: str, record_id: str
) -> list[SignatureOut]:
    """All signatures on a record."""
    return [
        _signature_out(record, sealer, session, row)
        for row in record.signatures_of(session, record_type, record_id)
    ]


@router.get("/signatures/{signature_id}")
def record_signature(
    signature_id: str, session: Reading, record: RecordPart, sealer: SealerPart
) -> SignedContentOut:
    """A signature, with the exact content that was shown and signed."""
    row = session.get(Signature, signature_id)
    if row is None:
        raise NotFound(f"There is no signature {signature_id}.")
    return SignedContentOut(
        signature=_signature_out(record, sealer, session, row), canonical=canonical(row.content).decode()
    )
