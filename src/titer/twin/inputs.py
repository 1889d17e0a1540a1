"""Hourly inputs and on-line measurements out of the historian, each with its quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.twin.ports import History
from titer.twin.settings import Settings, Source

HOUR_US = 3_600_000_000
STEP_US = 300_000_000
GOOD, ASSUMED, MISSING = "good", "assumed", "missing"


def text(value: float) -> str:
    """Six significant digits, never an exponent: what is kept, and what the filter computes with."""
    from decimal import Decimal

    return format(Decimal(f"{value + 0.0:.6g}"), "f")


@dataclass(frozen=True)
class HourOfInputs:
    """One hour as it was read.

    Attributes:
        inputs: model inputs, all of them; assumed ones are marked in `quality`.
        measured: on-line outputs that were good, and `set:<input>` for commanded values.
        quality: channel -> good, assumed or missing.
    """

    inputs: dict[str, str]
    measured: dict[str, str]
    quality: dict[str, str]


def read_hours(
    history: History, settings: Settings, start_us: int, count: int, before: dict[str, str] | None
) -> list[HourOfInputs]:
    """Read the `count` hours that begin at `start_us`, with one question to the historian.

    Args:
        history: the historian.
        settings: which channels.
        start_us: begin of the first hour, plant time.
        count: how many.
        before: inputs of the hour before, assumed where a channel is silent. What is assumed says so.
    """
    tags = list(settings.tags())
    rows = history.aligned(
        tags, start_us, start_us + count * HOUR_US + 1, STEP_US, max_age_us=settings.max_age_min * 60_000_000
    )
    values = np.where((rows.quality > 1) | ~np.isfinite(rows.values), np.nan, rows.values)
    told: list[HourOfInputs] = []
    steps = HOUR_US // STEP_US
    for hour in range(count):
        told.append(_reduced(settings, tags, values[hour * steps : (hour + 1) * steps + 1], before))
        before = told[-1].inputs
    return told


def _reduced(
    settings: Settings, tags: list[str], values: NDArray[np.float64], before: dict[str, str] | None
) -> HourOfInputs:
    column = {tag: position for position, tag in enumerate(tags)}
    inputs: dict[str, str] = {}
    measured: dict[str, str] = {}
    quality: dict[str, str] = {}

    def series(tag: str) -> NDArray[np.float64]:
        return values[:, column[tag]]

    for name, source in settings.inputs.items():
        value = source.constant if source.how == "constant" else reduce(source, series(source.tag))
        if value is not None:
            inputs[name], quality[name] = text(max(value, 0.0)), GOOD
        else:
            inputs[name] = (before or {}).get(name, text(source.constant))
            quality[name] = ASSUMED
        if source.set_point:
            asked = reduce(Source(source.set_point), series(source.set_point))
            if asked is not None:
                measured[f"set:{name}"] = text(max(asked, 0.0))
    for name, source in settings.measured.items():
        value = reduce(source, series(source.tag))
        quality[f"measured:{name}"] = MISSING if value is None else GOOD
        if value is not None:
            measured[name] = text(value)
    return HourOfInputs(inputs, measured, quality)


def reduce(source: Source, values: NDArray[np.float64]) -> float | None:
    """One number for the hour, in the model's unit; None if less than half of the hour is good.

    A `loss` (a balance) or `rise` (a totaliser) needs both ends good and goes one way; a refill or a reset makes
    the hour unknown rather than wrong.
    """
    good = values[np.isfinite(values)]
    if source.how == "last":
        tail = values[-4:]
        tail = tail[np.isfinite(tail)]
        return float(tail.mean()) * source.factor if tail.size >= 2 else None
    if good.size * 2 < values.size:
        return None
    if source.how == "mean":
        return float(good[:-1].mean() if good.size == values.size else good.mean()) * source.factor
    change = values[-1] - values[0] if source.how == "rise" else values[0] - values[-1]
    steps = np.diff(good) if source.how == "rise" else -np.diff(good)
    if not np.isfinite(change) or float(steps.min(initial=0.0)) < -0.5:
        return None
    return max(float(change), 0.0) * source.factor
