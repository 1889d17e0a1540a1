"""A certificate or a revocation list that ends soon, or has ended, becomes an exception that somebody disposes of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titer.record import Actor, OutboxEvent

if TYPE_CHECKING:
    from titer.quality.service import Quality

EXPIRING, EXPIRED = "equipment.certificate.expiring", "equipment.certificate.expired"
LIST_ENDING, LIST_ENDED = "equipment.revocation_list.ending", "equipment.revocation_list.ended"
TOPICS = (EXPIRING, EXPIRED, LIST_ENDING, LIST_ENDED)


def on_event(quality: Quality, event: OutboxEvent) -> None:
    """Raise an exception before a certificate or a list ends, and another one when it has; once for each."""
    if event.topic in (LIST_ENDING, LIST_ENDED):
        _list(quality, event)
        return
    told = event.payload
    own = bool(told["own"])
    ended = event.topic == EXPIRED
    title = f"The certificate of {told['whose']} {'has ended' if ended else 'ends soon'}"
    what = (
        "The host has made the next one: install it at every instrument that it reads."
        if own
        else "A session that is open goes on; a new one is refused."
        if ended
        else "Renew it at the instrument, and trust the new one: after that day no new session is opened."
    )
    with quality.record.action(Actor.timer("quality.certificates"), "quality.exception.raise") as unit:
        quality.raise_exception(
            unit,
            kind="certificate",
            severity="major" if ended else "minor",
            title=title,
            detail=f"{told['subject']}, until {told['until']}. {what}",
            batch_id=None,
            subject_type=event.record_type,
            subject_id=event.record_id,
            evidence=dict(told),
            key=f"certificate/{event.topic.rpartition('.')[2]}/{told['fingerprint']}",
        )


def _list(quality: Quality, event: OutboxEvent) -> None:
    told = event.payload
    ended = event.topic == LIST_ENDED
    what = (
        "What that authority alone vouches for is refused to new sessions now, unless the connection's setting "
        "revocation_list is if_there."
        if ended
        else "After that, what that authority alone vouches for is refused to new sessions, unless the connection's "
        "setting revocation_list is if_there."
    )
    with quality.record.action(Actor.timer("quality.certificates"), "quality.exception.raise") as unit:
        quality.raise_exception(
            unit,
            kind="certificate",
            severity="major" if ended else "minor",
            title=f"The revocation list of {told['issuer']} {'has ended' if ended else 'ends soon'}",
            detail=f"Its time: until {told['until']}. {what} Bring the authority's next one.",
            batch_id=None,
            subject_type=event.record_type,
            subject_id=event.record_id,
            evidence=dict(told),
            key=f"revocation-list/{event.topic.rpartition('.')[2]}/{told['authority']}/{told['until']}",
        )
