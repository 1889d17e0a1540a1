"""The laboratory over HTTP: the same life, by the requests that the pages and the robots send."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from titer.base.errors import NotAuthenticated, NotAuthorised, TiterError
from titer.lims.routes import router as lims_router
from titer.material.routes import router as material_router
from titer.record.http import COOKIE

PASSWORD = "correct horse battery staple"


class Client:
    """A person at the API."""

    def __init__(self, app: FastAPI, lab: Any, person: str) -> None:
        logged_in = lab.identity.log_in(person, PASSWORD, person)
        self.http = TestClient(
            app, cookies={COOKIE: logged_in.token}, headers={"X-CSRF-Token": logged_in.csrf}
        )

    def post(self, path: str, expect: int = 200, **body: Any) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def at(lab: Any) -> Iterator[Any]:
    app = FastAPI()
    app.include_router(lims_router)
    app.include_router(material_router)
    app.state.platform = SimpleNamespace(
        record=lab.record, identity=lab.identity, lims=lab.lims, material=lab.material
    )

    @app.exception_handler(TiterError)
    def told(request: Request, error: TiterError) -> JSONResponse:
        status = {NotAuthenticated: 401, NotAuthorised: 403}.get(type(error), 409)
        return JSONResponse({"title": error.what, "why": error.why}, status)

    clients: dict[str, Client] = {}

    def client(person: str) -> Client:
        if person not in clients:
            clients[person] = Client(app, lab, person)
        return clients[person]

    yield client
    for one in clients.values():
        one.http.close()


def test_a_run_and_its_origin_over_http(lab: Any, at: Any) -> None:
    sample = at("operator").post("/api/lims/samples", batch_id="b-1", plan_code="PLAN-HARVEST")
    sample = at("operator").post(f"/api/lims/samples/{sample['id']}/collect")
    assert sample["state"] == "available"
    work = at("analyst").get("/api/lims/worklist", batch_id="b-1")
    tests = [row["test"]["id"] for row in work if row["method_code"] == "SEC-HPLC-01"]
    at("operator").post("/api/lims/runs", expect=403, instrument="HPLC-02", test_ids=tests)
    run = at("analyst").post("/api/lims/runs", instrument="HPLC-02", test_ids=tests)
    path = f"/api/lims/runs/{run['id']}"
    assert len(at("analyst").get(path)["not_ready"]) == 2
    entry = {"sample_id": sample["id"], "name": "dilution_factor"}
    at("analyst").post(f"{path}/worksheet", raw="20", **entry)
    for level, concentration in (("STD-1", "0.1"), ("STD-2", "0.2"), ("STD-3", "0.4")):
        at("analyst").post(f"{path}/standards", level=level, concentration=concentration)
    run = at("analyst").post(f"{path}/ready", version=run["version"])
    at("analyst").post(f"{path}/start", expect=409, version=run["version"] - 1)
    run = at("analyst").post(f"{path}/start", version=run["version"])
    lab.drop(lab.hplc.sequence(run["number"], {sample["number"]: (42.0, 0.8)}))
    run = at("analyst").get(path)["run"]
    run = at("analyst").post(f"{path}/process", version=run["version"])
    assert (run["state"], len(run["injections"])) == ("entered", 11)
    detail = at("analyst").get(path)
    content = next(row for row in detail["tests"] if row["test"]["analysis"] == "protein_content")
    assert content["evaluation"]["rounded"] == "4.2"
    assert isinstance(content["result"]["value"], str)
    trace = at("analyst").get(f"{path}/injections/10/trace", points=100)
    assert (trace["from_count"], trace["decimated"]) == (1300, True)
    assert max(trace["signal"]) == pytest.approx(139.6, rel=0.01)
    chain = at("qa").get(f"/api/lims/results/{content['result']['id']}/origin")
    assert [link["kind"] for link in chain][:2] == ["result", "calculation"]
    digest = next(link["data"]["digest"] for link in chain if link["kind"] == "file")
    answer = at("qa").http.get(f"/api/lims/content/{digest}")
    assert answer.headers["content-disposition"].startswith("attachment")


def test_documents_lots_and_certificates_over_http(lab: Any, at: Any) -> None:
    codes = [row["code"] for row in at("scientist").get("/api/lims/specifications", state="effective")]
    assert codes == ["SPEC-MAB7-HARVEST", "SPEC-MAB7-IPC"]
    refused = at("scientist").post("/api/lims/methods", expect=409, source="kind: method\nx: 1", reason="try")
    assert refused["title"]
    at("qa").post("/api/material/definitions", code="M", title="Medium", unit="kg", needs=["certificate"])
    lot = at("operator").post(
        "/api/material/lots",
        definition_code="M",
        lot_number="RM-1",
        quantity="25.0",
        unit="kg",
        expires_on="2026-03-01",
        supplier="Media Ltd",
    )
    at("operator").post(
        f"/api/material/lots/{lot['id']}/certificate",
        version=lot["version"],
        file_name="coa.pdf",
        data_base64=base64.b64encode(b"%PDF-").decode(),
    )
    assert (
        "expired on 2026-03-01" in at("operator").post("/api/material/scan", expect=409, code="RM-1")["title"]
    )
    sample = at("operator").post("/api/lims/samples", batch_id="b-1", plan_code="PLAN-HARVEST")
    paper = {
        "sample_id": sample["id"],
        "laboratory": "Safe Lab Ltd",
        "reference": "1",
        "file_name": "x.pdf",
    }
    at("analyst").post(
        "/api/lims/contract-certificates", expect=409, data_base64=base64.b64encode(b"text").decode(), **paper
    )
    at("analyst").post("/api/lims/contract-certificates", expect=409, data_base64="!", **paper)


def test_without_the_sessions_token_nothing_is_changed(at: Any) -> None:
    answer = at("operator").http.post(
        "/api/lims/samples", json={"batch_id": "b", "plan_code": "PLAN-IPC"}, headers={"X-CSRF-Token": "x"}
    )
    assert answer.status_code == 401


def test_every_operation_has_a_name_of_its_own() -> None:
    app = FastAPI()
    app.include_router(lims_router)
    app.include_router(material_router)
    names = [route.name for route in app.routes if getattr(route, "tags", None)]
    assert len(names) == len(set(names))
    assert all(name.startswith(("lims_", "material_")) for name in names)
