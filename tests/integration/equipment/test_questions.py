"""A person asks, the host fetches and answers: the whole way over HTTP, against a real OPC UA server."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from tests.conftest import DATABASE
from tests.integration.equipment.conftest import as_
from tests.peers.reactor_hall import URI, hall

from titer.base.clock import ManualClock, SystemClock
from titer.cli.browsing import channels_of
from titer.connect import TYPES
from titer.connect.core import places
from titer.connect.core.contract import ChannelSpec, enumerations
from titer.connect.core.hub import Hub
from titer.connect.core.questions import Questions
from titer.equipment import Equipment
from titer.equipment.model import Question
from titer.record import Actor, Identity, Record

ANN = Actor.timer("test")


@pytest.fixture
def database() -> str:
    """One of them: what is on each database is tried beside this."""
    return os.environ.get(DATABASE, "sqlite")


class Here:
    """Looks within the test's own process; what a process of its own does beside is tried in connect."""

    async def explore(self, question: places.Question, folder: Path) -> Mapping[str, Any]:
        look = TYPES[question.type].explore
        assert look is not None
        return await look(question.kind, dict(question.about), dict(question.settings), SystemClock(), folder)


def answered(client: TestClient, token: str, folder: Path) -> None:
    """One turn of a connector host: it fetches what is asked and answers."""

    async def turn() -> None:
        hub = Hub("http://test", token, "local", transport=httpx.ASGITransport(app=client.app))
        questions = Questions(hub, Here(), folder)
        await questions.step()
        while questions._running:
            await asyncio.gather(*questions._running.values())
        await hub.close()

    asyncio.run(turn())


def test_a_person_finds_a_server_and_drafts_its_channels_from_what_it_says_of_itself(
    page: TestClient, identity: Identity, record: Record, equipment: Equipment, tmp_path: Path
) -> None:
    with record.action(ANN, "record.token.issue") as unit:
        token = identity.issue_token(unit, "local", ("connect",))

    def ask(**body: Any) -> dict[str, Any]:
        asked = page.post("/api/equipment/questions", json=body)
        assert asked.status_code == 201, asked.text
        where = f"/api/equipment/questions/{asked.json()['id']}"
        assert page.get(where).json() == {"done": False, "answer": None, "problem": None}
        answered(page, token, tmp_path)
        told: dict[str, Any] = page.get(where, params={"wait": 20}).json()
        assert told["done"]
        return told

    with hall() as address:
        found = ask(kind="discover", about={"address": address})["answer"]
        assert found["servers"][0]["endpoints"][0]["url"] == address
        settings = {"endpoint": address, "allow_unencrypted": True}
        nodes = ask(kind="variables", about={"node": f"nsu={URI};s=BR-7"}, settings=settings)["answer"][
            "nodes"
        ]
        drafts = channels_of(nodes, "BR-7")
        made = page.post(
            "/api/equipment/connections",
            json={"name": "br7", "type": "opcua", "settings": settings, "channels": drafts},
        )
        assert made.status_code == 200, made.text
        channels = {one["tag"]: one for one in page.get("/api/equipment/channels").json()}
        warm = channels["BR-7.Probes_sensors.Temperature"]
        assert (warm["unit"], float(warm["low"]), float(warm["high"])) == ("degC", 0.0, 60.0)
        assert "BR-7.Spectrum" not in channels
        (told,) = page.get(
            "/api/connect/hosts/local/connections", headers={"Authorization": f"Bearer {token}"}
        ).json()
        (phase,) = [one for one in told["channels"] if one["tag"].endswith(".Phase")]
        assert enumerations([ChannelSpec.of(phase)]) == {0: {0.0: "idle", 1.0: "growth"}}
        # A stored connection brings its own settings; the same server is looked through again by its name.
        again = ask(kind="browse", connection="br7", about={"node": f"nsu={URI};s=BR-7"})
        assert {one["name"] for one in again["answer"]["nodes"]} >= {"Phase", "Pump"}
    # More of it is added later: what was recorded goes on as it was.
    more = page.post(
        "/api/equipment/connections/br7/channels", json={"channels": [{"tag": "BR-7.More", "node": "i=2258"}]}
    )
    assert more.status_code == 200, more.text
    after = {one["tag"]: one for one in page.get("/api/equipment/channels").json()}
    assert after == {**channels, "BR-7.More": after["BR-7.More"]}
    twice = page.post(
        "/api/equipment/connections/br7/channels", json={"channels": [{"tag": "BR-7.More", "node": "i=2259"}]}
    )
    assert twice.status_code == 422
    gone = ask(kind="browse", connection="br7")
    assert "cannot be reached" in gone["problem"]["what"]


