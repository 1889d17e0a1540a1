"""HTTP of twins: definitions, beliefs with bands, measurements, rewinds, snapshots, scenarios."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from titer.record.http import Acting, ActingPerson, Reading, platform_part
from titer.twin import queries, rules
from titer.twin.estimator import Estimator
from titer.twin.iso23247 import MAPPING
from titer.twin.model import TwinInstance
from titer.twin.process_model import ModelChanged
from titer.twin.scenarios import Order, seed_of
from titer.twin.service import Twin

router = APIRouter()
TwinPart = Annotated[Twin, Depends(platform_part("twin"))]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime


class TwinBand(BaseModel):
    """A value with its 95 % band, as decimal text."""

    mean: str
    low: str
    high: str


class TwinSeries(BaseModel):
    """A course over the hours, with its 95 % band."""

    unit: str
    title: str
    mean: list[str]
    low: list[str]
    high: list[str]


class TwinDefinitionIn(BaseModel):
    """A twin of a piece of equipment; without settings those of a usual fed-batch."""

    equipment: str = Field(min_length=1)
    title: str = Field(min_length=3)
    settings: dict[str, Any] | None = None
    reason: str | None = None


class TwinDefinitionOut(_Out):
    """A twin of a piece of equipment."""

    number: str
    equipment: str
    model_id: str
    title: str
    state: str
    settings: dict[str, Any]
    settings_digest: str
    defined_by: str
    commissioned_signature_id: str | None


class TwinInstanceOut(_Out):
    """A twin that is bound to a batch."""

    number: str
    definition_id: str
    model_id: str
    batch_id: str
    batch_number: str
    equipment: str
    state: str
    reasons: list[str]
    started_at: datetime | None
    frozen_at: datetime | None


class TwinState(BaseModel):
    """What the twin believes, live or as it was known at `known`; `hours` are hours of culture since `started_at`.

    `stored` is a sentence where the course is not computed but read from what was stored while the batch ran;
    parameters and delivery are not known then.
    """

    instance: TwinInstanceOut
    known: datetime | None
    stored: str | None = None
    hours: list[int]
    series: dict[str, TwinSeries]
    parameters: dict[str, dict[str, str]]
    delivery: dict[str, str]
    unused: list[dict[str, str]]
    belief_digest: str
    knowledge_digest: str


class TwinMeasurementOut(_Out):
    """A laboratory value as the twin took it: when it was sampled, and when it arrived."""

    key: str
    revision: int
    output: str
    value: Decimal | None
    unit: str
    sd: Decimal
    status: str
    sampled_at: datetime
    arrived_at: datetime
    source_type: str
    source_id: str
    sample_number: str


class TwinRewindCause(BaseModel):
    """What came late: a laboratory result (taken `sampled_at`, known `arrived_at`), or an hour that reads otherwise
    since a gap was filled (`hour`, `revision`, `reason`)."""

    measurement_id: str | None = None
    output: str | None = None
    value: str | None = None
    unit: str | None = None
    status: str | None = None
    sampled_at: datetime | None = None
    arrived_at: datetime | None = None
    source_type: str | None = None
    source_id: str | None = None
    sample_number: str | None = None
    hour_id: str | None = None
    hour: int | None = None
    revision: int | None = None
    reason: str | None = None


class TwinReplayOut(_Out):
    """A rewind and replay: what came late, how far the twin went back, how many hours it did again, and how its
    estimate of the newest hour (`to_hour`) changed."""

    cause: list[TwinRewindCause]
    from_hour: int
    to_hour: int
    replayed_hours: int
    before: dict[str, TwinBand]
    after: dict[str, TwinBand]
    belief_digest: str


class TwinSnapshotOut(_Out):
    """What was believed at an hour, and the digest that a replay must give."""

    hour: int
    known_at: datetime
    knowledge_digest: str
    belief_digest: str
    outputs: dict[str, TwinBand]


class TwinSnapshotCheck(BaseModel):
    """Whether a replay of the log gave the same bits."""

    knowledge: bool
    belief: bool
    shown: bool


class TwinScenarioIn(BaseModel):
    """A what-if: `overrides` = input -> {"factor": "1.1"} on its pattern of the last 24 h, or {"value": "34"}."""

    title: str = Field(min_length=3)
    overrides: dict[str, dict[str, str]] = {}
    horizon_h: int | None = Field(default=None, ge=1, le=1000)
    samples: int = 128
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)


class TwinScenarioOut(_Out):
    """A simulated future; never changed."""

    number: str
    title: str
    kind: str
    order: dict[str, Any]
    hour: int
    model_digest: str
    result: dict[str, Any]
    result_digest: str


class TwinScenarioCheck(BaseModel):
    """Whether running it again from the log gave the same result."""

    digest: str
    again: str
    same: bool


class TwinIsoRow(BaseModel):
    """One functional entity of ISO 23247 and what stands for it."""

    model_config = ConfigDict(from_attributes=True)

    entity: str
    function: str
    how: str
    shown_by: str


@router.get("/definitions")
def twin_definitions(session: Reading) -> list[TwinDefinitionOut]:
    """Twins of equipment."""
    return [TwinDefinitionOut.model_validate(row) for row in queries.definitions(session)]


@router.post("/definitions")
def twin_define(body: TwinDefinitionIn, act: Acting, twin: TwinPart) -> TwinDefinitionOut:
    """Define a twin; it follows batches once another person signed it as commissioned."""
    from titer.twin.settings import fed_batch

    settings = body.settings if body.settings is not None else fed_batch(body.equipment)
    with act("twin.define", reason=body.reason) as unit:
        row = twin.definitions.define(unit, equipment=body.equipment, title=body.title, settings=settings)
        return TwinDefinitionOut.model_validate(row)


@router.get("/iso-23247")
def twin_iso_23247() -> list[TwinIsoRow]:
    """How the twins map to the published names of ISO 23247; nobody certified it."""
    return [TwinIsoRow.model_validate(row) for row in MAPPING]


@router.get("/twins")
def twin_instances(session: Reading) -> list[TwinInstanceOut]:
    """Twins of batches, newest first."""
    return [TwinInstanceOut.model_validate(row) for row in queries.instances(session)]


@router.get("/twins/{key}")
def twin_instance(key: str, session: Reading, twin: TwinPart) -> TwinInstanceOut:
    """A twin by its id or number, or by its batch's id or number."""
    return TwinInstanceOut.model_validate(twin.instance(session, key))


