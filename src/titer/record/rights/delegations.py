"""Delegation: one person acts in another's place, for a time, and every entry says so (21 CFR 11.10(d), (g), (j)).

What is delegated is a right of the one who delegates, never one that was itself delegated; it ends by the server's
clock, and at once when that person is disabled or loses the role.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotAuthorised, Refused
from titer.record.actions import ROLES, ActionSpec, Actor
from titer.record.model import LedgerEntry, Person, RoleAssignment
from titer.record.rights import periods, rules
from titer.record.rights.model import Delegation
from titer.record.rights.rules import Standing

if TYPE_CHECKING:
    from titer.record.service import Record
    from titer.record.unit import Unit


@dataclass(frozen=True)
class Held:
    """A delegation that is in force, with the roles of the one who gave it."""

    delegation_id: str
    from_id: str
    role: str | None
    verbs: frozenset[str]
    roles: frozenset[str]

    def carries(self, spec: ActionSpec) -> bool:
        """Whether it gives the right to an action, and the one who gave it has that right still."""
        if spec.verb in rules.PERSONAL:
            return False
        if self.role is not None:
            return self.role in self.roles and self.role in spec.roles
        return spec.verb in self.verbs and bool(self.roles & set(spec.roles))


def roles_of(session: Session, person_id: str) -> set[str]:
    """The roles that a person holds in their own name."""
    rows = session.scalars(
        select(RoleAssignment.role).where(
            RoleAssignment.person_id == person_id, RoleAssignment.active.is_(True)
        )
    )
    return set(rows)


def in_force(session: Session, person_id: str, now: datetime) -> list[Held]:
    """What was delegated to a person and counts at an instant of the server's clock."""
    rows = session.execute(
        select(Delegation, Person.active)
        .join(Person, Person.id == Delegation.from_id)
        .where(
            Delegation.to_id == person_id,
            Delegation.revoked_at.is_(None),
            Delegation.begins_at <= now,
            Delegation.ends_at > now,
        )
        .order_by(Delegation.id)
    )
    return [
        Held(row.id, row.from_id, row.role, frozenset(row.verbs), frozenset(roles_of(session, row.from_id)))
        for row, active in rows
        if active
    ]


def standing(session: Session, actor: Actor, spec: ActionSpec, now: datetime) -> Standing:
    """Whether a person may do something now: by a right of their own, else in another's place."""
    person = session.get(Person, actor.id)
    if person is None or not person.active:
        return Standing(False)
    if roles_of(session, actor.id) & set(spec.roles):
        return Standing(True)
    for held in in_force(session, actor.id, now):
        if held.carries(spec):
            return Standing(True, held.from_id)
    return Standing(False)


def roles_with_delegated(session: Session, person_id: str, now: datetime) -> set[str]:
    """Own roles and every role that a delegation brings or will bring: what conflicts are judged on."""
    found = roles_of(session, person_id)
    for row in session.scalars(
        select(Delegation).where(
            Delegation.to_id == person_id, Delegation.revoked_at.is_(None), Delegation.ends_at > now
        )
    ):
        found |= _roles_behind(session, row.from_id, row.role)
    return found


def _roles_behind(session: Session, from_id: str, role: str | None) -> set[str]:
    """The roles that a delegation stands for; one of some verbs counts as all roles of the one who gives it."""
    return {role} if role is not None else roles_of(session, from_id)


