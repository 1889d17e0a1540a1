"""Tables of what people prove identity with beside the password, and of the policy that says what is asked.

Secrets lie in `Credential`, bound by `credential_mac` (docs/decisions/0004, 0011); these rows are the facts.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from titer.record.model import Base, Regulated


class AccessPolicy(Regulated, Base):
    """What the installation asks of a password, a log-in and a signature (21 CFR 11.300); one row, many versions."""

    __tablename__ = "record_access_policy"

    minimum_length: Mapped[int] = mapped_column()
    max_age_days: Mapped[int] = mapped_column()
    history: Mapped[int] = mapped_column()
    temporary_passwords: Mapped[bool] = mapped_column()
    max_failures: Mapped[int] = mapped_column()
    idle_minutes: Mapped[int] = mapped_column()
    session_minutes: Mapped[int] = mapped_column()
    max_sessions: Mapped[int] = mapped_column()
    factor_roles: Mapped[list[str]] = mapped_column()
    factor_meanings: Mapped[list[str]] = mapped_column()
    factor_robots: Mapped[bool] = mapped_column()
    proof_minutes: Mapped[int] = mapped_column()
    recertify_days: Mapped[int] = mapped_column()
    delegation_days: Mapped[int] = mapped_column()


class Factor(Regulated, Base):
    """One thing that a person proves identity with: `totp`, `passkey`, `pin` or `badge`.

    `handle` is a passkey's credential id and `realm` its relying party; `counter` only grows: the last time step of
    a TOTP code (RFC 6238), or a passkey's signature counter. What is removed keeps its row and loses its secret.
    """

    __tablename__ = "record_factor"
    __immutable__ = ("person_id", "kind", "handle", "realm", "added_at", "credential_mac")

    person_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column()
    name: Mapped[str] = mapped_column()
    handle: Mapped[str | None] = mapped_column(unique=True)
    realm: Mapped[str | None] = mapped_column()
    added_at: Mapped[datetime] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
    counter: Mapped[int] = mapped_column()
    removed_at: Mapped[datetime | None] = mapped_column()
    removed_because: Mapped[str | None] = mapped_column()
    credential_mac: Mapped[str] = mapped_column()


class Terminal(Regulated, Base):
    """A device on the shop floor, in its place; only there a badge or a PIN is a proof (21 CFR 11.10(h))."""

    __tablename__ = "record_terminal"
    __immutable__ = ("name", "registered_at", "registered_by", "credential_mac")
    __never_deleted_because__ = "the name of a terminal is given once"

    name: Mapped[str] = mapped_column(unique=True)
    place: Mapped[str] = mapped_column()
    registered_at: Mapped[datetime] = mapped_column()
    registered_by: Mapped[str] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    credential_mac: Mapped[str] = mapped_column()


class EarlierPassword(Base):
    """The hash of a password that was replaced; it may not come back (21 CFR 11.300(b))."""

    __tablename__ = "record_earlier_password"
    __unregulated_because__ = (
        "a credential stands in no entry; each row bears a keyed digest, and its person's count of "
        "passwords says which there have to be"
    )

    person_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column()
    mac: Mapped[str] = mapped_column()


class Challenge(Base):
    """A challenge that a passkey has to answer: once, soon, and where it was given."""

    __tablename__ = "record_challenge"
    __unregulated_because__ = "it proves nothing by itself, and lives for minutes"

    digest: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column()
    bound_to: Mapped[str] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()


class SessionSeen(Base):
    """When a session last asked for something, so that it stays idle over a restart of the hub."""

    __tablename__ = "record_session_seen"
    __unregulated_because__ = "an operational time, to the minute; the session's end is regulated"

    session_id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column()
