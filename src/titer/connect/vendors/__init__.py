"""Vendors' files: read by allotropy in an environment and a process of its own, and held against their own text."""

from titer.connect.vendors.document import IGNORED, MAPPED, QUARANTINED, Entry, VendorFile
from titer.connect.vendors.environment import HOW, Reader, install, installed, missing, place
from titer.connect.vendors.sandbox import read

__all__ = [
    "HOW",
    "IGNORED",
    "MAPPED",
    "QUARANTINED",
    "Entry",
    "Reader",
    "VendorFile",
    "install",
    "installed",
    "missing",
    "place",
    "read",
]
