"""Source times that no clock can have told: later than the receipt, or from before there were such instruments.

A time stamp is never rewritten. One that cannot be true makes its value uncertain when it comes in, is told once, and
does not become the last value of its channel: else a single stamp of 2099 would hide all that comes after it.
"""

from __future__ import annotations

import numpy as np

from titer.historian.floors import AHEAD_US
from titer.historian.rows import Array, Rows

EARLIEST_US = 631_152_000_000_000
"""1990-01-01T00:00:00Z: clocks that were never set begin in 1601, 1970 or 1980."""


def credible(source_us: Array, received_us: Array) -> Array:
    """Which source times can be true: not before 1990, and no more than an hour later than the receipt."""
    held: Array = (source_us >= EARLIEST_US) & (source_us <= received_us + np.int64(AHEAD_US))
    return held


def only_credible(rows: Rows) -> Rows:
    """The rows whose source times can be true."""
    held = credible(rows["source_us"], rows["received_us"])
    return rows if held.all() else rows.take(held)
