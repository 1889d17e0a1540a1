"""Devices and brokers that send without end, or more than is taken: contained, said, and the loop goes on."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from titer.base.clock import SystemClock
from titer.base.errors import Invalid
from titer.connect.core.contract import ConnectionConfig
from titer.connect.modbus.wire import MOST_STALE, ModbusLink
from titer.connect.mqtt import sparkplug, wire
from titer.connect.mqtt.broker import AHEAD, AHEAD_BYTES, PIECE
from titer.connect.mqtt.host import SparkplugHost
from titer.connect.mqtt.manifest import TYPE
from titer.connect.mqtt.sparkplug import Metric, Payload, encode

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
CONNACK = b"\x20\x02\x00\x00"
LIMIT = 64 * 1024


class Flood:
    """A server on a socket that sends what it is told to, and counts what it could hand over."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.sent = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def pour(self, writer: asyncio.StreamWriter, data: bytes, most: int) -> None:
        """Send the same again and again, at most so many bytes."""
        while self.sent < most:
            writer.write(data)
            self.sent += len(data)
            await writer.drain()


@asynccontextmanager
async def served(flood: Flood) -> AsyncIterator[int]:
    server = await asyncio.start_server(flood, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


@asynccontextmanager
async def neighbour() -> AsyncIterator[list[int]]:
    """Another task of the loop, which has to get its turns."""
    turns: list[int] = []

    async def tick() -> None:
        while True:
            turns.append(len(turns))
            await asyncio.sleep(0.01)

    task = asyncio.create_task(tick())
    try:
        yield turns
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (struct.pack(">HHHBBBH", 0x7777, 0, 5, 1, 3, 2, 7), f"more than {MOST_STALE} answers"),
        (struct.pack(">HHH", 1, 0, 0xFFFF), "no Modbus answer"),
        (b"\x00" * 6, "no Modbus answer"),
        (b"GET / HTTP/1.1\r\n", "no Modbus answer"),
    ],
    ids=["answers to nothing", "oversize", "zeroes", "another protocol"],
)
def test_a_modbus_device_that_sends_without_end_is_given_up_with_the_reason(
    answer: bytes, words: str
) -> None:
    async def check() -> None:
        flood: Flood

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(12)
            await flood.pour(writer, answer * 1000, 1 << 30)

        flood = Flood(talk)
        async with served(flood) as port, neighbour() as turns:
            link = await ModbusLink.open("127.0.0.1", port, 120)
            try:
                with pytest.raises(Invalid, match=words):
                    await link.read(1, "holding", 0, 1)
                # What nobody asked for stays in the device's own buffers, and the loop had its turns.
                assert flood.sent < 64 << 20
                assert turns
            finally:
                link.close()

    asyncio.run(check())


def settings(port: int, **more: Any) -> dict[str, Any]:
    given = {"host": "127.0.0.1", "port": port, "tls": False, "allow_unencrypted": True, "protocol": "3.1.1"}
    return TYPE.read({**given, "message_bytes": LIMIT, "timeout_s": 60, "rebirth_s": 3600, **more})


def host(port: int, **more: Any) -> SparkplugHost:
    channels = [{"tag": "T", "node": "G/N/D#Temperature"}]
    raw = {"name": "mq", "type": "sparkplug", "settings": {}, "channels": channels}
    return SparkplugHost(ConnectionConfig.of(raw), settings(port, **more), SystemClock())


def publish(topic: str, payload: bytes) -> bytes:
    """A PUBLISH of quality 0."""
    body = len(topic).to_bytes(2, "big") + topic.encode() + payload
    return b"\x30" + wire.varint(len(body)) + body


