"""Bringing batches of different pace onto one axis: indicator variable, phase-linear, banded time warping."""

from titer.science.alignment.axis import indicator_axis, phase_linear_axis
from titer.science.alignment.warping import warp

__all__ = ["indicator_axis", "phase_linear_axis", "warp"]