class Delegations:
    """Gives and ends delegations.

    Args:
        record: whose rights.
    """

    def __init__(self, record: Record) -> None:
        self.record = record

    def give(
        self,
        unit: Unit,
        *,
        from_id: str,
        to_id: str,
        role: str | None,
        verbs: tuple[str, ...],
        begins_at: datetime,
        ends_at: datetime,
        reason: str,
    ) -> Delegation:
        """Delegate a role or some verbs; done by the one who delegates, or by a quality person for them.

        Nobody takes in this way a right that another person did not give.

        Raises:
            Invalid: neither a role nor verbs, an unknown one, or no reason.
            NotAuthorised: done by somebody else, or for somebody else to the one who does it.
            Refused: to oneself, for a time that makes no sense, a right that the person does not hold or cannot
                delegate, or where the roles of both together conflict.
        """
        session = unit.session
        if not reason.strip():
            raise Invalid("A delegation needs a reason.", where="reason")
        if bool(role) == bool(verbs):
            raise Invalid("Delegate either a role or some actions.", where="role")
        giver, taker = unit.get(Person, from_id), unit.get(Person, to_id)
        own = roles_of(session, from_id)
        if unit.actor.id != from_id and "quality" not in roles_of(session, unit.actor.id):
            raise NotAuthorised(
                "You cannot delegate in another person's name.",
                why="A delegation is given by the person concerned, or by the quality unit.",
                do=f"Ask {giver.full_name} or the quality unit.",
            )
        if to_id == unit.actor.id != from_id:
            raise NotAuthorised(
                "You cannot delegate another person's right to yourself.",
                why="Only the person concerned gives you such a right.",
                do=f"Ask {giver.full_name}, or let a colleague of the quality unit do it.",
            )
        if from_id == to_id:
            raise Refused("Nobody delegates to themselves.", do="Choose another person.")
        for person in (giver, taker):
            if not person.active:
                raise Refused(f"The account of {person.full_name} is disabled.")
        against = rules.against_delegating(begins_at, ends_at, unit.now, periods.longest_delegation(session))
        if against:
            raise Refused("The time of the delegation makes no sense.", why=" ".join(against))
        self._own_right(giver, own, role, verbs)
        union = roles_with_delegated(session, to_id, unit.now) | _roles_behind(session, from_id, role)
        conflicts = rules.against_roles(union)
        if conflicts:
            raise Refused(
                f"{taker.full_name} would hold duties that are kept apart.",
                why=conflicts[0].why + f" {conflicts[0].one} and {conflicts[0].other} would come together.",
                do="Delegate to somebody else.",
            )
        row = unit.add(
            Delegation(
                from_id=from_id,
                to_id=to_id,
                role=role,
                verbs=sorted(verbs),
                begins_at=begins_at,
                ends_at=ends_at,
                reason=reason.strip(),
                given_by=unit.actor.id,
            )
        )
        unit.emit("record.delegation.given", row, {"from": giver.full_name, "to": taker.full_name})
        return row

    def end(self, unit: Unit, delegation_id: str, version: int | None = None) -> Delegation:
        """End a delegation before its time: the giver, the taker, quality or an administrator.

        Raises:
            NotAuthorised: done by somebody else.
            Refused: if it is over.
        """
        row = unit.get(Delegation, delegation_id, version)
        concerned = unit.actor.id in (row.from_id, row.to_id)
        if not concerned and not roles_of(unit.session, unit.actor.id) & {"quality", "administrator"}:
            raise NotAuthorised(
                "This delegation is not yours to end.",
                do="Ask the person who gave it, or the quality unit.",
            )
        if row.revoked_at is not None or row.ends_at <= unit.now:
            raise Refused("The delegation is over already.")
        row.revoked_at, row.revoked_by = unit.now, unit.actor.id
        unit.flush()
        unit.emit("record.delegation.ended", row, {})
        return row

    def _own_right(self, giver: Person, own: set[str], role: str | None, verbs: Iterable[str]) -> None:
        if role is not None:
            if role not in ROLES:
                raise Invalid(
                    f"There is no role {role}.", where="role", do=f"Use one of: {', '.join(ROLES)}."
                )
            if role not in own:
                raise Refused(
                    f"{giver.full_name} does not hold the role {role.replace('_', ' ')}.",
                    why="Only a right of one's own can be delegated.",
                )
            return
        for verb in verbs:
            spec = self.record.matrix.get(verb)
            if spec is None:
                raise Invalid(f"There is no action {verb}.", where="verbs")
            if not rules.delegable(own, verb, spec.roles):
                raise Refused(
                    f"{giver.full_name} cannot delegate this: {spec.title}.",
                    why="Only a right of one's own can be delegated, and nothing that is personal.",
                )


def hands(session: Session, actor: Actor, on_behalf_of: str | None, record_id: str) -> Iterator[str]:
    """Everybody whose part in a record counts as the actor's own, apart from the actor.

    The person in whose place the actor acts, and those who acted in either's place on this record: otherwise two
    people with a delegation between them would be author and approver of one thing.
    """
    mine = {actor.id} | ({on_behalf_of} if on_behalf_of else set())
    seen = set(mine)
    delegates = set(session.scalars(select(Delegation.to_id).where(Delegation.from_id.in_(sorted(mine)))))
    if delegates:
        for body in session.scalars(select(LedgerEntry.body).where(LedgerEntry.record_id == record_id)):
            entry = json.loads(body)
            if entry["on_behalf_of"] in mine:
                seen.add(entry["actor"]["id"])
    yield from sorted(seen - {actor.id})
