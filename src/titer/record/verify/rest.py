"""What lies around the tables: messages and stored files."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import TiterError
from titer.record import database, tally
from titer.record.model import ContentObject, OutboxEvent
from titer.record.service import Record
from titer.record.verify.chained import streamed
from titer.record.verify.verdict import Verdict

_PAGE = 1000


def check_outbox(record: Record, session: Session, verdict: Verdict) -> Iterator[str]:
    """Messages: those that each action left, all of them, word for word, as its tally says.

    Args:
        record: whose they are.
        session: on the snapshot.
        verdict: is told where it is.
    """
    verdict.place = "record_outbox"
    kind, count = database.of(session.connection()), 0
    tallies = (row for rows in kind.rows(session.connection(), tally.OF_MESSAGES) for row in rows)
    in_order = select(OutboxEvent).order_by(OutboxEvent.entry_seq, OutboxEvent.position)
    events = (event for (event,) in streamed(session, in_order, _PAGE))
    for seq, group in groupby(events, key=lambda event: event.entry_seq):
        found, told = list(group), next(tallies, None)
        if told is None or told[0] > seq:
            yield f"record_outbox: message {found[0].position} ({found[0].topic}) was left by no action of Titer."
            return
        if told[0] < seq:
            yield f"record_outbox: the messages of the action that ended with entry {told[0]} are gone."
            return
        mac = tally.messages_mac(record.key, seq, found)
        if told[1] != len(found) or not hmac.compare_digest(bytes(told[2] or b""), mac):
            yield (
                f"record_outbox: of the messages that follow from entry {seq} (the first is {found[0].position}, "
                f"{found[0].topic}), one was changed, added or taken away."
            )
            return
        count += len(found)
        session.expunge_all()
    told = next(tallies, None)
    if told is not None:
        yield f"record_outbox: the messages of the action that ended with entry {told[0]} are gone."
        return
    verdict.checked["messages"] = count


def check_content(record: Record, session: Session, verdict: Verdict) -> Iterator[str]:
    """Each stored file is there, with the digest and size that were entered."""
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
