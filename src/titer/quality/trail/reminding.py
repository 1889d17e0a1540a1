"""Reminders: an audit-trail review that is overdue becomes an exception, which stands among what waits for people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import iso
from titer.quality.model import AuditTrailReview, QualityException
from titer.record import Actor, Installation

if TYPE_CHECKING:
    from titer.quality.service import Quality

_PAUSE_S = 600.0
_RECORDS = {"batch": "mes_batch", "lot": "material_lot"}


def remind(quality: Quality) -> float:
    """Raise an exception for each review that is overdue by the server's clock; once for each.

    Returns:
        Seconds until it wants to be called again.
    """
    now = quality.record.clock.now()
    with quality.record.reading() as session:
        wanted = [one for one in _overdue(quality, session, now) if not _known(session, one["key"])]
    for one in wanted:
        with quality.record.action(Actor.timer("quality.trail"), "quality.exception.raise") as unit:
            quality.raise_exception(unit, kind="audit_trail", severity="major", batch_id=None, **one)
    return _PAUSE_S


def _known(session: Session, key: str) -> bool:
    return session.scalar(select(QualityException.id).where(QualityException.key == key)) is not None


def _overdue(quality: Quality, session: Session, now: datetime) -> list[dict[str, Any]]:
    """What is overdue: reviews that are open too long, and those that nobody has opened in time."""
    rows = session.scalars(
        select(AuditTrailReview)
        .where(AuditTrailReview.state == "open", AuditTrailReview.due_at < now)
        .order_by(AuditTrailReview.id)
    )
    found = [
        {
            "title": f"The audit-trail review {row.number} is overdue",
            "detail": f"{_called(row.subject_type, row.subject_name)}: due on {row.due_at:%Y-%m-%d}.",
            "subject_type": AuditTrailReview.__tablename__,
            "subject_id": row.id,
            "evidence": {"number": row.number, "opened_at": iso(row.opened_at), "due_at": iso(row.due_at)},
            "key": f"trail/{row.id}/overdue",
        }
        for row in rows
    ]
    for due in quality.trail.due(session, now):
        if not due.age.overdue:
            continue
        called = _called(due.subject_type, due.subject_name)
        of_its_own = due.subject_type in _RECORDS
        found.append(
            {
                "title": f"Nobody has opened the audit-trail review of {called}",
                "detail": f"It waits since {due.since:%Y-%m-%d}, and was due on {due.age.due_at:%Y-%m-%d}.",
                "subject_type": _RECORDS.get(due.subject_type, Installation.__tablename__),
                "subject_id": due.subject_id
                if of_its_own
                else session.scalars(select(Installation.id)).one(),
                "evidence": {"since": iso(due.since), "due_at": iso(due.age.due_at)},
                "key": f"trail/{due.subject_type}/{due.subject_id}/{iso(due.since)}",
            }
        )
    return found


def _called(subject_type: str, name: str) -> str:
    return name if subject_type == "system" else f"{subject_type} {name}"
