"""Tables of edges and of the certificates by which they are known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from titer.record.model import Base, Regulated


class Edge(Regulated, Base):
    """A connector host that was invited to speak by a certificate of its own (21 CFR 11.10(h)).

    The secret of its enrolment code lies sealed in `Credential`, bound by `credential_mac`; it is good once, until
    `code_ends_at`. `key_digest` is the key that was enrolled with it.
    """

    __tablename__ = "record_edge"
    __immutable__ = ("name",)
    __never_deleted_because__ = "the name of an edge stands in entries as their actor"

    name: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column()
    certificate_days: Mapped[int] = mapped_column()
    invited_at: Mapped[datetime] = mapped_column()
    invited_by: Mapped[str] = mapped_column()
    invite_count: Mapped[int] = mapped_column()
    code_ends_at: Mapped[datetime] = mapped_column()
    key_digest: Mapped[str | None] = mapped_column()
    enrolled_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    credential_mac: Mapped[str] = mapped_column()


class EdgeCertificate(Regulated, Base):
    """A certificate that the installation's authority issued to an edge; `fingerprint` is its SHA-256.

    Another digest of it lies in `Credential` until it is revoked: a row that somebody puts back is no way in.
    """

    __tablename__ = "record_edge_certificate"
    __immutable__ = ("edge_id", "name", "fingerprint", "serial", "key_digest", "expires_at")

    edge_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column()
    scopes: Mapped[list[str]] = mapped_column()
    fingerprint: Mapped[str] = mapped_column(unique=True)
    serial: Mapped[str] = mapped_column()
    key_digest: Mapped[str] = mapped_column()
    issued_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    credential_mac: Mapped[str] = mapped_column()
