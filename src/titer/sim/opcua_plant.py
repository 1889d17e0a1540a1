"""An OPC UA server for simulated equipment: address space from a channel table, history, guarded writes.

Values are laid into the address space directly, with the plant's time as source time and the machine's time
as server time. History is kept in memory by the server itself, one column a node, since asyncua's own history
goes through a subscription per value. A client's write reaches the equipment first and the address space
second; what the equipment refuses is answered with its status code and changes nothing.
"""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from asyncua import Server, ua
from asyncua.server.address_space import AttributeService
from asyncua.server.history import HistoryStorageInterface
from asyncua.server.internal_server import InternalServer

from titer.base.clock import Clock, from_us, us
from titer.sim.readings import Reading, Refusal, Value

if TYPE_CHECKING:
    from titer.sim.channels import Channel

_TYPES = {"number": ua.VariantType.Double, "text": ua.VariantType.String, "flag": ua.VariantType.Boolean}
_READ = ua.AccessLevel.CurrentRead.mask | ua.AccessLevel.HistoryRead.mask
_WRITE = ua.AccessLevel.CurrentWrite.mask
_PAGE = 10_000
_TOLD_EVERY_S = 0.5
_GOOD = ua.StatusCode(ua.StatusCodes.Good)

# UNECE recommendation 20 codes as OPC UA engineering units use them; others are given by name alone
_UNECE = {
    "degC": "CEL",
    "%": "P1",
    "L": "LTR",
    "kg": "KGM",
    "kPa": "KPA",
    "L/min": "L2",
    "mL/min": "41",
    "L/h": "E32",
    "1/min": "C94",
    "1": "C62",
}


