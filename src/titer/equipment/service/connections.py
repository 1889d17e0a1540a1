"""Use cases of connections and their channels: import, change, approve, suspend."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Invalid
from titer.base.units import UNITS
from titer.equipment import queries, rules
from titer.equipment.model import Channel, Connection, StandingChange
from titer.equipment.service import certificates, nodes
from titer.record import Actor, Signature, Unit

_KNOWN = {
    "tag",
    "node",
    "unit",
    "description",
    "low",
    "high",
    "alarm_low",
    "alarm_high",
    "resolution",
    "writable",
    "equipment",
    "settings",
}


def import_connection(
    unit: Unit,
    name: str,
    type_: str,
    settings: dict[str, Any],
    channels: list[dict[str, Any]],
    *,
    host: str = "local",
    owner: str = "",
    node: str | None = None,
) -> Connection:
    """Draft a connection, or change one that is there; importing the same again changes nothing.

    Args:
        unit: the open action.
        name: for life.
        type_: one of `titer.connect.TYPES`.
        settings: of the connector (endpoint, security, folder ...), kept as given.
        channels: entries of a channels file: tag, node, unit, description, low, high, resolution, writable,
            `equipment` (code of the unit it belongs to); what else an entry says goes to the connector.
        host: the connector host that serves it.
        owner: who answers for the data.
        node: code of the equipment that channels without `equipment` belong to; by default the part of the
            tag before the first dot, where equipment of that code is registered.

    Raises:
        Invalid: for an unknown type, a channel without tag or node, an unknown unit, a tag that occurs twice.
        Conflict: if a tag belongs to another connection.
    """
    rules.check_name(name, "connection")
    rules.check_name(host, "connector host")
    if type_ not in rules.CONNECTION_TYPES:
        raise Invalid(
            f"There is no connector of type {type_!r}.", do=f"Use one of {', '.join(rules.CONNECTION_TYPES)}."
        )
    text = _json(settings)
    row = unit.session.scalar(select(Connection).where(Connection.name == name))
    if row is None:
        row = unit.add(
            Connection(
                name=name,
                type=type_,
                state="draft",
                revision=1,
                settings=text,
                host=host,
                owner=owner,
                changed_by=unit.actor.id,
                node_code=node,
            )
        )
        _put_channels(unit, row, channels)
        _changed(unit, row)
        return row
    if row.type != type_:
        raise Conflict(
            f"The connection {name} is of type {row.type}.", do="Give the new connection another name."
        )
    wanted = (text, host, owner or row.owner, node or row.node_code)
    same = wanted == (row.settings, row.host, row.owner, row.node_code)
    if not _put_channels(unit, row, channels) and same:
        return row
    was = row.state
    row.settings, row.host, row.owner, row.node_code = wanted
    row.state = rules.move(rules.CONNECTION, row.state, "change")
    row.revision += 1
    row.changed_by = unit.actor.id
    _changed(unit, row)
    if was == "approved":
        unit.flush()
        unit.emit(
            "equipment.connection.unapproved",
            row,
            {"connection": name, "revision": row.revision, "nodes": queries.served(unit.session, row)},
        )
    return row


def add_channels(unit: Unit, name: str, channels: list[dict[str, Any]]) -> Connection:
    """Let a connection record more channels beside those that it has; it is a draft then.

    Raises:
        NotFound: no such connection.
        Invalid, Conflict: as `import_connection`; a tag that it records already, too.
    """
    row = queries.connection(unit.session, name)
    held = [
        {
            "tag": one.tag,
            "node": one.address,
            "unit": one.unit,
            "description": one.description,
            "writable": one.writable,
            "equipment": one.node_code,
            "settings": json.loads(one.settings),
            **{
                limit: _text(getattr(one, limit))
                for limit in ("low", "high", "alarm_low", "alarm_high", "resolution")
            },
        }
        for one in queries.channels_of(unit.session, row)
        if one.active
    ]
    return import_connection(
        unit, name, row.type, json.loads(row.settings), [*held, *channels], host=row.host
    )


def suspend_connection(unit: Unit, name: str, reason: str) -> Connection:
    """Stop a connection; its host is told to stop recording."""
    row = queries.connection(unit.session, name)
    row.state = rules.move(rules.CONNECTION, row.state, "suspend")
    _changed(unit, row, reason)
    return row


def resume_connection(unit: Unit, name: str, reason: str) -> Connection:
    """Let a suspended connection record again, as a draft that needs approval."""
    row = queries.connection(unit.session, name)
    row.state = rules.move(rules.CONNECTION, row.state, "resume")
    _changed(unit, row, reason)
    return row


def approve_connection(unit: Unit, name: str) -> Connection:
    """Approve a connection as it is, endpoint included (by signature; or at the seeding of a demo)."""
    row = queries.connection(unit.session, name)
    row.state = rules.move(rules.CONNECTION, row.state, "approve")
    row.fingerprint = row.seen_fingerprint
    _changed(unit, row)
    return row


def note_around(unit: Unit, row: Connection) -> None:
    """Which equipment a connection records, who answers there, and whether its data counts as qualified: context."""
    unit.flush()
    codes = {one.node_code for one in queries.channels_of(unit.session, row) if one.active}
    nodes.note_context(
        unit,
        row.name,
        equipment=sorted(code for code in {row.node_code, *codes} if code),
        connection_state=row.state,
        connection_revision=row.revision,
        qualified=queries.is_qualified(row),
        fingerprint=row.seen_fingerprint,
        firmware=(row.seen_identity or {}).get("firmware"),
    )


def _changed(unit: Unit, row: Connection, reason: str = "") -> None:
    note_standing(unit, row, unit.now)
    note_around(unit, row)
    unit.emit(
        "equipment.connection.changed",
        row,
        {"connection": row.name, "state": row.state, "revision": row.revision, "reason": reason},
    )


def note_standing(unit: Unit, row: Connection, since: datetime, *, answered: str | None = None) -> None:
    """Write down how a connection stands from an instant on, so that what it delivered stays what it was.

    Args:
        unit: the open action.
        row: as it is now.
        since: clock of the server, or of the host that noticed.
        answered: fingerprint of what answers since then; None if somebody decided about the connection.
    """
    unit.add(
        StandingChange(
            subject_id=row.id,
            kind="decided" if answered is None else "answered",
            since=min(since, unit.now),
            state=row.state if answered is None else "",
            fingerprint=row.fingerprint if answered is None else answered,
        )
    )


def _json(value: Any) -> str:
    try:
        return json.dumps(value, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Invalid(f"The settings hold something that JSON cannot carry: {error}.") from error


def _put_channels(unit: Unit, row: Connection, entries: list[dict[str, Any]]) -> bool:
    """Bring the channels of a connection to what the entries say; channels that are gone become inactive."""
    session, changed, seen = unit.session, False, set()
    codes = {node.code for node in queries.nodes(session)}
    for number, entry in enumerate(entries, 1):
        tag, address = entry.get("tag"), entry.get("node")
        where = f"channel {number}"
        if not isinstance(tag, str) or not tag or not isinstance(address, str) or not address:
            raise Invalid("A channel needs a tag and a node.", where=where)
        if tag in seen:
            raise Invalid(f"The tag {tag} occurs twice.", where=where, do="Give each channel its own tag.")
        seen.add(tag)
        fields = _fields(entry, row, codes, f"{where} ({tag})")
        channel = session.scalar(select(Channel).where(Channel.tag == tag))
        if channel is None:
            unit.add(Channel(tag=tag, connection_id=row.id, **fields))
            changed = True
            continue
        if channel.connection_id != row.id:
            raise Conflict(
                f"The tag {tag} belongs to another connection.",
                why="A tag is one channel's identity for life.",
                do="Give the new channel another tag.",
            )
        for name, value in fields.items():
            if getattr(channel, name) != value:
                setattr(channel, name, value)
                changed = True
    for channel in session.scalars(select(Channel).where(Channel.connection_id == row.id)):
        if channel.tag not in seen and channel.active:
            channel.active = False
            changed = True
    unit.flush()
    return changed


def _fields(entry: dict[str, Any], row: Connection, codes: set[str], where: str) -> dict[str, Any]:
    unit_code = str(entry.get("unit") or "")
    if unit_code and unit_code not in UNITS:
        raise Invalid(
            f"The unit {unit_code!r} is not known.", where=where, do="Use a unit of the house's table."
        )
    prefix = str(entry["tag"]).split(".", 1)[0]
    given = entry.get("equipment") or row.node_code or (prefix if prefix in codes else None)
    if given is not None and given not in codes:
        raise Invalid(f"There is no equipment {given}.", where=where, do="Register it first.")
    limits = {
        name: rules.decimal_or_none(entry.get(name), f"{where}, {name}")
        for name in ("low", "high", "alarm_low", "alarm_high", "resolution")
    }
    low, high = limits["low"], limits["high"]
    if low is not None and high is not None and low >= high:
        raise Invalid(f"The low limit {low} is not below the high limit {high}.", where=where)
    extra = {key: value for key, value in entry.items() if key not in _KNOWN}
    return {
        "address": entry["node"],
        "node_code": given,
        "unit": unit_code,
        "description": str(entry.get("description") or ""),
        "writable": bool(entry.get("writable", False)),
        "active": True,
        "settings": _json({**extra, **(entry.get("settings") or {})}),
        **limits,
    }


# --- the signature *approved* ----------------------------------------------------------------------------


def approval_content(session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
    """What is shown and signed: the connection with its endpoint and every channel."""
    row = session.get_one(Connection, record_id)
    channels = queries.channels_of(session, row)
    return {
        "connection": row.name,
        "type": row.type,
        "revision": row.revision,
        "settings": row.settings,
        "host": row.host,
        "owner": row.owner,
        "endpoint_fingerprint": row.seen_fingerprint,
        "endpoint": row.seen_identity,
        "channels": [
            {
                "tag": one.tag,
                "node": one.address,
                "unit": one.unit,
                "equipment": one.node_code,
                "low": one.low,
                "high": one.high,
                "writable": one.writable,
                "active": one.active,
            }
            for one in channels
        ],
    }


def approval_blockers(session: Session, record_id: str, actor: Actor, _data: dict[str, Any]) -> list[str]:
    """Why it may not be approved now: state, segregation of duties, nothing answering."""
    row = session.get_one(Connection, record_id)
    blockers = []
    if row.state != "draft":
        blockers.append(f"The connection is {row.state}, not a draft.")
    if row.changed_by == actor.id:
        blockers.append("You changed it last; somebody else approves it.")
    if row.seen_fingerprint is None:
        blockers.append("The device has not answered yet, so nobody knows what would be approved.")
    return blockers


def approve_by_signature(unit: Unit, record_id: str, _data: dict[str, Any], _signature: Signature) -> None:
    """What the signature carries out."""
    approve_connection(unit, unit.get(Connection, record_id).name)


def settings_for_host(session: Session, row: Connection) -> dict[str, Any]:
    """A connection as its host gets it: the shape that `ConnectionConfig.of` reads, but for the epoch."""
    return {
        "name": row.name,
        "type": row.type,
        "settings": json.loads(row.settings),
        "channels": [
            {
                "tag": one.tag,
                "node": one.address,
                "unit": one.unit,
                "description": one.description,
                "low": _text(one.low),
                "high": _text(one.high),
                "resolution": _text(one.resolution),
                "writable": one.writable,
                "settings": json.loads(one.settings),
            }
            for one in queries.channels_of(session, row)
            if one.active
        ],
        "version": row.revision,
        "trust": certificates.for_host(session, row.type),
    }


def _text(number: Any) -> str | None:
    return None if number is None else format(number, "f")
