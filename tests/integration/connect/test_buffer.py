"""What a host keeps while the hub is away: how much fits, and what happens when no more does.

Every value of the source is stored once, or lies inside a gap that is exactly as long as what was lost.
"""

from __future__ import annotations

import asyncio
import os
from collections import namedtuple
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from titer.base.clock import Clock, ManualClock, SystemClock, from_iso
from titer.base.clock import us as us_of
from titer.connect.core.columns import Columns
from titer.connect.core.contract import Batch, Command, ConnectionConfig, DeviceIdentity, Receipt
from titer.connect.core.frame import Frame
from titer.connect.core.hub import Hub
from titer.connect.core.journal import Journal, JournalFull
from titer.connect.core.live import Contact, Delivery, LiveConnector, Reading, takes_no_commands
from titer.connect.core.runner import ConnectionRunner
from titer.connect.core.waiting import read_frames, waiting_in
from titer.testing.connectors import FakeHub

SECOND = 1_000_000
DAY_S = 86_400


@dataclass
class Counter:
    """An instrument that counts by itself, whether anybody listens or not, and keeps nothing."""

    said: int = 0
    listening: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self) -> Contact:
        self.said += 1
        return Contact(DeviceIdentity(serial="1"))

    async def deliveries(self) -> AsyncIterator[Delivery]:
        while True:
            self.said += 1
            yield Delivery([Reading(0, float(self.said), 0, source_us=self.said * SECOND)])
            await asyncio.sleep(0.005)

    async def invoke(self, command: Command) -> Receipt:
        return takes_no_commands("counter")

    async def disconnect(self) -> None:
        self.said += 1


def stored(hub: FakeHub) -> list[int]:
    """The values that the hub has, in their order."""
    return [int(value) for frame in hub.decoded("c") for value in frame.value]


