"""The signature policy: a versioned text that everybody acknowledges before they sign (21 CFR 11.10(j), 11.100(c)).

Until a site issues a text of its own, the one below holds; its acknowledgement stands in the person's row. A new text
asks everybody again, before their next signature and not before it is in effect.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, StaleVersion
from titer.record.model import Person
from titer.record.rights.model import PolicyAcknowledgement, PolicyText
from titer.record.unit import Unit

TITLE = "Electronic signatures"
TEXT = (
    "My electronic signature binds me as my signature by hand does. I sign only what I have read, for what I did or "
    "checked myself, and with my own name. I give my password and my second factor to nobody, and I tell the quality "
    "unit at once if somebody else may know them. I know that what I sign is kept with my name, the time and the "
    "meaning, and that nobody can take it back."
)


@dataclass(frozen=True)
class Policy:
    """A version of the policy.

    Args:
        id: of the row; None for the text that comes with Titer.
        number: of the version; 0 for that one.
        title: of the text.
        text: the text.
        digest: SHA-256 of title and text.
        effective_from: since when it counts; None for the text that comes with Titer.
    """

    id: str | None
    number: int
    title: str
    text: str
    digest: str
    effective_from: datetime | None


def digest_of(title: str, text: str) -> str:
    """SHA-256 of what a person reads."""
    return hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest()


BUILT_IN = Policy(None, 0, TITLE, TEXT, digest_of(TITLE, TEXT), None)


def versions(session: Session) -> list[Policy]:
    """All versions, the newest first."""
    rows = session.scalars(select(PolicyText).order_by(PolicyText.number.desc()))
    return [*(_policy(row) for row in rows), BUILT_IN]


def _policy(row: PolicyText) -> Policy:
    return Policy(row.id, row.number, row.title, row.text, row.digest, row.effective_from)


def current(session: Session, now: datetime) -> Policy:
    """The version in effect."""
    row = session.scalars(
        select(PolicyText).where(PolicyText.effective_from <= now).order_by(PolicyText.number.desc()).limit(1)
    ).first()
    return BUILT_IN if row is None else _policy(row)


def acknowledged(session: Session, person: Person, now: datetime) -> bool:
    """Whether the person has acknowledged the version in effect."""
    policy = current(session, now)
    if policy.id is None:
        return person.policy_acknowledged_at is not None
    return _acknowledgement(session, person.id, policy.id) is not None


def _acknowledgement(session: Session, person_id: str, policy_id: str) -> PolicyAcknowledgement | None:
    return session.scalars(
        select(PolicyAcknowledgement).where(
            PolicyAcknowledgement.person_id == person_id, PolicyAcknowledgement.policy_id == policy_id
        )
    ).first()


def issue(unit: Unit, *, title: str, text: str, effective_from: datetime) -> PolicyText:
    """Issue a new version.

    Raises:
        Invalid: without a text, or for a day that is over: nobody can have read it by then.
    """
    if not title.strip() or not text.strip():
        raise Invalid("A policy has a title and a text.", where="text")
    if effective_from < unit.now:
        raise Invalid("A policy comes into effect now or later.", where="effective_from")
    last = unit.session.scalar(select(func.max(PolicyText.number))) or 0
    row = unit.add(
        PolicyText(
            number=last + 1,
            title=title.strip(),
            text=text.strip(),
            digest=digest_of(title.strip(), text.strip()),
            effective_from=effective_from,
            issued_by=unit.actor.id,
        )
    )
    unit.emit("record.policy.issued", row, {"number": row.number, "title": row.title})
    return row


def acknowledge(unit: Unit, person_id: str, shown: str | None = None) -> None:
    """The person holds to the version in effect.

    Args:
        unit: the open action.
        person_id: who.
        shown: digest of the text that the person read; the text that comes with Titer may go without.

    Raises:
        StaleVersion: if another text is in effect than was read.
        Invalid: if it is not said what was read.
    """
    policy = current(unit.session, unit.now)
    if shown is not None and not hmac.compare_digest(shown, policy.digest):
        raise StaleVersion(
            "Another policy is in effect than you have read.", do="Read it, then acknowledge it."
        )
    if policy.id is not None:
        if shown is None:
            raise Invalid(
                f"Version {policy.number} of the signature policy is in effect.",
                where="digest",
                do="Read it; the acknowledgement bears the digest of its text.",
            )
        if _acknowledgement(unit.session, person_id, policy.id) is None:
            unit.add(PolicyAcknowledgement(person_id=person_id, policy_id=policy.id, digest=policy.digest))
    unit.get(Person, person_id).policy_acknowledged_at = unit.now
    unit.flush()
