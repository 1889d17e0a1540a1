"""From when a record may go: the dates that the record asks about before a destruction, and its databases too."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from titer.base.clock import from_us

CREATED = "created"
"""The event that each record has: an id bears the instant at which it was given (UUIDv7)."""


def created_at(record_id: str) -> datetime:
    """The instant at which an id was given.

    Raises:
        ValueError: if it is no UUID.
    """
    return from_us((UUID(record_id).int >> 80) * 1000)


def due_on(start: datetime, years: int) -> datetime:
    """The instant from which something may go: the same date so many years later.

    >>> from datetime import UTC
    >>> due_on(datetime(2028, 2, 29, tzinfo=UTC), 1).date().isoformat()
    '2029-03-01'
    """
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February has no such day in that year: a day more is kept
        return (start + timedelta(days=1)).replace(year=start.year + years)


def is_over(since: int | str | None, years: int, now_us: int) -> bool:
    """Whether the time of a row is over; one whose event has not been, or cannot be read, is kept.

    Args:
        since: the row's event in microseconds, or its id, which says when it was made.
        years: of its class.
        now_us: the time of the action, microseconds.
    """
    try:
        start = None if since is None else created_at(since) if isinstance(since, str) else from_us(since)
        return start is not None and due_on(start, years) <= from_us(now_us)
    except (ValueError, OverflowError):
        return False
