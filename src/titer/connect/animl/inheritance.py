"""Steps within results: which sample a nested step inherits, and which point of the result above it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from titer.connect.animl import lexical
from titer.connect.animl.document import AnimlDocument, Result, SeriesSet, Step


@dataclass(frozen=True, slots=True)
class Placed:
    """A step where it stands.

    Attributes:
        parent, result: the step above and its result that holds this one; None at the top.
    """

    step: Step
    parent: Placed | None = None
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class ParentPoint:
    """What a nested step says about the result above.

    Attributes:
        series: name of the independent series.
        indices: of the values that lie within start and end, in the whole series.
        fault: what is wrong with the reference; "" if nothing.
    """

    series: str = ""
    indices: tuple[int, ...] = ()
    fault: str = ""


def placed(document: AnimlDocument) -> Iterator[Placed]:
    """Every step with what stands above it, in document order."""
    waiting = [Placed(one) for one in document.steps]
    while waiting:
        place = waiting.pop(0)
        yield place
        waiting[:0] = [
            Placed(nested, place, result) for result in place.step.results for nested in result.steps
        ]


def inherited_sample(place: Placed, reference: Mapping[str, str]) -> str | None:
    """The id of the sample that a `SampleInheritance` stands for: that of the same role in the step above, however
    often it is handed down. None where no step above has one."""
    above = place.parent
    while above is not None:
        handed_on = False
        for one in above.step.sample_references:
            if one.get("role") != reference.get("role"):
                continue
            if one["kind"] == "SampleReference":
                return one.get("sampleID")
            handed_on = True
        if not handed_on:
            return None
        above = above.parent
    return None


def samples_of(place: Placed) -> tuple[tuple[str, str], ...]:
    """(role, sample id) of a step, inherited ones resolved; what cannot be resolved is left out."""
    found: list[tuple[str, str]] = []
    for one in place.step.sample_references:
        sample = one.get("sampleID") if one["kind"] == "SampleReference" else inherited_sample(place, one)
        if sample is not None:
            found.append((one.get("role", ""), sample))
    return tuple(found)


def parent_point(place: Placed, reference: Mapping[str, str]) -> ParentPoint:
    """Which values of an independent series of the result above a `ParentDataPointReference` names.

    A start alone names that value; start and end name all values from the one to the other, inclusive.
    """
    key = reference.get("seriesID", "")
    if place.result is None:
        return ParentPoint(fault=f"it refers to the series {key!r} of a result above, and stands in none")
    found = [one for group in _sets(place.result) for one in group.series if one.id == key]
    if not found:
        return ParentPoint(fault=f"it refers to the series {key!r}, which the result above does not have")
    series = found[0]
    if series.dependency != "independent":
        return ParentPoint(series.name, fault=f"it refers to the series {key!r}, which is not independent")
    try:
        start = lexical.number(reference.get("StartValue", ""))
        end = lexical.number(reference.get("EndValue", reference.get("StartValue", "")))
        values = [lexical.number(one) for one in series.values]
    except ValueError as error:
        return ParentPoint(series.name, fault=f"its reference to the series {key!r} cannot be read: {error}")
    low, high = min(start, end), max(start, end)
    indices = tuple(series.start + at for at, value in enumerate(values) if low <= value <= high)
    fault = "" if indices else f"it refers to a value of the series {key!r} that is not in it"
    return ParentPoint(series.name, indices, fault)


def _sets(result: Result) -> Iterator[SeriesSet]:
    yield from result.series_sets
    for category in result.categories:
        yield from category.series_sets
