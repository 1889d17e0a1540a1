"""The connector host: a process that outlives the hub's restarts and leaves with its parent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from titer.base.clock import Clock, from_iso, iso, us
from titer.base.errors import Invalid, TiterError
from titer.connect.core import trusted
from titer.connect.core.contract import Command, ConnectionConfig, Connector, enumerations
from titer.connect.core.hub import Hub
from titer.connect.core.journal import JOURNAL, Journal
from titer.connect.core.questions import Questions
from titer.connect.core.runner import ConnectionRunner
from titer.connect.core.supervise import Backoff, Once, repeat
from titer.connect.types import ConnectionType

log = logging.getLogger("titer.connect")
ConnectorFactory = Callable[[ConnectionConfig, Clock, Path], Connector]


class Host:
    """Serves the connections that the hub assigns to this host.

    Args:
        hub: the hub.
        folder: where journals and the last known list of connections lie.
        clock: the host's clock.
        connectors: connector type -> factory.
        poll: seconds between looks at the list of connections.
        types: connector type -> manifest, for questions of people who set up a connection; none = no questions.
    """

    def __init__(
        self,
        hub: Hub,
        folder: Path,
        clock: Clock,
        connectors: Mapping[str, ConnectorFactory],
        *,
        poll: float = 2.0,
        types: Mapping[str, ConnectionType] | None = None,
    ) -> None:
        self._hub = hub
        self._folder = folder
        self._clock = clock
        self._connectors = connectors
        self._poll = poll
        self._etag = ""
        self._trust: dict[str, Any] | None = None
        self._tasks: dict[str, tuple[ConnectionConfig, asyncio.Task[None]]] = {}
        self._runners: dict[str, ConnectionRunner] = {}
        self._questions = Questions(hub, types, folder, clock) if types is not None else None

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
            runner = self._runners.get(command.connection)
            if runner is not None:
                runner.command(command)
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
                await self._refuse(str(raw.get("name", "")), error)
        for name, (config, task) in list(self._tasks.items()):
            if name not in wanted or not _same(wanted[name], config):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                del self._tasks[name]
        for name, config in wanted.items():
            if name not in self._tasks:
                task = asyncio.create_task(self._serve(config), name=f"connection {name}")
                self._tasks[name] = (config, task)

    async def _serve(self, config: ConnectionConfig) -> None:
        once, backoff = Once(log, config.name), Backoff(0.5, 10.0)
        while True:
            try:
                await self._serve_once(config)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - supervision: one connection never ends the others
                once.fault(error)
                await self._refuse(config.name, error)
            await backoff.pause()

    async def _serve_once(self, config: ConnectionConfig) -> None:
        factory = self._connectors.get(config.type)
        if factory is None:
            raise Invalid(
                f"This host has no connector of type {config.type!r}.",
                why=f"Known: {sorted(self._connectors)}.",
            )
        folder = self._folder / _file_name(config.name)
        connector = factory(config, self._clock, folder)
        journal = await Journal.open(
            folder / JOURNAL,
            config.name,
            [channel.tag for channel in config.channels],
            self._clock,
            hub_epoch=config.epoch,
            names=enumerations(config.channels),
            limit=int(config.settings.get("journal_limit_mb", 2048)) * 1024 * 1024,
            age_s=float(config.settings.get("journal_days", 0)) * 86_400,
            reserve=int(config.settings.get("disk_reserve_mb", 64)) * 1024 * 1024,
        )
        runner = ConnectionRunner(config, connector, journal, self._hub, self._clock)
        self._runners[config.name] = runner
        try:
            await runner.run()
        finally:
            del self._runners[config.name]
            await runner.close()

    async def _refuse(self, name: str, error: BaseException) -> None:
        with contextlib.suppress(TiterError):
            await self._hub.status(
                {
                    "connection": name,
                    "state": "refused",
                    "since": iso(self._clock.now()),
                    "backlog": 0,
                    "backlog_bytes": 0,
                    "clock": None,
                    "identity": None,
                    "message": str(error) or type(error).__name__,
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
