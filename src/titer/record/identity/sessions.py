"""Log-in sessions: begun, renewed, idle, over, ended (21 CFR 11.10(d), 11.200(a)(1)(i))."""

from __future__ import annotations

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from titer.base.errors import NotAuthenticated, NotFound, ProofIncomplete, Unavailable
from titer.record.credentials import Credentials, token_hash
from titer.record.factors import SessionSeen, Terminal
from titer.record.identity import limits
from titer.record.identity.access import access, require_as_seen
from titer.record.identity.policy import Policies
from titer.record.identity.rules import EACH, FRESH_PROOF, SECOND, Policy, is_fresh
from titer.record.model import AccessEvent, LoginSession, Person, Signature
from titer.record.service import Record
from titer.record.unit import Unit

log = logging.getLogger(__name__)

SESSION_LENGTH = timedelta(minutes=Policy.session_minutes)
"""How long a session lasts where the policy says nothing else."""
_NOTED = timedelta(minutes=1)
"""How exactly it is kept over a restart when a session was last seen."""


@dataclass(frozen=True)
class LoggedIn:
    """What a log-in gives to the browser."""

    token: str
    csrf: str
    session_id: str
    person_id: str


@dataclass(frozen=True)
class Opening:
    """How a session begins.

    Args:
        remote: the address it comes from.
        factors: what the person proved with.
        terminal_id: the device that it is bound to, if it is one of the shop floor's.
        limited_to: what it is good for, where not for everything.
        in_place_of: the token that the browser bore before; its session ends.
    """

    remote: str
    factors: tuple[str, ...] = ("password",)
    terminal_id: str | None = None
    limited_to: str | None = None
    in_place_of: str = ""


