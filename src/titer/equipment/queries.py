"""Reads of equipment: by code and name, gaps of channels, completeness, what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.base.errors import NotFound
from titer.equipment import rules
from titer.equipment.model import (
    Calibration,
    Certificate,
    Channel,
    ClockReading,
    Connection,
    ConnectionStatus,
    ContextSnapshot,
    DeviceCommand,
    Document,
    Gap,
    LogbookEntry,
    Node,
    RevocationList,
    StreamEvent,
)


def node(session: Session, code: str) -> Node:
    """A piece of equipment by its code.

    Raises:
        NotFound: if there is none.
    """
    row = session.scalar(select(Node).where(Node.code == code))
    if row is None:
        raise NotFound(f"There is no equipment {code}.", do="Register it first.")
    return row


def nodes(
    session: Session,
    *,
    levels: Sequence[str] = (),
    class_name: str | None = None,
    parent_id: str | None = None,
) -> list[Node]:
    """Equipment by its code, of some levels, of a class, below something."""
    wanted = select(Node).order_by(Node.code)
    if levels:
        wanted = wanted.where(Node.level.in_(levels))
    if class_name is not None:
        wanted = wanted.where(Node.class_name == class_name)
    if parent_id is not None:
        wanted = wanted.where(Node.parent_id == parent_id)
    return list(session.scalars(wanted))


def standing(row: Node) -> rules.Standing:
    """What decides about the readiness of a piece of equipment."""
    return rules.Standing(
        code=row.code,
        qualification=row.qualification,
        calibration_due=row.calibration_due,
        cleanliness=row.cleanliness,
        clean_until=row.clean_until,
        capabilities=tuple(row.capabilities),
    )


def ready_for_use(session: Session, code: str, at: datetime, *, capability: str | None = None) -> list[str]:
    """Why a piece of equipment may not be used at an instant of the process clock; empty if it may.

    What does not exist is not ready: that is an answer here and no error, so that it blocks.
    """
    row = session.scalar(select(Node).where(Node.code == code))
    if row is None:
        return [f"There is no equipment {code}."]
    return rules.not_ready(standing(row), at, capability)


def connection(session: Session, name: str) -> Connection:
    """A connection by its name.

    Raises:
        NotFound: if there is none.
    """
    row = session.scalar(select(Connection).where(Connection.name == name))
    if row is None:
        raise NotFound(f"There is no connection {name}.", do="Add it with `titer connection add`.")
    return row


def connections(session: Session, host: str | None = None) -> list[Connection]:
    """Connections by name; of one host, if given."""
    wanted = select(Connection).order_by(Connection.name)
    return list(session.scalars(wanted if host is None else wanted.where(Connection.host == host)))


def certificates(session: Session, *states: str) -> list[Certificate]:
    """Certificates by their subject; of some states, if given."""
    wanted = select(Certificate).order_by(Certificate.subject, Certificate.valid_until, Certificate.id)
    return list(session.scalars(wanted.where(Certificate.state.in_(states)) if states else wanted))


def revocation_lists(session: Session) -> list[RevocationList]:
    """The newest list of each authority of which somebody brought one."""
    return list(session.scalars(select(RevocationList).order_by(RevocationList.issuer, RevocationList.id)))


def channel(session: Session, tag: str) -> Channel:
    """A channel by its tag.

    Raises:
        NotFound: if there is none.
    """
    row = session.scalar(select(Channel).where(Channel.tag == tag))
    if row is None:
        raise NotFound(f"There is no channel {tag}.")
    return row


def channels(session: Session, *, node_code: str | None = None, tags: Sequence[str] = ()) -> list[Channel]:
    """Active channels by tag, of one piece of equipment or of some tags."""
    wanted = select(Channel).where(Channel.active.is_(True)).order_by(Channel.tag)
    if node_code is not None:
        wanted = wanted.where(Channel.node_code == node_code)
    if tags:
        wanted = wanted.where(Channel.tag.in_(tags))
    return list(session.scalars(wanted))


def channels_of(session: Session, row: Connection) -> list[Channel]:
    """Every channel that a connection ever had."""
    return list(session.scalars(select(Channel).where(Channel.connection_id == row.id).order_by(Channel.id)))


def tags_mark(session: Session, *connection_ids: str) -> tuple[int, int]:
    """What differs after any change of the channels of these connections: how many there are, and their versions."""
    found = session.execute(
        select(func.count(), func.coalesce(func.sum(Channel.version), 0)).where(
            Channel.connection_id.in_(connection_ids)
        )
    ).one()
    return int(found[0]), int(found[1])


def listing_mark(session: Session, host: str) -> tuple[Any, ...]:
    """What differs after any change of what a host is told of its connections."""
    rows = session.execute(
        select(Connection.id, Connection.version).where(Connection.host == host).order_by(Connection.id)
    ).all()
    trusted, lists = (
        session.execute(select(func.count(), func.coalesce(func.sum(kind.version), 0))).one()
        for kind in (Certificate, RevocationList)
    )
    return (
        *((row[0], row[1]) for row in rows),
        tags_mark(session, *(row[0] for row in rows)),
        (int(trusted[0]), int(trusted[1])),
        (int(lists[0]), int(lists[1])),
    )


def connection_of(session: Session, tags: Sequence[str]) -> dict[str, str]:
    """Name of the connection of each of these tags that has one."""
    found = session.execute(
        select(Channel.tag, Connection.name)
        .join(Connection, Connection.id == Channel.connection_id)
        .where(Channel.tag.in_(tags))
    )
    return {row[0]: row[1] for row in found}


def quality_floor(session: Session, tags: Sequence[str], at: datetime) -> dict[str, int]:
    """The best quality that values of these channels can have at an instant: 0 good, 1 uncertain.

    A calibration that has lapsed lowers the quality of every channel of the equipment, and so does a
    connection that is not approved or answers from another endpoint; it never discards data.
    """
    lapsed = {
        row.code
        for row in nodes(session)
        if rules.effective_qualification(standing(row), at) in ("calibration_due", "out_of_service")
    }
    unqualified = {row.id for row in connections(session) if not is_qualified(row)}
    return {
        row.tag: int(row.node_code in lapsed or row.connection_id in unqualified)
        for row in channels(session, tags=tags)
    }


def served(session: Session, row: Connection) -> list[str]:
    """Codes of the equipment that a connection serves, and of all above it in the hierarchy."""
    own = {one.node_code for one in channels_of(session, row) if one.active}
    return above(session, [code for code in {row.node_code, *own} if code])


def above(session: Session, codes: Sequence[str]) -> list[str]:
    """Some codes of equipment and those of all above it, each once."""
    rows = nodes(session)
    by_id, by_code = {row.id: row for row in rows}, {row.code: row for row in rows}
    found: dict[str, None] = {}
    for code in sorted(codes):
        at: str | None = code
        while at is not None and at not in found:
            found[at] = None
            node_row = by_code.get(at)
            parent = by_id.get(node_row.parent_id or "") if node_row is not None else None
            at = parent.code if parent is not None else None
    return list(found)


def unqualified(session: Session, codes: Sequence[str]) -> list[Connection]:
    """Connections that record something of this equipment, or below it, and do not count as qualified."""
    wanted = set(codes)
    return [
        row
        for row in connections(session)
        if row.state != "suspended" and not is_qualified(row) and wanted & set(served(session, row))
    ]


def is_qualified(row: Connection) -> bool:
    """Whether the data of a connection counts as qualified: approved, and the same endpoint answers."""
    return row.state == "approved" and row.seen_fingerprint in (None, row.fingerprint)


def gap_rows(session: Session, start_us: int, end_us: int, connection_name: str | None = None) -> list[Gap]:
    """Gaps that touch [start, end) of source time, oldest first."""
    wanted = select(Gap).where(Gap.to_us >= start_us, Gap.from_us < end_us).order_by(Gap.from_us, Gap.id)
    if connection_name is not None:
        wanted = wanted.where(Gap.connection == connection_name)
    return list(session.scalars(wanted))


def gaps(
    session: Session, tags: Sequence[str], start: datetime, end: datetime, *, filled: bool = False
) -> list[tuple[str, int, int, str]]:
    """What is missing of some channels: (tag, from, to, state), microseconds of source time.

    Args:
        session: a reading session.
        tags: channels.
        start: of the range.
        end: of the range.
        filled: whether gaps that were filled are listed too.
    """
    low, high = us(start), us(end)
    owner = connection_of(session, tags)
    found = []
    for row in gap_rows(session, low, high):
        for tag, begin, finish, state in row.windows:
            named = [tag] if tag else [one for one in tags if owner.get(one) == row.connection]
            if (state != "filled" or filled) and finish >= low and begin < high:
                found += [(one, begin, finish, state) for one in named if one in owner]
    wanted = set(tags)
    return [one for one in found if one[0] in wanted]


def completeness(
    session: Session,
    row: Connection,
    end: datetime,
    zone: tzinfo,
    *,
    unproven_us: int | None = None,
    days: int = 30,
    tag: str | None = None,
) -> list[rules.DayCompleteness]:
    """Completeness of a connection, or of one of its channels, day by day until `end` (process clock).

    A connection's gap counts as long as any of its channels misses something.

    Args:
        session: a reading session.
        row: the connection.
        end: now.
        zone: the site's; its days are counted.
        unproven_us: since when nothing proves that the connection runs; what is behind it is missing. Of a connection
            that is suspended nothing is expected behind it.
        days: how many, today's with them.
        tag: of one channel.
    """
    if row.recording_since is None:
        return []
    high = us(end)
    away = [] if unproven_us is None else [(unproven_us, high)]
    if row.state == "suspended" and away:
        high, away = unproven_us or 0, []
    first = end.astimezone(zone).date() - timedelta(days=days - 1)
    low = max(us(row.recording_since), rules.day_begins(first, zone))
    missing: list[tuple[int, int]] = away
    healed: list[tuple[int, int]] = []
    for gap in gap_rows(session, low, high, row.name):
        for name, begin, finish, state in gap.windows:
            if tag is None or name in ("", tag):
                (healed if state == "filled" else missing).append((begin, finish))
    return rules.completeness(low, high, missing, healed, zone)


def calibrations(session: Session, node_id: str) -> list[Calibration]:
    """Calibrations of a piece of equipment, newest first."""
    return list(
        session.scalars(
            select(Calibration)
            .where(Calibration.node_id == node_id)
            .order_by(Calibration.performed_at.desc())
        )
    )


def logbook(session: Session, node_id: str, limit: int = 200) -> list[LogbookEntry]:
    """The newest entries of a logbook."""
    return list(
        session.scalars(
            select(LogbookEntry)
            .where(LogbookEntry.node_id == node_id)
            .order_by(LogbookEntry.id.desc())
            .limit(limit)
        )
    )


def clock_readings(
    session: Session, name: str, start: datetime, end: datetime, most: int
) -> list[ClockReading]:
    """Comparisons of a device's clock with its host's, in the order of time; of too many the smallest and the largest
    offset of each stretch."""
    wanted = (
        select(ClockReading)
        .where(ClockReading.connection == name, ClockReading.taken_at >= start, ClockReading.taken_at < end)
        .order_by(ClockReading.taken_at, ClockReading.number)
    )
    return rules.extremes(list(session.scalars(wanted)), most, key=lambda one: one.offset_us)


def context_at(
    session: Session, subject: str, at: datetime, known_at: datetime | None = None
) -> ContextSnapshot | None:
    """The context that held at an instant, as it is known now, or as it was known at `known_at` (server clock)."""
    wanted = (
        select(ContextSnapshot)
        .where(ContextSnapshot.subject == subject, ContextSnapshot.valid_from <= at)
        .order_by(ContextSnapshot.valid_from.desc(), ContextSnapshot.id.desc())
        .limit(1)
    )
    if known_at is not None:
        wanted = wanted.where(ContextSnapshot.recorded_at <= known_at)
    return session.scalars(wanted).first()


@dataclass(frozen=True)
class ChannelContext:
    """What held around the values of a channel at an instant.

    Args:
        tag: of the channel.
        content: what held, of its connection, of its equipment, and of all above that; what is nearer prevails.
        snapshots: the snapshots that say so, the nearest first.
    """

    tag: str
    content: dict[str, Any]
    snapshots: tuple[ContextSnapshot, ...]


def context_of(session: Session, tag: str, at: datetime, known_at: datetime | None = None) -> ChannelContext:
    """The context of a channel's value at a source time, as it is known now, or as it was known at `known_at`.

    A value points at these snapshots by its channel and its source time, so no value is ever rewritten when more
    becomes known.

    Raises:
        NotFound: if there is no such channel.
    """
    row = channel(session, tag)
    subjects = _upwards(session, row.node_code)
    subjects += [one for one in connection_of(session, [tag]).values() if one not in subjects]
    found = [context_at(session, one, at, known_at) for one in subjects]
    snapshots = tuple(one for one in found if one is not None)
    content: dict[str, Any] = {}
    for one in reversed(snapshots):
        content |= one.content
    return ChannelContext(tag, content, snapshots)


def _upwards(session: Session, code: str | None) -> list[str]:
    """A piece of equipment and what it belongs to, the nearest first."""
    found: list[str] = []
    row = session.scalar(select(Node).where(Node.code == code)) if code is not None else None
    while row is not None and row.code not in found:
        found.append(row.code)
        row = session.get(Node, row.parent_id) if row.parent_id is not None else None
    return found


def command(session: Session, key: str) -> DeviceCommand | None:
    """A command by its key, or None."""
    return session.scalar(select(DeviceCommand).where(DeviceCommand.key == key))


def commands(session: Session, *, state: str | None = None, limit: int = 200) -> list[DeviceCommand]:
    """The newest commands, of one state if given."""
    wanted = select(DeviceCommand).order_by(DeviceCommand.id.desc()).limit(limit)
    return list(session.scalars(wanted if state is None else wanted.where(DeviceCommand.state == state)))


def documents(session: Session, *, state: str | None = None, limit: int = 200) -> list[Document]:
    """The newest received files, of one state if given."""
    wanted = select(Document).order_by(Document.id.desc()).limit(limit)
    return list(session.scalars(wanted if state is None else wanted.where(Document.state == state)))


def statuses(session: Session) -> dict[str, ConnectionStatus]:
    """What the hosts last said, by connection."""
    return {row.name: row for row in session.scalars(select(ConnectionStatus))}


def stream_events(session: Session, connection_name: str, limit: int = 100) -> list[StreamEvent]:
    """The newest events of a connection's stream."""
    return list(
        session.scalars(
            select(StreamEvent)
            .where(StreamEvent.connection == connection_name)
            .order_by(StreamEvent.id.desc())
            .limit(limit)
        )
    )
