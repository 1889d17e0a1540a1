"""A historian with a reactor, over HTTP too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.integration.historian.reactor import ANN, CHANNELS

from titer.base.clock import ManualClock, us
from titer.equipment import Equipment
from titer.equipment.routes import router as equipment_router
from titer.historian import Historian
from titer.historian.routes import router as historian_router
from titer.record import Actor, Identity, Record
from titer.record.http import COOKIE
from titer.server import problems


@pytest.fixture
def equipment(record: Record, request: pytest.FixtureRequest) -> Equipment:
    def newest(tags: Sequence[str]) -> dict[str, int]:
        return {tag: one.source_us for tag, one in request.getfixturevalue("historian").last(tags).items()}

    made = Equipment(record, newest=newest)
    record.register_actions(made.actions())
    with record.action(ANN, "equipment.intake") as unit:
        made.register_node(unit, code="BR-201", name="Bioreactor", level="unit")
        made.import_connection(unit, "br201", "opcua", {"endpoint": "opc.tcp://h:1"}, CHANNELS)
        made.approve_connection(unit, "br201")
        made.import_connection(unit, "other", "opcua", {}, [{"tag": "X", "node": "s=X"}])
    return made


@pytest.fixture
def historian(record: Record, equipment: Equipment, tmp_path: Path) -> Iterator[Historian]:
    made = Historian(tmp_path / "historian", record, gaps=equipment.gaps_of, floors=equipment.doubts_of)
    record.register_actions(made.actions())
    yield made
    made.close()


@pytest.fixture
def t0(process_clock: ManualClock) -> int:
    return us(process_clock.now())


@pytest.fixture
def client(
    record: Record, identity: Identity, equipment: Equipment, historian: Historian
) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(equipment_router)
    app.include_router(historian_router)
    problems.install(app)
    app.state.platform = SimpleNamespace(
        record=record, identity=identity, equipment=equipment, historian=historian
    )
    with TestClient(app) as made:
        yield made


@pytest.fixture
def host(record: Record, identity: Identity) -> dict[str, str]:
    with record.action(ANN, "record.token.issue") as unit:
        token = identity.issue_token(unit, "local", ("connect",))
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def page(client: TestClient, identity: Identity, person: Callable[..., Actor]) -> TestClient:
    person("olga", "operator", "automation", "analyst", "quality")
    logged_in = identity.log_in("olga", "correct horse battery", "test")
    client.cookies.set(COOKIE, logged_in.token)
    client.headers["X-CSRF-Token"] = logged_in.csrf
    return client
