"""Verification of a live store: the tree, its heads and witnesses, the tables replayed, and the content.

Two depths (Merkle re-check and semantic replay) in one pass; the first thing that does not hold is named.
"""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault, TiterError
from titer.record import checkpoint as heads
from titer.record import database, merkle
from titer.record.keys import MARK, Keys
from titer.record.ledger_model import LedgerNode
from titer.record.model import ContentObject, LedgerCheckpoint, LedgerEntry, LedgerLeaf, OutboxEvent
from titer.record.schema import check_fingerprint, regulated_tables
from titer.record.sealer import Sealer
from titer.record.service import Record

Verifier = Callable[[Session], Iterator[str]]
"""Yields a sentence for each fault of something that lies outside the tables, e.g. sealed segments."""

Progress = Callable[[str, int, int], None]
"""Told (what is being looked at, how much of it is done, how much there is)."""

_EVERY = 2000
_NAMED_BY = ("number", "code", "tag", "lot_number", "username", "file_name", "path", "name", "title")


@dataclass
class Verdict:
    """What was checked, and the first thing that does not hold.

    Attributes:
        unsealed: entries that no leaf covers yet; more may be committed while the check runs.
        place: what is being looked at.
        progress: told how far it is.
    """

    holds: bool = True
    first_fault: str | None = None
    entries: int = 0
    root: str = ""
    seconds: float = 0.0
    checked: dict[str, int] = field(default_factory=dict)
    unsealed: int = 0
    place: str = "The database file"
    progress: Progress | None = None

    def tell(self, what: str, done: int, total: int) -> None:
        """Say how far it is, now and then."""
        if self.progress is not None and (done % _EVERY == 0 or done == total):
            self.progress(what, done, total)

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        if not self.holds:
            return f"The record does not hold: {self.first_fault}"
        parts = ", ".join(f"{count:,} {what}" for what, count in self.checked.items())
        return f"The record holds: {parts}; root {self.root[:16]}."


def verify_store(
    record: Record,
    sealer: Sealer,
    extra: Iterable[Verifier] = (),
    *,
    progress: Progress | None = None,
    sealing: bool = True,
) -> Verdict:
    """Check everything that the store holds.

    What is sealed is checked before anything new is sealed, so that verifying never heals a cut tail. What
    cannot be read does not hold: whatever a damaged file or row raises is the fault of the place it is in.

    Args:
        record: the record.
        sealer: knows the ledger's key and its witnesses; it seals what is new, so that nothing is left out.
        extra: verifiers of other layers.
        progress: told how far it is.
        sealing: whether what is new is sealed; else it is replayed only, and no witness hears of it.
    """
    began = time.perf_counter()
    verdict = Verdict(progress=progress)
    try:
        with closing(_faults(record, sealer, verdict, extra, sealing)) as faults:
            verdict.first_fault = next(faults, None)
    except TiterError as error:
        verdict.first_fault = str(error)
    except Exception as error:  # noqa: BLE001  a tampered store may raise anything: a finding, not a crash
        said = str(getattr(error, "orig", None) or error)
        verdict.first_fault = f"{verdict.place} cannot be read: {said} ({type(error).__name__})."
    verdict.holds = verdict.first_fault is None
    verdict.seconds = time.perf_counter() - began
    return verdict


def _faults(
    record: Record, sealer: Sealer, verdict: Verdict, extra: Iterable[Verifier], sealing: bool
) -> Generator[str]:
    verdict.tell("database file", 0, 1)
    with _snapshot(record, sealer) as (session, witnesses):
        yield from (
            f"{record.database.NAME}: {text}" for text in record.database.integrity(session.connection())
        )
        yield from _tree(session, sealer, witnesses, verdict)
        if not verdict.unsealed or not sealing:
            yield from _rest(record, session, verdict, extra)
            return
    sealer.seal()
    with _snapshot(record, sealer) as (session, witnesses):
        yield from _tree(session, sealer, witnesses, verdict)
        yield from _rest(record, session, verdict, extra)


@dataclass(frozen=True)
class _Witnessed:
    """What a witness knew at the instant of the snapshot.

    Args:
        name: whose it is.
        verifiers: its keys.
        last: size and root of the last head that it cosigned.
        notes: all that it cosigned; raises what kept them from being read.
    """

    name: str
    verifiers: list[str]
    last: tuple[int, bytes]
    notes: Callable[[], list[str]]


