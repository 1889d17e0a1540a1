"""The filter's own properties, and what rewind-and-replay is worth on simulated batches."""

import importlib.util
import random
import sys
from pathlib import Path

import numpy as np
import pytest

from titer.science.filters.replay import Measurement
from titer.science.filters.unscented import FilterFailure, Unscented, filter_model, robust_root
from titer.science.kinetics import cho_fedbatch as cho

_spec = importlib.util.spec_from_file_location("simulated_batches", Path(__file__).with_name("simulated.py"))
assert _spec is not None and _spec.loader is not None
simulated = importlib.util.module_from_spec(_spec)
sys.modules["simulated_batches"] = simulated
_spec.loader.exec_module(simulated)


def test_replay_beats_fusing_on_arrival_and_its_bands_are_honest() -> None:
    """Four batches with parameters within +-15 %; the published study of the method used thirty."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for seed in range(4):
        made = simulated.batch(seed)
        for mode in ("open", "online", "arrival", "replay"):
            mean, sd, _ = simulated.follow(made, mode)
            rows.setdefault(mode, []).append(simulated.score(made, mean, sd))
    told = {mode: tuple(np.mean(values, axis=0)) for mode, values in rows.items()}
    for mode, (error, cover) in told.items():
        sys.stdout.write(
            f"{mode:8s} mean NRMSE of 7 states {error:5.2f} %, coverage of 95 % bands {cover:5.1f} %\n"
        )
    assert told["replay"][0] < 0.6 * told["arrival"][0]
    assert told["replay"][0] < 0.6 * told["online"][0]
    assert told["replay"][0] < 2.5
    assert told["replay"][1] >= 90.0
    assert told["replay"][1] > told["arrival"][1]


def test_the_order_of_arrival_leaves_no_trace() -> None:
    made = simulated.batch(11, hours=72)
    known = [measurement for _, measurement in made.known]
    beliefs = []
    for seed in range(3):
        shuffled = known[:]
        random.Random(seed).shuffle(shuffled)
        replay = simulated.replay_of()
        half = len(shuffled) // 2
        for hour in range(72):
            replay.add_inputs(made.inputs[hour])
            if hour == 40:
                for measurement in shuffled[:half]:
                    if measurement.time <= 40:
                        replay.add(measurement)
                replay.run()
        for measurement in shuffled:
            replay.add(measurement)
        beliefs.append(replay.belief)
    assert len({b.mean.tobytes() + b.cov.tobytes() for b in beliefs}) == 1


def test_a_withdrawn_result_leaves_no_trace() -> None:
    made = simulated.batch(12, hours=48)
    replay, plain = simulated.replay_of(), simulated.replay_of()
    for hour in range(48):
        replay.add_inputs(made.inputs[hour])
        plain.add_inputs(made.inputs[hour])
        if hour == 30:
            replay.add(Measurement(24.0, "wrong", 2, 1.0, 0.1))
            replay.run()
    replay.withdraw("wrong")
    assert replay.belief.mean.tobytes() == plain.belief.mean.tobytes()
    assert replay.replayed_hours >= 6


def test_a_result_far_outside_its_band_is_shown_and_not_used() -> None:
    ukf = Unscented(filter_model(cho), len(cho.SPEC.outputs))
    start = ukf.start(0.0, cho.initial_state(1400.0), 0.05)
    after, seen = ukf.update(start, np.array([2]), np.array([20.0]), np.array([0.1]), cho.inputs())
    assert not seen[0].used and seen[0].z > 5
    assert after.mean == pytest.approx(start.mean)


def test_an_update_brings_the_state_towards_the_measurement_and_narrows_its_band() -> None:
    ukf = Unscented(filter_model(cho), len(cho.SPEC.outputs))
    start = ukf.start(0.0, cho.initial_state(1400.0), 0.1)
    after, _ = ukf.update(start, np.array([0]), np.array([1.1]), np.array([0.02]), cho.inputs())
    assert 1.05 < ukf.states(after)[0][0] < 1.1
    assert ukf.states(after)[1][0] < ukf.states(start)[1][0]


def test_covariance_stays_positive_definite_and_a_broken_one_is_refused() -> None:
    root = robust_root(np.zeros((3, 3)) + 1.0)
    assert np.all(np.isfinite(root))
    with pytest.raises(FilterFailure):
        robust_root(np.array([[np.nan]]))
    with pytest.raises(FilterFailure):
        robust_root(-np.eye(2))


def test_a_measurement_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        simulated.replay_of().add(Measurement(-1.0, "early", 0, 1.0, 0.1))
