"""An AnIML document as plain values: everything that the file says, numbers as the text that it says them in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from titer.connect.core.judged import Judged, Problem, build, plain


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit as written; `titer.connect.animl.units` reckons with it.

    Attributes:
        si: (SI unit, factor, exponent, offset) of each part, as text, "" where the file does not say it (the
            schema's defaults are 1, 1 and 0).
    """

    label: str
    quantity: str = ""
    si: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named value; `value` is the raw text."""

    name: str
    type: str
    value: str
    unit: UnitEntry | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class ValueSet:
    """How a run of a series' values stands in the file, so that it can be written again as it was.

    Attributes:
        kind: "individual", "encoded" or "incremented".
        count: how many values it holds.
        start, end: indices as written; "" where they are not.
        parts: of an incremented set, the element names and texts of start value and increment; of an encoded
            one its base64 text, where writing the values anew would not give it.
    """

    kind: str
    count: int
    start: str = ""
    end: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """A column of a series set.

    Attributes:
        kind: how the file holds it: "individual", "encoded", "incremented", several joined by "+".
        values: each value as text: raw where the file holds text, exact where it holds start and increment,
            the shortest text that reads back to the same binary number where it is encoded.
        start: index of the first value.
        sets: the runs of values one by one; () stands for one run of the kind.
        visible: as written, "" where it is not.
        item: the `id` by which audit trail and signatures refer to it (`id` is the file's seriesID).
    """

    name: str
    id: str
    type: str
    dependency: str
    kind: str
    values: tuple[str, ...]
    unit: UnitEntry | None = None
    plot_scale: str = ""
    start: int = 0
    sets: tuple[ValueSet, ...] = ()
    visible: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class SeriesSet:
    """Series of equal length."""

    name: str
    length: int
    series: tuple[Series, ...]
    id: str = ""

    def named(self, name: str) -> Series | None:
        """The series of that name, if there is one."""
        return next((one for one in self.series if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Category:
    """Parameters, series sets and further categories under one heading."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    series_sets: tuple[SeriesSet, ...] = ()
    categories: tuple[Category, ...] = ()
    id: str = ""

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, if there is one."""
        return next((one for one in self.parameters if one.name == name), None)


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """A sample.

    Attributes:
        attributes: all of them as text (barcode, derived, containerType, ...).
        tags: attributes of each tag (name, value).
        containers: as in `Step`.
    """

    id: str
    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    categories: tuple[Category, ...] = ()
    tags: tuple[Mapping[str, str], ...] = ()
    containers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """A result of a step; `steps` (and templates) are those nested in it, `containers` as in `Step`."""

    name: str
    series_sets: tuple[SeriesSet, ...] = ()
    categories: tuple[Category, ...] = ()
    steps: tuple[Step, ...] = ()
    id: str = ""
    templates: tuple[Step, ...] = ()
    containers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """An experiment step (or, in `AnimlDocument.templates`, a template).

    Attributes:
        technique: `name`, `uri`, `sha256` of the technique definition.
        extensions: the same of each extension.
        sample_references: attributes of each reference (sampleID, role, samplePurpose), inheritances too.
        data_references: attributes of references to other steps and to parent data points.
        timestamp: as written.
        method: attributes of the method; author, device and software flattened as `device.Name`.
        items: ids of everything inside the step, to which audit trail and signatures refer.
        containers: elements that only hold others and are there, by name, with their `id` ("" for none).
    """

    id: str
    name: str
    technique: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[Mapping[str, str], ...] = ()
    sample_references: tuple[Mapping[str, str], ...] = ()
    data_references: tuple[Mapping[str, str], ...] = ()
    timestamp: str = ""
    method: Mapping[str, str] = field(default_factory=dict)
    method_categories: tuple[Category, ...] = ()
    results: tuple[Result, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[Mapping[str, str], ...] = ()
    items: tuple[str, ...] = ()
    containers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry of the instrument's own trail.

    Attributes:
        diffs: each with `scope`, `changedItem`, `old`, `new`.
        references: ids of items that the entry is about.
    """

    timestamp: str
    author: Mapping[str, str]
    action: str
    reason: str = ""
    comment: str = ""
    software: Mapping[str, str] = field(default_factory=dict)
    diffs: tuple[Mapping[str, str], ...] = ()
    references: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """An XML signature, verified.

    Attributes:
        state: "holds" (nothing that it covers was changed), "void" (something was, or it never fitted), or
            "unknown" (it is made in a way that is not verified here).
        covers: what it covers: "document", or ids of items.
        why: of a seal that does not hold.
        signer: subject of the certificate in it, else the fingerprint (SHA-256) of the key in it. Who holds
            that key is for the reader to know: a key that lies in the file proves no person.
    """

    state: str
    covers: tuple[str, ...]
    why: str = ""
    signer: str = ""


@dataclass(frozen=True, slots=True)
class AnimlDocument(Judged):
    """What one file says.

    Attributes:
        digest: SHA-256 of the file's bytes.
        signatures: ids of the items that each XML signature refers to. Present is not verified.
        signature_xml: each signature as it stands there.
        seals: what became of each signature when it was verified.
        problems: what is not as the standard wants it.
        schema_validated: whether the core XSD was there to validate against.
        techniques_validated: names of the technique definitions that were there.
        unread: names of elements that were understood but are not kept, with the reason.
        attributes: of the root beside its version, namespaces in braces.
        namespaces: prefixes that the root declares ("" for the default one).
        containers: as in `Step`.
    """

    digest: str
    version: str
    samples: tuple[SampleEntry, ...] = ()
    steps: tuple[Step, ...] = ()
    templates: tuple[Step, ...] = ()
    audit_trail: tuple[AuditEntry, ...] = ()
    signatures: tuple[tuple[str, ...], ...] = ()
    problems: tuple[Problem, ...] = ()
    schema_validated: bool = False
    techniques_validated: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    signature_xml: tuple[str, ...] = ()
    seals: tuple[Seal, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)
    containers: Mapping[str, str] = field(default_factory=dict)

    def all_steps(self) -> Iterator[Step]:
        """Every step, those nested in results too, in document order."""
        waiting = list(self.steps)
        while waiting:
            step = waiting.pop(0)
            yield step
            waiting[:0] = [nested for result in step.results for nested in result.steps]

    def sample(self, sample_id: str) -> SampleEntry | None:
        """The sample of that id, if there is one."""
        return next((one for one in self.samples if one.id == sample_id), None)

    def as_dict(self) -> dict[str, Any]:
        """The document as JSON without floats."""
        return cast("dict[str, Any]", plain(self))

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> AnimlDocument:
        """The inverse of `as_dict`.

        Raises:
            TypeError, ValueError, KeyError: if the body is no such document.
        """
        return build(cls, body)
