"""Log-in, CSRF, rights and the ledger over HTTP, on a real installation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient
from tests.trespass import Copies, trespassing, unguarded

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.errors import Conflict, Unavailable
from titer.record import Actor
from titer.server.app import create_app

PASSWORD = "correct horse battery"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    create_installation(tmp_path / "lab", Config(name="lab"))
    made = open_platform(tmp_path / "lab", hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with made.record.action(Actor.timer("test"), "record.person.create") as unit:
        made.identity.create_person(
            unit, username="root", full_name="Rita Root", password=PASSWORD, roles=("administrator",)
        )
    yield made
    made.close()


@pytest.fixture
def client(platform: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(platform)) as made:
        yield made


def log_in(client: TestClient) -> dict[str, str]:
    answer = client.post("/api/session", json={"username": "root", "password": PASSWORD})
    assert answer.status_code == 200
    return {"X-CSRF-Token": answer.json()["csrf"]}


def test_nothing_is_shown_before_log_in(client: TestClient) -> None:
    for path in ("/api/people", "/api/ledger", "/api/installation", "/api/events", "/api/matrix"):
        answer = client.get(path)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_wrong_password_is_a_problem_in_words_and_an_entry(client: TestClient, platform: Platform) -> None:
    answer = client.post("/api/session", json={"username": "root", "password": "wrong password"})
    assert answer.status_code == 401
    assert answer.json()["detail"] == "User name or password is wrong."
    log_in(client)
    entries = client.get("/api/ledger", params={"record_type": "record_access_event"}).json()["entries"]
    assert [entry["after"]["kind"] for entry in entries] == ["login_failed"]


def test_a_change_without_the_csrf_token_is_refused(client: TestClient) -> None:
    headers = log_in(client)
    body = {"username": "ada", "full_name": "Ada", "password": PASSWORD, "roles": ["analyst"]}
    assert client.post("/api/people", json=body).status_code == 401
    assert client.post("/api/people", json=body, headers=headers).status_code == 201
    assert client.post("/api/people", json=body, headers=headers).status_code == 409


def test_the_ledger_verifies_and_proves_an_entry(client: TestClient) -> None:
    headers = log_in(client)
    verdict = client.post("/api/ledger/verify", headers=headers).json()
    assert verdict["holds"], verdict
    entry = client.get("/api/ledger").json()["entries"][0]
    proof = client.get(f"/api/ledger/{entry['id']}/proof").json()
    assert proof["tree_size"] >= proof["leaf_index"] + 1


def test_a_row_changed_behind_the_record_is_found_and_named(client: TestClient, platform: Platform) -> None:
    headers = log_in(client)
    with trespassing(platform.record.engine) as connection, unguarded(connection, "record_person"):
        connection.exec_driver_sql("UPDATE record_person SET full_name = 'Mallory'")
    verdict = client.post("/api/ledger/verify", headers=headers).json()
    assert not verdict["holds"]
    assert "record_person" in verdict["first_fault"]
    assert "full_name" in verdict["first_fault"]


def test_no_reader_of_the_ledger_sees_a_credential(client: TestClient) -> None:
    csrf = log_in(client)["X-CSRF-Token"]
    answer = client.get("/api/ledger", params={"limit": 500})
    assert "argon2" not in answer.text
    assert csrf not in answer.text
    for entry in answer.json()["entries"]:
        assert json.loads(entry["body"])["after"] == entry["after"]


def test_an_installation_is_made_once_and_opened_once(tmp_path: Path) -> None:
    create_installation(tmp_path / "lab", Config())
    with pytest.raises(Conflict):
        create_installation(tmp_path / "lab", Config())
    first = open_platform(tmp_path / "lab")
    with pytest.raises(Unavailable, match="in use"):
        open_platform(tmp_path / "lab")
    first.close()


def test_a_database_rolled_back_to_a_backup_is_refused_by_the_witness(tmp_path: Path, copied: Copies) -> None:
    lab = tmp_path / "lab"
    create_installation(lab, Config())
    backup = copied(lab, tmp_path / "backup")
    platform = open_platform(lab)
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        platform.identity.create_person(unit, username="ada", full_name="Ada", password=PASSWORD)
    platform.settle()
    platform.close()
    copied.roll_back(lab, backup)
    platform = open_platform(lab)
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        platform.identity.create_person(unit, username="eve", full_name="Eve", password=PASSWORD)
    with pytest.raises(Exception, match="does not extend"):
        platform.sealer.seal()
    platform.close()
