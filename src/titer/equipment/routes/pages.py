"""What the pages read of equipment, and the few things people do there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.equipment import queries
from titer.equipment.model import Channel
from titer.equipment.routes import views
from titer.equipment.routes.views import (
    CalibrationOut,
    CancelBody,
    ChannelOut,
    Cleaning,
    ClockReadingOut,
    CommandOut,
    ConnectionOut,
    DayOut,
    Disposition,
    DocumentOut,
    GapOut,
    LogbookOut,
    LogText,
    NewConnection,
    StreamEventOut,
    SuspendBody,
    UnitDetail,
    UnitOut,
    WithdrawBody,
)
from titer.equipment.service import Equipment
from titer.record.http import Acting, Current, Reading, platform_part

router = APIRouter(prefix="/api/equipment", tags=["equipment"])

EquipmentPart = Annotated[Equipment, Depends(platform_part("equipment"))]


@router.get("/units")
def equipment_units(
    session: Reading, equipment: EquipmentPart, class_name: str | None = None
) -> list[UnitOut]:
    """Units and instruments with their standing."""
    at = equipment.process_clock.now()
    rows = queries.nodes(session, levels=("unit", "instrument"), class_name=class_name)
    return [UnitOut.of(row, at) for row in rows]


@router.get("/units/{code}")
def equipment_unit(code: str, session: Reading, equipment: EquipmentPart) -> UnitDetail:
    """A piece of equipment with its channels, calibrations and logbook."""
    row, at = queries.node(session, code), equipment.process_clock.now()
    return UnitDetail(
        unit=UnitOut.of(row, at),
        channels=_channels(session, queries.channels(session, node_code=code), at),
        calibrations=[
            CalibrationOut.model_validate(one, from_attributes=True)
            for one in queries.calibrations(session, row.id)
        ],
        logbook=[
            LogbookOut.model_validate(one, from_attributes=True) for one in queries.logbook(session, row.id)
        ],
    )


def _channels(session: Session, rows: list[Channel], at: datetime) -> list[ChannelOut]:
    tags = [row.tag for row in rows]
    owner = queries.connection_of(session, tags)
    floor = queries.quality_floor(session, tags, at) if tags else {}
    return [ChannelOut.of(row, owner.get(row.tag, ""), floor.get(row.tag, 0)) for row in rows]


@router.post("/units/{code}/logbook")
def equipment_write_log(code: str, body: LogText, act: Acting, equipment: EquipmentPart) -> LogbookOut:
    """Write into a logbook."""
    with act("equipment.log.write") as unit:
        row = equipment.write_log(unit, code, kind=body.kind, text=body.text)
        return LogbookOut.model_validate(row, from_attributes=True)


@router.post("/units/{code}/clean")
def equipment_mark_clean(code: str, body: Cleaning, act: Acting, equipment: EquipmentPart) -> UnitOut:
    """State that equipment was cleaned, now."""
    with act("equipment.node.clean") as unit:
        return UnitOut.of(equipment.mark_clean(unit, code, procedure=body.procedure), unit.process_now)


@router.post("/units/{code}/withdraw")
def equipment_withdraw(code: str, body: WithdrawBody, act: Acting, equipment: EquipmentPart) -> UnitOut:
    """Take equipment out of service."""
    with act("equipment.node.withdraw", reason=body.reason) as unit:
        row = equipment.withdraw(unit, code, body.reason, body.version)
        unit.flush()
        return UnitOut.of(row, unit.process_now)


@router.get("/channels")
def equipment_channels(
    session: Reading, equipment: EquipmentPart, unit: str | None = None
) -> list[ChannelOut]:
    """Active channels, of one piece of equipment if given."""
    rows = queries.channels(session, node_code=unit)
    return _channels(session, rows, equipment.process_clock.now())


@router.get("/context")
def equipment_context(
    session: Reading,
    equipment: EquipmentPart,
    tag: str,
    at: AwareDatetime | None = None,
    known_at: AwareDatetime | None = None,
) -> views.ContextOut:
    """What held around a channel's value at a source time (by default now), as known now or at an earlier instant."""
    return views.ContextOut.of(
        equipment.context_of(session, tag, at or equipment.process_clock.now(), known_at)
    )


