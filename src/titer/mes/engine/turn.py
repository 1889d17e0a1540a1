"""One turn of the engine: the input, the state as it changes, the events so far. No I/O, no clock, no chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from titer.base.canonical import canonical_decimal
from titer.mes.engine.state import BatchState, Element, Event, Reading, evolve
from titer.mes.engine.states import DONE, FINAL, after
from titer.mes.recipe.expression import Quantity, Surroundings, evaluate, quantity
from titer.mes.recipe.grammar import Tree, names
from titer.mes.recipe.program import ROOT, Node, Program, Repeat

MAX_TRIES = 3
"""How often a set-point is written before its phase is at fault (a write that may happen once: 1)."""


@dataclass(frozen=True)
class Input:
    """Something the engine must take note of.

    Args:
        kind: "create", "start", "clock", "report", "command", "adjust", "outage" or "note".
        at_us: the process clock, microseconds.
        data: what belongs to the kind (see `decide`).
        values: channel -> last reading, as known at that instant.
    """

    kind: str
    at_us: int
    data: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Reading] = field(default_factory=dict)


class Turn:
    """Collects the events of one turn and applies each of them at once."""

    def __init__(self, program: Program, state: BatchState, given: Input) -> None:
        self.program = program
        self.state = state.copy()
        self.given = given
        self.now = given.at_us
        self.events: list[Event] = []
        self.refused = ""

    # -- events -----------------------------------------------------------------------------------------

    def emit(self, type_: str, **fields: Any) -> None:
        """Journal an event and apply it."""
        event = {"type": type_, "at_us": self.now, **{k: v for k, v in fields.items() if v is not None}}
        evolve(self.state, event)
        self.events.append(event)

    def element(self, path: str) -> Element:
        """An element as it is now."""
        return self.state.elements[path]

    def node(self, path: str) -> Node:
        """The recipe's step behind an element."""
        return self.program.node(path)

    def move(self, path: str, command: str, *, by: str = "engine", outcome: str | None = None) -> bool:
        """Carry out a command of the state table on one element; False where the table refuses it."""
        to = after(self.element(path).state, command)
        if to is None:
            return False
        self.emit(
            "element.moved",
            path=path,
            to=to,
            command=command,
            by=by,
            outcome=outcome if to in FINAL else None,
        )
        return True

    def complete(self, path: str, outcome: str = "done") -> None:
        """A running element has come to its end."""
        node = self.node(path)
        self.move(path, DONE, outcome=outcome)
        if node.mark and outcome != "not applicable":
            self.emit("mark.set", name=node.mark, path=path)

    def stage(self, path: str, stage: str | None = None, **changes: Any) -> None:
        """Remember where a leaf stands."""
        self.emit("element.staged", path=path, stage=stage, **changes)

    def deadline(self, path: str, name: str, due_us: int) -> None:
        """Wake the element at an instant."""
        self.emit("deadline.set", path=path, name=name, due_us=due_us)

    def due(self, path: str, name: str) -> bool:
        """Whether a deadline has been reached."""
        at = self.element(path).deadlines.get(name)
        return at is not None and self.now >= at

    def clear(self, path: str, name: str) -> None:
        """Take a deadline back, if there is one."""
        if name in self.element(path).deadlines:
            self.emit("deadline.cleared", path=path, name=name)

    def exception(
        self, path: str, kind: str, severity: str, title: str, *, key: str = "", **evidence: Any
    ) -> None:
        """Raise an exception once; it needs a person's disposition before release."""
        full = f"{self.state.batch}/{path}/{key or kind}"
        if full in self.state.exceptions:
            return
        self.emit(
            "exception.noted",
            key=full,
            path=path,
            kind=kind,
            severity=severity,
            title=title,
            evidence={name: value for name, value in evidence.items() if value is not None},
        )

    # -- effects ----------------------------------------------------------------------------------------

    def request(self, path: str, kind: str, name: str, **payload: Any) -> str:
        """Ask the world for something; the key makes it happen once."""
        key = f"{self.state.batch}/{path}/{self.element(path).attempt}/{name}"
        if key not in self.state.effects:
            self.emit("effect.requested", key=key, path=path, kind=kind, **payload)
        return key

    def write(
        self, path: str, symbol: str, value: Decimal, command: str, *, attempt: int = 1, origin: str = ""
    ) -> str:
        """Ask for a set-point to be written."""
        channel = self.program.channels[symbol]
        suffix = f"~{attempt}" if attempt > 1 else ""
        waiting = self.state.adjusting.get(symbol)
        taken = waiting is not None and command == "write" and Decimal(waiting["value"]) == value
        proposal = origin or (waiting["proposal"] if waiting and taken else "")
        return self.request(
            path,
            "write",
            f"{command}:{symbol}{suffix}",
            channel=symbol,
            tag=self.tag(symbol),
            value=canonical_decimal(value),
            unit=channel.unit,
            tolerance=canonical_decimal(channel.tolerance),
            command=command,
            attempt=attempt,
            proposal=proposal or None,
        )

    def tag(self, symbol: str) -> str:
        """The tag of a channel on the equipment that this batch is bound to."""
        unit, _, name = symbol.partition(".")
        return f"{self.state.bindings[unit]}.{name}"

    def effects_of(self, path: str, command: str) -> list[Event]:
        """Writes of one element for one command (`write`, `safe`, ...), in the order of asking."""
        return [
            effect
            for effect in self.state.effects.values()
            if effect["path"] == path and effect.get("command") == command
        ]

    # -- values -----------------------------------------------------------------------------------------

    def reading(self, symbol: str, *, not_before: int | None = None) -> Quantity | None:
        """A channel's value if it is good and fresh; else None."""
        found, channel = self.given.values.get(symbol), self.program.channels[symbol]
        if found is None or found.value is None or found.quality != "good":
            return None
        if abs(self.now - found.source_us) > channel.max_age_us:
            return None
        if not_before is not None and found.source_us < not_before:
            return None
        return quantity(found.value, channel.unit)

    def surroundings(self, path: str, trees: Iterable[Tree]) -> Surroundings:
        """What the expressions of an element see now."""
        values: dict[str, Quantity | None] = {}
        counters = self.counters(path)
        for tree in trees:
            for name in names(tree):
                if name.is_channel:
                    values[name.name] = self.reading(name.name)
                elif name.name in counters:
                    values[name.name] = quantity(Decimal(counters[name.name]), "1")
                elif name.name in self.state.formula:
                    parameter = self.state.formula[name.name]
                    values[name.name] = quantity(Decimal(parameter["value"]), parameter["unit"])
        started = self.element(ROOT).started_us
        ages = {mark: _seconds(self.now - at) for mark, at in self.state.marks.items()}
        if started is not None:
            ages[""] = _seconds(self.now - started)
        return Surroundings(values, ages)

    def value(self, path: str, tree: Tree) -> Quantity | bool | None:
        """Evaluate an expression of an element."""
        return evaluate(tree, self.surroundings(path, [tree]))

    def used(self, tree: Tree) -> list[dict[str, Any]]:
        """The readings behind an expression, as they are journaled: replay never asks the plant again."""
        symbols = dict.fromkeys(name.name for name in names(tree) if name.is_channel)
        return [self.used_channel(symbol) for symbol in symbols]

    def used_channel(self, symbol: str) -> dict[str, Any]:
        """One reading as it is journaled."""
        found, channel = self.given.values.get(symbol), self.program.channels[symbol]
        return {
            "channel": symbol,
            "tag": self.tag(symbol),
            "value": None if found is None or found.value is None else canonical_decimal(found.value),
            "unit": channel.unit,
            "quality": "missing" if found is None else found.quality,
            "source_us": None if found is None else found.source_us,
            "fresh": found is not None and abs(self.now - found.source_us) <= channel.max_age_us,
        }

    def counters(self, path: str) -> dict[str, int]:
        """The counters of the repeats around an element: name -> round, from 1."""
        found: dict[str, int] = {}
        at = 0
        while (at := path.find("#", at)) >= 0:
            end = at + 1
            while end < len(path) and path[end].isdigit():
                end += 1
            spec = self.node(path[:at]).spec
            if isinstance(spec, Repeat) and spec.counter:
                found[spec.counter] = int(path[at + 1 : end])
            at = end
        return found

    # -- the tree ---------------------------------------------------------------------------------------

    def below(self, path: str) -> list[str]:
        """Open elements strictly below an element, in the order they were opened."""
        return [p for p in self.state.elements if p.startswith((f"{path}.", f"{path}#"))]

    def around(self, path: str) -> str:
        """The unit procedure around an element, or the procedure where there is none."""
        at = path
        while at != ROOT:
            at = parent(at)
            if at == ROOT or self.node(at).kind == "unit":
                return at
        return ROOT


def parent(path: str) -> str:
    """The path of the element around an element.

    Example:
        >>> parent("P.2.4#3.1"), parent("P.2.4#3"), parent("P.2")
        ('P.2.4#3', 'P.2.4', 'P')
    """
    return path[: max(path.rfind("."), path.rfind("#"))]


def is_round(path: str) -> bool:
    """Whether an element is one round of a repeat."""
    return path.rfind("#") > path.rfind(".")


def _seconds(microseconds: int) -> Decimal:
    return Decimal(microseconds) / 1_000_000
