"""Tables of the quality system."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
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
    """The review of an audit trail (PIC/S PI 041, MHRA 2018): by exception, and by a random sample.

    What is reviewed is fixed when the review is opened: the entries of a batch, a lot, or the system behind those of
    the review before, up to the ledger's entry `upto_seq`; their count and the digest over their ids. `sampled`
    follows from `seed` alone (`titer.quality.trail.rules.draw`). Later entries that a rule flags need a
    supplementary review. The period of a system review is for people to read: the numbers say what was reviewed.
    """

    __tablename__ = "quality_audit_trail_review"
    __immutable__ = (
        "number",
        "subject_type",
        "subject_id",
        "subject_name",
        "batch_id",
        "period_from",
        "period_to",
        "from_seq",
        "upto_seq",
        "entries",
        "population",
        "ruleset_version",
        "ruleset_digest",
        "seed",
        "sampled",
        "flagged",
        "opened_at",
        "due_at",
    )

    number: Mapped[str] = mapped_column(unique=True)
    subject_type: Mapped[str] = mapped_column()
    subject_id: Mapped[str] = mapped_column(index=True)
    subject_name: Mapped[str] = mapped_column()
    batch_id: Mapped[str | None] = mapped_column(index=True)
    period_from: Mapped[datetime | None] = mapped_column()
    period_to: Mapped[datetime | None] = mapped_column()
    from_seq: Mapped[int] = mapped_column(BigInteger)
    upto_seq: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column()
    population: Mapped[str] = mapped_column()
    ruleset_version: Mapped[int] = mapped_column()
    ruleset_digest: Mapped[str] = mapped_column()
    seed: Mapped[int] = mapped_column(BigInteger)
    sampled: Mapped[list[dict[str, Any]]] = mapped_column()
    flagged: Mapped[list[dict[str, Any]]] = mapped_column()
    opened_at: Mapped[datetime] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    state: Mapped[str] = mapped_column()
    outcome: Mapped[str | None] = mapped_column()
    comment: Mapped[str | None] = mapped_column()
    reviewer_id: Mapped[str | None] = mapped_column()


class TrailSettings(Regulated, Base):
    """How a site sets the rules of audit-trail review; each change is a row of its own, the newest one counts.

    `number` is the version of the rules that follow from it; those that are delivered are version 1.
    """

    __tablename__ = "quality_trail_settings"
    __append_only__ = True

    number: Mapped[int] = mapped_column(unique=True)
    settings: Mapped[dict[str, Any]] = mapped_column()
    set_by: Mapped[str] = mapped_column()


class TrailLook(Regulated, Base):
    """That a person looked at one entry of a review, and what they saw; the newest one of an entry counts."""

    __tablename__ = "quality_trail_look"
    __append_only__ = True

    review_id: Mapped[str] = mapped_column(index=True)
    entry_id: Mapped[str] = mapped_column()
    verdict: Mapped[str] = mapped_column()
    note: Mapped[str] = mapped_column()
    person_id: Mapped[str] = mapped_column()


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
