"""The SiLA 2 connector: features are discovered, commands called, properties polled or followed.

SiLA 2 gives no source time and no quality with a value: the time of receipt stands in, and the status says
so (`STAMPED_ON_RECEIPT`). Streams of observable properties fail in silence, so a heartbeat asks the server for
its UUID. There is no history: an outage is a gap that nobody can fill.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sila import client as sila

from titer.base.clock import Clock, us
from titer.base.errors import Invalid, TiterError, Unavailable
from titer.connect.core.acquired import Acquired, Axis, places
from titer.connect.core.columns import Columns
from titer.connect.core.contract import (
    Batch,
    Capability,
    ClockSample,
    Command,
    ConnectionConfig,
    DeviceIdentity,
    Gap,
    Outcome,
    Receipt,
    Resume,
    event,
)
from titer.connect.core.values import READING_FAILED, STAMPED_ON_RECEIPT, as_number, as_points
from titer.connect.sila2.calls import Running, call
from titer.connect.sila2.cancelling import cancel
from titer.connect.sila2.identity import identify
from titer.connect.sila2.names import find
from titer.connect.sila2.progress import EVERY_S, Progress
from titer.connect.sila2.reaching import client_of
from titer.connect.sila2.settings import SilaSettings, seconds

QUEUE_LIMIT = 10_000
_TOLD = "told"
MOST_POINTS = 2_000_000
"""Of spectra in one batch: what a frame bears with all its axes is several times as much."""


@dataclass(slots=True)
class _Reading:
    index: int
    at_us: int
    number: float
    text: str | None
    status: int
    acquired: Acquired | None = None


class SilaConnector:
    """See the module; the contract is `titer.connect.core.contract.Connector`.

    Args:
        config: the connection; its settings are `SilaSettings`.
        clock: the host's clock.
        folder: not needed; every connector is offered one.
    """

    def __init__(self, config: ConnectionConfig, clock: Clock, folder: Path) -> None:
        self.capabilities = frozenset({Capability.STREAM, Capability.COMMANDS})
        self._config = config
        self._clock = clock
        self._settings = settings = SilaSettings.of(config.settings)
        self._patience_ms = settings.timeout_ms
        self._polls = [
            seconds(channel.settings, "poll_s") if "poll_s" in channel.settings else settings.poll_s
            for channel in config.channels
        ]
        self._client: sila.Client | None = None
        self._online = asyncio.Event()
        self._readings: asyncio.Queue[_Reading | None] = asyncio.Queue(QUEUE_LIMIT)
        self._progress = Progress(clock, self._put_step)
        self._running: dict[str, Running] = {}
        self._retired: list[sila.Client] = []
        self._skipped: list[str] = []
        self._last: dict[str, int] = {}
        self._disturbed = False
        self._identity = ""
        self._axes: dict[int, Axis] = {}

    async def open(self, resume: Resume) -> None:
        """Take over the newest times of receipt and the server's UUID."""
        self._progress.arrived.set()
        self._last = {tag: known.source_us for tag, known in resume.last.items()}
        self._identity = resume.state.get("server_uuid", "")

    async def close(self) -> None:
        """Close the channel, and those that were kept for calls under way."""
        self._online.clear()
        self._retire()
        await self._bury()

    def _retire(self) -> None:
        if self._client is not None:
            self._retired.append(self._client)
            self._client = None

    async def _bury(self) -> None:
        while self._retired:
            with contextlib.suppress(sila.SiLAError, OSError):
                await self._retired.pop().close()

    # the stream -----------------------------------------------------------------------------------------

    async def stream(self) -> AsyncIterator[Batch]:
        """Connect, then yield what is polled and followed; raises when the heartbeat fails."""
        tasks: list[asyncio.Task[None]] = []
        try:
            self._readings = asyncio.Queue(QUEUE_LIMIT)  # what an earlier connection left lies in its gap
            client = await self._connect()
            uuid = await client.get_server_uuid(timeout=self._patience_ms)
            self._progress.forget_channels()
            told = {
                index
                for index, channel in enumerate(self._config.channels)
                if self._progress.follow(client, channel.node, index)
            }
            self._axes = await self._read_axes(client)
            self._online.set()
            yield self._first(uuid)
            tasks = [asyncio.create_task(self._heartbeat(client)), asyncio.create_task(self._carry())]
            for index, channel in enumerate(self._config.channels):
                if index in told:
                    continue
                kind, prop = self._property(client, channel.node)
                follow = self._follow if kind == "observable" else self._poll
                tasks.append(asyncio.create_task(follow(prop, index)))
            while True:
                for reading in await self._gather(tasks):
                    yield reading
        except (sila.SiLAError, OSError, TimeoutError) as error:
            raise Unavailable(
                f"The SiLA server {self._address} broke off: {_words(error)}.",
                do="Look whether it runs and whether host, port and TLS are right.",
            ) from error
        finally:
            self._disturbed = self._disturbed or self._online.is_set()
            self._online.clear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._retire()
            if not self._running:
                await self._bury()

    async def _gather(self, tasks: list[asyncio.Task[None]]) -> list[Batch]:
        waiting = asyncio.create_task(self._readings.get())
        try:
            done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                task.result()
                raise Unavailable(f"The SiLA server {self._address} ended a stream.")
            found = [waiting.result()]
        finally:
            waiting.cancel()
        room = MOST_POINTS - _points(found[0])
        while not self._readings.empty() and room > 0:
            found.append(self._readings.get_nowait())
            room -= _points(found[-1])
        batch = self._batch([one for one in found if one is not None])
        if None in found:
            batch = replace(batch, events=self._progress.taken(), cursor=_TOLD)
        return [batch] if len(batch.columns) or batch.events else []

    async def _carry(self) -> None:
        """Have what commands tell carried off, not more often than the record shall have an entry of it."""
        while True:
            await self._progress.arrived.wait()
            self._progress.arrived.clear()
            await self._readings.put(None)
            await asyncio.sleep(EVERY_S)

    @property
    def _address(self) -> str:
        return self._settings.address

    async def _connect(self) -> sila.Client:
        self._retire()
        client = client_of(self._settings)
        try:
            skipped = await client.open(timeout=self._patience_ms)
        except BaseException:
            with contextlib.suppress(sila.SiLAError, OSError):
                await client.close()
            raise
        self._client = client
        self._skipped = sorted(str(error.feature_identifier) for error in skipped)
        return client

    def _first(self, uuid: str) -> Batch:
        now = us(self._clock.now())
        new_life = bool(self._identity) and self._identity != uuid
        events: list[dict[str, Any]] = []
        if self._disturbed:
            events.append(event("reconnected", now, "Reconnected to the SiLA server."))
        windows = {tag: (last, now) for tag, last in self._last.items() if last < now}
        if windows:
            gap = Gap(f"{self._config.name}-{now}", windows, "Nobody listened to the SiLA server.")
            events.append(gap.event("gap_opened", list(windows), now, gap.reason))
            events.append(
                gap.event("gap_unrecoverable", list(windows), now, "SiLA 2 servers keep no history.")
            )
        self._identity = uuid
        return Batch(Columns.empty(), events=tuple(events), new_life=new_life, state={"server_uuid": uuid})

    def _batch(self, readings: list[_Reading]) -> Batch:
        return Batch(
            Columns.of(
                [one.index for one in readings],
                [one.at_us for one in readings],
                [one.number for one in readings],
                [one.status for one in readings],
                received_us=us(self._clock.now()),
                text={row: one.text for row, one in enumerate(readings) if one.text is not None},
                arrays={row: one.acquired for row, one in enumerate(readings) if one.acquired is not None},
            )
        )

    def _property(self, client: sila.Client, node: str) -> tuple[str, Any]:
        feature, name = find(client, node)
        prop = feature.properties.get(name)
        if prop is None:
            raise Invalid(
                f"The feature {feature.identifier} has no property {name!r}.",
                where=node,
                why=f"It has {', '.join(sorted(feature.properties)) or 'none'}.",
            )
        return ("observable" if isinstance(prop, sila.ObservableProperty) else "unobservable"), prop

    async def _poll(self, prop: Any, index: int) -> None:
        while True:
            try:
                value = await prop.read(timeout=self._patience_ms)
            except (sila.DefinedExecutionError, sila.UndefinedExecutionError, sila.FrameworkError):
                await self._put(index, None, READING_FAILED)
            else:
                await self._put(index, value, STAMPED_ON_RECEIPT)
            await asyncio.sleep(self._polls[index])

    async def _follow(self, prop: Any, index: int) -> None:
        stream = await prop.subscribe(timeout=self._patience_ms)
        try:
            async for value in stream:
                await self._put(index, value, STAMPED_ON_RECEIPT)
        finally:
            stream.close()

    async def _put(self, index: int, value: Any, status: int) -> None:
        points = as_points(value)
        number, text = as_number(value) if points is None else (float("nan"), None)
        acquired = None if points is None else self._acquired(index, points)
        await self._readings.put(_Reading(index, us(self._clock.now()), number, text, status, acquired))

    def _acquired(self, index: int, points: NDArray[np.float64]) -> Acquired:
        """A list of numbers along the axis that the channel names; along their places where it names none."""
        axis = self._axes.get(index)
        return Acquired(
            points, axis if axis is not None and len(axis.values) == len(points) else places(len(points))
        )

    async def _read_axes(self, client: sila.Client) -> dict[int, Axis]:
        """The axes that channels name: each is a property that holds a list of numbers, read once a connection.

        Raises:
            Invalid: if there is no such property, or it holds anything else.
        """
        found: dict[int, Axis] = {}
        for index, channel in enumerate(self._config.channels):
            node = str(channel.settings.get("axis") or "")
            if not node:
                continue
            kind, prop = self._property(client, node)
            values = None if kind == "observable" else as_points(await prop.read(timeout=self._patience_ms))
            if values is None:
                raise Invalid(
                    f"{node} is no axis: it is no unobservable property that holds a list of numbers.",
                    where=channel.tag,
                )
            name = node.rpartition("/")[2]
            found[index] = Axis(name, str(channel.settings.get("axis_unit") or "1"), values)
        return found

    async def _put_step(self, index: int, value: Any) -> None:
        """A value that a command told, for a channel; one that comes while nothing streams lies in the gap."""
        if self._online.is_set():
            await self._put(index, value, STAMPED_ON_RECEIPT)

    async def _heartbeat(self, client: sila.Client) -> None:
        while True:
            await asyncio.sleep(self._settings.heartbeat_s)
            await client.get_server_uuid(timeout=self._patience_ms)

    async def ack(self, cursor: Any) -> None:
        """What commands told is on disk; SiLA 2 itself knows no acknowledgement."""
        if cursor == _TOLD:
            self._progress.kept()

    async def backfill(self, gap: Gap) -> AsyncIterator[Batch]:
        """SiLA 2 knows no history; gaps are opened and given up at once."""
        raise Unavailable("SiLA 2 servers keep no history.")
        yield  # pragma: no cover

    async def clock(self) -> ClockSample | None:
        """SiLA 2 has no clock that could be asked."""
        return None

    async def describe(self) -> DeviceIdentity:
        """Name, type, version, UUID and serial number of the server, and a fingerprint of its features."""
        return await identify(self._live(), self._settings, self._skipped)

    def _live(self) -> sila.Client:
        if self._client is None or not self._online.is_set():
            raise Unavailable(f"{self._config.name} is not connected.")
        return self._client

    # commands -------------------------------------------------------------------------------------------

    async def invoke(self, command: Command) -> Receipt:
        """Call a command, unobservable or observable, and return its responses; or cancel one that runs."""
        if command.kind == "cancel":
            return await cancel(self._running.get(command.target), command, self._patience_ms)
        if command.kind != "call":
            return Receipt(Outcome.FAILED, message="SiLA 2 properties cannot be written; call a command.")
        try:
            async with asyncio.timeout(self._settings.command_patience_s):
                await self._online.wait()
            client = self._live()
        except (TimeoutError, TiterError):
            return Receipt(Outcome.FAILED, message=f"{self._config.name} is not connected; nothing was sent.")
        running = self._running[command.key] = Running(client)
        try:
            return await call(running, command, self._settings.command_timeout_s, self._progress)
        finally:
            del self._running[command.key]
            if not self._running:
                await self._bury()

    async def observe(self, command: Command) -> Receipt:
        """A call that was interrupted leaves nothing to look at."""
        return Receipt(
            Outcome.UNKNOWN,
            message="The call was interrupted. A SiLA 2 server cannot be asked what became of it: "
            "look at the instrument.",
        )


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _points(reading: _Reading | None) -> int:
    return 0 if reading is None or reading.acquired is None else len(reading.acquired.values)
