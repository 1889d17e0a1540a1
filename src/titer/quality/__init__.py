"""Exceptions, deviations, audit-trail review and disposition; defines the release gate that others implement."""

from titer.quality.model import AuditTrailReview, Deviation, Disposition, QualityException
from titer.quality.ports import QualityPort
from titer.quality.rules import DEVIATION, DISPOSITION, Check, Coverage, ReleaseGate, coverage
from titer.quality.service import Quality

__all__ = [
    "DEVIATION",
    "DISPOSITION",
    "AuditTrailReview",
    "Check",
    "Coverage",
    "Deviation",
    "Disposition",
    "Quality",
    "QualityException",
    "QualityPort",
    "ReleaseGate",
    "coverage",
]
