"""Proof of identity: what a person proves with, and whether it proves (21 CFR 11.200, 11.300).

Log-in, signature and changes of one's own account ask the same question here, so that all count failures and lock
alike. What has to be proved is decided in `rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.base.errors import ProofIncomplete, WrongCredentials
from titer.record.credentials import Credentials
from titer.record.factors import Factor, Terminal
from titer.record.identity import limits, rules
from titer.record.identity.access import access, locked, require_as_seen
from titer.record.identity.factors import Factors
from titer.record.identity.passkeys import Assertion, Passkeys
from titer.record.identity.passwords import Passwords
from titer.record.identity.policy import Policies
from titer.record.identity.rules import Policy
from titer.record.identity.sessions import Sessions
from titer.record.identity.terminals import Terminals
from titer.record.model import AccessEvent, LoginSession, Person
from titer.record.service import Record

MAX_FAILED = Policy.max_failures


@dataclass(frozen=True)
class Proof:
    """What a person proves with. A component that is not given is empty.

    Args:
        password: of the person.
        totp: a code of the person's authenticator.
        passkey: what a passkey answered.
        badge: the number of a badge, as a reader gives it.
        pin: for terminals.
        terminal: the token of the device, if it is a terminal.
        username: at a signature, the person's identification code, typed.
    """

    password: str = ""
    totp: str = ""
    passkey: Assertion | None = None
    badge: str = ""
    pin: str = ""
    terminal: str = ""
    username: str = ""


@dataclass(frozen=True)
class Occasion:
    """What the proof is for.

    Args:
        meaning: of the signature; empty at log-in, and for a change of one's own account.
        session_id: the session in which it is given; None at log-in.
    """

    meaning: str = ""
    session_id: str | None = None


LOG_IN = Occasion()


@dataclass(frozen=True)
class Needed:
    """What a proof will have to hold; for the pages.

    Args:
        identification: one of these; empty if nothing is asked beside the password.
        second_factor: whether one is asked for.
        offers: the second factors that the person has.
    """

    identification: tuple[str, ...]
    second_factor: bool
    offers: tuple[str, ...]


@dataclass
class _Case:
    """One proof while it is looked at."""

    username: str
    proof: Proof
    remote: str
    occasion: Occasion
    policy: Policy
    now: datetime
    person: Person | None = None
    stored: str | None = None
    entered: bool = False
    roles: set[str] = field(default_factory=set)
    enrolled: set[str] = field(default_factory=set)
    terminal: Terminal | None = None
    identification: tuple[str, ...] = ()
    candidates: dict[str, list[tuple[Factor, str]]] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Proved:
    """A person who has proved who she is, what with, and where."""

    person: Person
    factors: tuple[str, ...]
    terminal_id: str | None
    limited_to: str | None


class Proving:
    """Whether people are who they say.

    Args:
        record: whose people.
        credentials: what they are compared with.
        policies: say what is asked.
        passwords: of the people.
        factors: what else they prove with.
        passkeys: of the people.
        terminals: where badge and PIN count.
        sessions: in which signatures are given.
    """

    def __init__(
        self,
        record: Record,
        credentials: Credentials,
        policies: Policies,
        passwords: Passwords,
        factors: Factors,
        passkeys: Passkeys,
        terminals: Terminals,
        sessions: Sessions,
    ) -> None:
        self.record = record
        self.credentials = credentials
        self.policies = policies
        self.passwords = passwords
        self.factors = factors
        self.passkeys = passkeys
        self.terminals = terminals
        self.sessions = sessions

    def prove(self, username: str, proof: Proof, remote: str, occasion: Occasion = LOG_IN) -> Person:
        """The person who proves to be the one of the user name; see `how`."""
        return self.how(username, proof, remote, occasion).person

    def how(self, username: str, proof: Proof, remote: str, occasion: Occasion = LOG_IN) -> Proved:
        """Who proves to be the one of the user name, and what with.

        Failures are counted and entered, and lock the account. Opens actions of its own, so no action may be open.

        Args:
            username: who the person says to be; empty where a badge or a passkey says it.
            proof: what is given.
            remote: the address it comes from.
            occasion: what it is for.

        Raises:
            WrongCredentials: with the same words whatever was wrong, so that nobody learns user names;
                a locked account is said to be locked, since its owner must know.
            ProofIncomplete: if what was given is right, and more is asked for.
        """
        case = self._look(username, proof, remote, occasion)
        self._refuse_elsewhere(case)
        # Everything is compared before anything is said, so that the time tells nothing.
        good = self._compare(case)
        person = case.person
        if person is not None and not (case.entered and self.credentials.fits(person, case.stored)):
            self._swapped(person, remote)
            raise WrongCredentials(
                "The stored credential of this account is not the one that the record knows.",
                why="It was changed outside Titer, so no password is accepted.",
                do="Tell your administrator and the quality unit; `titer verify` names the account.",
            )
        is_locked = person is not None and person.locked_at is not None
        if person is None or is_locked or not person.active or not good:
            self._failed(case, is_locked)
            raise _wrong(is_locked, case.policy)
        self._ask_for_more(case, person)
        self._note_use(case, person)
        return Proved(
            person, _kinds(proof), case.terminal.id if case.terminal else None, self._limits(case, person)
        )

    def needed(self, session: Session, person: Person, occasion: Occasion) -> Needed:
        """What a signature of this person will ask for beside the password."""
        policy = self.policies.current(session)
        enrolled = self.factors.enrolled(session, person.id)
        row = session.get(LoginSession, occasion.session_id) if occasion.session_id else None
        asks = rules.asks_at_signing(policy, meaning=occasion.meaning, robot=person.robot_for is not None)
        at_terminal = row is not None and row.terminal_id is not None
        return Needed(
            self._identification(session, row) if row is not None else (),
            asks,
            tuple(kind for kind in rules.SECOND if kind in enrolled and (kind != "badge" or at_terminal)),
        )

    def _identification(self, session: Session, row: LoginSession) -> tuple[str, ...]:
        return rules.identifies(set(row.factors), first=not self.sessions.has_signed(session, row.id))

    # --- looking ------------------------------------------------------------------------------------------------

    def _look(self, username: str, proof: Proof, remote: str, occasion: Occasion) -> _Case:
        with self.record.reading() as session:
            policy = self.policies.current(session)
            case = _Case(username, proof, remote, occasion, policy, self.record.clock.now())
            case.terminal = self.terminals.of_token(session, proof.terminal) if proof.terminal else None
            case.person = self._who(session, case)
            if case.person is None:
                return case
            key = case.person.id
            case.username = case.person.username
            case.stored = self.credentials.secret_of(session, key)
            case.entered = self.credentials.fits_entry(session, case.person)
            case.roles = self.record.roles_of(session, key)
            case.enrolled = self.factors.enrolled(session, key)
            for kind in ("totp", "pin"):
                case.candidates[kind] = self.factors.usable(session, key, kind)
            if occasion.session_id is not None:
                row = session.get(LoginSession, occasion.session_id)
                case.identification = self._identification(session, row) if row is not None else ()
            return case

    def _who(self, session: Session, case: _Case) -> Person | None:
        """The person whom the user name, the badge or the passkey names."""
        proof = case.proof
        if proof.passkey is not None:
            found = self.factors.of_handle(session, str(proof.passkey.credential.get("id", "")))
            case.candidates["passkey"] = [found] if found else []
        badge = self.factors.of_badge(session, proof.badge) if proof.badge and case.terminal else None
        case.candidates["badge"] = [(badge, "")] if badge else []
        if case.username:
            return session.scalars(select(Person).where(Person.username == case.username)).first()
        row = badge or next((row for row, _ in case.candidates.get("passkey", [])), None)
        return session.get(Person, row.person_id) if row is not None else None

    def _refuse_elsewhere(self, case: _Case) -> None:
        """A badge or PIN proves on a terminal alone; the attempt is entered, and counts for no account."""
        if (case.proof.badge or case.proof.pin) and case.terminal is None:
            with access(self.record) as unit:
                unit.add(
                    AccessEvent(
                        kind="no_terminal",
                        username=self._named(case),
                        person_id=case.person.id if case.person else None,
                        remote=case.remote,
                        detail="a badge or PIN was given on a device that is no terminal",
                    )
                )
            raise WrongCredentials(
                "A badge or a PIN is of no use on this device.",
                why="It is not a terminal that this installation knows, or not any more.",
                do="Log in with your password, or go to a terminal.",
            )

    # --- comparing ----------------------------------------------------------------------------------------------

    def _compare(self, case: _Case) -> bool:
        """Whether everything that was given is right, and something was given that can prove alone."""
        proof, right = case.proof, []
        if proof.password or not (proof.passkey or proof.badge or proof.pin):
            right.append(self.passwords.matches(case.stored, proof.password))
        if case.person is None:
            return False
        mine = case.person.id
        if proof.username:
            right.append(proof.username.strip().lower() == case.person.username)
        if proof.pin:
            right.append(any(self._pin(row, secret, case) for row, secret in case.candidates["pin"]))
        if proof.badge:
            right.append(any(self._badge(row, mine, case) for row, _ in case.candidates["badge"]))
        if proof.totp:
            right.append(any(self._totp(row, secret, case) for row, secret in case.candidates["totp"]))
        if proof.passkey is not None:
            known = case.candidates["passkey"]
            right.append(any(self._passkey(row, key, mine, case) for row, key in known))
        return all(right)

    def _pin(self, row: Factor, secret: str, case: _Case) -> bool:
        good = self.passwords.matches(secret, case.proof.pin)
        if good:
            case.used[row.id] = row.counter
        return good

    @staticmethod
    def _badge(row: Factor, person_id: str, case: _Case) -> bool:
        case.used[row.id] = row.counter
        return row.person_id == person_id

    def _totp(self, row: Factor, secret: str, case: _Case) -> bool:
        secret = self.factors.totp_secret(row, secret)
        step = rules.totp_step(secret, case.proof.totp, us(case.now) // 1_000_000, row.counter)
        if step is not None:
            case.used[row.id] = step
        return step is not None

    def _passkey(self, row: Factor, public_key: str, person_id: str, case: _Case) -> bool:
        if case.proof.passkey is None:
            return False
        counter = self.passkeys.proves(row, public_key, case.proof.passkey)
        if counter is not None:
            case.used[row.id] = counter
        return counter is not None and row.person_id == person_id

    # --- deciding -----------------------------------------------------------------------------------------------

    def _ask_for_more(self, case: _Case, person: Person) -> None:
        """Ask for what the occasion needs beside what was given."""
        given, robot = set(_kinds(case.proof)), person.robot_for is not None
        second = rules.gives_second(given)
        if case.occasion.session_id is None and not case.occasion.meaning:
            asks = rules.asks_at_log_in(case.policy, roles=case.roles, robot=robot, enrolled=case.enrolled)
            if asks and not second and case.enrolled & {"totp", "passkey"}:
                raise self._incomplete(case, "A second factor is asked for.", "second_factor")
            if asks and not second and "badge" in given:
                raise self._incomplete(case, "Your PIN is asked for beside the badge.", "pin")
            return
        if "password" not in given:
            raise self._incomplete(case, "Your password is asked for.", "password")
        if not case.occasion.meaning:
            if case.enrolled & {"totp", "passkey"} and not second:
                raise self._incomplete(case, "A second factor is asked for.", "second_factor")
            return
        wanted = case.identification
        if wanted and not given & set(wanted):
            names = {"username": "your user name", "badge": "your badge", "pin": "your PIN"}
            said = " or ".join(names[kind] for kind in wanted)
            when = "The first signature of a session" if "username" in wanted else "A signature at a terminal"
            raise self._incomplete(case, f"{when} takes {said} as well.", "identification")
        if rules.asks_at_signing(case.policy, meaning=case.occasion.meaning, robot=robot) and not second:
            raise self._incomplete(case, "This signature takes a second factor.", "second_factor")

    @staticmethod
    def _incomplete(case: _Case, what: str, needs: str) -> ProofIncomplete:
        offers = tuple(
            kind
            for kind in rules.SECOND
            if kind in case.enrolled and (kind != "badge" or case.terminal is not None)
        )
        if needs != "second_factor":
            return ProofIncomplete(what, needs=needs, do="Give it, and try again.")
        return ProofIncomplete(
            what,
            needs=needs,
            offers=offers,
            do="Give it, and try again." if offers else "Enrol one first, on the page of your account.",
        )

    @staticmethod
    def _limits(case: _Case, person: Person) -> str | None:
        """What the session would be good for, where not for everything."""
        return limits.of_person(
            case.policy,
            person,
            roles=case.roles,
            enrolled=case.enrolled,
            proved=set(_kinds(case.proof)),
            now=case.now,
        )

    # --- entering -----------------------------------------------------------------------------------------------

    def _note_use(self, case: _Case, person: Person) -> None:
        """Take failures back, and enter what was used; what was used meanwhile by somebody else is refused.

        So is a person whose account was locked, disabled or given another password meanwhile.
        """
        if not person.failed_attempts and not case.used:
            return
        replayed = False
        with access(self.record) as unit:
            known = require_as_seen(unit, person)
            for factor_id, counter in case.used.items():
                row = unit.get(Factor, factor_id)
                if row.removed_at is not None or (row.kind == "totp" and row.counter >= counter):
                    replayed = True
                    continue
                row.counter, row.used_at = counter, unit.now
            if known.failed_attempts and not replayed:
                known.failed_attempts = 0
        if replayed:
            self._failed(case, False)
            raise _wrong(False, case.policy)

    def _named(self, case: _Case) -> str:
        """Whom an attempt named; where it is nobody, not what was typed, which may be somebody's password."""
        return case.person.username if case.person else self.credentials.nobody(case.username)

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

    def _failed(self, case: _Case, is_locked: bool) -> None:
        """Enter a failure, count it, and lock and tell at once when there were too many (21 CFR 11.300(d))."""
        person_id = case.person.id if case.person else None
        with access(self.record) as unit:
            event = unit.add(
                AccessEvent(
                    kind="signature_failed" if case.occasion.meaning else "login_failed",
                    username=self._named(case),
                    person_id=person_id,
                    remote=case.remote,
                    detail="the account is locked"
                    if is_locked
                    else f"wrong: {', '.join(_kinds(case.proof))}",
                )
            )
            if person_id is None or is_locked:
                return
            person = unit.get(Person, person_id)
            person.failed_attempts += 1
            if person.failed_attempts >= case.policy.max_failures and person.locked_at is None:
                person.locked_at = unit.now
                unit.emit(
                    "record.person.locked",
                    event,
                    {"username": person.username, "full_name": person.full_name, "remote": case.remote},
                )


def _kinds(proof: Proof) -> tuple[str, ...]:
    """The components that were given; a password where nothing was."""
    given = [
        name for name in ("password", "totp", "passkey", "badge", "pin", "username") if getattr(proof, name)
    ]
    return tuple(given) or ("password",)


def _wrong(is_locked: bool, policy: Policy) -> WrongCredentials:
    if is_locked:
        return locked()
    return WrongCredentials(
        "User name or password is wrong.",
        do=f"Try again; after {policy.max_failures} failures the account is locked.",
    )
