"""The SiLA 2 connector at a server of each public library, over TLS: told step by step, cancelled, frozen, killed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.peers.sila2_peer import HERE, sila2_python

from titer.base.clock import SystemClock
from titer.base.errors import Unavailable
from titer.connect import STAMPED_ON_RECEIPT
from titer.connect.core.contract import Batch, Command, ConnectionConfig, Outcome, Resume
from titer.connect.sila2.connector import SilaConnector
from titer.gateway.sila2.certificate import make_own
from titer.testing.connectors import patience, quiet_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
UUID = "2f0d7c8e-51a4-4f0e-9a52-6d612d303101"


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """The server's own certificate, and one that it does not have."""
    for name in ("own", "other"):
        made = make_own(UUID, ["localhost", "127.0.0.1"], datetime.now(UTC))
        (tmp_path / f"{name}.pem").write_bytes(made.certificate)
        (tmp_path / f"{name}.key").write_bytes(made.key)
    return tmp_path


@pytest.fixture(params=["sila2", "unitelabs"])
def library(request: pytest.FixtureRequest) -> str:
    """Which public library serves."""
    return str(request.param)


@contextlib.contextmanager
def bench(library: str, certificates: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A library's server as a process that can be frozen and killed."""
    python = str(sila2_python()) if library == "sila2" else sys.executable
    command = [python, str(HERE / f"{library}_server.py"), str(port)]
    process = subprocess.Popen(
        [*command, str(certificates / "own.pem"), str(certificates / "own.key")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait(30)
        process.stdin.close()
        process.stdout.close()


def connector(certificates: Path, port: int, trusted: str = "own") -> SilaConnector:
    raw = {
        "name": "bench",
        "type": "sila2",
        "settings": {
            "host": "127.0.0.1",
            "port": port,
            "root_certificate": str(certificates / f"{trusted}.pem"),
            "poll_s": 0.2,
            "heartbeat_s": 0.3,
            "timeout_s": 3 * patience(),
            "command_patience_s": 60,
        },
        "channels": [
            {"tag": "Bench.State", "node": "Bench/State"},
            {"tag": "Bench.Temperature", "node": "Bench/Temperature"},
        ],
    }
    return SilaConnector(ConnectionConfig.of(raw), SystemClock(), Path())


async def _collect(adapter: SilaConnector, into: list[Batch]) -> None:
    async for batch in adapter.stream():
        into.append(batch)
        await adapter.ack(batch.cursor)


@asynccontextmanager
async def streaming(adapter: SilaConnector) -> AsyncIterator[tuple[asyncio.Task[None], list[Batch]]]:
    """A connector whose stream runs."""
    batches: list[Batch] = []
    await adapter.open(Resume({}, {}, 1))
    task = asyncio.create_task(_collect(adapter, batches))
    try:
        yield task, batches
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await adapter.close()


def order(name: str, **parameters: Any) -> Command:
    return Command("k", "bench", "call", f"Bench/{name}", parameters=parameters)


async def values(batches: list[Batch], least: int) -> list[tuple[int, Any]]:
    """Wait for so many values of the temperature."""
    async with asyncio.timeout(60 * patience()):
        while True:
            found = [
                (
                    int(batch.columns.channel[row]),
                    batch.columns.text.get(row, float(batch.columns.value[row])),
                )
                for batch in batches
                for row in range(len(batch.columns))
            ]
            if sum(1 for index, _ in found if index == 1) >= least and any(index == 0 for index, _ in found):
                return found
            await asyncio.sleep(0.05)


def test_properties_commands_and_binaries_over_tls(library: str, certificates: Path) -> None:
    async def check(port: int) -> None:
        adapter = connector(certificates, port)
        async with streaming(adapter) as (_, batches):
            found = await values(batches, 5)
            assert (0, "Idle") in found
            degrees = [value for index, value in found if index == 1]
            assert degrees == [degrees[0] + 0.5 * step for step in range(len(degrees))]
            assert all(
                (one.columns.status == STAMPED_ON_RECEIPT).all() for one in batches if len(one.columns)
            )
            measured = await adapter.invoke(order("Measure", SampleId="S-1"))
            assert (measured.outcome, measured.responses) == (Outcome.DONE, {"Glucose": "4.35"})
            washed = await adapter.invoke(order("Wash", Cycles="3"))
            assert (washed.outcome, washed.responses) == (Outcome.DONE, {"Done": 3})
            for size in (100, 5 << 20):
                sent = bytes(range(256)) * (size // 256 + 1)
                echoed = await adapter.invoke(order("Echo", Data=sent.hex()))
                assert echoed.outcome is Outcome.DONE, echoed.message
                assert echoed.responses == {"Data": sent.hex()}
            identity = await adapter.describe()
            assert (identity.model, identity.firmware) == ("Bench", "1.2")
            assert identity.endpoint.endswith("(TLS)")

    port = quiet_port()
    with bench(library, certificates, port):
        asyncio.run(check(port))


async def until_told(batches: list[Batch], command: str) -> None:
    """Wait for the first intermediate response of a command."""
    async with asyncio.timeout(60 * patience()):
        while not any(
            one["responses"] for batch in batches for one in batch.events if one.get("command") == command
        ):
            await asyncio.sleep(0.05)


async def told(batches: list[Batch], command: str, responses: int) -> list[dict[str, Any]]:
    """What a command told, once all its responses and its end have come."""
    async with asyncio.timeout(60 * patience()):
        while True:
            found = [
                one
                for batch in batches
                for one in batch.events
                if one["kind"] == "command_progress" and one["command"] == command
            ]
            over = any(info["status"].startswith("finished") for one in found for info in one["info"])
            if over and sum(len(one["responses"]) for one in found) >= responses:
                return found
            await asyncio.sleep(0.05)


def test_what_a_command_tells_while_it_runs_is_recorded_and_none_of_it_twice(
    library: str, certificates: Path
) -> None:
    async def check(port: int) -> None:
        adapter = connector(certificates, port)
        async with streaming(adapter) as (_, batches):
            await values(batches, 1)
            done = await adapter.invoke(order("Wash", Cycles="20"))
            assert done.responses == {"Done": 20}
            found = await told(batches, "k", 1)
            # What a server tells before anybody can have subscribed it may not keep.
            cycles = [one["values"]["Cycle"] for event in found for one in event["responses"]]
            assert cycles == list(range(cycles[0], 21))
            assert done.message == f"{len(cycles)} intermediate responses came while it ran."
            info = [one for event in found for one in event["info"]]
            assert info[-1]["status"] == "finished_successfully"
            # A server may skip progress that nobody has fetched yet, and no change of the status.
            halfway = [one for one in info if one["progress"] and 0 < float(one["progress"]) < 1]
            assert any(one["remaining_us"] for one in halfway)
            assert len({event["execution"] for event in found}) == 1
            # Of a burst right before the end nothing is lost, although the news of the end may be faster.
            rinse = Command("r", "bench", "call", "Bench/Rinse", parameters={"Cycles": 300})
            rinsing = asyncio.create_task(adapter.invoke(rinse))
            await until_told(batches, "r")
            assert (await adapter.invoke(order("Go"))).outcome is Outcome.DONE
            assert (await rinsing).responses == {"Done": 300}
            found = await told(batches, "r", 301)
            cycles = [one["values"]["Cycle"] for event in found for one in event["responses"]]
            assert [cycle for cycle in cycles if cycle] == list(range(1, 301))
            assert not any(event["lost"] or event["interrupted"] for event in found)

    port = quiet_port()
    with bench(library, certificates, port):
        asyncio.run(check(port))


def test_a_command_that_runs_is_cancelled_where_the_server_can(library: str, certificates: Path) -> None:
    async def check(port: int) -> None:
        adapter = connector(certificates, port)
        async with streaming(adapter) as (_, batches):
            await values(batches, 1)
            washing = asyncio.create_task(adapter.invoke(order("Wash", Cycles="2000")))
            await until_told(batches, "k")
            asked = await adapter.invoke(Command("c", "bench", "cancel", "k"))
            assert asked.outcome is Outcome.DONE, asked.message
            receipt = await washing
            assert receipt.outcome is Outcome.FAILED
            assert receipt.message.startswith("It was cancelled, as asked: ")
            again = await adapter.invoke(Command("c2", "bench", "cancel", "k"))
            assert (again.outcome, "does not run" in again.message) == (Outcome.FAILED, True)

    port = quiet_port()
    with bench(library, certificates, port):
        asyncio.run(check(port))


def test_a_server_whose_certificate_is_not_the_trusted_one_is_not_heard(
    library: str, certificates: Path
) -> None:
    async def check(port: int) -> None:
        async with streaming(connector(certificates, port, trusted="other")) as (task, batches):
            with pytest.raises(Unavailable):
                async with asyncio.timeout(60 * patience()):
                    await task
            assert batches == []

    port = quiet_port()
    with bench(library, certificates, port):
        asyncio.run(check(port))


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_server_that_falls_silent_ends_the_stream(
    library: str, certificates: Path, number: signal.Signals
) -> None:
    async def check(port: int, process: subprocess.Popen[str]) -> None:
        async with streaming(connector(certificates, port)) as (task, batches):
            await values(batches, 2)
            process.send_signal(number)
            with pytest.raises(Unavailable):
                async with asyncio.timeout(120 * patience()):
                    await task

    port = quiet_port()
    with bench(library, certificates, port) as process:
        asyncio.run(check(port, process))
