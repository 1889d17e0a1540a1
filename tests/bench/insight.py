"""Benchmark family `insight`: speed of the scoring kernel, and detection on Tennessee Eastman.

Names and targets: docs (benchmarks). The public files hold the classic runs of faults 1 to 10 only, so the
mean detection over all twenty faults without 3, 9 and 15 (`insight.tep_fdr17`) cannot be measured from them;
what can be is reported as `insight.tep_fdr8` (faults 1 to 10 without 3 and 9), and under no other name.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from titer.science.monitoring import (
    Drift,
    EventRule,
    alarm_events,
    contributions,
    drift_statistic,
    fit_cva,
    fit_drift,
    fit_pca,
    joint_limits,
    lagged,
    score_row,
    score_rows,
)

DATA = Path(os.environ.get("TITER_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")) / "insight"
TAGS = [*range(22), *range(41, 52)]
THREE_IN_A_ROW = EventRule(3, 3, 1)
Statistics = Callable[[np.ndarray], np.ndarray]


def run() -> dict[str, float]:
    """All figures of the family; those that need the public files are left out where these are missing."""
    result = {
        "insight.score33_us": _row_us(33, 9),
        "insight.score1000_us": _row_us(1000, 10),
    }
    if (DATA / "tep_braatz.npz").exists():
        result |= _tennessee()
    return result


def _row_us(features: int, components: int) -> float:
    """Median time of one row: T2, SPE and all contributions, through the public functions."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2 * features + 500, features))
    plane = fit_pca(rows, components=components)
    none = np.zeros(features, dtype=np.uint8)
    times = []
    for r in range(400):
        begin = time.perf_counter()
        score = score_row(rows[r], none, plane)
        contributions(rows[r], score, 0, plane)
        times.append(time.perf_counter() - begin)
    return float(np.median(times) * 1e6)


def _tennessee() -> dict[str, float]:
    with np.load(DATA / "tep_normal_runs.npz") as file:
        runs = [file[name][:, TAGS] for name in sorted(file.files)]
    with np.load(DATA / "tep_braatz.npz") as file:
        tests = {name: file[name][:, TAGS] for name in file.files}
    fit = np.vstack(runs[:16])
    mean, scale = fit.mean(axis=0), fit.std(axis=0, ddof=1)
    normal = [(run - mean) / scale for run in runs]
    faults = {k: (v - mean) / scale for k, v in tests.items() if k.endswith("_te")}
    result: dict[str, float] = {}
    methods = {"pca33": _pca(normal[:16]), "cva_ewma": _cva(normal[:16], normal[16:28], 0.03)}
    for name, statistics in methods.items():
        figures = _protocol(statistics, normal[16:28], [*normal[28:], faults["d00_te"]], faults)
        result |= {f"insight.tep_{name}.{key}": value for key, value in figures.items()}
    result["insight.tep_fdr8"] = result["insight.tep_cva_ewma.fdr8"]
    result["insight.tep_far"] = result["insight.tep_cva_ewma.far"]
    result["insight.tep_events_30d"] = result["insight.tep_cva_ewma.events_30d"]
    return result


def _pca(fit: list[np.ndarray]) -> Statistics:
    plane = fit_pca(np.vstack(fit), explained=0.9)

    def statistics(rows: np.ndarray) -> np.ndarray:
        score = score_rows(rows, np.zeros(rows.shape, dtype=np.uint8), plane)
        return np.column_stack([score.t2, score.spe])

    return statistics


def _cva(fit: list[np.ndarray], drift_runs: list[np.ndarray], weight: float) -> Statistics:
    whiten, plane = fit_cva(fit, past=5, future=5, states=25)

    def parts(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        white = lagged(rows, 4) @ whiten.T
        score = score_rows(white, np.zeros(white.shape, dtype=np.uint8), plane)
        return score.t2, score.spe, score.scores

    def none(rows: np.ndarray) -> np.ndarray:
        return np.zeros(rows.shape, dtype=np.uint8)

    drift: Drift = fit_drift([(s, none(s)) for s in (parts(run)[2] for run in drift_runs)], weight)

    def statistics(rows: np.ndarray) -> np.ndarray:
        t2, spe, states = parts(rows)
        _, squared, _ = drift_statistic(states, none(states), drift, np.zeros(states.shape[1]))
        return np.column_stack([t2, spe, np.abs(squared).sum(axis=1)])

    return statistics


def _protocol(
    statistics: Statistics,
    calibration: list[np.ndarray],
    unseen: list[np.ndarray],
    faults: dict[str, np.ndarray],
) -> dict[str, float]:
    """Joint 1 % limits from the calibration runs; normal runs that nobody has seen show what they keep."""
    limits = joint_limits(np.vstack([statistics(run) for run in calibration]), 0.01).limits
    normal = [(statistics(run) > limits).any(axis=1) for run in unseen]
    found = {}
    for fault in range(1, 11):
        table = statistics(faults[f"d{fault:02d}_te"])
        begin = 160 - (960 - table.shape[0])
        found[fault] = float((table[begin:] > limits).any(axis=1).mean())
    days = sum(run.shape[0] for run in unseen) * 3 / 60 / 24
    events = sum(len(alarm_events([bool(a) for a in run], THREE_IN_A_ROW)) for run in normal)
    return {
        "far": float(np.concatenate(normal).mean()),
        "fdr8": float(np.mean([v for k, v in found.items() if k not in (3, 9)])),
        "fdr_3_9": float(np.mean([found[3], found[9]])),
        "events_30d": events / days * 30,
    }
