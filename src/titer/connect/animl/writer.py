"""From an `AnimlDocument` to bytes: the inverse of the reader, element for element.

What was read and not changed is *not* written anew: its bytes are kept, and with them every signature in it
(`titer.connect.animl.rewrite`). This room is for documents that Titer makes itself, and for the proof that the
document's values hold all that a file says: written again, a file of the standard is the same file but for
comments, the line breaks between elements and the order of attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree as _etree

from titer.base.errors import Invalid
from titer.connect.animl.document import (
    AnimlDocument,
    AuditEntry,
    Category,
    Parameter,
    Result,
    SampleEntry,
    Series,
    SeriesSet,
    Step,
    UnitEntry,
    ValueSet,
)
from titer.connect.animl.values import VALUE_TAGS, encode

etree: Any = _etree

CORE = "urn:org:astm:animl:schema:core:draft:0.90"
_TAG_OF = {kind: tag for tag, kind in VALUE_TAGS.items()}
_PERSON = ("Name", "Affiliation", "Role", "Email", "Phone", "Location")
_DEVICE = ("DeviceIdentifier", "Manufacturer", "Name", "FirmwareVersion", "SerialNumber")
_SOFTWARE = ("Manufacturer", "Name", "Version", "OperatingSystem")
_PARTS = {"Author": _PERSON, "Device": _DEVICE, "Software": _SOFTWARE}


def write(document: AnimlDocument) -> bytes:
    """The document as AnIML 0.90.

    Raises:
        Invalid: if it holds what XML cannot (control characters), or values that are not of their type.
    """
    try:
        root = _document(document)
        data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    except (ValueError, OverflowError, KeyError, etree.XMLSyntaxError) as error:
        raise Invalid("The document cannot be written as AnIML.", why=f"{error}.") from error
    return data


def append_entry(root: Any, entry: AuditEntry) -> Any:
    """Add an entry to the audit trail of a document's tree, which gets a trail if it has none; gives its element."""
    trail = root.find(f"{{{CORE}}}AuditTrailEntrySet")
    if trail is None:
        trail = etree.Element(f"{{{CORE}}}AuditTrailEntrySet")
        signatures = root.find(f"{{{CORE}}}SignatureSet")
        if signatures is None:
            root.append(trail)
        else:
            signatures.addprevious(trail)
    _entry(trail, entry)
    return trail[-1]


def canonical(data: bytes) -> bytes:
    """What a document says, free of how it is laid out: canonical XML (C14N 1.0) without comments and without the
    white space between elements. Two files with the same canonical bytes say the same.

    Raises:
        Invalid: as `parse`.
    """
    from titer.connect.animl.reader import parse

    parse(data)
    quiet = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(data, quiet)
    for element in root.iter(etree.Element):
        parts = [element.text, *(one.tail for one in element)]
        name = etree.QName(element).localname
        if len(element) and all(not (text or "").strip() for text in parts):
            element.text = None
            for one in element:
                one.tail = None
        elif element.text and name not in _KEEP_SPACE:
            joined = "".join(element.text.split()) if name in _SPACELESS else element.text.strip()
            element.text = joined or None
    text: bytes = etree.tostring(root, method="c14n")
    return text


_KEEP_SPACE = {"S", "EmbeddedXML", "SVG", "Reason", "Comment", "OldValue", "NewValue"}
_SPACELESS = {"EncodedValueSet", "PNG"}


def _document(document: AnimlDocument) -> Any:
    spaces = {prefix or None: uri for prefix, uri in document.namespaces.items()} or {None: CORE}
    root = etree.Element(f"{{{CORE}}}AnIML", nsmap=spaces, version=document.version or "0.90")
    for name, value in document.attributes.items():
        root.set(name, value)
    held = document.containers
    samples = _container(root, "SampleSet", held, document.samples)
    for sample in document.samples:
        _sample(samples, sample)
    steps = _container(root, "ExperimentStepSet", held, document.steps or document.templates)
    _steps(steps, document.templates, document.steps)
    trail = _container(root, "AuditTrailEntrySet", held, document.audit_trail)
    for entry in document.audit_trail:
        _entry(trail, entry)
    signatures = _container(root, "SignatureSet", held, document.signature_xml)
    for text in document.signature_xml:
        signatures.append(etree.fromstring(text))
    return root


