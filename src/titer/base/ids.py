"""Identifiers: UUID version 7 (RFC 9562, section 5.7) out of an injected clock and random source."""

from __future__ import annotations

import threading
from random import Random

from titer.base.clock import Clock, us

_VARIANT = 0b10 << 62
"""The two bits before the random ones."""


class IdSource:
    """Gives ids that sort by the time they were given.

    The 12 bits of `rand_a` hold a counter within the millisecond (RFC 9562, section 6.2, method 1), so ids
    of one source are strictly increasing even when the clock stands still or steps back.

    Args:
        clock: where the time comes from.
        rng: where the random bits come from; `random.SystemRandom()` in a running installation, a seeded
            `random.Random` in tests and replays.
    """

    def __init__(self, clock: Clock, rng: Random) -> None:
        self._clock = clock
        self._rng = rng
        self._lock = threading.Lock()
        self._last = 0

    def follow(self, last: str) -> None:
        """Give only ids that sort behind one that was given before, e.g. by a process whose clock was ahead."""
        digits = last.replace("-", "")
        with self._lock:
            self._last = max(self._last, int(digits[:12], 16) << 12 | int(digits[13:16], 16))

    def new(self) -> str:
        """A new id in its canonical text form."""
        with self._lock:
            stamp = max((us(self._clock.now()) // 1000) << 12, self._last + 1)
            self._last = stamp
            low = self._rng.getrandbits(62)
        return _text(stamp, low)

    def new_at(self, microseconds: int) -> str:
        """A new id, as `new` would give it at an instant; who has asked the clock already need not ask again.

        Args:
            microseconds: since 1970-01-01T00:00:00Z.
        """
        with self._lock:
            stamp = (microseconds // 1000) << 12
            if stamp <= self._last:
                stamp = self._last + 1
            self._last = stamp
            low = self._rng.getrandbits(62)
        return _text(stamp, low)

    def many(self, count: int) -> list[str]:
        """As many new ids, as `new` would give them one after the other at this instant."""
        with self._lock:
            first = max((us(self._clock.now()) // 1000) << 12, self._last + 1)
            self._last = first + count - 1
            bits = self._rng.getrandbits
            lows = [bits(62) for _ in range(count)]
        if (first + count - 1) >> 12 != first >> 12:
            return [_text(stamp, low) for stamp, low in enumerate(lows, start=first)]
        same, counter = _text(first, 0)[:15], first & 0xFFF
        return [f"{same}{place:03x}-{_rest(low)}" for place, low in enumerate(lows, start=counter)]


def _text(stamp: int, low: int) -> str:
    """A millisecond and counter, and the random bits, in the five groups of a UUID with version and variant."""
    time = "%015x" % stamp  # noqa: UP031  faster, once for each entry
    return f"{time[:8]}-{time[8:12]}-7{time[12:]}-{_rest(low)}"


def _rest(low: int) -> str:
    """The last two groups: variant and random bits."""
    return (_VARIANT | low).to_bytes(8).hex("-", 6)
