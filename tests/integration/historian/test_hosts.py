"""A connector host gets, sends and answers for its own connections alone, at every route that hosts have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from tests.integration.historian.reactor import ANN, SP, frame

from titer.base.clock import ManualClock, us
from titer.equipment import Equipment, queries
from titer.equipment.model import DeviceCommand, Question
from titer.equipment.service import streams
from titer.historian import Historian
from titer.record import AccessEvent, Identity, LedgerEntry, Record

STATUS = {"connection": "br201", "state": "connected", "identity": {"fingerprint": "stranger"}}
DOCUMENT = {
    "key": "k",
    "connection": "br201",
    "digest": "0" * 64,
    "file_name": "a.csv",
    "seen_at": "2026-03-02T08:00Z",
}
RECEIPT = {"key": "k/1", "connection": "br201", "outcome": "done", "readback": "36.8"}
ASKED: dict[tuple[str, str], dict[str, Any]] = {
    ("GET", "/api/connect/hosts/local/connections"): {},
    ("GET", "/api/connect/commands"): {"params": {"host": "local", "wait": 0}},
    ("POST", "/api/connect/intake"): {"params": {"connection": "br201"}},
    ("POST", "/api/connect/documents"): {"json": DOCUMENT},
    ("POST", "/api/connect/receipts"): {"json": RECEIPT},
    ("POST", "/api/connect/status"): {"json": STATUS},
    ("GET", "/api/connect/questions"): {"params": {"host": "local", "wait": 0}},
    ("POST", "/api/connect/answers"): {"json": {"problem": {"what": "?", "why": "", "do": ""}}},
}
OF_NO_CONNECTION = {("PUT", "/api/connect/content")}
"""Bytes under their own digest, in nobody's name: what they are of is said by the document that refers to them."""


@pytest.fixture
def token(record: Record, identity: Identity) -> Any:
    def issue(host: str, *scopes: str) -> dict[str, str]:
        with record.action(ANN, "record.token.issue") as unit:
            made = identity.issue_token(unit, f"host-{host}", scopes or ("connect",), host=host)
        return {"Authorization": f"Bearer {made}"}

    return issue


def test_every_route_of_connector_hosts_is_asked_here(client: TestClient) -> None:
    there = {
        (method.upper(), path.replace("{host}", "local"))
        for path, methods in client.get("/openapi.json").json()["paths"].items()
        if path.startswith("/api/connect/")
        for method in methods
    }
    assert there == set(ASKED) | OF_NO_CONNECTION


@pytest.mark.parametrize("route", ASKED, ids=lambda route: route[1].rsplit("/", 1)[-1])
def test_another_hosts_token_is_refused_and_the_attempt_entered(
    client: TestClient,
    historian: Historian,
    equipment: Equipment,
    token: Any,
    t0: int,
    route: tuple[str, str],
) -> None:
    record, mine, foreign = equipment.record, token("local"), token("hall-2")
    with record.action(ANN, "equipment.command.request") as unit:
        equipment.request_command(unit, key="k/1", kind="write", target=SP, value="36.8")
    question = equipment.questions.ask(ANN, type_="opcua", kind="discover", about={}, settings={})
    asked = dict(ASKED[route])
    if route[1].endswith("/answers"):
        asked["json"] = {"id": question, **asked["json"]}
    if route[1].endswith("/intake"):
        asked["content"] = frame(t0, 1, [1.0])
    with record.reading() as session:
        before = session.scalar(select(func.count()).select_from(LedgerEntry))
    answer = client.request(*route, headers=foreign, **asked)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert answer.json()["why"].startswith("It is a token of host hall-2, and the ")
    assert answer.json()["why"].endswith(" is of host local.")
    with record.reading() as session:
        (entered,) = session.scalars(select(AccessEvent).where(AccessEvent.kind == "host_refused"))
        assert (entered.username, entered.remote) == ("host-hall-2", "testclient")
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == before + 1, (
            "the attempt, alone"
        )
        assert session.scalars(select(DeviceCommand)).one().state == "requested"
        assert equipment.connection(session, "br201").seen_identity is None
        (waiting,) = session.scalars(select(Question)).all()
        assert (waiting.handed_at, waiting.answered_at) == (None, None)
    assert historian.last([SP]) == {}
    own = client.request(*route, headers=mine, **asked)
    assert own.status_code != 403, "the host itself gets past"


