"""What connector hosts speak with the hub; the host is always the client (see also the historian's intake).

A host gets, sends and answers for its own connections alone: its token says which host it is (21 CFR 11.10(h)).
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Response
from pydantic import AwareDatetime, BaseModel, Field

from titer.base.errors import Invalid
from titer.connect.opcua.trust import fingerprint
from titer.equipment import queries
from titer.equipment.model import Connection
from titer.equipment.service import Equipment, certificates
from titer.equipment.service.streams import take_status
from titer.record import Actor, Machine, Unit
from titer.record.http import Commander, Connector, Own, OwnHost, platform_part

router = APIRouter(prefix="/api/connect", tags=["connect"])

EquipmentPart = Annotated[Equipment, Depends(platform_part("equipment"))]
LONGEST_WAIT = 25.0


class HostTrust(BaseModel):
    """What people decided about instruments' certificates: the trusted as DER in Base64, the others' SHA-256.

    `lists` are the revocation lists of trusted authorities, DER in Base64.
    """

    certificates: list[str]
    distrusted: list[str]
    lists: list[str] = []


class HostConnection(BaseModel):
    """A connection as its host gets it."""

    name: str
    type: str
    settings: dict[str, Any]
    channels: list[dict[str, Any]]
    version: int
    epoch: int
    trust: HostTrust | None = None


class HostCommand(BaseModel):
    """A command as its host gets it; numbers are decimal text, the deadline is an instant of the server clock."""

    key: str
    connection: str
    kind: str
    target: str
    value: str | None
    unit: str
    parameters: dict[str, Any]
    deadline: str | None


class Digest(BaseModel):
    """The SHA-256 digest of stored bytes."""

    digest: str


class NewDocument(BaseModel):
    """A raw file whose bytes were stored before."""

    key: str = Field(min_length=1, max_length=500)
    connection: str
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    file_name: str = Field(max_length=1000)
    seen_at: datetime
    media_type: str = ""
    kind: str = "file"
    identity: dict[str, Any] = {}


class DocumentReceived(BaseModel):
    """A raw file as it was received."""

    id: str
    state: str


class NewReceipt(BaseModel):
    """What came of a command."""

    key: str
    connection: str
    outcome: str
    readback: str | None = None
    responses: dict[str, Any] | None = None
    source_time: datetime | None = None
    message: str = Field(default="", max_length=10_000)


class ReceiptTaken(BaseModel):
    """A command after its receipt."""

    key: str
    state: str


class Clock(BaseModel):
    """A device's clock against its host's, in microseconds."""

    offset_us: int = Field(ge=-(2**53), le=2**53)
    uncertainty_us: int = Field(ge=0, le=2**53)
    taken_us: int | None = None


class NewSecurity(BaseModel):
    """The certificate that a device showed, and its host's own; DER in Base64."""

    certificate: str = Field(max_length=30_000)
    host: str = Field(default="", max_length=255)
    uri: str = Field(default="", max_length=1000)
    own: list[str] = Field(default=[], max_length=4)


class NewEnd(BaseModel):
    """How the process of a connection ended last."""

    at: datetime
    reason: str = Field(max_length=1000)
    count: int = Field(ge=1, le=2**53)


class NewStatus(BaseModel):
    """How a connection is, as its host sees it."""

    connection: str
    state: str = Field(max_length=100)
    since: datetime | None = None
    backlog: int = Field(default=0, ge=0)
    backlog_bytes: int = Field(default=0, ge=0)
    oldest_at: datetime | None = None
    disk_free: int | None = Field(default=None, ge=0)
    clock: Clock | None = None
    identity: dict[str, Any] | None = None
    identity_since: AwareDatetime | None = None
    message: str = Field(default="", max_length=10_000)
    security: NewSecurity | None = None
    ended: NewEnd | None = None


@router.get(
    "/hosts/{host}/connections",
    response_model=list[HostConnection],
    responses={304: {"description": "Nothing has changed."}},
)
def connect_connections(
    host: str,
    equipment: EquipmentPart,
    who: Connector,
    own: OwnHost,
    response: Response,
    wait: Annotated[float, Query(ge=0, le=120)] = 0,
    etag: str = "",
    if_none_match: Annotated[str, Header()] = "",
) -> Any:
    """The connections of a host. With the last etag, the answer waits until something changes."""
    own(who, host, f"the connections of host {host}")
    known = etag or if_none_match
    end = time.monotonic() + min(wait, LONGEST_WAIT)
    while True:
        seen = equipment.record.commits
        mark, listed = equipment.listed(host)
        left = end - time.monotonic()
        if mark != known or left <= 0:
            break
        equipment.record.wait_for_commit(seen, left)
    if mark == known:
        return Response(status_code=304, headers={"ETag": mark})
    response.headers["ETag"] = mark
    with equipment.record.reading() as session:
        said = queries.statuses(session)
    return [
        HostConnection(**one, epoch=said[one["name"]].epoch if one["name"] in said else 0) for one in listed
    ]


