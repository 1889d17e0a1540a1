"""What lies around the tables: messages and stored files."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import TiterError
from titer.record.model import ContentObject, LedgerEntry, OutboxEvent
from titer.record.service import Record
from titer.record.verify.verdict import Verdict


def check_outbox(session: Session, verdict: Verdict, entered: set[tuple[str, str]]) -> Iterator[str]:
    """Messages: numbered without a gap, each about a record that the ledger knows. Their text is not covered.

    Args:
        session: on the snapshot.
        verdict: is told where it is.
        entered: type and id of every record that has an entry.
    """
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
    strange = sorted(subjects - entered)
    if strange:
        yield f"record_outbox: a message is about {strange[0][0]} {strange[0][1]}, which the ledger does not know."


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
