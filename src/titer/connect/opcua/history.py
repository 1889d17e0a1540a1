"""What a server's history says about a gap, and whether it covers it from end to end."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asyncua import Client, ua
from asyncua.ua import uaerrors

from titer.base.clock import from_us, us
from titer.connect.core.values import as_number
from titer.connect.opcua.settings import OpcUaSettings

LOOK_BACK = timedelta(days=3660)
LATE_ATTEMPTS = 3
LATE_PAUSE_S = 0.4


@dataclass(frozen=True, slots=True)
class Stretch:
    """The history of one channel strictly between two known values.

    Attributes:
        rows: (source time, server time, number, text, status), in order of source time.
        complete: the history is known to reach from end to end.
        reason: why not.
    """

    rows: tuple[tuple[int, int, float, str | None, int], ...]
    complete: bool
    reason: str = ""


async def read_stretch(
    client: Client, settings: OpcUaSettings, node: ua.NodeId, after: int, before: int
) -> Stretch:
    """Read the values strictly between two source times (us), with a margin on both sides.

    Complete means: the history holds a value at or before `after`, so it reaches back far enough, and one at
    or after `before`, so it had been written when it was read (servers may lag; that is waited for).

    Raises:
        asyncua's errors and OSError when the connection breaks; a refusal by the server is a result.
    """
    margin = timedelta(seconds=settings.history_margin_s)
    start, end = from_us(after) - margin, from_us(before) + margin
    for attempt in range(LATE_ATTEMPTS):
        try:
            values = await _raw(client, settings, node, start, end)
            reaches_back = any(us(value.SourceTimestamp) <= after for value in values) or bool(
                await _page(client, node, from_us(after), from_us(after) - LOOK_BACK, 1, None)
            )
        except _REFUSALS as error:
            return Stretch((), False, f"the server's history cannot be read ({type(error).__name__})")
        rows = tuple(_row(value) for value in values if after < us(value.SourceTimestamp) < before)
        newest = max((us(value.SourceTimestamp) for value in values), default=None)
        if not reaches_back:
            first = min((row[0] for row in rows), default=None)
            begins = "holds no value of it" if first is None else f"begins at {from_us(first).isoformat()}"
            return Stretch(rows, False, f"the server's history does not reach back far enough: it {begins}")
        if newest is not None and newest >= before:
            return Stretch(rows, True)
        if attempt < LATE_ATTEMPTS - 1:
            await asyncio.sleep(LATE_PAUSE_S)
    ends = "is empty" if newest is None else f"ends at {from_us(newest).isoformat()}"
    return Stretch(
        rows, False, f"the server's history {ends}, before the first value that was received again"
    )


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


async def _raw(
    client: Client, settings: OpcUaSettings, node: ua.NodeId, start: datetime, end: datetime
) -> list[Any]:
    """All raw values; pages by continuation point, and by time where a server cuts off without one."""
    chunk = settings.history_chunk
    values: list[Any] = []
    seen: set[tuple[int, str]] = set()
    while True:
        page = await _page(client, node, start, end, chunk, values)
        fresh = [value for value in page if _mark(value) not in seen]
        seen.update(_mark(value) for value in fresh)
        values += fresh
        if len(page) < chunk or not fresh:
            return values
        start = max(value.SourceTimestamp for value in fresh)


async def _page(
    client: Client, node: ua.NodeId, start: datetime, end: datetime, count: int, so_far: Sequence[Any] | None
) -> list[Any]:
    details = ua.ReadRawModifiedDetails()
    details.IsReadModified = False
    details.StartTime, details.EndTime = start, end
    details.NumValuesPerNode = count
    details.ReturnBounds = False
    found: list[Any] = []
    point: bytes | None = None
    while True:
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
        found += [value for value in data if value.SourceTimestamp is not None]
        point = result.ContinuationPoint
        if not point or not data or so_far is None:
            return found


def _mark(value: Any) -> tuple[int, str]:
    content = value.Value.Value if value.Value is not None else None
    return us(value.SourceTimestamp), f"{value.StatusCode}{content!r}"


def _row(value: Any) -> tuple[int, int, float, str | None, int]:
    number, text = as_number(value.Value.Value if value.Value is not None else None)
    server = value.ServerTimestamp
    status = value.StatusCode
    return (
        us(value.SourceTimestamp),
        us(server) if server is not None else 0,
        number if text is None or not math.isnan(number) else float("nan"),
        text,
        int(status.value) if status is not None else 0,
    )
