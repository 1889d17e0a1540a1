"""From bytes to an `AnimlDocument`: lxml without DTD, entities and network; what is unknown is a problem."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from titer.base.errors import Invalid
from titer.connect.animl.document import (
    AnimlDocument,
    AuditEntry,
    Category,
    Result,
    SampleEntry,
    SeriesSet,
    Step,
)
from titer.connect.animl.values import Values, attributes, text_of

CORE = "urn:org:astm:animl:schema:core:draft:0.90"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
MAXIMAL_BYTES = 256 * 1024 * 1024


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


class _Reader(Values):
    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data

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
            attributes=attributes(element),
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
            technique = attributes(one)
            extensions += [attributes(part) for part in self.children(one, ("Extension",))["Extension"]]
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
            timestamp = "".join(text_of(stamp) for stamp in inner["Timestamp"][:1])
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
            attributes=attributes(element),
            tags=self.tags(parts["TagSet"]),
            items=tuple(str(one.get("id")) for one in element.iter(etree.Element) if one.get("id")),
        )

    def references(self, groups: Iterable[Any], names: tuple[str, ...]) -> list[Mapping[str, str]]:
        found: list[Mapping[str, str]] = []
        for group in groups:
            for name, elements in self.children(group, names).items():
                found += [{"kind": name, **attributes(one)} for one in elements]
        return found

    def parent_points(self, groups: Iterable[Any]) -> list[Mapping[str, str]]:
        found: list[Mapping[str, str]] = []
        for group in groups:
            for one in self.children(group, ("ParentDataPointReference",))["ParentDataPointReference"]:
                ends = self.children(one, ("StartValue", "EndValue"))
                values = {
                    name: self.value(elements[0])[1] if elements else "" for name, elements in ends.items()
                }
                found.append({"kind": "ParentDataPointReference", **attributes(one), **values})
        return found

    def method(self, elements: list[Any]) -> tuple[dict[str, str], tuple[Category, ...]]:
        facts: dict[str, str] = {}
        categories: list[Category] = []
        for element in elements:
            facts.update(attributes(element))
            parts = self.children(element, ("Author", "Device", "Software", "Category"))
            for name in ("Author", "Device", "Software"):
                for one in parts[name]:
                    facts.update({f"{name.lower()}.{key}": text for key, text in self.flat(one).items()})
            categories += [self.category(one) for one in parts["Category"]]
        return facts, tuple(categories)

    def flat(self, element: Any) -> dict[str, str]:
        found = attributes(element)
        for child in element:
            if isinstance(child.tag, str):
                found[etree.QName(child).localname] = text_of(child)
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

    def audit(self, element: Any) -> AuditEntry:
        parts = self.children(
            element,
            ("Timestamp", "Author", "Software", "Action", "Reason", "Comment", "Diff", "Reference"),
        )

        def words(name: str) -> str:
            return "\n".join(text_of(one) for one in parts[name])

        diffs = []
        for one in parts["Diff"]:
            inner = self.children(one, ("OldValue", "NewValue"))
            diffs.append(
                {
                    **attributes(one),
                    "old": "".join(text_of(part) for part in inner["OldValue"]),
                    "new": "".join(text_of(part) for part in inner["NewValue"]),
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
            references=tuple(text_of(one) for one in parts["Reference"]),
            id=str(element.get("id") or ""),
        )
