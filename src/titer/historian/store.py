"""The store: log, unsealed tail, sealed segments and marks, and the moves between them. Knows no database.

A reader takes one immutable `View` under the lock, and is then undisturbed by writing and sealing.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from titer.base.errors import IntegrityFault
from titer.connect.core.frame import Frame
from titer.historian import rows as columns
from titer.historian import spectra
from titer.historian.log import Log
from titer.historian.rows import Names, Rows
from titer.historian.segment import SegmentRef
from titer.historian.spectra import Acquisition

Key = tuple[str, int]
_EPOCHS_KEPT = 16
_MERGE_AT = 64


@dataclass(frozen=True)
class Chunk:
    """Rows of the tail that came in one or several frames of one log file."""

    file: int
    ticket: int
    rows: Rows
    spectra: tuple[Acquisition, ...] = ()


@dataclass(frozen=True)
class View:
    """One consistent state: what is sealed, and what is not sealed yet, nothing twice and nothing missing."""

    segments: tuple[SegmentRef, ...]
    tail: tuple[Rows, ...]
    spectra: tuple[Acquisition, ...] = ()


@dataclass(frozen=True)
class Hole:
    """Sequence numbers of a connection that never came, although later ones did."""

    connection: str
    epoch: int
    first: int
    last: int


@dataclass(frozen=True)
class Appended:
    """What became of a batch of frames.

    Args:
        acknowledged: the last sequence number stored for each (connection, epoch) of the batch.
        fresh: rows that had not been stored before, one for each frame taken.
    """

    acknowledged: dict[Key, int]
    fresh: list[Rows]


@dataclass(frozen=True)
class Sealing:
    """What is being sealed: complete log files, their rows in the order of arrival, and the marks."""

    files: tuple[int, ...]
    rows: Rows
    spectra: list[Acquisition]
    marks: dict[str, dict[str, int]]


class Store:
    """Takes frames durably and hands out views.

    Args:
        folder: the historian's folder; `log/` and `segments/` lie below it.
        key: what the log is vouched for under.
        new_id: gives each file of the log something that no other has.
    """

    def __init__(self, folder: Path, key: bytes, new_id: Callable[[], str]) -> None:
        self.folder = folder
        self.log = Log(folder / "log", key, new_id)
        self.tags = Names()
        self.connections = Names()
        self._lock = threading.RLock()
        self._tail: list[Chunk] = []
        self._segments: tuple[SegmentRef, ...] = ()
        self._marks: dict[Key, int] = {}
        self._checked: set[tuple[str, ...]] = set()

    def open(
        self, segments: Iterable[SegmentRef], marks: dict[str, dict[str, int]], sealed_files: set[int]
    ) -> None:
        """Start from the manifest, then read what the log holds beyond it.

        Args:
            segments: the manifest, oldest first.
            marks: those of the newest seal.
            sealed_files: log files whose content the segments hold; a file that a crash left is removed.

        Raises:
            LogDamaged: if something durable cannot be read.
            LogForged: if somebody else wrote something into the log.
        """
        self._segments = tuple(segments)
        self._marks = {
            (connection, int(epoch)): last for connection, by in marks.items() for epoch, last in by.items()
        }
        left = [file for file in self.log.files() if file in sealed_files]
        if left and self.log.acquire():
            self.log.drop(left)
        for file, payload in self.log.open(at_least=max(sealed_files, default=0), leave_out=left):
            frame = Frame.decode(payload)
            if self._is_new(frame):
                self._take(frame, file, 0)

    def mark(self, connection: str, epoch: int) -> int | None:
        """The last sequence number that is stored of a connection's epoch."""
        return self._marks.get((connection, epoch))

    def holes(self, frames: Iterable[Frame]) -> list[Hole]:
        """What would be missing if these frames were appended now: the caller writes it down *before* that,
        since a frame that is stored already is never looked at again."""
        found: list[Hole] = []
        seen: dict[Key, int] = {}
        for frame in frames:
            key = (frame.connection, frame.epoch)
            mark = seen.get(key, self._marks.get(key))
            if mark is not None and frame.first > mark + 1:
                found.append(Hole(*key, mark + 1, frame.first - 1))
            seen[key] = max(frame.last, mark if mark is not None else frame.last)
        return found

    def append(self, frames: list[bytes]) -> Appended:
        """Store frames; durable when this returns. A frame that is stored already is acknowledged again.

        Raises:
            IntegrityFault: if the bytes are no frames; then none of them is stored.
            Unavailable: the disk is full; then none of them is stored.
            StoreStopped: after a failed sync.
        """
        decoded = [Frame.decode(raw) for raw in frames]
        for frame in decoded:
            _check(frame, self._checked)
        with self._lock:
            seen: dict[Key, int] = {}
            taken: list[tuple[bytes, Frame]] = []
            for raw, frame in zip(frames, decoded, strict=True):
                key = (frame.connection, frame.epoch)
                mark = seen.get(key, self._marks.get(key))
                if mark is not None and frame.last <= mark:
                    continue
                seen[key] = frame.last
                taken.append((raw, frame))
            ticket = self.log.write([raw for raw, _ in taken])
            fresh = [self._take(frame, self.log.file, ticket) for _, frame in taken]
        self.log.sync(ticket)
        keys = {(frame.connection, frame.epoch) for frame in decoded}
        return Appended({key: self._marks[key] for key in keys}, fresh)

    def _is_new(self, frame: Frame) -> bool:
        mark = self._marks.get((frame.connection, frame.epoch))
        return mark is None or frame.last > mark

    def _take(self, frame: Frame, file: int, ticket: int) -> Rows:
        self._marks[frame.connection, frame.epoch] = frame.last
        rows = columns.of_frame(frame, self.tags, self.connections)
        self._tail.append(Chunk(file, ticket, rows, tuple(spectra.of_frame(frame)) if frame.arrays else ()))
        return rows

    def view(self) -> View:
        """The present state. What is not on the disk yet is not shown."""
        with self._lock:
            if len(self._tail) > _MERGE_AT:
                self._merge()
            durable = self.log.synced
            tail = tuple(chunk.rows for chunk in self._tail if chunk.ticket <= durable and len(chunk.rows))
            acquired = tuple(one for chunk in self._tail if chunk.ticket <= durable for one in chunk.spectra)
            return View(self._segments, tail, acquired)

    def tail_rows(self) -> int:
        """How many rows wait to be sealed."""
        with self._lock:
            return sum(len(chunk.rows) for chunk in self._tail)

    def tail_points(self) -> int:
        """How many numbers of spectra wait to be sealed."""
        with self._lock:
            return sum(len(one.values) for chunk in self._tail for one in chunk.spectra)

    def waiting_span(self) -> tuple[int, int] | None:
        """[start, end) of the source times that wait to be sealed; None if nothing does."""
        with self._lock:
            times = [chunk.rows["source_us"] for chunk in self._tail if len(chunk.rows)]
            at = [one.source_us for chunk in self._tail for one in chunk.spectra]
            if at:
                times.append(np.array(at))
            if not times:
                return None
            return min(int(one.min()) for one in times), max(int(one.max()) for one in times) + 1

    def pending(self) -> bool:
        """Whether the log holds anything that is not sealed, events without rows included."""
        with self._lock:
            return bool(self._tail)

    def _merge(self) -> None:
        durable = self.log.synced
        merged: list[Chunk] = []
        runs: list[list[Chunk]] = []
        for chunk in self._tail:
            ready = chunk.ticket <= durable
            if runs and ready and runs[-1][0].ticket <= durable and runs[-1][0].file == chunk.file:
                runs[-1].append(chunk)
            else:
                runs.append([chunk])
        for run in runs:
            rows = columns.join([chunk.rows for chunk in run])
            acquired = tuple(one for chunk in run for one in chunk.spectra)
            merged.append(Chunk(run[0].file, run[-1].ticket, rows, acquired))
        self._tail = merged

    def begin_seal(self) -> Sealing:
        """Complete the log file that is being written, and hand out all that is not sealed.

        The lock is held for one sync only: the segments are made without it.
        """
        with self._lock:
            done = self.log.rotate()
            chunks = [chunk for chunk in self._tail if chunk.file <= done]
            marks: dict[str, dict[str, int]] = defaultdict(dict)
            for (connection, epoch), last in sorted(self._marks.items()):
                marks[connection][str(epoch)] = last
        kept = {
            connection: dict(sorted(by.items(), key=lambda item: int(item[0]))[-_EPOCHS_KEPT:])
            for connection, by in marks.items()
        }
        files = tuple(file for file in self.log.files() if file <= done)
        acquired = [one for chunk in chunks for one in chunk.spectra]
        return Sealing(files, columns.join([chunk.rows for chunk in chunks]), acquired, kept)

    def end_seal(self, sealing: Sealing, made: list[SegmentRef]) -> None:
        """Swap the sealed part of the tail for its segments, at once for every reader; then drop the log files.

        Call it after the manifest was committed.
        """
        last = max(sealing.files, default=0)
        with self._lock:
            self._segments += tuple(made)
            self._tail = [chunk for chunk in self._tail if chunk.file > last]
        self.log.drop(sealing.files)

    def drop(self, digests: Iterable[str]) -> None:
        """Leave segments out of every view from now on."""
        gone = set(digests)
        with self._lock:
            self._segments = tuple(ref for ref in self._segments if ref.digest not in gone)

    @contextmanager
    def still(self) -> Iterator[list[tuple[Path, int]]]:
        """Nothing is appended inside: the log's files, and how many bytes of whole records each holds."""
        with self._lock:
            yield self.log.extent()

    def log_faults(self) -> list[str]:
        """What does not hold of the log's files as they lie; this process has its own copy of what it took in."""
        with self.still() as files:
            extents = list(files)
        return self.log.faults(extents)

    def close(self) -> None:
        """Confirm what was written and give the files back."""
        self.log.close()


