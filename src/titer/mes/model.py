"""Tables of the plant floor: recipes, orders, batches, journal, tasks, allocations, charges, samples."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class Recipe(Regulated, Base):
    """A master recipe, one row a version. Its content never changes; only its state does."""

    __tablename__ = "mes_recipe"
    __table_args__ = (UniqueConstraint("code", "number"),)
    __immutable__ = ("code", "number", "content", "content_digest", "source_digest", "submitted_by")

    code: Mapped[str] = mapped_column(index=True)
    number: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column()
    product: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column()
    content_digest: Mapped[str] = mapped_column()
    source_digest: Mapped[str] = mapped_column()
    warnings: Mapped[list[dict[str, Any]]] = mapped_column()
    submitted_by: Mapped[str] = mapped_column()
    author_id: Mapped[str | None] = mapped_column()
    checker_id: Mapped[str | None] = mapped_column()
    approver_id: Mapped[str | None] = mapped_column()
    effective_at: Mapped[datetime | None] = mapped_column()
    state_reason: Mapped[str | None] = mapped_column()


class Order(Regulated, Base):
    """What is to be made, by which recipe."""

    __tablename__ = "mes_order"

    number: Mapped[str] = mapped_column(unique=True)
    recipe_code: Mapped[str] = mapped_column()
    product: Mapped[str] = mapped_column()
    quantity: Mapped[Decimal | None] = mapped_column()
    unit: Mapped[str | None] = mapped_column()
    priority: Mapped[int] = mapped_column()
    planned_start: Mapped[datetime | None] = mapped_column()
    state: Mapped[str] = mapped_column()


class ControlRecipe(Regulated, Base):
    """The recipe of one batch: an immutable snapshot, with the equipment it is bound to and its formula."""

    __tablename__ = "mes_control_recipe"
    __append_only__ = True

    recipe_id: Mapped[str] = mapped_column(ForeignKey("mes_recipe.id"))
    content: Mapped[dict[str, Any]] = mapped_column()
    content_digest: Mapped[str] = mapped_column()
    bindings: Mapped[dict[str, str]] = mapped_column()
    formula: Mapped[dict[str, Any]] = mapped_column()
    snapshot_digest: Mapped[str] = mapped_column()

    @property
    def named(self) -> str:
        """Code and version of the recipe, as people say them."""
        return f"{self.content['recipe']} {self.content['version']}"


class Batch(Regulated, Base):
    """A batch. `execution` is the procedural state of its procedure; its disposition is quality's."""

    __tablename__ = "mes_batch"

    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("mes_order.id"))
    recipe_id: Mapped[str] = mapped_column(ForeignKey("mes_recipe.id"))
    control_recipe_id: Mapped[str] = mapped_column(ForeignKey("mes_control_recipe.id"))
    product: Mapped[str] = mapped_column()
    equipment: Mapped[str] = mapped_column()
    execution: Mapped[str] = mapped_column(index=True)
    semantics: Mapped[int] = mapped_column()
    simulated: Mapped[bool] = mapped_column()
    started_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()


class JournalEvent(Regulated, Base):
    """One event of a batch. UNIQUE(batch, sequence) keeps two engines apart."""

    __tablename__ = "mes_journal"
    __table_args__ = (UniqueConstraint("batch_id", "sequence"),)
    __append_only__ = True

    batch_id: Mapped[str] = mapped_column(ForeignKey("mes_batch.id"))
    sequence: Mapped[int] = mapped_column()
    type: Mapped[str] = mapped_column()
    path: Mapped[str | None] = mapped_column()
    event: Mapped[dict[str, Any]] = mapped_column()


class ManualTask(Regulated, Base):
    """A task for people: offered -> entered -> (witnessed) -> accepted, or cancelled."""

    __tablename__ = "mes_task"

    key: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("mes_batch.id"), index=True)
    path: Mapped[str] = mapped_column()
    unit_code: Mapped[str] = mapped_column()
    title: Mapped[str] = mapped_column()
    role: Mapped[str] = mapped_column()
    form: Mapped[dict[str, Any]] = mapped_column()
    state: Mapped[str] = mapped_column(index=True)
    offered_at: Mapped[datetime] = mapped_column()
    entered_by: Mapped[str | None] = mapped_column()
    entered_at: Mapped[datetime | None] = mapped_column()
    comment: Mapped[str | None] = mapped_column()
    lot_number: Mapped[str | None] = mapped_column()
    witness_signature_id: Mapped[str | None] = mapped_column()
    accepted_at: Mapped[datetime | None] = mapped_column()


