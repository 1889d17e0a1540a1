"""The first depth: entries against the tree, its heads, its keys and its witnesses."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault
from titer.record import checkpoint as heads
from titer.record import database, merkle, timekeeping, tree
from titer.record.keys import LEDGER, MARK, WITNESS, Keys
from titer.record.ledger_model import LedgerCosignature, LedgerNode
from titer.record.model import LedgerCheckpoint
from titer.record.sealer import Sealer
from titer.record.timekeeping import TimeState
from titer.record.verify.verdict import ENTRIES, Verdict, name_of

_MARK = MARK.encode()
_MALFORMED = (IntegrityFault, ValueError, AttributeError, struct.error)


@dataclass(frozen=True)
class Witnessed:
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


@dataclass
class Found:
    """What the first depth hands on.

    Attributes:
        sealed: size of the tree and time of each head, in order.
        lines: by signed text of a head, all signature lines that the ledger has of it.
    """

    sealed: list[tuple[int, datetime]] = field(default_factory=list)
    lines: dict[str, set[str]] = field(default_factory=dict)


def check_tree(
    session: Session, sealer: Sealer, witnesses: Sequence[Witnessed], verdict: Verdict, found: Found
) -> Iterator[str]:
    """The entries against the tree, its heads and its witnesses; entries behind the last leaf are counted."""
    kind = database.of(session.connection())
    verdict.place = "ledger_checkpoint"
    checkpoints = {row.tree_size: row for row in session.scalars(select(LedgerCheckpoint))}
    verdict.place = "ledger_node"
    nodes = {
        (level, place): node
        for level, place, node in session.execute(
            select(LedgerNode.level, LedgerNode.position, LedgerNode.hash)
        )
    }
    verdict.place = "ledger_leaf"
    count = tree.size(session)
    leaves = _Leaves(kind.rows(session.connection(), _LEAVES))
    last_seen = {witness.last[0]: witness for witness in witnesses}
    walk = _Walk(sealer, Keys(sealer.signer.verifier), nodes, checkpoints, last_seen, found)
    for rows in kind.rows(session.connection(), ENTRIES.format(body=kind.RAW_BODY)):
        verdict.place = "ledger_leaf"
        stored = leaves.take(len(rows))
        verdict.place = "ledger_entry"
        sealed = rows[: len(stored)]
        verdict.unsealed += len(rows) - len(stored)
        hashes = [sha256(b"\x00" + body).digest() for _, body in sealed]
        expected = [
            (walk.position + place, row[0], leaf)
            for place, (row, leaf) in enumerate(zip(sealed, hashes, strict=True))
        ]
        if expected != stored:
            yield _difference(walk.position, sealed, expected, stored)
            return
        yield from walk.on([body for _, body in sealed], hashes)
        if walk.failed:
            return
        verdict.tell("entries against the tree", walk.position, count)
    yield from walk.end(leaves, max((witness.last[0] for witness in witnesses), default=0))
    if walk.failed:
        return
    yield from _answers(session, sealer, walk.keys, found, verdict)
    for witness in witnesses:
        verdict.place = f"notes.txt of the witness {witness.name}"
        yield from _notes(session, witness, walk.position, walk.keys.ever_of_ledger(), found)
    verdict.entries, verdict.root = walk.position, walk.frontier.root().hex()
    verdict.checked["entries"] = walk.position
    verdict.remarks += walk.remarks


_LEAVES = "SELECT leaf_index, entry_seq, leaf_hash FROM ledger_leaf ORDER BY leaf_index"


class _Leaves:
    """The stored leaves, as many at a time as there are entries."""

    def __init__(self, chunks: Iterator[list[tuple[Any, ...]]]) -> None:
        self._chunks = chunks
        self._left: list[tuple[Any, ...]] = []
        self.taken = 0

    def take(self, count: int) -> list[tuple[Any, ...]]:
        """The next ones; fewer where there are no more."""
        while len(self._left) < count:
            more = next(self._chunks, None)
            if more is None:
                break
            self._left += more
        found, self._left = self._left[:count], self._left[count:]
        self.taken += len(found)
        return found

    def total(self) -> int:
        """How many there are in all; the rest is read for it."""
        return self.taken + len(self._left) + sum(len(chunk) for chunk in self._chunks)


def _difference(
    position: int,
    rows: Sequence[tuple[Any, ...]],
    expected: Sequence[tuple[int, int, bytes]],
    stored: Sequence[tuple[Any, ...]],
) -> str:
    """The first entry that is not the one of its leaf."""
    place = next(
        number for number, pair in enumerate(zip(expected, stored, strict=True)) if pair[0] != pair[1]
    )
    index, seq, _ = expected[place]
    found = stored[place]
    name = name_of(rows[place][1], seq)
    if found[0] != index:
        return f"ledger_leaf {index} is missing: {name} has no place in the tree."
    if found[1] != seq:
        return f"{name} was inserted, removed or moved: ledger_leaf {index} belongs to entry {found[1]}."
    return f"{name} was altered: its bytes are not those that ledger_leaf {index} was sealed with."


class _Walk:
    """Goes along the leaves, and looks at each head when the tree has its size."""

    def __init__(
        self,
        sealer: Sealer,
        keys: Keys,
        nodes: dict[tuple[int, int], bytes],
        checkpoints: dict[int, LedgerCheckpoint],
        last_seen: dict[int, Witnessed],
        found: Found,
    ) -> None:
        self.frontier = merkle.Frontier()
        self.keys = keys
        self.failed = False
        self.remarks: list[str] = []
        self._sealer = sealer
        self._nodes = nodes
        self._checkpoints = checkpoints
        self._last_seen = last_seen
        self._found = found
        self._stops = sorted({*checkpoints, *last_seen} - {0}, reverse=True)
        self._largest = max(checkpoints, default=0)
        self._clock: TimeState | None = None

    @property
    def position(self) -> int:
        """How many leaves were looked at."""
        return self.frontier.size

    def on(self, bodies: Sequence[bytes], leaves: Sequence[bytes]) -> Iterator[str]:
        """Take more leaves."""
        start, begin = self.position, 0
        marked = [place for place, body in enumerate(bodies) if _MARK in body]
        while begin < len(leaves):
            end = len(leaves)
            if self._stops and self._stops[-1] - start <= end:
                end = self._stops.pop() - start
            for level, place, node in self.frontier.extend(leaves[begin:end]):
                if self._nodes.pop((level, place), None) != node:
                    self.failed = True
                    yield f"ledger_node {level}/{place} is not what its leaves give, or is gone."
                    return
            for place in marked:
                if begin <= place < end:
                    yield from self._key(json.loads(bodies[place]), start + place)
            begin = end
            fault = self._stop()
            if fault is not None or self.failed:
                self.failed = True
                if fault is not None:
                    yield fault
                return

    def _key(self, entry: dict[str, Any], place: int) -> Iterator[str]:
        """A key that counts from here on must be one that this installation, or its witness, has."""
        if not self.keys.fold(entry) or entry["before"] is not None:
            return
        image = entry["after"]
        own = {
            LEDGER: lambda: self._sealer.has_key(image["verifier"], first=self._first(image["verifier"])),
            WITNESS: lambda: self._sealer.knows_witness_key(image["name"], image["verifier"]),
        }
        if not own[image["role"]]():
            self.failed = True
            yield (
                f"The key {image['verifier'].split('+')[1]} of {image['name']} was entered at ledger_leaf {place}, "
                "and is none that this installation has."
            )

    def _first(self, verifier: str) -> bool:
        every = [*self.keys.active.values(), *self.keys.retired.values()]
        return [key.verifier for key in every if key.role == LEDGER] == [verifier]

    def _stop(self) -> str | None:
        """What is wrong with the head, or with what a witness saw, at this size."""
        size, root = self.position, self.frontier.root()
        row = self._checkpoints.pop(size, None)
        if row is not None:
            fault = head_fault(row, size, root, self.keys, self._sealer)
            if fault is not None:
                return fault
            self._note(row)
        witness = self._last_seen.get(size)
        if witness is not None and witness.last[1] != root:
            return f"The witness {witness.name} saw another ledger of {size:,} entries."
        return None

    def _note(self, row: LedgerCheckpoint) -> None:
        text, lines = heads.note_text(row.note), row.note.rpartition("\n\n")[2].split("\n")[:-1]
        self._found.lines[text] = set(lines)
        self._found.sealed.append((row.tree_size, row.sealed_at))
        clock = timekeeping.read(heads.parse(row.note).extensions)
        moved = timekeeping.step_us(self._clock, clock)
        if moved:
            self.remarks.append(
                f"The wall clock was set by {moved / 1e6:+.1f} s before the checkpoint over "
                f"{row.tree_size:,} entries."
            )
        self._clock = clock or self._clock

    def end(self, leaves: _Leaves, witnessed: int) -> Iterator[str]:
        """What is left over when there are no more entries."""
        position, total = self.position, leaves.total()
        said = None
        if position < total:
            said = f"Entries were removed: the tree has {total:,} leaves, the ledger {position:,} entries."
        elif self._checkpoints:
            largest = max(self._checkpoints)
            said = f"Entries were cut off: a checkpoint covers {largest:,}, there are {position:,}."
        elif self._largest < position:
            said = (
                f"A checkpoint was removed: ledger_leaf goes to {position:,}, and the last of "
                f"ledger_checkpoint covers {self._largest:,}."
            )
        elif self._nodes:
            level, place = min(self._nodes)
            said = f"ledger_node {level}/{place} belongs to no leaves of the tree."
        elif witnessed > position:
            said = f"Entries were cut off: a witness saw {witnessed:,}, there are {position:,}."
        if said is not None:
            self.failed = True
            yield said


def head_fault(row: LedgerCheckpoint, size: int, root: bytes, keys: Keys, sealer: Sealer) -> str | None:
    """What is wrong with one checkpoint over entries that are right."""
    name = f"The checkpoint over {size:,} entries"
    cosigners = keys.witnesses((heads.FileWitness.kind,))
    if not keys.logged:
        cosigners = {one.name: one.verifiers[:1] for one in sealer.witnesses}
    try:
        told = heads.parse(row.note)
        if told.size != size or told.root != root:
            return f"{name} states another root than the entries have."
        if not all(heads.verify(row.note, one) for one in keys.ledger()):
            return f"{name} bears no valid signature of the ledger."
        here = {one for one, known in cosigners.items() if all(heads.verify(row.note, key) for key in known)}
        missing = sorted(set(cosigners) - here)
        if row.witnessed and missing:
            return f"{name} lacks its witness {missing[0]}."
        lines = row.note.rpartition("\n\n")[2].split("\n")
    except _MALFORMED as error:
        return f"{name} cannot be read: {error}."
    signatures = len(keys.ledger()) + sum(len(cosigners[one]) for one in here)
    if len(lines) != signatures + 1 or lines[-1]:
        return f"{name} bears lines that belong to no signature, or more than the {signatures} it should."
    if bool(cosigners) and not missing and not row.witnessed:
        return f"{name} is called unwitnessed, though it bears the signatures of its witnesses."
    if heads.clock_extension(row.sealed_at) not in told.extensions:
        return f"{name} was sealed at another time than its row says."
    return None


def _answers(session: Session, sealer: Sealer, keys: Keys, found: Found, verdict: Verdict) -> Iterator[str]:
    """What witnesses answered later, against the heads that it is about."""
    verdict.place = "ledger_cosignature"
    texts = {heads.parse(f"{text}\n").size: text for text in found.lines}
    remote = {one.name: one for one in sealer.remote}
    known: dict[str, list[str]] = {}
    for key in (*keys.active.values(), *keys.retired.values()):
        known.setdefault(key.name, []).append(key.verifier)
    number = 0
    for row in session.scalars(select(LedgerCosignature).order_by(LedgerCosignature.tree_size)):
        name = f"ledger_cosignature of {row.witness} over {row.tree_size:,} entries"
        text = texts.get(row.tree_size)
        if text is None:
            yield f"{name} belongs to no checkpoint."
            return
        lines = row.answer.split("\n")
        try:
            if row.kind == "timestamp":
                good = row.witness not in remote or remote[row.witness].holds(f"{text}\n", row.answer, [])
            else:
                good = lines[-1] == "" and all(
                    any(heads.verify(f"{text}\n{line}\n", one) for one in known.get(row.witness, ()))
                    for line in lines[:-1]
                )
        except _MALFORMED:
            good = False
        if not good:
            yield f"{name} was altered, or is of a key that was not entered."
            return
        found.lines[text].update(lines[:-1] if row.kind != "timestamp" else ())
        number += 1
    if number:
        verdict.checked["later answers of witnesses"] = number


def _notes(
    session: Session, witness: Witnessed, size: int, ledger: Sequence[str], found: Found
) -> Iterator[str]:
    """A witness' own notes against the checkpoints that bear its cosignature.

    A note more than the ledger has is right if its root is, and every line of it a signature of a key that the
    ledger or the witness had: the seal that it belongs to was cut short.
    """
    name, own = f"notes.txt of the witness {witness.name}", f"\u2014 {witness.name} "
    left = {text for text, lines in found.lines.items() if any(line.startswith(own) for line in lines)}
    last = (0, merkle.EMPTY_ROOT)
    for number, note in enumerate(witness.notes(), start=1):
        try:
            told = heads.parse(note)
            known = _is_of(note, own, found) or (
                0 < told.size <= size
                and told.root == tree.stored(session, size).root(told.size)
                and any(heads.verify(note, one) for one in witness.verifiers)
                and _signed_throughout(note, [*ledger, *witness.verifiers])
            )
        except _MALFORMED:
            known = False
        if not known:
            yield (
                f"{name}: note {number} was altered, or belongs to another ledger (or a failure of power cut "
                "it short): no checkpoint of this ledger reads like it."
            )
            return
        left.discard(heads.note_text(note))
        last = (told.size, told.root)
    if left:
        size = min(heads.parse(f"{text}\n").size for text in left)
        yield (
            f"{name}: the note over {size:,} entries is gone, though the ledger's checkpoint over them bears "
            "its signature."
        )
    elif last != witness.last:
        yield f"last.json of the witness {witness.name} is not the last note that it signed."


def _signed_throughout(note: str, verifiers: Sequence[str]) -> bool:
    """Whether each line below the text of the note is a valid signature of one of the keys, and nothing else."""
    text = heads.note_text(note)
    lines = note[len(text) + 1 :].split("\n")
    return lines[-1] == "" and all(
        any(heads.verify(f"{text}\n{line}\n", one) for one in verifiers) for line in lines[:-1]
    )


def _is_of(note: str, own: str, found: Found) -> bool:
    """Whether a witness' note is one of the ledger's checkpoints with lines that the ledger has too."""
    text = heads.note_text(note)
    lines = note[len(text) + 1 :].split("\n")
    known = found.lines.get(text)
    return (
        known is not None
        and lines[-1] == ""
        and len(lines) > 1
        and all(line in known for line in lines[:-1])
        and any(line.startswith(own) for line in lines)
    )
