"""The state of a running batch: a fold over its journal, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from titer.base.canonical import digest
from titer.mes.engine.states import FINAL, HOLDING, IDLE, PAUSED, PAUSING, RESTARTING, RUNNING

SEMANTICS = 1
"""The engine semantics that a batch pins; it grows when the same journal would be read differently."""

Event = dict[str, Any]
"""One journal event: `type`, `at_us`, and fields of that type; canonical JSON, no floats."""

_RELATIVE = frozenset({"wait", "timeout", "run", "check"})
"""Deadlines that stand still while their element is held or paused; `at` and `round` are instants."""


@dataclass(frozen=True)
class Element:
    """One step of a running batch.

    Args:
        state: its procedural state (ISA-88).
        stage: where a running leaf stands within itself.
        attempt: grows by one when a held step begins again.
        index: of the running child, or the number of rounds begun.
        outcome: "" while it lasts; "done", "not applicable", "timed out", "forced", "stopped", "aborted".
        deadlines: name -> instant, microseconds.
        since_us: since when its guard has been true.
        resting_us: since when it has been held or paused.
        data: what the step must remember, canonical JSON.
    """

    path: str
    state: str = IDLE
    stage: str = ""
    attempt: int = 1
    index: int = 0
    opened_us: int = 0
    started_us: int | None = None
    ended_us: int | None = None
    outcome: str = ""
    deadlines: dict[str, int] = field(default_factory=dict)
    since_us: int | None = None
    resting_us: int | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether it has come to an end."""
        return self.state in FINAL


@dataclass
class BatchState:
    """Everything the engine knows of a batch. Copy before changing: `evolve` works in place on a copy."""

    batch: str = ""
    recipe: str = ""
    semantics: int = SEMANTICS
    bindings: dict[str, str] = field(default_factory=dict)
    formula: dict[str, dict[str, str]] = field(default_factory=dict)
    elements: dict[str, Element] = field(default_factory=dict)
    effects: dict[str, Event] = field(default_factory=dict)
    setpoints: dict[str, dict[str, str]] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    adjusting: dict[str, dict[str, str]] = field(default_factory=dict)
    proposals: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    reconciled: tuple[str, ...] = ()
    outage_until_us: int = 0
    sequence: int = 0

    def copy(self) -> BatchState:
        """A copy that can be changed without touching this one."""
        return replace(
            self,
            elements=dict(self.elements),
            effects=dict(self.effects),
            setpoints=dict(self.setpoints),
            marks=dict(self.marks),
            adjusting=dict(self.adjusting),
            formula=dict(self.formula),
        )

    @property
    def execution(self) -> str:
        """The procedural state of the whole batch."""
        root = self.elements.get("P")
        return root.state if root else IDLE

    @property
    def over(self) -> bool:
        """Whether execution has ended."""
        return self.execution in FINAL

    def pending(self, kind: str | None = None) -> list[Event]:
        """Effects that have been asked for and not reported on, in the order of asking."""
        return [
            effect
            for effect in self.effects.values()
            if effect["status"] == "pending" and kind in (None, effect["kind"])
        ]

    def next_deadline_us(self) -> int | None:
        """The earliest instant at which the engine has something to do by the clock alone."""
        instants = [
            at
            for element in self.elements.values()
            if element.state == RUNNING
            for at in element.deadlines.values()
        ]
        return min(instants, default=None)

    def plain(self) -> dict[str, Any]:
        """The whole state as canonical content, e.g. to compare two folds."""
        return {
            "batch": self.batch,
            "recipe": self.recipe,
            "bindings": self.bindings,
            "formula": self.formula,
            "elements": {path: vars(element) for path, element in self.elements.items()},
            "effects": self.effects,
            "setpoints": self.setpoints,
            "marks": self.marks,
            "adjusting": self.adjusting,
            "proposals": list(self.proposals),
            "exceptions": list(self.exceptions),
            "reconciled": list(self.reconciled),
            "outage_until_us": self.outage_until_us,
            "sequence": self.sequence,
        }

    def digest(self) -> str:
        """SHA-256 over `plain()`."""
        return digest(self.plain())


def fold(events: Iterable[Event], start: BatchState | None = None) -> BatchState:
    """The state after a journal; the same journal always gives the same state."""
    state = start.copy() if start is not None else BatchState()
    for event in events:
        evolve(state, event)
    return state


def evolve(state: BatchState, event: Event) -> None:
    """Apply one event in place.

    Raises:
        KeyError: for an event type that this version of the engine does not know.
    """
    _APPLY[event["type"]](state, event)
    state.sequence += 1


def _created(state: BatchState, event: Event) -> None:
    state.batch = event["batch"]
    state.recipe = event["recipe"]
    state.semantics = event["semantics"]
    state.bindings = dict(event["bindings"])
    state.formula = {name: dict(value) for name, value in event["formula"].items()}


def _opened(state: BatchState, event: Event) -> None:
    path = event["path"]
    state.elements[path] = Element(path, opened_us=event["at_us"])


