"""Alarms and conditions: which event fields are asked for, and what becomes of each event.

A condition is an object of the server that is active or not, acknowledged or not; each change of it is an event.
After every connecting the server is asked to tell once more what stands (ConditionRefresh). All of it goes the way of
values: through the same subscription, the journal, once to the hub. OPC 10000-9 was read second-hand, in the type
definitions that every server carries and in the sources of two servers; clauses are not cited for that reason.

No where clause is sent. asyncua's server takes `OfType` for equality, so that a filter on ConditionType would drop
each alarm in silence; what is no condition is left out here instead.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary

from titer.base.clock import Clock, us
from titer.base.errors import Unavailable
from titer.connect.core.contract import Gap, event
from titer.connect.opcua import decode
from titer.connect.opcua.bounds import Metered
from titer.connect.opcua.session import Session

HANDLE = 0x7FFFFFFF
CHANNEL = "@alarms"
"""What a gap in the events is a gap of; no channel can have the name, since no tag begins with `@`."""
LONGEST = 2000
MOST_STANDING = 20_000
SEEN_EVERY_US = 5_000_000
_BASE = ua.ObjectIds.BaseEventType
_CONDITION = ua.ObjectIds.ConditionType
_ACKNOWLEDGEABLE = ua.ObjectIds.AcknowledgeableConditionType
_ALARM = ua.ObjectIds.AlarmConditionType

FIELDS: tuple[tuple[str, int, str], ...] = (
    ("event_id", _BASE, "EventId"),
    ("event_type", _BASE, "EventType"),
    ("source_node", _BASE, "SourceNode"),
    ("source_name", _BASE, "SourceName"),
    ("time", _BASE, "Time"),
    ("receive_time", _BASE, "ReceiveTime"),
    ("message", _BASE, "Message"),
    ("severity", _BASE, "Severity"),
    ("condition", _CONDITION, ""),
    ("branch", _CONDITION, "BranchId"),
    ("name", _CONDITION, "ConditionName"),
    ("retain", _CONDITION, "Retain"),
    ("enabled", _CONDITION, "EnabledState/Id"),
    ("quality", _CONDITION, "Quality"),
    ("comment", _CONDITION, "Comment"),
    ("user", _CONDITION, "ClientUserId"),
    ("acked", _ACKNOWLEDGEABLE, "AckedState/Id"),
    ("confirmed", _ACKNOWLEDGEABLE, "ConfirmedState/Id"),
    ("active", _ALARM, "ActiveState/Id"),
    ("suppressed", _ALARM, "SuppressedState/Id"),
    ("shelving", _ALARM, "ShelvingState/CurrentState"),
    ("input_node", _ALARM, "InputNode"),
)
"""Name, the type that declares it, and the path of browse names; the empty path is the ConditionId."""

_SPECIAL = {
    ua.ObjectIds.RefreshStartEventType: "start",
    ua.ObjectIds.RefreshEndEventType: "end",
    ua.ObjectIds.RefreshRequiredEventType: "required",
    ua.ObjectIds.EventQueueOverflowEventType: "overflow",
}


class Conditions:
    """The conditions of one server, across its sessions.

    Args:
        name: of the connection.
        queue_size: events that the server is asked to keep while nobody listens.
        clock: the host's clock.
    """

    def __init__(self, name: str, queue_size: int, clock: Clock) -> None:
        self._name = name
        self._queue_size = queue_size
        self._clock = clock
        self._namespaces: tuple[str, ...] = ()
        self._seen_us = 0
        self._noted_us = 0
        self._listening = False
        self._again = False
        self._standing: dict[str, None] | None = None
        self._said: list[dict[str, Any]] = []
        self._refusal = ""

    def resume(self, state: str) -> None:
        """Take over until when events are known to have been heard; "" = they never were."""
        self._seen_us = self._noted_us = int(state or 0)

    async def subscribe(self, session: Session) -> None:
        """Listen to the server's events in the session's new subscription; what came before it may be missing."""
        wanted = ua.CreateMonitoredItemsParameters()
        wanted.SubscriptionId = session.link.subscription
        wanted.TimestampsToReturn = ua.TimestampsToReturn.Both
        one = ua.MonitoredItemCreateRequest()
        one.ItemToMonitor.NodeId = ua.NodeId(ua.ObjectIds.Server)
        one.ItemToMonitor.AttributeId = ua.AttributeIds.EventNotifier
        one.MonitoringMode = ua.MonitoringMode.Reporting
        one.RequestedParameters.ClientHandle = HANDLE
        one.RequestedParameters.SamplingInterval = 0
        one.RequestedParameters.QueueSize = self._queue_size
        one.RequestedParameters.DiscardOldest = True
        one.RequestedParameters.Filter = ua.EventFilter(SelectClauses=[_operand(*field) for field in FIELDS])
        wanted.ItemsToCreate = [one]
        (result,) = await session.client.uaclient.create_monitored_items(wanted)
        now = us(self._clock.now())
        self._listening = result.StatusCode.is_good()
        if not self._listening:
            self._refuse(
                now, f"The server gives no events ({result.StatusCode.name}): alarms are not recorded."
            )
        if self._seen_us:
            self._lost(
                self._seen_us,
                now,
                "Nobody listened to the server's events. What stands is asked for; what came and went is not known.",
            )

    async def refresh(self, session: Session) -> None:
        """Ask the server to tell once more what stands; a refusal is told, and ends nothing."""
        self._namespaces = session.link.namespaces
        self._again, self._standing = False, None
        if not self._listening:
            return
        call = ua.CallMethodRequest()
        call.ObjectId = ua.NodeId(ua.ObjectIds.ConditionType)
        call.MethodId = ua.NodeId(ua.ObjectIds.ConditionType_ConditionRefresh)
        call.InputArguments = [ua.Variant(session.link.subscription, ua.VariantType.UInt32)]
        (result,) = await session.client.uaclient.call([call])
        code = result.StatusCode
        if code.value == ua.StatusCodes.BadRefreshInProgress:
            self._again = True
        elif not code.is_good():
            words = f"The server does not tell which alarms stand ({code.name}): only those that change are known."
            self._refuse(us(self._clock.now()), words)

    @property
    def wants_refresh(self) -> bool:
        """Whether the server asked for another refresh, and clears the wish."""
        wish, self._again = self._again, False
        return wish

    def take(self, messages: Sequence[decode.Publish]) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """What the events in some messages say, and what to remember with them.

        Raises:
            Unavailable: if an event cannot be read.
        """
        received = us(self._clock.now())
        found, self._said = self._said, []
        for message in messages:
            for raw in message.events:
                for fields in _decoded(raw):
                    found += self._one(fields, received)
        if self._listening:
            self._seen_us = received
        if found or received - self._noted_us >= SEEN_EVERY_US:
            self._noted_us = received
            return found + self._drained(), {"alarms_seen": str(self._seen_us)} if self._seen_us else {}
        return found, {}

    def _drained(self) -> list[dict[str, Any]]:
        said, self._said = self._said, []
        return said

    def _one(self, fields: dict[str, Any], received: int) -> list[dict[str, Any]]:
        kind = fields["event_type"]
        special = (
            _SPECIAL.get(kind.Identifier)
            if isinstance(kind, ua.NodeId) and kind.NamespaceIndex == 0
            else None
        )
        if special == "start":
            self._standing = {}
        elif special == "end":
            standing, self._standing = self._standing, None
            if standing is not None and len(standing) <= MOST_STANDING:
                words = f"The server told which alarms stand: {len(standing)}."
                return [event("alarms_refreshed", received, words, standing=list(standing))]
        elif special == "required":
            self._again = True
        elif special == "overflow":
            self._again = True
            since = self._seen_us or received
            self._lost(since, received, "The server's queue of events overflowed: some were lost.")
            return self._drained()
        elif fields["condition"] is not None or fields["name"]:
            alarm = self._alarm(fields)
            if self._standing is not None:
                self._standing[f"{alarm['condition']}|{alarm['branch']}"] = None
                alarm["refreshed"] = True
            at = alarm["time_us"] or received
            return [event("alarm", received, alarm["message"], from_us=at, to_us=at, alarm=alarm)]
        return []

    def _alarm(self, fields: dict[str, Any]) -> dict[str, Any]:
        condition = self._node(fields["condition"])
        return {
            "event_id": fields["event_id"].hex() if isinstance(fields["event_id"], bytes) else "",
            "event_type": self._node(fields["event_type"]),
            "source_node": self._node(fields["source_node"]),
            "source_name": _text(fields["source_name"]),
            "input_node": self._node(fields["input_node"]),
            "condition": condition or f"{self._node(fields['source_node'])}/{_text(fields['name'])}",
            "callable": bool(condition),
            "branch": self._node(fields["branch"]),
            "name": _text(fields["name"]) or _text(fields["source_name"]),
            "message": _text(fields["message"]),
            "severity": fields["severity"] if isinstance(fields["severity"], int) else 0,
            "time_us": _time(fields["time"]),
            "server_us": _time(fields["receive_time"]),
            **{
                name: fields[name] if isinstance(fields[name], bool) else None
                for name in ("retain", "enabled", "acked", "confirmed", "active", "suppressed")
            },
            "shelving": _text(fields["shelving"]),
            "quality": fields["quality"].value if isinstance(fields["quality"], ua.StatusCode) else 0,
            "comment": _text(fields["comment"]),
            "user": _text(fields["user"]),
            "refreshed": False,
        }

    def _node(self, node: Any) -> str:
        """A node by its namespace's URI; "" for none. An index may change whenever the server restarts."""
        if not isinstance(node, ua.NodeId) or node.is_null():
            return ""
        text = str(node.to_string())
        rest = text.partition(";")[2]
        if 0 < node.NamespaceIndex < len(self._namespaces) and rest:
            text = f"nsu={self._namespaces[node.NamespaceIndex]};{rest}"
        return text[:LONGEST]

    def _lost(self, low: int, high: int, reason: str) -> None:
        gap = Gap(f"{self._name}-alarms-{high}", {CHANNEL: (min(low, high), high)}, reason)
        self._said += [
            gap.event(kind, [CHANNEL], high, reason) for kind in ("gap_opened", "gap_unrecoverable")
        ]

    def _refuse(self, now: int, words: str) -> None:
        if words != self._refusal:
            self._refusal = words
            self._said.append(event("config_changed", now, words))


