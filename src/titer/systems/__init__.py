"""Beside what is there: systems of record, copies of their records, daily comparison, and legacy imports."""

from titer.systems.model import (
    Copy,
    Declaration,
    Quarantined,
    Reconciliation,
    Source,
    SourceImport,
    Verification,
)
from titer.systems.reading import Bounds
from titer.systems.rules import TABLES
from titer.systems.service import Systems

__all__ = [
    "TABLES",
    "Bounds",
    "Copy",
    "Declaration",
    "Quarantined",
    "Reconciliation",
    "Source",
    "SourceImport",
    "Systems",
    "Verification",
]
