"""The OPC UA connector against a server that nobody here wrote: node-opcua, with a namespace of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from bench import Bench

VERSION = "2.182.2"
CACHE = Path(__file__).parents[3] / "build" / "node-opcua"
NODE = "nsu=urn:titer:test:node;s={}"


@pytest.fixture(scope="module")
def node_opcua() -> list[str]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("there is no Node with npm on this machine")
    package = CACHE / "node_modules" / "node-opcua" / "package.json"
    if not package.exists() or f'"version": "{VERSION}"' not in package.read_text():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--no-audit", "--no-fund", "--prefix", ".", f"node-opcua@{VERSION}"]
        try:
            done = subprocess.run(command, cwd=CACHE, capture_output=True, timeout=100, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("node-opcua could not be installed with npm within 100 s")
        if done.returncode != 0:
            pytest.skip(f"node-opcua could not be installed with npm: {done.stderr.decode()[-200:]}")
    os.environ["TITER_NODE_OPCUA"] = str(CACHE)
    return [node, str(Path(__file__).parent / "plant_node.js")]


@pytest.mark.timeout(240)
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
@pytest.mark.timeout(300)
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
