"""One OPC UA session: connect or resume, subscribe, publish, republish.

asyncua is used for its transport, its encodings and its security; its reconnection, publish loop and
subscriptions are not, since they lose values in silence. What is done differently:

* a session that the server still holds is activated again, and `BadNothingToDo` from TransferSubscriptions
  means that the subscription is where it belongs;
* Republish is bounded: by AvailableSequenceNumbers, by an empty answer, by a number;
* several PublishRequests are outstanding, each with a finite time-out;
* a client that has been silent, or whose server's clock stands still, is thrown away whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from asyncua import Client, ua
from asyncua.common.utils import Buffer
from asyncua.ua import uaerrors
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary
from cryptography import x509

from titer.base import vault
from titer.base.clock import Clock
from titer.base.errors import Invalid, Refused, Unavailable
from titer.connect.core.trusted import FOLDER as TRUSTED
from titer.connect.opcua import decode
from titer.connect.opcua.bounds import bound
from titer.connect.opcua.own import Identity, host_identity
from titer.connect.opcua.presented import Presented, read_user
from titer.connect.opcua.settings import OpcUaSettings
from titer.connect.opcua.trust import (
    application_uris,
    fingerprint,
    read,
    require_trusted,
    require_vouched,
    trust_mark,
)

LIVENESS_HANDLE = 0
REPUBLISH_LIMIT = 1000
KEEPALIVE_S = 1.0
UNREAD_LIMIT = 64
TRUST_LOOK_S = 1.0
FAULTS = (OSError, TimeoutError, ua.UaError)
_NOT_THIS_USER = (
    uaerrors.BadUserAccessDenied,
    uaerrors.BadIdentityTokenRejected,
    uaerrors.BadIdentityTokenInvalid,
)
_NOT_THIS_HOST = (
    uaerrors.BadSecurityChecksFailed,
    uaerrors.BadCertificateUntrusted,
    uaerrors.BadCertificateUriInvalid,
    uaerrors.BadCertificateInvalid,
    uaerrors.BadCertificateTimeInvalid,
)


@dataclass(slots=True)
class Link:
    """What outlives a socket: with it, the next socket finds the same subscription."""

    token: Any = None
    nonce: Any = None
    peer_certificate: Any = None
    policies: Any = None
    subscription: int = 0
    durable: int = 0
    queues: dict[int, int] = field(default_factory=dict)
    namespaces: tuple[str, ...] = ()
    presented: Presented | None = None


@dataclass(slots=True)
class Item:
    """A node to listen to."""

    handle: int
    node: Any


class Session:
    """See the module. `connect` first; after any failure `drop` and build another.

    Args:
        settings: of the connection.
        link: what the last session left; it is updated in place.
        clock: for the validity of certificates.
        place: folder of the connector host, where its own certificate and the trusted ones lie.
    """

    def __init__(self, settings: OpcUaSettings, link: Link, clock: Clock, place: Path) -> None:
        self._settings = settings
        self._place = place
        self._trust = settings.trust_folder or place / TRUSTED
        self.link = link
        self._clock = clock
        self.client = bound(
            Client(settings.endpoint, timeout=settings.request_timeout_s), settings.message_bytes
        )
        self.client.name = self.client.description = "Titer"
        self.client.session_timeout = int(settings.lifetime_s * 1000)
        self.server_certificate = ""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._arrived: deque[decode.Publish] = deque()
        self._news = asyncio.Event()
        self._failure: BaseException | None = None
        self._acks: list[tuple[int, int]] = []
        self._last_answer = self._last_tick = time.monotonic()
        self._ticks = False

    # connecting -----------------------------------------------------------------------------------------

    async def connect(self) -> bool:
        """Open socket, channel and session; returns whether the former session was resumed.

        Raises:
            Refused: if the server's certificate is not trusted, or it does not let us in.
            Unavailable: if it cannot be reached.
        """
        settings, client = self._settings, self.client
        try:
            await self._secure()
            await client.connect_socket()
            await asyncio.sleep(0)
            if client.uaclient.protocol.is_closed:
                raise ConnectionError("connection lost")
            await client.send_hello()
            await self._open_channel()
            resumed = await self._activate()
        except _NOT_THIS_USER as error:
            who = settings.user_certificate or settings.username or "anonymous"
            raise Refused(
                f"The server {settings.endpoint} refuses the user {who} ({_words(error)}).",
                do="Correct username and password_file of the connection, or its user_certificate.",
            ) from error
        except _NOT_THIS_HOST as error:
            raise Refused(
                f"The server {settings.endpoint} does not trust this connector host ({_words(error)}).",
                do="Install the host's own certificate at the instrument: it is on the page Links, Certificates.",
            ) from error
        except FAULTS as error:
            raise Unavailable(
                f"The server {settings.endpoint} cannot be reached: {_words(error)}.",
                do="Look whether it runs and whether its address and security are right.",
            ) from error
        self._spawn(self._renew())
        if settings.policy != "None":
            self._spawn(self._watch_trust())
        return resumed

    async def _secure(self) -> None:
        settings, client = self._settings, self.client
        if settings.policy == "None":
            await self._user()
            return
        from asyncua.crypto import security_policies, uacrypto

        identity = self._identity()
        client.application_uri = identity.uri
        policy = getattr(security_policies, f"SecurityPolicy{settings.policy}")
        mode = getattr(ua.MessageSecurityMode, settings.mode)
        finder = bound(Client(settings.endpoint, timeout=settings.request_timeout_s), settings.message_bytes)
        endpoints = await finder.connect_and_get_server_endpoints()
        try:
            offered = Client.find_endpoint(endpoints, mode, policy.URI)
        except ua.UaError as error:
            raise Invalid(
                f"The server {settings.endpoint} does not offer {settings.policy} with {settings.mode}.",
                where="settings.security_policy",
                do="Choose one that it offers, or switch it on at the server.",
            ) from error
        shown = Presented(
            bytes(offered.ServerCertificate or b""),
            urlparse(settings.endpoint).hostname or "",
            str(offered.Server.ApplicationUri or "")[:1000] if offered.Server is not None else "",
            identity.all,
        )
        certificate = shown.certificate()
        self.link.presented = shown
        self._believe(certificate)
        self.server_certificate = fingerprint(certificate)
        # What the user proves himself with goes to a server that is believed, and to no other.
        await self._user()
        await client.set_security(
            policy,
            str(identity.certificate),
            uacrypto.CertProperties(vault.read_file(identity.key), extension=identity.key.suffix.lstrip(".")),
            server_certificate=uacrypto.CertProperties(offered.ServerCertificate, extension="der"),
            mode=mode,
        )

    def _identity(self) -> Identity:
        settings = self._settings
        if settings.certificate is None or settings.private_key is None:
            return host_identity(self._place, self._clock.now())
        data = settings.certificate.read_bytes()
        given = read(data, str(settings.certificate))
        uris = application_uris(given)
        return Identity(
            settings.certificate, settings.private_key, uris[0] if uris else self.client.application_uri, ()
        )

    def _believe(self, certificate: x509.Certificate) -> None:
        """Refuse a server that is not the one that is meant."""
        pinned, mark = self._settings.pinned, fingerprint(certificate)
        if pinned and mark != pinned:
            raise Refused(
                f"The server's certificate is {mark}, and the one that was compared is {pinned}.",
                do="Look who answers again, and compare.",
            )
        host = self.link.presented.host if self.link.presented is not None else ""
        if not pinned:
            require_trusted(
                certificate,
                self._trust,
                self._clock.now(),
                host,
                list_required=self._settings.list_required,
            )

    async def _user(self) -> None:
        settings, client = self._settings, self.client
        if settings.user_certificate:
            if settings.policy == "None":
                raise Refused("A user's certificate proves nothing over an endpoint that is not encrypted.")
            client.user_certificate, client.user_private_key = read_user(
                self._place, settings.user_certificate
            )
        elif settings.username:
            client.set_user(settings.username)
            if settings.password or settings.password_file is not None:
                client.set_password(
                    settings.password or vault.read_file(settings.password_file).decode("utf-8").strip()  # type: ignore[arg-type]
                )

    async def _watch_trust(self) -> None:
        """End the session when its server is trusted no longer; that a date has passed does not end it."""
        if self._settings.pinned or self.link.presented is None:
            return
        certificate, seen = self.link.presented.certificate(), trust_mark(self._trust)
        while True:
            await asyncio.sleep(TRUST_LOOK_S)
            mark = trust_mark(self._trust)
            if mark != seen:
                require_vouched(certificate, self._trust, self._clock.now(), self.link.presented.host)
                seen = mark

    async def _open_channel(self) -> None:
        try:
            await self.client.open_secure_channel()
        except AssertionError as error:
            # asyncua hands the answer on before it reads it, and then misses what it could not read.
            raise ConnectionError("what it answers to OpenSecureChannel cannot be read") from error

    async def _activate(self) -> bool:
        client, link = self.client, self.link
        if link.token is not None:
            client.uaclient.session.restore_authentication_token(link.token)
            client._server_nonce = link.nonce
            client._policy_ids = link.policies
            if client.security_policy.peer_certificate is None:
                client.security_policy.peer_certificate = link.peer_certificate
            try:
                await client._activate_with_credentials()
            except (ua.UaStatusCodeError, ua.UaError):
                link.token, link.subscription = None, 0
                client.uaclient.session.reset_authentication_token()
                client._server_nonce = None
            else:
                link.nonce = client._server_nonce
                return True
        await client.create_session()
        await client._activate_with_credentials()
        link.token = client.uaclient.session.authentication_token
        link.nonce = client._server_nonce
        link.policies = client._policy_ids
        link.peer_certificate = client.security_policy.peer_certificate
        link.subscription = 0
        return False

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self.client.secure_channel_timeout * 0.75 / 1000)
            await self.client.open_secure_channel(renew=True)
            self.client.uaclient.revolve_security_token()

    def beside(self, work: Any) -> None:
        """Let something run beside the subscription; where it fails, the session has failed."""
        self._spawn(work)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None and self._failure is None:
            self._failure = task.exception()
        self._news.set()

    async def drop(self, *, close: bool = False) -> None:
        """Throw the client away; `close` also ends the session on the server."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if close:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(1.0):
                    await self.client.uaclient.close_session(True)
            with contextlib.suppress(Exception):
                await self.client.close_secure_channel()
            self.link.token, self.link.subscription = None, 0
        protocol = self.client.uaclient.protocol
        self.client.disconnect_socket()
        if protocol is not None:
            if protocol.transport is not None:
                protocol.transport.abort()
            protocol._fail_all_pending(ConnectionError("the session was dropped"))
            await asyncio.sleep(0)

    # the subscription -----------------------------------------------------------------------------------

    async def still_subscribed(self) -> tuple[bool, tuple[int, ...] | None]:
        """Whether the former subscription lives on, and which of its messages can be had again (None = ask)."""
        link = self.link
        if not link.subscription:
            return False, None
        wanted = ua.TransferSubscriptionsParameters()
        wanted.SubscriptionIds = [link.subscription]
        wanted.SendInitialValues = False
        try:
            result = (await self.client.uaclient.transfer_subscriptions(wanted))[0]
        except uaerrors.BadNothingToDo:
            return True, None
        except (
            uaerrors.BadServiceUnsupported,
            uaerrors.BadNotImplemented,
            uaerrors.BadNotSupported,
        ):
            return True, None
        except ua.UaStatusCodeError:
            return False, None
        if result.StatusCode.is_good():
            return True, tuple(int(number) for number in result.AvailableSequenceNumbers)
        # The subscription belongs to this session already (Part 4, 5.14.7: BadNothingToDo): that is success.
        return result.StatusCode.value == ua.StatusCodes.BadNothingToDo, None

    async def republish(self, after: int, available: Sequence[int] | None) -> list[decode.Publish] | None:
        """Fetch messages that were sent and not made durable here, oldest first.

        A number is missing among theirs where the server no longer keeps that message (Part 4, 5.13.5): what it
        bore is lost, and the caller says so.

        Args:
            after: sequence number of the last durable message.
            available: AvailableSequenceNumbers as the server gave them, None where it did not.

        Returns:
            The messages; None where the subscription is of no more use: it is gone, or its numbers are so far from
            ours that they cannot be those of the same subscription.
        """
        numbers = following(after, available)
        if numbers is None:
            return None
        found: list[decode.Publish] = []
        for number in numbers:
            try:
                message = await self._republish_one(number)
            except uaerrors.BadMessageNotAvailable:
                message = None
            except (uaerrors.BadSubscriptionIdInvalid, uaerrors.BadNoSubscription):
                return None
            if message is not None:
                found.append(message)
            elif available is None:
                break
        return found

    async def _republish_one(self, number: int) -> decode.Publish | None:
        request = ua.RepublishRequest()
        request.Parameters.SubscriptionId = self.link.subscription
        request.Parameters.RetransmitSequenceNumber = number
        body = await self.client.uaclient.protocol.send_request(request)
        message = decode.notification_message(_after_header(body))
        # An asyncua server answers an unknown number with an empty message.
        return message if message.notifications and message.sequence == number else None

    async def fetch(self, numbers: Sequence[int]) -> dict[int, decode.Publish]:
        """Missing messages by their sequence numbers, as far as the server still has them."""
        found: dict[int, decode.Publish] = {}
        for number in numbers[:REPUBLISH_LIMIT]:
            try:
                message = await self._republish_one(number)
            except uaerrors.BadMessageNotAvailable:
                continue
            if message is not None:
                found[number] = message
        return found

    async def subscribe(self, items: Sequence[Item], trigger: str) -> dict[int, str]:
        """Create the subscription with its items; returns handle -> why the server refused it."""
        settings = self._settings
        wanted = ua.CreateSubscriptionParameters()
        wanted.RequestedPublishingInterval = settings.publishing_ms
        wanted.RequestedMaxKeepAliveCount = max(1, round(KEEPALIVE_S * 1000 / settings.publishing_ms))
        wanted.RequestedLifetimeCount = max(
            wanted.RequestedMaxKeepAliveCount * 3, int(settings.lifetime_s * 1000 / settings.publishing_ms)
        )
        wanted.MaxNotificationsPerPublish = 10_000
        wanted.PublishingEnabled = True
        request = ua.CreateSubscriptionRequest()
        request.Parameters = wanted
        body = await self.client.uaclient.protocol.send_request(request)
        response = struct_from_binary(ua.CreateSubscriptionResponse, body)
        response.ResponseHeader.ServiceResult.check()
        self.link.subscription = int(response.Parameters.SubscriptionId)
        self.link.durable = 0
        self.link.queues = {}
        tick = Item(LIVENESS_HANDLE, ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime))
        refused = await self._monitor([tick], "", queue=1, sampling=1000.0)
        self._ticks = LIVENESS_HANDLE not in refused
        self._last_tick = time.monotonic()
        refused = await self._monitor(items, trigger, settings.queue_size, settings.sampling_ms)
        if refused and trigger != "status_value":
            again = [item for item in items if item.handle in refused]
            refused = await self._monitor(again, "", settings.queue_size, settings.sampling_ms)
        return refused

    async def _monitor(
        self, items: Sequence[Item], trigger: str, queue: int, sampling: float
    ) -> dict[int, str]:
        refused: dict[int, str] = {}
        for start in range(0, len(items), 500):
            part = items[start : start + 500]
            wanted = ua.CreateMonitoredItemsParameters()
            wanted.SubscriptionId = self.link.subscription
            wanted.TimestampsToReturn = ua.TimestampsToReturn.Both
            for item in part:
                one = ua.MonitoredItemCreateRequest()
                one.ItemToMonitor.NodeId = item.node
                one.ItemToMonitor.AttributeId = ua.AttributeIds.Value
                one.MonitoringMode = ua.MonitoringMode.Reporting
                one.RequestedParameters.ClientHandle = item.handle
                one.RequestedParameters.SamplingInterval = sampling
                one.RequestedParameters.QueueSize = queue
                one.RequestedParameters.DiscardOldest = True
                if trigger == "status_value_timestamp":
                    one.RequestedParameters.Filter = ua.DataChangeFilter(
                        Trigger=ua.DataChangeTrigger.StatusValueTimestamp
                    )
                wanted.ItemsToCreate.append(one)
            results = await self.client.uaclient.create_monitored_items(wanted)
            for item, result in zip(part, results, strict=True):
                if result.StatusCode.is_good():
                    self.link.queues[item.handle] = int(result.RevisedQueueSize)
                else:
                    refused[item.handle] = str(result.StatusCode.name)
        return refused

    # publishing -----------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Begin to keep PublishRequests outstanding."""
        self._last_answer = self._last_tick = time.monotonic()
        for _ in range(self._settings.requests):
            self._spawn(self._publish())

    async def _publish(self) -> None:
        timeout = KEEPALIVE_S * self._settings.requests + 2 * self._settings.liveness_s
        while True:
            while len(self._arrived) > UNREAD_LIMIT:
                await asyncio.sleep(0.02)
                self._last_answer = time.monotonic()
            request = ua.PublishRequest()
            acks, self._acks = self._acks, []
            request.Parameters.SubscriptionAcknowledgements = [
                ua.SubscriptionAcknowledgement(SubscriptionId=of, SequenceNumber=number)
                for of, number in acks
            ]
            try:
                body = await self.client.uaclient.protocol.send_request(request, timeout)
                message = decode.publish(_after_header(body))
            except uaerrors.BadTooManyPublishRequests:
                return
            except uaerrors.BadNoSubscription:
                self.link.subscription = 0
                raise
            self._last_answer = time.monotonic()
            if message.subscription != self.link.subscription:
                continue
            self._arrived.append(message)
            self._news.set()

    async def messages(self) -> list[decode.Publish]:
        """Wait for messages; returns all that have arrived.

        Raises:
            Unavailable: if the connection broke, or the server is silent or stands still.
        """
        while True:
            if isinstance(self._failure, Refused):
                raise self._failure
            if self._failure is not None:
                raise Unavailable(
                    f"The session with {self._settings.endpoint} broke: {_words(self._failure)}."
                ) from self._failure
            if self._arrived:
                found = list(self._arrived)
                self._arrived.clear()
                self._look_at_ticks(found)
                return found
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await self._news.wait()
            now = time.monotonic()
            silent = self._settings.liveness_s
            if now - self._last_answer > max(silent, 2 * KEEPALIVE_S):
                raise Unavailable(f"The server {self._settings.endpoint} has been silent for {silent:g} s.")
            if self._ticks and now - self._last_tick > max(silent, 3.0):
                raise Unavailable(f"The clock of {self._settings.endpoint} has stood still for {silent:g} s.")

    def _look_at_ticks(self, messages: Sequence[decode.Publish]) -> None:
        if any(LIVENESS_HANDLE in message.data.handle for message in messages):
            self._last_tick = time.monotonic()

    def acknowledge(self, number: int) -> None:
        """Messages up to `number` are durable; the next PublishRequests tell the server so."""
        link = self.link
        behind = (number - link.durable) & 0xFFFFFFFF
        if 0 < behind < 0x80000000:
            least = max(1, behind - REPUBLISH_LIMIT)
            self._acks += [
                (link.subscription, (link.durable + step) & 0xFFFFFFFF) for step in range(least, behind + 1)
            ]
            link.durable = number


def following(after: int, available: Sequence[int] | None) -> list[int] | None:
    """The sequence numbers to ask for behind `after`, in their order and at most `REPUBLISH_LIMIT`.

    None = one that the server names lies further off than that: the numbering is not the one that is known here.
    """
    if available is None:
        return [(after + step) & 0xFFFFFFFF for step in range(1, REPUBLISH_LIMIT + 1)]
    ahead = sorted({(number - after) & 0xFFFFFFFF for number in available})
    ahead = [step for step in ahead if 0 < step < 0x80000000]
    if ahead and ahead[-1] > REPUBLISH_LIMIT:
        return None
    return [(after + step) & 0xFFFFFFFF for step in ahead]


def _after_header(body: Buffer) -> bytes:
    buffer = body.copy()
    nodeid_from_binary(buffer)
    header = struct_from_binary(ua.ResponseHeader, buffer)
    header.ServiceResult.check()
    return bytes(buffer)


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
