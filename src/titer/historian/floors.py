"""The quality floor: where values are uncertain at best, because of what measured or delivered them.

One place, through which every answer goes: observations, charts, common instants, summaries, spectra, last and live
values, and so the data sets of models, the inputs of twins and the readings of batches. Segments and the log keep
what the source said; so do extracts for bundles, which show what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from titer.equipment import Doubts
from titer.historian.last import Sample
from titer.historian.rollups import Rolled, Span
from titer.historian.rows import Array, Names, Rows
from titer.historian.segment import SegmentRef
from titer.historian.spectra import Acquisition

Floors = Callable[[Sequence[str], int | None], Mapping[str, Doubts]]
"""(tags, known at in microseconds or None for now) -> doubts about those that have some."""

UNCERTAIN = 1
AHEAD_US = 3_600_000_000
"""How far a source's clock may be ahead of the receipt: a stamp beyond is doubted when it comes in."""
Edges = Sequence[tuple[int, int]]


class Remembered:
    """Doubts as they are known now, looked up once a channel after each commit; of another instant, each time.

    Last values are asked for with each value that comes in, and nothing about a channel changes but by an action.

    Args:
        floors: asked.
        commits: how many actions this process has committed.
    """

    def __init__(self, floors: Floors, commits: Callable[[], int]) -> None:
        self._floors = floors
        self._commits = commits
        self._held: tuple[int, dict[str, Doubts | None]] = (-1, {})

    def __call__(self, tags: Sequence[str], known_at_us: int | None) -> dict[str, Doubts]:
        if known_at_us is not None:
            return dict(self._floors(tags, known_at_us))
        # Counted before it is asked: what is committed meanwhile is asked for again.
        commits, held = self._commits(), self._held
        if held[0] != commits:
            held = self._held = (commits, {})
        new = [tag for tag in tags if tag not in held[1]]
        if new:
            found = self._floors(new, None)
            held[1].update({tag: found.get(tag) for tag in new})
        return {tag: one for tag in tags if (one := held[1].get(tag)) is not None}


class Floor:
    """The floor under the answer to one question.

    Args:
        doubts: about the channels asked for.
        tags: numbers of the channels.
        connections: numbers of the connections.
        same_clock: whether source times and times of receipt are of one clock; a simulated plant has its own.
    """

    def __init__(
        self, doubts: Mapping[str, Doubts], tags: Names, connections: Names, *, same_clock: bool
    ) -> None:
        self._doubts = doubts
        self._tags = tags
        self._connections = connections
        self._same_clock = same_clock
        self.by_receipt = any(one.received for one in doubts.values())

    def rows(self, rows: Rows) -> Rows:
        """Observations, sorted by channel, with their quality lowered where it must be."""
        quality: Array | None = None
        for tag, one in self._doubts.items():
            code = self._tags.known(tag)
            place = slice(*np.searchsorted(rows["tag"], [code, code + 1]).tolist())
            low = _inside(rows["source_us"][place], one.source)
            if one.received:
                own = rows["connection"][place] == self._connections.known(one.connection)
                low |= own & _inside(rows["received_us"][place], one.received)
            low &= rows["quality"][place] < UNCERTAIN
            if low.any():
                if quality is None:
                    quality = rows["quality"].copy()
                quality[place][low] = UNCERTAIN
        return rows if quality is None else Rows({**rows.columns, "quality": quality}, rows.text)

    def sample(self, one: Sample) -> Sample:
        """A last value with its quality lowered, if it must be."""
        held = self._doubts.get(one.tag)
        if held is None or one.quality >= UNCERTAIN:
            return one
        low = _holds(held.source, one.source_us) or _holds(held.received, one.received_us)
        return replace(one, quality=UNCERTAIN) if low else one

    def acquisitions(self, found: Sequence[Acquisition]) -> list[Acquisition]:
        """Spectra and chromatograms with their quality lowered where it must be."""
        return [self._acquisition(one) for one in found]

    def _acquisition(self, one: Acquisition) -> Acquisition:
        held = self._doubts.get(one.tag)
        if held is None or one.quality >= UNCERTAIN:
            return one
        low = _holds(held.source, one.source_us) or (
            one.connection == held.connection and _holds(held.received, one.received_us)
        )
        return replace(one, quality=UNCERTAIN) if low else one

    def rolled(self, found: Rolled, width_us: int, *, kept: bool = False) -> Rolled:
        """Buckets of a roll-up with their quality lowered.

        Args:
            found: the buckets.
            width_us: of a bucket.
            kept: whether their values were retired: a bucket that a doubt touches is then doubtful as a whole, and
                the time of receipt is taken to be that of the source.
        """
        low = np.zeros(len(found.tag), dtype=bool)
        for tag, one in self._doubts.items():
            mine = found.tag == self._tags.known(tag)
            for begin, end in (*one.source, *(one.received if kept else ())):
                low |= mine & (found.start_us < end) & (found.start_us + width_us > begin)
        if not low.any():
            return found
        counts = dict(found.counts)
        counts["uncertain"] = np.where(low, counts["count"] - counts["bad"], counts["uncertain"])
        points: dict[str, tuple[Array, ...]] = {
            name: (
                times,
                values,
                np.where(low, np.maximum(quality, UNCERTAIN), quality).astype(quality.dtype),
            )
            for name, (times, values, quality) in found.points.items()
        }
        return replace(found, counts=counts, points=points)

    def plan(self, spans: Sequence[Span], segments: Sequence[SegmentRef]) -> list[Span]:
        """Spans of a question, those read value by value of which a roll-up cannot tell what is doubtful."""
        if not self._doubts:
            return list(spans)
        return [
            replace(span, path=None) if span.path and self._splits(span, segments) else span for span in spans
        ]

    def _splits(self, span: Span, segments: Sequence[SegmentRef]) -> bool:
        """Whether a doubt begins or ends within a day, or what was received of it is doubtful in part."""
        low, high = span.start_us, span.end_us
        for one in self._doubts.values():
            if any(low < edge < high for edges in one.source for edge in edges):
                return True
        if not self.by_receipt:
            return False
        if not self._same_clock:
            return True
        until = max(
            (ref.received_us for ref in segments if ref.end_us >= low and ref.start_us < high), default=high
        )
        return any(
            begin <= max(until, high) and end > low - AHEAD_US
            for one in self._doubts.values()
            for begin, end in one.received
        )


def _inside(times_us: Array, spans: Edges) -> Array:
    """Which instants lie within spans that do not overlap and stand in order."""
    if not spans:
        return np.zeros(len(times_us), dtype=bool)
    edges = np.array(spans, dtype=np.int64).ravel()
    within: Array = np.searchsorted(edges, times_us, side="right") % 2 == 1
    return within


def _holds(spans: Edges, at_us: int) -> bool:
    return any(begin <= at_us < end for begin, end in spans)


__all__ = ["AHEAD_US", "UNCERTAIN", "Floor", "Floors", "Remembered"]
