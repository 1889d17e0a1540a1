"""Use cases of devices: commands and their receipts, and files that devices leave."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import iso
from titer.base.errors import Conflict, Invalid, NotFound, Refused
from titer.base.units import convert
from titer.connect import TYPES
from titer.equipment import queries, rules
from titer.equipment.alarm_rules import ANSWERS
from titer.equipment.model import Connection, DeviceCommand, Dispatch, Document
from titer.record import Unit

AGAIN_AFTER = timedelta(seconds=10)
"""A command that was handed out and not answered is handed out again; the host carries each key out once."""


def request_command(
    unit: Unit,
    *,
    key: str,
    connection: str | None = None,
    kind: str,
    target: str,
    value: str | None = None,
    unit_code: str | None = None,
    parameters: dict[str, Any] | None = None,
    cause: dict[str, Any] | str = "",
    valid_for: timedelta | None = timedelta(minutes=5),
) -> DeviceCommand:
    """Ask a device for something; the same key asks once.

    Args:
        unit: the open action.
        key: idempotency key, e.g. `batch/element/attempt/command`.
        connection: which; for a write it follows from the channel.
        kind: `write` (target = tag), `call` (target = Feature/Command), `acknowledge` or `confirm` (target = the
            condition of an alarm; `alarms.answer_alarm` asks for these), `cancel` (target = the key of a call;
            `cancel_command` asks for it).
        target: tag, command, condition or key.
        value: what to write, as text.
        unit_code: unit of the value; converted into the channel's. None = the channel's own unit.
        parameters: of a call.
        cause: what led to it: batch, proposal, sample.
        valid_for: not to be begun later than this, by the server clock; None = whenever it can be.

    Raises:
        NotFound: no such channel or connection.
        Refused: the channel is not writable, the value lies outside its engineering range, the connection is
            not approved, or a different device answers than the one that was approved.
        Conflict: if the key asked for something else before.
    """
    if kind not in ("write", "call", "cancel", *ANSWERS):
        raise Invalid(f"{kind!r} is no kind of command.", do="Use write or call.")
    name, text, code = connection, value, unit_code or ""
    if kind == "write":
        channel = queries.channel(unit.session, target)
        owner = unit.session.get_one(Connection, channel.connection_id)
        if connection is not None and connection != owner.name:
            raise Refused(f"{target} belongs to the connection {owner.name}, not to {connection}.")
        if not channel.active or not channel.writable:
            raise Refused(f"{target} cannot be written.", why="Its channel is not writable, or not in use.")
        name, code = owner.name, channel.unit
        text = _to_write(channel.low, channel.high, channel.unit, target, value, unit_code)
    if name is None:
        raise Invalid(f"To {kind} something needs a connection.", where="connection")
    asked = {
        "connection": name,
        "kind": kind,
        "target": target,
        "value": text,
        "unit": code,
        "parameters": rules.without_floats(parameters or {}),
    }
    known = unit.session.scalar(select(DeviceCommand).where(DeviceCommand.key == key))
    if known is not None:
        if any(getattr(known, field) != wanted for field, wanted in asked.items()):
            raise Conflict(f"The command key {key} was used for something else.")
        return known
    row = queries.connection(unit.session, name)
    if row.state != "approved":
        raise Refused(
            f"The connection {name} is {row.state}, so nothing is commanded through it.",
            do="Have it approved on the connections page.",
        )
    if row.seen_fingerprint is not None and row.fingerprint != row.seen_fingerprint:
        raise Refused(
            f"At {name} another device, firmware or set of channels answers than the one that was approved.",
            do="Look at the connection, then have it approved again.",
        )
    command = unit.add(
        DeviceCommand(
            key=key,
            **asked,
            cause=rules.without_floats(cause if isinstance(cause, dict) else {"text": cause}),
            state="requested",
            requested_at=unit.now,
            deadline=unit.now + valid_for if valid_for is not None else None,
            message="",
        )
    )
    unit.emit("equipment.command.requested", command, {"key": key, "connection": name, "target": target})
    return command


def cancel_command(unit: Unit, command_id: str, *, name: str, reason: str) -> DeviceCommand:
    """Ask a device to end a call that it carries out; a call that no host has fetched fails instead.

    Args:
        unit: the open action.
        command_id: of the call.
        name: who wants it, as people are named.
        reason: why.

    Returns:
        The request, or the call itself where nothing had to be asked.

    Raises:
        Invalid: without a reason.
        Refused: if it is no call, is over, or its type of connection has no way to cancel.
    """
    if not reason.strip():
        raise Invalid("A command is cancelled for a reason.", where="reason", do="Say why it is to end.")
    row = unit.get(DeviceCommand, command_id)
    if row.kind != "call":
        raise Refused("Only a call runs long enough to be cancelled; a value that was written stands.")
    if row.state not in ("requested", "dispatched"):
        raise Refused(f"The command is {row.state} already, so there is nothing to cancel.")
    if row.state == "requested":
        return _complete(
            unit, row, "expire", {"message": f"Cancelled by {name} before a host fetched it: {reason}"}
        )
    kind = TYPES.get(queries.connection(unit.session, row.connection).type)
    if kind is None or not kind.cancels:
        raise Refused(
            f"The connection {row.connection} has no way to cancel a command.",
            why="Its protocol knows none.",
            do="Stop it at the instrument.",
        )
    begun = f"{row.key}/cancel/"
    before = unit.session.scalars(
        select(DeviceCommand).where(DeviceCommand.key.startswith(begun, autoescape=True))
    ).all()
    over = sum(one.state not in ("requested", "dispatched") for one in before)
    return request_command(
        unit,
        key=f"{begun}{over + 1}",
        connection=row.connection,
        kind="cancel",
        target=row.key,
        cause={"command": row.id, "name": name, "reason": reason},
    )


def _to_write(
    low: Decimal | None, high: Decimal | None, unit_code: str, tag: str, value: str | None, given: str | None
) -> str:
    if value is None:
        raise Invalid(f"There is nothing to write to {tag}.", where="value")
    try:
        number = Decimal(value)
    except InvalidOperation:
        if low is not None or high is not None or unit_code:
            raise Invalid(f"{value!r} is no number, and {tag} takes numbers.", where="value") from None
        return value
    if not number.is_finite():
        raise Invalid(f"{value!r} cannot be written to {tag}.", where="value")
    if given and unit_code and given != unit_code:
        number = convert(number, given, unit_code)
        value = format(number.normalize(), "f")
    if (low is not None and number < low) or (high is not None and number > high):
        raise Refused(
            f"{value} {unit_code} lies outside the range of {tag}: {low} to {high} {unit_code}.",
            do="Check the set-point and its unit.",
        )
    return value


def due_commands(session: Session, host: str, now: datetime) -> list[DeviceCommand]:
    """Commands for a host, oldest first: new ones, and those handed out a while ago without an answer."""
    names = list(session.scalars(select(Connection.name).where(Connection.host == host)))
    rows = session.scalars(
        select(DeviceCommand)
        .where(DeviceCommand.connection.in_(names), DeviceCommand.state.in_(("requested", "dispatched")))
        .order_by(DeviceCommand.id)
    ).all()
    handed = {
        one.key: one.handed_at
        for one in session.scalars(select(Dispatch).where(Dispatch.key.in_([row.key for row in rows])))
    }
    return [row for row in rows if row.key not in handed or now - handed[row.key] >= AGAIN_AFTER]


def dispatch(unit: Unit, keys: list[str]) -> list[DeviceCommand]:
    """Hand commands out; what is too late for a first hand-out fails instead. Returns those to be carried out."""
    given = []
    for key in keys:
        row = unit.session.scalar(select(DeviceCommand).where(DeviceCommand.key == key))
        if row is None or row.state not in ("requested", "dispatched"):
            continue
        if row.state == "requested" and row.deadline is not None and unit.now > row.deadline:
            _complete(unit, row, "expire", {"message": "The host did not fetch it before its deadline."})
            continue
        if row.state == "requested":
            row.state = rules.move(rules.COMMAND, row.state, "dispatch")
        handed = unit.session.get(Dispatch, key)
        if handed is None:
            unit.session.add(Dispatch(key=key, handed_at=unit.now))
        else:
            handed.handed_at = unit.now
        given.append(row)
    unit.flush()
    return given


def take_receipt(unit: Unit, key: str, outcome: str, answer: dict[str, Any]) -> DeviceCommand:
    """Take what came of a command; the same receipt again changes nothing.

    Args:
        unit: the open action.
        key: of the command.
        outcome: done, failed or unknown.
        answer: readback, responses, source_time (datetime), message; each may be missing.

    Raises:
        NotFound: no such command.
        Invalid: unknown outcome.
        Conflict: if it was answered otherwise before.
    """
    row = unit.session.scalar(select(DeviceCommand).where(DeviceCommand.key == key))
    if row is None:
        raise NotFound(f"No command with the key {key} was given.")
    if outcome not in ("done", "failed", "unknown"):
        raise Invalid(f"{outcome!r} is no outcome.", do="Say done, failed or unknown.")
    if row.state == outcome:
        return row
    if not rules.COMMAND[row.state]:
        raise Conflict(f"The command {key} is {row.state} already, and cannot be {outcome} as well.")
    return _complete(unit, row, outcome, answer)


def _complete(unit: Unit, row: DeviceCommand, event: str, answer: dict[str, Any]) -> DeviceCommand:
    row.state = rules.move(rules.COMMAND, row.state, event)
    row.completed_at = unit.now
    readback, responses = answer.get("readback"), answer.get("responses")
    row.readback = None if readback is None else str(rules.without_floats(readback))
    row.responses = None if responses is None else rules.without_floats(responses)
    row.source_time = answer.get("source_time")
    row.message = str(answer.get("message") or "")
    unit.emit(
        "equipment.command.completed",
        row,
        {
            "key": row.key,
            "connection": row.connection,
            "target": row.target,
            "outcome": row.state,
            "readback": row.readback,
            "responses": row.responses,
            "source_time": iso(row.source_time) if row.source_time else None,
            "message": row.message,
        },
    )
    return row


def expire_commands(unit: Unit, session_keys: list[str]) -> int:
    """Let commands fail that no host fetched before their deadline."""
    count = 0
    for key in session_keys:
        row = unit.session.scalar(select(DeviceCommand).where(DeviceCommand.key == key))
        if row is not None and row.state == "requested" and row.deadline and unit.now > row.deadline:
            _complete(unit, row, "expire", {"message": "No connector host fetched it before its deadline."})
            count += 1
    return count


def receive_document(
    unit: Unit,
    *,
    key: str,
    connection: str,
    digest: str,
    file_name: str,
    seen_at: datetime,
    media_type: str,
    kind: str,
    identity: dict[str, Any],
) -> Document:
    """Receive a raw file whose bytes are in the content store; the same key receives once.

    Raises:
        NotFound: if the bytes are not there, or the connection is not registered.
        Conflict: if the key brought other bytes before.
    """
    known = unit.session.scalar(select(Document).where(Document.key == key))
    if known is not None:
        if known.digest != digest:
            raise Conflict(f"The file key {key} brought other bytes before.")
        return known
    queries.connection(unit.session, connection)
    unit.content.get(digest)
    row = unit.add(
        Document(
            key=key,
            connection=connection,
            digest=digest,
            file_name=file_name,
            seen_at=seen_at,
            media_type=media_type,
            kind=kind,
            identity=rules.without_floats(identity),
            state="received",
            disposition_reason="",
        )
    )
    unit.emit(
        "equipment.document.received",
        row,
        {
            "document_id": row.id,
            "digest": digest,
            "file_name": file_name,
            "connection": connection,
            "kind": kind,
            "identity": row.identity,
        },
    )
    return row


def dispose_document(
    unit: Unit, document_id: str, disposition: str, reason: str, version: int | None = None
) -> Document:
    """Say what became of a received file: import, quarantine or ignore, with the reason; release takes it out of
    quarantine again.

    Raises:
        Invalid: if a file is quarantined or ignored without a reason.
    """
    if disposition != "import" and not reason.strip():
        raise Invalid(f"To {disposition} a file needs a reason.", where="reason")
    row = unit.get(Document, document_id, version)
    row.state = rules.move(rules.DOCUMENT, row.state, disposition)
    row.disposition_reason = reason
    unit.flush()
    return row
