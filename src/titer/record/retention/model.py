"""Tables of retention (21 CFR 11.10(c), 211.180; Annex 11 section 17; EU GMP chapter 4, 4.10 to 4.12)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from titer.record.model import Base, Regulated


class RetentionClass(Regulated, Base):
    """How long records of one kind are kept at least, counted from an event of their own.

    `start` is `created`, or the name of the column that says when the event was.
    """

    __tablename__ = "record_retention"
    __immutable__ = ("record_type",)

    record_type: Mapped[str] = mapped_column(unique=True)
    years: Mapped[int] = mapped_column()
    start: Mapped[str] = mapped_column()
    basis: Mapped[str] = mapped_column()


class LegalHold(Regulated, Base):
    """Nothing about the subject is destroyed, whatever its age, until somebody of quality lifts the hold."""

    __tablename__ = "record_hold"
    __immutable__ = ("subject_type", "subject_id", "reason", "placed_at", "placed_by")

    subject_type: Mapped[str] = mapped_column()
    subject_id: Mapped[str] = mapped_column(index=True)
    subject_name: Mapped[str] = mapped_column()
    reason: Mapped[str] = mapped_column()
    placed_at: Mapped[datetime] = mapped_column()
    placed_by: Mapped[str] = mapped_column()
    lifted_at: Mapped[datetime | None] = mapped_column()
    lifted_by: Mapped[str | None] = mapped_column()
    lifted_because: Mapped[str | None] = mapped_column()
