"""Historic batches out of a columnar file (Parquet or CSV), laid onto a grid.

One row an instant: a column `batch` (text), a column of time (`hours` since the batch began, or `time_us` /
`source_us`), and a column for each channel, named by its tag. Rows need not be sorted.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.base.errors import Invalid
from titer.insight.features import BatchRows

TIME_COLUMNS = {"hours": 1.0, "time_h": 1.0, "time_us": 1 / 3.6e9, "source_us": 1 / 3.6e9}
Floats = NDArray[np.float64]


def read_table(data: bytes, media_type: str) -> tuple[list[str], dict[str, tuple[Floats, Floats]]]:
    """Channels, and for each batch its hours and its rows x channels.

    Raises:
        Invalid: if the file cannot be read, or has no column `batch` or time.
    """
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    try:
        if data[:4] == b"PAR1":
            table = pyarrow.parquet.read_table(io.BytesIO(data), page_checksum_verification=True)
        else:
            table = pyarrow.csv.read_csv(io.BytesIO(data))
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as error:
        raise Invalid(
            f"The file cannot be read as Parquet or CSV ({media_type}).",
            why=str(error).splitlines()[0],
            do="Give one row an instant, with columns batch, hours and one a channel.",
        ) from error
    names = list(table.column_names)
    time = next((name for name in TIME_COLUMNS if name in names), None)
    if "batch" not in names or time is None:
        raise Invalid(
            "The file has no column `batch`, or none with the time.",
            where=", ".join(names[:12]),
            do=f"The time is a column {' or '.join(TIME_COLUMNS)}.",
        )
    try:
        batch = np.array([str(value) for value in table["batch"].to_pylist()])
        hours = _column(table, time) * TIME_COLUMNS[time]
        channels = [n for n in names if n not in ("batch", *TIME_COLUMNS) and _is_number(table, n)]
        values = np.column_stack([_column(table, name) for name in channels]) if channels else None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError, ValueError) as error:
        raise Invalid(
            "A column holds something that is no number.", why=str(error).splitlines()[0]
        ) from error
    if values is None:
        raise Invalid("The file has no channel.")
    if not np.isfinite(hours).all():
        raise Invalid("Some rows have no time.", where=time)
    result = {}
    for name in sorted(set(batch.tolist())):
        mine = batch == name
        order = np.argsort(hours[mine], kind="stable")
        began = hours[mine][order]
        if time.endswith("_us"):
            began = began - began[0]
        result[name] = (began, values[mine][order])
    return channels, result


def to_grid(hours: Floats, rows: Floats, step_minutes: int, max_age_minutes: int) -> tuple[Floats, Floats]:
    """The last value at or before each instant of the grid; NaN where it is older than `max_age_minutes`.

    Args:
        hours: growing times of the rows.
        rows: rows x channels; a NaN is no value.
        step_minutes: of the grid, which begins at hour 0.
        max_age_minutes: how old a value may be.

    Returns:
        Grid hours and grid rows x channels.
    """
    step = step_minutes / 60.0
    count = int(np.floor(hours[-1] / step + 1e-9)) + 1
    grid: Floats = np.arange(count, dtype=np.float64) * np.float64(step)
    out: Floats = np.full((grid.size, rows.shape[1]), np.nan)
    for j in range(rows.shape[1]):
        known = np.isfinite(rows[:, j])
        if not known.any():
            continue
        times, values = hours[known], rows[known, j]
        at = np.searchsorted(times, grid + 1e-9, side="right") - 1
        fresh = (at >= 0) & (grid - times[np.maximum(at, 0)] <= max_age_minutes / 60.0 + 1e-9)
        out[fresh, j] = values[at[fresh]]
    return grid, out


def pack(batch: BatchRows) -> bytes:
    """A batch's bytes in a snapshot: hours and channels, little-endian float64, row by row."""
    return np.ascontiguousarray(np.column_stack([batch.hours, batch.values]), dtype="<f8").tobytes()


def unpack(name: str, data: bytes, channels: int) -> BatchRows:
    """A batch out of a snapshot."""
    table = np.frombuffer(data, dtype="<f8").reshape(-1, channels + 1).astype(np.float64)
    return BatchRows(name, table[:, 0].copy(), table[:, 1:].copy())


def _column(table: Any, name: str) -> Floats:
    values = table[name].to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)


def _is_number(table: Any, name: str) -> bool:
    import pyarrow.types as kinds

    kind = table.schema.field(name).type
    return bool(kinds.is_floating(kind) or kinds.is_integer(kind) or kinds.is_null(kind))
