"""The last value of each channel, as arrays, so that a frame of thousands of rows costs microseconds."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from titer.historian.rows import Array, Names, Rows

_NEVER = np.iinfo(np.int64).min
_FIELDS = (
    ("source_us", "<i8"),
    ("received_us", "<i8"),
    ("value", "<f8"),
    ("status", "<u4"),
    ("quality", "u1"),
    ("origin", "u1"),
)


@dataclass(frozen=True)
class Sample:
    """One observation of one channel.

    Args:
        tag: the channel.
        source_us: the source's own time, microseconds since 1970 (UTC).
        received_us: when the connector received it.
        value: the number, or None where it is text or no number.
        text: the text, or None.
        status: OPC UA status code.
        quality: 0 good, 1 uncertain, 2 bad.
        origin: 0 live, 1 replayed, 2 backfilled, 3 file, 4 manual.
    """

    tag: str
    source_us: int
    received_us: int
    value: float | None
    text: str | None
    status: int
    quality: int
    origin: int


def latest(rows: Rows) -> Array:
    """Index of the row with the newest source time of each channel; the later arrival among equals."""
    count = len(rows)
    if not count:
        return np.empty(0, dtype=np.int64)
    tag, source = rows["tag"], rows["source_us"]
    order = np.arange(count)
    if count > 1 and (source[1:] < source[:-1]).any():
        order = np.argsort(source, kind="stable")
    found = np.full(int(tag.max()) + 1, -1, dtype=np.int64)
    found[tag[order]] = order  # of repeated indices, NumPy keeps the last assignment
    return found[found >= 0]


def samples(rows: Rows, index: Array, tags: Names) -> list[Sample]:
    """Rows as objects; for few rows, at the edges of the store."""
    text = rows.text
    return [
        Sample(
            tag=tags.names[int(rows["tag"][at])],
            source_us=int(rows["source_us"][at]),
            received_us=int(rows["received_us"][at]),
            value=None if np.isnan(rows["value"][at]) else float(rows["value"][at]),
            text=None if text is None else text[at],
            status=int(rows["status"][at]),
            quality=int(rows["quality"][at]),
            origin=int(rows["origin"][at]),
        )
        for at in index.tolist()
    ]


class LastValues:
    """Keeps the newest value of each channel; one that arrives late never replaces a newer one.

    Args:
        tags: numbers of the channels.
    """

    def __init__(self, tags: Names) -> None:
        self._tags = tags
        self._lock = threading.Lock()
        self._columns = {name: np.zeros(0, dtype=dtype) for name, dtype in _FIELDS}
        self._texts: dict[int, str] = {}

    def _reserve(self, size: int) -> None:
        have = len(self._columns["source_us"])
        if size > have:
            room = max(size, 2 * have, 64)
            for name, dtype in _FIELDS:
                grown = np.zeros(room, dtype=dtype)
                grown[:have] = self._columns[name]
                if name == "source_us":
                    grown[have:] = _NEVER
                self._columns[name] = grown

    def update(self, rows: Rows) -> None:
        """Take what is newer than what is known."""
        index = latest(rows)
        if not len(index):
            return
        tag = rows["tag"][index]
        with self._lock:
            self._reserve(int(tag.max()) + 1)
            newer = rows["source_us"][index] > self._columns["source_us"][tag]
            index, tag = index[newer], tag[newer]
            for name, _ in _FIELDS:
                self._columns[name][tag] = rows[name][index]
            if rows.text is not None or self._texts:
                texts = rows.texts()
                for code, at in zip(tag.tolist(), index.tolist(), strict=True):
                    if texts[at] is None:
                        self._texts.pop(code, None)
                    else:
                        self._texts[code] = texts[at]

    def put(self, sample: Sample) -> None:
        """Take one value from the table that was kept when the process last sealed."""
        code = self._tags.code(sample.tag)
        with self._lock:
            self._reserve(code + 1)
            if sample.source_us <= self._columns["source_us"][code]:
                return
            for name, _ in _FIELDS:
                value = getattr(sample, name)
                self._columns[name][code] = np.nan if value is None else value
            if sample.text is not None:
                self._texts[code] = sample.text

    def get(self, tags: Iterable[str]) -> dict[str, Sample]:
        """The last value of each of these channels that has one."""
        found: dict[str, Sample] = {}
        with self._lock:
            columns = self._columns
            for tag in tags:
                code = self._tags.known(tag)
                if code < 0 or code >= len(columns["source_us"]) or columns["source_us"][code] == _NEVER:
                    continue
                value = float(columns["value"][code])
                found[tag] = Sample(
                    tag=tag,
                    source_us=int(columns["source_us"][code]),
                    received_us=int(columns["received_us"][code]),
                    value=None if np.isnan(value) else value,
                    text=self._texts.get(code),
                    status=int(columns["status"][code]),
                    quality=int(columns["quality"][code]),
                    origin=int(columns["origin"][code]),
                )
        return found

    def all(self) -> dict[str, Sample]:
        """The last value of every channel."""
        return self.get(list(self._tags.names))
