"""The tally of an action: how many entries and messages it left, vouched for under a key outside the database.

Whoever owns the database can write an entry that is right in every word; until a head covers it nothing but its
origin tells it from Titer's own. So each action that commits leaves one row with two keyed digests (HMAC-SHA-256,
RFC 2104), over its entries and over its messages (docs/decisions/0024). The sealer signs nothing that no tally
vouches for, a message goes out only if its tally does, and a verification asks for the tally of every entry.
"""

from __future__ import annotations

import hmac
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical
from titer.base.clock import iso
from titer.record import database
from titer.record.database import Entered, folded
from titer.record.ledger_model import LedgerTally
from titer.record.model import OutboxEvent

_ACTION = b'{"action":"'
_ID = slice(len(_ACTION), len(_ACTION) + 36)
_COLUMNS = "last_seq, first_seq, entries, messages, entries_mac, messages_mac"
OF_MESSAGES = "SELECT last_seq, messages, messages_mac FROM ledger_tally WHERE messages > 0 ORDER BY last_seq"
_KEEP = insert(LedgerTally)
_SEQ = itemgetter(0)
TALLIES = f"SELECT {_COLUMNS} FROM ledger_tally ORDER BY last_seq"  # noqa: S608  names of columns


def key_of(secret: bytes) -> bytes:
    """The key of the tallies, from the key that binds credentials: one file to keep, two keys."""
    return hmac.digest(secret, b"titer ledger tally", "sha256")


def action_of(body: bytes) -> bytes:
    """The id of the action that an entry says it belongs to; nothing if it says none where Titer would."""
    return body[_ID] if body.startswith(_ACTION) else b""


def entries_mac(key: bytes, action: bytes, entered: Entered, messages: int) -> bytes:
    """The keyed digest of an action's entries, and of how many messages it left."""
    told = b"entries\n%s\n%d %d %d %d\n" % (action, entered.first, entered.last, entered.count, messages)
    return hmac.digest(key, told + entered.chain, "sha256")


def messages_mac(key: bytes, last_seq: int, events: Sequence[OutboxEvent]) -> bytes:
    """The keyed digest of an action's messages, in the order of their positions."""
    hashed = sha256()
    for event in events:
        told = {
            "entry_seq": event.entry_seq,
            "id": event.id,
            "occurred_at": iso(event.occurred_at),
            "payload": event.payload,
            "position": event.position,
            "process_at": iso(event.process_at),
            "record_id": event.record_id,
            "record_type": event.record_type,
            "signed": event.signed,
            "topic": event.topic,
        }
        hashed.update(sha256(canonical(told)).digest())
    told_of = b"messages\n%d %d\n" % (last_seq, len(events))
    return hmac.digest(key, told_of + hashed.digest(), "sha256")


def keep(session: Session, key: bytes, action: str, entered: Entered, events: Sequence[OutboxEvent]) -> None:
    """Write an action's tally, in its transaction."""
    session.connection().execute(
        _KEEP,
        {
            "last_seq": entered.last,
            "first_seq": entered.first,
            "entries": entered.count,
            "messages": len(events),
            "entries_mac": entries_mac(key, action.encode(), entered, len(events)),
            "messages_mac": messages_mac(key, entered.last, events) if events else None,
        },
    )


def vouched_messages(session: Session, key: bytes, entry_seqs: Iterable[int]) -> set[int]:
    """Those of some entries of which the messages are the ones that their action left, and all of them."""
    seqs = sorted(set(entry_seqs))
    left: dict[int, list[OutboxEvent]] = {}
    for event in session.scalars(
        select(OutboxEvent).where(OutboxEvent.entry_seq.in_(seqs)).order_by(OutboxEvent.position)
    ):
        left.setdefault(event.entry_seq, []).append(event)
    return {
        row.last_seq
        for row in session.scalars(select(LedgerTally).where(LedgerTally.last_seq.in_(seqs)))
        if row.messages == len(left.get(row.last_seq, ()))
        and hmac.compare_digest(
            row.messages_mac or b"", messages_mac(key, row.last_seq, left.get(row.last_seq, ()))
        )
    }


@dataclass
class Part:
    """What was seen of an action's entries."""

    first: int
    last: int = 0
    count: int = 0
    chain: bytes = b""

    def add(self, last: int, leaves: Sequence[bytes]) -> None:
        """More entries, up to the one with that number."""
        self.last, self.count = last, self.count + len(leaves)
        self.chain = folded(leaves, self.chain)

    @property
    def entered(self) -> Entered:
        """The same as a value."""
        return Entered(self.first, self.last, self.count, self.chain)


