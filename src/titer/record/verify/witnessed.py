"""What witnesses keep, and answered later, against the heads that the tree has."""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault
from titer.record import chain, merkle, tree
from titer.record import checkpoint as heads
from titer.record.keys import Keys
from titer.record.ledger_model import LedgerCosignature
from titer.record.model import LedgerCheckpoint, LedgerLeaf
from titer.record.sealer import Sealer
from titer.record.verify.chained import streamed
from titer.record.verify.verdict import Verdict

MALFORMED = (IntegrityFault, ValueError, AttributeError, struct.error)
"""What reading a damaged note raises."""


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
    notes: Callable[[], Iterator[str]]


def answers_faults(session: Session, sealer: Sealer, keys: Keys, verdict: Verdict) -> Iterator[str]:
    """What witnesses answered later, against the heads that it is about."""
    verdict.place = "ledger_cosignature"
    remote = {one.name: one for one in sealer.remote}
    known: dict[tuple[str, str], list[str]] = {}
    for key in (*keys.active.values(), *keys.retired.values()):
        known.setdefault((key.name, key.kind), []).append(key.verifier)
    number, unchecked = 0, dict[str, int]()
    rows = (
        select(
            LedgerCosignature.witness,
            LedgerCosignature.tree_size,
            LedgerCosignature.kind,
            LedgerCosignature.answer,
            LedgerCheckpoint.note,
        )
        .outerjoin(LedgerCheckpoint, LedgerCheckpoint.tree_size == LedgerCosignature.tree_size)
        .order_by(LedgerCosignature.tree_size, LedgerCosignature.witness)
    )
    for row in streamed(session, rows):
        name = f"ledger_cosignature of {row.witness} over {row.tree_size:,} entries"
        if row.note is None:
            yield f"{name} belongs to no checkpoint."
            return
        text = heads.note_text(row.note)
        lines, of_it = row.answer.split("\n"), known.get((row.witness, row.kind), [])
        authority = remote.get(row.witness)
        try:
            if row.kind != "timestamp":
                good = lines[-1] == "" and len(lines) > 1
                good = good and all(
                    any(heads.verify(f"{text}\n{line}\n", one) for one in of_it) for line in lines[:-1]
                )
            elif authority is None and of_it:
                unchecked[row.witness] = unchecked.get(row.witness, 0) + 1
                continue
            else:
                good = (
                    authority is not None
                    and authority.kind == row.kind
                    and bool(of_it or not keys.logged)
                    and authority.holds(f"{text}\n", row.answer, [])
                )
        except MALFORMED:
            good = False
        if not good:
            yield f"{name} was altered, or is of a key that was not entered."
            return
        number += 1
    for authority_name, count in unchecked.items():
        verdict.remarks.append(
            f"{count:,} time stamps of {authority_name} were not checked: its certificate is not configured any more."
        )
    if number:
        verdict.checked["later answers of witnesses"] = number


@dataclass
class _Own:
    """A checkpoint of the ledger, beside a witness' notes.

    Attributes:
        size: how many entries it covers.
        text: its signed text.
        lines: all signature lines that the ledger has of it.
        awaited: whether it bears one of the witness, whose note is not met yet.
    """

    size: int
    text: str
    lines: set[str]
    awaited: bool


def _own(session: Session, witness: str, mark: str) -> Iterator[_Own]:
    """The ledger's checkpoints in their order, each with what the witness answered later."""
    rows = (
        select(LedgerCheckpoint.tree_size, LedgerCheckpoint.note, LedgerCosignature.answer)
        .outerjoin(
            LedgerCosignature,
            and_(
                LedgerCosignature.tree_size == LedgerCheckpoint.tree_size,
                LedgerCosignature.witness == witness,
            ),
        )
        .order_by(LedgerCheckpoint.tree_size)
    )
    for size, note, answer in streamed(session, rows):
        text = heads.note_text(note)
        lines = {*note[len(text) + 1 :].split("\n"), *(answer or "").split("\n")} - {""}
        yield _Own(size, text, lines, any(line.startswith(mark) for line in lines))


