"""HTTP of edges: invited, listed and revoked by people; enrolled and renewed by themselves."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from titer.record.actions import Actor
from titer.record.edge_model import Edge
from titer.record.http import Acting, Connector, Reading, remote
from titer.record.model import Person
from titer.record.routes.part import EdgesPart, IdentityPart, RecordPart

router = APIRouter()


class NewEdge(BaseModel):
    """An edge that may enrol; an earlier code of it ends."""

    name: str = Field(min_length=1, max_length=63)
    scopes: list[str] = Field(default=["connect"], max_length=3)
    hours: int = Field(default=24, ge=1, le=168)
    certificate_days: int = Field(default=365, ge=1, le=1095)
    reason: str = Field(default="", max_length=2000)


class EdgeInvited(BaseModel):
    """The code with which an edge enrols. It is shown this once."""

    name: str
    scopes: list[str]
    code: str
    code_ends_at: datetime
    address: str


class EdgeCertificateOut(BaseModel):
    """A certificate of an edge; `state` is valid, over or revoked."""

    serial: str
    fingerprint: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None
    used_from: str | None
    state: str


class EdgeOut(BaseModel):
    """An edge; `state` is invited, enrolled, over or revoked."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    name: str
    scopes: list[str]
    state: str
    invited_at: datetime
    invited_by_name: str
    code_ends_at: datetime
    enrolled_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime | None
    used_at: datetime | None
    used_from: str | None
    certificates: list[EdgeCertificateOut]


class EdgesOut(BaseModel):
    """The edges; `address` is the door's, empty where this installation listens for none."""

    edges: list[EdgeOut]
    address: str


class Revocation(BaseModel):
    """Why an edge is revoked."""

    reason: str = Field(min_length=1, max_length=2000)


class Enrolment(BaseModel):
    """A request for a certificate (PKCS #10, PEM), and the code's MAC over it: whoever sends it has the code."""

    request: str = Field(max_length=8192)
    mac: str = Field(pattern="^[0-9a-f]{64}$")


class EnrolledOut(BaseModel):
    """The edge's certificate, the authority's, the door, and the code's MAC over them: the hub has the code, too."""

    certificate: str
    authority: str
    address: str
    mac: str
    expires_at: datetime


class Renewal(BaseModel):
    """A request for another certificate (PKCS #10, PEM)."""

    request: str = Field(max_length=8192)


class RenewedOut(BaseModel):
    """Another certificate of an edge; the one before stays good until it ends."""

    certificate: str
    expires_at: datetime


@router.post("/edges", status_code=201)
def record_invite_edge(body: NewEdge, act: Acting, edges: EdgesPart) -> EdgeInvited:
    """Let an edge enrol; its code is shown this once."""
    with act("record.edge.invite", reason=body.reason or f"edge {body.name}") as unit:
        row, code = edges.invite(
            unit, body.name, scopes=tuple(body.scopes), hours=body.hours, days=body.certificate_days
        )
        return EdgeInvited(
            name=row.name,
            scopes=row.scopes,
            code=code,
            code_ends_at=row.code_ends_at,
            address=edges.address,
        )


@router.get("/edges")
def record_edges(session: Reading, record: RecordPart, identity: IdentityPart, edges: EdgesPart) -> EdgesOut:
    """All edges, by name, with their certificates and when each was last used."""
    now = record.clock.now()
    used = identity.machines.used(session)
    people = {row.id: row.full_name for row in session.query(Person)}
    found = []
    for row in session.query(Edge).order_by(Edge.name):
        issued = [
            EdgeCertificateOut(
                serial=one.serial,
                fingerprint=one.fingerprint,
                issued_at=one.issued_at,
                expires_at=one.expires_at,
                revoked_at=one.revoked_at,
                used_at=used[one.id].used_at if one.id in used else None,
                used_from=used[one.id].remote if one.id in used else None,
                state="revoked" if one.revoked_at else "over" if one.expires_at <= now else "valid",
            )
            for one in edges.certificates(session, row.name)
        ]
        last = max((one for one in issued if one.used_at), key=lambda one: one.used_at or now, default=None)
        good = [one.expires_at for one in issued if one.state == "valid"]
        found.append(
            EdgeOut(
                **{name: getattr(row, name) for name in EdgeOut.model_fields if hasattr(row, name)},
                invited_by_name=people.get(row.invited_by, row.invited_by),
                state=_state(row, bool(good)),
                expires_at=max(good, default=None),
                used_at=last.used_at if last else None,
                used_from=last.used_from if last else None,
                certificates=issued,
            )
        )
    return EdgesOut(edges=found, address=edges.address)


@router.post("/edges/{name}/revoke", status_code=204)
def record_revoke_edge(name: str, body: Revocation, act: Acting, edges: EdgesPart) -> None:
    """Refuse an edge from now on: its code, its certificates, and the connections that it has open."""
    with act("record.edge.revoke", reason=body.reason) as unit:
        edges.revoke(unit, name)


@router.post("/edges/{name}/enrol")
def record_enrol_edge(
    name: str, body: Enrolment, request: Request, record: RecordPart, edges: EdgesPart
) -> EnrolledOut:
    """Issue a certificate to the edge that has the code; an edge asks for it itself."""
    edges.require_code(name, body.request, body.mac, remote(request))
    with record.action(Actor.connection(name), "record.edge.enrol") as unit:
        made = edges.enrol(unit, name, body.request, body.mac)
        return EnrolledOut(
            certificate=made.certificate,
            authority=made.authority,
            address=made.address,
            mac=made.proof,
            expires_at=made.expires_at,
        )


@router.post("/connect/certificate")
def record_renew_edge(body: Renewal, who: Connector, record: RecordPart, edges: EdgesPart) -> RenewedOut:
    """Issue another certificate to an edge that came in by one, before that one ends."""
    with record.action(who.actor, "record.edge.enrol") as unit:
        made = edges.renew(unit, who, body.request)
        return RenewedOut(certificate=made.pem, expires_at=made.expires_at)


def _state(row: Edge, good: bool) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.enrolled_at is None and not good:
        return "invited"
    return "enrolled" if good else "over"
