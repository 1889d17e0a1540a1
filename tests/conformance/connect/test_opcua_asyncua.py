"""The OPC UA connector against an asyncua server: nothing is lost in silence, whatever breaks.

Pass = every value that the server made is stored exactly once or lies inside an explicit gap.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from bench import CONNECTION, Bench, until

Disturbance = Callable[[Bench], Awaitable[None]]

# Each wait of the bench has an end of its own, which grows with the load of the machine.
pytestmark = pytest.mark.timeout(900)


def run(
    folder: Path, disturb: Disturbance, after: Callable[[Bench], None] | None = None, **how: object
) -> None:
    async def campaign() -> None:
        async with Bench(folder, **how) as bench:  # type: ignore[arg-type]
            await asyncio.sleep(0.5)
            await disturb(bench)
            result = await bench.settle()
            assert result.passed, str(result)
            assert result.made > 20
            if after is not None:
                after(bench)
            assert bench.stop_host() == 0
            assert "Traceback" not in (folder / "host.log").read_text()

    asyncio.run(campaign())


def everything_is_stored(bench: Bench) -> None:
    # SP, Text, Whole and Flag have no history at this server; what was made is C0 to C3.
    assert not [tag for e in bench.events("gap_unrecoverable") for tag in e["channels"] if tag[0] == "C"]


def test_a_cut_a_freeze_and_an_absent_hub_lose_nothing(tmp_path: Path) -> None:
    async def disturb(bench: Bench) -> None:
        bench.cable.cut()
        await asyncio.sleep(3)
        bench.cable.restore()
        await until(lambda: bool(bench.events("reconnected")), 20, "the reconnection")
        assert bench.plant is not None
        bench.plant.send_signal(signal.SIGSTOP)
        await asyncio.sleep(3)
        bench.plant.send_signal(signal.SIGCONT)
        bench.hub.stop()
        await asyncio.sleep(2)
        bench.hub.forget_answers = 3
        bench.hub.start()
        await until(lambda: bench.hub.forget_answers == 0, 20, "three lost answers")

    def nothing_was_missing(bench: Bench) -> None:
        everything_is_stored(bench)
        assert "was kept" in bench.events("reconnected")[0]["reason"]
        assert not bench.events("gap_opened")

    run(tmp_path, disturb, nothing_was_missing)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [6, 30])
def test_a_long_freeze_is_survived(tmp_path: Path, seconds: float) -> None:
    async def freeze(bench: Bench) -> None:
        assert bench.plant is not None
        bench.plant.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        bench.plant.send_signal(signal.SIGCONT)
        await asyncio.sleep(1)

    run(tmp_path, freeze, everything_is_stored)


def test_a_killed_server_and_a_killed_host_are_filled_from_a_lasting_history(tmp_path: Path) -> None:
    async def kill(bench: Bench) -> None:
        bench.cable.cut()
        await asyncio.sleep(1.5)
        bench.kill_plant()
        bench.start_plant()
        await asyncio.sleep(2)
        bench.cable.restore()
        await until(lambda: bool(bench.events("gap_filled")), 40, "the filled gap of the server")
        for _ in range(2):
            before = len(bench.events("gap_filled"))
            bench.kill_host()
            await asyncio.sleep(0.7)
            bench.start_host()
            await until(
                lambda before=before: len(bench.events("gap_filled")) > before,  # type: ignore[misc]
                40,
                "the filled gap of the host",
            )

    def filled(bench: Bench) -> None:
        everything_is_stored(bench)
        assert len(bench.events("gap_filled")) >= 3
        assert {frame.epoch for frame in bench.hub.decoded(CONNECTION)} == {1, 2}

    run(tmp_path, kill, filled, history="file", hertz=20.0)


def test_a_killed_server_without_history_leaves_an_explicit_gap(tmp_path: Path) -> None:
    async def kill(bench: Bench) -> None:
        bench.cable.cut()
        await asyncio.sleep(1)
        bench.kill_plant()
        bench.start_plant()
        await asyncio.sleep(1)
        bench.cable.restore()

    def told(bench: Bench) -> None:
        gone = bench.events("gap_unrecoverable")
        assert {tag for e in gone for tag in e["channels"]} >= {"C0", "C1", "C2", "C3"}
        assert all("history" in e["reason"] for e in gone)

    run(tmp_path, kill, told, history="none")


@pytest.mark.slow
def test_an_overflow_of_the_server_is_found_though_the_server_says_nothing(tmp_path: Path) -> None:
    async def cut(bench: Bench) -> None:
        bench.cable.cut()
        await asyncio.sleep(3)
        bench.cable.restore()
        await asyncio.sleep(1)

    def filled(bench: Bench) -> None:
        assert bench.events("overflow")
        assert bench.events("gap_filled")
        everything_is_stored(bench)

    run(tmp_path, cut, filled, settings={"queue_size": 20}, hertz=20.0)
