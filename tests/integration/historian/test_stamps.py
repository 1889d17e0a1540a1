"""Times that cannot be true, and channels that nobody bound: kept, told, and nobody's last value."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from tests.integration.historian.reactor import PV, frame
from tests.integration.historian.test_floors import received

from titer.base.clock import ManualClock
from titer.equipment import Equipment
from titer.historian import Historian, intake
from titer.record import OutboxEvent

FAR, LONG_AGO = 4_092_000_000_000_000, -11_644_000_000_000_000
"""Instants of 2099 and 1601."""


@pytest.fixture
def process_clock(clock: ManualClock) -> ManualClock:
    """A plant that is not simulated goes by the server's clock."""
    return clock


def topics(equipment: Equipment) -> list[str]:
    with equipment.record.reading() as session:
        found = session.scalars(select(OutboxEvent.topic).order_by(OutboxEvent.position))
        return [one for one in found if one.startswith("equipment.stream.")]


@pytest.mark.parametrize("wild", [FAR, LONG_AGO])
def test_a_stamp_that_cannot_be_true_is_told_once_and_hides_nothing(
    historian: Historian, equipment: Equipment, page: TestClient, clock: ManualClock, t0: int, wild: int
) -> None:
    strange = received(frame(wild, 1, [99.0]), t0)
    for _ in range(2):
        intake.take(historian, equipment, "br201", strange)
    intake.take(historian, equipment, "br201", received(frame(wild, 2, [98.0], at=1), t0))
    assert historian.last([PV]) == {}
    intake.take(historian, equipment, "br201", frame(t0, 3, [1.0, 2.0]))
    clock.advance(timedelta(seconds=60))
    (shown,) = page.get("/api/historian/last", params={"tags": PV}).json()
    assert (shown["value"], shown["age_s"], shown["quality"]) == (2.0, 59.0, 0)
    (connection,) = page.get("/api/historian/freshness").json()
    assert connection["age_s"] == 59.0
    found = historian.read([PV], -(2**62), 2**62)
    qualities = dict(zip(found.column("value").to_pylist(), found.column("quality").to_pylist(), strict=True))
    assert qualities == {99.0: 1, 98.0: 1, 1.0: 0, 2.0: 0}
    assert topics(equipment) == ["equipment.stream.stamp_doubted"]
    with equipment.record.reading() as session:
        (event,) = equipment.stream_events(session, "br201")
    assert "which cannot be true" in event.reason
    historian.seal()
    assert historian.last([PV])[PV].value == 2.0


def test_a_clock_ahead_by_less_than_an_hour_is_left_to_the_watch_on_clocks(
    historian: Historian, equipment: Equipment, t0: int
) -> None:
    intake.take(historian, equipment, "br201", received(frame(t0, 1, [1.0], at=3000), t0))
    assert historian.last([PV])[PV].quality == 0
    assert topics(equipment) == []


def test_a_channel_that_nobody_bound_is_an_event_on_the_page_of_its_connection(
    historian: Historian, equipment: Equipment, page: TestClient, t0: int
) -> None:
    for first in (1, 2):
        intake.take(historian, equipment, "other", frame(t0, first, [99.0], connection="other", at=first))
    assert topics(equipment) == ["equipment.stream.channel_unbound"]
    (told,) = page.get("/api/equipment/connections/other/events").json()
    assert (told["kind"], f"quarantine/other/{PV}" in told["reason"]) == ("channel_unbound", True)
