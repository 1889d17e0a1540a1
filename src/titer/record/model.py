"""Tables of the record itself, and the two base classes of every table in Titer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from titer.record.types import CanonicalJson, CheckedText, ExactDecimal, InBody, Instant

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base. A table is regulated (`Regulated`), or says why it need not be.

    Class attributes a table may set:
        __unregulated_because__: for operational tables, the reason why no entry is written.
        __append_only__: rows are never changed nor deleted, whoever asks.
        __immutable__: names of columns that keep their first value for ever.
        __never_deleted_because__: why no row is ever deleted, whatever its age; rows may change.
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: CheckedText,
        int: Integer().with_variant(BigInteger(), "postgresql"),
        datetime: Instant,
        Decimal: ExactDecimal,
        dict[str, Any]: CanonicalJson,
        dict[str, str]: CanonicalJson,
        list[Any]: CanonicalJson,
        list[str]: CanonicalJson,
        list[dict[str, Any]]: CanonicalJson,
    }
    __regulated__: ClassVar[bool] = False
    __unregulated_because__: ClassVar[str] = ""
    __append_only__: ClassVar[bool] = False
    __immutable__: ClassVar[tuple[str, ...]] = ()
    __never_deleted_because__: ClassVar[str] = ""


class Regulated:
    """A row whose every change leaves an entry in the ledger (21 CFR 11.10(e)).

    `version` grows by one with each change, so a write that was based on an older one is refused.
    `recorded_at` is the server's clock, `process_at` the process clock, both at the last change.
    """

    __regulated__: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column()
    process_at: Mapped[datetime] = mapped_column()

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class LedgerEntry(Base):
    """One entry: canonical JSON, written by the triggers, hashed exactly as it is stored."""

    __tablename__ = "ledger_entry"
    __unregulated_because__ = "it is the ledger"
    __append_only__ = True

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    body: Mapped[str] = mapped_column()
    id: Mapped[str] = mapped_column(InBody("id"), unique=True)
    action: Mapped[str] = mapped_column(InBody("action"))
    record_type: Mapped[str] = mapped_column(InBody("record_type"))
    record_id: Mapped[str] = mapped_column(InBody("record_id"), index=True)
    record_version: Mapped[int] = mapped_column(InBody("version"))
    __table_args__ = (Index(None, "record_type", "seq"), {"sqlite_autoincrement": True})


class LedgerLeaf(Base):
    """Where an entry stands in the tree; given by the sealer, in the order of their numbers."""

    __tablename__ = "ledger_leaf"
    __unregulated_because__ = "derived from the ledger, checked by every verification"
    __append_only__ = True

    leaf_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_seq: Mapped[int] = mapped_column(unique=True)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerCheckpoint(Base):
    """A signed tree head (C2SP tlog-checkpoint), with the cosignatures of its witnesses.

    Its number is how many came before it, as its signed text says too (`titer.record.chain`).
    """

    __tablename__ = "ledger_checkpoint"
    __unregulated_because__ = "it bears its own signature, and covers the ledger"
    __append_only__ = True

    tree_size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column()
    sealed_at: Mapped[datetime] = mapped_column()
    witnessed: Mapped[bool] = mapped_column()


class OutboxEvent(Base):
    """An event that follows from a change, delivered at least once and in order."""

    __tablename__ = "record_outbox"
    __unregulated_because__ = "a message about entries that are in the ledger"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    topic: Mapped[str] = mapped_column(index=True)
    record_type: Mapped[str] = mapped_column()
    record_id: Mapped[str] = mapped_column()
    payload: Mapped[dict[str, Any]] = mapped_column()
    entry_seq: Mapped[int] = mapped_column(index=True)
    signed: Mapped[bool] = mapped_column()
    occurred_at: Mapped[datetime] = mapped_column()
    process_at: Mapped[datetime] = mapped_column()
    __table_args__ = ({"sqlite_autoincrement": True},)


class OutboxCursor(Base):
    """How far a subscriber has read."""

    __tablename__ = "record_outbox_cursor"
    __unregulated_because__ = "an operational position; handlers are idempotent"

    subscriber: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column()


class Counter(Base):
    """The last number given in a series that people read."""

    __tablename__ = "record_counter"
    __unregulated_because__ = "the numbers given stand in the records that bear them"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column()


class Installation(Regulated, Base):
    """This installation. A simulated one can never become a real one."""

    __tablename__ = "record_installation"
    __immutable__ = ("simulated", "demo", "created_at")
    __never_deleted_because__ = "a simulated installation could become a real one"

    name: Mapped[str] = mapped_column()
    site: Mapped[str] = mapped_column()
    simulated: Mapped[bool] = mapped_column()
    demo: Mapped[bool] = mapped_column()
    process_origin: Mapped[datetime | None] = mapped_column()
    process_rate: Mapped[str | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    time_zone: Mapped[str] = mapped_column()


class SchemaFingerprint(Regulated, Base):
    """What the database's own objects (tables, triggers) looked like when they were last changed on purpose."""

    __tablename__ = "record_schema"
    __append_only__ = True

    revision: Mapped[str] = mapped_column()
    fingerprint: Mapped[str] = mapped_column()


