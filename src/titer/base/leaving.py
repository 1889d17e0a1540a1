"""When a process leaves: on SIGTERM or SIGINT, and when the pipe from its parent closes.

So nothing outlives a parent that was killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from typing import Any


class Stop:
    """Set once the process should leave."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Ask to leave."""
        self._event.set()

    @property
    def asked(self) -> bool:
        """Whether the process should leave."""
        return self._event.is_set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait until asked, or for a time; returns whether asked."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        return self._event.is_set()


@contextlib.asynccontextmanager
async def stopping(parent_fd: int | None) -> AsyncIterator[Stop]:
    """A `Stop` that is set by SIGTERM, SIGINT, or the end of the parent's pipe."""
    stop = Stop()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if parent_fd is not None:
        fd = parent_fd

        def readable() -> None:
            if not os.read(fd, 512):
                loop.remove_reader(fd)
                stop.set()

        loop.add_reader(fd, readable)
    try:
        yield stop
    finally:
        if parent_fd is not None:
            loop.remove_reader(parent_fd)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def run_until_asked(work: Coroutine[Any, Any, None], parent_fd: int | None) -> None:
    """Do the work until it ends, or the process is asked to leave; then it is cancelled and waited for.

    Args:
        work: what the process is for; what it raises is raised.
        parent_fd: read end of the parent's pipe; None where there is none.
    """
    async with stopping(parent_fd) as stop:
        working = asyncio.create_task(work, name="work")
        asked = asyncio.create_task(stop.wait(), name="asked")
        try:
            await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
        finally:
            asked.cancel()
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working
