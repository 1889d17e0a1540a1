"""Peaks of a chromatogram: found, integrated, and judged for system suitability.

The trace is corrected by a straight base line between the ends of an integration window, peaks are local
maxima that stand out of the noise, neighbours are parted by a perpendicular at the valley (Ph. Eur. 2.2.46,
USP <621>). Areas are summed with `math.fsum`, so the same bytes give the same digits on every machine.

Units: time in minutes, signal in mAU, area in mAU.min.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Peak:
    """One integrated peak.

    Args:
        start, apex, end: minutes.
        height: mAU above the base line.
        area: mAU.min above the base line.
        area_noise: standard uncertainty of the area from the trace's noise, base line included, mAU.min.
        width_half: width at half height, minutes; None where a neighbour hides the half height.
        width_5: width at 5 % of the height, minutes, or None likewise.
        front_5: from the leading edge at 5 % of the height to the apex, minutes, or None likewise.
        valley_before, valley_after: height of the signal where the peak begins and ends, mAU.
    """

    start: float
    apex: float
    end: float
    height: float
    area: float
    area_noise: float
    width_half: float | None
    width_5: float | None
    front_5: float | None
    valley_before: float
    valley_after: float

    @property
    def tailing(self) -> float | None:
        """Symmetry (tailing) factor w0.05 / 2d (Ph. Eur. 2.2.46, USP <621>); None where 5 % is hidden."""
        if self.width_5 is None or not self.front_5:
            return None
        return self.width_5 / (2.0 * self.front_5)

    @property
    def plates(self) -> float | None:
        """Apparent number of theoretical plates, 5.54 (t / w_h)^2 (Ph. Eur. 2.2.46)."""
        return 5.54 * (self.apex / self.width_half) ** 2 if self.width_half else None


@dataclass(frozen=True)
class Integration:
    """How a trace is integrated; part of a method's parameter set.

    Args:
        begin, end: the integration window, minutes.
        least_height: peaks below this height are not peaks, mAU.
        noise_factor: a peak stands out of the noise by this factor.
    """

    begin: float
    end: float
    least_height: float
    noise_factor: float = 6.0


def noise(signal: Sequence[float] | Array) -> float:
    """Standard deviation of the noise, from the median absolute second difference (robust against peaks).

    Example:
        >>> noise([1.0, 1.0, 1.0, 1.0, 1.0])
        0.0
    """
    values = np.asarray(signal, dtype=np.float64)
    if values.size < 5:
        return 0.0
    second = np.diff(values, 2)
    return float(np.median(np.abs(second))) * 1.4826 / math.sqrt(6.0)


def integrate(
    time: Sequence[float] | Array, signal: Sequence[float] | Array, how: Integration
) -> tuple[Peak, ...]:
    """Find and integrate the peaks of a trace.

    Args:
        time: minutes, strictly increasing.
        signal: mAU.
        how: the method's integration parameters.

    Raises:
        ValueError: for unequal lengths, times that do not increase, values that are not finite, or fewer
            than ten points in the window.

    Example:
        >>> t = np.arange(0, 10, 0.01)
        >>> peaks = integrate(t, 100 * np.exp(-0.5 * ((t - 5) / 0.1) ** 2), Integration(1, 9, 1.0))
        >>> round(peaks[0].area, 3), round(peaks[0].apex, 2)
        (25.066, 5.0)
    """
    t, y = np.asarray(time, dtype=np.float64), np.asarray(signal, dtype=np.float64)
    if t.shape != y.shape or t.ndim != 1:
        raise ValueError(f"{t.size} times and {y.size} values make no trace")
    if not (np.isfinite(t).all() and np.isfinite(y).all()):
        raise ValueError("a trace has finite values only")
    if np.any(np.diff(t) <= 0):
        raise ValueError("the times of a trace increase")
    inside = (t >= how.begin) & (t <= how.end)
    t, y = t[inside], y[inside]
    if t.size < 10:
        raise ValueError(f"only {t.size} points lie between {how.begin} and {how.end} min")
    edge = min(max(3, int(np.searchsorted(t, t[0] + 0.3))), t.size // 4)
    left, right = float(np.median(y[:edge])), float(np.median(y[-edge:]))
    level = noise(y)
    base = 1.25 * level / math.sqrt(edge)  # a median's standard error is 1.25 times a mean's
    y = y - (left + (right - left) * (t - t[0]) / (t[-1] - t[0]))
    threshold = max(how.least_height, how.noise_factor * level)
    fine, _ = _smooth(y, t, 0.025)
    coarse, averaged = _smooth(y, t, 0.06)
    apexes = _apexes(fine, threshold)
    # A peak ends where its smoothed foot sinks into what noise is left there: cutting it at the noise of the
    # raw trace would take a fifth of the area of a peak that is only ten times as high.
    floor = max(1.5 * level / math.sqrt(averaged), 0.001 * how.least_height)
    return tuple(
        _peak(t, y, (fine, coarse), apexes, index, (floor, level, base)) for index in range(len(apexes))
    )


def resolution(first: Peak, second: Peak) -> float | None:
    """Resolution 1.18 (t2 - t1) / (w_h1 + w_h2) (Ph. Eur. 2.2.46); None where a half-height width is hidden."""
    if not (first.width_half and second.width_half):
        return None
    return 1.18 * abs(second.apex - first.apex) / (first.width_half + second.width_half)


def peak_to_valley(minor: Peak, main: Peak) -> float | None:
    """Peak-to-valley ratio H_p / H_v of a minor peak beside the main one (Ph. Eur. 2.2.46).

    Returns:
        The ratio, or None where the valley lies on the base line.
    """
    valley = minor.valley_after if minor.apex < main.apex else minor.valley_before
    return minor.height / valley if valley > 0 else None


def _smooth(y: Array, t: Array, reach: float) -> tuple[Array, int]:
    """A running mean over twice `reach` minutes, and its number of points; for finding apexes and feet only.

    Areas come from the trace itself.
    """
    step = float(np.median(np.diff(t)))
    half = min(max(round(reach / step), 0), 50)
    if half == 0:
        return y, 1
    window = 2 * half + 1
    padded = np.concatenate([np.full(half, y[0]), y, np.full(half, y[-1])])
    summed = np.concatenate([[0.0], np.cumsum(padded)])
    averaged: Array = (summed[window:] - summed[:-window]) / window
    return averaged, window


def _apexes(y: Array, threshold: float) -> list[int]:
    """Indices of maxima whose prominence is at least half the threshold and whose height is all of it."""
    found: list[int] = []
    candidates = [
        index
        for index in range(1, y.size - 1)
        if y[index] >= threshold and y[index - 1] < y[index] >= y[index + 1]
    ]
    for index in candidates:
        if _prominence(y, index) >= 0.5 * threshold:
            found.append(index)
    return found


def _prominence(y: Array, index: int) -> float:
    higher_left = np.nonzero(y[:index] > y[index])[0]
    higher_right = np.nonzero(y[index + 1 :] > y[index])[0]
    left = int(higher_left[-1]) if higher_left.size else 0
    right = index + 1 + int(higher_right[0]) if higher_right.size else y.size - 1
    return float(y[index] - max(y[left : index + 1].min(), y[index : right + 1].min()))


def _peak(
    t: Array,
    y: Array,
    smoothed: tuple[Array, Array],
    apexes: list[int],
    which: int,
    levels: tuple[float, float, float],
) -> Peak:
    apex = apexes[which]
    smooth, coarse = smoothed
    floor, level, base = levels
    last = which + 1 == len(apexes)
    begin = _edge(coarse, apex, apexes[which - 1] if which else 0, floor, which > 0)
    end = _edge(coarse, apex, y.size - 1 if last else apexes[which + 1], floor, not last)
    top = begin + int(np.argmax(y[begin : end + 1]))
    height, at = _parabola(t, smooth, apex)
    parts = (t[begin + 1 : end + 1] - t[begin:end]) * (y[begin + 1 : end + 1] + y[begin:end]) * 0.5
    height = max(height, float(y[top]) if end - begin < 10 else height)
    width = float(t[end] - t[begin])
    left_half, right_half = _crossings(t, smooth, apex, begin, end, 0.5 * height)
    left_5, right_5 = _crossings(t, smooth, apex, begin, end, 0.05 * height)
    return Peak(
        start=float(t[begin]),
        apex=at,
        end=float(t[end]),
        height=height,
        area=math.fsum(float(part) for part in parts),
        area_noise=math.hypot(level * width / math.sqrt(max(end - begin, 1)), base * width),
        width_half=None if left_half is None or right_half is None else right_half - left_half,
        width_5=None if left_5 is None or right_5 is None else right_5 - left_5,
        front_5=None if left_5 is None else at - left_5,
        valley_before=max(float(coarse[begin]), 0.0),
        valley_after=max(float(coarse[end]), 0.0),
    )


def _edge(y: Array, apex: int, neighbour: int, floor: float, is_peak: bool) -> int:
    """Where a peak ends: at the valley towards its neighbour, or where it sinks into the noise."""
    low, high = min(apex, neighbour), max(apex, neighbour)
    if is_peak:
        valley = low + int(np.argmin(y[low : high + 1]))
        if y[valley] > floor:
            return valley
    step = -1 if neighbour < apex else 1
    index = apex
    while low < index + step < high + (0 if is_peak else 1) and y[index] > floor:
        index += step
    return index


def _parabola(t: Array, y: Array, index: int) -> tuple[float, float]:
    """Height and time of the apex, through three points."""
    a, b, c = float(y[index - 1]), float(y[index]), float(y[index + 1])
    curve = a - 2 * b + c
    shift = 0.0 if curve == 0 else 0.5 * (a - c) / curve
    step = float(t[index + 1] - t[index])
    return b - 0.25 * (a - c) * shift, float(t[index]) + shift * step


def _crossings(
    t: Array, y: Array, apex: int, begin: int, end: int, level: float
) -> tuple[float | None, float | None]:
    """Times left and right of the apex where the peak passes a level; None where it does not come down to it."""
    left = right = None
    for index in range(apex, begin, -1):
        if y[index - 1] <= level < y[index] or y[index - 1] < level <= y[index]:
            left = float(np.interp(level, [y[index - 1], y[index]], [t[index - 1], t[index]]))
            break
    for index in range(apex, end):
        if y[index + 1] <= level < y[index] or y[index + 1] < level <= y[index]:
            right = float(np.interp(level, [y[index + 1], y[index]], [t[index + 1], t[index]]))
            break
    return left, right
