"""A connection to an MQTT broker on the event loop: paho's state machine, without its thread."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from titer.base.errors import Invalid, TiterError, Unavailable

AHEAD = 500
"""Messages that may wait; then nothing is read from the socket, and the broker has to keep them or say so."""


AHEAD_BYTES = 16 * 1024 * 1024
"""What the messages that wait may have together, one of the largest kind always among them."""
PIECE = 64 * 1024
"""Bytes read at a time."""
HEADERS = 128 * 1024
"""What a packet may have beside its payload: a topic and properties."""


class _Client(paho.Client):
    """paho's client, which takes a packet of any size that it is told of: 256 MB by four bytes of a header.

    MQTT 5 has a limit that the broker is asked to keep; MQTT 3.1.1 has none, and a broker may not keep it.
    """

    most_bytes = 0

    def _sock_recv(self, bufsize: int) -> bytes:
        told = int(self._in_packet["remaining_length"])
        if told > self.most_bytes + HEADERS:
            raise Invalid(
                f"The broker began a message of {told:,} bytes; this connection takes {self.most_bytes:,}.",
                do="Look who publishes it, or raise message_bytes.",
            )
        return super()._sock_recv(min(bufsize, PIECE))


class Broker:
    """One connection; made anew after each that broke.

    Args:
        settings: of the connection type.
        will: topic and payload that the broker publishes when the connection breaks.
    """

    def __init__(self, settings: Mapping[str, Any], will: tuple[str, bytes]) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._messages: asyncio.Queue[paho.MQTTMessage | TiterError] = asyncio.Queue()
        self._accepted: asyncio.Future[None] = self._loop.create_future()
        self._socket: socket.socket | None = None
        self._reading = False
        self._ahead = 0
        self._misc: asyncio.Task[None] | None = None
        five = settings["protocol"] == "5"
        self._client = client = _Client(
            CallbackAPIVersion.VERSION2,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            clean_session=None if five else True,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.most_bytes = settings["message_bytes"]
        if settings["tls"]:
            client.tls_set_context(_context(settings))
        if settings["username"]:
            client.username_pw_set(settings["username"], _password(settings["password_file"]))
        client.will_set(*will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_write
        client.on_socket_unregister_write = self._on_written

    async def connect(self) -> None:
        """Connect, and wait until the broker has accepted.

        Raises:
            Unavailable: if it does not, with its reason.
            OSError, TimeoutError: if nobody answers.
        """
        settings = self._settings
        properties = None
        if settings["protocol"] == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.MaximumPacketSize = settings["message_bytes"]
        self._client.connect_timeout = settings["timeout_s"]
        await asyncio.to_thread(
            self._client.connect,
            settings["host"],
            settings["port"],
            settings["keepalive_s"],
            properties=properties,
        )
        self._misc = asyncio.create_task(self._tend(), name="mqtt")
        async with asyncio.timeout(settings["timeout_s"]):
            await self._accepted

    async def messages(self) -> AsyncIterator[paho.MQTTMessage]:
        """What comes in.

        Raises:
            Unavailable: when the connection breaks.
        """
        while True:
            found = await self._messages.get()
            if isinstance(found, TiterError):
                raise found
            self._ahead -= len(found.payload)
            if self._messages.qsize() < AHEAD // 2 and self._ahead < AHEAD_BYTES // 2:
                self._listen()
            yield found

    def subscribe(self, pattern: str) -> None:
        """Ask for messages."""
        self._client.subscribe(pattern, qos=1)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send a message.

        Raises:
            Unavailable: if the connection is gone.
        """
        if self._client.publish(topic, payload, qos=qos, retain=retain).rc != paho.MQTT_ERR_SUCCESS:
            raise Unavailable("The broker is not connected.")

    def confirm(self, message: paho.MQTTMessage) -> None:
        """Acknowledge a message that is on disk."""
        if message.qos:
            self._client.ack(message.mid, message.qos)

    async def close(self) -> None:
        """Hang up at once: the broker publishes the will."""
        if self._misc is not None:
            self._misc.cancel()
            await asyncio.gather(self._misc, return_exceptions=True)
        client = self._client
        client.on_disconnect = client.on_message = client.on_connect = None
        client.on_socket_open = client.on_socket_close = None
        client.on_socket_register_write = client.on_socket_unregister_write = None
        held = self._socket or client.socket()
        if held is not None:
            self._forget(held)
            held.close()

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self._settings["keepalive_s"] / 4))
            self._client.loop_misc()

    # paho's callbacks: those of `connect` come from its thread, all others from the loop ------------------

    def _soon(self, step: Callable[[Any], None], held: Any) -> None:
        """On the loop: at once where it runs already, for a socket is closed right after its callback."""
        try:
            here = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            here = False
        if here:
            step(held)
        else:
            self._loop.call_soon_threadsafe(step, held)

    def _on_socket_open(self, client: paho.Client, userdata: Any, held: Any) -> None:
        self._soon(self._watch, held)

    def _watch(self, held: Any) -> None:
        if held.fileno() >= 0:
            self._socket = held
            self._listen()

    def _listen(self) -> None:
        if self._socket is not None and not self._reading:
            self._loop.add_reader(self._socket, self._read)
            self._reading = True

    def _read(self) -> None:
        try:
            self._client.loop_read()
            while isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
                self._client.loop_read()
        except Invalid as error:
            self._give_up(error)
            return
        if (
            (self._messages.qsize() >= AHEAD or self._ahead >= AHEAD_BYTES)
            and self._socket is not None
            and self._reading
        ):
            self._loop.remove_reader(self._socket)
            self._reading = False

    def _give_up(self, error: Invalid) -> None:
        """Nothing more is read from a broker that sends what is not taken."""
        if self._socket is not None and self._reading:
            self._loop.remove_reader(self._socket)
            self._reading = False
        if not self._accepted.done():
            self._accepted.set_exception(error)
        self._messages.put_nowait(error)

    def _on_socket_close(self, client: paho.Client, userdata: Any, held: Any) -> None:
        self._soon(self._forget, held)

    def _forget(self, held: Any) -> None:
        if held.fileno() >= 0:
            self._loop.remove_reader(held)
            self._loop.remove_writer(held)
        if self._socket is held:
            self._socket, self._reading = None, False

    def _on_write(self, client: paho.Client, userdata: Any, held: Any) -> None:
        self._soon(self._want_write, held)

    def _want_write(self, held: Any) -> None:
        if held.fileno() >= 0:
            self._loop.add_writer(held, self._client.loop_write)

    def _on_written(self, client: paho.Client, userdata: Any, held: Any) -> None:
        self._soon(self._wrote, held)

    def _wrote(self, held: Any) -> None:
        if held.fileno() >= 0:
            self._loop.remove_writer(held)

    def _on_connect(
        self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        if self._accepted.done():
            return
        if reason.is_failure:
            self._accepted.set_exception(Unavailable(f"The broker refused the connection: {reason}."))
        else:
            self._accepted.set_result(None)

    def _on_disconnect(
        self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        broken = Unavailable(f"The connection to the broker broke: {reason}.")
        if not self._accepted.done():
            self._accepted.set_exception(broken)
        self._messages.put_nowait(broken)

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        self._ahead += len(message.payload)
        self._messages.put_nowait(message)


def _context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings["root_certificate"] or None)
        if settings["certificate"]:
            context.load_cert_chain(settings["certificate"], settings["private_key"] or None)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(
            f"The certificates cannot be used: {error}.", where="settings.root_certificate"
        ) from error
    return context


def _password(path: str | None) -> str | None:
    if not path:
        return None
    from titer.base import vault

    try:
        return vault.read_file(Path(path)).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("The password file cannot be read.", where="settings.password_file") from error
