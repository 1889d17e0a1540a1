"""The committed entries that are not sealed yet, in the order that the tree will have."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from sqlalchemy.orm import Session

from titer.record.service import Record

Committed = tuple[int, bytes]
"""An entry's number, and its body as it is stored."""

BEHIND = "SELECT seq, {body} FROM ledger_entry WHERE seq > {last} ORDER BY seq"


class Tail:
    """Reads what is behind the last leaf; writers never wait for it.

    Args:
        record: whose ledger it is.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._watermark: tuple[int, int] | None = None

    def ended(self, last_seq: int) -> Sequence[Committed]:
        """The entries that are not sealed, before the first whose predecessor may still be committed.

        On PostgreSQL an entry gets its number before its transaction commits. A number that is missing below one
        that is seen belongs to a transaction that had begun by then: it failed, or it is still open. Once all
        that had begun when the gap was seen have ended, the gap stays one. So the tree's order is that of the
        numbers, nothing is passed over, and no writer waits.

        A snapshot's `xmax` does not tell who had begun (it is one past the last that *ended*), so a
        transaction's number is taken after the gap was seen: whoever had begun by then has a smaller one.

        Args:
            last_seq: the number of the last entry that is sealed.
        """
        database = self._record.database
        for attempt in range(2):
            with self._record.reading() as session:
                rows = self._behind(session, last_seq)
                oldest = database.oldest_open(session.connection())
            if oldest is None or not rows:
                return rows
            passable = 0
            if self._watermark is not None and oldest > self._watermark[0]:
                passable, self._watermark = self._watermark[1], None
            gap = _first_gap(rows, last_seq, passable)
            if gap == len(rows):
                break
            if self._watermark is None:
                with self._record.operational() as session:
                    own = database.begin_number(session.connection())
                self._watermark = (own, rows[-1][0])
            elif attempt == 0:
                break
        return rows[:gap]

    def first(self, last_seq: int, count: int) -> Sequence[Committed]:
        """The next entries, as many as a seal that was cut short had taken."""
        with self._record.reading() as session:
            return self._behind(session, last_seq, count)

    def _behind(self, session: Session, last_seq: int, count: int | None = None) -> list[Committed]:
        database = self._record.database
        statement = BEHIND.format(body=database.RAW_BODY, last=int(last_seq))
        if count is not None:
            statement += f" LIMIT {int(count)}"
        return list(chain.from_iterable(database.rows(session.connection(), statement)))


def _first_gap(rows: Sequence[Committed], last_seq: int, passable: int) -> int:
    """The place of the first row above `passable` whose predecessor is missing; their count if none is."""
    expected = last_seq + 1
    for place, (seq, _) in enumerate(rows):
        if seq != expected and seq > passable:
            return place
        expected = seq + 1
    return len(rows)
