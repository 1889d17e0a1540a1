"""A host application of Sparkplug B as a source: it says that it listens, asks for births, and believes no alias."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from titer.base.clock import Clock, us
from titer.base.errors import Invalid, Unavailable
from titer.connect.core.contract import Command, ConnectionConfig, DeviceIdentity, Outcome, Receipt, event
from titer.connect.core.frame import Origin
from titer.connect.core.live import Contact, Delivery, Reading
from titer.connect.core.values import GOOD, NO_VALUE, NOT_CONNECTED, STAMPED_ON_RECEIPT, UNSTABLE, as_number
from titer.connect.mqtt import sparkplug
from titer.connect.mqtt.broker import Broker
from titer.connect.mqtt.nodes import PREFIX, EdgeNode, Told, Topic, topic
from titer.connect.mqtt.sparkplug import Metric, Payload

BAD = 0x80000000
END_OF_TIME_US = 253_402_300_800_000_000
"""The year 10000, which no calendar here knows."""
_QUALITIES = {0: BAD, 192: GOOD, 500: UNSTABLE}
_TYPES = {"true": True, "false": False}


class SparkplugHost:
    """See the module; a `titer.connect.core.live.Source`.

    A channel's node is `GROUP/NODE#METRIC` or `GROUP/NODE/DEVICE#METRIC`.

    Args:
        config: the connection.
        settings: its settings, with defaults.
        clock: the host's clock.

    Raises:
        Invalid: if a channel's node cannot be meant.
    """

    def __init__(self, config: ConnectionConfig, settings: Mapping[str, Any], clock: Clock) -> None:
        self._settings, self._clock, self._channels = settings, clock, config.channels
        self._index: dict[tuple[str, str], int] = {}
        for index, channel in enumerate(config.channels):
            place, mark, metric = channel.node.partition("#")
            if not mark or not metric or not 2 <= len(place.split("/")) <= 3 or "" in place.split("/"):
                raise Invalid(
                    f"{channel.node!r} is no metric.",
                    where="channels.node",
                    do="Write it as GROUP/NODE#METRIC or GROUP/NODE/DEVICE#METRIC.",
                )
            self._index[place, metric] = index
        self._places = {"/".join(place.split("/")[:2]) for place, _ in self._index}
        self._devices = {place for place, _ in self._index}
        self._jumped: dict[str, float] = {}
        self._broker: Broker | None = None
        self._nodes: dict[tuple[str, str], EdgeNode] = {}
        self._sessions: dict[str, int] = {}
        self._asked: dict[tuple[str, str], float] = {}
        self._types: dict[int, int] = {}
        self._waiting: dict[int, list[asyncio.Future[Any]]] = {}
        self._told: set[str] = set()

    def recall(self, state: Mapping[str, str]) -> None:
        """Take over the sessions of the nodes."""
        self._sessions = json.loads(state.get("sessions", "{}"))

    async def connect(self) -> Contact:
        """Connect, say that the host listens, and ask every node of the channels for its birth."""
        settings = self._settings
        at = us(self._clock.now()) // 1000
        state = f"{PREFIX}/STATE/{settings['host_id']}"
        self._nodes.clear()
        self._asked.clear()
        self._broker = broker = Broker(settings, (state, _state(False, at)))
        await broker.connect()
        groups = sorted({place.split("/")[0] for place, _ in self._index})
        for group in groups:
            broker.subscribe(f"{PREFIX}/{group}/#")
        broker.publish(state, _state(True, at), qos=1, retain=True)
        for group, node in sorted({tuple(place.split("/")[:2]) for place, _ in self._index}):
            self._ask_for_rebirth(group, node)
        endpoint = f"{settings['host']}:{settings['port']}{' TLS' if settings['tls'] else ''}"
        return Contact(DeviceIdentity("", "Sparkplug B", "", "", endpoint, {"groups": ", ".join(groups)}))

    async def disconnect(self) -> None:
        """Hang up; the broker publishes that the host is away."""
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.close()
        for waiting in self._waiting.values():
            for one in waiting:
                one.cancel()
        self._waiting.clear()

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """What the nodes say."""
        broker = self._open()
        async with contextlib.aclosing(broker.messages()) as messages:  # type: ignore[type-var]
            async for message in messages:
                found = topic(str(message.topic))

                async def confirm(message: Any = message) -> None:
                    broker.confirm(message)

                if found is None or found.kind in ("NCMD", "DCMD") or not self._concerns(found):
                    yield Delivery(confirm=confirm)
                    continue
                yield self._delivery(found, bytes(message.payload), confirm)

    def _concerns(self, found: Topic) -> bool:
        """Whether a channel is of this node, and of this device; of all others nothing is kept, however many come.

        The messages of a node's other devices count in its sequence, so they are looked at without being kept.
        """
        return f"{found.group}/{found.node}" in self._places

    def _open(self) -> Broker:
        if self._broker is None:
            raise Unavailable("The broker is not connected.")
        return self._broker

    def _delivery(self, where: Topic, raw: bytes, confirm: Any) -> Delivery:
        now = us(self._clock.now())
        try:
            payload = sparkplug.decode(raw)
        except Invalid as error:
            self._ask_for_rebirth(where.group, where.node)
            words = f"A message of {where.place} cannot be read: {error}"
            unread = () if words in self._told else (event("config_changed", now, words),)
            self._told = {*list(self._told)[-100:], words}
            return Delivery(events=unread, confirm=confirm)
        node = self._nodes.setdefault((where.group, where.node), EdgeNode())
        told = node.take(where.kind, where.device, payload, kept=where.place in self._devices)
        if told.rebirth:
            self._ask_for_rebirth(where.group, where.node)
        readings, events = self._readings(where, told, now)
        new_life = False
        state: dict[str, str] = {}
        if told.session is not None:
            name = f"{where.group}/{where.node}"
            new_life = self._sessions.get(name, told.session) != told.session
            self._sessions[name] = told.session
            state = {"sessions": json.dumps(self._sessions)}
        doubt, reason = frozenset[int](), ""
        if told.jumped:
            reason = f"Messages of {where.group}/{where.node} were lost before this one."
            doubt = self._of(where.group, where.node, "")
            tags = [self._channels[index].tag for index in doubt]
            if self._says_jump(f"{where.group}/{where.node}"):
                events.append(event("overflow", now, reason, tags))
        elif new_life or told.died:
            reason = f"{where.place} {'was connected anew' if new_life else 'died'}."
            doubt = self._of(where.group, where.node, where.device)
        return Delivery(
            readings,
            doubt=reason,
            doubted=doubt,
            events=tuple(events),
            new_life=new_life,
            state=state,
            confirm=confirm,
        )

    def _says_jump(self, node: str) -> bool:
        """Whether a jump of a node's sequence is an event of its own: one for each time that a birth is asked for."""
        at = asyncio.get_running_loop().time()
        if at - self._jumped.get(node, -1e9) < self._settings["rebirth_s"]:
            return False
        self._jumped[node] = at
        return True

    def _of(self, group: str, node: str, device: str) -> frozenset[int]:
        """The channels of a node and its devices, or of one device."""
        place = "/".join(part for part in (group, node, device) if part)
        return frozenset(
            index
            for (there, _), index in self._index.items()
            if there == place or (not device and there.startswith(f"{place}/"))
        )

    def _readings(self, where: Topic, told: Told, now: int) -> tuple[list[Reading], list[dict[str, Any]]]:
        events: list[dict[str, Any]] = []
        if told.died:
            # What it said last is true no more: the channels are bad from now on, until they are told again.
            marks = sorted(self._of(where.group, where.node, where.device))
            return [Reading(index, None, NOT_CONNECTED, marks_state=True) for index in marks], events
        found: list[Reading] = []
        for metric in told.metrics:
            index = self._index.get((where.place, metric.name))
            if index is None:
                continue
            self._types[index] = metric.datatype
            found.append(_reading(index, metric))
            for waiting in self._waiting.get(index, ()):
                if not waiting.done():
                    waiting.set_result(metric.value)
        if told.born:
            named = {metric.name for metric in told.metrics}
            missing = [
                self._channels[index].tag
                for (place, metric), index in self._index.items()
                if place == where.place and metric not in named
            ]
            if missing:
                words = f"The birth of {where.place} does not name what these channels record."
                events.append(event("config_changed", now, words, missing))
        return found, events

    def _ask_for_rebirth(self, group: str, node: str) -> None:
        loop_time = asyncio.get_running_loop().time()
        if loop_time - self._asked.get((group, node), -1e9) < self._settings["rebirth_s"]:
            return
        self._asked[group, node] = loop_time
        order = Metric("Node Control/Rebirth", datatype=sparkplug.BOOLEAN, value=True)
        self._send(f"{PREFIX}/{group}/NCMD/{node}", order)

    def _send(self, where: str, metric: Metric) -> None:
        payload = Payload(us(self._clock.now()) // 1000, None, (metric,))
        self._open().publish(where, sparkplug.encode(payload))

    async def invoke(self, command: Command) -> Receipt:
        """Write a metric by NCMD or DCMD; it is done when the node tells the new value."""
        found = [index for index, one in enumerate(self._channels) if one.tag == command.target]
        if command.kind != "write" or not found or not self._channels[found[0]].writable:
            return Receipt(Outcome.FAILED, message=f"{command.target} is no channel that can be written to.")
        index = found[0]
        if index not in self._types:
            return Receipt(
                Outcome.FAILED, message="Its type is unknown: no birth was seen. Nothing was sent."
            )
        try:
            value = _typed(command.value or "", self._types[index])
        except Invalid as error:
            return Receipt(Outcome.FAILED, message=f"{error} Nothing was sent.")
        place, _, name = self._channels[index].node.partition("#")
        group, node, *device = place.split("/")
        kind = "/".join((PREFIX, group, "DCMD" if device else "NCMD", node, *device))
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(index, []).append(waiting)
        try:
            self._send(kind, Metric(name, datatype=self._types[index], value=value))
            async with asyncio.timeout(self._settings["readback_s"]):
                stands = await waiting
        except TimeoutError:
            return Receipt(
                Outcome.UNKNOWN, message="The node does not tell the value back: look at the device."
            )
        finally:
            with contextlib.suppress(KeyError, ValueError):
                self._waiting[index].remove(waiting)
        number, text = as_number(stands)
        shown = text if text is not None else f"{number:.15g}"
        near = Decimal(self._channels[index].resolution or "0")
        same = stands == value or (
            isinstance(stands, float)
            and isinstance(value, float)
            and abs(Decimal(stands) - Decimal(value)) <= near
        )
        return Receipt(
            Outcome.DONE if same else Outcome.FAILED,
            readback=shown,
            message="" if same else f"{command.value} was written, and {shown} is told.",
        )


def _state(online: bool, at_ms: int) -> bytes:
    return json.dumps({"online": online, "timestamp": at_ms}).encode()


def _reading(index: int, metric: Metric) -> Reading:
    source = (metric.timestamp_ms or 0) * 1000
    origin = Origin.BACKFILLED if metric.historical else Origin.LIVE
    if source >= END_OF_TIME_US:
        return Reading(index, None, BAD, marks_state=True)
    if metric.null or metric.foreign or metric.value is None:
        return Reading(index, None, NO_VALUE, source, origin=origin)
    told = metric.properties.get(sparkplug.QUALITY, 192)
    status = _QUALITIES.get(told, BAD) if isinstance(told, int) else BAD
    if status == GOOD and not source:
        status = STAMPED_ON_RECEIPT
    return Reading(index, metric.value if status >> 30 != 2 else None, status, source, origin=origin)


def _typed(text: str, datatype: int) -> int | float | bool | str:
    if datatype in (sparkplug.STRING, sparkplug.TEXT):
        return text
    if datatype == sparkplug.BOOLEAN:
        if text.lower() not in _TYPES:
            raise Invalid(f"{text!r} is neither true nor false.")
        return _TYPES[text.lower()]
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise Invalid(f"{text!r} is no number.") from error
    if not value.is_finite():
        raise Invalid(f"{text!r} is no number.")
    if datatype == sparkplug.FLOAT:
        return float(np.float32(value))
    if datatype == sparkplug.DOUBLE:
        return float(value)
    if value != value.to_integral_value():
        raise Invalid(f"{text} is no whole number.")
    return int(value)
