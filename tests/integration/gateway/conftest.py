"""A server on a hub that says what a test tells it to say, and clients that come with certificates of their own."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx2 as httpx
import pytest
from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyAes256Sha256RsaPss, SecurityPolicyBasic256Sha256

from titer.base.clock import SystemClock
from titer.connect.opcua.own import Own, make_own
from titer.connect.opcua.trust import read
from titer.gateway.opcua.certificates import TrustList
from titer.gateway.opcua.hub import Hub
from titer.gateway.opcua.server import StateServer
from titer.gateway.opcua.settings import ServerSettings
from titer.gateway.opcua.space import NAMESPACE
from titer.testing.connectors import patience, quiet_port

T = TypeVar("T")
URI = "urn:titer:lab:opcua"
AT = "2026-03-02T08:00:00.000000Z"
STATE: dict[str, Any] = {
    "installation": {
        "name": "lab",
        "site": "North",
        "simulated": False,
        "version": "0.1.0",
        "layers": ["mes"],
    },
    "units": [
        {
            "unit_id": "BR-201",
            "description": "Bioreactor 201",
            "equipment_class": "Bioreactor",
            "equipment_level": "unit",
            "parent_id": None,
            "qualification": "qualified",
            "cleanliness": "clean",
            "calibration_due": None,
            "batch_id": "B-2026-0001",
            "batch_since": AT,
            "changed_at": AT,
        }
    ],
    "channels": [
        {
            "tag": "BR-201.Temperature.PV",
            "unit_id": "BR-201",
            "description": "Temperature",
            "unit": "degC",
            "low": 0.0,
            "high": 60.0,
            "value": 36.9,
            "text": None,
            "quality": 0,
            "status": 0,
            "source_at": AT,
            "received_at": AT,
        }
    ],
    "batches": [
        {
            "batch_id": "B-2026-0001",
            "recipe_id": "mab7 1",
            "product_id": "MAB-7",
            "equipment_id": "BR-201",
            "state": "Running",
            "active_steps": ["Growth"],
            "open_tasks": 1,
            "next_deadline": None,
            "started_at": AT,
            "ended_at": None,
            "simulated": False,
            "changed_at": AT,
        }
    ],
    "samples": [],
    "twins": [],
}
MACHINES = {"opcua-server": "s" * 43, "dcs": "d" * 43, "scada": "e" * 43}


@dataclass
class SaidHub:
    """A hub that says what it is told to say.

    Attributes:
        state: what it says.
        away: whether it answers nothing.
        machines: names with their tokens.
        behind: a real hub that is asked instead, where there is one; the server's own token is `bearing` there.
    """

    state: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(STATE))
    away: bool = False
    machines: dict[str, str] = field(default_factory=lambda: dict(MACHINES))
    behind: httpx.ASGITransport | None = None
    bearing: str = ""

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """One answer."""
        if self.behind is not None:
            if request.headers["Authorization"] == f"Bearer {MACHINES['opcua-server']}":
                request.headers["Authorization"] = f"Bearer {self.bearing}"
            return await self.behind.handle_async_request(request)
        if self.away:
            raise httpx.ConnectError("nobody listens")
        bearer = request.headers["Authorization"].removeprefix("Bearer ")
        name = next((name for name, token in self.machines.items() if token == bearer), None)
        if name is None:
            return httpx.Response(401, json={})
        if request.url.path == "/api/state":
            return httpx.Response(200, json=self.state)
        return httpx.Response(200, json={"name": name})


@dataclass(frozen=True)
class Application:
    """A client application: its certificate and key, and what it calls itself."""

    folder: Path
    name: str
    own: Own

    @property
    def uri(self) -> str:
        return f"urn:test:{self.name}"


@pytest.fixture(scope="session")
def applications(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Application]:
    """Applications by name; `stranger` is trusted nowhere."""
    folder = tmp_path_factory.mktemp("applications")
    found = {}
    for name in ("server", "client", "other", "stranger"):
        uri = URI if name == "server" else f"urn:test:{name}"
        own = make_own(uri, ["127.0.0.1", "localhost"], datetime.now(UTC), bits=2048)
        (folder / f"{name}.der").write_bytes(own.certificate)
        (folder / f"{name}.pem").write_bytes(own.key)
        found[name] = Application(folder, name, own)
    return found


class Served:
    """A server in a thread of its own, as it is in a process of its own."""

    def __init__(self, folder: Path, applications: dict[str, Application], **settings: Any) -> None:
        self.hub = SaidHub()
        self.seconds = 0.0
        self._hub = Hub(
            "http://hub", MACHINES["opcua-server"], transport=httpx.MockTransport(self.hub.answer)
        )
        self.port = quiet_port()
        self.applications = applications
        self.trust = TrustList(folder)
        self.trust.make()
        for name in ("client", "other"):
            self.trust.trust(read(applications[name].own.certificate, name))
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="opcua server")
        self.thread.start()
        self.server = self.do(self._open(ServerSettings(port=self.port, **settings)))

    async def _open(self, settings: ServerSettings) -> StateServer:
        made = StateServer(
            settings,
            self.applications["server"].own,
            URI,
            self.trust,
            self._hub,
            SystemClock(),
            elapsed=lambda: self.seconds,
        )
        await made.open()
        await made.refresh()
        return made

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something where the server runs."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60 * patience())

    def refresh(self) -> None:
        """Have the server ask its hub once."""
        self.do(self.server.refresh())

    def close(self) -> None:
        """Stop it."""
        self.do(self.server.close())
        self.do(self._hub.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(30 * patience())
        self.loop.close()

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/titer"

    async def client(self, name: str = "client", user: str | None = "dcs", *, strong: bool = False) -> Client:
        """A client that is ready to connect."""
        application = self.applications[name]
        made = Client(self.url, timeout=10 * patience())
        made.application_uri = application.uri
        await made.set_security(
            SecurityPolicyAes256Sha256RsaPss if strong else SecurityPolicyBasic256Sha256,
            str(application.folder / f"{name}.der"),
            str(application.folder / f"{name}.pem"),
            mode=ua.MessageSecurityMode.SignAndEncrypt,
        )
        if user is not None:
            made.set_user(user)
            made.set_password(MACHINES.get(user, "x" * 43))
        return made

    @asynccontextmanager
    async def connected(self, *given: Any, **named: Any) -> AsyncIterator[Seen]:
        """A client that is connected."""
        client = await self.client(*given, **named)
        async with client:
            yield Seen(client, await client.get_namespace_index(NAMESPACE))


@dataclass
class Seen:
    """What a client sees."""

    client: Client
    index: int

    def node(self, path: str) -> Any:
        return self.client.get_node(ua.NodeId(path, self.index))

    async def value(self, path: str) -> Any:
        return await self.node(path).read_data_value(raise_on_bad_status=False)


@pytest.fixture(scope="session")
def shared(
    tmp_path_factory: pytest.TempPathFactory, applications: dict[str, Application]
) -> Iterator[Served]:
    """One server for all tests here: its address space costs seconds. It is given back as it was."""
    made = Served(
        tmp_path_factory.mktemp("opcua"),
        applications,
        sessions=3,
        subscriptions_per_session=2,
        items_per_session=50,
    )
    yield made
    made.close()


@pytest.fixture
def served(shared: Served) -> Iterator[Served]:
    """The shared server, its hub saying the usual, and nobody there who was let in before."""
    asyncio.run(until(lambda: not shared.server._inside.clients, "that the sessions of others are over"))
    yield shared
    shared.hub.behind, shared.hub.away, shared.hub.state = None, False, copy.deepcopy(STATE)
    shared.hub.machines = dict(MACHINES)
    shared.refresh()


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait for something that the other side does."""
    async with asyncio.timeout(20 * patience()):
        while not condition():
            await asyncio.sleep(0.02)
    assert condition(), what
