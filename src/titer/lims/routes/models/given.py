"""What the laboratory's endpoints give."""

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
