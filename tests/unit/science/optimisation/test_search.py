"""The optimisers on functions whose minima are known."""

import math

import numpy as np
import pytest

from titer.science.optimisation import differential_evolution, minimise, nelder_mead

LOW, HIGH = np.array([-5.0, -5.0]), np.array([10.0, 15.0])


def branin(x: np.ndarray) -> float:
    """Three global minima of 0.397887 (Dixon and Szegoe 1978)."""
    return float(
        (x[1] - 5.1 / (4 * math.pi**2) * x[0] ** 2 + 5 / math.pi * x[0] - 6) ** 2
        + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0])
        + 10
    )


def test_branin_s_minimum_is_found() -> None:
    found = minimise(branin, np.array([-5.0, 0.0]), HIGH, np.random.default_rng(7))
    assert found.value == pytest.approx(0.397887, abs=1e-5)


def test_the_same_generator_finds_the_same_point_bit_for_bit() -> None:
    one = differential_evolution(branin, LOW, HIGH, np.random.default_rng(3), generations=5)
    two = differential_evolution(branin, LOW, HIGH, np.random.default_rng(3), generations=5)
    assert one.x.tobytes() == two.x.tobytes() and one.value == two.value


def test_no_point_outside_the_bounds_is_ever_asked_for() -> None:
    asked: list[np.ndarray] = []

    def objective(x: np.ndarray) -> float:
        asked.append(x.copy())
        return float(-x.sum())

    found = minimise(objective, LOW, HIGH, np.random.default_rng(1))
    assert found.x == pytest.approx(HIGH, abs=1e-3)
    assert all(np.all(x >= LOW) and np.all(x <= HIGH) for x in asked)


def test_a_scenario_that_failed_is_never_chosen() -> None:
    found = nelder_mead(
        lambda x: math.nan if x[0] > 0 else float(x[0] ** 2 + (x[1] - 1) ** 2),
        np.array([-2.0, 3.0]),
        LOW,
        HIGH,
    )
    assert math.isfinite(found.value) and found.x[0] <= 0


def test_bounds_that_cross_are_refused() -> None:
    with pytest.raises(ValueError, match="bound"):
        minimise(branin, HIGH, LOW, np.random.default_rng(1))