@router.get("/twins/{key}/state")
def twin_state(
    key: str,
    session: Reading,
    twin: TwinPart,
    at: Annotated[datetime | None, Query(description="Show the course up to this plant time.")] = None,
    known: Annotated[datetime | None, Query(description="As it was known at this plant time.")] = None,
) -> TwinState:
    """Every hour's estimate with its 95 % band: what is believed now, or what was believed then.

    Of a batch that is over it is what was stored, where the process model has changed since.
    """
    instance = twin.instance(session, key)
    try:
        estimator = twin.estimator(session, instance, known)
    except ModelChanged:
        if instance.state not in rules.OVER:
            raise
        return _stored(instance, queries.stored(session, instance, at=at, known=known), known)
    return _state(instance, estimator, at, known)


def _stored(instance: TwinInstance, found: queries.Stored, known: datetime | None) -> TwinState:
    return TwinState(
        instance=TwinInstanceOut.model_validate(instance),
        known=known,
        stored=found.told,
        hours=found.hours,
        series={name: TwinSeries(**row) for name, row in found.series.items()},
        parameters={},
        delivery={},
        unused=[],
        belief_digest=found.belief_digest,
        knowledge_digest=found.knowledge_digest,
    )


def _state(
    instance: TwinInstance, estimator: Estimator, at: datetime | None, known: datetime | None
) -> TwinState:
    course = queries.course(estimator, at)
    ratios = {name: estimator.delivery(name) for name, s in estimator.settings.inputs.items() if s.set_point}
    return TwinState(
        instance=TwinInstanceOut.model_validate(instance),
        known=known,
        hours=course["hours"],
        series={name: TwinSeries(**row) for name, row in course["series"].items()},
        parameters=estimator.parameters(),
        delivery={name: f"{ratio:.4f}" for name, ratio in ratios.items() if ratio is not None},
        unused=estimator.unused(),
        belief_digest=estimator.belief_digest(),
        knowledge_digest=estimator.knowledge_digest(),
    )


