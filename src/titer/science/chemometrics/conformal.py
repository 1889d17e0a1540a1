"""Split-conformal prediction intervals (Vovk, Gammerman and Shafer 2005; Lei et al. 2018, JASA 113:1094)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def conformal_half_width(residuals: NDArray[np.float64], coverage: float) -> float:
    """Half width of an interval that covers a new, exchangeable value with at least the given probability.

    Args:
        residuals: reference minus prediction of calibration samples that the fit has not seen.
        coverage: 0 .. 1.

    Returns:
        The ceil((n + 1) * coverage)-th smallest absolute residual; infinity where n is too small.

    Example:
        >>> conformal_half_width(np.arange(1.0, 20.0), 0.9)
        18.0
    """
    if not 0 < coverage < 1:
        raise ValueError("a coverage lies between 0 and 1")
    rank = math.ceil((residuals.size + 1) * coverage)
    if rank > residuals.size:
        return math.inf
    return float(np.sort(np.abs(residuals))[rank - 1])
