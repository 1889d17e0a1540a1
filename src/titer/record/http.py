"""FastAPI dependencies that the routes of every context use: who acts, on which part of the platform."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field
from sqlalchemy.orm import Session

from titer.base.errors import NotAuthenticated, NotAuthorised, Unavailable
from titer.record.actions import Actor
from titer.record.identity import Machine
from titer.record.model import LoginSession, Person
from titer.record.service import Record
from titer.record.unit import Unit

GivenDecimal = Annotated[Decimal, Field(max_digits=38, decimal_places=20, allow_inf_nan=False)]
"""A number that somebody sends, within what anybody measures: arithmetic on 1E+999999 takes hours."""
COOKIE = "titer_session"
TERMINAL_COOKIE = "titer_terminal"
EDGE = "titer.edge"
"""Where the door of the edges puts the certificate (DER) that a connection was opened with, in a request's scope."""
UNATTENDED = "X-Titer-Unattended"
"""A page sends it with what it asks by itself while nobody has touched it for a minute (21 CFR 11.10(d))."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LIMITED = ("/api/session", "/api/account", "/api/installation")
"""What a session that is good for one thing alone may read."""
_ALWAYS = frozenset({"/api/session", "/api/session/proof", "/api/account/passkeys/ask"})
"""What it may do besides: end, and prove more."""
_CHANGES = {
    "password": frozenset({"/api/account/password"}),
    "second_factor": frozenset({"/api/account/totp", "/api/account/passkeys"}),
}
"""What it is good for."""
_LIMITS = {
    "password": "Your password has to be changed first.",
    "second_factor": "A second factor is asked for first: give it, or enrol one.",
}


def platform_part(name: str) -> Callable[[Request], Any]:
    """A dependency that gives one part of the wired platform, e.g. `platform_part("lims")`."""

    def part(request: Request) -> Any:
        found = getattr(request.app.state.platform, name, None)
        if found is None:
            raise Unavailable(f"The layer {name} is switched off in this installation.")
        return found

    return part


def is_known(request: Request) -> bool:
    """Whether a request bears a session, a token or a certificate that is good; nothing is noted nor refused."""
    certificate = request.scope.get(EDGE)
    if certificate is not None:
        return not request.app.state.platform.edges.refusal(certificate)
    identity = request.app.state.platform.identity
    token = request.cookies.get(COOKIE)
    if token and identity.is_session(token):
        return True
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and bool(bearer) and identity.is_machine(bearer)


def remote(request: Request) -> str:
    """The address the request came from."""
    return request.client.host if request.client else "unknown"


def current(request: Request) -> tuple[LoginSession, Person]:
    """The session and person of the request; a change must bear the session's CSRF token.

    Raises:
        NotAuthenticated: if there is no valid session or the CSRF token is missing or wrong.
        NotAuthorised: if the session is good for something else alone.
    """
    token = request.cookies.get(COOKIE)
    if not token:
        raise NotAuthenticated("You are not logged in.", do="Log in first.")
    identity = request.app.state.platform.identity
    row, person = identity.session(
        token, request.cookies.get(TERMINAL_COOKIE, ""), attended=UNATTENDED not in request.headers
    )
    given = request.headers.get("X-CSRF-Token", "")
    if request.method not in SAFE and not identity.csrf_matches(row, token, given):
        raise NotAuthenticated(
            "The request does not bear this session's CSRF token.", do="Reload the page and try again."
        )
    if row.limited_to is not None and not _allowed(request, row.limited_to):
        raise NotAuthorised(_LIMITS[row.limited_to], do="Do it on the page of your account.")
    return row, person


def _allowed(request: Request, limited_to: str) -> bool:
    """Whether a session that is good for one thing alone may do this."""
    path = request.url.path
    if request.method in SAFE:
        return _within(path, _LIMITED)
    return path in _ALWAYS or _within(path, _CHANGES[limited_to])


def _within(path: str, roots: Collection[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


Current = Annotated[tuple[LoginSession, Person], Depends(current)]


def actor(who: Current) -> Actor:
    """The person of the request as an actor."""
    row, person = who
    return Actor.person(person.id, row.id, person.full_name)


ActingPerson = Annotated[Actor, Depends(actor)]


def acting(
    request: Request, who: ActingPerson, session: Current
) -> Callable[..., AbstractContextManager[Unit]]:
    """Opens an action in the name of the person: `with act("lims.sample.register", reason=...) as unit`.

    Raises:
        ProofIncomplete: if the action takes a fresh proof (docs/decisions/0022) and there is none: neither inside
            the request (`routes.proof.prove_again`) nor, where that is enough, in the session
            (`POST /session/proof`).
    """
    record: Record = request.app.state.platform.record

    def act(verb: str, *, reason: str | None = None) -> AbstractContextManager[Unit]:
        require_fresh(request, verb, session)
        return record.action(who, verb, reason=reason)

    return act


Acting = Annotated[Callable[..., AbstractContextManager[Unit]], Depends(acting)]


def require_fresh(request: Request, verb: str, who: tuple[LoginSession, Person]) -> None:
    """Refuse an action that takes a fresh proof of identity where there is none; for what is not opened by `Acting`.

    Raises:
        ProofIncomplete: see `acting`.
    """
    given = getattr(request.state, "proved", False)
    request.app.state.platform.identity.sessions.require_fresh(verb, *who, given=given)


def reading(request: Request, _who: ActingPerson) -> Iterator[Session]:
    """A reading session for a logged-in person."""
    record: Record = request.app.state.platform.record
    with record.reading() as session:
        yield session


Reading = Annotated[Session, Depends(reading)]


def connector(request: Request) -> Machine:
    """The connector host that bears a token with the scope `observe`.

    Raises:
        NotAuthenticated: if it bears none that is valid.
        NotAuthorised: if its token has no such scope.
    """
    return _machine(request, "observe")


def commander(request: Request) -> Machine:
    """The connector host that bears a token with the scope `command`.

    Raises:
        NotAuthenticated: if it bears none that is valid.
        NotAuthorised: if its token has no such scope.
    """
    return _machine(request, "command")


def state_reader(request: Request) -> Machine:
    """The machine that bears a token with the scope `state`.

    Raises:
        NotAuthenticated: if it bears none that is valid.
        NotAuthorised: if its token has no such scope.
    """
    return _machine(request, "state")


def submitter(request: Request) -> Machine:
    """The machine that bears a token with the scope `results`.

    Raises:
        NotAuthenticated: if it bears none that is valid.
        NotAuthorised: if its token has no such scope.
    """
    return _machine(request, "results")


def _machine(request: Request, scope: str) -> Machine:
    certificate = request.scope.get(EDGE)
    if certificate is not None:
        edge: Machine = request.app.state.platform.edges.machine(certificate, scope, remote(request))
        return edge
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("A machine bears a token.", do="Issue one with `titer token issue`.")
    machine: Machine = request.app.state.platform.identity.machine(token, scope, remote(request))
    return machine


Connector = Annotated[Machine, Depends(connector)]
Commander = Annotated[Machine, Depends(commander)]
StateReader = Annotated[Machine, Depends(state_reader)]
Submitter = Annotated[Machine, Depends(submitter)]


Own = Callable[[Machine, str, str], None]


def own_host(request: Request) -> Own:
    """Refuses a connector host what is another's: `own(who, row.host, "the connection br201")`."""
    require: Own = request.app.state.platform.identity.machines.require_host
    return require


OwnHost = Annotated[Own, Depends(own_host)]
