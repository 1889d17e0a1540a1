"""The ledger's reader over HTTP: filters, one record through time, checkpoints and the proof between two of them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from titer.app import Config, Platform, create_installation, open_platform
from titer.record import Actor, Person
from titer.server.app import create_app

PASSWORD = "correct horse battery"
TIMER = Actor.timer("test")


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    create_installation(tmp_path / "lab", Config(name="lab"))
    made = open_platform(tmp_path / "lab", hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with made.record.action(TIMER, "record.person.create") as unit:
        made.identity.create_person(
            unit, username="ines", full_name="Ines Inspector", password=PASSWORD, roles=("inspector",)
        )
    made.sealer.seal()
    with made.record.action(TIMER, "record.person.change", reason="married") as unit:
        unit.get(Person, _ines(made)).full_name = "Ines Marr"
    made.sealer.seal()
    yield made
    made.close()


def _ines(platform: Platform) -> str:
    with platform.record.reading() as session:
        return next(row.id for row in session.query(Person) if row.username == "ines")


@pytest.fixture
def get(platform: Platform) -> Iterator[Any]:
    with TestClient(create_app(platform)) as client:
        assert client.post("/api/session", json={"username": "ines", "password": PASSWORD}).status_code == 200

        def ask(path: str, status: int = 200, **params: Any) -> Any:
            answer = client.get(path, params=params)
            assert answer.status_code == status, answer.text
            return answer.json()

        yield ask


def test_what_changed_is_read_from_what_to_what_by_whom_and_why(platform: Platform, get: Any) -> None:
    page = get("/api/ledger", record_type="record_person", change="changed", text="married")
    (entry,) = page["entries"]
    assert entry["reason"] == "married"
    assert get(f"/api/ledger/{entry['id']}")["entry"] == entry
    told = get("/api/records/record_person/ines/difference", older=1, newer=2)
    assert {one["field"]: (one["before"], one["after"]) for one in told["fields"]} == {
        "full_name": ("Ines Inspector", "Ines Marr")
    }
    past = get("/api/records/record_person/ines/history")
    assert [step["version"] for step in past["steps"]] == [1, 2]
    seen = get("/api/records/record_person/ines/at", at=past["steps"][0]["time"])
    assert seen["version"]["image"]["full_name"] == "Ines Inspector"
    assert seen["agrees"] and [one["field"] for one in seen["since_then"]] == ["full_name"]


def test_an_instant_without_a_zone_or_a_version_that_is_none_is_refused_in_words(get: Any) -> None:
    for path, name in (("/api/records/record_person/ines/at", "at"), ("/api/ledger", "since")):
        assert "timezone" in get(path, 422, **{name: "2026-03-03T10:00:00"})["detail"]
        assert "years 1970" in get(path, 422, **{name: "0001-01-01T00:00:00+14:00"})["detail"]
    assert "control character" in get("/api/ledger", 422, text="a\x00b")["detail"]
    assert (
        "no version 9" in get("/api/records/record_person/ines/difference", 422, older=1, newer=9)["detail"]
    )
    assert get("/api/ledger/nothing", 404)["detail"] == "The ledger has no entry nothing."


def test_a_checkpoint_is_proved_to_be_the_beginning_of_a_later_one(get: Any) -> None:
    page = get("/api/ledger/checkpoints")
    assert page["total"] == len(page["checkpoints"]) >= 3
    second, first = page["checkpoints"][:2]
    told = get("/api/ledger/checkpoints/consistency", first=first["tree_size"], second=second["tree_size"])
    path = [bytes.fromhex(step) for step in told["path"]]
    roots = [one["note"].split("\n")[2] for one in (first, second)]
    assert consistent(first["tree_size"], second["tree_size"], path) == roots
    assert "covers exactly" in get("/api/ledger/checkpoints/consistency", 404, first=2, second=3)["detail"]
    assert get("/api/ledger/checkpoints/consistency", 422, first=9, second=3)


def consistent(first: int, second: int, path: list[bytes]) -> list[str]:
    """Both roots that a consistency proof leads to, word for word after RFC 9162, section 2.1.4.2; first is no
    power of two here, so the path begins with a node of its own."""

    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\x01" + left + right).digest()

    assert first & (first - 1), "this test's first tree is no power of two"
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        assert sn
        if fn & 1 or fn == sn:
            fr, sr = node(step, fr), node(step, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, step)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return [b64encode(one).decode() for one in (fr, sr)]
