"""A balance as a source: its weight, asked for again and again; taring, zeroing and weighing as commands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from titer.base.errors import Invalid, Unavailable
from titer.connect.core.contract import Command, ConnectionConfig, DeviceIdentity, Outcome, Receipt
from titer.connect.core.line import Line
from titer.connect.core.live import Contact, Delivery, Reading, polled
from titer.connect.core.values import NO_VALUE, OUT_OF_RANGE, STAMPED_ON_RECEIPT, UNSTABLE, WRONG_UNIT
from titer.connect.mtsics.answers import LONGEST, Weighing, Weight, said, weight, woke_up

_STATUS = {
    Weighing.STABLE: STAMPED_ON_RECEIPT,
    Weighing.DYNAMIC: UNSTABLE,
    Weighing.OVERLOAD: OUT_OF_RANGE,
    Weighing.UNDERLOAD: OUT_OF_RANGE,
}
_CALLS = {"weigh": "S", "tare": "T", "zero": "Z"}
_WORDS = {
    Weighing.BUSY: "The balance could not: no stable weight, or another command runs.",
    Weighing.OVERLOAD: "The balance is overloaded.",
    Weighing.UNDERLOAD: "The balance is underloaded: the pan may be off.",
    Weighing.REFUSED: "The balance calls the command unfit.",
}


class Balance:
    """See the module; a `titer.connect.core.live.Source`.

    The channel's node is `weight`. A weight in another unit than the channel's is bad, never converted and never
    taken for the channel's. A balance that says unasked that it was switched on has begun a new life.

    Args:
        config: the connection.
        settings: its settings, with defaults.

    Raises:
        Invalid: if a channel is anything but the weight.
    """

    def __init__(self, config: ConnectionConfig, settings: Mapping[str, Any]) -> None:
        for channel in config.channels:
            if channel.node != "weight" or channel.settings:
                raise Invalid(
                    f"The channel {channel.tag} is {channel.node!r}; a balance has one, its weight.",
                    where="channels.node",
                    do="Write `node: weight` and its unit.",
                )
        self._units = [channel.unit for channel in config.channels]
        self._settings = settings
        self._line: Line | None = None
        self._woke = False

    async def connect(self) -> Contact:
        """Connect, and ask for type, software and serial number."""
        settings = self._settings
        host, port = settings["host"], settings["port"]
        self._line = await Line.open(host, port, timeout_s=settings["timeout_s"], longest=LONGEST)
        serial = said(await self._line.ask("I4"), "I4")
        self._woke = False
        model = said(await self._ask("I2"), "I2")
        firmware = said(await self._ask("I3"), "I3")
        return Contact(
            DeviceIdentity("Mettler-Toledo or compatible", model, serial, firmware, f"{host}:{port}")
        )

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """The weight, every `poll_s`."""
        async with aclosing(polled(self._read, self._settings["poll_s"])) as readings:
            async for delivery in readings:
                if self._woke:
                    self._woke = False
                    yield Delivery(doubt="The balance was switched off and on.", new_life=True)
                yield delivery

    async def disconnect(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()

    async def _ask(self, question: str, patience_s: float | None = None) -> str:
        if self._line is None:
            raise Unavailable("The balance is not connected.")
        return await self._line.ask(question, aside=self._aside, timeout_s=patience_s)

    def _aside(self, line: str) -> bool:
        woke = woke_up(line)
        self._woke = self._woke or woke
        return woke

    async def _read(self) -> list[Reading]:
        found = weight(await self._ask("SI"))
        return [self._reading(index, unit, found) for index, unit in enumerate(self._units)]

    def _reading(self, index: int, unit: str, found: Weight) -> Reading:
        if found.value is None:
            return Reading(index, None, _STATUS.get(found.state, NO_VALUE))
        if found.unit != unit:
            return Reading(index, None, WRONG_UNIT)
        return Reading(index, float(found.value), _STATUS[found.state])

    async def invoke(self, command: Command) -> Receipt:
        """Weigh, tare or zero; each waits for a stable weight. The weight is answered as the balance wrote it."""
        order = _CALLS.get(command.target)
        if command.kind != "call" or order is None or command.parameters:
            return Receipt(
                Outcome.FAILED, message=f"A balance can be told to {', '.join(_CALLS)}; nothing was sent."
            )
        try:
            found = weight(await self._ask(order, self._settings["stable_s"]))
        except Invalid as error:
            return Receipt(Outcome.FAILED, message=str(error))
        if found.command != order:
            raise Invalid(f"The balance answered {found.command} to {order}.")
        if found.value is not None:
            return Receipt(Outcome.DONE, responses={"weight": str(found.value), "unit": found.unit})
        if found.state is Weighing.DONE:
            return Receipt(Outcome.DONE, responses={})
        return Receipt(Outcome.FAILED, message=_WORDS[found.state])
