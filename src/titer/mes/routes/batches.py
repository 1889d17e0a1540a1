"""HTTP of orders, batches, their journals and their equipment."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from titer.mes import queries
from titer.mes.model import Batch
from titer.mes.permissions import COMMAND_VERBS
from titer.mes.routes.shapes import MesPart, _Out, _Record
from titer.mes.service import Mes
from titer.record.http import Acting, GivenDecimal, Reading

router = APIRouter()


class MesOrderOut(_Record):
    """An order."""

    number: str
    recipe_code: str
    product: str
    quantity: Decimal | None
    unit: str | None
    priority: int
    planned_start: datetime | None
    state: str


class MesBatchOut(_Record):
    """A batch; its disposition is quality's."""

    number: str
    order_id: str
    recipe_id: str
    control_recipe_id: str
    product: str
    equipment: str
    execution: str
    simulated: bool
    started_at: datetime | None
    ended_at: datetime | None


class MesStepOut(_Out):
    """A step of the procedure with its state."""

    path: str
    kind: str
    title: str
    unit: str
    state: str
    stage: str
    outcome: str
    detail: str
    started_at: datetime | None
    ended_at: datetime | None
    next_deadline: datetime | None
    planned_us: int | None
    children: list[MesStepOut]


class MesAdjustableOut(_Out):
    """What an approved proposal may change."""

    tag: str
    unit: str
    low: Decimal
    high: Decimal
    value: Decimal | None
    parameter: str | None
    setpoint: Decimal | None
    apply: str


class MesBatchDetailOut(MesBatchOut):
    """A batch with its procedure, its formula and what it waits for."""

    recipe: str
    bindings: dict[str, str]
    formula: dict[str, dict[str, str]]
    marks: dict[str, datetime]
    setpoints: dict[str, str]
    commands: list[str] = Field(description="commands that the state table allows now")
    journal_length: int
    next_deadline: datetime | None
    procedure: MesStepOut
    adjustable: list[MesAdjustableOut]


class MesAllocationOut(_Record):
    """Equipment of a batch."""

    batch_id: str
    path: str
    symbol: str
    equipment: str
    state: str
    requested_at: datetime
    granted_at: datetime | None
    released_at: datetime | None
    reasons: list[str]


class MesJournalEventOut(_Record):
    """One event of a batch's journal."""

    batch_id: str
    sequence: int
    type: str
    path: str | None
    event: dict[str, Any]


class MesGateCheckOut(_Out):
    """One line of what the plant floor says before a release."""

    id: str
    title: str
    outcome: str
    detail: str
    record_type: str
    record_id: str


class CreateOrder(BaseModel):
    """A new order."""

    recipe_code: str
    quantity: GivenDecimal | None = None
    unit: str | None = None
    planned_start: datetime | None = None
    priority: int = 0
    reason: str = ""


class CreateBatch(BaseModel):
    """A batch of an order."""

    order_id: str
    bindings: dict[str, str] = {}
    formula: dict[str, str] = {}
    reason: str = ""


class StartBatch(BaseModel):
    """The start of a batch."""

    version: int | None = None
    reason: str = ""


class CommandBatch(BaseModel):
    """A command to a batch or to one of its steps."""

    command: Literal["Hold", "Restart", "Pause", "Resume", "Stop", "Abort", "Skip"]
    path: str = "P"
    reason: str


@router.post("/orders")
def mes_create_order(body: CreateOrder, act: Acting, mes: MesPart) -> MesOrderOut:
    """Create an order."""
    with act("mes.order.create", reason=body.reason) as unit:
        row = mes.create_order(
            unit,
            recipe_code=body.recipe_code,
            quantity=body.quantity,
            unit_code=body.unit,
            planned_start=body.planned_start,
            priority=body.priority,
        )
        return MesOrderOut.model_validate(row)


@router.get("/orders")
def mes_orders(session: Reading, _mes: MesPart) -> list[MesOrderOut]:
    """Orders, newest first."""
    return [MesOrderOut.model_validate(row) for row in queries.orders(session)]


