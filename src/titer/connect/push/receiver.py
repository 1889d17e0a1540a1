"""A receiver of values by HTTP as a source: a message is answered when it is on disk, and not before.

HTTP/1.1 is h11's; here is what may be asked, and how much. A sender that heard no answer sends the message again
under the same `Idempotency-Key`, and it counts once.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import h11

from titer.base import vault
from titer.base.clock import Clock
from titer.base.errors import Invalid
from titer.connect.core.contract import Command, ConnectionConfig, DeviceIdentity, Receipt
from titer.connect.core.listener import Inbox, Listener
from titer.connect.core.live import Contact, Delivery, Reading, takes_no_commands
from titer.connect.core.results import SPECIMEN, Mapped
from titer.connect.push.message import Said, read_message, require_known

PATH = b"/values"
SHORTEST_TOKEN = 32
REMEMBERED = 64
_HEAD = 16 * 1024
_AT_ONCE = 64 * 1024
_CALLERS = 32
_SILENCE_S = 60.0
"""How long a caller who asks nothing keeps a place."""
_TITLES = {
    400: "Not HTTP as it is spoken here",
    401: "The token is missing or wrong",
    404: "There is nothing here",
    405: "Values are sent by POST",
    409: "Another message had this key",
    413: "The message is too long",
    422: "Not as it should be",
}


class _Problem(Exception):
    """A request that is answered with a problem (RFC 9457), and nothing of it is taken."""

    def __init__(self, status: int, detail: str, *, over: bool = False) -> None:
        super().__init__(detail)
        self.status, self.detail, self.over = status, detail, over


class PushReceiver:
    """See the module; a `titer.connect.core.live.Source`. A channel's node is the name under which it is sent.

    Args:
        config: the connection.
        settings: its settings, with defaults.
        clock: the host's clock.
    """

    def __init__(self, config: ConnectionConfig, settings: Mapping[str, Any], clock: Clock) -> None:
        self._name, self._settings, self._clock = config.name, settings, clock
        self._nodes = {channel.node for channel in config.channels} - {SPECIMEN}
        self._mapped = Mapped(config.channels)
        self._token = b""
        self._inbox = Inbox()
        self._listener = Listener(config.name, self._converse, most=_CALLERS)
        self._recent: dict[str, str] = {}
        self._keyed = asyncio.Lock()

    def recall(self, state: Mapping[str, str]) -> None:
        """Take over which messages were taken."""
        self._recent = dict(json.loads(state.get("recent", "{}")))

    async def connect(self) -> Contact:
        """Listen.

        Raises:
            Invalid: if the token or the certificate cannot be used.
        """
        settings = self._settings
        self._token = await asyncio.to_thread(_token, Path(settings["token_file"]))
        tls = await asyncio.to_thread(_context, settings) if settings["tls"] else None
        self._inbox = Inbox()
        await self._listener.open(settings["host"], settings["port"], tls)
        scheme = "https" if tls else "http"
        return Contact(
            DeviceIdentity("", "HTTP sender", "", "", f"{scheme}://{settings['host']}:{settings['port']}")
        )

    def deliveries(self) -> AsyncIterator[Delivery]:
        """Its messages."""
        return self._inbox.deliveries()

    async def disconnect(self) -> None:
        """Listen no more."""
        await self._listener.close()

    async def invoke(self, command: Command) -> Receipt:
        """Values only come in."""
        return takes_no_commands(self._name)

    # one caller -----------------------------------------------------------------------------------------

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD)
        while True:
            try:
                async with asyncio.timeout(_SILENCE_S):
                    first = await reader.read(_AT_ONCE)
            except TimeoutError:
                return
            if not first:
                return
            talk.receive_data(first)
            async with asyncio.timeout(self._settings["timeout_s"]):
                goes_on = await self._exchange(talk, reader, writer)
            if not goes_on:
                return

    async def _exchange(
        self, talk: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """One request and its answer; whether the caller may ask again."""
        while True:
            try:
                request = await _next(talk, reader, writer)
                if not isinstance(request, h11.Request):
                    return False
                body = await self._answer(request, talk, reader, writer)
                _send(talk, writer, 200, body)
            except _Problem as problem:
                _refuse(talk, writer, problem)
            except h11.RemoteProtocolError as error:
                _refuse(talk, writer, _Problem(400, str(error), over=True))
            await writer.drain()
            if talk.our_state is not h11.DONE or talk.their_state is not h11.DONE:
                return False
            talk.start_next_cycle()
            if not talk.trailing_data[0]:
                return True

    async def _answer(
        self,
        request: h11.Request,
        talk: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> dict[str, Any]:
        headers = {bytes(name): bytes(value) for name, value in request.headers}
        if not hmac.compare_digest(headers.get(b"authorization", b""), b"Bearer " + self._token):
            raise _Problem(401, "Send the token of this connection: Authorization: Bearer ...", over=True)
        if request.target.partition(b"?")[0] != PATH:
            raise _Problem(404, f"Values are taken at {PATH.decode()}.", over=True)
        if request.method != b"POST":
            raise _Problem(405, f"Values are sent to {PATH.decode()} by POST.", over=True)
        body = await self._body(headers, talk, reader, writer)
        try:
            said = await asyncio.to_thread(read_message, body)
            require_known(said, self._nodes)
        except Invalid as error:
            raise _Problem(422, f"{error.where}: {error}" if error.where else str(error)) from error
        key = headers.get(b"idempotency-key", b"")
        if not key:
            await self._inbox.hand_over(Delivery(self._readings(said)))
            return {"stored": len(said), "repeated": False}
        async with self._keyed:
            repeated = await self._once(said, _mark(key), _mark(body))
        return {"stored": len(said), "repeated": repeated}

    async def _body(
        self,
        headers: Mapping[bytes, bytes],
        talk: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bytes:
        most, size = self._settings["message_bytes"], 0
        parts: list[bytes] = []
        too_long = _Problem(413, f"A message has at most {most:,} bytes; send less at once.", over=True)
        if int(headers.get(b"content-length", b"0")) > most:
            raise too_long
        while True:
            found = await _next(talk, reader, writer)
            if isinstance(found, h11.EndOfMessage):
                return b"".join(parts)
            if not isinstance(found, h11.Data):
                raise EOFError("The sender hung up within a message.")
            size += len(found.data)
            if size > most:
                raise too_long
            parts.append(bytes(found.data))

    async def _once(self, said: Sequence[Said], key: str, digest: str) -> bool:
        """Put a message on disk under its key; whether it was there already."""
        before = self._recent.get(key)
        if before is not None and before != digest:
            raise _Problem(409, "A message that says something else was sent under this Idempotency-Key.")
        if before is None:
            recent = dict([*self._recent.items(), (key, digest)][-REMEMBERED:])
            await self._inbox.hand_over(Delivery(self._readings(said), state={"recent": json.dumps(recent)}))
            self._recent = recent
        return before is not None

    def _readings(self, said: Sequence[Said]) -> list[Reading]:
        take = self._mapped.readings
        return [
            found
            for one in said
            for found in take(one.name, one.value, one.unit, "", one.source_us, one.status)
        ]


def _mark(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


async def _next(
    talk: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
    """The sender's next event; a sender that waits for leave to send its body is given it."""
    while (found := talk.next_event()) is h11.NEED_DATA:
        if talk.they_are_waiting_for_100_continue:
            writer.write(talk.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
        talk.receive_data(await reader.read(_AT_ONCE))
    return found


def _refuse(talk: h11.Connection, writer: asyncio.StreamWriter, problem: _Problem) -> None:
    """Answer with a problem document, if there is still somebody to be answered."""
    if talk.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
        told = {"type": "about:blank", "title": _TITLES[problem.status], "status": problem.status}
        _send(talk, writer, problem.status, {**told, "detail": problem.detail}, last=problem.over)


def _send(
    talk: h11.Connection,
    writer: asyncio.StreamWriter,
    status: int,
    body: Mapping[str, Any],
    *,
    last: bool = False,
) -> None:
    data = json.dumps(body).encode()
    kind = b"application/json" if status == 200 else b"application/problem+json"
    headers = [(b"content-type", kind), (b"content-length", str(len(data)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if last:
        headers.append((b"connection", b"close"))
    response = h11.Response(status_code=status, headers=headers)
    for event in (response, h11.Data(data=data), h11.EndOfMessage()):
        writer.write(talk.send(event) or b"")


def _token(path: Path) -> bytes:
    try:
        token = vault.read_file(path).strip()
    except OSError as error:
        raise Invalid("The token file cannot be read.", where="settings.token_file") from error
    if len(token) < SHORTEST_TOKEN:
        raise Invalid(
            f"The token is shorter than {SHORTEST_TOKEN} characters.",
            where="settings.token_file",
            do="Make one that nobody can guess: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return token


def _context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings["certificate"], settings["private_key"])
    except (OSError, ssl.SSLError) as error:
        raise Invalid(f"The certificate cannot be used: {error}.", where="settings.certificate") from error
    return context
