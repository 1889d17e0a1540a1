"""What a connector host ships, over HTTP: durable, then known, then acknowledged; and what the pages read of it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from tests.integration.historian.reactor import ANN, PV, SP, S, frame

from titer.base.clock import ManualClock, iso, us
from titer.base.errors import IntegrityFault, Invalid, NotFound, Refused
from titer.connect.core.contract import ConnectionConfig
from titer.equipment import Equipment
from titer.historian import Historian, intake
from titer.record import ContentObject, Record


def gap(t0: int, kind: str = "gap_opened") -> dict[str, Any]:
    return {
        "kind": kind,
        "gap": "1-1",
        "channels": [PV],
        "from_us": t0 + S,
        "to_us": t0 + 5 * S,
        "windows": {PV: [t0 + S, t0 + 5 * S]},
        "reason": "The link was cut.",
        "rows": 0,
        "at_us": t0 + 5 * S,
    }


def test_values_gaps_and_acknowledgement(historian: Historian, equipment: Equipment, t0: int) -> None:
    data = frame(t0, 1, [1.0, 2.0]) + frame(t0, 3, [6.0], at=5, events=(gap(t0),))
    for _ in range(2):
        assert intake.take(historian, equipment, "br201", data) == intake.Acknowledged(1, 3)
    thin = historian.decimate(PV, t0, t0 + 10 * S, 10)
    assert thin.values.tolist() == [1.0, 2.0, 6.0]
    assert thin.gaps == [(t0 + S, t0 + 5 * S)]
    with equipment.record.reading() as session:
        assert len(equipment.gap_rows(session, 0, 2**62)) == 1
        assert equipment.statuses(session)["br201"].epoch == 1
        assert us(equipment.connection(session, "br201").recording_since) == t0  # type: ignore[arg-type]


def test_a_crash_before_the_gap_was_written_loses_no_gap(
    historian: Historian, equipment: Equipment, t0: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = frame(t0, 1, [1.0], events=(gap(t0),))

    def dies(*_: object) -> int:
        raise IntegrityFault("died here")

    monkeypatch.setattr(equipment, "take_events", dies)
    with pytest.raises(IntegrityFault):
        intake.take(historian, equipment, "br201", data)
    monkeypatch.undo()
    assert intake.take(historian, equipment, "br201", data).sequence == 1
    assert equipment.gaps_of(PV, t0, t0 + 9 * S) == [(t0 + S, t0 + 5 * S)]
    assert historian.read([PV], t0, t0 + S).num_rows == 1


def test_numbers_that_never_came_are_an_explicit_gap(
    historian: Historian, equipment: Equipment, t0: int
) -> None:
    intake.take(historian, equipment, "br201", frame(t0, 1, [1.0]))
    intake.take(historian, equipment, "br201", frame(t0, 5, [2.0], at=4))
    with equipment.record.reading() as session:
        (row,) = equipment.gap_rows(session, 0, 2**62)
    assert row.state == "unrecoverable"
    assert "3 values or events" in row.outcome
    assert equipment.gaps_of(PV, t0, t0 + 9 * S) == [(t0, t0 + 4 * S)]
    assert equipment.gaps_of(SP, t0, t0 + 9 * S) == [(t0, t0 + 4 * S)]


def test_a_new_epoch_begins_anew_without_a_hole(historian: Historian, equipment: Equipment, t0: int) -> None:
    intake.take(historian, equipment, "br201", frame(t0, 1, [1.0, 2.0]))
    done = intake.take(historian, equipment, "br201", frame(t0, 1, [3.0], epoch=2, at=2))
    assert done == intake.Acknowledged(2, 1)
    with equipment.record.reading() as session:
        assert equipment.gap_rows(session, 0, 2**62) == []


def test_a_channel_of_another_connection_is_set_apart(
    historian: Historian, equipment: Equipment, t0: int
) -> None:
    intake.take(historian, equipment, "other", frame(t0, 1, [99.0], connection="other"))
    assert historian.last([PV]) == {}
    assert historian.last([f"quarantine/other/{PV}"])[f"quarantine/other/{PV}"].value == 99.0


def test_frames_of_strangers_are_refused(historian: Historian, equipment: Equipment, t0: int) -> None:
    with pytest.raises(Refused, match="came as those of"):
        intake.take(historian, equipment, "other", frame(t0, 1, [1.0]))
    with pytest.raises(NotFound):
        intake.take(historian, equipment, "nobody", frame(t0, 1, [1.0], connection="nobody"))
    with pytest.raises(Invalid, match="cannot be read as frames"):
        intake.take(historian, equipment, "br201", b"nonsense")
    assert historian.store.tail_rows() == 0


# --- over HTTP -------------------------------------------------------------------------------------------


def test_without_a_token_nothing_is_taken(client: TestClient, t0: int) -> None:
    for method, path in (
        ("POST", "/api/connect/intake?connection=br201"),
        ("GET", "/api/connect/commands?host=local&wait=0"),
        ("GET", "/api/connect/hosts/local/connections"),
        ("PUT", "/api/connect/content"),
    ):
        answer = client.request(method, path, content=frame(t0, 1, [1.0]))
        assert answer.status_code == 401, path


def test_a_host_gets_its_connections_and_hears_of_a_change(
    client: TestClient, host: dict[str, str], equipment: Equipment
) -> None:
    answer = client.get("/api/connect/hosts/local/connections", headers=host)
    assert [one["name"] for one in answer.json()] == ["br201", "other"]
    config = ConnectionConfig.of(answer.json()[0])
    assert config.channels[1].settings == {"deadband": 0.1}
    assert (config.channels[0].high, config.epoch, config.version) == ("60", 0, 1)
    etag = answer.headers["etag"]
    same = client.get("/api/connect/hosts/local/connections", params={"etag": etag, "wait": 0}, headers=host)
    assert same.status_code == 304
    heard: list[Any] = []

    def wait() -> None:
        heard.append(
            client.get(
                "/api/connect/hosts/local/connections", params={"etag": etag, "wait": 20}, headers=host
            )
        )

    thread = threading.Thread(target=wait)
    thread.start()
    with equipment.record.action(ANN, "equipment.intake") as unit:
        equipment.suspend_connection(unit, "other", "not needed")
    thread.join(10)
    assert [one["name"] for one in heard[0].json()] == ["br201"]


def test_intake_over_http_and_the_trend_of_it(
    page: TestClient, host: dict[str, str], t0: int, process_clock: ManualClock
) -> None:
    values = [37.0 + (0.5 if index == 700 else 0.0) for index in range(2000)]
    answer = page.post(
        "/api/connect/intake",
        params={"connection": "br201"},
        content=frame(t0, 1, values, events=(gap(t0),)),
        headers={**host, "Content-Type": "application/octet-stream"},
    )
    assert answer.json() == {"epoch": 1, "acknowledged": 2000}
    process_clock.advance(timedelta(seconds=2010))
    trend = page.get(
        "/api/historian/trend",
        params={
            "tags": [PV, SP],
            "start": iso(process_clock.now() - timedelta(hours=1)),
            "end": iso(process_clock.now()),
            "buckets": 50,
        },
    ).json()
    first, second = trend["series"]
    assert (first["unit"], first["high"], first["description"]) == ("degC", "60", "Culture")
    assert first["decimated"] is True
    assert first["from_count"] == 2000
    assert max(first["values"]) == 37.5
    assert len(first["values"]) <= 250
    assert first["gaps"] == [[t0 + S, t0 + 5 * S]]
    assert second["values"] == []
    (last,) = page.get("/api/historian/last", params={"tags": f"{PV},{SP}"}).json()
    assert (last["value"], last["unit"], last["age_s"]) == (37.0, "degC", 11.0)
    (fresh,) = page.get("/api/historian/freshness").json()
    assert (fresh["connection"], fresh["age_s"]) == ("br201", 11.0)
    (listed, _) = page.get("/api/equipment/connections").json()
    assert listed["open_gaps"] == 1
    # 4 s lie in the gap, and nothing proves that the connection lived in the 11 s since its newest value
    assert listed["completeness"][0]["missing_minutes"] == "0.25"
    status = {"connection": "br201", "state": "connected", "since": iso(process_clock.now()), "backlog": 0}
    assert page.post("/api/connect/status", json=status, headers=host).status_code == 204
    (listed, _) = page.get("/api/equipment/connections").json()
    assert listed["completeness"][0]["missing_minutes"] == "0.07"
    assert page.get("/api/equipment/gaps").json()[0]["windows"][0]["tag"] == PV


def test_a_command_by_long_poll_and_its_receipt(
    page: TestClient, host: dict[str, str], equipment: Equipment
) -> None:
    heard: list[Any] = []

    def wait() -> None:
        heard.append(
            page.get("/api/connect/commands", params={"host": "local", "wait": 20}, headers=host).json()
        )

    thread = threading.Thread(target=wait)
    thread.start()
    with equipment.record.action(ANN, "equipment.command.request") as unit:
        equipment.request_command(unit, key="k/1", kind="write", target=SP, value="36.8")
    thread.join(10)
    (command,) = heard[0]
    assert (command["key"], command["value"], command["unit"], command["connection"]) == (
        "k/1",
        "36.8",
        "degC",
        "br201",
    )
    receipt = {
        "key": "k/1",
        "connection": "br201",
        "outcome": "done",
        "readback": "36.8",
        "responses": None,
        "source_time": "2026-03-02T08:00:01.000000Z",
        "message": "",
    }
    for _ in range(2):
        answer = page.post("/api/connect/receipts", json=receipt, headers=host)
        assert answer.json() == {"key": "k/1", "state": "done"}
    assert page.post(
        "/api/connect/receipts", json={**receipt, "connection": "other"}, headers=host
    ).is_client_error
    (shown,) = page.get("/api/equipment/commands").json()
    assert (shown["state"], shown["source_time"]) == ("done", "2026-03-02T08:00:01Z")
    assert page.get("/api/connect/commands", params={"host": "local", "wait": 0}, headers=host).json() == []


def test_status_and_identity(page: TestClient, host: dict[str, str]) -> None:
    status = {
        "connection": "br201",
        "state": "connected",
        "since": "2026-11-23T09:00:00Z",
        "backlog": 12,
        "backlog_bytes": 480,
        "clock": {"offset_us": -1500, "uncertainty_us": 300, "taken_us": 5},
        "identity": {"maker": "ACME", "details": {"range": 1.5}, "fingerprint": "f1"},
        "message": "",
    }
    for _ in range(2):
        assert page.post("/api/connect/status", json=status, headers=host).status_code == 204
    shown = page.get("/api/equipment/connections").json()[0]
    assert (shown["live_state"], shown["backlog"], shown["clock_offset_us"]) == ("connected", 12, -1500)
    assert shown["qualified"] is True
    assert shown["seen_identity"]["details"] == {"range": "1.5"}
    status["identity"] = {"fingerprint": "f2"}
    page.post("/api/connect/status", json=status, headers=host)
    assert page.get("/api/equipment/connections").json()[0]["qualified"] is False
    assert page.get("/api/equipment/channels", params={"unit": "BR-201"}).json()[0]["quality_floor"] == 1


def test_a_file_bytes_first_then_its_announcement(
    page: TestClient, host: dict[str, str], record: Record
) -> None:
    told = {"media_type": "application/vnd.animl+xml"}
    digest = page.put("/api/connect/content", params=told, content=b"<AnIML/>", headers=host).json()["digest"]
    other = page.put("/api/connect/content", content=b"\x00raw", headers=host).json()["digest"]
    with record.reading() as session:
        kept = {row.digest: row.media_type for row in session.scalars(select(ContentObject))}
    assert kept == {digest: "application/vnd.animl+xml", other: ""}, "what nobody named is not given a name"
    assert page.put("/api/connect/content", content=b"", headers=host).status_code == 422
    body = {
        "key": "a/1",
        "connection": "other",
        "digest": digest,
        "file_name": "run.animl",
        "seen_at": "2026-03-02T08:00:00Z",
        "media_type": "application/xml",
        "kind": "animl",
        "identity": {"size": 8},
    }
    first = page.post("/api/connect/documents", json=body, headers=host).json()
    assert page.post("/api/connect/documents", json=body, headers=host).json() == first
    (shown,) = page.get("/api/equipment/documents").json()
    assert (shown["state"], shown["digest"]) == ("received", digest)
    answer = page.post(
        f"/api/equipment/documents/{first['id']}/disposition",
        json={"version": shown["version"], "disposition": "quarantine", "reason": "no such sample"},
    )
    assert answer.json()["state"] == "quarantined"


def test_units_over_http(page: TestClient) -> None:
    (unit,) = page.get("/api/equipment/units").json()
    assert unit["not_ready"] == ["BR-201 is unqualified."]
    detail = page.get("/api/equipment/units/BR-201").json()
    assert [one["tag"] for one in detail["channels"]] == [PV, SP]
    assert page.post(
        "/api/equipment/units/BR-201/logbook", json={"kind": "note", "text": "Filter changed."}
    ).is_success
    assert page.get("/api/equipment/units/BR-201").json()["logbook"][0]["text"] == "Filter changed."
    assert page.get("/api/equipment/units/XX").status_code == 404


def test_bad_questions_are_told_what_is_wrong(page: TestClient) -> None:
    for query, words in (
        ({"tags": PV, "start": "2026-03-02T08:00:00", "end": "2026-03-02T09:00:00Z"}, "time zone"),
        ({"tags": PV, "start": "2026-03-02T09:00:00Z", "end": "2026-03-02T08:00:00Z"}, "behind the start"),
        ({"tags": ",", "start": "2026-03-02T08:00:00Z", "end": "2026-03-02T09:00:00Z"}, "channels"),
    ):
        answer = page.get("/api/historian/trend", params=query)
        assert answer.is_client_error
        assert words in answer.text