class Sessions:
    """The log-in sessions of an installation.

    Args:
        record: whose.
        credentials: where the hashes of their tokens lie.
        policies: say how long one lasts.
    """

    def __init__(self, record: Record, credentials: Credentials, policies: Policies) -> None:
        self.record = record
        self.credentials = credentials
        self.policies = policies
        self._seen: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}

    # --- beginning ----------------------------------------------------------------------------------------------

    def begin(self, person: Person, opening: Opening) -> LoggedIn:
        """Open a session for a person who has proved who she is; one that overlaps with another is entered.

        Raises:
            WrongCredentials: if the account was locked, disabled or given another password since the proof.
        """
        with access(self.record) as unit:
            require_as_seen(unit, person)
            self.credentials.forget_ended(unit, person.id)
            before = self.credentials.owner_of(unit.session, LoginSession, opening.in_place_of)
            if before is not None and before.ended_at is None:
                self._end(unit, before, "another log-in in the same browser")
            others = self.open_of(unit.session, person.id)
            self._note_overlap(unit, person, opening.remote, others)
            policy = self.policies.current(unit.session)
            if policy.max_sessions and person.robot_for is None:
                for row in others[: max(0, len(others) - policy.max_sessions + 1)]:
                    self._end(unit, row, f"more than {policy.max_sessions} sessions were open")
            made = self._open(unit, person.id, opening, policy)
        self._saw(made.session_id, self.record.clock.now())
        return made

    def renew(
        self, unit: Unit, row: LoginSession, because: str, *, factors: tuple[str, ...] = ()
    ) -> LoggedIn:
        """Begin the person's session anew, under another token: after each change of what it may do.

        What it is good for is judged anew, by the account as it is now and by everything that was proved.

        Args:
            unit: the open action.
            row: the session that ends.
            because: stands in its row.
            factors: what was proved now, besides what was proved before.
        """
        known = unit.get(LoginSession, row.id)
        self._end(unit, known, because)
        proved = tuple(sorted({*known.factors, *factors}))
        policy = self.policies.current(unit.session)
        limited_to = self.limit(unit.session, unit.get(Person, known.person_id), proved, policy)
        opening = Opening(known.remote, proved, known.terminal_id, limited_to)
        made = self._open(unit, known.person_id, opening, policy)
        self._seen[made.session_id] = unit.now
        return made

    def limit(
        self, session: Session, person: Person, proved: tuple[str, ...], policy: Policy | None = None
    ) -> str | None:
        """What a session of a person who proved with these would be good for, where not for everything."""
        return limits.of_person(
            policy or self.policies.current(session),
            person,
            roles=self.record.roles_of(session, person.id),
            enrolled=limits.enrolled(session, person.id),
            proved=set(proved),
            now=self.record.clock.now(),
        )

    def _open(self, unit: Unit, person_id: str, opening: Opening, policy: Policy) -> LoggedIn:
        token = secrets.token_urlsafe(32)
        row = LoginSession(
            id=unit.new_id(),
            person_id=person_id,
            remote=opening.remote,
            factors=list(opening.factors),
            terminal_id=opening.terminal_id,
            limited_to=opening.limited_to,
            started_at=unit.now,
            ends_at=unit.now + timedelta(minutes=policy.session_minutes),
            idle_minutes=policy.idle_minutes,
        )
        self.credentials.give(unit, row, token_hash(token))
        unit.add(row)
        return LoggedIn(token, self.credentials.csrf(row.id, token), row.id, person_id)

    def _note_overlap(self, unit: Unit, person: Person, remote: str, others: list[LoginSession]) -> None:
        elsewhere = sorted({row.remote for row in others if row.remote != remote})
        if elsewhere:
            unit.add(
                AccessEvent(
                    kind="overlapping_session",
                    username=person.username,
                    person_id=person.id,
                    remote=remote,
                    detail=f"also logged in from {', '.join(elsewhere)}",
                )
            )

    # --- ending -------------------------------------------------------------------------------------------------

    def log_out(self, session_id: str, because: str = "logged out") -> None:
        """End a session."""
        with access(self.record) as unit:
            self._end(unit, unit.get(LoginSession, session_id), because)

    def end(self, unit: Unit, session_id: str, because: str, person_id: str | None = None) -> None:
        """End one session.

        Args:
            unit: the open action.
            session_id: of the session.
            because: stands in its row.
            person_id: whose it has to be; None for anybody's.

        Raises:
            NotFound: if there is none, or it is another person's.
        """
        row = unit.get(LoginSession, session_id)
        if person_id is not None and row.person_id != person_id:
            raise NotFound("There is no such session.")
        self._end(unit, row, because)

    def end_all(self, unit: Unit, person_id: str, because: str, but: str | None = None) -> None:
        """End all open sessions of a person, but one."""
        for row in unit.session.scalars(
            select(LoginSession).where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
        ):
            if row.id != but:
                self._end(unit, row, because)

    def _end(self, unit: Unit, row: LoginSession, because: str) -> None:
        if row.ended_at is None:
            row.ended_at, row.ended_because = unit.now, because
        self.credentials.take(unit, row.id)
        unit.session.execute(delete(SessionSeen).where(SessionSeen.session_id == row.id))
        self._seen.pop(row.id, None)
        self._noted.pop(row.id, None)

    # --- use ----------------------------------------------------------------------------------------------------

    def of_token(
        self, token: str, terminal: str = "", *, attended: bool = True
    ) -> tuple[LoginSession, Person]:
        """The open session of a token, and its person.

        Args:
            token: of the session.
            terminal: token of the device that asks, if it is a terminal.
            attended: whether somebody sits there; what a page asks by itself keeps no session alive.

        Raises:
            NotAuthenticated: if there is none, it has ended, it was idle for too long, or it is bound to another
                device.
        """
        now = self.record.clock.now()
        with self.record.reading() as session:
            row = self.credentials.owner_of(session, LoginSession, token)
            person = session.get(Person, row.person_id) if row else None
            here = row is None or row.terminal_id is None or self._stands(session, row.terminal_id, terminal)
        if row is None or person is None or row.ended_at is not None or row.ends_at <= now:
            raise NotAuthenticated("Your session has ended.", do="Log in again.")
        if not person.active:
            raise NotAuthenticated("Your account is disabled.", do="Ask your administrator.")
        if not here:
            raise NotAuthenticated("This session belongs to another device.", do="Log in here.")
        if now - self._last(row) > timedelta(minutes=row.idle_minutes):
            self.log_out(row.id, f"idle for {row.idle_minutes} minutes")
            raise NotAuthenticated(
                f"Your session ended after {row.idle_minutes} idle minutes.", do="Log in again."
            )
        if attended:
            self._saw(row.id, now)
        return row, person

    def is_open(self, token: str) -> bool:
        """Whether a token belongs to a session that is open now; asking is no use of it."""
        now = self.record.clock.now()
        with self.record.reading() as session:
            row = self.credentials.owner_of(session, LoginSession, token)
            return row is not None and self._goes_on(session, row, now)

    def goes_on(self, session_id: str) -> bool:
        """Whether a session is still open; asking is no use of it."""
        now = self.record.clock.now()
        with self.record.reading() as session:
            row = session.get(LoginSession, session_id)
            return row is not None and self._goes_on(session, row, now)

    def _goes_on(self, session: Session, row: LoginSession, now: datetime) -> bool:
        person = session.get(Person, row.person_id)
        device = session.get(Terminal, row.terminal_id) if row.terminal_id else None
        return (
            row.ended_at is None
            and row.ends_at > now
            and person is not None
            and person.active
            and (device is None or device.revoked_at is None)
            and now - self._last(row) <= timedelta(minutes=row.idle_minutes)
        )

    def _stands(self, session: Session, terminal_id: str, token: str) -> bool:
        device = self.credentials.owner_of(session, Terminal, token)
        return device is not None and device.id == terminal_id and device.revoked_at is None

    def _last(self, row: LoginSession) -> datetime:
        """When the session was last seen: by this process, by an earlier one, or when it began."""
        known = self._seen.get(row.id)
        idle = timedelta(minutes=row.idle_minutes)
        if known is not None and self.record.clock.now() - known <= idle:
            return known
        with self.record.reading() as session:
            kept = session.get(SessionSeen, row.id)
        return max(row.started_at, known or row.started_at, kept.seen_at if kept else row.started_at)

    def _saw(self, session_id: str, now: datetime) -> None:
        """Note it in memory each time, and in the database once a minute."""
        self._seen[session_id] = now
        if now - self._noted.get(session_id, datetime.min.replace(tzinfo=now.tzinfo)) < _NOTED:
            return
        self._noted[session_id] = now
        try:
            with self.record.operational() as session:
                kept = session.get(SessionSeen, session_id)
                if kept is None:
                    session.add(SessionSeen(session_id=session_id, seen_at=now))
                else:
                    kept.seen_at = now
        except (
            SQLAlchemyError,
            Unavailable,
        ) as error:  # a full disk or a racing hub keeps nobody from reading
            log.warning("when a session was last seen could not be kept: %s", error)

    def csrf(self, row: LoginSession, token: str) -> str:
        """The CSRF token of a session whose token is known; it is stored nowhere."""
        return self.credentials.csrf(row.id, token)

    def csrf_matches(self, row: LoginSession, token: str, given: str) -> bool:
        """Whether the request bears the session's own CSRF token."""
        return hmac.compare_digest(self.csrf(row, token).encode(), given.encode())

    def require_fresh(self, verb: str, row: LoginSession, person: Person, *, given: bool = False) -> None:
        """Refuse an action that takes a fresh proof of identity where there is none (docs/decisions/0022).

        Args:
            verb: of the action.
            row: the session in which it is asked for.
            person: who asks.
            given: whether the request itself bore a proof that proved.

        Raises:
            ProofIncomplete: if the action takes one inside the request, or the session's is too old.
        """
        kind = FRESH_PROOF.get(verb)
        if kind is None or given:
            return
        with self.record.reading() as session:
            policy = self.policies.current(session)
            offers = limits.enrolled(session, person.id)
        robot, now = person.robot_for is not None, self.record.clock.now()
        proved = set(row.factors)
        if is_fresh(verb, policy, given=given, began=row.started_at, proved=proved, robot=robot, now=now):
            return
        why = (
            "The request itself bears it, each time."
            if kind == EACH
            else f"Who administers access has proved it within {policy.proof_minutes} minutes."
        )
        raise ProofIncomplete(
            "This takes a fresh proof that it is you.",
            needs="proof",
            offers=tuple(one for one in SECOND if one in offers),
            why=why,
            do="Give your password again; then it goes on.",
        )

    # --- reading ------------------------------------------------------------------------------------------------

    def open_of(self, session: Session, person_id: str) -> list[LoginSession]:
        """A person's open sessions, the oldest first."""
        return list(
            session.scalars(
                select(LoginSession)
                .where(
                    LoginSession.person_id == person_id,
                    LoginSession.ended_at.is_(None),
                    LoginSession.ends_at > self.record.clock.now(),
                )
                .order_by(LoginSession.id)
            )
        )

    def seen_at(self, session: Session, row: LoginSession) -> datetime:
        """When a session was last seen."""
        kept = session.get(SessionSeen, row.id)
        return self._seen.get(row.id) or (kept.seen_at if kept else row.started_at)

    def has_signed(self, session: Session, session_id: str) -> bool:
        """Whether a signature was given in a session already."""
        count = select(func.count()).select_from(Signature).where(Signature.session_id == session_id)
        return bool(session.scalar(count))
