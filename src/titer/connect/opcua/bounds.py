"""What a server can make this host hold: asyncua's client takes chunks, messages and arrays of any size.

Its limits are set by the server's Acknowledge, which may come again at any time; a chunk is gathered before its size
is looked at; and what an answer says of the lengths of its arrays is believed. Here all three have an end (Part 6,
6.7.2 and 7.1.2): a chunk is refused by its header, the server's limits only lower ours, and an answer is read in a
bounded number of steps, each of which makes one object at the most.
"""

from __future__ import annotations

from typing import Any

from asyncua import Client, ua
from asyncua.client.ua_client import UASocketProtocol
from asyncua.common.connection import TransportLimits
from asyncua.common.utils import Buffer
from asyncua.ua import ua_binary

MOST_STEPS = 500_000
"""Steps in which an answer is read: some 100 MB of objects, or 80,000 values of a history."""
CHUNK_BYTES = 8192
"""The smallest buffer that the standard allows (Part 6, 7.1.2.3); no fewer bytes are counted as one chunk."""


class Metered(Buffer):  # type: ignore[misc]
    """The bytes of an answer, read in a bounded number of steps; copies of it count together.

    Args:
        data: the bytes.
        start_pos, size: which of them; -1 = all that follow.
        spent: the count of another that this one is a part of.
    """

    def __init__(
        self, data: bytes, start_pos: int = 0, size: int = -1, spent: list[int] | None = None
    ) -> None:
        super().__init__(data, start_pos, size)
        self._spent = [0] if spent is None else spent

    def step(self) -> None:
        """Count a step.

        Raises:
            UaError: if there were too many.
        """
        self._spent[0] += 1
        if self._spent[0] > MOST_STEPS:
            raise ua.UaError(f"The answer holds more than {MOST_STEPS} things.")

    def read(self, size: int) -> bytes:
        """The next bytes."""
        self.step()
        if size < 0:
            raise ua.UaError("The answer announces a length below nothing.")
        taken: bytes = super().read(size)
        return taken

    def copy(self, size: int = -1) -> Metered:
        """The same bytes from here on, the first `size` of them."""
        fits = self._size if size == -1 or size > self._size else size
        return Metered(self._data, self._cur_pos, fits, self._spent)


def _nothing(data: Any) -> None:
    """Read a null value. It takes no bytes, so an array of 2^31 of them takes four; each is a step all the same."""
    if isinstance(data, Metered):
        data.step()


# The one kind of value that asyncua's decoder makes out of no bytes at all.
ua_binary._Null.unpack = staticmethod(_nothing)
ua_binary._create_uatype_deserializer.cache_clear()
ua_binary._create_uatype_array_deserializer.cache_clear()


class Limits(TransportLimits):  # type: ignore[misc]
    """Limits that a server can lower and never raise.

    Args:
        message_bytes: longest message, and longest chunk.
    """

    def __init__(self, message_bytes: int) -> None:
        super().__init__(
            max_recv_buffer=message_bytes,
            max_send_buffer=65535,
            max_chunk_count=max(1, message_bytes // CHUNK_BYTES),
            max_message_size=message_bytes,
        )
        self.max_chunk_count: int
        self.max_message_size: int
        self.max_send_buffer: int

    def update_client_limits(self, msg: ua.Acknowledge) -> None:
        """Take over what a server acknowledges, where that is less; 0 means that it has no limit."""
        self.max_chunk_count = min(msg.MaxChunkCount or self.max_chunk_count, self.max_chunk_count)
        self.max_message_size = min(msg.MaxMessageSize or self.max_message_size, self.max_message_size)
        # The server's receive buffer is what we may send at once; asyncua has the two the other way round.
        self.max_send_buffer = max(CHUNK_BYTES, min(msg.ReceiveBufferSize, self.max_send_buffer))


class BoundedProtocol(UASocketProtocol):  # type: ignore[misc]
    """asyncua's protocol that looks at a chunk's header before the chunk, and hands answers on metered."""

    message_bytes = 4 * 1024 * 1024
    receive_buffer: bytes | None

    def data_received(self, data: bytes) -> None:
        """Take what came, and leave a server that announces more than is taken."""
        super().data_received(data)
        waiting = self.receive_buffer
        if waiting is not None and len(waiting) >= 8:
            announced = int.from_bytes(waiting[4:8], "little")
            if announced > self.message_bytes:
                self.receive_buffer = None
                self._fail_all_pending(
                    ConnectionError(
                        f"The server announced a chunk of {announced} bytes; the most is {self.message_bytes}."
                    )
                )
                self.disconnect_socket()

    def _process_received_message(self, msg: Any) -> None:
        if isinstance(msg, ua.Message):
            self._call_callback(msg.request_id(), Metered(bytes(msg.body())))
        else:
            super()._process_received_message(msg)


def bound(client: Client, message_bytes: int) -> Client:
    """Bound what a client that is not yet connected will take; returns it.

    Args:
        client: of asyncua.
        message_bytes: longest message accepted.
    """
    transport = client.uaclient
    client.max_messagesize, client.max_chunkcount = message_bytes, max(1, message_bytes // CHUNK_BYTES)

    def made() -> BoundedProtocol:
        protocol = BoundedProtocol(transport._timeout, security_policy=transport.security_policy)
        protocol.message_bytes = message_bytes
        protocol._connection._limits = Limits(message_bytes)
        protocol.pre_request_hook = transport._pre_request_hook
        protocol.on_connection_lost = transport._on_transport_lost
        protocol.is_session_closing = transport._is_session_closing
        transport.protocol = protocol
        return protocol

    transport._make_protocol = made
    return client
