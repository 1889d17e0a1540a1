"""A process for each connection, as the host sees it: started, listened to, watched and ended.

What a connector does wrong stays in its process. The host ends a process that holds more memory than its
connection is allowed, and one that stands still; whatever else ends it (a crash, the kernel, a person) is told by the
way in which it ended. Everything that a process needs to know comes over its standard input, secrets included: a
command line can be read by every user of the machine. Everything that it has for the hub goes over its standard
output and through the host, so that it never holds the hub's token. When the host is gone, however it went, the pipe
is at its end, and the process leaves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import signal
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from titer.base import vault
from titer.base.clock import Clock
from titer.base.errors import Invalid, TiterError, Unavailable
from titer.connect.core import environment, messages
from titer.connect.core.contract import Command, ConnectionConfig
from titer.connect.core.ends import Ended
from titer.connect.core.places import Begun, Question
from titer.connect.core.upstream import Upstream
from titer.connect.registry import TYPES
from titer.connect.types import ConnectionType

log = logging.getLogger("titer.connect")
MEMORY_LIMIT_MB = 512
STALL_S = 60.0
LOOKED_AT_EVERY_S = 0.5
LEAVES_WITHIN_S = 3.0
"""What a process has to close its journal, before it is ended."""
STARTS_WITHIN_S = 120.0
"""Until its first word: it imports what the connection's type needs, on a machine that may have much to do."""
RELAYED_AT_ONCE = 8
"""What a process may have asked for and not have been answered; ours asks for one thing after the other."""
_MB = 1024 * 1024
BYTES_AT_ONCE = 8 * _MB
"""What may be under way of that, before the one message that goes beyond it."""