def lost(hub: FakeHub) -> set[int]:
    """The values that lie strictly inside gaps that nobody will fill."""
    found: set[int] = set()
    for frame in hub.decoded("c"):
        for told in frame.events:
            if told["kind"] == "gap_unrecoverable":
                low, high = told["windows"]["A"]
                found |= set(range(low // SECOND + 1, high // SECOND))
    return found


def told(hub: FakeHub, kind: str) -> list[dict[str, Any]]:
    return [event for frame in hub.decoded("c") for event in frame.events if event["kind"] == kind]


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


Work = Callable[[ConnectionRunner, Journal, Counter, FakeHub], Awaitable[None]]


def run(folder: Path, work: Work, clock: Clock | None = None, **limits: Any) -> FakeHub:
    hub, counter = FakeHub(), Counter()

    async def main() -> None:
        config = ConnectionConfig.of({"name": "c", "type": "x", "channels": [{"tag": "A", "node": "n"}]})
        client = Hub(hub.url, hub.token, "local")
        used = clock or SystemClock()
        journal = await Journal.open(folder / "journal.sqlite", "c", ["A"], used, **limits)
        runner = ConnectionRunner(config, LiveConnector(config, used, counter), journal, client, used)
        task = asyncio.create_task(runner.run())
        try:
            await work(runner, journal, counter, hub)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await runner.close()
            await client.close()

    try:
        asyncio.run(main())
    finally:
        hub.stop()
    return hub


def is_full(runner: ConnectionRunner) -> bool:
    return runner._state == "journal_full"


async def _accounted(runner: ConnectionRunner, counter: Counter, hub: FakeHub) -> None:
    """The hub comes back: it has every value once, or knows exactly which are lost."""
    before = counter.said
    if hub._server is None:
        hub.start()
    await until(lambda: bool(stored(hub)) and stored(hub)[-1] > before + 5)
    values = stored(hub)
    assert len(values) == len(set(values)), "nothing twice"
    missing = set(range(values[0], values[-1] + 1)) - set(values)
    assert missing, "the instrument went on counting while the journal was full"
    assert missing <= lost(hub), "what is missing lies inside a gap"
    assert not lost(hub) & set(values), "a gap holds nothing that is there"


def test_a_full_journal_is_an_alarm_and_a_gap_as_long_as_what_was_lost(tmp_path: Path) -> None:
    async def work(runner: ConnectionRunner, journal: Journal, counter: Counter, hub: FakeHub) -> None:
        await until(lambda: is_full(runner))
        kept = waiting_in(tmp_path / "journal.sqlite")
        assert kept.rows > 3
        counter.said += 100
        assert waiting_in(tmp_path / "journal.sqlite") == kept, "nothing was dropped to make room"
        assert "journal_limit_mb" in runner._message
        await _accounted(runner, counter, hub)
        assert not is_full(runner)

    hub = run(tmp_path, work, limit=4000)
    (alarm,) = told(hub, "overflow")
    assert "Nothing was taken from c for" in alarm["reason"]
    assert alarm["to_us"] > alarm["from_us"] > 0
    assert all("full of what the hub has not taken" in gap["reason"] for gap in told(hub, "gap_opened"))


def test_a_full_disk_is_an_alarm_and_a_gap_and_it_goes_on_when_there_is_space(tmp_path: Path) -> None:
    async def work(runner: ConnectionRunner, journal: Journal, counter: Counter, hub: FakeHub) -> None:
        await until(lambda: counter.said > 10)
        pages = await journal._run(lambda: journal._rows("PRAGMA page_count")[0][0])
        await journal._run(lambda: journal._rows(f"PRAGMA max_page_count = {pages + 2}"))
        await until(lambda: is_full(runner))
        assert "disk is full" in runner._message
        assert not journal.stopped, "a full disk passes; a failing one does not"
        counter.said += 100
        await journal._run(lambda: journal._rows("PRAGMA max_page_count = 1073741823"))
        await until(lambda: not is_full(runner))
        await _accounted(runner, counter, hub)

    hub = run(tmp_path, work)
    assert len(told(hub, "overflow")) == 1


def test_some_of_the_disk_is_left_for_handing_over_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = namedtuple("disk", "f_bavail f_frsize")
    free = {"bytes": 1 << 30}
    monkeypatch.setattr(os, "statvfs", lambda _path: disk(free["bytes"] // 4096, 4096))

    async def work(runner: ConnectionRunner, journal: Journal, counter: Counter, hub: FakeHub) -> None:
        await until(lambda: counter.said > 10)
        free["bytes"] = (64 << 20) - 4096
        await until(lambda: is_full(runner))
        assert "left free" in runner._message
        hub.start()
        async with asyncio.timeout(60):
            while (await journal.backlog()).rows:
                await asyncio.sleep(0.02)
        assert is_full(runner), "it drains, and takes nothing yet"
        free["bytes"] = 1 << 30
        await _accounted(runner, counter, hub)

    run(tmp_path, work, reserve=64 << 20)


def test_what_waits_may_be_limited_by_age(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))

    async def work() -> None:
        journal = await Journal.open(tmp_path / "j", "c", ["A"], clock, age_s=21 * DAY_S)
        for day in range(22):
            await journal.append(Batch(Columns.of([0], [day], [1.0], [0], received_us=us_of(clock.now()))))
            clock.advance(timedelta(days=1))
        with pytest.raises(JournalFull, match="since 2026-03-02"):
            await journal.append(Batch(Columns.of([0], [99], [1.0], [0])))
        assert len(await journal.unshipped()) == 22, "nothing was dropped"
        await journal.acknowledged(1, 22)
        await journal.append(Batch(Columns.of([0], [99], [1.0], [0])))
        await journal.close()

    asyncio.run(work())


def weeks_in(limit: int, bytes_a_value: float, values_a_second: float) -> float:
    return limit / (bytes_a_value * values_a_second * 7 * DAY_S)


def measured(folder: Path, channels: int, rounds: int = 300) -> float:
    """Bytes a value in the journal of an instrument that is read once a second, a frame each time."""
    tags = [f"BR-201.Channel{number:03}.PV" for number in range(channels)]
    noise, start = np.random.default_rng(1), us_of(datetime(2026, 3, 2, tzinfo=UTC))

    def second(tick: int) -> Batch:
        now = start + tick * SECOND
        values = 37 + noise.normal(0, 0.05, channels).round(3)
        return Batch(
            Columns.of(range(channels), [now - 900] * channels, values, [0] * channels, received_us=now)
        )

    async def fill() -> float:
        journal = await Journal.open(folder / "j", "c", tags, SystemClock())
        await asyncio.gather(*(journal.append(second(tick)) for tick in range(rounds)))
        waits = await journal.backlog()
        assert waits.rows == rounds * channels
        handed_over = await journal.unshipped(1 << 30)
        assert [Frame.decode(frame).rows for frame in handed_over] == [channels] * rounds
        await journal.close()
        return waits.size / waits.rows

    size = asyncio.run(fill())
    assert len(read_frames(folder / "j")) == rounds
    return size


@pytest.mark.parametrize(
    ("channels", "packed", "weeks"), [(10, 30, 11), (100, 12, 2.9)], ids=["ten a second", "a hundred"]
)
def test_the_default_holds_weeks_of_an_instrument_that_is_read_every_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channels: int, packed: float, weeks: float
) -> None:
    """Sizes are measured, nothing is waited for. 2 GiB hold a hundred values a second for nearly three weeks."""
    (tmp_path / "packed").mkdir()
    assert measured(tmp_path, channels) <= 80
    monkeypatch.setattr("titer.connect.core.journal._PACKED_FROM", 0)
    size = measured(tmp_path / "packed", channels)
    assert size <= packed
    assert weeks_in(2 << 30, size, channels) >= weeks


def test_the_status_says_since_when_the_oldest_waits_and_what_is_free(tmp_path: Path) -> None:
    async def work(runner: ConnectionRunner, journal: Journal, counter: Counter, hub: FakeHub) -> None:
        await until(lambda: counter.said > 10)
        oldest = waiting_in(tmp_path / "journal.sqlite").oldest_us
        assert 0 < oldest <= (await journal.backlog()).oldest_us
        hub.start()
        await until(lambda: bool(hub.statuses.get("c")))
        said = hub.statuses["c"]
        assert said["disk_free"] > 0
        assert said["oldest_at"] is None or from_iso(said["oldest_at"]) <= SystemClock().now()

    run(tmp_path, work)
