"""AnIML (ASTM E13.15, core 0.90): read without DTD, entities or network, in a process of its own; and written.

Example:
    >>> from titer.connect import animl
    >>> document = animl.read(b'<AnIML xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"/>')
    >>> document.verdict
    'accepted'

`write` makes a document of values, `sign` signs it, and `amend` changes one that was read; they are imported from
their rooms (`titer.connect.animl.writer`, `.signatures`, `.rewrite`), since they load lxml.
"""

from titer.connect.animl.document import (
    AnimlDocument,
    AuditEntry,
    Category,
    Parameter,
    Result,
    SampleEntry,
    Seal,
    Series,
    SeriesSet,
    Step,
    UnitEntry,
    ValueSet,
)
from titer.connect.animl.sandbox import read
from titer.connect.core.judged import Problem

__all__ = [
    "AnimlDocument",
    "AuditEntry",
    "Category",
    "Parameter",
    "Problem",
    "Result",
    "SampleEntry",
    "Seal",
    "Series",
    "SeriesSet",
    "Step",
    "UnitEntry",
    "ValueSet",
    "read",
]
