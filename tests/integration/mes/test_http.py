"""The plant floor over HTTP, with the real rooms below it: two people, a device that answers, a historian."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.clock import ManualClock, us
from titer.connect.core.frame import Frame
from titer.equipment.model import DeviceCommand
from titer.record import Actor
from titer.server.app import create_app

PASSWORD = "correct horse battery"
TIMER = Actor.timer("test")
RECIPE = """\
recipe: warm-up
version: 1
product: WATER
units:
  BR:
    class: Bioreactor
    equipment: BR-201
    needs: [clean, calibrated]
    channels:
      Temperature.PV: {unit: degC, max_age: 1 h}
      Temperature.SP: {unit: degC, settable: true, low: 20, high: 38, tolerance: 0.05}
procedure:
  - unit: BR
    do:
      - manual: Look at the vessel
        role: operator
        entries: [{name: level, prompt: Level, unit: L, low: 10, high: 20}]
        witness: true
      - phase: Control.Temperature
        set: {Temperature.SP: 36.5 degC}
        until: abs(Temperature.PV - 36.5 degC) <= 0.3 K
        timeout: 4 h
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 8, tzinfo=UTC))


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(tmp_path: Path, clock: ManualClock, request: pytest.FixtureRequest) -> Iterator[Platform]:
    if request.param == "postgresql":
        request.getfixturevalue("installations_on_postgresql")
    create_installation(tmp_path / "lab", Config(name="lab"), clock=clock)
    made = open_platform(
        tmp_path / "lab", clock=clock, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    people = {
        "ada": ("scientist",),
        "ben": ("reviewer",),
        "quentin": ("quality",),
        "olga": ("process_owner",),
        "omar": ("operator",),
        "otto": ("operator",),
    }
    with made.record.action(TIMER, "record.person.create") as unit:
        for name, roles in people.items():
            row = made.identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=roles
            )
            row.policy_acknowledged_at = unit.now
    _equipment(made)
    yield made
    made.close()


def _equipment(platform: Platform) -> None:
    room = platform.equipment
    channels = [
        {
            "tag": f"BR-201.Temperature.{kind}",
            "node": f"ns=1;s={kind}",
            "unit": "degC",
            "writable": kind == "SP",
        }
        for kind in ("PV", "SP")
    ]
    with platform.record.action(TIMER, "equipment.node.register") as unit:
        room.register_node(
            unit,
            code="BR-201",
            name="Bioreactor 201",
            level="unit",
            class_name="Bioreactor",
            needs_cleaning=True,
        )
        room.qualify(unit, "BR-201", "qualified")
        room.mark_clean(unit, "BR-201", procedure="SOP-1")
        room.import_connection(
            unit, "br201", "opcua", {"endpoint": "opc.tcp://127.0.0.1:4840"}, channels, node="BR-201"
        )
        room.approve_connection(unit, "br201")


