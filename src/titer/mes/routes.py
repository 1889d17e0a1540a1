"""HTTP of recipes, orders, batches and manual tasks."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from titer.mes import queries
from titer.mes.model import Batch, ManualTask
from titer.mes.permissions import COMMAND_VERBS
from titer.mes.recipe import read
from titer.mes.service import Mes
from titer.mes.tasks import entries
from titer.record.http import Acting, Reading, platform_part

router = APIRouter(prefix="/api/mes", tags=["mes"])
MesPart = Annotated[Mes, Depends(platform_part("mes"))]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class _Record(_Out):
    id: str
    version: int
    recorded_at: datetime
    process_at: datetime


class MesFindingOut(BaseModel):
    """Something that the author of a recipe must, or should, change."""

    line: int
    column: int
    message: str
    severity: str
    rule: str


class MesRecipeOut(_Record):
    """A version of a master recipe."""

    code: str
    number: int
    title: str
    product: str
    state: str
    content_digest: str
    source_digest: str
    warnings: list[MesFindingOut]
    submitted_by: str
    author_id: str | None
    checker_id: str | None
    approver_id: str | None
    effective_at: datetime | None
    state_reason: str | None


class MesRecipeDetailOut(MesRecipeOut):
    """The same with its content."""

    content: dict[str, Any]


class MesDifferenceOut(_Out):
    """One change between two versions of a recipe."""

    where: str
    change: str
    before: str
    after: str


class MesRecipeCheckOut(BaseModel):
    """What is wrong with a recipe that was not submitted yet."""

    findings: list[MesFindingOut]
    digest: str
    submittable: bool


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


class MesTaskEntryOut(_Record):
    """A value of a task; a correction is a row of its own."""

    name: str
    revision: int
    text: str
    value: Decimal | None
    unit: str | None
    low: Decimal | None
    high: Decimal | None
    inside: bool | None
    entered_by: str
    reason: str | None


class MesTaskOut(_Record):
    """A manual task; `form` says what is to be scanned and entered, with limits and units."""

    key: str
    batch_id: str
    path: str
    unit_code: str
    title: str
    role: str
    form: dict[str, Any]
    state: str
    offered_at: datetime
    entered_by: str | None
    entered_at: datetime | None
    comment: str | None
    lot_number: str | None
    witness_signature_id: str | None
    accepted_at: datetime | None
    entries: list[MesTaskEntryOut] = Field(default=[])

    @classmethod
    def of(cls, session: Session, task: ManualTask) -> MesTaskOut:
        """From the row and its entries."""
        plain = {name: getattr(task, name) for name in cls.model_fields if name != "entries"}
        rows = [MesTaskEntryOut.model_validate(row) for row in entries(session, task.id)]
        return cls(**plain, entries=rows)


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


class SubmitRecipe(BaseModel):
    """A recipe's YAML."""

    source: str
    reason: str = ""


class ChangeRecipe(BaseModel):
    """A change of a recipe's state that needs no signature."""

    version: int
    reason: str


class CreateOrder(BaseModel):
    """A new order."""

    recipe_code: str
    quantity: Decimal | None = None
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


class EnterTask(BaseModel):
    """What a person did."""

    version: int | None = None
    entries: dict[str, str] = {}
    scan: str | None = None
    comment: str | None = None


class CorrectTask(BaseModel):
    """A correction; what stood there before stays."""

    version: int | None = None
    name: str
    value: str
    reason: str


# --- recipes -----------------------------------------------------------------------------------------------


@router.post("/recipes/check")
def mes_check_recipe(body: SubmitRecipe, _session: Reading) -> MesRecipeCheckOut:
    """Read a recipe without storing anything; every finding has its line and column."""
    found = read(body.source)
    return MesRecipeCheckOut(
        findings=[MesFindingOut(**finding.plain()) for finding in found.findings],
        digest=found.digest,
        submittable=not found.errors,
    )


@router.post("/recipes")
def mes_submit_recipe(body: SubmitRecipe, act: Acting, mes: MesPart) -> MesRecipeOut:
    """Submit a recipe as a draft."""
    with act("mes.recipe.submit", reason=body.reason) as unit:
        return MesRecipeOut.model_validate(mes.submit_recipe(unit, body.source))


