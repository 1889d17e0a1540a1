"""Samples' results as an AnIML document, for somebody else's system: what was measured, corrected, reported, signed.

Pure: rows come in, a document goes out. `titer.connect.animl.writer.write` makes bytes of it, and `.signatures.sign`
signs them. The techniques of the standard describe instruments' raw data; a reported result names the analysis as its
technique, for which there is no definition, and a reader's second level says so. Raw files go along byte for byte, in
base64, so that signatures which they bear still hold when they are taken out.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from titer.base.clock import iso
from titer.connect.animl import AnimlDocument, AuditEntry, SampleEntry, Step
from titer.connect.animl.making import Column, by_software, document_of, table_step
from titer.lims.model import Measurement, ReportableResult, Sample

_LONGEST_NAME = 200
RAW_TECHNIQUE, SIGNATURE_TECHNIQUE = "Raw data", "Signatures"


@dataclass(frozen=True)
class RawData:
    """A file that an instrument or another system wrote.

    Args:
        name, media_type, digest: as they are kept; the digest is SHA-256.
        data: its bytes; None where they are too many to go along, which the document says.
    """

    name: str
    media_type: str
    digest: str
    data: bytes | None


@dataclass(frozen=True)
class Signed:
    """A person's signature in the record (21 CFR 11.50): its meaning, and the digest of what was shown."""

    record: str
    meaning: str
    name: str
    at: str
    reason: str
    digest: str


@dataclass(frozen=True)
class Change:
    """An entry of the ledger about a record of the sample.

    Args:
        at: the server's time.
        who: kind and name of the actor.
        record_id: of the record; a result's is told with the result, every other with the sample.
        verb: the action.
        created: whether it made the record.
        reason: that was given, if any.
        fields: name, value before, value after.
    """

    at: str
    who: tuple[str, str]
    record_id: str
    verb: str
    created: bool
    reason: str
    fields: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class ToldSample:
    """What is known of a sample.

    Args:
        sample: with its number, kind and point.
        results: in any state; the state goes along.
        measurements: superseded ones too. A correction stands in the audit trail with the value before, the value
            after and the reason.
        files: raw data.
        signatures: on the sample, its results and its runs.
        changes: the ledger's entries.
    """

    sample: Sample
    results: Sequence[ReportableResult]
    measurements: Sequence[Measurement]
    files: Sequence[RawData] = ()
    signatures: Sequence[Signed] = ()
    changes: Sequence[Change] = ()


def samples_document(told: Sequence[ToldSample], *, made_at: datetime) -> AnimlDocument:
    """What is known of some samples.

    Args:
        told: each with what hangs on it.
        made_at: now.
    """
    samples, steps, trail = [], list[Step](), list[AuditEntry]()
    for place, one in enumerate(told, 1):
        key = f"s{place}"
        samples.append(_sample(one.sample, key))
        steps += _steps(one, key)
        trail += _trail(one, key)
    numbers = ", ".join(one.sample.number for one in told)
    keys = [f"s{place}" for place in range(1, len(told) + 1)]
    trail.append(by_software(made_at, "created", f"Results of {numbers} as of {iso(made_at)}.", keys))
    return document_of(samples, steps, trail)


def _sample(sample: Sample, key: str) -> SampleEntry:
    attributes = {"id": key} | ({"comment": sample.point} if sample.point else {})
    return SampleEntry(
        sample.number, sample.number, attributes, tags=({"name": "kind", "value": sample.kind},)
    )


def _ordered(rows: Sequence[Any]) -> list[Any]:
    return sorted(rows, key=lambda one: one.id)


