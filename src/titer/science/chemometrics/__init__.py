"""Calibration models: partial least squares with our own deterministic kernel, and conformal intervals."""

from titer.science.chemometrics.conformal import conformal_half_width
from titer.science.chemometrics.pls import Pls, fit_pls, predict_row, predict_rows

__all__ = ["Pls", "conformal_half_width", "fit_pls", "predict_row", "predict_rows"]
