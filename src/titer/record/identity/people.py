"""People and their roles (21 CFR 11.100(a), 11.10(d), (g))."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, NotFound, Refused
from titer.record.identity import rules
from titer.record.identity.passwords import Hashed, Passwords
from titer.record.identity.sessions import Sessions
from titer.record.model import Person, RoleAssignment
from titer.record.rights import delegations, policy
from titer.record.service import Record
from titer.record.unit import Unit


class People:
    """The people of an installation.

    Args:
        record: whose.
        passwords: gives each a first password.
        sessions: end when an account is changed.
    """

    def __init__(self, record: Record, passwords: Passwords, sessions: Sessions) -> None:
        self.record = record
        self.passwords = passwords
        self.sessions = sessions

    def create(
        self,
        unit: Unit,
        *,
        username: str,
        full_name: str,
        password: str | Hashed,
        roles: tuple[str, ...] = (),
        robot_for: str | None = None,
    ) -> Person:
        """Register a person; the password best comes from `Passwords.prepare_first`.

        Raises:
            Conflict: if the user name was ever used.
            Refused: for a robot outside a simulated installation, or roles that conflict.
            Invalid: for a password that is too short or the user name itself.
        """
        if unit.session.scalar(select(Person.id).where(Person.username == username)):
            raise Conflict(f"The user name {username} was given before and is never given again.")
        if robot_for is not None and not self.record.installation(unit.session).simulated:
            raise Refused("A robot can act for a role in a simulated installation only.")
        person = Person(
            id=unit.new_id(),
            username=username,
            full_name=full_name,
            active=True,
            password_set_at=unit.now,
            password_set_by=unit.actor.id,
            password_count=1,
            failed_attempts=0,
            robot_for=robot_for,
        )
        self.passwords.give_first(unit, person, password)
        unit.add(person)
        for role in roles:
            self.assign_role(unit, person.id, role)
        return person

    def assign_role(self, unit: Unit, person_id: str, role: str) -> RoleAssignment:
        """Give a role.

        Raises:
            Invalid: for an unknown role.
            Refused: if it conflicts: no administrator holds a data right.
        """
        rules.check_role(role, delegations.roles_with_delegated(unit.session, person_id, unit.now))
        known = unit.session.scalars(
            select(RoleAssignment).where(RoleAssignment.person_id == person_id, RoleAssignment.role == role)
        ).first()
        if known is not None:
            known.active = True
        else:
            known = unit.add(RoleAssignment(person_id=person_id, role=role, active=True))
        self._end_sessions(unit, person_id)
        return known

    def withdraw_role(self, unit: Unit, person_id: str, role: str) -> None:
        """Take a role away; what was done with it stays."""
        for row in unit.session.scalars(
            select(RoleAssignment).where(RoleAssignment.person_id == person_id, RoleAssignment.role == role)
        ):
            row.active = False
        self._end_sessions(unit, person_id)

    def _end_sessions(self, unit: Unit, person_id: str) -> None:
        """A session keeps no right that its person has no more, and gains none that she did not log in with."""
        self.sessions.end_all(unit, person_id, "the person's roles were changed", but=unit.actor.session_id)

    def set_active(self, unit: Unit, person_id: str, *, active: bool) -> None:
        """Disable or enable an account; its open sessions end."""
        person = unit.get(Person, person_id)
        person.active = active
        if active:
            person.locked_at, person.failed_attempts = None, 0
        self.sessions.end_all(unit, person_id, "the account was changed")

    def acknowledge_policy(self, unit: Unit, person_id: str, shown: str | None = None) -> None:
        """The person holds electronic signatures to be as binding as those by hand (21 CFR 11.100(c)).

        Args:
            unit: the open action.
            person_id: who.
            shown: digest of the policy that was read; see `policy.acknowledge`.
        """
        policy.acknowledge(unit, person_id, shown)


def require_person(session: Session, username: str) -> Person:
    """The person of a user name.

    Raises:
        NotFound: if there is none.
    """
    person = session.scalars(select(Person).where(Person.username == username)).first()
    if person is None:
        raise NotFound(f"There is no user {username}.")
    return person
