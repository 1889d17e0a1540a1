"""Pure numerics on buckets of time: what a roll-up says of each, and how narrow ones make a wide one. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from titer.historian.rows import Array
from titer.historian.series import first_where

POINTS = ("first", "low", "high", "last", "worst")
"""What is drawn of a bucket: its first, smallest, largest and last value, and the first of the worst quality."""
COUNTS = ("count", "uncertain", "bad")
FIGURES = ("min", "max", "first", "last")
_BAD = 2


@dataclass(frozen=True)
class Buckets:
    """Buckets of several channels, sorted by channel and begin; one without values is not there.

    Args:
        tag: number of the channel.
        start_us: begin of the bucket.
        counts: by `COUNTS`: values in all, and how many of them are uncertain and bad.
        figures: by `FIGURES`, over the numbers that are not bad; NaN where there is none.
        points: (source times, values, quality) by `POINTS`, of all values, as a chart shows them.
    """

    tag: Array
    start_us: Array
    counts: dict[str, Array]
    figures: dict[str, Array]
    points: dict[str, tuple[Array, Array, Array]]

    def __len__(self) -> int:
        return len(self.tag)


def summarise(
    tag: Array, times_us: Array, values: Array, quality: Array, width_us: int, origin_us: int = 0
) -> Buckets:
    """Buckets of values that are sorted by channel and source time.

    Args:
        tag: number of each value's channel.
        times_us: source times.
        values: float64; NaN is no number, and an infinite one takes part in no figure.
        quality: 0 good, 1 uncertain, 2 bad.
        width_us: of a bucket.
        origin_us: an instant at which a bucket begins.
    """
    count = len(times_us)
    start = (times_us - origin_us) // width_us * width_us + origin_us
    begins = _begins(tag, start)
    if not count:
        empty = np.zeros(0)
        return Buckets(
            tag,
            start,
            {name: np.zeros(0, dtype=np.int64) for name in COUNTS},
            dict.fromkeys(FIGURES, empty),
            dict.fromkeys(POINTS, (times_us, values, quality)),
        )
    lengths = np.diff(np.append(begins, count))
    number = np.isfinite(values)
    usable = number & (quality < _BAD)
    index = np.arange(count)
    first = np.minimum.reduceat(np.where(usable, index, count), begins)
    last = np.maximum.reduceat(np.where(usable, index, -1), begins)
    some = last >= 0
    rows = {
        "first": begins,
        "low": first_where(np.where(number, values, np.inf), np.minimum, begins, lengths),
        "high": first_where(np.where(number, values, -np.inf), np.maximum, begins, lengths),
        "last": begins + lengths - 1,
        "worst": first_where(quality.astype(np.int16), np.maximum, begins, lengths),
    }
    return Buckets(
        tag[begins],
        start[begins],
        {
            "count": lengths.astype(np.int64),
            "uncertain": np.add.reduceat((quality == 1).astype(np.int64), begins),
            "bad": np.add.reduceat((quality >= _BAD).astype(np.int64), begins),
        },
        {
            "min": np.where(some, np.minimum.reduceat(np.where(usable, values, np.inf), begins), np.nan),
            "max": np.where(some, np.maximum.reduceat(np.where(usable, values, -np.inf), begins), np.nan),
            "first": np.where(some, values[np.where(some, first, 0)], np.nan),
            "last": np.where(some, values[np.where(some, last, 0)], np.nan),
        },
        {name: (times_us[at], values[at], quality[at]) for name, at in rows.items()},
    )


def widen(
    narrow: list[tuple[Array, Array, dict[str, Array], dict[str, Array]]], width_us: int, origin_us: int
) -> tuple[Array, Array, dict[str, Array], dict[str, Array]]:
    """Wide buckets out of narrow ones, none of which reaches over an edge of a wide one.

    Args:
        narrow: (tag, start_us, counts, figures) of several `Buckets`, in any order.
        width_us: of a wide bucket.
        origin_us: an instant at which one begins.

    Returns:
        (tag, start_us, counts, figures), sorted by channel and begin.
    """
    tag = np.concatenate([one[0] for one in narrow])
    start = np.concatenate([one[1] for one in narrow])
    order = np.lexsort((start, tag))
    tag, start = tag[order], (start[order] - origin_us) // width_us * width_us + origin_us
    counts = {name: np.concatenate([one[2][name] for one in narrow])[order] for name in COUNTS}
    figures = {name: np.concatenate([one[3][name] for one in narrow])[order] for name in FIGURES}
    if not len(tag):
        return tag, start, counts, figures
    begins = _begins(tag, start)
    index, some = np.arange(len(tag)), ~np.isnan(figures["first"])
    first = np.minimum.reduceat(np.where(some, index, len(tag)), begins)
    last = np.maximum.reduceat(np.where(some, index, -1), begins)
    any_ = last >= 0
    return (
        tag[begins],
        start[begins],
        {name: np.add.reduceat(column, begins) for name, column in counts.items()},
        {
            "min": np.fmin.reduceat(figures["min"], begins),
            "max": np.fmax.reduceat(figures["max"], begins),
            "first": np.where(any_, figures["first"][np.where(any_, first, 0)], np.nan),
            "last": np.where(any_, figures["last"][np.where(any_, last, 0)], np.nan),
        },
    )


def _begins(tag: Array, start: Array) -> Array:
    """Where a new bucket begins among sorted rows."""
    if not len(tag):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate(([True], (tag[1:] != tag[:-1]) | (start[1:] != start[:-1]))))
