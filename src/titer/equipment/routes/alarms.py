"""HTTP of alarms: what stands, what was, what became of each, and the answers of people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from titer.base.clock import from_us, us
from titer.equipment.model import Alarm, DeviceCommand
from titer.equipment.routes.pages import EquipmentPart
from titer.equipment.routes.views import RecordOut
from titer.equipment.service import Equipment, alarms
from titer.record import Person, Unit
from titer.record.http import Acting, Current, Reading

router = APIRouter(prefix="/api/equipment", tags=["equipment"])


class AlarmOut(RecordOut):
    """An alarm as its device last told it; times are the device's, those of `received` and `acked` its host's."""

    connection: str
    condition: str
    branch: str
    name: str
    source: str
    equipment: str | None
    tag: str | None
    event_type: str
    state: str
    active: bool | None
    acked: bool | None
    confirmed: bool | None
    shelving: str
    severity: int
    message: str
    quality: int
    comment: str
    event_id: str
    answerable: bool
    source_at: datetime
    received_at: datetime
    active_at: datetime | None
    cleared_at: datetime | None
    acked_at: datetime | None
    acked_by: str
    confirmed_by: str
    raised: int
    asked: str
    asked_by: str
    asked_message: str

    @classmethod
    def of(cls, row: Alarm, asked: DeviceCommand | None) -> AlarmOut:
        """An alarm, and the answer that was asked for and is not reported yet."""
        return cls(
            **{name: getattr(row, name) for name in _PLAIN},
            equipment=row.node_code,
            source_at=from_us(row.source_us),
            active_at=_instant(row.active_us),
            cleared_at=_instant(row.cleared_us),
            asked="" if asked is None else f"{asked.kind}: {asked.state}",
            asked_by="" if asked is None else str(asked.cause.get("name") or ""),
            asked_message="" if asked is None else asked.message,
        )


_OWN = {"equipment", "source_at", "active_at", "cleared_at", "asked", "asked_by", "asked_message"}
_PLAIN = tuple(name for name in AlarmOut.model_fields if name not in _OWN)


class AlarmEventOut(RecordOut):
    """One change of an alarm, as its device told it."""

    event_id: str
    state: str
    severity: int
    message: str
    source_at: datetime
    received_at: datetime
    refreshed: bool
    by: str
    comment: str
    content: dict[str, Any]


class AlarmDetail(BaseModel):
    """An alarm with its history, newest first."""

    alarm: AlarmOut
    events: list[AlarmEventOut]


class Answer(BaseModel):
    """A person's answer to the state of an alarm that the person saw."""

    event_id: str = Field(min_length=1, max_length=2000)
    comment: str = Field(min_length=1, max_length=500)


def _instant(value: int | None) -> datetime | None:
    return None if value is None else from_us(value)


def _out(session: Session, rows: list[Alarm]) -> list[AlarmOut]:
    asked = alarms.answers(session, rows)
    return [AlarmOut.of(row, asked.get(row.id)) for row in rows]


@router.get("/alarms")
def equipment_alarms(
    session: Reading,
    standing: bool | None = None,
    connection: str | None = None,
    unit: Annotated[list[str] | None, Query()] = None,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[AlarmOut]:
    """Alarms, those that stand or those that are over, of a connection or of some equipment; newest first."""
    rows = alarms.alarms(
        session,
        standing=standing,
        connection=connection,
        nodes=unit or (),
        start_us=us(start) if start else 0,
        end_us=us(end) if end else None,
        limit=limit,
    )
    return _out(session, rows)


@router.get("/alarms/{alarm_id}")
def equipment_alarm(alarm_id: str, session: Reading) -> AlarmDetail:
    """An alarm with everything that its device told of it."""
    row = alarms.alarm(session, alarm_id)
    events = [
        AlarmEventOut(
            source_at=from_us(one.source_us),
            **{name: getattr(one, name) for name in AlarmEventOut.model_fields if name != "source_at"},
        )
        for one in alarms.alarm_events(session, row.id)
    ]
    return AlarmDetail(alarm=_out(session, [row])[0], events=events)


@router.post("/alarms/{alarm_id}/acknowledge", status_code=202)
def equipment_acknowledge_alarm(
    alarm_id: str, body: Answer, act: Acting, who: Current, equipment: EquipmentPart
) -> AlarmOut:
    """Acknowledge the state of an alarm that was seen; the device is asked, and its report says that it is so."""
    with act("equipment.alarm.answer", reason=body.comment) as unit:
        return _answered(unit, equipment, "acknowledge", alarm_id, body, who[1])


@router.post("/alarms/{alarm_id}/confirm", status_code=202)
def equipment_confirm_alarm(
    alarm_id: str, body: Answer, act: Acting, who: Current, equipment: EquipmentPart
) -> AlarmOut:
    """Confirm that what an alarm asked for was done."""
    with act("equipment.alarm.answer", reason=body.comment) as unit:
        return _answered(unit, equipment, "confirm", alarm_id, body, who[1])


def _answered(
    unit: Unit, equipment: Equipment, kind: str, alarm_id: str, body: Answer, person: Person
) -> AlarmOut:
    asked = equipment.answer_alarm(
        unit,
        alarm_id,
        kind,
        event_id=body.event_id,
        comment=body.comment,
        full_name=person.full_name,
        username=person.username,
    )
    unit.flush()
    return AlarmOut.of(unit.get(Alarm, alarm_id), asked)
