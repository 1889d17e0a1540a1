"""A reactor that nobody here wrote, from `titer init` to a bundle that verifies: node-opcua, its cable, and commands.

The cable is cut while the batch runs, and the server is killed after it: its history is gone with it. The server
keeps an account of every value that it makes. The verdict on the connection is the one of the conformance kit: every
value is stored exactly once, or lies inside a gap that is told.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.conftest import Lab, verify
from tests.peers.node_opcua import node_opcua

from titer.base.clock import from_us
from titer.cli.api import session
from titer.testing.connectors import Cable, patience, quiet_port

REACTOR = Path(__file__).parents[2] / "peers" / "reactor.js"
TAGS = {"Temperature": "R-7.Temperature.PV", "pH": "R-7.pH.PV", "Stirrer": "R-7.Stirrer.PV"}
CHANNELS = """\
- {tag: R-7.Temperature.PV, node: "nsu=urn:pilot-works:reactor-7;s=Vessel.Temperature", unit: degC, low: 0, high: 60}
- {tag: R-7.pH.PV, node: "nsu=urn:pilot-works:reactor-7;s=Vessel.pH", unit: "1", low: 4, high: 10}
- {tag: R-7.Stirrer.PV, node: "nsu=urn:pilot-works:reactor-7;s=Vessel.Stirrer", unit: 1/min, low: 0, high: 400}
- {tag: R-7.Stirrer.SP, node: "nsu=urn:pilot-works:reactor-7;s=Vessel.StirrerSetpoint", unit: 1/min, low: 0,
   high: 400, writable: true}
"""
RECIPE = """\
recipe: stir-up
version: 1
title: Stir up, and look
product: WATER
formula:
  speed: {title: Stirrer speed, value: 120, unit: 1/min, low: 60, high: 200, critical: true}
units:
  R:
    class: Bioreactor
    equipment: R-7
    channels:
      Stirrer.SP: {unit: 1/min, settable: true, low: 0, high: 300, tolerance: 0.5, critical: true}
      Stirrer.PV: {unit: 1/min, max_age: 30 s, critical: true}
      Temperature.PV: {unit: degC, max_age: 30 s, critical: true}
phases:
  Stir:
    title: Bring the stirrer to its speed
    parameters: {speed: 1/min}
    set: {Stirrer.SP: speed}
    until: abs(Stirrer.PV - speed) <= 2 1/min for 6 s
    timeout: 5 min -> exception(major)
procedure:
  - unit: R
    do:
      - phase: Stir
        set: {speed: speed}
"""


def wait_for(what: str, look: Callable[[], Any], seconds: float = 40) -> Any:
    """The first answer of `look` that is something."""
    begin = time.monotonic()
    while not (found := look()):
        waited = time.monotonic() - begin
        assert waited < seconds * patience(), f"{what} did not come within {waited:.0f} s"
        time.sleep(0.25)
    return found


@contextmanager
def process(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended as Ctrl+C ends it."""
    with log.open("wb") as told:
        child = subprocess.Popen(command, stdout=told, stderr=told)
        try:
            yield child
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
                try:
                    child.wait(20 * patience())
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()


