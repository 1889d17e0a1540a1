"""Which actions take a competency, and whose training lapses (21 CFR 11.10(i); EU GMP 2.10 to 2.14).

The site says which action, a signature's verb among them, needs which competency; without a valid training it is
neither begun nor signed. Trainings count by the process clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotFound
from titer.record.actions import Actor
from titer.record.model import Person, Training
from titer.record.rights.delegations import roles_of
from titer.record.rights.model import CompetencyNeeded

if TYPE_CHECKING:
    from titer.record.service import Record
    from titer.record.unit import Unit


@dataclass(frozen=True)
class Lapse:
    """A training that is over or will be soon, or one that a person's right takes and that was never entered.

    Args:
        person_id: whose.
        full_name: of the person.
        competency: the competency.
        document: it was trained by; None where there is no training.
        expires_at: when it ends; None where there is no training.
        state: `missing`, `lapsed` or `lapses soon`.
        verbs: the actions that the person cannot take without it.
    """

    person_id: str
    full_name: str
    competency: str
    document: str | None
    expires_at: datetime | None
    state: str
    verbs: tuple[str, ...]


def needed(session: Session) -> list[CompetencyNeeded]:
    """What needs a competency now."""
    return list(
        session.scalars(
            select(CompetencyNeeded)
            .where(CompetencyNeeded.active.is_(True))
            .order_by(CompetencyNeeded.verb, CompetencyNeeded.competency)
        )
    )


def need(unit: Unit, record: Record, *, verb: str, competency: str, active: bool) -> CompetencyNeeded:
    """Let an action take a competency, or take it no longer.

    Raises:
        Invalid: for an action that is not in the matrix of rights.
        NotFound: if it did not take it anyway.
    """
    if verb not in record.matrix:
        raise Invalid(f"There is no action {verb}.", where="verb")
    row = unit.session.scalars(
        select(CompetencyNeeded).where(
            CompetencyNeeded.verb == verb, CompetencyNeeded.competency == competency.strip()
        )
    ).first()
    if row is None and not active:
        raise NotFound(f"{verb} does not take the competency {competency}.")
    if row is None:
        return unit.add(CompetencyNeeded(verb=verb, competency=competency.strip(), active=True))
    row.active = active
    unit.flush()
    return row


def missing(session: Session, actor: Actor, verb: str, at: datetime) -> list[str]:
    """The competencies that an action takes and that the person has no valid training in."""
    if actor.kind != "person":
        return []
    wanted = session.scalars(
        select(CompetencyNeeded.competency).where(
            CompetencyNeeded.verb == verb, CompetencyNeeded.active.is_(True)
        )
    ).all()
    return [one for one in sorted(wanted) if not _valid(session, actor.id, one, at)]


def _valid(session: Session, person_id: str, competency: str, at: datetime) -> bool:
    rows = session.scalars(
        select(Training).where(
            Training.person_id == person_id, Training.competency == competency, Training.trained_at <= at
        )
    )
    return any(row.expires_at is None or row.expires_at > at for row in rows)


def said(competencies: list[str]) -> list[str]:
    """In sentences, what stands against an action."""
    return [f"You hold no valid training in {one!r}; have it entered or renewed." for one in competencies]


def lapses(session: Session, record: Record, within: timedelta) -> Iterator[Lapse]:
    """Trainings that are over or end within a time, and those that are missing, the most pressing first."""
    now = record.process_clock.now()
    wanted = needed(session)
    found = []
    for person in session.scalars(select(Person).where(Person.active.is_(True)).order_by(Person.full_name)):
        last: dict[str, Training] = {}
        for row in session.scalars(
            select(Training).where(Training.person_id == person.id).order_by(Training.trained_at)
        ):
            kept = last.get(row.competency)
            if kept is None or kept.expires_at is not None:
                last[row.competency] = row
        roles = roles_of(session, person.id)
        takes: dict[str, list[str]] = {}
        for one in wanted:
            if roles & set(record.matrix[one.verb].roles):
                takes.setdefault(one.competency, []).append(one.verb)
        for competency in sorted(set(last) | set(takes)):
            row_of = last.get(competency)
            ends = row_of.expires_at if row_of else None
            if row_of is not None and (ends is None or ends > now + within):
                continue
            state = "missing" if row_of is None else "lapsed" if ends and ends <= now else "lapses soon"
            found.append(
                Lapse(
                    person.id,
                    person.full_name,
                    competency,
                    row_of.document if row_of else None,
                    ends,
                    state,
                    tuple(takes.get(competency, ())),
                )
            )
    order = ("lapsed", "missing", "lapses soon")
    yield from sorted(found, key=lambda one: (order.index(one.state), one.expires_at or now))