class MemoryHistory(HistoryStorageInterface):  # type: ignore[misc]
    """Raw values per node, in order of source time."""

    def __init__(self) -> None:
        super().__init__(_PAGE)
        self._times: dict[ua.NodeId, list[int]] = {}
        self._values: dict[ua.NodeId, list[ua.Variant]] = {}

    def keep(self, node: ua.NodeId) -> None:
        """Start a node's history."""
        self._times[node], self._values[node] = [], []

    def append(self, node: ua.NodeId, source_us: int, value: ua.Variant) -> None:
        """Add one value; the same instant twice keeps the later value."""
        times, values = self._times[node], self._values[node]
        if times and times[-1] == source_us:
            values[-1] = value
            return
        times.append(source_us)
        values.append(value)

    async def init(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def new_historized_node(self, node_id: Any, period: Any, count: int = 0) -> None:
        """asyncua's way to start a node's history."""
        self.keep(node_id)

    async def save_node_value(self, node_id: Any, datavalue: Any) -> None:
        """asyncua's way to add a value; unused, since values are appended as they are made."""
        self.append(node_id, us(datavalue.SourceTimestamp), datavalue.Value)

    async def read_node_history(
        self, node_id: Any, start: datetime | None, end: datetime | None, nb_values: int
    ) -> tuple[list[Any], datetime | None]:
        """Values between two source times, both included; backwards when ``start`` is later or missing.

        Returns:
            values, and the source time to go on from when a page is full.
        """
        times = self._times.get(node_id)
        if times is None:
            return [], None
        first, last = _instant(start), _instant(end)
        backwards = first is None or (last is not None and first > last)
        low, high = (last, first) if backwards and first is not None else (first, last)
        i = 0 if low is None else bisect_left(times, low)
        j = len(times) if high is None else bisect_right(times, high)
        chosen = list(range(i, j))
        if backwards:
            chosen.reverse()
        limit = min(nb_values or _PAGE, _PAGE)
        more = from_us(times[chosen[limit]]) if len(chosen) > limit else None
        values = self._values[node_id]
        return [_data_value(values[k], times[k], from_us(times[k])) for k in chosen[:limit]], more

    async def new_historized_event(self, source_id: Any, evtypes: Any, period: Any, count: int = 0) -> None:
        """Events have no history here; alarms are channels."""

    async def save_event(self, event: Any) -> None:
        """Events have no history here."""

    async def read_event_history(
        self, source_id: Any, start: Any, end: Any, nb_values: int, evfilter: Any
    ) -> tuple[list[Any], None]:
        """No events are kept."""
        return [], None


def _instant(given: datetime | None) -> int | None:
    """Microseconds; None for OPC UA's null time (1601), which clients send for "not limited"."""
    if given is None or given.year <= 1601:
        return None
    return us(given if given.tzinfo else given.replace(tzinfo=UTC))


def _data_value(value: ua.Variant, source_us: int, server: datetime) -> ua.DataValue:
    return ua.DataValue(
        Value=value, StatusCode=_GOOD, SourceTimestamp=from_us(source_us), ServerTimestamp=server
    )


class _ClockedServer(InternalServer):  # type: ignore[misc]
    """A server whose CurrentTime follows the clock that it was given; asyncua's own asks the machine."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    async def _set_current_time_loop(self) -> None:
        while not self._time_task_stop:
            status = copy(await self.server_status_node.read_value())
            status.CurrentTime = self._clock.now()
            await self.server_status_node.write_value(status)
            await self.current_time_node.write_value(status.CurrentTime)
            await asyncio.sleep(_TOLD_EVERY_S)


class _GuardedWrites(AttributeService):  # type: ignore[misc]
    """Asks the equipment before a client's write is laid into the address space."""

    def __init__(self, aspace: Any, plant: PlantServer) -> None:
        super().__init__(aspace)
        self._plant = plant

    async def write(self, params: Any, user: Any = None) -> list[Any]:
        results = []
        for item in params.NodesToWrite:
            channel = self._plant.by_node.get(item.NodeId)
            if channel is None:
                one = ua.WriteParameters()
                one.NodesToWrite = [item]
                results += await super().write(one, *(() if user is None else (user,)))
            else:
                results.append(ua.StatusCode(await self._plant.client_write(channel, item)))
        return results


class PlantServer:
    """One server: nodes ``ns;s=TAG`` under an object named for the equipment.

    Args:
        name: of the equipment.
        namespace: URI.
        channels: what it offers.
        clock: the server's own, for server time stamps and its current time.
        on_write: what the equipment does with a client's write; returns what the equipment has to report up to
            then, the value taken last. It raises `Refusal` to refuse.
    """

    def __init__(
        self,
        name: str,
        namespace: str,
        channels: Iterable[Channel],
        *,
        clock: Clock,
        on_write: Callable[[Channel, Value], Sequence[Reading]] | None = None,
    ) -> None:
        self.name = name
        self.namespace = namespace
        self.channels = tuple(channels)
        self.clock = clock
        self.on_write = on_write
        self.order = asyncio.Lock()
        """Held from when equipment is asked until its readings are laid down, so that none is overtaken."""
        self.history = MemoryHistory()
        self.by_node: dict[ua.NodeId, Channel] = {}
        self.node_of: dict[str, ua.NodeId] = {}
        self._types = {c.tag: _TYPES[c.kind] for c in self.channels}
        self.server: Server = Server(iserver=_ClockedServer(clock))

    async def start(self, host: str, port: int, advertised_port: int, first: Iterable[Reading]) -> int:
        """Build the address space with first values, listen, and return the bound port.

        Args:
            host: interface.
            port: 0 takes a free one.
            advertised_port: port that endpoints name: the cable's, since that is how clients come in.
            first: one reading of each channel.
        """
        server = self.server
        await server.init()
        server.set_endpoint(f"opc.tcp://{host}:{advertised_port}/")
        server.socket_address = (host, port)
        server.set_match_discovery_endpoint_url(False)
        server.set_match_discovery_client_ip(False)
        server.set_server_name(f"Titer simulated plant: {self.name}")
        await server.set_application_uri(self.namespace)
        await server.set_build_info(
            product_uri=self.namespace,
            manufacturer_name="Titer simulated plant",
            product_name=f"{self.name} controller",
            software_version="1.0",
            build_number="1",
            build_date=datetime.fromisoformat("2026-03-02T00:00:00+00:00"),
        )
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        index = await server.register_namespace(self.namespace)
        server.iserver.history_manager.set_storage(self.history)
        server.iserver.attribute_service = _GuardedWrites(server.iserver.aspace, self)
        await self._build(index, {r.tag: r for r in first})
        await server.start()
        sockets = server.bserver._server.sockets
        return int(sockets[0].getsockname()[1])

    async def _build(self, index: int, first: dict[str, Reading]) -> None:
        root = await self.server.nodes.objects.add_object(
            ua.NodeId(self.name, index), ua.QualifiedName(self.name, index)
        )
        aspace = self.server.iserver.aspace
        for channel in self.channels:
            reading = first[channel.tag]
            node_id = ua.NodeId(channel.tag, index)
            short = channel.tag.removeprefix(self.name + ".")
            node = await root.add_variable(
                node_id, ua.QualifiedName(short, index), reading.value, self._types[channel.tag]
            )
            level = _READ | (_WRITE if channel.writable else 0)
            for attribute in (ua.AttributeIds.AccessLevel, ua.AttributeIds.UserAccessLevel):
                await node.write_attribute(attribute, ua.DataValue(ua.Variant(level, ua.VariantType.Byte)))
            await node.write_attribute(
                ua.AttributeIds.Historizing, ua.DataValue(ua.Variant(True, ua.VariantType.Boolean))
            )
            await node.write_attribute(
                ua.AttributeIds.Description,
                ua.DataValue(ua.Variant(ua.LocalizedText(channel.title, "en"), ua.VariantType.LocalizedText)),
            )
            if channel.kind == "number":
                await self._describe(node, index, channel)
            self.by_node[node_id] = channel
            self.node_of[channel.tag] = node_id
            self.history.keep(node_id)
            aspace[node_id].attributes[ua.AttributeIds.Value].value = self._take(reading)

    async def _describe(self, node: Any, index: int, channel: Channel) -> None:
        code = _UNECE.get(channel.unit, "")
        number = 0
        for letter in code:
            number = number * 256 + ord(letter)
        unit = ua.EUInformation(
            NamespaceUri="http://www.opcfoundation.org/UA/units/un/cefact" if code else self.namespace,
            UnitId=number if code else -1,
            DisplayName=ua.LocalizedText(channel.unit),
            Description=ua.LocalizedText(channel.unit),
        )
        prefix = f"{channel.tag}."
        await node.add_property(
            ua.NodeId(prefix + "EngineeringUnits", index), ua.QualifiedName("EngineeringUnits", 0), unit
        )
        await node.add_property(
            ua.NodeId(prefix + "EURange", index),
            ua.QualifiedName("EURange", 0),
            ua.Range(Low=channel.low, High=channel.high),
        )

    def _take(self, reading: Reading) -> ua.DataValue:
        variant = ua.Variant(reading.value, self._types[reading.tag])
        self.history.append(self.node_of[reading.tag], reading.source_us, variant)
        return _data_value(variant, reading.source_us, self.clock.now())

    async def emit(self, readings: Iterable[Reading]) -> None:
        """Lay readings into the address space; subscribers get each of them. The caller holds `order`."""
        server_time = self.clock.now()
        write = self.server.iserver.aspace.write_attribute_value
        for r in readings:
            variant = ua.Variant(r.value, self._types[r.tag])
            node = self.node_of[r.tag]
            self.history.append(node, r.source_us, variant)
            await write(node, ua.AttributeIds.Value, _data_value(variant, r.source_us, server_time))

    async def client_write(self, channel: Channel, item: Any) -> int:
        """A client's write of one node: the status code it is answered with."""
        codes = ua.StatusCodes
        if item.AttributeId != ua.AttributeIds.Value:
            return int(codes.BadUserAccessDenied)
        if not channel.writable or self.on_write is None:
            return int(codes.BadNotWritable)
        variant = item.Value.Value
        value = None if variant is None else variant.Value
        if channel.kind == "text":
            if not isinstance(value, str):
                return int(codes.BadTypeMismatch)
        elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return int(codes.BadTypeMismatch)
        else:
            value = float(value)
        async with self.order:
            try:
                readings = self.on_write(channel, value)
            except Refusal as refusal:
                return int(getattr(codes, refusal.code))
            await self.emit(readings)
        return int(codes.Good)

    async def stop(self) -> None:
        """Stop listening."""
        await self.server.stop()