def _moved(state: BatchState, event: Event) -> None:
    element, to, at = state.elements[event["path"]], event["to"], event["at_us"]
    changes: dict[str, Any] = {"state": to}
    if to == RUNNING and element.started_us is None:
        changes["started_us"] = at
    if to in (HOLDING, PAUSING) and element.resting_us is None:
        changes["resting_us"] = at
        changes["since_us"] = None
        changes["deadlines"] = {name: at for name, at in element.deadlines.items() if name != "for"}
    if to == RUNNING and element.state in (RESTARTING, PAUSED) and element.resting_us is not None:
        shift = at - element.resting_us
        changes["resting_us"] = None
        changes["deadlines"] = {
            name: instant + (shift if name in _RELATIVE else 0) for name, instant in element.deadlines.items()
        }
    if to in FINAL:
        changes |= {"ended_us": at, "outcome": event.get("outcome", ""), "deadlines": {}, "since_us": None}
        for key in [key for key, effect in state.effects.items() if _settled(effect, event["path"])]:
            del state.effects[key]
    state.elements[event["path"]] = replace(element, **changes)


def _settled(effect: Event, path: str) -> bool:
    return bool(effect["path"] == path and effect["status"] != "pending")


def _staged(state: BatchState, event: Event) -> None:
    element = state.elements[event["path"]]
    state.elements[event["path"]] = replace(
        element,
        stage=event.get("stage", element.stage),
        attempt=event.get("attempt", element.attempt),
        index=event.get("index", element.index),
        data={**element.data, **event.get("data", {})},
    )


def _deadline_set(state: BatchState, event: Event) -> None:
    element = state.elements[event["path"]]
    state.elements[event["path"]] = replace(
        element, deadlines={**element.deadlines, event["name"]: event["due_us"]}
    )


def _deadline_cleared(state: BatchState, event: Event) -> None:
    element = state.elements[event["path"]]
    left = {name: at for name, at in element.deadlines.items() if name != event["name"]}
    state.elements[event["path"]] = replace(element, deadlines=left)


def _condition(state: BatchState, event: Event) -> None:
    element = state.elements[event["path"]]
    since = event["at_us"] if event["type"] == "condition.true" else None
    state.elements[event["path"]] = replace(element, since_us=since)


def _requested(state: BatchState, event: Event) -> None:
    kept = {name: value for name, value in event.items() if name not in ("type", "form", "at_us")}
    state.effects[event["key"]] = {**kept, "status": "pending"}
    if event["kind"] == "write" and event.get("value") is not None and not event.get("text"):
        state.setpoints[event["channel"]] = {"value": event["value"], "path": event["path"]}
        if event.get("proposal"):
            state.adjusting.pop(event["channel"], None)


def _finished(state: BatchState, event: Event) -> None:
    effect = state.effects[event["key"]]
    if event["status"] in ("cancelled", "superseded") or state.elements[effect["path"]].over:
        del state.effects[event["key"]]
        return
    changes: Event = {name: event[name] for name in ("status", "result", "reasons") if name in event}
    state.effects[event["key"]] = {**effect, **changes}


def _reconciled(state: BatchState, event: Event) -> None:
    state.reconciled = (*state.reconciled, event["key"])
    effect = state.effects.get(event["key"])
    if effect is not None:
        state.effects[event["key"]] = {**effect, "status": event["status"], "result": event["result"]}


def _deferred(state: BatchState, event: Event) -> None:
    effect = state.effects[event["key"]]
    state.effects[event["key"]] = {**effect, "reasons": event["reasons"]}


def _marked(state: BatchState, event: Event) -> None:
    state.marks[event["name"]] = event["at_us"]


def _adjusted(state: BatchState, event: Event) -> None:
    if event.get("parameter"):
        old = state.formula[event["parameter"]]
        state.formula[event["parameter"]] = {**old, "value": event["to"]}
    if event["apply"] == "next":
        state.adjusting[event["channel"]] = {"proposal": event["proposal"], "value": event["value"]}
    if event["proposal"] not in state.proposals:
        state.proposals = (*state.proposals, event["proposal"])


def _exception(state: BatchState, event: Event) -> None:
    state.exceptions = (*state.exceptions, event["key"])


def _outage(state: BatchState, event: Event) -> None:
    state.outage_until_us = event["to_us"]


def _nothing(state: BatchState, event: Event) -> None:
    """Journaled for the batch record; the state does not depend on it."""


_APPLY = {
    "batch.created": _created,
    "element.opened": _opened,
    "element.moved": _moved,
    "element.staged": _staged,
    "deadline.set": _deadline_set,
    "deadline.cleared": _deadline_cleared,
    "condition.true": _condition,
    "condition.broken": _condition,
    "condition.met": _nothing,
    "value.used": _nothing,
    "effect.requested": _requested,
    "effect.finished": _finished,
    "effect.deferred": _deferred,
    "effect.reconciled": _reconciled,
    "mark.set": _marked,
    "formula.adjusted": _adjusted,
    "exception.noted": _exception,
    "command.taken": _nothing,
    "outage.noted": _outage,
    "sample.drawn": _nothing,
    "feed.checked": _nothing,
    "noted": _nothing,
}

EVENT_TYPES = frozenset(_APPLY)


@dataclass(frozen=True)
class Reading:
    """A channel's last value as the historian knows it.

    Args:
        value: None where it is text or absent.
        source_us: the source's own time, microseconds.
        quality: "good", "uncertain" or "bad".
    """

    value: Decimal | None
    source_us: int
    quality: str = "good"
