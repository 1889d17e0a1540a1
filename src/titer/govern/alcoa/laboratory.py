"""Questions about the laboratory: raw files, injections, transcriptions, and results calculated again."""

from __future__ import annotations

from sqlalchemy import select

from titer.govern.alcoa.question import Answer, Finding, Question, Sources, by_sql
from titer.lims.model import ReportableResult, Run, Sample
from titer.lims.recalculation import difference
from titer.lims.service.designs import Designs

LIMS = "lims"
_UNPLANNED = ("unplanned_injection", "counter_gap")

RAW_FILES = by_sql(
    "raw_files",
    "Is every raw file of the laboratory the one that its connection delivered?",
    all_of="SELECT count(*) FROM lims_raw_file",
    exceptions="""
SELECT 'lims_raw_file', f.id, f.file_name, 'differs from the document that was delivered'
FROM lims_raw_file f
LEFT JOIN equipment_document d ON d.id = f.document_id
WHERE d.id IS NULL OR d.digest <> f.digest
ORDER BY f.id""",
    layer=LIMS,
)


def recalculation(sources: Sources) -> Answer:
    """Every reportable result is calculated again, from its measurements' raw text and its method's formula."""
    rows = sources.session.execute(
        select(ReportableResult, Sample.number)
        .outerjoin(Sample, Sample.id == ReportableResult.sample_id)
        .order_by(ReportableResult.id)
    ).all()
    designs, findings = Designs(), []
    for result, number in rows:
        told = difference(sources.session, designs, result)
        if told:
            findings.append(Finding("lims_result", result.id, f"{number} {result.analysis}", told))
    return Answer(len(rows), findings)


RECALCULATION = Question(
    "recalculation",
    "Does every result come out the same when it is calculated again?",
    recalculation,
    layer=LIMS,
)

TRANSCRIPTIONS = by_sql(
    "transcriptions",
    "Was every transcription of a contract laboratory's certificate checked by a second person?",
    all_of="SELECT count(*) FROM lims_contract_certificate",
    exceptions="""
SELECT 'lims_contract_certificate', id, number, 'is ' || replace(state, '_', ' ')
FROM lims_contract_certificate
WHERE state <> 'checked' OR checked_by IS NULL OR checked_by = transcribed_by
ORDER BY id""",
    layer=LIMS,
)

INJECTIONS = by_sql(
    "injections",
    "Is every injection in a run that was reviewed and closed?",
    all_of="SELECT count(*) FROM lims_run WHERE injections <> '[]'",
    exceptions="""
SELECT 'lims_run', id, number, 'has injections, and is ' || replace(state, '_', ' ')
FROM lims_run
WHERE injections <> '[]' AND state <> 'closed'
ORDER BY id""",
    layer=LIMS,
)


def unplanned(sources: Sources) -> Answer:
    """No run holds an injection that nobody planned, and no instrument's injection counter has a gap."""
    runs = sources.session.scalars(select(Run).order_by(Run.id)).all()
    findings = [
        Finding("lims_run", run.id, run.number, str(found.get("detail") or found["kind"]))
        for run in runs
        for found in run.findings
        if found.get("kind") in _UNPLANNED
    ]
    return Answer(len(runs), findings)


UNPLANNED = Question(
    "unplanned",
    "Is there an injection that nobody planned, or a gap in a counter of injections?",
    unplanned,
    layer=LIMS,
)

FILE_DISPOSITIONS = by_sql(
    "file_dispositions",
    "Did somebody say of every instrument's file what it is?",
    all_of="SELECT count(*) FROM lims_raw_file",
    exceptions="""
SELECT 'lims_raw_file', id, file_name, disposition || coalesce(': ' || reason, '')
FROM lims_raw_file
WHERE disposition IN ('pending', 'quarantined')
ORDER BY id""",
    layer=LIMS,
)
