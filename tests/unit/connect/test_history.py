"""A gap is filled page by page; a server that never ends is left, and what is held meanwhile is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from asyncua import ua

from titer.base.clock import ManualClock, from_us, us
from titer.connect.core.contract import Batch, Gap
from titer.connect.core.frame import Origin
from titer.connect.opcua import filling
from titer.connect.opcua.filling import fill
from titer.connect.opcua.history import IDLE_PAGES, Page, read_stretch
from titer.connect.opcua.settings import OpcUaSettings

CLOCK = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
AT = us(datetime(2026, 3, 1, tzinfo=UTC))
NODE = ua.NodeId("T", 2)
SETTINGS = OpcUaSettings.of(
    {"endpoint": "opc.tcp://127.0.0.1:4840", "allow_unencrypted": True, "history_chunk": 100}
)


def value(at: int, number: float) -> ua.DataValue:
    return ua.DataValue(ua.Variant(number, ua.VariantType.Double), SourceTimestamp=from_us(at))


Answer = Callable[[Any, bytes | None], tuple[Sequence[ua.DataValue], bytes | None]]


class Archive:
    """A server's history that is a function of what is asked; it counts how often it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked = 0
        self.uaclient = self

    async def history_read(self, request: Any) -> list[Any]:
        self.asked += 1
        values, point = self.answer(request.HistoryReadDetails, request.NodesToRead[0].ContinuationPoint)
        return [
            SimpleNamespace(
                StatusCode=ua.StatusCode(0),
                HistoryData=SimpleNamespace(DataValues=list(values)),
                ContinuationPoint=point,
            )
        ]


def kept(count: int, step: int = 1_000) -> Answer:
    """An honest archive of so many values, in pages of what is asked for, by continuation point."""
    every = [value(AT + number * step, float(number)) for number in range(count)]

    def answer(details: Any, point: bytes | None) -> tuple[Sequence[ua.DataValue], bytes | None]:
        low, high = sorted((details.StartTime, details.EndTime))
        found = [one for one in every if low <= one.SourceTimestamp <= high]
        if details.EndTime < details.StartTime:
            found.reverse()
        start = int(point or b"0")
        page = found[start : start + details.NumValuesPerNode]
        more = start + len(page) < len(found)
        return page, str(start + len(page)).encode() if more else None

    return answer


async def read(archive: Archive, before: int, reached: int = 0) -> list[Page]:
    return [page async for page in read_stretch(archive, SETTINGS, NODE, AT, before, reached)]  # type: ignore[arg-type]


def test_each_answer_is_handed_on_before_the_next_is_asked_for() -> None:
    async def check() -> None:
        archive = Archive(kept(1_001))
        pages = read_stretch(archive, SETTINGS, NODE, AT, AT + 1_000_000)  # type: ignore[arg-type]
        sizes, asked = [], []
        async for page in pages:
            sizes.append(len(page.rows))
            asked.append(archive.asked)
        assert asked[:3] == [1, 2, 3]
        assert max(sizes) <= SETTINGS.history_chunk
        assert sum(sizes) == 999, "strictly between the two that are known"
        assert page.verdict is not None
        assert page.verdict.complete

    asyncio.run(check())


def test_a_server_that_gives_points_without_end_is_left_and_the_reason_is_told() -> None:
    same = [value(AT, 0.0), value(AT + 1_000, 1.0)]
    archive = Archive(lambda _, point: (same, b"go on"))
    pages = asyncio.run(read(archive, AT + 1_000_000))
    assert archive.asked <= IDLE_PAGES + 2
    assert [row[2] for page in pages for row in page.rows] == [1.0], "each value once"
    verdict = pages[-1].verdict
    assert verdict is not None
    assert not verdict.complete
    assert "goes on without newer values" in verdict.reason


def test_a_server_that_gives_points_and_nothing_else_is_left_too() -> None:
    archive = Archive(lambda _, point: ([], b"go on"))
    pages = asyncio.run(read(archive, AT + 1_000_000))
    assert archive.asked <= IDLE_PAGES + 2
    assert pages[-1].verdict is not None
    assert not pages[-1].verdict.complete


def test_a_server_that_cuts_off_without_a_point_is_read_on_by_time() -> None:
    honest = kept(501)

    def answer(details: Any, point: bytes | None) -> tuple[Sequence[ua.DataValue], bytes | None]:
        return honest(details, None)[0], None

    pages = asyncio.run(read(Archive(answer), AT + 500_000))
    assert [row[2] for page in pages for row in page.rows] == [float(one) for one in range(1, 500)]
    assert pages[-1].verdict is not None
    assert pages[-1].verdict.complete


def test_what_an_earlier_attempt_stored_is_not_read_again() -> None:
    archive = Archive(kept(1_001))
    pages = asyncio.run(read(archive, AT + 1_000_000, reached=AT + 899_500))
    assert [row[2] for page in pages for row in page.rows] == [float(one) for one in range(900, 1_000)]
    assert pages[-1].verdict is not None
    assert pages[-1].verdict.complete, "it reaches back to the known value all the same"


def test_a_long_gap_reaches_the_journal_in_pieces_and_each_says_how_far_it_came(monkeypatch: Any) -> None:
    monkeypatch.setattr(filling, "BACKFILL_ROWS", 250)
    gap = Gap("c-1", {"T": (AT, AT + 1_000_000)}, "lost")

    async def batches() -> list[Batch]:
        archive: Any = Archive(kept(1_001))
        return [one async for one in fill(archive, SETTINGS, gap, {"T": 0}, {"T": NODE}, CLOCK)]

    found = asyncio.run(batches())
    assert max(len(one.columns) for one in found) <= 250 + SETTINGS.history_chunk
    assert sum(len(one.columns) for one in found) == 999
    assert all(one.gap_id == "c-1" for one in found)
    assert all((one.columns.origin == Origin.BACKFILLED).all() for one in found)
    for one in found[:-1]:
        assert one.reached == {"T": int(one.columns.source_us[-1]) - 1}
        assert not one.filled
        assert not one.events
    assert [entry.complete for entry in found[-1].filled] == [True]
    assert found[-1].events[0]["rows"] == 999, "the event tells of all of them"
