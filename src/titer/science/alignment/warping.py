"""Dynamic time warping inside a band.

Source: Sakoe and Chiba (1978), IEEE Trans. ASSP 26:43, symmetric step pattern without slope weighting;
Kassidas, MacGregor and Taylor (1998), AIChE J. 44:864 for its use on batches. It needs the whole batch: it
is for data sets and not for the line.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def warp(rows: Floats, reference: Floats, *, band: int, weights: Floats | None = None) -> NDArray[np.int64]:
    """For each row of the reference, which row of the batch lies there.

    Args:
        rows: n x features, scaled alike to the reference.
        reference: m x features.
        band: how many rows the batch may run ahead of or behind the straight line.
        weights: features, weight of each squared difference.

    Returns:
        (m,) row indices, growing, from 0 to n - 1. Where several rows meet one reference row, the last.

    Example:
        >>> slow = np.array([[0.0], [0.0], [1.0], [2.0], [2.0]])
        >>> warp(slow, np.array([[0.0], [1.0], [2.0]]), band=3).tolist()
        [1, 2, 4]
    """
    n, m = rows.shape[0], reference.shape[0]
    w = np.ones(rows.shape[1]) if weights is None else weights
    slope = (n - 1) / max(m - 1, 1)
    cost = np.full((m + 1, n + 1), np.inf)
    cost[0, 0] = 0.0
    step = np.zeros((m + 1, n + 1), dtype=np.int8)
    for i in range(1, m + 1):
        middle = round((i - 1) * slope)
        reach = band + int(np.ceil(slope))
        for j in range(max(1, middle + 1 - reach), min(n, middle + 1 + reach) + 1):
            choices = (cost[i - 1, j - 1], cost[i - 1, j], cost[i, j - 1])
            best = int(np.argmin(choices))
            difference = rows[j - 1] - reference[i - 1]
            cost[i, j] = choices[best] + float((w * difference * difference).sum())
            step[i, j] = best
    if not np.isfinite(cost[m, n]):
        raise ValueError(f"no path inside a band of {band} rows")
    path = np.full(m, -1, dtype=np.int64)
    i, j = m, n
    while i > 0 and j > 0:
        path[i - 1] = max(int(path[i - 1]), j - 1)
        move = int(step[i, j])
        i, j = (i - 1, j - 1) if move == 0 else (i - 1, j) if move == 1 else (i, j - 1)
    return path
