"""HTTP of files, data sets, models and deployments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from titer.base import media
from titer.insight import queries
from titer.insight.datasets import DatasetOrder, Fault, period
from titer.insight.service import Insight
from titer.insight.templates import fed_batch
from titer.record.http import Acting, ActingPerson, Reading, platform_part

router = APIRouter()
InsightPart = Annotated[Insight, Depends(platform_part("insight"))]
Limit = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime


class InsightFileOut(BaseModel):
    """A file that the content store keeps."""

    digest: str
    size: int


class InsightFault(BaseModel):
    """A batch with a known fault."""

    batch: str
    fault: str
    from_h: str


class InsightPeriod(BaseModel):
    """A batch in the historian."""

    batch: str
    start: datetime
    end: datetime


class InsightDatasetIn(BaseModel):
    """A snapshot: of a file (`digest`), or of the historian (`periods` and `tags`)."""

    title: str = Field(min_length=3)
    step_minutes: int = Field(default=10, ge=1, le=1440)
    digest: str | None = None
    periods: list[InsightPeriod] = []
    tags: list[str] = []
    roles: dict[str, int | list[str]] = Field(default={"test": 8, "calibrate": 12, "train": -1})
    units: dict[str, str] = {}
    faults: list[InsightFault] = []
    exclusions: dict[str, str] = {}
    max_age_minutes: int = Field(default=60, ge=1)
    reason: str | None = None


class InsightDatasetOut(_Out):
    """A snapshot."""

    number: str
    title: str
    source: dict[str, Any]
    step_minutes: int
    channels: list[dict[str, Any]]
    batches: list[dict[str, Any]]
    manifest_digest: str
    created_by: str


class InsightTrainIn(BaseModel):
    """What to train, on what, and what it must achieve on batches that it has not seen."""

    dataset_id: str
    spec: dict[str, Any]
    acceptance: dict[str, str] = Field(
        examples=[{"max_false_events_per_batch": "0.1", "min_decided_share": "0.9"}]
    )
    reason: str | None = None


class InsightModelOut(_Out):
    """A model version."""

    name: str
    revision: int
    state: str
    state_reason: str | None
    dataset_id: str
    spec: dict[str, Any]
    acceptance: dict[str, Any]
    artefact_digest: str
    calibration: dict[str, Any]
    validation: dict[str, Any] | None
    code_version: str
    author_id: str
    criteria_signature_id: str | None
    test_opened_by: str | None
    test_opened_at: datetime | None
    owner_signature_id: str | None
    quality_signature_id: str | None


class InsightDeployIn(BaseModel):
    """Where a model is to run."""

    equipment: str
    rename: dict[str, str] = {}
    block_minutes: int = Field(default=60, ge=1, le=1440)
    patience_s: int = Field(default=30, ge=0, le=3600)
    fallback: str = "Alarms and rounds as without the model"
    ends_with_phase: str | None = Field(default=None, examples=["Harvest"])
    reason: str | None = None


class InsightDeploymentOut(_Out):
    """A model bound to equipment."""

    number: str
    model_id: str
    artefact_digest: str
    equipment: str
    rename: dict[str, Any]
    state: str
    state_reason: str | None
    block_minutes: int
    patience_s: int
    golden_check: str
    fallback: str
    ends_with_phase: str | None


class InsightReason(BaseModel):
    """Why."""

    reason: str = Field(min_length=3)


@router.post("/files")
def insight_add_file(
    data: Annotated[bytes, Body(media_type="application/octet-stream")], act: Acting, media_type: str = ""
) -> InsightFileOut:
    """Keep a columnar file of historic batches (Parquet or CSV: batch, hours, one column a channel).

    Parquet is told by its first bytes; who sends CSV says `media_type=text/csv`.
    """
    media_type = media_type or media.media_type("", data)
    with act("insight.file.add") as unit:
        digest = unit.content.put(data, media_type=media_type, origin="insight upload")
    return InsightFileOut(digest=digest, size=len(data))


@router.post("/datasets")
def insight_create_dataset(body: InsightDatasetIn, act: Acting, insight: InsightPart) -> InsightDatasetOut:
    """Take a snapshot of historic batches, with a role for each."""
    order = DatasetOrder(
        title=body.title,
        step_minutes=body.step_minutes,
        roles=body.roles,
        units=body.units,
        faults=[Fault(f.batch, f.fault, f.from_h) for f in body.faults],
        exclusions=body.exclusions,
        max_age_minutes=body.max_age_minutes,
    )
    with act("insight.dataset.create", reason=body.reason) as unit:
        if body.digest is not None:
            row = insight.datasets.from_file(unit, digest=body.digest, order=order)
        else:
            periods = [period(p.batch, p.start, p.end) for p in body.periods]
            row = insight.datasets.from_history(unit, tags=body.tags, periods=periods, order=order)
        return InsightDatasetOut.model_validate(row)


@router.get("/datasets")
def insight_datasets(session: Reading) -> list[InsightDatasetOut]:
    """All snapshots, newest first."""
    return [InsightDatasetOut.model_validate(row) for row in queries.datasets(session)]


@router.get("/datasets/{dataset_id}")
def insight_dataset(dataset_id: str, session: Reading, insight: InsightPart) -> InsightDatasetOut:
    """One snapshot."""
    return InsightDatasetOut.model_validate(insight.datasets.get(session, dataset_id))


@router.get("/templates/fed-batch")
def insight_template(
    _who: ActingPerson, reactor: str = "BR-201", balance: str | None = None, days: int = 14
) -> dict[str, Any]:
    """A specification to begin with."""
    return fed_batch(reactor, balance, days=days)


@router.post("/models")
def insight_train(body: InsightTrainIn, act: Acting, insight: InsightPart) -> InsightModelOut:
    """Train a model version on a snapshot; it is a draft until it is validated and approved."""
    trained = insight.models.train(body.dataset_id, body.spec, body.acceptance)
    with act("insight.model.train", reason=body.reason) as unit:
        return InsightModelOut.model_validate(insight.models.register(unit, trained))


@router.get("/models")
def insight_models(session: Reading) -> list[InsightModelOut]:
    """All model versions, newest first."""
    return [InsightModelOut.model_validate(row) for row in queries.models(session)]


@router.get("/models/{model_id}")
def insight_model(model_id: str, session: Reading, insight: InsightPart) -> InsightModelOut:
    """One model version with its calibration and validation."""
    return InsightModelOut.model_validate(insight.models.get(session, model_id))


@router.post("/models/{model_id}/validate")
def insight_validate(
    model_id: str, body: InsightReason, act: Acting, insight: InsightPart
) -> InsightModelOut:
    """Open the sealed test set (logged before it happens), score it, and keep the report."""
    with act("insight.model.validate", reason=body.reason) as unit:
        insight.models.open_test_set(unit, model_id)
    report = insight.models.validation_report(model_id)
    with act("insight.model.validate", reason=body.reason) as unit:
        return InsightModelOut.model_validate(insight.models.close_validation(unit, model_id, report))


@router.post("/models/{model_id}/deploy")
def insight_deploy(
    model_id: str, body: InsightDeployIn, act: Acting, insight: InsightPart
) -> InsightDeploymentOut:
    """Bind an approved model to equipment, after its golden rows were scored to the same bits here."""
    with act("insight.model.deploy", reason=body.reason) as unit:
        row = insight.models.deploy(
            unit,
            model_id,
            equipment=body.equipment,
            rename=body.rename,
            block_minutes=body.block_minutes,
            patience_s=body.patience_s,
            fallback=body.fallback,
            ends_with_phase=body.ends_with_phase,
        )
        return InsightDeploymentOut.model_validate(row)


@router.post("/models/{model_id}/suspend")
def insight_suspend(model_id: str, body: InsightReason, act: Acting, insight: InsightPart) -> InsightModelOut:
    """Stop a model; the stated fallback holds."""
    with act("insight.model.suspend", reason=body.reason) as unit:
        return InsightModelOut.model_validate(insight.models.suspend(unit, model_id, body.reason))


@router.post("/models/{model_id}/resume")
def insight_resume(model_id: str, body: InsightReason, act: Acting, insight: InsightPart) -> InsightModelOut:
    """Let a suspended model score again."""
    with act("insight.model.resume", reason=body.reason) as unit:
        return InsightModelOut.model_validate(insight.models.resume(unit, model_id, body.reason))


@router.post("/models/{model_id}/retire")
def insight_retire(model_id: str, body: InsightReason, act: Acting, insight: InsightPart) -> InsightModelOut:
    """Take a model out of use for good."""
    with act("insight.model.retire", reason=body.reason) as unit:
        return InsightModelOut.model_validate(insight.models.retire(unit, model_id, body.reason))


@router.get("/deployments")
def insight_deployments(session: Reading) -> list[InsightDeploymentOut]:
    """All deployments, newest first."""
    return [InsightDeploymentOut.model_validate(row) for row in queries.deployments(session)]
