"""The form of a recipe: which keys there are, and what each holds. What comes out is plain, canonical content.

The content (dicts, lists, text, whole numbers, booleans; decimals as text) is what is hashed, signed, stored
and run; the YAML text is kept beside it as its source.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from titer.mes.recipe.grammar import ExpressionError, parse
from titer.mes.recipe.reader import (
    CHANNEL_KEY,
    Field,
    Notes,
    Reader,
    choice,
    code,
    count,
    duration,
    expression,
    flag,
    identifier,
    items,
    mapping,
    measure,
    microseconds,
    number,
    place,
    scalar,
    table,
    text,
    unit_code,
)

ROLES = ("operator", "analyst", "reviewer", "quality", "scientist", "process_owner")
KINDS = ("unit", "operation", "phase", "parallel", "manual", "until", "wait", "sample", "feed", "repeat")

_TIMEOUT = re.compile(
    r"^(?P<span>[^>]+?)\s*(?:->\s*(?P<action>exception\((?:minor|major|critical)\)|hold|abort)"
    r"(?P<go_on>\s*,\s*continue)?)?$"
)
_WAIT_AT = re.compile(r"^at\s+(?P<span>[\d.]+\s*(?:s|min|h|d))(?:\s+after\s+(?P<mark>[A-Za-z_]\w*))?$")
_SCAN = re.compile(r"^lot\((?P<material>[A-Za-z_]\w*)\)$")
_FOR = re.compile(r"^(?P<condition>.+?)\s+for\s+(?P<span>[\d.]+\s*(?:s|min|h|d))$", re.DOTALL)


def _timeout(node: yaml.Node, pointer: str, notes: Notes) -> dict[str, Any] | None:
    found = scalar(node, notes, "timeout")
    if found is None:
        return None
    match = _TIMEOUT.match(found)
    if match is None or microseconds(match["span"]) is None:
        notes.add(
            node,
            f"timeout is {found!r}; write `120 h -> exception(major)`, `... -> exception(major), continue`, "
            "`... -> hold` or `... -> abort`.",
        )
        return None
    action = match["action"] or "exception(major)"
    severity = action[len("exception(") : -1] if action.startswith("exception") else "major"
    if match["go_on"] and not action.startswith("exception"):
        notes.add(node, "`, continue` can follow an exception only.", offset=match.start("go_on"))
        return None
    then = "continue" if match["go_on"] else ("wait" if action.startswith("exception") else action)
    return {"after": " ".join(match["span"].split()), "severity": severity, "then": then}


def _wait(node: yaml.Node, pointer: str, notes: Notes) -> dict[str, Any] | None:
    found = scalar(node, notes, "wait")
    if found is None:
        return None
    if microseconds(found) is not None:
        return {"span": " ".join(found.split())}
    match = _WAIT_AT.match(found)
    if match is None or microseconds(match["span"]) is None:
        notes.add(node, f"wait is {found!r}; write `2 h`, `at 120 h` (batch age) or `at 120 h after MARK`.")
        return None
    return {"at": " ".join(match["span"].split()), "after": match["mark"] or ""}


def _scan(node: yaml.Node, pointer: str, notes: Notes) -> str | None:
    found = scalar(node, notes, "scan")
    if found is None:
        return None
    match = _SCAN.match(found)
    if match is None:
        notes.add(node, f"scan is {found!r}; write `lot(MATERIAL)` with a material of this recipe.")
        return None
    return match["material"]


def _condition(what: str) -> Reader:
    def read(node: yaml.Node, pointer: str, notes: Notes) -> dict[str, Any] | None:
        found = scalar(node, notes, what)
        if found is None:
            return None
        result: dict[str, Any] = {"condition": found}
        if match := _FOR.match(found):
            if microseconds(match["span"]) is None:
                notes.add(node, f"{match['span']!r} is no time span.", offset=match.start("span"))
                return None
            result = {"condition": match["condition"], "for": " ".join(match["span"].split())}
        try:
            parse(result["condition"])
        except ExpressionError as error:
            notes.add(node, f"{what}: {error.message}", offset=error.column, rule="expression")
            return None
        return result

    return read


_entry = mapping(
    {
        "name": Field(identifier("The name of an entry"), required=True),
        "prompt": Field(text("prompt", longest=300)),
        "type": Field(choice("type", "number", "text", "yes", "choice")),
        "unit": Field(unit_code("unit")),
        "low": Field(number("low")),
        "high": Field(number("high")),
        "choices": Field(items(text("A choice", longest=100), "choices", fewest=1)),
        "optional": Field(flag("optional")),
        "severity": Field(choice("severity", "minor", "major", "critical")),
        "yield": Field(flag("yield")),
    },
    "An entry",
)

_charge = mapping(
    {
        "quantity": Field(text("quantity", longest=60), required=True),
        "unit": Field(unit_code("unit"), required=True),
    },
    "charge",
)
_produce = mapping(
    {
        "material": Field(identifier("material"), required=True),
        "quantity": Field(identifier("quantity (the name of an entry)"), required=True),
        "unit": Field(unit_code("unit"), required=True),
    },
    "produce",
)


def _do(node: yaml.Node, pointer: str, notes: Notes) -> list[Any] | None:
    found: list[Any] | None = items(_step, "do", fewest=1)(node, pointer, notes)
    return found


def _parallel(node: yaml.Node, pointer: str, notes: Notes) -> list[Any] | None:
    found: list[Any] | None = items(_step, "parallel", fewest=2)(node, pointer, notes)
    return found


_COMMON: dict[str, Field] = {
    "title": Field(text("title", longest=200)),
    "when": Field(expression("when")),
    "mark": Field(identifier("mark")),
    "planned": Field(duration("planned")),
}

_STEPS: dict[str, dict[str, Field]] = {
    "unit": {"unit": Field(identifier("unit"), required=True), "do": Field(_do, required=True)},
    "operation": {
        "operation": Field(text("operation", longest=200), required=True),
        "do": Field(_do, required=True),
    },
    "phase": {
        "phase": Field(code("phase"), required=True),
        "set": Field(table(expression("A set-point"), "set", key_pattern=CHANNEL_KEY)),
        "until": Field(_condition("until")),
        "timeout": Field(_timeout),
        "on_fault": Field(choice("on_fault", "hold", "exception")),
    },
    "parallel": {"parallel": Field(_parallel, required=True)},
    "manual": {
        "manual": Field(text("manual", longest=200), required=True),
        "instruction": Field(text("instruction")),
        "role": Field(choice("role", *ROLES)),
        "entries": Field(items(_entry, "entries")),
        "scan": Field(_scan),
        "charge": Field(_charge),
        "produce": Field(_produce),
        "witness": Field(flag("witness")),
        "timeout": Field(_timeout),
    },
    "until": {"until": Field(_condition("until"), required=True), "timeout": Field(_timeout)},
    "wait": {"wait": Field(_wait, required=True)},
    "sample": {
        "sample": Field(code("sample (the code of a sampling plan)"), required=True),
        "label": Field(text("label", longest=100)),
        "draw": Field(text("draw (a channel)", longest=100)),
        "analyses": Field(items(code("An analysis"), "analyses")),
        "panel": Field(flag("panel")),
        "timeout": Field(_timeout),
    },
    "feed": {
        "feed": Field(text("feed", longest=100), required=True),
        "channel": Field(text("channel", longest=100), required=True),
        "rate": Field(expression("rate")),
        "volume": Field(expression("volume")),
        "for": Field(duration("for"), required=True),
        "total": Field(text("total (a channel)", longest=100)),
        "tolerance": Field(measure("tolerance")),
        "on_fault": Field(choice("on_fault", "hold", "exception")),
    },
    "repeat": {
        "repeat": Field(text("repeat", longest=200), required=True),
        "every": Field(duration("every"), required=True),
        "count": Field(count("count", 1, 10_000), required=True),
        "first": Field(_wait),
        "counter": Field(identifier("counter")),
        "do": Field(_do, required=True),
    },
}


def _step(node: yaml.Node, pointer: str, notes: Notes) -> dict[str, Any] | None:
    if not isinstance(node, yaml.MappingNode):
        notes.add(node, f"A step is one of {', '.join(KINDS)}, e.g. `- phase: Control.Temperature`.")
        return None
    keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    # `until` is a kind of step and a key of a phase; the other kind decides.
    kinds = [kind for kind in KINDS if kind in keys]
    if len(kinds) > 1 and kinds[0] == "phase":
        kinds = ["phase"] if set(kinds[1:]) == {"until"} else kinds
    if len(kinds) != 1:
        notes.add(
            node,
            f"A step must be exactly one of {', '.join(KINDS)}; this one has {', '.join(kinds) or 'none of them'}.",
        )
        return None
    kind = kinds[0]
    notes.places[pointer] = place(node)
    found = mapping({**_STEPS[kind], **_COMMON}, f"A step of the kind {kind!r}")(node, pointer, notes)
    if found is None:
        return None
    return {"kind": kind, **found}


_parameter = mapping(
    {
        "title": Field(text("title", longest=200)),
        "value": Field(number("value"), required=True),
        "unit": Field(unit_code("unit"), required=True),
        "low": Field(number("low")),
        "high": Field(number("high")),
        "critical": Field(flag("critical")),
    },
    "A formula parameter",
)
_channel = mapping(
    {
        "unit": Field(unit_code("unit")),
        "max_age": Field(duration("max_age")),
        "critical": Field(flag("critical")),
        "settable": Field(flag("settable")),
        "low": Field(number("low")),
        "high": Field(number("high")),
        "tolerance": Field(number("tolerance")),
        "safe": Field(number("safe")),
        "once": Field(flag("once")),
        "text": Field(flag("text")),
    },
    "A channel",
)
_adjustable = mapping(
    {
        "parameter": Field(identifier("parameter")),
        "low": Field(number("low"), required=True),
        "high": Field(number("high"), required=True),
        "apply": Field(choice("apply", "now", "next")),
    },
    "An adjustable channel",
)
_unit = mapping(
    {
        "class": Field(code("class"), required=True),
        "equipment": Field(code("equipment")),
        "needs": Field(items(text("A need", longest=100), "needs")),
        "channels": Field(table(_channel, "channels", key_pattern=CHANNEL_KEY)),
        "adjustable": Field(table(_adjustable, "adjustable", key_pattern=CHANNEL_KEY)),
    },
    "A unit",
)
_material = mapping(
    {
        "definition": Field(code("definition"), required=True),
        "title": Field(text("title", longest=200)),
        "role": Field(choice("role", "input", "output")),
    },
    "A material",
)
_phase = mapping(
    {
        "title": Field(text("title", longest=200)),
        "parameters": Field(table(unit_code("The unit of a parameter"), "parameters")),
        "set": Field(table(expression("A set-point"), "set", key_pattern=CHANNEL_KEY), required=True),
        "until": Field(_condition("until")),
        "timeout": Field(_timeout),
        "on_fault": Field(choice("on_fault", "hold", "exception")),
    },
    "A phase of the library",
)

RECIPE = mapping(
    {
        "recipe": Field(code("recipe"), required=True),
        "version": Field(count("version", 1, 1_000_000), required=True),
        "title": Field(text("title", longest=200)),
        "product": Field(code("product"), required=True),
        "description": Field(text("description", longest=5000)),
        "batch_size": Field(measure("batch_size")),
        "formula": Field(table(_parameter, "formula")),
        "units": Field(table(_unit, "units"), required=True),
        "materials": Field(table(_material, "materials")),
        "phases": Field(table(_phase, "phases", key_pattern=CHANNEL_KEY)),
        "procedure": Field(items(_step, "procedure", fewest=1), required=True),
    },
    "A recipe",
)
