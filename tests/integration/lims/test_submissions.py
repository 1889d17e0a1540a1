"""Another system at the laboratory's routes: it lists work, takes it, and submits results; whole, and once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from tests.integration.lims import documents

from titer.base.clock import iso
from titer.lims import Handover, ReportableResult, Submission, TestRequest, origin
from titer.lims.routes import router
from titer.server.problems import install

RAW = b"raw bytes of the station"


class Machine:
    """A system that bears a token."""

    def __init__(self, app: FastAPI, token: str) -> None:
        self.http = TestClient(app, headers={"Authorization": f"Bearer {token}"})

    def work(self, **query: str) -> list[dict[str, Any]]:
        answer = self.http.get("/api/lims/submissions/worklist", params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def post(self, path: str, expect: int = 200, **body: Any) -> dict[str, Any]:
        answer = self.http.post(f"/api/lims/submissions{path}", json=body)
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def keep(self, data: bytes) -> str:
        answer = self.http.put(
            "/api/lims/submissions/content",
            content=data,
            headers={"Content-Type": "application/octet-stream"},
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["digest"])


@pytest.fixture
def at(empty_lab: Any) -> Iterator[Any]:
    """Two systems at a laboratory, and a sample that waits for them."""
    for kind, source in documents.SUBMITTED:
        empty_lab.publish(kind, source)
    app = FastAPI()
    install(app)
    app.include_router(router)
    app.state.platform = SimpleNamespace(
        record=empty_lab.record, identity=empty_lab.identity, lims=empty_lab.lims
    )
    tokens = {}
    with empty_lab.act("operator", "test.any") as unit:
        for name, scope in (("station", "results"), ("other", "results"), ("dcs", "state")):
            tokens[name] = empty_lab.identity.issue_token(unit, name, (scope,))
    sample = empty_lab.sample("PLAN-TITRE")
    machines = {name: Machine(app, token) for name, token in tokens.items()}
    yield SimpleNamespace(lab=empty_lab, sample=sample, **machines)
    for one in machines.values():
        one.http.close()


def sent(at: Any, **change: Any) -> dict[str, Any]:
    return {
        "key": "k-1",
        "sample": at.sample.number,
        "method": "TITRE-EXT",
        "instrument": "READER",
        "measured_at": iso(at.lab.clock.now()),
        "values": [
            {"analysis": "titre", "value": "4.310", "unit": "g/L"},
            {"analysis": "aspect", "value": "clear"},
        ],
    } | change


def rows(at: Any, table: Any) -> int:
    with at.lab.record.reading() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_work_is_listed_taken_and_its_result_enters_as_the_laboratorys_own(at: Any) -> None:
    work = at.station.work(instrument="READER", method="TITRE-EXT")
    assert [(one["sample"], one["analysis"], one["unit"], one["taken_for"]) for one in work] == [
        (at.sample.number, "titre", "g/L", None),
        (at.sample.number, "aspect", "", None),
    ]
    assert work[0]["due"] == iso(at.sample.sampled_at + timedelta(hours=24)).replace(".000000Z", "Z")
    tests = [one["test"] for one in work]
    at.station.post("/take", tests=tests, instrument="READER")
    at.station.post("/take", tests=tests, instrument="READER")
    assert rows(at, Handover) == 2
    assert {one["taken_for"] for one in at.station.work()} == {"READER"}
    assert at.other.work() == []
    file = {"name": "plate.csv", "digest": at.station.keep(RAW), "media_type": "text/csv"}
    assert file["digest"] == hashlib.sha256(RAW).hexdigest()
    receipt = at.station.post("", **sent(at, files=[file]))
    assert [(one["analysis"], one["state"]) for one in receipt["tests"]] == [
        ("titre", "approved"),
        ("aspect", "approved"),
    ]
    assert not receipt["repeated"]
    assert at.station.work() == []
    with at.lab.record.reading() as session:
        result = session.scalars(select(ReportableResult).where(ReportableResult.analysis == "titre")).one()
        assert (result.text, str(result.value), result.unit) == ("4.310", "4.310", "g/L")
        assert result.pinned["instrument"]["code"] == "READER"
        links = {one.kind: one for one in origin(session, result.id)}
        assert links["file"].data["digest"] == file["digest"]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_submission_is_taken_once_under_its_key(at: Any) -> None:
    first = at.station.post("", **sent(at))
    again = at.station.post("", **sent(at))
    assert again == first | {"repeated": True}
    other = at.station.post("", 409, **sent(at, values=[{"analysis": "titre", "value": "5", "unit": "g/L"}]))
    assert other["reason"] == "key_reused"
    assert at.station.post("", 409, **sent(at, key="k-2"))["reason"] == "test_closed"
    assert rows(at, Submission) == 1
    assert rows(at, ReportableResult) == 2


def test_another_machines_key_is_its_own(at: Any) -> None:
    at.station.post("", **sent(at))
    assert at.other.post("", 409, **sent(at))["reason"] == "test_closed"


def test_what_cannot_be_taken_whole_is_refused_whole_and_says_why(at: Any) -> None:
    at.lab.equipment.faults["BROKEN"] = ["The calibration of BROKEN is due."]
    good = {"analysis": "titre", "value": "4.3", "unit": "g/L"}
    early, late = at.sample.sampled_at - timedelta(hours=1), at.lab.clock.now() + timedelta(hours=1)
    for reason, change in {
        "unknown_sample": {"sample": "S-0"},
        "unknown_test": {"method": "NOTHING"},
        "wrong_unit": {"values": [{"analysis": "aspect", "value": "clear"}, good | {"unit": "mg/L"}]},
        "not_a_number": {"values": [good | {"value": "NaN"}]},
        "not_ready": {"instrument": "BROKEN"},
        "file_missing": {"files": [{"name": "x", "digest": "0" * 64}]},
        "test_closed": {"values": [good, good]},
    }.items():
        assert at.station.post("", 409, **sent(at, **change))["reason"] == reason
    for instant in (early, late):
        told = at.station.post("", 409, **sent(at, measured_at=iso(instant)))
        assert told["reason"] == "implausible_time"
    assert "needs an instrument" in at.station.post("", 409, **sent(at, instrument=""))["why"]
    at.station.post("", 422, **sent(at, measured_at="2026-03-02T08:00:00"))
    assert (rows(at, Submission), rows(at, ReportableResult), rows(at, Handover)) == (0, 0, 0)
    with at.lab.record.reading() as session:
        assert set(session.scalars(select(TestRequest.state))) == {"planned"}
    at.station.post("", **sent(at))


def test_what_one_has_taken_another_cannot_have_until_it_is_given_back(at: Any) -> None:
    tests = [one["test"] for one in at.station.work()]
    at.station.post("/take", tests=tests, instrument="READER")
    assert at.other.post("/take", 409, tests=tests, instrument="READER")["reason"] == "taken_by_another"
    assert at.other.post("", 409, **sent(at))["reason"] == "taken_by_another"
    assert at.other.post("/return", 409, tests=tests, reason="mine")["reason"] == "taken_by_another"
    assert at.station.post("", 409, **sent(at, instrument="HPLC-02"))["reason"] == "not_ready"
    at.station.post("/return", tests=tests, reason="the lamp failed")
    assert at.station.post("/return", 409, tests=tests, reason="again")["reason"] == "unknown_test"
    at.other.post("", **sent(at))


def test_a_test_that_nobody_offered_is_not_taken(at: Any) -> None:
    assert at.station.post("/take", 409, tests=["T-0"])["reason"] == "unknown_test"
    for kind, source in (("method", documents.ENTRY_METHOD),):
        at.lab.publish(kind, source)
    assert at.dcs.http.get("/api/lims/submissions/worklist").status_code == 403
    assert at.dcs.http.post("/api/lims/submissions", json=sent(at)).status_code == 403


def test_a_result_beyond_its_limit_is_an_exception_and_a_sample_that_is_too_old_is_not_begun(at: Any) -> None:
    at.lab.clock.advance(timedelta(hours=25))
    told = at.station.post("", 409, **sent(at))
    assert (told["reason"], "25.0 h old" in told["why"]) == ("not_ready", True)
    measured = iso(at.sample.sampled_at + timedelta(hours=1))
    high = [{"analysis": "titre", "value": "12", "unit": "g/L"}]
    receipt = at.station.post("", **sent(at, measured_at=measured, values=high))
    assert receipt["tests"][0]["state"] == "entered"
    assert at.lab.quality.kinds() == ["action_limit"]
