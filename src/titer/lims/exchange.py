"""A sample's results as an AnIML document, for somebody else's system: what was measured, corrected and reported.

Pure: rows come in, a document goes out. `titer.connect.animl.writer.write` makes bytes of it, and `.signatures.sign`
signs them. The techniques of the standard describe instruments' raw data; a reported result names the analysis as its
technique, for which there is no definition, and a reader's second level says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from titer.base.clock import iso
from titer.connect.animl import AnimlDocument, AuditEntry, SampleEntry
from titer.connect.animl.making import Column, by_software, document_of, table_step
from titer.lims.model import Measurement, ReportableResult, Sample


def sample_document(
    sample: Sample,
    results: Sequence[ReportableResult],
    measurements: Sequence[Measurement],
    *,
    made_at: datetime,
) -> AnimlDocument:
    """What is known of a sample.

    Args:
        sample: with its number, kind and point.
        results: of the sample, in any state; the state goes along.
        measurements: of the sample, superseded ones too. A correction stands in the audit trail with the
            value before, the value after and the reason.
        made_at: now.
    """
    attributes = {"id": "sample"} | ({"comment": sample.point} if sample.point else {})
    entry = SampleEntry(
        sample.number, sample.number, attributes, tags=({"name": "kind", "value": sample.kind},)
    )
    steps = [
        table_step(
            f"result-{place}",
            one.analysis,
            one.analysis,
            sample.number,
            {
                name: text
                for name, text in (
                    ("State", one.state),
                    ("Entered by", one.entered_by),
                    ("Reviewed by", one.reviewed_by),
                    ("Approved by", one.approved_by),
                )
                if text
            },
            _reported(one),
        )
        for place, one in enumerate(sorted(results, key=lambda one: one.id), 1)
    ]
    rows = sorted(measurements, key=lambda one: one.id)
    if rows:
        columns = (
            Column("Number", "Int32", tuple(str(place) for place in range(1, len(rows) + 1))),
            Column("Name", "String", tuple(one.name for one in rows)),
            Column("Raw", "String", tuple(one.raw for one in rows)),
            Column("Unit", "String", tuple(one.unit or "" for one in rows)),
            Column("Superseded", "Boolean", tuple(_superseded(one, rows) for one in rows)),
        )
        steps.append(table_step("measurements", "Measurements", "Measurements", sample.number, {}, columns))
    trail = [_correction(one, rows) for one in rows if one.supersedes_id]
    trail.append(
        by_software(made_at, "created", f"Results of {sample.number} as of {iso(made_at)}.", ["sample"])
    )
    return document_of((entry,), steps, trail)


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


def _correction(row: Measurement, rows: Sequence[Measurement]) -> AuditEntry:
    before = next((one.raw for one in rows if one.id == row.supersedes_id), "")
    who = str(row.source.get("person_id") or "unknown")
    return AuditEntry(
        iso(row.recorded_at),
        {"userType": "human" if "person_id" in row.source else "software", "Name": who},
        "modified",
        row.reason or "",
        f"{row.name}, replicate {row.replicate}.",
        diffs=({"scope": "element", "changedItem": "measurements-table", "old": before, "new": row.raw},),
        references=("measurements",),
    )
