"""mzML 1.1 (HUPO-PSI), indexed or not: every count that the file states is counted, its checksum and index checked.

The libraries for mzML (pyteomics, pymzML) give the arrays as they decode them and compare no count; here a file that
does not hold what it promises is no data. Arrays are base64, 32 or 64 bit, plain or zlib; MS-Numpress is named and
not decoded.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from typing import Any

import numpy as np
from lxml import etree as _etree

from titer.base.errors import Invalid
from titer.connect.animl.lexical import shortest
from titer.connect.core.judged import Problem
from titer.connect.core.xml import parse_xml
from titer.connect.curves.document import MAXIMAL_VALUES, Column, Curve, CurveFile

etree: Any = _etree

NS = "http://psi.hupo.org/ms/mzml"
MAXIMAL_BYTES = 1024 * 1024 * 1024
_LAYOUTS = {  # accession of PSI-MS -> numpy's layout
    "MS:1000521": "<f4",
    "MS:1000523": "<f8",
    "MS:1000519": "<i4",
    "MS:1000522": "<i8",
}
_ZLIB, _PLAIN = "MS:1000574", "MS:1000576"
_ARRAYS = {
    "MS:1000514": "m/z",
    "MS:1000515": "intensity",
    "MS:1000516": "charge",
    "MS:1000517": "signal to noise",
    "MS:1000595": "time",
    "MS:1000617": "wavelength",
    "MS:1000786": "non-standard data",
    "MS:1000820": "flow rate",
    "MS:1000821": "pressure",
    "MS:1000822": "temperature",
}
_COMPRESSED = {"MS:1002312", "MS:1002313", "MS:1002314", "MS:1002746", "MS:1002747", "MS:1002748"}
_SHA1 = re.compile(rb"<fileChecksum>\s*([0-9a-fA-F]{40})\s*</fileChecksum>")
_COUNT = re.compile(r"[0-9]{1,9}")


def parse(data: bytes) -> CurveFile:
    """Read a file in this very process; `curves.read` is what others call.

    Raises:
        Invalid: if it is no mzML, or beyond a limit.
    """
    root = parse_xml(data, largest=MAXIMAL_BYTES, deepest=40, elements=20_000_000, format_name="mzML")
    name = etree.QName(root)
    document = root if name.localname == "mzML" else root.find(f"{{{NS}}}mzML")
    if name.namespace != NS or name.localname not in ("mzML", "indexedmzML") or document is None:
        raise Invalid(f"The file is no mzML: its root is {name.localname!r} of {name.namespace!r}.")
    reader = _Reader(document)
    found = reader.file(hashlib.sha256(data).hexdigest())
    if root is not document:
        reader.index(root, data)
    return CurveFile(**{**_fields(found), "problems": tuple(reader.problems)})


def _fields(found: CurveFile) -> dict[str, Any]:
    return {name: getattr(found, name) for name in CurveFile.__slots__}


class _Reader:
    def __init__(self, document: Any) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.unread: dict[str, str] = {}
        self.groups = {
            str(one.get("id")): one for one in document.iterfind(f".//{{{NS}}}referenceableParamGroup")
        }
        self._values = 0

    def error(self, where: str, message: str) -> None:
        self.problems.append(Problem("structure", "error", where, message))

    def note(self, where: str, message: str) -> None:
        self.problems.append(Problem("structure", "note", where, message))

    def file(self, digest: str) -> CurveFile:
        run = self.document.find(f"{{{NS}}}run")
        if run is None:
            raise Invalid("The file holds no run.")
        curves = [*self.items(run, "spectrum"), *self.items(run, "chromatogram")]
        instrument = self.document.find(f".//{{{NS}}}instrumentConfiguration")
        names = self.terms(instrument) if instrument is not None else {}
        model = [name for accession, (name, _, _) in names.items() if accession not in ("MS:1000529",)]
        serial = names.get("MS:1000529", ("", "", ""))[1]
        facts = {"version": str(self.document.get("version") or "")}
        if serial:
            facts["instrument serial number"] = serial
        return CurveFile(
            digest=digest,
            format="mzml",
            title=str(run.get("id") or ""),
            instrument=model[0] if model else "",
            samples=tuple(
                str(one.get("name") or one.get("id") or "")
                for one in self.document.iterfind(f".//{{{NS}}}sample")
            ),
            measured_at=str(run.get("startTimeStamp") or ""),
            curves=tuple(curves),
            facts=facts,
            unread=self.unread,
        )

    def items(self, run: Any, kind: str) -> list[Curve]:
        """The spectra or chromatograms of the run, each counted."""
        group = run.find(f"{{{NS}}}{kind}List")
        if group is None:
            return []
        found = group.findall(f"{{{NS}}}{kind}")
        promised = str(group.get("count") or "")
        if promised != str(len(found)):
            self.error(
                f"{kind}List", f"it promises {promised or 'no number of'} {kind} items and holds {len(found)}"
            )
        seen: set[str] = set()
        curves: list[Curve] = []
        for place, element in enumerate(found):
            key = str(element.get("id") or "")
            where = f"{kind} {key or place}"
            if key in seen:
                self.error(where, "its id is used more than once")
            seen.add(key)
            if str(element.get("index")) != str(place):
                self.error(where, f"its index is {element.get('index')}, and it stands at {place}")
            curves.append(self.curve(element, kind, key, where))
        return curves

    def curve(self, element: Any, kind: str, key: str, where: str) -> Curve:
        text = str(element.get("defaultArrayLength") or "")
        length = int(text) if _COUNT.fullmatch(text) else -1
        if length < 0:
            self.error(where, f"its number of points is {text!r}")
        group = element.find(f"{{{NS}}}binaryDataArrayList")
        arrays = group.findall(f"{{{NS}}}binaryDataArray") if group is not None else []
        if group is not None and str(group.get("count") or "") != str(len(arrays)):
            self.error(where, f"it promises {group.get('count')} arrays and holds {len(arrays)}")
        if length > 0 and not arrays:
            self.error(where, f"it promises {length} points and holds no array")
        columns = [column for one in arrays if (column := self.array(one, length, where)) is not None]
        first = ("m/z", "time", "wavelength")
        columns.sort(key=lambda column: column.name not in first)
        facts = self.facts(element)
        self.totals(columns, element, where)
        return Curve(
            path=f"//{kind}[@id={key!r}]",
            name=facts.pop("spectrum title", "") or key,
            kind=kind,
            columns=tuple(columns),
            facts=facts,
        )

    def array(self, element: Any, length: int, where: str) -> Column | None:
        terms = self.terms(element)
        names = [(name, accession) for accession, name in _ARRAYS.items() if accession in terms]
        name, accession = names[0] if names else ("array", "")
        if accession == "MS:1000786":
            name = terms[accession][1] or name
        unit = terms[accession][2] if accession else ""
        text = "".join((element.findtext(f"{{{NS}}}binary") or "").split())
        promised = str(element.get("encodedLength") or "")
        if promised != str(len(text)):
            self.error(where, f"the {name} array promises {promised} characters and holds {len(text)}")
        own = str(element.get("arrayLength") or "")
        count = int(own) if _COUNT.fullmatch(own) else max(length, 0)
        strange = sorted(_COMPRESSED & set(terms))
        if strange:
            self.error(
                where, f"the {name} array is compressed with {terms[strange[0]][0]}, which is not read"
            )
            return None
        layouts = [_LAYOUTS[one] for one in terms if one in _LAYOUTS]
        if len(layouts) != 1:
            self.error(where, f"the {name} array does not say of which type its numbers are")
            return None
        layout = np.dtype(layouts[0])
        if (_ZLIB in terms) == (_PLAIN in terms):
            self.error(where, f"the {name} array does not say whether it is compressed")
            return None
        self._values += count
        if self._values > MAXIMAL_VALUES:
            raise Invalid(f"The file holds more than {MAXIMAL_VALUES} values.")
        size = count * layout.itemsize
        try:
            raw = base64.b64decode(text, validate=True)
            if _ZLIB in terms:
                # No more is unpacked than was promised, and one byte that shows that there is more.
                raw = zlib.decompressobj().decompress(raw, size + 1) if raw or size else b""
        except (binascii.Error, ValueError, zlib.error) as error:
            self.error(where, f"the {name} array cannot be decoded: {error}")
            return None
        if len(raw) != size:
            held = "more" if len(raw) > size else str(len(raw) // layout.itemsize)
            self.error(where, f"the {name} array promises {count} values and holds {held}")
            return None
        numbers = np.frombuffer(raw, dtype=layout)
        if layout.kind == "f" and not np.isfinite(numbers).all():
            self.error(where, f"the {name} array holds values that are no numbers")
        return Column(name, unit, tuple(shortest(one) for one in numbers))

    def totals(self, columns: list[Column], element: Any, where: str) -> None:
        """Columns of one curve are equally long, and a spectrum's own base peak is in it."""
        if len({len(one.values) for one in columns}) > 1:
            self.error(where, "its arrays are not of one length")
            return
        terms = self.terms(element)
        stated = terms.get("MS:1000505")
        intensity = next((one for one in columns if one.name == "intensity"), None)
        if stated is None or intensity is None or not intensity.values:
            return
        try:
            wanted = float(stated[1])
        except ValueError:
            return
        found = max(float(one) for one in intensity.values)
        if abs(found - wanted) > 1e-3 * max(abs(wanted), 1e-30):
            self.note(
                where, f"its base peak is said to be {stated[1]}, and its highest intensity is {found:g}"
            )

    def facts(self, element: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        parts = [element, *element.iterfind(f".//{{{NS}}}scan"), *element.iterfind(f".//{{{NS}}}selectedIon")]
        for part in parts:
            for name, value, unit in self.terms(part).values():
                words = f"{value} {unit}".strip() if value else "yes"
                found.setdefault(name, words)
        return found

    def terms(self, element: Any) -> dict[str, tuple[str, str, str]]:
        """cvParams of an element, those of groups that it refers to as well: accession -> name, value, unit."""
        found: dict[str, tuple[str, str, str]] = {}
        sources = [element]
        for one in element.iterfind(f"{{{NS}}}referenceableParamGroupRef"):
            group = self.groups.get(str(one.get("ref")))
            if group is None:
                self.error("document", f"the group {one.get('ref')!r} is referred to and not there")
            else:
                sources.append(group)
        for source in sources:
            for one in source.iterfind(f"{{{NS}}}cvParam"):
                found.setdefault(
                    str(one.get("accession") or ""),
                    (str(one.get("name") or ""), str(one.get("value") or ""), str(one.get("unitName") or "")),
                )
        return found

    def index(self, root: Any, data: bytes) -> None:
        """The index of an indexed file, and its checksum (SHA-1 up to and with the opening tag)."""
        stated = _SHA1.search(data, max(0, len(data) - 4096))
        if stated is None:
            self.note("fileChecksum", "the file bears no checksum")
        else:
            upto = stated.start() + len(b"<fileChecksum>")
            found = hashlib.sha1(data[:upto]).hexdigest()  # noqa: S324 - the format's own, against accident only
            if found != stated[1].decode().lower():
                self.error(
                    "fileChecksum",
                    "the checksum is not that of the file: it was changed after it was written",
                )
        wrong = total = 0
        for one in root.iterfind(f"{{{NS}}}indexList/{{{NS}}}index/{{{NS}}}offset"):
            text = (one.text or "").strip()
            total += 1
            at = int(text) if re.fullmatch(r"[0-9]{1,15}", text) else -1
            head = data[at : at + 1024] if at >= 0 else b""
            key = str(one.get("idRef") or "").encode()
            if not re.match(rb"\s*<(spectrum|chromatogram)\b", head) or key not in head:
                wrong += 1
        if wrong:
            self.note(
                "indexList", f"{wrong} of its {total} offsets do not point at what they name; it is not used"
            )
