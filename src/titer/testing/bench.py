"""A connector under test: its device, the cable between them, the host that runs it, and the hub."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from titer.base.clock import SystemClock
from titer.connect import Frame, Quality
from titer.connect.core.host import Host
from titer.connect.core.hub import Hub
from titer.connect.core.places import ConnectorFactory, Within
from titer.connect.registry import CONNECTORS
from titer.testing.connectors import Account, Cable, FakeHub, patience, quiet_port

CONNECTION = "under-test"
PATIENCE_S = 20.0
"""How long anything may take to happen on a quiet machine."""
Stored = tuple[str, float | str, int]
"""Tag, value, source time in microseconds."""


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something to happen, longer on a busy machine.

    Raises:
        AssertionError: if it did not.
    """
    begin = time.monotonic()
    while not condition():
        waited = time.monotonic() - begin
        assert waited < PATIENCE_S * patience(), f"{what} did not happen within {waited:.0f} s"  # noqa: S101
        await asyncio.sleep(0.02)


class Peer:
    """The device at the other end, written by who writes the connector; it keeps its own account of what it said.

    What a device of the kind cannot do stands in `exempt`, with the reason: `{"overflow": "it holds one value"}`.

    Args:
        folder: for files of its own.
    """

    type: ClassVar[str] = ""
    """The type of connection under test."""
    dials: ClassVar[bool] = False
    """Whether the device calls, and the connector listens."""
    exempt: ClassVar[Mapping[str, str]] = {}
    """Check -> why it does not apply: command, cut, fault, freeze, garbage, flood, life, overflow, secret."""
    connectors: ClassVar[Mapping[str, ConnectorFactory]] = CONNECTORS
    """How the connector is made: as installed, unless a test of the kit itself says otherwise."""
    secret: ClassVar[str] = "kept-between-us-7719"  # noqa: S105 - of a device that is none
    """What must appear in no log, status or identity."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def settings(self, port: int) -> dict[str, Any]:
        """The connection's settings; `port` is of this machine."""
        raise NotImplementedError

    def channels(self) -> list[dict[str, Any]]:
        """The lines of its channels file."""
        return []

    async def start(self, port: int) -> None:
        """Begin a life: listen at `port`, or call it where the device dials."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Die, as with kill -9: every connection breaks, no farewell is said."""
        raise NotImplementedError

    def made(self) -> list[tuple[str, float | str]]:
        """Tag and value of everything that it said, in order; no value of a tag occurs twice."""
        raise NotImplementedError

    def stored(self, hub: FakeHub) -> list[Stored]:
        """What of it has arrived; a device that hands over files looks at the hub's documents."""
        found: list[Stored] = []
        for frame in hub.decoded(CONNECTION):
            for row in range(frame.rows):
                if frame.quality[row] != Quality.BAD:
                    value = frame.text.get(row, float(frame.value[row]))
                    tag = frame.channels[int(frame.channel[row])]
                    found.append((tag, value, int(frame.source_us[row])))
        return found

    async def fault(self) -> None:
        """From now on the first channel cannot be measured; `mend` ends it."""
        raise NotImplementedError

    async def mend(self) -> None:
        """Measure again."""

    async def garbage(self) -> None:
        """Say something once that no device of the kind should."""
        raise NotImplementedError

    async def flood(self) -> None:
        """Say something once that never ends, 64 MB of it, until the other side hangs up."""
        raise NotImplementedError

    async def overflow(self) -> None:
        """Say more than anybody can take, so that values are dropped on the way."""
        raise NotImplementedError

    def command(self) -> dict[str, Any]:
        """A command that it carries out: kind, target, value, parameters."""
        raise NotImplementedError

    def carried_out(self) -> int:
        """How often it did."""
        raise NotImplementedError


