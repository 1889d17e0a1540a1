"""What observable commands tell while they run: intermediate responses, status, progress, remaining time.

All of it goes into the stream as events of kind `command_progress`, and onto the channels that name it; a channel's
node is `Feature/Command/Response`, its fully qualified identifier, or one of `INFO` in the response's place. Nothing
is given up in silence: what a command tells faster than it can be carried off is counted, and the count is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sila import client as sila

from titer.base.clock import Clock, us
from titer.base.errors import Invalid
from titer.connect.core.contract import Command, event
from titer.connect.core.values import as_json
from titer.connect.sila2.names import find

EVERY_S = 0.5
"""At most one event of a command in this time, with all that it told meanwhile: each is an entry of the record."""
MOST_WAITING = 1_000
MOST_TEXT = 256 * 1024
"""What of one command's intermediate responses may wait to be carried off, in responses and in characters of JSON."""
MOST_AWAY = 100
"""Events that were handed over and are not durable; while so many wait, commands keep what they tell."""
LONGEST = 64 * 1024
"""A single response of more characters is told by its size and digest alone."""
ENDING_S = 10.0
"""How long the stream of a command that is over may take to deliver what the server had sent before."""
LONGEST_S = 366 * 86_400.0
"""A remaining time of more seconds, or of less than none, is none."""
STATUS, FRACTION, REMAINING = INFO = ("@status", "@progress", "@remaining")
"""Nodes of a command's execution info: its status in words, the fraction that is done, seconds that are left."""

Put = Callable[[int, Any], Awaitable[None]]


def step_of(node: str) -> tuple[str, str] | None:
    """The command and the response, or part of its execution info, that a channel's node names; None if none.

    Example:
        >>> step_of("Bench/Wash/Cycle")
        ('Bench/Wash', 'Cycle')
        >>> step_of("org.example/test/Bench/v1/Command/Wash/IntermediateResponse/Cycle")
        ('org.example/test/Bench/v1/Command/Wash', 'Cycle')
        >>> step_of("Bench/State") is None
        True
    """
    parts = node.strip("/").split("/")
    if len(parts) == 3:
        return "/".join(parts[:2]), parts[2]
    if (
        len(parts) >= 7
        and parts[4] == "Command"
        and (parts[6] in INFO or parts[6:7] == ["IntermediateResponse"])
    ):
        return "/".join(parts[:6]), parts[-1]
    return None


class Progress:
    """What the commands of one connection have told and what the stream has not made durable yet.

    Args:
        clock: the host's.
        put: takes a value for a channel, by its index, where there is a stream.
    """

    def __init__(self, clock: Clock, put: Put) -> None:
        self.clock = clock
        self.put = put
        self.arrived = asyncio.Event()
        self._channels: dict[tuple[str, str, str], list[int]] = {}
        self._told: list[Told] = []
        self._away: list[dict[str, Any]] = []

    def forget_channels(self) -> None:
        """A new connection names them anew."""
        self._channels.clear()

    def follow(self, client: sila.Client, node: str, index: int) -> bool:
        """Have a channel take what its node names of a command; False if it names nothing of one.

        Raises:
            Invalid: if the server has no such command, or the command no such intermediate response.
        """
        step = step_of(node)
        if step is None:
            return False
        feature, name = find(client, step[0])
        command = feature.commands.get(name)
        known = (*INFO, *getattr(command, "intermediate_responses", ()))
        if not isinstance(command, sila.ObservableCommand) or step[1] not in known:
            raise Invalid(
                f"{node} names nothing that a command of the server tells while it runs.",
                where=node,
                do=f"Name an observable command and one of {', '.join(known)}.",
            )
        key = (str(feature.fully_qualified_identifier), name, step[1])
        self._channels.setdefault(key, []).append(index)
        return True

    def of(self, command: Command, feature: str, name: str) -> Told:
        """What this command will tell.

        Args:
            command: that is called.
            feature: its fully qualified identifier.
            name: of the command in it.
        """
        told = Told(
            self, command, {key[2]: at for key, at in self._channels.items() if key[:2] == (feature, name)}
        )
        self._told.append(told)
        return told

    def taken(self) -> tuple[dict[str, Any], ...]:
        """Events of all that was told and is not durable; `kept` says that they are."""
        if len(self._away) < MOST_AWAY:
            fresh = [found for found in (told.event() for told in self._told) if found is not None]
            self._told = [told for told in self._told if not told.over]
            self._away += fresh
        return tuple(self._away)

    def kept(self) -> None:
        """What was taken last is on disk."""
        self._away.clear()


