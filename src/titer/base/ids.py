"""Identifiers: UUID version 7 (RFC 9562, section 5.7) out of an injected clock and random source."""

from __future__ import annotations

import threading
from random import Random

from titer.base.clock import Clock, us


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

    def new(self) -> str:
        """A new id in its canonical text form."""
        with self._lock:
            stamp = max((us(self._clock.now()) // 1000) << 12, self._last + 1)
            self._last = stamp
            low = self._rng.getrandbits(62)
        value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | low
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
