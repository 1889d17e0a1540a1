"""UNICORN results (Cytiva): the exported archive with `Chrom.1.Xml` and one small archive for each curve.

Each curve's archive holds `CoordinateData.Volumes` and `CoordinateData.Amplitudes`, single-precision numbers either
bare or as a .NET array record (MS-NRBF 2.4.3.3, ArraySinglePrimitive), which says how many there are. An archive that
holds fewer than it says is cut short: it has an error. Nothing is ever written to disk, and an archive that unpacks
to more than the limits is refused before it has done so.
"""

from __future__ import annotations

import hashlib
import re
import struct
from typing import Any

import numpy as np
from lxml import etree as _etree

from titer.base.errors import Invalid
from titer.connect.animl.lexical import shortest
from titer.connect.core.archive import Archive, Budget
from titer.connect.core.judged import Problem
from titer.connect.core.xml import parse_xml
from titer.connect.curves.document import MAXIMAL_VALUES, Column, Curve, CurveFile

etree: Any = _etree

MAXIMAL_BYTES = 512 * 1024 * 1024
MAXIMAL_MEMBER = 64 * 1024 * 1024
MAXIMAL_UNPACKED = 512 * 1024 * 1024
_CHROMATOGRAM = re.compile(r"(?:^|[ /\\])(Chrom\.[0-9]+)\.xml$", re.IGNORECASE)
_RECORD = struct.Struct("<BiiiiBiiB")  # stream header, then ArraySinglePrimitive: id, length, type
_SINGLE = 11
_AMPLITUDES, _VOLUMES = "CoordinateData.Amplitudes", "CoordinateData.Volumes"


def parse(data: bytes) -> CurveFile:
    """Read an archive in this very process; `curves.read` is what others call.

    Raises:
        Invalid: if it is no such archive, or beyond a limit.
    """
    if len(data) > MAXIMAL_BYTES:
        raise Invalid(f"The file has {len(data)} bytes; more than {MAXIMAL_BYTES} are not read.")
    archive = Archive(data, Budget(MAXIMAL_UNPACKED, MAXIMAL_MEMBER))
    found = [name for name in archive.names if _CHROMATOGRAM.search(name)]
    if not found:
        raise Invalid("The archive is no UNICORN result: it holds no Chrom.1.Xml.")
    reader = _Reader(archive)
    curves: list[Curve] = []
    facts: dict[str, str] = {}
    created = ""
    for name in sorted(found):
        root = parse_xml(
            archive.read(name), largest=MAXIMAL_MEMBER, deepest=40, elements=2_000_000, format_name="UNICORN"
        )
        facts.setdefault("UNICORN version", str(root.get("UNICORNVersion") or ""))
        created = created or (root.findtext("Created") or "")
        curves += [reader.curve(one, name) for one in root.iterfind("Curves/Curve")]
        marks = [
            one for one in root.iterfind("EventCurves/EventCurve") if one.find("Events/Event") is not None
        ]
        curves += [reader.marks(one, name) for one in marks]
    if not curves:
        reader.error(found[0], "it holds no curves")
    return CurveFile(
        digest=hashlib.sha256(data).hexdigest(),
        format="unicorn",
        title=reader.result_name(),
        instrument=reader.system(),
        measured_at=created,
        curves=tuple(curves),
        facts={name: text for name, text in facts.items() if text},
        problems=tuple(reader.problems),
        unread={"others": "methods, evaluations and settings of the system stay in the raw file"},
    )


