"""Adding a connection by looking through a server: found, ticked in bulk, drafted, and recording."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.conftest import Screen, Served, faults
from tests.peers.reactor_hall import hall

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with hall() as address:
        yield address


def _sound(page: Any, name: str) -> None:
    assert faults(page, name) == []


def test_a_server_is_found_its_variables_are_ticked_in_bulk_and_the_connection_records(
    screen: Screen, links_server: Served, address: str
) -> None:
    page = screen("mehta")
    page.goto(f"{links_server.address}/links")
    page.get_by_role("link", name="Add a connection").click()
    page.get_by_label("Address").fill("opc.tcp://127.0.0.1:9")
    page.get_by_role("button", name="Look who answers").click()
    page.get_by_role("alert").get_by_text("Nothing that speaks OPC UA answers").wait_for()
    page.get_by_label("Address").fill(address)
    page.get_by_role("button", name="Look who answers").click()
    page.get_by_role("button", name=f"Use {address} with None").click()
    # An endpoint that anybody can read is looked through only when somebody says so.
    page.get_by_text("Anybody on the network can read and alter").wait_for()
    assert page.get_by_role("button", name="Open BR-7").count() == 0
    page.get_by_label("I accept that for this connection").check()
    page.get_by_role("button", name="Open BR-7").click()
    page.get_by_role("checkbox", name="Phase").check()
    page.get_by_text("enumeration").or_(page.get_by_text("idle / growth")).first.wait_for()
    page.get_by_role("button", name="All below BR-7").click()
    page.get_by_role("heading", name="Channels to record (6)").or_(
        page.get_by_text("Channels to record (6)")
    ).first.wait_for()
    page.get_by_text("The house does not know these units").wait_for()
    page.get_by_label("Name of the connection").fill("hall")
    page.get_by_label("Before each tag").fill("H1")
    _sound(page, "browse")
    page.get_by_role("button", name="Draft the connection").click()
    page.get_by_role("heading", name="hall", exact=True).wait_for()
    page.get_by_text("H1.BR-7.Probes_sensors.Temperature").first.wait_for()
    page.get_by_text("36.9").first.wait_for(timeout=60_000)

    # What is recorded already is not offered again.
    page.get_by_role("link", name="Add channels").click()
    page.get_by_role("button", name="Open BR-7").click()
    page.get_by_text("recorded already").first.wait_for()
    assert page.get_by_role("checkbox", name="Phase").count() == 0
    _sound(page, "browse-more")
