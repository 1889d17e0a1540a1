"""A connector for the (invented) turbidity meter TM-1: lines over TCP, one question, one answer.

`ID?` answers maker, model, serial number, firmware and the count of power-ups; `T?` answers a number in NTU, or
`ERR`; `LAMP=ON` and `LAMP=OFF` switch the lamp, and `LAMP?` tells how it stands.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from titer.base.clock import Clock
from titer.base.errors import Invalid
from titer.connect import ConnectionType, Setting
from titer.connect.core.contract import Command, ConnectionConfig, DeviceIdentity, Outcome, Receipt
from titer.connect.core.line import Line
from titer.connect.core.live import Contact, Delivery, LiveConnector, Reading, polled
from titer.connect.core.values import READING_FAILED
from titer.connect.types import HOST, HOST_AND_PORT, UNENCRYPTED, always, host_and_port


class TurbidityMeter:
    """What the meter can do, and nothing of how values are kept."""

    def __init__(self, config: ConnectionConfig) -> None:
        self._settings, self._channels = TYPE.read(config.settings), config.channels
        self._line: Line | None = None

    async def connect(self) -> Contact:
        host, port, patience = (self._settings[name] for name in ("host", "port", "timeout_s"))
        self._line = await Line.open(host, port, timeout_s=patience)
        maker, model, serial, firmware, power_ups = (await self._line.ask("ID?")).split(",")
        return Contact(DeviceIdentity(maker, model, serial, firmware, f"{host}:{port}"), life=power_ups)

    def deliveries(self) -> AsyncIterator[Delivery]:
        return polled(self._read, self._settings["poll_s"])

    async def _read(self) -> Sequence[Reading]:
        readings = []
        for index, channel in enumerate(self._channels):
            answer = await self._line.ask(f"{channel.node}?")
            if answer == "ERR":
                readings.append(Reading(index, None, READING_FAILED))
            else:
                readings.append(Reading(index, _number(answer)))
        return readings

    async def invoke(self, command: Command) -> Receipt:
        if command.target != "LAMP" or command.value not in ("ON", "OFF"):
            return Receipt(Outcome.FAILED, message="It takes LAMP, ON or OFF; nothing was sent.")
        await self._line.ask(f"LAMP={command.value}")
        stands = await self._line.ask("LAMP?")
        return Receipt(Outcome.DONE if stands == command.value else Outcome.FAILED, readback=stands)

    async def disconnect(self) -> None:
        if self._line is not None:
            self._line.close()


def _number(answer: str) -> float:
    try:
        return float(answer)
    except ValueError as error:
        raise Invalid(f"The meter answered {answer[:40]!r}, which is no number.") from error


def make(config: ConnectionConfig, clock: Clock, folder: Path) -> LiveConnector:
    return LiveConnector(config, clock, TurbidityMeter(config), commands=True)


TYPE = ConnectionType(
    name="turbidity",
    title="turbidity meter TM-1",
    address="HOST:PORT",
    channels=True,
    encrypted=True,
    settings=(
        Setting("poll_s", "number", "seconds between two readings (1)", default=1, least=0.05),
        Setting("timeout_s", "number", "seconds that it may take to answer (5)", default=5, least=0.1),
        UNENCRYPTED,
        *HOST,
    ),
    addressing=HOST_AND_PORT,
    of_address=host_and_port(4001),
    insecure=always,
    make=make,
)
