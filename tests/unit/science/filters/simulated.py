"""Simulated batches with delays, for the filter's tests: hourly sensors, a daily panel and titre that come late."""

from dataclasses import dataclass

import numpy as np

from titer.science.filters.replay import Measurement, Replay
from titer.science.filters.unscented import Unscented, filter_model
from titer.science.integrators.rodas4 import compiled, compiled_outputs, simulate
from titer.science.kinetics import cho_fedbatch as cho

ONLINE = ((0, 0.05, 0.1), (8, 0.05, 0.05), (9, 0.003, 1.0))
PANEL = (
    (0, 0.05, 0.05),
    (1, 0.01, 0.3),
    (2, 0.03, 0.05),
    (3, 0.03, 0.03),
    (4, 0.05, 0.05),
    (5, 0.05, 0.05),
    (6, 0.01, 1.0),
)
SEVEN = [0, 1, 2, 3, 4, 5, 6]


@dataclass
class Batch:
    """Truth and what is known of it, with arrival times in h."""

    inputs: np.ndarray
    states: np.ndarray
    known: list[tuple[float, Measurement]]


def batch(seed: int, *, spread: float = 0.15, hours: int = 336) -> Batch:
    """A batch with parameters within +-spread, hourly sensors, a panel 2 to 8 h late, titre 24 to 72 h late."""
    rng = np.random.default_rng(seed)
    p = cho.SPEC.defaults()
    for i, q in enumerate(cho.SPEC.parameters):
        if q.spread > 0:
            p[i] *= 1 + rng.uniform(-spread, spread)
    x0 = cho.initial_state(1400.0 * (1 + rng.normal(0, 0.01)), vcd=1.0 + rng.normal(0, 0.05))
    inputs = np.array(
        [
            cho.inputs(
                feed_f2=3.0 if h > 72 else 0.0,
                feed_glc=0.8 if h > 96 else 0.0,
                temperature=36.8 if h < 120 else 34.5,
            )
            for h in range(hours)
        ]
    )
    edges = np.arange(hours + 1.0)
    states = simulate(compiled(cho.rhs), x0, edges, edges, inputs, p, rtol=1e-6).states
    outputs = compiled_outputs(cho.outputs)
    y = np.array([outputs(x, inputs[min(h, hours - 1)], p) for h, x in enumerate(states)])
    known: list[tuple[float, Measurement]] = []

    def measure(hour: int, channel: int, relative: float, absolute: float, delay: float, kind: str) -> None:
        sd = relative * y[hour, channel] + absolute
        value = y[hour, channel] + rng.normal(0, sd)
        known.append(
            (hour + delay, Measurement(float(hour), f"{kind}{channel}-{hour:04d}", channel, value, sd))
        )

    for hour in range(1, hours + 1):
        for channel, relative, absolute in ONLINE:
            measure(hour, channel, relative, absolute, 0.0, "online")
    for day in range(hours // 24):
        hour, delay = max(day * 24, 1), rng.uniform(2, 8)
        for channel, relative, absolute in PANEL:
            measure(hour, channel, relative, absolute, delay, "panel")
        if day >= 3:
            measure(hour, 7, 0.04, 0.02, rng.uniform(24, 72), "titre")
    return Batch(inputs, states, sorted(known, key=lambda pair: (pair[0], pair[1])))


def replay_of() -> Replay:
    """A fresh filter with the model's prior."""
    ukf = Unscented(filter_model(cho), len(cho.SPEC.outputs))
    return Replay(ukf, ukf.start(0.0, cho.initial_state(1400.0), 0.05))


def follow(made: Batch, mode: str) -> tuple[np.ndarray, np.ndarray, Replay]:
    """Hourly means and standard deviations as they were known in that hour.

    Args:
        made: the batch.
        mode: `open`, `online`, `arrival` (fused when it arrives, as if it were taken then) or `replay`.
    """
    replay = replay_of()
    means, sds, position = [], [], 0
    for hour in range(1, len(made.inputs) + 1):
        replay.add_inputs(made.inputs[hour - 1])
        while position < len(made.known) and made.known[position][0] <= hour:
            measurement = made.known[position][1]
            position += 1
            if mode == "open" or (mode == "online" and not measurement.key.startswith("online")):
                continue
            time = float(hour) if mode == "arrival" else measurement.time
            replay.add(
                Measurement(time, measurement.key, measurement.channel, measurement.value, measurement.sd)
            )
        mean, sd = replay.ukf.states(replay.belief)
        means.append(mean)
        sds.append(sd)
    return np.array(means), np.array(sds), replay


def score(made: Batch, mean: np.ndarray, sd: np.ndarray) -> tuple[float, float]:
    """Mean NRMSE of seven states in %, and the worst coverage of their 95 % bands in %."""
    truth = made.states[1:]
    nrmse = np.sqrt(((mean - truth) ** 2).mean(axis=0)) / truth.max(axis=0)
    cover = (np.abs(mean - truth) <= 1.96 * sd).mean(axis=0)
    return 100 * float(nrmse[SEVEN].mean()), 100 * float(cover[SEVEN].mean())
