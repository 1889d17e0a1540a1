"""Tables of single sign-on: whom a provider's subject is, and log-ins that are under way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from titer.record.model import Base, Regulated


class ProviderLink(Regulated, Base):
    """A provider's subject is this person. A link gives no right; roles are given here, by people."""

    __tablename__ = "record_provider_link"
    __immutable__ = ("issuer", "subject", "person_id", "linked_because")
    __table_args__ = (UniqueConstraint("issuer", "subject", "person_id"),)

    issuer: Mapped[str] = mapped_column()
    subject: Mapped[str] = mapped_column()
    person_id: Mapped[str] = mapped_column(index=True)
    linked_because: Mapped[str] = mapped_column()
    active: Mapped[bool] = mapped_column()


class ProviderLogIn(Base):
    """A log-in that is at the provider: what its answer must fit. It is taken once, and over after ten minutes."""

    __tablename__ = "record_provider_log_in"
    __unregulated_because__ = "it lasts for minutes; the session that comes of it, or its refusal, is entered"

    state_hash: Mapped[str] = mapped_column(primary_key=True)
    browser_hash: Mapped[str] = mapped_column()
    nonce: Mapped[str] = mapped_column()
    verifier: Mapped[str] = mapped_column()
    begun_at: Mapped[datetime] = mapped_column(index=True)