class Person:
    """Somebody at a browser."""

    def __init__(self, client: TestClient, name: str) -> None:
        self.client, self.name = client, name
        answer = client.post("/api/session", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.headers = {"X-CSRF-Token": answer.json()["csrf"]}

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> Any:
        answer = self.client.post(path, json=body, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def sign(self, record_type: str, record_id: str, meaning: str, status: int = 201) -> Any:
        what = {"record_type": record_type, "record_id": record_id, "meaning": meaning, "data": {}}
        shown = self.post("/api/signatures/preview", what)
        return self.post(
            "/api/signatures",
            {
                **what,
                "version": shown["version"],
                "digest": shown["digest"],
                "reason": "as shown",
                "password": PASSWORD,
                "username": self.name,
            },
            status,
        )


@pytest.fixture
def people(platform: Platform) -> Iterator[dict[str, Person]]:
    app = create_app(platform)
    with ExitStack() as stack:
        yield {
            name: Person(stack.enter_context(TestClient(app)), name)
            for name in ("ada", "ben", "quentin", "olga", "omar", "otto")
        }


def record_value(platform: Platform, sequence: int, value: float) -> None:
    now = us(platform.record.process_clock.now())
    frame = Frame(
        connection="br201",
        epoch=1,
        first=sequence,
        last=sequence,
        channels=("BR-201.Temperature.PV",),
        channel=np.array([0], "u2"),
        source_us=np.array([now], "i8"),
        server_us=np.array([0], "i8"),
        received_us=np.array([now], "i8"),
        value=np.array([value]),
        status=np.array([0], "u4"),
        quality=np.array([0], "u1"),
        origin=np.array([0], "u1"),
        text={},
        events=[],
    )
    platform.historian.append([frame.encode()])


def test_a_recipe_is_checked_with_lines_and_columns_before_it_is_submitted(people: dict[str, Person]) -> None:
    bad = RECIPE.replace("low: 20, high: 38", "low: 20, high: 36")
    found = people["ada"].post("/api/mes/recipes/check", {"source": bad})
    assert found["submittable"] is False
    (finding,) = found["findings"]
    assert (finding["line"], finding["rule"]) == (20, "range")
    answer = people["ada"].post("/api/mes/recipes", {"source": bad}, 422)
    assert "line 20, column" in str(answer)
    people["omar"].post("/api/mes/recipes", {"source": RECIPE}, 403)


def test_a_batch_over_http_from_submission_to_its_record(
    platform: Platform, people: dict[str, Person], clock: ManualClock
) -> None:
    recipe = people["ada"].post("/api/mes/recipes", {"source": RECIPE})
    people["ada"].sign("mes_recipe", recipe["id"], "authored")
    people["ben"].sign("mes_recipe", recipe["id"], "checked")
    people["quentin"].sign("mes_recipe", recipe["id"], "approved")
    recipe = people["olga"].get(f"/api/mes/recipes/{recipe['id']}")
    people["olga"].post(
        f"/api/mes/recipes/{recipe['id']}/effective",
        {"version": recipe["version"], "reason": "first version"},
    )
    order = people["olga"].post("/api/mes/orders", {"recipe_code": "warm-up", "quantity": "15", "unit": "L"})
    batch = people["olga"].post("/api/mes/batches", {"order_id": order["id"]})
    batch = people["omar"].post(f"/api/mes/batches/{batch['id']}/start", {"version": batch["version"]})
    assert batch["execution"] == "Running"

    (task,) = people["omar"].get("/api/mes/tasks", role="operator")
    people["omar"].post(f"/api/mes/tasks/{task['id']}/enter", {"entries": {"level": "25"}}, 422)
    people["omar"].post(f"/api/mes/tasks/{task['id']}/enter", {"version": 9, "entries": {"level": "15"}}, 412)
    people["omar"].post(
        f"/api/mes/tasks/{task['id']}/enter", {"version": task["version"], "entries": {"level": "15"}}
    )
    people["omar"].sign("mes_task", task["id"], "witnessed", 409)
    people["otto"].sign("mes_task", task["id"], "witnessed")

    with platform.record.reading() as session:
        (command,) = session.query(DeviceCommand).all()
    assert (command.target, command.value, command.connection) == ("BR-201.Temperature.SP", "36.5", "br201")
    with platform.record.action(TIMER, "equipment.intake") as unit:
        platform.equipment.take_receipt(unit, command.key, "done", {"readback": 36.52})
    engine = platform.mes.running
    engine.turn(batch["id"])
    detail = people["omar"].get(f"/api/mes/batches/{batch['number']}")
    phase = detail["procedure"]["children"][0]["children"][1]
    assert (phase["state"], phase["stage"]) == ("Running", "guard")
    assert detail["commands"] == ["Pause", "Hold", "Stop", "Abort"]
    record_value(platform, 1, 30.0)
    engine.turn(batch["id"])
    clock.advance(timedelta(minutes=30))
    record_value(platform, 2, 36.4)
    engine.turn(batch["id"])
    detail = people["omar"].get(f"/api/mes/batches/{batch['id']}")
    assert detail["execution"] == "Complete"

    shown = people["quentin"].get(f"/api/mes/batches/{batch['id']}/record")
    (setpoint,) = shown["setpoints"]
    assert (setpoint["set"], setpoint["actual"], setpoint["outcome"]) == ("36.5", "36.52", "done")
    assert shown["values_used"][-1]["values"][0]["value"] == "36.4"
    assert [task["entries"][0]["value"] for task in shown["tasks"]] == ["15"]
    checks = people["quentin"].get(f"/api/mes/batches/{batch['id']}/checks")
    assert {check["outcome"] for check in checks} == {"passed"}
    platform.settle()
    with platform.record.reading() as session:
        assert platform.quality.disposition(session, batch["id"]).state == "awaiting_review"
        assert platform.equipment.node(session, "BR-201").cleanliness == "dirty"
    journal = people["quentin"].get(f"/api/mes/batches/{batch['id']}/journal", limit=5)
    assert [event["sequence"] for event in journal] == [1, 2, 3, 4, 5]


def test_the_engines_worker_does_a_round_and_asks_to_be_called_again(platform: Platform) -> None:
    (worker,) = [worker for worker in platform.workers if worker.name == "mes.engine"]
    assert 0 <= worker.step() < 1
