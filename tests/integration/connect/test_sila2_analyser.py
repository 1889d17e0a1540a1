"""The SiLA 2 connector against the simulated plant's analyser, a process of its own that can be killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from titer.base.clock import SystemClock
from titer.base.errors import Unavailable
from titer.connect.core.contract import Batch, Command, ConnectionConfig, Outcome, Resume
from titer.connect.sila2.connector import SilaConnector
from titer.sim.instruments import PANEL
from titer.sim.plant_clock import PlantClock, first_record

pytestmark = pytest.mark.timeout(120)
ORIGIN_US = 1_772_438_400_000_000


@contextlib.contextmanager
def analyser(folder: Path, patience_s: float, port: int = 0) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """MA-01 with one bottle in the rack; a measurement takes `patience_s`, for plant time hardly runs."""
    (folder / "bottles").mkdir(exist_ok=True)
    broth = {analyte.key: 5.0 for analyte in PANEL}
    bottle = {"sample": "S-1", "unit": "BR-201", "drawn_us": ORIGIN_US, "volume_ml": 10.0, "broth": broth}
    (folder / "bottles" / "S-1.json").write_text(json.dumps(bottle), encoding="utf-8")
    read_fd, write_fd = os.pipe()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "titer.sim.analyser_server", "--dir", str(folder), "--port", str(port)),
            *("--patience", str(patience_s), "--ready-fd", str(write_fd)),
        ],
        pass_fds=(write_fd,),
    )
    os.close(write_fd)
    try:
        with os.fdopen(read_fd, encoding="utf-8") as pipe:
            yield process, int(json.loads(pipe.readline())["port"])
    finally:
        process.kill()
        process.wait(10)


def connector(port: int) -> SilaConnector:
    """As the demo configures it: no channels, and an unencrypted endpoint allowed by name."""
    settings = {"host": "127.0.0.1", "port": port, "allow_unencrypted": True, "heartbeat_s": 0.3}
    raw = {"name": "MA-01", "type": "sila2", "settings": settings, "channels": []}
    return SilaConnector(ConnectionConfig.of(raw), SystemClock(), Path())


def measure(sample: str) -> Command:
    return Command(
        sample, "MA-01", "call", "MetaboliteAnalysis/MeasureSample", parameters={"SampleId": sample}
    )


async def follow(adapter: SilaConnector, into: list[Batch]) -> None:
    await adapter.open(Resume({}, {}, 1))
    async for batch in adapter.stream():
        into.append(batch)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Path]:
    record = first_record(ORIGIN_US, rate=1.0, idle_rate=1.0, monotonic_ns=time.monotonic_ns())
    clock = PlantClock(tmp_path / "plant-clock", first=record)
    yield tmp_path
    clock.close()


def test_it_measures_and_refuses_in_its_own_words(plant: Path) -> None:
    async def check(port: int) -> None:
        adapter = connector(port)
        streaming = asyncio.create_task(follow(adapter, []))
        done = await adapter.invoke(measure("S-1"))
        assert done.outcome is Outcome.DONE, done.message
        assert done.responses is not None
        assert (done.responses["SampleId"], done.responses["MeasurementNumber"]) == ("S-1", 1)
        assert all(isinstance(done.responses[analyte.response], str) for analyte in PANEL)
        missing = await adapter.invoke(measure("S-2"))
        assert missing.outcome is Outcome.FAILED
        assert "SampleNotFound" in missing.message
        assert "no bottle labelled" in missing.message
        identity = await adapter.describe()
        assert (identity.serial, identity.firmware) == ("MA-01-2024-0417", "3.2.1")
        streaming.cancel()
        await asyncio.gather(streaming, return_exceptions=True)
        await adapter.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with analyser(plant, 0.2) as (_, port):
        asyncio.run(check(port))


def test_killed_in_a_measurement_nobody_knows_the_outcome_and_the_next_one_works(plant: Path) -> None:
    async def die(adapter: SilaConnector, process: subprocess.Popen[bytes]) -> None:
        streaming = asyncio.create_task(follow(adapter, []))
        calling = asyncio.create_task(adapter.invoke(measure("S-1")))
        while not (plant / "analyser.json").exists():
            await asyncio.sleep(0.05)
        process.kill()
        async with asyncio.timeout(30):
            receipt = await calling
        assert receipt.outcome is Outcome.UNKNOWN, receipt.message
        with pytest.raises(Unavailable):
            async with asyncio.timeout(30):
                await streaming
        process.wait(10)

    async def again(adapter: SilaConnector) -> None:
        streaming = asyncio.create_task(follow(adapter, batches := []))
        done = await adapter.invoke(measure("S-1"))
        assert done.outcome is Outcome.DONE, done.message
        assert [one["kind"] for one in batches[0].events] == ["reconnected"]
        streaming.cancel()
        await asyncio.gather(streaming, return_exceptions=True)
        await adapter.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with asyncio.Runner() as runner, analyser(plant, 60.0) as (process, port):
        adapter = connector(port)
        runner.run(die(adapter, process))
        with analyser(plant, 0.2, port):
            runner.run(again(adapter))
