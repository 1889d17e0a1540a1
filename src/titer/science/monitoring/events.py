"""From alarming rows to alarm events: k of the last n rows, and quiet again after m rows.

Row-wise false alarm rates hide alarm floods, so what is promised, calibrated and counted is events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class EventRule:
    """When rows become an event.

    Attributes:
        rows: k, alarming rows needed.
        of: n, among so many last decided rows (k = n = 3: three in a row).
        quiet: m, rows without an alarm in a row that end the event.
    """

    rows: int = 3
    of: int = 3
    quiet: int = 6

    def __post_init__(self) -> None:
        if not 1 <= self.rows <= self.of or self.quiet < 1:
            raise ValueError("an event rule needs 1 <= rows <= of, and quiet >= 1")


@dataclass(frozen=True)
class EventState:
    """What the rule remembers: the last decided rows (newest last), quiet rows so far, whether it is on."""

    recent: tuple[bool, ...] = ()
    silent: int = 0
    active: bool = False


@dataclass(frozen=True)
class AlarmEvent:
    """One event: the row at which it was raised, the first alarming row before it, and its last row."""

    first: int
    raised: int
    last: int


def advance(state: EventState, alarming: bool, rule: EventRule) -> tuple[EventState, bool, bool]:
    """Take one decided row.

    Returns:
        The new state, whether an event begins with this row, and whether one ends with it.

    Example:
        >>> state, begins, ends = advance(EventState((True, True)), True, EventRule(3, 3))
        >>> begins, state.active
        (True, True)
    """
    recent = (*state.recent, alarming)[-rule.of :]
    silent = 0 if alarming else state.silent + 1
    if state.active:
        if silent >= rule.quiet:
            return EventState((), silent, False), False, True
        return EventState(recent, silent, True), False, False
    begins = alarming and sum(recent) >= rule.rows
    return EventState(recent, silent, begins), begins, False


def alarm_events(alarming: Sequence[bool] | NDArray[np.bool_], rule: EventRule) -> list[AlarmEvent]:
    """All events of one run of decided rows.

    Example:
        >>> alarm_events([False, True, True, True, False, False], EventRule(3, 3, 2))
        [AlarmEvent(first=1, raised=3, last=5)]
    """
    events: list[AlarmEvent] = []
    state = EventState()
    first = raised = -1
    for index, value in enumerate(alarming):
        before = state
        state, begins, ends = advance(state, bool(value), rule)
        if begins:
            window = (*before.recent, bool(value))[-rule.of :]
            first, raised = index - (len(window) - 1 - window.index(True)), index
        if ends:
            events.append(AlarmEvent(first, raised, index))
    if state.active:
        events.append(AlarmEvent(first, raised, len(alarming) - 1))
    return events
