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
from titer.connect.animl.values import Values, attributes, raw_text, text_of
from titer.connect.core.xml import parse_xml

CORE = "urn:org:astm:animl:schema:core:draft:0.90"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
MAXIMAL_BYTES = 256 * 1024 * 1024
MAXIMAL_DEPTH = 64
"""A step within a result lies three elements deeper; nobody nests them twenty times."""
MAXIMAL_ELEMENTS = 8_000_000


def parse(data: bytes) -> tuple[AnimlDocument, Any]:
    """Read a file in this very process; `sandbox.read` is what others call.

    Returns:
        The document and its element tree.

    Raises:
        Invalid: if it has a DTD, is not well formed, is no AnIML, is too large or too deeply nested.
    """
    root = parse_xml(
        data, largest=MAXIMAL_BYTES, deepest=MAXIMAL_DEPTH, elements=MAXIMAL_ELEMENTS, format_name="AnIML"
    )
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
            signature_xml=tuple(
                etree.tostring(one, encoding="unicode", with_tail=False)
                for group in parts["SignatureSet"]
                for one in group
                if isinstance(one.tag, str)
            ),
            attributes={str(name): str(value) for name, value in root.attrib.items() if name != "version"},
            namespaces={prefix or "": uri for prefix, uri in root.nsmap.items()},
            containers=held(parts),
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
            containers=held(parts, "TagSet"),
        )

    def tags(self, groups: Iterable[Any]) -> tuple[Mapping[str, str], ...]:
        return tuple(attributes(tag) for group in groups for tag in self.children(group, ("Tag",))["Tag"])

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
        containers = held(parts, "TagSet", "Infrastructure", "Method")
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
            containers |= held(inner, *(name for name in inner if name.endswith("Set")))
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
            containers=containers,
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
                values: dict[str, str] = {}
                for name, elements in ends.items():
                    if elements:
                        values[f"{name}.type"], values[name] = self.value(elements[0])
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
        return Result(
            name=str(element.get("name") or ""),
            series_sets=tuple(sets),
            categories=tuple(self.category(one) for one in parts["Category"]),
            steps=steps,
            id=str(element.get("id") or ""),
            templates=templates,
            containers=held(parts, "ExperimentStepSet"),
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
            read = raw_text if name in ("Reason", "Comment") else text_of
            return "\n".join(read(one) for one in parts[name])

        diffs = []
        for one in parts["Diff"]:
            inner = self.children(one, ("OldValue", "NewValue"))
            diffs.append(
                {
                    **attributes(one),
                    "old": "".join(raw_text(part) for part in inner["OldValue"]),
                    "new": "".join(raw_text(part) for part in inner["NewValue"]),
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


def held(parts: Mapping[str, list[Any]], *names: str) -> dict[str, str]:
    """The elements that only hold others and are there, by name, with their id ("" for none)."""
    return {name: str(parts[name][0].get("id") or "") for name in names or parts if parts[name]}
