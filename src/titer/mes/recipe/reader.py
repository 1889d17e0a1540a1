"""Reads YAML with the line and the column of each part, and tells all that is wrong with it at once.

YAML is read as text only: numbers stay as they were written (no float ever appears), and what a recipe has no
use for (aliases, tags, several documents, keys given twice) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from titer.base.canonical import canonical_decimal
from titer.base.units import UNITS
from titer.mes.recipe.grammar import ExpressionError, parse

MAX_BYTES = 1_000_000
MICROSECONDS = {"s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}

_QUANTITY = re.compile(r"^(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(\S.*)?$")
_DURATION = re.compile(r"^(\d+(?:\.\d+)?)\s*(s|min|h|d)$")
_IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$")


@dataclass(frozen=True, order=True)
class Finding:
    """Something that the author of a recipe must, or should, change.

    Args:
        line, column: counted from 1.
        message: what is wrong and what to write instead.
        severity: "error" (the recipe is refused) or "warning".
        rule: the short name of the rule.
    """

    line: int
    column: int
    message: str
    severity: str = "error"
    rule: str = "form"

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"

    def plain(self) -> dict[str, Any]:
        """As it is stored and shown."""
        return {
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "severity": self.severity,
            "rule": self.rule,
        }


@dataclass
class Notes:
    """Collects findings, and remembers where each part of the result stood in the source."""

    findings: list[Finding] = field(default_factory=list)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, node: yaml.Node, message: str, *, offset: int = 0, rule: str = "form") -> None:
        """Note an error at a node; `offset` counts characters into a scalar."""
        line, column = place(node)
        self.findings.append(Finding(line, column + offset, message, rule=rule))

    def at(self, pointer: str, message: str, *, offset: int = 0, rule: str, severity: str = "error") -> None:
        """Note a finding at a part of the result, by its pointer (`/procedure/0/do/2/until`)."""
        while pointer and pointer not in self.places:
            pointer, offset = pointer.rpartition("/")[0], 0
        line, column = self.places.get(pointer, (1, 1))
        self.findings.append(Finding(line, column + offset, message, severity=severity, rule=rule))


def place(node: yaml.Node) -> tuple[int, int]:
    """Line and column of a node's text, counted from 1, behind an opening quotation mark."""
    mark = node.start_mark
    quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
    return mark.line + 1, mark.column + 1 + (1 if quoted else 0)


def compose(text: str, notes: Notes) -> yaml.Node | None:
    """The one document of a YAML text, as nodes; None (with findings) where it is no YAML that a recipe may use."""
    if len(text.encode()) > MAX_BYTES:
        notes.findings.append(Finding(1, 1, "The file is larger than 1 MB; a recipe is smaller."))
        return None
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                told = "Anchors and aliases are not used in recipes; write it out."
                start = event.start_mark
                at = (start.line + 1, start.column + 1) if start else (1, 1)
                notes.findings.append(Finding(*at, told))
                return None
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        notes.findings.append(Finding(line, column, f"This is not YAML: {error.problem or error.context}."))
        return None
    except yaml.YAMLError as error:
        notes.findings.append(Finding(1, 1, f"This is not YAML: {error}."))
        return None
    if node is None:
        notes.findings.append(Finding(1, 1, "The file is empty."))
    return node


Reader = Callable[[yaml.Node, str, Notes], Any]
"""Reads one node: (node, its pointer, notes) -> plain value, or None after having noted an error."""


@dataclass(frozen=True)
class Field:
    """One key of a mapping."""

    read: Reader
    required: bool = False


def mapping(fields: dict[str, Field], what: str) -> Reader:
    """A mapping with exactly these keys; unknown, doubled and missing ones are errors."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> dict[str, Any] | None:
        pairs = _pairs(node, pointer, notes, what)
        if pairs is None:
            return None
        result: dict[str, Any] = {}
        for key, (key_node, value) in pairs.items():
            if key not in fields:
                notes.add(key_node, f"{what} has no {key!r}; it may have {', '.join(sorted(fields))}.")
                continue
            notes.places[f"{pointer}/{key}"] = place(value)
            found = fields[key].read(value, f"{pointer}/{key}", notes)
            if found is not None:
                result[key] = found
        for key, item in fields.items():
            if item.required and key not in pairs:
                notes.add(node, f"{what} needs {key!r}.")
        return result

    return read


def table(item: Reader, what: str, *, key_pattern: re.Pattern[str] = _IDENTIFIER) -> Reader:
    """A mapping from names to parts of one kind."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> dict[str, Any] | None:
        pairs = _pairs(node, pointer, notes, what)
        if pairs is None:
            return None
        result: dict[str, Any] = {}
        for key, (key_node, value) in pairs.items():
            if not key_pattern.match(key):
                notes.add(key_node, f"{key!r} is no name here; use letters, digits and underscores.")
                continue
            notes.places[f"{pointer}/{key}"] = place(value)
            found = item(value, f"{pointer}/{key}", notes)
            if found is not None:
                result[key] = found
        return result

    return read


CHANNEL_KEY = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")


def _pairs(
    node: yaml.Node, pointer: str, notes: Notes, what: str
) -> dict[str, tuple[yaml.Node, yaml.Node]] | None:
    notes.places.setdefault(pointer, place(node))
    if not isinstance(node, yaml.MappingNode):
        notes.add(node, f"{what} must be a list of `name: value`.")
        return None
    pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key_node, value in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            notes.add(key_node, "A name must be plain text.")
            continue
        if key_node.value in pairs:
            notes.add(key_node, f"{key_node.value!r} is given twice.")
            continue
        pairs[key_node.value] = (key_node, value)
    return pairs


