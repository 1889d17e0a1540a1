"""What is wrong with a recipe beyond its form: meaning, units, reachability, time-outs, units and deadlock."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from titer.base.units import same_dimension
from titer.mes.recipe.expression import (
    TRUTH,
    Quantity,
    Scope,
    Surroundings,
    dimension,
    dimension_of,
    evaluate,
    quantity,
)
from titer.mes.recipe.grammar import ExpressionError, Name, Tree, marks, names, parse
from titer.mes.recipe.program import (
    Feed,
    Manual,
    Node,
    Phase,
    Program,
    Repeat,
    SampleDraw,
    Until,
    Wait,
    constant,
)
from titer.mes.recipe.reader import Notes

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_EMPTY = Surroundings({}, {})


@dataclass
class _Place:
    """What holds where a step stands."""

    allocated: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()
    repeated: bool = False


@dataclass
class _Linter:
    program: Program
    content: dict[str, Any]
    notes: Notes
    marks: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    orders: list[tuple[tuple[str, ...], Node]] = field(default_factory=list)

    # -- expressions ------------------------------------------------------------------------------------

    def scope(self, place: _Place) -> Scope:
        known = {name: raw["unit"] for name, raw in self.program.formula.items()}
        known |= {
            symbol: channel.unit for symbol, channel in self.program.channels.items() if not channel.text
        }
        known |= dict.fromkeys(place.counters, "1")
        return Scope(known, frozenset(self.marks))

    def check(self, tree: Tree, pointer: str, place: _Place, expected: str) -> bool:
        """Whether the expression has a meaning of the expected dimension here; notes why not."""
        self.used.update(name.name for name in names(tree))
        try:
            found = dimension(tree, self.scope(place))
        except ExpressionError as error:
            rule = "unit" if "nits do not fit" in error.message else "expression"
            self.notes.at(pointer, error.message, offset=error.column, rule=rule)
            return False
        if found != expected:
            what = "a condition" if expected == TRUTH else f"a {expected}"
            self.notes.at(pointer, f"This is a {found}, but {what} is needed here.", rule="unit")
            return False
        for name in names(tree):
            symbol = name.name.partition(".")[0]
            if name.is_channel and symbol not in place.allocated:
                self.notes.at(
                    pointer,
                    f"{name.name} is read outside `unit: {symbol}`; the unit is not this batch's then.",
                    offset=name.column,
                    rule="unit-not-held",
                    severity="warning",
                )
        return True

    def guard(self, node: Node, place: _Place) -> None:
        """A condition that is waited for."""
        spec = node.spec
        guard = spec.guard if isinstance(spec, Phase | Until) else None
        if guard is None:
            return
        pointer = f"{node.pointer}/until"
        if node.timeout is None:
            self.notes.at(
                pointer,
                "This condition may never come true: give it a `timeout`, e.g. `120 h -> exception(major)`.",
                rule="no-timeout",
            )
        if self.check(guard.tree, pointer, place, TRUTH) and constant(guard.tree):
            value = evaluate(guard.tree, _EMPTY)
            if value is not True:
                self.notes.at(
                    pointer, "This condition is never true: what follows is unreachable.", rule="unreachable"
                )
            else:
                self.notes.at(pointer, "This condition is always true.", rule="constant", severity="warning")

    # -- declarations -----------------------------------------------------------------------------------

    def declarations(self) -> None:
        """Formula, channels, adjustable channels, library."""
        for name, raw in self.program.formula.items():
            low, high, value = (Decimal(raw[key]) if key in raw else None for key in ("low", "high", "value"))
            pointer = f"/formula/{name}"
            if low is not None and high is not None and low > high:
                self.notes.at(pointer, f"{name}: low {low} lies above high {high}.", rule="range")
            elif value is not None and (
                (low is not None and value < low) or (high is not None and value > high)
            ):
                self.notes.at(
                    pointer,
                    f"{name}: {value} lies outside {raw.get('low')} to {raw.get('high')}.",
                    rule="range",
                )
            if raw.get("critical") and (low is None or high is None):
                self.notes.at(pointer, f"{name} is critical: it needs `low` and `high`.", rule="critical")
        for symbol, channel in self.program.channels.items():
            unit, _, name = symbol.partition(".")
            pointer = f"/units/{unit}/channels/{name}"
            raw = self.program.units[unit]["channels"][name]
            if "unit" not in raw and not channel.text:
                self.notes.at(pointer, f"{symbol} needs a `unit` (or `text: true`).", rule="unit")
            if channel.settable and not channel.text and (channel.low is None or channel.high is None):
                self.notes.at(pointer, f"{symbol} is settable: it needs `low` and `high`.", rule="range")
            if channel.low is not None and channel.high is not None and channel.low > channel.high:
                self.notes.at(pointer, f"{symbol}: low lies above high.", rule="range")
            if channel.safe is not None and not channel.settable:
                self.notes.at(pointer, f"{symbol} has a safe value but is not settable.", rule="range")
        self._adjustable()

    def _adjustable(self) -> None:
        for symbol, item in self.program.adjustable.items():
            unit, _, name = symbol.partition(".")
            pointer = f"/units/{unit}/adjustable/{name}"
            channel = self.program.channels.get(symbol)
            if channel is None or not channel.settable or channel.text:
                self.notes.at(pointer, f"{symbol} is not a settable channel of the unit.", rule="adjustable")
                continue
            if (
                item.low > item.high
                or item.low < (channel.low or item.low)
                or item.high > (channel.high or item.high)
            ):
                self.notes.at(
                    pointer, f"{symbol}: the proven range must lie inside the channel's.", rule="range"
                )
            if item.parameter:
                self.used.add(item.parameter)
                raw = self.program.formula.get(item.parameter)
                if raw is None:
                    self.notes.at(
                        pointer, f"There is no formula parameter {item.parameter!r}.", rule="adjustable"
                    )
                elif dimension_of(raw["unit"]) != dimension_of(channel.unit):
                    self.notes.at(
                        pointer,
                        f"{item.parameter} ({raw['unit']}) does not fit {symbol} ({channel.unit}).",
                        rule="unit",
                    )

    # -- steps ------------------------------------------------------------------------------------------

    def steps(self, node: Node, place: _Place) -> None:
        """One step and all below it."""
        if node.when is not None:
            pointer = f"{node.pointer}/when"
            if any(name.is_channel for name in names(node.when)):
                self.notes.at(
                    pointer,
                    "`when` decides once, on formula parameters, counters and ages; wait for a channel with `until`.",
                    rule="when",
                )
            elif self.check(node.when, pointer, place, TRUTH) and constant(node.when):
                value = evaluate(node.when, _EMPTY)
                if value is not True:
                    self.notes.at(pointer, "This is never true: the step is unreachable.", rule="unreachable")
            self._marks(marks(node.when), pointer)
        self._own(node, place)
        inner = self._inner(node, place)
        for child in node.children:
            self.steps(child, inner)
        if node.mark:
            if node.mark in self.marks:
                self.notes.at(f"{node.pointer}/mark", f"The mark {node.mark!r} is set twice.", rule="mark")
            if node.when is not None:
                self.notes.at(
                    f"{node.pointer}/mark",
                    "A step with `when` may never happen; it cannot set a mark.",
                    rule="mark",
                )
            if place.repeated:
                self.notes.at(f"{node.pointer}/mark", "A mark cannot be set inside a repeat.", rule="mark")
            self.marks.add(node.mark)

    def _inner(self, node: Node, place: _Place) -> _Place:
        if node.kind == "unit":
            symbol = node.unit
            if symbol not in self.program.units:
                known = ", ".join(sorted(self.program.units))
                self.notes.at(
                    f"{node.pointer}/unit",
                    f"The unit {symbol!r} is not declared. Declared: {known}.",
                    rule="unit-unknown",
                )
            if symbol in place.allocated:
                self.notes.at(
                    f"{node.pointer}/unit",
                    f"{symbol} is already held here: the batch would wait for itself.",
                    rule="deadlock",
                )
            self.used.add(f"unit {symbol}")
            self.orders.append(((*place.allocated, symbol), node))
            return _Place((*place.allocated, symbol), place.counters, place.repeated)
        if isinstance(node.spec, Repeat):
            counter = node.spec.counter
            if counter and (counter in self.program.formula or counter in place.counters):
                self.notes.at(
                    f"{node.pointer}/counter",
                    f"{counter!r} is the name of something else already.",
                    rule="name",
                )
            more = (counter,) if counter else ()
            return _Place(place.allocated, place.counters + more, True)
        return place

    def _own(self, node: Node, place: _Place) -> None:
        spec = node.spec
        self.guard(node, place)
        if isinstance(spec, Phase):
            self._phase(node, spec, place)
        elif isinstance(spec, Feed):
            self._feed(node, spec, place)
        elif isinstance(spec, Wait):
            self._wait(spec, f"{node.pointer}/wait")
        elif isinstance(spec, Repeat) and spec.first is not None:
            self._wait(spec.first, f"{node.pointer}/first")
        elif isinstance(spec, SampleDraw):
            self._sample(node, spec, place)
        elif isinstance(spec, Manual):
            _manual(self, node, spec)

    def _wait(self, spec: Wait, pointer: str) -> None:
        if spec.after:
            self._marks([Name(spec.after, 0)], pointer)

    def _marks(self, found: list[Name], pointer: str) -> None:
        for mark in found:
            if mark.name not in self.marks:
                self.notes.at(pointer, f"No earlier step sets the mark {mark.name!r}.", rule="mark")

    def _phase(self, node: Node, spec: Phase, place: _Place) -> None:
        step = self._source(node)
        library = self.content.get("phases", {}).get(spec.name)
        if library is None and not step.get("set"):
            self.notes.at(
                f"{node.pointer}/phase",
                f"The library `phases:` has no {spec.name!r}, and the step has no `set` of its own.",
                rule="phase-unknown",
            )
        if library is not None:
            given = set(step.get("set", {}))
            for missing in sorted(set(library.get("parameters", {})) - given):
                self.notes.at(node.pointer, f"{spec.name} needs the parameter {missing!r}.", rule="parameter")
            for name, unit in library.get("parameters", {}).items():
                if name in given:
                    self.check(
                        parse(step["set"][name]), f"{node.pointer}/set/{name}", place, dimension_of(unit)
                    )
        for write in spec.writes:
            pointer = f"{node.pointer}/set/{write.channel.partition('.')[2]}"
            self._write(write.channel, write.tree, pointer, place)

    def _write(self, symbol: str, tree: Tree, pointer: str, place: _Place) -> None:
        unit = symbol.partition(".")[0]
        channel = self.program.channels.get(symbol)
        if channel is None or not channel.settable:
            why = "is not declared" if channel is None else "is not settable"
            self.notes.at(
                pointer, f"The channel {symbol} {why} under `units: {unit}: channels:`.", rule="channel"
            )
            return
        if unit not in place.allocated:
            self.notes.at(pointer, f"{symbol} is written outside `unit: {unit}`.", rule="unit-not-held")
        if channel.text:
            self.notes.at(
                pointer, f"{symbol} takes text; only a sample's `draw` writes text.", rule="channel"
            )
            return
        if not self.check(tree, pointer, place, dimension_of(channel.unit)):
            return
        for value in self._extremes(tree):
            number = value.in_unit(channel.unit)
            if (channel.low is not None and number < channel.low) or (
                channel.high is not None and number > channel.high
            ):
                self.notes.at(
                    pointer,
                    f"{number.normalize():f} {channel.unit} lies outside {symbol}'s range, "
                    f"{channel.low} to {channel.high}.",
                    rule="range",
                )
                return

    def _extremes(self, tree: Tree) -> list[Quantity]:
        """A constant's value, or a formula parameter's value and limits."""
        if constant(tree):
            value = evaluate(tree, _EMPTY)
            return [value] if isinstance(value, Quantity) else []
        if isinstance(tree, Name) and tree.name in self.program.formula:
            raw = self.program.formula[tree.name]
            keys = [key for key in ("value", "low", "high") if key in raw]
            return [quantity(Decimal(raw[key]), raw["unit"]) for key in keys]
        return []

    def _feed(self, node: Node, spec: Feed, place: _Place) -> None:
        step = self._source(node)
        if ("rate" in step) == ("volume" in step):
            self.notes.at(node.pointer, "A feed needs either `rate` or `volume`.", rule="feed")
            return
        self._write(
            spec.channel, spec.rate, f"{node.pointer}/{'rate' if 'rate' in step else 'volume'}", place
        )
        channel = self.program.channels.get(spec.channel)
        if channel is not None and dimension_of(channel.unit) not in ("volume flow", "mass flow"):
            self.notes.at(
                f"{node.pointer}/channel", f"{spec.channel} ({channel.unit}) is no flow.", rule="unit"
            )
        if channel is not None and channel.safe is None:
            self.notes.at(
                f"{node.pointer}/channel",
                f"{spec.channel} needs `safe` (what the pump is set back to).",
                rule="feed",
            )
        if not spec.total:
            self.notes.at(
                node.pointer, "Without `total` nobody checks what was fed.", rule="feed", severity="warning"
            )
            return
        total = self.program.channels.get(spec.total)
        if total is None:
            self.notes.at(
                f"{node.pointer}/total", f"The channel {spec.total} is not declared.", rule="channel"
            )
            return
        fed = {"volume flow": "volume", "mass flow": "mass"}.get(
            dimension_of(channel.unit) if channel else ""
        )
        if channel is not None and dimension_of(total.unit) != fed:
            self.notes.at(
                f"{node.pointer}/total",
                f"{spec.total} ({total.unit}) does not total {spec.channel}.",
                rule="unit",
            )
        unit = spec.tolerance[1]
        if unit != "%" and not same_dimension(unit, total.unit):
            self.notes.at(
                f"{node.pointer}/tolerance",
                f"The tolerance's unit {unit} does not fit {total.unit}.",
                rule="unit",
            )

    def _sample(self, node: Node, spec: SampleDraw, place: _Place) -> None:
        if spec.draw:
            channel = self.program.channels.get(spec.draw)
            if channel is None or not channel.settable or not channel.text:
                self.notes.at(
                    f"{node.pointer}/draw", f"{spec.draw} is no settable text channel.", rule="channel"
                )
        for name in _PLACEHOLDER.findall(spec.label):
            if name not in place.counters:
                self.notes.at(
                    f"{node.pointer}/label", f"{{{name}}} is no counter of a repeat around it.", rule="name"
                )

    def _source(self, node: Node) -> dict[str, Any]:
        found: Any = self.content
        for part in node.pointer.strip("/").split("/"):
            found = found[int(part)] if isinstance(found, list) else found[part]
        assert isinstance(found, dict)  # noqa: S101 - a pointer to a step always leads to one
        return found

    # -- the whole --------------------------------------------------------------------------------------

    def whole(self) -> None:
        """What can only be seen from above."""
        for name in self.program.formula:
            if name not in self.used:
                self.notes.at(
                    f"/formula/{name}",
                    f"The parameter {name!r} is never used.",
                    rule="unused",
                    severity="warning",
                )
        for symbol in self.program.units:
            if f"unit {symbol}" not in self.used:
                self.notes.at(
                    f"/units/{symbol}",
                    f"The unit {symbol} is never allocated.",
                    rule="unused",
                    severity="warning",
                )
        pairs = {
            (first, second)
            for order, _ in self.orders
            for i, first in enumerate(order)
            for second in order[i + 1 :]
        }
        for order, node in self.orders:
            for first in order[:-1]:
                if (order[-1], first) in pairs and first != order[-1]:
                    self.notes.at(
                        node.pointer,
                        f"{first} is held while {order[-1]} is waited for, and elsewhere the other way round: "
                        "two branches can wait for each other for ever. Take the units in one order.",
                        rule="deadlock",
                    )
        self._left_running()
        self._parameters_reach()

    def _parameters_reach(self) -> None:
        """A proposal changes a channel through its parameter: then all writes must be that parameter."""
        for symbol, item in self.program.adjustable.items():
            for node in self.program.root.walk():
                writes = (
                    [(w.channel, w.tree) for w in node.spec.writes] if isinstance(node.spec, Phase) else []
                )
                if isinstance(node.spec, Feed):
                    writes = [(node.spec.channel, node.spec.rate)]
                for channel, tree in writes:
                    plain = isinstance(tree, Name) and tree.name == item.parameter
                    if channel == symbol and item.parameter and not plain and not constant(tree):
                        self.notes.at(
                            node.pointer,
                            f"{symbol} is adjustable through {item.parameter!r}, so it must be set to it as it is.",
                            rule="adjustable",
                        )

    def _left_running(self) -> None:
        """A channel with a safe value that a phase moved away, and no later step of the unit set back."""
        for unit in (node for node in self.program.root.walk() if node.kind == "unit"):
            last: dict[str, tuple[Tree, Node]] = {}
            for node in unit.walk():
                if isinstance(node.spec, Phase):
                    last |= {write.channel: (write.tree, node) for write in node.spec.writes}
            for symbol, (tree, node) in last.items():
                channel = self.program.channels.get(symbol)
                if channel is None or channel.safe is None:
                    continue
                value = evaluate(tree, _EMPTY) if constant(tree) else None
                if not isinstance(value, Quantity) or value.in_unit(channel.unit) != channel.safe:
                    self.notes.at(
                        node.pointer,
                        f"{symbol} is not set back to its safe value {channel.safe} before {unit.unit} is released.",
                        rule="left-running",
                        severity="warning",
                    )


def _manual(linter: _Linter, node: Node, spec: Manual) -> None:
    """Entries, scan, charge and product of a manual task."""
    form, notes = spec.form, linter.notes
    entries: list[dict[str, Any]] = form.get("entries", [])
    for name, number in Counter(entry["name"] for entry in entries if "name" in entry).items():
        if number > 1:
            notes.at(f"{node.pointer}/entries", f"The entry {name!r} is there {number} times.", rule="entry")
    for index, entry in enumerate(entries):
        pointer = f"{node.pointer}/entries/{index}"
        kind = entry.get("type", "number")
        limits = [key for key in ("low", "high") if key in entry]
        if kind == "number" and "unit" not in entry:
            notes.at(pointer, "A number needs a `unit` (`1` for none).", rule="entry")
        if kind != "number" and (limits or "unit" in entry):
            notes.at(pointer, f"An entry of the type {kind!r} has no unit and no limits.", rule="entry")
        if kind == "choice" and not entry.get("choices"):
            notes.at(pointer, "A choice needs `choices`.", rule="entry")
        if len(limits) == 2 and Decimal(entry["low"]) > Decimal(entry["high"]):
            notes.at(pointer, "low lies above high.", rule="range")
        if entry.get("yield") and len(limits) < 2:
            notes.at(pointer, "A yield needs `low` and `high`.", rule="entry")
    known = {entry.get("name"): entry for entry in entries}
    for key in ("scan",):
        if key in form and form[key] not in linter.program.materials:
            notes.at(
                f"{node.pointer}/{key}",
                f"The material {form[key]!r} is not declared under `materials:`.",
                rule="material",
            )
    if "charge" in form:
        if "scan" not in form:
            notes.at(f"{node.pointer}/charge", "A charge needs a `scan` of the lot.", rule="material")
        quantity = form["charge"]["quantity"]
        if not re.fullmatch(r"\d+(\.\d+)?", quantity) and quantity not in known:
            notes.at(
                f"{node.pointer}/charge",
                f"{quantity!r} is neither a number nor an entry of this task.",
                rule="entry",
            )
    if "produce" in form:
        produce = form["produce"]
        if produce["material"] not in linter.program.materials:
            notes.at(
                f"{node.pointer}/produce",
                f"The material {produce['material']!r} is not declared.",
                rule="material",
            )
        if produce["quantity"] not in known:
            notes.at(
                f"{node.pointer}/produce", f"{produce['quantity']!r} is no entry of this task.", rule="entry"
            )


def lint(program: Program, content: dict[str, Any], notes: Notes) -> None:
    """Note everything that is wrong or doubtful with the meaning of a recipe."""
    linter = _Linter(program, content, notes)
    linter.declarations()
    linter.steps(program.root, _Place())
    linter.whole()
