"""Questions about kept bytes and about streams: digests, documents, formats, gaps, clocks of devices."""

from __future__ import annotations

from sqlalchemy import select

from titer.base.errors import TiterError
from titer.govern.alcoa.question import Answer, Finding, Question, Sources, by_sql
from titer.record import ContentObject


def digests(sources: Sources) -> Answer:
    """Every content object's bytes are there, as long as entered, and hash to its digest."""
    rows = sources.session.scalars(select(ContentObject).order_by(ContentObject.id)).all()
    findings = []
    for row in rows:
        try:
            data = sources.record.content.read(row.digest)
        except TiterError as error:
            findings.append(Finding("record_content", row.id, row.origin, str(error)))
            continue
        if len(data) != row.size:
            findings.append(
                Finding(
                    "record_content", row.id, row.origin, f"{len(data)} bytes, and {row.size} were entered"
                )
            )
    return Answer(len(rows), findings)


DIGESTS = Question("digests", "Are the kept bytes all there, and do they hash to their digests?", digests)

DOCUMENTS_KEPT = by_sql(
    "documents_kept",
    "Are the bytes of every document that a connection delivered kept?",
    all_of="SELECT count(*) FROM equipment_document",
    exceptions="""
SELECT 'equipment_document', d.id, d.file_name, 'its bytes are not in the content store'
FROM equipment_document d
LEFT JOIN record_content c ON c.digest = d.digest
WHERE c.id IS NULL
ORDER BY d.id""",
)

NAMED_FORMATS = by_sql(
    "named_formats",
    "Does every kept file say what format it is in, so that it can be opened in years?",
    all_of="SELECT count(*) FROM record_content",
    exceptions="""
SELECT 'record_content', id, origin, 'its format is ' || coalesce(nullif(media_type, ''), 'not named')
FROM record_content
WHERE media_type IN ('', 'application/octet-stream')
ORDER BY id""",
)

GAPS = by_sql(
    "gaps",
    "Which gaps of the streams are open, or can never be filled?",
    all_of="SELECT count(*) FROM equipment_gap",
    exceptions="""
SELECT 'equipment_gap', id, connection, state || ': ' || reason
FROM equipment_gap
WHERE state NOT IN ('filled', 'closed')
ORDER BY id""",
)

CLOCK_STEPS = by_sql(
    "clock_steps",
    "Did a clock of a device, or the server's own, step?",
    all_of="SELECT (SELECT count(*) FROM equipment_stream_event) + (SELECT count(*) FROM record_clock_step)",
    exceptions="""
SELECT 'equipment_stream_event', id, connection, reason FROM equipment_stream_event WHERE kind = 'clock_step'
UNION ALL
SELECT 'record_clock_step', id, 'the server''s clock', 'went back' FROM record_clock_step
ORDER BY 2""",
)
