"""Files of history as columns: CSV and Parquet, one row a value (long) or one column a channel (wide).

Nothing is guessed that could be guessed wrongly: a time without its zone needs the zone, a number that stands for a
time needs its unit, a channel that is not known is refused before anything is stored.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from titer.base.clock import zone_of
from titer.base.errors import Invalid
from titer.historian.rows import Array
from titer.historian.words import QUALITY

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 50_000
MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_BLOCK = 8 << 20
_EPOCH_US = {"s": 1_000_000, "ms": 1_000, "us": 1}
_STATUS = np.array([0x00000000, 0x40000000, 0x80000000], dtype="<u4")
LONG = ("tag", "time", "value", "text", "quality", "unit")


@dataclass(frozen=True)
class Layout:
    """How a file is read.

    Args:
        kind: csv or parquet.
        wide: one column a channel, beside that of the time; else one row a value.
        columns: what a column is called in the file: of `LONG`, those that it has. In a wide file `time`, and
            channel -> column for columns that do not bear the channel's name.
        zone: IANA name of the zone of times that state none; None if they state it.
        epoch: s, ms or us, where the time is a whole number since 1970 (UTC).
    """

    kind: str
    wide: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None
    epoch: str | None = None

    def stated(self) -> dict[str, Any]:
        """As it stands in the record."""
        return {**asdict(self), "columns": dict(self.columns)}

    def check(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            Invalid: naming the part.
        """
        if self.kind not in MEDIA_TYPES:
            raise Invalid(f"History is not read from {self.kind}.", where="kind", do="Use csv or parquet.")
        if self.epoch is not None and self.epoch not in _EPOCH_US:
            raise Invalid(f"{self.epoch} is no unit of time here.", where="epoch", do="Use s, ms or us.")
        if self.epoch and self.zone:
            raise Invalid("A number since 1970 has no zone.", where="zone", do="Leave one of the two out.")
        if self.zone is not None:
            zone_of(self.zone, "zone")
        if not self.wide and (strange := sorted(set(self.columns) - set(LONG))):
            raise Invalid(f"A long file has no {strange[0]}.", where="columns", do=f"Use {', '.join(LONG)}.")


@dataclass(frozen=True)
class Part:
    """Some rows of a file.

    Args:
        tags: channels that the rows point at.
        channel: index into `tags`.
        source_us: int64, UTC.
        value: float64, NaN where there is no number.
        text: row -> text.
        quality: uint8; a row without number and text is bad.
    """

    tags: tuple[str, ...]
    channel: Array
    source_us: Array
    value: Array
    text: dict[int, str]
    quality: Array

    def __len__(self) -> int:
        return len(self.value)

    @property
    def status(self) -> Array:
        """OPC UA's severity for the quality: Good, Uncertain, Bad."""
        return _STATUS[self.quality]


def parts(file: Path, layout: Layout, units: Mapping[str, str]) -> Iterator[Part]:
    """The rows of a file, in its order; the same file always gives the same parts.

    Args:
        file: CSV (UTF-8, with a header) or Parquet.
        layout: how it is read.
        units: of the channels that are known.

    Raises:
        Invalid: naming column and row range, for anything that cannot be read as it is described.
    """
    import pyarrow as pa

    layout.check()
    row = 0
    try:
        for batch in _batches(file, layout):
            for at in range(0, batch.num_rows, BATCH):
                piece = batch.slice(at, BATCH)
                read = _wide if layout.wide else _long
                try:
                    yield read(piece, layout, units)
                except Invalid as error:
                    places = f"rows {row + at + 1:,} to {row + at + piece.num_rows:,}"
                    raise Invalid(
                        error.what, where=f"{error.where}, {places}", why=error.why, do=error.do
                    ) from error
            row += batch.num_rows
    except pa.ArrowException as error:
        raise Invalid(f"{file.name} cannot be read as {layout.kind}.", why=str(error)[:300]) from error


