"""HTTP of signatures: what would be signed, signing, and what was signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.record.http import ActingPerson, Reading, remote
from titer.record.identity import Proof
from titer.record.model import (
    LedgerCheckpoint,
    LedgerEntry,
    LedgerLeaf,
    Signature,
)
from titer.record.routes.part import RecordPart, SigningPart

router = APIRouter()


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
        proof=Proof(body.password),
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
