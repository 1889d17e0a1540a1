"""What the record finds out about people's access becomes an exception that somebody disposes of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titer.record import Actor, OutboxEvent

if TYPE_CHECKING:
    from titer.quality.service import Quality

CONFLICT, OVERDUE = "record.conflict.found", "record.access_review.overdue"
TOPICS = (CONFLICT, OVERDUE)


def on_event(quality: Quality, event: OutboxEvent) -> None:
    """Raise an exception for duties in one hand and for a review of access that is overdue; once for each."""
    told = event.payload
    if event.topic == CONFLICT:
        title, detail, severity = (
            "Duties that are kept apart lie in one hand",
            str(told["detail"]),
            "critical",
        )
        key = f"access/{told['key']}/{told['version']}"
    else:
        title, severity = f"{told['title']}: the review is overdue", "major"
        detail = f"{told['number']} was due on {str(told['due_at'])[:10]}."
        key = f"access/{event.record_id}/overdue"
    with quality.record.action(Actor.timer("quality.access"), "quality.exception.raise") as unit:
        quality.raise_exception(
            unit,
            kind="access",
            severity=severity,
            title=title,
            detail=detail,
            batch_id=None,
            subject_type=event.record_type,
            subject_id=event.record_id,
            evidence=dict(told),
            key=key,
        )
