"""Roll-ups: what each minute and each hour of a day held, so that a question over years need not read each value.

They are derived, and nothing else: `rollups/v1/width=60s/day=YYYY-MM-DD/<key>.parquet`, where the key is the digest
of version, day, width and the digests of the segments that hold the day. A segment more, and the roll-up answers to
no key any more: it is passed over until it is built anew. The folder may be thrown away at any time; answers then
come from the segments, more slowly. No answer that a release rests on is made of roll-ups, and one that is says so.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from titer.base.canonical import digest
from titer.base.files import make_folder, write_durably
from titer.historian.buckets import COUNTS, FIGURES, POINTS, Buckets, summarise
from titer.historian.rows import Array, Names, Rows
from titer.historian.segment import SegmentRef

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

VERSION = 1
WIDTHS_US = (3_600_000_000, 60_000_000)
DAY_US = 86_400_000_000
LONG_US = 2 * DAY_US
"""Questions over less are answered from the values themselves."""
_ROWS_AT_ONCE = 4_000_000
_ROW_GROUP = 32_768

Effective = Callable[[list[str], int, int, Sequence[SegmentRef]], Rows]
"""(tags, start, end, segments) -> effective rows, sorted by channel and source time."""


@dataclass(frozen=True)
class Span:
    """A part of a question's range: a day that is rolled up, or a range that is not.

    Args:
        start_us: of it.
        end_us: not included.
        path: of the roll-up; None where the values themselves are read.
    """

    start_us: int
    end_us: int
    path: Path | None


@dataclass(frozen=True)
class Rolled:
    """Buckets of the channels of a question, out of a roll-up."""

    tag: Array
    start_us: Array
    counts: dict[str, Array]
    figures: dict[str, Array]
    points: dict[str, tuple[Array, ...]]

    def where(self, inside: Array) -> Rolled:
        """Some of the buckets."""
        return Rolled(
            self.tag[inside],
            self.start_us[inside],
            {name: column[inside] for name, column in self.counts.items()},
            {name: column[inside] for name, column in self.figures.items()},
            {name: tuple(column[inside] for column in parts) for name, parts in self.points.items()},
        )


def width_for(start_us: int, end_us: int, bucket_us: float) -> int | None:
    """The widest roll-up that is no wider than a bucket of the answer; None where the question is not long."""
    if end_us - start_us < LONG_US:
        return None
    return next((width for width in WIDTHS_US if width <= bucket_us), None)


class RollUps:
    """The roll-ups of one store.

    Args:
        folder: the historian's folder.
        tags: numbers of the channels.
    """

    def __init__(self, folder: Path, tags: Names) -> None:
        self.folder = folder / "rollups" / f"v{VERSION}"
        self._tags = tags
        self._lock = threading.Lock()
        self._segments: tuple[SegmentRef, ...] | None = None
        self._by_day: dict[int, list[SegmentRef]] = {}
        self._undated: list[SegmentRef] = []
        self._told = False

    def days(self, segments: tuple[SegmentRef, ...]) -> list[int]:
        """Numbers (since 1970) of the days that segments hold, oldest first."""
        with self._lock:
            self._index(segments)
            return sorted(self._by_day)

    def path(self, segments: tuple[SegmentRef, ...], day: int, width_us: int) -> Path | None:
        """Where the roll-up of a day lies, or would lie; None for a day that no segment is kept for."""
        with self._lock:
            self._index(segments)
            refs = self._of_day(day)
            if not refs or day not in self._by_day:
                return None
            key = digest(
                {
                    "version": VERSION,
                    "day": day,
                    "width_us": width_us,
                    "segments": [ref.digest for ref in refs],
                }
            )
        name = refs[0].day or str(day)
        return self.folder / f"width={width_us // 1_000_000}s" / f"day={name}" / f"{key[:40]}.parquet"

    def _index(self, segments: tuple[SegmentRef, ...]) -> None:
        if segments is self._segments:
            return
        self._segments, self._by_day, self._undated = segments, {}, []
        for ref in segments:
            if ref.kind != "series":
                continue
            if ref.day:
                self._by_day.setdefault(ref.start_us // DAY_US, []).append(ref)
            else:
                self._undated.append(ref)

    def _of_day(self, day: int) -> list[SegmentRef]:
        low, high = day * DAY_US, (day + 1) * DAY_US
        loose = [ref for ref in self._undated if ref.end_us >= low and ref.start_us < high]
        return [*self._by_day.get(day, []), *loose]

    def plan(
        self,
        segments: tuple[SegmentRef, ...],
        tail: Iterable[Rows],
        start_us: int,
        end_us: int,
        width_us: int,
    ) -> list[Span]:
        """Cut a range into days that are rolled up and ranges that are to be read.

        Args:
            segments: of one view of the store.
            tail: its unsealed rows, of the channels asked for; their days are read.
            start_us: of the question.
            end_us: not included.
            width_us: of the roll-up wanted.
        """
        waiting = {
            int(day) for rows in tail if len(rows) for day in np.unique(rows["source_us"] // DAY_US).tolist()
        }
        spans: list[Span] = []
        at = start_us
        for day in self.days(segments):
            low, high = day * DAY_US, (day + 1) * DAY_US
            if low < start_us or high > end_us or day in waiting:
                continue
            path = self.path(segments, day, width_us)
            if path is not None and path.exists():
                if at < low:
                    spans.append(Span(at, low, None))
                spans.append(Span(low, high, path))
                at = high
        if at < end_us:
            spans.append(Span(at, end_us, None))
        return spans

    def read(self, path: Path, tags: list[str]) -> Rolled | None:
        """The buckets of some channels; None if the file is gone or cannot be read, which is said once."""
        import pyarrow as pa

        try:
            table = self._table(path, tags)
        except FileNotFoundError:
            return None
        except (OSError, pa.ArrowException) as error:
            if not self._told:
                log.warning("a roll-up cannot be read and is built anew: %s: %s", path.name, error)
            self._told = True
            if path.is_relative_to(self.folder):
                path.unlink(missing_ok=True)
            return None
        names = table.column("tag").unify_dictionaries().combine_chunks()
        if isinstance(names, pa.ChunkedArray):
            names = names.chunk(0) if names.num_chunks else pa.array([], names.type)
        codes = np.array([self._tags.code(name) for name in names.dictionary.to_pylist()] or [0], "<i4")
        column = {name: table.column(name).to_numpy() for name in table.column_names if name != "tag"}
        return Rolled(
            codes[names.indices.to_numpy(zero_copy_only=False)],
            column["start_us"],
            {name: column[name].astype(np.int64) for name in COUNTS},
            {name: column[name] for name in FIGURES},
            {
                name: tuple(column[f"point_{name}_{part}"] for part in ("us", "value", "quality"))
                for name in POINTS
            },
        )

    def _table(self, path: Path, tags: list[str]) -> pa.Table:
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        with pq.ParquetFile(path, read_dictionary=["tag"], page_checksum_verification=True) as file:
            wanted = []
            for group in range(file.metadata.num_row_groups):
                of_tag = file.metadata.row_group(group).column(0).statistics
                if any(of_tag.min <= tag <= of_tag.max for tag in tags):
                    wanted.append(group)
            table = file.read_row_groups(wanted)
        return table.filter(pc.is_in(table.column("tag").cast(pa.string()), value_set=pa.array(tags)))

    # --- building ----------------------------------------------------------------------------------------

    def stale(self, segments: tuple[SegmentRef, ...], before_us: int) -> list[int]:
        """Days without a current roll-up that were over before an instant; the newest first."""
        return [
            day
            for day in reversed(self.days(segments))
            if (day + 1) * DAY_US <= before_us
            and any(
                not path.exists() for path in (self.path(segments, day, width) for width in WIDTHS_US) if path
            )
        ]

    def build(
        self, segments: tuple[SegmentRef, ...], day: int, tags: list[str], effective: Effective
    ) -> list[Path]:
        """Roll a day up; what earlier segments made of it goes.

        Args:
            segments: of one view of the store.
            day: its number since 1970.
            tags: the channels that the day's segments hold.
            effective: reads them.
        """
        with self._lock:
            self._index(segments)
            refs = self._of_day(day)
        at_once = max(1, len(tags) * _ROWS_AT_ONCE // max(sum(ref.row_count for ref in refs), 1))
        made: dict[int, list[pa.Table]] = {width: [] for width in WIDTHS_US}
        for first in range(0, len(tags), at_once):
            some = tags[first : first + at_once]
            rows = effective(some, day * DAY_US, (day + 1) * DAY_US, refs)
            for width in WIDTHS_US:
                found = summarise(rows["tag"], rows["source_us"], rows["value"], rows["quality"], width)
                if len(found):
                    made[width].append(_as_table(found, self._tags.names))
        paths = []
        for width, tables in made.items():
            path = self.path(segments, day, width)
            if path is None or not tables:
                continue
            make_folder(path.parent)
            write_durably(path, _bytes(tables))
            for other in path.parent.iterdir():
                if other != path:
                    other.unlink(missing_ok=True)
            paths.append(path)
        return paths


def encoded(rows: Rows, names: list[str], width_us: int) -> bytes:
    """A roll-up of rows that are sorted by channel and source time, as the bytes of a file of its own."""
    found = summarise(rows["tag"], rows["source_us"], rows["value"], rows["quality"], width_us)
    return _bytes([_as_table(found, names)])


def _as_table(found: Buckets, names: list[str]) -> pa.Table:
    import pyarrow as pa

    used = sorted(np.unique(found.tag).tolist(), key=lambda code: names[code])
    place = np.zeros(max(used, default=0) + 1, dtype=np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    order = np.lexsort((found.start_us, place[found.tag])) if len(found) else np.zeros(0, dtype=np.int64)
    columns: dict[str, Any] = {
        "tag": pa.DictionaryArray.from_arrays(
            pa.array(place[found.tag[order]] if len(found) else np.zeros(0, np.int32)),
            pa.array([names[code] for code in used], type=pa.string()),
        ),
        "start_us": found.start_us[order].astype(np.int64),
    }
    columns |= {name: found.counts[name][order].astype(np.uint32) for name in COUNTS}
    columns |= {name: found.figures[name][order] for name in FIGURES}
    for name in POINTS:
        times, values, quality = found.points[name]
        columns[f"point_{name}_us"] = times[order].astype(np.int64)
        columns[f"point_{name}_value"] = values[order].astype(np.float64)
        columns[f"point_{name}_quality"] = quality[order].astype(np.uint8)
    return pa.table(columns)


def _bytes(tables: list[pa.Table]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.concat_tables(tables).unify_dictionaries()
    sink = io.BytesIO()
    delta = ["start_us", *(f"point_{name}_us" for name in POINTS)]
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression="zstd",
        use_dictionary=["tag", *COUNTS, *(f"point_{name}_quality" for name in POINTS)],
        column_encoding=dict.fromkeys(delta, "DELTA_BINARY_PACKED"),
        write_page_checksum=True,
    ) as writer:
        writer.write_table(table, row_group_size=_ROW_GROUP)
    return sink.getvalue()
