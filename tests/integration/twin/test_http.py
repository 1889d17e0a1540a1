"""The twin over HTTP, as the pages and the robots use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from titer.twin import fed_batch, process_model
from titer.twin.routes import router

PASSWORD = "correct horse battery"


@pytest.fixture
def client(world: Any, identity: Identity, signing: Signing) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.platform = SimpleNamespace(
        config=Config(),
        record=world.record,
        identity=identity,
        signing=signing,
        twin=world.twin,
        sealer=SimpleNamespace(covered_size=0),
    )
    problems.install(app)
    app.include_router(record_router)
    app.include_router(router)
    with TestClient(app) as made:
        yield made


def log_in(client: TestClient, username: str) -> dict[str, str]:
    client.cookies.clear()
    answer = client.post("/api/session", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf"]}


def sign(client: TestClient, who: str, record_type: str, record_id: str, meaning: str) -> None:
    headers = log_in(client, who)
    what = {"record_type": record_type, "record_id": record_id, "meaning": meaning, "data": {}}
    shown = client.post("/api/signatures/preview", json=what, headers=headers).json()
    assert shown["blockers"] == []
    signed = {**what, "version": shown["version"], "digest": shown["digest"]}
    answer = client.post(
        "/api/signatures",
        json={**signed, "reason": "as planned", "password": PASSWORD, "username": who},
        headers=headers,
    )
    assert answer.status_code in (200, 201), answer.text


def test_the_routes_show_a_twin_with_bands(world: Any, client: TestClient) -> None:
    headers = log_in(client, "sci")
    settings = fed_batch("BR-201")
    settings["cqas"] = [{"output": "viability", "at": "harvest", "low": "50"}]
    settings["probability"] = "0.5"
    made = client.post(
        "/api/twin/definitions",
        json={"equipment": "BR-201", "title": "Fed-batch twin", "settings": settings},
        headers=headers,
    )
    assert made.status_code == 200, made.text
    sign(client, "own", "twin_definition", made.json()["id"], "commissioned")
    world.begin()
    world.run_to(150)
    world.result("r1", "titre", "1.1", "g/L", 144.0)
    world.twin.following.step()
    headers = log_in(client, "sci")
    state = client.get("/api/twin/twins/B-2026-0001/state").json()
    assert len(state["hours"]) == 150 and state["instance"]["state"] == "LIVE"
    titre = state["series"]["titre"]
    assert float(titre["low"][-1]) < float(titre["mean"][-1]) < float(titre["high"][-1])
    assert state["parameters"]["qp_max"]["prior"]
    known = iso(world.started.replace(day=world.started.day + 5))
    past = client.get("/api/twin/twins/B-2026-0001/state", params={"known": known, "at": known}).json()
    assert 0 < len(past["hours"]) < 150 and past["belief_digest"] != state["belief_digest"]
    assert client.get("/api/twin/twins/batch-1/measurements").json()[0]["sample_number"] == "S-r1"
    assert client.get("/api/twin/twins/batch-1/replays").json()[0]["before"]["titre"]["mean"]
    snapshot = client.get("/api/twin/twins/batch-1/snapshots").json()[0]
    assert client.get(f"/api/twin/snapshots/{snapshot['id']}/check").json()["belief"]

    scenario = client.post(
        "/api/twin/twins/batch-1/scenarios",
        json={"title": "More feed", "overrides": {"feed_f2": {"factor": "1.1"}}, "samples": 32},
        headers=headers,
    )
    assert scenario.status_code == 200, scenario.text
    assert client.get(f"/api/twin/scenarios/{scenario.json()['id']}/check").json()["same"]
    wrong = client.post(
        "/api/twin/twins/batch-1/scenarios",
        json={"title": "Nonsense", "overrides": {"wind": {"factor": "2"}}, "samples": 32},
        headers=headers,
    )
    assert wrong.status_code == 422 and "wind" in wrong.text

    drafted = client.post("/api/twin/twins/batch-1/proposals", headers=headers)
    assert drafted.status_code == 200, drafted.text
    proposal = drafted.json()
    assert proposal["state"] == "CHECKED", proposal["checks"]
    sign(client, "sci", "twin_proposal", proposal["id"], "submitted")
    sign(client, "own", "twin_proposal", proposal["id"], "approved")
    assert client.get(f"/api/twin/proposals/{proposal['number']}").json()["state"] == "APPROVED"
    assert [p["id"] for p in client.get("/api/twin/proposals?state=APPROVED").json()] == [proposal["id"]]


def test_a_finished_batch_keeps_its_band_when_the_process_model_has_changed(
    world: Any, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.commission()
    world.begin()
    world.run_to(60, every=6)
    world.tell("mes.batch.completed", {"batch_id": "batch-1"})
    log_in(client, "sci")
    computed = client.get("/api/twin/twins/batch-1/state").json()
    assert computed["instance"]["state"] == "FROZEN" and computed["stored"] is None

    present = process_model.load

    def changed(code: str) -> process_model.ProcessModel:
        return replace(present(code), digest="0" * 64)

    monkeypatch.setattr(process_model, "load", changed)
    world.twin.following._live.clear()
    answer = client.get("/api/twin/twins/batch-1/state")
    assert answer.status_code == 200, answer.text
    state = answer.json()
    assert "stored while the batch ran" in state["stored"]
    assert len(state["hours"]) >= 9 and state["hours"] == sorted(set(state["hours"]))
    assert state["series"].keys() == computed["series"].keys()
    last = computed["hours"].index(state["hours"][-1])
    for name, now in state["series"].items():
        then = computed["series"][name]
        assert (now["unit"], now["title"]) == (then["unit"], then["title"])
        assert [now[part][-1] for part in ("low", "mean", "high")] == [
            then[part][last] for part in ("low", "mean", "high")
        ], name
    early = client.get(
        "/api/twin/twins/batch-1/state", params={"known": iso(world.started + timedelta(hours=20))}
    ).json()
    assert early["hours"] == [hour for hour in state["hours"] if hour <= 20]
    snapshot = client.get("/api/twin/twins/batch-1/snapshots").json()[0]
    check = client.get(f"/api/twin/snapshots/{snapshot['id']}/check")
    assert check.status_code == 409 and "not the one that was commissioned" in check.text


def test_a_running_batch_is_not_shown_by_a_model_nobody_commissioned(
    world: Any, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.commission()
    world.begin()
    world.run_to(30)
    present = process_model.load
    monkeypatch.setattr(process_model, "load", lambda code: replace(present(code), digest="0" * 64))
    world.twin.following._live.clear()
    log_in(client, "sci")
    assert client.get("/api/twin/twins/batch-1/state").status_code == 409


def test_an_operator_s_draft_is_refused_over_http(world: Any, client: TestClient) -> None:
    world.commission()
    world.begin()
    headers = log_in(client, "op")
    assert client.post("/api/twin/twins/batch-1/proposals", headers=headers).status_code == 403
    assert client.get("/api/twin/twins/nothing").status_code == 404
    assert client.get("/api/twin/iso-23247").json()[0]["shown_by"]
