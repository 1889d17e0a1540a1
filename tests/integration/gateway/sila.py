"""A SiLA 2 server on a laboratory, with systems that bear tokens; shared by the tests of this folder."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, TypeVar

import httpx2 as httpx
from fastapi import FastAPI
from sila import client as sila
from tests.integration.lims import documents

from titer.gateway.sila2.certificate import Own, make_own
from titer.gateway.sila2.hub import Hub
from titer.gateway.sila2.server import LaboratoryServer
from titer.gateway.sila2.settings import SilaServerSettings
from titer.lims.routes import router
from titer.server.problems import install
from titer.testing.connectors import patience

T = TypeVar("T")
UUID = "2f0d7c8e-51a4-4f0e-9a52-6d612d303101"
WORKLIST = "org.titer/lims/WorklistService/v1"
SUBMISSION = "org.titer/lims/ResultSubmission/v1"
AUTHORIZATION = "org.silastandard/core/AuthorizationService/v1"


class Between(httpx.AsyncBaseTransport):
    """What lies between server and hub: it can be cut before the hub hears, or before its answer is heard."""

    def __init__(self, app: FastAPI) -> None:
        self.inner = httpx.ASGITransport(app)
        self.cut = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        submits = request.method == "POST"
        if self.cut == "before" and submits:
            raise httpx.ConnectError("nobody listens")
        answer = await self.inner.handle_async_request(request)
        if self.cut == "after" and submits:
            await answer.aread()
            raise httpx.ReadError("the hub was killed")
        return answer


class Served:
    """A laboratory's server, on a loop of its own, with TLS."""

    def __init__(self, lab: Any, *, tls: bool = True, **settings: Any) -> None:
        for kind, source in documents.SUBMITTED:
            lab.publish(kind, source)
        app = FastAPI()
        install(app)
        app.include_router(router)
        app.state.platform = SimpleNamespace(record=lab.record, identity=lab.identity, lims=lab.lims)
        self.lab, self.between = lab, Between(app)
        self.tokens: dict[str, str] = {}
        with lab.act("operator", "test.any") as unit:
            for name, scope in (
                ("station", "results"),
                ("other", "results"),
                ("ending", "results"),
                ("dcs", "state"),
            ):
                self.tokens[name] = lab.identity.issue_token(unit, name, (scope,))
        self.own: Own | None = make_own(UUID, ["localhost", "127.0.0.1"], datetime.now(UTC)) if tls else None
        self.settings = SilaServerSettings.read({"port": 0, "uuid": UUID, "unencrypted": not tls, **settings})
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.hub, self.server, self.port = self.do(self._open())

    async def _open(self) -> tuple[Hub, LaboratoryServer, int]:
        hub = Hub("http://hub", transport=self.between)
        server = LaboratoryServer(self.settings, self.own, hub)
        return hub, server, await server.open()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something where the server runs."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60 * patience())

    def close(self) -> None:
        """Stop it."""
        self.do(self.server.close())
        self.do(self.hub.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(30 * patience())
        self.loop.close()

    @asynccontextmanager
    async def calling(self, name: str = "station", **change: Any) -> AsyncIterator[Caller]:
        """A system that is connected, and has found what there is."""
        client = self.client(**change)
        try:
            assert await client.open() == []
            yield Caller(client, self.tokens.get(name, name))
        finally:
            await client.close()

    def client(self, **change: Any) -> sila.Client:
        """The client of unitelabs-sila."""
        given = {
            "hostname": "127.0.0.1",
            "port": self.port,
            "tls": self.own is not None,
            "root_certificates": self.own.certificate if self.own else None,
            "default_timeout": 60_000 * patience(),
        }
        return sila.Client(sila.ClientConfig(**given | change))


class Caller:
    """A system that calls the server with its token, by unitelabs-sila."""

    def __init__(self, client: sila.Client, token: str) -> None:
        self.client = client
        self.features = {str(name): feature for name, feature in client.features.items()}
        self.token = token

    async def call(self, feature: str, command: str, **parameters: Any) -> Any:
        """Call a command with the token."""
        made = self.features[AUTHORIZATION].metadata["AccessToken"]
        token = await made.from_native(self.client, self.token)
        return await self.features[feature].commands[command].execute(parameters, metadata=[token])

    async def work(self, instrument: str = "", method: str = "") -> list[dict[str, Any]]:
        """The open work."""
        told = await self.call(WORKLIST, "ListWork", Instrument=instrument, Method=method)
        found: list[dict[str, Any]] = told["Work"]
        return found

    async def store(self, data: bytes) -> str:
        """Store a raw file."""
        return str((await self.call(SUBMISSION, "StoreRawFile", RawFile=data))["Digest"])

    async def submit(self, sample: str, **change: Any) -> dict[str, Any]:
        """Submit a result of a sample."""
        told: dict[str, Any] = await self.call(SUBMISSION, "SubmitResult", **result(sample, **change))
        return told


def result(sample: str, **change: Any) -> dict[str, Any]:
    """What a system sends."""
    return {
        "Key": f"{sample}/1",
        "Sample": sample,
        "Method": "TITRE-EXT",
        "Instrument": "READER",
        "MeasuredAt": datetime(2026, 3, 2, 8, 1, tzinfo=UTC),
        "Values": [
            {"Analysis": "titre", "Value": "4.310", "Unit": "g/L"},
            {"Analysis": "aspect", "Value": "clear", "Unit": ""},
        ],
        "RawFiles": [],
    } | change
