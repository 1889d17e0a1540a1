"""The equipment room: what stands in the plant, what it is connected by, and what it was told to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.clock import Clock, from_us, us, zone_of
from titer.equipment import doubts, queries, rules
from titer.equipment.model import Channel, Connection, DeviceCommand, Node
from titer.equipment.permissions import ACTIONS
from titer.equipment.service import (
    alarms,
    certificates,
    connections,
    devices,
    nodes,
    revocations,
    streams,
)
from titer.equipment.service.questions import Questions
from titer.record import (
    ActionSpec,
    Actor,
    Record,
    SignatureMeaning,
    Subscription,
    Worker,
)

WATCH = Actor.timer("equipment.watch")


def _nothing(_tags: Sequence[str]) -> Mapping[str, int]:
    return {}


class Equipment:
    """Equipment, connections and commands. Writes take the open action first, reads a session.

    Args:
        record: the record.
        process_clock: calibration, hold times and completeness go by it; by default the record's.
        newest: the source times of the newest values of some channels, by tag; what has values has been alive.
        list_lead_days: how many days before a revocation list ends people are told.
    """

    def __init__(
        self,
        record: Record,
        process_clock: Clock | None = None,
        newest: Callable[[Sequence[str]], Mapping[str, int]] = _nothing,
        *,
        list_lead_days: int = rules.LIST_LEAD_DAYS,
    ) -> None:
        self.record = record
        self.list_lead_days = list_lead_days
        self.process_clock = process_clock or record.process_clock
        self.newest = newest
        self.questions = Questions(record)
        self._listed: dict[str, tuple[tuple[Any, ...], str, list[dict[str, Any]]]] = {}
        self._tags: dict[str, tuple[tuple[int, int], frozenset[str]]] = {}

    def listed(self, host: str) -> tuple[str, list[dict[str, Any]]]:
        """What a host is told of its connections, with the mark that changes with it; put together once a change."""
        with self.record.reading() as session:
            mark = queries.listing_mark(session, host)
            held = self._listed.get(host)
            if held is None or held[0] != mark:
                told = [
                    connections.settings_for_host(session, row)
                    for row in queries.connections(session, host)
                    if row.state != "suspended"
                ]
                etag = f'"{digest(rules.without_floats(told))[:32]}"'
                held = self._listed[host] = (mark, etag, told)
        return held[1], held[2]

    def tags_of(self, session: Session, row: Connection) -> frozenset[str]:
        """Tags of every channel that a connection has or had; read anew when one of them has changed."""
        mark = queries.tags_mark(session, row.id)
        held = self._tags.get(row.id)
        if held is None or held[0] != mark:
            tags = session.scalars(select(Channel.tag).where(Channel.connection_id == row.id))
            held = self._tags[row.id] = (mark, frozenset(tags))
        return held[1]

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Approval of a connection, trust in an instrument's certificate, qualification of equipment."""
        return (
            SignatureMeaning(
                record_type="equipment_connection",
                meaning="approved",
                verb="equipment.connection.approve",
                title="Connection: approved for recording and commands",
                content=connections.approval_content,
                blockers=connections.approval_blockers,
                apply=connections.approve_by_signature,
            ),
            SignatureMeaning(
                record_type="equipment_certificate",
                meaning="trusted",
                verb="equipment.certificate.trust",
                title="Certificate of an instrument: trusted",
                content=certificates.content,
                blockers=certificates.trust_blockers,
                apply=certificates.trust_by_signature,
                later=("wrong_with_it",),
            ),
            SignatureMeaning(
                record_type="equipment_certificate",
                meaning="distrusted",
                verb="equipment.certificate.distrust",
                title="Certificate of an instrument: trusted no longer",
                content=certificates.content,
                blockers=certificates.distrust_blockers,
                apply=certificates.distrust_by_signature,
                later=("wrong_with_it",),
            ),
            SignatureMeaning(
                record_type="equipment_node",
                meaning="qualified",
                verb="equipment.node.qualify",
                title="Equipment: qualified for use",
                content=_qualification_content,
                blockers=_qualification_blockers,
                apply=nodes.qualify_by_signature,
                later=("calibration_due",),
                data=("statement",),
            ),
        )

    def subscriptions(self) -> tuple[Subscription, ...]:
        """None."""
        return ()

    def workers(self) -> tuple[Worker, ...]:
        """The watch on what lapses by the clock."""
        return (Worker("equipment.watch", self.step),)

    def step(self) -> float:
        """Note lapsed calibrations, ended hold times, certificates and lists near their end, commands not fetched."""
        now, process_now = self.record.clock.now(), self.process_clock.now()
        with self.record.reading() as session:
            lapsed = [row.id for row in queries.nodes(session) if _has_lapsed(row, process_now)]
            ending = certificates.ending(session, now)
            lists = revocations.ending(session, now, self.list_lead_days)
            late = list(
                session.scalars(
                    select(DeviceCommand.key).where(
                        DeviceCommand.state == "requested", DeviceCommand.deadline < now
                    )
                )
            )
        if lapsed or late or ending or lists:
            with self.record.action(WATCH, "equipment.clock.watch") as unit:
                nodes.note_lapses(unit, [unit.get(Node, one) for one in lapsed])
                devices.expire_commands(unit, late)
                certificates.watch(unit, ending)
                revocations.watch(unit, lists, self.list_lead_days)
        return 1.0

    # --- equipment ---------------------------------------------------------------------------------------

    register_node = staticmethod(nodes.register_node)
    calibrate = staticmethod(nodes.calibrate)
    qualify = staticmethod(nodes.qualify)
    withdraw = staticmethod(nodes.withdraw)
    mark_in_use = staticmethod(nodes.mark_in_use)
    mark_dirty = staticmethod(nodes.mark_dirty)
    start_cleaning = staticmethod(nodes.start_cleaning)
    mark_clean = staticmethod(nodes.mark_clean)
    write_log = staticmethod(nodes.write_log)
    record_context = staticmethod(nodes.record_context)
    note_context = staticmethod(nodes.note_context)

    node = staticmethod(queries.node)
    nodes = staticmethod(queries.nodes)
    ready_for_use = staticmethod(queries.ready_for_use)
    calibrations = staticmethod(queries.calibrations)
    logbook = staticmethod(queries.logbook)
    context_at = staticmethod(queries.context_at)
    context_of = staticmethod(queries.context_of)

    # --- certificates of instruments ------------------------------------------------------------------------

    add_certificate = staticmethod(certificates.add)
    note_certificates = staticmethod(certificates.note)
    certificate_faults = staticmethod(certificates.faults_of)
    bring_revocation_list = staticmethod(revocations.bring)
    issuer_of = staticmethod(revocations.of_issuer)

    # --- connections, channels, streams --------------------------------------------------------------------

    import_connection = staticmethod(connections.import_connection)
    add_channels = staticmethod(connections.add_channels)
    approve_connection = staticmethod(connections.approve_connection)
    suspend_connection = staticmethod(connections.suspend_connection)
    resume_connection = staticmethod(connections.resume_connection)
    connection = staticmethod(queries.connection)
    connections = staticmethod(queries.connections)
    channel = staticmethod(queries.channel)
    channels = staticmethod(queries.channels)
    connection_of = staticmethod(queries.connection_of)
    quality_floor = staticmethod(queries.quality_floor)
    unqualified = staticmethod(queries.unqualified)
    gaps = staticmethod(queries.gaps)
    gap_rows = staticmethod(queries.gap_rows)
    statuses = staticmethod(queries.statuses)
    stream_events = staticmethod(queries.stream_events)

    take_events = staticmethod(streams.take_events)
    unknown_events = staticmethod(streams.unknown_events)
    note_hole = staticmethod(streams.note_hole)
    note_identity = staticmethod(streams.note_identity)
    begin_recording = staticmethod(streams.begin_recording)

    alarm_events = staticmethod(alarms.alarm_events)
    alarms_between = staticmethod(alarms.raised_between)
    answer_alarm = staticmethod(alarms.answer_alarm)
    alarms = staticmethod(alarms.alarms)

    def completeness(
        self, session: Session, row: Connection, end: datetime, *, days: int = 30, tag: str | None = None
    ) -> list[rules.DayCompleteness]:
        """Completeness of a connection, or of one of its channels, by days of the site until `end` (process clock).

        The time since nothing proves that the connection runs is missing, although no gap says so yet.
        """
        zone = zone_of(self.record.installation(session).time_zone, "time_zone")
        unproven = self.unproven_since(session, row, end)
        return queries.completeness(session, row, end, zone, unproven_us=unproven, days=days, tag=tag)

    def unproven_since(self, session: Session, row: Connection, at: datetime) -> int | None:
        """Since when nothing proves that a connection records, in microseconds of the process clock; or None."""
        if row.recording_since is None:
            return None
        said = queries.statuses(session).get(row.name)
        proofs = list(self.newest([one.tag for one in queries.channels_of(session, row)]).values())
        if said is not None and said.alive_at is not None:
            proofs.append(us(said.alive_at))
        return rules.unproven_since(
            connected=said is not None and said.state == "connected" and row.state != "suspended",
            silent_us=us(self.record.clock.now()) - us(said.heard_at) if said is not None else 0,
            proofs=proofs,
            begin_us=us(row.recording_since),
            now_us=us(at),
        )

    def doubts_of(self, tags: Sequence[str], known_us: int | None = None) -> dict[str, doubts.Doubts]:
        """When values of channels are uncertain at best, whatever their source says; for the historian.

        Args:
            tags: channels.
            known_us: as it was known then, by the server clock; None for what is known now.
        """
        known_at = None if known_us is None else from_us(max(0, min(known_us, _FAR)))
        with self.record.reading() as session:
            return doubts.of_channels(session, tags, known_at)

    def gaps_of(self, tag: str, start_us: int, end_us: int) -> list[tuple[int, int]]:
        """What is missing of a channel in a range of source time, in microseconds; for charts."""
        with self.record.reading() as session:
            found = queries.gaps(session, [tag], from_us(max(start_us, 0)), from_us(min(end_us, _FAR)))
        return rules.union((begin, finish) for _, begin, finish, _ in found)

    # --- devices -----------------------------------------------------------------------------------------

    request_command = staticmethod(devices.request_command)
    cancel_command = staticmethod(devices.cancel_command)
    command = staticmethod(queries.command)
    commands = staticmethod(queries.commands)
    documents = staticmethod(queries.documents)
    due_commands = staticmethod(devices.due_commands)
    dispatch = staticmethod(devices.dispatch)
    take_receipt = staticmethod(devices.take_receipt)
    receive_document = staticmethod(devices.receive_document)
    dispose_document = staticmethod(devices.dispose_document)


_FAR = 253_402_300_799_999_999


def _has_lapsed(row: Node, at: datetime) -> bool:
    one = queries.standing(row)
    return (
        rules.effective_qualification(one, at) != row.qualification
        or rules.effective_cleanliness(one, at) != row.cleanliness
    )


def _qualification_content(session: Session, record_id: str, data: dict[str, object]) -> dict[str, object]:
    row = session.get_one(Node, record_id)
    return {
        "code": row.code,
        "name": row.name,
        "maker": row.maker,
        "model": row.model,
        "serial": row.serial,
        "calibration_due": row.calibration_due,
        "statement": str(data.get("statement") or ""),
    }


def _qualification_blockers(
    session: Session, record_id: str, _actor: Actor, _data: dict[str, object]
) -> list[str]:
    row = session.get_one(Node, record_id)
    if "qualify" not in rules.QUALIFICATION[row.qualification]:
        return [f"{row.code} is {row.qualification.replace('_', ' ')} already."]
    return []


__all__ = ["Equipment"]
