"""What a person proves with, as requests bear it; and the cookies of a browser."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, Field

from titer.base.errors import Refused
from titer.record.http import COOKIE, TERMINAL_COOKIE, remote
from titer.record.identity import Assertion, Identity, Occasion, Proof, Site
from titer.record.model import LoginSession, Person

CHALLENGE_COOKIE = "titer_challenge"
_YEAR = 365 * 24 * 3600


class ProofIn(BaseModel):
    """Proof of identity. What is not asked for stays empty.

    `password`; `totp`, a code of the authenticator; `passkey`, what `navigator.credentials.get` answered, as JSON;
    on a terminal `badge` or `pin`.
    """

    password: str = Field("", max_length=256)
    totp: str = Field("", max_length=12)
    passkey: dict[str, Any] | None = None
    badge: str = Field("", max_length=100)
    pin: str = Field("", max_length=12)

    def proof(self, request: Request, *, bound_to: str = "", username: str = "") -> Proof:
        """The proof of this request.

        Args:
            request: that bears it.
            bound_to: what a passkey's challenge was given to.
            username: typed at the signature.
        """
        passkey = None if self.passkey is None else Assertion(self.passkey, site(request), bound_to)
        return Proof(
            password=self.password,
            totp=self.totp,
            passkey=passkey,
            badge=self.badge.strip(),
            pin=self.pin,
            terminal=request.cookies.get(TERMINAL_COOKIE, ""),
            username=username,
        )


def prove_again(given: ProofIn, who: tuple[LoginSession, Person], request: Request) -> tuple[str, ...]:
    """Have the person of the session prove again that it is her, with the second factor that she has.

    A session's cookie that somebody else has got hold of does nothing by itself where this is asked. The request is
    known to have proved from here on, for the actions that it opens (`titer.record.http.acting`). No action may be
    open.

    Returns:
        What was proved with.

    Raises:
        WrongCredentials, ProofIncomplete: see `titer.record.identity.proof`.
    """
    row, person = who
    identity: Identity = request.app.state.platform.identity
    occasion = Occasion(session_id=row.id)
    proof = given.proof(request, bound_to=row.id)
    factors = identity.how(person.username, proof, remote(request), occasion).factors
    request.state.proved = True
    return factors


def require_another(person_id: str, who: tuple[LoginSession, Person]) -> None:
    """Refuse an administrator who would change her own credentials as if they were somebody else's.

    Raises:
        Refused: if they are her own.
    """
    if person_id == who[1].id:
        raise Refused(
            "You cannot do this to your own account.",
            why="What you prove yourself with, you change as everybody does.",
            do="Use the page of your account, or let another administrator do it.",
        )


def site(request: Request) -> Site:
    """Where the browser is: the configured address, else the one that it asked for."""
    address = request.app.state.platform.config.address.rstrip("/")
    origin = address or f"{request.url.scheme}://{request.url.netloc}"
    host = origin.partition("://")[2]
    return Site(origin, host if host.endswith("]") else host.rpartition(":")[0] or host)


def set_session(request: Request, response: Response, token: str) -> None:
    """Give the browser its session's token, where no script reads it."""
    _set(request, response, COOKIE, token, None)


def set_terminal(request: Request, response: Response, token: str) -> None:
    """Give the browser the terminal's token, for a year."""
    _set(request, response, TERMINAL_COOKIE, token, _YEAR)


def challenge_of(request: Request, response: Response) -> str:
    """What a passkey's challenge is bound to before there is a session: a cookie of this browser's own."""
    known = request.cookies.get(CHALLENGE_COOKIE) or secrets.token_urlsafe(24)
    _set(request, response, CHALLENGE_COOKIE, known, None)
    return known


def _set(request: Request, response: Response, name: str, value: str, age: int | None) -> None:
    secure = "https" in (request.url.scheme, site(request).origin.partition(":")[0])
    response.set_cookie(name, value, max_age=age, httponly=True, samesite="strict", secure=secure, path="/")