class ContentObject(Regulated, Base):
    """Bytes that are kept by their digest: raw files, documents, artefacts."""

    __tablename__ = "record_content"
    __append_only__ = True

    digest: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column()
    origin: Mapped[str] = mapped_column()


class Person(Regulated, Base):
    """A person; the id and the user name are never used again (21 CFR 11.100(a), 11.300(a)).

    The user name keeps its first value and the row is never deleted, so the unique column knows every one ever given.
    `credential_mac` binds the password's hash, which lies in `Credential` and in no entry, to this row.
    """

    __tablename__ = "record_person"
    __immutable__ = ("username", "robot_for")
    __never_deleted_because__ = "a user name is one person's for ever"

    username: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str] = mapped_column()
    active: Mapped[bool] = mapped_column()
    password_set_at: Mapped[datetime] = mapped_column()
    password_set_by: Mapped[str] = mapped_column()
    password_count: Mapped[int] = mapped_column()
    credential_mac: Mapped[str] = mapped_column()
    failed_attempts: Mapped[int] = mapped_column()
    locked_at: Mapped[datetime | None] = mapped_column()
    robot_for: Mapped[str | None] = mapped_column()
    policy_acknowledged_at: Mapped[datetime | None] = mapped_column()

    @property
    def printed_name(self) -> str:
        """The name as it stands under a signature and in documents; a robot's says whose robot it is."""
        return f"demo robot for {self.robot_for}" if self.robot_for else self.full_name


class RoleAssignment(Regulated, Base):
    """A person holds a role."""

    __tablename__ = "record_role_assignment"
    __table_args__ = (UniqueConstraint("person_id", "role"),)

    person_id: Mapped[str] = mapped_column(index=True)
    role: Mapped[str] = mapped_column()
    active: Mapped[bool] = mapped_column()


class Training(Regulated, Base):
    """A competency that a person was trained for, and until when."""

    __tablename__ = "record_training"

    person_id: Mapped[str] = mapped_column(index=True)
    competency: Mapped[str] = mapped_column()
    document: Mapped[str] = mapped_column()
    trained_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime | None] = mapped_column()


class LoginSession(Regulated, Base):
    """One log-in of one person; the token's hash lies in `Credential`, bound by `credential_mac`.

    `factors` are what the person proved with. `terminal_id` binds it to a device on the shop floor. `limited_to` says
    what it is good for, where it is not good for everything: setting a new password, or enrolling a second factor.
    """

    __tablename__ = "record_session"
    __immutable__ = (
        "person_id",
        "started_at",
        "ends_at",
        "idle_minutes",
        "factors",
        "terminal_id",
        "limited_to",
        "credential_mac",
    )

    person_id: Mapped[str] = mapped_column(index=True)
    credential_mac: Mapped[str] = mapped_column()
    remote: Mapped[str] = mapped_column()
    factors: Mapped[list[str]] = mapped_column()
    terminal_id: Mapped[str | None] = mapped_column()
    limited_to: Mapped[str | None] = mapped_column()
    started_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column()
    idle_minutes: Mapped[int] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    ended_because: Mapped[str | None] = mapped_column()


