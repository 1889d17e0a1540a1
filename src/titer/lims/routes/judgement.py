"""HTTP of results, investigations and certificates. Approvals are signatures: POST /api/signatures."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select

from titer.base.encoded import decoded
from titer.base.errors import NotFound
from titer.lims import queries
from titer.lims.model import Certificate, ContractCertificate, Evaluation, Investigation, ReportableResult
from titer.lims.routes import models as m
from titer.lims.routes.part import LimsPart
from titer.lims.service.investigations import investigation
from titer.record.http import Acting, Reading

router = APIRouter()


# --- results ---------------------------------------------------------------------------------------------


@router.get("/results")
def lims_results(session: Reading, batch_id: str) -> list[m.LimsResultOut]:
    """All results of a batch in the order of sampling, invalidated ones too."""
    return [m.LimsResultOut.model_validate(row) for row in queries.results_of_batch(session, batch_id)]


@router.get("/results/{result_id}")
def lims_result(result_id: str, session: Reading) -> m.LimsResultOut:
    """One result."""
    row = session.get(ReportableResult, result_id)
    if row is None:
        raise NotFound(f"There is no result {result_id}.")
    return m.LimsResultOut.model_validate(row)


@router.get("/results/{result_id}/evaluations")
def lims_result_evaluations(result_id: str, session: Reading) -> list[m.LimsEvaluationOut]:
    """How a result was judged."""
    rows = session.scalars(
        select(Evaluation).where(Evaluation.result_id == result_id).order_by(Evaluation.id)
    )
    return [m.LimsEvaluationOut.model_validate(row) for row in rows]


@router.get("/results/{result_id}/origin")
def lims_result_origin(result_id: str, session: Reading) -> list[m.LimsLinkOut]:
    """Where from: certificate, result, calculation, measurement, peak, file, instrument, person, entries."""
    return [m.LimsLinkOut.of(link) for link in queries.origin(session, result_id)]


@router.get("/invalidations")
def lims_invalidations(session: Reading) -> list[m.LimsInvalidationRateOut]:
    """Invalidated results by person."""
    return [
        m.LimsInvalidationRateOut(person_id=person, entered=entered, invalidated=invalidated)
        for person, entered, invalidated in queries.invalidation_rate(session)
    ]


# --- investigations ----------------------------------------------------------------------------------------


@router.get("/investigations")
def lims_investigations(session: Reading, batch_id: str | None = None) -> list[m.LimsInvestigationOut]:
    """Investigations, newest first."""
    query = select(Investigation).order_by(Investigation.id.desc()).limit(200)
    if batch_id:
        query = query.where(Investigation.batch_id == batch_id)
    return [m.LimsInvestigationOut.model_validate(row) for row in session.scalars(query)]


@router.get("/investigations/{investigation_id}")
def lims_investigation(investigation_id: str, session: Reading) -> m.LimsInvestigationOut:
    """One investigation, by id or number."""
    return m.LimsInvestigationOut.model_validate(investigation(session, investigation_id))


@router.post("/investigations/{investigation_id}/begin")
def lims_begin_investigation(
    investigation_id: str, body: m.BeginInvestigation, act: Acting, lims: LimsPart
) -> m.LimsInvestigationOut:
    """Begin phase I with a hypothesis."""
    with act("lims.investigation.work", reason=body.reason) as unit:
        return m.LimsInvestigationOut.model_validate(
            lims.investigations.begin(
                unit, investigation_id, hypothesis=body.hypothesis, version=body.version
            )
        )


@router.post("/investigations/{investigation_id}/evidence")
def lims_add_evidence(
    investigation_id: str, body: m.AddEvidence, act: Acting, lims: LimsPart
) -> m.LimsInvestigationOut:
    """Add a piece of evidence."""
    with act("lims.investigation.work", reason=body.reason) as unit:
        return m.LimsInvestigationOut.model_validate(
            lims.investigations.add_evidence(
                unit,
                investigation_id,
                statement=body.statement,
                attachment_id=body.attachment_id,
                measurement_id=body.measurement_id,
                should_have_been=body.should_have_been,
            )
        )


@router.post("/investigations/{investigation_id}/phase-one")
def lims_conclude_phase_one(
    investigation_id: str, body: m.ConcludePhaseOne, act: Acting, lims: LimsPart
) -> m.LimsInvestigationOut:
    """End phase I, with an assignable cause or without."""
    with act("lims.investigation.work", reason=body.reason) as unit:
        return m.LimsInvestigationOut.model_validate(
            lims.investigations.conclude_phase_one(
                unit,
                investigation_id,
                assignable_cause=body.assignable_cause,
                cause_kind=body.cause_kind,
                version=body.version,
            )
        )


@router.post("/investigations/{investigation_id}/conclude")
def lims_conclude_investigation(
    investigation_id: str, body: m.ConcludeInvestigation, act: Acting, lims: LimsPart
) -> m.LimsInvestigationOut:
    """Conclude; the quality unit then closes by signature."""
    with act("lims.investigation.work", reason=body.reason) as unit:
        return m.LimsInvestigationOut.model_validate(
            lims.investigations.conclude(
                unit, investigation_id, conclusion=body.conclusion, version=body.version
            )
        )


# --- contract laboratory -----------------------------------------------------------------------------------


@router.post("/contract-certificates")
def lims_receive_contract_certificate(
    body: m.ReceiveContractCertificate, act: Acting, lims: LimsPart
) -> m.LimsContractCertificateOut:
    """Keep a contract laboratory's certificate."""
    with act("lims.contract.receive", reason=body.reason) as unit:
        made = lims.contract.receive(
            unit,
            sample_id=body.sample_id,
            laboratory=body.laboratory,
            reference=body.reference,
            data=decoded(body.data_base64),
            file_name=body.file_name,
            media_type=body.media_type,
        )
        return m.LimsContractCertificateOut.model_validate(made)


