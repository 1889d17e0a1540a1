"""HTTP of one's own account: password, authenticator, passkeys, PIN, sessions.

Each change takes a fresh proof of identity, and the session begins anew under another token (`csrf` in the answer).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Refused
from titer.record.factors import Factor
from titer.record.http import TERMINAL_COOKIE, Acting, Current, Reading
from titer.record.identity import Assertion, Identity, LoggedIn, Policy
from titer.record.identity.rules import must_change
from titer.record.model import LoginSession, Person, Signature
from titer.record.routes.part import IdentityPart, RecordPart
from titer.record.routes.people import TrainingOut
from titer.record.routes.proof import ProofIn, prove_again, set_session, site
from titer.record.routes.sessions import SessionOut, session_out
from titer.record.unit import Unit

router = APIRouter(prefix="/account")
T = TypeVar("T")
_OWN_SIGNATURES = 50


class FactorOut(BaseModel):
    """What a person proves with beside the password; nothing secret."""

    id: str
    kind: str
    name: str
    added_at: datetime
    used_at: datetime | None
    realm: str | None


class OwnSession(BaseModel):
    """One of a person's open sessions; `here` is the one that asks."""

    id: str
    remote: str
    terminal: str | None
    factors: list[str]
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    here: bool


class OwnSignature(BaseModel):
    """A signature of one's own."""

    id: str
    record_type: str
    record_id: str
    title: str
    meaning: str
    reason: str
    signed_at: datetime


class AccountOut(BaseModel):
    """One's own account. `must_change` says why the password has to be changed, where it has to."""

    username: str
    full_name: str
    roles: list[str]
    password_set_at: datetime
    password_expires_at: datetime | None
    must_change: str
    minimum_length: int
    history: int
    second_factor_asked: bool
    factors: list[FactorOut]
    sessions: list[OwnSession]
    trainings: list[TrainingOut]
    signatures: list[OwnSignature]


def factor_out(row: Factor) -> FactorOut:
    """A factor as people may see it."""
    return FactorOut.model_validate(row, from_attributes=True)


def session_list(
    session: Session, identity: Identity, person_id: str, here: str | None = None
) -> list[OwnSession]:
    """A person's open sessions, the newest first."""
    names = {row.id: f"{row.name}, {row.place}" for row in identity.terminals.all(session)}
    return [
        OwnSession(
            id=row.id,
            remote=row.remote,
            terminal=names.get(row.terminal_id or ""),
            factors=list(row.factors),
            started_at=row.started_at,
            seen_at=identity.sessions.seen_at(session, row),
            ends_at=row.ends_at,
            here=row.id == here,
        )
        for row in reversed(identity.sessions.open_of(session, person_id))
    ]


@router.get("")
def record_account(who: Current, session: Reading, record: RecordPart, identity: IdentityPart) -> AccountOut:
    """My account."""
    row, person = who
    policy = identity.policies.current(session)
    roles = record.roles_of(session, person.id)
    robot = person.robot_for is not None
    expires = _expires(policy, person) if not robot else None
    signed = session.scalars(
        select(Signature)
        .where(Signature.person_id == person.id)
        .order_by(Signature.id.desc())
        .limit(_OWN_SIGNATURES)
    )
    return AccountOut(
        username=person.username,
        full_name=person.full_name,
        roles=sorted(roles),
        password_set_at=person.password_set_at,
        password_expires_at=expires,
        must_change=must_change(
            policy,
            person_id=person.id,
            robot=robot,
            set_at=person.password_set_at,
            set_by=person.password_set_by,
            now=record.clock.now(),
        ),
        minimum_length=policy.minimum_length,
        history=policy.history,
        second_factor_asked=bool(roles & set(policy.factor_roles)),
        factors=[
            factor_out(one)
            for one in identity.factors.of_person(session, person.id)
            if one.confirmed_at is not None
        ],
        sessions=session_list(session, identity, person.id, row.id),
        trainings=[
            TrainingOut.model_validate(one, from_attributes=True)
            for one in identity.training_of(session, person.id)
        ],
        signatures=[OwnSignature.model_validate(one, from_attributes=True) for one in signed],
    )