def _operand(_name: str, declared_by: int, path: str) -> ua.SimpleAttributeOperand:
    return ua.SimpleAttributeOperand(
        TypeDefinitionId=ua.NodeId(declared_by),
        BrowsePath=[ua.QualifiedName(part, 0) for part in path.split("/") if part],
        AttributeId=ua.AttributeIds.Value if path else ua.AttributeIds.NodeId,
    )


def _decoded(raw: bytes) -> list[dict[str, Any]]:
    """The events of one EventNotificationList that are ours, by field."""
    try:
        told = struct_from_binary(ua.EventNotificationList, Metered(raw))
    except (ua.UaError, struct.error, IndexError, ValueError, TypeError, RecursionError) as error:
        raise Unavailable("The server's events cannot be read.", why=str(error)) from error
    found = []
    for one in told.Events or ():
        values = [variant.Value for variant in one.EventFields or ()]
        if one.ClientHandle == HANDLE and len(values) == len(FIELDS):
            found.append({name: value for (name, *_), value in zip(FIELDS, values, strict=True)})
    return found


def _text(value: Any) -> str:
    words = getattr(value, "Text", value)
    return words[:LONGEST] if isinstance(words, str) else ""


def _time(value: Any) -> int:
    if not isinstance(value, datetime):
        return 0
    return max(0, us(value if value.tzinfo is not None else value.replace(tzinfo=UTC)))
