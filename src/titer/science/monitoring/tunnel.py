"""The golden tunnel: mean and scale of every feature along the batch (batch evolution model).

Source: Wold, Kettaneh, Friden and Holmberg (1998), Chemom. Intell. Lab. Syst. 44:331, observation-wise
unfolding along time or maturity; mean and scale are pooled over a window of neighbouring positions, since a
single position of a few tens of batches says too little about a standard deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tunnel:
    """Mean and scale by position.

    Attributes:
        mean: bins x features, in the features' own units.
        scale: bins x features, one standard deviation, in the features' own units; > 0 where supported.
        support: bins x features, how many training batches had data there (int64).
    """

    mean: Floats
    scale: Floats
    support: NDArray[np.int64]

    @property
    def bins(self) -> int:
        """Number of positions along the batch."""
        return int(self.mean.shape[0])


def fit_tunnel(
    batches: Sequence[tuple[NDArray[np.int64], Floats]],
    bins: int,
    *,
    half_width: int = 2,
    floor_share: float = 0.2,
    least_scale: Floats | None = None,
) -> Tunnel:
    """Pool rows of normal batches into a tunnel.

    Args:
        batches: for each batch its row positions (rows,) within 0 .. bins-1 and its rows (rows, features);
            NaN = no value (missing, or the feature does not apply then).
        bins: number of positions.
        half_width: positions to either side that are pooled.
        floor_share: a scale is never less than this share of the feature's median scale: a spell in which
            all training batches agree by chance must not turn noise into alarms.
        least_scale: features, an absolute floor in the feature's unit (e.g. the channel's resolution).

    Returns:
        Tunnel. Positions without data have support 0, mean 0 and scale 1; a row that has a value there is
        out of the model's domain, which the caller decides.

    Raises:
        ValueError: for no batches, or positions outside the range.

    Example:
        >>> rows = (np.array([0, 1]), np.array([[1.0], [2.0]]))
        >>> other = (np.array([0, 1]), np.array([[3.0], [4.0]]))
        >>> fit_tunnel([rows, other], 2, half_width=0).mean.tolist()
        [[2.0], [3.0]]
    """
    if not batches:
        raise ValueError("a tunnel needs at least one batch")
    features = batches[0][1].shape[1]
    count = np.zeros((bins, features))
    total = np.zeros((bins, features))
    square = np.zeros((bins, features))
    support = np.zeros((bins, features), dtype=np.int64)
    centre = _centre(batches)
    for position, rows in batches:
        if position.size and (position.min() < 0 or position.max() >= bins):
            raise ValueError(f"a row lies outside positions 0 .. {bins - 1}")
        has = np.isfinite(rows)
        value = np.where(has, rows - centre, 0.0)
        mine = np.zeros((bins, features))
        np.add.at(mine, position, has.astype(float))
        np.add.at(total, position, value)
        np.add.at(square, position, value * value)
        count += mine
        support += (_window_sum(mine, half_width) > 0).astype(np.int64)
    n = _window_sum(count, half_width)
    safe = np.maximum(n, 1.0)
    # the mean is taken over a narrow window, so that steps of the recipe are not smeared
    mean = np.where(n > 0, _window_sum(total, half_width) / safe, 0.0)
    variance = (
        np.maximum(_window_sum(square, half_width) / safe - mean * mean, 0.0) * safe / np.maximum(safe - 1, 1)
    )
    scale = np.sqrt(variance)
    lacking = n < 2
    shown = np.where(lacking, np.nan, scale)
    for j in range(features):
        column = shown[:, j]
        typical = float(np.median(column[np.isfinite(column)])) if np.isfinite(column).any() else 1.0
        floor = max(typical * floor_share, 0.0 if least_scale is None else float(least_scale[j]), 1e-12)
        scale[:, j] = np.where(lacking[:, j], 1.0, np.maximum(scale[:, j], floor))
    return Tunnel(np.where(n > 0, mean + centre, 0.0), scale, support)


def _centre(batches: Sequence[tuple[NDArray[np.int64], Floats]]) -> Floats:
    """A rough centre per feature: sums of squares about it lose no digits."""
    stacked = np.vstack([rows for _, rows in batches])
    has = np.isfinite(stacked)
    result: Floats = np.where(has, stacked, 0.0).sum(axis=0) / np.maximum(has.sum(axis=0), 1)
    return result


def _window_sum(values: Floats, half_width: int) -> Floats:
    padded = np.zeros((values.shape[0] + 2 * half_width + 1, values.shape[1]))
    padded[half_width + 1 : half_width + 1 + values.shape[0]] = values
    running = np.cumsum(padded, axis=0)
    width = 2 * half_width + 1
    result: Floats = running[width:] - running[:-width]
    return result