def _batches(file: Path, layout: Layout) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import csv

    if layout.kind == "parquet":
        with pq.ParquetFile(file, page_checksum_verification=True) as opened:
            there = set(opened.schema_arrow.names)
            _require(layout, there)
            wanted = None if layout.wide else [name for name in _named(layout).values() if name in there]
            yield from opened.iter_batches(batch_size=BATCH * 4, columns=wanted)
        return
    with file.open("rb") as lines:
        header = lines.readline(1 << 16)
    names = _header(header, file.name)
    _require(layout, set(names))
    named = _named(layout)
    instant = pa.int64() if layout.epoch else pa.timestamp("us", None if layout.zone else "UTC")
    types = {name: pa.float64() for name in names} if layout.wide else {}
    types[named["time"]] = instant
    if not layout.wide:
        types |= {named[name]: pa.string() for name in ("tag", "text", "quality", "unit")}
        types[named["value"]] = pa.float64()
    with csv.open_csv(
        file,
        read_options=csv.ReadOptions(block_size=_BLOCK, use_threads=True),
        convert_options=csv.ConvertOptions(
            column_types=types,
            null_values=["", "NaN", "nan", "null", "NULL", "NA", "N/A"],
            strings_can_be_null=True,
            include_columns=None if layout.wide else [one for one in named.values() if one in names],
        ),
    ) as reader:
        yield from reader


def _header(line: bytes, name: str) -> list[str]:
    import csv

    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{name} is no UTF-8 text.", do="Convert it to UTF-8.") from error
    names = next(csv.reader([text]), [])
    twice = sorted({one for one in names if names.count(one) > 1})
    if twice:
        raise Invalid(f"{name} has two columns {twice[0]!r}.", do="Give each column a name of its own.")
    return names


def _named(layout: Layout) -> dict[str, str]:
    """What each part of a row is called in the file; its own name unless told."""
    return {name: layout.columns.get(name, name) for name in LONG}


def _require(layout: Layout, names: set[str]) -> None:
    named = _named(layout)
    wanted = {named["time"]} if layout.wide else {named["tag"], named["time"]}
    if layout.wide:
        wanted |= set(layout.columns.values())
    elif not names & {named["value"], named["text"]}:
        wanted.add(named["value"])
    missing = sorted(wanted - names)
    if missing:
        raise Invalid(
            f"The file has no column {missing[0]!r}.",
            where="columns",
            why=f"It has {', '.join(sorted(names)[:20])}.",
            do="Say what the columns are called, e.g. time=Timestamp.",
        )


