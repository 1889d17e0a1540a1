"""Use cases of streams: what a connector tells beside the values (gaps, events, its own state)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.clock import from_us, us
from titer.equipment import queries, rules
from titer.equipment.model import AlarmEvent, ClockReading, Connection, ConnectionStatus, Gap, StreamEvent
from titer.equipment.service import alarms, connections
from titer.record import Unit

_GAP_EVENTS = {"gap_opened": "opened", "gap_filled": "fill", "gap_unrecoverable": "give_up"}
KEPT_READINGS = timedelta(days=92)
_MAX_US = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z, the last instant a datetime can name


@dataclass(frozen=True)
class ToldEvent:
    """One event of a frame, with the key that makes it take effect once.

    Args:
        key: connection/epoch/first sequence of the frame/index within it.
        connection: who told it.
        event: as it stands in the frame.
    """

    key: str
    connection: str
    event: dict[str, Any]


def told(connection: str, epoch: int, first: int, events: tuple[dict[str, Any], ...]) -> list[ToldEvent]:
    """The events of a frame with their keys."""
    return [
        ToldEvent(f"{connection}/{epoch}/{first}/{index}", connection, event)
        for index, event in enumerate(events)
    ]


def unknown_events(session: Session, events: list[ToldEvent]) -> list[ToldEvent]:
    """Those that were not taken yet."""
    if not events:
        return []
    keys = [one.key for one in events]
    known = set(session.scalars(select(StreamEvent.key).where(StreamEvent.key.in_(keys))))
    known.update(session.scalars(select(AlarmEvent.key).where(AlarmEvent.key.in_(keys))))
    return list({one.key: one for one in events if one.key not in known}.values())


def take_events(unit: Unit, events: list[ToldEvent]) -> int:
    """Take what connectors told; what was taken before is left alone. Returns how many were new."""
    fresh = unknown_events(unit.session, events)
    for one in fresh:
        event = rules.without_floats(one.event)
        kind = str(event.get("kind") or "unknown")
        if kind == "alarm":
            alarms.take_alarm(unit, one.key, one.connection, event)
            continue
        row = unit.add(
            StreamEvent(
                key=one.key,
                connection=one.connection,
                kind=kind,
                at=from_us(_bounded(event.get("at_us") or event.get("from_us"))),
                reason=str(event.get("reason") or ""),
                details=event if isinstance(event, dict) else {"event": event},
            )
        )
        if kind in _GAP_EVENTS:
            _take_gap(unit, one.connection, kind, event)
        elif kind == "config_changed" and isinstance(event.get("identity"), dict):
            since = from_us(_bounded(event.get("since_us") or event.get("at_us")))
            note_identity(unit, one.connection, event["identity"], since)
            unit.emit(f"equipment.stream.{kind}", row, {"connection": one.connection, "reason": row.reason})
        elif kind == "alarms_refreshed":
            alarms.take_refresh(unit, one.connection, event)
        else:
            unit.emit(f"equipment.stream.{kind}", row, {"connection": one.connection, "reason": row.reason})
    return len(fresh)


def _bounded(value: Any) -> int:
    return max(0, min(int(value or 0), _MAX_US)) if isinstance(value, int) else 0


def _windows(event: dict[str, Any], state: str) -> list[list[Any]]:
    """[tag, from, to, state] of each channel that the event is about; the empty tag stands for all."""
    low, high = _bounded(event.get("from_us")), _bounded(event.get("to_us"))
    given = event.get("windows")
    pairs = list(given.items()) if isinstance(given, dict) else given if isinstance(given, list) else []
    found = {str(tag): [_bounded(span[0]), _bounded(span[1])] for tag, span in pairs}
    tags = [str(tag) for tag in event.get("channels") or ()] or sorted(found) or [""]
    return [[tag, *found.get(tag, [low, high]), state] for tag in tags]


def _take_gap(unit: Unit, connection: str, kind: str, event: dict[str, Any]) -> None:
    name = str(event.get("gap") or digest([event.get("from_us"), sorted(event.get("channels") or ())])[:16])
    key = f"{connection}/{name}"
    row = unit.session.scalar(select(Gap).where(Gap.key == key))
    move = _GAP_EVENTS[kind]
    if row is None:
        windows = _windows(event, "opened")
        row = unit.add(
            Gap(
                key=key,
                connection=connection,
                state="opened",
                from_us=min(window[1] for window in windows),
                to_us=max(window[2] for window in windows),
                windows=windows,
                reason=str(event.get("reason") or ""),
                outcome="",
                filled_rows=0,
            )
        )
        _tell(unit, row, "opened")
    elif move == "opened":
        known = {window[0] for window in row.windows}
        more = [window for window in _windows(event, "opened") if window[0] not in known]
        if more:
            row.windows = [*row.windows, *more]
            row.from_us = min(row.from_us, *(window[1] for window in more))
            row.to_us = max(row.to_us, *(window[2] for window in more))
    if move == "opened":
        unit.flush()
        return
    about = {window[0] for window in _windows(event, "opened")}
    row.windows = [
        [tag, low, high, _after(state, move) if tag in about or about == {""} else state]
        for tag, low, high, state in row.windows
    ]
    row.filled_rows += int(event.get("rows") or 0) if isinstance(event.get("rows"), int) else 0
    if move == "give_up":
        row.outcome = str(event.get("reason") or "")
    before, row.state = row.state, gap_state([window[3] for window in row.windows])
    unit.flush()
    if row.state != before:
        _tell(unit, row, row.state)


def _after(state: str, move: str) -> str:
    """The state of one channel's window; what the table does not know leaves it as it is."""
    return rules.GAP[state].get(move, state)


