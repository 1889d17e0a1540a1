"""The whole way of a model over HTTP: upload, snapshot, train, sign, validate, approve, deploy, look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from titer.app import Config
from titer.insight.routes import router
from titer.record import Actor, ContentObject, Identity, Signing
from titer.record.http import COOKIE
from titer.record.routes import router as record_router
from titer.server import problems

PASSWORD = "correct horse battery"


@pytest.fixture
def client(world: Any, identity: Identity, signing: Signing) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.platform = SimpleNamespace(
        config=Config(),
        record=world.record,
        identity=identity,
        signing=signing,
        insight=world.insight,
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
    assert COOKIE in client.cookies
    return {"X-CSRF-Token": answer.json()["csrf"]}


def sign(client: TestClient, who: str, record_id: str, meaning: str) -> None:
    headers = log_in(client, who)
    what = {"record_type": "insight_model", "record_id": record_id, "meaning": meaning, "data": {}}
    shown = client.post("/api/signatures/preview", json=what, headers=headers).json()
    assert shown["blockers"] == []
    signed = {**what, "version": shown["version"], "digest": shown["digest"]}
    answer = client.post(
        "/api/signatures",
        json={**signed, "reason": "as planned", "password": PASSWORD, "username": who},
        headers=headers,
    )
    assert answer.status_code in (200, 201), answer.text


def test_a_model_goes_from_a_file_to_a_deployment(
    world: Any, client: TestClient, person: Callable[..., Actor]
) -> None:
    person("sci", "scientist")
    person("own", "process_owner")
    person("qa1", "quality")
    headers = log_in(client, "sci")
    data = world.file([(f"H-{i:03d}", world.toy.make_batch(i)) for i in range(30)])
    file = client.post(
        "/api/insight/files",
        content=data,
        params={"media_type": "text/csv"},
        headers={**headers, "Content-Type": "application/octet-stream"},
    ).json()
    assert file["size"] == len(data)
    answer = client.post(
        "/api/insight/datasets",
        json={
            "title": "normal batches",
            "digest": file["digest"],
            "step_minutes": 30,
            "roles": {"test": 6, "calibrate": 10, "train": -1},
        },
        headers=headers,
    )
    assert answer.status_code == 200, answer.text
    dataset = answer.json()
    answer = client.post(
        "/api/insight/models",
        json={
            "dataset_id": dataset["id"],
            "spec": world.spec(),
            "acceptance": {"max_false_events_per_batch": "0.2", "min_decided_share": "0.9"},
        },
        headers=headers,
    )
    assert answer.status_code == 200, answer.text
    model = answer.json()
    assert model["state"] == "draft"
    wrong = client.post(
        "/api/insight/models",
        json={"dataset_id": dataset["id"], "spec": {**world.spec(), "algorithm": "x"}, "acceptance": {}},
        headers=headers,
    )
    assert wrong.status_code == 422
    assert "unknown" in wrong.json()["detail"]

    sign(client, "own", model["id"], "criteria_frozen")
    headers = log_in(client, "qa1")
    answer = client.post(
        f"/api/insight/models/{model['id']}/validate", json={"reason": "as planned"}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "validated"
    assert answer.json()["validation"]["passed"]
    sign(client, "own", model["id"], "approved_by_owner")
    sign(client, "qa1", model["id"], "approved_by_quality")
    headers = log_in(client, "own")
    deployed = client.post(
        f"/api/insight/models/{model['id']}/deploy", json={"equipment": "R"}, headers=headers
    )
    assert deployed.status_code == 200, deployed.text
    assert client.get(f"/api/insight/models/{model['id']}").json()["state"] == "deployed"
    tunnel = client.get(f"/api/insight/models/{model['id']}/tunnel", params={"name": "R.VCD.PV"}).json()
    assert tunnel["unit"] == "1e6/mL"
    assert tunnel["lower"][10] < tunnel["mean"][10] < tunnel["upper"][10]
    assert client.get("/api/insight/batches/none/chart").status_code == 404
    assert client.get("/api/insight/alerts").json() == []
    template = client.get("/api/insight/templates/fed-batch").json()
    assert template["algorithm"] == "pca-tunnel/1"
    with world.record.reading() as session:
        kept = set(session.scalars(select(ContentObject.media_type)))
    named = {"text/csv", "application/json", "application/x-titer-numbers"}
    assert {one.partition(";")[0] for one in kept} == named, "of all that was kept it is known what it is"


def test_a_file_that_is_no_table_is_refused_in_words(
    world: Any, client: TestClient, person: Callable[..., Actor]
) -> None:
    person("sci", "scientist")
    headers = log_in(client, "sci")
    file = client.post(
        "/api/insight/files",
        content=b"batch,time\nA,1\n",
        headers={**headers, "Content-Type": "application/octet-stream"},
    ).json()
    answer = client.post(
        "/api/insight/datasets", json={"title": "nothing", "digest": file["digest"]}, headers=headers
    )
    assert answer.status_code == 422
    assert "column" in answer.json()["detail"]
