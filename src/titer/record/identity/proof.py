"""Proof of identity: what a person proves with, and whether it proves (21 CFR 11.200, 11.300).

Log-in and signature ask the same question here, so that both count failures and lock alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from titer.base.errors import WrongCredentials
from titer.record.credentials import Credentials
from titer.record.identity.access import access
from titer.record.identity.passwords import Passwords
from titer.record.model import AccessEvent, Person
from titer.record.service import Record

MAX_FAILED = 5


@dataclass(frozen=True)
class Proof:
    """What a person proves with. A component that is not given is empty."""

    password: str = ""


@dataclass(frozen=True)
class Occasion:
    """What the proof is for.

    Args:
        meaning: of the signature; empty at log-in.
        session_id: the session in which it is given; None at log-in.
    """

    meaning: str = ""
    session_id: str | None = None


LOG_IN = Occasion()


class Proving:
    """Whether people are who they say.

    Args:
        record: whose people.
        credentials: what they are compared with.
        passwords: of the people.
    """

    def __init__(self, record: Record, credentials: Credentials, passwords: Passwords) -> None:
        self.record = record
        self.credentials = credentials
        self.passwords = passwords

    def prove(self, username: str, proof: Proof, remote: str, occasion: Occasion = LOG_IN) -> Person:
        """The person who proves to be the one of the user name.

        Failures are counted and entered, and lock the account after five. Opens actions of its own, so no
        action may be open.

        Args:
            username: who the person says to be.
            proof: what is given.
            remote: the address it comes from.
            occasion: what it is for.

        Raises:
            WrongCredentials: with the same words whatever was wrong, so that nobody learns user names;
                a locked account is said to be locked, since its owner must know.
        """
        with self.record.reading() as session:
            person = session.scalars(select(Person).where(Person.username == username)).first()
            stored = self.credentials.secret_of(session, person.id) if person else None
            entered = person is not None and self.credentials.fits_entry(session, person)
        locked = person is not None and person.locked_at is not None
        good = self.passwords.matches(stored, proof.password)
        if person is not None and not (entered and self.credentials.fits(person, stored)):
            self._swapped(person, remote)
            raise WrongCredentials(
                "The stored credential of this account is not the one that the record knows.",
                why="It was changed outside Titer, so no password is accepted.",
                do="Tell your administrator and the quality unit; `titer verify` names the account.",
            )
        if person is not None and person.active and good and not locked:
            if person.failed_attempts:
                with access(self.record) as unit:
                    unit.get(Person, person.id).failed_attempts = 0
            return person
        self._failed(username, person.id if person else None, remote, locked)
        if locked:
            raise WrongCredentials(
                "The account is locked after too many failed attempts.",
                do="Ask an administrator to unlock it.",
            )
        raise WrongCredentials(
            "User name or password is wrong.",
            do=f"Try again; after {MAX_FAILED} failures the account is locked.",
        )

    def _swapped(self, person: Person, remote: str) -> None:
        with access(self.record) as unit:
            event = unit.add(
                AccessEvent(
                    kind="credential_swapped",
                    username=person.username,
                    person_id=person.id,
                    remote=remote,
                    detail="the stored credential is not the one that the record knows",
                )
            )
            unit.emit("record.credential.swapped", event, {"username": person.username, "remote": remote})

    def _failed(self, username: str, person_id: str | None, remote: str, locked: bool) -> None:
        with access(self.record) as unit:
            detail = "the account is locked" if locked else "wrong user name or password"
            event = unit.add(
                AccessEvent(
                    kind="login_failed",
                    username=username[:200],
                    person_id=person_id,
                    remote=remote,
                    detail=detail,
                )
            )
            if person_id is None or locked:
                return
            person = unit.get(Person, person_id)
            person.failed_attempts += 1
            if person.failed_attempts >= MAX_FAILED:
                person.locked_at = unit.now
                unit.emit("record.person.locked", event, {"username": username, "remote": remote})
