"""What a session is good for, as its person's account and the access policy stand now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.record.factors import Factor
from titer.record.identity import rules
from titer.record.identity.rules import Policy
from titer.record.model import Person


def of_person(
    policy: Policy, person: Person, *, roles: set[str], enrolled: set[str], proved: set[str], now: datetime
) -> str | None:
    """What a session of this person would be good for, where not for everything; see `rules.limit`."""
    robot = person.robot_for is not None
    must_change = rules.must_change(
        policy,
        person_id=person.id,
        robot=robot,
        set_at=person.password_set_at,
        set_by=person.password_set_by,
        now=now,
    )
    return rules.limit(
        policy, must_change=bool(must_change), roles=roles, robot=robot, enrolled=enrolled, proved=proved
    )


def enrolled(session: Session, person_id: str) -> set[str]:
    """The kinds of factors that a person has confirmed and not lost."""
    return set(
        session.scalars(
            select(Factor.kind).where(
                Factor.person_id == person_id, Factor.confirmed_at.is_not(None), Factor.removed_at.is_(None)
            )
        )
    )
