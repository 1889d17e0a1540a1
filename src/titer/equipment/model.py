"""Tables of what stands in the plant: equipment, connections, channels, gaps, commands, received files."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class Node(Regulated, Base):
    """A piece of equipment in the hierarchy (ISA-95 part 1): a site, a unit, an instrument.

    `qualification` and `cleanliness` are states of `titer.equipment.rules`; what lapses by the clock is
    computed at the instant asked for and noted by a worker afterwards.
    """

    __tablename__ = "equipment_node"
    __immutable__ = ("code",)

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column()
    level: Mapped[str] = mapped_column()
    parent_id: Mapped[str | None] = mapped_column(index=True)
    class_name: Mapped[str] = mapped_column()
    capabilities: Mapped[list[str]] = mapped_column()
    location: Mapped[str] = mapped_column()
    maker: Mapped[str] = mapped_column()
    model: Mapped[str] = mapped_column()
    serial: Mapped[str] = mapped_column()
    qualification: Mapped[str] = mapped_column()
    calibration_due: Mapped[datetime | None] = mapped_column()
    cleanliness: Mapped[str | None] = mapped_column()
    clean_until: Mapped[datetime | None] = mapped_column()
    clean_hold_h: Mapped[Decimal | None] = mapped_column()
    used_for: Mapped[str | None] = mapped_column()


class Calibration(Regulated, Base):
    """One calibration, as it was found and as it was left."""

    __tablename__ = "equipment_calibration"
    __append_only__ = True

    node_id: Mapped[str] = mapped_column(index=True)
    performed_at: Mapped[datetime] = mapped_column()
    performed_by: Mapped[str] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    standard: Mapped[str] = mapped_column()
    as_found: Mapped[dict[str, Any]] = mapped_column()
    as_left: Mapped[dict[str, Any]] = mapped_column()
    result: Mapped[str] = mapped_column()
    certificate_digest: Mapped[str | None] = mapped_column()


class LogbookEntry(Regulated, Base):
    """An entry of a piece of equipment's logbook (21 CFR 211.182)."""

    __tablename__ = "equipment_logbook"
    __append_only__ = True

    node_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column()
    text: Mapped[str] = mapped_column()
    by: Mapped[str] = mapped_column()
    batch_id: Mapped[str | None] = mapped_column(index=True)


class Connection(Regulated, Base):
    """A configured instance of a connector. Every change makes it a draft again, until somebody else approves.

    `settings` is the JSON text exactly as it was given. `fingerprint` is what the endpoint was when the
    connection was approved, `seen_fingerprint` what answers now; where they differ, its data is unqualified.
    """

    __tablename__ = "equipment_connection"
    __immutable__ = ("name", "type")

    name: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column()
    revision: Mapped[int] = mapped_column()
    settings: Mapped[str] = mapped_column()
    host: Mapped[str] = mapped_column(index=True)
    owner: Mapped[str] = mapped_column()
    changed_by: Mapped[str] = mapped_column()
    node_code: Mapped[str | None] = mapped_column()
    fingerprint: Mapped[str | None] = mapped_column()
    seen_fingerprint: Mapped[str | None] = mapped_column()
    seen_identity: Mapped[dict[str, Any] | None] = mapped_column()
    recording_since: Mapped[datetime | None] = mapped_column()


class StandingChange(Regulated, Base):
    """From when on a connection or a piece of equipment stood otherwise, so that values stay what they were.

    Of a connection, `kind` is *decided*, with its state from then on and the fingerprint that was approved, or
    *answered*, with the fingerprint of what answered; `since` is then the clock of whoever noticed, the hub's or the
    connector host's, by which values bear their time of receipt. Of equipment it is *withdrawn* or *qualified*, and
    `since` the process clock. `recorded_at` says when the record came to know.
    """

    __tablename__ = "equipment_standing"
    __append_only__ = True

    subject_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column()
    since: Mapped[datetime] = mapped_column()
    state: Mapped[str] = mapped_column()
    fingerprint: Mapped[str | None] = mapped_column()


