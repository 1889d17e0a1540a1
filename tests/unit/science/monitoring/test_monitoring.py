"""Process monitoring: fits, the deterministic kernel, limits and events."""

from __future__ import annotations

import numpy as np
import pytest

from titer.science.monitoring import (
    INACTIVE,
    MISSING,
    OK,
    EventRule,
    alarm_events,
    contributions,
    drift_statistic,
    fit_cva,
    fit_drift,
    fit_pca,
    fit_tunnel,
    joint_limits,
    lagged,
    lift_to_events,
    score_row,
    score_rows,
)


def correlated(rows: int, seed: int, features: int = 8, components: int = 3) -> np.ndarray:
    # the loadings are the process and stay; the seed is the day
    process = np.random.default_rng(99).normal(size=(components, features)) * 2
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, components)) @ process + rng.normal(size=(rows, features)) * 0.3


def test_a_row_scores_to_the_same_bits_alone_and_in_a_batch() -> None:
    data = correlated(400, 1)
    plane = fit_pca(data, components=3)
    mask = (np.random.default_rng(3).random(data.shape) < 0.1).astype(np.uint8) * MISSING
    together = score_rows(data, mask, plane)
    for r in range(data.shape[0]):
        alone = score_row(data[r], mask[r], plane)
        assert alone.t2.tobytes() == together.t2[r : r + 1].tobytes()
        assert alone.spe.tobytes() == together.spe[r : r + 1].tobytes()
        assert alone.residuals.tobytes() == together.residuals[r : r + 1].tobytes()


