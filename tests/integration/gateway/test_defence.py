"""What the server refuses: strangers, others' tokens and sessions, too much of anything, and what is no OPC UA."""

from __future__ import annotations

import asyncio
import struct
import tracemalloc
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import pytest
from asyncua import Client, ua
from asyncua.common.utils import ServiceError
from asyncua.ua.ua_binary import struct_to_binary, uatcp_to_binary
from asyncua.ua.uaerrors import (
    BadIdentityTokenRejected,
    BadSecurityChecksFailed,
    BadSecurityModeInsufficient,
    BadSubscriptionIdInvalid,
    BadTooManyMonitoredItems,
    BadTooManyOperations,
    BadTooManySessions,
    BadTooManySubscriptions,
    BadUserAccessDenied,
)
from tests.integration.gateway.conftest import Served, until

from titer.gateway.opcua import limits
from titer.gateway.opcua.certificates import TrustList
from titer.testing.connectors import patience

STATE = "Batches/B-2026-0001/ProcedureState"
REFUSED = (ua.UaError, ServiceError, ConnectionError, TimeoutError, OSError)


class Quiet:
    """A subscription that is not listened to."""

    def datachange_notification(self, *_: Any) -> None:
        return


def test_an_unknown_certificate_is_turned_away_and_kept_to_be_looked_at(served: Served) -> None:
    async def check() -> None:
        with pytest.raises(REFUSED):
            async with served.connected("stranger"):
                raise AssertionError("a stranger came in")
        (rejected,) = [one for one in served.trust.known() if not one.trusted]
        served.trust.trust(served.trust.find_rejected(rejected.mark[:12]))
        async with served.connected("stranger") as seen:
            assert (await seen.value(STATE)).Value.Value == "Running"
        served.trust.distrust(rejected.mark)
        with pytest.raises(REFUSED):
            async with served.connected("stranger"):
                raise AssertionError("somebody came in who is trusted no longer")

    asyncio.run(check())


def test_a_trusted_certificate_without_its_key_opens_nothing(served: Served) -> None:
    """A certificate is public: it is shown at the channel, and at the session of a channel that is another's."""

    async def check() -> None:
        known = served.applications["client"].own.certificate
        client = await served.client("stranger")
        client.uaclient.security_policy.host_certificate = known
        with pytest.raises(REFUSED):
            async with client:
                raise AssertionError("the channel was opened")
        other = await served.client("other", "scada")
        create = other.uaclient.create_session

        async def lying(params: Any, *given: Any, **named: Any) -> Any:
            params.ClientCertificate = known
            return await create(params, *given, **named)

        other.uaclient.create_session = lying
        with pytest.raises(BadSecurityChecksFailed):
            async with other:
                raise AssertionError("the session was opened")

    asyncio.run(check())


def test_without_security_nothing_is_told_but_where_to_come_in(served: Served) -> None:
    async def check() -> None:
        plain = Client(served.url, timeout=10 * patience())
        endpoints = await plain.connect_and_get_server_endpoints()
        assert {one.SecurityMode for one in endpoints} == {ua.MessageSecurityMode.SignAndEncrypt}
        assert {token.TokenType for one in endpoints for token in one.UserIdentityTokens} == {
            ua.UserTokenType.UserName
        }
        await plain.connect_socket()
        await plain.send_hello()
        await plain.open_secure_channel()
        with pytest.raises(BadSecurityModeInsufficient):
            await plain.create_session()
        with pytest.raises(BadSecurityModeInsufficient):
            await plain.uaclient.read(ua.ReadParameters())
        with pytest.raises(ua.UaError):
            await plain.register_server(_other())
        plain.disconnect_socket()

    asyncio.run(check())


def _other() -> Any:
    class Other:
        """A server that would like to be found through ours."""

        name, product_uri = "Other", "urn:other"
        application_type = ua.ApplicationType.Server

        class endpoint:
            @staticmethod
            def geturl() -> str:
                return "opc.tcp://192.0.2.1:4840"

        def get_application_uri(self) -> str:
            return "urn:other"

    return Other()


