"""HTTP of log-in sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from titer.record.http import COOKIE, TERMINAL_COOKIE, Acting, ActingPerson, Current, remote
from titer.record.identity import LoggedIn
from titer.record.model import LoginSession, Person
from titer.record.routes.part import IdentityPart, RecordPart
from titer.record.routes.people import PersonOut, person_out
from titer.record.routes.proof import CHALLENGE_COOKIE, ProofIn, challenge_of, prove_again, set_session, site
from titer.record.service import Record

router = APIRouter()


class LogIn(ProofIn):
    """A log-in: who, and the proof of it. A passkey or a badge says itself who it is."""

    username: str = Field("", max_length=200)


class SessionOut(BaseModel):
    """Who is logged in; `csrf` goes into the header X-CSRF-Token of every change.

    `limited_to` says what the session is good for where not for everything: `password` (it has to be changed) or
    `second_factor` (one has to be enrolled). `factors` are what the person proved with.
    """

    session_id: str
    csrf: str
    ends_at: datetime
    person: PersonOut
    limited_to: str | None
    factors: list[str]
    terminal: bool


def session_out(record: Record, row: LoginSession, person: Person, csrf: str) -> SessionOut:
    """A session as its browser may see it."""
    with record.reading() as session:
        return SessionOut(
            session_id=row.id,
            csrf=csrf,
            ends_at=row.ends_at,
            person=person_out(record, session, person),
            limited_to=row.limited_to,
            factors=list(row.factors),
            terminal=row.terminal_id is not None,
        )


@router.post("/session")
def record_log_in(
    body: LogIn, request: Request, response: Response, record: RecordPart, identity: IdentityPart
) -> SessionOut:
    """Log in; the session's token goes into an HttpOnly cookie, and that of the browser's session before is void.

    Where more is asked for, the answer is a problem whose `needs` says what, and `offers` which second factors there
    are; the same request then bears it as well.
    """
    proof = body.proof(request, bound_to=request.cookies.get(CHALLENGE_COOKIE, "none"))
    logged_in: LoggedIn = identity.log_in(
        body.username.strip(), proof, remote(request), in_place_of=request.cookies.get(COOKIE, "")
    )
    set_session(request, response, logged_in.token)
    response.delete_cookie(CHALLENGE_COOKIE, path="/")
    row, person = identity.session(logged_in.token, proof.terminal)
    return session_out(record, row, person, logged_in.csrf)


@router.post("/session/passkey")
def record_ask_passkey(request: Request, response: Response, identity: IdentityPart) -> dict[str, Any]:
    """What the browser needs to log in with a passkey: options for `navigator.credentials.get`, good once."""
    identity.doors.ask(remote(request))
    return identity.passkeys.ask(site(request), challenge_of(request, response))


@router.get("/session")
def record_session(who: Current, request: Request, record: RecordPart, identity: IdentityPart) -> SessionOut:
    """Who is logged in."""
    row, person = who
    return session_out(record, row, person, identity.csrf(row, request.cookies[COOKIE]))


@router.post("/session/proof")
def record_step_up(
    body: ProofIn, who: Current, request: Request, response: Response, act: Acting, identity: IdentityPart
) -> SessionOut:
    """Prove again who one is: the session goes on under another token, and is good for what this shows as well."""
    proved = prove_again(body, who, request)
    with act("record.account.change") as unit:
        begun = identity.sessions.renew(unit, who[0], "renewed: proved again", factors=proved)
    set_session(request, response, begun.token)
    row, person = identity.session(begun.token, request.cookies.get(TERMINAL_COOKIE, ""))
    return session_out(identity.record, row, person, begun.csrf)


@router.delete("/session", status_code=204)
def record_log_out(who: Current, identity: IdentityPart, response: Response) -> None:
    """Log out."""
    identity.log_out(who[0].id)
    response.delete_cookie(COOKIE, path="/")


class AcknowledgePolicy(BaseModel):
    """The digest of the policy that was read; only the text that comes with Titer may go without."""

    digest: str = Field(max_length=64)


@router.post("/session/policy")
def record_acknowledge_policy(
    act: Acting,
    who: ActingPerson,
    identity: IdentityPart,
    record: RecordPart,
    body: AcknowledgePolicy | None = None,
) -> PersonOut:
    """Acknowledge that one's electronic signature binds like one by hand, by the policy that was read."""
    with act("record.policy.acknowledge") as unit:
        identity.acknowledge_policy(unit, who.id, body.digest if body else None)
        return person_out(record, unit.session, unit.get(Person, who.id))


class TerminalHere(BaseModel):
    """The terminal that asks; names no person."""

    name: str
    place: str


@router.get("/terminal")
def record_this_terminal(request: Request, record: RecordPart, identity: IdentityPart) -> TerminalHere | None:
    """Which terminal this device is; null where it is none, so that the way in shows what it may ask for."""
    with record.reading() as session:
        row = identity.terminals.of_token(session, request.cookies.get(TERMINAL_COOKIE, ""))
        return TerminalHere(name=row.name, place=row.place) if row is not None else None
