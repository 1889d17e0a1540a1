"""An alarm of node-opcua and one of asyncua, from the tank to the page: shown, acknowledged by name, over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.peers.node_opcua import node_opcua

from titer.base.clock import SystemClock
from titer.connect.core.host import Host
from titer.connect.core.hub import Hub
from titer.connect.core.places import Within
from titer.connect.registry import CONNECTORS
from titer.equipment import Equipment
from titer.equipment.routes import router as equipment_router
from titer.historian import Historian
from titer.historian.routes import router as historian_router
from titer.record import Actor, Identity, Record
from titer.record.http import COOKIE
from titer.server import problems
from titer.testing.connectors import patience, quiet_port

pytestmark = pytest.mark.timeout(900)
ANN = Actor.timer("test")
HELD = {"active": True, "acked": True, "comment": "Ada (ada): inlet closed by hand"}


class Tank:
    """A library's server: its level is set, its condition is looked at."""

    def __init__(self, folder: Path, library: str) -> None:
        self.folder = folder
        self.port = quiet_port()
        self.set(50)
        peers = Path(__file__).parents[2] / "peers"
        command = (
            [node_opcua(), str(peers / "alarmed_tank.js")]
            if library == "node-opcua"
            else [sys.executable, str(peers / "alarmed_tank.py")]
        )
        self.serving = subprocess.Popen(
            [*command, str(self.port), str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def set(self, percent: float) -> None:
        """Let the level be so much."""
        new = self.folder / "level.new"
        new.write_text(str(percent))
        new.rename(self.folder / "level")

    def condition(self) -> dict[str, Any]:
        """What the server holds of it."""
        with contextlib.suppress(FileNotFoundError):
            return dict(json.loads((self.folder / "condition").read_text()))
        return {}


class Door(httpx.AsyncBaseTransport):
    """The way from the host to the hub, which is away at times."""

    def __init__(self) -> None:
        self.hub: httpx.ASGITransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.hub is None:
            raise httpx.ConnectError("the hub is away")
        return await self.hub.handle_async_request(request)


@pytest.fixture
def clock() -> SystemClock:
    """The hub's clock is the host's here: a command that is too late by it is not begun."""
    return SystemClock()


@pytest.fixture(params=["node-opcua", pytest.param("asyncua", marks=pytest.mark.slow)])
def tank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tank]:
    folder = tmp_path / "tank"
    folder.mkdir()
    made = Tank(folder, str(request.param))
    try:
        yield made
    finally:
        made.serving.kill()
        made.serving.wait()


class Site:
    """A hub that can be stopped and started on the same record, and one person at its page."""

    def __init__(self, record: Record, identity: Identity, folder: Path, tank: Tank) -> None:
        self.record, self.identity, self.folder, self.door = record, identity, folder, Door()
        self.up()
        with record.action(ANN, "equipment.intake") as unit:
            self.equipment.register_node(unit, code="TK-4", name="Tank 4", level="unit")
            self.equipment.import_connection(
                unit,
                "tk4",
                "opcua",
                {
                    "endpoint": f"opc.tcp://127.0.0.1:{tank.port}/tank",
                    "allow_unencrypted": True,
                    "alarms": True,
                    "liveness_s": 5.0 * patience(),
                    "request_timeout_s": 4.0 * patience(),
                },
                [
                    {
                        "tag": "TK-4.Level.PV",
                        "node": "nsu=urn:pilot-works:tank-4;s=Tank.Level",
                        "equipment": "TK-4",
                    }
                ],
            )
            self.equipment.approve_connection(unit, "tk4")
            self.token = identity.issue_token(unit, "local", ("connect", "command"))

    def up(self) -> None:
        """Start the hub."""
        self.equipment = Equipment(self.record)
        self.historian = Historian(self.folder / "historian", self.record, gaps=self.equipment.gaps_of)
        for part in (self.equipment, self.historian):
            self.record.register_actions(
                tuple(one for one in part.actions() if one.verb not in self.record.matrix)
            )
        app = FastAPI()
        app.include_router(equipment_router)
        app.include_router(historian_router)
        problems.install(app)
        app.state.platform = SimpleNamespace(
            record=self.record, identity=self.identity, equipment=self.equipment, historian=self.historian
        )
        self.page = TestClient(app)
        logged_in = self.identity.log_in("ada", "correct horse battery", "test")
        self.page.cookies.set(COOKIE, logged_in.token)
        self.page.headers["X-CSRF-Token"] = logged_in.csrf
        self.door.hub = httpx.ASGITransport(app=app)

    def down(self) -> None:
        """Stop it."""
        self.door.hub = None
        self.page.close()
        self.historian.close()

    async def answer(self, path: str, **body: str) -> httpx.Response:
        """Post an answer as the person does; the loop goes on meanwhile."""
        return await asyncio.to_thread(self.page.post, path, json=body)

    def alarms(self) -> list[dict[str, Any]]:
        """What the page shows."""
        return list(self.page.get("/api/equipment/alarms").raise_for_status().json())

    @contextlib.asynccontextmanager
    async def host(self) -> AsyncIterator[None]:
        """A connector host at work."""
        hub = Hub("http://hub", self.token, "local", transport=self.door)
        running = Host(hub, self.folder / "host", SystemClock(), Within(CONNECTORS), poll=0.2).run()
        task = asyncio.create_task(running)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await hub.close()


async def until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds * patience()
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < end, f"{what} did not happen"
        await asyncio.sleep(0.1)


def test_an_alarm_is_shown_survives_the_hub_is_acknowledged_by_name_and_its_history_is_whole(
    record: Record, identity: Identity, person: Callable[..., Actor], tmp_path: Path, tank: Tank
) -> None:
    person("ada", "operator")
    site = Site(record, identity, tmp_path, tank)

    async def campaign() -> None:
        async with site.host():
            await until(
                lambda: bool(site.page.get("/api/equipment/connections/tk4/events").json()), "a refresh"
            )
            tank.set(90)
            await until(lambda: [one["state"] for one in site.alarms()] == ["active_unacked"], "the alarm")
            site.down()
            tank.set(96)
            await until(lambda: tank.condition().get("active", False), "the level")
            await asyncio.sleep(1)
            site.up()
            await until(lambda: "96.000" in site.alarms()[0]["message"], "what happened meanwhile")
            (shown,) = await asyncio.to_thread(site.alarms)
            assert (shown["equipment"], shown["tag"]) == ("TK-4", "TK-4.Level.PV")
            where = f"/api/equipment/alarms/{shown['id']}"
            refused = await site.answer(
                f"{where}/acknowledge", event_id="00ff", comment="inlet closed by hand"
            )
            assert refused.status_code == 409
            assert "has changed since it was shown to you" in refused.text
            for _ in range(2):
                asked = await site.answer(
                    f"{where}/acknowledge", event_id=shown["event_id"], comment="inlet closed by hand"
                )
                assert (asked.status_code, asked.json()["acked"]) == (202, False)
            await until(lambda: site.alarms()[0]["acked"] is True, "the device's report")
            assert site.alarms()[0]["acked_by"] == "Ada (ada)"
            await until(
                lambda: {k: v for k, v in tank.condition().items() if k in HELD} == HELD, "the comment"
            )
            tank.set(40)
            await until(lambda: site.alarms()[0]["state"] == "cleared_unconfirmed", "the end of the alarm")
            (shown,) = await asyncio.to_thread(site.alarms)
            confirmed = await site.answer(
                f"{where}/confirm", event_id=shown["event_id"], comment="level is right again"
            )
            assert confirmed.status_code == 202
            await until(lambda: site.alarms()[0]["state"] == "over", "the confirmation")
            assert site.alarms()[0]["confirmed_by"] == "Ada (ada)"
            told = list(reversed(site.page.get(where).json()["events"]))
            ids = [one["event_id"] for one in told]
            assert len(ids) == len(set(ids)), "the device resent what stands, and each stands once"
            states = [one["state"] for one in told]
            firsts = list(dict.fromkeys(states))
            assert firsts == ["active_unacked", "active", "cleared_unconfirmed", "over"]
            assert [one["by"] for one in told if one["by"]] == ["Ada (ada)", "Ada (ada)"]
            with record.reading() as session:
                asked = site.equipment.commands(session)
                assert sorted((one.kind, one.state) for one in asked) == [
                    ("acknowledge", "done"),
                    ("confirm", "done"),
                ]
                assert not site.equipment.gap_rows(session, 0, 2**62), "the journal held it all"

    try:
        asyncio.run(campaign())
    finally:
        site.down()
