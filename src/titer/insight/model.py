"""Tables: data sets, model versions, deployments, what is being watched, the prediction log, alerts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class Dataset(Regulated, Base):
    """A snapshot of historic batches; its bytes lie in the content store.

    `batches` lists for each: batch, rows, hours, digest, role (train, calibrate, test, challenge, excluded),
    and the reason of an exclusion or the known fault of a challenge.
    """

    __tablename__ = "insight_dataset"
    __append_only__ = True

    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column()
    source: Mapped[dict[str, Any]] = mapped_column()
    step_minutes: Mapped[int] = mapped_column()
    channels: Mapped[list[dict[str, Any]]] = mapped_column()
    batches: Mapped[list[dict[str, Any]]] = mapped_column()
    manifest_digest: Mapped[str] = mapped_column()
    created_by: Mapped[str] = mapped_column()


class ModelVersion(Regulated, Base):
    """One version of a monitoring model. Nothing that a score depends on changes after it was made."""

    __tablename__ = "insight_model"
    __table_args__ = (UniqueConstraint("name", "revision"),)
    __immutable__ = ("name", "revision", "dataset_id", "spec", "acceptance", "artefact_digest", "author_id")

    name: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column()
    dataset_id: Mapped[str] = mapped_column()
    spec: Mapped[dict[str, Any]] = mapped_column()
    acceptance: Mapped[dict[str, Any]] = mapped_column()
    artefact_digest: Mapped[str] = mapped_column(index=True)
    calibration: Mapped[dict[str, Any]] = mapped_column()
    code_version: Mapped[str] = mapped_column()
    author_id: Mapped[str] = mapped_column()
    criteria_signature_id: Mapped[str | None] = mapped_column()
    test_opened_by: Mapped[str | None] = mapped_column()
    test_opened_at: Mapped[datetime | None] = mapped_column()
    validation: Mapped[dict[str, Any] | None] = mapped_column()
    owner_signature_id: Mapped[str | None] = mapped_column()
    quality_signature_id: Mapped[str | None] = mapped_column()
    state_reason: Mapped[str | None] = mapped_column()


class Deployment(Regulated, Base):
    """A model version bound to equipment."""

    __tablename__ = "insight_deployment"

    number: Mapped[str] = mapped_column(unique=True)
    model_id: Mapped[str] = mapped_column(index=True)
    artefact_digest: Mapped[str] = mapped_column()
    equipment: Mapped[str] = mapped_column(index=True)
    rename: Mapped[dict[str, str]] = mapped_column()
    state: Mapped[str] = mapped_column()
    block_minutes: Mapped[int] = mapped_column()
    patience_s: Mapped[int] = mapped_column()
    golden_check: Mapped[str] = mapped_column()
    fallback: Mapped[str] = mapped_column()
    ends_with_phase: Mapped[str | None] = mapped_column()
    state_reason: Mapped[str | None] = mapped_column()


class Watch(Regulated, Base):
    """A deployment follows a batch."""

    __tablename__ = "insight_watch"
    __table_args__ = (UniqueConstraint("deployment_id", "batch_id"),)

    deployment_id: Mapped[str] = mapped_column()
    model_id: Mapped[str] = mapped_column()
    artefact_digest: Mapped[str] = mapped_column()
    batch_id: Mapped[str] = mapped_column(index=True)
    batch_number: Mapped[str] = mapped_column()
    equipment: Mapped[str] = mapped_column()
    started_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    state: Mapped[str] = mapped_column(index=True)
    state_reason: Mapped[str | None] = mapped_column()


class PredictionBlock(Regulated, Base):
    """A block of the prediction log: what was scored, on what, with which outcome; bytes by digest."""

    __tablename__ = "insight_block"
    __append_only__ = True
    __table_args__ = (UniqueConstraint("watch_id", "sequence"),)

    watch_id: Mapped[str] = mapped_column(index=True)
    sequence: Mapped[int] = mapped_column()
    first_at: Mapped[datetime] = mapped_column()
    last_at: Mapped[datetime] = mapped_column()
    rows: Mapped[int] = mapped_column()
    digest: Mapped[str] = mapped_column()
    previous: Mapped[str | None] = mapped_column()
    verdicts: Mapped[dict[str, Any]] = mapped_column()
    alarming: Mapped[int] = mapped_column()
    largest_ratio: Mapped[Decimal] = mapped_column()


class Alert(Regulated, Base):
    """An alarm event that a person must dispose of. It never closes by itself."""

    __tablename__ = "insight_alert"
    __table_args__ = (UniqueConstraint("watch_id", "raised_at"),)

    number: Mapped[str] = mapped_column(unique=True)
    watch_id: Mapped[str] = mapped_column(index=True)
    model_id: Mapped[str] = mapped_column()
    batch_id: Mapped[str] = mapped_column(index=True)
    batch_number: Mapped[str] = mapped_column()
    equipment: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column(index=True)
    title: Mapped[str] = mapped_column()
    statistic: Mapped[str] = mapped_column()
    ratio: Mapped[Decimal] = mapped_column()
    first_at: Mapped[datetime] = mapped_column()
    raised_at: Mapped[datetime] = mapped_column()
    cleared_at: Mapped[datetime | None] = mapped_column()
    occurrences: Mapped[int] = mapped_column()
    last_raised_at: Mapped[datetime] = mapped_column()
    batch_hour: Mapped[Decimal] = mapped_column()
    contributions: Mapped[list[dict[str, Any]]] = mapped_column()
    lead: Mapped[str] = mapped_column()
    block_digest: Mapped[str] = mapped_column()
    escalates_at: Mapped[datetime] = mapped_column()
    acknowledged_by: Mapped[str | None] = mapped_column()
    acknowledged_at: Mapped[datetime | None] = mapped_column()
    disposition: Mapped[str | None] = mapped_column()
    comment: Mapped[str | None] = mapped_column()
    signature_id: Mapped[str | None] = mapped_column()
    exception_id: Mapped[str | None] = mapped_column()
    deviation_id: Mapped[str | None] = mapped_column()