class _Reader:
    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.problems: list[Problem] = []
        self._values = 0
        self._by_stem = {_stem(name): name for name in archive.names}

    def error(self, where: str, message: str) -> None:
        self.problems.append(Problem("structure", "error", where, message))

    def curve(self, element: Any, place: str) -> Curve:
        name = (element.findtext("Name") or "").strip()
        where = f"curve {name or element.findtext('CurveNumber') or '?'}"
        columns: tuple[Column, ...] = ()
        files = [
            (one.text or "").strip()
            for one in element.iterfind("CurvePoints/CurvePoint/BinaryCurvePointsFileName")
        ]
        full = [one for one in files if one.endswith("_True")] or files
        if not full:
            self.error(where, "it names no points")
        else:
            columns = self.points(element, full[0], where)
        facts = {
            key: text
            for key, tag in (
                ("start", "MethodStartTime"),
                ("column volume", "ColumnVolume"),
                ("number", "CurveNumber"),
            )
            if (text := (element.findtext(tag) or "").strip())
        }
        facts["type"] = str(element.get("CurveDataType") or "")
        return Curve(f"{place}: {name}", name, "chromatogram", columns, facts)

    def points(self, element: Any, name: str, where: str) -> tuple[Column, ...]:
        member = self._by_stem.get(_stem(name))
        if member is None:
            self.error(where, f"its points {name} are not in the archive")
            return ()
        inner = Archive(self.archive.read(member), self.archive.budget)
        volumes = self.numbers(inner, _VOLUMES, where)
        amplitudes = self.numbers(inner, _AMPLITUDES, where)
        if volumes is None or amplitudes is None:
            return ()
        if len(volumes) != len(amplitudes):
            self.error(where, f"it has {len(volumes)} volumes and {len(amplitudes)} amplitudes")
            return ()
        units = [(element.findtext(tag) or "").strip() for tag in ("VolumeUnit", "AmplitudeUnit")]
        return (
            Column("volume", units[0], tuple(shortest(one) for one in volumes)),
            Column("amplitude", units[1], tuple(shortest(one) for one in amplitudes)),
        )

    def numbers(self, archive: Archive, name: str, where: str) -> Any:
        """Single-precision numbers, bare or as a .NET record; None where they cannot be used."""
        if name not in archive.members:
            self.error(where, f"it holds no {name}")
            return None
        kind = (
            archive.read(f"{name}DataType").decode("ascii", "replace").strip()
            if (f"{name}DataType" in archive.members)
            else "System.Single[]"
        )
        if kind != "System.Single[]":
            self.error(where, f"its {name} are of type {kind[:60]!r}, which is not read")
            return None
        raw = archive.read(name)
        promised: int | None = None
        if len(raw) >= _RECORD.size:
            header = _RECORD.unpack_from(raw)
            if header[:2] == (0, 1) and header[3:6] == (1, 0, 15) and header[8] == _SINGLE:
                promised = header[7]
                raw = raw[_RECORD.size :]
                # The record ends with a byte that says so.
                raw = raw[: 4 * promised] if 0 <= promised <= len(raw) // 4 else raw[: len(raw) // 4 * 4]
        if len(raw) % 4:
            self.error(where, f"its {name} are {len(raw)} bytes, which is no whole number of values")
            return None
        found = np.frombuffer(raw, dtype="<f4")
        if promised is not None and promised != len(found):
            self.error(where, f"its {name} promise {promised} values and hold {len(found)}")
            return None
        self._values += len(found)
        if self._values > MAXIMAL_VALUES:
            raise Invalid(f"The archive holds more than {MAXIMAL_VALUES} values.")
        if not np.isfinite(found).all():
            self.error(where, f"its {name} hold values that are no numbers")
        return found

    def marks(self, element: Any, place: str) -> Curve:
        """Injections, fractions and the log: where, and what."""
        name = (element.findtext("Name") or "").strip()
        events = element.findall("Events/Event")
        self._values += len(events)
        at = tuple((one.findtext("EventVolume") or "").strip() for one in events)
        text = tuple((one.findtext("EventText") or "").strip() for one in events)
        return Curve(
            f"{place}: {name}", name, "marks", (Column("volume", "ml", at), Column("text", "", text))
        )

    def result_name(self) -> str:
        name = next((one for one in self.archive.names if _stem(one) == "result.xml"), "")
        if not name:
            return ""
        root = self.xml(name)
        return (
            (root.findtext("ResultName") or root.findtext(".//Name") or "").strip()
            if root is not None
            else ""
        )

    def system(self) -> str:
        name = next(
            (one for one in self.archive.names if _stem(one).removesuffix(".zip") == "systemdata"), ""
        )
        if not name:
            return ""
        inner = Archive(self.archive.read(name), self.archive.budget)
        if "Xml" not in inner.members:
            return ""
        text = inner.read("Xml")
        root = _quiet(text)
        return (
            (root.findtext(".//Name") or root.findtext(".//SystemName") or "").strip()
            if root is not None
            else ""
        )

    def xml(self, name: str) -> Any:
        return _quiet(self.archive.read(name))


def _quiet(data: bytes) -> Any:
    """The root of what stands beside the curves; None where it cannot be read, which holds no curve up."""
    try:
        return parse_xml(data, largest=MAXIMAL_MEMBER, deepest=60, elements=500_000, format_name="UNICORN")
    except Invalid:
        return None


def _stem(name: str) -> str:
    """A member's name without folder, "Copy of " and the ending ".zip", as curves name their points."""
    base = re.split(r"[/\\]", name)[-1]
    return re.sub(r"\.zip$", "", re.sub(r"^Copy of ", "", base), flags=re.IGNORECASE).lower()
