"""Where a connection runs: in a process of its own (`children.Processes`), or within the host's, which tests do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from titer.base.clock import Clock
from titer.base.errors import Invalid
from titer.connect.core.contract import Command, ConnectionConfig, Connector, enumerations
from titer.connect.core.journal import JOURNAL, Journal
from titer.connect.core.runner import ConnectionRunner
from titer.connect.core.upstream import Upstream

ConnectorFactory = Callable[[ConnectionConfig, Clock, Path], Connector]


class Taker(Protocol):
    """A connection at work."""

    def command(self, command: Command) -> None:
        """Take a command on; the same key again is answered, never carried out again."""
        ...


Begun = Callable[[Taker], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks who sets up a connection; see `ConnectionType.explore`.

    Attributes:
        type: of the connection.
        kind: what is asked.
        about: see the type's `explore`.
        settings: of the connection, or as far as they are known.
    """

    type: str
    kind: str
    about: Mapping[str, Any]
    settings: Mapping[str, Any]


class Explorer(Protocol):
    """Where questions are answered."""

    async def explore(self, question: Question, folder: Path) -> Mapping[str, Any]:
        """Answer a question.

        Args:
            question: what is asked.
            folder: of the host.

        Raises:
            TiterError: if there is no answer, or who looks for one was ended.
        """
        ...


class Place(Protocol):
    """Where connections run."""

    async def serve(
        self, config: ConnectionConfig, hub: Upstream, folder: Path, clock: Clock, begun: Begun, because: str
    ) -> None:
        """Run a connection until cancelled.

        Args:
            config: the connection.
            hub: where everything goes.
            folder: of the connection, below the host's.
            clock: the host's.
            begun: told once commands can be taken.
            because: why nothing was taken before, if that is known.

        Raises:
            Ended: if its process ended.
            TiterError: if it cannot be run as it is set.
        """
        ...


class Within:
    """Runs connections within the process that asks: a connector that leaks or spins takes all of it along.

    For tests of connectors, and inside of a connection's own process.

    Args:
        connectors: connector type -> factory.
    """

    def __init__(self, connectors: Mapping[str, ConnectorFactory]) -> None:
        self._connectors = connectors

    async def serve(
        self, config: ConnectionConfig, hub: Upstream, folder: Path, clock: Clock, begun: Begun, because: str
    ) -> None:
        """Run a connection until cancelled."""
        factory = self._connectors.get(config.type)
        if factory is None:
            raise Invalid(
                f"This host has no connector of type {config.type!r}.",
                why=f"Known: {sorted(self._connectors)}.",
            )
        connector = factory(config, clock, folder)
        journal = await Journal.open(
            folder / JOURNAL,
            config.name,
            [channel.tag for channel in config.channels],
            clock,
            hub_epoch=config.epoch,
            names=enumerations(config.channels),
            limit=int(config.settings.get("journal_limit_mb", 2048)) * 1024 * 1024,
            age_s=float(config.settings.get("journal_days", 0)) * 86_400,
            reserve=int(config.settings.get("disk_reserve_mb", 64)) * 1024 * 1024,
        )
        runner = ConnectionRunner(config, connector, journal, hub, clock, because=because)
        begun(runner)
        try:
            await runner.run()
        finally:
            await runner.close()