class TaskEntry(Regulated, Base):
    """One value of a task, as it was entered; a correction is a new row and both stay."""

    __tablename__ = "mes_task_entry"
    __table_args__ = (UniqueConstraint("task_id", "name", "revision"),)
    __append_only__ = True

    task_id: Mapped[str] = mapped_column(ForeignKey("mes_task.id"))
    name: Mapped[str] = mapped_column()
    revision: Mapped[int] = mapped_column()
    text: Mapped[str] = mapped_column()
    value: Mapped[Decimal | None] = mapped_column()
    unit: Mapped[str | None] = mapped_column()
    low: Mapped[Decimal | None] = mapped_column()
    high: Mapped[Decimal | None] = mapped_column()
    inside: Mapped[bool | None] = mapped_column()
    entered_by: Mapped[str] = mapped_column()
    reason: Mapped[str | None] = mapped_column()


class Allocation(Regulated, Base):
    """Equipment of a batch: requested -> granted -> released; cancelled where it never came to it."""

    __tablename__ = "mes_allocation"

    key: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("mes_batch.id"), index=True)
    path: Mapped[str] = mapped_column()
    symbol: Mapped[str] = mapped_column()
    equipment: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column()
    priority: Mapped[int] = mapped_column()
    requested_at: Mapped[datetime] = mapped_column()
    granted_at: Mapped[datetime | None] = mapped_column()
    released_at: Mapped[datetime | None] = mapped_column()
    reasons: Mapped[list[str]] = mapped_column()


class Charge(Regulated, Base):
    """A lot that was charged to a batch, or produced by it."""

    __tablename__ = "mes_charge"
    __append_only__ = True

    batch_id: Mapped[str] = mapped_column(ForeignKey("mes_batch.id"), index=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("mes_task.id"))
    direction: Mapped[str] = mapped_column()
    material: Mapped[str] = mapped_column()
    lot_id: Mapped[str] = mapped_column()
    lot_number: Mapped[str] = mapped_column()
    quantity: Mapped[Decimal | None] = mapped_column()
    unit: Mapped[str | None] = mapped_column()


class BatchSample(Regulated, Base):
    """A sample that the recipe asked for."""

    __tablename__ = "mes_sample"

    key: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("mes_batch.id"), index=True)
    path: Mapped[str] = mapped_column()
    sample_id: Mapped[str] = mapped_column()
    number: Mapped[str] = mapped_column()
    plan: Mapped[str] = mapped_column()
    label: Mapped[str] = mapped_column()
    drawn_at: Mapped[datetime | None] = mapped_column()


class Adjustment(Regulated, Base):
    """An approved proposal as the MES took it: accepted -> applied, or refused with the reason."""

    __tablename__ = "mes_adjustment"
    __table_args__ = (UniqueConstraint("proposal_id", "tag"),)

    proposal_id: Mapped[str] = mapped_column(index=True)
    batch_id: Mapped[str] = mapped_column(index=True)
    signature_id: Mapped[str] = mapped_column()
    tag: Mapped[str] = mapped_column()
    channel: Mapped[str] = mapped_column()
    value: Mapped[Decimal | None] = mapped_column()
    unit: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    reason: Mapped[str | None] = mapped_column()
    command_key: Mapped[str | None] = mapped_column()
    readback: Mapped[str | None] = mapped_column()
    applied_at: Mapped[datetime | None] = mapped_column()


class Heartbeat(Base):
    """When the engine was last at work, so that an outage is known when it comes back."""

    __tablename__ = "mes_heartbeat"
    __unregulated_because__ = "it changes every few seconds; the outage that it proves is journaled"

    name: Mapped[str] = mapped_column(primary_key=True)
    server_at: Mapped[datetime] = mapped_column()
    process_at: Mapped[datetime] = mapped_column()
