"""A file of curves as plain values: what it says, numbers as text, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from titer.connect.core.judged import Judged, Problem, build, plain

FORMATS: Mapping[str, str] = {
    "mzml": "mzML (HUPO-PSI, 1.1)",
    "jcamp": "JCAMP-DX (4.24 to 6.00)",
    "unicorn": "UNICORN result (exported archive)",
}
MAXIMAL_VALUES = 20_000_000
_MZML = re.compile(rb"\s*(<\?xml[^>]*\?>)?\s*(<!--.*?-->\s*)*<(\w+:)?(indexedmzML|mzML)\b", re.DOTALL)
_JCAMP = re.compile(rb"\s*(\$\$[^\n]*\n\s*)*##\s*T\s*I\s*T\s*L\s*E\s*=", re.IGNORECASE)
_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Column:
    """One axis of a curve.

    Attributes:
        name: what it is (m/z, intensity, wavenumber, ...).
        unit: as the file writes it; "" where it writes none.
        values: as text: exact where the file holds text, else the shortest that reads back to the same number.
    """

    name: str
    unit: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A spectrum or chromatogram.

    Attributes:
        path: where in the file it stands.
        kind: "spectrum", "chromatogram", "peaks" or "curve".
        columns: the independent one first; all of the same length.
        facts: what the file says about it (ms level, retention time, ...), as text.
    """

    path: str
    name: str
    kind: str
    columns: tuple[Column, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CurveFile(Judged):
    """What one file says.

    Attributes:
        digest: SHA-256 of the file's bytes.
        format: one of `FORMATS`.
        samples: names or numbers of samples that it names.
        measured_at: as written; "" where it says none.
        facts: what else it says, as text.
        problems: what is not as the format, or the file itself, says.
        unread: parts that are known and not kept, with the reason.
    """

    digest: str
    format: str
    title: str = ""
    instrument: str = ""
    samples: tuple[str, ...] = ()
    measured_at: str = ""
    curves: tuple[Curve, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The file as JSON without floats."""
        body: dict[str, Any] = plain(self)
        return body

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> CurveFile:
        """The inverse of `as_dict`.

        Raises:
            TypeError, ValueError, KeyError: if the body is no such file.
        """
        return build(cls, body)


def recognise(data: bytes) -> str:
    """The format of a file by its first bytes; "" if it is none of them."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if _MZML.match(head):
        return "mzml"
    if _JCAMP.match(head):
        return "jcamp"
    if head.startswith(b"PK\x03\x04") and re.search(rb"Chrom\.[0-9]+\.Xml", data):
        return "unicorn"
    return ""
