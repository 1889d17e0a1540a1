"""What the laboratory's endpoints take and give; every field is named, decimals are strings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from titer.lims.queries import Link, Work


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime


class LimsDesignOut(_Row):
    """A revision of a method, specification or sampling plan."""

    kind: str
    code: str
    revision: int
    title: str
    state: str
    digest: str
    author_id: str
    change_reason: str
    effective_at: datetime | None
    ended_at: datetime | None


class LimsDesignDetailOut(LimsDesignOut):
    """A revision with its document."""

    document: dict[str, Any]
    source: str


class LimsSampleOut(_Row):
    """A sample."""

    number: str
    kind: str
    state: str
    parent_id: str | None
    batch_id: str | None
    lot_id: str | None
    point: str
    location: str
    planned_at: datetime | None
    sampled_at: datetime | None
    sampled_by: str | None
    received_at: datetime | None
    plan_id: str | None
    specification_id: str | None


class LimsTestOut(_Row):
    """A test."""

    number: str
    sample_id: str
    batch_id: str | None
    analysis: str
    method_id: str
    specification_id: str | None
    kind: str
    state: str
    run_id: str | None
    redetermines_id: str | None
    investigation_id: str | None


class LimsEvaluationOut(_Row):
    """A judgement, with its trace."""

    result_id: str
    kind: str
    outcome: str
    rounded: str | None
    limit_text: str
    rounding: str
    specification_id: str | None
    specification_digest: str | None
    trace: list[str]


class LimsResultOut(_Row):
    """A reportable result; `value` is unrounded, `text` is what was reported."""

    test_id: str
    sample_id: str
    batch_id: str | None
    analysis: str
    state: str
    value: Decimal | None
    text: str
    unit: str | None
    trace: list[dict[str, Any]]
    inputs: dict[str, Any]
    pinned: dict[str, Any]
    sampled_at: datetime | None
    entered_by: str
    reviewed_by: str | None
    approved_by: str | None


class LimsMeasurementOut(_Row):
    """A measurement as it came."""

    sample_id: str | None
    test_id: str | None
    run_id: str | None
    name: str
    replicate: int
    raw: str
    value: Decimal | None
    unit: str | None
    source: dict[str, Any]
    supersedes_id: str | None
    reason: str | None


class LimsAttachmentOut(_Row):
    """A kept document."""

    subject_type: str
    subject_id: str
    title: str
    file_name: str
    media_type: str
    digest: str
    attached_by: str


class LimsWorkOut(BaseModel):
    """A test with its sample, method, result and evaluation."""

    test: LimsTestOut
    sample: LimsSampleOut
    method_code: str
    method_revision: int
    technique: str
    result: LimsResultOut | None
    evaluation: LimsEvaluationOut | None

    @classmethod
    def of(cls, work: Work) -> LimsWorkOut:
        """From the row."""
        return cls(
            test=LimsTestOut.model_validate(work.test),
            sample=LimsSampleOut.model_validate(work.sample),
            method_code=work.method.code,
            method_revision=work.method.revision,
            technique=str(work.method.document["technique"]),
            result=LimsResultOut.model_validate(work.result) if work.result else None,
            evaluation=LimsEvaluationOut.model_validate(work.evaluation) if work.evaluation else None,
        )


class LimsSampleDetailOut(BaseModel):
    """A sample with everything that hangs on it."""

    sample: LimsSampleOut
    tests: list[LimsWorkOut]
    measurements: list[LimsMeasurementOut]
    attachments: list[LimsAttachmentOut]
    aliquots: list[LimsSampleOut]


class LimsRunOut(_Row):
    """A run."""

    number: str
    method_id: str
    instrument: str
    analyst_id: str
    state: str
    test_ids: list[str]
    materials: list[dict[str, Any]]
    pinned: dict[str, Any]
    document_digest: str | None
    raw_file_id: str | None
    injections: list[dict[str, Any]]
    suitability: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    instrument_trail: list[dict[str, Any]]
    started_at: datetime | None


class LimsRunDetailOut(BaseModel):
    """A run with its worksheet and results, and why it is not ready."""

    run: LimsRunOut
    tests: list[LimsWorkOut]
    measurements: list[LimsMeasurementOut]
    attachments: list[LimsAttachmentOut]
    not_ready: list[str]


class LimsInvestigationOut(_Row):
    """An investigation."""

    number: str
    test_id: str
    result_id: str
    batch_id: str | None
    exception_id: str | None
    state: str
    title: str
    investigator_id: str | None
    hypothesis: str | None
    evidence: list[dict[str, Any]]
    assignable_cause: str | None
    cause_kind: str | None
    reviewer_id: str | None
    approver_id: str | None
    redetermination_id: str | None
    conclusion: str | None


class LimsContractCertificateOut(_Row):
    """A contract laboratory's certificate."""

    number: str
    laboratory: str
    reference: str
    sample_id: str
    batch_id: str | None
    digest: str
    file_name: str
    state: str
    transcription: list[dict[str, Any]]
    transcribed_by: str | None
    checked_by: str | None


class LimsCertificateOut(_Row):
    """A certificate of analysis."""

    number: str
    batch_id: str | None
    lot_id: str | None
    specification_id: str
    state: str
    content: dict[str, Any]
    digest: str
    issued_by: str | None


class LimsRawFileOut(_Row):
    """An instrument's file and its disposition."""

    document_id: str
    digest: str
    file_name: str
    connection: str
    disposition: str
    reason: str | None
    run_id: str | None
    batch_ids: list[str]
    found: dict[str, Any]


