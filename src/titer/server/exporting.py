"""HTTP of what leaves the house: bundles, and the batch record as a document."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from titer.app.alcoa_document import document
from titer.app.animl_document import batch_animl, sample_animl
from titer.app.archive import archive_batch
from titer.app.export import batch_pdf, export_record
from titer.app.migration_document import migration_pdf
from titer.govern.routes import board_out
from titer.record.http import ActingPerson
from titer.server.certificate import certificate_pdf

router = APIRouter(tags=["export"])


class ExportRecord(BaseModel):
    """What is exported, and why; `batch` takes a batch's number as well as its id.

    A batch's sealed segments go along unless `segments` says no: they hold every channel of their day.
    """

    record_type: str
    record_id: str
    reason: str
    segments: bool = True


@router.post("/api/exports", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
def server_export(body: ExportRecord, request: Request, who: ActingPerson) -> Response:
    """A bundle: the record, everything that belongs to it, and the proof. `titer-verify.py` checks it."""
    data = export_record(
        request.app.state.platform,
        body.record_type,
        body.record_id,
        actor=who,
        reason=body.reason,
        segments=body.segments,
    )
    name = re.sub(r"[^A-Za-z0-9._-]", "_", f"{body.record_type}-{body.record_id}")
    return Response(
        data,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )


class ArchiveBatch(BaseModel):
    """Why an archive of a batch is made; sealed segments go along unless `segments` says no."""

    reason: str = Field(min_length=1, max_length=2000)
    segments: bool = False


@router.post(
    "/api/mes/batches/{batch_id}/archive",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
def server_archive(batch_id: str, body: ArchiveBatch, request: Request, who: ActingPerson) -> Response:
    """The archive of a batch that has ended: a bundle with a page that opens offline. It is entered as an export."""
    data = archive_batch(
        request.app.state.platform, batch_id, actor=who, reason=body.reason, segments=body.segments
    )
    name = re.sub(r"[^A-Za-z0-9._-]", "_", f"archive-{batch_id}")
    return Response(
        data,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )


@router.get(
    "/api/mes/batches/{batch_id}/record.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def server_batch_pdf(batch_id: str, request: Request, _who: ActingPerson) -> Response:
    """The batch record as PDF/A, its data attached, as it stands now."""
    return Response(batch_pdf(request.app.state.platform, batch_id), media_type="application/pdf")


_ANIML: dict[int | str, dict[str, Any]] = {200: {"content": {"application/xml": {}}}}


@router.get("/api/lims/samples/{number}/results.animl", response_class=Response, responses=_ANIML)
def server_sample_animl(number: str, request: Request, _who: ActingPerson) -> Response:
    """A sample's results as AnIML with raw data, audit trail and signatures, signed by the installation."""
    return Response(sample_animl(request.app.state.platform, number), media_type="application/xml")


@router.get("/api/mes/batches/{number}/results.animl", response_class=Response, responses=_ANIML)
def server_batch_animl(number: str, request: Request, _who: ActingPerson) -> Response:
    """The results of a batch's samples as AnIML, see `server_sample_animl`."""
    return Response(batch_animl(request.app.state.platform, number), media_type="application/xml")


@router.get(
    "/api/lims/certificates/{certificate_id}/certificate.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def server_certificate_pdf(certificate_id: str, request: Request, _who: ActingPerson) -> Response:
    """The certificate of analysis as PDF/A, its content attached."""
    return Response(certificate_pdf(request.app.state.platform, certificate_id), media_type="application/pdf")


@router.get(
    "/api/govern/alcoa.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def server_alcoa_pdf(request: Request, _who: ActingPerson) -> Response:
    """The ALCOA+ board as PDF/A, computed now, its data and queries attached."""
    platform = request.app.state.platform
    return Response(document(platform, board_out(platform.govern.alcoa())), media_type="application/pdf")


@router.get(
    "/api/systems/verifications/{verification_id}/report.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def server_migration_pdf(verification_id: str, request: Request, _who: ActingPerson) -> Response:
    """The verification report of a legacy import as PDF/A, its data attached."""
    return Response(migration_pdf(request.app.state.platform, verification_id), media_type="application/pdf")
