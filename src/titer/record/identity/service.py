"""The one face of identity; its rooms stand beside it: people, passwords, proof, factors, sessions, machines ..."""

from __future__ import annotations

from collections.abc import Iterator

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from titer.base.vault import Vault
from titer.record.credentials import Credentials
from titer.record.identity import training
from titer.record.identity.challenges import Challenges
from titer.record.identity.doors import Doors
from titer.record.identity.factors import Factors
from titer.record.identity.machines import Machines
from titer.record.identity.passkeys import Passkeys
from titer.record.identity.passwords import Passwords
from titer.record.identity.people import People, require_person
from titer.record.identity.policy import Policies
from titer.record.identity.proof import LOG_IN, Occasion, Proof, Proved, Proving
from titer.record.identity.sessions import LoggedIn, Opening, Sessions
from titer.record.identity.terminals import Terminals
from titer.record.model import AccessEvent, Person
from titer.record.service import Record
from titer.record.unit import Unit


class Identity:
    """Who people are, and whether they are who they say.

    Args:
        record: whose people.
        key: binds credentials to the record; 32 bytes that lie outside the database.
        hasher: argon2id; the defaults of argon2-cffi follow RFC 9106's low-memory profile.
        vault: seals the secrets of authenticators.
    """

    def __init__(
        self, record: Record, key: bytes, hasher: PasswordHasher | None = None, vault: Vault | None = None
    ) -> None:
        used = hasher or PasswordHasher()
        self.record = record
        self.credentials = Credentials(key)
        self.policies = Policies(record)
        self.passwords = Passwords(self.credentials, self.policies, used)
        self.sessions = Sessions(record, self.credentials, self.policies)
        self.people = People(record, self.passwords, self.sessions)
        self.factors = Factors(self.credentials, used, vault)
        self.challenges = Challenges(record)
        self.passkeys = Passkeys(self.factors, self.credentials, self.challenges)
        self.terminals = Terminals(self.credentials, self.sessions)
        self.proving = Proving(
            record,
            self.credentials,
            self.policies,
            self.passwords,
            self.factors,
            self.passkeys,
            self.terminals,
            self.sessions,
        )
        self.machines = Machines(record, self.credentials)

        self.create_person = self.people.create
        self.assign_role = self.people.assign_role
        self.withdraw_role = self.people.withdraw_role
        self.set_active = self.people.set_active
        self.acknowledge_policy = self.people.acknowledge_policy
        self.set_password = self.passwords.set_password
        self.doors = Doors(record, self.credentials)
        self.session = self.sessions.of_token
        self.is_session = self.sessions.is_open
        self.goes_on = self.sessions.goes_on
        self.log_out = self.sessions.log_out
        self.csrf = self.sessions.csrf
        self.csrf_matches = self.sessions.csrf_matches
        self.issue_token = self.machines.issue_token
        self.revoke_token = self.machines.revoke_token
        self.machine = self.machines.machine
        self.is_machine = self.machines.is_valid

    enter_training = staticmethod(training.enter)
    competent = staticmethod(training.competent)
    training_of = staticmethod(training.of_person)

    def prove(self, username: str, proof: Proof, remote: str, occasion: Occasion = LOG_IN) -> Person:
        """The person who proves to be the one of the user name; see `Proving.prove` and `Doors.through`."""
        return self.how(username, proof, remote, occasion).person

    def how(self, username: str, proof: Proof, remote: str, occasion: Occasion = LOG_IN) -> Proved:
        """Who proves to be the one of the user name, and what with; see `Proving.how` and `Doors.through`."""
        return self.doors.through(
            remote, username, lambda: self.proving.how(username, proof, remote, occasion)
        )

    def log_in(self, username: str, proof: Proof | str, remote: str, *, in_place_of: str = "") -> LoggedIn:
        """Open a session for a person who proves who she is.

        Args:
            username: who; empty where a badge or a passkey says it.
            proof: of it; a bare string is a password.
            remote: the address it comes from.
            in_place_of: the token that the browser bore before; its session ends.

        Raises:
            WrongCredentials, ProofIncomplete: see `Proving.how`.
        """
        given = Proof(proof) if isinstance(proof, str) else proof
        proved = self.how(username, given, remote)
        opening = Opening(remote, proved.factors, proved.terminal_id, proved.limited_to, in_place_of)
        return self.sessions.begin(proved.person, opening)

    def rescue(self, unit: Unit, username: str, password: str, *, by: str, factors: bool = False) -> Person:
        """Let somebody in again with a new password: the way back of a sole administrator who is locked out.

        It is for the machine itself, where the installation's key is; it is entered and told.

        Args:
            unit: the open action.
            username: of the person.
            password: the new one.
            by: who does it, as the machine's operating system knows.
            factors: remove her second factors as well.

        Raises:
            NotFound: if there is no such person.
            Invalid: if the password is too easy.
        """
        person = require_person(unit.session, username)
        self.set_active(unit, person.id, active=True)
        self.set_password(unit, person.id, password)
        if factors:
            self.factors.reset(unit, person, ("totp", "passkey"), unit.reason or "")
        event = unit.add(
            AccessEvent(
                kind="rescued", username=username, person_id=person.id, remote="the machine itself", detail=by
            )
        )
        unit.emit("record.person.rescued", event, {"username": username, "detail": by})
        return person

    def stored_credentials(self, session: Session) -> Iterator[str]:
        """For `titer verify`: a sentence for each credential that was changed past the record."""
        yield from self.credentials.faults(session, self.record.clock.now())
