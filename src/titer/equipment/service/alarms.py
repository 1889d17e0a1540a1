"""Use cases of alarms: what devices tell of their conditions, and the answers of people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.clock import from_us
from titer.base.errors import Invalid, NotFound
from titer.equipment import alarm_rules, queries
from titer.equipment.model import Alarm, AlarmEvent, Channel, DeviceCommand
from titer.equipment.service import devices
from titer.record import Unit

VALID_FOR = timedelta(minutes=2)
_FLAGS = ("active", "acked", "confirmed", "enabled", "retain")
_MAX_US = 253_402_300_799_999_999


def take_alarm(unit: Unit, key: str, connection: str, event: dict[str, Any]) -> AlarmEvent | None:
    """Take one change of a condition; the same change again, as after a refresh, is left alone.

    Two events of one EventId that say different things are two: nothing is taken for a repetition that is none. Who
    the session's user was is filled in later by some servers, and makes no difference.
    """
    told = event.get("alarm")
    if not isinstance(told, dict):
        raise Invalid("An alarm event without its alarm.", where=key)
    facts = {name: value for name, value in told.items() if name not in ("refreshed", "server_us", "user")}
    identity = digest({"connection": connection, "alarm": facts})
    if unit.session.scalar(select(AlarmEvent.id).where(AlarmEvent.identity == identity)) is not None:
        return None
    row = _row(unit, connection, told)
    was_active, was_acked, was_confirmed = row.active, row.acked, row.confirmed
    _apply(row, told, unit, event)
    at = row.source_us
    if row.active and not was_active:
        row.active_us, row.cleared_us, row.raised = at, None, row.raised + 1
        row.acked_at, row.acked_by, row.confirmed_by = None, "", ""
    elif was_active and row.active is False:
        row.cleared_us = at
    by = ""
    if row.acked and was_acked is False:
        by = row.acked_by = _who(unit.session, row, "acknowledge", alone=row.active == was_active)
        row.acked_at = row.received_at if by else None
    if row.confirmed and was_confirmed is False:
        by = row.confirmed_by = _who(unit.session, row, "confirm", alone=row.active == was_active)
    unit.flush()
    entry = unit.add(
        AlarmEvent(
            key=key,
            identity=identity,
            connection=connection,
            alarm_id=row.id,
            event_id=row.event_id,
            state=row.state,
            active=row.active,
            severity=row.severity,
            message=row.message,
            source_us=at,
            received_at=row.received_at,
            refreshed=bool(told.get("refreshed")),
            by=by,
            comment=row.comment,
            content=told,
        )
    )
    _tell(unit, row, "raised" if row.active and not was_active and not row.branch else "changed")
    return entry


def _row(unit: Unit, connection: str, told: dict[str, Any]) -> Alarm:
    condition, branch = str(told.get("condition") or ""), str(told.get("branch") or "")
    key = digest([connection, condition, branch])
    row = unit.session.scalar(select(Alarm).where(Alarm.key == key))
    if row is not None:
        return row
    owner = queries.connection(unit.session, connection)
    places = [str(told.get(name) or "") for name in ("input_node", "source_node")]
    channel = unit.session.scalar(
        select(Channel)
        .where(Channel.connection_id == owner.id, Channel.address.in_([one for one in places if one]))
        .order_by(Channel.id)
    )
    return unit.add(
        Alarm(
            key=key,
            connection=connection,
            condition=condition,
            branch=branch,
            name="",
            source="",
            node_code=(channel.node_code if channel is not None else None) or owner.node_code,
            tag=channel.tag if channel is not None else None,
            event_type="",
            state=alarm_rules.OVER,
            shelving="",
            severity=0,
            message="",
            quality=0,
            comment="",
            client_user="",
            event_id="",
            answerable=False,
            source_us=0,
            received_at=unit.now,
            acked_by="",
            confirmed_by="",
            raised=0,
        )
    )


def _apply(row: Alarm, told: dict[str, Any], unit: Unit, event: dict[str, Any]) -> None:
    for flag in _FLAGS:
        value = told.get(flag)
        setattr(row, flag, value if isinstance(value, bool) else None)
    row.name, row.source = str(told.get("name") or ""), str(told.get("source_name") or "")
    row.event_type, row.shelving = str(told.get("event_type") or ""), str(told.get("shelving") or "")
    row.message, row.comment = str(told.get("message") or ""), str(told.get("comment") or "")
    row.client_user, row.event_id = str(told.get("user") or ""), str(told.get("event_id") or "")
    row.severity = _number(told.get("severity"), 1000) or row.severity
    row.quality = _number(told.get("quality"), 2**32 - 1)
    row.answerable = bool(told.get("callable")) and bool(row.event_id)
    received = _number(event.get("at_us"), _MAX_US)
    row.source_us = _number(told.get("time_us"), _MAX_US) or received
    row.received_at = from_us(received) if received else unit.now
    row.state = alarm_rules.state_of(**{flag: getattr(row, flag) for flag in _FLAGS})


def _number(value: Any, most: int) -> int:
    return max(0, min(value, most)) if isinstance(value, int) and not isinstance(value, bool) else 0


def _who(session: Session, row: Alarm, kind: str, *, alone: bool) -> str:
    """Who answered: the person whose comment the device reports, else whom the device names; "" = nobody did.

    Where the alarm ended in the same event (`alone` is false), a device may have moved what nobody had acknowledged
    into a branch of its own: without a comment of ours, that is no answer of anybody.
    """
    asked = session.scalars(
        select(DeviceCommand)
        .where(
            DeviceCommand.connection == row.connection,
            DeviceCommand.kind == kind,
            DeviceCommand.target == row.condition,
        )
        .order_by(DeviceCommand.id.desc())
        .limit(20)
    )
    for command in asked:
        if command.parameters.get("comment") == row.comment:
            return str(command.cause.get("name") or "")
    if not alone:
        return ""
    return f"{row.client_user}, at the device" if row.client_user else "somebody at the device"


def take_refresh(unit: Unit, connection: str, event: dict[str, Any]) -> int:
    """A device told all that stands: what it did not name stands no more. Returns how many that were."""
    named = {str(one) for one in event.get("standing") or ()}
    count = 0
    rows = unit.session.scalars(
        select(Alarm).where(Alarm.connection == connection, Alarm.state.in_(alarm_rules.OPEN))
    ).all()
    for row in rows:
        if f"{row.condition}|{row.branch}" in named:
            continue
        row.retain, row.state = False, alarm_rules.OVER
        if row.active:
            row.active, row.cleared_us = False, _number(event.get("at_us"), _MAX_US)
        row.message = f"{row.message} (The device no longer names it; when it ended is not known.)"
        unit.flush()
        _tell(unit, row, "changed")
        count += 1
    return count


def _tell(unit: Unit, row: Alarm, what: str) -> None:
    unit.emit(
        f"equipment.alarm.{what}",
        row,
        {
            "alarm_id": row.id,
            "connection": row.connection,
            "name": row.name,
            "source": row.source,
            "state": row.state,
            "severity": row.severity,
            "message": row.message,
            "node": row.node_code,
            "nodes": queries.above(unit.session, [row.node_code]) if row.node_code else [],
            "source_us": row.source_us,
            "raised": row.raised,
        },
    )


def answer_alarm(
    unit: Unit, alarm_id: str, kind: str, *, event_id: str, comment: str, full_name: str, username: str
) -> DeviceCommand:
    """Acknowledge or confirm an alarm in a person's name; the same answer again asks once.

    What the device then reports says whether it is so; until then it is asked for.

    Raises:
        Invalid: without a comment.
        Refused: if the alarm has changed since, was answered already, or somebody else's answer is under way.
    """
    if not comment.strip():
        raise Invalid(
            "An alarm is answered with a comment.", where="comment", do="Say what you found or did."
        )
    row = unit.get(Alarm, alarm_id)
    already = getattr(row, alarm_rules.ANSWERS[kind][0])
    by = row.acked_by if kind == "acknowledge" else row.confirmed_by
    alarm_rules.require_answerable(
        kind,
        row.name,
        told=row.event_id,
        shown=event_id,
        answerable=row.answerable,
        already=already,
        by=by,
    )
    begun = f"alarm/{row.id}/{row.event_id}/{kind}"
    before = unit.session.scalars(
        select(DeviceCommand)
        .where(DeviceCommand.key.startswith(begun, autoescape=True))
        .order_by(DeviceCommand.id)
    ).all()
    failed = sum(one.state == "failed" for one in before)
    return devices.request_command(
        unit,
        key=f"{begun}/{failed + 1}",
        connection=row.connection,
        kind=kind,
        target=row.condition,
        parameters={
            "event_id": row.event_id,
            "comment": alarm_rules.comment_for(full_name, username, comment),
        },
        cause={"alarm": row.id, "name": f"{full_name} ({username})"},
        valid_for=VALID_FOR,
    )


def alarms(
    session: Session,
    *,
    standing: bool | None = None,
    connection: str | None = None,
    nodes: Sequence[str] = (),
    start_us: int = 0,
    end_us: int | None = None,
    limit: int = 200,
) -> list[Alarm]:
    """Alarms by the device's time of their last change, newest first.

    Args:
        session: a reading session.
        standing: those that are open, or over; None = both.
        connection: of one connection.
        nodes: at this equipment, or below it.
        start_us: not changed before this, unless they are open.
        end_us: not raised after this.
        limit: at most so many.
    """
    wanted = select(Alarm).order_by(Alarm.source_us.desc(), Alarm.id.desc()).limit(limit)
    if standing is not None:
        wanted = wanted.where(
            Alarm.state.in_(alarm_rules.OPEN) if standing else Alarm.state == alarm_rules.OVER
        )
    if connection is not None:
        wanted = wanted.where(Alarm.connection == connection)
    if nodes:
        wanted = wanted.where(Alarm.node_code.in_(_below(session, nodes)))
    if start_us:
        wanted = wanted.where((Alarm.source_us >= start_us) | Alarm.state.in_(alarm_rules.OPEN))
    if end_us is not None:
        wanted = wanted.where((Alarm.active_us.is_(None)) | (Alarm.active_us < end_us))
    return list(session.scalars(wanted))


def raised_between(session: Session, codes: Sequence[str], start_us: int, end_us: int) -> list[Alarm]:
    """Alarms at this equipment, or below it, that were active in a span of the device's time."""
    rows = session.scalars(
        select(Alarm)
        .where(Alarm.node_code.in_(_below(session, codes)), Alarm.branch == "")
        .order_by(Alarm.id)
    ).all()
    found = []
    for row in rows:
        inside = session.scalar(
            select(func.count())
            .select_from(AlarmEvent)
            .where(
                AlarmEvent.alarm_id == row.id,
                AlarmEvent.active.is_(True),
                AlarmEvent.source_us >= start_us,
                AlarmEvent.source_us < end_us,
            )
        )
        before = session.scalar(
            select(AlarmEvent.active)
            .where(AlarmEvent.alarm_id == row.id, AlarmEvent.source_us < start_us)
            .order_by(AlarmEvent.source_us.desc(), AlarmEvent.id.desc())
            .limit(1)
        )
        if inside or before:
            found.append(row)
    return found


