"""The connector host: a process that outlives the hub's restarts and leaves with its parent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from titer.base.clock import Clock, from_iso, iso, us
from titer.base.errors import Invalid, TiterError
from titer.connect.core import trusted
from titer.connect.core.contract import Command, ConnectionConfig
from titer.connect.core.ends import Ended, last, note
from titer.connect.core.hub import Hub
from titer.connect.core.places import Explorer, Place, Taker
from titer.connect.core.questions import Questions
from titer.connect.core.supervise import Backoff, Once, repeat
from titer.connect.core.upstream import Remembering

log = logging.getLogger("titer.connect")
LASTED_S = 120.0
"""A connection that ran for so long is started again soon after it ended."""


class Host:
    """Serves the connections that the hub assigns to this host.

    Args:
        hub: the hub.
        folder: where journals and the last known list of connections lie.
        clock: the host's clock.
        place: where the connections run.
        poll: seconds between looks at the list of connections.
        explorer: where questions of people are answered who set up a connection; None = nowhere.
        chance: see `Backoff`; for the pauses before an ended process is started again.
    """

    def __init__(
        self,
        hub: Hub,
        folder: Path,
        clock: Clock,
        place: Place,
        *,
        poll: float = 2.0,
        explorer: Explorer | None = None,
        chance: Callable[[], float] | None = None,
    ) -> None:
        self._hub = hub
        self._folder = folder
        self._clock = clock
        self._place = place
        self._chance = chance
        self._poll = poll
        self._etag = ""
        self._trust: dict[str, Any] | None = None
        self._tasks: dict[str, tuple[ConnectionConfig, asyncio.Task[None]]] = {}
        self._takers: dict[str, Taker] = {}
        self._questions = Questions(hub, explorer, folder) if explorer is not None else None

    async def run(self) -> None:
        """Work until cancelled; then close every journal."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            await self._apply(self._remembered())
            async with asyncio.TaskGroup() as group:
                group.create_task(
                    repeat(self._refresh, Once(log, "connections"), most=2.0), name="connections"
                )
                group.create_task(repeat(self._commands, Once(log, "commands"), most=2.0), name="commands")
                if self._questions is not None:
                    asking = repeat(self._questions.step, Once(log, "questions"), most=2.0)
                    group.create_task(asking, name="questions")
        finally:
            if self._questions is not None:
                await self._questions.close()
            await self._apply([])

    async def _refresh(self) -> float:
        listed, self._etag = await self._hub.connections(self._etag, 0.0)
        if listed is not None:
            await self._apply(listed)
            self._remember(listed)
        # At every look, not at a change alone: what somebody puts into the folder by hand is not trusted for long.
        self._keep_trust()
        return self._poll

    def _keep_trust(self) -> None:
        if self._trust is not None:
            trusted.keep(self._folder, self._trust)

    async def _commands(self) -> float:
        for raw in await self._hub.commands():
            command = read_command(raw)
            taker = self._takers.get(command.connection)
            if taker is not None:
                taker.command(command)
            else:
                log.warning("command %s is for %s, which is not running", command.key, command.connection)
        return 0.05

    async def _apply(self, listed: list[dict[str, Any]]) -> None:
        self._trust = next((raw["trust"] for raw in listed if raw.get("trust") is not None), self._trust)
        self._keep_trust()
        wanted = {}
        for raw in listed:
            try:
                config = ConnectionConfig.of(raw)
                wanted[config.name] = config
            except TiterError as error:
                await self._tell(str(raw.get("name", "")), "refused", str(error))
        leaving = [
            name
            for name, (config, _) in self._tasks.items()
            if name not in wanted or not _same(wanted[name], config)
        ]
        for name in leaving:
            self._tasks[name][1].cancel()
        await asyncio.gather(*(self._tasks[name][1] for name in leaving), return_exceptions=True)
        for name in leaving:
            del self._tasks[name]
        for name, config in wanted.items():
            if name not in self._tasks:
                task = asyncio.create_task(self._serve(config), name=f"connection {name}")
                self._tasks[name] = (config, task)

    async def _serve(self, config: ConnectionConfig) -> None:
        once = Once(log, config.name)
        refused, ended = Backoff(0.5, 30.0), Backoff(1.0, 60.0, self._chance)
        because = ""
        while True:
            begun = time.monotonic()
            try:
                await self._serve_once(config, because)
            except asyncio.CancelledError:
                raise
            except Ended as error:
                if time.monotonic() - begun > LASTED_S:
                    ended.reset()
                pause, because = ended.following(), f"{error}."
                log.error("%s: %s; it is started again in %.1f s", config.name, error, pause)
                await self._tell_end(config.name, error, pause)
                await asyncio.sleep(pause)
            except Exception as error:  # noqa: BLE001 - supervision: one connection never ends the others
                once.fault(error)
                await self._tell(config.name, "refused", str(error) or type(error).__name__)
                await refused.pause()

    async def _serve_once(self, config: ConnectionConfig, because: str) -> None:
        folder = self._folder / _file_name(config.name)
        hub = Remembering(self._hub, await asyncio.to_thread(last, folder))

        def begun(taker: Taker) -> None:
            self._takers[config.name] = taker

        try:
            await self._place.serve(config, hub, folder, self._clock, begun, because)
        finally:
            self._takers.pop(config.name, None)

    async def _tell_end(self, name: str, error: Ended, pause: float) -> None:
        folder = self._folder / _file_name(name)
        kept = None
        try:
            kept = await asyncio.to_thread(note, folder, self._clock.now(), error, pause)
        except OSError as fault:
            log.warning("how the process of %s ended is not kept: %s", name, fault)
        await self._tell(name, "disconnected", f"{error}, started again in {pause:.0f} s", ended=kept)

    async def _tell(self, name: str, state: str, message: str, **more: Any) -> None:
        with contextlib.suppress(TiterError):
            await self._hub.status(
                {
                    "connection": name,
                    "state": state,
                    "since": iso(self._clock.now()),
                    "backlog": 0,
                    "backlog_bytes": 0,
                    "clock": None,
                    "identity": None,
                    "message": message,
                    **more,
                }
            )

    def _remembered(self) -> list[dict[str, Any]]:
        path = self._folder / "connections.json"
        if not path.exists():
            return []
        try:
            return list(json.loads(path.read_text("utf-8")))
        except ValueError:
            log.warning("%s cannot be read; waiting for the hub's list", path)
            return []

    def _remember(self, listed: list[dict[str, Any]]) -> None:
        path = self._folder / "connections.json"
        draft = path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(listed, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def read_command(raw: dict[str, Any]) -> Command:
    """Read one entry of `GET /api/connect/commands`.

    Raises:
        Invalid: if it has no key, connection, kind or target.
    """
    try:
        deadline = raw.get("deadline")
        return Command(
            key=str(raw["key"]),
            connection=str(raw["connection"]),
            kind=str(raw["kind"]),
            target=str(raw["target"]),
            value=None if raw.get("value") is None else str(raw["value"]),
            unit=str(raw.get("unit") or ""),
            parameters=dict(raw.get("parameters") or {}),
            deadline_us=us(from_iso(deadline)) if isinstance(deadline, str) else int(deadline or 0),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise Invalid("A command from the hub cannot be read.", why=repr(error)) from error


def _same(one: ConnectionConfig, other: ConnectionConfig) -> bool:
    return (one.type, one.settings, one.channels, one.version) == (
        other.type,
        other.settings,
        other.channels,
        other.version,
    )


def _file_name(connection: str) -> str:
    if not connection or connection.startswith(".") or set(connection) & set("/\\\0:"):
        raise Invalid(f"{connection!r} cannot name a folder.", do="Use letters, digits, dash and dot.")
    return connection
