"""A Modbus device as a source: polled, written to, read back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from titer.base.errors import Invalid, Unavailable
from titer.connect.core.contract import (
    ChannelSpec,
    Command,
    ConnectionConfig,
    DeviceIdentity,
    Outcome,
    Receipt,
)
from titer.connect.core.live import Contact, Delivery, Reading, polled
from titer.connect.core.values import NO_VALUE, STAMPED_ON_RECEIPT
from titer.connect.modbus.manifest import TYPE
from titer.connect.modbus.points import Point, Span, spans
from titer.connect.modbus.wire import ModbusException, ModbusLink


class ModbusDevice:
    """See the module; a `titer.connect.core.live.Source`.

    An exception makes the channels of its request bad, each with the status that stands for the code; a request of
    several channels that is refused for its address is asked again one by one, so that one line of the channels
    file that is wrong takes no other with it.

    Args:
        config: the connection.
        settings: its settings, with defaults.

    Raises:
        Invalid: if a line of the channels file cannot be meant.
    """

    def __init__(self, config: ConnectionConfig, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._channels = config.channels
        self._points = [
            Point.of(one.node, TYPE.channel(one.settings, one.tag), settings) for one in config.channels
        ]
        no_line = TYPE.channel({}, "life_node")
        life = settings["life_node"]
        self._life = Point.of(life, no_line, settings) if life else None
        self._alone: frozenset[int] = frozenset()
        self._spans = spans(self._points)
        self._link: ModbusLink | None = None

    async def connect(self) -> Contact:
        """Connect, and ask who answers and which life of it this is."""
        settings = self._settings
        host, port, unit = settings["host"], settings["port"], settings["unit_id"]
        self._link = await ModbusLink.open(host, port, settings["timeout_s"])
        told = await self._link.identify(unit)
        life = ""
        if self._life is not None:
            point = self._life
            words = await self._link.read(point.unit, point.table, point.address, point.size)
            life = f"{point.value(words)}"
        maker, model, firmware = (told.get(number, "") for number in range(3))
        return Contact(
            DeviceIdentity(maker, model, "", firmware, f"{host}:{port}", {"unit_id": unit}), life=life
        )

    def deliveries(self) -> AsyncIterator[Delivery]:
        """Every channel, every `poll_s`."""
        return polled(self._read, self._settings["poll_s"])

    async def disconnect(self) -> None:
        """Hang up."""
        if self._link is not None:
            self._link.close()

    async def _read(self) -> list[Reading]:
        found: list[Reading] = []
        for span in list(self._spans):
            found += await self._span(span)
        return found

    async def _span(self, span: Span) -> list[Reading]:
        try:
            words = await self._open_link().read(span.unit, span.table, span.address, span.count)
        except ModbusException as error:
            if error.code == 2 and len(span.indices) > 1:
                self._alone |= frozenset(span.indices)
                self._spans = spans(self._points, self._alone)
                return [one for index in span.indices for one in await self._span(self._single(index))]
            return [Reading(index, None, error.status) for index in span.indices]
        found = []
        for index in span.indices:
            point = self._points[index]
            begin = point.address - span.address
            value = point.value(words[begin : begin + point.size])
            if value is None:
                found.append(Reading(index, None, NO_VALUE))
            else:
                number = float(value) if isinstance(value, Decimal) else value
                found.append(Reading(index, number, STAMPED_ON_RECEIPT))
        return found

    def _single(self, index: int) -> Span:
        point = self._points[index]
        return Span(point.unit, point.table, point.address, point.size, (index,))

    def _open_link(self) -> ModbusLink:
        if self._link is None:
            raise Unavailable("The device is not connected.")
        return self._link

    async def invoke(self, command: Command) -> Receipt:
        """Write a holding register or a coil, and read it back."""
        found = [place for place, one in enumerate(self._channels) if one.tag == command.target]
        if command.kind != "write" or not found:
            return Receipt(Outcome.FAILED, message=f"There is no channel {command.target!r} to write to.")
        channel, point = self._channels[found[0]], self._points[found[0]]
        try:
            value, words = self._fit(channel, point, command)
        except Invalid as error:
            return Receipt(Outcome.FAILED, message=f"{error} Nothing was sent.")
        link = self._open_link()
        try:
            if point.table == "coil":
                await link.write_coil(point.unit, point.address, value != 0)
            else:
                await link.write_registers(point.unit, point.address, words)
            read = list(await link.read(point.unit, point.table, point.address, point.size))
        except ModbusException as error:
            return Receipt(Outcome.FAILED, message=f"The device refused: {error}")
        stands = point.value(read)
        number = Decimal(str(float(stands))) if isinstance(stands, float | bool) else stands
        if number is None:
            return Receipt(Outcome.FAILED, message="The device says that it has no value there.")
        text = f"{number.normalize():f}"
        if read == words or abs(number - value) <= Decimal(channel.resolution or "0"):
            return Receipt(Outcome.DONE, readback=text)
        return Receipt(Outcome.FAILED, readback=text, message=f"{value} was written, and {text} is read.")

    def _fit(self, channel: ChannelSpec, point: Point, command: Command) -> tuple[Decimal, list[int]]:
        if not channel.writable or point.table not in ("holding", "coil"):
            raise Invalid(f"{channel.tag} is not writable.")
        if command.unit and command.unit != channel.unit:
            raise Invalid(f"{channel.tag} is in {channel.unit or 'no unit'}, the command in {command.unit}.")
        text = (command.value or "").strip().lower()
        try:
            value = Decimal({"true": "1", "false": "0"}.get(text, text))
        except InvalidOperation as error:
            raise Invalid(f"{command.value!r} is no number.") from error
        if not value.is_finite():
            raise Invalid(f"{command.value!r} is no number.")
        if point.table == "coil":
            if value not in (0, 1):
                raise Invalid(f"{value} is neither 0 nor 1.")
            return value, []
        for bound, wrong in ((channel.low, value.__lt__), (channel.high, value.__gt__)):
            if bound and wrong(Decimal(bound)):
                raise Invalid(
                    f"{value} is outside {channel.low or '…'} to {channel.high or '…'} {channel.unit}."
                )
        return value, point.words(value)
