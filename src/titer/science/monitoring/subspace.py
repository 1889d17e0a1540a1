"""Linear subspaces of normal operation: PCA by singular value decomposition, and canonical variates.

Sources: Jackson and Mudholkar (1979), Technometrics 21:341 (T2 and SPE of PCA); Ku, Storer and Georgakis
(1995), Chemom. Intell. Lab. Syst. 30:179 (lagged rows, DPCA); Larimore (1990) and Odiowei and Cao (2010),
IEEE Trans. Ind. Inform. 6:36 (CVA).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDING = 1e-4
"""Share of the largest variance below which a direction is the data's rounding and not the process: whitening
it would make the last written digit the loudest canonical variate."""


@dataclass(frozen=True)
class Subspace:
    """Loadings and variances of a subspace of standardised rows.

    Attributes:
        loadings: features x components, orthonormal columns.
        variances: components, variance of each score in the training rows.
        residual_variances: features, variance of what the subspace does not explain.
    """

    loadings: Floats
    variances: Floats
    residual_variances: Floats

    @property
    def components(self) -> int:
        """Number of scores."""
        return int(self.loadings.shape[1])


def fit_pca(
    rows: Floats, *, components: int | None = None, explained: float = 0.9, weights: Floats | None = None
) -> Subspace:
    """Principal components of standardised rows.

    Args:
        rows: rows x features, standardised; a value that is not there is 0 (the mean).
        components: how many; None = the fewest that explain the share `explained` of the variance.
        explained: share of the variance, 0 .. 1.
        weights: rows, so that each batch counts the same whatever its length.

    Returns:
        Subspace; each loading has its largest element positive, so a refit from the same rows gives the
        same signs.

    Raises:
        ValueError: for NaN, or for fewer rows than features.

    Example:
        >>> rows = np.array([[1.0, 1.0], [-1.0, -1.0], [2.0, 2.0], [-2.0, -2.0]])
        >>> fit_pca(rows, components=1).loadings.round(4).ravel().tolist()
        [0.7071, 0.7071]
    """
    if not np.isfinite(rows).all():
        raise ValueError("rows for PCA must be finite; give 0 for a value that is not there")
    if rows.shape[0] <= rows.shape[1]:
        raise ValueError(f"{rows.shape[0]} rows are too few for {rows.shape[1]} features")
    w = np.ones(rows.shape[0]) if weights is None else weights * (rows.shape[0] / weights.sum())
    covariance = (rows * w[:, None]).T @ rows / (rows.shape[0] - 1)
    left, values, _ = np.linalg.svd((covariance + covariance.T) / 2, hermitian=True)
    if components is None:
        share = np.cumsum(values) / values.sum()
        components = int(np.searchsorted(share, explained) + 1)
    components = max(1, min(components, rows.shape[1] - 1 if rows.shape[1] > 1 else 1))
    loadings = _signed(left[:, :components])
    rest = covariance - loadings @ np.diag(values[:components]) @ loadings.T
    return Subspace(
        np.ascontiguousarray(loadings),
        np.maximum(values[:components], 1e-12),
        np.maximum(np.diag(rest).copy(), 1e-12),
    )


def lagged(rows: Floats, lags: int) -> Floats:
    """Each row with the `lags` rows before it: (rows - lags) x features * (lags + 1), newest first.

    Example:
        >>> lagged(np.array([[1.0], [2.0], [3.0]]), 1).tolist()
        [[2.0, 1.0], [3.0, 2.0]]
    """
    return np.hstack([rows[lags - lag : rows.shape[0] - lag] for lag in range(lags + 1)])


def fit_cva(
    runs: list[Floats], *, past: int = 5, future: int = 5, states: int = 20
) -> tuple[Floats, Subspace]:
    """Canonical variates between the past and the future of standardised rows.

    Args:
        runs: one array (rows x features) a run; pasts never reach across two runs.
        past, future: rows on either side.
        states: number of canonical states.

    Returns:
        A whitening matrix W (features * past squared) and the subspace of whitened pasts, so that
        `lagged(rows, past - 1) @ W.T` is scored like any other standardised row: T2 of the states and SPE
        of the rest, as in Odiowei and Cao (2010).

    Raises:
        ValueError: if a run is shorter than past + future.
    """
    pasts, futures = [], []
    for rows in runs:
        if rows.shape[0] < past + future:
            raise ValueError("a run is shorter than past plus future")
        block = lagged(rows, past - 1)
        ahead = np.hstack([rows[past + i : rows.shape[0] - future + 1 + i] for i in range(future)])
        pasts.append(block[: ahead.shape[0]])
        futures.append(ahead)
    p, f = np.vstack(pasts), np.vstack(futures)
    n = p.shape[0] - 1
    whiten_p, whiten_f = _inverse_root(p.T @ p / n), _inverse_root(f.T @ f / n)
    hankel = whiten_f @ (f.T @ p / n) @ whiten_p
    _, _, right = np.linalg.svd(hankel, full_matrices=False)
    loadings = np.ascontiguousarray(_signed(right[:states].T))
    white = p @ whiten_p.T
    residual = white - (white @ loadings) @ loadings.T
    return whiten_p, Subspace(loadings, np.ones(loadings.shape[1]), np.maximum(residual.var(axis=0), 1e-12))


def _inverse_root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    values = np.maximum(values, values[-1] * _ROUNDING)
    result: Floats = (vectors / np.sqrt(values)) @ vectors.T
    return result


def _signed(loadings: Floats) -> Floats:
    largest = np.abs(loadings).argmax(axis=0)
    sign = np.sign(loadings[largest, np.arange(loadings.shape[1])])
    result: Floats = loadings * np.where(sign == 0, 1.0, sign)
    return result