class Bench:
    """Use as an async context manager; inside, values flow.

    Args:
        peer: the device.
        folder: for the host's journals.
    """

    def __init__(self, peer: Peer, folder: Path) -> None:
        self.peer = peer
        self.folder = folder
        self.hub = FakeHub()
        self.port = quiet_port()
        self.cable = Cable(self.port)
        self.log = _Lines()
        self._there = 0
        self._host: asyncio.Task[None] | None = None
        self._http: Hub | None = None

    async def __aenter__(self) -> Self:
        outside = await self.cable.plug_in()
        self._there, connector = (outside, self.port) if self.peer.dials else (self.port, outside)
        self.hub.connections = [
            {
                "name": CONNECTION,
                "type": self.peer.type,
                "version": 1,
                "epoch": 0,
                "settings": self.peer.settings(connector),
                "channels": self.peer.channels(),
            }
        ]
        self.hub.start()
        logging.getLogger().addHandler(self.log)
        try:
            if not self.peer.dials:
                await self.start_peer()
            self.start_host()
            if self.peer.dials:
                await until(lambda: bool(self.states()), "the host's first word")
                await self.start_peer()
            await self.flowing()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cable.thaw()
        await self.stop_host()
        await self.peer.stop()
        await self.cable.close()
        self.hub.stop()
        logging.getLogger().removeHandler(self.log)

    async def start_peer(self) -> None:
        """A new life of the device."""
        await self.peer.start(self._there)

    def start_host(self) -> None:
        """A new life of the connector host, with the journals of the one before."""
        self._http = Hub(self.hub.url, self.hub.token, "bench")
        host = Host(self._http, self.folder / "host", SystemClock(), Within(self.peer.connectors), poll=0.2)
        self._host = asyncio.create_task(host.run(), name="host")

    async def stop_host(self) -> float:
        """Ask the host to leave; returns the seconds that it took."""
        begin = time.monotonic()
        if self._host is not None and self._http is not None:
            self._host.cancel()
            await asyncio.gather(self._host, return_exceptions=True)
            await self._http.close()
            self._host = self._http = None
        return time.monotonic() - begin

    def frames(self) -> list[Frame]:
        """Everything that the hub has, each frame once, in order."""
        return self.hub.decoded(CONNECTION)

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Events of a kind, in order."""
        return [e for frame in self.frames() for e in frame.events if e["kind"] == kind]

    def states(self) -> list[str]:
        """The states of the connection that the host has told, in order."""
        return [state for name, state in self.hub.states if name == CONNECTION]

    def status(self) -> dict[str, Any]:
        """What the host said last of the connection."""
        return self.hub.statuses.get(CONNECTION, {})

    async def flowing(self, count: int = 3) -> None:
        """Wait until values arrive that the device says from now on."""
        before = {(tag, _text(value)) for tag, value in self.peer.made()}

        def new() -> bool:
            stored = {(tag, _text(value)) for tag, value, _ in self.peer.stored(self.hub)}
            made = {(tag, _text(value)) for tag, value in self.peer.made()}
            return len(stored & made - before) >= count

        await until(new, f"the arrival of values ({self.status().get('message') or 'no message'})")

    def verdict(self) -> Account:
        """From the first that was stored on, each value is stored once or lies inside an explicit gap."""
        windows: dict[str, list[tuple[int, int]]] = {}
        for told in self.events("gap_unrecoverable"):
            for tag, (start, end) in told["windows"].items():
                windows.setdefault(tag, []).append((start, end))
        return in_order(self.peer.made(), self.peer.stored(self.hub), windows)


ON_ITS_WAY = 3
"""How many values of a channel may be made behind the newest that arrived of it, and still be on their way."""


def in_order(
    made: Iterable[tuple[str, float | str]],
    stored: Iterable[Stored],
    windows: Mapping[str, Iterable[tuple[int, int]]],
) -> Account:
    """Compare what a device said, in its order, with what was stored.

    A device without a clock does not know when its values were taken, so a value that is missing is looked for
    between its neighbours, in its place among those that are missing there: a gap must reach there. A short gap
    excuses what may lie in it and no more.

    A channel of which nothing arrived, or nothing any more, is judged by the others: what it said before the last
    value that arrived of any channel is missing, but for the newest few, which may be on their way.

    Args:
        made: tag and value of each value, in order; no value of a tag occurs twice.
        stored: what arrived.
        windows: tag -> gaps that were given up.
    """
    result = Account()
    found: dict[str, dict[str, list[int]]] = {}
    for tag, value, source in stored:
        found.setdefault(tag, {}).setdefault(_text(value), []).append(source)
    truth: dict[str, list[str]] = {}
    places: dict[str, list[int]] = {}
    newest = -1
    for place, (tag, value) in enumerate(made):
        text = _text(value)
        truth.setdefault(tag, []).append(text)
        places.setdefault(tag, []).append(place)
        newest = place if text in found.get(tag, ()) else newest
    times = [source for tag in truth for held in found.get(tag, {}).values() for source in held]
    for tag, order in truth.items():
        values, gaps = found.get(tag, {}), list(windows.get(tag, ()))
        known = set(order)
        result.unknown += [(tag, held[0], text) for text, held in values.items() if text not in known]
        result.doubled += [(tag, held[0], text) for text, held in values.items() if len(held) > 1]
        arrived = [place for place, text in enumerate(order) if text in values]
        due = bisect.bisect_left(places[tag], newest) - ON_ITS_WAY
        first, last = (arrived[0], arrived[-1]) if arrived else (0, -1)
        result.made += max(last, due - 1, first) - first + 1 if arrived else max(due, 0)
        result.stored += len(arrived)
        for before, after in itertools.pairwise(arrived):
            left, right = values[order[before]][0], values[order[after]][0]
            _judge(result, tag, order[before + 1 : after], left, right, gaps)
        if due > last + 1:
            left = values[order[last]][0] if arrived else min(times)
            _judge(result, tag, order[last + 1 : due], left, max(times), gaps)
    return result


def _judge(
    result: Account, tag: str, missing: list[str], left: int, right: int, gaps: list[tuple[int, int]]
) -> None:
    """Values that are missing between two instants: each has its place there, give or take its neighbours'."""
    step = (right - left) / (len(missing) + 1)
    for place, text in enumerate(missing):
        low, high = sorted((left + step * place, left + step * (place + 2)))
        if any(start < high and end > low for start, end in gaps):
            result.in_gaps += 1
        else:
            result.lost.append((tag, left, text))


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else repr(float(value))


class _Lines(logging.Handler):
    """Everything that was logged while the bench stood."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._lines: list[str] = []
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(TypeError, ValueError):
            self._lines.append(self.format(record))
            if record.exc_info and record.name.startswith("titer"):
                self.faults.append(self._lines[-1])

    @property
    def text(self) -> str:
        return "\n".join(self._lines)
