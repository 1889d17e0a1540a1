"""What the host itself checks of a file before it announces it: whole, and what it says it is.

A folder of `files` takes anything; a folder of one of these formats has each file read in the sandbox, so that the
verdict (accepted, or quarantined and why) goes along with the document from the first moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from titer.base.errors import TiterError
from titer.connect.files.settings import FolderSettings

_END_OF_ANIML = re.compile(rb"</(\w+:)?AnIML\s*>\s*(<!--.*?-->\s*)*\Z", re.DOTALL)
_EMPTY_ANIML = re.compile(rb"<(\w+:)?AnIML\b[^>]*/>\s*\Z")
_END_OF_MZML = re.compile(rb"</(\w+:)?(indexedmzML|mzML)\s*>\s*\Z")
_END_OF_JCAMP = re.compile(rb"##\s*END\s*=[^\n]*\s*\Z", re.IGNORECASE)
_TAIL = 70_000
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Format:
    """A format that the host checks.

    Attributes:
        media_type: of its files.
        pattern: which files are taken where the settings do not say.
        complete: whether bytes look like a file that was written to its end; a cheap look at the end.
        verdict: what the host says of a file: verdict, reason, counts, problems.
    """

    media_type: str
    pattern: str
    complete: Callable[[bytes], bool]
    verdict: Callable[[bytes, FolderSettings], dict[str, Any]]


def animl_complete(data: bytes) -> bool:
    """Whether an AnIML file was written to its end; one in UTF-16 is awaited for the patience of the connection."""
    tail = data[-_TAIL:]
    return bool(_END_OF_ANIML.search(tail) or _EMPTY_ANIML.search(tail))


def _mzml_complete(data: bytes) -> bool:
    return _END_OF_MZML.search(data[-_TAIL:]) is not None


def _jcamp_complete(data: bytes) -> bool:
    return _END_OF_JCAMP.search(data[-_TAIL:]) is not None


def _archive_complete(data: bytes) -> bool:
    return b"PK\x05\x06" in data[-_TAIL:]


def _animl_verdict(data: bytes, settings: FolderSettings) -> dict[str, Any]:
    from titer.connect import animl

    try:
        document = animl.read(data, schemas=settings.schemas, techniques=settings.techniques)
    except TiterError as error:
        return _refused(error)
    return {
        "verdict": document.verdict,
        "reason": document.reason,
        "schema_validated": document.schema_validated,
        "samples": len(document.samples),
        "steps": sum(1 for _ in document.all_steps()),
        "signatures": [f"{one.state}: {', '.join(one.covers)}" for one in document.seals],
        "problems": _told(document.problems),
    }


def _curves_verdict(name: str) -> Callable[[bytes, FolderSettings], dict[str, Any]]:
    def verdict(data: bytes, settings: FolderSettings) -> dict[str, Any]:
        from titer.connect import curves

        encoding = settings.encoding if name == "jcamp" else ""
        try:
            found = curves.read(data, name, summary=True, encoding=encoding)
        except TiterError as error:
            return _refused(error)
        return {
            "verdict": found.verdict,
            "reason": found.reason,
            "title": found.title,
            "instrument": found.instrument,
            "measured_at": found.measured_at,
            "curves": len(found.curves),
            "points": sum(int(one.facts.get("points", "0")) for one in found.curves),
            "problems": _told(found.problems),
        }

    return verdict


def _refused(error: TiterError) -> dict[str, Any]:
    return {"verdict": "quarantined", "reason": str(error)}


def _told(problems: Any) -> list[str]:
    return [f"{one.level} {one.severity}, {one.where}: {one.message}" for one in problems[:_SHOWN]]


CHECKED: Mapping[str, Format] = MappingProxyType(
    {
        "animl": Format("application/vnd.animl+xml", "*.animl", animl_complete, _animl_verdict),
        "mzml": Format("application/vnd.psi.mzml+xml", "*.mzML", _mzml_complete, _curves_verdict("mzml")),
        "jcamp": Format("chemical/x-jcamp-dx", "*.jdx", _jcamp_complete, _curves_verdict("jcamp")),
        "unicorn": Format("application/zip", "*.zip", _archive_complete, _curves_verdict("unicorn")),
    }
)
"""Every format that the host checks, by the name of its type of connection."""
