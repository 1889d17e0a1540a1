"""Plant time: a piecewise-linear function of the machine's monotonic clock, shared by the plant's processes.

The plant advances at a granted rate up to a granted instant and waits there. When the last grant is two
seconds old (wall), nobody drives the plant any more: it goes on at its idle rate (1 by default), as a real
plant would. The record lives in a small memory-mapped file; one process writes it, all read it, and everyone
computes the same instant from it without asking anybody.
"""

from __future__ import annotations

import mmap
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from titer.base.errors import Unavailable

GRANT_LIFETIME_NS = 2_000_000_000
_TRIES = 1000


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """One segment of plant time.

    Attributes:
        anchor_us: plant instant at ``anchor_ns``, microseconds since 1970.
        anchor_ns: monotonic clock of the machine at the anchor.
        until_us: the plant waits here while the grant lives.
        granted_ns: monotonic clock when the last grant came.
        rate: plant seconds per second while granted.
        idle_rate: plant seconds per second without a grant.
        origin_us: plant instant at which the plant was switched on.
        default_rate: rate of a grant that names none.
    """

    anchor_us: int
    anchor_ns: int
    until_us: int
    granted_ns: int
    rate: float
    idle_rate: float
    origin_us: int
    default_rate: float

    def _grant_ends_ns(self) -> int:
        return max(self.granted_ns + GRANT_LIFETIME_NS, self.anchor_ns)

    def now_us(self, monotonic_ns: int) -> int:
        """Plant instant, in microseconds, at an instant of the monotonic clock; never runs backwards."""
        end_ns = min(monotonic_ns, self._grant_ends_ns())
        granted = self.anchor_us + int((end_ns - self.anchor_ns) * self.rate / 1000)
        at = max(min(granted, self.until_us), self.anchor_us)
        if monotonic_ns > end_ns:
            at += int((monotonic_ns - end_ns) * self.idle_rate / 1000)
        return at

    def state(self, monotonic_ns: int) -> str:
        """``running`` inside a grant, ``waiting`` at its end, ``idle`` when no grant lives."""
        if monotonic_ns > self._grant_ends_ns():
            return "idle"
        return "waiting" if self.now_us(monotonic_ns) >= self.until_us else "running"

    def current_rate(self, monotonic_ns: int) -> float:
        """Plant seconds per second right now."""
        return {"running": self.rate, "waiting": 0.0, "idle": self.idle_rate}[self.state(monotonic_ns)]

    def granted(self, until_us: int, rate: float | None, monotonic_ns: int) -> ClockRecord:
        """The record after a grant: from now on at ``rate`` up to ``until_us``.

        An ``until_us`` in the past makes the plant wait where it is.
        """
        now = self.now_us(monotonic_ns)
        return replace(
            self,
            anchor_us=now,
            anchor_ns=monotonic_ns,
            until_us=max(until_us, now),
            granted_ns=monotonic_ns,
            rate=self.default_rate if rate is None else rate,
        )


def first_record(origin_us: int, *, rate: float, idle_rate: float, monotonic_ns: int) -> ClockRecord:
    """The record of a plant that was just switched on: no grant yet, it runs at its idle rate."""
    return ClockRecord(
        anchor_us=origin_us,
        anchor_ns=monotonic_ns,
        until_us=origin_us,
        granted_ns=monotonic_ns - GRANT_LIFETIME_NS,
        rate=rate,
        idle_rate=idle_rate,
        origin_us=origin_us,
        default_rate=rate,
    )


class SharedFile:
    """A fixed number of bytes in a memory-mapped file: one writer, many readers, no torn reads.

    Args:
        path: the file; it must exist with ``size`` bytes unless ``create``.
        size: payload bytes.
        create: make the file (the writer does).
    """

    def __init__(self, path: Path, size: int, *, create: bool) -> None:
        self._size = size
        if create:
            path.write_bytes(bytes(size + 4))
        try:
            with path.open("r+b") as handle:
                self._map = mmap.mmap(handle.fileno(), size + 4)
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"The plant's shared file {path} cannot be opened.",
                why=str(error),
                do="Start the plant with `python -m titer.sim`; its processes are not meant to run alone.",
            ) from error

    def write(self, payload: bytes) -> None:
        """Replace the payload."""
        self._map[:] = payload + zlib.crc32(payload).to_bytes(4, "little")

    def read(self) -> bytes:
        """The payload; a read that met a write half-way is repeated.

        Raises:
            Unavailable: no consistent payload was seen in many tries.
        """
        for _ in range(_TRIES):
            raw = self._map[:]
            if zlib.crc32(raw[:-4]) == int.from_bytes(raw[-4:], "little"):
                return raw[:-4]
        raise Unavailable("The plant's shared file never held still.", do="Restart the plant.")

    def close(self) -> None:
        """Unmap the file."""
        self._map.close()


_FIELDS = struct.Struct("<qqqqddqd")


class PlantClock:
    """Plant time for one process of the plant.

    Args:
        path: the shared record.
        first: the first record, given by the process that owns the clock.
        monotonic_ns: the machine's monotonic clock, the same for all processes.
    """

    def __init__(
        self,
        path: Path,
        *,
        first: ClockRecord | None = None,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._file = SharedFile(path, _FIELDS.size, create=first is not None)
        self.monotonic_ns = monotonic_ns
        if first is not None:
            self._write(first)

    def _write(self, r: ClockRecord) -> None:
        self._file.write(
            _FIELDS.pack(
                r.anchor_us,
                r.anchor_ns,
                r.until_us,
                r.granted_ns,
                r.rate,
                r.idle_rate,
                r.origin_us,
                r.default_rate,
            )
        )

    def record(self) -> ClockRecord:
        """The segment that holds now."""
        return ClockRecord(*_FIELDS.unpack(self._file.read()))

    def now_us(self) -> int:
        """The present plant instant in microseconds since 1970."""
        return self.record().now_us(self.monotonic_ns())

    def grant(self, until_us: int, rate: float | None = None) -> ClockRecord:
        """Let the plant run up to an instant (the owner's process only)."""
        record = self.record().granted(until_us, rate, self.monotonic_ns())
        self._write(record)
        return record

    def close(self) -> None:
        """Release the shared record."""
        self._file.close()
