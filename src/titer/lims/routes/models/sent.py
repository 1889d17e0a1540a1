"""What the laboratory's endpoints take."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


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
    media_type: str = ""
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
