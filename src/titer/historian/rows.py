"""Observations as columns in memory: from frames, joined, filtered, sorted, freed of duplicates. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from titer.connect.core.frame import Frame

Array = npt.NDArray[Any]

COLUMNS: tuple[tuple[str, str], ...] = (
    ("tag", "<i4"),
    ("source_us", "<i8"),
    ("server_us", "<i8"),
    ("received_us", "<i8"),
    ("value", "<f8"),
    ("status", "<u4"),
    ("quality", "u1"),
    ("origin", "u1"),
    ("connection", "<i4"),
    ("epoch", "<i8"),
)


class Names:
    """Numbers for names (tags, connections) while the process runs; never stored."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._codes: dict[str, int] = {}
        self._tuples: dict[tuple[str, ...], Array] = {}

    def code(self, name: str) -> int:
        """The number of a name; a new one gets the next number."""
        found = self._codes.get(name)
        if found is None:
            found = self._codes[name] = len(self.names)
            self.names.append(name)
        return found

    def known(self, name: str) -> int:
        """The number of a name, or -1."""
        return self._codes.get(name, -1)

    def codes(self, names: tuple[str, ...]) -> Array:
        """The numbers of several names, as int32."""
        found = self._tuples.get(names)
        if found is None:
            found = np.array([self.code(name) for name in names], dtype="<i4")
            if len(self._tuples) > 4096:
                self._tuples.clear()
            self._tuples[names] = found
        return found


@dataclass(frozen=True)
class Rows:
    """Observations of any channels, in the order of their arrival unless a method says otherwise.

    Args:
        columns: those of `COLUMNS`, and either `frame` (a number for each frame they came in) or `ordinal`
            (0, 1, ... for values of one channel that share a source time within one frame).
        text: text values (object array, None where the value is a number), or None if there is none at all.
    """

    columns: dict[str, Array]
    text: Array | None = None

    def __len__(self) -> int:
        return len(self.columns["tag"])

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def take(self, index: Array) -> Rows:
        """The rows of an index or a mask."""
        return Rows(
            {name: column[index] for name, column in self.columns.items()},
            None if self.text is None else self.text[index],
        )

    def received_by(self, as_of_us: int) -> Rows:
        """Rows that had been received by a time."""
        mask = self["received_us"] <= as_of_us
        return self if mask.all() else self.take(mask)

    def part(self, begin: int, end: int) -> Rows:
        """The rows from one place to before another, without copying them."""
        return Rows(
            {name: column[begin:end] for name, column in self.columns.items()},
            None if self.text is None else self.text[begin:end],
        )

    def texts(self) -> Array:
        """The text column, made of None where there is none."""
        return np.full(len(self), None, dtype=object) if self.text is None else self.text

    def within(self, tags: Array, start_us: int, end_us: int, as_of_us: int | None = None) -> Rows:
        """Rows of some channels with start <= source time < end, received by `as_of_us`."""
        source = self["source_us"]
        mask = (source >= start_us) & (source < end_us)
        if as_of_us is not None:
            mask &= self["received_us"] <= as_of_us
        if len(tags) == 0:
            mask[:] = False
        elif mask.any():
            mask &= self["tag"] == tags[0] if len(tags) == 1 else np.isin(self["tag"], tags)
        return self if mask.all() else self.take(mask)


def empty() -> Rows:
    """No rows."""
    return Rows({name: np.empty(0, dtype=dtype) for name, dtype in COLUMNS} | {"ordinal": np.empty(0, "<i4")})


def of_frame(frame: Frame, tags: Names, connections: Names) -> Rows:
    """The observations of one frame; the columns are views on the frame's bytes. Spectra are no rows here."""
    count = frame.rows
    columns = {name: getattr(frame, name) for name, _ in COLUMNS[1:8]}
    columns["tag"] = tags.codes(frame.channels)[frame.channel] if count else np.empty(0, "<i4")
    columns["connection"] = np.full(count, connections.code(frame.connection), dtype="<i4")
    columns["epoch"] = np.full(count, frame.epoch, dtype="<i8")
    columns["frame"] = np.zeros(count, dtype="<i4")
    text = None
    if frame.text:
        text = np.full(count, None, dtype=object)
        for row, written in frame.text.items():
            text[row] = written
    if frame.arrays:
        keep = np.ones(count, dtype=bool)
        keep[list(frame.arrays)] = False
        return Rows(columns, text).take(keep)
    return Rows(columns, text)