@pytest.mark.parametrize(
    ("user", "error"),
    [
        (None, BadIdentityTokenRejected),
        ("nobody", BadUserAccessDenied),
        ("dcs as scada", BadUserAccessDenied),
    ],
)
def test_who_shows_no_token_or_anothers_is_refused(served: Served, user: str | None, error: type) -> None:
    async def check() -> None:
        client = await served.client(user="dcs" if user else None)
        if user is not None:
            name, _, as_name = user.partition(" as ")
            client.set_password(served.hub.machines.get(name, "x" * 43))
            client.set_user(as_name or name)
        with pytest.raises(error):
            async with client:
                raise AssertionError("it was let in")

    asyncio.run(check())


def test_a_token_that_has_ended_ends_the_session(served: Served) -> None:
    async def check() -> None:
        async with AsyncExitStack() as stack:
            seen = await stack.enter_async_context(served.connected(user="scada"))
            assert (await seen.value(STATE)).Value.Value == "Running"
            served.do(served.server.reprove())
            assert (await seen.value(STATE)).Value.Value == "Running"
            del served.hub.machines["scada"]
            served.do(served.server.reprove())
            with pytest.raises(ua.UaError):
                await seen.value(STATE)

    asyncio.run(check())


def test_sessions_subscriptions_items_and_operations_are_bounded(served: Served) -> None:
    async def check() -> None:
        async with AsyncExitStack() as stack:
            first, *_ = [await stack.enter_async_context(served.connected()) for _ in range(3)]
            with pytest.raises(BadTooManySessions):
                async with served.connected():
                    raise AssertionError("there was room for a fourth")
            subscriptions = [await first.client.create_subscription(50, Quiet()) for _ in range(2)]
            with pytest.raises(BadTooManySubscriptions):
                await first.client.create_subscription(50, Quiet())
            await subscriptions[0].subscribe_data_change([first.node(STATE)] * 50)
            with pytest.raises(BadTooManyMonitoredItems):
                await subscriptions[1].subscribe_data_change(first.node(STATE))
            asked = ua.ReadParameters()
            one = ua.ReadValueId(NodeId=ua.NodeId(STATE, first.index), AttributeId=ua.AttributeIds.Value)
            asked.NodesToRead = [one] * (limits.MOST_OPERATIONS + 1)
            with pytest.raises(BadTooManyOperations):
                await first.client.uaclient.read(asked)
        async with served.connected() as again:
            assert (await again.value(STATE)).Value.Value == "Running"

    asyncio.run(check())


def test_a_session_touches_no_subscription_of_another(served: Served) -> None:
    async def check() -> None:
        async with AsyncExitStack() as stack:
            mine = await stack.enter_async_context(served.connected())
            theirs = await stack.enter_async_context(served.connected("other", "scada"))
            subscription = await theirs.client.create_subscription(50, Quiet())
            number = subscription.subscription_id
            (code,) = await mine.client.uaclient.delete_subscriptions([number])
            assert code.name == "BadSubscriptionIdInvalid"
            asked = ua.TransferSubscriptionsParameters()
            asked.SubscriptionIds = [number]
            (moved,) = await mine.client.uaclient.transfer_subscriptions(asked)
            assert moved.StatusCode.name == "BadSubscriptionIdInvalid"
            items = ua.CreateMonitoredItemsParameters(SubscriptionId=number)
            with pytest.raises(BadSubscriptionIdInvalid):
                await mine.client.uaclient.create_monitored_items(items)

    asyncio.run(check())


def test_another_application_cannot_take_a_session_over(served: Served) -> None:
    async def check() -> None:
        async with served.connected() as seen:
            token = seen.client.uaclient.protocol.authentication_token
            assert token.NodeIdType == ua.NodeIdType.ByteString
            assert len(token.Identifier) == 32
            thief = await served.client("other", "dcs")
            await thief.connect_socket()
            await thief.send_hello()
            await thief.open_secure_channel()
            thief.uaclient.protocol.authentication_token = token
            with pytest.raises(ua.UaError):
                await thief.activate_session(username="dcs", password=served.hub.machines["dcs"])
            with pytest.raises(ua.UaError):
                await thief.uaclient.read(ua.ReadParameters())
            thief.disconnect_socket()
            assert (await seen.value(STATE)).Value.Value == "Running"

    asyncio.run(check())


