"""HTTP of this Titer as a witness of others: `add-checkpoint` of C2SP tlog-witness, and who is watched."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from titer.base.errors import NotAuthenticated
from titer.record.http import Acting, Reading, remote
from titer.record.identity import Machine
from titer.record.ledger_model import WatchedLedger
from titer.record.routes.part import RecordPart, WatchingPart
from titer.record.witnesses.titer import SIZE_TYPE
from titer.record.witnesses.watching import MOST_BYTES

router = APIRouter()


def watched(request: Request) -> Machine:
    """The machine of another Titer that bears a token with the scope `witness`.

    Raises:
        NotAuthenticated: if it bears none that is valid.
        NotAuthorised: if its token has no such scope.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated(
            "Another Titer bears a token.", do="Issue one: titer token issue NAME --scope witness"
        )
    machine: Machine = request.app.state.platform.identity.machine(token, "witness", remote(request))
    return machine


Watched = Annotated[Machine, Depends(watched)]


async def text_of(request: Request) -> str:
    """The body as text; what is none, or too long, is empty and so refused."""
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > MOST_BYTES:
            return ""
    return data.decode("utf-8", "replace")


@router.post(
    "/witness/add-checkpoint",
    response_class=PlainTextResponse,
    responses={
        code: {"content": {kind: {} for kind in kinds}, "description": said}
        for code, said, *kinds in (
            (400, "The request is malformed.", "text/plain"),
            (
                403,
                "No known key has signed the checkpoint, or the token has no such scope.",
                "text/plain",
                "application/problem+json",
            ),
            (404, "The ledger is not watched here.", "text/plain"),
            (409, "Another size was cosigned last, which the answer states.", "text/plain"),
            (422, "The checkpoint does not extend the one that was cosigned.", "text/plain"),
        )
    },
    openapi_extra={
        "requestBody": {"content": {"text/plain": {"schema": {"type": "string"}}}, "required": True}
    },
)
def record_add_checkpoint(
    _who: Watched, record: RecordPart, watching: WatchingPart, text: Annotated[str, Depends(text_of)]
) -> PlainTextResponse:
    """Cosign a checkpoint of a watched ledger, if it extends the last one (C2SP tlog-witness)."""
    with record.reading() as session:
        answer = watching.add_checkpoint(session, text)
    kind = SIZE_TYPE if answer.size else "text/plain; charset=utf-8"
    return PlainTextResponse(answer.text, answer.status, media_type=kind)


class WatchedOut(BaseModel):
    """A ledger that this Titer witnesses; `size` is that of the last head it cosigned."""

    id: str
    version: int
    origin: str
    verifiers: list[str]
    active: bool
    size: int


@router.get("/witness/ledgers")
def record_watched(session: Reading, watching: WatchingPart) -> list[WatchedOut]:
    """The ledgers of others that are witnessed here."""
    return [
        WatchedOut(
            id=row.id,
            version=row.version,
            origin=row.origin,
            verifiers=row.verifiers,
            active=row.active,
            size=watching.seen(row.origin),
        )
        for row in session.scalars(select(WatchedLedger).order_by(WatchedLedger.origin))
    ]


class Watch(BaseModel):
    """A ledger to be witnessed, by its key (`NAME+HASH+KEY`)."""

    key: str = Field(max_length=500)
    reason: str = Field(min_length=1, max_length=2000)


class CosignerOut(BaseModel):
    """The key that cosigns the ledger, for the other side to pin."""

    origin: str
    cosigner: str


@router.post("/witness/ledgers", status_code=201)
def record_watch(body: Watch, act: Acting, watching: WatchingPart) -> CosignerOut:
    """Witness a ledger, or take a further key of it during a rotation."""
    with act("record.watch", reason=body.reason) as unit:
        cosigner = watching.register(unit, body.key)
    return CosignerOut(origin=body.key.partition("+")[0], cosigner=cosigner)
