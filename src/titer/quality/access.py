"""What the record finds out about people's access becomes an exception that somebody disposes of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titer.record import Actor, OutboxEvent

if TYPE_CHECKING:
    from titer.quality.service import Quality

CONFLICT, OVERDUE = "record.conflict.found", "record.access_review.overdue"
LOCKED, SWAPPED, RESCUED = "record.person.locked", "record.credential.swapped", "record.person.rescued"
TOPICS = (CONFLICT, OVERDUE, LOCKED, SWAPPED, RESCUED)
_ACCOUNTS = {
    LOCKED: ("{username} is locked out", "Too many failures in a row; the last came from {remote}.", "major"),
    SWAPPED: (
        "The credential of {username} was changed past the record",
        "It was found at a log-in from {remote}; `titer verify` names it.",
        "critical",
    ),
    RESCUED: (
        "{username} was let in on the machine itself",
        "Somebody with the installation's key set a new password: {detail}.",
        "critical",
    ),
}
"""Title, detail and severity of what happens to an account (21 CFR 11.300(d): told at once, to those who answer)."""


def on_event(quality: Quality, event: OutboxEvent) -> None:
    """Raise an exception for duties in one hand, an overdue review, an account under attack; once for each."""
    told = event.payload
    if event.topic in _ACCOUNTS:
        said, why, severity = _ACCOUNTS[event.topic]
        title, detail = said.format(**told), why.format(**told)
        key = f"access/{event.record_id}"
    elif event.topic == CONFLICT:
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
