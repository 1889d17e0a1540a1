"""Time series that leave the house as CSV, Parquet or Arrow, read and written a day of a channel at a time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from titer.base.canonical import canonical
from titer.base.errors import Invalid
from titer.historian import series, spectra
from titer.historian.drawing import Summary
from titer.historian.series import Aligned
from titer.historian.spectra import Acquisition
from titer.historian.words import ORIGIN, QUALITY

if TYPE_CHECKING:
    import pyarrow as pa

    from titer.historian.service import Historian

_DAY_US = 86_400_000_000
_MOST_DAYS = 20_000


@dataclass(frozen=True)
class Question:
    """What is exported.

    Args:
        tags: channels, in the order of the answer.
        start_us: microseconds since 1970 (UTC).
        end_us: not included.
        as_of_us: only what had been received by then; None for what is known now.
        units: channel -> unit, for those that have one.
    """

    tags: tuple[str, ...]
    start_us: int
    end_us: int
    as_of_us: int | None
    units: dict[str, str]

    def stated(self) -> bytes:
        """The question as canonical JSON; it stands in the schema of what answers it."""
        return canonical(
            {
                "tags": list(self.tags),
                "start_us": self.start_us,
                "end_us": self.end_us,
                "as_of_us": self.as_of_us,
            }
        )


def schema(question: Question) -> pa.Schema:
    """Columns of an export; times are UTC with microseconds, a value with a text is one of an enumeration."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("tag", pa.string(), nullable=False),
            pa.field("source_time", pa.timestamp("us", "UTC"), nullable=False),
            pa.field("received_time", pa.timestamp("us", "UTC"), nullable=False),
            pa.field("value", pa.float64()),
            pa.field("text", pa.string()),
            pa.field("unit", pa.string()),
            pa.field("quality", pa.string(), nullable=False),
            pa.field("status", pa.uint32(), nullable=False),
            pa.field("origin", pa.string(), nullable=False),
        ],
        metadata={b"titer.query": question.stated()},
    )


def tables(historian: Historian, question: Question) -> Iterator[pa.Table]:
    """The effective observations, channel by channel, each in order of source time; at most a day at a time."""
    plan = schema(question)
    for tag in question.tags:
        for low, high in _windows(historian, tag, question.start_us, question.end_us):
            found = historian.read([tag], low, high, as_of_us=question.as_of_us)
            if found.num_rows:
                yield _presented(found, question.units.get(tag), plan)