@router.get("/contract-certificates")
def lims_contract_certificates(
    session: Reading, batch_id: str | None = None
) -> list[m.LimsContractCertificateOut]:
    """Contract laboratories' certificates, newest first."""
    query = select(ContractCertificate).order_by(ContractCertificate.id.desc()).limit(200)
    if batch_id:
        query = query.where(ContractCertificate.batch_id == batch_id)
    return [m.LimsContractCertificateOut.model_validate(row) for row in session.scalars(query)]


@router.post("/contract-certificates/{certificate_id}/transcription")
def lims_transcribe(
    certificate_id: str, body: m.Transcribe, act: Acting, lims: LimsPart
) -> m.LimsContractCertificateOut:
    """Transcribe what it says; a second person then signs that they checked it."""
    with act("lims.contract.transcribe", reason=body.reason) as unit:
        rows = [row.model_dump() for row in body.rows]
        return m.LimsContractCertificateOut.model_validate(
            lims.contract.transcribe(unit, certificate_id, rows, body.version)
        )


@router.get(
    "/content/{digest}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def lims_content(digest: str, _session: Reading, lims: LimsPart) -> Response:
    """Kept bytes by their digest, checked; always a download, never shown as a page of ours."""
    data = lims.record.content.read(digest)
    return Response(
        data,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{digest[:16]}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


# --- certificates ------------------------------------------------------------------------------------------


@router.post("/certificates")
def lims_draft_certificate(body: m.DraftCertificate, act: Acting, lims: LimsPart) -> m.LimsCertificateOut:
    """Write a certificate of analysis; the quality unit issues it by signature."""
    with act("lims.certificate.draft", reason=body.reason) as unit:
        made = lims.certificates.draft(
            unit, specification_code=body.specification_code, batch_id=body.batch_id, lot_id=body.lot_id
        )
        return m.LimsCertificateOut.model_validate(made)


@router.get("/certificates")
def lims_certificates(
    session: Reading, batch_id: str | None = None, lot_id: str | None = None
) -> list[m.LimsCertificateOut]:
    """Certificates of analysis, newest first."""
    query = select(Certificate).order_by(Certificate.id.desc()).limit(200)
    if batch_id:
        query = query.where(Certificate.batch_id == batch_id)
    if lot_id:
        query = query.where(Certificate.lot_id == lot_id)
    return [m.LimsCertificateOut.model_validate(row) for row in session.scalars(query)]


@router.get("/certificates/{certificate_id}")
def lims_certificate(certificate_id: str, session: Reading) -> m.LimsCertificateOut:
    """One certificate."""
    row = session.get(Certificate, certificate_id)
    if row is None:
        raise NotFound(f"There is no certificate {certificate_id}.")
    return m.LimsCertificateOut.model_validate(row)