def _instants(column: Any, layout: Layout, name: str) -> Array:
    """Source times in microseconds (UTC)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count:
        raise Invalid("A row has no time.", where=name)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.cast(pa.timestamp("us", None if layout.zone else "UTC"))
    if pa.types.is_integer(column.type):
        if layout.epoch is None:
            raise Invalid(
                "The time is a number, and its unit is not told.", where=name, do="Give s, ms or us."
            )
        numbers = column.cast(pa.int64()).to_numpy(zero_copy_only=False)
        factor = _EPOCH_US[layout.epoch]
        if len(numbers) and int(np.abs(numbers).max()) > 2**53 // factor:
            raise Invalid(
                "A time lies beyond what is kept.", where=name, do=f"Is it really in {layout.epoch}?"
            )
        return np.asarray(numbers * factor)
    if not pa.types.is_timestamp(column.type):
        raise Invalid(
            f"The time is {column.type}.", where=name, do="Give timestamps, ISO 8601 text or numbers."
        )
    if column.type.tz is None:
        if layout.zone is None:
            raise Invalid("The times state no zone.", where=name, do="Say which zone they are in, e.g. UTC.")
        column = pc.assume_timezone(column, layout.zone, ambiguous="raise", nonexistent="raise")
    return np.asarray(
        column.cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.int64()).to_numpy(zero_copy_only=False)
    )


def _numbers(column: Any, name: str) -> Array:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
        if pa.types.is_null(kind):
            return np.full(len(column), np.nan)
        raise Invalid(
            f"The values are {kind}, no numbers.", where=name, do="Give texts in a column of their own."
        )
    return np.array(column.cast(pa.float64(), safe=False).fill_null(math.nan).to_numpy(zero_copy_only=False))


def _long(batch: pa.RecordBatch, layout: Layout, units: Mapping[str, str]) -> Part:
    import pyarrow as pa

    named = _named(layout)
    has = set(batch.schema.names)
    column = {name: batch.column(there) for name, there in named.items() if there in has}
    if column["tag"].null_count:
        raise Invalid("A row names no channel.", where=named["tag"])
    coded = column["tag"].cast(pa.string()).dictionary_encode()
    tags = tuple(coded.dictionary.to_pylist())
    _refuse_unknown(tags, units, named["tag"])
    count = batch.num_rows
    value = _numbers(column["value"], named["value"]) if "value" in column else np.full(count, np.nan)
    text: dict[int, str] = {}
    if "text" in column:
        texts = column["text"].cast(pa.string())
        rows = np.flatnonzero(texts.is_valid().to_numpy(zero_copy_only=False))
        text = dict(zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True))
    channel = coded.indices.to_numpy(zero_copy_only=False).astype("<u2")
    if "unit" in column:
        _check_units(column["unit"], channel, tags, units, named["unit"])
    return Part(
        tags,
        channel,
        _instants(column["time"], layout, named["time"]),
        value,
        text,
        _quality(column.get("quality"), value, text, named["quality"]),
    )


def _wide(batch: pa.RecordBatch, layout: Layout, units: Mapping[str, str]) -> Part:
    time = _named(layout)["time"]
    channel_of = {there: tag for tag, there in layout.columns.items() if tag not in LONG}
    there = [name for name in batch.schema.names if name != time]
    tags = tuple(channel_of.get(name, name) for name in there)
    _refuse_unknown(tags, units, "header")
    instants = _instants(batch.column(time), layout, time)
    values = np.column_stack([_numbers(batch.column(name), name) for name in there])
    channel = np.tile(np.arange(len(tags), dtype="<u2"), len(instants))
    source = np.repeat(instants, len(tags))
    value = values.reshape(-1)
    told = ~np.isnan(value)  # an empty cell says nothing about its channel
    count = int(told.sum())
    return Part(tags, channel[told], source[told], value[told], {}, np.zeros(count, "u1"))


def _refuse_unknown(tags: tuple[str, ...], units: Mapping[str, str], where: str) -> None:
    strange = [tag for tag in tags if tag not in units]
    if strange:
        raise Invalid(
            f"{strange[0][:120]!r} is no channel of this plant"
            + (f", nor are {len(strange) - 1} others." if len(strange) > 1 else "."),
            where=where,
            do="Register its connection with its channels first, or say which column is which channel.",
        )


def _check_units(
    column: Any, channel: Array, tags: tuple[str, ...], units: Mapping[str, str], where: str
) -> None:
    """A file that states another unit than the channel has is refused: no number is ever silently rescaled."""
    coded = column.cast("string").dictionary_encode()
    stated = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(len(stated)).to_numpy(zero_copy_only=False)
    stated.append(None)
    for pair in np.unique(channel.astype(np.int64) * len(stated) + codes).tolist():
        tag, unit = tags[pair // len(stated)], stated[pair % len(stated)]
        if unit is not None and unit != units[tag]:
            raise Invalid(
                f"{tag} is in {unit or 'no unit'} there, and in {units[tag] or 'no unit'} here.",
                where=where,
                do="Convert the values, or correct the channel's unit.",
            )


def _quality(column: Any, value: Array, text: Mapping[int, str], where: str) -> Array:
    """Good unless told; a row that says nothing is bad, and an infinite number is never good."""
    found = np.zeros(len(value), dtype="u1")
    if column is not None:
        coded = column.cast("string").dictionary_encode()
        words = [str(word).lower() for word in coded.dictionary.to_pylist()]
        strange = [word for word in words if word not in QUALITY]
        if strange:
            raise Invalid(f"{strange[0][:60]!r} is no quality.", where=where, do=f"Use {', '.join(QUALITY)}.")
        grades = np.array([QUALITY.index(word) for word in words] + [0], dtype="u1")
        found = grades[coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]
    silent = np.isnan(value)
    silent[list(text)] = False
    found[silent | np.isinf(value)] = QUALITY.index("bad")
    return found
