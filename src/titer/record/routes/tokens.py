"""HTTP of machine tokens: what they may do, until when, when they were last used; issuing and ending them."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select

from titer.record.http import Acting, Reading
from titer.record.identity.scopes import SCOPES
from titer.record.model import MachineToken, Person
from titer.record.routes.part import IdentityPart, RecordPart

router = APIRouter()


class NewToken(BaseModel):
    """A token to issue; an earlier one of the same name ends. A connector host's names the host."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[str] = Field(default=["connect"], max_length=20)
    host: str | None = Field(default=None, max_length=100)
    expires_at: AwareDatetime | None = None
    reason: str = Field(default="", max_length=2000)


class TokenOut(BaseModel):
    """A new token. It is shown this once; the installation keeps its digest only."""

    name: str
    scopes: list[str]
    host: str | None
    token: str
    expires_at: datetime | None


class ScopeOut(BaseModel):
    """What a token can be used for."""

    name: str
    meaning: str
    includes: list[str]
    of_host: bool


class MachineTokenOut(BaseModel):
    """A token without its secret; `state` is valid, over or ended."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    name: str
    scopes: list[str]
    host: str | None
    issued_at: datetime
    issued_by_name: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    used_from: str | None
    state: str


class TokensOut(BaseModel):
    """The tokens, and the scopes there are."""

    tokens: list[MachineTokenOut]
    scopes: list[ScopeOut]


class EndToken(BaseModel):
    """Why a token ends."""

    reason: str = Field(min_length=1, max_length=2000)


@router.post("/tokens", status_code=201)
def record_issue_token(body: NewToken, act: Acting, identity: IdentityPart) -> TokenOut:
    """Issue a token for a machine."""
    with act("record.token.issue", reason=body.reason or f"token {body.name}") as unit:
        token = identity.issue_token(unit, body.name, tuple(body.scopes), body.expires_at, body.host)
        row = unit.session.scalars(select(MachineToken).where(MachineToken.name == body.name)).one()
        return TokenOut(
            name=row.name, scopes=row.scopes, host=row.host, token=token, expires_at=row.expires_at
        )


@router.get("/tokens")
def record_tokens(session: Reading, record: RecordPart, identity: IdentityPart) -> TokensOut:
    """All machine tokens, by name."""
    now = record.clock.now()
    used = identity.machines.used(session)
    rows = list(session.scalars(select(MachineToken).order_by(MachineToken.name)))
    names = {
        person.id: person.full_name
        for person in session.scalars(select(Person).where(Person.id.in_({row.issued_by for row in rows})))
    }
    return TokensOut(
        tokens=[
            MachineTokenOut(
                **{name: getattr(row, name) for name in MachineTokenOut.model_fields if hasattr(row, name)},
                issued_by_name=names.get(row.issued_by, row.issued_by),
                used_at=used[row.id].used_at if row.id in used else None,
                used_from=used[row.id].remote if row.id in used else None,
                state=_state(row, now),
            )
            for row in rows
        ],
        scopes=[
            ScopeOut(
                name=scope.name,
                meaning=scope.meaning,
                includes=list(scope.includes),
                of_host=scope.of_host,
            )
            for scope in SCOPES
        ],
    )


def _state(row: MachineToken, now: datetime) -> str:
    if row.revoked_at is not None:
        return "ended"
    return "over" if row.expires_at is not None and row.expires_at <= now else "valid"


@router.post("/tokens/{name}/end", status_code=204)
def record_end_token(name: str, body: EndToken, act: Acting, identity: IdentityPart) -> None:
    """End a machine's token now."""
    with act("record.token.revoke", reason=body.reason) as unit:
        identity.revoke_token(unit, name)
