"""A client's connection: frames, the secure channel, and which services are there at all.

The library takes an application's certificate at CreateSession, where it need not be the one that the channel was
opened with, or be there; it lets a channel without security ask for anything; it keeps what arrives before it looks
how much is announced. Here the channel's own certificate must be believed before anything else is heard.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asyncua import ua
from asyncua.common.connection import SecureConnection, TransportLimits
from asyncua.common.utils import Buffer, ServiceError
from asyncua.crypto.security_policies import SecurityPolicyNone
from asyncua.server.binary_server_asyncio import BinaryServer, OPCUAProtocol
from asyncua.server.uaprocessor import UaProcessor
from asyncua.ua.ua_binary import header_from_binary, struct_from_binary, uatcp_to_binary

from titer.connect.opcua.trust import application_uris
from titer.gateway.opcua import limits
from titer.gateway.opcua.certificates import Untrusted

log = logging.getLogger("titer.opcua")

Codes = ua.StatusCodes
Prove = Callable[[Any, Any], Awaitable[str]]
"""(session, identity token) -> the bearer token that was shown; raises ServiceError."""
_SMALLEST_BUFFER = 8_192
_HEAD = 8
_KINDS = {b"HEL": 32, b"OPN": 32, b"MSG": 24, b"CLO": 24}
"""Message types that a client sends, with the fewest bytes that one has (OPC 10000-6, 6.7.2 and 7.1.2)."""


def _service(name: str) -> ua.NodeId:
    return ua.NodeId(getattr(ua.ObjectIds, f"{name}Request_Encoding_DefaultBinary"))


_CREATE, _ACTIVATE, _CLOSE = _service("CreateSession"), _service("ActivateSession"), _service("CloseSession")
_BROWSE_NEXT = _service("BrowseNext")
"""The library's server has none."""
DISCOVERY = frozenset(_service(name) for name in ("FindServers", "GetEndpoints"))
"""All that a channel without security may ask: where to come in."""
OFFERED = DISCOVERY | {
    _service(name)
    for name in (
        "CreateSession",
        "ActivateSession",
        "CloseSession",
        "Read",
        "Write",
        "HistoryRead",
        "Browse",
        "BrowseNext",
        "TranslateBrowsePathsToNodeIds",
        "RegisterNodes",
        "UnregisterNodes",
        "CreateSubscription",
        "ModifySubscription",
        "DeleteSubscriptions",
        "TransferSubscriptions",
        "SetPublishingMode",
        "Publish",
        "Republish",
        "CreateMonitoredItems",
        "ModifyMonitoredItems",
        "DeleteMonitoredItems",
        "SetMonitoringMode",
    )
}
"""Services that there are. Write is there to be refused node by node, as clients expect it."""


class Bounds(TransportLimits):  # type: ignore[misc]
    """Limits of the transport; buffers so small that an answer would be cut into thousands are refused."""

    def create_acknowledge_and_set_limits(self, msg: Any) -> Any:
        """Agree on buffers."""
        if min(msg.ReceiveBufferSize, msg.SendBufferSize) < _SMALLEST_BUFFER:
            raise ServiceError(Codes.BadConnectionRejected)
        return super().create_acknowledge_and_set_limits(msg)


def bounds() -> Bounds:
    """The limits of every connection."""
    return Bounds(
        max_recv_buffer=limits.LARGEST_CHUNK,
        max_send_buffer=limits.LARGEST_CHUNK,
        max_chunk_count=limits.MOST_CHUNKS,
        max_message_size=limits.LARGEST_REQUEST,
    )


class _Channel(SecureConnection):  # type: ignore[misc]
    """A secure channel whose keys are renewed within the hour, whatever the client asks for."""

    def open(self, params: Any, server: Any) -> Any:
        asked = int(params.RequestedLifetime or limits.LONGEST_CHANNEL_MS)
        params.RequestedLifetime = min(max(asked, limits.SHORTEST_CHANNEL_MS), limits.LONGEST_CHANNEL_MS)
        return super().open(params, server)


