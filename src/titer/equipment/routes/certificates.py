"""HTTP of certificates: those of instruments, and those that connector hosts show. What is decided is signed."""

from __future__ import annotations

import base64
from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from titer.base.errors import NotFound
from titer.equipment import queries, rules
from titer.equipment.model import Certificate, RevocationList
from titer.equipment.routes.pages import EquipmentPart
from titer.equipment.routes.views import RecordOut
from titer.equipment.service import Equipment
from titer.record.http import Acting, Reading

router = APIRouter(prefix="/api/equipment/certificates", tags=["equipment"])


class Fault(BaseModel):
    """What is wrong with a certificate."""

    code: str
    what: str


class RevocationListOut(RecordOut):
    """The newest list of what an authority took back; `holds` until its next one is due.

    `stage` is *ending* from some days before that (`revocation_notice_days`), then *ended*.
    """

    authority: str
    issuer: str
    number: str
    issued_at: datetime
    until: datetime | None
    revoked: int
    holds: bool
    stage: str


class CertificateOut(RecordOut):
    """A certificate with both fingerprints, what is wrong with it now, and which connections show it now.

    `thumbprint` is SHA-1, as the makers' tools show it; `fingerprint` SHA-256. `stage` is *expiring* from thirty days
    before its end, then *expired*. `issued_by` is the trusted authority that issued it, if one did, and
    `revocation_list` that authority's list; of an authority, its own.
    """

    fingerprint: str
    thumbprint: str
    subject: str
    issuer: str
    serial: str
    valid_from: datetime
    valid_until: datetime
    application_uri: str
    names: list[str]
    key: str
    authority: bool
    host: str
    connection: str
    address: str
    calls_itself: str
    state: str
    decided_by: str
    decided_at: datetime | None
    reason: str
    stage: str
    shown_by: list[str]
    faults: list[Fault]
    issued_by: str
    revocation_list: RevocationListOut | None


class NewRevocationList(BaseModel):
    """An authority's revocation list that somebody brings, DER or PEM in Base64."""

    list: str = Field(min_length=1, max_length=120_000)


class NewCertificate(BaseModel):
    """A certificate that somebody brings, DER or PEM in Base64."""

    certificate: str = Field(min_length=1, max_length=30_000)
    host: str = "local"


@router.get("")
def equipment_certificates(session: Reading, equipment: EquipmentPart) -> list[CertificateOut]:
    """Every certificate that was met or brought, and the connector hosts' own."""
    now = equipment.record.clock.now()
    trusted = queries.certificates(session, "trusted")
    shown: dict[str, list[str]] = {}
    for name, status in sorted(queries.statuses(session).items()):
        shown.setdefault(status.certificate, []).append(name)
    lists = queries.revocation_lists(session)
    return [
        _out(row, equipment, now, trusted, lists, shown.get(row.fingerprint, []))
        for row in queries.certificates(session)
    ]


@router.post("", status_code=201)
def equipment_add_certificate(body: NewCertificate, act: Acting, equipment: EquipmentPart) -> CertificateOut:
    """Bring a certificate: an authority's, or an instrument's before it is met. It is trusted by a signature."""
    with act("equipment.certificate.add") as unit:
        row = equipment.add_certificate(unit, body.certificate, body.host)
        unit.flush()
        trusted, lists = queries.certificates(unit.session, "trusted"), queries.revocation_lists(unit.session)
        return _out(row, equipment, unit.now, trusted, lists, [])


@router.post("/revocation-lists", status_code=201)
def equipment_bring_revocation_list(
    body: NewRevocationList, act: Acting, equipment: EquipmentPart
) -> RevocationListOut:
    """Bring the list of what a trusted authority took back; it counts within seconds."""
    with act("equipment.certificate.revocations") as unit:
        row = equipment.bring_revocation_list(unit, body.list)
        unit.flush()
        return _list_out(row, unit.now, equipment.list_lead_days)


@router.get("/{certificate_id}/file", response_class=Response)
def equipment_certificate_file(certificate_id: str, session: Reading) -> Response:
    """A certificate as a file (DER), to be installed at an instrument or looked at with a tool of its maker's."""
    row = session.get(Certificate, certificate_id)
    if row is None:
        raise NotFound("There is no such certificate.")
    name = f"{'titer-host-' + row.host if row.state == 'own' else 'certificate'}-{row.fingerprint[:8]}.der"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(base64.b64decode(row.der), media_type="application/pkix-cert", headers=headers)


def _out(
    row: Certificate,
    equipment: Equipment,
    now: datetime,
    trusted: list[Certificate],
    lists: list[RevocationList],
    shown_by: list[str],
) -> CertificateOut:
    issuer, listed = equipment.issuer_of(row, trusted, lists)
    return CertificateOut.model_validate(
        {
            **{name: getattr(row, name) for name in CertificateOut.model_fields if hasattr(row, name)},
            "stage": rules.expiry_stage(row.valid_until, now),
            "shown_by": shown_by,
            "faults": equipment.certificate_faults(row, now, trusted, lists),
            "issued_by": issuer.subject if issuer is not None else "",
            "revocation_list": _list_out(listed, now, equipment.list_lead_days)
            if listed is not None
            else None,
        }
    )


def _list_out(row: RevocationList, now: datetime, lead_days: int) -> RevocationListOut:
    named = {name: getattr(row, name) for name in RevocationListOut.model_fields if hasattr(row, name)}
    stage = rules.list_stage(row.issued_at, row.until, now, lead_days)
    return RevocationListOut.model_validate({**named, "holds": stage != "ended", "stage": stage})
