"""The connector of a simple instrument: what it says, laid down under the contract.

Most instruments can do three things: be connected to, say values, take an order. A `Source` is that and no more.
`LiveConnector` makes a connector of it: it stamps, says every gap, tells a new life of the device from the old one,
lets commands wait for a connection that is away, and lets go when asked. Such an instrument keeps no history, so a
gap is given up as soon as its far end is known.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np

from titer.base.clock import Clock, us
from titer.base.errors import TiterError, Unavailable
from titer.connect.core.acquired import Acquired
from titer.connect.core.columns import Columns
from titer.connect.core.contract import (
    Batch,
    Capability,
    ClockSample,
    Command,
    ConnectionConfig,
    DeviceIdentity,
    Document,
    Gap,
    Known,
    Outcome,
    Receipt,
    Resume,
    event,
)
from titer.connect.core.frame import Origin
from titer.connect.core.values import STAMPED_ON_RECEIPT, as_number, without_number

BROKEN = (OSError, TimeoutError, EOFError)


@dataclass(frozen=True, slots=True)
class Reading:
    """One value that a device said.

    Attributes:
        index: of the channel in the connection's list.
        value: a number, a text, a flag, a spectrum; None where the device gave none.
        status: an OPC UA status code; a plain value of a protocol without time is `STAMPED_ON_RECEIPT`.
        source_us: the device's own time; 0 = it gave none, and the time of receipt stands in.
        origin: live, or replayed where the device kept it back and sends it late.
        marks_state: it says how the channel stands and is no value of the device's; no gap is reckoned from it.
    """

    index: int
    value: Any
    status: int = STAMPED_ON_RECEIPT
    source_us: int = 0
    origin: Origin = Origin.LIVE
    marks_state: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a device said at once.

    Attributes:
        readings: its values, in their order.
        doubt: why values may have been lost before these; "" = none were.
        doubted: of which channels; None = of every one.
        events: what else happened, see `frame.EVENT_KINDS`.
        documents: raw bytes that were spooled.
        new_life: the device was restarted before this.
        state: facts that the source wants back after a restart.
        confirm: called once when all of it is on disk; only then may the device forget it.
    """

    readings: Sequence[Reading] = ()
    doubt: str = ""
    doubted: frozenset[int] | None = None
    events: tuple[dict[str, Any], ...] = ()
    documents: tuple[Document, ...] = ()
    new_life: bool = False
    state: Mapping[str, str] = field(default_factory=dict)
    confirm: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answered.

    Attributes:
        identity: of the device.
        life: differs after the device was restarted; "" where it does not tell.
    """

    identity: DeviceIdentity
    life: str = ""


class Source(Protocol):
    """An instrument that can be connected to and says values. What goes wrong is raised."""

    async def connect(self) -> Contact:
        """Connect anew; whatever an earlier connection left is of no account."""
        ...

    def deliveries(self) -> AsyncIterator[Delivery]:
        """What it says, until the connection breaks."""
        ...

    async def invoke(self, command: Command) -> Receipt:
        """Carry an order out once and read back; called while it is connected."""
        ...

    async def disconnect(self) -> None:
        """Let go, at once, whatever state it is in."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """A source that keeps facts with its deliveries, and wants them back."""

    def recall(self, state: Mapping[str, str]) -> None:
        """Take over what the journal holds; what was not durable never happened."""
        ...


async def polled(
    read: Callable[[], Awaitable[Sequence[Reading]]], seconds: float
) -> AsyncGenerator[Delivery, None]:
    """Deliveries of a device that speaks when it is asked.

    Args:
        read: asks once.
        seconds: from one question to the next.
    """
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        yield Delivery(await read())
        due = max(due + seconds, loop.time())
        await asyncio.sleep(due - loop.time())


def takes_no_commands(name: str) -> Receipt:
    """The receipt of an instrument that can only be listened to."""
    return Receipt(Outcome.FAILED, message=f"{name} takes no commands; nothing was sent.")


class LiveConnector:
    """See the module; the contract is `titer.connect.core.contract.Connector`.

    Args:
        config: the connection.
        clock: the host's clock.
        source: the instrument.
        commands: whether it takes orders.
        files: whether it hands over raw bytes as documents.
        keeps: whether the device keeps what it said until `confirm`: then silence loses nothing, and is no gap.
        connect_s: how long connecting may take.
        command_patience_s: how long a command waits for a connection that is away, before it fails unsent.
    """

    def __init__(
        self,
        config: ConnectionConfig,
        clock: Clock,
        source: Source,
        *,
        commands: bool = False,
        files: bool = False,
        keeps: bool = False,
        connect_s: float = 10.0,
        command_patience_s: float = 15.0,
    ) -> None:
        more = ({Capability.COMMANDS} if commands else set()) | ({Capability.FILES} if files else set())
        self.capabilities = frozenset({Capability.STREAM} | more)
        self._name = config.name
        self._tags = [channel.tag for channel in config.channels]
        self._clock = clock
        self._source = source
        self._keeps = keeps
        self._connect_s = connect_s
        self._patience_s = command_patience_s
        self._online = asyncio.Event()
        self._contact: Contact | None = None
        self._last: dict[int, Known] = {}
        self._doubt: dict[int, str] = {}
        self._life = ""
        self._gaps = 0
        self._seen = False

    async def open(self, resume: Resume) -> None:
        """Take over the newest values and the device's life."""
        index = {tag: position for position, tag in enumerate(self._tags)}
        self._last = {index[tag]: known for tag, known in resume.last.items() if tag in index}
        self._life = resume.state.get("life", "")
        self._seen = self._seen or bool(resume.state.get("seen"))
        if isinstance(self._source, Remembers):
            self._source.recall(resume.state)
        self._doubt = (
            {}
            if self._keeps
            else dict.fromkeys(self._last, resume.because or f"Nobody listened to {self._name}.")
        )

    async def close(self) -> None:
        """Let go of the device."""
        self._online.clear()
        await self._source.disconnect()

    async def describe(self) -> DeviceIdentity:
        """Who answered when it was connected to."""
        if self._contact is None:
            raise Unavailable(f"{self._name} is not connected.")
        return self._contact.identity

    async def stream(self) -> AsyncIterator[Batch]:
        """Connect, then yield what the device says.

        Raises:
            Unavailable: when the connection breaks.
        """
        try:
            async with asyncio.timeout(self._connect_s):
                self._contact = await self._source.connect()
            yield self._first(self._contact)
            self._online.set()
            async with contextlib.aclosing(self._source.deliveries()) as deliveries:  # type: ignore[type-var]
                async for delivery in deliveries:
                    yield self._batch(delivery)
            raise Unavailable(f"{self._name} ended the connection.")
        except BROKEN as error:
            raise Unavailable(
                f"The connection to {self._name} broke: {str(error) or type(error).__name__}.",
                do="Look whether the device runs, and whether its address is right.",
            ) from error
        finally:
            self._online.clear()
            await self._source.disconnect()

    def _first(self, contact: Contact) -> Batch:
        now = us(self._clock.now())
        again = (event("reconnected", now, f"Connected to {self._name} again."),) if self._seen else ()
        new_life = bool(contact.life and self._life and contact.life != self._life)
        if new_life:
            self._doubt = dict.fromkeys(self._last, f"{self._name} was restarted.")
        self._seen, self._life = True, contact.life or self._life
        return Batch(
            Columns.empty(), events=again, new_life=new_life, state={"life": self._life, "seen": "yes"}
        )

    def _batch(self, delivery: Delivery) -> Batch:
        now = us(self._clock.now())
        if delivery.doubt:
            doubted = self._last if delivery.doubted is None else delivery.doubted & self._last.keys()
            self._doubt |= dict.fromkeys(doubted, delivery.doubt)
        windows: dict[str, dict[str, tuple[int, int]]] = {}
        back: dict[str, tuple[int, int]] = {}
        rows: list[tuple[Reading, int, float, str | None]] = []
        for reading in delivery.readings:
            # A spectrum stands beside the numbers; the historian compares it with one of the same instant.
            plain = None if isinstance(reading.value, Acquired) else reading.value
            number, text = as_number(plain)
            if reading.marks_state or reading.origin is not Origin.LIVE:
                rows.append((reading, reading.source_us, number, text))
                continue
            status = reading.status
            if text is None and plain is reading.value and not math.isfinite(number):
                status = without_number(status)
            source, known = reading.source_us or now, self._last.get(reading.index)
            reason = self._doubt.pop(reading.index, "")
            if reason and known is not None:
                if source == known.source_us and _same(known, number, text, status):
                    continue
                if source > known.source_us:
                    windows.setdefault(reason, {})[self._tags[reading.index]] = (known.source_us, source)
                else:
                    back[self._tags[reading.index]] = (source, known.source_us)
            self._last[reading.index] = Known(source, number, text, status)
            rows.append((reading, source, number, text))
        events = list(delivery.events)
        for reason, spans in windows.items():
            events += self._gap(spans, now, reason)
        if back:
            words = (
                "The source's time went back while nobody listened; what lay between cannot be told apart."
            )
            low, high = min(start for start, _ in back.values()), max(end for _, end in back.values())
            events += [event("clock_step", now, words, list(back), low, high), *self._gap(back, now, words)]
        columns = Columns.of(
            [reading.index for reading, *_ in rows],
            [source for _, source, *_ in rows],
            [number for *_, number, _ in rows],
            [reading.status for reading, *_ in rows],
            received_us=now,
            text={row: words for row, (*_, words) in enumerate(rows) if words is not None},
            arrays={
                row: reading.value
                for row, (reading, *_) in enumerate(rows)
                if isinstance(reading.value, Acquired)
            },
        )
        if any(reading.origin is not Origin.LIVE for reading, *_ in rows):
            columns = replace(columns, origin=np.array([reading.origin for reading, *_ in rows], np.uint8))
        return Batch(
            columns,
            events=tuple(events),
            documents=delivery.documents,
            new_life=delivery.new_life,
            state=delivery.state,
            cursor=delivery.confirm,
        )

    def _gap(self, windows: dict[str, tuple[int, int]], now: int, reason: str) -> list[dict[str, Any]]:
        self._gaps += 1
        gap = Gap(f"{self._name}-{now}-{self._gaps}", windows, reason)
        tags = list(windows)
        return [
            gap.event("gap_opened", tags, now, reason),
            gap.event("gap_unrecoverable", tags, now, f"{reason} The device keeps no history."),
        ]

    async def ack(self, cursor: Any) -> None:
        """Tell the device that what it said is on disk, where it waits for that."""
        if cursor is not None:
            await cursor()

    async def backfill(self, gap: Gap) -> AsyncIterator[Batch]:
        """There is no history; gaps are given up when their far end is known."""
        raise Unavailable(f"{self._name} keeps no history.")
        yield  # pragma: no cover

    async def clock(self) -> ClockSample | None:
        """No clock can be asked."""
        return None

    async def invoke(self, command: Command) -> Receipt:
        """Carry an order out; what was sent and not answered is of unknown outcome."""
        try:
            async with asyncio.timeout(self._patience_s):
                await self._online.wait()
        except TimeoutError:
            return Receipt(Outcome.FAILED, message=f"{self._name} is not connected; nothing was sent.")
        try:
            return await self._source.invoke(command)
        except (*BROKEN, TiterError) as error:
            return Receipt(
                Outcome.UNKNOWN,
                message=f"It is not known whether it took effect: {str(error) or type(error).__name__}",
            )

    async def observe(self, command: Command) -> Receipt:
        """An order that was interrupted is never repeated, and such a device does not tell what became of it."""
        return Receipt(
            Outcome.UNKNOWN, message="It was interrupted, and may have taken effect: look at the instrument."
        )


def _same(known: Known, number: float, text: str | None, status: int) -> bool:
    same = number == known.value or (math.isnan(number) and math.isnan(known.value))
    return same and text == known.text and status == known.status
