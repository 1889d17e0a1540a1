"""Decisions about alarms, pure: the state that follows from what a device told, and whether it may be answered."""

from __future__ import annotations

from titer.base.errors import Refused

OVER = "over"
OPEN = ("active_unacked", "active", "cleared_unacked", "cleared_unconfirmed", "standing")
"""States in which somebody may have to do something, worst first."""
HIGH = 667
"""From here on a severity counts as high, of 1 to 1000; the standard's own recommendation, known second-hand."""
ANSWERS = {"acknowledge": ("acked", "acknowledged"), "confirm": ("confirmed", "confirmed")}


def state_of(
    *,
    active: bool | None,
    acked: bool | None,
    confirmed: bool | None,
    enabled: bool | None,
    retain: bool | None,
) -> str:
    """The state of an alarm; what was not told is never taken for good.

    Example:
        >>> state_of(active=True, acked=False, confirmed=None, enabled=True, retain=True)
        'active_unacked'
        >>> state_of(active=False, acked=True, confirmed=True, enabled=True, retain=False)
        'over'
    """
    if enabled is False:
        return OVER
    if active:
        return "active" if acked else "active_unacked"
    if active is None and retain is not False:
        return "standing"
    if acked is False and retain is not False:
        return "cleared_unacked"
    if confirmed is False and retain:
        return "cleared_unconfirmed"
    return OVER


def require_answerable(
    kind: str, name: str, *, told: str, shown: str, answerable: bool, already: bool | None, by: str
) -> None:
    """Refuse an answer that would mean another state than the one that the person saw.

    Args:
        kind: acknowledge or confirm.
        name: of the alarm.
        told: EventId of its newest state.
        shown: EventId of the state that the person saw.
        answerable: whether the device says which condition it is.
        already: whether it was answered so before; None = the device has no such answer.
        by: who did.

    Raises:
        Refused: with the reason.
    """
    done = ANSWERS[kind][1]
    if already:
        raise Refused(f"{name} is {done} already{f', by {by}' if by else ''}.")
    if already is None:
        raise Refused(f"{name} is none that is {done}: its device does not ask for it.")
    if shown != told:
        raise Refused(
            f"{name} has changed since it was shown to you.",
            why=f"What is {done} is the state that a person saw, and no other.",
            do="Look at it as it is now, and decide again.",
        )
    if not answerable:
        raise Refused(
            f"{name} cannot be {done} from here.", why="Its device does not say which condition it is."
        )


def comment_for(full_name: str, username: str, comment: str) -> str:
    """The comment as the device gets it, with the person in it (docs/decisions/0032).

    Example:
        >>> comment_for("Ann Lee", "ann", "pump restarted")
        'Ann Lee (ann): pump restarted'
    """
    return f"{full_name} ({username}): {comment.strip()}"
