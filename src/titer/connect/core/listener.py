"""Devices that call: a listening socket, and a hand-over that returns when what they said is on disk."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from titer.base.errors import TiterError
from titer.connect.core.live import BROKEN, Delivery
from titer.connect.core.supervise import Once

log = logging.getLogger("titer.connect")

Converse = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Inbox:
    """Deliveries of conversations that go on beside each other; one waits at a time, so nothing piles up."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Delivery] = asyncio.Queue(1)

    async def hand_over(self, delivery: Delivery) -> None:
        """Return when all of it is on disk; only then may the device be told."""
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def confirm() -> None:
            if not durable.done():
                durable.set_result(None)

        await self._waiting.put(replace(delivery, confirm=confirm))
        await durable

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """What was handed over, for ever."""
        while True:
            yield await self._waiting.get()


class Listener:
    """A socket that devices call.

    A conversation that goes wrong is ended, said once, and touches no other.

    Args:
        name: of the connection, for the log.
        converse: speaks with one caller until it hangs up.
        most: callers at a time; more are turned away.
        limit: bytes that are read ahead of what is asked for.
    """

    def __init__(self, name: str, converse: Converse, *, most: int = 8, limit: int = 1 << 16) -> None:
        self._name, self._converse, self._most, self._limit = name, converse, most, limit
        self._server: asyncio.Server | None = None
        self._calls: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._once = Once(log, f"{name}: caller")

    async def open(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Listen.

        Raises:
            OSError: if the port is taken, or the address is not this machine's.
        """
        self._server = await asyncio.start_server(self._accept, host, port, limit=self._limit, ssl=tls)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._calls) >= self._most:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer), name=f"{self._name} caller")
        self._calls[task] = writer
        task.add_done_callback(self._ended)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
            self._once.well()
        except (*BROKEN, TiterError) as error:
            self._once.fault(error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        writer = self._calls.pop(task)
        if task.cancelled() or task.exception() is not None:
            writer.transport.abort()
        else:
            writer.close()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._once.fault(error)

    async def close(self) -> None:
        """Listen no more and end every conversation, at once."""
        if self._server is not None:
            self._server.close()
            self._server = None
        calls = dict(self._calls)
        for task, writer in calls.items():
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*calls, return_exceptions=True)