def resident(pid: int) -> int | None:
    """Bytes of memory that a process holds; None where the system has no /proc, or the process is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * resource.getpagesize()


class Processes:
    """Runs each connection in a process of its own.

    Args:
        resident: how much memory a process holds, bytes; None = ask the process itself, which knows its peak.
        log_level: of the processes.
        types: type -> its manifest, which says whether it has an environment of its own.
    """

    def __init__(
        self,
        *,
        resident: Callable[[int], int | None] = resident,
        log_level: str = "INFO",
        types: Mapping[str, ConnectionType] = TYPES,
    ) -> None:
        self._resident = resident
        self._log_level = log_level
        self._types = types

    async def serve(
        self, config: ConnectionConfig, hub: Upstream, folder: Path, clock: Clock, begun: Begun, because: str
    ) -> None:
        """Run a connection in a process of its own until cancelled, or until that has ended."""
        limit = int(config.settings.get("memory_limit_mb", MEMORY_LIMIT_MB)) * _MB
        stall = float(config.settings.get("stall_s", STALL_S))
        start = {
            "work": "serve",
            "connection": asdict(config),
            "folder": str(folder),
            "because": because,
            "log_level": self._log_level,
            "memory_limit": limit,
            "stall_s": stall,
            "key": os.environ.get(vault.ENVIRONMENT, ""),
        }
        process = await started(folder, await self._interpreter(config.type))
        child = Child(config.name, process, hub)
        try:
            child.say(start)
            begun(child)
            raise await child.ended(limit, stall, self._resident)
        finally:
            await child.leave()

    async def explore(self, question: Question, folder: Path) -> Mapping[str, Any]:
        """Answer a question of somebody who sets up a connection, in a process that ends with the answer.

        Args:
            question: what is asked.
            folder: of the host.

        Raises:
            Unavailable: if the process ended, or was ended, without an answer.
            TiterError: what it says why there is none.
        """
        limit = int(question.settings.get("memory_limit_mb", MEMORY_LIMIT_MB)) * _MB
        stall = float(question.settings.get("stall_s", STALL_S))
        process = await started(folder, await self._interpreter(question.type))
        child = Child(f"a look at {question.type}", process, None)
        try:
            child.say(
                {
                    "work": "explore",
                    "question": asdict(question),
                    "folder": str(folder),
                    "log_level": self._log_level,
                    "memory_limit": limit,
                    "stall_s": stall,
                    "key": os.environ.get(vault.ENVIRONMENT, ""),
                }
            )
            ended = await child.ended(limit, stall, self._resident)
            if child.answer is not None:
                return child.answer
            if not isinstance(ended, Ended):
                raise ended
            raise Unavailable(
                f"What there is could not be looked up: the process that looked through it {_said_of(ended)}.",
                why="What answers there sends more than can be, without end, or what the connector cannot bear.",
                do="Look whether the address is the device's; ask for a part of what it has.",
            )
        finally:
            await child.leave()

    async def _interpreter(self, type_: str) -> Path:
        return await asyncio.to_thread(environment.interpreter, type_, self._types)


async def started(folder: Path, python: Path) -> asyncio.subprocess.Process:
    """A process of a connection, in a session of its own, that waits to be told what to do.

    Args:
        folder: of the connection, for people who look at the machine's processes.
        python: the interpreter, Titer's own or that of an environment.

    Raises:
        Unavailable: if it cannot be started.
    """
    # Threads of a numerical library reserve memory for each core, and no connector calculates.
    variables = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    variables.pop(vault.ENVIRONMENT, None)
    try:
        return await asyncio.create_subprocess_exec(
            str(python),
            "-P",
            "-m",
            "titer.connect.core.process",
            str(folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=variables,
            start_new_session=True,
            limit=1024 * 1024,
        )
    except OSError as error:
        raise Unavailable(f"The process of {folder.name} cannot be started: {error}.") from error


class Child:
    """The process of a connection.

    Args:
        name: of the connection.
        process: its process.
        hub: where goes what it has for the hub; None for one that answers a question and nothing else.

    Attributes:
        answer: what it answered, None while it has not.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process, hub: Upstream | None) -> None:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - both are pipes
        self._name = name
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._hub = hub
        self._relaying: dict[asyncio.Task[None], int] = {}
        self._hears = True
        self._silent_for = 0.0
        self._spoken = False
        self._peak = 0
        self._fault: TiterError | None = None
        self.answer: Mapping[str, Any] | None = None

    def command(self, command: Command) -> None:
        """Hand a command on; one that does not arrive is offered by the hub again."""
        self.say({"command": asdict(command)})

    def say(self, body: Mapping[str, Any]) -> None:
        """Send the process a message."""
        if not self._stdin.is_closing():
            self._stdin.write(messages.packed(body))

    async def ended(self, limit: int, stall: float, resident: Callable[[int], int | None]) -> TiterError:
        """Listen to the process and watch it until it has ended; returns how it did.

        Args:
            limit: bytes of memory that it may hold.
            stall: seconds that it may say nothing.
            resident: how much memory a process holds.
        """
        listening = asyncio.create_task(self._listen(), name=f"{self._name} listening")
        watching = asyncio.create_task(self._watch(limit, stall, resident), name=f"{self._name} watching")
        gone = asyncio.create_task(self._process.wait(), name=f"{self._name} gone")
        try:
            if self._hub is None:
                await asyncio.wait({watching, gone, listening}, return_when=asyncio.FIRST_COMPLETED)
                if self.answer is not None:
                    return Ended("It answered")
            await asyncio.wait({watching, gone}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                return Ended(watching.result())
            # What it said last may still lie in the pipe; nobody is there who waits for a reply.
            for relay in self._relaying:
                relay.cancel()
            await listening
        finally:
            for task in (listening, watching, gone):
                task.cancel()
            await asyncio.gather(listening, watching, gone, return_exceptions=True)
        return self._fault or Ended(_ending(self._process.returncode or 0))

    async def leave(self) -> None:
        """Have it leave: its pipe is closed; if that does not do, it and all that it started is ended."""
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            async with asyncio.timeout(LEAVES_WITHIN_S):
                # What it still says must not fill the pipe, or it could not leave.
                while await self._stdout.read(1024 * 1024):
                    continue
                await self._process.wait()
        except TimeoutError:
            log.debug("%s did not leave within %g s", self._name, LEAVES_WITHIN_S)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
            for task in self._relaying:
                task.cancel()
            await asyncio.gather(*self._relaying, return_exceptions=True)

    async def _listen(self) -> None:
        while (message := await messages.read(self._stdout)) is not None:
            body, data = message
            self._silent_for, self._spoken = 0.0, True
            if "fault" in body:
                self._fault = messages.fault(body["fault"])
            elif "answer" in body and self._hub is None:
                self.answer = dict(body["answer"])
                return
            elif "beat" in body:
                self._peak = int(body["beat"])
            elif "ask" in body and self._process.returncode is None:
                task = asyncio.create_task(self._relay(body, data), name=f"{self._name} {body['ask']}")
                self._relaying[task] = len(data)
                task.add_done_callback(self._relaying.pop)
                await self._room()
            # One that says much and asks for nothing does not keep the others from their turn.
            await asyncio.sleep(0)

    async def _room(self) -> None:
        """Wait until more may be asked for: what is said meanwhile waits in the pipe, and so does who says it."""
        self._hears = False
        while under_way := {task: size for task, size in self._relaying.items() if not task.done()}:
            if len(under_way) < RELAYED_AT_ONCE and sum(under_way.values()) < BYTES_AT_ONCE:
                break
            await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        self._hears = True
        # One that does not read its replies is not read either, and has stood still when its time is over.
        with contextlib.suppress(ConnectionError):
            await self._stdin.drain()

    async def _watch(self, limit: int, stall: float, resident: Callable[[int], int | None]) -> str:
        while True:
            await asyncio.sleep(LOOKED_AT_EVERY_S)
            held = resident(self._process.pid)
            held = self._peak if held is None else held
            if held > limit:
                self._end()
                return f"Ended at {held // _MB} MB of memory, of {limit // _MB} that it may hold"
            # Counted in looks, not by a clock: a host that was stopped for an hour has not listened meanwhile, and
            # one that waits for the hub does not hear.
            self._silent_for += LOOKED_AT_EVERY_S if self._hears else 0.0
            patience = stall if self._spoken else max(stall, STARTS_WITHIN_S)
            if self._silent_for > patience:
                self._end()
                return f"Ended because it stood still for {patience:g} s"

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _relay(self, body: Mapping[str, Any], data: bytes) -> None:
        reply: dict[str, Any] = {"reply": body.get("id")}
        try:
            reply["value"] = await self._carried(str(body["ask"]), body.get("body"), data)
        except Exception as error:  # noqa: BLE001 - whatever it is, the process is told, and tries again
            reply["fault"] = messages.told(error)
        self.say(reply)

    async def _carried(self, ask: str, raw: Any, data: bytes) -> Any:
        """Carry a request to the hub, always as the connection that the process was started for."""
        if self._hub is None:
            raise Invalid("Who answers a question has nothing for the hub.")
        if ask == "intake":
            return list(await self._hub.intake(self._name, [data]))
        if ask == "content":
            return await self._hub.content(data, str(raw or ""))
        carry: Mapping[str, Callable[[dict[str, Any]], Coroutine[Any, Any, None]]] = {
            "document": self._hub.document,
            "receipt": self._hub.receipt,
            "status": self._hub.status,
        }
        if ask not in carry or not isinstance(raw, dict):
            raise Invalid(f"The host carries no {ask!r}.")
        return await carry[ask]({**raw, "connection": self._name})


def _said_of(ended: Ended) -> str:
    """How it ended, in the middle of a sentence."""
    words = str(ended)
    small = f"{words[:1].lower()}{words[1:]}"
    return small if small.startswith("ended by itself") else f"was {small}"


def _ending(status: int) -> str:
    """How a process ended, from its exit status."""
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"Ended by {signal.Signals(-status).name}"
        return f"Ended by signal {-status}"
    return f"Ended by itself with status {status}"
