"""Arrays of a server as spectra: their points, and the axis along which they stand.

A variable whose value is a one-dimensional array of numbers gives one acquisition a value. What they stand along
is said by its property XAxisDefinition, an AxisInformation (Part 8), as a YArrayItemType has one; an
XYArrayItemType gives pairs, whose X is the axis. AxisSteps are the axis where there are as many as values; else the
range of the axis is divided in equal steps, of its logarithm where its scale is one. Where a server says none of
that, the axis is the place of each number in the array.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from asyncua import Client, ua
from numpy.typing import NDArray

from titer.connect.core.acquired import Acquired, Axis, places
from titer.connect.core.values import as_points
from titer.connect.opcua.units import of_information

AT_ONCE = 500
MOST_POINTS = 2_000_000
"""Of one batch: what a frame bears with all its axes is several times as much."""
_DEFINITION = ua.QualifiedName("XAxisDefinition", 0)
_SCALAR = -1
_LONGEST = 200


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The numbers of one value.

    Attributes:
        values: float64.
        along: what they stand along, where the value itself says it.
    """

    values: NDArray[np.float64]
    along: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class AxisDefinition:
    """What a server says about an axis.

    Attributes:
        name, unit: unit in the house's spelling where it is known, else in the server's.
        low, high: its range; equal where there is none.
        logarithmic: whether its scale is.
        steps: each of its places, () where the range is divided.
    """

    name: str
    unit: str
    low: float
    high: float
    logarithmic: bool
    steps: tuple[float, ...]

    @classmethod
    def of(cls, told: Any) -> AxisDefinition | None:
        """Read an AxisInformation; None if it is none."""
        if not isinstance(told, ua.AxisInformation):
            return None
        code, shown = of_information(told.EngineeringUnits)
        title = str(told.Title.Text or "") if told.Title is not None else ""
        return cls(
            name=title.strip()[:_LONGEST] or "axis",
            unit=code or shown.strip()[:_LONGEST] or "1",
            low=float(told.EURange.Low),
            high=float(told.EURange.High),
            logarithmic=told.AxisScaleType != ua.AxisScaleEnumeration.Linear,
            steps=tuple(float(one) for one in told.AxisSteps or ()),
        )

    def along(self, count: int) -> Axis | None:
        """The axis of so many values; None where the definition does not fit to them."""
        if len(self.steps) == count:
            return Axis(self.name, self.unit, np.array(self.steps))
        if self.steps or not (math.isfinite(self.low) and math.isfinite(self.high) and self.low != self.high):
            return None
        if self.logarithmic:
            if min(self.low, self.high) <= 0:
                return None
            return Axis(self.name, self.unit, np.geomspace(self.low, self.high, count))
        return Axis(self.name, self.unit, np.linspace(self.low, self.high, count))


def points_of(value: Any) -> Points | None:
    """A decoded value as points: numbers, or pairs of X and Value; None for anything else."""
    plain = as_points(value)
    if plain is not None:
        return Points(plain)
    if isinstance(value, list) and value and all(isinstance(one, ua.XVType) for one in value):
        pairs = np.array([(one.X, one.Value) for one in value], dtype=np.float64)
        return Points(pairs[:, 1].copy(), pairs[:, 0].copy())
    return None


def acquired(points: Points, definition: AxisDefinition | None) -> Acquired:
    """One acquisition with its axis."""
    if points.along is not None:
        name, unit = (definition.name, definition.unit) if definition is not None else ("axis", "1")
        return Acquired(points.values, Axis(name, unit, points.along))
    count = len(points.values)
    axis = definition.along(count) if definition is not None else None
    return Acquired(points.values, axis if axis is not None else places(count))


async def read_axes(client: Client, nodes: Mapping[int, ua.NodeId]) -> dict[int, AxisDefinition]:
    """What a server says about the axes of those channels whose values may be arrays.

    Raises:
        asyncua's errors and OSError when the connection breaks; a node without an axis is a result.
    """
    indices = list(nodes)
    arrays: list[int] = []
    for start in range(0, len(indices), AT_ONCE):
        part = indices[start : start + AT_ONCE]
        ranks = await client.uaclient.read_attributes(
            [nodes[index] for index in part], ua.AttributeIds.ValueRank
        )
        arrays += [index for index, rank in zip(part, ranks, strict=True) if _may_be_array(rank)]
    found: dict[int, AxisDefinition] = {}
    for start in range(0, len(arrays), AT_ONCE):
        part = arrays[start : start + AT_ONCE]
        places_of = await client.uaclient.translate_browsepaths_to_nodeids(
            [_path(nodes[one]) for one in part]
        )
        at = {
            index: result.Targets[0].TargetId
            for index, result in zip(part, places_of, strict=True)
            if result.StatusCode.is_good() and result.Targets
        }
        if not at:
            continue
        values = await client.uaclient.read_attributes(
            [ua.NodeId(one.Identifier, one.NamespaceIndex, one.NodeIdType) for one in at.values()],
            ua.AttributeIds.Value,
        )
        for index, value in zip(at, values, strict=True):
            definition = AxisDefinition.of(value.Value.Value if value.Value is not None else None)
            if definition is not None:
                found[index] = definition
    return found


def portions(messages: Sequence[Any]) -> list[list[Any]]:
    """Messages in their order, so many together that a frame can bear their points."""
    parts: list[list[Any]] = []
    room = 0
    for message in messages:
        size = sum(len(one.values) for one in message.data.points.values())
        if not parts or room < size:
            parts.append([])
            room = MOST_POINTS
        parts[-1].append(message)
        room -= size
    return parts


def _may_be_array(rank: Any) -> bool:
    return rank.Value is not None and isinstance(rank.Value.Value, int) and rank.Value.Value != _SCALAR


def _path(node: ua.NodeId) -> ua.BrowsePath:
    element = ua.RelativePathElement(
        ReferenceTypeId=ua.NodeId(ua.ObjectIds.HasProperty),
        IsInverse=False,
        IncludeSubtypes=True,
        TargetName=_DEFINITION,
    )
    return ua.BrowsePath(node, ua.RelativePath([element]))
