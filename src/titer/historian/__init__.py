"""Time series that last thirty years: write-ahead log, sealed segments, queries. Heavy libraries load when used."""

from titer.historian.errors import LogDamaged, LogForged, SegmentDamaged, StoreStopped
from titer.historian.last import Sample
from titer.historian.retirement import RetiredPart, retired_parts
from titer.historian.segment import SegmentRef
from titer.historian.series import Aligned, Decimated
from titer.historian.service import Historian

__all__ = [
    "Aligned",
    "Decimated",
    "Historian",
    "LogDamaged",
    "LogForged",
    "RetiredPart",
    "Sample",
    "SegmentDamaged",
    "SegmentRef",
    "StoreStopped",
    "retired_parts",
]
