"""What witnesses keep, and answered later, against the heads that the tree has."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault
from titer.record import checkpoint as heads
from titer.record import merkle, tree
from titer.record.keys import Keys
from titer.record.ledger_model import LedgerCosignature
from titer.record.sealer import Sealer
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


def answers_faults(
    session: Session, sealer: Sealer, keys: Keys, found: Found, verdict: Verdict
) -> Iterator[str]:
    """What witnesses answered later, against the heads that it is about."""
    verdict.place = "ledger_cosignature"
    texts = {heads.parse(f"{text}\n").size: text for text in found.lines}
    remote = {one.name: one for one in sealer.remote}
    known: dict[tuple[str, str], list[str]] = {}
    for key in (*keys.active.values(), *keys.retired.values()):
        known.setdefault((key.name, key.kind), []).append(key.verifier)
    number, unchecked = 0, dict[str, int]()
    for row in session.scalars(select(LedgerCosignature).order_by(LedgerCosignature.tree_size)):
        name = f"ledger_cosignature of {row.witness} over {row.tree_size:,} entries"
        text = texts.get(row.tree_size)
        if text is None:
            yield f"{name} belongs to no checkpoint."
            return
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
        found.lines[text].update(lines[:-1] if row.kind != "timestamp" else ())
        number += 1
    for authority_name, count in unchecked.items():
        verdict.remarks.append(
            f"{count:,} time stamps of {authority_name} were not checked: its certificate is not configured any more."
        )
    if number:
        verdict.checked["later answers of witnesses"] = number


def notes_faults(
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
        except MALFORMED:
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
