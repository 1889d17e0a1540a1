"""Maturity instead of time.

Source: Nomikos and MacGregor (1995), Technometrics 37:41 (indicator variable); Garcia-Munoz, Kourti and
MacGregor (2003), Ind. Eng. Chem. Res. 42:3592 (linear within each phase).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def indicator_axis(indicator: Floats, start: float, end: float) -> Floats:
    """Position 0 .. 1 of each row by a variable that grows through the batch.

    Noise may make the variable step back; the position never does (running maximum), so the axis can be
    computed on line. Before the first finite value it is NaN.

    Args:
        indicator: rows, e.g. cumulative feed in L.
        start, end: values at the beginning and the end of the aligned part, same unit; start < end.

    Example:
        >>> indicator_axis(np.array([0.0, 2.0, 1.0, 4.0]), 0.0, 4.0).tolist()
        [0.0, 0.5, 0.5, 1.0]
    """
    if not start < end:
        raise ValueError("an indicator must grow: start < end")
    filled = np.where(np.isfinite(indicator), indicator, -np.inf)
    running = np.maximum.accumulate(filled)
    result: Floats = np.where(np.isfinite(running), (running - start) / (end - start), np.nan)
    return result


def phase_linear_axis(hours: Floats, starts: Sequence[float], reference: Sequence[float]) -> Floats:
    """Stretch each phase linearly onto a reference batch's phase.

    Args:
        hours: rows, time of this batch.
        starts: when each phase of this batch began, and when the last one ended, h; strictly growing.
        reference: the same instants of the reference batch, h.

    Returns:
        Time on the reference's axis, h; NaN outside the phases.

    Example:
        >>> phase_linear_axis(np.array([0.0, 5.0, 12.0]), [0, 10, 14], [0, 20, 24]).tolist()
        [0.0, 10.0, 22.0]
    """
    if len(starts) != len(reference) or np.any(np.diff(starts) <= 0):
        raise ValueError("phases need one reference instant each, and must begin one after the other")
    return np.interp(hours, starts, reference, left=np.nan, right=np.nan)
