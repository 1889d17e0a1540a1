"""Peaks come out with the areas, widths and factors that their closed forms have."""

from __future__ import annotations

import doctest
import math
from decimal import Decimal

import numpy as np
import pytest

from titer.science import chromatography
from titer.science.chromatography import Integration, integrate, noise, peak_to_valley, resolution

T = np.arange(0.0, 15.0, 0.005)
HOW = Integration(4.0, 13.0, 0.2)


def gauss(area: float, at: float, sigma: float) -> np.ndarray:
    return area / (sigma * math.sqrt(2 * math.pi)) * np.exp(-0.5 * ((T - at) / sigma) ** 2)


def test_the_area_and_width_of_a_gaussian_are_its_own() -> None:
    (peak,) = integrate(T, gauss(40.0, 8.6, 0.12), HOW)
    assert peak.area == pytest.approx(40.0, rel=1e-4)
    assert peak.width_half == pytest.approx(2.3548 * 0.12, rel=2e-2)
    assert peak.plates == pytest.approx(5.54 * (8.6 / (2.3548 * 0.12)) ** 2, rel=4e-2)
    assert peak.tailing == pytest.approx(1.0, abs=0.01)


def test_a_small_dimer_beside_a_main_peak_on_a_sloping_base_line_with_noise() -> None:
    rng = np.random.default_rng(7)
    signal = gauss(0.6, 7.3, 0.12) + gauss(40.0, 8.6, 0.13) + 3.0 + 0.05 * T + rng.normal(0, 0.01, T.size)
    dimer, main = integrate(T, signal, HOW)
    assert dimer.area == pytest.approx(0.6, rel=0.02)
    assert main.area == pytest.approx(40.0, rel=0.002)
    assert resolution(dimer, main) == pytest.approx(1.18 * 1.3 / (2.3548 * 0.25), rel=0.03)


def test_peaks_that_overlap_are_parted_at_the_valley() -> None:
    signal = gauss(4.0, 8.0, 0.14) + gauss(40.0, 8.6, 0.13)
    minor, main = integrate(T, signal, HOW)
    assert minor.end == main.start
    assert minor.area + main.area == pytest.approx(44.0, rel=1e-3)
    assert minor.width_5 is None
    ratio = peak_to_valley(minor, main)
    assert ratio is not None
    assert ratio > 1


def test_a_tailing_peak_has_a_factor_above_one() -> None:
    signal = gauss(40.0, 8.6, 0.12)
    tail = np.convolve(signal, np.exp(-np.arange(0, 2, 0.005) / 0.1) * 0.005 / 0.1)[: T.size]
    (peak,) = integrate(T, tail, HOW)
    assert peak.tailing is not None
    assert 1.1 < peak.tailing < 2.5


def test_noise_alone_has_no_peaks() -> None:
    rng = np.random.default_rng(1)
    assert integrate(T, rng.normal(0, 0.02, T.size), HOW) == ()


def test_the_noise_is_told_in_spite_of_a_peak() -> None:
    rng = np.random.default_rng(3)
    assert noise(gauss(40.0, 8.6, 0.12) + rng.normal(0, 0.02, T.size)) == pytest.approx(0.02, rel=0.15)


@pytest.mark.parametrize(
    ("time", "signal"),
    [
        ([1.0, 2.0], [1.0]),
        ([float(n) for n in range(20)], [float("nan")] * 20),
        ([5.0] * 20, [1.0] * 20),
        ([5.0, 6.0], [0.0, 0.0]),
    ],
)
def test_what_is_no_trace_is_refused(time: list[float], signal: list[float]) -> None:
    with pytest.raises(ValueError, match=r"trace|points"):
        integrate(time, signal, HOW)


def test_the_same_trace_gives_the_same_digits() -> None:
    signal = gauss(40.0, 8.6, 0.12)
    assert Decimal(integrate(T, signal, HOW)[0].area) == Decimal(
        integrate(list(T), list(signal), HOW)[0].area
    )


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(chromatography).failed == 0
