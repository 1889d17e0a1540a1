"""What an alert would cost if nobody did anything: written when it opens, read over the API, linked to the alert."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from titer.app import Config
from titer.base.clock import iso
from titer.record import Identity, Signing
from titer.record.routes import router as record_router
from titer.server import problems
from titer.twin.routes import router

PASSWORD = "correct horse battery"
ALERT_H = 123.0


def alert(world: Any, first_h: float = ALERT_H - 1.0, raised_h: float = ALERT_H) -> None:
    """Monitoring opens an alert; the plant's fault began at hour 120."""
    world.tell(
        "insight.alert.opened",
        {
            "alert_id": "alert-1", "number": "AL-2026-0001", "batch_id": "batch-1", "title": "feed below normal",
            "first_at": iso(world.started + timedelta(hours=first_h)),
            "raised_at": iso(world.started + timedelta(hours=raised_h)),
        },
        "insight_alert",
        "alert-1",
    )  # fmt: skip


@pytest.fixture
def client(world: Any, identity: Identity, signing: Signing) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.platform = SimpleNamespace(
        config=Config(), record=world.record, identity=identity, signing=signing, twin=world.twin
    )
    problems.install(app)
    app.include_router(record_router)
    app.include_router(router)
    with TestClient(app) as made:
        made.post("/api/session", json={"username": "sci", "password": PASSWORD})
        yield made


def test_at_the_alert_the_twin_says_what_doing_nothing_would_cost(world: Any, client: TestClient) -> None:
    world.commission()
    world.begin()
    world.run_to(121, every=12)
    world.process_clock.set(world.started + timedelta(hours=ALERT_H, minutes=5))
    alert(world)
    alert(world)
    assert len(client.get("/api/twin/outlooks", params={"batch_id": "batch-1"}).json()) == 1
    told = client.get("/api/twin/outlooks/alert-1").json()
    assert told["alert_number"] == "AL-2026-0001" and told["refused_because"] is None
    assert 119 <= told["hour"] <= 121, "what was known then, though the last hours were not over"
    (delivered,) = told["delivered"]
    assert delivered["input"] == "feed_f2"
    assert float(delivered["share"]) == pytest.approx(0.92, abs=0.02)
    figures = {figure["output"]: figure for figure in told["figures"]}
    assert set(figures) == {"titre", "vcd", "viability", "product"}
    titre = figures["titre"]
    assert titre["unit"] == "g/L"
    assert float(titre["as_is"]["median"]) < float(titre["corrected"]["median"])
    assert float(titre["cost"]["high"]) < 0.0, "the whole band says that it costs titre"
    assert -0.6 < float(titre["cost"]["median"]) < -0.02
    for figure in figures.values():
        for band in ("as_is", "corrected", "cost"):
            low, median, high = (float(figure[band][side]) for side in ("low", "median", "high"))
            assert low <= median <= high
    assert "feed_f2 arrives at 92" in told["sentence"] or "feed_f2 arrives at 91" in told["sentence"]
    kinds = {s["id"]: s["kind"] for s in client.get("/api/twin/twins/batch-1/scenarios").json()}
    assert {name: kinds[key] for name, key in told["scenarios"].items()} == {
        "as_is": "do_nothing",
        "corrected": "as_commanded",
    }
    with world.record.reading() as session:
        (link,) = world.twin.outlooks.links(session, "alert-1")
        assert world.twin.outlooks.links(session, "another") == []
    assert client.get(link["href"]).json()["id"] == told["id"]
    assert all(client.get(f"/api/twin/scenarios/{key}/check").json()["same"] for key in kinds)


def test_where_every_feed_arrives_only_the_course_as_it_is_is_shown(world: Any, client: TestClient) -> None:
    world.commission()
    world.begin()
    world.run_to(100, every=20)
    alert(world, 98.0, 99.0)
    told = client.get("/api/twin/outlooks/AL-2026-0001").json()
    assert told["delivered"] == [] and set(told["scenarios"]) == {"as_is"}
    assert all(figure["cost"] is None for figure in told["figures"])
    assert told["sentence"].startswith("No feed differs")


def test_too_early_for_an_outlook_is_said(world: Any, client: TestClient) -> None:
    world.commission()
    world.begin()
    world.run_to(3)
    alert(world, 2.0, 2.5)
    told = client.get("/api/twin/outlooks/alert-1").json()
    assert told["figures"] == [] and "24 h" in told["refused_because"]


def test_an_alert_of_a_batch_without_a_twin_has_no_outlook(world: Any, client: TestClient) -> None:
    world.process_clock.set(world.started)
    alert(world)
    answer = client.get("/api/twin/outlooks/alert-1")
    assert answer.status_code == 404 and "There is no outlook" in answer.text


def test_the_lag_is_told_from_memory(world: Any) -> None:
    hour = 3_600_000_000
    assert world.twin.lag_us() == 0
    world.commission()
    world.begin()
    world.run_to(30)
    assert 0 < world.twin.lag_us() < 2 * hour
    world.process_clock.advance(timedelta(hours=9))
    assert 9 * hour < world.twin.lag_us() < 11 * hour
    world.tell("mes.batch.completed", {"batch_id": "batch-1"})
    world.twin.following.step()
    assert world.twin.lag_us() == 0
