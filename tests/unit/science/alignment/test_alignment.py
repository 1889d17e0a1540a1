"""Alignment of batches that run at different pace."""

from __future__ import annotations

import numpy as np
import pytest

from titer.science.alignment import indicator_axis, phase_linear_axis, warp


def test_the_indicator_never_runs_backwards_and_starts_unknown() -> None:
    axis = indicator_axis(np.array([np.nan, 1.0, 3.0, 2.5, np.nan, 5.0]), 1.0, 5.0)
    assert np.isnan(axis[0])
    assert axis[1:].tolist() == [0.0, 0.5, 0.5, 0.5, 1.0]


def test_phases_are_stretched_each_for_itself() -> None:
    assert phase_linear_axis(np.array([10.0]), [0, 10, 14], [0, 20, 24]).tolist() == [20.0]
    with pytest.raises(ValueError, match="one after the other"):
        phase_linear_axis(np.array([1.0]), [0, 0], [0, 1])


def test_warping_recovers_a_known_change_of_pace() -> None:
    time = np.linspace(0, 1, 121)
    curve = lambda t: np.column_stack([np.sin(3 * t), t**2])  # noqa: E731
    slow = curve(time**1.4)
    reference = curve(time)
    path = warp(slow, reference, band=25)
    assert np.all(np.diff(path) >= 0)
    assert path[-1] == 120
    error = np.abs(slow[path] - reference).max()
    assert error < 0.05 < np.abs(slow - reference).max()
