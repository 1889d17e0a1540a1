"""Partial least squares against scikit-learn, and the determinism that scikit-learn does not give."""

from __future__ import annotations

import numpy as np
import pytest

from titer.science.chemometrics import conformal_half_width, fit_pls, predict_row, predict_rows


def data(seed: int, rows: int = 120) -> tuple[np.ndarray, np.ndarray]:
    process = np.random.default_rng(0).normal(size=(3, 20))
    rng = np.random.default_rng(seed)
    t = rng.normal(size=(rows, 3))
    return t @ process + rng.normal(size=(rows, 20)) * 0.1 + 5, t @ [1.0, -2.0, 0.5] + rng.normal(
        size=rows
    ) * 0.1


def test_pls_agrees_with_scikit_learn() -> None:
    decomposition = pytest.importorskip("sklearn.cross_decomposition")
    x, y = data(1)
    ours = fit_pls(x, y, 3)
    theirs = decomposition.PLSRegression(3, scale=False).fit(x, y)
    np.testing.assert_allclose(predict_rows(x, ours), theirs.predict(x).ravel(), rtol=1e-9, atol=1e-10)


def test_a_row_is_predicted_to_the_same_bits_alone_and_in_a_batch() -> None:
    x, y = data(2)
    model = fit_pls(x, y, 3)
    together = predict_rows(x, model)
    assert [predict_row(row, model) for row in x] == together.tolist()


def test_conformal_intervals_cover_what_they_promise() -> None:
    x, y = data(3, 200)
    model = fit_pls(x, y, 3)
    covered = []
    for seed in range(10, 20):
        cx, cy = data(seed, 200)
        half = conformal_half_width(cy - predict_rows(cx, model), 0.9)
        tx, ty = data(seed + 100, 1000)
        covered.append(np.mean(np.abs(ty - predict_rows(tx, model)) <= half))
    assert np.mean(covered) == pytest.approx(0.9, abs=0.02)
    assert conformal_half_width(np.array([1.0]), 0.9) == float("inf")