class Channel(Regulated, Base):
    """A stream of values with a tag that is its identity for life."""

    __tablename__ = "equipment_channel"
    __immutable__ = ("tag",)

    tag: Mapped[str] = mapped_column(unique=True)
    connection_id: Mapped[str] = mapped_column(index=True)
    node_code: Mapped[str | None] = mapped_column(index=True)
    address: Mapped[str] = mapped_column()
    unit: Mapped[str] = mapped_column()
    description: Mapped[str] = mapped_column()
    low: Mapped[Decimal | None] = mapped_column()
    high: Mapped[Decimal | None] = mapped_column()
    alarm_low: Mapped[Decimal | None] = mapped_column()
    alarm_high: Mapped[Decimal | None] = mapped_column()
    resolution: Mapped[Decimal | None] = mapped_column()
    writable: Mapped[bool] = mapped_column()
    active: Mapped[bool] = mapped_column()
    settings: Mapped[str] = mapped_column()


class Certificate(Regulated, Base):
    """A certificate that an instrument showed, an authority's that somebody brought, or a connector host's own.

    `state` is one of `rules.CERTIFICATE`; a host's own is *own* for life. `der` is the certificate in Base64, the
    other columns say what stands in it. `host` is the connector host that met it or whose it is, `connection` the
    first that met it, `address` and `calls_itself` where it was met and as what.
    """

    __tablename__ = "equipment_certificate"
    __immutable__ = ("fingerprint", "der", "host", "valid_until")

    fingerprint: Mapped[str] = mapped_column(unique=True)
    thumbprint: Mapped[str] = mapped_column()
    der: Mapped[str] = mapped_column()
    subject: Mapped[str] = mapped_column()
    issuer: Mapped[str] = mapped_column()
    serial: Mapped[str] = mapped_column()
    valid_from: Mapped[datetime] = mapped_column()
    valid_until: Mapped[datetime] = mapped_column()
    application_uri: Mapped[str] = mapped_column()
    names: Mapped[list[str]] = mapped_column()
    key: Mapped[str] = mapped_column()
    authority: Mapped[bool] = mapped_column()
    host: Mapped[str] = mapped_column()
    connection: Mapped[str] = mapped_column()
    address: Mapped[str] = mapped_column()
    calls_itself: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column(index=True)
    decided_by: Mapped[str] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    reason: Mapped[str] = mapped_column()
    expiry_told: Mapped[str] = mapped_column()


class RevocationList(Regulated, Base):
    """The newest list of what an authority took back, as somebody brought it; the authority signed it itself.

    `authority` is the fingerprint of the authority's certificate; `der` is the list in Base64, the other columns say
    what stands in it. `until` is when the authority's next list is due; `expiry_told` is which stage of its end
    people were told (`rules.list_stage`).
    """

    __tablename__ = "equipment_revocation_list"
    __immutable__ = ("authority",)

    authority: Mapped[str] = mapped_column(unique=True)
    issuer: Mapped[str] = mapped_column()
    der: Mapped[str] = mapped_column()
    number: Mapped[str] = mapped_column()
    issued_at: Mapped[datetime] = mapped_column()
    until: Mapped[datetime | None] = mapped_column()
    revoked: Mapped[int] = mapped_column()
    expiry_told: Mapped[str] = mapped_column()


class StreamEvent(Regulated, Base):
    """What happened in a stream, as the connector told it: gaps, overflows, reconnections, changed clocks."""

    __tablename__ = "equipment_stream_event"
    __append_only__ = True

    key: Mapped[str] = mapped_column(unique=True)
    connection: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    reason: Mapped[str] = mapped_column()
    details: Mapped[dict[str, Any]] = mapped_column()


class Gap(Regulated, Base):
    """A span of source time in which values were lost or may have been.

    `windows` lists [tag, from, to, state] in microseconds: what is missing of each channel lies strictly
    between the two instants, and the states are those of `rules.GAP`. An empty tag stands for every channel.
    """

    __tablename__ = "equipment_gap"
    __immutable__ = ("key", "connection")

    key: Mapped[str] = mapped_column(unique=True)
    connection: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column()
    from_us: Mapped[int] = mapped_column(BigInteger, index=True)
    to_us: Mapped[int] = mapped_column(BigInteger)
    windows: Mapped[list[Any]] = mapped_column()
    reason: Mapped[str] = mapped_column()
    outcome: Mapped[str] = mapped_column()
    filled_rows: Mapped[int] = mapped_column(BigInteger)


