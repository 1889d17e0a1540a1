"""The one face of identity; its rooms stand beside it: people, passwords, proof, sessions, machines, training."""

from __future__ import annotations

from collections.abc import Iterator

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from titer.record.credentials import Credentials
from titer.record.identity import training
from titer.record.identity.machines import Machines
from titer.record.identity.passwords import Passwords
from titer.record.identity.people import People
from titer.record.identity.proof import Proof, Proving
from titer.record.identity.sessions import LoggedIn, Sessions
from titer.record.service import Record


class Identity:
    """Who people are, and whether they are who they say.

    Args:
        record: whose people.
        key: binds credentials to the record; 32 bytes that lie outside the database.
        hasher: argon2id; the defaults of argon2-cffi follow RFC 9106's low-memory profile.
    """

    def __init__(self, record: Record, key: bytes, hasher: PasswordHasher | None = None) -> None:
        self.record = record
        self.credentials = Credentials(key)
        self.passwords = Passwords(self.credentials, hasher or PasswordHasher())
        self.sessions = Sessions(record, self.credentials)
        self.people = People(record, self.passwords, self.sessions)
        self.proving = Proving(record, self.credentials, self.passwords)
        self.machines = Machines(record, self.credentials)

        self.create_person = self.people.create
        self.assign_role = self.people.assign_role
        self.withdraw_role = self.people.withdraw_role
        self.set_active = self.people.set_active
        self.acknowledge_policy = self.people.acknowledge_policy
        self.set_password = self.passwords.set_password
        self.prove = self.proving.prove
        self.session = self.sessions.of_token
        self.log_out = self.sessions.log_out
        self.csrf = self.sessions.csrf
        self.csrf_matches = self.sessions.csrf_matches
        self.issue_token = self.machines.issue_token
        self.revoke_token = self.machines.revoke_token
        self.machine = self.machines.machine

    enter_training = staticmethod(training.enter)
    competent = staticmethod(training.competent)
    training_of = staticmethod(training.of_person)

    def log_in(self, username: str, proof: Proof | str, remote: str) -> LoggedIn:
        """Open a session for a person who proves who she is; a bare string is a password.

        Raises:
            WrongCredentials: see `Proving.prove`.
        """
        given = Proof(proof) if isinstance(proof, str) else proof
        return self.sessions.begin(self.prove(username, given, remote), remote)

    def stored_credentials(self, session: Session) -> Iterator[str]:
        """For `titer verify`: a sentence for each credential that was changed past the record."""
        yield from self.credentials.faults(session, self.record.clock.now())
