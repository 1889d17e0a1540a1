"""Tables of the laboratory: versioned design data, and run-time data that pins the versions it used."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class Design(Regulated, Base):
    """A revision of a method, specification or sampling plan; its document never changes once it is reviewed.

    A draft that is changed is replaced by another revision, so every revision's document is immutable.
    """

    __tablename__ = "lims_design"
    __immutable__ = ("kind", "code", "revision", "document", "source", "digest", "author_id")
    __table_args__ = (UniqueConstraint("kind", "code", "revision"),)

    kind: Mapped[str] = mapped_column()
    code: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    document: Mapped[dict[str, Any]] = mapped_column()
    source: Mapped[str] = mapped_column()
    digest: Mapped[str] = mapped_column()
    author_id: Mapped[str] = mapped_column()
    change_reason: Mapped[str] = mapped_column()
    effective_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()


class Sample(Regulated, Base):
    """A sample: where, when and of what it was drawn. Aliquots and pools point at their parent."""

    __tablename__ = "lims_sample"
    __immutable__ = ("number", "batch_id", "lot_id", "parent_id", "kind")

    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    parent_id: Mapped[str | None] = mapped_column(index=True)
    batch_id: Mapped[str | None] = mapped_column(index=True)
    lot_id: Mapped[str | None] = mapped_column(index=True)
    point: Mapped[str] = mapped_column()
    location: Mapped[str] = mapped_column()
    planned_at: Mapped[datetime | None] = mapped_column()
    sampled_at: Mapped[datetime | None] = mapped_column()
    sampled_by: Mapped[str | None] = mapped_column()
    received_at: Mapped[datetime | None] = mapped_column()
    plan_id: Mapped[str | None] = mapped_column()
    specification_id: Mapped[str | None] = mapped_column()


class TestRequest(Regulated, Base):
    """One analysis of one sample by one revision of a method, judged by one revision of a specification."""

    __test__ = False  # a noun of the trade, no case of pytest's
    __tablename__ = "lims_test"
    __immutable__ = ("number", "sample_id", "analysis", "method_id", "specification_id", "redetermines_id")

    number: Mapped[str] = mapped_column(unique=True)
    sample_id: Mapped[str] = mapped_column(index=True)
    batch_id: Mapped[str | None] = mapped_column(index=True)
    analysis: Mapped[str] = mapped_column()
    method_id: Mapped[str] = mapped_column()
    specification_id: Mapped[str | None] = mapped_column()
    kind: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    run_id: Mapped[str | None] = mapped_column(index=True)
    redetermines_id: Mapped[str | None] = mapped_column(index=True)
    investigation_id: Mapped[str | None] = mapped_column()


class Run(Regulated, Base):
    """A run: a worksheet of samples on an instrument, and the document that came of it."""

    __tablename__ = "lims_run"
    __immutable__ = ("number", "method_id", "instrument", "analyst_id")

    number: Mapped[str] = mapped_column(unique=True)
    method_id: Mapped[str] = mapped_column()
    instrument: Mapped[str] = mapped_column()
    analyst_id: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    test_ids: Mapped[list[str]] = mapped_column()
    materials: Mapped[list[dict[str, Any]]] = mapped_column()
    pinned: Mapped[dict[str, Any]] = mapped_column()
    document_digest: Mapped[str | None] = mapped_column()
    raw_file_id: Mapped[str | None] = mapped_column()
    injections: Mapped[list[dict[str, Any]]] = mapped_column()
    suitability: Mapped[list[dict[str, Any]]] = mapped_column()
    findings: Mapped[list[dict[str, Any]]] = mapped_column()
    instrument_trail: Mapped[list[dict[str, Any]]] = mapped_column()
    started_at: Mapped[datetime | None] = mapped_column()


class Attachment(Regulated, Base):
    """A document kept with a run, sample or investigation: a weighing print-out, a photograph, a record."""

    __tablename__ = "lims_attachment"
    __append_only__ = True

    subject_type: Mapped[str] = mapped_column()
    subject_id: Mapped[str] = mapped_column(index=True)
    title: Mapped[str] = mapped_column()
    file_name: Mapped[str] = mapped_column()
    media_type: Mapped[str] = mapped_column()
    digest: Mapped[str] = mapped_column()
    attached_by: Mapped[str] = mapped_column()


class Measurement(Regulated, Base):
    """One value as it came: raw text, the decimal in it, unit and source. Never changed.

    A correction is another row with a reason, that says which one it supersedes; both stay visible.
    `source` says where it came from: {"kind": "animl", "digest", "path"}, {"kind": "device", "command_key",
    "field"}, {"kind": "submission", "machine", "key"}, {"kind": "entry", "person_id"}, {"kind": "certificate",
    "digest"} or {"kind": "calculated", ...}.
    """

    __tablename__ = "lims_measurement"
    __append_only__ = True

    sample_id: Mapped[str | None] = mapped_column(index=True)
    test_id: Mapped[str | None] = mapped_column(index=True)
    run_id: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column()
    replicate: Mapped[int] = mapped_column()
    raw: Mapped[str] = mapped_column()
    value: Mapped[Decimal | None] = mapped_column()
    unit: Mapped[str | None] = mapped_column()
    source: Mapped[dict[str, Any]] = mapped_column()
    supersedes_id: Mapped[str | None] = mapped_column(unique=True)
    reason: Mapped[str | None] = mapped_column()


class ReportableResult(Regulated, Base):
    """What a test reports, unrounded, with its calculation and everything that was pinned when it was made."""

    __tablename__ = "lims_result"
    __immutable__ = ("test_id", "value", "text", "unit", "trace", "inputs", "pinned", "sampled_at")

    test_id: Mapped[str] = mapped_column(unique=True)
    sample_id: Mapped[str] = mapped_column(index=True)
    batch_id: Mapped[str | None] = mapped_column(index=True)
    analysis: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    value: Mapped[Decimal | None] = mapped_column()
    text: Mapped[str] = mapped_column()
    unit: Mapped[str | None] = mapped_column()
    trace: Mapped[list[dict[str, Any]]] = mapped_column()
    inputs: Mapped[dict[str, Any]] = mapped_column()
    pinned: Mapped[dict[str, Any]] = mapped_column()
    sampled_at: Mapped[datetime | None] = mapped_column()
    entered_by: Mapped[str] = mapped_column()
    reviewed_by: Mapped[str | None] = mapped_column()
    approved_by: Mapped[str | None] = mapped_column()


class Evaluation(Regulated, Base):
    """A judgement of a result against a criterion, with its trace. Never changed."""

    __tablename__ = "lims_evaluation"
    __append_only__ = True

    result_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column()
    outcome: Mapped[str] = mapped_column()
    rounded: Mapped[str | None] = mapped_column()
    limit_text: Mapped[str] = mapped_column()
    rounding: Mapped[str] = mapped_column()
    specification_id: Mapped[str | None] = mapped_column()
    specification_digest: Mapped[str | None] = mapped_column()
    trace: Mapped[list[str]] = mapped_column()


class Investigation(Regulated, Base):
    """An investigation of a suspect result; the original stays, here and in the batch record."""

    __tablename__ = "lims_investigation"
    __immutable__ = ("number", "test_id", "result_id", "batch_id", "exception_id")

    number: Mapped[str] = mapped_column(unique=True)
    test_id: Mapped[str] = mapped_column(index=True)
    result_id: Mapped[str] = mapped_column()
    batch_id: Mapped[str | None] = mapped_column(index=True)
    exception_id: Mapped[str | None] = mapped_column()
    state: Mapped[str] = mapped_column()
    title: Mapped[str] = mapped_column()
    investigator_id: Mapped[str | None] = mapped_column()
    hypothesis: Mapped[str | None] = mapped_column()
    evidence: Mapped[list[dict[str, Any]]] = mapped_column()
    assignable_cause: Mapped[str | None] = mapped_column()
    cause_kind: Mapped[str | None] = mapped_column()
    reviewer_id: Mapped[str | None] = mapped_column()
    approver_id: Mapped[str | None] = mapped_column()
    redetermination_id: Mapped[str | None] = mapped_column()
    conclusion: Mapped[str | None] = mapped_column()


class ContractCertificate(Regulated, Base):
    """A contract laboratory's certificate: its bytes, one person's transcription, another's check."""

    __tablename__ = "lims_contract_certificate"
    __immutable__ = ("number", "laboratory", "reference", "digest", "sample_id")

    number: Mapped[str] = mapped_column(unique=True)
    laboratory: Mapped[str] = mapped_column()
    reference: Mapped[str] = mapped_column()
    sample_id: Mapped[str] = mapped_column(index=True)
    batch_id: Mapped[str | None] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column()
    file_name: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    transcription: Mapped[list[dict[str, Any]]] = mapped_column()
    transcribed_by: Mapped[str | None] = mapped_column()
    checked_by: Mapped[str | None] = mapped_column()


