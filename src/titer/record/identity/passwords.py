"""Passwords: what makes a good one, how one is kept (argon2id), and setting a new one (21 CFR 11.300)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from titer.base.errors import Invalid
from titer.record.credentials import Credentials
from titer.record.model import Person
from titer.record.unit import Unit

_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b0X8gJoOq4mZOpJYr0Wcm1vZ2w"


class Passwords:
    """The passwords of an installation's people.

    Args:
        credentials: where their hashes lie.
        hasher: argon2id.
    """

    def __init__(self, credentials: Credentials, hasher: PasswordHasher) -> None:
        self.credentials = credentials
        self.hasher = hasher

    def give(self, unit: Unit, person: Person, password: str) -> None:
        """Give a password to a person whose row is otherwise set."""
        self.credentials.give(unit, person, self.hasher.hash(password))

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; an unknown user costs the same time as a known one."""
        try:
            return self.hasher.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def set_password(self, unit: Unit, person_id: str, password: str) -> None:
        """Set a new password; locks are lifted."""
        person = unit.get(Person, person_id)
        check_password(password, person.username)
        person.failed_attempts, person.locked_at = 0, None
        person.password_set_at, person.password_set_by = unit.now, unit.actor.id
        person.password_count += 1
        self.give(unit, person, password)


def check_password(password: str, username: str) -> None:
    """Refuse a password that is too easy.

    Raises:
        Invalid: under 10 characters, over 256, or containing the user name.
    """
    if not 10 <= len(password) <= 256:
        raise Invalid("A password has 10 to 256 characters.", where="password")
    if username.lower() in password.lower():
        raise Invalid("A password does not contain the user name.", where="password")
