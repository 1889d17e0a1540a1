"""HTTP of the ledger's checkpoints: a list of them, and the proof that one is the beginning of another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotFound
from titer.record.http import Reading
from titer.record.ledger_model import LedgerCosignature
from titer.record.model import LedgerCheckpoint
from titer.record.routes.given import Number
from titer.record.routes.part import SealerPart

router = APIRouter()


class CheckpointOut(BaseModel):
    """A signed head of the tree (C2SP tlog-checkpoint), word for word.

    `witnessed`: whether enough witnesses have vouched for it, or for a later one, under the policy.
    """

    tree_size: int
    note: str
    sealed_at: datetime
    witnessed: bool
    answers: list[AnswerOut]


class AnswerOut(BaseModel):
    """What a witness answered after the head was stored: cosignature lines, or a time-stamp token in Base64."""

    witness: str
    kind: str
    answer: str
    received_at: datetime


class CheckpointPage(BaseModel):
    """Checkpoints, newest first; `total` is how many there are."""

    checkpoints: list[CheckpointOut]
    total: int
    next_before: Number | None


class ConsistencyOut(BaseModel):
    """That the tree of one checkpoint is the beginning of another's (RFC 9162, section 2.1.4)."""

    first: CheckpointOut
    second: CheckpointOut
    path: list[str]


def _out(session: Session, rows: Sequence[LedgerCheckpoint], covered: int) -> list[CheckpointOut]:
    answers: dict[int, list[AnswerOut]] = {}
    wanted = LedgerCosignature.tree_size.in_([row.tree_size for row in rows])
    for one in session.scalars(select(LedgerCosignature).where(wanted).order_by(LedgerCosignature.witness)):
        told = AnswerOut(witness=one.witness, kind=one.kind, answer=one.answer, received_at=one.received_at)
        answers.setdefault(one.tree_size, []).append(told)
    return [
        CheckpointOut(
            tree_size=row.tree_size,
            note=row.note,
            sealed_at=row.sealed_at,
            witnessed=row.tree_size <= covered,
            answers=answers.get(row.tree_size, []),
        )
        for row in rows
    ]


@router.get("/ledger/checkpoints")
def record_checkpoints(
    session: Reading,
    sealer: SealerPart,
    before: Number | None = None,
    limit: Annotated[int, Field(ge=1, le=500)] = 50,
) -> CheckpointPage:
    """Checkpoints, newest first."""
    query = select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size.desc()).limit(limit)
    if before is not None:
        query = query.where(LedgerCheckpoint.tree_size < before)
    rows = session.scalars(query).all()
    return CheckpointPage(
        checkpoints=_out(session, rows, sealer.covered_size),
        total=session.scalar(select(func.count()).select_from(LedgerCheckpoint)) or 0,
        next_before=rows[-1].tree_size if len(rows) == limit else None,
    )


@router.get("/ledger/checkpoints/consistency")
def record_consistency(session: Reading, sealer: SealerPart, first: Number, second: Number) -> ConsistencyOut:
    """The consistency proof between two checkpoints, which the reader checks against both roots."""
    if not 0 < first <= second:
        raise Invalid("The first checkpoint covers fewer entries than the second.", where="first")
    older, newer = _checkpoint(session, first), _checkpoint(session, second)
    path = sealer.consistency(first, second)
    told = _out(session, [older, newer], sealer.covered_size)
    return ConsistencyOut(first=told[0], second=told[1], path=[step.hex() for step in path])


def _checkpoint(session: Session, size: int) -> LedgerCheckpoint:
    row = session.get(LedgerCheckpoint, size)
    if row is None:
        raise NotFound(f"No checkpoint covers exactly {size:,} entries.", do="Choose one from the list.")
    return row
