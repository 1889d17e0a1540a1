"""Passwords: how one is kept (argon2id), and setting a new one (21 CFR 11.300(b))."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from titer.base.errors import Invalid
from titer.record.credentials import Credentials
from titer.record.identity.policy import Policies
from titer.record.identity.rules import check_password
from titer.record.model import Person
from titer.record.unit import Unit

_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b0X8gJoOq4mZOpJYr0Wcm1vZ2w"


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

    def give_first(self, unit: Unit, person: Person, password: str) -> None:
        """Give a new person, whose row is otherwise set, a password.

        Raises:
            Invalid: if it is too easy.
        """
        check_password(password, person.username, self.policies.current(unit.session))
        self.credentials.give(unit, person, self.hasher.hash(password))

    def matches(self, stored: str | None, secret: str) -> bool:
        """Whether a password or PIN fits; an unknown user costs the same time as a known one."""
        try:
            return self.hasher.verify(stored or _NOBODY, secret) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def set_password(self, unit: Unit, person_id: str, password: str) -> None:
        """Set a new password; locks are lifted.

        Raises:
            Invalid: if it is too easy, or one of the last that the policy's history names.
        """
        person = unit.get(Person, person_id)
        policy = self.policies.current(unit.session)
        check_password(password, person.username, policy)
        if policy.history:
            self._check_history(unit, person, password, policy.history)
        self.credentials.keep_earlier(unit, person)
        person.failed_attempts, person.locked_at = 0, None
        person.password_set_at, person.password_set_by = unit.now, unit.actor.id
        person.password_count += 1
        self.credentials.give(unit, person, self.hasher.hash(password))

    def _check_history(self, unit: Unit, person: Person, password: str, history: int) -> None:
        now = self.credentials.secret_of(unit.session, person.id)
        for stored in [now, *self.credentials.earlier(unit.session, person.id, history - 1)]:
            if stored is not None and self.matches(stored, password):
                raise Invalid(
                    "This password was used before.",
                    where="password",
                    why=f"The last {history} passwords may not come back.",
                    do="Choose another.",
                )
