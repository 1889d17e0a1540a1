"""HTTP of manual tasks."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from titer.mes import queries
from titer.mes.model import ManualTask
from titer.mes.routes.shapes import MesPart, _Record
from titer.mes.tasks import entries
from titer.record.http import Acting, Reading

router = APIRouter()


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
