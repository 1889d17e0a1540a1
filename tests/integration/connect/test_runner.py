"""The host's half of the contract, shown with a connector that does what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from titer.base.clock import SystemClock
from titer.base.errors import Unavailable
from titer.connect.core.columns import Columns
from titer.connect.core.contract import (
    Batch,
    Capability,
    ClockSample,
    Command,
    ConnectionConfig,
    DeviceIdentity,
    Filled,
    Gap,
    Outcome,
    Receipt,
    Resume,
)
from titer.connect.core.gaps import settled
from titer.connect.core.hub import Hub
from titer.connect.core.journal import Journal
from titer.connect.core.runner import BACKFILL_ATTEMPTS, ConnectionRunner
from titer.testing.connectors import FakeHub


class Obedient:
    """A connector for tests: batches out of a queue, commands that hang on demand."""

    def __init__(self) -> None:
        self.capabilities = frozenset(
            {Capability.STREAM, Capability.HISTORY, Capability.COMMANDS, Capability.CLOCK}
        )
        self.batches: asyncio.Queue[Batch | Exception] = asyncio.Queue()
        self.invoked: list[str] = []
        self.observed: list[str] = []
        self.acked: list[Any] = []
        self.hang = asyncio.Event()
        self.hangs = False
        self.history_fails = 0
        self.fills = 0
        self.firmware = "1"
        self.offset = 0

    async def open(self, resume: Resume) -> None:
        self.resume = resume

    async def describe(self) -> DeviceIdentity:
        return DeviceIdentity(firmware=self.firmware, details={"differences": {"A": "A: differs."}})

    async def stream(self) -> AsyncIterator[Batch]:
        while True:
            batch = await self.batches.get()
            if isinstance(batch, Exception):
                raise batch
            yield batch

    async def ack(self, cursor: Any) -> None:
        self.acked.append(cursor)

    async def backfill(self, gap: Gap) -> AsyncIterator[Batch]:
        self.fills += 1
        if self.history_fails:
            self.history_fails -= 1
            raise Unavailable("no history just now")
        rows = Columns.of([0], [15], [1.5], [0])
        yield settled(gap, [Filled(tag, True) for tag in gap.windows], SystemClock(), rows)

    async def clock(self) -> ClockSample:
        self.offset += 3_600_000_000
        return ClockSample(self.offset, 10, 1)

    async def invoke(self, command: Command) -> Receipt:
        self.invoked.append(command.key)
        if self.hangs:
            await self.hang.wait()
        return Receipt(Outcome.DONE, readback=command.value)

    async def observe(self, command: Command) -> Receipt:
        self.observed.append(command.key)
        return Receipt(Outcome.DONE, readback="seen", message="It was interrupted.")

    async def close(self) -> None:
        return


def live(source: int, **more: Any) -> Batch:
    return Batch(Columns.of([0], [source], [1.0], [0]), **more)


def run(folder: Path, hub: FakeHub, work: Callable[[ConnectionRunner, Obedient], Awaitable[None]]) -> None:
    async def main() -> None:
        raw = {"name": "c", "type": "x", "channels": [{"tag": "A", "node": "n"}]}
        config = ConnectionConfig.of({**raw, "settings": {"clock_interval_s": 0.1}})
        client, connector = Hub(hub.url, hub.token, "local"), Obedient()
        journal = await Journal.open(folder / "journal.sqlite", "c", ["A"], SystemClock())
        runner = ConnectionRunner(config, connector, journal, client, SystemClock())
        task = asyncio.create_task(runner.run())
        try:
            async with asyncio.timeout(20):
                await work(runner, connector)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await runner.close()
            await client.close()

    hub.start()
    try:
        asyncio.run(main())
    finally:
        hub.stop()


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.02)


def kinds(hub: FakeHub) -> list[str]:
    return [e["kind"] for frame in hub.decoded("c") for e in frame.events]


def test_an_interrupted_command_is_observed_and_never_repeated(tmp_path: Path) -> None:
    hub, command = FakeHub(), Command("k", "c", "write", "A", "37")

    async def interrupted(runner: ConnectionRunner, connector: Obedient) -> None:
        connector.hangs = True
        runner.command(command)
        await until(lambda: connector.invoked == ["k"])

    async def afterwards(runner: ConnectionRunner, connector: Obedient) -> None:
        await until(lambda: "k" in hub.receipts)
        runner.command(command)
        await asyncio.sleep(0.2)
        assert (connector.invoked, connector.observed) == ([], ["k"])
        assert hub.receipts["k"]["readback"] == "seen"

    run(tmp_path, hub, interrupted)
    assert hub.receipts == {}
    run(tmp_path, hub, afterwards)


def test_the_same_key_twice_is_carried_out_once(tmp_path: Path) -> None:
    hub = FakeHub()

    async def work(runner: ConnectionRunner, connector: Obedient) -> None:
        for _ in range(3):
            runner.command(Command("k", "c", "write", "A", "37"))
        await until(lambda: "k" in hub.receipts)
        hub.receipts.clear()
        runner.command(Command("k", "c", "write", "A", "99"))
        await until(lambda: "k" in hub.receipts)
        assert connector.invoked == ["k"]
        assert hub.receipts["k"]["readback"] == "37"

    run(tmp_path, hub, work)


def test_a_gap_is_filled_when_history_answers_at_last(tmp_path: Path) -> None:
    hub = FakeHub()

    async def work(runner: ConnectionRunner, connector: Obedient) -> None:
        connector.history_fails = 2
        await connector.batches.put(live(10, cursor=1))
        gap = Gap("c-1", {"A": (10, 20)}, "cut")
        opened = gap.event("gap_opened", ["A"], 1, "cut")
        await connector.batches.put(live(20, gaps=(gap,), events=(opened,), cursor=2))
        await until(lambda: "gap_filled" in kinds(hub))
        assert connector.acked == [1, 2]
        rows = [(s, o) for f in hub.decoded("c") for s, o in zip(f.source_us, f.origin, strict=True)]
        assert rows == [(10, 0), (20, 0), (15, 2)]

    run(tmp_path, hub, work)


def test_a_gap_whose_filling_ends_the_process_each_time_is_given_up_with_the_reason(tmp_path: Path) -> None:
    hub = FakeHub()
    gap = Gap("c-1", {"A": (10, 20)}, "cut")

    async def killed() -> None:
        """What hosts leave that were killed while they read the history."""
        journal = await Journal.open(tmp_path / "journal.sqlite", "c", ["A"], SystemClock())
        opened = gap.event("gap_opened", ["A"], 1, "cut")
        await journal.append(live(20, gaps=(gap,), events=(opened,)))
        for attempt in range(1, BACKFILL_ATTEMPTS + 1):
            assert await journal.begin_fill("c-1") == (attempt, "")
        await journal.close()

    async def work(runner: ConnectionRunner, connector: Obedient) -> None:
        await connector.batches.put(live(30))
        await until(lambda: "gap_unrecoverable" in kinds(hub))
        told = next(e for f in hub.decoded("c") for e in f.events if e["kind"] == "gap_unrecoverable")
        assert "could not be read in 6 attempts" in told["reason"]
        assert "the process that read it was ended each time" in told["reason"]
        assert connector.fills == 0, "it is not tried a seventh time"

    asyncio.run(killed())
    run(tmp_path, hub, work)


def test_a_broken_stream_is_reported_and_taken_up_again(tmp_path: Path) -> None:
    hub = FakeHub()

    async def work(runner: ConnectionRunner, connector: Obedient) -> None:
        await connector.batches.put(live(10))
        await until(lambda: hub.statuses.get("c", {}).get("state") == "connected")
        await connector.batches.put(Unavailable("The cable is out."))
        await until(lambda: hub.statuses["c"]["state"] == "disconnected")
        assert hub.statuses["c"]["message"] == "The cable is out."
        await connector.batches.put(live(20))
        await until(lambda: hub.statuses["c"]["state"] == "connected")
        assert connector.resume.last["A"].source_us == 10
        await until(lambda: "clock_step" in kinds(hub))  # the device's clock jumps an hour at each sample

    run(tmp_path, hub, work)


def test_another_firmware_and_differences_are_told_once(tmp_path: Path) -> None:
    hub = FakeHub()

    def changes() -> list[str]:
        return [e["reason"] for f in hub.decoded("c") for e in f.events if e["kind"] == "config_changed"]

    async def first(runner: ConnectionRunner, connector: Obedient) -> None:
        await connector.batches.put(live(10))
        await until(lambda: changes() == ["A: differs."])

    async def second(runner: ConnectionRunner, connector: Obedient) -> None:
        connector.firmware = "2"
        await connector.batches.put(live(20))
        await until(lambda: len(changes()) == 2)
        assert changes()[1] == "The device differs: firmware was '1' and is '2'."

    run(tmp_path, hub, first)
    run(tmp_path, hub, second)
