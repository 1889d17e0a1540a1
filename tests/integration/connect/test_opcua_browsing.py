"""Setting up an OPC UA connection: who answers at an address, what there is to record (an asyncua server)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.peers.reactor_hall import URI, hall

from titer.base.clock import SystemClock
from titer.base.errors import Invalid, Refused, Unavailable
from titer.connect import TYPES
from titer.testing.connectors import quiet_port


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with hall() as address:
        yield address


def ask(kind: str, about: dict[str, Any], settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    async def asked() -> dict[str, Any]:
        explore = TYPES["opcua"].explore
        assert explore is not None
        return dict(await explore(kind, about, settings, SystemClock(), folder))

    return asyncio.run(asked())


def test_servers_and_their_endpoints_are_found_and_what_cannot_be_used_says_why(
    address: str, tmp_path: Path
) -> None:
    found = ask("discover", {"address": address}, {}, tmp_path)
    (server,) = found["servers"]
    assert server["name"] == "Reactor hall"
    (endpoint,) = server["endpoints"]
    assert endpoint["url"] == address
    assert (endpoint["policy"], endpoint["usable"], endpoint["unencrypted"]) == ("None", True, True)
    for wrong, error in (("http://127.0.0.1", Invalid), (f"opc.tcp://127.0.0.1:{quiet_port()}", Unavailable)):
        with pytest.raises(error):
            ask("discover", {"address": wrong}, {}, tmp_path)


def test_a_discovery_server_names_those_that_registered_and_their_endpoints_are_fetched(
    address: str, tmp_path: Path
) -> None:
    """Any asyncua server takes registrations, so this one stands in for a Local Discovery Server."""
    with hall(register=address, uri="urn:titer:test:registered") as other:
        found = {
            one["application_uri"]: one
            for one in ask("discover", {"address": address}, {}, tmp_path)["servers"]
        }
        registered = found["urn:titer:test:registered"]
        assert [one["url"] for one in registered["endpoints"]] == [other]
        assert (registered["name"], registered["problem"]) == ("Reactor hall", "")
    # It has gone without saying so: it is still known there, and that it does not answer is said of it alone.
    found = {
        one["application_uri"]: one for one in ask("discover", {"address": address}, {}, tmp_path)["servers"]
    }
    assert "does not answer" in found["urn:titer:test:registered"]["problem"]
    assert any(one["endpoints"] for one in found.values())


def test_variables_come_with_unit_range_and_names_of_states_and_each_once(
    address: str, tmp_path: Path
) -> None:
    settings = {"endpoint": address, "allow_unencrypted": True}
    top = (ask("browse", {"node": ""}, settings, tmp_path))["nodes"]
    reactor = next(one for one in top if one["name"] == "BR-7")
    assert reactor["node"] == f"nsu={URI};s=BR-7"
    level = {
        one["name"]: one for one in (ask("browse", {"node": reactor["node"]}, settings, tmp_path))["nodes"]
    }
    assert not level["Probes & sensors"]["variable"]
    assert level["Phase"]["states"] == {"0": "idle", "1": "growth"}
    assert (level["Phase"]["writable"], level["Label"]["writable"]) == (True, False)
    assert level["Pump"]["states"] == {"0": "stopped", "1": "running"}
    assert level["Pump"]["holds"] == "boolean"
    assert (level["Label"]["recordable"], level["Label"]["value"]) == (True, "B-2026-0001")
    assert not level["Spectrum"]["recordable"]

    found = ask("variables", {"node": reactor["node"]}, settings, tmp_path)
    assert not found["more"]
    below = {one["tag"]: one for one in found["nodes"]}
    assert len(below) == len(found["nodes"]) == 7
    warm = below["Probes_sensors.Temperature"]
    # The unit is told by its number, whatever its name is in the server's language.
    assert (warm["unit"], warm["unit_text"], warm["low"], warm["high"]) == ("degC", "grados", "0", "60")
    assert below["Probes_sensors.DO"]["unit"] == "%"
    # A unit that the house does not have is shown and not guessed; a range that is none is left out.
    foam = below["Probes_sensors.Foam"]
    assert (foam["unit"], foam["unit_text"], foam["low"]) == ("", "bubbles", "")


def test_a_node_that_is_not_there_and_an_endpoint_nobody_allowed_are_refused(
    address: str, tmp_path: Path
) -> None:
    settings = {"endpoint": address, "allow_unencrypted": True}
    with pytest.raises(Invalid, match="no namespace"):
        ask("browse", {"node": "nsu=urn:nowhere;s=x"}, settings, tmp_path)
    with pytest.raises(Unavailable, match="broke off"):
        ask("browse", {"node": f"nsu={URI};s=nothing"}, settings, tmp_path)
    with pytest.raises(Refused, match="not encrypted"):
        ask("browse", {"node": ""}, {"endpoint": address}, tmp_path)
    with pytest.raises(Invalid, match="cannot be asked"):
        ask("open sesame", {}, settings, tmp_path)
