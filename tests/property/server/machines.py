"""Machines at the door: a token of every scope and an enrolled edge, and a request of each machine's route that fits.

Which route is whose is read off what the route depends on, so a new one is there by itself, and asks for its request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from tests.integration.app.conftest import START, frame

from titer.app import Platform
from titer.base import enrolment
from titer.base.errors import NotAuthenticated
from titer.connect.edge.enrolling import new_key, request_of
from titer.record import Actor
from titer.record.http import EDGE, commander, connector, state_reader, submitter
from titer.record.identity.scopes import SCOPES
from titer.record.routes.watching import watched
from titer.server.rights import api_routes

TIMER = Actor.timer("test")
HOST, CONNECTION, TAG = "local", "br201", "BR-201.Temperature.PV"
AN_EDGE = "an edge"
MACHINES = (*(f"machine: {scope.name}" for scope in SCOPES), AN_EDGE)
_ASKS = {
    connector: "observe",
    commander: "command",
    state_reader: "state",
    submitter: "results",
    watched: "witness",
}
_FILE = b"a chromatogram"
_PHRASE = b"of a test"


def request_for_certificate(name: str) -> str:
    """What an edge of this name sends to have a certificate."""
    return request_of(new_key(_PHRASE), _PHRASE, name)


class Doors:
    """The machines of an installation, and the means of each to show who it is.

    Args:
        platform: of the installation; its configuration has a door for edges.
        app: that serves it.
    """

    def __init__(self, platform: Platform, app: FastAPI) -> None:
        self.platform = platform
        self.clients = {who: TestClient(app, raise_server_exceptions=True) for who in MACHINES}
        self.clients[AN_EDGE] = TestClient(self._through_the_door(app), raise_server_exceptions=True)
        self._tokens: dict[str, str] = {}
        self._edges = 0
        self._certificate = b""
        with platform.record.action(TIMER, "equipment.intake") as unit:
            unit.content.put(_FILE, media_type="text/plain", origin="test")

    def headers(self, who: str) -> dict[str, str]:
        """What proves a machine; anew where a request has ended its token or shut the edge out."""
        if who == AN_EDGE:
            self._enrolled()
            return {}
        scope = who.removeprefix("machine: ")
        asked = "observe" if scope == "connect" else scope
        token = self._tokens.get(who)
        try:
            self.platform.identity.machine(token or "", asked)
        except NotAuthenticated:
            with self.platform.record.action(TIMER, "record.token.issue") as unit:
                host = HOST if scope in {"observe", "command", "connect"} else None
                token = self.platform.identity.issue_token(unit, f"fuzz-{scope}", (scope,), host=host)
            self._tokens[who] = token
        return {"Authorization": f"Bearer {token}"}

    def _enrolled(self) -> None:
        edges = self.platform.edges
        try:
            edges.machine(self._certificate, "observe", "")
        except NotAuthenticated:
            self._edges += 1
            name = f"fuzz-edge-{self._edges}"
            with self.platform.record.action(TIMER, "record.edge.invite") as unit:
                _, code = edges.invite(unit, name, scopes=("connect",), hours=24, days=365)
            _, secret = enrolment.read_code(code)
            request = request_for_certificate(name)
            with self.platform.record.action(TIMER, "record.edge.enrol") as unit:
                made = edges.enrol(unit, name, request, enrolment.request_proof(secret, name, request))
            self._certificate = x509.load_pem_x509_certificate(made.certificate.encode()).public_bytes(
                Encoding.DER
            )

    def _through_the_door(self, app: FastAPI) -> Any:
        """The application as the door of the edges calls it, behind TLS."""

        async def door(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, EDGE: self._certificate}, receive, send)

        return door


def whose(app: FastAPI) -> dict[str, tuple[str, ...]]:
    """Which machines may use each machine's route, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for route in api_routes([app.router]):  # type: ignore[list-item]
        asked = {scope for call, scope in _ASKS.items() if _depends_on(route.dependant, call)}
        if asked:
            found[route.name] = tuple(_able(asked.pop()))
    return found


def _able(scope: str) -> Iterable[str]:
    for one in SCOPES:
        if scope in {one.name, *one.includes}:
            yield f"machine: {one.name}"


def _depends_on(dependant: Dependant, call: object) -> bool:
    return any(one.call is call or _depends_on(one, call) for one in dependant.dependencies)


@dataclass(frozen=True)
class Fitting:
    """A request that a machine would send, and the answer that it gets.

    Args:
        status: of the answer.
        query: of the address.
        body: as JSON, or as it is.
        path: what stands in the address.
        who: sends it; the first machine that may, if left out.
    """

    status: int = 200
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | bytes | None = None
    path: dict[str, str] = field(default_factory=dict)
    who: str = ""


def fitting() -> dict[str, Fitting]:
    """A request for each of the machines' routes."""
    at = START.isoformat()
    us = int(START.timestamp() * 1e6)
    digest = hashlib.sha256(_FILE).hexdigest()
    of_host = {"host": HOST, "wait": 0}
    return {
        "connect_answer": Fitting(404, body={"id": "nobody-asked", "answer": {}}),
        "connect_commands": Fitting(query=of_host),
        "connect_connections": Fitting(path={"host": HOST}),
        "connect_content": Fitting(body=_FILE),
        "connect_document": Fitting(
            body={"key": "k", "connection": CONNECTION, "digest": digest, "file_name": "f", "seen_at": at},
        ),
        "connect_intake": Fitting(
            query={"connection": CONNECTION}, body=frame(CONNECTION, TAG, [us + 1], 37.0, epoch=9)
        ),
        "connect_questions": Fitting(query=of_host),
        "connect_receipt": Fitting(
            404, body={"key": "nobody-gave", "connection": CONNECTION, "outcome": "confirmed"}
        ),
        "connect_status": Fitting(204, body={"connection": CONNECTION, "state": "connected", "since": at}),
        "lims_submission_content": Fitting(body=_FILE),
        "lims_submission_return": Fitting(409, body={"tests": ["nobody-asked"], "reason": "broken"}),
        "lims_submission_take": Fitting(409, body={"tests": ["nobody-asked"]}),
        "lims_submission_worklist": Fitting(),
        "lims_submit": Fitting(
            409,
            body={
                "key": "k",
                "sample": "nobody-took",
                "method": "SEC",
                "measured_at": at,
                "values": [{"analysis": "monomer", "value": "98.1", "unit": "%"}],
            },
        ),
        "lims_submitter": Fitting(),
        "record_add_checkpoint": Fitting(400, body=b"old 0\n\n"),
        "record_renew_edge": Fitting(body={"request": request_for_certificate("fuzz-edge-1")}, who=AN_EDGE),
        "server_state": Fitting(),
        "server_state_reader": Fitting(),
    }
