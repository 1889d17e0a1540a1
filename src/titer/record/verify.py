"""Verification of a live store: the tree, its heads and witnesses, the tables replayed, and the content.

Two depths (Merkle re-check and semantic replay) in one pass; the first thing that does not hold is named.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault, TiterError
from titer.record import checkpoint as heads
from titer.record import merkle, sqlite
from titer.record.model import ContentObject, LedgerCheckpoint, LedgerEntry, LedgerLeaf
from titer.record.schema import check_fingerprint, regulated_tables
from titer.record.sealer import Sealer
from titer.record.service import Record

Verifier = Callable[[Session], Iterator[str]]
"""Yields a sentence for each fault of something that lies outside the tables, e.g. sealed segments."""


@dataclass
class Verdict:
    """What was checked, and the first thing that does not hold."""

    holds: bool = True
    first_fault: str | None = None
    entries: int = 0
    root: str = ""
    seconds: float = 0.0
    checked: dict[str, int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        if not self.holds:
            return f"The record does not hold: {self.first_fault}"
        parts = ", ".join(f"{count:,} {what}" for what, count in self.checked.items())
        return f"The record holds: {parts}; root {self.root[:16]}."


def verify_store(record: Record, sealer: Sealer, extra: Iterable[Verifier] = ()) -> Verdict:
    """Check everything that the store holds.

    Args:
        record: the record.
        sealer: knows the ledger's key and its witnesses; it seals first, so that nothing is left out.
        extra: verifiers of other layers.
    """
    began = time.perf_counter()
    verdict = Verdict()
    try:
        sealer.seal()
        with record.reading() as session:
            faults = _faults(record, session, sealer, verdict, extra)
            verdict.first_fault = next(faults, None)
    except TiterError as error:
        verdict.first_fault = str(error)
    verdict.holds = verdict.first_fault is None
    verdict.seconds = time.perf_counter() - began
    return verdict


def _faults(
    record: Record, session: Session, sealer: Sealer, verdict: Verdict, extra: Iterable[Verifier]
) -> Iterator[str]:
    yield from (f"SQLite: {text}" for text in sqlite.integrity(session.connection()))
    yield from _tree(session, sealer, verdict)
    yield from _replay(session, verdict)
    yield from _content(record, session, verdict)
    for verifier in extra:
        yield from verifier(session)
    try:
        check_fingerprint(session)
    except IntegrityFault as error:
        yield str(error)


def _tree(session: Session, sealer: Sealer, verdict: Verdict) -> Iterator[str]:
    entries = session.execute(
        select(LedgerEntry.seq, LedgerEntry.body).order_by(LedgerEntry.seq).execution_options(yield_per=5000)
    )
    leaves = session.execute(
        select(LedgerLeaf.leaf_index, LedgerLeaf.entry_seq, LedgerLeaf.leaf_hash).order_by(
            LedgerLeaf.leaf_index
        )
    ).all()
    checkpoints = {row.tree_size: row for row in session.scalars(select(LedgerCheckpoint))}
    frontier = merkle.Frontier()
    witnessed_size = max((witness.last[0] for witness in sealer.witnesses), default=0)
    witness_roots = {witness.last[0]: (witness.signer.name, witness.last[1]) for witness in sealer.witnesses}
    position = 0
    for seq, body in entries:
        name = _name(body, seq)
        if position >= len(leaves) or leaves[position].entry_seq != seq:
            yield f"{name} was inserted, removed or moved: leaf {position} belongs to another entry."
            return
        if merkle.leaf_hash(body.encode()) != leaves[position].leaf_hash:
            yield f"{name} was altered: its bytes are not those that were sealed."
            return
        frontier.append(leaves[position].leaf_hash)
        position += 1
        head = checkpoints.pop(position, None)
        if head is not None:
            told = heads.parse(head.note)
            if told.size != position or told.root != frontier.root():
                yield f"The checkpoint over {position:,} entries states another root than the entries have."
                return
            if not heads.verify(head.note, sealer.signer.verifier):
                yield f"The checkpoint over {position:,} entries bears no valid signature of the ledger."
                return
            for witness in sealer.witnesses:
                if head.witnessed and not heads.verify(head.note, witness.signer.cosigner):
                    yield f"The checkpoint over {position:,} entries lacks its witness {witness.signer.name}."
                    return
        if position in witness_roots and witness_roots[position][1] != frontier.root():
            yield f"The witness {witness_roots[position][0]} saw another ledger of {position:,} entries."
            return
    if position < len(leaves):
        yield f"Entries were removed: the tree has {len(leaves):,} leaves, the ledger {position:,} entries."
        return
    if checkpoints:
        yield f"Entries were cut off: a checkpoint covers {max(checkpoints):,}, there are {position:,}."
        return
    if witnessed_size > position:
        yield f"Entries were cut off: a witness saw {witnessed_size:,}, there are {position:,}."
        return
    verdict.entries, verdict.root = position, frontier.root().hex()
    verdict.checked["entries"] = position


def _replay(session: Session, verdict: Verdict) -> Iterator[str]:
    """Fold the entries: each before-image is the last after-image, and the tables equal the fold."""
    state: dict[tuple[str, str], tuple[int, object]] = {}
    times: str = ""
    bodies = session.execute(
        select(LedgerEntry.seq, LedgerEntry.body).order_by(LedgerEntry.seq).execution_options(yield_per=5000)
    )
    for seq, body in bodies:
        entry = json.loads(body)
        key = (entry["record_type"], entry["record_id"])
        version, image = state.get(key, (0, None))
        if entry["before"] != image or entry["version"] != version + 1:
            yield f"{_name(body, seq)} does not follow from the entry before it."
            return
        times = max(times, entry["time"])
        state[key] = (entry["version"], entry["after"])
    rows = 0
    for table in regulated_tables():
        actual = sqlite.images(session.connection(), table)
        for record_id, image_text in actual.items():
            rows += 1
            known = state.pop((table.name, record_id), None)
            if known is None:
                yield f"{table.name} {record_id} has no entry: it was written past the ledger."
                return
            try:
                image = json.loads(image_text)
            except ValueError:
                image = None
            if known[1] != image:
                changed = (
                    sorted(
                        name for name in set(image) | set(known[1]) if image.get(name) != known[1].get(name)
                    )
                    if isinstance(image, dict) and isinstance(known[1], dict)
                    else ["row"]
                )
                yield (
                    f"{table.name} {record_id} was changed past the ledger: "
                    f"{', '.join(changed)} is not what version {known[0]} says."
                )
                return
    left = next((key for key, (_, image) in state.items() if image is not None), None)
    if left is not None:
        yield f"{left[0]} {left[1]} is gone from its table, and no entry says that it was deleted."
        return
    verdict.checked["records"] = rows


def _content(record: Record, session: Session, verdict: Verdict) -> Iterator[str]:
    count = 0
    for row in session.scalars(select(ContentObject).order_by(ContentObject.id)):
        try:
            data = record.content.read(row.digest)
        except TiterError as error:
            yield f"Content {row.digest[:16]} ({row.origin}): {error}"
            return
        if len(data) != row.size:
            yield f"Content {row.digest[:16]} ({row.origin}) has another size than was entered."
            return
        count += 1
    verdict.checked["files"] = count


def _name(body: str, seq: int) -> str:
    try:
        entry = json.loads(body)
        return f"Entry {seq} ({entry['record_type']} {entry['record_id']} version {entry['version']})"
    except (ValueError, KeyError, TypeError):
        return f"Entry {seq}"
