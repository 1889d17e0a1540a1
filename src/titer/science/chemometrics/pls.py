"""Partial least squares regression (one response), fitted by NIPALS, scored by a plain loop.

Source: Wold, Sjostrom and Eriksson (2001), Chemom. Intell. Lab. Syst. 58:109. For one response NIPALS needs
no iteration. A prediction is a sum in fixed order, so a row has the same bits alone and in a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pls:
    """A fitted model on the scale of the data.

    Attributes:
        x_mean: features.
        y_mean: mean of the response.
        coefficients: features, response units per feature unit.
        rotations: features x components; scores = (x - x_mean) @ rotations.
        loadings: features x components.
        score_variances: components.
    """

    x_mean: Floats
    y_mean: float
    coefficients: Floats
    rotations: Floats
    loadings: Floats
    score_variances: Floats


def fit_pls(x: Floats, y: Floats, components: int) -> Pls:
    """Fit on rows x features and one response.

    Raises:
        ValueError: for NaN, or for more components than the data have.

    Example:
        >>> x = np.array([[1.0, 0.0], [2.0, 1.0], [3.0, 0.0], [4.0, 1.0]])
        >>> model = fit_pls(x, 2 * x[:, 0] + x[:, 1], 2)
        >>> [round(float(c), 6) for c in model.coefficients]
        [2.0, 1.0]
    """
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("rows for PLS must be finite")
    x_mean, y_mean = x.mean(axis=0), float(y.mean())
    e, f = x - x_mean, y - y_mean
    weights, loadings, inner, variances = [], [], [], []
    for _ in range(components):
        w = e.T @ f
        length = np.linalg.norm(w)
        if length < 1e-12:
            raise ValueError(f"the data hold fewer than {components} components")
        w /= length
        t = e @ w
        square = float(t @ t)
        p = e.T @ t / square
        q = float(f @ t) / square
        e = e - np.outer(t, p)
        f = f - q * t
        weights.append(w)
        loadings.append(p)
        inner.append(q)
        variances.append(square / (len(y) - 1))
    w_matrix, p_matrix = np.array(weights).T, np.array(loadings).T
    rotations = w_matrix @ np.linalg.inv(p_matrix.T @ w_matrix)
    return Pls(
        x_mean,
        y_mean,
        np.ascontiguousarray(rotations @ np.array(inner)),
        np.ascontiguousarray(rotations),
        np.ascontiguousarray(p_matrix),
        np.array(variances),
    )


def _predict(x: Floats, x_mean: Floats, y_mean: float, coefficients: Floats) -> Floats:
    result = np.zeros(x.shape[0])
    for r in range(x.shape[0]):
        total = y_mean
        for j in range(x.shape[1]):
            total += (x[r, j] - x_mean[j]) * coefficients[j]
        result[r] = total
    return result


@cache
def _compiled() -> Any:
    import numba

    return numba.njit(cache=True, fastmath=False, nogil=True)(_predict)


def predict_rows(x: Floats, model: Pls) -> Floats:
    """Predictions, rows, in the response's unit; bit for bit those of single rows."""
    result: Floats = _compiled()(
        np.ascontiguousarray(x, dtype=np.float64), model.x_mean, model.y_mean, model.coefficients
    )
    return result


def predict_row(x: Floats, model: Pls) -> float:
    """Prediction of one row."""
    return float(predict_rows(x[None, :], model)[0])
