"""From canonical content to a program: expressions parsed, channel names completed, paths given."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from titer.base.errors import IntegrityFault
from titer.mes.recipe.grammar import Binary, Call, Name, Tree, Unary, names, parse
from titer.mes.recipe.program.nodes import (
    ROOT,
    Adjustable,
    Channel,
    Feed,
    Guard,
    Manual,
    Node,
    Phase,
    Program,
    Repeat,
    SampleDraw,
    SetPoint,
    Spec,
    Timeout,
    Until,
    Wait,
)
from titer.mes.recipe.reader import microseconds


def resolve(tree: Tree, unit: str, units: dict[str, Any], arguments: dict[str, Tree] | None = None) -> Tree:
    """Complete channel names with the unit they stand in, and put arguments in for parameters."""
    given = arguments or {}
    if isinstance(tree, Name):
        if tree.is_channel:
            return Name(absolute(tree.name, unit, units), tree.column)
        return given.get(tree.name, tree)
    if isinstance(tree, Unary):
        return Unary(tree.operator, resolve(tree.operand, unit, units, given), tree.column)
    if isinstance(tree, Binary):
        left, right = (resolve(side, unit, units, given) for side in (tree.left, tree.right))
        return Binary(tree.operator, left, right, tree.column)
    if isinstance(tree, Call) and tree.function != "age":
        return Call(tree.function, tuple(resolve(a, unit, units, given) for a in tree.arguments), tree.column)
    return tree


def absolute(channel: str, unit: str, units: dict[str, Any]) -> str:
    """`Temperature.SP` inside `unit: BR` is `BR.Temperature.SP`."""
    if channel.partition(".")[0] in units or not unit:
        return channel
    return f"{unit}.{channel}"


_DEFAULT_AGE_US = 1_800_000_000


def _span(written: str) -> int:
    found = microseconds(written)
    if found is None:
        raise IntegrityFault(f"{written!r} in a stored recipe is no time span.")
    return found


class _Builder:
    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.units: dict[str, Any] = content.get("units", {})
        self.library: dict[str, Any] = content.get("phases", {})

    def node(self, step: dict[str, Any], path: str, unit: str, pointer: str) -> Node:
        kind = step["kind"]
        inner = step["unit"] if kind == "unit" else unit
        key = "parallel" if kind == "parallel" else "do"
        children = tuple(
            self.node(child, f"{path}.{index + 1}", inner, f"{pointer}/{key}/{index}")
            for index, child in enumerate(step.get(key, []))
        )
        timeout = step.get("timeout")
        spec: Spec = None
        if kind == "phase":
            spec, timeout = self._phase(step, inner)
        elif kind == "until":
            spec = Until(self._guard(step["until"], inner, {}))
        elif kind == "manual":
            spec = Manual(
                {k: v for k, v in step.items() if k not in ("kind", "when", "mark", "planned", "timeout")}
            )
        elif kind == "wait":
            spec = self._wait(step["wait"])
        elif kind == "sample":
            draw = step.get("draw", "")
            spec = SampleDraw(
                step["sample"],
                step.get("label", ""),
                absolute(draw, inner, self.units) if draw else "",
                tuple(step.get("analyses", [])),
                step.get("panel", False),
            )
        elif kind == "feed":
            spec = self._feed(step, inner)
        elif kind == "repeat":
            first = self._wait(step["first"]) if "first" in step else None
            spec = Repeat(_span(step["every"]), step["count"], first, step.get("counter", ""))
        return Node(
            path=path,
            kind=kind,
            title=step.get("title") or self._title(step),
            unit=inner,
            spec=spec,
            children=children,
            when=resolve(parse(step["when"]), inner, self.units) if "when" in step else None,
            when_text=step.get("when", ""),
            mark=step.get("mark", ""),
            planned_us=_span(step["planned"]) if "planned" in step else None,
            timeout=Timeout(_span(timeout["after"]), timeout["severity"], timeout["then"])
            if timeout
            else None,
            pointer=pointer,
        )

    def _title(self, step: dict[str, Any]) -> str:
        kind = step["kind"]
        if kind == "phase":
            library = self.library.get(step["phase"], {})
            return str(library.get("title") or step["phase"])
        if kind == "parallel":
            return "In parallel"
        if kind == "until":
            return f"Until {step['until']['condition']}"
        if kind == "wait":
            wait = step["wait"]
            after = f" after {wait['after']}" if wait.get("after") else ""
            return f"Wait {wait['span']}" if "span" in wait else f"Wait until {wait['at']}{after}"
        if kind == "sample":
            return f"Sample {step['sample']}"
        return str(step[kind])

    def _guard(self, raw: dict[str, Any], unit: str, arguments: dict[str, Tree]) -> Guard:
        tree = resolve(parse(raw["condition"]), unit, self.units, arguments)
        return Guard(tree, raw["condition"], _span(raw["for"]) if "for" in raw else 0)

    def _wait(self, raw: dict[str, Any]) -> Wait:
        if "span" in raw:
            return Wait(_span(raw["span"]))
        return Wait(None, _span(raw["at"]), raw.get("after", ""))

    def _phase(self, step: dict[str, Any], unit: str) -> tuple[Phase, dict[str, Any] | None]:
        library = self.library.get(step["phase"], {})
        given = step.get("set", {})
        parameters = library.get("parameters", {})
        arguments = {
            name: resolve(parse(given[name]), unit, self.units) for name in parameters if name in given
        }
        raw = {key: (text, arguments) for key, text in library.get("set", {}).items()}
        raw |= {key: (text, {}) for key, text in given.items() if key not in parameters}
        writes = tuple(
            SetPoint(
                absolute(key, unit, self.units),
                resolve(parse(text), unit, self.units, bound),
                given.get(text, text) if bound else text,
            )
            for key, (text, bound) in raw.items()
        )
        guard = step.get("until") or library.get("until")
        own_guard = "until" in step
        return (
            Phase(
                step["phase"],
                writes,
                self._guard(guard, unit, {} if own_guard else arguments) if guard else None,
                step.get("on_fault") or library.get("on_fault") or "hold",
            ),
            step.get("timeout") or library.get("timeout"),
        )

    def _feed(self, step: dict[str, Any], unit: str) -> Feed:
        text = step["rate"] if "rate" in step else f"({step.get('volume', '0 L')}) / {step['for']}"
        tolerance = step.get("tolerance", {"value": "10", "unit": "%"})
        total = step.get("total", "")
        return Feed(
            step["feed"],
            absolute(step["channel"], unit, self.units),
            resolve(parse(text), unit, self.units),
            text,
            _span(step["for"]),
            absolute(total, unit, self.units) if total else "",
            (Decimal(tolerance["value"]), tolerance["unit"]),
            step.get("on_fault") or "hold",
        )


def _channels(units: dict[str, Any]) -> dict[str, Channel]:
    def decimal(raw: dict[str, Any], key: str) -> Decimal | None:
        return Decimal(raw[key]) if key in raw else None

    return {
        f"{symbol}.{name}": Channel(
            symbol=f"{symbol}.{name}",
            unit=raw.get("unit", "1"),
            max_age_us=_span(raw["max_age"]) if "max_age" in raw else _DEFAULT_AGE_US,
            critical=raw.get("critical", False),
            settable=raw.get("settable", False),
            low=decimal(raw, "low"),
            high=decimal(raw, "high"),
            tolerance=Decimal(raw.get("tolerance", "0")),
            safe=decimal(raw, "safe"),
            once=raw.get("once", False),
            text=raw.get("text", False),
        )
        for symbol, unit in units.items()
        for name, raw in unit.get("channels", {}).items()
    }


def build(content: dict[str, Any]) -> Program:
    """Turn canonical content into a program; the content has passed `recipe.read` before.

    Raises:
        IntegrityFault: if stored content cannot be built any more.
    """
    builder = _Builder(content)
    units = builder.units
    children = tuple(
        builder.node(step, f"{ROOT}.{index + 1}", "", f"/procedure/{index}")
        for index, step in enumerate(content["procedure"])
    )
    root = Node(ROOT, "procedure", content.get("title") or content["recipe"], "", None, children)
    return Program(
        code=content["recipe"],
        version=content["version"],
        root=root,
        units=units,
        channels=_channels(units),
        adjustable={
            f"{symbol}.{name}": Adjustable(
                f"{symbol}.{name}",
                raw.get("parameter", ""),
                Decimal(raw["low"]),
                Decimal(raw["high"]),
                raw.get("apply", "now"),
            )
            for symbol, unit in units.items()
            for name, raw in unit.get("adjustable", {}).items()
        },
        formula=content.get("formula", {}),
        materials=content.get("materials", {}),
        nodes={node.path: node for node in root.walk()},
    )


def constant(tree: Tree) -> bool:
    """Whether an expression depends on nothing that can change while the batch runs."""
    return not names(tree) and not _has_age(tree)


def _has_age(tree: Tree) -> bool:
    if isinstance(tree, Call):
        return tree.function == "age" or any(_has_age(argument) for argument in tree.arguments)
    if isinstance(tree, Unary):
        return _has_age(tree.operand)
    if isinstance(tree, Binary):
        return _has_age(tree.left) or _has_age(tree.right)
    return False
