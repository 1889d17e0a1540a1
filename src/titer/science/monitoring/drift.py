"""Small shifts that last: exponentially weighted means of the standardised rows' residuals and scores.

Source: Lowry, Woodall, Champ and Rigdon (1992), Technometrics 34:46 (MEWMA), on residuals of the subspace
(a few per cent of a feed flow vanish in one row's noise, and stand out of the mean of many), with each mean
measured in its own standard deviations as seen in calibration batches (rows of a batch are not independent,
so the textbook's variance factor would be far too small).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.science.monitoring.kernel import OK

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Drift:
    """Parameters of the drift statistic.

    Attributes:
        weight: lambda, 0 < lambda <= 1; the memory is about 2 / lambda rows.
        scale: features, standard deviation of the weighted mean in calibration batches.
    """

    weight: float
    scale: Floats


def fit_drift(runs: Sequence[tuple[Floats, NDArray[np.uint8]]], weight: float) -> Drift:
    """Learn the standard deviations of the weighted means from calibration batches.

    Args:
        runs: for each batch its residuals (rows x features) and mask.
        weight: lambda.

    Raises:
        ValueError: if the weight is outside 0 < lambda <= 1.
    """
    if not 0.0 < weight <= 1.0:
        raise ValueError("the weight of an exponentially weighted mean lies in 0 < lambda <= 1")
    total: Floats = np.zeros(runs[0][0].shape[1])
    count: Floats = np.zeros(runs[0][0].shape[1])
    for residuals, mask in runs:
        state: Floats = np.zeros(residuals.shape[1])
        for r in range(residuals.shape[0]):
            known = mask[r] == OK
            state = _step(state, residuals[r], known, weight)
            total += np.where(known, state * state, 0.0)
            count += known
    scale: Floats = np.sqrt(total / np.maximum(count, 1))
    typical = float(np.median(scale[scale > 0])) if (scale > 0).any() else 1.0
    return Drift(weight, np.maximum(scale, 0.1 * typical))


def drift_statistic(
    residuals: Floats, mask: NDArray[np.uint8], drift: Drift, state: Floats
) -> tuple[Floats, Floats, Floats]:
    """Walk the weighted means over rows.

    Args:
        residuals: rows x features.
        mask: rows x features; the mean of a feature stands still while it has no value.
        drift: parameters.
        state: features, the means before the first row (zeros at the batch's start).

    Returns:
        The statistic (rows; the largest squared mean in its standard deviations), the squared signed means
        (rows x features: contributions), and the state after the last row.
    """
    statistic = np.zeros(residuals.shape[0])
    parts = np.zeros(residuals.shape)
    current = state.copy()
    for r in range(residuals.shape[0]):
        known = mask[r] == OK
        current = _step(current, residuals[r], known, drift.weight)
        standard = current / drift.scale
        parts[r] = np.where(known, np.sign(standard) * standard * standard, 0.0)
        statistic[r] = np.abs(parts[r]).max() if known.any() else 0.0
    return statistic, parts, current


def _step(state: Floats, residual: Floats, known: NDArray[np.bool_], weight: float) -> Floats:
    # element-wise only: no sum whose order could differ between one row and many
    result: Floats = np.where(known, weight * residual + (1.0 - weight) * state, state)
    return result
