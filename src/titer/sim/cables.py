"""Cables: a TCP proxy in front of each server, which can be cut and joined again.

A cut cable resets what goes through it and refuses new connections; the server behind it goes on and keeps its
history, as when somebody pulls a plug.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

_CHUNK = 1 << 16


class Cable:
    """One cable.

    Args:
        name: of the equipment behind it.
        monotonic: the machine's monotonic clock in seconds.
    """

    def __init__(self, name: str, *, monotonic: Callable[[], float]) -> None:
        self.name = name
        self.port = 0
        self.target_port = 0
        self._monotonic = monotonic
        self._server: asyncio.Server | None = None
        self._cut_until: float | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def cut(self) -> bool:
        """Whether the cable is cut now."""
        return self._cut_until is not None and self._monotonic() < self._cut_until

    async def open(self, port: int) -> int:
        """Listen on the loopback interface; returns the bound port."""
        self._server = await asyncio.start_server(self._through, "127.0.0.1", port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    def cut_for(self, seconds: float) -> None:
        """Cut: reset everything that goes through, and refuse for a time."""
        self._cut_until = self._monotonic() + seconds
        for writer in list(self._writers):
            writer.transport.abort()

    def restore(self) -> None:
        """Join the cable again at once."""
        self._cut_until = None

    async def close(self) -> None:
        """Stop listening and drop what goes through."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut or not self.target_port:
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            self._writers.discard(writer)
            writer.transport.abort()
            return
        self._writers.add(far_writer)
        if self.cut:
            writer.transport.abort()
            far_writer.transport.abort()
        tasks = [
            asyncio.create_task(_pump(reader, far_writer)),
            asyncio.create_task(_pump(far_reader, writer)),
        ]
        self._tasks.update(tasks)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tasks.difference_update(tasks)
            for one in (writer, far_writer):
                self._writers.discard(one)
                one.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
