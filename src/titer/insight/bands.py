"""What normal batches did, hour by hour, where a mean with standard deviations would say nonsense.

A feed that is on or off has a mean between the two and a spread that reaches below zero. Its band is drawn from
quantiles instead: by nature they lie within what was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOW, HIGH = 0.005, 0.995
_LEAST_VALUES = 20
_LEAST_SHARE = 0.01
_WITHIN = 0.5
_LEAST_HOURS = 0.05


@dataclass(frozen=True)
class Bands:
    """Quantiles of the raw channels of normal batches.

    Attributes:
        low, high: bins x channels, the 0.5 % and 99.5 % quantile; 0 where nothing was seen.
        two_valued: channels, 1 for those that are pulsed: in at least 5 % of their hours values lie in two groups
            with nothing between.
    """

    low: Floats
    high: Floats
    two_valued: NDArray[np.uint8]


def fit_bands(batches: Sequence[tuple[NDArray[np.int64], Floats]], bins: int, *, half_width: int) -> Bands:
    """Pool rows of normal batches, as the tunnel does.

    Args:
        batches: for each batch its row positions (rows,) and its values (rows, channels); NaN = no value; rows off
            the axis have a position below 0 or from `bins` on.
        bins: number of positions.
        half_width: positions to either side that are pooled.
    """
    place = np.concatenate([position for position, _ in batches])
    rows = np.vstack([values for _, values in batches])
    order = np.argsort(place, kind="stable")
    place, rows = place[order], rows[order]
    channels = rows.shape[1]
    low, high = np.zeros((bins, channels)), np.zeros((bins, channels))
    known, split = np.zeros(channels), np.zeros(channels)
    for bin_ in range(bins):
        first, last = np.searchsorted(place, (max(bin_ - half_width, 0), bin_ + half_width + 1))
        for channel in range(channels):
            values = rows[first:last, channel]
            values = np.sort(values[np.isfinite(values)])
            if values.size:
                low[bin_, channel], high[bin_, channel] = np.quantile(values, (LOW, HIGH))
                known[channel] += 1
                split[channel] += two_groups(values)
    two_valued = (split > 0) & (split >= _LEAST_HOURS * known)
    return Bands(low, high, two_valued.astype(np.uint8))


def two_groups(values: Floats) -> bool:
    """Whether sorted values lie in two groups, each narrower than half of the gap between them.

    A group holds at least 1 % of the values: one stray value is no second state.
    """
    if values.size < _LEAST_VALUES:
        return False
    steps = np.diff(values)
    at = int(np.argmax(steps))
    below, above = values[at] - values[0], values[-1] - values[at + 1]
    least = max(2.0, _LEAST_SHARE * values.size)
    apart = max(below, above) <= _WITHIN * steps[at] and steps[at] > 0
    return bool(apart and at + 1 >= least and values.size - at - 1 >= least)
