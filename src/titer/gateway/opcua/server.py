"""The server: the library's, with sessions, channels and bounds of ours."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import SimpleRoleRuleset, User, UserRole
from asyncua.server.internal_server import InternalServer
from asyncua.server.user_managers import UserManager
from cryptography import x509

from titer import __version__
from titer.base.clock import Clock
from titer.base.errors import NotAuthenticated, TiterError, Unavailable
from titer.connect.core.supervise import Once
from titer.connect.opcua.own import Own
from titer.gateway.opcua import limits
from titer.gateway.opcua.certificates import TrustList
from titer.gateway.opcua.channel import Listener, bounds
from titer.gateway.opcua.hub import Hub
from titer.gateway.opcua.offer import BAD_NO_COMMUNICATION, UNCERTAIN_LAST_USABLE, offer
from titer.gateway.opcua.session import ClientSession
from titer.gateway.opcua.settings import ServerSettings
from titer.gateway.opcua.space import Space

log = logging.getLogger("titer.opcua")

Codes = ua.StatusCodes
POLICIES = (
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
)
HEALTHY, DEGRADED, NO_DATA = 255, 100, 1
_MOST_TOLD = 1_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}")


class Readers(UserManager):  # type: ignore[misc]
    """Who may read: machines whose tokens the hub knows.

    Args:
        who: asks the hub whose token it is.
        anonymous: whether a trusted application may come without.
    """

    def __init__(self, who: Callable[[str], Awaitable[str]], *, anonymous: bool) -> None:
        self._who = who
        self._anonymous = anonymous
        self._proven: dict[str, str] = {}

    async def prove(self, session: ClientSession, token: Any) -> str:
        """Ask the hub about a token before the library asks who its user is; returns the bearer's token.

        Raises:
            ServiceError: if it is none, or another machine's than the user name says.
        """
        if not isinstance(token, ua.UserNameIdentityToken):
            if not self._anonymous:
                raise ServiceError(Codes.BadIdentityTokenRejected)
            self._require_same(session, "anonymous")
            return ""
        if token.EncryptionAlgorithm:
            raise ServiceError(Codes.BadIdentityTokenInvalid)
        given = bytes(token.Password or b"").decode("utf-8", "replace")
        if not _TOKEN.fullmatch(given):
            raise ServiceError(Codes.BadUserAccessDenied)
        try:
            name = await self._who(given)
        except NotAuthenticated:
            raise ServiceError(Codes.BadUserAccessDenied) from None
        except Unavailable:
            raise ServiceError(Codes.BadNoCommunication) from None
        if name != token.UserName:
            raise ServiceError(Codes.BadUserAccessDenied)
        self._require_same(session, name)
        self._proven[name] = _digest(given)
        return given

    @staticmethod
    def _require_same(session: ClientSession, name: str) -> None:
        if session.is_open and session.user.name != name:
            raise ServiceError(Codes.BadIdentityChangeNotSupported)

    def get_user(
        self, iserver: Any, username: str | None = None, password: str | None = None, certificate: Any = None
    ) -> User | None:
        """The user that was proven a moment ago."""
        if username is None:
            return User(UserRole.User, "anonymous") if self._anonymous else None
        if self._proven.pop(username, None) != _digest(password or ""):
            return None
        return User(UserRole.User, username)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class _Inside(InternalServer):  # type: ignore[misc]
    """The library's server within, with what our sessions and channels ask of it."""

    def __init__(self, settings: ServerSettings, readers: Readers, trust: TrustList, clock: Clock) -> None:
        super().__init__(user_manager=readers)
        self._settings = settings
        self._readers = readers
        self._trust = trust
        self._clock = clock
        self.told: set[str] = set()
        self.max_connections = limits.MOST_CONNECTIONS
        self.max_pending_messages_per_connection = limits.MOST_PENDING
        self.max_pending_activation_seconds = limits.ACTIVATE_WITHIN_S
        self.max_session_timeout_ms = limits.LONGEST_SESSION_MS
        self.max_unacked_messages_per_subscription = limits.MOST_UNACKNOWLEDGED
        self.max_monitored_item_queue_size = limits.LARGEST_QUEUE
        self.max_subscriptions = settings.sessions * settings.subscriptions_per_session
        self.match_discovery_source_ip = False
        self.match_discovery_endpoint_url = False
        self.supported_tokens = (
            (ua.UserNameIdentityToken, ua.AnonymousIdentityToken)
            if settings.anonymous
            else (ua.UserNameIdentityToken,)
        )

    def create_session(self, name: str, user: User | None = None, external: bool = False) -> ClientSession:
        """A session, while there is room for one."""
        if external and len(self._external_sessions) >= self._settings.sessions:
            self.tell_once("all sessions are taken", "warning")
            raise ServiceError(Codes.BadTooManySessions)
        made = ClientSession(
            self, self.aspace, self.subscription_service, name, user=user or User(), external=external
        )
        made.most_subscriptions = self._settings.subscriptions_per_session
        made.most_items = self._settings.items_per_session
        return made

    async def prove(self, session: ClientSession, token: Any) -> str:
        """See `Readers.prove`."""
        return await self._readers.prove(session, token)

    def require_trusted(self, certificate: bytes) -> x509.Certificate:
        """See `TrustList.require`."""
        return self._trust.require(certificate, self._clock.now())

    def tell_once(self, words: str, level: str = "") -> None:
        """Note that something was said; a stranger cannot fill the log."""
        if level and words not in self.told:
            log.warning("%s", words)
        if len(self.told) < _MOST_TOLD:
            self.told.add(words)

    @property
    def clients(self) -> list[ClientSession]:
        """Sessions of clients."""
        return list(self._external_sessions.values())