def _below(session: Session, codes: Sequence[str]) -> list[str]:
    wanted = set(codes)
    return [row.code for row in queries.nodes(session) if wanted & set(queries.above(session, [row.code]))]


def alarm(session: Session, alarm_id: str) -> Alarm:
    """An alarm by its id.

    Raises:
        NotFound: if there is none.
    """
    row = session.get(Alarm, alarm_id)
    if row is None:
        raise NotFound(f"There is no alarm {alarm_id[:60]}.")
    return row


def alarm_events(session: Session, alarm_id: str, limit: int = 500) -> list[AlarmEvent]:
    """Changes of an alarm, newest first."""
    return list(
        session.scalars(
            select(AlarmEvent)
            .where(AlarmEvent.alarm_id == alarm_id)
            .order_by(AlarmEvent.id.desc())
            .limit(limit)
        )
    )


def answers(session: Session, rows: Sequence[Alarm]) -> dict[str, DeviceCommand]:
    """The newest answer that was asked for, by alarm, where its device has not reported it yet."""
    found: dict[str, DeviceCommand] = {}
    for row in rows:
        key = f"alarm/{row.id}/{row.event_id}/"
        command = session.scalar(
            select(DeviceCommand)
            .where(DeviceCommand.key.startswith(key, autoescape=True))
            .order_by(DeviceCommand.id.desc())
            .limit(1)
        )
        if command is not None:
            found[row.id] = command
    return found