@contextmanager
def cable_to(port: int) -> Iterator[tuple[int, Callable[[], None], Callable[[], None]]]:
    """A cable in a thread of its own: its port, how it is cut, and how it is mended."""
    loop, cable = asyncio.new_event_loop(), Cable(port)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def there(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(10)

    def cut() -> None:
        loop.call_soon_threadsafe(cable.cut)

    def restore() -> None:
        loop.call_soon_threadsafe(cable.restore)

    try:
        yield there(cable.plug_in()), cut, restore
    finally:
        there(cable.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def made(account: Path) -> list[tuple[str, int, float]]:
    """What the server says that it made."""
    lines = [json.loads(line) for line in account.read_text().splitlines() if line.endswith("]")]
    return [(TAGS[name], int(at), float(value)) for name, at, value in lines]


def set_up(lab: Lab, folder: Path, port: int) -> dict[str, Any]:
    """The reactor, its connection and the recipe, by command; returns the connection."""
    channels, recipe = folder / "channels.yaml", folder / "stir-up.yaml"
    channels.write_text(CHANNELS)
    recipe.write_text(RECIPE)
    for name in ("ada", "ben", "quentin"):
        lab.as_(name, "policy", "--accept")
    node = lab.as_(
        "auto", "equipment", "add", "R-7", "--name", "Bench reactor", "--class", "Bioreactor", "--json"
    )
    lab.as_("quentin", "sign", "equipment_node", node.json["id"], "qualified", "--reason", "IQ, OQ, PQ")
    made = lab.as_(
        "auto", "connection", "add", "opcua", f"opc.tcp://127.0.0.1:{port}", "--name", "r7",
        "--channels", str(channels), "--equipment", "R-7", "--allow-unencrypted", "--json",
    ).json  # fmt: skip
    lab.as_("ada", "recipe", "submit", str(recipe))
    for who, meaning in (("ada", "authored"), ("ben", "checked"), ("quentin", "approved")):
        lab.as_(who, "recipe", "sign", "stir-up", meaning, "--reason", "as described")
    lab.as_("olga", "recipe", "effective", "stir-up")
    return dict(made)


@pytest.mark.timeout(900)
def test_a_batch_on_a_server_nobody_here_wrote_loses_nothing_and_verifies(lab: Lab, tmp_path: Path) -> None:
    node = node_opcua()
    account, plant_port = tmp_path / "account.jsonl", quiet_port()
    serve = [sys.executable, "-m", "titer.cli.main", "serve", "--dir", str(lab.folder)]
    out = tmp_path / "batch.zip"
    reactor = [node, str(REACTOR), str(plant_port), str(account), "10"]
    with ExitStack() as plant, cable_to(plant_port) as (port, cut, restore):
        first = plant.enter_context(process(reactor, tmp_path / "reactor.log"))
        connection = set_up(lab, tmp_path, port)
        with process(serve, tmp_path / "serve.log"):
            wait_for("the hub", lambda: "Titer runs at" in (tmp_path / "serve.log").read_text(), 100)
            with session(lab.folder, "omar") as api:
                tag = TAGS["Temperature"]
                wait_for("the first value", lambda: api.get("/api/historian/last", tags=tag), 60)
                approve = ("sign", "equipment_connection", connection["id"], "approved")
                lab.as_("quentin", *approve, "--reason", "Channels checked")
                started = lab.as_("olga", "batch", "start", "--recipe", "stir-up", "--json").json
                time.sleep(1)
                cut()
                time.sleep(3)
                restore()
                batch = wait_for(
                    "the end of the batch",
                    lambda: next(
                        (
                            row
                            for row in api.get("/api/mes/batches")
                            if row["number"] == started["number"]
                            and row["execution"] in ("Complete", "Aborted", "Stopped", "Held")
                        ),
                        None,
                    ),
                    90,
                )
                assert batch["execution"] == "Complete"
                (command,) = api.get("/api/equipment/commands")
                assert (command["target"], command["state"]) == ("R-7.Stirrer.SP", "done")
                assert float(command["readback"]) == 120.0, "it was read back from the server"
                first.kill()
                first.wait()
                begun = time.time_ns() // 1000
                plant.enter_context(process(reactor, tmp_path / "reactor-again.log"))
                wait_for("values after the restart", lambda: made(account)[-1][1] > begun, 60)
                time.sleep(2)
                mark = max(at for _, at, _ in made(account))

                def all_recorded() -> bool:
                    newest = api.get("/api/historian/last", tags=list(TAGS.values()))
                    return len(newest) == len(TAGS) and min(row["source_us"] for row in newest) >= mark

                wait_for("the newest values", all_recorded, 60)
            lab.as_("quentin", "export", "batch", started["number"], "--out", str(out))
    verdict = verify(out)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "HOLDS" in verdict.stdout
    with zipfile.ZipFile(out) as archive:
        record = json.loads(archive.read("files/record.json"))
    assert record["execution"]["batch"]["number"] == started["number"]
    assert set(record["series"]["channels"]["R-7"]) == {*TAGS.values(), "R-7.Stirrer.SP"}
    assert sum(one["rows"] for one in record["series"]["segments"]) > 100
    compare(lab, made(account), mark)


def compare(lab: Lab, truth: list[tuple[str, int, float]], until_us: int) -> None:
    """Every value that the server made while it was recorded is stored once, or lies inside a gap that is told."""
    from titer.app import open_platform

    platform = open_platform(lab.folder)
    try:
        table = platform.historian.read(list(TAGS.values()), 0, 2**62)
        columns = [table.column(key).to_pylist() for key in ("tag", "source_us", "value")]
        stored = list(zip(*columns, strict=True))
        with platform.record.reading() as session_:
            start, end = from_us(0), from_us(253_402_300_799_000_000)
            gaps = [row[:3] for row in platform.equipment.gaps(session_, list(TAGS.values()), start, end)]
    finally:
        platform.close()
    assert len(stored) == len({row[:2] for row in stored}), "no value is stored twice"
    kept = {(tag, at): value for tag, at, value in stored}
    begin = {tag: min(at for known, at, _ in stored if known == tag) for tag in TAGS.values()}
    wanted = [row for row in truth if begin[row[0]] <= row[1] <= until_us]
    lost = [
        (tag, at, value)
        for tag, at, value in wanted
        if kept.get((tag, at)) != value and not any(one == tag and low < at < high for one, low, high in gaps)
    ]
    assert len(wanted) > 150
    assert {tag for tag, _, _ in gaps} >= set(TAGS.values()), "the server's death is told as a gap"
    assert not lost, f"{len(lost)} of {len(wanted)} lost in silence: {lost[:5]}; gaps {gaps}"
    assert set(kept) <= {(tag, at) for tag, at, _ in truth}, "nothing is stored that was never made"