class Told:
    """What one command tells."""

    def __init__(self, progress: Progress, command: Command, channels: Mapping[str, list[int]]) -> None:
        self._progress = progress
        self._command = command
        self._channels = channels
        self._execution = ""
        self._responses: list[dict[str, Any]] = []
        self._text = 0
        self._info: list[dict[str, Any]] = []
        self._lost = 0
        self._broken = False
        self.count = 0
        self.over = False

    def begun(self, execution: str) -> None:
        """The server took the command on under this identifier."""
        self._execution = execution
        self._progress.arrived.set()

    def ended(self) -> None:
        """The command tells no more."""
        self.over = True
        self._progress.arrived.set()

    async def info(self, told: sila.CommandExecutionInfo) -> None:
        """Its execution info changed."""
        progress, left = told.progress, told.remaining_time
        if left is not None and not 0 <= left.total_seconds <= LONGEST_S:
            left = None
        now = {
            "status": told.status.name.lower(),
            "progress": None if progress is None else repr(float(progress.value)),
            "remaining_us": None if left is None else round(left.total_seconds * 1_000_000),
        }
        if self._info and {**self._info[-1], "at_us": 0} == {**now, "at_us": 0}:
            return
        if len(self._info) >= MOST_WAITING:
            self._info.pop()  # a state: the newest stands for those before it
        self._info.append({"at_us": us(self._progress.clock.now()), **now})
        self._progress.arrived.set()
        for name, value in (
            (STATUS, now["status"]),
            (FRACTION, None if progress is None else float(progress.value)),
            (REMAINING, None if left is None else left.total_seconds),
        ):
            if value is not None:
                await self._put(name, value)

    async def responses(self, given: Mapping[str, Any]) -> None:
        """An intermediate response came."""
        self.count += 1
        values = as_json(dict(given))
        text = json.dumps(values, ensure_ascii=False)
        if len(text) > LONGEST:
            found = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
            values = {"too_long": {"characters": len(text), "sha256": found}}
            text = json.dumps(values)
        if len(self._responses) >= MOST_WAITING or self._text + len(text) > MOST_TEXT:
            self._lost += 1
        else:
            self._text += len(text)
            self._responses.append({"at_us": us(self._progress.clock.now()), "values": values})
        self._progress.arrived.set()
        for name, value in given.items():
            await self._put(name, value)

    def broken(self) -> None:
        """The stream of intermediate responses broke off and is begun anew: some may be missing."""
        self._broken = True
        self._progress.arrived.set()

    async def _put(self, name: str, value: Any) -> None:
        for index in self._channels.get(name, ()):
            await self._progress.put(index, value)

    def event(self) -> dict[str, Any] | None:
        """All that was told since the last event, as one; None if nothing was."""
        if not (self._responses or self._info or self._lost or self._broken):
            return None
        now = us(self._progress.clock.now())
        times = [one["at_us"] for one in (*self._responses, *self._info)] or [now]
        found = event(
            "command_progress",
            now,
            self._words(),
            from_us=min(times),
            to_us=max(times),
            command=self._command.key,
            target=self._command.target,
            execution=self._execution,
            info=self._info,
            responses=self._responses,
            count=self.count,
            lost=self._lost,
            interrupted=self._broken,
        )
        self._responses, self._info, self._text, self._lost, self._broken = [], [], 0, 0, False
        return found

    def _words(self) -> str:
        said = []
        if self._info:
            newest = self._info[-1]
            said.append(f"{self._command.target} is {newest['status'].replace('_', ' ')}")
            if newest["progress"] is not None:
                said.append(f"{100 * float(newest['progress']):.0f} % done")
            if newest["remaining_us"]:
                said.append(f"{newest['remaining_us'] / 1e6:.0f} s left")
        if self._responses:
            said.append(f"{len(self._responses)} intermediate responses of {self._command.target}")
        if self._lost:
            said.append(f"{self._lost} more came faster than they could be carried off, and are not kept")
        if self._broken:
            said.append("the connection broke, and some may be missing")
        return ", ".join(said) + "."


async def follow(execution: sila.CommandExecution, command: Any, told: Told, over: asyncio.Event) -> None:
    """Take every intermediate response of an execution in, also those that arrive behind the news of its end.

    The library's own subscription is closed as soon as the status says that the command is over. That comes by
    another stream, which may be the faster one: of 1,000 responses 997 were lost so. So a stream of ours is opened
    for the same call, and read until the server ends it.

    Args:
        execution: begun.
        command: the library's; its intermediate responses are known.
        told: takes them.
        over: is set when the status says that the command is over.
    """
    feature = command.feature
    kind = f"{feature.fully_qualified_identifier.rpc_package}.{command.identifier}_IntermediateResponses"

    async def decode(raw: bytes) -> Any:
        return await feature.context.protobuf.decode(kind, raw)

    while True:
        try:
            stream = await execution._open_stream("Intermediate", decode)
            try:
                async for given in stream:
                    await told.responses(given)
                return
            finally:
                stream.close()
        except sila.SiLAError as error:
            # What is told in between is told to nobody; the command itself is followed by its status.
            told.broken()
            if over.is_set() or not isinstance(error, sila.SiLAConnectionError):
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await over.wait()
