"""A batch that goes on, seen from outside: the real hub's state, through the real server, to a client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta

import httpx2 as httpx
import pytest
from argon2 import PasswordHasher
from asyncua import Client
from starlette.testclient import TestClient
from tests.integration.gateway.conftest import Seen, Served
from tests.integration.mes.test_http import Person, record_value
from tests.integration.mes.test_http import _equipment as equipment

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.clock import ManualClock
from titer.gateway.opcua.space import NAMESPACE
from titer.record import Actor
from titer.server.app import create_app

TIMER = Actor.timer("test")
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
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
      - manual: Look again
        role: operator
        entries: [{name: level, prompt: Level, unit: L, low: 10, high: 20}]
"""


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, clock: ManualClock) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("plant") / "lab"
    create_installation(folder, Config(name="lab", site="North"), clock=clock)
    made = open_platform(
        folder, clock=clock, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    people = {
        "ada": "scientist",
        "ben": "reviewer",
        "quentin": "quality",
        "olga": "process_owner",
        "omar": "operator",
    }
    with made.record.action(TIMER, "record.person.create") as unit:
        for name, role in people.items():
            row = made.identity.create_person(
                unit, username=name, full_name=name.title(), password="correct horse battery", roles=(role,)
            )
            row.policy_acknowledged_at = unit.now
    equipment(made)
    yield made
    made.close()


def tokens(platform: Platform) -> dict[str, str]:
    """Tokens of machines, by what they may."""
    with platform.record.action(TIMER, "record.token.issue") as unit:
        issue = platform.identity.issue_token
        return {
            "state": issue(unit, "opcua-server", ("state",)),
            "dcs": issue(unit, "dcs", ("state",)),
            "connect": issue(unit, "host-9", ("connect",)),
        }


def running(people: dict[str, Person]) -> str:
    """Start a batch; returns its id."""
    recipe = people["ada"].post("/api/mes/recipes", {"source": RECIPE})
    for name, meaning in (("ada", "authored"), ("ben", "checked"), ("quentin", "approved")):
        people[name].sign("mes_recipe", recipe["id"], meaning)
    version = people["olga"].get(f"/api/mes/recipes/{recipe['id']}")["version"]
    people["olga"].post(f"/api/mes/recipes/{recipe['id']}/effective", {"version": version, "reason": "first"})
    order = people["olga"].post("/api/mes/orders", {"recipe_code": "look", "quantity": "15", "unit": "L"})
    batch = people["olga"].post("/api/mes/batches", {"order_id": order["id"]})
    people["omar"].post(f"/api/mes/batches/{batch['id']}/start", {"version": batch["version"]})
    return str(batch["id"])


def test_the_state_is_for_machines_with_its_scope_alone(platform: Platform) -> None:
    given = tokens(platform)
    with TestClient(create_app(platform)) as client:
        for path in ("/api/state", "/api/state/reader"):
            assert client.get(path).status_code == 401
            assert client.get(path, headers=_bearing(given["connect"])).status_code == 403
            assert client.get(path, headers=_bearing(given["state"])).status_code == 200
        said = client.get("/api/state/reader", headers=_bearing(given["dcs"])).json()
        assert said == {"name": "dcs"}
        for path in ("/api/connect/commands?host=local", "/api/mes/batches", "/api/historian/last?tags=x"):
            assert client.get(path, headers=_bearing(given["state"])).status_code in (401, 403)


def _bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_client_follows_a_batch_and_its_unit(
    platform: Platform, clock: ManualClock, served: Served
) -> None:
    given = tokens(platform)
    app = create_app(platform)

    async def check() -> None:
        async with AsyncExitStack() as stack:
            client = await served.client(user="dcs")
            client.set_password(given["dcs"])
            await stack.enter_async_context(client)
            seen = _seen(client)
            loop = asyncio.get_running_loop()
            assert (await seen("Titer/Name"))[0] == "lab"
            assert (await seen("Equipment/BR-201/BatchId")) == (None, 0, START)
            value, code, _ = await seen("Channels/BR-201.Temperature.PV")
            assert (value, code) == (None, 0x8032_0000)
            clock.advance(timedelta(minutes=10))
            batch = await loop.run_in_executor(None, running, people)
            record_value(platform, 1, 36.4)
            sample = await loop.run_in_executor(None, _retain, platform, batch)
            await loop.run_in_executor(None, served.refresh)
            assert await seen("Channels/BR-201.Temperature.PV") == (36.4, 0, START + timedelta(minutes=10))
            number = (await seen("Batches/RunningBatches"))[0][0]
            path = f"Batches/{number}"
            assert await seen(f"{path}/ProcedureState") == ("Running", 0, START + timedelta(minutes=10))
            assert (await seen(f"{path}/ActiveSteps"))[0] == ["Look at the vessel"]
            assert (await seen(f"{path}/OpenManualTasks"))[0] == 1
            assert (await seen("Equipment/BR-201/BatchId"))[0] == number
            assert (await seen(f"Samples/{sample}/BatchId"))[0] == number
            assert (await seen(f"Samples/{sample}/SamplePoint"))[0] == "harvest"
            clock.advance(timedelta(minutes=5))
            await loop.run_in_executor(None, _enter, people["omar"], batch)
            await loop.run_in_executor(None, served.refresh)
            assert await seen(f"{path}/ActiveSteps") == (["Look again"], 0, START + timedelta(minutes=15))
            assert (await seen("Equipment/BR-201/BatchId"))[0] == number
            clock.advance(timedelta(minutes=5))
            await loop.run_in_executor(None, _enter, people["omar"], batch)
            await loop.run_in_executor(None, served.refresh)
            assert (await seen(f"{path}/ProcedureState"))[0] == "Complete"
            assert (await seen(f"{path}/ActualEndTime"))[0] == START + timedelta(minutes=20)
            assert (await seen("Batches/RunningBatches"))[0] == []
            assert (await seen("Equipment/BR-201/BatchId"))[0] is None

    with ExitStack() as stack:
        people = {
            name: Person(stack.enter_context(TestClient(app)), name)
            for name in ("ada", "ben", "quentin", "olga", "omar")
        }
        served.hub.behind, served.hub.bearing = httpx.ASGITransport(app=app), given["state"]
        served.refresh()
        asyncio.run(check())


def _retain(platform: Platform, batch: str) -> str:
    """Register a retained sample of a batch, which is not to be tested; returns its number."""
    with platform.record.action(TIMER, "lims.sample.register") as unit:
        samples = platform.layers["lims"].samples
        return str(samples.register(unit, batch_id=batch, kind="retain", point="harvest").number)


def _enter(operator: Person, batch: str) -> None:
    (task,) = operator.get("/api/mes/tasks", batch_id=batch)
    operator.post(
        f"/api/mes/tasks/{task['id']}/enter", {"version": task["version"], "entries": {"level": "15"}}
    )


def _seen(client: Client) -> Callable[[str], Awaitable[tuple[object, int, datetime | None]]]:
    async def value(path: str) -> tuple[object, int, datetime | None]:
        index = await client.get_namespace_index(NAMESPACE)
        found = await Seen(client, index).value(path)
        return found.Value.Value, found.StatusCode.value, found.SourceTimestamp

    return value