def _steps(told: ToldSample, key: str) -> Iterator[Step]:
    number = told.sample.number
    for place, one in enumerate(_ordered(told.results), 1):
        facts = {
            "State": one.state,
            "Entered by": one.entered_by,
            "Reviewed by": one.reviewed_by,
            "Approved by": one.approved_by,
        }
        said = {name: text for name, text in facts.items() if text}
        yield table_step(f"{key}-result-{place}", one.analysis, one.analysis, number, said, _reported(one))
    rows = _ordered(told.measurements)
    if rows:
        columns = (
            Column("Number", "Int32", tuple(str(place) for place in range(1, len(rows) + 1))),
            Column("Name", "String", tuple(one.name for one in rows)),
            Column("Raw", "String", tuple(one.raw for one in rows)),
            Column("Unit", "String", tuple(one.unit or "" for one in rows)),
            Column("Superseded", "Boolean", tuple(_superseded(one, rows) for one in rows)),
        )
        yield table_step(f"{key}-measurements", "Measurements", "Measurements", number, {}, columns)
    if told.signatures:
        given = told.signatures
        shown = (
            Column("Number", "Int32", tuple(str(place) for place in range(1, len(given) + 1))),
            Column("Record", "String", tuple(one.record for one in given)),
            Column("Meaning", "String", tuple(one.meaning for one in given)),
            Column("Name", "String", tuple(one.name for one in given)),
            Column("Signed at", "DateTime", tuple(one.at for one in given)),
            Column("Reason", "String", tuple(one.reason for one in given)),
            Column("SHA-256 of what was shown", "String", tuple(one.digest for one in given)),
        )
        yield table_step(f"{key}-signatures", "Signatures", SIGNATURE_TECHNIQUE, number, {}, shown)
    for place, file in enumerate(told.files, 1):
        yield table_step(
            f"{key}-raw-{place}", file.name[:_LONGEST_NAME], RAW_TECHNIQUE, number, _raw(file), ()
        )


def _raw(file: RawData) -> dict[str, str]:
    told = {"File": file.name, "Media type": file.media_type, "SHA-256": file.digest}
    if file.data is None:
        return told | {"Left out": "The file is too large to go along; the digest says which one it is."}
    return told | {"Content": base64.b64encode(file.data).decode("ascii")}


def raw_data(document: AnimlDocument) -> Iterator[RawData]:
    """The raw files that a document of this room brings along, as they were."""
    for step in document.steps:
        if step.technique.get("name") == RAW_TECHNIQUE:
            facts = {one.name: one.value for group in step.method_categories for one in group.parameters}
            data = base64.b64decode(facts["Content"]) if "Content" in facts else None
            yield RawData(facts["File"], facts.get("Media type", ""), facts["SHA-256"], data)


def _reported(result: ReportableResult) -> tuple[Column, ...]:
    """The reported value unrounded, as its decimal where it is a number, else as its words."""
    value = (
        Column("Value", "String", (result.text,))
        if result.value is None
        else Column("Value", "Float64", (f"{result.value:f}",), result.unit or "")
    )
    return (Column("Number", "Int32", ("1",)), value)


def _superseded(row: Measurement, rows: Sequence[Measurement]) -> str:
    return "true" if any(one.supersedes_id == row.id for one in rows) else "false"


def _trail(told: ToldSample, key: str) -> Iterator[AuditEntry]:
    rows = _ordered(told.measurements)
    for one in rows:
        if one.supersedes_id:
            yield _correction(one, rows, key)
    results = {one.id: f"{key}-result-{place}" for place, one in enumerate(_ordered(told.results), 1)}
    for change in told.changes:
        item = results.get(change.record_id, key)
        yield AuditEntry(
            change.at,
            {"userType": "human" if change.who[0] == "person" else "software", "Name": change.who[1]},
            "created" if change.created else "modified",
            change.reason,
            change.verb,
            diffs=tuple(
                {
                    "scope": "attributes",
                    "changedItem": item,
                    "old": f"{name}: {_shown(before)}",
                    "new": f"{name}: {_shown(after)}",
                }
                for name, before, after in (() if change.created else change.fields)
            ),
            references=(item,),
        )
    for signed in told.signatures:
        yield AuditEntry(
            signed.at,
            {"userType": "human", "Name": signed.name},
            "signed",
            signed.reason,
            f"{signed.record}: {signed.meaning}; SHA-256 of what was shown {signed.digest}.",
            references=(f"{key}-signatures",),
        )


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _correction(row: Measurement, rows: Sequence[Measurement], key: str) -> AuditEntry:
    before = next((one.raw for one in rows if one.id == row.supersedes_id), "")
    who = str(row.source.get("person_id") or "unknown")
    return AuditEntry(
        iso(row.recorded_at),
        {"userType": "human" if "person_id" in row.source else "software", "Name": who},
        "modified",
        row.reason or "",
        f"{row.name}, replicate {row.replicate}.",
        diffs=(
            {
                "scope": "element",
                "changedItem": f"{key}-measurements-table",
                "old": before,
                "new": row.raw,
            },
        ),
        references=(f"{key}-measurements",),
    )
