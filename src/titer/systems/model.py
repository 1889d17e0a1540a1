"""Tables of the systems beside Titer: who owns which kind of record, what was copied, and what was compared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class Declaration(Regulated, Base):
    """Which system is the system of record for one kind of record, since when and for which materials.

    A declaration is never changed: another one with a later `since` takes its place. `materials` are codes of
    materials or products; empty means all of them. It counts once it is approved, by somebody else than its author.
    """

    __tablename__ = "systems_declaration"
    __immutable__ = ("number", "record_type", "system", "site", "materials", "since", "reason", "author_id")

    number: Mapped[str] = mapped_column(unique=True)
    record_type: Mapped[str] = mapped_column(index=True)
    system: Mapped[str] = mapped_column()
    site: Mapped[str] = mapped_column()
    materials: Mapped[list[str]] = mapped_column()
    since: Mapped[datetime] = mapped_column()
    reason: Mapped[str] = mapped_column()
    author_id: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    approved_at: Mapped[datetime | None] = mapped_column()
    signature_id: Mapped[str | None] = mapped_column()


class Source(Regulated, Base):
    """Where copies come from: a view of a database, a folder of files or a REST address, with its mapping.

    `secret` is sealed under the installation's key. A change makes a new `revision`, which has to be approved anew.
    """

    __tablename__ = "systems_source"
    __never_deleted_because__ = "the name of a source stands in the origin of what was read from it"
    __immutable__ = ("name", "system", "record_type", "kind")

    name: Mapped[str] = mapped_column(unique=True)
    system: Mapped[str] = mapped_column()
    record_type: Mapped[str] = mapped_column()
    kind: Mapped[str] = mapped_column()
    settings: Mapped[dict[str, Any]] = mapped_column()
    mapping: Mapped[dict[str, Any]] = mapped_column()
    secret: Mapped[str | None] = mapped_column()
    legacy: Mapped[bool] = mapped_column()
    revision: Mapped[int] = mapped_column()
    author_id: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    signature_id: Mapped[str | None] = mapped_column()


class SourceImport(Regulated, Base):
    """One taking of everything that a source showed: what was read, and what became of each row of it.

    `parts` are its files or pages by name, with the digest under which their bytes are kept.
    """

    __tablename__ = "systems_import"
    __append_only__ = True

    number: Mapped[str] = mapped_column(unique=True)
    source_id: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column()
    legacy: Mapped[bool] = mapped_column()
    read_at: Mapped[datetime] = mapped_column()
    parts: Mapped[list[dict[str, Any]]] = mapped_column()
    counts: Mapped[dict[str, Any]] = mapped_column()
    ignored: Mapped[list[dict[str, Any]]] = mapped_column()
    taken_by: Mapped[str] = mapped_column()


class Copy(Regulated, Base):
    """One version of one record of another system, as Titer holds it. The record itself is that system's.

    `row` are the mapped columns as the source gave them; `row_digest` is of their canonical form; `fields` is what
    they mean here. The bytes that were read are kept under `raw_digest`, and `position` says which row of them it is.
    """

    __tablename__ = "systems_copy"
    __append_only__ = True
    __table_args__ = (UniqueConstraint("source_id", "source_key", "revision"),)

    source_id: Mapped[str] = mapped_column(index=True)
    import_id: Mapped[str] = mapped_column(index=True)
    system: Mapped[str] = mapped_column()
    record_type: Mapped[str] = mapped_column()
    source_key: Mapped[str] = mapped_column()
    revision: Mapped[int] = mapped_column()
    source_version: Mapped[str | None] = mapped_column()
    source_time: Mapped[datetime | None] = mapped_column()
    row: Mapped[list[Any]] = mapped_column()
    row_digest: Mapped[str] = mapped_column()
    fields: Mapped[dict[str, Any]] = mapped_column()
    raw_digest: Mapped[str] = mapped_column()
    position: Mapped[int] = mapped_column()


class Quarantined(Regulated, Base):
    """A row that could not be taken, as it was read, with the reason; it is open until it is taken or discarded."""

    __tablename__ = "systems_quarantine"
    __immutable__ = ("source_id", "import_id", "source_key", "row", "row_digest", "raw_digest", "position")

    source_id: Mapped[str] = mapped_column(index=True)
    import_id: Mapped[str] = mapped_column(index=True)
    source_key: Mapped[str | None] = mapped_column()
    row: Mapped[list[Any]] = mapped_column()
    row_digest: Mapped[str] = mapped_column()
    raw_digest: Mapped[str] = mapped_column()
    position: Mapped[int] = mapped_column()
    why: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    comment: Mapped[str | None] = mapped_column()


class Reconciliation(Regulated, Base):
    """A comparison from both sides: the source, read again, with what Titer holds, by period, count and digest."""

    __tablename__ = "systems_reconciliation"
    __append_only__ = True

    number: Mapped[str] = mapped_column(unique=True)
    source_id: Mapped[str] = mapped_column(index=True)
    ran_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column()
    why: Mapped[str] = mapped_column()
    periods: Mapped[list[dict[str, Any]]] = mapped_column()
    difference_count: Mapped[int] = mapped_column()
    differences: Mapped[list[dict[str, Any]]] = mapped_column()
    ran_by: Mapped[str] = mapped_column()


class Verification(Regulated, Base):
    """The report that ends a legacy import: counts, digests of both sides, and a sample compared field by field.

    The sample follows from `seed` alone (`titer.systems.rules.draw`). A person accepts or rejects it by signature.
    """

    __tablename__ = "systems_verification"
    __immutable__ = (
        "number",
        "source_id",
        "import_id",
        "made_at",
        "made_by",
        "seed",
        "report",
    )

    number: Mapped[str] = mapped_column(unique=True)
    source_id: Mapped[str] = mapped_column(index=True)
    import_id: Mapped[str] = mapped_column(index=True)
    made_at: Mapped[datetime] = mapped_column()
    made_by: Mapped[str] = mapped_column()
    seed: Mapped[int] = mapped_column(BigInteger)
    report: Mapped[dict[str, Any]] = mapped_column()
    state: Mapped[str] = mapped_column()
    signature_id: Mapped[str | None] = mapped_column()
