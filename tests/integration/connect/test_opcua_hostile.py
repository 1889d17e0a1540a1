"""A hostile OPC UA server: floods, chunks without end and garbage, from a peer that is nothing but bytes."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from titer.base.clock import SystemClock
from titer.base.errors import Unavailable
from titer.connect.core.contract import ConnectionConfig, Resume
from titer.connect.opcua.connector import OpcUaConnector
from titer.connect.opcua.discovery import discover

MESSAGE_BYTES = 256 * 1024
FLOOD_BYTES = 64 * 1024 * 1024
SLACK_BYTES = 16 * 1024 * 1024
"""What lies in the buffers of two sockets, and in a peer's own."""
UNLIMITED = 2**32 - 1

Peer = Callable[["Wire"], Awaitable[None]]


class Wire:
    """One connection at the hostile end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.sent = 0

    async def message(self) -> bytes:
        """The next that the client says, whole."""
        header = await self.reader.readexactly(8)
        return header + await self.reader.readexactly(int.from_bytes(header[4:8], "little") - 8)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        self.sent += len(data)

    async def welcome(self) -> None:
        """Answer the Hello: a server without any limit."""
        await self.message()
        await self.send(b"ACKF" + struct.pack("<6I", 28, 0, UNLIMITED, UNLIMITED, 0, 0))


def chunk(kind: bytes, number: int, body: bytes) -> bytes:
    """A chunk of the answer to the first request, not encrypted."""
    policy = b"http://opcfoundation.org/UA/SecurityPolicy#None"
    security = struct.pack("<i", len(policy)) + policy + b"\xff" * 8
    rest = struct.pack("<I", 0) + security + struct.pack("<II", number, 1) + body
    return b"OPN" + kind + struct.pack("<I", 8 + len(rest)) + rest


async def a_chunk_of_4_gb(wire: Wire) -> None:
    await wire.welcome()
    await wire.message()
    await wire.send(b"OPNF" + struct.pack("<II", UNLIMITED, 0))
    while wire.sent < FLOOD_BYTES:
        await wire.send(bytes(65536))


async def chunks_without_end(wire: Wire) -> None:
    await wire.welcome()
    await wire.message()
    number = 0
    while wire.sent < FLOOD_BYTES:
        number += 1
        await wire.send(chunk(b"C", number, bytes(32_000)))


async def small_chunks_without_end(wire: Wire) -> None:
    await wire.welcome()
    await wire.message()
    number = 0
    while wire.sent < FLOOD_BYTES:
        await wire.send(b"".join(chunk(b"C", number + more, b"") for more in range(1, 501)))
        number += 500


async def an_acknowledge_of_4_gb(wire: Wire) -> None:
    await wire.message()
    await wire.send(b"ACKF" + struct.pack("<I", UNLIMITED))
    while wire.sent < FLOOD_BYTES:
        await wire.send(bytes(65536))


async def garbage_for_a_hello(wire: Wire) -> None:
    await wire.message()
    await wire.send(b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(range(256)) * 16)
    await wire.reader.read()


async def garbage_for_a_channel(wire: Wire) -> None:
    await wire.welcome()
    await wire.message()
    await wire.send(chunk(b"F", 1, b"\xff" * 500))
    await wire.reader.read()


async def an_array_of_2_to_the_31(wire: Wire) -> None:
    """The answer to OpenSecureChannel, whose header announces a table of 2^31 - 1 strings."""
    await wire.welcome()
    await wire.message()
    body = b"\x01\x00\xc1\x01" + bytes(8) + struct.pack("<II", 1, 0) + b"\x00" + struct.pack("<i", 2**31 - 1)
    await wire.send(chunk(b"F", 1, body))
    await wire.reader.read()


HOSTILE = [
    a_chunk_of_4_gb,
    chunks_without_end,
    small_chunks_without_end,
    an_acknowledge_of_4_gb,
    garbage_for_a_hello,
    garbage_for_a_channel,
    an_array_of_2_to_the_31,
]


async def told(peer: Peer, ask: Callable[[str], Awaitable[Any]]) -> list[Wire]:
    """Let a client meet such a peer; returns what the peer had of it."""
    wires: list[Wire] = []
    tasks: set[asyncio.Task[None]] = set()

    async def serve(wire: Wire) -> None:
        try:
            await peer(wire)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # it was left, which is what is asked for
        finally:
            wire.writer.close()

    def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wires.append(Wire(reader, writer))
        tasks.add(asyncio.create_task(serve(wires[-1])))

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        await ask(f"opc.tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}/hostile")
        async with asyncio.timeout(60):
            await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        server.close()
    return wires


@pytest.mark.parametrize("peer", HOSTILE, ids=lambda peer: peer.__name__)
def test_a_hostile_server_is_left_before_it_has_sent_much(peer: Peer) -> None:
    async def ask(endpoint: str) -> None:
        config = ConnectionConfig.of(
            {
                "name": "hostile",
                "type": "opcua",
                "settings": {
                    "endpoint": endpoint,
                    "allow_unencrypted": True,
                    "message_bytes": MESSAGE_BYTES,
                    # Far longer than the test lasts: it is its size that ends it, and no clock.
                    "request_timeout_s": 300,
                },
                "channels": [{"tag": "T", "node": "i=2258"}],
            }
        )
        adapter = OpcUaConnector(config, SystemClock(), Path())
        await adapter.open(Resume({}, {}, 1))
        with pytest.raises(Unavailable):
            async with asyncio.timeout(60):
                await anext(adapter.stream())
        await adapter.close()

    wires = asyncio.run(told(peer, ask))
    assert len(wires) == 1
    assert wires[0].sent < SLACK_BYTES, "it was listened to for as long as it liked"


def test_whoever_looks_for_servers_is_not_flooded_either() -> None:
    async def ask(endpoint: str) -> None:
        with pytest.raises(Unavailable):
            async with asyncio.timeout(60):
                await discover(endpoint, SystemClock().now())

    wires = asyncio.run(told(a_chunk_of_4_gb, ask))
    assert all(wire.sent < SLACK_BYTES for wire in wires)
