"""When something may go: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from titer.record.due import due_on

SUBJECTS: Mapping[str, tuple[str, str]] = {
    "batch": ("mes_batch", "batch_id"),
    "lot": ("material_lot", "lot_id"),
    "person": ("record_person", "person_id"),
    "system": ("", ""),
}
"""What can be held: by subject, its table, and the column by which other records name it."""
LONGEST_YEARS = 200


@dataclass(frozen=True)
class Kept:
    """Why something is not destroyed.

    Args:
        why: in a sentence.
    """

    why: str


def latest_start(now: datetime, years: int) -> datetime:
    """Whatever began at this instant or later has not been kept for so many years; up to two days before, it may.

    >>> latest_start(datetime(2036, 2, 29, tzinfo=UTC), 10).date().isoformat()
    '2026-03-03'
    """
    return due_on(now, -years) + timedelta(days=2)


def decide(
    *,
    years: int | None,
    start: datetime | None,
    holds: list[str],
    now: datetime,
    what: str,
    never: str = "",
) -> Kept | None:
    """Whether something is kept; None if it may go.

    Args:
        years: of its class; None where it has none, and is kept for ever.
        start: when its event was; None where it has not been.
        holds: reasons of the holds that are on it.
        now: the present.
        what: its name.
        never: why its kind never goes, whatever its age; "" where it may.
    """
    if never:
        return Kept(f"{what} is never destroyed: {never}.")
    if holds:
        return Kept(f"{what} is under a legal hold: {'; '.join(holds)}")
    if years is None:
        return Kept(f"{what} has no retention class, so it is kept for ever.")
    if start is None:
        return Kept(f"The event from which the time of {what} is counted has not been.")
    due = due_on(start, years)
    if now < due:
        return Kept(f"{what} is to be kept until {due.astimezone(UTC):%Y-%m-%d}.")
    return None