async def greeted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the CONNECT in and accept it; what the host says after it is not looked at."""
    await reader.readexactly(1)
    size, shift = 0, 0
    while True:
        (byte,) = await reader.readexactly(1)
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    await reader.readexactly(size)
    writer.write(CONNACK)
    await writer.drain()


def test_a_broker_that_begins_a_message_larger_than_is_taken_is_hung_up_on() -> None:
    async def check() -> None:
        flood: Flood

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await greeted(reader, writer)
            writer.write(b"\x30" + wire.varint(200 << 20))
            await flood.pour(writer, bytes(PIECE), 200 << 20)

        flood = Flood(talk)
        async with served(flood) as port, neighbour() as turns:
            source = host(port)
            await source.connect()
            try:
                with pytest.raises(Invalid, match="began a message of 209,715,200 bytes"):
                    async for _ in source.deliveries():
                        raise AssertionError("nothing of it is taken")
            finally:
                await source.disconnect()
            assert flood.sent < 64 << 20
            assert turns

    asyncio.run(check())


def test_a_broker_that_sends_as_fast_as_it_can_is_read_no_faster_than_its_messages_are_taken() -> None:
    async def check() -> None:
        flood: Flood
        large = publish("spBv1.0/G/NDATA/N", bytes(LIMIT))

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await greeted(reader, writer)
            await flood.pour(writer, large, 1 << 30)

        flood = Flood(talk)
        async with served(flood) as port, neighbour() as turns:
            source = host(port)
            await source.connect()
            try:
                broker = source._open()
                async with asyncio.timeout(120):
                    while broker._reading:  # nobody takes anything
                        await asyncio.sleep(0.01)
                held = broker._messages.qsize()
                assert 0 < held <= AHEAD
                assert broker._ahead <= AHEAD_BYTES + LIMIT
                turned = len(turns)
                taken = 0
                deliveries = source.deliveries()
                async for delivery in deliveries:
                    assert delivery.confirm is not None
                    taken += 1
                    if taken == 3 * held:
                        break
                await deliveries.aclose()
                assert taken == 3 * held, "and it goes on when they are taken"
                assert len(turns) > turned
            finally:
                await source.disconnect()

    asyncio.run(check())


def test_nodes_and_devices_that_no_channel_names_leave_nothing_behind_and_bad_messages_are_said_once() -> (
    None
):
    nested = b""
    for _ in range(5_000):
        nested = wire.block(18, nested)
    deep = sparkplug.decode(wire.block(2, wire.block(1, b"Temperature") + nested))
    assert [one.foreign for one in deep.metrics] == [True], "what is nested is not followed down"

    async def check() -> None:
        flood: Flood
        born = encode(Payload(1, 0, (Metric("bdSeq", value=1, datatype=sparkplug.INT64),)))
        many = tuple(Metric(f"M{number}", value=1, datatype=sparkplug.INT32) for number in range(100))
        messages = [publish("spBv1.0/G/NBIRTH/N", born)]
        for number in range(400):
            messages += [
                publish(f"spBv1.0/G/NBIRTH/X{number}", born),
                publish(f"spBv1.0/G/DBIRTH/N/X{number}", encode(Payload(1, 7, many))),
                publish("spBv1.0/G/NDATA/N", b"\x07\xff"),
            ]
        messages.append(
            publish("spBv1.0/G/DBIRTH/N/D", encode(Payload(1, 7, (*many, Metric("Temperature")))))
        )

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await greeted(reader, writer)
            writer.write(b"".join(messages))
            await writer.drain()
            await reader.read()

        flood = Flood(talk)
        async with served(flood) as port:
            source = host(port)
            await source.connect()
            try:
                kinds: list[str] = []
                left = len(messages)
                deliveries = source.deliveries()
                async for delivery in deliveries:
                    kinds += [one["kind"] for one in delivery.events]
                    left -= 1
                    if not left:
                        break
                await deliveries.aclose()
                assert list(source._nodes) == [("G", "N")]
                (node,) = source._nodes.values()
                assert set(node._types) == {"", "D"}
                assert sorted(kinds) == ["config_changed", "overflow"], "one of each, of hundreds"
            finally:
                await source.disconnect()

    asyncio.run(check())