def test_t2_and_spe_agree_with_the_textbook_formulas() -> None:
    data = correlated(300, 4)
    plane = fit_pca(data, components=3)
    score = score_rows(data, np.zeros(data.shape, dtype=np.uint8), plane)
    t = data @ plane.loadings
    e = data - t @ plane.loadings.T
    np.testing.assert_allclose(score.t2, (t**2 / plane.variances).sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(score.spe, (e**2).sum(axis=1), rtol=1e-10)
    assert np.allclose(plane.loadings.T @ plane.loadings, np.eye(3), atol=1e-12)


def test_pca_agrees_with_scikit_learn() -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    data = correlated(300, 5)
    data -= data.mean(axis=0)
    ours = fit_pca(data, components=4)
    theirs = decomposition.PCA(4, svd_solver="full").fit(data)
    np.testing.assert_allclose(ours.variances, theirs.explained_variance_, rtol=1e-10)
    np.testing.assert_allclose(np.abs((ours.loadings.T * theirs.components_).sum(axis=1)), 1.0, rtol=1e-10)


def test_contributions_sum_to_the_statistics_and_point_at_the_disturbed_feature() -> None:
    data = correlated(300, 6)
    plane = fit_pca(data, components=3)
    row = data[10].copy()
    row[5] += 12.0
    score = score_row(row, np.zeros(8, dtype=np.uint8), plane)
    t2_parts, spe_parts = contributions(row, score, 0, plane)
    assert t2_parts.sum() == pytest.approx(score.t2[0], rel=1e-12)
    assert np.abs(spe_parts).sum() == pytest.approx(score.spe[0], rel=1e-12)
    assert int(np.abs(spe_parts).argmax()) == 5


def test_missing_values_are_bridged_by_the_correlation_and_not_by_the_mean() -> None:
    data = correlated(2000, 7)
    plane = fit_pca(data, components=3)
    whole = score_rows(data, np.zeros(data.shape, dtype=np.uint8), plane)
    mask = np.zeros(data.shape, dtype=np.uint8)
    mask[:, 2] = MISSING
    bridged = score_rows(np.where(mask, np.nan, data), mask, plane)
    as_mean = score_rows(np.where(mask, 0.0, data), np.zeros(data.shape, dtype=np.uint8), plane)
    error = np.abs(bridged.scores - whole.scores).mean()
    assert error < 0.25 * np.abs(as_mean.scores - whole.scores).mean()
    assert bridged.spe.mean() == pytest.approx(whole.spe.mean(), rel=0.15)
    inactive = score_rows(data, np.where(mask, INACTIVE, OK).astype(np.uint8), plane)
    assert inactive.t2.tobytes() == bridged.t2.tobytes()


def test_a_known_value_that_is_not_finite_is_refused() -> None:
    plane = fit_pca(correlated(100, 8), components=2)
    with pytest.raises(ValueError, match="not finite"):
        score_row(np.full(8, np.nan), np.zeros(8, dtype=np.uint8), plane)


def test_the_tunnel_follows_the_batch_and_says_where_it_knows_nothing() -> None:
    rng = np.random.default_rng(9)
    positions = np.arange(50)
    batches = []
    for _ in range(40):
        rows = np.column_stack([np.sin(positions / 8) * 3 + rng.normal(size=50) * 0.2, rng.normal(size=50)])
        rows[40:, 1] = np.nan
        batches.append((positions, rows))
    tunnel = fit_tunnel(batches, 50, half_width=1)
    assert np.abs(tunnel.mean[:, 0] - np.sin(positions / 8) * 3).max() < 0.2
    assert tunnel.scale[20, 0] == pytest.approx(0.25, abs=0.15)
    assert (tunnel.support[42:, 1] == 0).all()
    assert (tunnel.support[:40, 1] == 40).all()
    assert (tunnel.scale[42:, 1] == 1.0).all()


def test_joint_limits_keep_their_promise_on_rows_that_nobody_has_seen() -> None:
    fit, calibration, test = correlated(2000, 10), correlated(8000, 11), correlated(8000, 12)
    plane = fit_pca(fit, components=3)
    none = np.zeros(calibration.shape, dtype=np.uint8)
    table = [
        np.column_stack([s.t2, s.spe]) for s in (score_rows(x, none, plane) for x in (calibration, test))
    ]
    found = joint_limits(table[0], 0.01)
    assert found.false_alarm_rate <= 0.01
    assert (table[1] > found.limits).any(axis=1).mean() == pytest.approx(0.01, abs=0.004)
    with pytest.raises(ValueError, match="cannot resolve"):
        joint_limits(table[0][:500], 0.01)


def test_limits_are_lifted_until_the_events_are_as_few_as_asked() -> None:
    rng = np.random.default_rng(13)
    runs = []
    for _ in range(20):
        noise = rng.normal(size=(500, 2))
        for r in range(1, 500):
            noise[r] = 0.95 * noise[r - 1] + 0.3 * noise[r]
        runs.append(noise**2)
    base = joint_limits(np.vstack(runs), 0.02)
    lifted = lift_to_events(base, runs, EventRule(3, 3, 6), target=0.0)
    assert lifted.lift.max() > 1.0
    assert lifted.events_per_run == 0.0
    unlifted = sum(len(alarm_events((r > base.limits).any(axis=1), EventRule(3, 3, 6))) for r in runs)
    assert unlifted > 0


def test_events_begin_with_k_of_n_and_end_when_it_is_quiet() -> None:
    rows = [0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1]
    events = alarm_events([bool(r) for r in rows], EventRule(3, 4, 3))
    assert [(e.first, e.raised, e.last) for e in events] == [(1, 4, 10)]


def test_a_shift_too_small_for_one_row_is_found_by_the_weighted_mean() -> None:
    rng = np.random.default_rng(14)
    calm = [(rng.normal(size=(600, 4)), np.zeros((600, 4), dtype=np.uint8)) for _ in range(10)]
    drift = fit_drift(calm, 0.05)
    limit = max(drift_statistic(r, m, drift, np.zeros(4))[0].max() for r, m in calm)
    rows = rng.normal(size=(400, 4))
    rows[100:, 3] -= 1.2
    statistic, parts, _ = drift_statistic(rows, np.zeros((400, 4), dtype=np.uint8), drift, np.zeros(4))
    found = int(np.argmax(statistic > limit))
    assert 100 < found < 160
    assert int(np.abs(parts[found + 20]).argmax()) == 3
    assert parts[found + 20, 3] < 0


def test_the_weighted_mean_is_the_same_walked_in_blocks() -> None:
    rng = np.random.default_rng(15)
    rows, mask = rng.normal(size=(90, 3)), (rng.random((90, 3)) < 0.1).astype(np.uint8) * MISSING
    drift = fit_drift([(rows, mask)], 0.2)
    whole = drift_statistic(rows, mask, drift, np.zeros(3))[0]
    state, pieces = np.zeros(3), []
    for start in range(0, 90, 7):
        piece, _, state = drift_statistic(rows[start : start + 7], mask[start : start + 7], drift, state)
        pieces.append(piece)
    assert np.concatenate(pieces).tobytes() == whole.tobytes()


def test_canonical_variates_whiten_the_past_and_find_the_state() -> None:
    rng = np.random.default_rng(16)
    runs = []
    for _ in range(4):
        state, rows = np.zeros(2), []
        for _ in range(1500):
            state = np.array([[0.9, 0.2], [-0.2, 0.9]]) @ state + rng.normal(size=2) * 0.3
            rows.append(np.array([state[0], state[1], state[0] + state[1]]) + rng.normal(size=3) * 0.2)
        runs.append(np.array(rows))
    whiten, plane = fit_cva(runs, past=4, future=4, states=2)
    white = np.vstack([lagged(r, 3) for r in runs]) @ whiten.T
    assert np.allclose(np.cov(white.T), np.eye(12), atol=0.05)
    score = score_rows(white, np.zeros(white.shape, dtype=np.uint8), plane)
    assert score.t2.mean() == pytest.approx(2.0, rel=0.05)
