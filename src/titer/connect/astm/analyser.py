"""An analyser as a source: its messages on disk before they are acknowledged, its results on their channels."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from titer.base.clock import Clock, from_us, us, zone_of
from titer.base.errors import Invalid, TiterError, Unavailable
from titer.connect.astm.frames import ENQ, LONGEST_TEXT
from titer.connect.astm.link import receive, send
from titer.connect.astm.records import Message, Query, Result, instant, read_message, worklist
from titer.connect.core.contract import Command, ConnectionConfig, DeviceIdentity, Outcome, Receipt, event
from titer.connect.core.listener import Inbox, Listener
from titer.connect.core.live import Contact, Delivery, Reading
from titer.connect.core.results import Mapped
from titer.connect.core.spool import spool
from titer.connect.core.values import GOOD, NO_VALUE, STAMPED_ON_RECEIPT, UNSTABLE

REMEMBERED = 64
"""Messages whose digests are kept: one that is sent again, because its acknowledgement was lost, is known."""
MOST_ORDERS = 5_000


class Analyser:
    """See the module; a `titer.connect.core.live.Source`.

    Every message is kept as a file. A channel's node is the code of a test, or `@specimen`, whose value is the
    specimen of the results beside it. A result of a test that is mapped to no channel is said, and stands in the
    file.

    Args:
        config: the connection.
        settings: its settings, with defaults.
        clock: the host's clock.
        folder: the connection's own.

    Raises:
        Invalid: if the time zone is none.
    """

    def __init__(
        self, config: ConnectionConfig, settings: Mapping[str, Any], clock: Clock, folder: Path
    ) -> None:
        self._name, self._settings, self._clock, self._folder = config.name, settings, clock, folder
        self._mapped = Mapped(config.channels)
        self._zone = zone_of(settings["time_zone"], "settings.time_zone")
        self._inbox = Inbox()
        self._listener = Listener(config.name, self._converse, limit=LONGEST_TEXT)
        self._call: asyncio.Task[None] | None = None
        self._recent: list[str] = []
        self._orders: dict[str, list[str]] = {}
        self._sender = ""

    def recall(self, state: Mapping[str, str]) -> None:
        """Take over which messages were taken, and which orders wait."""
        self._recent = json.loads(state.get("recent", "[]"))
        self._orders = json.loads(state.get("orders", "{}"))
        self._sender = state.get("sender", "")

    async def connect(self) -> Contact:
        """Listen, or call the analyser."""
        host, port = self._settings["host"], self._settings["port"]
        self._inbox = Inbox()
        if self._settings["mode"] == "listen":
            await self._listener.open(host, port)
        else:
            reader, writer = await asyncio.open_connection(host, port, limit=LONGEST_TEXT)
            self._call = asyncio.create_task(self._called(reader, writer), name=f"{self._name} call")
        return Contact(DeviceIdentity("", "ASTM analyser", "", "", f"{self._settings['mode']} {host}:{port}"))

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        finally:
            writer.transport.abort()

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """Its messages; a connection that the host made ends with them."""
        async with contextlib.aclosing(self._inbox.deliveries()) as messages:  # type: ignore[type-var]
            while True:
                waiting = asyncio.ensure_future(anext(messages))
                try:
                    watched = {waiting} if self._call is None else {waiting, self._call}
                    done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
                    if self._call in done and not waiting.done():
                        self._call.result()
                        raise Unavailable("The analyser hung up.")
                    delivery = waiting.result()
                finally:
                    if not waiting.done():
                        waiting.cancel()
                        await asyncio.wait({waiting})
                yield delivery

    async def disconnect(self) -> None:
        """Hang up, and listen no more."""
        await self._listener.close()
        if self._call is not None:
            self._call.cancel()
            await asyncio.gather(self._call, return_exceptions=True)
            self._call = None

    # the conversation -----------------------------------------------------------------------------------

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while first := await reader.read(1):
            if first != ENQ:
                continue
            asked: list[Query] = []

            async def take(raw: bytes, whole: bool, asked: list[Query] = asked) -> None:
                asked += await self._take(raw, whole)

            await receive(reader, writer, take, self._settings["timeout_s"])
            for query in asked:
                await self._answer(reader, writer, query)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, query: Query) -> None:
        wanted = list(self._orders) if query.specimen.upper() == "ALL" else [query.specimen]
        found = [
            (specimen, [test for test in self._orders[specimen] if not query.tests or test in query.tests])
            for specimen in wanted
            if specimen in self._orders
        ]
        now = self._clock.now().astimezone(self._zone)
        told = worklist([(specimen, tests) for specimen, tests in found if tests], now, "Titer")
        await send(reader, writer, told, self._settings["answer_s"])

    async def _take(self, raw: bytes, whole: bool) -> Sequence[Query]:
        now = us(self._clock.now())
        mark = hashlib.sha256(raw).hexdigest()[:32]
        if mark in self._recent:
            return self._queries_of(raw)
        message, problem = None, "" if whole else "the transfer broke off before its end"
        if whole:
            try:
                message = read_message(raw, self._settings["encoding"])
                if not message.complete:
                    problem = f"the analyser itself calls it incomplete ({', '.join(message.foreign)})"
            except TiterError as error:
                problem = str(error)
        name = f"{from_us(now):%Y%m%dT%H%M%S}-{mark[:8]}.astm"
        identity = {"verdict": "quarantined" if problem else "accepted", "reason": problem}
        if message is not None:
            identity |= {
                "sender": " ".join(message.sender),
                "specimens": ", ".join(dict.fromkeys(one.specimen for one in message.results)),
                "results": str(len(message.results)),
            }
        document = await asyncio.to_thread(
            spool,
            self._folder,
            raw,
            connection=self._name,
            name=name,
            seen_us=now,
            media_type="text/plain",
            kind="astm",
            identity={"time_zone": self._settings["time_zone"], **identity},
        )
        readings, events = self._read(message, name, now) if message is not None and not problem else ([], [])
        if problem:
            events.append(event("config_changed", now, f"The message {name} is in quarantine: {problem}"))
        self._recent = [*self._recent, mark][-REMEMBERED:]
        state = {
            "recent": json.dumps(self._recent),
            "orders": json.dumps(self._orders),
            "sender": self._sender,
        }
        await self._inbox.hand_over(
            Delivery(readings, events=tuple(events), documents=(document,), state=state)
        )
        return message.queries if message is not None else ()

    def _queries_of(self, raw: bytes) -> Sequence[Query]:
        try:
            return read_message(raw, self._settings["encoding"]).queries
        except TiterError:
            return ()

    def _read(self, message: Message, name: str, now: int) -> tuple[list[Reading], list[dict[str, Any]]]:
        readings: list[Reading] = []
        unmapped: list[str] = []
        events = []
        sender = " ".join(message.sender)
        if self._sender and sender != self._sender:
            words = f"Another analyser answers: {sender} instead of {self._sender}."
            events.append(event("config_changed", now, words))
        self._sender = sender
        for result in message.results:
            told = self._mapped.readings(
                result.test, self._value(result), result.unit, result.specimen, *self._time(result)
            )
            if told:
                readings += told
            else:
                unmapped.append(result.test or "without a test")
            held = self._orders.get(result.specimen)
            if held is not None:
                self._orders[result.specimen] = [test for test in held if test != result.test]
                if not self._orders[result.specimen]:
                    del self._orders[result.specimen]
        if unmapped:
            tests = ", ".join(dict.fromkeys(unmapped))[:500]
            events.append(
                event(
                    "config_changed", now, f"No channel has the tests {tests}; their results stand in {name}."
                )
            )
        return readings, events

    def _time(self, result: Result) -> tuple[int, int]:
        """The source time of a result, and its status."""
        try:
            done = instant(result.completed, self._zone)
        except Invalid:
            done = None
        if "X" in result.status:
            return 0 if done is None else us(done), NO_VALUE
        if done is None:
            return 0, STAMPED_ON_RECEIPT
        return us(done), UNSTABLE if "P" in result.status else GOOD

    def _value(self, result: Result) -> float | str:
        number = result.number()
        return result.value if number is None else float(number)

    # orders ---------------------------------------------------------------------------------------------

    async def invoke(self, command: Command) -> Receipt:
        """`order` keeps what is to be done with a specimen until the analyser asks; `withdraw` forgets it."""
        specimen = str(command.parameters.get("specimen") or "").strip()
        tests = [one.strip() for one in str(command.parameters.get("tests") or "").split(",") if one.strip()]
        if command.kind != "call" or command.target not in ("order", "withdraw") or not specimen:
            words = "An analyser takes `order` (specimen, tests) and `withdraw` (specimen); nothing was done."
            return Receipt(Outcome.FAILED, message=words)
        if command.target == "order" and (not tests or len(self._orders) >= MOST_ORDERS):
            return Receipt(Outcome.FAILED, message="No tests were named, or too many orders wait already.")
        orders = {**self._orders, specimen: tests}
        if command.target == "withdraw":
            orders.pop(specimen)
        self._orders = orders
        await self._inbox.hand_over(Delivery(state={"orders": json.dumps(orders)}))
        return Receipt(Outcome.DONE, responses={"waiting": str(len(orders))})
