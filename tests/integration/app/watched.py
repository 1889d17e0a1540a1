"""An installation that is open in this process, with a real connector host that watches its folders."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
from argon2 import PasswordHasher
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.integration.app.conftest import PASSWORD, TIMER

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.clock import SystemClock
from titer.cli.api import Api, Problem
from titer.connect.core.host import Host
from titer.connect.core.hub import Hub
from titer.connect.core.places import Within
from titer.connect.registry import CONNECTORS
from titer.record import Actor, Person
from titer.server.app import create_app
from titer.testing.connectors import patience

PEOPLE = {
    "auto": "automation",
    "ada": "scientist",
    "anna": "analyst",
    "ben": "reviewer",
    "quentin": "quality",
}


class Watched:
    """What a person asks of the hub, and what its host has brought."""

    def __init__(self, platform: Platform, client: TestClient) -> None:
        self.platform = platform
        self.client = client
        self.api = Api(client)

    def log_in(self, who: str) -> None:
        """Go on as somebody else."""
        self.client.cookies.clear()
        self.api = Api(self.client)
        self.api.log_in(who, PASSWORD)

    def get(self, path: str, **params: Any) -> Any:
        """GET and read JSON."""
        return self.api.get(path, **params)

    def post(self, path: str, body: Any) -> Any:
        """POST JSON and read JSON."""
        return self.api.post(path, body)

    def sign(self, who: str, record_type: str, record_id: str, meaning: str) -> None:
        """Log in and sign what is shown."""
        self.log_in(who)
        self.api.sign(record_type, record_id, meaning, password=PASSWORD, reason="as shown")

    def publish(self, kind: str, source: str) -> None:
        """An effective method or specification."""
        with self.platform.record.reading() as session:
            ada = session.scalars(select(Person).where(Person.username == "ada")).one()
        with self.platform.record.action(Actor.person(ada.id, None, "ada"), "lims.design.draft") as unit:
            made = self.platform.lims.designs.draft(unit, kind=kind, source=source, reason="first")
        self.sign("ada", "lims_design", made.id, "authored")
        self.sign("quentin", "lims_design", made.id, "approved")

    def bytes(self, digest: str) -> bytes:
        """Kept bytes."""
        return self.api.get_bytes(f"/api/content/{digest}")

    def refused(self, path: str, body: Any) -> str:
        """What a request is refused with."""
        try:
            self.api.post(path, body)
        except Problem as problem:
            return f"{problem.what} {problem.why}"
        raise AssertionError(f"{path} was not refused")

    def until(self, look: Callable[[], Any], seconds: float = 60) -> Any:
        """What a look finds, once it finds something; events are delivered meanwhile."""
        end = time.monotonic() + seconds * patience()
        while True:
            self.platform.settle()
            found = look()
            if found:
                return found
            assert time.monotonic() < end, "nothing came"
            time.sleep(0.05)

    def file(self, name: str) -> dict[str, Any]:
        """A file of the laboratory's inbox, once it is there."""
        rows = self.until(lambda: [row for row in self.get("/api/lims/files") if row["file_name"] == name])
        found: dict[str, Any] = rows[0]
        return found

    def connect(self, name: str, folder: Path, mapping: dict[str, Any], **settings: Any) -> None:
        """Draft a connection to a folder of tables, as the page does."""
        columns = [{**one, "tag": f"{name}.{one['column']}"} for one in mapping["columns"]]
        told = {"name": name, "folder": str(folder), "time_zone": "UTC", "encoding": "utf-8", **settings}
        self.post("/api/equipment/tables", {**told, "mapping": mapping, "columns": columns})


@contextmanager
def watching(folder: Path) -> Iterator[Watched]:
    """A new installation with people and an analyser, open, with a connector host beside it."""
    create_installation(folder, Config(name="lab"), simulated=False, demo=False, clock=SystemClock())
    platform = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    try:
        with platform.record.action(TIMER, "record.person.create") as unit:
            for name, role in PEOPLE.items():
                row = platform.identity.create_person(
                    unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
                )
                row.policy_acknowledged_at = unit.now
        with platform.record.action(TIMER, "equipment.node.register") as unit:
            platform.equipment.register_node(
                unit, code="MA-01", name="Analyser", level="instrument", capabilities=["metabolites"]
            )
            platform.equipment.qualify(unit, "MA-01", "OQ 7")
        with platform.record.action(TIMER, "record.token.issue") as unit:
            token = platform.identity.issue_token(unit, "host-local", ("connect",), host="local")
        app = create_app(platform)
        with TestClient(app) as client, _host(app, token, folder / "watching-host"):
            yield Watched(platform, client)
    finally:
        platform.close()


class _Impatient(Hub):
    """Asks again after a second: an end that comes while it waits is heard soon."""

    async def commands(self, wait: float = 1.0) -> list[dict[str, Any]]:
        """See `Hub.commands`."""
        return await super().commands(wait)

    async def questions(self, wait: float = 1.0) -> list[dict[str, Any]]:
        """See `Hub.questions`."""
        return await super().questions(wait)


@contextmanager
def _host(app: Any, token: str, folder: Path) -> Iterator[None]:
    """A host on a loop of its own, which reaches the hub without a socket."""
    ended = threading.Event()

    async def run() -> None:
        hub = _Impatient("http://hub", token, "local", transport=httpx.ASGITransport(app))
        host = asyncio.create_task(Host(hub, folder, SystemClock(), Within(CONNECTORS), poll=0.2).run())
        await asyncio.to_thread(ended.wait)
        host.cancel()
        await asyncio.gather(host, return_exceptions=True)
        await hub.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="host")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(60 * patience())
        assert not thread.is_alive(), "the host does not end"