def join(parts: Sequence[Rows]) -> Rows:
    """One after another; frames keep their own numbers."""
    if not parts:
        return empty()
    if len(parts) == 1:
        return parts[0]
    shared = set(parts[0].columns).intersection(*(part.columns for part in parts))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in shared - {"frame"}}
    if "frame" in shared:
        numbers, offset = [], 0
        for part in parts:
            numbers.append(part["frame"] + offset)
            offset += int(part["frame"].max(initial=-1)) + 1
        columns["frame"] = np.concatenate(numbers).astype("<i4", copy=False)
    text = None
    if any(part.text is not None for part in parts):
        text = np.concatenate([part.texts() for part in parts])
    return Rows(columns, text)


def sort(rows: Rows) -> Rows:
    """Sorted by (channel, source time, ordinal), arrival deciding among equals; `frame` becomes `ordinal`.

    The ordinal numbers values of one channel that bear the same source time inside one frame: a source whose
    clock is coarse may send two different values for one instant, and both are true.
    """
    if "ordinal" in rows.columns:
        keys = (rows["ordinal"], rows["source_us"], rows["tag"])
        return rows if _in_order(keys) else rows.take(np.lexsort(keys))
    pair = (rows["source_us"], rows["tag"])
    rows = rows if _in_order(pair) else rows.take(np.lexsort(pair))
    columns = dict(rows.columns)
    frame = columns.pop("frame")
    columns["ordinal"] = ordinal = np.zeros(len(rows), dtype="<i4")
    same = _same_instant(rows)
    if same.any():
        # Within one channel and instant the stable sort left arrival order, so rows of one frame stand together.
        run = same & np.concatenate(([False], frame[1:] == frame[:-1]))
        index = np.arange(len(rows))
        start = np.maximum.accumulate(np.where(run, 0, index))
        ordinal[:] = index - start
        changed = Rows(columns, rows.text)
        return sort(changed) if ordinal.any() else changed
    return Rows(columns, rows.text)


def _in_order(keys: tuple[Array, ...]) -> bool:
    """Whether rows are sorted already (the last key first, as `lexsort` takes them): most often they are."""
    ordered: Array | bool = True
    for key in keys:
        ordered = (key[1:] > key[:-1]) | ((key[1:] == key[:-1]) & ordered)
    return bool(np.all(ordered))


def _same_instant(rows: Rows) -> Array:
    """For each row of a sorted table: whether the row before has the same channel and source time."""
    if not len(rows):
        return np.zeros(0, dtype=bool)
    tag, source = rows["tag"], rows["source_us"]
    return np.concatenate(([False], (tag[1:] == tag[:-1]) & (source[1:] == source[:-1])))


@dataclass(frozen=True)
class Settled:
    """Sorted rows with one effective value for each (channel, source time, ordinal).

    Args:
        rows: the effective rows.
        duplicates: how many rows said the same again and were left out.
        conflicts: rows that say something else about an instant than the effective one.
        effective: for each conflict, the index of the effective row in `rows`.
    """

    rows: Rows
    duplicates: int
    conflicts: Rows
    effective: Array


def settle(rows: Rows) -> Settled:
    """Sort, drop duplicates, set conflicts aside; the row that arrived first is effective.

    Args:
        rows: in the order of arrival; with `ordinal` if they come from several places.
    """
    rows = sort(rows)
    judged = _judge(rows)
    if judged is None:
        return Settled(rows, 0, rows.take(np.zeros(0, dtype=int)), np.zeros(0, dtype=int))
    first, other, group = judged
    duplicates = len(rows) - int(first.sum()) - int(other.sum())
    return Settled(rows.take(first), duplicates, rows.take(other), group[other])


def distinct(rows: Rows) -> Rows:
    """Sorted, without duplicates; conflicting rows stay, behind the one that arrived first."""
    rows = sort(rows)
    judged = _judge(rows)
    return rows if judged is None else rows.take(judged[0] | judged[1])


def _judge(rows: Rows) -> tuple[Array, Array, Array] | None:
    """Masks of the first row of each place and of those that contradict it, and the number of each row's place."""
    same = _same_instant(rows)
    if same.any():
        ordinal = rows["ordinal"]
        same &= np.concatenate(([False], ordinal[1:] == ordinal[:-1]))
    if not same.any():
        return None
    first = ~same
    group = np.cumsum(first) - 1
    lead = np.flatnonzero(first)[group]
    value = rows["value"]
    equal = (value == value[lead]) | (np.isnan(value) & np.isnan(value[lead]))
    if rows.text is not None:
        equal &= rows.text == rows.text[lead]
    return first, same & ~equal, group