class _Guarded(Server):  # type: ignore[misc]
    """The library's server, listening by our rules."""

    async def start(self) -> None:
        await self._setup_server_nodes()
        await self.iserver.start()
        host, port = self._get_bind_socket_info()
        self.bserver = Listener(self.iserver, host, port, bounds())
        self.bserver.set_policies(self._policies)
        try:
            await self.bserver.start()
        except OSError:
            await self.iserver.stop()
            raise


class StateServer:
    """Offers the hub's state over OPC UA.

    Args:
        settings: from titer.yaml.
        own: certificate and key of this server.
        uri: of this application; its certificate bears it.
        trust: whose applications are believed.
        hub: is asked for the state, and whose a token is.
        clock: this machine's.
        elapsed: seconds that pass, whatever is done to the clock.
    """

    def __init__(
        self,
        settings: ServerSettings,
        own: Own,
        uri: str,
        trust: TrustList,
        hub: Hub,
        clock: Clock,
        *,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._own = own
        self._uri = uri
        self._trust = trust
        self._hub = hub
        self._clock = clock
        self._elapsed = elapsed
        self._inside = _Inside(settings, Readers(hub.reader, anonymous=settings.anonymous), trust, clock)
        self._server = _Guarded(iserver=self._inside)
        self._space = Space(self._server, clock)
        self._once = Once(log, "hub")
        self._heard = 0.0
        self._level = 0

    async def open(self) -> int:
        """Listen; returns the port.

        Raises:
            Unavailable: if the port is taken or the address is none of this machine's.
        """
        server, settings = self._server, self._settings
        await server.init()
        reached = settings.names[0] if settings.names else settings.host
        server.set_endpoint(f"opc.tcp://{reached}:{settings.port}/titer")
        server.socket_address = (settings.host, settings.port)
        server.set_server_name("Titer")
        server.product_uri = "urn:titer:opcua"
        server.application_type = ua.ApplicationType.Server
        await server.set_application_uri(self._uri)
        await server.set_build_info(
            "urn:titer:opcua", "Titer", "Titer", __version__, "", datetime(1970, 1, 1, tzinfo=UTC)
        )
        server.set_security_policy(list(POLICIES), permission_ruleset=SimpleRoleRuleset())
        await server.load_certificate(self._own.certificate, "der")
        await server.load_private_key(self._own.key, format="pem")
        await self._announce_limits()
        await self._space.open()
        await self._say_level(NO_DATA)
        try:
            await server.start()
        except OSError as error:
            raise Unavailable(
                f"The OPC UA server cannot listen on {settings.host}:{settings.port}.",
                why=error.strerror or str(error),
                do="Stop the program that uses the port, or choose another under opcua in titer.yaml.",
            ) from error
        return int(server.bserver.port)

    async def close(self) -> None:
        """Stop listening."""
        await self._server.stop()

    async def serve(self) -> None:
        """Keep the address space to what the hub says, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow(), name="state")
            group.create_task(self._watch(), name="readers")

    @property
    def service_level(self) -> int:
        """How good the service is now: 255 healthy, 100 the hub is silent, 1 no data."""
        return self._level

    async def refresh(self) -> None:
        """Ask the hub once, and lay down what it said; where it says nothing, values get worse."""
        try:
            root = offer(await self._hub.state())
        except (TiterError, KeyError, TypeError, ValueError) as error:
            self._once.fault(error)
            await self._doubt()
            return
        self._once.well()
        self._heard = self._elapsed()
        await self._space.show(root)
        await self._say_level(HEALTHY)

    async def _follow(self) -> None:
        while True:
            await self.refresh()
            await asyncio.sleep(self._settings.refresh_s)

    async def _doubt(self) -> None:
        if self._level == NO_DATA:
            return
        if self._elapsed() - self._heard < self._settings.bad_after_s:
            await self._space.doubt(UNCERTAIN_LAST_USABLE)
            await self._say_level(DEGRADED)
        else:
            await self._space.doubt(BAD_NO_COMMUNICATION)
            await self._say_level(NO_DATA)

    async def _say_level(self, level: int) -> None:
        if level != self._level:
            self._level = level
            await self._space.service_level(level)

    async def _watch(self) -> None:
        """Let go of those whose token has ended, or whose application is believed no longer."""
        while True:
            await asyncio.sleep(limits.REPROVE_S)
            await self.reprove()

    async def reprove(self) -> None:
        """Look once whether everybody who is in may still be."""
        for session in self._inside.clients:
            if not session.is_open:
                continue
            try:
                self._inside.require_trusted(session.certificate)
                if session.bearer:
                    await self._hub.reader(session.bearer)
            except Unavailable:
                continue  # who the hub cannot tell of stays: there is nothing but bad values to read now
            except TiterError as error:
                log.warning("The session of %s is ended: %s", session.user.name, error)
                await session.close_session(True)

    async def _announce_limits(self) -> None:
        """Say the bounds where clients look for them (OPC 10000-5, 6.3.2 and 6.3.11)."""
        ids = ua.ObjectIds
        operations = ua.VariantType.UInt32, limits.MOST_OPERATIONS
        points = ua.VariantType.UInt16, limits.MOST_CONTINUATIONS
        sampling = ua.VariantType.Double, limits.SHORTEST_PUBLISHING_MS
        prefix = "Server_ServerCapabilities_"
        told = {
            f"{prefix}OperationLimits_MaxNodesPerRead": operations,
            f"{prefix}OperationLimits_MaxNodesPerBrowse": operations,
            f"{prefix}OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds": operations,
            f"{prefix}OperationLimits_MaxMonitoredItemsPerCall": operations,
            f"{prefix}MaxBrowseContinuationPoints": points,
            f"{prefix}MinSupportedSampleRate": sampling,
        }
        for name, (kind, value) in told.items():
            await self._server.get_node(ua.NodeId(getattr(ids, name))).write_value(ua.Variant(value, kind))
