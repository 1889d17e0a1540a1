"""The state of units, batches, samples and twins in one document, for machines that offer it on (the OPC UA server).

It takes a machine's token with the scope `state`. The document is bounded: a plant that has run for years is not
told in one answer. Every item bears the time of its last change by the process clock, which is its source time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer import __version__
from titer.base.clock import from_us
from titer.equipment import Equipment
from titer.historian.service import Historian
from titer.lims import queries as laboratory
from titer.mes import queries as floor
from titer.mes.engine.states import FINAL
from titer.mes.model import Batch
from titer.mes.queries import Step
from titer.record.http import StateReader, platform_part
from titer.twin import queries as twins
from titer.twin.model import TwinInstance, TwinModel

router = APIRouter(prefix="/api/state", tags=["state"])

MOST_UNITS = 500
MOST_CHANNELS = 5_000
MOST_ENDED = 20
"""Batches that are over are told while they are among the newest so many."""
MOST_RUNNING = 100
MOST_SAMPLES = 200
MOST_TWINS = 20
_LATEST_US = 253_402_300_799_999_999


class ToldInstallation(BaseModel):
    """Which installation this is."""

    name: str
    site: str
    simulated: bool
    version: str
    layers: list[str]


class ToldChannel(BaseModel):
    """A channel with its newest value; without one, `source_at` is missing.

    `quality` is 0 good, 1 uncertain, 2 bad, and already the worse of what the source said and what the equipment's
    calibration and the connection's qualification allow; `status` is the source's own code.
    """

    tag: str
    unit_id: str | None
    description: str
    unit: str
    low: float | None
    high: float | None
    value: float | None
    text: str | None
    quality: int
    status: int
    source_at: datetime | None
    received_at: datetime | None


class ToldUnit(BaseModel):
    """A piece of equipment (ISA-95 part 2), and the batch that holds it."""

    unit_id: str
    description: str
    equipment_class: str
    equipment_level: str
    parent_id: str | None
    qualification: str
    cleanliness: str | None
    calibration_due: datetime | None
    batch_id: str | None
    batch_since: datetime | None
    changed_at: datetime


class ToldBatch(BaseModel):
    """A batch: the procedural state of its procedure (ISA-88), and the steps in which it is."""

    batch_id: str
    recipe_id: str
    product_id: str
    equipment_id: str
    state: str
    active_steps: list[str]
    open_tasks: int
    next_deadline: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    simulated: bool
    changed_at: datetime


class ToldSample(BaseModel):
    """A sample."""

    sample_id: str
    kind: str
    state: str
    batch_id: str | None
    point: str
    planned_at: datetime | None
    sampled_at: datetime | None
    received_at: datetime | None
    changed_at: datetime


class ToldEstimate(BaseModel):
    """What a twin believes of one variable, with its 95 % band."""

    name: str
    title: str
    unit: str
    mean: float | None
    low: float | None
    high: float | None


class ToldTwin(BaseModel):
    """A twin of a batch; `estimates` are those of the newest hour that was kept, known since `known_at`."""

    twin_id: str
    batch_id: str
    equipment_id: str
    model_id: str
    model_release: str
    state: str
    reasons: list[str]
    hour: int | None
    known_at: datetime | None
    estimates: list[ToldEstimate]
    changed_at: datetime


class StateOut(BaseModel):
    """The state at one instant, `server_at` by the server's clock and `process_at` by the plant's."""

    installation: ToldInstallation
    server_at: datetime
    process_at: datetime
    units: list[ToldUnit]
    channels: list[ToldChannel]
    batches: list[ToldBatch]
    samples: list[ToldSample]
    twins: list[ToldTwin]


class ReaderOut(BaseModel):
    """The machine that a token belongs to."""

    name: str


def _reading(request: Request, _who: StateReader) -> Iterator[Session]:
    """A reading session for a machine that may read the state."""
    with request.app.state.platform.record.reading() as session:
        yield session


StateReading = Annotated[Session, Depends(_reading)]
EquipmentPart = Annotated[Equipment, Depends(platform_part("equipment"))]
HistorianPart = Annotated[Historian, Depends(platform_part("historian"))]


@router.get("/reader")
def server_state_reader(who: StateReader) -> ReaderOut:
    """Whose token this is: a machine that serves others asks it before it lets them in."""
    return ReaderOut(name=who.name)


@router.get("")
def server_state(
    request: Request, session: StateReading, equipment: EquipmentPart, historian: HistorianPart
) -> StateOut:
    """What the plant, its batches, samples and twins are doing now."""
    platform = request.app.state.platform
    row = platform.record.installation(session)
    mes, lims, twin = (platform.layers.get(name) for name in ("mes", "lims", "twin"))
    batches = _batches(session) if mes is not None else []
    return StateOut(
        installation=ToldInstallation(
            name=row.name,
            site=row.site,
            simulated=row.simulated,
            version=__version__,
            layers=list(platform.config.layers),
        ),
        server_at=platform.record.clock.now(),
        process_at=platform.record.process_clock.now(),
        units=_units(session, equipment, batches if mes is not None else None),
        channels=_channels(session, equipment, historian),
        batches=[_batch(session, mes, one) for one in batches],
        samples=_samples(session, in_mes=mes is not None) if lims is not None else [],
        twins=_twins(session) if twin is not None else [],
    )


def _units(session: Session, equipment: Equipment, batches: list[Batch] | None) -> list[ToldUnit]:
    rows = equipment.nodes(session)[:MOST_UNITS]
    codes = {row.id: row.code for row in rows}
    held = {}
    for batch in batches or ():
        for one in floor.allocations(session, batch_id=batch.id):
            if one.state == "granted":
                held[one.equipment] = (batch.number, one.granted_at, one.process_at)
    nobody: tuple[str | None, datetime | None, datetime | None] = (None, None, None)
    found = []
    for row in rows:
        number, since, changed = held.get(row.code, nobody)
        found.append(
            ToldUnit(
                unit_id=row.code,
                description=row.name,
                equipment_class=row.class_name,
                equipment_level=row.level,
                parent_id=codes.get(row.parent_id or ""),
                qualification=row.qualification,
                cleanliness=row.cleanliness,
                calibration_due=row.calibration_due,
                batch_id=number,
                batch_since=since,
                changed_at=max(row.process_at, changed or row.process_at),
            )
        )
    return found


def _channels(session: Session, equipment: Equipment, historian: Historian) -> list[ToldChannel]:
    rows = equipment.channels(session)[:MOST_CHANNELS]
    tags = [row.tag for row in rows]
    last = historian.last(tags)
    found = []
    for row in rows:
        one = last.get(row.tag)
        found.append(
            ToldChannel(
                tag=row.tag,
                unit_id=row.node_code,
                description=row.description,
                unit=row.unit,
                low=None if row.low is None else float(row.low),
                high=None if row.high is None else float(row.high),
                value=_finite(one.value) if one else None,
                text=one.text if one else None,
                quality=one.quality if one else 2,
                status=one.status if one else 0,
                source_at=_instant(one.source_us) if one else None,
                received_at=_instant(one.received_us) if one else None,
            )
        )
    return found


def _batches(session: Session) -> list[Batch]:
    """Batches that go on, and the newest of those that are over."""
    rows = floor.batches(session, limit=MOST_RUNNING + MOST_ENDED)
    over = [row for row in rows if row.execution in FINAL][:MOST_ENDED]
    going = [row for row in rows if row.execution not in FINAL][:MOST_RUNNING]
    return sorted([*going, *over], key=lambda row: row.number)


def _batch(session: Session, mes: Any, row: Batch) -> ToldBatch:
    loaded = mes.running.load(session, row.id)
    over = row.execution in FINAL
    due = None if over else loaded.state.next_deadline_us()
    return ToldBatch(
        batch_id=row.number,
        recipe_id=f"{loaded.program.code} {loaded.program.version}",
        product_id=row.product,
        equipment_id=row.equipment,
        state=row.execution,
        active_steps=[] if over else list(_active(floor.tree(loaded))),
        open_tasks=0 if over else len(floor.tasks(session, batch_id=row.id)),
        next_deadline=None if due is None else from_us(due),
        started_at=row.started_at,
        ended_at=row.ended_at,
        simulated=row.simulated,
        changed_at=max(row.process_at, _moved(loaded) or row.process_at),
    )


def _active(step: Step) -> Iterator[str]:
    """The titles of the innermost steps that have begun and are not over."""
    if step.started_at is None or step.state in FINAL:
        return
    below = [title for child in step.children for title in _active(child)]
    yield from below or [step.title]


def _moved(loaded: Any) -> datetime | None:
    """When a step of a batch last began or ended."""
    times = [
        at
        for element in loaded.state.elements.values()
        for at in (element.started_us, element.ended_us)
        if at is not None
    ]
    return from_us(max(times)) if times else None


def _samples(session: Session, *, in_mes: bool) -> list[ToldSample]:
    """The newest samples; the laboratory knows a batch by its id, and here it goes by its number, as everywhere."""
    rows = laboratory.samples(session, limit=MOST_SAMPLES)
    ids = {row.batch_id for row in rows if row.batch_id is not None}
    known = select(Batch.id, Batch.number).where(Batch.id.in_(ids))
    numbers = {row.id: row.number for row in session.execute(known)} if in_mes and ids else {}
    return [
        ToldSample(
            sample_id=row.number,
            kind=row.kind,
            state=row.state,
            batch_id=numbers.get(row.batch_id or "", row.batch_id),
            point=row.point,
            planned_at=row.planned_at,
            sampled_at=row.sampled_at,
            received_at=row.received_at,
            changed_at=row.process_at,
        )
        for row in rows
    ]


def _twins(session: Session) -> list[ToldTwin]:
    found = []
    for row in twins.instances(session)[:MOST_TWINS]:
        model = session.get(TwinModel, row.model_id)
        if model is not None:
            found.append(_twin(session, row, model))
    return found


def _twin(session: Session, row: TwinInstance, model: TwinModel) -> ToldTwin:
    newest = next(iter(twins.snapshots(session, row.id)), None)
    estimates: dict[str, ToldEstimate] = {}
    for kind in ("outputs", "states"):
        for variable in model.spec[kind]:
            band = getattr(newest, kind).get(variable["name"]) if newest else None
            if newest is None or band is not None:
                estimates.setdefault(variable["name"], _estimate(variable, band or {}))
    return ToldTwin(
        twin_id=row.number,
        batch_id=row.batch_number,
        equipment_id=row.equipment,
        model_id=model.code,
        model_release=model.release,
        state=row.state,
        reasons=list(row.reasons),
        hour=newest.hour if newest else None,
        known_at=newest.known_at if newest else None,
        estimates=list(estimates.values()),
        changed_at=row.process_at,
    )


def _estimate(variable: dict[str, Any], band: dict[str, str]) -> ToldEstimate:
    mean, low, high = (
        _finite(float(band[part])) if part in band else None for part in ("mean", "low", "high")
    )
    return ToldEstimate(
        name=variable["name"], title=variable["title"], unit=variable["unit"], mean=mean, low=low, high=high
    )


def _instant(microseconds: int) -> datetime:
    return from_us(max(0, min(microseconds, _LATEST_US)))


def _finite(value: float | None) -> float | None:
    """JSON has no NaN and no infinity; neither is a number that anybody could use."""
    return value if value is not None and math.isfinite(value) else None