def gap_state(states: list[str]) -> str:
    """The state of a gap from those of its channels: open while one is, filled when all are."""
    if "opened" in states:
        return "opened"
    return "unrecoverable" if "unrecoverable" in states else "filled"


def _tell(unit: Unit, row: Gap, state: str) -> None:
    unit.emit(
        f"equipment.gap.{state}",
        row,
        {
            "gap_id": row.id,
            "connection": row.connection,
            "channels": [window[0] for window in row.windows],
            "from_us": row.from_us,
            "to_us": row.to_us,
            "reason": row.outcome if state == "unrecoverable" else row.reason,
        },
    )


def note_hole(
    unit: Unit, *, connection: str, epoch: int, first: int, last: int, from_us: int, to_us: int
) -> None:
    """Write down that sequence numbers of a connection never came; nobody will send them again."""
    event = {
        "kind": "gap_unrecoverable",
        "gap": f"hole/{epoch}/{first}-{last}",
        "channels": [],
        "from_us": min(from_us, to_us),
        "to_us": max(from_us, to_us),
        "reason": f"{last - first + 1} values or events that the connection had numbered never arrived.",
        "at_us": to_us,
    }
    take_events(unit, [ToldEvent(f"{connection}/{epoch}/hole/{first}-{last}", connection, event)])


def take_status(session: Session, now: datetime, status: dict[str, Any], *, process_now: datetime) -> None:
    """Note what a host says about a connection (operational; see `ConnectionStatus`)."""
    row = status_row(session, status["connection"], now)
    if status["state"] == "connected":
        row.alive_at = process_now
    row.state, row.message = status["state"], status.get("message") or ""
    row.since, row.backlog, row.heard_at = status.get("since"), int(status.get("backlog") or 0), now
    row.certificate = str(status.get("certificate") or "")
    row.backlog_bytes, row.disk_free = int(status.get("backlog_bytes") or 0), status.get("disk_free")
    row.oldest_at = status.get("oldest_at")
    ended = status.get("ended")
    if ended:
        row.ended_at, row.ended_because, row.ended_count = ended["at"], ended["reason"], ended["count"]
    clock = status.get("clock")
    if clock:
        row.clock_offset_us, row.clock_uncertainty_us = clock["offset_us"], clock["uncertainty_us"]
        _take_reading(session, row.name, now, clock)
        _forget_readings(session, row.name, now)


def _take_reading(session: Session, name: str, now: datetime, clock: dict[str, Any]) -> None:
    """Keep a comparison of clocks, once: a host tells its newest with every status."""
    taken = from_us(_bounded(clock.get("taken_us") or us(now)))
    newest = select(func.max(ClockReading.taken_at)).where(ClockReading.connection == name)
    if session.scalar(newest) != taken:
        session.add(
            ClockReading(
                connection=name,
                taken_at=taken,
                offset_us=clock["offset_us"],
                uncertainty_us=clock["uncertainty_us"],
            )
        )


def _forget_readings(session: Session, name: str, now: datetime) -> None:
    """Let readings go that are older than a chart shows; what they gave rise to stands in the record."""
    oldest = session.scalar(select(func.min(ClockReading.taken_at)).where(ClockReading.connection == name))
    if oldest is not None and now - oldest > KEPT_READINGS + timedelta(days=1):
        session.execute(
            delete(ClockReading).where(
                ClockReading.connection == name, ClockReading.taken_at < now - KEPT_READINGS
            )
        )


def status_row(session: Session, name: str, now: Any) -> ConnectionStatus:
    """The status of a connection; made where there is none."""
    row = session.get(ConnectionStatus, name)
    if row is None:
        row = ConnectionStatus(
            name=name,
            state="unknown",
            message="",
            backlog=0,
            backlog_bytes=0,
            heard_at=now,
            epoch=0,
            certificate="",
            ended_because="",
            ended_count=0,
        )
        session.add(row)
    return row


def note_identity(
    unit: Unit, name: str, identity: dict[str, Any], since: datetime | None = None
) -> Connection:
    """Note who answers at the other end. Where that is not what was approved, its data is unqualified.

    A connection that was approved before anything answered is bound to the first that does.

    Args:
        unit: the open action.
        name: of the connection.
        identity: of the device, with its fingerprint.
        since: when it began to answer, by its host's clock: what was received from then on is its. None = now.

    Tells `equipment.connection.mismatched` once when it begins to differ.
    """
    row = queries.connection(unit.session, name)
    clean = rules.without_floats(identity)
    fingerprint = str(clean.get("fingerprint") or digest(clean))
    if row.seen_fingerprint == fingerprint:
        return row
    known = row.seen_identity if row.seen_fingerprint == row.fingerprint else None
    row.seen_fingerprint, row.seen_identity = fingerprint, clean
    connections.note_standing(unit, row, since or unit.now, answered=fingerprint)
    if row.state == "approved" and row.fingerprint is None:
        row.fingerprint = fingerprint
        connections.note_standing(unit, row, since or unit.now)
    connections.note_around(unit, row)
    if row.state == "approved" and row.fingerprint != fingerprint:
        unit.emit(
            "equipment.connection.mismatched",
            row,
            {
                "connection": name,
                "approved": row.fingerprint,
                "seen": fingerprint,
                "differs": rules.difference(known, clean),
                "nodes": queries.served(unit.session, row),
            },
        )
    return row


def begin_recording(unit: Unit, name: str, source_us: int) -> None:
    """Note since when a connection records: completeness counts from here on."""
    row = queries.connection(unit.session, name)
    if row.recording_since is None:
        row.recording_since = from_us(_bounded(source_us))