class Alarm(Regulated, Base):
    """A condition of a device (OPC 10000-9), or one branch of it, as it was last told.

    Times in microseconds are the device's own; `received_at` is when the host took the last change in, and `acked_at`
    when it took in that it was acknowledged, since some devices stamp that with the time of the alarm. A state that
    the device did not tell is None. `state` follows from the others (`titer.equipment.alarm_rules`).
    """

    __tablename__ = "equipment_alarm"
    __immutable__ = ("key", "connection", "condition", "branch")

    key: Mapped[str] = mapped_column(unique=True)
    connection: Mapped[str] = mapped_column(index=True)
    condition: Mapped[str] = mapped_column()
    branch: Mapped[str] = mapped_column()
    name: Mapped[str] = mapped_column()
    source: Mapped[str] = mapped_column()
    node_code: Mapped[str | None] = mapped_column(index=True)
    tag: Mapped[str | None] = mapped_column()
    event_type: Mapped[str] = mapped_column()
    state: Mapped[str] = mapped_column(index=True)
    active: Mapped[bool | None] = mapped_column()
    acked: Mapped[bool | None] = mapped_column()
    confirmed: Mapped[bool | None] = mapped_column()
    enabled: Mapped[bool | None] = mapped_column()
    retain: Mapped[bool | None] = mapped_column()
    shelving: Mapped[str] = mapped_column()
    severity: Mapped[int] = mapped_column()
    message: Mapped[str] = mapped_column()
    quality: Mapped[int] = mapped_column(BigInteger)
    comment: Mapped[str] = mapped_column()
    client_user: Mapped[str] = mapped_column()
    event_id: Mapped[str] = mapped_column()
    answerable: Mapped[bool] = mapped_column()
    source_us: Mapped[int] = mapped_column(BigInteger, index=True)
    received_at: Mapped[datetime] = mapped_column()
    active_us: Mapped[int | None] = mapped_column(BigInteger)
    cleared_us: Mapped[int | None] = mapped_column(BigInteger)
    acked_at: Mapped[datetime | None] = mapped_column()
    acked_by: Mapped[str] = mapped_column()
    confirmed_by: Mapped[str] = mapped_column()
    raised: Mapped[int] = mapped_column()


class AlarmEvent(Regulated, Base):
    """One change of an alarm, as the device told it. `identity` is the digest of what it says, so it stands once."""

    __tablename__ = "equipment_alarm_event"
    __append_only__ = True

    key: Mapped[str] = mapped_column(unique=True)
    identity: Mapped[str] = mapped_column(unique=True)
    connection: Mapped[str] = mapped_column(index=True)
    alarm_id: Mapped[str] = mapped_column(index=True)
    event_id: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column()
    active: Mapped[bool | None] = mapped_column()
    severity: Mapped[int] = mapped_column()
    message: Mapped[str] = mapped_column()
    source_us: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column()
    refreshed: Mapped[bool] = mapped_column()
    by: Mapped[str] = mapped_column()
    comment: Mapped[str] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column()


class ContextSnapshot(Regulated, Base):
    """What was true around a measurement from an instant on: operator, column lot, standards, room, batch.

    Bitemporal and append-only: `valid_from` is when it held, `recorded_at` when it became known.
    """

    __tablename__ = "equipment_context"
    __append_only__ = True

    subject: Mapped[str] = mapped_column(index=True)
    valid_from: Mapped[datetime] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column()
    key: Mapped[str] = mapped_column(unique=True)


class DeviceCommand(Regulated, Base):
    """An order to a device. Its key makes it happen at most once."""

    __tablename__ = "equipment_command"
    __immutable__ = ("key", "connection", "kind", "target", "value", "unit", "parameters", "cause")

    key: Mapped[str] = mapped_column(unique=True)
    connection: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column()
    target: Mapped[str] = mapped_column()
    value: Mapped[str | None] = mapped_column()
    unit: Mapped[str] = mapped_column()
    parameters: Mapped[dict[str, Any]] = mapped_column()
    cause: Mapped[dict[str, Any]] = mapped_column()
    state: Mapped[str] = mapped_column(index=True)
    requested_at: Mapped[datetime] = mapped_column()
    deadline: Mapped[datetime | None] = mapped_column()
    completed_at: Mapped[datetime | None] = mapped_column()
    readback: Mapped[str | None] = mapped_column()
    responses: Mapped[dict[str, Any] | None] = mapped_column()
    source_time: Mapped[datetime | None] = mapped_column()
    message: Mapped[str] = mapped_column()


