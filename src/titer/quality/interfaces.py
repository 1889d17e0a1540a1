"""What is wrong with a connection becomes an exception that somebody disposes of.

A connection that is not what was qualified keeps recording, and what it records counts as uncertain until it is
approved again (EU GMP Annex 11, 4.8 and 5: data that come over an interface are checked; GAMP 5 second edition,
appendix D6). A file that a folder showed and that was gone before it could be taken is told each time. A device's
clock that is set, wrong or drifts is told once a day: its time stamps stay as they are (WHO TRS 1033 annex 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titer.record import Actor, OutboxEvent

if TYPE_CHECKING:
    from titer.quality.service import Quality

MISMATCHED, UNAPPROVED = "equipment.connection.mismatched", "equipment.connection.unapproved"
CLOCKS = {
    "equipment.stream.clock_step": "the device's clock was set",
    "equipment.stream.clock_off": "the device's clock is wrong",
    "equipment.stream.clock_drift": "the device's clock drifts",
}
FILE_LOST = "equipment.stream.file_lost"
STAMP, UNBOUND = "equipment.stream.stamp_doubted", "equipment.stream.channel_unbound"
TOPICS = (MISMATCHED, UNAPPROVED, FILE_LOST, STAMP, UNBOUND, *CLOCKS)


def on_event(quality: Quality, event: OutboxEvent) -> None:
    """Raise an exception each time that a connection begins to differ from what was approved; once for each."""
    told = event.payload
    name = told["connection"]
    key, severity = f"interface/{event.id}", "major"
    if event.topic in CLOCKS:
        title = f"Connection {name}: {CLOCKS[event.topic]}"
        detail = (
            f"{told['reason']} Its time stamps stand as the device gave them; judge what that means for what was "
            "recorded meanwhile."
        )
        key, severity = f"interface/{name}/{event.topic}/{event.occurred_at:%Y-%m-%d}", "minor"
    elif event.topic == FILE_LOST:
        title = f"Connection {name}: a file was gone before it could be taken"
        detail = (
            f"{told['reason']} Look whether the instrument still has it, and put it into the folder again."
        )
    elif event.topic in (STAMP, UNBOUND):
        unbound = event.topic == UNBOUND
        what = "it sends what is none of its channels" if unbound else "values bear times that cannot be true"
        title = f"Connection {name}: {what}"
        detail = f"{told['reason']} What else was noticed that day stands among the connection's events."
        key, severity = f"interface/{name}/{event.topic}/{event.occurred_at:%Y-%m-%d}", "minor"
    elif event.topic == MISMATCHED:
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
            severity=severity,
            title=title,
            detail=detail[:1].upper() + detail[1:],
            batch_id=None,
            subject_type=event.record_type,
            subject_id=event.record_id,
            evidence=dict(told),
            key=key,
        )
