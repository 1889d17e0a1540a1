"""The words for the codes that observations bear."""

from __future__ import annotations

QUALITY = ("good", "uncertain", "bad")
"""By normalised quality, 0 to 2."""

ORIGIN = ("live", "replayed", "backfilled", "file", "manual")
"""By origin, 0 to 4."""
