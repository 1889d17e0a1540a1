"""The page of alarms of devices: what stands, what is over, and an acknowledgement with a comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.e2e.conftest import PAGES, Screen, Served, _automation, _missing, _served, faults
from tests.integration.equipment.test_alarms import change

from titer.app.platform import Platform
from titer.equipment.service.streams import told
from titer.record import Actor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def _alarmed(platform: Platform, people: dict[str, Actor], batch: str) -> Mapping[str, Any]:
    """A reactor with three alarms: one stands, one has ended and waits, one is over."""
    _automation(platform, people, batch)
    equipment = platform.equipment
    foam = {"condition": "nsu=urn:x;s=Foam", "name": "Foam", "message": "Foam at the probe", "severity": 300}
    door = {"condition": "nsu=urn:x;s=Door", "name": "Door open", "message": "The door was opened"}
    with platform.record.action(Actor.connection("br201"), "equipment.intake") as unit:
        equipment.register_node(unit, code="BR-201", name="Reactor", level="unit")
        channel = {"tag": "BR-201.Level.PV", "node": "nsu=urn:x;s=Level", "equipment": "BR-201"}
        equipment.import_connection(
            unit, "br201", "opcua", {"endpoint": "opc.tcp://h:1"}, [channel], host="far"
        )
        equipment.note_identity(unit, "br201", {"maker": "ACME", "fingerprint": "f1"})
        equipment.approve_connection(unit, "br201")
        events = (
            change("e1"),
            change("f1", 5, **foam, confirmed=False),
            change("f2", 65, **foam, active=False, confirmed=False),
            change("d1", 9, **door),
            change("d2", 19, **door, acked=True, comment="seen", user="panel"),
            change("d3", 29, **door, acked=True, active=False, retain=False, comment="seen", user="panel"),
        )
        equipment.take_events(unit, told("br201", 1, 1, events))
    return {}


@pytest.fixture(scope="module")
def alarms_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if not PAGES.exists():
        _missing("the pages are not built: make pages")
    yield from _served(tmp_path_factory.mktemp("alarms"), _alarmed, layers=())


def test_an_alarm_is_seen_opened_and_acknowledged_with_a_comment(
    screen: Screen, alarms_server: Served
) -> None:
    page = screen("mehta")
    page.goto(f"{alarms_server.address}/links")
    page.get_by_role("link", name="Alarms of devices").first.click()
    page.get_by_text("active, not acknowledged").wait_for()
    page.get_by_text("ended, not acknowledged").wait_for()
    assert page.get_by_text("Door open").count() == 0
    assert faults(page, "alarms") == []
    page.get_by_role("tab", name="Over").click()
    page.get_by_text("Door open").wait_for()
    page.get_by_text("panel, at the device").wait_for()

    page.goto(f"{alarms_server.address}/units/BR-201")
    page.get_by_text("Alarms of devices at this equipment").first.wait_for()
    page.get_by_text("Level high").first.click()
    page.get_by_role("heading", name="Level high").wait_for()
    button = page.get_by_role("button", name="Acknowledge")
    assert button.is_disabled()
    page.get_by_label("Comment").fill("inlet closed by hand")
    button.click()
    page.get_by_role("status").get_by_text("Arjun Mehta (mehta) asked the device: acknowledge: ").wait_for()
    assert faults(page, "alarm") == []
    asked = page.request.get(f"{alarms_server.address}/api/equipment/commands").json()
    assert [(one["kind"], one["parameters"]["comment"]) for one in asked] == [
        ("acknowledge", "Arjun Mehta (mehta): inlet closed by hand")
    ]