class Certificate(Regulated, Base):
    """A certificate of analysis: valid results and investigation numbers, its content pinned by its digest."""

    __tablename__ = "lims_certificate"
    __immutable__ = ("number", "batch_id", "lot_id", "content", "digest")

    number: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[str | None] = mapped_column(index=True)
    lot_id: Mapped[str | None] = mapped_column(index=True)
    specification_id: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column()
    digest: Mapped[str] = mapped_column()
    issued_by: Mapped[str | None] = mapped_column()


class RawFile(Regulated, Base):
    """An instrument's file, kept by its bytes, and what became of it. None stays without a disposition."""

    __tablename__ = "lims_raw_file"
    __immutable__ = ("document_id", "digest", "file_name", "connection")

    document_id: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(index=True)
    file_name: Mapped[str] = mapped_column()
    connection: Mapped[str] = mapped_column()
    disposition: Mapped[str] = mapped_column()
    reason: Mapped[str | None] = mapped_column()
    run_id: Mapped[str | None] = mapped_column()
    batch_ids: Mapped[list[str]] = mapped_column()
    found: Mapped[dict[str, Any]] = mapped_column()


class Handover(Regulated, Base):
    """A test that another system has taken: on which instrument, as it stood then, and how that ended."""

    __tablename__ = "lims_handover"
    __immutable__ = ("test_id", "machine", "instrument", "pinned", "taken_at")

    test_id: Mapped[str] = mapped_column(index=True)
    machine: Mapped[str] = mapped_column()
    instrument: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    pinned: Mapped[dict[str, Any]] = mapped_column()
    taken_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()


class Submission(Regulated, Base):
    """What another system submitted, as it was sent; one machine's key counts once. Never changed."""

    __tablename__ = "lims_submission"
    __append_only__ = True
    __table_args__ = (UniqueConstraint("machine", "key"),)

    machine: Mapped[str] = mapped_column()
    key: Mapped[str] = mapped_column()
    digest: Mapped[str] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column()
    sample_id: Mapped[str] = mapped_column(index=True)
    measured_at: Mapped[datetime] = mapped_column()


class PanelRequest(Regulated, Base):
    """A sample put before an analyser: the command that was sent, and what became of it."""

    __tablename__ = "lims_panel_request"
    __immutable__ = ("command_key", "sample_id", "method_id")

    command_key: Mapped[str] = mapped_column(unique=True)
    sample_id: Mapped[str] = mapped_column(index=True)
    method_id: Mapped[str] = mapped_column()
    instrument: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column()
    message: Mapped[str | None] = mapped_column()
    asked_at: Mapped[datetime] = mapped_column()
    counter: Mapped[int | None] = mapped_column()
    measured_at: Mapped[str | None] = mapped_column()
