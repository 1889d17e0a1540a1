"""What the pages get of equipment: response and request models."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from titer.base.clock import from_us
from titer.connect import is_from_folder, is_insecure
from titer.equipment import queries, rules
from titer.equipment.model import Channel, Connection, DeviceCommand, Gap, Node
from titer.equipment.service import Equipment


class RecordOut(BaseModel):
    """What every record bears."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime


def _record(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": row.version,
        "recorded_at": row.recorded_at,
        "process_at": row.process_at,
    }


def _text(number: Any) -> str | None:
    return None if number is None else format(number, "f")


class UnitOut(RecordOut):
    """A piece of equipment and its standing now, by the process clock."""

    code: str
    name: str
    level: str
    class_name: str
    capabilities: list[str]
    location: str
    maker: str
    model: str
    serial: str
    qualification: str
    calibration_due: datetime | None
    cleanliness: str | None
    clean_until: datetime | None
    used_for: str | None
    not_ready: list[str]

    @classmethod
    def of(cls, row: Node, at: datetime) -> UnitOut:
        """A node as it stands at an instant."""
        one = queries.standing(row)
        return cls(
            **_record(row),
            code=row.code,
            name=row.name,
            level=row.level,
            class_name=row.class_name,
            capabilities=row.capabilities,
            location=row.location,
            maker=row.maker,
            model=row.model,
            serial=row.serial,
            qualification=rules.effective_qualification(one, at),
            calibration_due=row.calibration_due,
            cleanliness=rules.effective_cleanliness(one, at),
            clean_until=row.clean_until,
            used_for=row.used_for,
            not_ready=rules.not_ready(one, at),
        )


class ChannelOut(RecordOut):
    """A channel."""

    tag: str
    unit: str
    description: str
    node: str
    equipment: str | None
    connection: str
    low: str | None
    high: str | None
    alarm_low: str | None
    alarm_high: str | None
    resolution: str | None
    writable: bool
    quality_floor: int

    @classmethod
    def of(cls, row: Channel, connection: str, floor: int) -> ChannelOut:
        """A channel with the best quality that its values can have now."""
        return cls(
            **_record(row),
            tag=row.tag,
            unit=row.unit,
            description=row.description,
            node=row.address,
            equipment=row.node_code,
            connection=connection,
            low=_text(row.low),
            high=_text(row.high),
            alarm_low=_text(row.alarm_low),
            alarm_high=_text(row.alarm_high),
            resolution=_text(row.resolution),
            writable=row.writable,
            quality_floor=floor,
        )


class CalibrationOut(RecordOut):
    """A calibration."""

    performed_at: datetime
    performed_by: str
    due_at: datetime
    standard: str
    as_found: dict[str, Any]
    as_left: dict[str, Any]
    result: str
    certificate_digest: str | None


class LogbookOut(RecordOut):
    """An entry of a logbook."""

    kind: str
    text: str
    by: str
    batch_id: str | None


class UnitDetail(BaseModel):
    """A piece of equipment with its channels, calibrations and logbook."""

    unit: UnitOut
    channels: list[ChannelOut]
    calibrations: list[CalibrationOut]
    logbook: list[LogbookOut]


class DayOut(BaseModel):
    """Completeness of one day of the site, by source time; `day` is its date, `begins` and `ends` its instants."""

    day: date
    begins: datetime
    ends: datetime
    expected_minutes: int
    missing_minutes: str
    filled_minutes: str
    percent: str

    @classmethod
    def of(cls, day: rules.DayCompleteness) -> DayOut:
        """A day; minutes with two decimals."""
        return cls(
            day=day.date,
            begins=from_us(day.begin_us),
            ends=from_us(day.end_us),
            expected_minutes=day.expected_us // 60_000_000,
            missing_minutes=f"{day.missing_us / 60e6:.2f}",
            filled_minutes=f"{day.filled_us / 60e6:.2f}",
            percent=str(day.percent),
        )


class WindowOut(BaseModel):
    """What is missing of one channel lies strictly between two instants; an empty tag stands for all."""

    tag: str
    from_at: datetime
    to_at: datetime
    state: str


class GapOut(RecordOut):
    """A gap."""

    key: str
    connection: str
    state: str
    from_at: datetime
    to_at: datetime
    windows: list[WindowOut]
    reason: str
    outcome: str
    filled_rows: int

    @classmethod
    def of(cls, row: Gap) -> GapOut:
        """A gap."""
        return cls(
            **_record(row),
            key=row.key,
            connection=row.connection,
            state=row.state,
            from_at=from_us(row.from_us),
            to_at=from_us(row.to_us),
            windows=[
                WindowOut(tag=tag, from_at=from_us(low), to_at=from_us(high), state=state)
                for tag, low, high, state in row.windows
            ],
            reason=row.reason,
            outcome=row.outcome,
            filled_rows=row.filled_rows,
        )


class StreamEventOut(RecordOut):
    """What a connector told beside the values."""

    connection: str
    kind: str
    at: datetime
    reason: str


