"""Parts of a long chart and of a summary: values where they are read, points and buckets where a roll-up has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from titer.historian.buckets import POINTS
from titer.historian.rollups import Rolled
from titer.historian.rows import Array, Rows


@dataclass(frozen=True)
class Drawn:
    """A part of a chart, sorted by channel and source time.

    Args:
        tag: number of each point's channel.
        times_us: source times.
        values: at these times.
        quality: of the values.
        bucket_tag: number of the channel of each bucket that the points stand for; of each value if all are here.
        counts: values of each bucket.
        rolled: whether the points come out of a roll-up.
    """

    tag: Array
    times_us: Array
    values: Array
    quality: Array
    bucket_tag: Array
    counts: Array
    rolled: bool

    @classmethod
    def of_rows(cls, rows: Rows) -> Self:
        """Values, all of them."""
        ones = np.ones(len(rows), dtype=np.int64)
        return cls(
            rows["tag"], rows["source_us"], rows["value"], rows["quality"], rows["tag"], ones, rolled=False
        )

    @classmethod
    def of_rollup(cls, found: Rolled) -> Self:
        """The points of a roll-up, each once."""
        tag = np.tile(found.tag, len(POINTS))
        times, values, quality = (
            np.concatenate([found.points[name][part] for name in POINTS]) for part in range(3)
        )
        order = np.lexsort((values, times, tag))
        tag, times, values, quality = tag[order], times[order], values[order], quality[order]
        new = np.ones(len(tag), dtype=bool)
        if len(tag):
            same = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
            same &= (tag[1:] == tag[:-1]) & (times[1:] == times[:-1]) & (quality[1:] == quality[:-1])
            new[1:] = ~same
        counts = found.counts["count"]
        return cls(tag[new], times[new], values[new], quality[new], found.tag, counts, rolled=True)

    def of(self, code: int) -> tuple[Array, Array, Array]:
        """Source times, values and quality of one channel."""
        low, high = np.searchsorted(self.tag, [code, code + 1])
        return self.times_us[low:high], self.values[low:high], self.quality[low:high]

    def count(self, code: int) -> int:
        """How many values of one channel the part stands for."""
        return int(self.counts[self.bucket_tag == code].sum())


@dataclass(frozen=True)
class Summary:
    """Buckets of channels, sorted by channel and begin.

    Args:
        tags: the channel of each bucket.
        start_us: its begin.
        counts: `count`, `uncertain` and `bad` values.
        figures: `min`, `max`, `first` and `last` of the numbers that are not bad; NaN where there is none.
        rolled_us: width of the roll-ups that the answer was made of, in part at least; 0 if of none.
        rolled_days: how many days of it came out of roll-ups.
    """

    tags: list[str]
    start_us: Array
    counts: dict[str, Array]
    figures: dict[str, Array]
    rolled_us: int
    rolled_days: int
