"""A batch leaves the house: its series, its gaps, its papers, and the proof; marked where it is no real one."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from titer.app import Config, Platform, create_installation, open_platform
from titer.app.batch_document import document
from titer.app.dossier import gather
from titer.app.export import export_record
from titer.base.clock import ManualClock, us
from titer.base.errors import Invalid, NotAuthorised, NotFound
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


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def platform(tmp_path: Path, clock: ManualClock) -> Iterator[Platform]:
    folder = tmp_path / "lab"
    create_installation(folder, Config(name="lab"), simulated=True, demo=True, clock=clock)
    made = open_platform(
        folder, clock=clock, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    with made.record.action(TIMER, "record.person.create") as unit:
        for name, roles in PEOPLE.items():
            row = made.identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=roles
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
    yield made
    made.close()


def frame(connection: str, tag: str, times: list[int], value: float) -> bytes:
    rows = len(times)
    return Frame(
        connection=connection,
        epoch=1,
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
        self.post("/api/signatures", {**what, **said, "password": PASSWORD})


@pytest.fixture
def people(platform: Platform) -> dict[str, Client]:
    app = create_app(platform)
    return {name: Client(TestClient(app), name) for name in PEOPLE}


@pytest.fixture
def batch(platform: Platform, people: dict[str, Client], clock: ManualClock) -> dict[str, Any]:
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


def exported(people: dict[str, Client], number: str) -> bytes:
    answer = people["quentin"].client.post(
        "/api/exports",
        json={"record_type": "batch", "record_id": number, "reason": "inspection"},
        headers=people["quentin"].headers,
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return answer.content


def test_a_bundle_holds_series_gaps_and_papers_and_verifies(
    people: dict[str, Client], batch: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "batch.zip"
    out.write_bytes(exported(people, batch["number"]))
    verdict = subprocess.run(
        [sys.executable, str(VERIFIER), str(out)], capture_output=True, text=True, check=False
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    with zipfile.ZipFile(out) as archive:
        record = json.loads(archive.read("files/record.json"))
        table = pq.read_table(io.BytesIO(archive.read("files/series/BR-201.parquet")))
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    assert table.num_rows == 59, "the value from before the batch is no part of its record"
    assert "files/series/WB-01.parquet" not in names
    assert record["series"]["files"] == ["series/BR-201.parquet"]
    assert set(record["series"]["channels"]) == {"BR-201", "WB-01"}
    (gap,) = record["gaps"]
    assert (gap["state"], gap["channels"]) == ("opened", ["BR-201.Temperature.PV"])
    assert {"equipment_gap", "equipment_node"} <= {one["type"] for one in manifest["records"]}
    assert record["review"]["disposition"]["state"] == "awaiting_review"
    assert manifest["demo"] is True


def test_the_document_says_who_when_and_within_which_limits(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any]
) -> None:
    with platform.record.reading() as session:
        made = document(gather(platform, session, batch["id"]).data)
    assert made.mark == "DEMO - SIMULATED"
    sections = {section.title: section for section in made.sections}
    assert sections["Manual tasks"].rows == (
        ("Look at the vessel", "level: 15 L", "10 to 20", "yes", "Omar", "2026-03-02 10:00:00", "-"),
    )
    assert [row[0] for row in sections["Signatures"].rows] == ["Ada", "Ben", "Quentin"]
    assert sections["Gaps in the series"].rows[0][2] == "opened"
    head = dict(made.head)
    assert head["Start (plant time)"] == "2026-03-02 08:00:00"
    assert head["End (plant time)"] == "2026-03-02 10:00:00"
    answer = people["omar"].client.get(f"/api/mes/batches/{batch['number']}/record.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"


def test_an_export_needs_the_right_a_reason_and_a_record(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any]
) -> None:
    refused = people["omar"].client.post(
        "/api/exports",
        json={"record_type": "batch", "record_id": batch["number"], "reason": "curious"},
        headers=people["omar"].headers,
    )
    assert refused.status_code == 403
    for body, error in (
        (("batch", batch["number"], " "), Invalid),
        (("batch", "B-0000-0000", "audit"), NotFound),
        (("lims_run", "nothing", "audit"), NotFound),
        (("record_session", "nothing", "audit"), Invalid),
    ):
        with pytest.raises(error):
            export_record(platform, body[0], body[1], actor=Actor.timer("test"), reason=body[2])
    with pytest.raises(NotAuthorised):
        export_record(platform, "batch", batch["id"], actor=Actor.person("nobody"), reason="audit")
