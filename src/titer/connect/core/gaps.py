"""Settling gaps: what the device's history gave, and what nobody can give back."""

from __future__ import annotations

from collections.abc import Mapping

from titer.base.clock import Clock, us
from titer.connect.core.columns import Columns
from titer.connect.core.contract import Batch, Filled, Gap
from titer.connect.core.frame import Origin


def settled(
    gap: Gap,
    fills: list[Filled],
    clock: Clock,
    columns: Columns | None = None,
    *,
    reached: Mapping[str, int] | None = None,
    rows_before: int = 0,
) -> Batch:
    """The batch that settles channels of a gap: its rows, and one event for each outcome.

    Args:
        fills: what became of channels; without any, these are rows on the way.
        reached: channel -> source time up to which its history was handed over.
        rows_before: rows that were handed over on the way to this outcome.
    """
    at = us(clock.now())
    rows = Columns.empty() if columns is None else columns.relabelled(Origin.BACKFILLED)
    events = []
    whole = [entry.tag for entry in fills if entry.complete]
    if whole:
        events.append(
            gap.event("gap_filled", whole, at, "The device's history covers it.", rows_before + len(rows))
        )
    reasons: dict[str, list[str]] = {}
    for entry in fills:
        if not entry.complete:
            reasons.setdefault(entry.reason, []).append(entry.tag)
    events += [gap.event("gap_unrecoverable", tags, at, reason) for reason, tags in reasons.items()]
    return Batch(rows, events=tuple(events), filled=tuple(fills), gap_id=gap.id, reached=reached or {})
