"""Over HTTP: what a declaration keeps from Titer is refused; another system is read with the right alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from titer.app import Config, create_installation, open_platform
from titer.record import Actor
from titer.server.app import create_app

PASSWORD = "correct horse battery"
PEOPLE = {"stella": "steward", "quinn": "quality", "omar": "operator", "paul": "process_owner"}
SOURCE: dict[str, Any] = {
    "name": "sap-lots",
    "system": "SAP",
    "record_type": "material_lot",
    "kind": "view",
    "mapping": {
        "key": ["LOT"],
        "columns": [
            {"column": "LOT", "field": "lot", "kind": "text"},
            {"column": "MAT", "field": "material", "kind": "text"},
            {"column": "AT", "field": "time", "kind": "date"},
            {"column": "QTY", "field": "quantity", "kind": "number", "decimal_mark": ".", "unit": "kg"},
        ],
    },
    "legacy": True,
    "reason": "test",
}


class Desk:
    """A person at a time, logged in."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def sit(self, username: str) -> Desk:
        self.client.cookies.clear()
        self.username = username
        answer = self.client.post("/api/session", json={"username": username, "password": PASSWORD})
        self.client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return self

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def sign(self, record_type: str, record_id: str, meaning: str) -> None:
        what = {"record_type": record_type, "record_id": record_id, "meaning": meaning, "data": {}}
        shown = self.post("/api/signatures/preview", what, 200)
        assert shown["blockers"] == []
        given = {
            "version": shown["version"],
            "digest": shown["digest"],
            "reason": "test",
            "password": PASSWORD,
            "username": self.username,
        }
        answer = self.client.post("/api/signatures", json=what | given)
        assert answer.status_code in (200, 201), answer.text


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "lab"
    create_installation(folder, Config(name="lab", site="Basel"))
    platform = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        for name, role in PEOPLE.items():
            person = platform.identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
            )
            person.policy_acknowledged_at = unit.now
    with TestClient(create_app(platform)) as client:
        yield Desk(client)
    platform.close()


def test_a_lot_of_saps_is_refused_over_http_and_comes_in_as_a_copy_with_a_report(
    desk: Desk, tmp_path: Path
) -> None:
    desk.sit("paul").post(
        "/api/material/definitions",
        {"code": "MEDIUM", "title": "Medium", "kind": "raw", "unit": "kg", "needs": []},
        200,
    )
    declared = desk.sit("stella").post(
        "/api/systems/declarations",
        {"record_type": "material_lot", "system": "SAP", "since": "2020-01-01T00:00:00Z", "reason": "test"},
    )
    assert (declared["stands"], declared["site"]) == ("draft", "Basel")
    desk.sit("quinn").sign("systems_declaration", declared["id"], "approved")
    refused = desk.sit("omar").post(
        "/api/material/lots",
        {
            "definition_code": "MEDIUM",
            "lot_number": "RM-1",
            "quantity": "5",
            "unit": "kg",
            "expires_on": None,
            "supplier": "ACME",
        },
        409,
    )
    assert "Lots of MEDIUM are records of SAP since 2020-01-01" in refused["detail"]

    path = tmp_path / "sap.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE lots (LOT TEXT, MAT TEXT, AT TEXT, QTY TEXT)")
        connection.execute("INSERT INTO lots VALUES ('RM-1', 'MEDIUM', '2026-03-02', '5.00')")
    settings = {"url": f"sqlite:///{path}", "view": "lots"}
    source = desk.sit("stella").post("/api/systems/sources", SOURCE | {"settings": settings})
    place = f"/api/systems/sources/{source['id']}"
    desk.sit("quinn").sign("systems_source", source["id"], "approved")
    assert desk.sit("stella").client.get("/api/systems/declarations").json()[0]["stands"] == "in force"
    for path_ in ("imports", "reconciliations"):
        assert desk.sit("omar").client.post(f"{place}/{path_}", json={"reason": "curious"}).status_code == 403
    done = desk.sit("stella").post(f"{place}/imports", {"reason": "test"})
    assert done["counts"]["new"] == 1
    (copy,) = desk.client.get(f"{place}/copies").json()
    assert (copy["copy_of"], copy["fields"]["quantity"]) == ("SAP", {"value": "5.00", "unit": "kg"})
    compared = desk.post(f"{place}/reconciliations", {"reason": "test"})
    assert (compared["outcome"], compared["differences"]) == ("agrees", [])
    report = desk.post(f"/api/systems/imports/{done['id']}/verification", {"sample": 5, "reason": "test"})
    desk.sit("quinn").sign("systems_verification", report["id"], "accepted")
    pdf = desk.client.get(f"/api/systems/verifications/{report['id']}/report.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert report["number"].encode() in pdf.content or b"/EmbeddedFile" in pdf.content
    held = desk.client.get("/api/systems/sources").json()[0]
    assert (held["held"], held["has_secret"], held["last_verification"]["state"]) == (1, False, "accepted")
    assert "secret" not in held


def test_a_file_is_handed_over_where_a_source_has_no_folder(desk: Desk) -> None:
    declared = desk.sit("stella").post(
        "/api/systems/declarations",
        {"record_type": "material_lot", "system": "SAP", "since": "2020-01-01T00:00:00Z", "reason": "test"},
    )
    desk.sit("quinn").sign("systems_declaration", declared["id"], "approved")
    told = SOURCE | {"kind": "file", "settings": {"format": "csv"}}
    source = desk.sit("stella").post("/api/systems/sources", told)
    desk.sit("quinn").sign("systems_source", source["id"], "approved")
    desk.sit("stella")
    place = f"/api/systems/sources/{source['id']}/files?file_name=lots.csv&reason=test"
    raw = {"content-type": "application/octet-stream"}
    answer = desk.client.post(
        place,
        content=b"LOT,MAT,AT,QTY\nRM-1,MEDIUM,2026-03-02,5.00\nRM-2,MEDIUM,2026-03-02,five\n",
        headers=raw,
    )
    assert answer.status_code == 201, answer.text
    assert (answer.json()["counts"]["new"], answer.json()["counts"]["quarantined"]) == (1, 1)
    assert desk.client.post(place, content=b"", headers=raw).status_code == 422
    (row,) = desk.client.get(f"/api/systems/sources/{source['id']}/quarantine").json()
    body = {"version": row["version"], "comment": "a typing error over there"}
    assert desk.post(f"/api/systems/quarantine/{row['id']}/discard", body, 200)["state"] == "discarded"
