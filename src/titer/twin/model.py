"""Tables of the twins: models, definitions on equipment, instances on batches, what they knew, what they proposed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class TwinModel(Regulated, Base):
    """A release of a process model: equations, parameters with sources, intended use. Never changed."""

    __tablename__ = "twin_model"
    __table_args__ = (UniqueConstraint("code", "digest"),)
    __append_only__ = True

    code: Mapped[str] = mapped_column(index=True)
    release: Mapped[str] = mapped_column()
    title: Mapped[str] = mapped_column()
    digest: Mapped[str] = mapped_column()
    content_digest: Mapped[str] = mapped_column()
    validity: Mapped[str] = mapped_column()
    intended_use: Mapped[str] = mapped_column()
    spec: Mapped[dict[str, Any]] = mapped_column()


class TwinDefinition(Regulated, Base):
    """A twin of a piece of equipment: model, channels, envelope. DEFINED -> COMMISSIONED -> RETIRED."""

    __tablename__ = "twin_definition"
    __immutable__ = ("equipment", "model_id", "settings", "settings_digest", "defined_by")

    number: Mapped[str] = mapped_column(unique=True)
    equipment: Mapped[str] = mapped_column(index=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("twin_model.id"))
    title: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column(index=True)
    settings: Mapped[dict[str, Any]] = mapped_column()
    settings_digest: Mapped[str] = mapped_column()
    defined_by: Mapped[str] = mapped_column()
    commissioned_signature_id: Mapped[str | None] = mapped_column()


class TwinInstance(Regulated, Base):
    """A twin bound to a batch: (equipment, batch, model release, parameter release)."""

    __tablename__ = "twin_instance"
    __table_args__ = (UniqueConstraint("definition_id", "batch_id"),)
    __immutable__ = ("definition_id", "model_id", "batch_id", "equipment")

    number: Mapped[str] = mapped_column(unique=True)
    definition_id: Mapped[str] = mapped_column(ForeignKey("twin_definition.id"))
    model_id: Mapped[str] = mapped_column(ForeignKey("twin_model.id"))
    batch_id: Mapped[str] = mapped_column(index=True)
    batch_number: Mapped[str] = mapped_column()
    equipment: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column(index=True)
    reasons: Mapped[list[str]] = mapped_column()
    started_at: Mapped[datetime | None] = mapped_column()
    start_volume: Mapped[Decimal | None] = mapped_column()
    frozen_at: Mapped[datetime | None] = mapped_column()


class TwinHour(Regulated, Base):
    """One hour of inputs and on-line measurements as the twin took them; a later revision replaces, never erases."""

    __tablename__ = "twin_hour"
    __table_args__ = (UniqueConstraint("instance_id", "hour", "revision"),)
    __append_only__ = True

    instance_id: Mapped[str] = mapped_column(ForeignKey("twin_instance.id"), index=True)
    hour: Mapped[int] = mapped_column()
    revision: Mapped[int] = mapped_column()
    taken_at: Mapped[datetime] = mapped_column()
    arrived_at: Mapped[datetime] = mapped_column()
    inputs: Mapped[dict[str, str]] = mapped_column()
    measured: Mapped[dict[str, str]] = mapped_column()
    quality: Mapped[dict[str, str]] = mapped_column()


class TwinMeasurement(Regulated, Base):
    """One laboratory value as the twin took it: (sampled, arrived, output, value, source record and its version)."""

    __tablename__ = "twin_measurement"
    __table_args__ = (UniqueConstraint("instance_id", "key", "revision"),)
    __append_only__ = True

    instance_id: Mapped[str] = mapped_column(ForeignKey("twin_instance.id"), index=True)
    key: Mapped[str] = mapped_column()
    revision: Mapped[int] = mapped_column()
    output: Mapped[str] = mapped_column()
    value: Mapped[Decimal | None] = mapped_column()
    unit: Mapped[str] = mapped_column()
    sd: Mapped[Decimal] = mapped_column()
    status: Mapped[str] = mapped_column()
    sampled_at: Mapped[datetime] = mapped_column()
    arrived_at: Mapped[datetime] = mapped_column()
    source_type: Mapped[str] = mapped_column()
    source_id: Mapped[str] = mapped_column()
    sample_number: Mapped[str] = mapped_column()


class TwinSnapshot(Regulated, Base):
    """What the twin believed at an hour, from what it knew then; replaying the log must give the same digest."""

    __tablename__ = "twin_snapshot"
    __append_only__ = True

    instance_id: Mapped[str] = mapped_column(ForeignKey("twin_instance.id"), index=True)
    hour: Mapped[int] = mapped_column()
    known_at: Mapped[datetime] = mapped_column()
    known_through: Mapped[str] = mapped_column()
    knowledge_digest: Mapped[str] = mapped_column()
    belief_digest: Mapped[str] = mapped_column()
    states: Mapped[dict[str, Any]] = mapped_column()
    outputs: Mapped[dict[str, Any]] = mapped_column()


class TwinReplay(Regulated, Base):
    """A rewind: what arrived late, how far the twin went back, and how its estimate changed."""

    __tablename__ = "twin_replay"
    __append_only__ = True

    instance_id: Mapped[str] = mapped_column(ForeignKey("twin_instance.id"), index=True)
    cause: Mapped[list[dict[str, Any]]] = mapped_column()
    from_hour: Mapped[int] = mapped_column()
    to_hour: Mapped[int] = mapped_column()
    before: Mapped[dict[str, Any]] = mapped_column()
    after: Mapped[dict[str, Any]] = mapped_column()
    belief_digest: Mapped[str] = mapped_column()
    known_through: Mapped[str] = mapped_column()

    @property
    def replayed_hours(self) -> int:
        """How many hours were estimated again."""
        return self.to_hour - self.from_hour + 1


class TwinScenario(Regulated, Base):
    """A simulated future: snapshot, overrides, samples, seed and model in; an immutable result out."""

    __tablename__ = "twin_scenario"
    __append_only__ = True

    number: Mapped[str] = mapped_column(unique=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("twin_instance.id"), index=True)
    title: Mapped[str] = mapped_column()
    kind: Mapped[str] = mapped_column()
    order: Mapped[dict[str, Any]] = mapped_column()
    order_digest: Mapped[str] = mapped_column()
    hour: Mapped[int] = mapped_column()
    known_through: Mapped[str] = mapped_column()
    model_digest: Mapped[str] = mapped_column()
    result: Mapped[dict[str, Any]] = mapped_column()
    result_digest: Mapped[str] = mapped_column()


class TwinOutlook(Regulated, Base):
    """What an alert would cost if nobody did anything, as the twin saw it when the alert opened. Never changed."""

    __tablename__ = "twin_outlook"
    __append_only__ = True

    number: Mapped[str] = mapped_column(unique=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("twin_instance.id"), index=True)
    batch_id: Mapped[str] = mapped_column(index=True)
    batch_number: Mapped[str] = mapped_column()
    alert_id: Mapped[str] = mapped_column(unique=True)
    alert_number: Mapped[str] = mapped_column()
    alert_title: Mapped[str] = mapped_column()
    raised_at: Mapped[datetime] = mapped_column()
    hour: Mapped[int] = mapped_column()
    horizon_h: Mapped[int] = mapped_column()
    twin_state: Mapped[str] = mapped_column()
    twin_reasons: Mapped[list[str]] = mapped_column()
    delivered: Mapped[list[dict[str, Any]]] = mapped_column()
    figures: Mapped[list[dict[str, Any]]] = mapped_column()
    sentence: Mapped[str] = mapped_column()
    refused_because: Mapped[str | None] = mapped_column()
    scenarios: Mapped[dict[str, str]] = mapped_column()


class TwinProposal(Regulated, Base):
    """A change that the twin proposes and people sign. The states and what moves them: `rules.PROPOSAL`."""

    __tablename__ = "twin_proposal"

    number: Mapped[str] = mapped_column(unique=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("twin_instance.id"), index=True)
    batch_id: Mapped[str] = mapped_column(index=True)
    batch_number: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column(index=True)
    title: Mapped[str] = mapped_column()
    rationale: Mapped[str] = mapped_column()
    author_id: Mapped[str] = mapped_column()
    author_kind: Mapped[str] = mapped_column()
    changes: Mapped[list[dict[str, Any]]] = mapped_column()
    predicted: Mapped[dict[str, Any]] = mapped_column()
    do_nothing: Mapped[dict[str, Any]] = mapped_column()
    fault_cost: Mapped[dict[str, Any]] = mapped_column()
    checks: Mapped[list[dict[str, Any]]] = mapped_column()
    scenarios: Mapped[dict[str, str]] = mapped_column()
    digest: Mapped[str] = mapped_column()
    compare_hour: Mapped[int] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()
    submitted_by: Mapped[str | None] = mapped_column()
    submitted_signature_id: Mapped[str | None] = mapped_column()
    decided_by: Mapped[str | None] = mapped_column()
    decided_signature_id: Mapped[str | None] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    state_reason: Mapped[str | None] = mapped_column()
    applied: Mapped[list[dict[str, Any]]] = mapped_column()
    outcome: Mapped[dict[str, Any] | None] = mapped_column()
