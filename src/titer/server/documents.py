"""HTTP of the certificate that documents are sealed with."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from titer.app import Platform
from titer.app.document_seal import VERB
from titer.base.errors import Invalid
from titer.record import DocumentCertificate
from titer.record.http import Acting, Reading

router = APIRouter(prefix="/api/documents", tags=["documents"])


class DocumentCertificateOut(BaseModel):
    """The certificate that documents are sealed with; `chain` is PEM, and holds no secret."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    fingerprint: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    origin: str
    chain: str


class NewDocumentCertificate(BaseModel):
    """The site's certificate with its private key (PEM); neither, for the installation's own next one."""

    chain: str | None = Field(default=None, max_length=100_000)
    key: str | None = Field(default=None, max_length=20_000)
    reason: str = Field(min_length=1)


def _out(row: DocumentCertificate) -> DocumentCertificateOut:
    return DocumentCertificateOut.model_validate(row, from_attributes=True)


@router.get("/certificate")
def server_document_certificate(request: Request, session: Reading) -> DocumentCertificateOut:
    """The certificate that documents are sealed with now."""
    platform: Platform = request.app.state.platform
    return _out(platform.documents.current(session))


@router.post("/certificate", status_code=201)
def server_change_document_certificate(
    body: NewDocumentCertificate, request: Request, act: Acting
) -> DocumentCertificateOut:
    """Seal documents with the site's certificate, or with the installation's own next one, from now on."""
    platform: Platform = request.app.state.platform
    if (body.chain is None) != (body.key is None):
        raise Invalid("A certificate comes with its private key.", where="key", do="Give both, or neither.")
    with act(VERB, reason=body.reason) as unit:
        if body.chain is None or body.key is None:
            return _out(platform.documents.renew(unit))
        return _out(platform.documents.give(unit, body.chain, body.key))