class Processor(UaProcessor):  # type: ignore[misc]
    """Answers the requests of one connection."""

    def __init__(self, internal_server: Any, transport: Any, bounds_: TransportLimits) -> None:
        super().__init__(internal_server, transport, bounds_)
        self._connection = _Channel(SecurityPolicyNone(), self._limits)

    @property
    def is_secure(self) -> bool:
        """Whether the channel has been opened with security."""
        return bool(self._connection.security_policy.URI != SecurityPolicyNone.URI)

    @property
    def certificate(self) -> bytes:
        """The client application's own certificate, DER; what it sent of a chain behind it is left out."""
        return first_certificate(self._connection.security_policy.peer_certificate or b"")

    async def process(self, header: Any, body: Any) -> bool:
        """Take one chunk; what cannot be read ends the connection, with the reason where there is one."""
        try:
            return bool(await super().process(header, body))
        except Untrusted as error:
            self._once(str(error))
            self._end(getattr(Codes, error.status), error.what)
        except (ServiceError, ua.uaerrors.UaStatusCodeError) as error:
            self._end(int(error.code), "")
        except Exception as error:  # noqa: BLE001 - whatever a stranger sends: this connection ends, no other
            log.debug("%s sent what cannot be read: %r", self.name, error)
            self._end(int(Codes.BadSecurityChecksFailed), "")
        return False

    def _once(self, words: str) -> None:
        if words not in self.iserver.told:
            self.iserver.tell_once(words)
            log.warning("%s was refused: %s", self.name, words)

    def _end(self, code: int, reason: str) -> None:
        said = ua.ErrorMessage(ua.StatusCode(code), reason)
        self._transport.write(uatcp_to_binary(ua.MessageType.Error, said))

    def open_secure_channel(self, algohdr: Any, seqhdr: Any, body: Any) -> None:
        """Open or renew the channel, for an application that is believed."""
        if self.is_secure:
            self.iserver.require_trusted(self.certificate)
        super().open_secure_channel(algohdr, seqhdr, body)

    def send_response(self, *given: Any, **named: Any) -> None:
        """Answer, unless the client has left too much untaken."""
        if self._transport.get_write_buffer_size() > limits.LARGEST_BACKLOG:
            self._once("a client takes none of its answers")
            self._transport.abort()
            return
        super().send_response(*given, **named)

    async def _process_message(self, typeid: Any, requesthdr: Any, seqhdr: Any, body: Any) -> bool:
        if typeid not in OFFERED:
            raise ServiceError(Codes.BadServiceUnsupported)
        if not self.is_secure and typeid not in DISCOVERY:
            raise ServiceError(Codes.BadSecurityModeInsufficient)
        if typeid == _CREATE:
            await self._check_creation(struct_from_binary(ua.CreateSessionParameters, body.copy()))
        elif typeid == _ACTIVATE:
            await self._check_activation(
                requesthdr.AuthenticationToken, struct_from_binary(ua.ActivateSessionParameters, body.copy())
            )
        elif typeid not in DISCOVERY:
            self._check_session(requesthdr.AuthenticationToken, closes=typeid == _CLOSE)
        if typeid == _BROWSE_NEXT:
            response = ua.BrowseNextResponse()
            response.Parameters.Results = await self.session.browse_next(
                struct_from_binary(ua.BrowseNextParameters, body)
            )
            self.session.touch()
            self.send_response(requesthdr.RequestHandle, seqhdr, response)
            return True
        answered = bool(await super()._process_message(typeid, requesthdr, seqhdr, body))
        if typeid == _CREATE:
            self.session.certificate = self.certificate
        return answered

    def _check_session(self, token: Any, *, closes: bool) -> None:
        if self.session is None or token != self.session.auth_token:
            raise ServiceError(Codes.BadSessionIdInvalid)
        if not self.session.is_open and not closes:
            raise ServiceError(
                Codes.BadSessionNotActivated if self.session in self._waiting() else Codes.BadSessionIdInvalid
            )

    def _waiting(self) -> list[Any]:
        return list(self.iserver._external_sessions.values())

    async def _check_creation(self, params: Any) -> None:
        """The session's application is the channel's, and says who it is."""
        if first_certificate(params.ClientCertificate or b"") != self.certificate:
            raise ServiceError(Codes.BadSecurityChecksFailed)
        known = self.iserver.require_trusted(self.certificate)
        if params.ClientDescription.ApplicationUri not in application_uris(known):
            raise ServiceError(Codes.BadCertificateUriInvalid)
        if self.session is not None and not self.session.is_open:
            await self.session.close_session(True)
        elif self.session is not None:
            raise ServiceError(Codes.BadTooManySessions)

    async def _check_activation(self, token: Any, params: Any) -> None:
        """The session is this application's, and the user is one whose token is good."""
        session = self.iserver.lookup_external_session(token)
        if session is None or (self.session is not None and session is not self.session):
            raise ServiceError(Codes.BadSessionIdInvalid)
        if session.certificate != self.certificate:
            raise ServiceError(Codes.BadSecurityChecksFailed)
        session.bearer = await self.iserver.prove(session, params.UserIdentityToken)


class Protocol(OPCUAProtocol):  # type: ignore[misc]
    """One TCP connection."""

    processor: Any
    _buffer: bytes
    _greeted: bool = False

    def connection_made(self, transport: Any) -> None:
        """Take a connection, and give it a processor of ours."""
        super().connection_made(transport)
        if self.processor is not None:
            self.processor = Processor(self.iserver, transport, self.limits)
            self.processor.set_policies(self.policies)

    def data_received(self, data: bytes) -> None:
        """Cut what arrives into chunks; how long one is, is looked at before the rest of it is there."""
        self._buffer += data
        while len(self._buffer) >= _HEAD:
            kind, size = self._buffer[:3], int.from_bytes(self._buffer[4:_HEAD], "little")
            if kind not in _KINDS or (kind == b"HEL") == self._greeted:
                self._refuse(Codes.BadTcpMessageTypeInvalid)
                return
            if not _KINDS[kind] <= size <= limits.LARGEST_CHUNK:
                self._refuse(Codes.BadTcpMessageTooLarge)
                return
            if len(self._buffer) < size:
                return
            frame, self._buffer = Buffer(self._buffer[:size]), self._buffer[size:]
            self._greeted = True
            try:
                self.messages.put_nowait((header_from_binary(frame), frame))
            except asyncio.QueueFull:
                self._refuse(Codes.BadTooManyOperations)
                return

    def _refuse(self, code: int) -> None:
        self._buffer = b""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(
                uatcp_to_binary(ua.MessageType.Error, ua.ErrorMessage(ua.StatusCode(code), ""))
            )
            self.transport.close()


class Listener(BinaryServer):  # type: ignore[misc]
    """Listens, and makes a protocol of ours for each connection."""

    def _make_protocol(self) -> Protocol:
        return Protocol(
            iserver=self.iserver,
            policies=self._policies,
            clients=self.clients,
            closing_tasks=self.closing_tasks,
            limits=self.limits,
        )


def first_certificate(data: bytes) -> bytes:
    """The first of the DER certificates that stand behind each other.

    Example:
        >>> first_certificate(bytes([0x30, 0x82, 0x00, 0x01, 0xFF, 0x30]))
        b'0\\x82\\x00\\x01\\xff'
    """
    if len(data) < 4 or data[:2] != b"\x30\x82":
        return data
    return data[: 4 + int.from_bytes(data[2:4], "big")]
