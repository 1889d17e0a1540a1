"""What waits for whom, what is found, and how a wrong password differs from an ended session, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from titer.app import Config, Platform, create_installation, open_platform
from titer.record import Actor
from titer.server.app import create_app

PASSWORD = "correct horse battery"
PEOPLE = {
    "ada": ("scientist",),
    "ben": ("scientist", "reviewer"),
    "quentin": ("quality",),
    "omar": ("operator",),
}


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    create_installation(tmp_path / "lab", Config(name="lab"))
    made = open_platform(tmp_path / "lab", hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with made.record.action(Actor.timer("test"), "record.person.create") as unit:
        for username, roles in PEOPLE.items():
            person = made.identity.create_person(
                unit, username=username, full_name=username.title(), password=PASSWORD, roles=roles
            )
            person.policy_acknowledged_at = unit.now
    with made.record.action(Actor.timer("test"), "quality.exception.raise") as unit:
        made.quality.raise_exception(
            unit,
            kind="limit",
            severity="minor",
            title="Temperature above its limit",
            detail="37.6 degC",
            batch_id=None,
            subject_type="mes_phase",
            subject_id="growth",
            evidence={},
            key="limit/1",
        )
    yield made
    made.close()


@pytest.fixture
def client(platform: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(platform)) as made:
        yield made


def log_in(client: TestClient, username: str) -> dict[str, str]:
    answer = client.post("/api/session", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 200
    return {"X-CSRF-Token": answer.json()["csrf"]}


def waiting(client: TestClient, username: str) -> list[dict[str, Any]]:
    log_in(client, username)
    answer = client.get("/api/waiting")
    assert answer.status_code == 200
    return list(answer.json())


def test_what_waits_is_shown_to_those_who_may_do_it_and_to_nobody_else(client: TestClient) -> None:
    (mine,) = waiting(client, "quentin")
    assert (mine["act"], mine["name"], mine["ready"]) == ("Dispose of the exception", "EX-2026-0001", True)
    assert [one["record_id"] for one in waiting(client, "ben")] == [mine["record_id"]]
    assert waiting(client, "omar") == []
    assert waiting(client, "ada") == []


def test_work_of_ones_own_waits_for_a_second_person(client: TestClient) -> None:
    source = (
        "recipe: look\nversion: 1\nproduct: WATER\nunits:\n  BR:\n    class: Bioreactor\n"
        "procedure:\n  - unit: BR\n    do:\n      - manual: Look at the vessel\n        role: operator\n"
    )
    headers = log_in(client, "ada")
    made = client.post("/api/mes/recipes", json={"source": source, "reason": "first"}, headers=headers)
    assert made.status_code == 200, made.text
    request = {
        "record_type": "mes_recipe",
        "record_id": made.json()["id"],
        "meaning": "authored",
        "data": {},
    }
    shown = client.post("/api/signatures/preview", json=request, headers=headers).json()
    signed = client.post(
        "/api/signatures",
        json=request
        | {
            "version": shown["version"],
            "digest": shown["digest"],
            "reason": "mine",
            "password": PASSWORD,
            "username": "ada",
        },
        headers=headers,
    )
    assert signed.status_code == 201, signed.text
    assert "Check the recipe" not in [one["act"] for one in waiting(client, "ada")]
    checks = [one for one in waiting(client, "ben") if one["act"] == "Check the recipe"]
    assert [one["name"] for one in checks] == ["look"]
    (later,) = [one for one in waiting(client, "quentin") if one["act"] == "Approve the recipe"]
    assert not later["ready"]
    assert "The independent second check is missing." in later["blockers"]


def test_records_are_found_by_every_word_and_by_their_kind(client: TestClient) -> None:
    log_in(client, "omar")

    def names(text: str) -> list[str]:
        return [one["name"] for one in client.get("/api/search", params={"q": text}).json()]

    assert names("ex-2026") == ["EX-2026-0001"]
    assert names("exception temperature") == ["EX-2026-0001"]
    assert names("temperature pressure") == []
    assert names("quentin") == ["Quentin"]
    assert names("100%_") == []


def test_a_wrong_password_is_told_from_an_ended_session(client: TestClient) -> None:
    wrong = client.post("/api/session", json={"username": "ada", "password": "no"})
    assert (wrong.status_code, wrong.json()["reason"]) == (401, "credentials")
    assert wrong.json()["title"] == "Not recognised"
    ended = client.get("/api/ledger")
    assert (ended.status_code, ended.json()["reason"]) == (401, "session")


def test_the_ledger_names_the_people_it_mentions(client: TestClient) -> None:
    log_in(client, "omar")
    page = client.get("/api/ledger", params={"record_type": "record_session"}).json()
    (entry,) = page["entries"]
    assert page["names"][entry["after"]["person_id"]] == "Omar"