class Document(Regulated, Base):
    """A raw file that a connection delivered; its bytes lie in the content store. Each needs a disposition."""

    __tablename__ = "equipment_document"
    __immutable__ = ("key", "connection", "digest", "file_name")

    key: Mapped[str] = mapped_column(unique=True)
    connection: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(index=True)
    file_name: Mapped[str] = mapped_column()
    seen_at: Mapped[datetime] = mapped_column()
    media_type: Mapped[str] = mapped_column()
    kind: Mapped[str] = mapped_column()
    identity: Mapped[dict[str, Any]] = mapped_column()
    state: Mapped[str] = mapped_column()
    disposition_reason: Mapped[str] = mapped_column()


class ConnectionStatus(Base):
    """What a connector host last said about a connection.

    `alive_at` is the last instant of the process clock at which it said that it is connected.
    """

    __tablename__ = "equipment_connection_status"
    __unregulated_because__ = (
        "liveness that changes every few seconds; what matters of it becomes stream events"
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column()
    since: Mapped[datetime | None] = mapped_column()
    message: Mapped[str] = mapped_column()
    backlog: Mapped[int] = mapped_column(BigInteger)
    backlog_bytes: Mapped[int] = mapped_column(BigInteger)
    oldest_at: Mapped[datetime | None] = mapped_column()
    disk_free: Mapped[int | None] = mapped_column(BigInteger)
    heard_at: Mapped[datetime] = mapped_column()
    epoch: Mapped[int] = mapped_column(BigInteger)
    clock_offset_us: Mapped[int | None] = mapped_column(BigInteger)
    clock_uncertainty_us: Mapped[int | None] = mapped_column(BigInteger)
    certificate: Mapped[str] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    ended_because: Mapped[str] = mapped_column()
    ended_count: Mapped[int] = mapped_column(BigInteger)
    alive_at: Mapped[datetime | None] = mapped_column()


class ClockReading(Base):
    """One comparison of a device's clock with its host's."""

    __tablename__ = "equipment_clock_reading"
    __unregulated_because__ = "a measurement series; steps and drifts become stream events"

    __table_args__ = (Index("ix_equipment_clock_reading_when", "connection", "taken_at"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    connection: Mapped[str] = mapped_column()
    taken_at: Mapped[datetime] = mapped_column()
    offset_us: Mapped[int] = mapped_column(BigInteger)
    uncertainty_us: Mapped[int] = mapped_column(BigInteger)


class Dispatch(Base):
    """When a command was last handed to its host."""

    __tablename__ = "equipment_dispatch"
    __unregulated_because__ = (
        "an operational time; that a command was dispatched stands in the command itself"
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    handed_at: Mapped[datetime] = mapped_column()


class Question(Base):
    """What a person who sets up a connection wants to know from a connector host, and its answer.

    `asked_mac` and `answered_mac` vouch for both under a key outside the database (docs/decisions/0028).
    """

    __tablename__ = "equipment_question"
    __unregulated_because__ = (
        "it changes nothing and is soon forgotten; what a person chooses from the answer is a connection. Question "
        "and answer are vouched for under a key outside the database"
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(index=True)
    type: Mapped[str] = mapped_column()
    kind: Mapped[str] = mapped_column()
    about: Mapped[dict[str, Any]] = mapped_column()
    settings: Mapped[str] = mapped_column()
    asked_by: Mapped[str] = mapped_column()
    asked_at: Mapped[datetime] = mapped_column()
    asked_mac: Mapped[bytes] = mapped_column(LargeBinary)
    handed_at: Mapped[datetime | None] = mapped_column()
    answered_at: Mapped[datetime | None] = mapped_column()
    answer: Mapped[str | None] = mapped_column()
    problem: Mapped[dict[str, Any] | None] = mapped_column()
    answered_mac: Mapped[bytes | None] = mapped_column(LargeBinary)