def _sub(parent: Any, name: str, text: str | None = None, attributes: Mapping[str, str] | None = None) -> Any:
    element = etree.SubElement(parent, f"{{{CORE}}}{name}", **dict(attributes or {}))
    element.text = text or None
    return element


def _named(**attributes: str) -> dict[str, str]:
    """Attributes that say something; `name` is written in any case."""
    return {key: value for key, value in attributes.items() if value or key == "name"}


def _container(parent: Any, name: str, held: Mapping[str, str], content: Any) -> Any:
    if name not in held and not content:
        return None
    return _sub(parent, name, attributes=_named(id=held.get(name, "")))


def _tags(parent: Any, tags: Iterable[Mapping[str, str]], held: Mapping[str, str]) -> None:
    group = _container(parent, "TagSet", held, tags)
    for one in tags:
        _sub(group, "Tag", attributes=one)


def _sample(parent: Any, sample: SampleEntry) -> None:
    element = _sub(
        parent, "Sample", attributes={"name": sample.name, "sampleID": sample.id, **sample.attributes}
    )
    _tags(element, sample.tags, sample.containers)
    for one in sample.categories:
        _category(element, one)


def _steps(parent: Any, templates: tuple[Step, ...], steps: tuple[Step, ...]) -> None:
    for one in templates:
        _step(parent, "Template", "templateID", one)
    for one in steps:
        _step(parent, "ExperimentStep", "experimentStepID", one)


def _step(parent: Any, tag: str, identifier: str, step: Step) -> None:
    element = _sub(parent, tag, attributes={"name": step.name, identifier: step.id, **step.attributes})
    held = step.containers
    _tags(element, step.tags, held)
    if step.technique:
        technique = _sub(element, "Technique", attributes=step.technique)
        for one in step.extensions:
            _sub(technique, "Extension", attributes=one)
    samples = [one for one in step.sample_references if one["kind"].startswith("Sample")]
    points = [one for one in step.data_references if one["kind"] == "ParentDataPointReference"]
    data = [one for one in step.data_references if one["kind"].startswith("ExperimentData")]
    infrastructure = _container(element, "Infrastructure", held, samples or points or data or step.timestamp)
    if infrastructure is not None:
        _references(_container(infrastructure, "SampleReferenceSet", held, samples), samples)
        _points(_container(infrastructure, "ParentDataPointReferenceSet", held, points), points)
        _references(_container(infrastructure, "ExperimentDataReferenceSet", held, data), data)
        if step.timestamp:
            _sub(infrastructure, "Timestamp", step.timestamp)
    if "Method" in held or step.method or step.method_categories:
        own = {key: text for key, text in step.method.items() if "." not in key}
        method = _sub(element, "Method", attributes=own)
        for name in _PARTS:
            prefix = f"{name.lower()}."
            facts = {
                key.removeprefix(prefix): text for key, text in step.method.items() if key.startswith(prefix)
            }
            _facts(method, name, facts)
        for category in step.method_categories:
            _category(method, category)
    for result in step.results:
        _result(element, result)


def _facts(parent: Any, name: str, facts: Mapping[str, str]) -> None:
    """A person, device or software: children in the schema's order, everything else as attributes."""
    if not facts:
        return
    order = _PARTS[name]
    element = _sub(parent, name, attributes={key: text for key, text in facts.items() if key not in order})
    for key in order:
        if key in facts:
            _sub(element, key, facts[key])


def _references(parent: Any, references: Iterable[Mapping[str, str]]) -> None:
    for one in references:
        _sub(parent, one["kind"], attributes={key: text for key, text in one.items() if key != "kind"})


def _points(parent: Any, references: Iterable[Mapping[str, str]]) -> None:
    for one in references:
        own = {key: one[key] for key in ("seriesID", "id") if key in one}
        element = _sub(parent, one["kind"], attributes=own)
        for name in ("StartValue", "EndValue"):
            if name in one:
                _sub(_sub(element, name), _TAG_OF[one.get(f"{name}.type", "Float64")], one[name])


