"""Each checkpoint against what the next one says of it, along the ledger; nothing is held but a right edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, select
from sqlalchemy.orm import Session

from titer.record import chain, merkle
from titer.record.checkpoint import Head
from titer.record.ledger_model import LedgerCosignature
from titer.record.model import LedgerCheckpoint
from titer.record.sealer.past import nodes_of_notes

AT_A_TIME = 100
"""Rows that are read at a time."""


Checkpoint = Row[int, int, str, datetime, bool]
"""tree_size, number, note, sealed_at, witnessed."""


_OPEN = "streamed"


def streamed(session: Session, query: Executable, at_a_time: int = AT_A_TIME) -> Iterator[Any]:
    """The rows of a query, some at a time; `close_streams` ends those that nobody read to the end."""
    result = session.execute(query.execution_options(yield_per=at_a_time))
    session.info.setdefault(_OPEN, []).append(result)
    return iter(result)


def close_streams(session: Session) -> None:
    """Close what was streamed: a cursor of the server's is not left to the garbage collection."""
    for result in session.info.pop(_OPEN, []):
        result.close()


def checkpoints(session: Session) -> Iterator[Checkpoint]:
    """All of them, in the order of their sizes."""
    query = select(
        LedgerCheckpoint.tree_size,
        LedgerCheckpoint.number,
        LedgerCheckpoint.note,
        LedgerCheckpoint.sealed_at,
        LedgerCheckpoint.witnessed,
    ).order_by(LedgerCheckpoint.tree_size)
    yield from streamed(session, query)


class Chain:
    """Goes along the checkpoints."""

    def __init__(self, session: Session) -> None:
        self._frontier = merkle.Frontier()
        self._size = 0
        self._answers = _Answers(session)

    @property
    def count(self) -> int:
        """How many checkpoints were looked at."""
        return self._frontier.size

    def on(self, size: int, number: int, note: str, told: Head) -> tuple[str | None, Sequence[merkle.Node]]:
        """Take the next one.

        Args:
            size: how many entries it covers.
            number: as its row says.
            note: as it is stored.
            told: what it states.

        Returns:
            What is wrong with those before it, if anything; and the subtrees of notes that it completes.
        """
        fault = self._fault(size, number, told) or self._answers.fault(size, told)
        if fault is not None:
            return fault, ()
        self._size = size
        return None, nodes_of_notes(self._frontier.extend([chain.leaf(note)]))

    def _fault(self, size: int, number: int, told: Head) -> str | None:
        before = chain.before(told.extensions)
        if before is None:
            return f"The checkpoint over {size:,} entries does not say which came before it."
        if (before.count, before.size) != (self.count, self._size):
            if before.count <= self.count:
                return (
                    f"The checkpoint over {self._size:,} entries was put in: the next one, over {size:,}, names "
                    f"that over {before.size:,} as the one before it."
                )
            gone = before.count - self.count
            more = f", and {gone - 1:,} before it," if gone > 1 else ""
            return (
                f"A checkpoint was removed: the one over {before.size:,} entries{more} is gone, which the "
                f"checkpoint over {size:,} names as the one before it."
            )
        if before.root != self._frontier.root():
            return (
                f"The checkpoint over {self._size:,} entries was altered, or a signature was taken off it or put "
                f"on it: the next one, over {size:,}, vouches for another."
            )
        if number != before.count:
            return (
                f"The checkpoint over {size:,} entries bears the number {number:,}, and was signed as "
                f"{before.count:,}."
            )
        return None


class _Answers:
    """What witnesses answered later, folded as the checkpoints state it."""

    def __init__(self, session: Session) -> None:
        rows = select(
            LedgerCosignature.tree_size,
            LedgerCosignature.witness,
            LedgerCosignature.kind,
            LedgerCosignature.answer,
        ).order_by(LedgerCosignature.tree_size, LedgerCosignature.witness)
        self._rows = streamed(session, rows)
        self._next = next(self._rows, None)
        self._waiting: dict[str, list[tuple[int, str, str]]] = {}
        self._known: dict[str, tuple[int, bytes]] = {}

    def fault(self, at: int, told: Head) -> str | None:
        """Whether the answers are those that a checkpoint states."""
        try:
            stated = list(chain.answers(told.extensions))
        except ValueError:
            return f"What the checkpoint over {at:,} entries says of witnesses' answers cannot be read."
        while self._next is not None and self._next.tree_size < at:
            waiting = self._waiting.setdefault(self._next.witness, [])
            waiting.append((self._next.tree_size, self._next.kind, self._next.answer))
            self._next = next(self._rows, None)
        for name, size, digest in stated:
            before, mine = self._known.get(name, (0, b""))
            waiting = self._waiting.get(name, [])
            taken = [one for one in waiting if one[0] <= size]
            for one in taken:
                mine = chain.folded(mine, *one)
            if (before if not taken else taken[-1][0], mine) != (size, digest):
                there = any(one[0] == size for one in taken) or before == size
                what = "was altered, or one before it was removed or put in" if there else "is gone"
                return (
                    f"ledger_cosignature of {name} over {size:,} entries {what}: the checkpoint over {at:,} "
                    "vouches for what the witness answered."
                )
            self._waiting[name] = waiting[len(taken) :]
            self._known[name] = size, mine
        return None
