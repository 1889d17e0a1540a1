"""The historian's answers: what the sealed segments and the unsealed tail say together about channels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from titer.base.clock import from_us
from titer.base.errors import Invalid, Refused
from titer.historian import rollups, series, spectra
from titer.historian import rows as columns
from titer.historian import segment as sealed
from titer.historian.buckets import summarise, widen
from titer.historian.drawing import Drawn, Summary
from titer.historian.errors import SegmentDamaged
from titer.historian.floors import Floor, Floors
from titer.historian.last import LastValues, Sample, samples
from titer.historian.rollups import Rolled, RollUps, Span
from titer.historian.rows import Rows, Settled
from titer.historian.segment import SegmentRef, Segments
from titer.historian.series import Aligned, Decimated
from titer.historian.spectra import Acquisition, SettledSpectra
from titer.historian.store import Store, View

if TYPE_CHECKING:
    import pyarrow as pa

Gaps = Callable[[str, int, int], list[tuple[int, int]]]

_NEAR_US = 86_400_000_000
_NARROW = ("tag", "source_us", "value", "quality", "ordinal")


@dataclass(frozen=True)
class Retired:
    """A segment that was retired, and where the roll-ups lie that are kept in its place, by their width."""

    digest: str
    start_us: int
    end_us: int
    paths: dict[int, Path]
    kind: str


class Answers:
    """Questions about time series, answered from one consistent view of the store.

    Args:
        store: hands out views.
        segments: reads sealed segments.
        gaps: (tag, start, end) -> [(from, to)] of what is missing for good or not filled yet, for charts.
        floors: (tags, known at) -> when values are uncertain at best; see `titer.historian.floors`.
        same_clock: whether source times and times of receipt are of one clock.
    """

    def __init__(
        self,
        store: Store,
        segments: Segments,
        gaps: Gaps | None,
        floors: Floors | None = None,
        *,
        same_clock: bool = True,
    ) -> None:
        self.store = store
        self._segments = segments
        self._last = LastValues(store.tags)
        self._gaps = gaps
        self._floors = floors
        self.same_clock = same_clock
        self.retired: list[Retired] = []
        self.rollups = RollUps(segments.folder, store.tags)

    def last(self, tags: Iterable[str]) -> dict[str, Sample]:
        """The newest value of each channel that ever had one, with the quality that it can have."""
        found = self._last.get(tags)
        floor = self._floor(list(found))
        return {tag: floor.sample(one) for tag, one in found.items()}

    def _floor(self, tags: Sequence[str], as_of_us: int | None = None) -> Floor:
        """What is held against the values of channels, as far as it was known by then."""
        doubts = self._floors(tags, as_of_us) if self._floors is not None and tags else {}
        return Floor(doubts, self.store.tags, self.store.connections, same_clock=self.same_clock)

    def _settled(
        self,
        tags: list[str],
        start_us: int,
        end_us: int,
        *,
        as_of_us: int | None = None,
        narrow: bool = False,
        view: View | None = None,
        floor: Floor | None = None,
    ) -> Settled:
        wanted = _NARROW if narrow else tuple(sealed.schema().names)
        by_receipt = floor is not None and floor.by_receipt
        if narrow and (as_of_us is not None or by_receipt):
            wanted = (*_NARROW, "received_lag_us", *(("connection",) if by_receipt else ()))
        view = self.store.view() if view is None else view
        parts: list[Rows] = []
        names = (self.store.tags, self.store.connections)
        for ref in view.segments:
            if ref.end_us < start_us or ref.start_us >= end_us or not tags or ref.kind != "series":
                continue
            found = self._segments.rows(ref, tags, start_us, end_us, wanted, names)
            parts += [rows if as_of_us is None else rows.received_by(as_of_us) for rows in found]
        codes = self._codes(tags)
        tail = [rows.within(codes, start_us, end_us, as_of_us) for rows in view.tail] if len(codes) else []
        if tail:
            parts.append(columns.sort(columns.join(tail)))
        settled = columns.settle(columns.join(parts) if parts else columns.empty())
        return settled if floor is None else replace(settled, rows=floor.rows(settled.rows))

    def _codes(self, tags: list[str]) -> columns.Array:
        """Numbers of the channels that were met so far: a question must not make a channel known."""
        known = {self.store.tags.known(tag) for tag in tags} - {-1}
        return np.array(sorted(known), dtype="<i4")

    def read(self, tags: list[str], start_us: int, end_us: int, *, as_of_us: int | None = None) -> pa.Table:
        """The effective observations with start <= source time < end.

        Args:
            tags: channels; one that is not known has no rows.
            start_us: microseconds since 1970 (UTC).
            end_us: not included.
            as_of_us: only what had been received by then, so that a decision can be looked at as it was made.

        Returns:
            tag, source_us, received_us, value, text, quality, status, origin; sorted by tag and source time.
            `value` is null where there is no number.

        Raises:
            SegmentDamaged: if a segment is not what the ledger says.
            Refused: if values of the range were retired.
        """
        import pyarrow as pa

        self.require_values(tags, start_us, end_us)
        floor = self._floor(tags, as_of_us)
        rows = self._settled(tags, start_us, end_us, as_of_us=as_of_us, floor=floor).rows
        return self._present(rows, pa)

    def require_values(self, tags: Sequence[str], start_us: int, end_us: int, kind: str = "series") -> None:
        """Refuse a range whose values are not all here any more: what was retired is not an empty answer.

        Args:
            tags: channels.
            start_us: microseconds since 1970 (UTC).
            end_us: not included.
            kind: of segment.

        Raises:
            Refused: if a segment that held values of one of the channels in the range was retired.
        """
        for one in self.retired:
            if one.kind == kind and one.end_us >= start_us and one.start_us < end_us and tags:
                span = self.retired_span(one, list(tags), start_us, end_us)
                if span is not None:
                    raise Refused(
                        f"Values from {from_us(span[0]):%Y-%m-%d %H:%M} to {from_us(span[1]):%Y-%m-%d %H:%M} UTC "
                        "were retired.",
                        why="The time that their retention class sets was over, and somebody let them go.",
                        do="Ask for a summary, whose minutes and hours are kept, or for a range without them.",
                    )

    def retired_span(
        self, one: Retired, tags: list[str], start_us: int, end_us: int
    ) -> tuple[int, int] | None:
        """From when to when a retired segment had values of some channels in a range; all of it if nothing tells."""
        width = min(one.paths, default=0)
        rolled = self.rollups.read(one.paths[width], tags) if width else None
        if rolled is None:
            return one.start_us, one.end_us
        met = rolled.start_us[(rolled.start_us + width > start_us) & (rolled.start_us < end_us)]
        return (int(met.min()), int(met.max()) + width) if len(met) else None

    def _present(self, rows: Rows, pa: Any) -> pa.Table:
        names = self.store.tags.names
        rows = by_name(rows, names)
        value = rows["value"]
        return pa.table(
            {
                "tag": sealed.dictionary(rows["tag"], names),
                "source_us": rows["source_us"],
                "received_us": rows["received_us"],
                "value": pa.array(value, mask=np.isnan(value)),
                "text": pa.nulls(len(rows), pa.string())
                if rows.text is None
                else pa.array(rows.text, pa.string()),
                "quality": rows["quality"],
                "status": rows["status"],
                "origin": rows["origin"],
            }
        )

    def conflicts(self, tags: list[str], start_us: int, end_us: int) -> list[tuple[Sample, Sample]]:
        """Instants about which a source said two different things: (effective, the other), both kept."""
        self.require_values(tags, start_us, end_us)
        found = self._settled(tags, start_us, end_us, floor=self._floor(tags))
        others = samples(found.conflicts, np.arange(len(found.conflicts)), self.store.tags)
        return list(zip(samples(found.rows, found.effective, self.store.tags), others, strict=True))

    def aligned(
        self,
        tags: Sequence[str],
        start_us: int,
        end_us: int,
        step_us: int,
        *,
        max_age_us: int,
        as_of_us: int | None = None,
    ) -> Aligned:
        """Channels on common instants: the last value at or before each.

        Args:
            tags: the columns of the answer, in this order.
            start_us: first instant.
            end_us: not included.
            step_us: distance of the instants.
            max_age_us: a value older than this is not the present one: NaN, bad.
            as_of_us: only what had been received by then.

        Raises:
            Invalid: if the step is not positive, or there would be more than 50 million cells.
        """
        window = [(start_us, end_us)]
        return self.aligned_windows(list(tags), window, step_us, max_age_us=max_age_us, as_of_us=as_of_us)[0]

    def aligned_windows(
        self,
        tags: list[str],
        windows: list[tuple[int, int]],
        step_us: int,
        *,
        max_age_us: int,
        as_of_us: int | None = None,
    ) -> list[Aligned]:
        """The same for many windows (batches, for instance) with one pass over the store.

        Args:
            tags: columns of each answer.
            windows: [start, end) of each, in any order.
            step_us: distance of the instants.
            max_age_us: a value older than this is not the present one.
            as_of_us: only what had been received by then.

        Raises:
            Invalid: if the step is not positive, or there would be more than 50 million cells.
        """
        span = sum(max(end - start, 0) for start, end in windows)
        if step_us <= 0 or span / step_us * max(len(tags), 1) > 50_000_000:
            raise Invalid("The step must be above zero, and the table no larger than 50 million cells.")
        answers: dict[int, Aligned] = {}
        floor = self._floor(tags, as_of_us)
        for low, high in series.spans([(start - max_age_us, end) for start, end in windows], _NEAR_US):
            self.require_values(tags, low, high)
            rows = self._settled(tags, low, high, as_of_us=as_of_us, narrow=True, floor=floor).rows
            codes = [self.store.tags.known(tag) for tag in tags]
            parts = [
                (rows["source_us"][one], rows["value"][one], rows["quality"][one])
                for one in (_of_tag(rows, code) for code in codes)
            ]
            inside = [
                number
                for number, (start, end) in enumerate(windows)
                if number not in answers and low <= start - max_age_us and end <= high
            ]
            instants = [np.arange(*windows[number], step_us, dtype=np.int64) for number in inside]
            found = series.align(parts, np.concatenate(instants), max_age_us)
            answers |= zip(inside, found.split([len(at) for at in instants]), strict=True)
        return [answers[number] for number in range(len(windows))]

    def decimate(self, tag: str, start_us: int, end_us: int, buckets: int) -> Decimated:
        """A channel thinned out for a chart; see `titer.historian.series.decimate`."""
        return self.decimate_many([tag], start_us, end_us, buckets)[tag]

    def decimate_many(
        self, tags: list[str], start_us: int, end_us: int, buckets: int, *, as_of_us: int | None = None
    ) -> dict[str, Decimated]:
        """Several channels of one chart, read in one go; with `as_of_us` only what had been received by then."""
        width = rollups.width_for(start_us, end_us, (end_us - start_us) / max(buckets, 1))
        floor = self._floor(tags, as_of_us)
        if as_of_us is None and width is not None:
            drawn = self._drawn(tags, start_us, end_us, width, floor)
        else:
            if as_of_us is not None:
                self.require_values(tags, start_us, end_us)
            rows = self._settled(tags, start_us, end_us, narrow=True, as_of_us=as_of_us, floor=floor).rows
            drawn = [Drawn.of_rows(rows)]
        kept_us = next((one for one in rollups.WIDTHS_US if one * buckets <= end_us - start_us), None)
        kept_us = kept_us or rollups.WIDTHS_US[-1]
        kept = [] if as_of_us is not None else self._kept(tags, start_us, end_us, kept_us)
        drawn += [Drawn.of_rollup(floor.rolled(one, kept_us, kept=True)) for one in kept]
        rolled_us = (width or kept_us) if any(part.rolled for part in drawn) else 0
        answer = {}
        for tag in tags:
            code = self.store.tags.known(tag)
            parts = [part.of(code) for part in drawn]
            times, values, quality = (np.concatenate([one[column] for one in parts]) for column in range(3))
            if kept:
                order = np.argsort(times, kind="stable")
                times, values, quality = times[order], values[order], quality[order]
            found = series.decimate(times, values, quality, start_us, end_us, buckets)
            count = sum(part.count(code) for part in drawn)
            answer[tag] = found = replace(found, from_count=count, rolled_us=rolled_us)
            if self._gaps is not None:
                found.gaps.extend(self._gaps(tag, start_us, end_us))
        return answer

    def _drawn(self, tags: list[str], start_us: int, end_us: int, width_us: int, floor: Floor) -> list[Drawn]:
        """What a long chart is drawn from, in the order of time: points of roll-ups, values where there is none."""
        view = self.store.view()
        drawn = []
        for span in floor.plan(self._plan(view, tags, start_us, end_us, width_us), view.segments):
            rolled = self.rollups.read(span.path, tags) if span.path else None
            if rolled is None:
                rows = self._settled(
                    tags, span.start_us, span.end_us, narrow=True, view=view, floor=floor
                ).rows
                drawn.append(Drawn.of_rows(rows))
            else:
                drawn.append(Drawn.of_rollup(floor.rolled(rolled, width_us)))
        return drawn or [Drawn.of_rows(columns.empty())]

    def _kept(self, tags: list[str], start_us: int, end_us: int, width_us: int) -> list[Rolled]:
        """What is kept of retired segments: those buckets that lie wholly in a range."""
        found = []
        for one in self.retired:
            if one.end_us < start_us or one.start_us >= end_us or not one.paths:
                continue
            if width_us not in one.paths:
                raise Invalid(
                    "The values of a part of this range were retired; their full minutes and hours are kept.",
                    where="width",
                    do="Ask for full minutes that begin on one.",
                )
            rolled = self.rollups.read(one.paths[width_us], tags)
            if rolled is None:
                raise SegmentDamaged(
                    one.paths[width_us].name, "The roll-up of a retired segment is not there."
                )
            inside = (rolled.start_us >= start_us) & (rolled.start_us + width_us <= end_us)
            found.append(rolled.where(inside))
        return found

    def _plan(self, view: View, tags: list[str], start_us: int, end_us: int, width_us: int) -> list[Span]:
        codes = self._codes(tags)
        tail = [rows.within(codes, start_us, end_us) for rows in view.tail] if len(codes) else []
        return self.rollups.plan(view.segments, tail, start_us, end_us, width_us)

    def summary(self, tags: list[str], start_us: int, end_us: int, width_us: int) -> Summary:
        """Per channel and bucket: smallest, largest, first and last number, how many values, how many of them bad.

        Bad values are counted and take part in nothing else. A bucket without values is not there.

        Args:
            tags: channels; one that is not known has no buckets.
            start_us: begin of the first bucket.
            end_us: not included.
            width_us: of a bucket.

        Raises:
            Invalid: if there would be more than 50 million buckets.
            SegmentDamaged: if a segment is not what the ledger says.
        """
        if width_us <= 0 or max(end_us - start_us, 0) / width_us * max(len(tags), 1) > 50_000_000:
            raise Invalid(
                "A bucket is wider than nothing, and there are no more than 50 million.", where="width"
            )
        view = self.store.view()
        width = rollups.width_for(start_us, end_us, width_us)
        if width is not None and (width_us % width or start_us % width):
            width = next((one for one in rollups.WIDTHS_US if not (width_us % one or start_us % one)), None)
        floor = self._floor(tags)
        spans = [Span(start_us, end_us, None)]
        if width is not None:
            spans = floor.plan(self._plan(view, tags, start_us, end_us, width), view.segments)
        parts, rolled_days = [], 0
        for span in spans:
            rolled = self.rollups.read(span.path, tags) if span.path else None
            if rolled is not None and width is not None:
                rolled = floor.rolled(rolled, width)
                rolled_days += 1
                parts.append((rolled.tag, rolled.start_us, rolled.counts, rolled.figures))
                continue
            rows = self._settled(tags, span.start_us, span.end_us, narrow=True, view=view, floor=floor).rows
            found = summarise(
                rows["tag"], rows["source_us"], rows["value"], rows["quality"], width_us, start_us
            )
            parts.append((found.tag, found.start_us, found.counts, found.figures))
        narrow = next((one for one in rollups.WIDTHS_US if not (width_us % one or start_us % one)), 0)
        for one in self._kept(tags, start_us, end_us, narrow):
            rolled = floor.rolled(one, narrow, kept=True)
            parts.append((rolled.tag, rolled.start_us, rolled.counts, rolled.figures))
            width = narrow
            rolled_days += 1
        tag, start, counts, figures = widen(parts, width_us, start_us)
        names = self.store.tags.names
        rank = np.argsort(np.argsort(np.array(names or [""])))
        order = np.lexsort((start, rank[tag])) if len(tag) else np.zeros(0, dtype=np.int64)
        return Summary(
            [names[code] for code in tag[order].tolist()],
            start[order],
            {name: column[order] for name, column in counts.items()},
            {name: column[order] for name, column in figures.items()},
            rolled_us=width if rolled_days and width else 0,
            rolled_days=rolled_days,
        )

    def acquisitions(
        self, tags: list[str], start_us: int, end_us: int, *, as_of_us: int | None = None
    ) -> SettledSpectra:
        """Spectra and chromatograms with start <= source time < end, sorted by channel and source time.

        Args:
            tags: channels; one that is not known, or has none, has no rows.
            start_us: microseconds since 1970 (UTC).
            end_us: not included.
            as_of_us: only what had been received by then.

        Raises:
            SegmentDamaged: if a segment is not what the ledger says.
        """
        self.require_values(tags, start_us, end_us, spectra.KIND)
        view, named = self.store.view(), set(tags)
        found: list[Acquisition] = []
        for ref in view.segments:
            if ref.kind == spectra.KIND and ref.end_us >= start_us and ref.start_us < end_us:
                found += self._segments.acquisitions(ref, tags, start_us, end_us)
        found += [one for one in view.spectra if one.tag in named and start_us <= one.source_us < end_us]
        settled = spectra.settle(spectra.received_by(found, as_of_us))
        floor = self._floor(tags, as_of_us)
        return SettledSpectra(floor.acquisitions(settled.effective), floor.acquisitions(settled.conflicts))

    def acquired(self, start_us: int, end_us: int) -> list[str]:
        """Channels of which there may be spectra in a range of source time, sorted.

        Raises:
            SegmentDamaged: if a segment is not what the ledger says.
        """
        view = self.store.view()
        found = {one.tag for one in view.spectra if start_us <= one.source_us < end_us}
        for ref in view.segments:
            if ref.kind == spectra.KIND and ref.end_us >= start_us and ref.start_us < end_us:
                found.update(self._segments.tags(ref))
        return sorted(found)

    def effective_and_conflicting(self, tags: list[str], start_us: int, end_us: int) -> tuple[Rows, Rows]:
        """What answers a question about channels, and what stands behind it because it says something else; both
        sorted by channel and source time."""
        self.require_values(tags, start_us, end_us)
        found = self._settled(tags, start_us, end_us)
        return found.rows, found.conflicts

    def of_tag(self, rows: Rows, tag: str) -> slice:
        """Where a channel stands in sorted rows."""
        return _of_tag(rows, self.store.tags.known(tag))

    def segments(self, start_us: int, end_us: int, tags: list[str] | None = None) -> list[SegmentRef]:
        """Sealed segments that may hold observations of some channels (all, if None) in a range of time."""
        return [
            ref
            for ref in self.store.view().segments
            if ref.end_us >= start_us
            and ref.start_us < end_us
            and (tags is None or self._segments.holds(ref, tags, start_us, end_us))
        ]

    def sealed_bytes(self, ref: SegmentRef) -> bytes:
        """The very bytes of a sealed segment, for a bundle.

        Raises:
            SegmentDamaged: if the file is missing, or its bytes are not those whose digest the ledger holds.
        """
        data = self._segments.verify(ref).read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != ref.digest:
            raise SegmentDamaged(ref.path, f"Its SHA-256 is {found[:16]}..., not {ref.digest[:16]}....")
        return data

    def extract(
        self, tags: list[str], start_us: int, end_us: int, *, of: Sequence[SegmentRef] | None = None
    ) -> bytes:
        """A Parquet file with all columns, for a bundle: the same observations always make the same bytes.

        Conflicting rows stand behind the effective one.

        Args:
            tags: channels; one that is not known has no rows.
            start_us: microseconds since 1970 (UTC).
            end_us: not included.
            of: only what these sealed segments hold, so that they vouch for every row; else everything, the
                unsealed tail included.

        Raises:
            SegmentDamaged: if a segment is not what the ledger says.
        """
        view = None if of is None else View(tuple(of), ())
        found = self._settled(tags, start_us, end_us, view=view)
        rows = columns.sort(columns.join([found.rows, found.conflicts]))
        rows = by_name(rows, self.store.tags.names)
        return sealed.parquet(sealed.to_table(rows, self.store.tags, self.store.connections))


def _of_tag(rows: Rows, code: int) -> slice:
    """Where a channel stands in sorted rows."""
    low = int(np.searchsorted(rows["tag"], code, side="left"))
    return slice(low, int(np.searchsorted(rows["tag"], code, side="right")))


def by_name(rows: Rows, names: list[str]) -> Rows:
    """Sorted by the channel's name instead of its number, so that the answer depends on nothing else."""
    used = np.unique(rows["tag"])
    by_name = sorted(used.tolist(), key=lambda code: names[code])
    if by_name == used.tolist():
        return rows
    rank = np.zeros(len(names), dtype=np.int64)
    rank[by_name] = np.arange(len(by_name))
    return rows.take(np.argsort(rank[rows["tag"]], kind="stable"))