@router.put("/content")
def connect_content(
    data: Annotated[bytes, Body(media_type="application/octet-stream")],
    equipment: EquipmentPart,
    who: Connector,
    media_type: str = "",
) -> Digest:
    """Keep raw bytes, before a document refers to them, under the media type that their sender knows, if any."""
    if not data:
        raise Invalid("The file is empty.", where="body")
    with equipment.record.action(who.actor, "equipment.intake") as unit:
        return Digest(digest=unit.content.put(data, media_type=media_type, origin="connector host"))


@router.post("/documents")
def connect_document(
    body: NewDocument, equipment: EquipmentPart, who: Connector, own: OwnHost
) -> DocumentReceived:
    """Receive a raw file; the same key receives once."""
    _require_own(equipment, own, who, body.connection)
    if body.seen_at.tzinfo is None:
        raise Invalid("An instant bears its time zone.", where="seen_at")
    with _as_connection(equipment, body.connection) as unit:
        row = equipment.receive_document(unit, **body.model_dump())
        return DocumentReceived(id=row.id, state=row.state)


@router.get("/commands")
def connect_commands(
    host: str,
    equipment: EquipmentPart,
    who: Commander,
    own: OwnHost,
    wait: Annotated[float, Query(ge=0, le=120)] = 20,
) -> list[HostCommand]:
    """Commands for a host's connections; the answer waits until there is one."""
    own(who, host, f"the commands of host {host}")
    record = equipment.record
    end = time.monotonic() + min(wait, LONGEST_WAIT)
    while True:
        seen = record.commits
        with record.reading() as session:
            keys = [row.key for row in equipment.due_commands(session, host, record.clock.now())]
        if keys:
            with record.action(who.actor, "equipment.intake") as unit:
                rows = equipment.dispatch(unit, keys)
                given = [
                    HostCommand(
                        key=row.key,
                        connection=row.connection,
                        kind=row.kind,
                        target=row.target,
                        value=row.value,
                        unit=row.unit,
                        parameters=row.parameters,
                        deadline=row.deadline.isoformat() if row.deadline else None,
                    )
                    for row in rows
                ]
            if given:
                return given
        left = end - time.monotonic()
        if left <= 0:
            return []
        record.wait_for_commit(seen, min(left, 5.0))


@router.post("/receipts")
def connect_receipt(body: NewReceipt, equipment: EquipmentPart, who: Commander, own: OwnHost) -> ReceiptTaken:
    """Take what came of a command; the same receipt again changes nothing."""
    _require_own(equipment, own, who, body.connection)
    with _as_connection(equipment, body.connection) as unit:
        command = equipment.command(unit.session, body.key)
        if command is not None and command.connection != body.connection:
            raise Invalid(f"The command {body.key} was given to {command.connection}.", where="connection")
        answer = body.model_dump(exclude={"key", "connection", "outcome"})
        row = equipment.take_receipt(unit, body.key, body.outcome, answer)
        return ReceiptTaken(key=row.key, state=row.state)


@router.post("/status", status_code=204)
def connect_status(body: NewStatus, equipment: EquipmentPart, who: Connector, own: OwnHost) -> None:
    """Note how a connection is; who answers there becomes part of the record when it changes."""
    record = equipment.record
    seen = _require_own(equipment, own, who, body.connection).seen_identity
    if body.identity is not None and body.identity.get("fingerprint") != (seen or {}).get("fingerprint"):
        with _as_connection(equipment, body.connection) as unit:
            equipment.note_identity(unit, body.connection, body.identity, body.identity_since)
    given = body.model_dump()
    if given["security"] is not None:
        given["certificate"] = _note_certificates(equipment, body.connection, given["security"])
    with record.operational() as session:
        take_status(session, record.clock.now(), given, process_now=equipment.process_clock.now())


def _note_certificates(equipment: Equipment, name: str, security: dict[str, Any]) -> str:
    """Write down certificates that nobody has met before; returns the fingerprint of the device's."""
    with equipment.record.reading() as session:
        new = certificates.unknown_of(session, security)
    if new:
        with _as_connection(equipment, name) as unit:
            equipment.note_certificates(unit, queries.connection(unit.session, name), security)
    return fingerprint(certificates.read_certificate(security["certificate"], "security.certificate"))


def _require_own(equipment: Equipment, own: Own, who: Machine, name: str) -> Connection:
    """The connection, which is the asking host's."""
    with equipment.record.reading() as session:
        row = queries.connection(session, name)
    own(who, row.host, f"the connection {name}")
    return row


def _as_connection(equipment: Equipment, name: str) -> AbstractContextManager[Unit]:
    """An action in the name of a connection."""
    return equipment.record.action(Actor.connection(name), "equipment.intake")
