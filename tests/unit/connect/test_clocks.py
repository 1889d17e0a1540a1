"""A device's clock: steps, an offset beyond its limit and drift are told once each, noise and doubt are not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titer.connect.core.clocks import ClockWatch, slope
from titer.connect.core.contract import ClockSample

MINUTE = 60_000_000


def told(
    watch: ClockWatch, offsets: list[float], uncertainty: int = 2_000, start: int = 0
) -> list[tuple[int, str]]:
    """(minute, kind) of what is told when an offset (us) is taken each minute."""
    return [
        (start + minute, one["kind"])
        for minute, offset in enumerate(offsets)
        for one in watch.judge(ClockSample(round(offset), uncertainty, (start + minute) * MINUTE))
    ]


def test_a_clock_that_is_set_is_told_and_that_it_is_wrong_and_right_again() -> None:
    watch = ClockWatch()
    assert told(watch, [0.0] * 5 + [300e6] * 5 + [0.0] * 5) == [
        (5, "clock_step"),
        (5, "clock_off"),
        (10, "clock_step"),
        (10, "clock_right"),
    ]


def test_a_clock_that_is_wrong_from_the_beginning_is_told_though_it_never_stepped() -> None:
    assert told(ClockWatch(), [6e6] * 5) == [(0, "clock_off")]
    assert told(ClockWatch(limit_us=10_000_000), [6e6] * 5) == []
    # Nothing is wrong that the comparison itself may have made up.
    assert told(ClockWatch(), [6e6] * 5, uncertainty=2_000_000) == []


def test_a_clock_that_runs_away_is_told_within_a_quarter_of_an_hour_with_its_rate() -> None:
    ppm = 500
    watch = ClockWatch()
    (at, kind), *more = told(watch, [ppm * minute * 60 for minute in range(60)])
    assert (kind, more) == ("clock_drift", [])
    assert at <= 15
    steady = told(watch, [ppm * 59 * 60] * 90, start=60)
    assert [kind for _, kind in steady] == ["clock_right"]


def test_the_slope_is_the_one_that_the_samples_have() -> None:
    rng = random.Random(3)
    samples = [ClockSample(round(80 * i * 60 + rng.gauss(0, 500)), 500, i * MINUTE) for i in range(60)]
    line = slope(samples)
    assert line is not None
    assert line.ppm == pytest.approx(80, abs=line.error_ppm)
    assert line.error_ppm < 2
    assert slope(samples[:9]) is None
    assert slope([ClockSample(0, 1, i) for i in range(100)]) is None


@given(st.lists(st.integers(-400_000, 400_000), max_size=120))
def test_noise_below_a_step_and_a_limit_is_never_told(offsets: list[int]) -> None:
    """A clock that wanders about its right time within what a comparison is uncertain by."""
    assert told(ClockWatch(limit_ppm=1e6), [float(one) for one in offsets], uncertainty=400_000) == []


def test_an_honest_clock_with_a_noisy_network_is_never_called_drifting() -> None:
    rng = random.Random(11)
    noisy = [rng.gauss(0, 20_000) for _ in range(2_000)]
    assert told(ClockWatch(), noisy, uncertainty=40_000) == []
