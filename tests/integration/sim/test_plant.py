"""The plant over its protocols: OPC UA, SiLA 2, files, the bench; cables that are cut; processes that die."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from asyncua import Client, Node, ua

from titer.base.clock import from_us, us
from titer.sim.animl import signature_holds
from titer.sim.channels import BALANCE_NAMESPACE, REACTOR_CHANNELS, REACTOR_NAMESPACE

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore::DeprecationWarning")]


HOUR_US = 3_600_000_000


@dataclass
class RunningPlant:
    """A plant and the hands that move it."""

    process: subprocess.Popen[bytes]
    pipe: int
    folder: Path
    endpoints: dict[str, Any]
    http: httpx.Client

    def go(self, hours: float, rate: float = 20_000.0) -> int:
        """Let plant time run, and wait until the reactor has come that far; returns the plant instant."""
        until = self.http.get("/clock").json()["plant_us"] + int(hours * HOUR_US)
        give_up = time.monotonic() + 240
        while time.monotonic() < give_up:
            state = self.http.post("/clock/grant", json={"until_us": until, "rate": rate}).json()
            if state["reactor_us"] >= until - 20_000_000:
                time.sleep(0.1)
                return int(until)
            time.sleep(0.05)
        raise AssertionError("the plant did not come that far")

    def leave(self) -> int:
        """Close the pipe that the plant watches; returns its exit code."""
        if self.pipe >= 0:
            os.close(self.pipe)
            self.pipe = -1
        return self.process.wait(60)


def start_plant(folder: Path, *, seed: int = 7) -> RunningPlant:
    """Start `python -m titer.sim` and wait for its ready line."""
    ready_read, ready_write = os.pipe()
    parent_read, parent_write = os.pipe()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "titer.sim", "--dir", str(folder), "--seed", str(seed)),
            *("--ready-fd", str(ready_write), "--parent-fd", str(parent_read), "--patience", "0.2"),
        ],
        pass_fds=(ready_write, parent_read),
        start_new_session=True,
    )
    os.close(ready_write)
    os.close(parent_read)
    with os.fdopen(ready_read) as pipe:
        line = pipe.readline()
    assert line, "the plant said nothing"
    endpoints = json.loads(line)
    http = httpx.Client(base_url=endpoints["http"], timeout=10)
    return RunningPlant(process, parent_write, folder, endpoints, http)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlant]:
    """A plant that leaves with the module."""
    running = start_plant(tmp_path_factory.mktemp("plant"))
    try:
        yield running
    finally:
        running.http.close()
        assert running.leave() == 0


async def reactor(plant: RunningPlant) -> tuple[Client, Callable[[str], Node]]:
    client = Client(plant.endpoints["equipment"]["BR-201"]["url"], timeout=10)
    await client.connect()
    index = await client.get_namespace_index(REACTOR_NAMESPACE)
    return client, lambda name: client.get_node(ua.NodeId(f"BR-201.{name}", index))


def with_reactor(
    plant: RunningPlant, work: Callable[[Callable[[str], Node]], Coroutine[Any, Any, Any]]
) -> Any:
    async def main() -> Any:
        client, node = await reactor(plant)
        try:
            return await work(node)
        finally:
            await client.disconnect()

    return asyncio.run(main())


def write(plant: RunningPlant, name: str, value: float | str) -> None:
    with_reactor(plant, lambda node: node(name).write_value(value))


def read(plant: RunningPlant, name: str) -> ua.DataValue:
    return with_reactor(plant, lambda node: node(name).read_data_value())


def run_into_culture(plant: RunningPlant) -> None:
    """Fill and inoculate, once a module."""
    if read(plant, "State").Value.Value != "Empty":
        return
    write(plant, "MediaFill.CMD", 1150.0)
    plant.go(10)
    write(plant, "Inoculate.CMD", 200.0)
    plant.go(1)
    assert read(plant, "State").Value.Value == "Culture"


def test_values_bear_plant_time_units_and_ranges(plant: RunningPlant) -> None:
    at = plant.go(1)

    async def look(
        node: Callable[[str], Node],
    ) -> tuple[ua.DataValue, ua.EUInformation, ua.Range, dt.datetime]:
        temperature = node("Temperature.PV")
        unit = await (await temperature.get_child("0:EngineeringUnits")).read_value()
        limits = await (await temperature.get_child("0:EURange")).read_value()
        return await temperature.read_data_value(), unit, limits, dt.datetime.now(dt.UTC)

    value, unit, limits, now = with_reactor(plant, look)
    assert value.SourceTimestamp is not None and value.ServerTimestamp is not None
    assert 0 <= at - us(value.SourceTimestamp) <= 4 * 60_000_000 + 60_000_000
    assert abs((now - value.ServerTimestamp).total_seconds()) < 5
    assert unit.DisplayName.Text == "degC"
    assert (limits.Low, limits.High) == (0.0, 60.0)


def test_server_status_keeps_the_machine_s_time(plant: RunningPlant) -> None:
    async def main() -> dt.datetime:
        async with Client(plant.endpoints["equipment"]["BR-201"]["url"]) as client:
            value = await client.get_node(
                ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)
            ).read_value()
            return value if value.tzinfo else value.replace(tzinfo=dt.UTC)

    assert abs((dt.datetime.now(dt.UTC) - asyncio.run(main())).total_seconds()) < 5


def test_a_server_s_clock_is_stepped_and_plant_time_is_not(plant: RunningPlant) -> None:
    url = plant.endpoints["equipment"]["WB-01"]["url"]

    async def ahead() -> tuple[float, float]:
        async with Client(url) as client:
            now = await client.get_node(ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)).read_value()
            index = await client.get_namespace_index(BALANCE_NAMESPACE)
            plant.go(0.5)
            value = await client.get_node(ua.NodeId("WB-01.FeedF2.Net", index)).read_data_value()
        machine = dt.datetime.now(dt.UTC)
        assert value.ServerTimestamp is not None and value.SourceTimestamp is not None
        source = us(value.SourceTimestamp)
        assert source <= plant.http.get("/clock").json()["plant_us"], "plant time was stepped too"
        return (now - machine).total_seconds(), (value.ServerTimestamp - machine).total_seconds()

    def step(seconds: float, equipment: str = "WB-01") -> httpx.Response:
        body = {"name": "clock_step", "equipment": equipment, "seconds": seconds}
        return plant.http.post("/faults", json=body)

    assert step(300).json() == {"clock_step": {"WB-01": 300.0}}
    time.sleep(1.5)
    assert asyncio.run(ahead()) == pytest.approx((300, 300), abs=8)
    assert step(1, "HPLC-02").status_code == 404
    assert plant.http.post("/faults", json={"name": "clock_step"}).status_code == 422
    assert step(0).json() == {}
    time.sleep(1.5)
    assert asyncio.run(ahead()) == pytest.approx((0, 0), abs=8)


def test_set_points_are_written_read_back_and_refused_out_of_range(plant: RunningPlant) -> None:
    async def work(node: Callable[[str], Node]) -> float:
        await node("Agitation.SP").write_value(80.0)
        with pytest.raises(ua.UaStatusCodeError) as refused:
            await node("Agitation.SP").write_value(500.0)
        assert refused.value.code == ua.StatusCodes.BadOutOfRange
        with pytest.raises(ua.UaStatusCodeError):
            await node("Agitation.SP").write_value("fast")
        with pytest.raises(ua.UaStatusCodeError):
            await node("Temperature.PV").write_value(20.0)
        with pytest.raises(ua.UaStatusCodeError) as early:
            await node("Harvest.CMD").write_value(1.0)
        assert early.value.code == ua.StatusCodes.BadInvalidState
        return float(await node("Agitation.SP").read_value())

    assert with_reactor(plant, work) == 80.0


def test_a_written_set_point_is_never_overtaken_by_an_older_reading(plant: RunningPlant) -> None:
    async def main() -> list[int]:
        client, node = await reactor(plant)
        running = asyncio.create_task(asyncio.to_thread(plant.go, 30.0, 20_000.0))
        times = []
        try:
            while not running.done():
                for wanted in (60.0, 61.0):
                    await node("Agitation.SP").write_value(wanted)
                    held = await node("Agitation.SP").read_data_value()
                    assert held.Value.Value == wanted
                    times.append(us(held.SourceTimestamp))
            await running
        finally:
            await client.disconnect()
        return times

    times = asyncio.run(main())
    assert times == sorted(times)
    assert len(times) > 100


def test_a_jump_of_the_clock_emits_every_value_in_between_and_history_has_them_too(
    plant: RunningPlant,
) -> None:
    seen: dict[str, list[int]] = {}

    class Handler:
        def datachange_notification(self, node: Node, _value: object, data: Any) -> None:
            at = data.monitored_item.Value.SourceTimestamp
            seen.setdefault(str(node.nodeid.Identifier), []).append(us(at))

    async def main() -> None:
        client, node = await reactor(plant)
        try:
            subscription = await client.create_subscription(100, Handler())
            await subscription.subscribe_data_change(
                [node("pH.PV"), node("Temperature.PV")],
                queuesize=10_000,
            )
            start = await asyncio.to_thread(lambda: plant.http.get("/clock").json()["plant_us"])
            end = await asyncio.to_thread(plant.go, 12.0, 100_000.0)
            await asyncio.sleep(0.5)
            began = time.monotonic()
            total = 0
            for channel in REACTOR_CHANNELS:
                values = await node(channel.tag.removeprefix("BR-201.")).read_raw_history(
                    from_us(start), from_us(end)
                )
                total += len(values)
                if channel.tag == "BR-201.pH.PV":
                    history = [us(v.SourceTimestamp) for v in values]
            took = time.monotonic() - began
            live = {at for at in seen["BR-201.pH.PV"] if start <= at <= end}
            assert len(history) in (360, 361)
            assert history == sorted(set(history))
            unchanged = set(history) - live  # a default filter reports changes of value, not of time
            assert len(unchanged) < 60
            assert live <= set(history)
            assert total > 5_000
            assert took < 15
        finally:
            await client.disconnect()

    asyncio.run(main())


def test_history_is_paged_backwards_and_limited(plant: RunningPlant) -> None:
    plant.go(1)

    async def work(node: Callable[[str], Node]) -> tuple[list[ua.DataValue], list[ua.DataValue]]:
        ph = node("pH.PV")
        return (
            await ph.read_raw_history(None, from_us(2_000_000_000_000_000), 5),
            await ph.read_raw_history(from_us(1_700_000_000_000_000), None, 5),
        )

    newest, oldest = with_reactor(plant, work)
    times = [us(v.SourceTimestamp) for v in newest]
    assert times == sorted(times, reverse=True) and len(times) == 5
    times = [us(v.SourceTimestamp) for v in oldest]
    assert times == sorted(times) and len(times) == 5


def test_a_sample_goes_into_a_bottle_once_and_the_analyser_measures_it(plant: RunningPlant) -> None:
    from sila.client import Client as SilaClient
    from sila.client import ClientConfig

    run_into_culture(plant)
    write(plant, "Sample.Draw", "S-1")
    first = (plant.folder / "bottles" / "S-1.json").read_bytes()
    write(plant, "Sample.Draw", "S-1")
    assert (plant.folder / "bottles" / "S-1.json").read_bytes() == first
    assert [b["sample"] for b in plant.http.get("/bench/bottles").json()] == ["S-1"]
    assert "broth" not in plant.http.get("/bench/bottles").text
    where = plant.endpoints["equipment"]["MA-01"]

    async def main() -> None:
        async with SilaClient(ClientConfig(hostname=where["host"], port=where["port"], tls=False)) as client:
            feature = client.MetaboliteAnalysis
            panel = await feature.MeasureSample(SampleId="S-1")
            assert panel["SampleId"] == "S-1"
            assert panel["ViableCellDensity"] == pytest.approx(1.1, abs=0.4)
            assert panel["Osmolality"] == pytest.approx(290, abs=20)
            assert await feature.MeasurementCount.read() == panel["MeasurementNumber"]
            assert await feature.InstrumentState.read() == "Idle"
            with pytest.raises(feature.SampleNotFound, match="no bottle labelled"):
                await feature.MeasureSample(SampleId="S-404")

    asyncio.run(main())


def test_a_sequence_drops_one_signed_file_and_the_counter_goes_on(plant: RunningPlant) -> None:
    run_into_culture(plant)
    write(plant, "Sample.Draw", "S-2")
    sequence = {
        "sequence_id": "RUN-1",
        "operator": "Ana",
        "injections": [
            {"type": "blank"},
            {"type": "standard", "level": "A", "concentration": 0.5},
            {"type": "sample", "sample": "S-2", "dilution": 1.0},
        ],
    }
    before = plant.http.get("/bench/chromatograph").json()["injections"]
    accepted = plant.http.post("/bench/chromatograph/sequence", json=sequence)
    assert accepted.status_code == 202, accepted.text
    assert plant.http.post("/bench/chromatograph/sequence", json=sequence).status_code == 409
    wrong = sequence | {"sequence_id": "RUN-2", "injections": [{"type": "sample", "sample": "nobody"}]}
    assert plant.http.post("/bench/chromatograph/sequence", json=wrong).status_code == 404
    assert plant.http.post("/bench/chromatograph/sequence", json={"x": 1}).status_code == 422
    for _ in range(100):
        state = plant.http.get("/bench/chromatograph").json()
        if state["done"]:
            break
        time.sleep(0.1)
    data = (Path(state["folder"]) / state["done"][0]["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == state["done"][0]["sha256"]
    assert signature_holds(data)
    assert state["injections"] == before + 3


def test_the_balance_sees_what_the_pump_does_not(plant: RunningPlant) -> None:
    run_into_culture(plant)
    write(plant, "FeedF2.SP", 20.0)
    plant.http.post("/faults", json={"fraction": 0.08}).raise_for_status()
    plant.go(0.5)
    net = plant.http.get("/bench/balance").json()["net_kg"]
    pump = float(read(plant, "FeedF2Total.PV").Value.Value)
    plant.go(5)
    fed = net - plant.http.get("/bench/balance").json()["net_kg"]
    counted = float(read(plant, "FeedF2Total.PV").Value.Value) - pump
    assert fed / 1.062 / counted == pytest.approx(0.92, abs=0.03)
    assert read(plant, "Alarm.FeedF2Flow").Value.Value is False
    plant.http.post("/faults", json={"fraction": 0.3}).raise_for_status()
    plant.go(1)
    assert read(plant, "Alarm.FeedF2Flow").Value.Value is True
    plant.http.post("/faults", json={"fraction": 0.0}).raise_for_status()
    write(plant, "FeedF2.SP", 0.0)
    plant.go(0.5)
    assert read(plant, "Alarm.FeedF2Flow").Value.Value is False
    assert plant.http.post("/faults", json={"name": "earthquake", "fraction": 1}).status_code == 404


def test_a_cut_cable_refuses_and_history_has_what_was_missed(plant: RunningPlant) -> None:
    url = plant.endpoints["equipment"]["BR-201"]["url"]
    start = plant.http.get("/clock").json()["plant_us"]
    assert plant.http.post("/cable/BR-201/cut", json={"seconds": 60}).json()["cut"] is True

    async def refused() -> None:
        client = Client(url, timeout=2)
        with pytest.raises((OSError, ConnectionError, asyncio.TimeoutError, ua.UaError)):
            await client.connect()

    asyncio.run(refused())
    end = plant.go(2)
    assert plant.http.post("/cable/BR-201/restore").json()["cut"] is False
    values = with_reactor(plant, lambda node: node("DO.PV").read_raw_history(from_us(start), from_us(end)))
    assert len(values) >= 59
    assert plant.http.post("/cable/nowhere/cut", json={"seconds": 1}).status_code == 404


def test_a_killed_process_is_reported(plant: RunningPlant) -> None:
    pid = plant.http.get("/endpoints").json()["processes"]["MA-01"]["pid"]
    os.kill(pid, signal.SIGKILL)
    for _ in range(50):
        seen = plant.http.get("/endpoints").json()["processes"]["MA-01"]
        if seen["state"] == "killed":
            break
        time.sleep(0.1)
    assert seen["state"] == "killed"
    assert seen["exit_code"] == -9
    assert plant.http.get("/endpoints").json()["processes"]["BR-201"]["state"] == "running"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_everything_leaves_when_the_parent_s_pipe_closes_or_the_supervisor_is_killed(tmp_path: Path) -> None:
    running = start_plant(tmp_path / "a")
    pids = [one["pid"] for one in running.endpoints["processes"].values()]
    running.http.close()
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait(5)
    os.close(running.pipe)
    for _ in range(80):
        if not any(alive(pid) for pid in pids):
            break
        time.sleep(0.1)
    assert not any(alive(pid) for pid in pids)


def test_a_port_that_is_taken_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "titer.sim", "--dir", str(tmp_path), "--port-base", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "Choose another" in done.stderr
    assert "Traceback" not in done.stderr