def items(item: Reader, what: str, *, fewest: int = 0) -> Reader:
    """A list of parts of one kind."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> list[Any] | None:
        notes.places.setdefault(pointer, place(node))
        if not isinstance(node, yaml.SequenceNode):
            notes.add(node, f"{what} must be a list (`- ...`).")
            return None
        if len(node.value) < fewest:
            notes.add(node, f"{what} needs at least {fewest} entries.")
        result: list[Any] = []
        for child in node.value:
            notes.places[f"{pointer}/{len(result)}"] = place(child)
            found = item(child, f"{pointer}/{len(result)}", notes)
            if found is not None:
                result.append(found)
            else:
                notes.places.pop(f"{pointer}/{len(result)}", None)
        return result

    return read


def scalar(node: yaml.Node, notes: Notes, what: str) -> str | None:
    """The text of a scalar, as it was written."""
    if not isinstance(node, yaml.ScalarNode) or node.tag.endswith(":null") or not node.value.strip():
        notes.add(node, f"{what} is missing or is no plain value.")
        return None
    return str(node.value).strip()


def text(what: str, *, longest: int = 2000) -> Reader:
    """Free text."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> str | None:
        found = scalar(node, notes, what)
        if found is not None and len(found) > longest:
            notes.add(node, f"{what} is longer than {longest} characters.")
            return None
        return found

    return read


def code(what: str) -> Reader:
    """A code: letters, digits, `.`, `-`, `_`."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> str | None:
        found = scalar(node, notes, what)
        if found is not None and not _CODE.match(found):
            notes.add(node, f"{what} {found!r} must consist of letters, digits, '.', '-' and '_'.")
            return None
        return found

    return read


def identifier(what: str) -> Reader:
    """A name that expressions can use."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> str | None:
        found = scalar(node, notes, what)
        if found is not None and not _IDENTIFIER.match(found):
            notes.add(
                node, f"{what} {found!r} must consist of letters, digits and '_' and not begin with a digit."
            )
            return None
        return found

    return read


def choice(what: str, *allowed: str) -> Reader:
    """One of a few words."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> str | None:
        found = scalar(node, notes, what)
        if found is not None and found not in allowed:
            notes.add(node, f"{what} is {found!r}; it must be one of {', '.join(allowed)}.")
            return None
        return found

    return read


def flag(what: str) -> Reader:
    """`true` or `false`."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> bool | None:
        found = scalar(node, notes, what)
        if found is None:
            return None
        if found not in ("true", "false"):
            notes.add(node, f"{what} must be true or false, not {found!r}.")
            return None
        return found == "true"

    return read


def count(what: str, lowest: int, highest: int) -> Reader:
    """A whole number within bounds."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> int | None:
        found = scalar(node, notes, what)
        if found is None:
            return None
        if not re.fullmatch(r"\d{1,9}", found) or not lowest <= int(found) <= highest:
            notes.add(node, f"{what} must be a whole number from {lowest} to {highest}, not {found!r}.")
            return None
        return int(found)

    return read


def number(what: str) -> Reader:
    """A decimal number, kept as text with every digit."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> str | None:
        found = scalar(node, notes, what)
        if found is None:
            return None
        try:
            return canonical_decimal(Decimal(found))
        except (InvalidOperation, ValueError):
            notes.add(node, f"{what} must be a number, not {found!r}.")
            return None

    return read


def unit_code(what: str) -> Reader:
    """A unit of measurement from the house's table."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> str | None:
        found = scalar(node, notes, what)
        if found is not None and found not in UNITS:
            notes.add(
                node, f"The unit {found!r} is not known. Known: {', '.join(sorted(UNITS))}.", rule="unit"
            )
            return None
        return found

    return read


def measure(what: str) -> Reader:
    """A number with a unit: `400 L` -> {"value": "400", "unit": "L"}."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> dict[str, str] | None:
        found = scalar(node, notes, what)
        if found is None:
            return None
        match = _QUANTITY.match(found)
        if match is None:
            notes.add(node, f"{what} must be a number with a unit, e.g. `400 L`, not {found!r}.")
            return None
        unit = match.group(2) or "1"
        if unit not in UNITS:
            notes.add(node, f"The unit {unit!r} is not known.", offset=match.start(2), rule="unit")
            return None
        return {"value": canonical_decimal(Decimal(match.group(1))), "unit": unit}

    return read


def microseconds(written: str) -> int | None:
    """A duration such as `1.5 h` in whole microseconds; None where it is none."""
    match = _DURATION.match(written.strip())
    if match is None:
        return None
    exact = Decimal(match.group(1)) * MICROSECONDS[match.group(2)]
    return int(exact) if exact == exact.to_integral_value() else None


def duration(what: str) -> Reader:
    """A time span: `90 s`, `10 min`, `1.5 h`, `14 d`."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> str | None:
        found = scalar(node, notes, what)
        if found is None:
            return None
        if microseconds(found) is None:
            notes.add(node, f"{what} must be a time span such as `10 min`, `1.5 h` or `14 d`, not {found!r}.")
            return None
        return " ".join(found.split())

    return read


def expression(what: str) -> Reader:
    """An expression of the recipe grammar; only its form is checked here."""

    def read(node: yaml.Node, pointer: str, notes: Notes) -> str | None:
        found = scalar(node, notes, what)
        if found is None:
            return None
        try:
            parse(found)
        except ExpressionError as error:
            notes.add(node, f"{what}: {error.message}", offset=error.column, rule="expression")
            return None
        return found

    return read