HELLO = uatcp_to_binary(
    ua.MessageType.Hello,
    ua.Hello(
        ReceiveBufferSize=65_536,
        SendBufferSize=65_536,
        MaxMessageSize=0,
        MaxChunkCount=0,
        EndpointUrl="opc.tcp://x",
    ),
)
HOSTILE = {
    "a chunk of four gigabytes": HELLO + b"MSGF" + struct.pack("<I", 0xFFFF_FFF0) + b"x" * 64,
    "a chunk over the limit": HELLO + b"OPNF" + struct.pack("<I", limits.LARGEST_CHUNK + 1) + b"x" * 64,
    "a chunk that is too short": HELLO + b"MSGF" + struct.pack("<I", 8),
    "another protocol": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no greeting": b"OPNF" + struct.pack("<I", 64) + b"\0" * 56,
    "a second greeting": HELLO + HELLO,
    "tiny buffers": uatcp_to_binary(
        ua.MessageType.Hello, ua.Hello(ReceiveBufferSize=1, SendBufferSize=1, EndpointUrl="opc.tcp://x")
    ),
    "noise for a channel": HELLO + b"OPNF" + struct.pack("<I", 512) + bytes(range(256)) * 2,
    "a text of two gigabytes": HELLO + b"OPNF" + struct.pack("<III", 64, 0, 0x7FFF_FFFF) + b"\0" * 48,
}


@pytest.mark.parametrize("bytes_", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_opc_ua_ends_the_connection_and_nothing_else(served: Served, bytes_: bytes) -> None:
    async def check() -> None:
        with _little_memory():
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(bytes_)
            async with asyncio.timeout(20 * patience()):
                said = await reader.read()
            writer.close()
        kinds = _kinds(said)
        assert kinds[-1] == b"ERR" or bytes_.startswith(b"GET"), said
        endpoints = await Client(served.url, timeout=10 * patience()).connect_and_get_server_endpoints()
        assert len(endpoints) == 2

    asyncio.run(check())


def _kinds(said: bytes) -> list[bytes]:
    kinds = []
    while said:
        kinds.append(said[:3])
        said = said[int.from_bytes(said[4:8], "little") :]
    return kinds


@contextmanager
def _little_memory() -> Iterator[None]:
    """The server runs in this process: what it takes is seen here."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_an_oversized_message_is_refused_while_it_arrives(served: Served) -> None:
    async def check() -> None:
        async with AsyncExitStack() as stack:
            seen = await stack.enter_async_context(served.connected())
            value = ua.WriteValue(NodeId=ua.NodeId(STATE, seen.index), AttributeId=ua.AttributeIds.Value)
            value.Value = ua.DataValue(ua.Variant("x" * (2 * limits.LARGEST_REQUEST)))
            asked = ua.WriteParameters(NodesToWrite=[value])
            with pytest.raises(REFUSED):
                await seen.client.uaclient.write(asked)
            assert len(struct_to_binary(asked)) > limits.LARGEST_REQUEST
        async with served.connected() as again:
            assert (await again.value(STATE)).Value.Value == "Running"

    asyncio.run(check())


def test_connections_that_say_nothing_are_bounded_and_rejected_certificates_too(served: Served) -> None:
    async def check() -> None:
        inside = served.server._server.bserver
        open_ = []
        try:
            for _ in range(limits.MOST_CONNECTIONS + 10):
                open_.append(await asyncio.open_connection("127.0.0.1", served.port))
            await until(lambda: len(inside.clients) == limits.MOST_CONNECTIONS, "that all places are taken")
            async with asyncio.timeout(20 * patience()):
                assert await open_[-1][0].read() == b""
        finally:
            for _, writer in open_:
                writer.close()
        await until(lambda: not inside.clients, "that they are gone")

    asyncio.run(check())
    place = TrustList(served.trust.rejected.parent)
    assert len(place.known()) < 10
