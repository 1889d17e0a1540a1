"""The first depth: entries against the tree, its heads, its keys and its witnesses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.record import database, tally, tree
from titer.record.keys import MARK, WITNESS, Keys
from titer.record.model import LedgerEntry
from titer.record.sealer import Sealer
from titer.record.sealer.past import entered_policy
from titer.record.sealer.tail import BEHIND
from titer.record.verify import beside
from titer.record.verify.leaves import TILE
from titer.record.verify.verdict import ENTRIES, Verdict, name_of, strange
from titer.record.verify.walk import Walk
from titer.record.verify.witnessed import Witnessed, answers_faults, notes_faults

_MARK = MARK.encode()
_RETIRE = "titer ledger retire --reason"
_NODES = "SELECT level, position, hash FROM ledger_node"
_LEAVES = "SELECT leaf_index, entry_seq, leaf_hash FROM ledger_leaf ORDER BY leaf_index"
_TILE = "SELECT leaf_hash FROM ledger_leaf WHERE leaf_index >= ? AND leaf_index < ? ORDER BY leaf_index"


def check_tree(
    session: Session,
    sealer: Sealer,
    witnesses: Sequence[Witnessed],
    verdict: Verdict,
    *,
    configured: bool = True,
) -> Iterator[str]:
    """The entries against the tree, its heads and its witnesses; entries behind the last leaf are counted.

    Args:
        session: on the snapshot.
        sealer: knows the keys.
        witnesses: what they knew at its instant.
        verdict: is told what was checked.
        configured: whether a witness that is configured no longer is a fault; else a remark, as for a copy on trial,
            which asks none that is in use.
    """

    def begin() -> Walk:
        verdict.place = "ledger_node"
        read = database.of(session.connection()).rows(session.connection(), _NODES)
        nodes = {(level, place): node for rows in read for level, place, node in rows}
        verdict.place = "ledger_checkpoint"
        return Walk(session, sealer, Keys(sealer.signer.verifier), nodes, witnesses)

    witnessed = max((witness.last[0] for witness in witnesses), default=0)
    walk = _on_two(session, begin, verdict, witnessed)
    if walk is None:
        walk = begin()
        yield from _in_one_go(session, walk, verdict, witnessed)
        if walk.failed:
            return
    if verdict.unsealed:
        verdict.place = "ledger_entry"
        fault = _tail_fault(session, sealer)
        if fault is not None:
            yield fault
            return
    yield from answers_faults(session, sealer, walk.keys, verdict)
    for witness in witnesses:
        verdict.place = f"notes.txt of the witness {witness.name}"
        yield from notes_faults(session, witness, walk.position, walk.keys.ever_of_ledger())
    verdict.entries, verdict.root = walk.position, walk.frontier.root().hex()
    verdict.checked["entries"] = walk.position
    verdict.remarks += walk.remarks
    verdict.place = "titer.yaml"
    gone = _gone(session, walk.keys, sealer)
    if configured:
        yield from gone
    else:
        verdict.remarks += gone


def _gone(session: Session, keys: Keys, sealer: Sealer) -> Iterator[str]:
    """Witnesses that the ledger has and the configuration does not: who takes one away could roll back behind it."""
    names = dict.fromkeys(key.name for key in keys.active.values() if key.role == WITNESS)
    for name in names:
        if name not in sealer.standing:
            yield (
                f"The witness {name} vouches for this ledger, and is not configured any more (titer.yaml), so what "
                f"it saw was not asked for. Put it back; if somebody decided that, have it entered: {_RETIRE}."
            )
            return
    entered = entered_policy(session)
    less = sealer.configured.lacks(entered.policy or sealer.configured)
    if less:
        yield (
            f"titer.yaml asks for less than the ledger (record_witness_policy {entered.id}): {less}. Put it back; "
            f"if somebody decided that, have it entered: {_RETIRE}."
        )


def _tail_fault(session: Session, sealer: Sealer) -> str | None:
    """The first entry behind the last leaf that no action vouches for; what is sealed was asked before it was."""
    kind, last = database.of(session.connection()), tree.last_leaf(session)
    statement = BEHIND.format(body=kind.RAW_BODY, last=last.entry_seq if last is not None else 0)
    rows = [row for chunk in kind.rows(session.connection(), statement) for row in chunk]
    leaves = [sha256(b"\x00" + body).digest() for _, body in rows]
    seq = tally.unvouched(session, sealer.record.key, rows, leaves) if rows else None
    return strange(session, seq) if seq is not None else None


def _in_one_go(session: Session, walk: Walk, verdict: Verdict, witnessed: int) -> Iterator[str]:
    """All entries in their order, up to the first that is not the one of its leaf."""
    kind = database.of(session.connection())
    verdict.place = "ledger_leaf"
    count = tree.size(session)
    leaves = _Leaves(kind.rows(session.connection(), _LEAVES))
    for rows in kind.rows(session.connection(), ENTRIES.format(body=kind.RAW_BODY)):
        verdict.place = "ledger_leaf"
        stored = leaves.take(len(rows))
        verdict.place = "ledger_entry"
        sealed, start = rows[: len(stored)], walk.position
        verdict.unsealed += len(rows) - len(stored)
        hashes = [sha256(b"\x00" + body).digest() for _, body in sealed]
        expected = [
            (place, row[0], leaf)
            for place, (row, leaf) in enumerate(zip(sealed, hashes, strict=True), start=start)
        ]
        if expected != stored:
            walk.failed = True
            yield _difference(start, sealed, expected, stored)
            return
        marked = [(place, row[1]) for place, row in enumerate(sealed, start=start) if _MARK in row[1]]
        yield from walk.on(hashes, marked)
        if walk.failed:
            return
        verdict.tell("entries against the tree", walk.position, count)
    yield from walk.end(leaves.total(), witnessed)


def _on_two(session: Session, begin: Callable[[], Walk], verdict: Verdict, witnessed: int) -> Walk | None:
    """The walk over a large ledger with two processors, if everything is right; else None, and nothing is told."""
    verdict.place = "ledger_leaf"
    count = tree.size(session)
    stretches = beside.stretches(session, count)
    if stretches is None:
        return None

    def leaves_of(index: int) -> Sequence[bytes]:
        return session.connection().exec_driver_sql(_TILE, (index, index + TILE)).scalars().all()

    walk = begin()
    with closing(stretches):
        for stretch in stretches:
            if stretch is None or next(walk.over(stretch, leaves_of), None) is not None:
                return None
            verdict.tell("entries against the tree", walk.position, count)
    if next(walk.end(count, witnessed), None) is not None:
        return None
    last = tree.last_leaf(session)
    behind = LedgerEntry.seq > (last.entry_seq if last is not None else 0)
    verdict.unsealed += session.scalar(select(func.count()).select_from(LedgerEntry).where(behind)) or 0
    return walk


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
