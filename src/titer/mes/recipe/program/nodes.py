"""What a recipe is made of when the engine runs it: nodes, their specifications, channels, the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from titer.mes.recipe.grammar import Tree

ROOT = "P"
_ROUND = re.compile(r"#\d+")

SEQUENCES = frozenset({"procedure", "unit", "operation", "round"})
"""Kinds whose children run one after the other."""


@dataclass(frozen=True)
class Timeout:
    """What happens when a step has not come to its end in time.

    Args:
        after_us: time from the step's start, microseconds.
        severity: of the exception that is raised.
        then: "wait" on, "continue" with the next step, "hold" or "abort".
    """

    after_us: int
    severity: str
    then: str


@dataclass(frozen=True)
class Guard:
    """A condition that must be true without a break for `for_us` microseconds."""

    tree: Tree
    text: str
    for_us: int = 0


@dataclass(frozen=True)
class SetPoint:
    """A channel that a phase writes, and the expression it writes."""

    channel: str
    tree: Tree
    text: str


@dataclass(frozen=True)
class Phase:
    """Write set-points, read them back; then, where there is a guard, wait for it."""

    name: str
    writes: tuple[SetPoint, ...]
    guard: Guard | None
    on_fault: str


@dataclass(frozen=True)
class Manual:
    """A task that people do; the plain form is what the task record holds."""

    form: dict[str, Any]


@dataclass(frozen=True)
class Wait:
    """Until a time span has passed (`span_us`), or until an age (`at_us` after the batch's start or a mark)."""

    span_us: int | None
    at_us: int | None = None
    after: str = ""


@dataclass(frozen=True)
class SampleDraw:
    """Register a sample by a plan, and have it drawn: by the channel, or by hand where there is none."""

    plan: str
    label: str
    draw: str
    analyses: tuple[str, ...]
    panel: bool = False


@dataclass(frozen=True)
class Feed:
    """Set a pump to a rate for a time, set it back, and compare the totaliser with what was asked for."""

    name: str
    channel: str
    rate: Tree
    rate_text: str
    for_us: int
    total: str
    tolerance: tuple[Decimal, str]
    on_fault: str


@dataclass(frozen=True)
class Repeat:
    """Rounds at fixed times: the n-th begins `every_us` after the one before was due."""

    every_us: int
    count: int
    first: Wait | None
    counter: str


@dataclass(frozen=True)
class Until:
    """Wait for a guard."""

    guard: Guard


Spec = Phase | Manual | Wait | SampleDraw | Feed | Repeat | Until | None


@dataclass(frozen=True)
class Node:
    """One step of the procedure."""

    path: str
    kind: str
    title: str
    unit: str
    spec: Spec
    children: tuple[Node, ...] = ()
    when: Tree | None = None
    when_text: str = ""
    mark: str = ""
    planned_us: int | None = None
    timeout: Timeout | None = None
    pointer: str = ""

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Channel:
    """A channel that the recipe reads or writes.

    Args:
        symbol: as the recipe names it, `BR.Temperature.SP`.
        unit: of its values; "1" for text.
        max_age_us: an older value is stale, hence unknown.
        low, high: the set-point's bounds; None where there are none.
        tolerance: how far the read-back may lie from what was written.
        safe: what hold, stop and abort write, e.g. 0 for a feed.
        once: it must not be written twice for one step (an inoculation).
    """

    symbol: str
    unit: str
    max_age_us: int
    critical: bool = False
    settable: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    safe: Decimal | None = None
    once: bool = False
    text: bool = False


@dataclass(frozen=True)
class Adjustable:
    """What an approved proposal may change: the channel, its proven range, and the parameter behind it."""

    channel: str
    parameter: str
    low: Decimal
    high: Decimal
    apply: str


@dataclass(frozen=True)
class Program:
    """A whole recipe, ready to run."""

    code: str
    version: int
    root: Node
    units: dict[str, dict[str, Any]]
    channels: dict[str, Channel]
    adjustable: dict[str, Adjustable]
    formula: dict[str, dict[str, Any]]
    materials: dict[str, dict[str, Any]]
    nodes: dict[str, Node] = field(default_factory=dict)

    def node(self, path: str) -> Node:
        """The node behind an element's path, rounds of repeats taken out."""
        return self.nodes[_ROUND.sub("", path)]


def definition(path: str) -> str:
    """The path in the recipe of an element of a running batch."""
    return _ROUND.sub("", path)