class AccessEvent(Regulated, Base):
    """An attempt that matters: a failed log-in, a lock-out, an overlap of sessions, a refused signature."""

    __tablename__ = "record_access_event"
    __append_only__ = True

    kind: Mapped[str] = mapped_column()
    username: Mapped[str] = mapped_column()
    person_id: Mapped[str | None] = mapped_column()
    remote: Mapped[str] = mapped_column()
    detail: Mapped[str] = mapped_column()


class MachineToken(Regulated, Base):
    """A machine may do what its token's scopes say; as a connector host, for the connections of `host` alone.

    The token's hash lies in `Credential`, bound by `credential_mac`.
    """

    __tablename__ = "record_machine_token"
    __immutable__ = ("name",)
    __never_deleted_because__ = "the name of a machine stands in entries as their actor"

    name: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column()
    host: Mapped[str | None] = mapped_column()
    issued_at: Mapped[datetime] = mapped_column()
    issued_by: Mapped[str] = mapped_column()
    expires_at: Mapped[datetime | None] = mapped_column()
    issue_count: Mapped[int] = mapped_column()
    credential_mac: Mapped[str] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()


class Credential(Base):
    """What proves an identity: argon2id of a password or PIN, SHA-256 of a token, keyed SHA-256 of a badge's number,
    the sealed secret of TOTP, a passkey's public key."""

    __tablename__ = "record_credential"
    __unregulated_because__ = (
        "a credential stands in no entry; its owner's regulated row says when and by whom it was set, "
        "and bears a keyed digest that a swapped credential does not fit"
    )

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    owner_type: Mapped[str] = mapped_column()
    secret: Mapped[str] = mapped_column(unique=True)


class Signature(Regulated, Base):
    """A person's signature, bound to the digest of what was shown (21 CFR 11.50, 11.70).

    `binding` is a keyed digest of the whole row, under a key that lies outside the database: so no row that
    somebody copies or writes there is a signature.
    """

    __tablename__ = "record_signature"
    __append_only__ = True

    record_type: Mapped[str] = mapped_column()
    record_id: Mapped[str] = mapped_column(index=True)
    record_version: Mapped[int] = mapped_column()
    meaning: Mapped[str] = mapped_column()
    title: Mapped[str] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column()
    digest: Mapped[str] = mapped_column()
    reason: Mapped[str] = mapped_column()
    person_id: Mapped[str] = mapped_column(index=True)
    printed_name: Mapped[str] = mapped_column()
    robot: Mapped[bool] = mapped_column()
    session_id: Mapped[str | None] = mapped_column()
    signed_at: Mapped[datetime] = mapped_column()
    time_zone: Mapped[str] = mapped_column()
    binding: Mapped[str] = mapped_column()


class DocumentCertificate(Regulated, Base):
    """A certificate that documents were sealed with from then on; the newest one is in use. Its key is no row."""

    __tablename__ = "record_document_cert"
    __append_only__ = True

    fingerprint: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str] = mapped_column()
    issuer: Mapped[str] = mapped_column()
    not_before: Mapped[datetime] = mapped_column()
    not_after: Mapped[datetime] = mapped_column()
    origin: Mapped[str] = mapped_column()
    chain: Mapped[str] = mapped_column()


class Export(Regulated, Base):
    """That records left the house: which, up to which version, and the digest of every file that went along.

    An inclusion proof cannot show that nothing was left out; this sealed row can.
    """

    __tablename__ = "record_export"
    __append_only__ = True

    subject_type: Mapped[str] = mapped_column()
    subject_id: Mapped[str] = mapped_column(index=True)
    title: Mapped[str] = mapped_column()
    records: Mapped[list[dict[str, Any]]] = mapped_column()
    files: Mapped[dict[str, str]] = mapped_column()
