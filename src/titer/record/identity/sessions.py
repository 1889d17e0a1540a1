"""Log-in sessions: begun, idle, over, ended."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from titer.base.errors import NotAuthenticated
from titer.record.credentials import Credentials, token_hash
from titer.record.identity.access import access
from titer.record.model import AccessEvent, LoginSession, Person
from titer.record.service import Record
from titer.record.unit import Unit

SESSION_LENGTH = timedelta(hours=12)
IDLE = timedelta(minutes=30)


@dataclass(frozen=True)
class LoggedIn:
    """What a log-in gives to the browser."""

    token: str
    csrf: str
    session_id: str
    person_id: str


class Sessions:
    """The log-in sessions of an installation.

    Args:
        record: whose.
        credentials: where the hashes of their tokens lie.
    """

    def __init__(self, record: Record, credentials: Credentials) -> None:
        self.record = record
        self.credentials = credentials
        self._seen: dict[str, datetime] = {}

    def begin(self, person: Person, remote: str) -> LoggedIn:
        """Open a session for a person who has proved who she is; one that overlaps with another is entered."""
        token = secrets.token_urlsafe(32)
        with access(self.record) as unit:
            self.credentials.forget_ended(unit, person.id)
            others = unit.session.scalars(
                select(LoginSession).where(
                    LoginSession.person_id == person.id,
                    LoginSession.ended_at.is_(None),
                    LoginSession.ends_at > unit.now,
                    LoginSession.remote != remote,
                )
            ).all()
            if others:
                unit.add(
                    AccessEvent(
                        kind="overlapping_session",
                        username=person.username,
                        person_id=person.id,
                        remote=remote,
                        detail=f"also logged in from {', '.join(sorted({o.remote for o in others}))}",
                    )
                )
            row = LoginSession(
                id=unit.new_id(),
                person_id=person.id,
                remote=remote,
                started_at=unit.now,
                ends_at=unit.now + SESSION_LENGTH,
            )
            self.credentials.give(unit, row, token_hash(token))
            unit.add(row)
        self._seen[row.id] = self.record.clock.now()
        return LoggedIn(token, self.credentials.csrf(row.id, token), row.id, person.id)

    def log_out(self, session_id: str, because: str = "logged out") -> None:
        """End a session."""
        with access(self.record) as unit:
            row = unit.get(LoginSession, session_id)
            if row.ended_at is None:
                row.ended_at, row.ended_because = unit.now, because
            self.credentials.take(unit, session_id)
        self._seen.pop(session_id, None)

    def end_all(self, unit: Unit, person_id: str, because: str) -> None:
        """End all open sessions of a person."""
        for session in unit.session.scalars(
            select(LoginSession).where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
        ):
            session.ended_at, session.ended_because = unit.now, because
            self.credentials.take(unit, session.id)

    def of_token(self, token: str) -> tuple[LoginSession, Person]:
        """The open session of a token, and its person.

        Raises:
            NotAuthenticated: if there is none, it has ended, or it was idle for too long.
        """
        now = self.record.clock.now()
        with self.record.reading() as session:
            row = self.credentials.owner_of(session, LoginSession, token)
            person = session.get(Person, row.person_id) if row else None
        if row is None or person is None or row.ended_at is not None or row.ends_at <= now:
            raise NotAuthenticated("Your session has ended.", do="Log in again.")
        if not person.active:
            raise NotAuthenticated("Your account is disabled.", do="Ask your administrator.")
        if now - self._seen.get(row.id, now) > IDLE:
            self.log_out(row.id, "idle for 30 minutes")
            raise NotAuthenticated("Your session ended after 30 idle minutes.", do="Log in again.")
        self._seen[row.id] = now
        return row, person

    def csrf(self, row: LoginSession, token: str) -> str:
        """The CSRF token of a session whose token is known; it is stored nowhere."""
        return self.credentials.csrf(row.id, token)

    def csrf_matches(self, row: LoginSession, token: str, given: str) -> bool:
        """Whether the request bears the session's own CSRF token."""
        return hmac.compare_digest(self.csrf(row, token).encode(), given.encode())
