"""The scoring kernel: one row at a time, in a fixed order of additions.

Matrix libraries give other last digits for one row than for the same row inside a batch (scikit-learn's PLS
agrees bitwise in 31 % of rows). Here each sum is a plain loop, compiled without reassociation and without
fused multiply-add, so a row has one result: alone, in a batch, today and on replay.

Missing values: trimmed scores regression (Arteaga and Ferrer 2002, J. Chemometrics 16:408), with the
covariance of the known features approximated by the subspace plus diagonal residual variances; SPE is scaled
up by the share of residual variance that is known, so that its limit keeps its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.science.monitoring.subspace import Subspace

Floats = NDArray[np.float64]

OK = 0
INACTIVE = 1
MISSING = 2


@dataclass(frozen=True)
class RowScore:
    """Scores of rows.

    Attributes:
        t2: Hotelling's T2, rows.
        spe: squared prediction error, rows.
        scores: rows x components.
        residuals: rows x features, in standard deviations of the feature; 0 where there is no value.
    """

    t2: Floats
    spe: Floats
    scores: Floats
    residuals: Floats


def _score(
    z: Floats, mask: NDArray[np.uint8], loadings: Floats, variances: Floats, residual_variances: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    rows, features = z.shape
    components = loadings.shape[1]
    t2 = np.zeros(rows)
    spe = np.zeros(rows)
    scores = np.zeros((rows, components))
    residuals = np.zeros((rows, features))
    trimmed = np.zeros(components)
    gram = np.zeros((components, components))
    matrix = np.zeros((components, components))
    solution = np.zeros(components)
    for r in range(rows):
        known = 0
        for j in range(features):
            if mask[r, j] == 0:
                known += 1
        for a in range(components):
            total = 0.0
            for j in range(features):
                if mask[r, j] == 0:
                    total += loadings[j, a] * z[r, j]
            trimmed[a] = total
        if known == features:
            for a in range(components):
                scores[r, a] = trimmed[a]
        else:
            # t = V G (G V G + P' D P)^-1 P' z, with G = P'P over the known features
            for a in range(components):
                for b in range(components):
                    g = 0.0
                    d = 0.0
                    for j in range(features):
                        if mask[r, j] == 0:
                            product = loadings[j, a] * loadings[j, b]
                            g += product
                            d += product * residual_variances[j]
                    gram[a, b] = g
                    matrix[a, b] = d
            for a in range(components):
                for b in range(components):
                    total = 0.0
                    for c in range(components):
                        total += gram[a, c] * variances[c] * gram[c, b]
                    matrix[a, b] += total
                matrix[a, a] += 1e-10
            # Cholesky in place (lower), then two triangular solves
            for a in range(components):
                for b in range(a + 1):
                    total = matrix[a, b]
                    for c in range(b):
                        total -= matrix[a, c] * matrix[b, c]
                    if a == b:
                        matrix[a, a] = np.sqrt(max(total, 1e-300))
                    else:
                        matrix[a, b] = total / matrix[b, b]
            for a in range(components):
                total = trimmed[a]
                for c in range(a):
                    total -= matrix[a, c] * solution[c]
                solution[a] = total / matrix[a, a]
            for k in range(components):
                a = components - 1 - k
                total = solution[a]
                for c in range(a + 1, components):
                    total -= matrix[c, a] * solution[c]
                solution[a] = total / matrix[a, a]
            for a in range(components):
                total = 0.0
                for b in range(components):
                    total += gram[a, b] * solution[b]
                scores[r, a] = variances[a] * total
        total = 0.0
        for a in range(components):
            total += scores[r, a] * scores[r, a] / variances[a]
        t2[r] = total
        square = 0.0
        known_variance = 0.0
        all_variance = 0.0
        for j in range(features):
            all_variance += residual_variances[j]
            if mask[r, j] == 0:
                known_variance += residual_variances[j]
                fitted = 0.0
                for a in range(components):
                    fitted += loadings[j, a] * scores[r, a]
                rest = z[r, j] - fitted
                residuals[r, j] = rest
                square += rest * rest
        if known == features or known_variance <= 0.0:
            spe[r] = square
        else:
            spe[r] = square * (all_variance / known_variance)
    return t2, spe, scores, residuals


@cache
def _compiled() -> Any:
    import numba

    return numba.njit(cache=True, fastmath=False, nogil=True)(_score)


def score_rows(z: Floats, mask: NDArray[np.uint8], subspace: Subspace) -> RowScore:
    """Score standardised rows.

    Args:
        z: rows x features, in standard deviations from the tunnel's mean; anything where the mask is not OK.
        mask: rows x features: `OK`, `INACTIVE` (the feature does not apply now) or `MISSING`.
        subspace: fitted subspace.

    Returns:
        RowScore, bit for bit the same as scoring each row alone.

    Example:
        >>> plane = Subspace(np.array([[1.0], [0.0]]), np.array([4.0]), np.array([1e-12, 1.0]))
        >>> score = score_rows(np.array([[2.0, 3.0]]), np.zeros((1, 2), dtype=np.uint8), plane)
        >>> float(score.t2[0]), float(score.spe[0])
        (1.0, 9.0)
    """
    clean = np.ascontiguousarray(np.where(mask == OK, z, 0.0), dtype=np.float64)
    if not np.isfinite(clean).all():
        raise ValueError("a value that counts as known is not finite")
    t2, spe, scores, residuals = _compiled()(
        clean,
        np.ascontiguousarray(mask, dtype=np.uint8),
        np.ascontiguousarray(subspace.loadings),
        np.ascontiguousarray(subspace.variances),
        np.ascontiguousarray(subspace.residual_variances),
    )
    return RowScore(t2, spe, scores, residuals)


def score_row(z: Floats, mask: NDArray[np.uint8], subspace: Subspace) -> RowScore:
    """Score one standardised row; arrays of the answer have one row."""
    return score_rows(z[None, :], mask[None, :], subspace)


def contributions(z: Floats, score: RowScore, row: int, subspace: Subspace) -> tuple[Floats, Floats]:
    """Which features make up T2 and SPE of a row.

    Args:
        z: features, the standardised row (0 where there is no value).
        score: the scores that contain the row.
        row: its index in `score`.
        subspace: the subspace that scored it.

    Returns:
        (features,) signed shares of T2: z_j * sum_a p_ja t_a / v_a, whose sum is T2 when nothing is missing
        (complete decomposition contributions, Alcala and Qin 2011, J. Process Control 21:322); and
        (features,) squared residuals with the residual's sign, whose absolute values sum to SPE.
    """
    weights = subspace.loadings @ (score.scores[row] / subspace.variances)
    residual = score.residuals[row]
    return z * weights, np.sign(residual) * residual * residual
