"""What an alert can honestly say about time: when it would have been seen without the model, if at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.insight.fitted import Fitted
from titer.insight.scoring import BatchScorer, ScoredRow

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AlarmLimits:
    """A channel's own alarm limits, in its unit; None = it has none."""

    low: float | None
    high: float | None


def lead_statement(
    fitted: Fitted,
    scorer: BatchScorer,
    row: ScoredRow,
    limits: Mapping[str, AlarmLimits],
    *,
    hours: float = 6.0,
) -> str:
    """One or two sentences about the lead, computed from the channels behind the largest contribution.

    The channels' own trend over the last `hours` is prolonged in a straight line to their own alarm limits;
    a slope that its own standard error could explain is called none. It says nothing about product quality:
    that is the twin's to estimate.

    Args:
        fitted: the model.
        scorer: holds the inputs up to and including the row.
        row: the row at which the event was raised.
        limits: tag of the model -> alarm limits.
        hours: how much of the past makes the trend.
    """
    if not row.top:
        return "No single feature stands out, so no lead is estimated."
    top = row.top[0]
    feature = next(f for f in fitted.spec.features if f.name == top.feature)
    change = (
        f"{(top.value / top.normal - 1) * 100:+.1f} %"
        if abs(top.normal) > 1e-9
        else f"{top.value - top.normal:+.3g}"
    )
    said = [
        f"{feature.title or feature.name} is {top.value:.4g} where normal batches have {top.normal:.4g} "
        f"({change}, {abs(top.deviation):.1f} standard deviations)."
    ]
    rows = max(3, round(hours * 60 / fitted.spec.step_minutes))
    end = scorer.times.index(row.at_us) + 1
    for tag in feature.tags:
        own = limits.get(tag, AlarmLimits(None, None))
        column = fitted.spec.tags.index(tag)
        series = np.array([values[column] for values in scorer.rows[max(0, end - rows) : end]])
        said.append(_one(tag, series, fitted.spec.step_minutes / 60.0, own, hours))
    return " ".join(said)


def _one(tag: str, series: Floats, step_h: float, own: AlarmLimits, hours: float) -> str:
    if own.low is None and own.high is None:
        return f"{tag} has no alarm limits of its own."
    known = np.isfinite(series)
    if known.sum() < 3:
        return f"{tag} has too few values in the last {hours:g} h to prolong."
    x: Floats = np.arange(series.size, dtype=np.float64)[known] * np.float64(step_h)
    y: Floats = series[known]
    now = float(y[-1])
    if (own.high is not None and now >= own.high) or (own.low is not None and now <= own.low):
        return f"{tag} is beyond its own alarm limits already."
    slope, error = _slope(x, y)
    limit = own.high if slope > 0 else own.low
    if abs(slope) <= 2 * error or limit is None:
        return f"{tag} lies within its own alarm limits, with no trend towards them: no alarm of its own is to come."
    reach = (limit - now) / slope
    if reach > 24 * 30:
        return f"{tag} lies within its own alarm limits and would not reach them within a month at its trend."
    return (
        f"At the trend of the last {hours:g} h, {tag} would reach its own alarm limit in about {reach:.0f} h."
    )


def _slope(x: Floats, y: Floats) -> tuple[float, float]:
    """Least-squares slope and its standard error."""
    centred = x - x.mean()
    square = float((centred**2).sum())
    slope = float((centred * y).sum()) / square
    rest = y - y.mean() - slope * centred
    error = float(np.sqrt((rest**2).sum() / max(len(y) - 2, 1) / square))
    return slope, error
