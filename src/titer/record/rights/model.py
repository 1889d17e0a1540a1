"""Tables of rights: delegations, reviews of access, what the nightly search found, policy and competencies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from titer.record.model import Base, Regulated


class Delegation(Regulated, Base):
    """One person lets another act for them: a role or some verbs, from a beginning to an end, with a reason.

    It ends by the clock; `revoked_at` ends it earlier. What was delegated is never changed: another one is given.
    """

    __tablename__ = "record_delegation"
    __immutable__ = (
        "from_id",
        "to_id",
        "role",
        "verbs",
        "begins_at",
        "ends_at",
        "reason",
        "given_by",
    )

    from_id: Mapped[str] = mapped_column(index=True)
    to_id: Mapped[str] = mapped_column(index=True)
    role: Mapped[str | None] = mapped_column()
    verbs: Mapped[list[str]] = mapped_column()
    begins_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column()
    reason: Mapped[str] = mapped_column()
    given_by: Mapped[str] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    revoked_by: Mapped[str | None] = mapped_column()


class AccessReview(Regulated, Base):
    """One person's roles are looked at again by somebody else (Annex 11 s. 12.3; PIC/S PI 041 s. 9.5).

    `roles` are those held when it was opened; `decisions` says of each whether it is kept or taken away.
    """

    __tablename__ = "record_access_review"
    __immutable__ = ("number", "person_id", "opened_at", "due_at", "roles")

    number: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(index=True)
    title: Mapped[str] = mapped_column()
    roles: Mapped[list[str]] = mapped_column()
    opened_at: Mapped[datetime] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    overdue_at: Mapped[datetime | None] = mapped_column()
    decisions: Mapped[dict[str, str] | None] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by: Mapped[str | None] = mapped_column()
    signature_id: Mapped[str | None] = mapped_column()


class DutyConflict(Regulated, Base):
    """Duties that ought to be separate and were found in one hand. It stays listed after it is gone."""

    __tablename__ = "record_duty_conflict"
    __immutable__ = ("key", "kind", "person_id", "record_type", "record_id", "detail", "found_at")

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column()
    person_id: Mapped[str] = mapped_column(index=True)
    record_type: Mapped[str] = mapped_column()
    record_id: Mapped[str] = mapped_column()
    detail: Mapped[str] = mapped_column()
    found_at: Mapped[datetime] = mapped_column()
    gone_at: Mapped[datetime | None] = mapped_column()


class RightsSearch(Regulated, Base):
    """That conflicts were searched for, with what rules, and what came out: also when nothing was found."""

    __tablename__ = "record_rights_search"
    __append_only__ = True

    rules_digest: Mapped[str] = mapped_column()
    rules_count: Mapped[int] = mapped_column()
    people: Mapped[int] = mapped_column()
    found: Mapped[int] = mapped_column()
    gone: Mapped[int] = mapped_column()
    standing: Mapped[int] = mapped_column()
    searched_at: Mapped[datetime] = mapped_column(index=True)


class PolicyText(Regulated, Base):
    """One version of the signature policy: what everybody who signs has read and agreed to (21 CFR 11.10(j))."""

    __tablename__ = "record_policy_text"
    __append_only__ = True

    number: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column()
    text: Mapped[str] = mapped_column()
    digest: Mapped[str] = mapped_column()
    effective_from: Mapped[datetime] = mapped_column()
    issued_by: Mapped[str] = mapped_column()


class PolicyAcknowledgement(Regulated, Base):
    """A person has read one version of the signature policy and holds to it (21 CFR 11.100(c))."""

    __tablename__ = "record_policy_ack"
    __append_only__ = True
    __table_args__ = (UniqueConstraint("person_id", "policy_id"),)

    person_id: Mapped[str] = mapped_column(index=True)
    policy_id: Mapped[str] = mapped_column()
    digest: Mapped[str] = mapped_column()


class CompetencyNeeded(Regulated, Base):
    """An action, a signature's among them, that only somebody trained in a competency does (21 CFR 11.10(i))."""

    __tablename__ = "record_competency_needed"
    __immutable__ = ("verb", "competency")
    __table_args__ = (UniqueConstraint("verb", "competency"),)

    verb: Mapped[str] = mapped_column()
    competency: Mapped[str] = mapped_column()
    active: Mapped[bool] = mapped_column()


class TokenUse(Base):
    """When a machine's token was last used."""

    __tablename__ = "record_token_use"
    __unregulated_because__ = (
        "a machine speaks many times a second; what it writes bears its name in the ledger"
    )

    token_id: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime] = mapped_column()
    remote: Mapped[str] = mapped_column()
