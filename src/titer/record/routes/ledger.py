"""HTTP of the ledger: entries, proofs, verification."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import select

from titer.base.errors import NotFound
from titer.record import reader
from titer.record.http import ActingPerson, Reading
from titer.record.model import (
    LedgerCheckpoint,
    LedgerEntry,
    LedgerLeaf,
)
from titer.record.names import ids_in, names
from titer.record.routes.given import Key, Moment, Number, Words
from titer.record.routes.part import RecordPart, SealerPart
from titer.record.verify import Verdict, verify_store

router = APIRouter()


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
    """A page of entries, newest first, and the state of the tree; `names` says what people call the ids.

    `next_before` begins the next page; a page may have fewer entries than were asked for, or none, and another behind
    it: one answer looks through some thousands at the most.
    """

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
    before: Number | None = None,
    limit: Annotated[int, Field(ge=1, le=500)] = 100,
    record_type: Words = "",
    record_id: Words = "",
    actor: Words = "",
    kind: Words = "",
    verb: Words = "",
    since: Moment | None = None,
    until: Moment | None = None,
    clock: reader.Clock = "server",
    change: reader.Change = "",
    text: Words = "",
) -> LedgerPage:
    """Entries, newest first; each parameter narrows. Several record types are divided by commas.

    A verb may end in `*`. `change` is entered, changed or deleted. `text` stands anywhere in an entry.
    """
    types = tuple(one.strip() for one in record_type.split(",") if one.strip())
    wanted = reader.Wanted(types, record_id, actor, kind, verb, since, until, clock, change, text)
    page = reader.entries(session, wanted, before=before, limit=limit)
    last = session.scalars(
        select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
    ).first()
    entries = [_entry_out(row, index) for row, index in page.rows]
    mentioned = {one.record_id for one in entries}
    for one in entries:
        mentioned |= ids_in(one.before) | ids_in(one.after)
    return LedgerPage(
        entries=entries,
        names=names(session, mentioned),
        tree_size=last.tree_size if last else 0,
        checkpoint=last.note if last else None,
        next_before=page.reached,
    )


class ProofOut(BaseModel):
    """An entry's inclusion proof (RFC 9162, section 2.1.3) in a checkpoint, the newest unless one is asked for."""

    leaf_index: int
    tree_size: int
    leaf_hash: str
    path: list[str]
    checkpoint: str


@router.get("/ledger/{entry_id}/proof")
def record_proof(entry_id: Key, session: Reading, sealer: SealerPart, size: Number | None = None) -> ProofOut:
    """The proof that an entry is in the tree; `size` is that of a checkpoint."""
    found = session.execute(
        select(LedgerLeaf)
        .join(LedgerEntry, LedgerEntry.seq == LedgerLeaf.entry_seq)
        .where(LedgerEntry.id == entry_id)
    ).scalar()
    query = select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
    if size is not None:
        query = query.where(LedgerCheckpoint.tree_size == size)
    head = session.scalars(query).first()
    if found is None or head is None or found.leaf_index >= head.tree_size:
        raise NotFound(
            "The entry is not sealed yet, or there is no such entry or checkpoint.",
            do="Try again in a second.",
        )
    path = sealer.proof(found.leaf_index, head.tree_size)
    return ProofOut(
        leaf_index=found.leaf_index,
        tree_size=head.tree_size,
        leaf_hash=found.leaf_hash.hex(),
        path=[step.hex() for step in path],
        checkpoint=head.note,
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
    depth: str
    remarks: list[str]


class VerifyingOut(BaseModel):
    """How far a verification is that somebody began; nothing of it where none runs."""

    running: bool
    what: str
    done: int
    total: int
    seconds: str


_IDLE = VerifyingOut(running=False, what="", done=0, total=0, seconds="0")


@router.get("/ledger/verify")
def record_verifying(_who: ActingPerson, request: Request) -> VerifyingOut:
    """How far the verification is that was asked for last."""
    found: VerifyingOut = getattr(request.app.state, "verifying", _IDLE)
    return found


@router.post("/ledger/verify")
def record_verify(
    _who: ActingPerson,
    record: RecordPart,
    sealer: SealerPart,
    request: Request,
    depth: Literal["full", "merkle"] = "full",
) -> VerdictOut:
    """Check the live record: tree, checkpoints, witnesses; unless `merkle`, tables and content against them too."""
    extra = request.app.state.platform.verifiers
    began = time.perf_counter()

    def tell(what: str, done: int, total: int) -> None:
        seconds = f"{time.perf_counter() - began:.0f}"
        request.app.state.verifying = VerifyingOut(
            running=True, what=what, done=done, total=total, seconds=seconds
        )

    try:
        verdict: Verdict = verify_store(record, sealer, extra, depth=depth, progress=tell)
    finally:
        request.app.state.verifying = _IDLE
    return VerdictOut(
        holds=verdict.holds,
        sentence=verdict.sentence,
        entries=verdict.entries,
        root=verdict.root,
        first_fault=verdict.first_fault,
        checked=verdict.checked,
        seconds=f"{verdict.seconds:.2f}",
        depth=verdict.depth,
        remarks=verdict.remarks,
    )


class FoundEntryOut(BaseModel):
    """One entry, and what people call the ids in it."""

    entry: EntryOut
    names: dict[str, str]


@router.get("/ledger/{entry_id}")
def record_entry(entry_id: Key, session: Reading) -> FoundEntryOut:
    """One entry."""
    row, index = reader.entry(session, entry_id)
    found = _entry_out(row, index)
    mentioned = {found.record_id} | ids_in(found.before) | ids_in(found.after)
    return FoundEntryOut(entry=found, names=names(session, mentioned))