Tallied = Row[int, int, int, int, bytes, bytes | None] | tuple[int, int, int, int, bytes, bytes | None]


def vouches(key: bytes, tally: Tallied, action: bytes, part: Part) -> bool:
    """Whether a tally is that of an action with these entries."""
    last, first, count, messages, mac, _ = tally
    return (last, first, count) == (part.last, part.first, part.count) and hmac.compare_digest(
        bytes(mac), entries_mac(key, action, part.entered, messages)
    )


def _runs(entries: Sequence[tuple[int, bytes]]) -> Iterator[tuple[bytes, int, int]]:
    """Entries of one action that stand together: its id, and their places from the first to behind the last."""
    end = 0
    for action, run in groupby([action_of(body) for _, body in entries]):
        begin, end = end, end + len(list(run))
        yield action, begin, end


class Tallies:
    """Goes along all entries beside the tallies, in the order of their numbers.

    Args:
        key: of the tallies.
        chunks: the tallies, by the number of their last entry.
    """

    def __init__(
        self, key: bytes, chunks: Iterator[list[tuple[int, int, int, int, bytes, bytes | None]]]
    ) -> None:
        self._key = key
        self._rows = (row for chunk in chunks for row in chunk)
        self._next = next(self._rows, None)
        self._open: dict[bytes, Part] = {}

    def on(self, entries: Sequence[tuple[int, bytes]], leaves: Sequence[bytes]) -> int | None:
        """Take more entries with their leaf hashes; the number of one that nothing vouches for, if there is any."""
        parts = self._open
        for action, begin, end in _runs(entries):
            place = begin
            while place < end:
                tally, stop = self._next, end
                if tally is not None and tally[0] <= entries[end - 1][0]:
                    stop = bisect_left(entries, tally[0], place, end, key=_SEQ) + 1
                part = parts.setdefault(action, Part(entries[place][0]))
                part.add(entries[stop - 1][0], leaves[place:stop])
                if tally is not None and tally[0] <= part.last:
                    if not vouches(self._key, tally, action, part):
                        return part.first
                    del parts[action]
                    self._next = next(self._rows, None)
                place = stop
        return None

    def end(self) -> int | None:
        """When there are no more entries: the number of one that nothing vouches for, or that is not there."""
        if self._open:
            return min(part.first for part in self._open.values())
        return None if self._next is None else self._next[0]


def unvouched(
    session: Session, key: bytes, entries: Sequence[tuple[int, bytes]], leaves: Sequence[bytes]
) -> int | None:
    """The number of the first of some committed entries that no tally vouches for.

    On PostgreSQL some of an action's entries may stand before a gap, and be sealed before the others: then all that
    it left are read.

    Args:
        session: a reading one, at or after the instant at which the entries were read.
        key: of the tallies.
        entries: they, in the order of their numbers.
        leaves: their leaf hashes.
    """
    found = session.execute(
        select(
            LedgerTally.last_seq,
            LedgerTally.first_seq,
            LedgerTally.entries,
            LedgerTally.messages,
            LedgerTally.entries_mac,
            LedgerTally.messages_mac,
        ).where(LedgerTally.last_seq >= entries[0][0])
    ).all()
    tallies = {row.last_seq: row for row in found}
    parts: dict[bytes, Part] = {}
    for action, begin, end in _runs(entries):
        part = parts.setdefault(action, Part(entries[begin][0]))
        part.add(entries[end - 1][0], leaves[begin:end])
    for action, part in parts.items():
        tally = tallies.get(part.last)
        if tally is not None and vouches(key, tally, action, part):
            continue
        around = [row for row in found if row.first_seq <= part.first and part.last <= row.last_seq]
        if not any(vouches(key, row, action, _whole(session, row, action)) for row in around):
            return part.first
    return None


def _whole(session: Session, tally: Row[int, int, int, int, bytes, bytes | None], action: bytes) -> Part:
    """All entries of an action between the first and the last that a tally names."""
    kind, part = database.of(session.connection()), Part(tally.first_seq)
    statement = (
        f"SELECT seq, {kind.RAW_BODY} FROM ledger_entry "  # noqa: S608  numbers of the database's own
        f"WHERE seq BETWEEN {int(tally.first_seq)} AND {int(tally.last_seq)} ORDER BY seq"
    )
    for rows in kind.rows(session.connection(), statement):
        for seq, body in rows:
            if action_of(body) == action:
                part.add(seq, [sha256(b"\x00" + body).digest()])
    return part
