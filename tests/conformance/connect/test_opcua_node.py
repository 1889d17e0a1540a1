"""The OPC UA connector against a server that nobody here wrote: node-opcua, with a namespace of its own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from tests.peers.node_opcua import node_opcua

from bench import Bench

NODE = "nsu=urn:titer:test:node;s={}"

# Each wait of the bench has an end of its own, which grows with the load of the machine.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module", name="node_opcua")
def peer() -> list[str]:
    return [node_opcua(), str(Path(__file__).parent / "plant_node.js")]


def test_a_cable_cut_at_ten_hertz_loses_nothing(tmp_path: Path, node_opcua: list[str]) -> None:
    async def campaign() -> None:
        async with Bench(tmp_path, command=node_opcua, node=NODE) as bench:
            await asyncio.sleep(1)
            bench.cable.cut()
            await asyncio.sleep(3)
            bench.cable.restore()
            await asyncio.sleep(1)
            result = await bench.settle()
            assert result.passed, str(result)
            assert result.in_gaps == 0
            assert not bench.events("gap_unrecoverable")
            assert result.made > 100
            assert "was kept" in bench.events("reconnected")[-1]["reason"]

    asyncio.run(campaign())


@pytest.mark.slow
def test_a_killed_server_and_a_killed_host_leave_nothing_untold(
    tmp_path: Path, node_opcua: list[str]
) -> None:
    async def campaign() -> None:
        async with Bench(tmp_path, command=node_opcua, node=NODE) as bench:
            await asyncio.sleep(1)
            bench.kill_plant()
            bench.start_plant()
            await asyncio.sleep(5)
            bench.kill_host()
            await asyncio.sleep(1)
            bench.start_host()
            await asyncio.sleep(2)
            result = await bench.settle()
            assert result.passed, str(result)

    asyncio.run(campaign())