def notes_faults(session: Session, witness: Witnessed, size: int, ledger: Sequence[str]) -> Iterator[str]:
    """A witness' own notes against the checkpoints that bear its cosignature, both in their order.

    A note more than the ledger has is right if its root is, it follows on a checkpoint of the ledger, and every line
    of it is a signature of a key that the ledger or the witness had: the seal that it belongs to was cut short.
    """
    name, mark = f"notes.txt of the witness {witness.name}", f"\u2014 {witness.name} "
    last, coming = (0, merkle.EMPTY_ROOT), _own(session, witness.name, mark)
    own = next(coming, None)
    for number, note in enumerate(witness.notes(), start=1):
        try:
            told, text = heads.parse(note), heads.note_text(note)
            while own is not None and own.size < told.size and not own.awaited:
                own = next(coming, None)
            if own is not None and own.awaited and own.size < told.size:
                break
            if own is not None and own.text == text:
                if not _has(note, text, mark, own):
                    yield (
                        f"The checkpoint over {own.size:,} entries lacks a signature that note {number} in {name} "
                        "bears: it was taken off the checkpoint, or the note was altered."
                    )
                    return
                own.awaited, known = False, True
            else:
                known = _cut_short(session, witness, note, told, size, ledger)
        except MALFORMED:
            known = False
        if not known:
            yield (
                f"{name}: note {number} was altered, or belongs to another ledger (or a failure of power cut "
                "it short): no checkpoint of this ledger reads like it."
            )
            return
        last = (told.size, told.root)
    while own is not None and not own.awaited:
        own = next(coming, None)
    if own is not None:
        yield (
            f"{name}: the note over {own.size:,} entries is gone, though the ledger's checkpoint over them bears "
            "its signature."
        )
    elif last != witness.last:
        yield f"last.json of the witness {witness.name} is not the last note that it signed."


def parting(session: Session, witness: Witnessed, size: int) -> str:
    """Among which entries of this ledger is the first that is not as a witness saw it; empty if it saw no other.

    Where it saw more entries than there are, and none that differs: up to which one they are as it saw them.

    Each of its notes states a root: up to one that the stored tree has too both ledgers are one.

    Args:
        session: on the snapshot, whose tree is right in itself as far as `size`.
        witness: whose heads are looked at, as far as they are over no more entries than there are.
        size: how many leaves there are.
    """

    def differs(seen: tuple[int, bytes]) -> bool:
        return ours.root(seen[0]) != seen[1]

    ours, saw = tree.stored(session, size), list[tuple[int, bytes]]()
    try:
        for note in witness.notes():
            told = heads.parse(note)
            if told.size <= size and any(heads.verify(note, one) for one in witness.verifiers):
                saw.append((told.size, told.root))
    except (OSError, *MALFORMED):
        saw.clear()
    if witness.last[0] <= size and witness.last not in saw[-1:]:
        saw.append(witness.last)
    first = bisect_left(saw, True, key=differs)
    alike = saw[first - 1][0] if first else 0
    if first == len(saw):
        last = session.scalar(select(LedgerLeaf.entry_seq).where(LedgerLeaf.leaf_index == alike - 1))
        more = last is not None and witness.last[0] > size
        return f"all are as it saw them up to the entry {last}" if more else ""
    other = saw[first][0]
    at = select(LedgerLeaf.entry_seq).where(LedgerLeaf.leaf_index.in_((alike, other - 1)))
    ends = session.scalars(at.order_by(LedgerLeaf.leaf_index)).all()
    return f"the first that differs is among the entries {ends[0]} to {ends[-1]} of this one"


def _cut_short(
    session: Session, witness: Witnessed, note: str, told: heads.Head, size: int, ledger: Sequence[str]
) -> bool:
    """Whether a note is of a seal that was cut short: everything about it is right, and the ledger lacks it."""
    before = chain.before(told.extensions)
    if before is None:
        return False
    number = session.scalar(select(LedgerCheckpoint.number).where(LedgerCheckpoint.tree_size == before.size))
    return (
        before.count == (0 if number is None else number + 1)
        and 0 < told.size <= size
        and told.root == tree.stored(session, size).root(told.size)
        and any(heads.verify(note, one) for one in witness.verifiers)
        and _signed_throughout(note, [*ledger, *witness.verifiers])
    )


def _signed_throughout(note: str, verifiers: Sequence[str]) -> bool:
    """Whether each line below the text of the note is a valid signature of one of the keys, and nothing else."""
    text = heads.note_text(note)
    lines = note[len(text) + 1 :].split("\n")
    return lines[-1] == "" and all(
        any(heads.verify(f"{text}\n{line}\n", one) for one in verifiers) for line in lines[:-1]
    )


def _has(note: str, text: str, mark: str, own: _Own) -> bool:
    """Whether the ledger's checkpoint has every line of a witness' note over it."""
    lines = note[len(text) + 1 :].split("\n")
    return (
        lines[-1] == ""
        and len(lines) > 1
        and all(line in own.lines for line in lines[:-1])
        and any(line.startswith(mark) for line in lines)
    )
