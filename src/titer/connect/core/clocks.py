"""Whether a device's clock may be trusted: steps, an offset that is too large, and drift.

A time stamp is never rewritten; what is wrong with the clock that it came from is said beside it (contemporaneous, as
ALCOA asks: WHO TRS 1033 annex 4).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from titer.connect.core.contract import ClockSample, event

STEP_US = 1_000_000
KINDS = ("clock_step", "clock_off", "clock_drift", "clock_right")
_WINDOW_US = 3_600_000_000
_LEAST_SPAN_US, _LEAST_SAMPLES = 600_000_000, 10


@dataclass(frozen=True)
class Slope:
    """How fast a clock runs away from the host's.

    Args:
        ppm: microseconds a second; above zero if the device's clock runs fast.
        error_ppm: three standard errors of it, and what the samples' own uncertainty allows.
        samples: it was taken from.
    """

    ppm: float
    error_ppm: float
    samples: int


def slope(samples: list[ClockSample]) -> Slope | None:
    """The least-squares line through samples, or None while there are too few, or too short a time, to tell."""
    count = len(samples)
    if count < _LEAST_SAMPLES or samples[-1].taken_us - samples[0].taken_us < _LEAST_SPAN_US:
        return None
    middle_x = sum(one.taken_us - samples[0].taken_us for one in samples) / count
    middle_y = sum(one.offset_us for one in samples) / count
    xs = [one.taken_us - samples[0].taken_us - middle_x for one in samples]
    ys = [one.offset_us - middle_y for one in samples]
    spread = sum(x * x for x in xs)
    rate = sum(x * y for x, y in zip(xs, ys, strict=True)) / spread
    left = sum((y - rate * x) ** 2 for x, y in zip(xs, ys, strict=True)) / (count - 2)
    doubt = sum(one.uncertainty_us for one in samples) / count
    error = 3 * (left / spread) ** 0.5 + 2 * doubt / (samples[-1].taken_us - samples[0].taken_us)
    return Slope(rate * 1e6, error * 1e6, count)


class ClockWatch:
    """Tells when a device's clock begins to be wrong, and when it is right again; each once.

    Args:
        limit_us: an offset beyond it, its uncertainty taken off, is wrong.
        limit_ppm: a drift beyond it, its error taken off, is wrong.
    """

    def __init__(self, limit_us: int = 5_000_000, limit_ppm: float = 200.0) -> None:
        self._limit_us = limit_us
        self._limit_ppm = limit_ppm
        self._samples: deque[ClockSample] = deque(maxlen=240)
        self._wrong: set[str] = set()

    def judge(self, sample: ClockSample) -> list[dict[str, Any]]:
        """The events that a comparison of the clocks gives rise to."""
        found = self._step(sample)
        if found:
            self._samples.clear()
        while self._samples and sample.taken_us - self._samples[0].taken_us > _WINDOW_US:
            self._samples.popleft()
        self._samples.append(sample)
        beyond = abs(sample.offset_us)
        words = (
            f"The device's clock is {sample.offset_us / 1e6:+.3f} s off the host's; {self._limit_us / 1e6:g} s is "
            "allowed."
        )
        found += self._turned(
            "clock_off",
            sample,
            words,
            wrong=beyond - sample.uncertainty_us > self._limit_us,
            right=beyond < self._limit_us // 2,
        )
        line = slope(list(self._samples))
        if line is not None:
            words = (
                f"The device's clock runs {line.ppm * 0.0864:+.1f} s a day off the host's, over {line.samples} "
                f"comparisons; {self._limit_ppm * 0.0864:.1f} s is allowed."
            )
            found += self._turned(
                "clock_drift",
                sample,
                words,
                wrong=abs(line.ppm) - line.error_ppm > self._limit_ppm,
                right=abs(line.ppm) + line.error_ppm < self._limit_ppm,
            )
        return found

    def _step(self, sample: ClockSample) -> list[dict[str, Any]]:
        if not self._samples:
            return []
        before = self._samples[-1]
        moved = sample.offset_us - before.offset_us
        if abs(moved) <= STEP_US + sample.uncertainty_us + before.uncertainty_us:
            return []
        words = f"The device's clock moved by {moved / 1e6:+.3f} s against the host's."
        return [
            event(
                "clock_step",
                sample.taken_us,
                words,
                from_us=before.taken_us,
                to_us=sample.taken_us,
                moved_us=moved,
            )
        ]

    def _turned(
        self, kind: str, sample: ClockSample, words: str, *, wrong: bool, right: bool
    ) -> list[dict[str, Any]]:
        if wrong and kind not in self._wrong:
            self._wrong.add(kind)
            return [event(kind, sample.taken_us, words, offset_us=sample.offset_us)]
        if right and kind in self._wrong:
            self._wrong.discard(kind)
            return [event("clock_right", sample.taken_us, words, offset_us=sample.offset_us, after=kind)]
        return []