@contextmanager
def _snapshot(record: Record, sealer: Sealer) -> Iterator[tuple[Session, list[_Witnessed]]]:
    """The tables and the witnesses at one instant, between two seals.

    A witness cosigns before the ledger stores the checkpoint: who reads them one after the other while a hub seals
    sees a witness that is ahead, and takes it for entries that were cut off.
    """
    with ExitStack() as stack:
        with sealer.still():
            session = stack.enter_context(record.reading())
            record.database.begin_snapshot(session.connection())
            witnesses = [
                _Witnessed(one.name, one.verifiers, one.last, _kept(one)) for one in sealer.witnesses
            ]
        yield session, witnesses


def _kept(witness: heads.FileWitness) -> Callable[[], list[str]]:
    try:
        found = witness.notes()
    except (OSError, UnicodeDecodeError) as error:
        fault = error

        def refuse() -> list[str]:
            raise fault

        return refuse
    return lambda: found


def _rest(record: Record, session: Session, verdict: Verdict, extra: Iterable[Verifier]) -> Iterator[str]:
    yield from _replay(session, verdict)
    yield from _outbox(session, verdict)
    yield from _content(record, session, verdict)
    for verifier in extra:
        verdict.place = getattr(verifier, "__name__", "a store outside the tables")
        verdict.tell(verdict.place.replace("_", " "), 0, 1)
        yield from verifier(session)
    verdict.place = "The schema"
    try:
        check_fingerprint(session)
    except IntegrityFault as error:
        yield str(error)


def _tree(session: Session, sealer: Sealer, witnesses: list[_Witnessed], verdict: Verdict) -> Iterator[str]:
    """The entries against the tree, its heads and its witnesses; entries behind the last leaf are counted."""
    verdict.place = "ledger_leaf"
    leaves = session.execute(
        select(LedgerLeaf.leaf_index, LedgerLeaf.entry_seq, LedgerLeaf.leaf_hash).order_by(
            LedgerLeaf.leaf_index
        )
    ).all()
    verdict.place = "ledger_checkpoint"
    checkpoints = {row.tree_size: row for row in session.scalars(select(LedgerCheckpoint))}
    largest = max(checkpoints, default=0)
    witnessed = {row.note for row in checkpoints.values() if row.witnessed}
    verdict.place = "ledger_entry"
    entries = session.execute(
        select(LedgerEntry.seq, LedgerEntry.body).order_by(LedgerEntry.seq).execution_options(yield_per=5000)
    )
    frontier, keys = merkle.Frontier(), Keys(sealer.signer.verifier)
    nodes = {
        (row.level, row.position): row.hash
        for row in session.execute(select(LedgerNode.level, LedgerNode.position, LedgerNode.hash))
    }
    witnessed_size = max((witness.last[0] for witness in witnesses), default=0)
    witness_roots = {witness.last[0]: (witness.name, witness.last[1]) for witness in witnesses}
    position = verdict.unsealed = 0
    for seq, body in entries:
        if position == len(leaves):
            verdict.unsealed += 1
            continue
        name = _name(body, seq)
        if leaves[position].leaf_index != position:
            yield f"ledger_leaf {position} is missing: {name} has no place in the tree."
            return
        if leaves[position].entry_seq != seq:
            yield (
                f"{name} was inserted, removed or moved: ledger_leaf {position} belongs to "
                f"entry {leaves[position].entry_seq}."
            )
            return
        if merkle.leaf_hash(body.encode()) != leaves[position].leaf_hash:
            yield f"{name} was altered: its bytes are not those that ledger_leaf {position} was sealed with."
            return
        for level, place, node in frontier.extend([leaves[position].leaf_hash]):
            if nodes.pop((level, place), None) != node:
                yield f"ledger_node {level}/{place} is not what its leaves give, or is gone."
                return
        if MARK in body:
            keys.fold(json.loads(body))
        position += 1
        verdict.tell("entries against the tree", position, len(leaves))
        head = checkpoints.pop(position, None)
        if head is not None:
            fault = _head(head, position, frontier.root(), keys, sealer)
            if fault:
                yield fault
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
    if largest < position:
        yield (
            f"A checkpoint was removed: ledger_leaf goes to {position:,}, and the last of "
            f"ledger_checkpoint covers {largest:,}."
        )
        return
    if nodes:
        level, place = min(nodes)
        yield f"ledger_node {level}/{place} belongs to no leaves of the tree."
        return
    if witnessed_size > position:
        yield f"Entries were cut off: a witness saw {witnessed_size:,}, there are {position:,}."
        return
    for witness in witnesses:
        verdict.place = f"notes.txt of the witness {witness.name}"
        yield from _notes(witness, witnessed, [leaf.leaf_hash for leaf in leaves])
    verdict.entries, verdict.root = position, frontier.root().hex()
    verdict.checked["entries"] = position