@router.post("/batches")
def mes_create_batch(body: CreateBatch, act: Acting, mes: MesPart) -> MesBatchOut:
    """Make the batch of an order; it is started by a call of its own."""
    with act("mes.batch.create", reason=body.reason) as unit:
        row = mes.create_batch(unit, body.order_id, bindings=body.bindings, formula=body.formula)
        return MesBatchOut.model_validate(row)


@router.get("/batches")
def mes_batches(session: Reading, _mes: MesPart, execution: str | None = None) -> list[MesBatchOut]:
    """Batches, newest first."""
    return [MesBatchOut.model_validate(row) for row in queries.batches(session, execution)]


@router.get("/batches/{batch_id}")
def mes_batch(batch_id: str, session: Reading, mes: MesPart) -> MesBatchDetailOut:
    """A batch, by id or number, with its procedure and what it waits for."""
    return _detail(session, mes, batch_id)


@router.post("/batches/{batch_id}/start")
def mes_start_batch(batch_id: str, body: StartBatch, act: Acting, mes: MesPart) -> MesBatchOut:
    """Start a batch."""
    with act("mes.batch.start", reason=body.reason) as unit:
        batch = mes.batch(unit.session, batch_id)
        return MesBatchOut.model_validate(mes.start_batch(unit, batch.id, body.version))


@router.post("/batches/{batch_id}/command")
def mes_command_batch(batch_id: str, body: CommandBatch, act: Acting, mes: MesPart) -> MesBatchOut:
    """Give a command to a batch or to one of its steps."""
    with act(COMMAND_VERBS[body.command], reason=body.reason) as unit:
        batch = mes.batch(unit.session, batch_id)
        row = mes.command(unit, batch.id, body.command, path=body.path, reason=body.reason)
        return MesBatchOut.model_validate(row)


@router.get("/batches/{batch_id}/journal")
def mes_journal(
    batch_id: str,
    session: Reading,
    mes: MesPart,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
    type: str | None = None,
) -> list[MesJournalEventOut]:
    """A batch's journal from a sequence number on."""
    batch = mes.batch(session, batch_id)
    rows = queries.journal(session, batch.id, after=after, limit=limit, type_=type)
    return [MesJournalEventOut.model_validate(row) for row in rows]


@router.get("/batches/{batch_id}/record")
def mes_batch_record(batch_id: str, session: Reading, mes: MesPart) -> dict[str, Any]:
    """The batch record's content, regenerated from the journal."""
    return mes.batch_record(session, batch_id)


@router.get("/batches/{batch_id}/checks")
def mes_batch_checks(batch_id: str, session: Reading, mes: MesPart) -> list[MesGateCheckOut]:
    """What the plant floor says before a release."""
    batch = mes.batch(session, batch_id)
    return [MesGateCheckOut.model_validate(one) for one in mes.release_gate().checks(session, batch.id)]


@router.get("/allocations")
def mes_allocations(
    session: Reading, _mes: MesPart, batch_id: str | None = None, equipment: str | None = None
) -> list[MesAllocationOut]:
    """Which batch holds, held or waits for which equipment."""
    rows = queries.allocations(session, batch_id=batch_id, equipment=equipment)
    return [MesAllocationOut.model_validate(row) for row in rows]


def _detail(session: Session, mes: Mes, batch_id: str) -> MesBatchDetailOut:
    from titer.base.clock import from_us
    from titer.mes.engine import TABLE

    loaded = mes.running.load(session, batch_id)
    batch: Batch = loaded.batch
    due = loaded.state.next_deadline_us()
    known = set(COMMAND_VERBS)
    return MesBatchDetailOut(
        **MesBatchOut.model_validate(batch).model_dump(),
        recipe=f"{loaded.program.code} {loaded.program.version}",
        bindings=loaded.state.bindings,
        formula=loaded.state.formula,
        marks={name: from_us(at) for name, at in loaded.state.marks.items()},
        setpoints={symbol: row["value"] for symbol, row in loaded.state.setpoints.items()},
        commands=[name for name in TABLE[loaded.state.execution] if name in known],
        journal_length=loaded.state.sequence,
        next_deadline=from_us(due) if due is not None else None,
        procedure=MesStepOut.model_validate(queries.tree(loaded)),
        adjustable=[MesAdjustableOut.model_validate(item) for item in mes.adjustable(session, batch.id)],
    )
