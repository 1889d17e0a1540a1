"""The samples that every engine gets, and how a question is timed. NumPy only: peers read it too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np

CHANNELS = 1_000
DAYS = 14
T0 = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000
DAY = 86_400_000_000
MINUTE = 60_000_000
TAGS = [f"U{number // 30:02d}.V{number % 30:02d}.PV" for number in range(CHANNELS)]
SQLITE_ROWS = 500_000


class Source:
    """Noisy channels, all sampled in turn; times as a scan gives them, values to a resolution of 0.01."""

    def __init__(self, samples: int) -> None:
        self.scans = samples // CHANNELS
        self.step = DAYS * DAY // self.scans
        rng = np.random.default_rng(20261123)
        walk = np.cumsum(rng.normal(0, 0.02, (self.scans, CHANNELS)), axis=0)
        self.values = np.round(37 + walk, 2)
        self.jitter = rng.integers(0, 1_500, self.scans)

    def batches(self, rows: int) -> Iterator[dict[str, np.ndarray]]:
        scans = max(rows // CHANNELS, 1)
        for first in range(0, self.scans, scans):
            last = min(first + scans, self.scans)
            at = T0 + np.arange(first, last, dtype=np.int64) * self.step
            count = (last - first) * CHANNELS
            source = np.repeat(at, CHANNELS)
            yield {
                "channel": np.tile(np.arange(CHANNELS, dtype="<u2"), last - first),
                "source_us": source,
                "server_us": source,
                "received_us": source + np.repeat(3_000 + self.jitter[first:last], CHANNELS),
                "value": self.values[first:last].reshape(-1),
                "status": np.zeros(count, "<u4"),
                "quality": np.zeros(count, "u1"),
                "origin": np.zeros(count, "u1"),
            }


def median_ms(work: Callable[[], object], times: int = 7) -> float:
    """Median of several runs after one that warms up, in milliseconds."""
    work()
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1e3)
    return float(np.median(taken))