@router.get("/twins/{key}/measurements")
def twin_measurements(key: str, session: Reading, twin: TwinPart) -> list[TwinMeasurementOut]:
    """Laboratory values with the time they were taken and the time they arrived; all revisions."""
    instance = twin.instance(session, key)
    return [TwinMeasurementOut.model_validate(row) for row in queries.measurements(session, instance.id)]


@router.get("/twins/{key}/replays")
def twin_replays(key: str, session: Reading, twin: TwinPart) -> list[TwinReplayOut]:
    """Rewinds with their causes, newest first."""
    instance = twin.instance(session, key)
    return [TwinReplayOut.model_validate(row) for row in queries.replays(session, instance.id)]


@router.get("/twins/{key}/snapshots")
def twin_snapshots(key: str, session: Reading, twin: TwinPart) -> list[TwinSnapshotOut]:
    """Snapshots, newest first."""
    instance = twin.instance(session, key)
    return [TwinSnapshotOut.model_validate(row) for row in queries.snapshots(session, instance.id)]


@router.get("/snapshots/{snapshot_id}/check")
def twin_snapshot_check(snapshot_id: str, session: Reading, twin: TwinPart) -> TwinSnapshotCheck:
    """Replay the log as it was known at a snapshot, and compare bit for bit."""
    return TwinSnapshotCheck(**twin.verify_snapshot(session, snapshot_id))


@router.get("/twins/{key}/scenarios")
def twin_scenarios(key: str, session: Reading, twin: TwinPart) -> list[TwinScenarioOut]:
    """Scenarios of a twin, newest first."""
    instance = twin.instance(session, key)
    return [TwinScenarioOut.model_validate(row) for row in queries.scenarios(session, instance.id)]


@router.post("/twins/{key}/scenarios")
def twin_run_scenario(
    key: str, body: TwinScenarioIn, session: Reading, who: ActingPerson, act: Acting, twin: TwinPart
) -> TwinScenarioOut:
    """Simulate a future; the numbers come before the action, so that nobody waits for them to write."""
    twin.require(session, who, "twin.scenario.run")
    instance = twin.instance(session, key)
    estimator = twin.estimator(session, instance)
    order = Order(
        body.overrides,
        body.horizon_h or estimator.settings.horizon_h,
        body.samples,
        seed_of(estimator) if body.seed is None else body.seed,
    )
    future, hour, through = twin.proposals.simulate(estimator, order, body.title)
    with act("twin.scenario.run") as unit:
        row = twin.proposals.keep(unit, instance.id, future, hour, through)
        return TwinScenarioOut.model_validate(row)


@router.get("/scenarios/{scenario_id}/check")
def twin_scenario_check(scenario_id: str, session: Reading, twin: TwinPart) -> TwinScenarioCheck:
    """Run a kept scenario again from what was known then, and compare the digests."""
    return TwinScenarioCheck(**twin.proposals.repeat(session, scenario_id))


@router.post("/twins/{key}/archive")
def twin_archive(key: str, session: Reading, act: Acting, twin: TwinPart) -> TwinInstanceOut:
    """Put the twin of a batch that is over away."""
    instance_id = twin.instance(session, key).id
    with act("twin.archive") as unit:
        return TwinInstanceOut.model_validate(twin.archive(unit, instance_id))
