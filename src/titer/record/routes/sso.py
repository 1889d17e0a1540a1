"""HTTP of single sign-on: whether there is one, the way to the provider and back, and who is linked with whom."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from titer.base.errors import NotAuthenticated, NotFound, TiterError
from titer.record.http import COOKIE, Acting, Current, Reading, remote
from titer.record.model import Person
from titer.record.routes.proof import ProofIn, prove_again
from titer.record.sso.service import LASTS, SingleSignOn

router = APIRouter()
BROWSER = "titer_sign_on"


def _found(request: Request) -> SingleSignOn | None:
    found: SingleSignOn | None = request.app.state.platform.single_sign_on
    return found


def _required(request: Request) -> SingleSignOn:
    found = _found(request)
    if found is None:
        raise NotFound("This installation has no single sign-on.", do="Log in with your password.")
    return found


SignOnPart = Annotated[SingleSignOn, Depends(_required)]


class SignOnOut(BaseModel):
    """Whether one may log in by way of a provider, and what people call it."""

    enabled: bool
    name: str


class LinkOut(BaseModel):
    """A provider's subject that is this person."""

    id: str
    issuer: str
    subject: str
    linked_because: str
    active: bool


class NewLink(BaseModel):
    """The subject of the provider that is this person, and the proof of whoever links them: it is a way in."""

    subject: str = Field(min_length=1, max_length=255)
    reason: str = Field(min_length=1, max_length=2000)
    proof: ProofIn


class EndLink(BaseModel):
    """Why the person does not log in that way any more."""

    reason: str = Field(min_length=1, max_length=2000)


@router.get("/session/provider")
def record_sign_on(request: Request) -> SignOnOut:
    """Whether there is single sign-on here; asked before anybody is logged in."""
    found = _found(request)
    return SignOnOut(enabled=found is not None, name=found.settings.name if found else "")


@router.get("/session/provider/begin", response_class=RedirectResponse, status_code=303)
def record_begin_sign_on(sign_on: SignOnPart, request: Request) -> Response:
    """Send the browser to the provider."""
    request.app.state.platform.identity.doors.ask(remote(request))
    begun = sign_on.begin()
    answer = RedirectResponse(begun.address, status_code=303)
    answer.set_cookie(
        BROWSER,
        begun.browser,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=sign_on.settings.redirect_uri.startswith("https:"),
        path="/api/session/provider",
    )
    return answer


@router.get("/session/provider/return", response_class=RedirectResponse, status_code=303)
def record_finish_sign_on(
    request: Request,
    sign_on: SignOnPart,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Take the provider's answer; a browser goes on to the pages, with the reason where it is refused."""
    try:
        if error or not code:
            raise NotAuthenticated("The provider did not log you in.", why=error, do="Log in again.")
        logged_in = sign_on.finish(
            state=state,
            code=code,
            browser=request.cookies.get(BROWSER, ""),
            remote=remote(request),
            in_place_of=request.cookies.get(COOKIE, ""),
        )
    except TiterError as refused:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie("titer_sign_on_refused", _plain(str(refused)), max_age=60, samesite="lax", path="/")
        return answer
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(BROWSER, path="/api/session/provider")
    answer.set_cookie(
        COOKIE,
        logged_in.token,
        httponly=True,
        samesite="strict",
        secure=sign_on.settings.redirect_uri.startswith("https:"),
        path="/",
    )
    return answer


def _plain(text: str) -> str:
    """Words as a cookie may bear them."""
    from urllib.parse import quote

    return quote(text[:400])


@router.get("/people/{person_id}/provider")
def record_provider_links(person_id: str, session: Reading, request: Request) -> list[LinkOut]:
    """Which subjects of the provider are this person."""
    found = _found(request)
    rows = found.links(session, person_id) if found else []
    return [LinkOut.model_validate(row, from_attributes=True) for row in rows]


@router.post("/people/{person_id}/provider", status_code=201)
def record_link_person(
    person_id: str, body: NewLink, request: Request, who: Current, act: Acting, sign_on: SignOnPart
) -> LinkOut:
    """Link a person, oneself included, with the provider's subject; it opens a door, and gives no right.

    The proof comes inside the request, as with every credential that somebody is given: a session's cookie that
    somebody else has got hold of links nobody.
    """
    prove_again(body.proof, who, request)
    with act("record.credential.give", reason=body.reason) as unit:
        unit.get(Person, person_id)
        row = sign_on.link(unit, person_id, body.subject, "linked by an administrator")
        return LinkOut.model_validate(row, from_attributes=True)


@router.post("/people/{person_id}/provider/end", status_code=204)
def record_unlink_person(person_id: str, body: EndLink, act: Acting, sign_on: SignOnPart) -> None:
    """End a person's links; open sessions go on until they end."""
    with act("record.person.change", reason=body.reason) as unit:
        sign_on.unlink(unit, person_id)