def _result(parent: Any, result: Result) -> None:
    element = _sub(parent, "Result", attributes=_named(name=result.name, id=result.id))
    for one in result.series_sets:
        _series_set(element, one)
    for category in result.categories:
        _category(element, category)
    nested = _container(element, "ExperimentStepSet", result.containers, result.steps or result.templates)
    _steps(nested, result.templates, result.steps)


def _category(parent: Any, category: Category) -> None:
    element = _sub(parent, "Category", attributes=_named(name=category.name, id=category.id))
    for parameter in category.parameters:
        _parameter(element, parameter)
    for series_set in category.series_sets:
        _series_set(element, series_set)
    for one in category.categories:
        _category(element, one)


def _parameter(parent: Any, parameter: Parameter) -> None:
    own = _named(name=parameter.name, parameterType=parameter.type, id=parameter.id)
    element = _sub(parent, "Parameter", attributes=own)
    _sub(element, _TAG_OF[parameter.type], parameter.value)
    _unit(element, parameter.unit)


def _unit(parent: Any, unit: UnitEntry | None) -> None:
    if unit is None:
        return
    element = _sub(parent, "Unit", attributes={"label": unit.label, **_named(quantity=unit.quantity)})
    for name, factor, exponent, offset in unit.si:
        _sub(element, "SIUnit", name, _named(factor=factor, exponent=exponent, offset=offset))


def _series_set(parent: Any, series_set: SeriesSet) -> None:
    own = _named(name=series_set.name, id=series_set.id) | {"length": str(series_set.length)}
    element = _sub(parent, "SeriesSet", attributes=own)
    for one in series_set.series:
        _series(element, one)


def _series(parent: Any, series: Series) -> None:
    own = {
        "name": series.name,
        "dependency": series.dependency,
        "seriesID": series.id,
        "seriesType": series.type,
    }
    own |= _named(visible=series.visible, plotScale=series.plot_scale, id=series.item)
    element = _sub(parent, "Series", attributes=own)
    sets = series.sets or (
        ValueSet(series.kind, len(series.values), start=str(series.start) if series.start else ""),
    )
    at = 0
    for one in sets:
        _value_set(element, one, series.type, series.values[at : at + one.count])
        at += one.count
    if at != len(series.values):
        raise ValueError(f"the series {series.name!r} has {len(series.values)} values, and its sets {at}")
    _unit(element, series.unit)


def _value_set(parent: Any, held: ValueSet, kind: str, values: tuple[str, ...]) -> None:
    own = _named(startIndex=held.start, endIndex=held.end)
    if held.kind == "encoded":
        _sub(parent, "EncodedValueSet", held.parts[0] if held.parts else encode(values, kind), own)
    elif held.kind == "incremented":
        element = _sub(parent, "AutoIncrementedValueSet", attributes=own)
        if len(held.parts) != 4:
            raise ValueError("an incremented set of values needs its start value and its increment")
        for place, name in enumerate(("StartValue", "Increment")):
            _sub(_sub(element, name), _TAG_OF[held.parts[2 * place]], held.parts[2 * place + 1])
    else:
        element = _sub(parent, "IndividualValueSet", attributes=own)
        for value in values:
            _sub(element, _TAG_OF[kind], value)


def _entry(parent: Any, entry: AuditEntry) -> None:
    element = _sub(parent, "AuditTrailEntry", attributes=_named(id=entry.id))
    _sub(element, "Timestamp", entry.timestamp)
    _facts(element, "Author", entry.author)
    _facts(element, "Software", entry.software)
    _sub(element, "Action", entry.action)
    for name, text in (("Reason", entry.reason), ("Comment", entry.comment)):
        if text:
            _sub(element, name, text)
    for diff in entry.diffs:
        own = {key: text for key, text in diff.items() if key not in ("old", "new")}
        one = _sub(element, "Diff", attributes=own)
        _sub(one, "OldValue", diff.get("old", ""))
        _sub(one, "NewValue", diff.get("new", ""))
    for reference in entry.references:
        _sub(element, "Reference", reference)