@router.get("/connections")
def equipment_connections(
    session: Reading, equipment: EquipmentPart, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> list[ConnectionOut]:
    """Connections with state, backlog, clock, gaps and completeness."""
    return [views.connection_out(session, row, equipment, days) for row in queries.connections(session)]


@router.post("/connections")
def equipment_import_connection(body: NewConnection, act: Acting, equipment: EquipmentPart) -> ConnectionOut:
    """Draft a connection, or change one; it records at once, and is unqualified until it is approved."""
    with act("equipment.connection.change") as unit:
        row = equipment.import_connection(
            unit,
            body.name,
            body.type,
            body.settings,
            body.channels,
            host=body.host,
            owner=body.owner,
            node=body.equipment,
        )
        unit.flush()
        return views.connection_out(unit.session, row, equipment, 1)


@router.post("/connections/{name}/suspend")
def equipment_suspend_connection(
    name: str, body: SuspendBody, act: Acting, equipment: EquipmentPart
) -> ConnectionOut:
    """Stop a connection."""
    with act("equipment.connection.suspend", reason=body.reason) as unit:
        row = equipment.suspend_connection(unit, name, body.reason)
        return views.connection_out(unit.session, row, equipment, 1)


@router.post("/connections/{name}/resume")
def equipment_resume_connection(
    name: str, body: SuspendBody, act: Acting, equipment: EquipmentPart
) -> ConnectionOut:
    """Let a suspended connection record again; it is a draft then."""
    with act("equipment.connection.suspend", reason=body.reason) as unit:
        row = equipment.resume_connection(unit, name, body.reason)
        return views.connection_out(unit.session, row, equipment, 1)


@router.get("/connections/{name}/channels/completeness")
def equipment_channel_completeness(
    name: str,
    session: Reading,
    equipment: EquipmentPart,
    tag: str,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> list[DayOut]:
    """Completeness of one channel, day by day of the site; what is away now is missing."""
    row = queries.connection(session, name)
    now = equipment.process_clock.now()
    return [DayOut.of(day) for day in equipment.completeness(session, row, now, days=days, tag=tag)]


@router.get("/connections/{name}/events")
def equipment_connection_events(
    name: str, session: Reading, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[StreamEventOut]:
    """What the connector told beside the values: reconnections, changed devices, stepped clocks; newest first."""
    queries.connection(session, name)
    return [
        StreamEventOut.model_validate(row, from_attributes=True)
        for row in queries.stream_events(session, name, limit)
    ]


@router.get("/connections/{name}/clock")
def equipment_connection_clock(
    name: str,
    session: Reading,
    equipment: EquipmentPart,
    hours: Annotated[int, Query(ge=1, le=24 * 92)] = 24,
) -> list[ClockReadingOut]:
    """How far the device's clock was off its host's; of very many comparisons the extremes of each stretch."""
    queries.connection(session, name)
    now = equipment.record.clock.now()
    rows = queries.clock_readings(session, name, now - timedelta(hours=hours), now, most=1_000)
    return [ClockReadingOut.model_validate(row, from_attributes=True) for row in rows]


@router.get("/gaps")
def equipment_gaps(
    session: Reading,
    connection: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[GapOut]:
    """Gaps that touch a range of source time, newest first."""
    low = us(start) if start else 0
    high = us(end) if end else 2**62
    return [GapOut.of(row) for row in reversed(queries.gap_rows(session, low, high, connection))][:500]


@router.get("/commands")
def equipment_commands(session: Reading, state: str | None = None) -> list[CommandOut]:
    """The newest commands."""
    return [CommandOut.of(row) for row in queries.commands(session, state=state)]


@router.post("/commands/{command_id}/cancel", status_code=202)
def equipment_cancel_command(
    command_id: str, body: CancelBody, act: Acting, who: Current, equipment: EquipmentPart
) -> CommandOut:
    """Ask a device to end a call that it carries out; what the call's own receipt says, decides."""
    person = who[1]
    with act("equipment.command.cancel", reason=body.reason) as unit:
        row = equipment.cancel_command(
            unit, command_id, name=f"{person.full_name} ({person.username})", reason=body.reason
        )
        unit.flush()
        return CommandOut.of(row)


@router.get("/documents")
def equipment_documents(session: Reading, state: str | None = None) -> list[DocumentOut]:
    """The newest received files."""
    return [
        DocumentOut.model_validate(row, from_attributes=True)
        for row in queries.documents(session, state=state)
    ]


@router.post("/documents/{document_id}/disposition")
def equipment_dispose_document(
    document_id: str, body: Disposition, act: Acting, equipment: EquipmentPart
) -> DocumentOut:
    """Say what became of a received file."""
    with act("equipment.document.dispose", reason=body.reason) as unit:
        row = equipment.dispose_document(unit, document_id, body.disposition, body.reason, body.version)
        return DocumentOut.model_validate(row, from_attributes=True)
