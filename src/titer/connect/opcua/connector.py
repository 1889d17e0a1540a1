"""The OPC UA connector: live values, gaps and their filling, commands with read-back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

from asyncua import ua

from titer.base.clock import Clock, us
from titer.base.errors import Invalid, TiterError, Unavailable
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
from titer.connect.core.frame import Origin
from titer.connect.opcua import acknowledging, decode
from titer.connect.opcua.arrays import portions, read_axes
from titer.connect.opcua.batching import Batcher
from titer.connect.opcua.conditions import Conditions
from titer.connect.opcua.filling import fill
from titer.connect.opcua.identity import read_identity
from titer.connect.opcua.methods import call
from titer.connect.opcua.nodes import resolve
from titer.connect.opcua.results import Results
from titer.connect.opcua.session import FAULTS, REPUBLISH_LIMIT, Item, Link, Session
from titer.connect.opcua.settings import OpcUaSettings
from titer.connect.opcua.writing import confirm, equal, read_back, to_device, write

OBSERVE_PATIENCE_S = 60.0


class OpcUaConnector:
    """See the module; the contract is `titer.connect.core.contract.Connector`.

    Args:
        config: the connection.
        clock: the host's clock; it stamps `received_us`.
        folder: of the connection; above it lies what the host keeps of certificates.
    """

    def __init__(self, config: ConnectionConfig, clock: Clock, folder: Path) -> None:
        self.capabilities = frozenset({Capability.STREAM, Capability.COMMANDS, Capability.CLOCK})
        self._config = config
        self._clock = clock
        self._place = folder.parent
        self._settings = OpcUaSettings.of(config.settings)
        if self._settings.history:
            self.capabilities |= {Capability.HISTORY}
        self._channels = config.channels
        if not self._channels:
            raise Invalid(
                f"The connection {config.name} has no channels.",
                do="Give it a channels file with at least one.",
            )
        self._by_tag = {channel.tag: index for index, channel in enumerate(self._channels)}
        self._link = Link()
        self._session: Session | None = None
        self._online = asyncio.Event()
        self._nodes: dict[int, ua.NodeId] = {}
        self._refused: dict[str, str] = {}
        self._batcher = Batcher(config.name, self._channels, self._link, clock)
        self._conditions: Conditions | None = None
        if self._settings.alarms:
            self.capabilities |= {Capability.ALARMS}
            self._conditions = Conditions(config.name, self._settings.queue_size, clock)
        self._results: Results | None = None
        if self._settings.results:
            self.capabilities |= {Capability.FILES}
            self._results = Results(config.name, folder, self._settings.results_every_s, clock)
        self._start_time = ""
        self._disturbed = False

    # life -----------------------------------------------------------------------------------------------

    async def open(self, resume: Resume) -> None:
        """Take over what the journal remembers: newest values, the server's start time, the gap counter."""
        last = {self._by_tag[tag]: known for tag, known in resume.last.items() if tag in self._by_tag}
        self._batcher.resume(last, resume.next_gap)
        self._start_time = resume.state.get("start_time", "")
        if self._results is not None:
            self._results.resume()
        if self._conditions is not None:
            self._conditions.resume(resume.state.get("alarms_seen", ""))

    async def close(self) -> None:
        """End the session, on the server too."""
        await self._drop(close=True)

    async def _drop(self, *, close: bool = False) -> None:
        self._online.clear()
        session, self._session = self._session, None
        if session is not None:
            await session.drop(close=close)

    async def describe(self) -> DeviceIdentity:
        """Maker, product, version, and the units and ranges of the channels."""
        session = self._live()
        settings = self._settings
        security = "unencrypted" if settings.policy == "None" else f"{settings.policy} {settings.mode}"
        endpoint = f"{settings.endpoint} ({security})"
        if session.server_certificate:
            endpoint += f" certificate {session.server_certificate}"
        try:
            return await read_identity(session.client, endpoint, self._channels, self._nodes, self._refused)
        except FAULTS as error:
            raise Unavailable(
                f"{self._config.name} could not be asked who it is: {error or type(error).__name__}."
            ) from error

    @property
    def security(self) -> Mapping[str, Any] | None:
        """The certificate that the server showed last, and those that this host shows; None = not encrypted."""
        presented = self._link.presented
        return None if presented is None else presented.as_dict()

    def _live(self) -> Session:
        if self._session is None or not self._online.is_set():
            raise Unavailable(f"{self._config.name} is not connected.")
        return self._session

    # the stream -----------------------------------------------------------------------------------------

    async def stream(self) -> AsyncIterator[Batch]:
        """Connect or resume, then yield batches until the session breaks.

        Raises:
            Unavailable, Refused, Invalid: why it could not go on; the host backs off and calls again.
        """
        session = self._session = Session(self._settings, self._link, self._clock, self._place)
        try:
            first, replayed = await self._begin(session)
            session.listen()
            if self._conditions is not None:
                await self._conditions.refresh(session)
            if self._results is not None:
                session.beside(self._results.follow(session))
            self._online.set()
            expected = (self._link.durable + 1) & 0xFFFFFFFF
            if first is not None:
                yield first
            for message in replayed:
                lost = self._not_kept(expected, message.sequence)
                batch = self._batch([message], Origin.REPLAYED)
                yield replace(batch, events=(*lost, *batch.events))
                expected = (message.sequence + 1) & 0xFFFFFFFF
            while True:
                arrived = await session.messages()
                ordered: list[decode.Publish] = []
                for message in sorted(
                    arrived, key=lambda one: (one.sequence - expected + 0x8000) & 0xFFFFFFFF
                ):
                    ahead = (message.sequence - expected) & 0xFFFFFFFF
                    if ahead >= 0x80000000:
                        continue
                    if ahead > REPUBLISH_LIMIT:
                        if ordered:
                            yield self._batch(ordered, Origin.LIVE)
                        self._link.subscription = 0
                        raise Unavailable(
                            f"The numbers of the messages of {self._config.name} jumped by {ahead}; what was sent "
                            "between cannot be had again."
                        )
                    if ahead:
                        missing = [(expected + step) & 0xFFFFFFFF for step in range(ahead)]
                        found = await session.fetch(missing)
                        if len(found) < ahead:
                            for part in portions(ordered):
                                yield self._batch(part, Origin.LIVE)
                            self._link.subscription = 0
                            raise Unavailable(
                                f"{ahead - len(found)} messages of {self._config.name} were lost on the way."
                            )
                        ordered += [found[number] for number in missing]
                    if message.status_change is not None:
                        self._link.subscription = 0
                        raise Unavailable(
                            f"The server ended the subscription ({ua.StatusCode(message.status_change).name})."
                        )
                    if message.notifications:
                        ordered.append(message)
                        expected = (message.sequence + 1) & 0xFFFFFFFF
                for part in portions(ordered):
                    yield self._batch(part, Origin.LIVE)
                if self._conditions is not None and self._conditions.wants_refresh:
                    await self._conditions.refresh(session)
        except FAULTS as error:
            if isinstance(error, TiterError):
                raise
            raise Unavailable(
                f"The session with {self._settings.endpoint} broke: {error or type(error).__name__}."
            ) from error
        finally:
            self._disturbed = self._disturbed or self._online.is_set()
            await self._drop()

    def _not_kept(self, expected: int, number: int) -> tuple[dict[str, Any], ...]:
        """The event of messages that were sent and are kept no longer; values of every channel may be gone."""
        if number == expected:
            return ()
        last = (number - 1) & 0xFFFFFFFF
        which = f"Message {last} was" if last == expected else f"Messages {expected} to {last} were"
        words = f"{which} lost with the connection: the server no longer keeps what it sent."
        tags = [self._channels[index].tag for index in self._batcher.last]
        self._batcher.doubt_all(words)
        return (event("overflow", us(self._clock.now()), words, tags),)

    def _batch(self, messages: list[decode.Publish], origin: Origin) -> Batch:
        batch = self._batcher.batch(messages, origin)
        if self._results is not None:
            batch = replace(batch, documents=self._results.taken())
        if self._conditions is None:
            return batch
        events, state = self._conditions.take(messages)
        return replace(batch, events=(*batch.events, *events), state={**batch.state, **state})

    async def ack(self, cursor: Any) -> None:
        """The messages up to `cursor` (subscription, sequence) are durable."""
        self._batcher.undurable = 0
        if cursor is not None and self._session is not None and cursor[0] == self._link.subscription:
            self._session.acknowledge(cursor[1])

    async def _begin(self, session: Session) -> tuple[Batch | None, list[decode.Publish]]:
        resumed = await session.connect()
        try:
            start_time, namespaces = await self._server_facts(session)
            new_life = bool(self._start_time) and start_time != self._start_time
            self._nodes = {
                index: resolve(channel, namespaces) for index, channel in enumerate(self._channels)
            }
            replayed: list[decode.Publish] | None = None
            if resumed and self._link.subscription and not self._settings.keep_subscription:
                await session.client.uaclient.delete_subscriptions([self._link.subscription])
                self._link.subscription = 0
            if resumed and not new_life and self._link.namespaces == namespaces:
                alive, available = await session.still_subscribed()
                if alive:
                    replayed = await session.republish(self._link.durable, available)
            self._link.namespaces = namespaces
            self._batcher.axes = await read_axes(session.client, self._nodes)
            if replayed is None:
                await self._subscribe(session, new_life)
        except FAULTS as error:
            raise Unavailable(
                f"The server {self._settings.endpoint} broke off: {error or type(error).__name__}."
            ) from error
        first = None
        if self._disturbed or new_life or start_time != self._start_time:
            how = "to a new life of the server" if new_life else "to the same server"
            kept = "the subscription was kept" if replayed is not None else "with a new subscription"
            events = (
                (event("reconnected", us(self._clock.now()), f"Reconnected {how}, {kept}."),)
                if self._disturbed or new_life
                else ()
            )
            self._start_time = start_time
            first = Batch(Columns.empty(), events=events, new_life=new_life, state={"start_time": start_time})
        return first, replayed or []

    async def _server_facts(self, session: Session) -> tuple[str, tuple[str, ...]]:
        values = await session.client.uaclient.read_attributes(
            [
                ua.NodeId(ua.ObjectIds.Server_NamespaceArray),
                ua.NodeId(ua.ObjectIds.Server_ServerStatus_StartTime),
            ],
            ua.AttributeIds.Value,
        )
        namespaces = tuple(str(uri) for uri in (values[0].Value.Value if values[0].Value else None) or ())
        started = values[1].Value.Value if values[1].Value else None
        return (str(us(started)) if started is not None else "unknown"), namespaces

    async def _subscribe(self, session: Session, new_life: bool) -> None:
        items = [Item(index + 1, node) for index, node in self._nodes.items()]
        refused = await session.subscribe(items, self._settings.trigger)
        if self._conditions is not None:
            await self._conditions.subscribe(session)
        self._refused = {self._channels[handle - 1].tag: why for handle, why in refused.items()}
        if new_life:
            reason = "The server was restarted while nobody listened."
        elif not self._disturbed:
            reason = "The connector host was restarted."
        else:
            reason = "The connection was lost, and the subscription with it."
        self._batcher.doubt_all(reason)

    # history --------------------------------------------------------------------------------------------

    async def backfill(self, gap: Gap) -> AsyncIterator[Batch]:
        """Read each channel's part of the gap from the server's history; rows and verdict come together."""
        client, nodes = self._live().client, {tag: self._nodes[at] for tag, at in self._by_tag.items()}
        batches = fill(client, self._settings, gap, self._by_tag, nodes, self._clock, self._batcher.axes)
        async with aclosing(batches):  # type: ignore[type-var]
            async for batch in batches:
                yield batch

    async def clock(self) -> ClockSample | None:
        """Server time against the host's: midpoint of the round trip, best of `clock_samples` (20)."""
        if self._config.settings.get("clock") == "none":
            return None
        session = self._live()
        node = ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)
        best: ClockSample | None = None
        for _ in range(int(self._config.settings.get("clock_samples", 20))):
            sent = us(self._clock.now())
            value = (await session.client.uaclient.read_attributes([node], ua.AttributeIds.Value))[0]
            back = us(self._clock.now())
            if value.Value is None or value.Value.Value is None:
                return None
            half = (back - sent + 1) // 2
            if best is None or half < best.uncertainty_us:
                best = ClockSample(us(value.Value.Value) - (sent + half), half, back)
        # Many servers refresh CurrentTime once a second; the offset cannot be known better than that.
        return replace(best, uncertainty_us=best.uncertainty_us + 1_000_000) if best is not None else None

    # commands -------------------------------------------------------------------------------------------

    async def invoke(self, command: Command) -> Receipt:
        """Write one channel and read it back, or call a method that the configuration allows."""
        if command.kind == "call":
            return await self._call(command)
        if command.kind in acknowledging.KINDS:
            return await self._answer(command)
        target = self._writable(command)
        if isinstance(target, Receipt):
            return target
        index, channel = target
        try:
            async with asyncio.timeout(self._settings.command_patience_s):
                await self._online.wait()
            session = self._live()
        except (TimeoutError, Unavailable):
            return Receipt(Outcome.FAILED, message=f"{self._config.name} is not connected; nothing was sent.")
        try:
            return await write(
                session.client, self._nodes[index], channel, command, self._settings.readback_s
            )
        except FAULTS as error:
            receipt = await self.observe(command)
            words = f"The connection broke while writing ({error or type(error).__name__}). {receipt.message}"
            return replace(receipt, message=words.strip())

    async def observe(self, command: Command) -> Receipt:
        """Tell by reading whether an interrupted write took effect; neither a write nor a call is repeated."""
        if command.kind == "call":
            words = "The call was interrupted, and a call leaves nothing to be read back."
            return Receipt(Outcome.UNKNOWN, message=words)
        if command.kind in acknowledging.KINDS:
            return await self._look(command)
        target = self._writable(command)
        if isinstance(target, Receipt):
            return target
        index, channel = target
        try:
            async with asyncio.timeout(OBSERVE_PATIENCE_S):
                await self._online.wait()
                client = self._live().client
                kind = (await client.uaclient.read_attributes([self._nodes[index]], ua.AttributeIds.Value))[0]
                wanted = to_device(channel, command, ua.VariantType(kind.Value.VariantType))
                receipt = await confirm(client, self._nodes[index], channel, wanted, 0.0)
                text, source, content = await read_back(client, self._nodes[index])
        except (*FAULTS, TiterError, AttributeError, ValueError) as error:
            words = str(error) or type(error).__name__
            return Receipt(Outcome.UNKNOWN, message=f"It could not be read back: {words}")
        if equal(channel, wanted, content) and not channel.settings.get("pulse"):
            return replace(
                receipt, outcome=Outcome.DONE, message="It was interrupted; the device holds the value."
            )
        return Receipt(
            Outcome.UNKNOWN,
            readback=text,
            source_us=source,
            message=f"It was interrupted, and the device holds {text}: whether it took effect is not known.",
        )

    async def _call(self, command: Command) -> Receipt:
        name = self._config.name
        method = self._settings.methods.get(command.target)
        if method is None:
            return Receipt(
                Outcome.FAILED,
                message=f"The connection {name} allows no method {command.target}. Name it in `methods`.",
            )
        try:
            async with asyncio.timeout(self._settings.command_patience_s):
                await self._online.wait()
            client = self._live().client
        except (TimeoutError, Unavailable):
            return Receipt(Outcome.FAILED, message=f"{name} is not connected; nothing was sent.")
        try:
            return await call(client, self._link.namespaces, method, command)
        except FAULTS as error:
            words = f"The connection broke while calling ({error or type(error).__name__})."
            return Receipt(Outcome.UNKNOWN, message=f"{words} Whether it was carried out is not known.")

    async def _answer(self, command: Command) -> Receipt:
        try:
            async with asyncio.timeout(self._settings.command_patience_s):
                await self._online.wait()
            client = self._live().client
        except (TimeoutError, Unavailable):
            return Receipt(Outcome.FAILED, message=f"{self._config.name} is not connected; nothing was sent.")
        try:
            return await acknowledging.answer(client, self._link.namespaces, command)
        except FAULTS as error:
            receipt = await self._look(command)
            words = f"The connection broke meanwhile ({error or type(error).__name__}). {receipt.message}"
            return replace(receipt, message=words)

    async def _look(self, command: Command) -> Receipt:
        try:
            async with asyncio.timeout(OBSERVE_PATIENCE_S):
                await self._online.wait()
                return await acknowledging.look(self._live().client, self._link.namespaces, command)
        except (*FAULTS, TiterError, ValueError) as error:
            words = str(error) or type(error).__name__
            return Receipt(Outcome.UNKNOWN, message=f"The alarm could not be looked at: {words}")

    def _writable(self, command: Command) -> Receipt | tuple[int, Any]:
        if command.kind != "write":
            return Receipt(Outcome.FAILED, message=f"An OPC UA connection knows no {command.kind!r}.")
        index = self._by_tag.get(command.target)
        if index is None:
            return Receipt(Outcome.FAILED, message=f"{self._config.name} has no channel {command.target}.")
        if not self._channels[index].writable:
            return Receipt(
                Outcome.FAILED,
                message=f"{command.target} is not writable. Set `writable: true` in the channels file if it is.",
            )
        return index, self._channels[index]
