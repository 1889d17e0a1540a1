"""HTTP of the quality system; every decision is a signature (POST /api/signatures)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from titer.quality.model import QualityException
from titer.quality.service import Quality
from titer.quality.trail.routes import AuditTrailReviewOut, RecordPart
from titer.quality.trail.routes import router as trail
from titer.record.http import Acting, Reading, platform_part

router = APIRouter(prefix="/api/quality", tags=["quality"])
router.include_router(trail)
QualityPart = Annotated[Quality, Depends(platform_part("quality"))]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: str
    version: int
    recorded_at: datetime
    process_at: datetime


class QualityExceptionOut(_Out):
    """An exception."""

    number: str
    kind: str
    severity: str
    title: str
    detail: str
    batch_id: str | None
    subject_type: str
    subject_id: str
    evidence: dict[str, Any]
    state: str
    disposition: str | None
    comment: str | None
    deviation_id: str | None


class DeviationOut(_Out):
    """A deviation."""

    number: str
    title: str
    description: str
    batch_id: str | None
    exception_ids: list[str]
    state: str
    classification: str | None
    root_cause: str | None
    product_impact: str | None
    corrective_action: str | None
    investigator_id: str | None
    closed_at: datetime | None


class DispositionOut(_Out):
    """A batch's disposition."""

    batch_id: str
    batch_number: str
    state: str
    coverage: dict[str, Any]
    decided_at: datetime | None


class CheckOut(BaseModel):
    """One check of the review."""

    gate: str
    id: str
    title: str
    outcome: str
    detail: str
    record_type: str
    record_id: str
    blocks: bool
    exceptions: list[str]


class BatchReviewOut(BaseModel):
    """All that a reviewer needs of a batch."""

    disposition: DispositionOut
    sentence: str
    blockers: list[str]
    checks: list[CheckOut]
    exceptions: list[QualityExceptionOut]
    deviations: list[DeviationOut]
    audit_trail_review: AuditTrailReviewOut | None


class NewDeviation(BaseModel):
    """A deviation to raise."""

    title: str
    description: str
    batch_id: str | None = None
    exception_ids: list[str] = []
    key: str


@router.get("/exceptions")
def quality_exceptions(
    session: Reading, quality: QualityPart, batch_id: str | None = None
) -> list[QualityExceptionOut]:
    """Exceptions, oldest first."""
    return [QualityExceptionOut.model_validate(row) for row in quality.exceptions(session, batch_id)]


@router.get("/exceptions/{exception_id}")
def quality_exception(exception_id: str, session: Reading) -> QualityExceptionOut:
    """One exception."""
    from titer.quality.signing import _get

    return QualityExceptionOut.model_validate(_get(session, QualityException, exception_id))


@router.get("/deviations")
def quality_deviations(
    session: Reading, quality: QualityPart, batch_id: str | None = None
) -> list[DeviationOut]:
    """Deviations, oldest first."""
    return [DeviationOut.model_validate(row) for row in quality.deviations(session, batch_id)]


@router.post("/deviations", status_code=201)
def quality_raise_deviation(body: NewDeviation, act: Acting, quality: QualityPart) -> DeviationOut:
    """Raise a deviation."""
    with act("quality.deviation.raise", reason=body.title) as unit:
        return DeviationOut.model_validate(quality.raise_deviation(unit, **body.model_dump()))


@router.post("/deviations/{deviation_id}/investigate")
def quality_begin_investigation(deviation_id: str, act: Acting, quality: QualityPart) -> DeviationOut:
    """Take a deviation up."""
    with act("quality.deviation.investigate") as unit:
        row = quality.begin_investigation(unit, deviation_id)
        unit.flush()
        return DeviationOut.model_validate(row)


@router.get("/batches")
def quality_dispositions(session: Reading, quality: QualityPart) -> list[DispositionOut]:
    """Dispositions of all batches, newest first."""
    return [DispositionOut.model_validate(row) for row in quality.dispositions(session)]


@router.post("/batches/{batch_id}/review")
def quality_begin_review(batch_id: str, act: Acting, quality: QualityPart) -> DispositionOut:
    """Run all checks and begin (or repeat) the review by exception."""
    with act("quality.batch.review", reason="review by exception") as unit:
        row = quality.begin_review(unit, batch_id)
        unit.flush()
        return DispositionOut.model_validate(row)


@router.get("/batches/{batch_id}")
def quality_batch(
    batch_id: str, session: Reading, quality: QualityPart, record: RecordPart
) -> BatchReviewOut:
    """Checks, exceptions, deviations, audit-trail review and what blocks the release."""
    found = quality.coverage(session, batch_id)
    review = quality.audit_trail_review(session, batch_id)
    return BatchReviewOut(
        disposition=DispositionOut.model_validate(quality.disposition(session, batch_id)),
        sentence=found.sentence,
        blockers=quality.release_blockers(session, batch_id, found=found),
        checks=[
            CheckOut(
                gate=item.gate,
                id=item.check.id,
                title=item.check.title,
                outcome=item.check.outcome,
                detail=item.check.detail,
                record_type=item.check.record_type,
                record_id=item.check.record_id,
                blocks=item.blocks,
                exceptions=list(item.exception_numbers),
            )
            for item in found.checks
        ],
        exceptions=[QualityExceptionOut.model_validate(row) for row in quality.exceptions(session, batch_id)],
        deviations=[DeviationOut.model_validate(row) for row in quality.deviations(session, batch_id)],
        audit_trail_review=AuditTrailReviewOut.of(review, record.clock.now()) if review else None,
    )
