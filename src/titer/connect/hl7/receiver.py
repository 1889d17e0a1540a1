"""A receiver of HL7 results as a source: a message is answered when it is on disk, and not before."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from titer.base.clock import Clock, from_us, us, zone_of
from titer.base.errors import Invalid, TiterError
from titer.connect.core.contract import Command, ConnectionConfig, DeviceIdentity, Receipt, event
from titer.connect.core.listener import Inbox, Listener
from titer.connect.core.live import Contact, Delivery, Reading, takes_no_commands
from titer.connect.core.results import Mapped
from titer.connect.core.spool import spool
from titer.connect.core.values import GOOD, NO_VALUE, STAMPED_ON_RECEIPT, UNSTABLE
from titer.connect.hl7.messages import (
    END,
    LONGEST,
    START,
    Header,
    Message,
    Observation,
    acknowledgement,
    instant,
    read_header,
    read_message,
)

REMEMBERED = 64
_NONE = frozenset("XDN")
"""OBX-11: cannot be obtained, deleted, not asked."""
_NOT_YET = frozenset("PIRS")
"""OBX-11: preliminary, in the laboratory, not verified, partial."""


class Hl7Receiver:
    """See the module; a `titer.connect.core.live.Source`.

    Every message is kept as a file. A channel's node is the code of OBX-3, or `@specimen`. What bears no results, or
    cannot be read, is answered AE and kept in quarantine; what could not be kept is not answered at all.

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
        self._listener = Listener(config.name, self._converse, limit=LONGEST)
        self._recent: list[str] = []

    def recall(self, state: Mapping[str, str]) -> None:
        """Take over which messages were taken."""
        self._recent = json.loads(state.get("recent", "[]"))

    async def connect(self) -> Contact:
        """Listen."""
        host, port = self._settings["host"], self._settings["port"]
        self._inbox = Inbox()
        await self._listener.open(host, port)
        return Contact(DeviceIdentity("", "HL7 v2 sender", "", "", f"listen {host}:{port}"))

    def deliveries(self) -> AsyncIterator[Delivery]:
        """Its messages."""
        return self._inbox.deliveries()

    async def disconnect(self) -> None:
        """Listen no more."""
        await self._listener.close()

    async def invoke(self, command: Command) -> Receipt:
        """Results only come in."""
        return takes_no_commands(self._name)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while first := await reader.read(1):
            if first != START:
                continue
            try:
                async with asyncio.timeout(self._settings["timeout_s"]):
                    raw = (await reader.readuntil(END))[: -len(END)]
            except asyncio.LimitOverrunError as error:
                raise Invalid("A message without end came; the connection was cut.") from error
            answer = await self._take(raw)
            if answer:
                writer.write(answer)
                await writer.drain()

    async def _take(self, raw: bytes) -> bytes:
        now = us(self._clock.now())
        encoding = self._settings["encoding"]
        header: Header | None = None
        message: Message | None = None
        problem = ""
        try:
            header = read_header(raw, encoding)
            message = read_message(raw, encoding)
        except TiterError as error:
            problem = str(error)
        mark = hashlib.sha256(raw).hexdigest()[:32]
        if mark not in self._recent:
            await self._keep(raw, mark, message, problem, now)
        if header is None:
            return b""  # nobody can be answered who does not say who he is; his message is in quarantine
        sent = self._clock.now().astimezone(self._zone)
        return acknowledgement(header, "AE" if problem else "AA", problem, sent)

    async def _keep(self, raw: bytes, mark: str, message: Message | None, problem: str, now: int) -> None:
        name = f"{from_us(now):%Y%m%dT%H%M%S}-{mark[:8]}.hl7"
        identity = {"verdict": "quarantined" if problem else "accepted", "reason": problem}
        if message is not None:
            identity |= {
                "sender": " ".join(message.header.sender),
                "control": message.header.control,
                "specimens": ", ".join(dict.fromkeys(one.specimen for one in message.observations)),
                "results": str(len(message.observations)),
            }
        document = await asyncio.to_thread(
            spool,
            self._folder,
            raw,
            connection=self._name,
            name=name,
            seen_us=now,
            media_type="x-application/hl7-v2+er7",
            kind="hl7",
            identity={"time_zone": self._settings["time_zone"], **identity},
        )
        readings: list[Reading] = []
        unmapped: list[str] = []
        for one in message.observations if message is not None else ():
            found = self._mapped.readings(one.code, _value(one), one.unit, one.specimen, *self._time(one))
            readings += found
            if not found:
                unmapped.append(one.code or "without a code")
        events = []
        if problem:
            events.append(event("config_changed", now, f"The message {name} is in quarantine: {problem}"))
        if unmapped:
            codes = ", ".join(dict.fromkeys(unmapped))[:500]
            words = f"No channel has the codes {codes}; their results stand in {name}."
            events.append(event("config_changed", now, words))
        self._recent = [*self._recent, mark][-REMEMBERED:]
        await self._inbox.hand_over(
            Delivery(
                readings,
                events=tuple(events),
                documents=(document,),
                state={"recent": json.dumps(self._recent)},
            )
        )

    def _time(self, one: Observation) -> tuple[int, int]:
        try:
            seen = instant(one.observed, self._zone)
        except Invalid:
            seen = None
        source = 0 if seen is None else us(seen)
        if one.status in _NONE:
            return source, NO_VALUE
        if one.status in _NOT_YET:
            return source, UNSTABLE
        return source, GOOD if source else STAMPED_ON_RECEIPT


def _value(one: Observation) -> float | str:
    number = one.number()
    return one.value if number is None else float(number)
