"""These tests are taken through both databases; equipment, and its pages and hosts over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from titer.equipment import Equipment
from titer.equipment.routes import router
from titer.record import Actor, Identity, Record
from titer.record.http import COOKIE
from titer.server import problems


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Which database the record is on."""
    return str(request.param)


@pytest.fixture
def equipment(record: Record) -> Equipment:
    made = Equipment(record)
    record.register_actions(made.actions())
    record.register_signatures(made.signatures())
    return made


@pytest.fixture
def client(record: Record, identity: Identity, equipment: Equipment) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(router)
    problems.install(app)
    app.state.platform = SimpleNamespace(record=record, identity=identity, equipment=equipment)
    with TestClient(app) as made:
        yield made


@pytest.fixture
def page(client: TestClient, identity: Identity, person: Callable[..., Actor]) -> TestClient:
    person("auto", "automation")
    person("omar", "operator")
    return as_("auto", client, identity)


def as_(who: str, client: TestClient, identity: Identity) -> TestClient:
    logged_in = identity.log_in(who, "correct horse battery", "test")
    client.cookies.set(COOKIE, logged_in.token)
    client.headers["X-CSRF-Token"] = logged_in.csrf
    return client
