"""Vendors' files: read by allotropy in an environment and a process of its own, and held against their own text."""

from titer.connect.vendors.document import IGNORED, MAPPED, QUARANTINED, Entry, VendorFile
from titer.connect.vendors.environment import Reader, installed, missing, ready
from titer.connect.vendors.sandbox import read

__all__ = [
    "IGNORED",
    "MAPPED",
    "QUARANTINED",
    "Entry",
    "Reader",
    "VendorFile",
    "installed",
    "missing",
    "read",
    "ready",
]
