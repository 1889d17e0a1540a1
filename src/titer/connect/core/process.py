"""`python -m titer.connect.core.process FOLDER`: the process of one connection, started by the connector host; or of
one question of somebody who sets one up.

What it is to do comes over standard input (see `children`). It leaves when that ends; exit status: 0 left as asked,
1 a fault, which was told to the host before.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import fcntl
import itertools
import logging
import os
import resource
import select
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from titer.base import vault
from titer.base.clock import SystemClock
from titer.base.errors import Conflict, Invalid, Unavailable
from titer.base.files import make_folder
from titer.connect.core import messages
from titer.connect.core.contract import Command, ConnectionConfig
from titer.connect.core.places import Taker, Within
from titer.connect.registry import CONNECTORS, TYPES

HELD = "held"
"""The file whose lock says that a process works in the connection's folder."""
HELD_FOR_S = 20.0
"""How long the process before may take to let go: it leaves within a few seconds of its host's end."""
LEAVES_WITHIN_S = 5.0
BEAT_EVERY_S = 1.0
NICER_BY = 5
"""How much a look at a device stands back behind connections at work."""
_SPARE = 1024 * 1024 * 1024
"""Bytes above the limit at which the system itself refuses more: what leaks faster than anybody looks."""


def main() -> int:
    """Read what there is to do, and do it."""
    inbound, outbound = os.dup(0), os.dup(1)
    # Whatever prints must not speak between the messages; whatever reads finds nothing.
    os.dup2(2, 1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    start, _ = messages.read_now(inbound)
    logging.basicConfig(
        level=logging.ERROR, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    logging.getLogger("titer").setLevel(str(start.get("log_level") or "INFO"))
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    if start.get("key"):
        os.environ[vault.ENVIRONMENT] = str(start["key"])
    _bound(int(start["memory_limit"]))
    threading.Thread(target=_leave_with, args=(inbound,), daemon=True, name="host").start()
    return asyncio.run(_serve(start, inbound, outbound))


def _bound(limit: int) -> None:
    """Have the system refuse memory far beyond the limit; the host looks at what is held twice a second."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = limit + _SPARE
    with contextlib.suppress(ValueError, OSError):  # Darwin knows the limit and may refuse to set it.
        resource.setrlimit(
            resource.RLIMIT_DATA, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )


def _leave_with(inbound: int) -> None:
    """End the process some seconds after its host's pipe closed, although its event loop may stand still."""
    poll = select.poll()
    poll.register(inbound, 0)
    poll.poll()
    time.sleep(LEAVES_WITHIN_S)
    os._exit(1)


@contextlib.asynccontextmanager
async def _held(folder: Path) -> AsyncIterator[None]:
    """The connection's folder is this process's alone: its journal has one writer.

    Raises:
        Conflict: if another process does not let go of it.
    """
    make_folder(folder)
    descriptor = os.open(folder / HELD, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + HELD_FOR_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise Conflict(
                        f"Another process serves the connection in {folder}.",
                        do="Look for a second connector host with the same folder, and end it.",
                    ) from None
                await asyncio.sleep(0.1)
        yield
    finally:
        os.close(descriptor)


class Relayed:
    """The hub, reached through the host.

    Args:
        writer: the pipe to the host.
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}

    async def intake(self, connection: str, frames: Sequence[bytes]) -> tuple[int, int]:
        """Hand over frames of one epoch; returns (epoch, last acknowledged sequence)."""
        epoch, acknowledged = await self._ask("intake", None, b"".join(frames))
        return int(epoch), int(acknowledged)

    async def content(self, data: bytes, media_type: str = "") -> str:
        """Store raw bytes; returns their digest."""
        return str(await self._ask("content", media_type, data))

    async def document(self, body: dict[str, Any]) -> None:
        """Announce a raw file whose content was stored before."""
        await self._ask("document", body)

    async def receipt(self, body: dict[str, Any]) -> None:
        """Tell what came of a command."""
        await self._ask("receipt", body)

    async def status(self, body: dict[str, Any]) -> None:
        """Tell how a connection is."""
        await self._ask("status", body)

    def answered(self, message: Mapping[str, Any]) -> None:
        """The host's reply to a request."""
        waiting = self._asked.pop(int(message["reply"]), None)
        if waiting is None or waiting.done():
            return
        if "fault" in message:
            waiting.set_exception(messages.fault(message["fault"]))
        else:
            waiting.set_result(message.get("value"))

    async def say(self, body: Mapping[str, Any], data: bytes = b"") -> None:
        """Send the host a message.

        Raises:
            Unavailable: if the host is gone.
        """
        try:
            self._writer.write(messages.packed(body, data))
            await self._writer.drain()
        except OSError as error:
            raise Unavailable("The connector host is gone.") from error

    async def _ask(self, what: str, body: Any, data: bytes = b"") -> Any:
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            await self.say({"ask": what, "id": number, "body": body}, data)
            return await answer
        finally:
            self._asked.pop(number, None)


async def _serve(start: Mapping[str, Any], inbound: int, outbound: int) -> int:
    reader, writer = await _streams(inbound, outbound)
    relayed = Relayed(writer)
    takers: list[Taker] = []

    async def listen() -> None:
        while (message := await messages.read(reader)) is not None:
            body, _ = message
            if "reply" in body:
                relayed.answered(body)
            elif "command" in body and takers:
                takers[0].command(Command(**body["command"]))

    tasks = [
        asyncio.create_task(listen(), name="listen"),
        asyncio.create_task(_beat(relayed, float(start["stall_s"])), name="beat"),
        asyncio.create_task(_work(start, relayed, takers), name=str(start["work"])),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        failed = next((one.exception() for one in done if one.exception() is not None), None)
        if failed is not None and tasks[0] not in done:
            with contextlib.suppress(Unavailable):
                await relayed.say({"fault": messages.told(failed)})
        return 0 if failed is None else 1
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()
        faulthandler.cancel_dump_traceback_later()


async def _work(start: Mapping[str, Any], relayed: Relayed, takers: list[Taker]) -> None:
    if start["work"] == "explore":
        await relayed.say({"answer": await _explored(start)})
        return
    config, folder = ConnectionConfig.of(start["connection"]), Path(start["folder"])
    async with _held(folder):
        await Within(CONNECTORS).serve(
            config, relayed, folder, SystemClock(), takers.append, str(start["because"])
        )


async def _explored(start: Mapping[str, Any]) -> Mapping[str, Any]:
    # Connections that run come first.
    os.nice(NICER_BY)
    asked = start["question"]
    known = TYPES.get(str(asked["type"]))
    if known is None or known.explore is None:
        raise Invalid(f"What a connection of type {asked['type']} could record cannot be looked up.")
    return await known.explore(
        str(asked["kind"]),
        dict(asked["about"]),
        dict(asked["settings"]),
        SystemClock(),
        Path(start["folder"]),
    )


async def _beat(relayed: Relayed, stall: float) -> None:
    """Say that the event loop turns, and the most memory that was held; end the process if it does not turn."""
    unit = 1 if sys.platform == "darwin" else 1024
    while True:
        # In a thread that needs no interpreter: code that never lets go of it stops everything else, and the host,
        # which would have ended it before, may be gone. What stood still is written to standard error.
        faulthandler.dump_traceback_later(2 * stall + LEAVES_WITHIN_S, exit=True)
        await relayed.say({"beat": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit})
        await asyncio.sleep(BEAT_EVERY_S)


async def _streams(inbound: int, outbound: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1024 * 1024)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(inbound, "rb", 0))
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(outbound, "wb", 0)
    )
    # `drain` waits until all is in the pipe: what is said last, a fault or an answer, is not lost with the process.
    transport.set_write_buffer_limits(high=0)
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


if __name__ == "__main__":
    sys.exit(main())