def test_who_tries_again_and_again_is_entered_once_a_minute(
    client: TestClient, record: Record, clock: ManualClock, token: Any
) -> None:
    foreign = token("hall-2")
    for _ in range(3):
        assert client.post("/api/connect/status", json=STATUS, headers=foreign).status_code == 403
    clock.advance(timedelta(minutes=2))
    assert client.post("/api/connect/status", json=STATUS, headers=foreign).status_code == 403
    with record.reading() as session:
        assert len(session.scalars(select(AccessEvent).where(AccessEvent.kind == "host_refused")).all()) == 2


def test_a_token_that_takes_commands_alone_says_what_came_of_them(
    client: TestClient, equipment: Equipment, token: Any
) -> None:
    with equipment.record.action(ANN, "equipment.command.request") as unit:
        equipment.request_command(unit, key="k/1", kind="write", target=SP, value="36.8")
    commander = token("local", "command")
    (command,) = client.get("/api/connect/commands", params={"host": "local"}, headers=commander).json()
    assert command["key"] == "k/1"
    said = client.post("/api/connect/receipts", json=RECEIPT, headers=commander)
    assert said.json() == {"key": "k/1", "state": "done"}, said.text


def test_a_connection_that_moves_is_the_new_hosts_from_then_on(
    client: TestClient, equipment: Equipment, token: Any
) -> None:
    before, after = token("local"), token("hall-2")
    with equipment.record.action(ANN, "equipment.intake") as unit:
        equipment.import_connection(unit, "other", "opcua", {}, [{"tag": "X", "node": "s=X"}], host="hall-2")
    body = {"connection": "other", "state": "connected"}
    assert client.post("/api/connect/status", json=body, headers=before).status_code == 403
    assert client.post("/api/connect/status", json=body, headers=after).status_code == 204


def test_comparisons_of_a_clock_are_read_back_with_their_extremes_and_forgotten_after_a_quarter(
    page: TestClient, host: dict[str, str], record: Record, clock: ManualClock
) -> None:
    def compared(offset_us: int) -> None:
        told = {**STATUS, "clock": {"offset_us": offset_us, "uncertainty_us": 1_500}}
        assert page.post("/api/connect/status", json=told, headers=host).status_code == 204

    compared(7)
    clock.advance(timedelta(days=100))
    # Session and token have lived longer than they may; what a chart asks is asked of the service here.
    with record.reading() as session:
        at = queries.clock_readings(session, "br201", clock.now() - timedelta(days=365), clock.now(), most=10)
        assert [one.offset_us for one in at] == [7]
    with record.operational() as session:
        for minute in range(50):
            status = {**STATUS, "clock": {"offset_us": minute * (-1) ** minute, "uncertainty_us": 9}}
            at = clock.now() + timedelta(minutes=minute)
            streams.take_status(session, at, status, process_now=at)
    with record.reading() as session:
        after = clock.now() + timedelta(hours=1)
        found = queries.clock_readings(session, "br201", clock.now() - timedelta(days=365), after, most=10)
        offsets = [one.offset_us for one in found]
    assert 7 not in offsets
    assert len(offsets) == 10
    assert {min(offsets), max(offsets), offsets[-1]} >= {-49, 48}
    assert [one.taken_at for one in found] == sorted(one.taken_at for one in found)


def test_a_page_reads_how_far_a_clock_is_off(
    page: TestClient, host: dict[str, str], clock: ManualClock
) -> None:
    told = {
        **STATUS,
        "clock": {"offset_us": -2_500_000, "uncertainty_us": 1_500, "taken_us": us(clock.now())},
    }
    for _ in range(3):  # a host tells its newest comparison with every status
        assert page.post("/api/connect/status", json=told, headers=host).status_code == 204
    clock.advance(timedelta(minutes=1))
    (one,) = page.get("/api/equipment/connections/br201/clock").json()
    assert (one["offset_us"], one["uncertainty_us"]) == (-2_500_000, 1_500)
    assert page.get("/api/equipment/connections/nobody/clock").status_code == 404
    assert page.get("/api/equipment/connections/br201/clock", params={"hours": 0}).status_code == 422