def _expires(policy: Policy, person: Person) -> datetime | None:
    from datetime import timedelta

    return person.password_set_at + timedelta(days=policy.max_age_days) if policy.max_age_days else None


class Proved(BaseModel):
    """A change of one's own account, with fresh proof."""

    proof: ProofIn


class NewPassword(Proved):
    """A new password of one's own."""

    password: str = Field(max_length=256)


class Changed(BaseModel):
    """A change was made, and the session goes on under another token."""

    session: SessionOut


class _Own:
    """A change of the account of the person of a request, with fresh proof."""

    def __init__(
        self,
        who: tuple[LoginSession, Person],
        request: Request,
        response: Response,
        identity: Identity,
        act: Callable[..., Any],
    ) -> None:
        self.row, self.person = who
        self.request, self.response = request, response
        self.identity, self.act = identity, act
        self.proved: tuple[str, ...] = ()

    def prove(self, given: ProofIn) -> None:
        """Refuse what does not prove; no action may be open."""
        if self.row.terminal_id is not None:
            raise Refused(
                "An account is not changed at a terminal.", do="Do it at a computer that is your own for now."
            )
        self.proved = prove_again(given, (self.row, self.person), self.request)

    def change(
        self, verb: str, carry_out: Callable[[Unit], T], because: str, *, enrolled: tuple[str, ...] = ()
    ) -> tuple[T, SessionOut]:
        """Carry a change out, and begin the session anew; a factor that is enrolled by using it counts as proved."""
        with self.act(verb) as unit:
            made = carry_out(unit)
            unit.flush()
            proved = (*self.proved, *enrolled)
            begun: LoggedIn = self.identity.sessions.renew(unit, self.row, because, factors=proved)
        set_session(self.request, self.response, begun.token)
        row, person = self.identity.session(begun.token, self.request.cookies.get(TERMINAL_COOKIE, ""))
        return made, session_out(self.identity.record, row, person, begun.csrf)


@router.post("/password")
def record_change_password(
    body: NewPassword,
    who: Current,
    request: Request,
    response: Response,
    act: Acting,
    identity: IdentityPart,
) -> Changed:
    """Change my password; my other sessions end."""
    own = _Own(who, request, response, identity, act)
    own.prove(body.proof)
    password = identity.passwords.prepare(own.person.id, body.password)

    def carry_out(unit: Unit) -> None:
        identity.set_password(unit, own.person.id, password)
        identity.sessions.end_all(unit, own.person.id, "the password was changed", but=own.row.id)

    _, session = own.change("record.password.change", carry_out, "renewed: the password was changed")
    return Changed(session=session)


class TotpBegun(BaseModel):
    """A new authenticator's secret, shown this once: as text to type, and as the address that a code shows."""

    id: str
    secret: str
    uri: str


@router.post("/totp", status_code=201)
def record_begin_totp(
    body: Proved, who: Current, request: Request, response: Response, act: Acting, identity: IdentityPart
) -> TotpBegun:
    """Begin to enrol an authenticator (TOTP, RFC 6238); it counts once `confirm` took a code of it."""
    own = _Own(who, request, response, identity, act)
    own.prove(body.proof)
    with act("record.account.change") as unit:
        installation = identity.record.installation(unit.session)
        made = identity.factors.begin_totp(
            unit, unit.get(Person, own.person.id), f"Titer {installation.name}"
        )
    return TotpBegun(id=made.factor_id, secret=made.secret, uri=made.uri)


class Code(BaseModel):
    """A code of an authenticator."""

    code: str = Field(max_length=12)


@router.post("/totp/{factor_id}/confirm")
def record_confirm_totp(
    factor_id: str,
    body: Code,
    who: Current,
    request: Request,
    response: Response,
    act: Acting,
    identity: IdentityPart,
) -> Changed:
    """Take the first code of a new authenticator."""
    own = _Own(who, request, response, identity, act)
    _, session = own.change(
        "record.account.change",
        lambda unit: identity.factors.confirm_totp(unit, own.person.id, factor_id, body.code),
        "renewed: an authenticator was enrolled",
        enrolled=("totp",),
    )
    return Changed(session=session)