def test_questions_take_the_right_bear_no_file_of_the_host_and_are_answered_to_who_asked(
    page: TestClient, identity: Identity, record: Record, equipment: Equipment, clock: ManualClock
) -> None:
    for settings in ({"password_file": "/etc/shadow"}, {"certificate": "/etc/passwd"}):
        told = page.post("/api/equipment/questions", json={"kind": "browse", "settings": settings})
        assert told.status_code == 422
        assert "cannot set" in told.json()["title"] + told.json().get("detail", "")
    assert page.post("/api/equipment/questions", json={"kind": "x", "type": "mtsics"}).status_code == 422
    mine = page.post("/api/equipment/questions", json={"kind": "discover"}).json()["id"]
    # Nobody fetches it: after a minute that is the answer.
    clock.advance(timedelta(seconds=61))
    told = page.get(f"/api/equipment/questions/{mine}").json()
    assert "gave no answer" in told["problem"]["what"]
    assert equipment.questions.due("local", 0) == []
    as_("omar", page, identity)
    assert page.get(f"/api/equipment/questions/{mine}").status_code == 404
    assert page.post("/api/equipment/questions", json={"kind": "discover"}).status_code == 403
    assert page.get("/api/connect/questions", params={"host": "local", "wait": 0}).status_code == 401


def test_what_somebody_wrote_into_the_database_reaches_no_host_and_no_person(
    page: TestClient, record: Record, equipment: Equipment, caplog: pytest.LogCaptureFixture
) -> None:
    """Past the service a question could name any file of the host as a password, and any address to carry it to."""
    asked = page.post("/api/equipment/questions", json={"kind": "discover"}).json()["id"]
    questions = equipment.questions
    stolen = json.dumps({"endpoint": "opc.tcp://elsewhere:4840", "password_file": "/etc/shadow"})

    def harmed(**values: object) -> list[str]:
        with record.operational() as session:
            session.execute(update(Question).where(Question.id == asked).values(**values))
        with record.reading() as session:
            return list(questions.stored_questions(session))

    with record.reading() as session:
        whole = session.get_one(Question, asked)
        kept = {name: getattr(whole, name) for name in ("settings", "about", "host", "asked_at", "asked_mac")}
    for field, value in (
        ("settings", stolen),
        ("about", {"address": "elsewhere"}),
        ("host", "other"),
        ("asked_at", kept["asked_at"] + timedelta(seconds=1)),
        ("asked_mac", bytes(32)),
    ):
        (fault,) = harmed(**{field: value})
        assert f"the question {asked}" in fault
        assert "was not written by this installation, or was changed" in fault
        assert questions.due(str(value) if field == "host" else "local", 0) == []
        assert harmed(**{field: kept[field]}) == []
    assert len([line for line in caplog.messages if "so no host is asked" in line]) == 1, "it is said once"
    assert [one["id"] for one in questions.due("local", 0)] == [asked], "the one that a person asked"

    questions.take_answer(asked, {"servers": []}, None)
    assert page.get(f"/api/equipment/questions/{asked}").json()["answer"] == {"servers": []}
    (fault,) = harmed(answer=json.dumps({"servers": ["opc.tcp://elsewhere:4840"]}))
    assert f"the answer {asked}" in fault
    told = page.get(f"/api/equipment/questions/{asked}").json()
    assert (told["done"], told["answer"]) == (True, None)
    assert "titer verify" in told["problem"]["do"]