def _notes(witness: _Witnessed, expected: set[str], leaves: list[bytes]) -> Iterator[str]:
    """A witness' own notes against the checkpoints that bear its cosignature.

    A note more than the ledger has is right if its root is: the seal that it belongs to was cut short.
    """
    name = f"notes.txt of the witness {witness.name}"
    left, last = set(expected), (0, merkle.EMPTY_ROOT)
    for number, note in enumerate(witness.notes(), start=1):
        try:
            told = heads.parse(note)
            known = note in expected or (
                0 < told.size <= len(leaves)
                and told.root == merkle.root(leaves[: told.size])
                and any(heads.verify(note, one) for one in witness.verifiers)
            )
        except (IntegrityFault, ValueError, AttributeError, struct.error):
            known = False
        if not known:
            yield (
                f"{name}: note {number} was altered, or belongs to another ledger (or a failure of power cut "
                "it short): no checkpoint of this ledger reads like it."
            )
            return
        left.discard(note)
        last = (told.size, told.root)
    if left:
        size = min(heads.parse(note).size for note in left)
        yield (
            f"{name}: the note over {size:,} entries is gone, though the ledger's checkpoint over them bears "
            "its signature."
        )
    elif last != witness.last:
        yield f"last.json of the witness {witness.name} is not the last note that it signed."


def _head(row: LedgerCheckpoint, size: int, root: bytes, keys: Keys, sealer: Sealer) -> str | None:
    """What is wrong with one checkpoint over entries that are right."""
    name = f"The checkpoint over {size:,} entries"
    cosigners = {one.name: keys.of_witness(one.name) or one.verifiers[:1] for one in sealer.witnesses}
    cosigners.update(keys.witnesses((heads.FileWitness.kind,)))
    try:
        told = heads.parse(row.note)
        if told.size != size or told.root != root:
            return f"{name} states another root than the entries have."
        if not all(heads.verify(row.note, one) for one in keys.ledger()):
            return f"{name} bears no valid signature of the ledger."
        here = {
            name for name, known in cosigners.items() if all(heads.verify(row.note, one) for one in known)
        }
        missing = sorted(set(cosigners) - here)
        if row.witnessed and missing:
            return f"{name} lacks its witness {missing[0]}."
        lines = row.note.rpartition("\n\n")[2].split("\n")
    except (IntegrityFault, ValueError, AttributeError, struct.error) as error:
        return f"{name} cannot be read: {error}."
    signatures = len(keys.ledger()) + sum(len(cosigners[one]) for one in here)
    if len(lines) != signatures + 1 or lines[-1]:
        return f"{name} bears lines that belong to no signature, or more than the {signatures} it should."
    if bool(cosigners) and not missing and not row.witnessed:
        return f"{name} is called unwitnessed, though it bears the signatures of its witnesses."
    if heads.clock_extension(row.sealed_at) not in told.extensions:
        return f"{name} was sealed at another time than its row says."
    return None


