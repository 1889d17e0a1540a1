"""Sealed segments: Parquet files that any reader understands, written once, named by their digest.

Layout: `segments/day=YYYY-MM-DD/<sha256>.parquet` (the day of the source time, UTC), sorted by channel, source
time and ordinal; zstd level 3, times DELTA_BINARY_PACKED, values BYTE_STREAM_SPLIT or as a dictionary, whichever
is smaller, dictionaries for names and codes, page index and page checksums. Times are microseconds since
1970-01-01T00:00:00Z; `server_lag_us` and `received_lag_us` are to be added to `source_us` (most often they are
nothing or nearly constant, and then cost nothing). Row groups are small, so that a reader of one channel skips
the others by the row groups' statistics.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from titer.base.canonical import digest
from titer.base.files import make_folder, sync_folder
from titer.historian import spectra
from titer.historian.decoded import Decoded, Group
from titer.historian.errors import SegmentDamaged
from titer.historian.rows import Array, Names, Rows
from titer.historian.spectra import Acquisition

if TYPE_CHECKING:
    import pyarrow as pa

Named = tuple[Names, Names]
"""Numbers of channels and of connections."""

ROW_GROUP = 32_768
MAX_DAYS = 120
NO_DAY = "__HIVE_DEFAULT_PARTITION__"
_DAY_US = 86_400_000_000
_MAX_EXACT = 2**53 - 1
_DELTA = ("source_us", "server_lag_us", "received_lag_us")
_LAGS = {"server_lag_us": "server_us", "received_lag_us": "received_us"}
_DICTIONARY = ("tag", "status", "quality", "origin", "ordinal", "connection", "epoch", "text")


@dataclass(frozen=True)
class SegmentRef:
    """A sealed segment, as the manifest knows it.

    Args:
        digest: SHA-256 of the file, hexadecimal; an entry of the ledger holds it.
        path: inside the historian's folder.
        day: UTC day of the source times, or empty where a batch held more days than are kept apart.
        start_us: smallest source time.
        end_us: largest source time.
        received_us: largest time of receipt.
        row_count: observations.
        size: bytes of the file.
        tags_digest: digest of the sorted list of channels.
        tag_count: how many channels.
        kind: series, or spectra (see `titer.historian.spectra`).
    """

    digest: str
    path: str
    day: str
    start_us: int
    end_us: int
    received_us: int
    row_count: int
    size: int
    tags_digest: str
    tag_count: int
    kind: str = "series"


def schema() -> pa.Schema:
    """The columns of a segment; kept for thirty years, so it only ever grows by columns with defaults."""
    import pyarrow as pa

    name = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field("tag", name, nullable=False),
            pa.field("source_us", pa.int64(), nullable=False),
            pa.field("server_lag_us", pa.int64(), nullable=False),
            pa.field("received_lag_us", pa.int64(), nullable=False),
            pa.field("value", pa.float64(), nullable=False),
            pa.field("text", name, nullable=True),
            pa.field("status", pa.uint32(), nullable=False),
            pa.field("quality", pa.uint8(), nullable=False),
            pa.field("origin", pa.uint8(), nullable=False),
            pa.field("ordinal", pa.int32(), nullable=False),
            pa.field("connection", name, nullable=False),
            pa.field("epoch", pa.int64(), nullable=False),
        ]
    )


def to_table(rows: Rows, tags: Names, connections: Names) -> pa.Table:
    """Rows as an Arrow table with the columns of `schema`; the dictionaries are sorted, so equal rows make
    equal tables whatever the process met before."""
    import pyarrow as pa

    plan = schema()
    arrays: list[Any] = []
    for column in plan:
        if column.name in ("tag", "connection"):
            names = (tags if column.name == "tag" else connections).names
            arrays.append(dictionary(rows[column.name], names))
        elif column.name == "text":
            texts = pa.array(rows.texts(), type=pa.string())
            arrays.append(texts.dictionary_encode())
        elif column.name in _LAGS:
            arrays.append(pa.array(rows[_LAGS[column.name]] - rows["source_us"]))
        else:
            kind = column.type.to_pandas_dtype()
            arrays.append(pa.array(np.ascontiguousarray(rows[column.name]).astype(kind, copy=False)))
    return pa.Table.from_arrays(arrays, schema=plan)


def dictionary(codes: Array, names: list[str]) -> pa.DictionaryArray:
    """Numbers of names as an Arrow dictionary of those that are used, sorted."""
    import pyarrow as pa

    used = sorted(np.unique(codes).tolist(), key=lambda code: names[code])
    place = np.zeros(len(names) or 1, dtype=np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(place[codes] if len(codes) else codes.astype(np.int32)),
        pa.array([names[code] for code in used], type=pa.string()),
    )


def from_table(table: pa.Table, tags: Names, connections: Names) -> Rows:
    """An Arrow table with the columns of `schema` as rows."""
    import pyarrow as pa

    columns: dict[str, Array] = {}
    text: Array | None = None
    for name in table.column_names:
        column = table.column(name)
        if name in ("tag", "connection"):
            column = column.unify_dictionaries().combine_chunks()
            if isinstance(column, pa.ChunkedArray):
                column = column.chunk(0) if column.num_chunks else pa.array([], schema().field(name).type)
            known = tags if name == "tag" else connections
            codes = np.array([known.code(text) for text in column.dictionary.to_pylist()] or [0], dtype="<i4")
            columns[name] = codes[column.indices.to_numpy(zero_copy_only=False)]
        elif name == "text":
            if column.null_count < len(column):
                text = np.array(column.cast(pa.string()).to_pylist(), dtype=object)
        else:
            columns[name] = column.to_numpy()
    for lag, name in _LAGS.items():
        if lag in columns:
            columns[name] = columns["source_us"] + columns.pop(lag)
    return Rows(columns, text)


def parquet(table: pa.Table) -> bytes:
    """The table as the bytes of a segment. Equal tables give equal bytes with one version of Arrow.

    Values are written twice, and the smaller file wins: BYTE_STREAM_SPLIT for noise with many digits, a
    dictionary for what a scale or a thermometer gives (0.01 degC: 1.1 instead of 4.0 bytes a sample).
    """
    return min((_parquet(table, split=True), _parquet(table, split=False)), key=len)


def _parquet(table: pa.Table, *, split: bool) -> bytes:
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    encodings = dict.fromkeys(_DELTA, "DELTA_BINARY_PACKED")
    if split:
        encodings["value"] = "BYTE_STREAM_SPLIT"
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=[*_DICTIONARY, *([] if split else ["value"])],
        column_encoding=encodings,
        write_page_index=True,
        write_page_checksum=True,
        sorting_columns=[pq.SortingColumn(0), pq.SortingColumn(1), pq.SortingColumn(9)],
    ) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP)
    return sink.getvalue()


def days(rows: Rows) -> Iterator[tuple[str, Rows]]:
    """Cut rows by the UTC day of their source time.

    A clock that was never set can scatter values over centuries: of more than `MAX_DAYS` days in one batch
    the largest are kept apart and the rest goes into one partition without a day.
    """
    number = rows["source_us"] // _DAY_US
    present, counts = np.unique(number, return_counts=True)
    if len(present) > MAX_DAYS:
        kept = np.sort(present[np.argsort(counts, kind="stable")[::-1][:MAX_DAYS]])
        yield "", rows.take(~np.isin(number, kept))
        present = kept
    for day in present.tolist():
        inside = number == day
        try:
            name = datetime.fromtimestamp(day * 86400, UTC).strftime("%Y-%m-%d")
        except (ValueError, OverflowError, OSError):
            name = ""
        yield name, rows if inside.all() else rows.take(inside)


def write(
    folder: Path,
    day: str,
    table: pa.Table,
    received_us: int,
    *,
    data: bytes | None = None,
    below: str = "segments",
    kind: str = "series",
) -> SegmentRef:
    """Write one segment durably: file, rename, folder, in this order.

    Args:
        folder: the historian's folder.
        day: partition, or empty.
        table: sorted, not empty.
        received_us: the largest time of receipt.
        data: the table's bytes, where they are not those of a series.
        below: folder that the days lie in.
        kind: of the segment.
    """
    import pyarrow.compute as pc

    if data is None:
        data = parquet(table)
    name = hashlib.sha256(data).hexdigest()
    place = folder / below / f"day={day or NO_DAY}"
    make_folder(place.parent)
    make_folder(place)
    target = place / f"{name}.parquet"
    temporary = place / f".{name}.new"
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.chmod(0o440)
    temporary.replace(target)
    sync_folder(place)
    source = pc.min_max(table.column("source_us")).as_py()
    tags = sorted(set(table.column("tag").unique().to_pylist()))
    return SegmentRef(
        digest=name,
        path=target.relative_to(folder).as_posix(),
        day=day,
        start_us=_exact(source["min"]),
        end_us=_exact(source["max"]),
        received_us=_exact(received_us),
        row_count=table.num_rows,
        size=len(data),
        tags_digest=digest(tags),
        tag_count=len(tags),
        kind=kind,
    )


def _exact(number: int) -> int:
    """Within what JSON carries exactly: a clock that runs in the year 2300 must not stop the sealer."""
    return max(-_MAX_EXACT, min(number, _MAX_EXACT))


class Elsewhere(Protocol):
    """A second place of the same bytes; see `titer.historian.objects`."""

    def fetch(self, ref: SegmentRef, target: Path) -> None:
        """Bring a segment back."""

    def check(self, ref: SegmentRef) -> None:
        """Read a segment where it is, and compare its digest."""


class Segments:
    """Reads sealed segments. A file's digest is verified before its first use, and again when the file has
    changed by size, inode or time of change: a flipped bit in a page is otherwise read without an error.

    Args:
        folder: the historian's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.elsewhere: Elsewhere | None = None
        self._checked: dict[str, tuple[int, int, int, int]] = {}
        self._footers: dict[str, tuple[tuple[int, int, int, int], _Footer]] = {}
        self._decoded = Decoded()

    def verify(self, ref: SegmentRef) -> Path:
        """Check the file against the manifest's digest; returns where it is. One that only object storage has is
        fetched first.

        Raises:
            SegmentDamaged: if it is missing or has other bytes.
        """
        path = self.folder / ref.path
        if self.elsewhere is not None and not path.exists():
            try:
                self.elsewhere.fetch(ref, path)
            except OSError as error:
                raise SegmentDamaged(ref.path, f"It is not here, and cannot be fetched: {error}") from error
        try:
            stat = path.stat()
            mark = (stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns)
            if self._checked.get(ref.digest) != mark:
                with path.open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
                if found != ref.digest:
                    why = f"Its SHA-256 is {found[:16]}..., the ledger says {ref.digest[:16]}...."
                    raise SegmentDamaged(ref.path, why)
                self._checked[ref.digest] = mark
        except FileNotFoundError:
            raise SegmentDamaged(ref.path, "The file is missing.") from None
        return path

    def rows(
        self,
        ref: SegmentRef,
        tags: list[str],
        start_us: int,
        end_us: int,
        columns: tuple[str, ...],
        names: Named,
    ) -> Iterator[Rows]:
        """What a segment holds of some channels in start <= source time < end, a row group at a time.

        Args:
            ref: the segment.
            tags: channels.
            start_us: microseconds since 1970 (UTC).
            end_us: not included.
            columns: of `schema`; `tag` and `source_us` are among them.
            names: numbers of channels and of connections; always the same two.

        Raises:
            SegmentDamaged: if the file is missing or has other bytes than the manifest says.
        """
        footer = self._footer(ref)
        wanted = footer.groups(tags, start_us, end_us)
        found = {index: self._decoded.get((ref.digest, index, columns)) for index in wanted}
        missing = [index for index, group in found.items() if group is None]
        if missing:
            fresh = self._decode(ref, footer, missing, columns, names)
            found |= fresh
            self._decoded.keep({(ref.digest, index, columns): group for index, group in fresh.items()})
        codes = np.array([names[0].known(tag) for tag in tags], dtype="<i4")
        for group in found.values():
            if group is not None:
                yield group.within(codes, start_us, end_us)

    def _decode(
        self, ref: SegmentRef, footer: _Footer, wanted: list[int], columns: tuple[str, ...], names: Named
    ) -> dict[int, Group]:
        with self._open(ref, footer.metadata) as file:
            table = file.read_row_groups(wanted, columns=list(columns), use_threads=True)
        rows = from_table(table, *names)
        groups, begin = {}, 0
        for index in wanted:
            end = begin + footer.metadata.row_group(index).num_rows
            part = rows.part(begin, end)
            groups[index] = Group.of(part if len(wanted) == 1 else part.take(np.arange(end - begin)))
            begin = end
        return groups

    def holds(self, ref: SegmentRef, tags: list[str], start_us: int, end_us: int) -> bool:
        """Whether a segment may hold some channels in a range of time."""
        return bool(self._footer(ref).groups(tags, start_us, end_us))

    def acquisitions(self, ref: SegmentRef, tags: list[str], start_us: int, end_us: int) -> list[Acquisition]:
        """The acquisitions that a segment of spectra holds of some channels in a range of source time.

        Raises:
            SegmentDamaged: if the file is missing or has other bytes than the manifest says.
        """
        footer = self._footer(ref)
        wanted = footer.groups(tags, start_us, end_us)
        if not wanted:
            return []
        with self._open(ref, footer.metadata) as file:
            axes = spectra.axes_from(file.schema_arrow.metadata[spectra.AXES])
            found = spectra.from_table(file.read_row_groups(wanted), axes)
        named = set(tags)
        return [one for one in found if one.tag in named and start_us <= one.source_us < end_us]

    def remove(self, ref: SegmentRef) -> None:
        """Destroy the file of a segment that was retired."""
        (self.folder / ref.path).unlink(missing_ok=True)
        self._checked.pop(ref.digest, None)
        self._footers.pop(ref.digest, None)
        self._decoded.forget(ref.digest)

    def tags(self, ref: SegmentRef) -> list[str]:
        """The channels that a segment holds, sorted."""
        footer = self._footer(ref)
        with self._open(ref, footer.metadata) as file:
            return sorted(set(file.read(columns=["tag"]).column("tag").unique().to_pylist()))

    def _footer(self, ref: SegmentRef) -> _Footer:
        self.verify(ref)
        mark = self._checked[ref.digest]
        known = self._footers.get(ref.digest)
        if known is not None and known[0] == mark:
            return known[1]
        with self._open(ref, None) as file:
            footer = _Footer(file.metadata)
        self._footers[ref.digest] = (mark, footer)
        return footer

    def _open(self, ref: SegmentRef, metadata: Any) -> Any:
        import pyarrow.parquet as pq

        for last in (False, True):  # a local copy may go between its check and its use
            try:
                return pq.ParquetFile(
                    self.folder / ref.path,
                    metadata=metadata,
                    read_dictionary=["tag", "connection", "text" if ref.kind == "series" else "axis"],
                    page_checksum_verification=True,
                )
            except FileNotFoundError:
                if last:
                    raise
                self.verify(ref)
        raise SegmentDamaged(ref.path, "The file is missing.")


class _Footer:
    """Statistics of the row groups, read once."""

    def __init__(self, metadata: Any) -> None:
        self.metadata = metadata
        names = [metadata.schema.column(i).path for i in range(metadata.num_columns)]
        tag, source = names.index("tag"), names.index("source_us")
        self._groups: list[tuple[str, str, int, int]] = []
        for index in range(metadata.num_row_groups):
            group = metadata.row_group(index)
            of_tag, of_source = group.column(tag).statistics, group.column(source).statistics
            self._groups.append((of_tag.min, of_tag.max, of_source.min, of_source.max))

    def groups(self, tags: list[str], start_us: int, end_us: int) -> list[int]:
        """Row groups whose statistics do not rule the channels and times out."""
        from bisect import bisect_left

        ordered = sorted(tags)
        found = []
        for index, (low, high, begin, end) in enumerate(self._groups):
            if end < start_us or begin >= end_us:
                continue
            at = bisect_left(ordered, low)
            if at < len(ordered) and ordered[at] <= high:
                found.append(index)
        return found
