"""From rows of channels to rows of features, and to positions along the batch.

Every sum adds whole columns in a fixed order, so a row's features have the same bits however many rows are
evaluated at once. No window and no running total reaches back over hour 0 of the axis: what an inoculation brought
has not grown, and a live batch, whose rows begin long before, reads like a historic one that begins there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.insight.spec import Axis, Feature, Spec
from titer.science.monitoring import INACTIVE, MISSING, OK

Floats = NDArray[np.float64]
Mask = NDArray[np.uint8]

_LEAST_ROWS = 3
_SETTLED = 0.005


@dataclass(frozen=True)
class BatchRows:
    """One batch on the grid.

    Attributes:
        name: the batch's number.
        hours: rows, hours since the first row's batch start, growing by the step.
        values: rows x channels, in the specification's order and units; NaN = not there.
    """

    name: str
    hours: Floats
    values: Floats


def believed(values: Floats, spec: Spec) -> Floats:
    """Values with everything outside a channel's range, or not finite, set to NaN."""
    low = np.array([channel.low for channel in spec.channels])
    high = np.array([channel.high for channel in spec.channels])
    result: Floats = np.where(np.isfinite(values) & (values >= low) & (values <= high), values, np.nan)
    return result


def evaluate(values: Floats, spec: Spec) -> tuple[Floats, Mask]:
    """Features of all rows of a batch, from its first row on, and anew from hour 0 of the axis on.

    Args:
        values: rows x channels, believed values.
        spec: the specification.

    Returns:
        rows x features in the features' own units (NaN where there is none), and the mask.
    """
    begin = hour_zero(values, spec)
    if not begin:
        return _evaluate(values, spec)
    before, since = _evaluate(values[:begin], spec), _evaluate(values[begin:], spec)
    return np.vstack([before[0], since[0]]), np.vstack([before[1], since[1]])


def _evaluate(values: Floats, spec: Spec) -> tuple[Floats, Mask]:
    column = {channel.tag: values[:, i] for i, channel in enumerate(spec.channels)}
    rows = values.shape[0]
    out = np.full((rows, len(spec.features)), np.nan)
    mask = np.full(out.shape, MISSING, dtype=np.uint8)
    for j, feature in enumerate(spec.features):
        out[:, j], mask[:, j] = _OPERATIONS[feature.operation](
            [column[tag] for tag in feature.tags], feature, spec.step_minutes / 60.0
        )
        if feature.settle and len(feature.tags) == 2:
            moving = _moving(column[feature.tags[1]], feature.settle)
            mask[:, j] = np.where(moving & (mask[:, j] == OK), INACTIVE, mask[:, j])
    return out, mask


def positions(values: Floats, hours: Floats, spec: Spec) -> tuple[NDArray[np.int64], Floats]:
    """Bin and hour of each row on the model's axis.

    Returns:
        (rows,) bins, -1 before the origin and `bins` behind the end; (rows,) hours since the origin, NaN
        before it.
    """
    origin = spec.axis.origin
    if origin.kind == "batch":
        since = hours.copy()
    else:
        since = np.full(hours.shape, np.nan)
        begin = hour_zero(values, spec)
        if begin is not None:
            since[begin:] = hours[begin:] - hours[begin]
    return _bins(since, spec.axis), since


def hour_zero(values: Floats, spec: Spec) -> int | None:
    """The row at which the axis begins; None if it has not begun."""
    origin = spec.axis.origin
    if origin.kind == "batch":
        return 0
    above = values[:, spec.tags.index(origin.tag)] > origin.above
    run = above.copy()
    for k in range(1, origin.rows):
        run &= _shifted(above.astype(float), k) == 1.0
    return int(run.argmax()) if run.any() else None


def _bins(since: Floats, axis: Axis) -> NDArray[np.int64]:
    place = np.floor((since - axis.from_h) * 60.0 / axis.bin_minutes + 1e-9)
    place = np.where(np.isfinite(place), np.clip(place, -1, axis.bins), -1)
    return place.astype(np.int64)


def _mean(of: list[Floats], feature: Feature, _step_h: float) -> tuple[Floats, Mask]:
    (x,) = of
    total, known = np.zeros(x.shape), np.zeros(x.shape)
    for k in range(feature.window):
        part = _shifted(x, k)
        there = np.isfinite(part)
        total = total + np.where(there, part, 0.0)
        known = known + there
    value = np.where(known > 0, total / np.maximum(known, 1.0), np.nan)
    # the newest value must be there: a mean over yesterday's rows is no value of today
    return value, np.where(np.isfinite(x), OK, MISSING).astype(np.uint8)