_MAX_NUMBER = 2**53 - 1


def _check(frame: Frame, checked: set[tuple[str, ...]]) -> None:
    """What a frame must be beyond its checksum: a connector that is wrong must not break the store."""
    good = (
        _is_name(frame.connection, 200)
        and frame.connection.isascii()
        and isinstance(frame.epoch, int)
        and 0 <= frame.epoch <= _MAX_NUMBER
        and frame.first >= 0
        and frame.last <= _MAX_NUMBER
        and (frame.rows == 0 or int(frame.channel.max()) < len(frame.channels))
        and all(0 <= row < frame.rows and _is_text(text) for row, text in frame.text.items())
        and all(_is_text(word) for one in frame.arrays.values() for word in (one.axis.name, one.axis.unit))
        and (frame.channels in checked or all(_is_name(tag, 400) for tag in frame.channels))
    )
    if not good:
        raise IntegrityFault(
            f"A frame of {str(frame.connection)[:80]!r} holds names, numbers or texts that no frame may hold.",
            do="It was not stored; look at the connector's version.",
        )
    if len(checked) > 4096:
        checked.clear()
    checked.add(frame.channels)


def _is_name(text: object, longest: int) -> bool:
    return _is_text(text) and 0 < len(str(text)) <= longest and "\x00" not in str(text)


def _is_text(text: object) -> bool:
    """Text that UTF-8 can carry; JSON escapes can smuggle half a character in."""
    if not isinstance(text, str):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