class ConnectionOut(RecordOut):
    """A connection: what it is, how it is, and how complete its stream was."""

    name: str
    type: str
    state: str
    revision: int
    host: str
    owner: str
    channels: int
    qualified: bool
    insecure: bool
    from_folder: bool
    seen_identity: dict[str, Any] | None
    recording_since: datetime | None
    live_state: str
    live_since: datetime | None
    live_message: str
    heard_at: datetime | None
    backlog: int
    backlog_bytes: int
    oldest_at: datetime | None
    disk_free: int | None
    epoch: int
    clock_offset_us: int | None
    clock_uncertainty_us: int | None
    open_gaps: int
    lost_gaps: int
    completeness: list[DayOut]
    certificate: str
    ended_at: datetime | None
    ended_because: str
    ended_count: int


def connection_out(session: Session, row: Connection, equipment: Equipment, days: int) -> ConnectionOut:
    said = queries.statuses(session).get(row.name)
    gaps = queries.gap_rows(session, 0, 2**62, row.name)
    return ConnectionOut(
        **_record(row),
        name=row.name,
        type=row.type,
        state=row.state,
        revision=row.revision,
        host=row.host,
        owner=row.owner,
        channels=sum(one.active for one in queries.channels_of(session, row)),
        qualified=queries.is_qualified(row),
        insecure=is_insecure(row.type, row.settings),
        from_folder=is_from_folder(row.type),
        seen_identity=row.seen_identity,
        recording_since=row.recording_since,
        live_state=said.state if said else "never heard of",
        live_since=said.since if said else None,
        live_message=said.message if said else "",
        heard_at=said.heard_at if said else None,
        backlog=said.backlog if said else 0,
        backlog_bytes=said.backlog_bytes if said else 0,
        oldest_at=said.oldest_at if said else None,
        disk_free=said.disk_free if said else None,
        epoch=said.epoch if said else 0,
        clock_offset_us=said.clock_offset_us if said else None,
        clock_uncertainty_us=said.clock_uncertainty_us if said else None,
        open_gaps=sum(gap.state == "opened" for gap in gaps),
        lost_gaps=sum(gap.state == "unrecoverable" for gap in gaps),
        completeness=[
            DayOut.of(day)
            for day in equipment.completeness(session, row, equipment.process_clock.now(), days=days)
        ],
        certificate=said.certificate if said else "",
        ended_at=said.ended_at if said else None,
        ended_because=said.ended_because if said else "",
        ended_count=said.ended_count if said else 0,
    )


class SnapshotOut(RecordOut):
    """What held around a piece of equipment, or a connection, from an instant on."""

    subject: str
    valid_from: datetime
    content: dict[str, Any]


class ContextOut(BaseModel):
    """What held around a channel's value, and the snapshots that say so, the nearest first."""

    tag: str
    content: dict[str, Any]
    snapshots: list[SnapshotOut]

    @classmethod
    def of(cls, found: queries.ChannelContext) -> ContextOut:
        """As it was found."""
        return cls(
            tag=found.tag,
            content=found.content,
            snapshots=[SnapshotOut.model_validate(one, from_attributes=True) for one in found.snapshots],
        )


class ClockReadingOut(BaseModel):
    """One comparison of a device's clock with its host's: device = host + offset."""

    taken_at: datetime
    offset_us: int
    uncertainty_us: int


class CommandOut(RecordOut):
    """A command to a device and what came of it."""

    key: str
    connection: str
    kind: str
    target: str
    value: str | None
    unit: str
    parameters: dict[str, Any]
    cause: dict[str, Any]
    state: str
    requested_at: datetime
    completed_at: datetime | None
    readback: str | None
    responses: dict[str, Any] | None
    source_time: datetime | None
    message: str

    @classmethod
    def of(cls, row: DeviceCommand) -> CommandOut:
        """A command."""
        return cls.model_validate(row, from_attributes=True)


class CancelBody(BaseModel):
    """Why a command is to end."""

    reason: str = Field(min_length=1, max_length=500)


class DocumentOut(RecordOut):
    """A received file and its disposition."""

    key: str
    connection: str
    digest: str
    file_name: str
    seen_at: datetime
    media_type: str
    kind: str
    identity: dict[str, Any]
    state: str
    disposition_reason: str


class Disposition(BaseModel):
    """What becomes of a received file: import, quarantine or ignore."""

    version: int
    disposition: str
    reason: str = Field(default="", max_length=2000)


class LogText(BaseModel):
    """A logbook entry to write."""

    kind: str = Field(max_length=100)
    text: str = Field(max_length=10_000)


class Cleaning(BaseModel):
    """The procedure by which equipment was cleaned."""

    procedure: str = Field(min_length=1, max_length=500)


class WithdrawBody(BaseModel):
    """Why equipment is taken out of service."""

    version: int
    reason: str = Field(min_length=1, max_length=2000)


class SuspendBody(BaseModel):
    """Why a connection is suspended or resumed."""

    reason: str = Field(min_length=1, max_length=2000)


class NewConnection(BaseModel):
    """A connection with its channels, as `titer connection add` sends it."""

    name: str
    type: str
    settings: dict[str, Any]
    channels: list[dict[str, Any]]
    host: str = "local"
    owner: str = ""
    equipment: str | None = None
