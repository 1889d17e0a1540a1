"""HTTP of log-in sessions."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from titer.record.http import COOKIE, Acting, ActingPerson, Current, remote
from titer.record.identity import LoggedIn
from titer.record.model import (
    LoginSession,
    Person,
)
from titer.record.routes.part import IdentityPart, RecordPart
from titer.record.routes.people import PersonOut, person_out
from titer.record.service import Record

router = APIRouter()


class LogIn(BaseModel):
    """A log-in."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=256)


class SessionOut(BaseModel):
    """Who is logged in; `csrf` goes into the header X-CSRF-Token of every change."""

    session_id: str
    csrf: str
    ends_at: datetime
    person: PersonOut


def _session_out(record: Record, row: LoginSession, person: Person, csrf: str) -> SessionOut:
    with record.reading() as session:
        return SessionOut(
            session_id=row.id, csrf=csrf, ends_at=row.ends_at, person=person_out(record, session, person)
        )


@router.post("/session")
def record_log_in(
    body: LogIn, request: Request, response: Response, record: RecordPart, identity: IdentityPart
) -> SessionOut:
    """Log in; the session's token goes into an HttpOnly cookie."""
    logged_in: LoggedIn = identity.log_in(body.username, body.password, remote(request))
    response.set_cookie(
        COOKIE,
        logged_in.token,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    row, person = identity.session(logged_in.token)
    return _session_out(record, row, person, logged_in.csrf)


@router.get("/session")
def record_session(who: Current, request: Request, record: RecordPart, identity: IdentityPart) -> SessionOut:
    """Who is logged in."""
    row, person = who
    return _session_out(record, row, person, identity.csrf(row, request.cookies[COOKIE]))


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
