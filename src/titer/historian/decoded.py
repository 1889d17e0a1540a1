"""Row groups of sealed segments as columns, the ones that were asked for last; bounded by their bytes.

A chart that is drawn anew and a model that scores each minute ask for the same channels again and again, and most of
what an answer costs is unpacking them. A segment never changes, so what was unpacked once stays true; whether its
file is still what the ledger says is looked at before each use all the same (`Segments.verify`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from titer.historian.rows import Array, Rows

Key = tuple[str, int, tuple[str, ...]]
LARGEST = 64 << 20


@dataclass(frozen=True)
class Group:
    """The rows of one row group, sorted by channel and source time within it.

    Args:
        rows: all of them, at least one.
        begins: where each channel begins; one more at the end.
        codes: the channel of each run.
    """

    rows: Rows
    begins: Array
    codes: Array

    @classmethod
    def of(cls, rows: Rows) -> Group:
        """Find the channels' runs. Nobody writes into what several answers share."""
        for column in rows.columns.values():
            column.flags.writeable = False
        tag = rows["tag"]
        begins = np.flatnonzero(np.concatenate(([True], tag[1:] != tag[:-1], [True])))
        return cls(rows, begins, tag[begins[:-1]])

    def within(self, codes: Array, start_us: int, end_us: int) -> Rows:
        """The rows of some channels with start <= source time < end."""
        runs = np.flatnonzero(np.isin(self.codes, codes))
        low, high = self.begins[runs], self.begins[runs + 1]
        source = self.rows["source_us"]
        if len(runs) and (int(source[low].min()) < start_us or int(source[high - 1].max()) >= end_us):
            cuts = [
                np.searchsorted(source[begin:end], (start_us, end_us)) + begin
                for begin, end in zip(low.tolist(), high.tolist(), strict=True)
            ]
            low, high = np.array(cuts, dtype=np.int64).T
        filled = high > low
        low, high = low[filled], high[filled]
        if not len(low):
            return self.rows.part(0, 0)
        if (low[1:] == high[:-1]).all():
            return self.rows.part(int(low[0]), int(high[-1]))
        return self.rows.take(
            np.concatenate([np.arange(a, b) for a, b in zip(low.tolist(), high.tolist(), strict=True)])
        )

    @property
    def size(self) -> int:
        """Bytes that it takes in memory."""
        return sum(column.nbytes for column in (*self.rows.columns.values(), self.begins, self.codes))


class Decoded:
    """The groups that were used last.

    Args:
        largest: bytes that all of them may take.
    """

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._groups: OrderedDict[Key, Group] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Key) -> Group | None:
        """A group that is still here."""
        with self._lock:
            found = self._groups.get(key)
            if found is not None:
                self._groups.move_to_end(key)
            return found

    def keep(self, groups: dict[Key, Group]) -> None:
        """Keep groups and let go of those that nobody asked for longest. Texts are not kept, nor is what would push
        out most of what is here: who reads a whole year reads it once."""
        sizes = {key: group.size for key, group in groups.items() if group.rows.text is None}
        if sum(sizes.values()) > self._largest // 2:
            return
        with self._lock:
            for key, size in sizes.items():
                if key not in self._groups:
                    self._groups[key] = groups[key]
                    self._bytes += size
            while self._bytes > self._largest:
                _, old = self._groups.popitem(last=False)
                self._bytes -= old.size

    def forget(self, digest: str) -> None:
        """Let go of a segment that was retired."""
        with self._lock:
            for key in [key for key in self._groups if key[0] == digest]:
                self._bytes -= self._groups.pop(key).size

    def __len__(self) -> int:
        return len(self._groups)
