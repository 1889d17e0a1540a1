"""Pure numerics on series: thinning out for the eye, and lining up on common instants. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Decimated:
    """A series thinned out for a chart: the first, smallest, largest and last value of each bucket.

    Args:
        times_us: source times, increasing.
        values: at these times; NaN where there is no number.
        quality: 0 good, 1 uncertain, 2 bad; the worst of the bucket is always among its points.
        from_count: how many values the points stand for; equal to their number if nothing was left out.
        gaps: [from, to) in microseconds, to be shown as missing; filled by whoever knows them.
        rolled_us: width of the roll-ups that the points were taken from, in part at least; 0 if from none.
    """

    times_us: Array
    values: Array
    quality: Array
    from_count: int
    gaps: list[tuple[int, int]] = field(default_factory=list)
    rolled_us: int = 0

    @property
    def decimated(self) -> bool:
        """Whether values were left out."""
        return len(self.times_us) < self.from_count

    @property
    def points(self) -> list[tuple[int, float, int]]:
        """(source time, value, quality) one by one."""
        return list(zip(self.times_us.tolist(), self.values.tolist(), self.quality.tolist(), strict=True))


def decimate(
    times_us: Array, values: Array, quality: Array, start_us: int, end_us: int, buckets: int
) -> Decimated:
    """Keep per bucket the first, smallest, largest and last value, and the first of the worst quality.

    Args:
        times_us: increasing source times.
        values: float64; NaN and infinities take part in no extreme.
        quality: 0 good, 1 uncertain, 2 bad.
        start_us: begin of the first bucket.
        end_us: end of the last bucket.
        buckets: how many of equal width.

    Returns:
        At most five points a bucket. What has no more points than that comes back whole.
    """
    count = len(times_us)
    if buckets < 1 or count <= 5 * buckets:
        return Decimated(times_us, values, quality, count)
    span = max(end_us - start_us, 1)
    edges = start_us + (np.arange(1, buckets, dtype=np.int64) * span) // buckets
    begins = np.unique(np.concatenate(([0], np.searchsorted(times_us, edges, side="left"))))
    begins = begins[begins < count]
    lengths = np.diff(np.append(begins, count))
    number = np.isfinite(values)
    low = first_where(np.where(number, values, np.inf), np.minimum, begins, lengths)
    high = first_where(np.where(number, values, -np.inf), np.maximum, begins, lengths)
    worst = first_where(quality.astype(np.int16), np.maximum, begins, lengths)
    keep = np.zeros(count, dtype=bool)
    for index in (begins, begins + lengths - 1, low, high, worst):
        keep[index] = True
    return Decimated(times_us[keep], values[keep], quality[keep], count)


def first_where(column: Array, extreme: np.ufunc, begins: Array, lengths: Array) -> Array:
    """Index of the first row of each bucket that has the bucket's extreme."""
    reached = np.flatnonzero(column == np.repeat(extreme.reduceat(column, begins), lengths))
    return reached[np.searchsorted(reached, begins)]


@dataclass(frozen=True)
class Aligned:
    """Several series on the same instants.

    Args:
        times_us: the instants.
        values: float64 [instant, tag]; NaN where nothing is known.
        quality: uint8 [instant, tag]; 2 (bad) where nothing is known.
        source_us: int64 [instant, tag]: when the value was measured; 0 where nothing is known.
    """

    times_us: Array
    values: Array
    quality: Array
    source_us: Array

    def split(self, counts: list[int]) -> list[Aligned]:
        """Cut into parts of so many instants each, without copying them."""
        ends = np.cumsum(counts, dtype=np.int64).tolist()
        return [
            Aligned(
                *(
                    column[end - count : end]
                    for column in (self.times_us, self.values, self.quality, self.source_us)
                )
            )
            for count, end in zip(counts, ends, strict=True)
        ]


def last_before(
    times_us: Array, values: Array, quality: Array, at_us: Array, max_age_us: int
) -> tuple[Array, Array, Array]:
    """The last value at or before each instant.

    A value older than `max_age_us`, or none at all, gives NaN and bad: what is not known is never called good.

    Returns:
        values, quality, source times.
    """
    if not len(times_us):
        return (
            np.full(len(at_us), np.nan),
            np.full(len(at_us), 2, dtype=np.uint8),
            np.zeros(len(at_us), dtype=np.int64),
        )
    index = np.searchsorted(times_us, at_us, side="right") - 1
    known = index >= 0
    index = np.maximum(index, 0)
    known &= at_us - times_us[index] <= max_age_us
    return (
        np.where(known, values[index], np.nan),
        np.where(known, quality[index], 2).astype(np.uint8),
        np.where(known, times_us[index], 0),
    )


def align(parts: list[tuple[Array, Array, Array]], at_us: Array, max_age_us: int) -> Aligned:
    """Several series (source times, values, quality) on the same instants; see `last_before`."""
    shape = (len(at_us), len(parts))
    values, quality = np.empty(shape), np.empty(shape, dtype=np.uint8)
    source = np.empty(shape, dtype=np.int64)
    for number, (times, numbers, grades) in enumerate(parts):
        values[:, number], quality[:, number], source[:, number] = last_before(
            times, numbers, grades, at_us, max_age_us
        )
    return Aligned(at_us, values, quality, source)


def spans(windows: list[tuple[int, int]], near_us: int) -> list[tuple[int, int]]:
    """Windows joined where they overlap or lie no more than `near_us` apart, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if joined and start <= joined[-1][1] + near_us:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, max(start, end)))
    return joined
