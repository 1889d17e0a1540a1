"""Tables of the quality system."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class QualityException(Regulated, Base):
    """Something that was not as it should be; a person disposes of it, with a signature."""

    __tablename__ = "quality_exception"
    __immutable__ = (
        "number",
        "key",
        "kind",
        "title",
        "detail",
        "batch_id",
        "subject_type",
        "subject_id",
        "evidence",
    )

    number: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column()
    severity: Mapped[str] = mapped_column()
    title: Mapped[str] = mapped_column()
    detail: Mapped[str] = mapped_column()
    batch_id: Mapped[str | None] = mapped_column(index=True)
    subject_type: Mapped[str] = mapped_column()
    subject_id: Mapped[str] = mapped_column(index=True)
    evidence: Mapped[dict[str, Any]] = mapped_column()
    state: Mapped[str] = mapped_column()
    disposition: Mapped[str | None] = mapped_column()
    comment: Mapped[str | None] = mapped_column()
    deviation_id: Mapped[str | None] = mapped_column()
    signature_id: Mapped[str | None] = mapped_column()


class Deviation(Regulated, Base):
    """A departure from an approved instruction or limit (21 CFR 211.192), investigated and closed."""

    __tablename__ = "quality_deviation"
    __immutable__ = ("number", "key", "batch_id")

    number: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column()
    description: Mapped[str] = mapped_column()
    batch_id: Mapped[str | None] = mapped_column(index=True)
    exception_ids: Mapped[list[str]] = mapped_column()
    state: Mapped[str] = mapped_column()
    classification: Mapped[str | None] = mapped_column()
    root_cause: Mapped[str | None] = mapped_column()
    product_impact: Mapped[str | None] = mapped_column()
    corrective_action: Mapped[str | None] = mapped_column()
    investigator_id: Mapped[str | None] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column()


class AuditTrailReview(Regulated, Base):
    """The review of a batch's audit trail (PIC/S PI 041): by exception, and by a random sample."""

    __tablename__ = "quality_audit_trail_review"

    batch_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column()
    seed: Mapped[int] = mapped_column()
    sampled: Mapped[list[dict[str, Any]]] = mapped_column()
    flagged: Mapped[list[dict[str, Any]]] = mapped_column()
    outcome: Mapped[str | None] = mapped_column()
    comment: Mapped[str | None] = mapped_column()


class Disposition(Regulated, Base):
    """What is decided about a batch, apart from how it was executed."""

    __tablename__ = "quality_disposition"
    __immutable__ = ("batch_id", "batch_number")

    batch_id: Mapped[str] = mapped_column(unique=True)
    batch_number: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    coverage: Mapped[dict[str, Any]] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    signature_id: Mapped[str | None] = mapped_column()
