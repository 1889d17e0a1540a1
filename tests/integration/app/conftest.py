"""An installation with people, a reactor and a balance, and a batch that ended after two hours with its series."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.clock import ManualClock, us
from titer.connect.core.frame import Frame
from titer.equipment import told
from titer.record import Actor
from titer.server.app import create_app

VERIFIER = Path(__file__).parents[3] / "verify" / "titer-verify.py"
PASSWORD = "correct horse battery"
TIMER = Actor.timer("test")
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PEOPLE = {
    "ada": ("scientist",),
    "ben": ("reviewer",),
    "quentin": ("quality",),
    "olga": ("process_owner",),
    "omar": ("operator",),
}
NOBODY: Mapping[str, str] = {}
RECIPE = """\
recipe: look
version: 1
product: WATER
units:
  BR:
    class: Bioreactor
    equipment: BR-201
procedure:
  - unit: BR
    do:
      - manual: Look at the vessel
        role: operator
        entries: [{name: level, prompt: Level, unit: L, low: 10, high: 20}]
"""


@pytest.fixture(scope="session")
def verifier() -> ModuleType:
    """The one-file verifier, as a module."""
    spec = importlib.util.spec_from_file_location("titer_verify", VERIFIER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def platform(tmp_path: Path, clock: ManualClock) -> Iterator[Platform]:
    made = furnished(tmp_path / "lab", clock)
    yield made
    made.close()


def furnished(
    folder: Path, clock: ManualClock, *, robots: Mapping[str, str] = NOBODY, real: bool = False
) -> Platform:
    """A demo installation with people, a qualified reactor and its balance.

    Args:
        folder: of the installation.
        clock: of it.
        robots: of the people, by user name: for whom each acts.
        real: no demo, and no simulation.
    """
    create_installation(folder, Config(name="lab"), simulated=not real, demo=not real, clock=clock)
    made = open_platform(
        folder, clock=clock, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    furnish(made, robots)
    return made


def furnish(made: Platform, robots: Mapping[str, str] = NOBODY) -> None:
    """People, a qualified reactor and its balance."""
    with made.record.action(TIMER, "record.person.create") as unit:
        for name, roles in PEOPLE.items():
            row = made.identity.create_person(
                unit,
                username=name,
                full_name=name.title(),
                password=PASSWORD,
                roles=roles,
                robot_for=robots.get(name),
            )
            row.policy_acknowledged_at = unit.now
    channels = [{"tag": "BR-201.Temperature.PV", "node": "ns=1;s=T", "unit": "degC"}]
    balance = [{"tag": "WB-01.Net", "node": "ns=1;s=N", "unit": "kg"}]
    room = made.equipment
    with made.record.action(TIMER, "equipment.node.register") as unit:
        room.register_node(unit, code="BR-201", name="Reactor", level="unit", class_name="Bioreactor")
        room.register_node(unit, code="WB-01", name="Balance", level="instrument", parent="BR-201")
        room.qualify(unit, "BR-201", "qualified")
        room.import_connection(unit, "br201", "opcua", {}, channels, node="BR-201")
        room.import_connection(unit, "wb01", "opcua", {}, balance, node="WB-01")


def frame(connection: str, tag: str, times: list[int], value: float, epoch: int = 1) -> bytes:
    rows = len(times)
    return Frame(
        connection=connection,
        epoch=epoch,
        first=1,
        last=rows,
        channels=(tag,),
        channel=np.zeros(rows, "u2"),
        source_us=np.array(times, "i8"),
        server_us=np.zeros(rows, "i8"),
        received_us=np.array(times, "i8"),
        value=np.full(rows, value),
        status=np.zeros(rows, "u4"),
        quality=np.zeros(rows, "u1"),
        origin=np.zeros(rows, "u1"),
        text={},
        events=[],
    ).encode()


class Client:
    """Somebody at a browser."""

    def __init__(self, client: TestClient, name: str) -> None:
        self.client = client
        self.name = name
        self.log_in()

    def log_in(self) -> None:
        """Open a session; one that nobody used for long has ended."""
        answer = self.client.post("/api/session", json={"username": self.name, "password": PASSWORD})
        self.headers = {"X-CSRF-Token": answer.json()["csrf"]}

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.client.post(path, json=body, headers=self.headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def sign(self, record_type: str, record_id: str, meaning: str) -> None:
        what = {"record_type": record_type, "record_id": record_id, "meaning": meaning, "data": {}}
        shown = self.post("/api/signatures/preview", what)
        said = {"version": shown["version"], "digest": shown["digest"], "reason": "as shown"}
        self.post("/api/signatures", {**what, **said, "password": PASSWORD, "username": self.name})


@pytest.fixture
def people(platform: Platform) -> dict[str, Client]:
    return logged_in(platform)


def logged_in(platform: Platform) -> dict[str, Client]:
    """Everybody, each at a browser."""
    app = create_app(platform)
    return {name: Client(TestClient(app), name) for name in PEOPLE}


@pytest.fixture
def batch(platform: Platform, people: dict[str, Client], clock: ManualClock) -> dict[str, Any]:
    return run_batch(platform, people, clock)


def run_batch(platform: Platform, people: dict[str, Client], clock: ManualClock) -> dict[str, Any]:
    """A batch that ended after two hours, with an hour of values of the reactor and a gap."""
    recipe = people["ada"].post("/api/mes/recipes", {"source": RECIPE})
    for name, meaning in (("ada", "authored"), ("ben", "checked"), ("quentin", "approved")):
        people[name].sign("mes_recipe", recipe["id"], meaning)
    people["olga"].post(f"/api/mes/recipes/{recipe['id']}/effective", {"version": 4, "reason": "first"})
    order = people["olga"].post("/api/mes/orders", {"recipe_code": "look"})
    made: dict[str, Any] = people["olga"].post("/api/mes/batches", {"order_id": order["id"]})
    people["olga"].post(f"/api/mes/batches/{made['id']}/start", {})
    begin = us(START)
    times = [begin - 60_000_000 + 60_000_000 * minute for minute in range(60)]
    platform.historian.append([frame("br201", "BR-201.Temperature.PV", times, 36.5)])
    gap = {"gap": "g1", "channels": ["BR-201.Temperature.PV"], "reason": "the link was cut"}
    span = {"from_us": begin + 3_600_000_000, "to_us": begin + 4_200_000_000}
    opened: tuple[dict[str, Any], ...] = ({"kind": "gap_opened", **gap, **span},)
    with platform.record.action(Actor.connection("br201"), "equipment.intake") as unit:
        platform.equipment.take_events(unit, told("br201", 1, 100, opened))
    clock.advance(timedelta(hours=2))
    for one in people.values():
        one.log_in()
    task = people["omar"].client.get("/api/mes/tasks").json()[0]
    people["omar"].post(f"/api/mes/tasks/{task['id']}/enter", {"entries": {"level": "15"}})
    platform.settle()
    return made
