"""The address space of a node-opcua server is looked through as an asyncua server's is."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.peers.node_opcua import node_opcua

from titer.base.clock import SystemClock
from titer.base.errors import Unavailable
from titer.connect.opcua.explore import explore
from titer.testing.connectors import patience, quiet_port

pytestmark = pytest.mark.timeout(600)
URI = "urn:titer:test:node"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    node, port, folder = node_opcua(), quiet_port(), tmp_path_factory.mktemp("node")
    command = [node, str(Path(__file__).parent / "plant_node.js"), str(port), str(folder / "truth"), "none"]
    with (folder / "log").open("wb") as log:
        serving = subprocess.Popen([*command, "2500", "1"], stdout=log, stderr=log)
        try:
            yield f"opc.tcp://127.0.0.1:{port}/plant"
        finally:
            serving.kill()
            serving.wait()


def ask(kind: str, about: dict[str, Any], settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    return dict(asyncio.run(explore(kind, about, settings, SystemClock(), folder)))


def test_endpoints_are_told_with_their_certificate_and_a_walk_goes_beyond_one_answer(
    address: str, tmp_path: Path
) -> None:
    end = time.monotonic() + 120 * patience()
    while True:
        try:
            found = ask("discover", {"address": address}, {}, tmp_path)
            break
        except Unavailable:
            assert time.monotonic() < end, (tmp_path / "log").read_text()
            time.sleep(0.2)
    endpoints = found["servers"][0]["endpoints"]
    assert {one["policy"] for one in endpoints if one["usable"]} >= {
        "None",
        "Basic256Sha256",
        "Aes256Sha256RsaPss",
    }
    sealed = next(one for one in endpoints if one["policy"] == "Basic256Sha256")
    assert len(sealed["certificate"]["fingerprint"]) == 64
    assert sealed["certificate"]["valid_until"] > "2026"
    settings = {"endpoint": address, "allow_unencrypted": True}
    top = ask("browse", {"node": ""}, settings, tmp_path)["nodes"]
    plant = next(one for one in top if one["name"] == "Plant")
    assert plant["node"].startswith(f"nsu={URI};")
    # More children than a server tells at once: continuation points are followed.
    all_of_it = ask("variables", {"node": plant["node"]}, settings, tmp_path)
    assert not all_of_it["more"]
    assert {one["node"] for one in all_of_it["nodes"]} == {
        f"nsu={URI};s={name}" for name in ["SP", "Text", "Whole", "Flag", *(f"C{n}" for n in range(2500))]
    }
    by_name = {one["name"]: one for one in all_of_it["nodes"]}
    assert [by_name[name]["holds"] for name in ("SP", "Text", "Whole", "Flag")] == [
        "number",
        "text",
        "number",
        "boolean",
    ]
    assert by_name["SP"]["writable"]


def test_a_local_discovery_server_names_the_server_that_registered_with_it(tmp_path: Path) -> None:
    node, script = node_opcua(), Path(__file__).parents[2] / "peers" / "discovery.js"
    first, second = quiet_port(), quiet_port()
    directory = f"opc.tcp://127.0.0.1:{first}"
    log = tmp_path / "log"

    def until(word: str) -> None:
        end = time.monotonic() + 120 * patience()
        while word not in log.read_text().split():
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)

    with log.open("wb") as written:
        running = [subprocess.Popen([node, str(script), "lds", str(first), str(tmp_path)], stdout=written)]
        try:
            until("ready")
            command = [node, str(script), "server", str(second), str(tmp_path), directory]
            running.append(subprocess.Popen(command, stdout=written))
            until("registered")
            servers = ask("discover", {"address": directory}, {}, tmp_path)["servers"]
        finally:
            for one in running:
                one.kill()
                one.wait()
    found = {one["application_uri"]: one for one in servers}
    registered = found["urn:titer:test:node-registered"]
    assert (registered["name"], registered["problem"]) == ("Registered reactor", "")
    urls = {one["url"] for one in registered["endpoints"]}
    assert urls == {f"opc.tcp://127.0.0.1:{second}/reactor"}
    assert any(one["kind"] == "DiscoveryServer" for one in servers)
