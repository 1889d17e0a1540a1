"""One event stream a tab (server-sent events): what changed, live values, both clocks."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from titer.base.clock import iso
from titer.record import LedgerEntry, OutboxEvent, Record, Subscription
from titer.record.http import Current

router = APIRouter(prefix="/api", tags=["events"])

_CLIENT_QUEUE = 1000
_LOOK_S = 5.0
"""How often a stream looks whether its session is still open."""
_MOST = 5000
"""Entries that are looked at in a beat."""
_LATE = 500
"""How far behind the newest an entry may appear."""


class Live:
    """Hands what happens to the open tabs; a tab that cannot keep up is told to reload.

    Observers never break control: nothing here waits for a client.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[asyncio.Queue[str | None], asyncio.AbstractEventLoop] = {}
        self._values: dict[str, list[Any]] = {}

    def subscription(self) -> Subscription:
        """The outbox subscription that feeds the tabs."""
        return Subscription("server.live", ("*",), self._on_event)

    def values(self, samples: Iterable[tuple[str, Any]]) -> None:
        """Note the newest value of each channel; they are sent together, once a beat."""
        with self._lock:
            for tag, sample in samples:
                value = sample.text if sample.text is not None else sample.value
                number = value if isinstance(value, str) or value == value else None  # noqa: PLR0124  NaN
                self._values[tag] = [sample.source_us, number, sample.quality]

    def beat(self, clock: dict[str, Any]) -> None:
        """Send clocks and the values that came since the last beat."""
        with self._lock:
            values, self._values = self._values, {}
        self._send("clock", clock)
        if values:
            self._send("values", values)

    def changed(self, record_types: list[str] | None) -> None:
        """Say which kinds of records were changed; None: so many that everything is best asked anew."""
        if record_types is None:
            self._send("reload", {})
        elif record_types:
            self._send("changed", {"record_types": record_types})

    def join(self) -> asyncio.Queue[str | None]:
        """A new tab."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(_CLIENT_QUEUE)
        with self._lock:
            self._clients[queue] = asyncio.get_running_loop()
        return queue

    def leave(self, queue: asyncio.Queue[str | None]) -> None:
        """A tab was closed."""
        with self._lock:
            self._clients.pop(queue, None)

    def close(self) -> None:
        """End all streams."""
        with self._lock:
            clients = list(self._clients.items())
        for queue, loop in clients:
            loop.call_soon_threadsafe(self._put, queue, None)

    def _on_event(self, event: OutboxEvent) -> None:
        self._send(
            "record",
            {
                "topic": event.topic,
                "record_type": event.record_type,
                "record_id": event.record_id,
                "payload": event.payload,
                "at": iso(event.occurred_at),
                "process_at": iso(event.process_at),
            },
        )

    def _send(self, kind: str, data: dict[str, Any]) -> None:
        text = f"event: {kind}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
        with self._lock:
            clients = list(self._clients.items())
        for queue, loop in clients:
            loop.call_soon_threadsafe(self._put, queue, text)

    @staticmethod
    def _put(queue: asyncio.Queue[str | None], text: str | None) -> None:
        if queue.full():
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait("event: reload\ndata: {}\n\n")
        queue.put_nowait(text)


class Changes:
    """Which kinds of records were changed, for the pages that show them.

    It asks the ledger and no writer tells it: a page hears of each change, whether a message follows from it or not,
    and no action waits. It is a hint: what another hub writes into the same database, its own pages are told.

    Args:
        record: is asked when something was committed here since the last time.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._commits = -1
        self._seen: frozenset[int] = frozenset()
        self._last = -1

    def since(self) -> list[str] | None:
        """Kinds of records with entries that are new since the last time; None where there are very many of those."""
        commits = self._record.commits
        if commits == self._commits:
            return []
        # PostgreSQL gives numbers before it commits: an entry may appear behind a later one.
        behind = max(self._last - _LATE, -1)
        with self._record.reading() as session:
            rows = session.execute(
                select(LedgerEntry.seq, LedgerEntry.record_type)
                .where(LedgerEntry.seq > behind)
                .order_by(LedgerEntry.seq.desc())
                .limit(_MOST)
            ).all()
        began, self._commits = self._commits < 0, commits
        new = {row.record_type for row in rows if row.seq not in self._seen and row.seq > behind}
        if rows:
            self._last = max(rows[0].seq, self._last)
        self._seen = frozenset(row.seq for row in rows if row.seq > self._last - _LATE)
        if began:
            return []
        return None if len(rows) == _MOST else sorted(new)


@router.get("/events", response_class=StreamingResponse)
async def server_events(request: Request, who: Current) -> StreamingResponse:
    """The event stream of one tab; it ends soon after the session does."""
    live: Live = request.app.state.live
    goes_on = request.app.state.platform.identity.goes_on
    session_id = who[0].id
    queue = live.join()

    async def stream() -> AsyncIterator[str]:
        try:
            yield "retry: 1000\n\n"
            loop = asyncio.get_running_loop()
            looked = loop.time()
            while True:
                try:
                    async with asyncio.timeout(_LOOK_S):
                        text = await queue.get()
                except TimeoutError:
                    text = ": still here\n\n"
                if loop.time() - looked >= _LOOK_S:
                    looked = loop.time()
                    if not await run_in_threadpool(goes_on, session_id):
                        return
                if text is None:
                    return
                yield text
        finally:
            live.leave(queue)

    return StreamingResponse(
        stream(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
