"""The journal: durable before it returns, forgotten only when the hub has it, never numbered twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from titer.base.clock import ManualClock
from titer.base.errors import IntegrityFault, Unavailable
from titer.connect import Frame, Origin
from titer.connect.core.columns import Columns
from titer.connect.core.contract import Batch, Command, Document, Filled, Gap, Outcome, Receipt, event
from titer.connect.core.journal import Journal, JournalFull
from titer.connect.core.waiting import read_frames

TAGS = ("A", "B")
CLOCK = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))


def values(*rows: tuple[int, int, float], origin: Origin = Origin.LIVE, **more: Any) -> Batch:
    columns = Columns.of(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [0] * len(rows),
        received_us=99,
        origin=origin,
    )
    return Batch(columns, **more)


def run(folder: Path, work: Callable[[Journal], Awaitable[None]], **how: Any) -> None:
    async def main() -> None:
        journal = await Journal.open(folder / "journal.sqlite", "c", TAGS, CLOCK, **how)
        try:
            await work(journal)
        finally:
            await journal.close()

    asyncio.run(main())


def test_sequences_go_on_after_a_restart_and_frames_wait_for_the_hub(tmp_path: Path) -> None:
    async def first(journal: Journal) -> None:
        await asyncio.gather(*(journal.append(values((0, n, 1.0), (1, n, 2.0))) for n in range(1, 6)))
        assert len(read_frames(journal.path)) == 5

    async def second(journal: Journal) -> None:
        await journal.append(values((0, 7, 1.5)))
        frames = [Frame.decode(data) for data in await journal.unshipped()]
        assert [(f.first, f.last) for f in frames] == [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 11)]
        await journal.acknowledged(1, 4)
        assert (await journal.backlog()).rows == 7
        with pytest.raises(IntegrityFault):
            await journal.acknowledged(1, 99)
        known = (await journal.resume()).last
        assert (known["A"].source_us, known["A"].value, known["B"].source_us) == (7, 1.5, 5)

    run(tmp_path, first)
    run(tmp_path, second)


def test_a_lost_journal_begins_above_the_hubs_epoch(tmp_path: Path) -> None:
    async def check(journal: Journal) -> None:
        await journal.append(values((0, 1, 1.0)))
        assert Frame.decode((await journal.unshipped())[0]).epoch == 8

    run(tmp_path, check, hub_epoch=7)


def test_a_new_life_of_the_source_is_a_new_epoch_shipped_on_its_own(tmp_path: Path) -> None:
    async def check(journal: Journal) -> None:
        await journal.append(values((0, 1, 1.0)))
        await journal.append(values((0, 2, 1.0), new_life=True))
        assert [Frame.decode(d).epoch for d in await journal.unshipped()] == [1]
        await journal.acknowledged(1, 1)
        frame = Frame.decode((await journal.unshipped())[0])
        assert (frame.epoch, frame.first) == (2, 1)

    run(tmp_path, check)


def test_a_gap_stays_open_until_its_channels_are_settled(tmp_path: Path) -> None:
    gap = Gap("c-1", {"A": (1, 9), "B": (2, 8)}, "cut")

    async def check(journal: Journal) -> None:
        await journal.append(values((0, 9, 1.0), gaps=(gap,)))
        assert await journal.open_gaps() == [gap]
        filled = values((0, 5, 3.0), origin=Origin.BACKFILLED, filled=(Filled("A", True),), gap_id="c-1")
        await journal.append(filled)
        assert (await journal.open_gaps())[0].windows == {"B": (2, 8)}
        resume = await journal.resume()
        assert resume.last["A"].source_us == 9, "a backfilled value never moves the newest one back"
        assert resume.next_gap == 2

    run(tmp_path, check)


def test_how_far_a_gap_is_filled_and_how_often_it_was_tried_outlives_the_process(tmp_path: Path) -> None:
    gap = Gap("c-1", {"A": (10, 900), "B": (10, 900)}, "lost")

    async def first(journal: Journal) -> None:
        await journal.append(values((0, 900, 1.0), gaps=(gap,)))
        assert await journal.begin_fill("c-1") == (1, "")
        assert await journal.begin_fill("c-1") == (2, "")
        await journal.fill_failed("c-1", "it broke off", counts=True)

    async def second(journal: Journal) -> None:
        assert await journal.begin_fill("c-1") == (3, "it broke off")
        await journal.fill_failed("c-1", "the journal is full", counts=False)
        assert (await journal.begin_fill("c-1"))[0] == 3
        await journal.append(
            values((0, 500, 1.0), origin=Origin.BACKFILLED, gap_id="c-1", reached={"A": 500})
        )

    async def third(journal: Journal) -> None:
        assert (await journal.open_gaps())[0].reached == {"A": 500}
        assert await journal.begin_fill("c-1") == (2, ""), "who came further has his attempts again"
        await journal.append(Batch(Columns.empty(), filled=(Filled("A", True),), gap_id="c-1"))
        assert (await journal.open_gaps())[0].reached == {}
        await journal.append(Batch(Columns.empty(), filled=(Filled("B", False, "x"),), gap_id="c-1"))
        assert await journal.open_gaps() == []
        assert await journal.begin_fill("c-1") == (1, "")

    for work in (first, second, third):
        run(tmp_path, work)


def test_a_journal_of_the_version_before_is_read(tmp_path: Path) -> None:
    async def old(journal: Journal) -> None:
        await journal.append(values((0, 900, 1.0), gaps=(Gap("c-1", {"A": (10, 900)}, "lost"),)))

    run(tmp_path, old)
    with sqlite3.connect(tmp_path / "journal.sqlite") as sql:
        sql.executescript(
            "DROP TABLE attempt; DROP TABLE reached; UPDATE meta SET value = '2' WHERE name = 'schema'"
        )
    sql.close()

    async def now(journal: Journal) -> None:
        assert [one.id for one in await journal.open_gaps()] == ["c-1"]
        assert await journal.begin_fill("c-1") == (1, "")

    run(tmp_path, now)


def test_a_full_journal_refuses_and_drains(tmp_path: Path) -> None:
    async def check(journal: Journal) -> None:
        stored = 0
        with pytest.raises(JournalFull):
            for n in range(1, 1000):
                await journal.append(values((0, n, 1.0)))
                stored = n
        assert stored > 1
        await journal.acknowledged(1, stored)
        await journal.append(values((0, 2000, 1.0)))
        assert Frame.decode((await journal.unshipped())[0]).first == stored + 1

    run(tmp_path, check, limit=2000)


def test_a_command_is_begun_once_and_its_receipt_kept_until_accepted(tmp_path: Path) -> None:
    command = Command("k1", "c", "write", "A", "37.0")

    async def before(journal: Journal) -> None:
        assert await journal.begin(command) == (True, None)

    async def after(journal: Journal) -> None:
        assert await journal.interrupted() == [command]
        assert await journal.begin(command) == (False, None)
        receipt = Receipt(Outcome.DONE, readback="37.0")
        await journal.finish("k1", receipt)
        assert await journal.begin(command) == (False, receipt)
        assert await journal.unaccepted_receipts() == [("k1", receipt)]
        await journal.receipt_accepted("k1")
        assert await journal.unaccepted_receipts() == []
        assert await journal.begin(command) == (False, receipt)

    run(tmp_path, before)
    run(tmp_path, after)


def test_documents_and_state_are_kept_once(tmp_path: Path) -> None:
    document = Document("c/a.animl/ff", "ff", "a.animl", 1, "x", "animl", {"size": 3})

    async def check(journal: Journal) -> None:
        for _ in range(2):
            await journal.append(Batch(Columns.empty(), documents=(document,), state={"file:a": "1"}))
        waiting = await journal.unaccepted_documents()
        assert [(one["digest"], one["seen_at"]) for one in waiting] == [("ff", "1970-01-01T00:00:00.000001Z")]
        await journal.document_accepted(document.key)
        assert await journal.unaccepted_documents() == []
        assert (await journal.resume()).state == {"file:a": "1"}
        assert await journal.unshipped() == []

    run(tmp_path, check)


def test_an_event_alone_is_shipped(tmp_path: Path) -> None:
    async def check(journal: Journal) -> None:
        await journal.append(Batch(Columns.empty(), events=(event("clock_step", 5, "moved"),)))
        frame = Frame.decode((await journal.unshipped())[0])
        assert (frame.rows, frame.first, frame.last, frame.events[0]["at_us"]) == (0, 1, 1, 5)

    run(tmp_path, check)


def test_a_strange_file_is_not_taken_for_a_journal(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"no database at all, but long enough to look like one " * 20)
    with pytest.raises(Unavailable):
        run(tmp_path, lambda journal: asyncio.sleep(0))


def test_a_journal_of_another_connection_is_refused(tmp_path: Path) -> None:
    async def nothing(journal: Journal) -> None:
        return

    run(tmp_path, nothing)

    async def other() -> None:
        await Journal.open(tmp_path / "journal.sqlite", "d", TAGS, CLOCK)

    with pytest.raises(IntegrityFault, match="belongs to c"):
        asyncio.run(other())
