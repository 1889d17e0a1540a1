"""Benchmark family `twin`: one batch, ten thousand scenarios, one filter step, a rewind of three days."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import numpy as np
from scipy.integrate import solve_ivp

from titer.science.filters.replay import Measurement, Replay
from titer.science.filters.unscented import Unscented, filter_model
from titer.science.integrators.ensemble import run_ensemble
from titer.science.integrators.rodas4 import compiled, compiled_outputs, simulate
from titer.science.kinetics import cho_fedbatch as cho

SPEC = cho.SPEC
P = SPEC.defaults()
SCALE = np.array([v.scale for v in SPEC.states])
EDGES = np.arange(15) * 24.0
HOURS = np.arange(337.0)
DAILY = np.array(
    [
        cho.inputs(
            feed_f2=2.0 if d > 2 else 0.0, feed_glc=0.5 if d > 4 else 0.0, temperature=36.8 if d < 6 else 34.5
        )
        for d in range(14)
    ]
)
FREE = (
    "mu_max", "kd_0", "kd_age", "q_glc_growth", "q_glc_maint", "q_lac_max", "aa_maint", "y_nh4_gln", "qp_max",
    "q_o2_maint", "q_o2_growth",
)  # fmt: skip


def run() -> dict[str, float]:
    """All figures of the family, and the error at which the first was reached."""
    rhs, outputs = compiled(cho.rhs), compiled_outputs(cho.outputs)
    x0 = cho.initial_state(1400.0)

    def batch() -> np.ndarray:
        return simulate(rhs, x0, HOURS, EDGES, DAILY, P, rtol=3e-5, atol=SCALE * 3e-6).states

    reference = _radau(x0)
    result = {
        "twin.cho14d_ms": 1e3 * _median(batch, 30),
        "twin.cho14d_error": float(np.max(np.abs(batch()[24::24] - reference) / SCALE)),
        "twin.cho14d_ms.peer.scipy_lsoda": 1e3 * _median(lambda: _lsoda(rhs, x0), 3),
        "twin.mc10k_s": _scenarios(rhs, outputs, x0),
    }
    return result | _filter()


def _median(work: Callable[[], object], times: int) -> float:
    work()
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begin)
    return median(spent)


def _radau(x0: np.ndarray) -> np.ndarray:
    rows, x = [], x0
    for day in range(14):
        u = DAILY[day]
        x = solve_ivp(
            lambda t, y, u=u: cho.rhs(t, y, u, P),
            (EDGES[day], EDGES[day + 1]),
            x,
            method="Radau",
            rtol=1e-11,
            atol=1e-11,
        ).y[:, -1]
        rows.append(x)
    return np.array(rows)


def _lsoda(rhs: Callable[..., np.ndarray], x0: np.ndarray) -> np.ndarray:
    """The peer gets the same compiled right-hand side, the same restarts and a comparable tolerance."""
    x = x0
    for day in range(14):
        u = DAILY[day]
        x = solve_ivp(
            lambda t, y, u=u: rhs(t, y, u, P), (EDGES[day], EDGES[day + 1]), x, method="LSODA", rtol=3e-5,
            atol=3e-6 * SCALE, t_eval=np.arange(EDGES[day] + 1, EDGES[day + 1] + 0.5),
        ).y[:, -1]  # fmt: skip
    return x


def _scenarios(rhs: object, outputs: object, x0: np.ndarray, count: int = 10_000) -> float:
    """10,000 batches with their own parameters, in two threads (the compiled loop holds no interpreter lock)."""
    rng = np.random.default_rng(1)
    spread = np.array([q.spread for q in SPEC.parameters])
    parameters = P * np.exp(rng.normal(size=(count, P.size)) * spread)
    starts = np.tile(x0, (count, 1))

    def part(rows: slice) -> int:
        return run_ensemble(
            rhs, outputs, starts[rows], parameters[rows], HOURS[::12], EDGES, DAILY, n_outputs=len(SPEC.outputs),
            scale=SCALE,
        ).failed  # fmt: skip

    part(slice(0, 4))
    begin = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        failed = sum(pool.map(part, (slice(0, count // 2), slice(count // 2, count))))
    spent = time.perf_counter() - begin
    if failed:
        raise ArithmeticError(f"{failed} of {count} scenarios failed")
    return spent


def _filter() -> dict[str, float]:
    ukf = Unscented(filter_model(cho, free=FREE), len(SPEC.outputs))
    replay = Replay(ukf, ukf.start(0.0, cho.initial_state(1400.0), 0.1))
    online = np.array([0, 8, 9], dtype=np.int64)
    for hour in range(200):
        u = DAILY[hour // 24]
        replay.add_inputs(u)
        mean, _ = ukf.observe(replay.belief, u)
        for channel in online:
            value = float(mean[channel])
            replay.add(Measurement(hour + 1.0, f"{hour}-{channel}", int(channel), value, 0.1 * value + 0.05))
    belief, u = replay.belief, DAILY[8]

    def one() -> None:
        later = ukf.predict(belief, u, 1.0)
        ukf.update(later, online, np.array([12.0, 3.0, 1500.0]), np.array([2.0, 0.5, 6.0]), u)

    def rewind() -> None:
        replay.add(Measurement(128.0, "titre", 7, 1.0 + 1e-3 * rewind_count(), 0.05))
        replay.run()

    def rewind_count() -> int:
        return replay.replayed_hours

    return {"twin.ukf_step_us": 1e6 * _median(one, 50), "twin.rewind_72h_ms": 1e3 * _median(rewind, 10)}
