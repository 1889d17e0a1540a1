"""People, roles, log-in sessions, machine tokens and training (21 CFR 11.100, 11.200, 11.300; Annex 11 s. 12)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Invalid, NotAuthenticated, NotFound, Refused, WrongCredentials
from titer.record.actions import ROLES, ActionSpec, Actor
from titer.record.credentials import Credentials, token_hash
from titer.record.model import (
    AccessEvent,
    LoginSession,
    MachineToken,
    Person,
    RoleAssignment,
    Training,
)
from titer.record.service import Record
from titer.record.unit import Unit

MAX_FAILED = 5
SESSION_LENGTH = timedelta(hours=12)
IDLE = timedelta(minutes=30)
_DATA_ROLES = frozenset(ROLES) - {"administrator", "inspector"}

ACTIONS = (
    ActionSpec("record.install", "Set up the installation"),
    ActionSpec("record.migrate", "Bring the database to another schema"),
    ActionSpec("record.person.create", "Register a person", ("administrator",)),
    ActionSpec("record.person.change", "Change a person's account", ("administrator",)),
    ActionSpec("record.role.assign", "Give or take a role", ("administrator",)),
    ActionSpec("record.training.enter", "Enter a training", ("reviewer", "quality", "process_owner")),
    ActionSpec("record.session", "Log in and out"),
    ActionSpec("record.policy.acknowledge", "Acknowledge the signature policy", tuple(ROLES)),
    ActionSpec("record.password.change", "Change one's own password", tuple(ROLES)),
    ActionSpec("record.token.issue", "Issue a machine token", ("administrator", "automation")),
    ActionSpec("record.ledger.verify", "Verify the ledger", tuple(ROLES)),
    ActionSpec("record.export", "Export records", ("reviewer", "quality", "process_owner", "inspector")),
)


@dataclass(frozen=True)
class LoggedIn:
    """What a log-in gives to the browser."""

    token: str
    csrf: str
    session_id: str
    person_id: str


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
        self.hasher = hasher or PasswordHasher()
        self._seen: dict[str, datetime] = {}

    # --- people -----------------------------------------------------------------------------------------------

    def create_person(
        self,
        unit: Unit,
        *,
        username: str,
        full_name: str,
        password: str,
        roles: tuple[str, ...] = (),
        robot_for: str | None = None,
    ) -> Person:
        """Register a person.

        Raises:
            Conflict: if the user name was ever used.
            Refused: for a robot outside a simulated installation, or roles that conflict.
            Invalid: for a password that is too short or the user name itself.
        """
        check_password(password, username)
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
        self.credentials.give(unit, person, self.hasher.hash(password))
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
        if role not in ROLES:
            raise Invalid(f"There is no role {role}.", do=f"Use one of: {', '.join(ROLES)}.")
        held = self.record.roles_of(unit.session, person_id) | {role}
        if "administrator" in held and held & _DATA_ROLES:
            raise Refused(
                "An administrator holds no data right.",
                why=f"{', '.join(sorted(held & _DATA_ROLES))} would come together with administrator.",
                do="Give the roles to two people.",
            )
        known = unit.session.scalars(
            select(RoleAssignment).where(RoleAssignment.person_id == person_id, RoleAssignment.role == role)
        ).first()
        if known is not None:
            known.active = True
            return known
        return unit.add(RoleAssignment(person_id=person_id, role=role, active=True))

    def withdraw_role(self, unit: Unit, person_id: str, role: str) -> None:
        """Take a role away; what was done with it stays."""
        for row in unit.session.scalars(
            select(RoleAssignment).where(RoleAssignment.person_id == person_id, RoleAssignment.role == role)
        ):
            row.active = False

    def set_active(self, unit: Unit, person_id: str, *, active: bool) -> None:
        """Disable or enable an account; its open sessions end."""
        person = unit.get(Person, person_id)
        person.active = active
        if active:
            person.locked_at, person.failed_attempts = None, 0
        for session in unit.session.scalars(
            select(LoginSession).where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
        ):
            session.ended_at, session.ended_because = unit.now, "the account was changed"
            self.credentials.take(unit, session.id)

    def set_password(self, unit: Unit, person_id: str, password: str) -> None:
        """Set a new password; locks are lifted."""
        person = unit.get(Person, person_id)
        check_password(password, person.username)
        person.failed_attempts, person.locked_at = 0, None
        person.password_set_at, person.password_set_by = unit.now, unit.actor.id
        person.password_count += 1
        self.credentials.give(unit, person, self.hasher.hash(password))

    def acknowledge_policy(self, unit: Unit, person_id: str) -> None:
        """The person holds electronic signatures to be as binding as those by hand (21 CFR 11.100(c))."""
        unit.get(Person, person_id).policy_acknowledged_at = unit.now

    def enter_training(
        self, unit: Unit, *, person_id: str, competency: str, document: str, expires_at: datetime | None
    ) -> Training:
        """Enter that a person was trained; the process clock says when."""
        return unit.add(
            Training(
                person_id=person_id,
                competency=competency,
                document=document,
                trained_at=unit.process_now,
                expires_at=expires_at,
            )
        )

    def competent(self, session: Session, person_id: str, competency: str, at: datetime) -> Training | None:
        """The training that makes a person competent at an instant of the process clock, or None."""
        rows = session.scalars(
            select(Training)
            .where(
                Training.person_id == person_id, Training.competency == competency, Training.trained_at <= at
            )
            .order_by(Training.trained_at.desc())
        )
        return next((row for row in rows if row.expires_at is None or row.expires_at > at), None)

    def training_of(self, session: Session, person_id: str) -> list[Training]:
        """All trainings of a person."""
        return list(session.scalars(select(Training).where(Training.person_id == person_id)))

    # --- proof of identity ---------------------------------------------------------------------------------------

    def check(self, username: str, password: str, remote: str) -> Person:
        """Check a password; failures are counted and entered, and lock the account after five.

        Opens actions of its own, so no action may be open.

        Raises:
            WrongCredentials: with the same words whatever was wrong, so that nobody learns user names;
                a locked account is said to be locked, since its owner must know.
        """
        with self.record.reading() as session:
            person = session.scalars(select(Person).where(Person.username == username)).first()
            stored = self.credentials.secret_of(session, person.id) if person else None
            entered = person is not None and self.credentials.fits_entry(session, person)
        locked = person is not None and person.locked_at is not None
        good = self._matches(stored, password)
        if person is not None and not (entered and self.credentials.fits(person, stored)):
            self._swapped(person, remote)
            raise WrongCredentials(
                "The stored credential of this account is not the one that the record knows.",
                why="It was changed outside Titer, so no password is accepted.",
                do="Tell your administrator and the quality unit; `titer verify` names the account.",
            )
        if person is not None and person.active and good and not locked:
            if person.failed_attempts:
                with self._access() as unit:
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

    def _matches(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; an unknown user costs the same time as a known one."""
        try:
            return self.hasher.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def _swapped(self, person: Person, remote: str) -> None:
        with self._access() as unit:
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
        with self._access() as unit:
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

    def log_in(self, username: str, password: str, remote: str) -> LoggedIn:
        """Open a session for a person whose password fits.

        Raises:
            WrongCredentials: see `check`.
        """
        person = self.check(username, password, remote)
        token = secrets.token_urlsafe(32)
        with self._access() as unit:
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
                        username=username,
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
        with self._access() as unit:
            row = unit.get(LoginSession, session_id)
            if row.ended_at is None:
                row.ended_at, row.ended_because = unit.now, because
            self.credentials.take(unit, session_id)
        self._seen.pop(session_id, None)

    def session(self, token: str) -> tuple[LoginSession, Person]:
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

    # --- machines -----------------------------------------------------------------------------------------------

    def issue_token(self, unit: Unit, name: str, scopes: tuple[str, ...]) -> str:
        """A new token for a machine; it is shown once, and an earlier one of the same name ends."""
        token = secrets.token_urlsafe(32)
        row = unit.session.scalars(select(MachineToken).where(MachineToken.name == name)).first()
        if row is None:
            row = MachineToken(id=unit.new_id(), name=name, issue_count=0)
        row.scopes, row.revoked_at = list(scopes), None
        row.issued_at, row.issued_by = unit.now, unit.actor.id
        row.issue_count += 1
        self.credentials.give(unit, row, token_hash(token))
        unit.add(row)
        return token

    def revoke_token(self, unit: Unit, name: str) -> None:
        """End a machine's token.

        Raises:
            NotFound: if there is no token of this name.
        """
        row = unit.session.scalars(select(MachineToken).where(MachineToken.name == name)).first()
        if row is None:
            raise NotFound(f"There is no token of {name}.")
        if row.revoked_at is None:
            row.revoked_at = unit.now
        self.credentials.take(unit, row.id)

    def machine(self, token: str, scope: str) -> Actor:
        """The machine that bears the token.

        Raises:
            NotAuthenticated: if the token is unknown, revoked or lacks the scope.
        """
        with self.record.reading() as session:
            row = self.credentials.owner_of(session, MachineToken, token)
        if row is None or row.revoked_at is not None:
            raise NotAuthenticated("The machine token is not valid.", do="Issue a new one.")
        if scope not in row.scopes:
            raise NotAuthenticated(f"The token {row.name} has no scope {scope}.")
        return Actor.connection(row.name)

    def stored_credentials(self, session: Session) -> Iterator[str]:
        """For `titer verify`: a sentence for each credential that was changed past the record."""
        yield from self.credentials.faults(session, self.record.clock.now())

    def _access(self) -> AbstractContextManager[Unit]:
        return self.record.action(Actor.timer("record.access"), "record.session")


_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b0X8gJoOq4mZOpJYr0Wcm1vZ2w"


def check_password(password: str, username: str) -> None:
    """Refuse a password that is too easy.

    Raises:
        Invalid: under 10 characters, over 256, or containing the user name.
    """
    if not 10 <= len(password) <= 256:
        raise Invalid("A password has 10 to 256 characters.", where="password")
    if username.lower() in password.lower():
        raise Invalid("A password does not contain the user name.", where="password")


def require_person(session: Session, username: str) -> Person:
    """The person of a user name.

    Raises:
        NotFound: if there is none.
    """
    person = session.scalars(select(Person).where(Person.username == username)).first()
    if person is None:
        raise NotFound(f"There is no user {username}.")
    return person
