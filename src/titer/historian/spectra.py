"""Spectra and chromatograms: one row an acquisition, a list of numbers in it, and the axis that they refer to.

They lie beside the series, in `segments/kind=spectra/day=YYYY-MM-DD/<sha256>.parquet`: the columns of a series with
`values` (a list) and `axis` (a digest) in place of value and text. The axes are in the file's own metadata, under
`titer.axes`: {digest: {name, unit, values}}, each number as the shortest text that reads back to it, so that a file
needs no other one to be understood.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from titer.base.errors import IntegrityFault
from titer.connect.core.acquired import Axis
from titer.connect.core.frame import Frame
from titer.historian.rows import Array

if TYPE_CHECKING:
    import pyarrow as pa

KIND = "spectra"
FOLDER = f"segments/kind={KIND}"
AXES = b"titer.axes"
_ROW_GROUP_POINTS = 4_000_000


@dataclass(frozen=True, eq=False)
class Acquisition:
    """One spectrum or chromatogram of one channel.

    Args:
        tag: the channel.
        source_us: the source's own time, microseconds since 1970 (UTC).
        server_us: the server's time, 0 where there is none.
        received_us: when the connector took it in.
        status: OPC UA status code.
        quality: 0 good, 1 uncertain, 2 bad.
        origin: 0 live, 1 replayed, 2 backfilled, 3 file, 4 manual.
        ordinal: 0, 1, ... for acquisitions of one channel that share a source time within one frame.
        connection: that it came from.
        epoch: of the connection.
        values: float64.
        axis: of the values.
    """

    tag: str
    source_us: int
    server_us: int
    received_us: int
    status: int
    quality: int
    origin: int
    ordinal: int
    connection: str
    epoch: int
    values: Array
    axis: Axis

    @property
    def place(self) -> tuple[str, int, int]:
        """What it is effective for."""
        return self.tag, self.source_us, self.ordinal

    def says_the_same(self, other: Acquisition) -> bool:
        """Whether two acquisitions have the same numbers along the same axis."""
        return self.axis.digest == other.axis.digest and np.array_equal(
            self.values, other.values, equal_nan=True
        )


def of_frame(frame: Frame) -> list[Acquisition]:
    """The acquisitions of one frame, in its order."""
    found, met = [], dict[tuple[str, int], int]()
    for row, one in sorted(frame.arrays.items()):
        tag, source = frame.channels[int(frame.channel[row])], int(frame.source_us[row])
        ordinal = met[tag, source] = met.get((tag, source), -1) + 1
        found.append(
            Acquisition(
                tag=tag,
                source_us=source,
                server_us=int(frame.server_us[row]),
                received_us=int(frame.received_us[row]),
                status=int(frame.status[row]),
                quality=int(frame.quality[row]),
                origin=int(frame.origin[row]),
                ordinal=ordinal,
                connection=frame.connection,
                epoch=frame.epoch,
                values=one.values,
                axis=one.axis,
            )
        )
    return found


@dataclass(frozen=True)
class SettledSpectra:
    """Acquisitions, sorted by channel and source time; what says something else about an instant stands apart."""

    effective: list[Acquisition]
    conflicts: list[Acquisition]


def settle(arrived: Sequence[Acquisition]) -> SettledSpectra:
    """Drop duplicates, set conflicts aside; the acquisition that arrived first is effective.

    Args:
        arrived: in the order of arrival.
    """
    effective: dict[tuple[str, int, int], Acquisition] = {}
    conflicts: list[Acquisition] = []
    for one in arrived:
        first = effective.setdefault(one.place, one)
        known = [first, *(other for other in conflicts if other.place == one.place)]
        if first is not one and not any(other.says_the_same(one) for other in known):
            conflicts.append(one)
    return SettledSpectra(
        [effective[place] for place in sorted(effective)], sorted(conflicts, key=lambda one: one.place)
    )


def kept(arrived: Sequence[Acquisition]) -> list[Acquisition]:
    """Without duplicates, sorted; what contradicts another stays, behind the one that arrived first."""
    settled = settle(arrived)
    return sorted([*settled.effective, *settled.conflicts], key=lambda one: one.place)


def days(acquisitions: Sequence[Acquisition]) -> Iterator[tuple[str, list[Acquisition]]]:
    """By the UTC day of their source time; those that no calendar has come together, without a day."""
    by_day: dict[str, list[Acquisition]] = {}
    for one in acquisitions:
        number = one.source_us // 86_400_000_000
        day = str(np.datetime64(number, "D")) if 0 <= number < 1_000_000 else ""
        by_day.setdefault(day, []).append(one)
    yield from sorted(by_day.items())


def axes_of(acquisitions: Sequence[Acquisition]) -> bytes:
    """The axes of acquisitions as JSON, as they stand in a file's metadata."""
    axes = {one.axis.digest: one.axis for one in acquisitions}
    told = {
        name: {"name": axis.name, "unit": axis.unit, "values": [repr(float(one)) for one in axis.values]}
        for name, axis in sorted(axes.items())
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def axes_from(metadata: bytes) -> dict[str, Axis]:
    """The axes that a file's metadata hold.

    Raises:
        IntegrityFault: if one is not the axis whose digest it bears.
    """
    found = {}
    for name, told in json.loads(metadata).items():
        axis = Axis(told["name"], told["unit"], np.array([float(one) for one in told["values"]]))
        if axis.digest != name:
            raise IntegrityFault("An axis in a segment is not the one whose digest it bears.")
        found[name] = axis
    return found


def to_table(acquisitions: Sequence[Acquisition]) -> pa.Table:
    """As an Arrow table, one row an acquisition, in the order given."""
    import pyarrow as pa

    name = pa.dictionary(pa.int32(), pa.string())
    plan = pa.schema(
        [
            pa.field("tag", name, nullable=False),
            pa.field("source_us", pa.int64(), nullable=False),
            pa.field("server_lag_us", pa.int64(), nullable=False),
            pa.field("received_lag_us", pa.int64(), nullable=False),
            pa.field("values", pa.list_(pa.field("element", pa.float64(), nullable=False)), nullable=False),
            pa.field("axis", name, nullable=False),
            pa.field("status", pa.uint32(), nullable=False),
            pa.field("quality", pa.uint8(), nullable=False),
            pa.field("origin", pa.uint8(), nullable=False),
            pa.field("ordinal", pa.int32(), nullable=False),
            pa.field("connection", name, nullable=False),
            pa.field("epoch", pa.int64(), nullable=False),
        ],
        metadata={AXES: axes_of(acquisitions)},
    )
    lists: dict[str, list[Any]] = {
        "tag": [one.tag for one in acquisitions],
        "source_us": [one.source_us for one in acquisitions],
        "server_lag_us": [one.server_us - one.source_us for one in acquisitions],
        "received_lag_us": [one.received_us - one.source_us for one in acquisitions],
        "axis": [one.axis.digest for one in acquisitions],
        **{
            name: [getattr(one, name) for one in acquisitions]
            for name in ("status", "quality", "origin", "ordinal", "connection", "epoch")
        },
    }
    offsets = np.concatenate(([0], np.cumsum([len(one.values) for one in acquisitions]))).astype(np.int32)
    flat = np.concatenate([one.values for one in acquisitions]) if acquisitions else np.zeros(0)
    arrays = []
    for field in plan:
        if field.name == "values":
            made = pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat, pa.float64()))
            arrays.append(made.cast(field.type))
        elif pa.types.is_dictionary(field.type):
            arrays.append(pa.array(lists[field.name], pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(lists[field.name], field.type))
    return pa.Table.from_arrays(arrays, schema=plan)


def from_table(table: pa.Table, axes: dict[str, Axis]) -> list[Acquisition]:
    """The acquisitions of a table as `to_table` makes it."""
    found = []
    for batch in table.to_batches():
        lists = batch.column("values")
        rows = batch.drop_columns(["values"]).to_pylist()
        for at, row in enumerate(rows):
            source = row["source_us"]
            found.append(
                Acquisition(
                    source_us=source,
                    server_us=source + row.pop("server_lag_us"),
                    received_us=source + row.pop("received_lag_us"),
                    axis=axes[row.pop("axis")],
                    values=lists[at].values.to_numpy(zero_copy_only=False),
                    **{name: value for name, value in row.items() if name != "source_us"},
                )
            )
    return found


def parquet(table: pa.Table) -> bytes:
    """The table as the bytes of a segment."""
    import pyarrow.parquet as pq

    points = len(table.column("values").combine_chunks().values) if table.num_rows else 0
    at_once = max(1, table.num_rows * _ROW_GROUP_POINTS // max(points, 1))
    sink = io.BytesIO()
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=["tag", "axis", "connection", "status", "quality", "origin"],
        column_encoding={"values.list.element": "BYTE_STREAM_SPLIT", "source_us": "DELTA_BINARY_PACKED"},
        write_page_index=True,
        write_page_checksum=True,
    ) as writer:
        writer.write_table(table, row_group_size=at_once)
    return sink.getvalue()


def received_by(acquisitions: Sequence[Acquisition], as_of_us: int | None) -> list[Acquisition]:
    """Those that had been received by an instant."""
    return [one for one in acquisitions if as_of_us is None or one.received_us <= as_of_us]
