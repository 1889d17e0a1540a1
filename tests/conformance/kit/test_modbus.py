"""The Modbus TCP connector against a server of pymodbus."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pymodbus.client.mixin import ModbusClientMixin
from pymodbus.constants import ExcCodes
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from titer.base.errors import Invalid
from titer.connect import TYPES
from titer.connect.core.contract import ChannelSpec, Command, ConnectionConfig, Outcome
from titer.connect.modbus.device import ModbusDevice
from titer.connect.modbus.points import Point, spans
from titer.testing.bench import Peer
from titer.testing.conformance import ConnectorKit
from titer.testing.connectors import quiet_port

COUNTER, SETPOINT, STARTS = 10, 40, 90


class Server(Peer):
    type = "modbus"
    exempt: ClassVar[Mapping[str, str]] = {
        "overflow": "a register holds one value, which is read or not",
        "secret": "the protocol has no password",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.said: list[tuple[str, float | str]] = []
        self.starts = self.orders = 0
        self.broken = False
        self.instead = b""
        self.server: ModbusTcpServer | None = None

    def settings(self, port: int) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": port,
            "allow_unencrypted": True,
            "poll_s": 0.05,
            "timeout_s": 1,
            "life_node": f"holding:{STARTS}",
        }

    def channels(self) -> list[dict[str, Any]]:
        return [
            {"tag": "PV", "node": f"holding:{COUNTER}", "data": "uint32", "scale": "0.1"},
            {"tag": "SP", "node": f"holding:{SETPOINT}", "data": "float32", "writable": True, "low": 0},
        ]

    async def start(self, port: int) -> None:
        self.starts += 1
        device = SimDevice(
            1,
            [
                SimData(COUNTER, values=0, datatype=DataType.UINT32),
                SimData(SETPOINT, values=[1.5, 0.0], datatype=DataType.FLOAT32),
                SimData(STARTS, values=self.starts, datatype=DataType.UINT16),
            ],
            action=self.act,
        )
        told = ModbusDeviceIdentification(info_name={"VendorName": "Titer", "ProductCode": "PM"})
        self.server = ModbusTcpServer(
            device, address=("127.0.0.1", port), identity=told, trace_packet=self.packet
        )
        await self.server.serve_forever(background=True)

    async def stop(self) -> None:
        if self.server is not None:
            await self.server.shutdown()
            self.server = None

    async def act(
        self, function: int, first: int, address: int, count: int, held: list[int], given: Any
    ) -> ExcCodes | None:
        if given is not None:
            self.orders += 1
        elif address == COUNTER:
            if self.broken:
                return ExcCodes.DEVICE_FAILURE
            number = len(self.said)
            self.said.append(("PV", float(number * Decimal("0.1"))))
            held[COUNTER - first : COUNTER - first + 2] = [number >> 16, number & 0xFFFF]
        return None

    def packet(self, sending: bool, data: bytes) -> bytes:
        if sending and self.instead:
            data, self.instead = self.instead, b""
        return data

    def made(self) -> list[tuple[str, float | str]]:
        return self.said

    async def fault(self) -> None:
        self.broken = True

    async def mend(self) -> None:
        self.broken = False

    async def garbage(self) -> None:
        self.instead = b"HTTP/1.1 400 Bad Request\r\n\r\n"

    async def flood(self) -> None:
        self.instead = b"\0\1\0\0\xff\xff" + b"7" * (8 << 20)

    def command(self) -> dict[str, Any]:
        return {"kind": "write", "target": "SP", "value": "37.2"}

    def carried_out(self) -> int:
        return self.orders


class TestModbus(ConnectorKit):
    peer = Server


@pytest.mark.parametrize(
    ("data", "kind", "value"),
    [
        ("int16", ModbusClientMixin.DATATYPE.INT16, -7),
        ("uint16", ModbusClientMixin.DATATYPE.UINT16, 65535),
        ("int32", ModbusClientMixin.DATATYPE.INT32, -70_000),
        ("uint32", ModbusClientMixin.DATATYPE.UINT32, 4_000_000_000),
        ("int64", ModbusClientMixin.DATATYPE.INT64, -(2**62)),
        ("uint64", ModbusClientMixin.DATATYPE.UINT64, 2**63),
        ("float32", ModbusClientMixin.DATATYPE.FLOAT32, 37.25),
        ("float64", ModbusClientMixin.DATATYPE.FLOAT64, -1e-9),
    ],
)
@pytest.mark.parametrize("order", ["big", "little"])
def test_numbers_lie_in_registers_as_pymodbus_lays_them(
    data: str, kind: Any, value: float, order: str
) -> None:
    words = ModbusClientMixin.convert_to_registers(value, kind, word_order=order)
    point = Point("holding", 0, data, little=order == "little")
    assert point.value(words) == value
    assert point.words(Decimal(str(value))) == words


def test_neighbours_are_read_together_and_no_request_is_longer_than_the_protocol_allows() -> None:
    points = [Point("holding", address, "float32") for address in range(0, 400, 2)]
    points += [
        Point("input", 0, "uint16"),
        Point("holding", 1000, "uint16"),
        Point("holding", 0, "uint16", unit=2),
    ]
    found = spans(points)
    assert sorted(index for span in found for index in span.indices) == list(range(len(points)))
    assert max(span.count for span in found) <= 125
    assert len(found) == 7
    assert all(len(span.indices) == 1 for span in spans(points, frozenset(range(len(points)))))


@pytest.mark.parametrize(
    ("node", "more", "says"),
    [
        ("40001", {}, "holding:ADDRESS"),
        ("holding:70000", {}, "holding:ADDRESS"),
        ("coil:1", {"data": "int16"}, "is a bit"),
        ("holding:65535", {"data": "float64"}, "beyond"),
        ("holding:1", {"scale": "0"}, "cannot be a scale"),
        ("holding:1", {"scale": "much"}, "no number"),
        ("holding:1", {"data": "int8"}, "choices"),
        ("holding:1", {"factor": "2"}, "no setting"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(node: str, more: dict[str, Any], says: str) -> None:
    raw = {"host": "h", "port": 502, "allow_unencrypted": True}
    config = ConnectionConfig("m", "modbus", raw, (ChannelSpec("T", node, settings=more),))
    with pytest.raises(Invalid) as caught:
        ModbusDevice(config, TYPES["modbus"].read(raw))
    assert says in str(caught.value)


def test_a_wrong_address_takes_no_other_channel_with_it_and_a_write_is_read_back(tmp_path: Path) -> None:
    async def check() -> None:
        server, port = Server(tmp_path), quiet_port()
        await server.start(port)
        raw = server.settings(port)
        channels = [ChannelSpec.of(one) for one in server.channels()]
        channels.append(ChannelSpec("Gone", f"holding:{COUNTER + 2}"))
        channels.append(ChannelSpec("None", f"holding:{SETPOINT + 2}", settings={"no_value": 0}))
        device = ModbusDevice(
            ConnectionConfig("m", "modbus", raw, tuple(channels)), TYPES["modbus"].read(raw)
        )
        contact = await device.connect()
        assert (contact.identity.maker, contact.identity.model, contact.life) == ("Titer", "PM", "1")
        found = {one.index: one for one in await device._read()}
        assert [found[index].status >> 30 for index in range(4)] == [0, 0, 2, 2]
        assert found[1].value == 1.5
        assert (found[2].value, found[2].status) == (None, 0x80340000)
        for value, outcome, readback, words in (
            ("37.2", Outcome.DONE, "37.20000076293945", ""),
            ("-1", Outcome.FAILED, None, "outside"),
            ("warm", Outcome.FAILED, None, "no number"),
            ("1e99", Outcome.FAILED, None, "does not fit"),
        ):
            receipt = await device.invoke(Command("k", "m", "write", "SP", value))
            assert (receipt.outcome, receipt.readback) == (outcome, readback), receipt
            assert words in receipt.message
        refused = await device.invoke(Command("k", "m", "write", "PV", "1"))
        assert "not writable" in refused.message
        await device.disconnect()
        await server.stop()

    asyncio.run(check())
