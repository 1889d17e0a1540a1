"""A connection that is not what was qualified becomes an exception that somebody disposes of.

It keeps recording, and what it records counts as uncertain until it is approved again (EU GMP Annex 11, 4.8 and 5:
data that come over an interface are checked; GAMP 5 second edition, appendix D6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titer.record import Actor, OutboxEvent

if TYPE_CHECKING:
    from titer.quality.service import Quality

MISMATCHED, UNAPPROVED = "equipment.connection.mismatched", "equipment.connection.unapproved"
TOPICS = (MISMATCHED, UNAPPROVED)


def on_event(quality: Quality, event: OutboxEvent) -> None:
    """Raise an exception each time that a connection begins to differ from what was approved; once for each."""
    told = event.payload
    name = told["connection"]
    if event.topic == MISMATCHED:
        title = f"Connection {name}: what answers is not what was approved"
        detail = f"{told['differs']}. Its data counts as unqualified until the connection is approved again."
    else:
        title = f"Connection {name} was changed while it records"
        detail = (
            f"Its settings or channels are revision {told['revision']}, which nobody has approved yet. Its data "
            "counts as unqualified until somebody has."
        )
    with quality.record.action(Actor.timer("quality.interfaces"), "quality.exception.raise") as unit:
        quality.raise_exception(
            unit,
            kind="interface",
            severity="major",
            title=title,
            detail=detail[:1].upper() + detail[1:],
            batch_id=None,
            subject_type=event.record_type,
            subject_id=event.record_id,
            evidence=dict(told),
            key=f"interface/{event.id}",
        )
