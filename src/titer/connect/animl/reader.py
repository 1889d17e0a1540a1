"""From bytes to an `AnimlDocument`: lxml without DTD, entities and network; what is unknown is a problem."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from lxml import etree

from titer.base.errors import Invalid
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

CORE = "urn:org:astm:animl:schema:core:draft:0.90"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
VALUE_TAGS = {
    "I": "Int32",
    "L": "Int64",
    "F": "Float32",
    "D": "Float64",
    "S": "String",
    "Boolean": "Boolean",
    "DateTime": "DateTime",
    "PNG": "PNG",
    "EmbeddedXML": "EmbeddedXML",
    "SVG": "SVG",
}
_ENCODED = {"Int32": "<i4", "Int64": "<i8", "Float32": "<f4", "Float64": "<f8"}
_NUMBERS = {"Int32", "Int64", "Float32", "Float64"}
_INTEGER = re.compile(r"[+-]?\d+")
MAXIMAL_BYTES = 256 * 1024 * 1024
MAXIMAL_VALUES = 20_000_000


def parse(data: bytes) -> tuple[AnimlDocument, Any]:
    """Read a file in this very process; `sandbox.read` is what others call.

    Returns:
        The document and its element tree.

    Raises:
        Invalid: if it has a DTD, is not well formed, is no AnIML, or is too large.
    """
    if len(data) > MAXIMAL_BYTES:
        raise Invalid(f"The file has {len(data)} bytes; more than {MAXIMAL_BYTES} are not read.")
    if b"<!DOCTYPE" in data[:65536] or "<!DOCTYPE".encode("utf-16-le") in data[:65536]:
        raise Invalid(
            "The file has a document type declaration (DTD).",
            why="A DTD can make a reader fetch files or run out of memory, and AnIML needs none.",
            do="Have the instrument's software write it without one.",
        )
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, dtd_validation=False, huge_tree=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise Invalid(
            "The file is not well-formed XML.",
            where=f"line {line}, column {column}",
            why=f"{error.msg}.",
            do="Look whether it was written to its end; if so, ask for the file again.",
        ) from error
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise Invalid("The file has a document type declaration (DTD).", why="AnIML needs none.")
    name = etree.QName(root)
    if name.localname != "AnIML":
        raise Invalid(f"The file is no AnIML document: its root is {name.localname!r}.")
    return _Reader(data).document(root), root


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.problems: list[Problem] = []
        self.unread: dict[str, str] = {}
        self._values = 0

    def error(self, element: Any, message: str) -> None:
        self.problems.append(Problem("structure", "error", _where(element), message))

    def note(self, element: Any, message: str) -> None:
        self.problems.append(Problem("structure", "note", _where(element), message))

    def document(self, root: Any) -> AnimlDocument:
        if etree.QName(root).namespace != CORE:
            self.error(root, f"its namespace is {etree.QName(root).namespace!r}, not {CORE!r}")
        if root.get("version") != "0.90":
            self.error(root, f"its version is {root.get('version')!r}; only 0.90 is read")
        parts = self.children(root, ("SampleSet", "ExperimentStepSet", "AuditTrailEntrySet", "SignatureSet"))
        samples = [
            self.sample(one)
            for group in parts["SampleSet"]
            for one in self.children(group, ("Sample",))["Sample"]
        ]
        steps, templates = self.step_set(parts["ExperimentStepSet"])
        trail = [
            self.audit(one)
            for group in parts["AuditTrailEntrySet"]
            for one in self.children(group, ("AuditTrailEntry",))["AuditTrailEntry"]
        ]
        signatures = [
            tuple(
                str(ref.get("URI") or "").removeprefix("#") for ref in one.iter(f"{{{SIGNATURE}}}Reference")
            )
            for group in parts["SignatureSet"]
            for one in group
            if isinstance(one.tag, str)
        ]
        return AnimlDocument(
            digest=hashlib.sha256(self._data).hexdigest(),
            version=str(root.get("version") or ""),
            samples=tuple(samples),
            steps=steps,
            templates=templates,
            audit_trail=tuple(trail),
            signatures=tuple(signatures),
            problems=tuple(self.problems),
            unread=self.unread,
        )

    def children(self, element: Any, known: Iterable[str]) -> dict[str, list[Any]]:
        """The children by name; one that the core schema does not know here is an error, never skipped."""
        found: dict[str, list[Any]] = {name: [] for name in known}
        for child in element:
            if not isinstance(child.tag, str):
                continue
            name = etree.QName(child).localname
            if name in found:
                found[name].append(child)
            else:
                self.error(child, f"{name} is not known inside {etree.QName(element).localname}")
        return found

    def step_set(self, groups: Iterable[Any]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        steps: list[Step] = []
        templates: list[Step] = []
        for group in groups:
            parts = self.children(group, ("Template", "ExperimentStep"))
            templates += [self.step(one, "templateID") for one in parts["Template"]]
            steps += [self.step(one, "experimentStepID") for one in parts["ExperimentStep"]]
        return tuple(steps), tuple(templates)

    def sample(self, element: Any) -> SampleEntry:
        parts = self.children(element, ("TagSet", "Category"))
        return SampleEntry(
            id=str(element.get("sampleID") or ""),
            name=str(element.get("name") or ""),
            attributes=_attributes(element),
            categories=tuple(self.category(one) for one in parts["Category"]),
            tags=self.tags(parts["TagSet"]),
        )

    def tags(self, groups: Iterable[Any]) -> dict[str, str]:
        return {
            str(tag.get("name") or ""): str(tag.get("value") or "")
            for group in groups
            for tag in self.children(group, ("Tag",))["Tag"]
        }

    def step(self, element: Any, identifier: str) -> Step:
        parts = self.children(element, ("TagSet", "Technique", "Infrastructure", "Method", "Result"))
        technique: dict[str, str] = {}
        extensions: list[Mapping[str, str]] = []
        for one in parts["Technique"]:
            technique = _attributes(one)
            extensions += [_attributes(part) for part in self.children(one, ("Extension",))["Extension"]]
        samples: list[Mapping[str, str]] = []
        data: list[Mapping[str, str]] = []
        timestamp = ""
        for one in parts["Infrastructure"]:
            inner = self.children(
                one,
                (
                    "SampleReferenceSet",
                    "ParentDataPointReferenceSet",
                    "ExperimentDataReferenceSet",
                    "Timestamp",
                ),
            )
            samples += self.references(inner["SampleReferenceSet"], ("SampleReference", "SampleInheritance"))
            data += self.references(
                inner["ExperimentDataReferenceSet"],
                ("ExperimentDataReference", "ExperimentDataBulkReference"),
            )
            data += self.parent_points(inner["ParentDataPointReferenceSet"])
            timestamp = "".join(_text(stamp) for stamp in inner["Timestamp"][:1])
        method, categories = self.method(parts["Method"])
        return Step(
            id=str(element.get(identifier) or ""),
            name=str(element.get("name") or ""),
            technique=technique,
            extensions=tuple(extensions),
            sample_references=tuple(samples),
            data_references=tuple(data),
            timestamp=timestamp,
            method=method,
            method_categories=categories,
            results=tuple(self.result(one) for one in parts["Result"]),
            attributes=_attributes(element),
            tags=self.tags(parts["TagSet"]),
        )

    def references(self, groups: Iterable[Any], names: tuple[str, ...]) -> list[Mapping[str, str]]:
        found: list[Mapping[str, str]] = []
        for group in groups:
            for name, elements in self.children(group, names).items():
                found += [{"kind": name, **_attributes(one)} for one in elements]
        return found

    def parent_points(self, groups: Iterable[Any]) -> list[Mapping[str, str]]:
        found: list[Mapping[str, str]] = []
        for group in groups:
            for one in self.children(group, ("ParentDataPointReference",))["ParentDataPointReference"]:
                ends = self.children(one, ("StartValue", "EndValue"))
                values = {
                    name: self.value(elements[0])[1] if elements else "" for name, elements in ends.items()
                }
                found.append({"kind": "ParentDataPointReference", **_attributes(one), **values})
        return found

    def method(self, elements: list[Any]) -> tuple[dict[str, str], tuple[Category, ...]]:
        facts: dict[str, str] = {}
        categories: list[Category] = []
        for element in elements:
            facts.update(_attributes(element))
            parts = self.children(element, ("Author", "Device", "Software", "Category"))
            for name in ("Author", "Device", "Software"):
                for one in parts[name]:
                    facts.update({f"{name.lower()}.{key}": text for key, text in self.flat(one).items()})
            categories += [self.category(one) for one in parts["Category"]]
        return facts, tuple(categories)

    def flat(self, element: Any) -> dict[str, str]:
        found = _attributes(element)
        for child in element:
            if isinstance(child.tag, str):
                found[etree.QName(child).localname] = _text(child)
        return found

    def result(self, element: Any) -> Result:
        parts = self.children(element, ("SeriesSet", "Category", "ExperimentStepSet", "Series"))
        misplaced = [self.series(one, None) for one in parts["Series"]]
        for one in parts["Series"]:
            self.error(one, f"the Series {one.get('name')!r} stands outside a SeriesSet")
        sets = [self.series_set(one) for one in parts["SeriesSet"]]
        if misplaced:
            sets.append(SeriesSet("", max(len(one.values) for one in misplaced), tuple(misplaced)))
        steps, templates = self.step_set(parts["ExperimentStepSet"])
        if templates:
            self.unread["Template"] = "templates inside a result are not kept"
        return Result(
            name=str(element.get("name") or ""),
            series_sets=tuple(sets),
            categories=tuple(self.category(one) for one in parts["Category"]),
            steps=steps,
            id=str(element.get("id") or ""),
        )

    def category(self, element: Any) -> Category:
        parts = self.children(element, ("Parameter", "SeriesSet", "Category"))
        return Category(
            name=str(element.get("name") or ""),
            parameters=tuple(self.parameter(one) for one in parts["Parameter"]),
            series_sets=tuple(self.series_set(one) for one in parts["SeriesSet"]),
            categories=tuple(self.category(one) for one in parts["Category"]),
            id=str(element.get("id") or ""),
        )

    def parameter(self, element: Any) -> Parameter:
        kind = str(element.get("parameterType") or "")
        found, value = self.value(element)
        if found and kind and found != kind:
            self.error(element, f"the parameter {element.get('name')!r} says {kind} and holds {found}")
        self.check_value(element, found, value)
        units = [one for one in element if isinstance(one.tag, str) and etree.QName(one).localname == "Unit"]
        return Parameter(
            name=str(element.get("name") or ""),
            type=kind,
            value=value,
            unit=self.unit(units[0]) if units else None,
            id=str(element.get("id") or ""),
        )

    def value(self, element: Any) -> tuple[str, str]:
        """The one value inside an element: its type and its raw text."""
        found = [
            one
            for one in element
            if isinstance(one.tag, str) and etree.QName(one).localname not in {"Unit", "SIUnit"}
        ]
        if len(found) != 1 or etree.QName(found[0]).localname not in VALUE_TAGS:
            self.error(element, f"{etree.QName(element).localname} must hold one value")
            return "", ""
        name = etree.QName(found[0]).localname
        if name in {"EmbeddedXML", "SVG"} and len(found[0]):
            return VALUE_TAGS[name], "".join(etree.tostring(one, encoding="unicode") for one in found[0])
        return VALUE_TAGS[name], _text(found[0])

    def check_value(self, element: Any, kind: str, value: str) -> None:
        if kind in {"Int32", "Int64"} and not _INTEGER.fullmatch(value):
            self.error(element, f"{value!r} is no {kind}")
        if kind in {"Float32", "Float64"} and not _is_float(value):
            self.error(element, f"{value!r} is no {kind}")

    def unit(self, element: Any) -> UnitEntry:
        parts = self.children(element, ("SIUnit",))["SIUnit"]
        return UnitEntry(
            label=str(element.get("label") or ""),
            quantity=str(element.get("quantity") or ""),
            si=tuple(
                (
                    _text(one),
                    str(one.get("factor") or "1"),
                    str(one.get("exponent") or "1"),
                    str(one.get("offset") or "0"),
                )
                for one in parts
            ),
        )

    def series_set(self, element: Any) -> SeriesSet:
        text = str(element.get("length") or "")
        length = int(text) if text.isdigit() else -1
        if length < 0:
            self.error(element, f"its length is {text!r}, which is no number of values")
        series = tuple(
            self.series(one, max(length, 0)) for one in self.children(element, ("Series",))["Series"]
        )
        for one in series:
            if length >= 0 and one.start + len(one.values) > length:
                self.error(
                    element, f"the series {one.name!r} has {len(one.values)} values, more than {length}"
                )
            elif length >= 0 and len(one.values) < length:
                self.error(
                    element, f"the series {one.name!r} has {len(one.values)} of the {length} values promised"
                )
        ids = [one.id for one in series]
        for name in {name for name in ids if ids.count(name) > 1}:
            self.note(element, f"the seriesID {name!r} is used {ids.count(name)} times")
        return SeriesSet(
            str(element.get("name") or ""), max(length, 0), series, id=str(element.get("id") or "")
        )

    def series(self, element: Any, length: int | None) -> Series:
        parts = self.children(
            element, ("IndividualValueSet", "EncodedValueSet", "AutoIncrementedValueSet", "Unit")
        )
        kind = str(element.get("seriesType") or "")
        readers: tuple[tuple[str, str, Callable[..., list[str]]], ...] = (
            ("IndividualValueSet", "individual", self.individual),
            ("EncodedValueSet", "encoded", self.encoded),
            ("AutoIncrementedValueSet", "incremented", self.incremented),
        )
        pieces: list[tuple[int, str, list[str]]] = []
        for name, words, read in readers:
            for one in parts[name]:
                values = read(one, kind, length)
                start = int(one.get("startIndex") or 0) if str(one.get("startIndex") or "0").isdigit() else 0
                end = str(one.get("endIndex") or "")
                if end.isdigit() and int(end) - start + 1 != len(values):
                    self.error(one, f"it promises the values {start} to {end} and holds {len(values)}")
                pieces.append((start, words, values))
        pieces.sort(key=lambda piece: piece[0])
        joined: list[str] = []
        first = pieces[0][0] if pieces else 0
        for start, _, values in pieces:
            if start != first + len(joined):
                self.error(element, f"its sets of values leave out or overlap at index {start}")
            joined += values
        self._values += len(joined)
        if self._values > MAXIMAL_VALUES:
            raise Invalid(f"The file holds more than {MAXIMAL_VALUES} values.")
        if not pieces:
            self.error(element, f"the series {element.get('name')!r} holds no values")
        return Series(
            name=str(element.get("name") or ""),
            id=str(element.get("seriesID") or ""),
            type=kind,
            dependency=str(element.get("dependency") or ""),
            kind="+".join(dict.fromkeys(words for _, words, _ in pieces)),
            values=tuple(joined),
            unit=self.unit(parts["Unit"][0]) if parts["Unit"] else None,
            plot_scale=str(element.get("plotScale") or ""),
            start=first,
        )

    def individual(self, element: Any, kind: str, length: int | None) -> list[str]:
        values: list[str] = []
        for one in element:
            if not isinstance(one.tag, str):
                continue
            found = VALUE_TAGS.get(etree.QName(one).localname)
            if found is None:
                self.error(one, f"{etree.QName(one).localname} is no value")
                continue
            if kind and found != kind:
                self.error(one, f"a value of type {found} stands in a series of type {kind}")
            text = _text(one)
            self.check_value(one, found, text)
            values.append(text)
        return values

    def encoded(self, element: Any, kind: str, length: int | None) -> list[str]:
        layout = _ENCODED.get(kind)
        if layout is None:
            self.error(element, f"values of type {kind!r} cannot be encoded")
            return []
        try:
            raw = base64.b64decode("".join((element.text or "").split()), validate=True)
            numbers = np.frombuffer(raw, dtype=np.dtype(layout))
        except (binascii.Error, ValueError) as error:
            self.error(element, f"its values cannot be decoded: {error}")
            return []
        return [str(number) for number in numbers]

    def incremented(self, element: Any, kind: str, length: int | None) -> list[str]:
        parts = self.children(element, ("StartValue", "Increment"))
        if len(parts["StartValue"]) != 1 or len(parts["Increment"]) != 1:
            self.error(element, "it needs one StartValue and one Increment")
            return []
        texts = [self.value(parts[name][0])[1] for name in ("StartValue", "Increment")]
        try:
            start, step = (Decimal(text) for text in texts)
        except InvalidOperation:
            self.error(element, f"{' or '.join(texts)} is no number")
            return []
        first, last = str(element.get("startIndex") or "0"), str(element.get("endIndex") or "")
        if last.isdigit() and first.isdigit():
            count = int(last) - int(first) + 1
        elif length is not None:
            count = length - (int(first) if first.isdigit() else 0)
        else:
            count = 1
        if not 0 <= count <= MAXIMAL_VALUES:
            self.error(element, f"it stands for {count} values")
            return []
        return [str(start + step * number) for number in range(count)]

    def audit(self, element: Any) -> AuditEntry:
        parts = self.children(
            element,
            ("Timestamp", "Author", "Software", "Action", "Reason", "Comment", "Diff", "Reference"),
        )

        def words(name: str) -> str:
            return "\n".join(_text(one) for one in parts[name])

        diffs = []
        for one in parts["Diff"]:
            inner = self.children(one, ("OldValue", "NewValue"))
            diffs.append(
                {
                    **_attributes(one),
                    "old": "".join(_text(part) for part in inner["OldValue"]),
                    "new": "".join(_text(part) for part in inner["NewValue"]),
                }
            )
        return AuditEntry(
            timestamp=words("Timestamp"),
            author=self.flat(parts["Author"][0]) if parts["Author"] else {},
            software=self.flat(parts["Software"][0]) if parts["Software"] else {},
            action=words("Action"),
            reason=words("Reason"),
            comment=words("Comment"),
            diffs=tuple(diffs),
            references=tuple(_text(one) for one in parts["Reference"]),
            id=str(element.get("id") or ""),
        )


def _attributes(element: Any) -> dict[str, str]:
    return {etree.QName(name).localname: str(value) for name, value in element.attrib.items()}


def _text(element: Any) -> str:
    return "".join(element.itertext()).strip()


def _where(element: Any) -> str:
    return f"line {element.sourceline}"


def _is_float(text: str) -> bool:
    if text in {"INF", "-INF", "+INF", "NaN"}:
        return True
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
