"""HTTP of access: the policy, terminals, and what administrators do for people's factors and sessions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from titer.base.errors import NotAuthorised
from titer.record.factors import Terminal
from titer.record.http import TERMINAL_COOKIE, Acting, ActingPerson, Current, Reading
from titer.record.identity import Policy, policy_value
from titer.record.identity.rules import BOUNDS
from titer.record.model import Person
from titer.record.routes.account import FactorOut, OwnSession, factor_out, session_list
from titer.record.routes.part import IdentityPart, RecordPart
from titer.record.routes.proof import ProofIn, prove_again, require_another, set_terminal

router = APIRouter()


class AccessPolicyFields(BaseModel):
    """The access policy; see `Policy` for what each field says. Days and sessions of 0 mean no limit."""

    minimum_length: int
    max_age_days: int
    history: int
    temporary_passwords: bool
    max_failures: int
    idle_minutes: int
    session_minutes: int
    max_sessions: int
    factor_roles: list[str]
    factor_meanings: list[str]
    factor_robots: bool
    proof_minutes: int = Policy.proof_minutes
    recertify_days: int = Policy.recertify_days
    delegation_days: int = Policy.delegation_days


class Bound(BaseModel):
    """What a number of the policy may be."""

    least: int
    most: int


class AccessPolicyOut(AccessPolicyFields):
    """The access policy that holds now; `meanings` that signatures have here, `bounds` of each number."""

    version: int
    changed_at: datetime | None
    meanings: list[str]
    bounds: dict[str, Bound]


class AccessPolicyChange(AccessPolicyFields):
    """A new version of the access policy."""

    version: int
    reason: str = Field(min_length=1, max_length=1000)


@router.get("/access-policy")
def record_access_policy(session: Reading, record: RecordPart, identity: IdentityPart) -> AccessPolicyOut:
    """The access policy."""
    row = identity.policies.row(session)
    return AccessPolicyOut(
        **asdict(policy_value(row)),
        version=row.version if row else 0,
        changed_at=row.recorded_at if row else None,
        meanings=sorted({meaning for _, meaning in record.meanings}),
        bounds={name: Bound(least=least, most=most) for name, (least, most) in BOUNDS.items()},
    )


@router.put("/access-policy", status_code=204)
def record_change_access_policy(body: AccessPolicyChange, act: Acting, identity: IdentityPart) -> None:
    """Change the access policy; it holds from the next log-in and the next signature on."""
    fields = body.model_dump(exclude={"version", "reason"})
    for name in ("factor_roles", "factor_meanings"):
        fields[name] = tuple(dict.fromkeys(fields[name]))
    with act("record.access_policy.change", reason=body.reason) as unit:
        identity.policies.change(unit, body.version, **fields)


class TerminalOut(BaseModel):
    """A terminal; `here` is the device that asks."""

    id: str
    name: str
    place: str
    registered_at: datetime
    revoked_at: datetime | None
    here: bool


class NewTerminal(BaseModel):
    """A terminal to register: the device on which this is asked for."""

    name: str = Field(min_length=1, max_length=60)
    place: str = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=1, max_length=1000)


class Reason(BaseModel):
    """Why; it stands in the ledger."""

    reason: str = Field(min_length=1, max_length=1000)


def _terminal_out(row: Terminal, here: str | None) -> TerminalOut:
    return TerminalOut(
        id=row.id,
        name=row.name,
        place=row.place,
        registered_at=row.registered_at,
        revoked_at=row.revoked_at,
        here=row.id == here,
    )


@router.get("/terminals")
def record_terminals(session: Reading, request: Request, identity: IdentityPart) -> list[TerminalOut]:
    """All terminals."""
    own = identity.terminals.of_token(session, request.cookies.get(TERMINAL_COOKIE, ""))
    return [_terminal_out(row, own.id if own else None) for row in identity.terminals.all(session)]


@router.post("/terminals", status_code=201)
def record_register_terminal(
    body: NewTerminal, request: Request, response: Response, act: Acting, identity: IdentityPart
) -> TerminalOut:
    """Register the device on which this is asked for as a terminal; its token goes into an HttpOnly cookie."""
    with act("record.terminal.change", reason=body.reason) as unit:
        row, token = identity.terminals.register(unit, body.name, body.place)
    set_terminal(request, response, token)
    return _terminal_out(row, row.id)


@router.post("/terminals/{terminal_id}/revoke", status_code=204)
def record_revoke_terminal(terminal_id: str, body: Reason, act: Acting, identity: IdentityPart) -> None:
    """Revoke a terminal; its open sessions end."""
    with act("record.terminal.change", reason=body.reason) as unit:
        identity.terminals.revoke(unit, terminal_id)


class NewBadge(Reason):
    """A badge to give, by the number that its reader shows; and the administrator's own proof of identity."""

    proof: ProofIn
    number: str = Field(min_length=6, max_length=100)
    name: str = Field("Badge", min_length=1, max_length=60)


@router.post("/people/{person_id}/badge", status_code=201)
def record_give_badge(
    person_id: str, body: NewBadge, request: Request, act: Acting, who: Current, identity: IdentityPart
) -> FactorOut:
    """Give a badge to somebody else, with fresh proof; its number is kept as a keyed digest alone."""
    require_another(person_id, who)
    prove_again(body.proof, who, request)
    with act("record.credential.give", reason=body.reason) as unit:
        person = unit.get(Person, person_id)
        return factor_out(identity.factors.give_badge(unit, person, body.number.strip(), body.name))


class FactorReset(Reason):
    """Which kinds of factors to remove; and the administrator's own proof of identity."""

    proof: ProofIn
    kinds: list[Literal["totp", "passkey", "pin", "badge"]] = ["totp", "passkey"]


@router.post("/people/{person_id}/factors/reset", status_code=204)
def record_reset_factors(
    person_id: str, body: FactorReset, request: Request, act: Acting, who: Current, identity: IdentityPart
) -> None:
    """Remove the factors of somebody else who lost a device, with fresh proof; her sessions end, and it is told."""
    require_another(person_id, who)
    prove_again(body.proof, who, request)
    with act("record.credential.give", reason=body.reason) as unit:
        person = unit.get(Person, person_id)
        identity.factors.reset(unit, person, tuple(body.kinds), body.reason)
        identity.sessions.end_all(unit, person_id, "the account was changed", but=unit.actor.session_id)


@router.get("/people/{person_id}/factors")
def record_factors(
    person_id: str, session: Reading, record: RecordPart, who: ActingPerson, identity: IdentityPart
) -> list[FactorOut]:
    """What a person proves with beside the password; for administrators."""
    _administrators(record.may(session, who, "record.person.change"))
    rows = identity.factors.of_person(session, person_id)
    return [factor_out(row) for row in rows if row.confirmed_at is not None]


@router.get("/people/{person_id}/sessions")
def record_sessions_of(
    person_id: str, session: Reading, record: RecordPart, who: ActingPerson, identity: IdentityPart
) -> list[OwnSession]:
    """A person's open sessions; for administrators."""
    _administrators(record.may(session, who, "record.person.change"))
    return session_list(session, identity, person_id)


@router.post("/sessions/{session_id}/end", status_code=204)
def record_end_session(session_id: str, body: Reason, act: Acting, identity: IdentityPart) -> None:
    """End somebody's session."""
    with act("record.person.change", reason=body.reason) as unit:
        identity.sessions.end(unit, session_id, "ended by an administrator")


def _administrators(allowed: bool) -> None:
    if not allowed:
        raise NotAuthorised("Only an administrator sees this.")
