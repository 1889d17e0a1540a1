"""What an OPC UA connection finds when it comes back: fewer messages than were sent, or other namespace indices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asyncua import Server, ua

from titer.base.clock import SystemClock, us
from titer.connect.core.contract import Batch, ConnectionConfig, Resume
from titer.connect.opcua.connector import OpcUaConnector

URI = "urn:titer:test:lives"
PATIENCE_S = 60


async def served(port: int = 0, fillers: int = 0) -> tuple[Server, Any, str]:
    """A server with one variable T, in a namespace behind as many others as are asked for."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/lives")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    for number in range(fillers):
        other = await server.register_namespace(f"urn:filler:{number}")
        # Whoever keeps the old index finds a node there, and a value that is not T's.
        await server.nodes.objects.add_variable(ua.NodeId("T", other), "T", -1.0)
    space = await server.register_namespace(URI)
    node = await server.nodes.objects.add_variable(ua.NodeId("T", space), "T", 0.0)
    await server.start()
    real = server.bserver._server.sockets[0].getsockname()[1]
    return server, node, f"opc.tcp://127.0.0.1:{real}/lives"


class House:
    """One event loop with one server, for the tests of this file; the last of them ends the server's life."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.server, self.node, self.endpoint = self.runner.run(served())


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    made = House()
    yield made
    made.runner.run(made.server.stop())
    made.runner.close()


def connector(endpoint: str) -> OpcUaConnector:
    config = ConnectionConfig.of(
        {
            "name": "lives",
            "type": "opcua",
            "settings": {"endpoint": endpoint, "allow_unencrypted": True, "history": False},
            "channels": [{"tag": "T", "node": f"nsu={URI};s=T"}],
        }
    )
    return OpcUaConnector(config, SystemClock(), Path())


async def say(node: Any, value: float) -> int:
    """Write a value at the server; returns its source time."""
    now = datetime.now(UTC)
    await node.write_value(
        ua.DataValue(ua.Variant(value, ua.VariantType.Double), SourceTimestamp=now, ServerTimestamp=now)
    )
    return us(now)


async def until_value(adapter: OpcUaConnector, stream: Any, value: float) -> list[Batch]:
    """Take batches, and make them durable, until one brings this value."""
    batches: list[Batch] = []
    async with asyncio.timeout(PATIENCE_S):
        while not batches or value not in batches[-1].columns.value.tolist():
            batches.append(await anext(stream))
            await adapter.ack(batches[-1].cursor)
    return batches


async def true(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)


def test_messages_that_the_server_threw_away_while_the_cable_was_cut_are_a_gap(house: House) -> None:
    async def check() -> None:
        node, adapter = house.node, connector(house.endpoint)
        await adapter.open(Resume({}, {}, 1))
        async with aclosing(adapter.stream()) as stream:  # type: ignore[type-var]
            await until_value(adapter, stream, 0.0)
            subscriptions = house.server.iserver.subscription_service.subscriptions
            subscription = subscriptions[adapter._link.subscription]
            # Each value goes out in a message of its own, and nobody takes them: they are lost on the way.
            sent = {}
            for number in range(1, 6):
                before = subscription._notification_seq
                sent[float(number)] = await say(node, float(number))
                await true(lambda before=before: subscription._notification_seq > before)  # type: ignore[misc]
        kept = subscription._not_acknowledged_results
        for number in sorted(kept)[:-1]:
            kept.pop(number)
        await adapter.open(Resume({"T": adapter._batcher.last[0]}, {"start_time": adapter._start_time}, 1))
        async with aclosing(adapter.stream()) as stream:  # type: ignore[type-var]
            sent[6.0] = await say(node, 6.0)
            batches = await until_value(adapter, stream, 6.0)
        await adapter.close()
        stored = {value for batch in batches for value in batch.columns.value.tolist()}
        windows = [gap.windows["T"] for batch in batches for gap in batch.gaps]
        lost = {value: at for value, at in sent.items() if value not in stored}
        assert len(lost) >= 3
        for value, at in lost.items():
            assert any(start < at < end for start, end in windows), f"{value} is lost in silence"
        told = [told for batch in batches for told in batch.events if told["kind"] == "overflow"]
        assert "no longer keeps" in told[0]["reason"]
        assert told[0]["channels"] == ["T"]

    house.runner.run(check())


def test_a_server_that_comes_back_with_other_namespace_indices_is_read_at_the_right_node(
    house: House,
) -> None:
    async def check() -> None:
        port = int(house.endpoint.split(":")[2].split("/")[0])
        adapter = connector(house.endpoint)
        await adapter.open(Resume({}, {}, 1))
        async with aclosing(adapter.stream()) as stream:  # type: ignore[type-var]
            await say(house.node, 10.0)
            await until_value(adapter, stream, 10.0)
            first, known = adapter._nodes[0].NamespaceIndex, adapter._batcher.last[0]
            await house.server.stop()
        house.server, house.node, _ = await served(port, fillers=3)
        at = await say(house.node, 20.0)
        await adapter.open(Resume({"T": known}, {"start_time": adapter._start_time}, 1))
        async with aclosing(adapter.stream()) as stream:  # type: ignore[type-var]
            batches = await until_value(adapter, stream, 20.0)
            assert adapter._nodes[0].NamespaceIndex == first + 3
        await adapter.close()
        values = np.concatenate([batch.columns.value for batch in batches])
        assert -1.0 not in values.tolist(), "the node that has the old index is another one"
        assert [gap.windows for batch in batches for gap in batch.gaps] == [{"T": (known.source_us, at)}]
        assert batches[0].new_life

    house.runner.run(check())
