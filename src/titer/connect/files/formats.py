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

from titer.base.errors import Invalid, TiterError
from titer.connect.files.settings import FolderSettings

_END_OF_ANIML = re.compile(rb"</(\w+:)?AnIML\s*>\s*(<!--.*?-->\s*)*\Z", re.DOTALL)
_EMPTY_ANIML = re.compile(rb"<(\w+:)?AnIML\b[^>]*/>\s*\Z")
_END_OF_MZML = re.compile(rb"</(\w+:)?(indexedmzML|mzML)\s*>\s*\Z")
_END_OF_JCAMP = re.compile(rb"##\s*END\s*=[^\n]*\s*\Z", re.IGNORECASE)
VALUES = "@values"
"""Where a verdict has the values that go to channels: (node, microseconds since 1970 UTC, number as text)."""
_TAIL = 70_000
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Format:
    """A format that the host checks.

    Attributes:
        media_type: of its files; "" is told by each file's name and first bytes.
        pattern: which files are taken where the settings do not say.
        complete: whether bytes look like a file that was written to its end; a cheap look at the end.
        verdict: what the host says of a file's bytes and name: verdict, reason, counts, problems.
        ready: whether the host can read such files at all; it refuses before any is taken, so that they stay.
    """

    media_type: str
    pattern: str
    complete: Callable[[bytes, FolderSettings], bool]
    verdict: Callable[[bytes, str, FolderSettings], dict[str, Any]]
    ready: Callable[[FolderSettings], None] = lambda _: None


def animl_complete(data: bytes, settings: FolderSettings | None = None) -> bool:
    """Whether an AnIML file was written to its end; one in UTF-16 is awaited for the patience of the connection."""
    tail = data[-_TAIL:]
    return bool(_END_OF_ANIML.search(tail) or _EMPTY_ANIML.search(tail))


def _mzml_complete(data: bytes, settings: FolderSettings) -> bool:
    return _END_OF_MZML.search(data[-_TAIL:]) is not None


def _jcamp_complete(data: bytes, settings: FolderSettings) -> bool:
    return _END_OF_JCAMP.search(data[-_TAIL:]) is not None


def _archive_complete(data: bytes, settings: FolderSettings) -> bool:
    return b"PK\x05\x06" in data[-_TAIL:]


def _animl_verdict(data: bytes, name: str, settings: FolderSettings) -> dict[str, Any]:
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


def _curves_verdict(format_name: str) -> Callable[[bytes, str, FolderSettings], dict[str, Any]]:
    def verdict(data: bytes, name: str, settings: FolderSettings) -> dict[str, Any]:
        from titer.connect import curves

        encoding = settings.encoding if format_name == "jcamp" else ""
        try:
            found = curves.read(data, format_name, summary=True, encoding=encoding)
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


def _lines_complete(data: bytes, settings: FolderSettings) -> bool:
    """Whether an archive has its end, and the last line of a text one; what has no lines may be taken any time."""
    if data.startswith(b"PK\x03\x04"):
        return _archive_complete(data, settings)
    return settings.unended or b"\0\0\0" in data or data.rstrip(b"\0").endswith((b"\n", b"\r"))


def _vendor_ready(settings: FolderSettings) -> None:
    from titer.connect import vendors

    vendors.ready().reader(settings.reader)


def _vendor_verdict(data: bytes, name: str, settings: FolderSettings) -> dict[str, Any]:
    from titer.connect import vendors

    try:
        found = vendors.read(
            data,
            name,
            reader=settings.reader,
            time_zone=settings.time_zone,
            encoding=settings.encoding,
            unended=settings.unended,
        )
    except Invalid as error:
        return {**settings.read_as(), **_refused(error)}
    return {
        **settings.read_as(),
        "verdict": found.verdict,
        "reason": found.reason,
        "version": found.version,
        "technique": found.technique,
        "measurements": found.measurements,
        **found.counts(),
        "untaken": [f"{where}: {words}" for where, words in found.untaken.items()],
        "problems": _told(found.problems),
    }


def _table_ready(settings: FolderSettings) -> None:
    from titer.connect.tables import TableMapping

    TableMapping.of(settings.mapping or {})


def _table_verdict(data: bytes, name: str, settings: FolderSettings) -> dict[str, Any]:
    from titer.connect import tables

    try:
        found = tables.look(
            data,
            encoding=settings.encoding,
            time_zone=settings.time_zone,
            mapping=settings.mapping,
            unended=settings.unended,
        )
    except Invalid as error:
        return {**settings.read_as(), **_refused(error)}
    accepted = found.verdict == "accepted"
    return {
        **settings.read_as(),
        "verdict": found.verdict,
        "reason": found.reason,
        "rows": found.measured,
        "values": len(found.values) if accepted else 0,
        "missing": found.missing,
        "problems": _told(found.problems),
        VALUES: [(one.column, one.at_us, one.text) for one in found.values] if accepted else (),
    }


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
        "table": Format("", "*.csv", _lines_complete, _table_verdict, _table_ready),
        "allotropy": Format("", "*", _lines_complete, _vendor_verdict, _vendor_ready),
    }
)
"""Every format that the host checks, by the name of its type of connection."""