def _replay(session: Session, verdict: Verdict) -> Iterator[str]:
    """Fold the entries: each before-image is the last after-image, and the tables equal the fold."""
    verdict.place = "ledger_entry"
    state: dict[tuple[str, str], tuple[int, str, int]] = {}
    bodies = session.execute(
        select(LedgerEntry.seq, LedgerEntry.body).order_by(LedgerEntry.seq).execution_options(yield_per=5000)
    )
    for count, (seq, body) in enumerate(bodies, start=1):
        entry = json.loads(body)
        key = (entry["record_type"], entry["record_id"])
        version, image, _ = state.get(key, (0, "null", 0))
        if _exact(entry["before"]) != image or entry["version"] != version + 1:
            yield f"{_name(body, seq)} does not follow from the entry before it."
            return
        state[key] = (entry["version"], _exact(entry["after"]), seq)
        verdict.tell("changes, one by one", count, verdict.entries)
    rows = 0
    for table in regulated_tables():
        verdict.place = f"Table {table.name}"
        connection = session.connection()
        actual = database.of(connection).images(connection, table)
        for record_id, image_text in actual.items():
            rows += 1
            known = state.pop((table.name, record_id), None)
            if known is None or known[1] == "null":
                yield (
                    f"{_called(table.name, record_id, json.loads(image_text))} has no entry: it was written "
                    "past the ledger."
                )
                return
            image = json.loads(image_text)
            if known[1] != _exact(image):
                told = json.loads(known[1])
                changed = sorted(
                    name
                    for name in set(image) | set(told)
                    if _exact(image.get(name)) != _exact(told.get(name)) or (name in image) != (name in told)
                )
                yield (
                    f"{_called(table.name, record_id, told)} was changed past the ledger: "
                    f"{', '.join(changed)} {'is' if len(changed) == 1 else 'are'} not what version {known[0]} "
                    f"says ({_by(session, known[2])})."
                )
                return
    left = next((key for key, (_, image, _) in state.items() if image != "null"), None)
    if left is not None:
        told = json.loads(state[left][1])
        yield (
            f"{_called(*left, told)} is gone from its table, and no entry says that it was deleted; version "
            f"{state[left][0]} was {_by(session, state[left][2])}."
        )
        return
    verdict.checked["records"] = rows


def _outbox(session: Session, verdict: Verdict) -> Iterator[str]:
    """Messages: numbered without a gap, each about a record that the ledger knows. Their text is not covered."""
    verdict.place = "record_outbox"
    expected = 1
    rows = session.execute(
        select(
            OutboxEvent.position,
            OutboxEvent.topic,
            OutboxEvent.record_type,
            OutboxEvent.record_id,
            LedgerEntry.seq,
        )
        .outerjoin(LedgerEntry, LedgerEntry.seq == OutboxEvent.entry_seq)
        .order_by(OutboxEvent.position)
    )
    subjects: set[tuple[str, str]] = set()
    for row in rows:
        if row.position != expected:
            yield f"record_outbox: message {expected} is gone, or was given another number."
            return
        if row.seq is None:
            yield f"record_outbox: message {row.position} ({row.topic}) follows from no entry of the ledger."
            return
        expected += 1
        subjects.add((row.record_type, row.record_id))
    entered = set(session.execute(select(LedgerEntry.record_type, LedgerEntry.record_id).distinct()).all())
    strange = sorted(subjects - {tuple(one) for one in entered})
    if strange:
        yield f"record_outbox: a message is about {strange[0][0]} {strange[0][1]}, which the ledger does not know."


def _exact(image: object) -> str:
    """An image as text, so that 1, 1.0 and true are three different things."""
    return json.dumps(image, sort_keys=True)


def _content(record: Record, session: Session, verdict: Verdict) -> Iterator[str]:
    count = 0
    verdict.place = "The content store"
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
        image = entry["after"] or entry["before"] or {}
        called = _called(entry["record_type"], entry["record_id"], image)
        return f"Entry {seq} ({called}, version {entry['version']}, {_said(entry)})"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"Entry {seq}"


def _called(record_type: str, record_id: str, image: dict[str, object]) -> str:
    """A record by the name that people know it by: its number, code or title, then type and id."""
    known = (image.get(field) for field in _NAMED_BY)
    name = next((value for value in known if isinstance(value, str) and value), "")
    return f"{record_type} {record_id}" + (f" ({name[:80]})" if name else "")


def _by(session: Session, seq: int) -> str:
    body = session.scalar(select(LedgerEntry.body).where(LedgerEntry.seq == seq))
    return _said(json.loads(body)) if body else "of an entry that is gone"


def _said(entry: dict[str, Any]) -> str:
    """Who wrote an entry, and when."""
    return f"entered by {entry['actor']['name']} at {entry['time']}"
