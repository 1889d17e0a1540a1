"""Rodas4 against scipy's Radau at 1e-11, its order, events and failures."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from titer.science.integrators import rodas4
from titer.science.kinetics import cho_fedbatch as cho

P = cho.SPEC.defaults()
SCALE = np.array([v.scale for v in cho.SPEC.states])
EDGES = np.arange(15) * 24.0
INPUTS = np.array(
    [
        cho.inputs(
            feed_f2=2.0 if day > 2 else 0.0,
            feed_glc=0.5 if day > 4 else 0.0,
            temperature=36.8 if day < 6 else 34.5,
        )
        for day in range(14)
    ]
)


def _reference() -> np.ndarray:
    x = cho.initial_state(1400.0)
    rows = [x]
    for day in range(14):
        solved = solve_ivp(
            lambda t, y, u=INPUTS[day]: cho.rhs(t, y, u, P),
            (EDGES[day], EDGES[day + 1]),
            x,
            method="Radau",
            rtol=1e-11,
            atol=1e-11,
            t_eval=EDGES[day] + np.array([6.0, 12.0, 18.0, 24.0]),
        )
        x = solved.y[:, -1]
        rows.extend(solved.y.T)
    return np.array(rows)


def test_a_fourteen_day_batch_agrees_with_radau_to_1e_4_of_each_state_s_scale() -> None:
    course = rodas4.simulate(
        rodas4.compiled(cho.rhs),
        cho.initial_state(1400.0),
        np.arange(0.0, 337.0, 6.0),
        EDGES,
        INPUTS,
        P,
        rtol=1e-5,
        atol=SCALE * 1e-6,
    )
    assert course.ok
    assert np.max(np.abs(course.states - _reference()) / SCALE) <= 1e-4


def test_the_error_falls_with_the_fourth_power_of_the_tolerance_s_root() -> None:
    errors = []
    for rtol in (1e-4, 1e-6, 1e-8):
        course = rodas4.simulate(
            rodas4.compiled(rodas4._decay),
            np.array([1.0]),
            np.array([0.5, 3.0]),
            np.array([0.0, 3.0]),
            np.zeros((1, 1)),
            np.array([1.0]),
            rtol=rtol,
            atol=rtol * 1e-3,
        )
        errors.append(np.max(np.abs(course.states[:, 0] - np.exp([-0.5, -3.0]))))
    assert errors[0] < 1e-4
    assert errors[1] < errors[0] / 20 and errors[2] < errors[1] / 20


def test_a_bolus_is_a_jump_and_the_state_after_it_is_given_at_the_edge() -> None:
    course = rodas4.simulate(
        rodas4.compiled(rodas4._decay),
        np.array([1.0]),
        np.array([0.0, 1.0, 2.0]),
        np.array([0.0, 1.0, 2.0]),
        np.zeros((2, 1)),
        np.array([1.0]),
        jumps=np.array([[0.0], [1.0]]),
        rtol=1e-8,
        atol=1e-10,
    )
    expected = [1.0, math.exp(-1) + 1.0, (math.exp(-1) + 1.0) * math.exp(-1)]
    assert course.states[:, 0] == pytest.approx(expected, abs=1e-7)


def _explode(t: float, x: np.ndarray, u: np.ndarray, p: np.ndarray) -> np.ndarray:
    return p[0] * x * x


def test_a_course_that_runs_to_infinity_is_reported_and_not_dropped() -> None:
    course = rodas4.simulate(
        rodas4.compiled(_explode),
        np.array([1.0]),
        np.array([0.5, 2.0]),
        np.array([0.0, 2.0]),
        np.zeros((1, 1)),
        np.array([1.0]),
    )
    assert not course.ok and rodas4.REASONS[course.status]
    assert np.isnan(course.states[-1, 0])


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one edge more"):
        rodas4.simulate(
            rodas4.compiled(rodas4._decay),
            np.array([1.0]),
            np.array([0.5]),
            np.array([0.0]),
            np.zeros((1, 1)),
            np.array([1.0]),
        )