def _change(of: list[Floats], feature: Feature, step_h: float) -> tuple[Floats, Mask]:
    (x,) = of
    before = _shifted(x, feature.window)
    value = (x - before) / (feature.window * step_h)
    return value, _where(np.isfinite(value), _began(x, feature.window))


def _ratio(of: list[Floats], feature: Feature, _step_h: float) -> tuple[Floats, Mask]:
    x, y = of
    above, below = np.zeros(x.shape), np.zeros(x.shape)
    for k in range(feature.window):
        top, bottom = _shifted(x, k), _shifted(y, k)
        counts = np.isfinite(top) & np.isfinite(bottom) & (bottom > feature.floor)
        above = above + np.where(counts, top, 0.0)
        below = below + np.where(counts, bottom, 0.0)
    value = np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)
    mask = np.where(below > 0, OK, INACTIVE)
    return value, np.where(np.isfinite(x) & np.isfinite(y), mask, MISSING).astype(np.uint8)


def _median_ratio(of: list[Floats], feature: Feature, _step_h: float) -> tuple[Floats, Mask]:
    x, y = of
    counts = np.isfinite(x) & np.isfinite(y) & (y > feature.floor)
    one = np.where(counts, x / np.where(counts, y, 1.0), np.nan)
    stacked = np.stack([_shifted(one, k) for k in range(feature.window)], axis=1)
    known = np.isfinite(stacked).sum(axis=1)
    ordered = np.sort(stacked, axis=1)  # NaN last
    rows = np.arange(x.size)
    low, high = np.maximum(known - 1, 0) // 2, known // 2
    value = (ordered[rows, low] + ordered[rows, np.minimum(high, feature.window - 1)]) / 2.0
    enough = known >= min(_LEAST_ROWS, feature.window)
    mask = np.where(enough, OK, INACTIVE)
    there = np.isfinite(x) & np.isfinite(y)
    return np.where(enough, value, np.nan), np.where(there, mask, MISSING).astype(np.uint8)


def _exchange(of: list[Floats], feature: Feature, _step_h: float) -> tuple[Floats, Mask]:
    x, y = of
    grown_x = (x - _shifted(x, feature.window)) * feature.sign
    grown_y = y - _shifted(y, feature.window)
    applies = grown_y > feature.floor
    value = np.where(applies, grown_x / np.where(applies, grown_y, 1.0), np.nan)
    mask = np.where(applies & np.isfinite(value), OK, INACTIVE)
    known = np.isfinite(grown_x) & np.isfinite(grown_y)
    return value, np.where(known | ~_began(x, feature.window), mask, MISSING).astype(np.uint8)


def _balance(of: list[Floats], feature: Feature, _step_h: float) -> tuple[Floats, Mask]:
    x, y = of
    both = np.isfinite(x) & np.isfinite(y)
    above, below = np.cumsum(np.where(both, x, 0.0)), np.cumsum(np.where(both, y, 0.0))
    applies = below > feature.floor
    value = np.where(applies, above / np.where(applies, below, 1.0), np.nan)
    return value, np.where(both, np.where(applies, OK, INACTIVE), MISSING).astype(np.uint8)


_OPERATIONS = {
    "mean": _mean,
    "change": _change,
    "ratio": _ratio,
    "median_ratio": _median_ratio,
    "exchange": _exchange,
    "balance": _balance,
}


def _moving(setpoint: Floats, rows: int) -> NDArray[np.bool_]:
    """Where a set-point has changed within the last rows."""
    before = _shifted(setpoint, 1)
    changed = np.abs(setpoint - before) > _SETTLED * np.maximum(np.abs(setpoint), np.abs(before))
    running = np.cumsum(changed.astype(np.int64))
    earlier = np.zeros_like(running)
    earlier[rows:] = running[:-rows] if rows < running.size else 0
    result: NDArray[np.bool_] = running > earlier
    return result


def _shifted(x: Floats, by: int) -> Floats:
    """The column `by` rows earlier; NaN before the first row."""
    if by == 0:
        return x
    out = np.full(x.shape, np.nan)
    if by < x.shape[0]:
        out[by:] = x[:-by]
    return out


def _began(x: Floats, window: int) -> NDArray[np.bool_]:
    return np.arange(x.shape[0]) >= window


def _where(known: NDArray[np.bool_], began: NDArray[np.bool_]) -> Mask:
    """Before the first full window a growth does not apply; later, without its values, it is missing."""
    return np.where(known, OK, np.where(began, MISSING, INACTIVE)).astype(np.uint8)