@router.get("/recipes")
def mes_recipes(
    session: Reading, _mes: MesPart, code: str | None = None, state: str | None = None
) -> list[MesRecipeOut]:
    """Master recipes, newest first."""
    return [MesRecipeOut.model_validate(row) for row in queries.recipes(session, code, state)]


@router.get("/recipes/{recipe_id}")
def mes_recipe(recipe_id: str, session: Reading, _mes: MesPart) -> MesRecipeDetailOut:
    """One master recipe with its content."""
    return MesRecipeDetailOut.model_validate(queries.recipe(session, recipe_id))


@router.get("/recipes/{recipe_id}/source", response_class=Response)
def mes_recipe_source(recipe_id: str, session: Reading, mes: MesPart) -> Response:
    """The YAML, byte for byte as it was submitted."""
    row = queries.recipe(session, recipe_id)
    return Response(mes.record.content.read(row.source_digest), media_type="application/yaml")


@router.get("/recipes/{recipe_id}/changes")
def mes_recipe_changes(
    recipe_id: str, session: Reading, mes: MesPart, against: str | None = None
) -> list[MesDifferenceOut]:
    """What this version changes against another one, or against the one before."""
    return [MesDifferenceOut.model_validate(item) for item in mes.recipe_changes(session, recipe_id, against)]


@router.post("/recipes/{recipe_id}/return")
def mes_return_recipe(recipe_id: str, body: ChangeRecipe, act: Acting, mes: MesPart) -> MesRecipeOut:
    """Return a recipe in review to its author."""
    with act("mes.recipe.return", reason=body.reason) as unit:
        return MesRecipeOut.model_validate(mes.recipes.send_back(unit, recipe_id, body.reason, body.version))


@router.post("/recipes/{recipe_id}/effective")
def mes_make_recipe_effective(recipe_id: str, body: ChangeRecipe, act: Acting, mes: MesPart) -> MesRecipeOut:
    """Make an approved recipe effective."""
    with act("mes.recipe.make_effective", reason=body.reason) as unit:
        return MesRecipeOut.model_validate(mes.recipes.make_effective(unit, recipe_id, body.version))


@router.post("/recipes/{recipe_id}/retire")
def mes_retire_recipe(recipe_id: str, body: ChangeRecipe, act: Acting, mes: MesPart) -> MesRecipeOut:
    """Take a recipe out of use."""
    with act("mes.recipe.retire", reason=body.reason) as unit:
        return MesRecipeOut.model_validate(mes.recipes.retire(unit, recipe_id, body.reason, body.version))


# --- orders and batches ------------------------------------------------------------------------------------


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


# --- tasks -------------------------------------------------------------------------------------------------


@router.get("/tasks")
def mes_tasks(
    session: Reading,
    _mes: MesPart,
    batch_id: str | None = None,
    role: str | None = None,
    unit: str | None = None,
    open_only: bool = True,
) -> list[MesTaskOut]:
    """Manual tasks; a witness signs through the signature endpoints (`mes_task`, `witnessed`)."""
    rows = queries.tasks(session, batch_id=batch_id, role=role, unit_code=unit, open_only=open_only)
    return [MesTaskOut.of(session, row) for row in rows]


@router.get("/tasks/{task_id}")
def mes_task(task_id: str, session: Reading, _mes: MesPart) -> MesTaskOut:
    """One manual task with all its values."""
    return MesTaskOut.of(session, queries.task(session, task_id))


@router.post("/tasks/{task_id}/enter")
def mes_enter_task(task_id: str, body: EnterTask, act: Acting, mes: MesPart) -> MesTaskOut:
    """Do a manual task."""
    with act("mes.task.enter", reason=body.comment) as unit:
        row = mes.enter_task(
            unit, task_id, entries=body.entries, scan=body.scan, comment=body.comment, version=body.version
        )
        return MesTaskOut.of(unit.session, row)


@router.post("/tasks/{task_id}/correct")
def mes_correct_task(task_id: str, body: CorrectTask, act: Acting, mes: MesPart) -> MesTaskOut:
    """Correct an entry, with the reason."""
    with act("mes.task.correct", reason=body.reason) as unit:
        row = mes.correct_task(
            unit, task_id, name=body.name, value=body.value, reason=body.reason, version=body.version
        )
        return MesTaskOut.of(unit.session, row)


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