class LimsFitOut(BaseModel):
    """A method that could read a file, and what it needs besides."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    title: str
    analyses: list[str]
    entries: list[str]
    standards: int


class LimsRawFileDetailOut(BaseModel):
    """A file, the methods that could read it, and the instrument that it comes from (or why none is known)."""

    file: LimsRawFileOut
    methods: list[LimsFitOut]
    instrument: str | None
    instrument_fault: str


class LimsImportOut(BaseModel):
    """What came of a file: its run, and the tests with their results."""

    file: LimsRawFileOut
    run: LimsRunOut
    tests: list[LimsWorkOut]


class LimsPanelOut(_Row):
    """A sample before an analyser."""

    command_key: str
    sample_id: str
    method_id: str
    instrument: str
    state: str
    message: str | None
    asked_at: datetime
    counter: int | None
    measured_at: str | None


class LimsTraceOut(BaseModel):
    """A chromatogram for drawing: at most as many points as were asked for."""

    injection: str
    time: list[float]
    signal: list[float]
    from_count: int
    decimated: bool


class LimsLinkOut(BaseModel):
    """One link of the chain that a result came by."""

    kind: str
    title: str
    detail: str
    record_type: str | None
    record_id: str | None
    at: str | None
    data: dict[str, Any]

    @classmethod
    def of(cls, link: Link) -> LimsLinkOut:
        """From the link."""
        return cls(
            kind=link.kind,
            title=link.title,
            detail=link.detail,
            record_type=link.record_type,
            record_id=link.record_id,
            at=link.at,
            data=link.data,
        )


class LimsInvalidationRateOut(BaseModel):
    """How many of a person's results were invalidated."""

    person_id: str
    entered: int
    invalidated: int


# --- what is sent ------------------------------------------------------------------------------------------


class DraftDesign(BaseModel):
    """A new revision: YAML or JSON text."""

    source: str
    reason: str


class ChangeOf(BaseModel):
    """A change of a record that was seen in a version."""

    version: int
    reason: str | None = None


class RegisterSample(BaseModel):
    """A sample."""

    batch_id: str | None = None
    lot_id: str | None = None
    parent_id: str | None = None
    kind: str = "primary"
    plan_code: str | None = None
    analyses: list[str] = []
    specification_code: str | None = None
    point: str = ""
    location: str = ""
    sampled_at: datetime | None = None
    planned: datetime | None = None
    reason: str | None = None


class CollectSample(BaseModel):
    """When a sample was drawn, and where it is; without a time, now."""

    sampled_at: datetime | None = None
    location: str | None = None
    reason: str | None = None


class MoveSample(ChangeOf):
    """A move of the state table."""

    event: str


class RequestPanel(BaseModel):
    """Which method's panel; none: all that the sample needs."""

    method_code: str | None = None
    reason: str | None = None


class EnterReading(BaseModel):
    """What was read off, as text."""

    raw: str
    unit: str | None
    instrument: str | None = None
    reason: str | None = None


class CreateRun(BaseModel):
    """A worksheet for tests."""

    instrument: str
    test_ids: list[str]
    materials: list[dict[str, str]] = []
    reason: str | None = None


class EnterWorksheet(BaseModel):
    """A value of the worksheet; a correction needs a reason."""

    sample_id: str
    name: str
    raw: str
    reason: str | None = None


class EnterStandard(BaseModel):
    """A standard's concentration, in the method's unit."""

    level: str
    concentration: str
    reason: str | None = None


class AttachDocument(BaseModel):
    """A document, base64."""

    subject_type: str
    subject_id: str
    title: str
    file_name: str
    media_type: str = "application/octet-stream"
    data_base64: str
    reason: str | None = None


class ImportFile(BaseModel):
    """A file of the inbox to take to results: for a run that waits for it, or for a sample by a method."""

    file_id: str
    run: str | None = None
    sample: str | None = None
    method: str | None = None
    analyses: list[str] = []
    instrument: str | None = None
    worksheet: dict[str, str] = {}
    standards: dict[str, str] = {}
    materials: list[dict[str, str]] = []
    reason: str | None = None


class TakeFile(BaseModel):
    """The file that is a run's data."""

    raw_file_id: str
    reason: str | None = None


class BeginInvestigation(ChangeOf):
    """Phase I."""

    hypothesis: str


class AddEvidence(BaseModel):
    """A piece of evidence."""

    statement: str
    attachment_id: str | None = None
    measurement_id: str | None = None
    should_have_been: str | None = None
    reason: str | None = None


class ConcludePhaseOne(ChangeOf):
    """The assignable cause, or none."""

    assignable_cause: str | None = None
    cause_kind: str | None = None


class ConcludeInvestigation(ChangeOf):
    """The conclusion."""

    conclusion: str


class ReceiveContractCertificate(BaseModel):
    """A contract laboratory's certificate, base64."""

    sample_id: str
    laboratory: str
    reference: str
    file_name: str
    media_type: str = "application/pdf"
    data_base64: str
    reason: str | None = None


class TranscriptionRow(BaseModel):
    """One line of a certificate."""

    analysis: str
    value: str
    unit: str = ""


class Transcribe(ChangeOf):
    """What a certificate says."""

    rows: list[TranscriptionRow]


class DraftCertificate(BaseModel):
    """A certificate of analysis for a batch or a lot."""

    specification_code: str
    batch_id: str | None = None
    lot_id: str | None = None
    reason: str | None = None
