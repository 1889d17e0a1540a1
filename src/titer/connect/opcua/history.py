"""What a server's history says about a gap, page by page, and whether it covers it from end to end.

A page is what one answer held. It is handed on before the next is asked for, so a gap of a week takes no more
memory than one of a minute. Pages follow each other by continuation point (Part 11, 6.3), and by time where a server
cuts off without one. A server that gives points without end, or the same values again and again, is left.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asyncua import Client, ua
from asyncua.ua import uaerrors

from titer.base.clock import from_us, us
from titer.connect.core.values import as_number
from titer.connect.opcua.arrays import Points, points_of
from titer.connect.opcua.settings import OpcUaSettings

LOOK_BACK = timedelta(days=3660)
LATE_ATTEMPTS = 3
LATE_PAUSE_S = 0.4
IDLE_PAGES = 10
"""Answers in a row that bring nothing newer, before a server is left."""
MOST_PAGES = 1_000_000
"""Answers in all for one channel of a gap."""

MOST_VALUES = 50_000
"""Values asked for in one answer, however many the settings want: more is not read from one (see `bounds`)."""

Row = tuple[int, int, float, str | None, int]
"""Source time, server time (us), number, text, status."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the history is known to reach from one end of the gap to the other, and why not."""

    complete: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Values strictly between two known ones, in order of source time; the last page bears the verdict.

    Attributes:
        rows: (source time, server time, number, text, status).
        points: row -> the numbers of an array.
    """

    rows: tuple[Row, ...] = ()
    verdict: Verdict | None = None
    points: Mapping[int, Points] = field(default_factory=dict)


class Endless(Exception):
    """The server goes on without coming further."""


@dataclass(slots=True)
class _Progress:
    """How far it was read: the newest source time (us), and which values of that very instant were there."""

    newest: int | None = None
    oldest: int | None = None
    marks: set[str] = field(default_factory=set)
    idle: int = 0
    pages: int = 0

    def fresh(self, values: Sequence[Any]) -> list[Any]:
        """Those that were not seen before."""
        self.pages, before, found = self.pages + 1, self.newest, []
        for value in sorted(values, key=lambda one: one.SourceTimestamp):
            at, mark = us(value.SourceTimestamp), _mark(value)
            if self.newest is not None and at == self.newest and mark in self.marks:
                continue
            if self.newest is None or at > self.newest:
                self.newest, self.marks = at, set()
            if at == self.newest:
                self.marks.add(mark)
            self.oldest = at if self.oldest is None else min(self.oldest, at)
            found.append(value)
        self.idle = self.idle + 1 if self.newest == before else 0
        return found

    def require_progress(self) -> None:
        """Leave a server that goes on for ever."""
        if self.idle >= IDLE_PAGES:
            raise Endless(f"the server's history goes on without newer values ({self.idle} answers in a row)")
        if self.pages >= MOST_PAGES:
            raise Endless(f"the server's history did not end after {self.pages} answers")


async def read_stretch(
    client: Client, settings: OpcUaSettings, node: ua.NodeId, after: int, before: int, reached: int = 0
) -> AsyncIterator[Page]:
    """Read the values strictly between two source times (us), with a margin on both sides.

    Complete means: the history holds a value at or before `after`, so it reaches back far enough, and one at
    or after `before`, so it had been written when it was read (servers may lag; that is waited for).

    Args:
        reached: source time of the newest value that an earlier attempt has stored; 0 = none.

    Raises:
        asyncua's errors and OSError when the connection breaks; a refusal by the server is a verdict.
    """
    margin = timedelta(seconds=settings.history_margin_s)
    begin, end = from_us(max(after, reached)), from_us(before) + margin
    if reached <= after:
        begin -= margin
    low = max(after, reached)
    seen = _Progress()
    reaches_back: bool | None = None
    try:
        for attempt in range(LATE_ATTEMPTS):
            async for values in _pages(client, settings, node, begin, end, seen):
                within = [value for value in values if low < us(value.SourceTimestamp) < before]
                if within:
                    arrays = {
                        at: found for at, one in enumerate(within) if (found := _points(one)) is not None
                    }
                    yield Page(tuple(_row(value) for value in within), points=arrays)
            if reaches_back is None:
                reaches_back = (seen.oldest is not None and seen.oldest <= after) or bool(
                    (await _answer(client, node, from_us(after), from_us(after) - LOOK_BACK, 1, None))[0]
                )
            if not reaches_back:
                begins = (
                    "holds no value of it"
                    if seen.oldest is None or seen.oldest >= before
                    else f"begins at {from_us(seen.oldest).isoformat()}"
                )
                words = f"the server's history does not reach back far enough: it {begins}"
                yield Page(verdict=Verdict(False, words))
                return
            if seen.newest is not None and seen.newest >= before:
                yield Page(verdict=Verdict(True))
                return
            if attempt < LATE_ATTEMPTS - 1:
                await asyncio.sleep(LATE_PAUSE_S)
                begin = begin if seen.newest is None else max(begin, from_us(seen.newest))
    except _REFUSALS as error:
        yield Page(verdict=Verdict(False, f"the server's history cannot be read ({type(error).__name__})"))
        return
    except Endless as error:
        yield Page(verdict=Verdict(False, str(error)))
        return
    ends = "is empty" if seen.newest is None else f"ends at {from_us(seen.newest).isoformat()}"
    words = f"the server's history {ends}, before the first value that was received again"
    yield Page(verdict=Verdict(False, words))


_REFUSALS = (
    uaerrors.BadHistoryOperationUnsupported,
    uaerrors.BadHistoryOperationInvalid,
    uaerrors.BadServiceUnsupported,
    uaerrors.BadNotImplemented,
    uaerrors.BadNotSupported,
    uaerrors.BadUserAccessDenied,
    uaerrors.BadNotReadable,
    uaerrors.BadNodeIdUnknown,
    uaerrors.BadNoData,
)


async def _pages(
    client: Client, settings: OpcUaSettings, node: ua.NodeId, start: datetime, end: datetime, seen: _Progress
) -> AsyncIterator[list[Any]]:
    """All raw values, an answer at a time; what is seen again is left out."""
    chunk = min(settings.history_chunk, MOST_VALUES)
    while True:
        count, point, new = 0, None, False
        while True:
            values, point = await _answer(client, node, start, end, chunk, point)
            fresh = seen.fresh(values)
            count, new = count + len(values), new or bool(fresh)
            if fresh:
                yield fresh
            if not point:
                break
            seen.require_progress()
        if count < chunk or not new or seen.newest is None:
            return
        seen.require_progress()
        start = from_us(seen.newest)


async def _answer(
    client: Client, node: ua.NodeId, start: datetime, end: datetime, count: int, point: bytes | None
) -> tuple[list[Any], bytes | None]:
    """One answer: its values that bear a time, and where the next one goes on."""
    details = ua.ReadRawModifiedDetails()
    details.IsReadModified = False
    details.StartTime, details.EndTime = start, end
    details.NumValuesPerNode = count
    details.ReturnBounds = False
    wanted = ua.HistoryReadValueId()
    wanted.NodeId = node
    wanted.ContinuationPoint = point
    request = ua.HistoryReadParameters()
    request.HistoryReadDetails = details
    request.TimestampsToReturn = ua.TimestampsToReturn.Both
    request.ReleaseContinuationPoints = False
    request.NodesToRead = [wanted]
    result = (await client.uaclient.history_read(request))[0]
    result.StatusCode.check()
    data = getattr(result.HistoryData, "DataValues", None) or []
    return [value for value in data if value.SourceTimestamp is not None], result.ContinuationPoint or None


def _mark(value: Any) -> str:
    content = value.Value.Value if value.Value is not None else None
    return f"{value.StatusCode}{content!r}"


def _points(value: Any) -> Points | None:
    return points_of(value.Value.Value) if value.Value is not None else None


def _row(value: Any) -> Row:
    plain = value.Value.Value if value.Value is not None and _points(value) is None else None
    number, text = as_number(plain)
    server = value.ServerTimestamp
    status = value.StatusCode
    return (
        us(value.SourceTimestamp),
        us(server) if server is not None else 0,
        number if text is None or not math.isnan(number) else float("nan"),
        text,
        int(status.value) if status is not None else 0,
    )
