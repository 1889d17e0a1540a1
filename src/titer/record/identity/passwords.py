"""Passwords: how one is kept (argon2id), and setting a new one (21 CFR 11.300(b))."""

from __future__ import annotations

from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Invalid, NotFound
from titer.record.credentials import Credentials
from titer.record.identity.policy import Policies
from titer.record.identity.rules import Policy, check_password
from titer.record.model import Person
from titer.record.unit import Unit

_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b0X8gJoOq4mZOpJYr0Wcm1vZ2w"


@dataclass(frozen=True)
class Hashed:
    """A password that was checked and hashed before the action begins that sets it.

    Each hash takes a good part of a second, and who waits for the ledger's lock waits as long.

    Args:
        username: whose it will be.
        count: of passwords that the person had been given when it was checked; 0 for somebody new.
        secret: argon2id.
    """

    username: str
    count: int
    secret: str = field(repr=False)


class Passwords:
    """The passwords of an installation's people.

    Args:
        credentials: where their hashes lie.
        policies: say what a password has to be.
        hasher: argon2id.
    """

    def __init__(self, credentials: Credentials, policies: Policies, hasher: PasswordHasher) -> None:
        self.credentials = credentials
        self.policies = policies
        self.hasher = hasher

    def prepare_first(self, username: str, password: str) -> Hashed:
        """Check and hash the first password of somebody new; no action may be open.

        Raises:
            Invalid: if it is too easy.
        """
        with self.policies.record.reading() as session:
            policy = self.policies.current(session)
        return self._first(username, password, policy)

    def prepare(self, person_id: str, password: str) -> Hashed:
        """Check and hash a new password of somebody; no action may be open.

        Raises:
            NotFound: if there is no such person.
            Invalid: if it is too easy, or one of the last that the policy's history names.
        """
        with self.policies.record.reading() as session:
            person = session.get(Person, person_id)
            if person is None:
                raise NotFound(f"There is no Person {person_id}.")
            policy, earlier = self._of(session, person)
        return self._next(person, password, policy, earlier)

    def give_first(self, unit: Unit, person: Person, password: str | Hashed) -> None:
        """Give a new person, whose row is otherwise set, a password.

        Args:
            unit: the open action.
            person: who.
            password: from `prepare_first`; a bare one is hashed here, for whoever is alone on the machine.

        Raises:
            Invalid: if it is too easy.
            Conflict: if it was prepared for somebody else.
        """
        if isinstance(password, str):
            password = self._first(person.username, password, self.policies.current(unit.session))
        if (password.username, password.count) != (person.username, 0):
            raise Conflict("This password was prepared for somebody else.")
        self.credentials.give(unit, person, password.secret)

    def matches(self, stored: str | None, secret: str) -> bool:
        """Whether a password or PIN fits; an unknown user costs the same time as a known one."""
        try:
            return self.hasher.verify(stored or _NOBODY, secret) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def set_password(self, unit: Unit, person_id: str, password: str | Hashed) -> None:
        """Set a new password; locks are lifted.

        Args:
            unit: the open action.
            person_id: whose.
            password: from `prepare`; a bare one is hashed here, for whoever is alone on the machine.

        Raises:
            Invalid: if it is too easy, or one of the last that the policy's history names.
            Conflict: if another password was set since it was prepared.
        """
        person = unit.get(Person, person_id)
        if isinstance(password, str):
            password = self._next(person, password, *self._of(unit.session, person))
        if (password.username, password.count) != (person.username, person.password_count):
            raise Conflict(
                "Another password was set meanwhile.", do="Begin again, with the one that holds now."
            )
        self.credentials.keep_earlier(unit, person)
        person.failed_attempts, person.locked_at = 0, None
        person.password_set_at, person.password_set_by = unit.now, unit.actor.id
        person.password_count += 1
        self.credentials.give(unit, person, password.secret)

    def _first(self, username: str, password: str, policy: Policy) -> Hashed:
        check_password(password, username, policy)
        return Hashed(username, 0, self.hasher.hash(password))

    def _of(self, session: Session, person: Person) -> tuple[Policy, list[str]]:
        """The policy, and the hashes of the passwords that may not come back."""
        policy = self.policies.current(session)
        if not policy.history:
            return policy, []
        now = self.credentials.secret_of(session, person.id)
        earlier = self.credentials.earlier(session, person.id, policy.history - 1)
        return policy, [one for one in (now, *earlier) if one is not None]

    def _next(self, person: Person, password: str, policy: Policy, earlier: list[str]) -> Hashed:
        check_password(password, person.username, policy)
        if any(self.matches(stored, password) for stored in earlier):
            raise Invalid(
                "This password was used before.",
                where="password",
                why=f"The last {policy.history} passwords may not come back.",
                do="Choose another.",
            )
        return Hashed(person.username, person.password_count, self.hasher.hash(password))
