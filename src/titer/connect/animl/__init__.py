"""AnIML (ASTM E13.15, core 0.90): read without DTD, entities or network, in a process of its own.

Example:
    >>> from titer.connect import animl
    >>> document = animl.read(b'<AnIML xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"/>')
    >>> document.verdict
    'accepted'
"""

from titer.connect.animl.document import (
    AnimlDocument,
    AuditEntry,
    Category,
    Parameter,
    Problem,
    Result,
    SampleEntry,
    Series,
    SeriesSet,
    Step,
    UnitEntry,
)
from titer.connect.animl.sandbox import read

__all__ = [
    "AnimlDocument",
    "AuditEntry",
    "Category",
    "Parameter",
    "Problem",
    "Result",
    "SampleEntry",
    "Series",
    "SeriesSet",
    "Step",
    "UnitEntry",
    "read",
]