@router.post("/passkeys/options")
def record_begin_passkey(
    body: Proved, who: Current, request: Request, response: Response, act: Acting, identity: IdentityPart
) -> dict[str, Any]:
    """Options for `navigator.credentials.create`, good once and in this session."""
    own = _Own(who, request, response, identity, act)
    own.prove(body.proof)
    with identity.record.reading() as session:
        return identity.passkeys.begin(session, own.person, site(request), own.row.id)


class NewPasskey(BaseModel):
    """A new passkey: a name of one's own, and what `navigator.credentials.create` answered, as JSON."""

    name: str = Field(min_length=1, max_length=60)
    credential: dict[str, Any]


@router.post("/passkeys", status_code=201)
def record_register_passkey(
    body: NewPasskey,
    who: Current,
    request: Request,
    response: Response,
    act: Acting,
    identity: IdentityPart,
) -> Changed:
    """Register a passkey; the options' challenge came with a fresh proof."""
    own = _Own(who, request, response, identity, act)
    where = site(request)
    new = identity.passkeys.check_new(Assertion(body.credential, where, own.row.id))
    _, session = own.change(
        "record.account.change",
        lambda unit: identity.passkeys.register(unit, own.person, body.name, where, new),
        "renewed: a passkey was registered",
        enrolled=("passkey",),
    )
    return Changed(session=session)


@router.post("/passkeys/ask")
def record_ask_own_passkey(
    who: Current, request: Request, session: Reading, identity: IdentityPart
) -> dict[str, Any]:
    """Options for `navigator.credentials.get`, to sign or to change the account with a passkey of one's own."""
    row, person = who
    handles = [
        one.handle
        for one in identity.factors.of_person(session, person.id)
        if one.kind == "passkey" and one.handle
    ]
    return identity.passkeys.ask(site(request), row.id, tuple(handles))


class NewPin(Proved):
    """A PIN for terminals."""

    pin: str = Field(max_length=12)


@router.post("/pin")
def record_set_pin(
    body: NewPin, who: Current, request: Request, response: Response, act: Acting, identity: IdentityPart
) -> Changed:
    """Set my PIN for terminals."""
    own = _Own(who, request, response, identity, act)
    own.prove(body.proof)
    pin = identity.factors.hash_pin(body.pin)
    _, session = own.change(
        "record.account.change",
        lambda unit: identity.factors.set_pin(unit, own.person, pin),
        "renewed: the PIN was set",
    )
    return Changed(session=session)


class NewName(BaseModel):
    """A name for a factor of one's own."""

    name: str = Field(min_length=1, max_length=60)


@router.put("/factors/{factor_id}", status_code=204)
def record_rename_factor(
    factor_id: str, body: NewName, who: Current, act: Acting, identity: IdentityPart
) -> None:
    """Rename a passkey or an authenticator of mine."""
    with act("record.account.change") as unit:
        identity.factors.own(unit, who[1].id, factor_id).name = body.name


@router.post("/factors/{factor_id}/remove")
def record_remove_factor(
    factor_id: str,
    body: Proved,
    who: Current,
    request: Request,
    response: Response,
    act: Acting,
    identity: IdentityPart,
) -> Changed:
    """Remove a factor of mine."""
    own = _Own(who, request, response, identity, act)
    own.prove(body.proof)

    def carry_out(unit: Unit) -> None:
        row = identity.factors.own(unit, own.person.id, factor_id)
        if row.kind == "badge":
            raise Refused("A badge is given and taken by an administrator.")
        identity.factors.remove(unit, row, "removed by its person")

    _, session = own.change("record.account.change", carry_out, "renewed: a factor was removed")
    return Changed(session=session)


@router.delete("/sessions", status_code=204)
def record_end_other_sessions(who: Current, act: Acting, identity: IdentityPart) -> None:
    """End all my sessions but this one."""
    row, person = who
    with act("record.account.change") as unit:
        identity.sessions.end_all(unit, person.id, "ended by its person from another", but=row.id)


@router.delete("/sessions/{session_id}", status_code=204)
def record_end_own_session(session_id: str, who: Current, act: Acting, identity: IdentityPart) -> None:
    """End one of my sessions."""
    with act("record.account.change") as unit:
        identity.sessions.end(unit, session_id, "ended by its person from another", who[1].id)
