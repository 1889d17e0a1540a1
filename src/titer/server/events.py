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

from titer.base.clock import iso
from titer.record import OutboxEvent, Subscription
from titer.record.http import Current

router = APIRouter(prefix="/api", tags=["events"])

_CLIENT_QUEUE = 1000
_LOOK_S = 5.0
"""How often a stream looks whether its session is still open."""


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
