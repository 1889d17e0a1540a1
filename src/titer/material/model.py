"""Tables of materials: what they are, the lots of them, their containers, and which became which."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class Definition(Regulated, Base):
    """A material: what it is called, its unit of quantity, and what its lots need before they are released.

    `needs` lists `certificate` (the supplier's, kept as bytes) and `tests` (samples approved in the
    laboratory). `disposed_by` is `lot` for bought material, `batch` for what a batch produces.
    """

    __tablename__ = "material_definition"
    __immutable__ = ("code",)

    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column()
    kind: Mapped[str] = mapped_column()
    unit: Mapped[str] = mapped_column()
    needs: Mapped[list[str]] = mapped_column()
    disposed_by: Mapped[str] = mapped_column()
    specification: Mapped[str | None] = mapped_column()


class Lot(Regulated, Base):
    """A lot. Where it stands in its use, and what was decided about it, are two columns."""

    __tablename__ = "material_lot"
    __immutable__ = ("number", "definition_id", "quantity", "unit")

    number: Mapped[str] = mapped_column(unique=True)
    definition_id: Mapped[str] = mapped_column(index=True)
    supplier: Mapped[str] = mapped_column()
    supplier_lot: Mapped[str] = mapped_column()
    quantity: Mapped[Decimal] = mapped_column()
    remaining: Mapped[Decimal] = mapped_column()
    unit: Mapped[str] = mapped_column()
    expires_on: Mapped[str | None] = mapped_column()
    received_at: Mapped[datetime | None] = mapped_column()
    usage: Mapped[str] = mapped_column()
    disposition: Mapped[str] = mapped_column()
    disposition_reason: Mapped[str | None] = mapped_column()
    disposition_signature: Mapped[str | None] = mapped_column()
    certificate_digest: Mapped[str | None] = mapped_column()
    certificate_name: Mapped[str | None] = mapped_column()
    batch_id: Mapped[str | None] = mapped_column(index=True)


class Container(Regulated, Base):
    """A container that holds some of a lot and bears a code of its own that can be scanned."""

    __tablename__ = "material_container"
    __immutable__ = ("code", "lot_id")

    code: Mapped[str] = mapped_column(unique=True)
    lot_id: Mapped[str] = mapped_column(index=True)
    quantity: Mapped[Decimal] = mapped_column()
    location: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()


class GenealogyEdge(Regulated, Base):
    """One step of what became what: from a lot or batch, to a lot, batch or sample. Never changed."""

    __tablename__ = "material_genealogy"
    __append_only__ = True

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column()
    source_type: Mapped[str] = mapped_column()
    source_id: Mapped[str] = mapped_column(index=True)
    target_type: Mapped[str] = mapped_column()
    target_id: Mapped[str] = mapped_column(index=True)
    quantity: Mapped[Decimal | None] = mapped_column()
    unit: Mapped[str | None] = mapped_column()
    happened_at: Mapped[datetime] = mapped_column()