def _windows(historian: Historian, tag: str, start_us: int, end_us: int) -> Iterator[tuple[int, int]]:
    """Days that may hold values of a channel."""
    held = [(ref.start_us, ref.end_us + 1) for ref in historian.segments(start_us, end_us, [tag])]
    waiting = historian.store.waiting_span()
    for begin, end in series.spans([*held, *([waiting] if waiting else [])], 0):
        low, high = max(begin, start_us), min(end, end_us)
        if (high - low) // _DAY_US > _MOST_DAYS:  # a clock that was never set scatters values over centuries
            yield low, high
            continue
        while low < high:
            until = min((low // _DAY_US + 1) * _DAY_US, high)
            yield low, until
            low = until


def _presented(found: pa.Table, unit: str | None, plan: pa.Schema) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_arrays(
        [
            found.column("tag").cast(pa.string()),
            found.column("source_us").cast(plan.field("source_time").type),
            found.column("received_us").cast(plan.field("received_time").type),
            found.column("value"),
            found.column("text"),
            pa.repeat(pa.scalar(unit, pa.string()), found.num_rows),
            pa.array(QUALITY).take(found.column("quality").combine_chunks()),
            found.column("status"),
            pa.array(ORIGIN).take(found.column("origin").combine_chunks()),
        ],
        schema=plan,
    )


def _csv(plan: pa.Schema, parts: Iterator[pa.Table]) -> Iterator[bytes]:
    from pyarrow import csv

    return _drained(lambda sink: csv.CSVWriter(sink, plan), parts)


def _parquet(plan: pa.Schema, parts: Iterator[pa.Table]) -> Iterator[bytes]:
    import pyarrow.parquet as pq

    return _drained(
        lambda sink: pq.ParquetWriter(sink, plan, compression="zstd", write_page_checksum=True), parts
    )


def _arrow(plan: pa.Schema, parts: Iterator[pa.Table]) -> Iterator[bytes]:
    import pyarrow as pa

    return _drained(lambda sink: pa.ipc.new_stream(sink, plan), parts)


class _Sink(io.RawIOBase):
    """A file that is only written on, and given away as it grows; it knows how long it is."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._blocks.append(bytes(data))
        self._length += len(self._blocks[-1])
        return len(self._blocks[-1])

    def tell(self) -> int:
        return self._length

    def taken(self) -> bytes:
        """What was written since the last time."""
        blocks, self._blocks = self._blocks, []
        return b"".join(blocks)


def _drained(begin: Callable[[Any], Any], parts: Iterator[pa.Table]) -> Iterator[bytes]:
    """What a writer writes, as it is written: never more at once than of a day of a channel."""
    sink = _Sink()
    with begin(sink) as writer:
        for part in parts:
            writer.write(part)
            if block := sink.taken():
                yield block
    yield sink.taken()


@dataclass(frozen=True)
class Format:
    """A way to write observations.

    Args:
        media_type: of the file.
        suffix: of its name.
        write: turns tables of one schema into bytes, piece by piece.
    """

    media_type: str
    suffix: str
    write: Callable[[Any, Iterator[Any]], Iterator[bytes]]


FORMATS = {
    "csv": Format("text/csv; charset=utf-8", "csv", _csv),
    "parquet": Format("application/vnd.apache.parquet", "parquet", _parquet),
    "arrow": Format("application/vnd.apache.arrow.stream", "arrows", _arrow),
}


def format_of(name: str) -> Format:
    """A format by its name.

    Raises:
        Invalid: if there is none.
    """
    if name not in FORMATS:
        raise Invalid(
            f"Time series are not written as {name}.", where="format", do=f"Use {', '.join(FORMATS)}."
        )
    return FORMATS[name]


def export(historian: Historian, question: Question, form: str) -> Iterator[bytes]:
    """The observations as a file, piece by piece.

    Raises:
        Invalid: if the format is unknown, or the end lies before the start.
        Refused: if values of the range were retired.
        SegmentDamaged: if a segment is not what the ledger says; the file then breaks off.
    """
    chosen = format_of(form)
    if question.end_us <= question.start_us:
        raise Invalid("The end lies behind the start.", where="end")
    historian.require_values(question.tags, question.start_us, question.end_us)
    return chosen.write(schema(question), tables(historian, question))


def aligned_stream(tags: Sequence[str], found: Aligned) -> bytes:
    """Channels on common instants as an Arrow stream: `time` (UTC), a column for each channel, where bad is null, and
    behind them one for the quality of each (`TAG.quality`: good, uncertain or bad)."""
    import pyarrow as pa

    instants = pa.array(found.times_us).cast(pa.timestamp("us", "UTC"))
    bad = (found.quality >= QUALITY.index("bad")) | np.isnan(found.values)
    columns = [pa.array(found.values[:, at], mask=bad[:, at]) for at in range(len(tags))]
    qualities = [pa.array(QUALITY).take(pa.array(found.quality[:, at])) for at in range(len(tags))]
    names = ["time", *tags, *(f"{tag}.quality" for tag in tags)]
    table = pa.Table.from_arrays([instants, *columns, *qualities], names=names)
    return b"".join(_arrow(table.schema, iter([table])))


def summary_file(found: Summary, units: Mapping[str, str], form: str) -> Iterator[bytes]:
    """Buckets as a file: tag, time (their begin), min, max, first, last, count, uncertain, bad, unit.

    Args:
        found: the buckets.
        units: channel -> unit, for those that have one.
        form: a key of `FORMATS`.

    Raises:
        Invalid: if the format is unknown.
    """
    import pyarrow as pa

    columns: dict[str, Any] = {
        "tag": pa.array(found.tags, pa.string()),
        "time": pa.array(found.start_us).cast(pa.timestamp("us", "UTC")),
    }
    columns |= {name: pa.array(column, mask=np.isnan(column)) for name, column in found.figures.items()}
    columns |= {name: pa.array(column) for name, column in found.counts.items()}
    columns["unit"] = pa.array([units.get(tag) for tag in found.tags], pa.string())
    told = canonical({"width_us": found.rolled_us, "days": found.rolled_days})
    table = pa.table(columns).replace_schema_metadata({b"titer.rollups": told})
    return format_of(form).write(table.schema, iter([table]))


def acquisitions_file(
    found: Sequence[Acquisition], units: Mapping[str, str], form: str
) -> tuple[str, Iterator[bytes]]:
    """Spectra and chromatograms as a file: (its media type, its bytes).

    Arrow and Parquet have a row an acquisition with a list in `values`, and the axes in their schema's metadata
    (`titer.axes`); CSV has a row a point, with the place on the axis in `x`.

    Raises:
        Invalid: if the format is unknown.
    """
    import pyarrow as pa

    chosen = format_of(form)
    table = spectra.to_table(found)
    received = pa.array([one.received_us for one in found], pa.int64())
    columns = {
        "tag": table.column("tag").cast(pa.string()),
        "source_time": table.column("source_us").cast(pa.timestamp("us", "UTC")),
        "received_time": received.cast(pa.timestamp("us", "UTC")),
        "axis": table.column("axis").cast(pa.string()),
        "values": table.column("values"),
        "unit": pa.array([units.get(one.tag) for one in found], pa.string()),
        "quality": pa.array([QUALITY[one.quality] for one in found], pa.string()),
        "status": table.column("status"),
        "origin": pa.array([ORIGIN[one.origin] for one in found], pa.string()),
    }
    if form != "csv":
        whole = pa.table(columns).replace_schema_metadata({spectra.AXES: table.schema.metadata[spectra.AXES]})
        return chosen.media_type, chosen.write(whole.schema, iter([whole]))
    lengths = np.array([len(one.values) for one in found], dtype=np.int64)
    row = np.repeat(np.arange(len(found)), lengths)
    long = pa.table({name: column for name, column in columns.items() if name not in ("axis", "values")})
    points = long.take(pa.array(row))
    empty = np.zeros(0)
    points = points.append_column("x", pa.array(np.concatenate([empty, *(one.axis.values for one in found)])))
    points = points.append_column("value", pa.array(np.concatenate([empty, *(one.values for one in found)])))
    axis = pa.array([f"{one.axis.name} ({one.axis.unit})" for one in found], pa.string())
    points = points.append_column("axis", axis.take(pa.array(row)))
    return chosen.media_type, chosen.write(points.schema, iter([points]))
