"""The OPC UA connector's edges: security, node strings, units and ranges, against an asyncua server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asyncua import Server, ua
from asyncua.crypto.permission_rules import SimpleRoleRuleset
from asyncua.server.user_managers import PermissiveUserManager
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from titer.base.clock import SystemClock
from titer.base.errors import Invalid, Refused
from titer.connect.core.contract import Batch, ConnectionConfig, Resume
from titer.connect.core.journal import Journal
from titer.connect.opcua.connector import OpcUaConnector

URI = "urn:titer:test:edges"


def certificate(folder: Path, name: str, *, days: int = 2) -> tuple[Path, Path]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.now(UTC) - timedelta(days=3)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=3 + days))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.UniformResourceIdentifier(f"urn:titer:{name}"), x509.DNSName("localhost")]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.der", folder / f"{name}.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.DER))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@asynccontextmanager
async def served(folder: Path, *, secure: bool = False, fillers: int = 0) -> AsyncIterator[tuple[str, Any]]:
    server = Server(user_manager=PermissiveUserManager())
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/edges")
    if secure:
        own, key = certificate(folder, "server")
        await server.set_application_uri("urn:titer:server")
        server.set_security_policy(
            [ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt], permission_ruleset=SimpleRoleRuleset()
        )
        await server.load_certificate(str(own))
        await server.load_private_key(str(key))
    else:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    for number in range(fillers):
        await server.register_namespace(f"urn:filler:{number}")
    space = await server.register_namespace(URI)
    node = await server.nodes.objects.add_variable(ua.NodeId("T", space), "T", 36.5)
    unit = ua.EUInformation(DisplayName=ua.LocalizedText("°C"), UnitId=4408652)
    await node.add_property(0, "EngineeringUnits", unit)
    await node.add_property(0, "EURange", ua.Range(Low=0.0, High=60.0))
    async with server:
        port = server.bserver._server.sockets[0].getsockname()[1]
        yield f"opc.tcp://127.0.0.1:{port}/edges", node


def connector(endpoint: str, channel: dict[str, Any] | None = None, **settings: Any) -> OpcUaConnector:
    entry = {"tag": "T", "node": f"nsu={URI};s=T", "unit": "degC", "low": 0, "high": 60, **(channel or {})}
    config = ConnectionConfig.of(
        {
            "name": "edges",
            "type": "opcua",
            "settings": {"endpoint": endpoint, **settings},
            "channels": [entry],
        }
    )
    return OpcUaConnector(config, SystemClock(), Path())


@asynccontextmanager
async def connected(adapter: OpcUaConnector) -> AsyncIterator[list[Batch]]:
    """Its stream, open, with what came up to the first value."""
    batches: list[Batch] = []
    await adapter.open(Resume({}, {}, 1))
    async with aclosing(adapter.stream()) as stream:  # type: ignore[type-var]
        async with asyncio.timeout(15):
            while not batches or not len(batches[-1].columns):
                batches.append(await anext(stream))
                await adapter.ack(batches[-1].cursor)
        yield batches
    await adapter.close()


def test_an_encrypted_server_is_believed_only_when_its_certificate_is_trusted(tmp_path: Path) -> None:
    async def check() -> None:
        own, key = certificate(tmp_path, "host")
        trust = tmp_path / "trust"
        trust.mkdir()
        settings = {
            "security_policy": "Basic256Sha256",
            "certificate": str(own),
            "private_key": str(key),
            "trust_folder": str(trust),
        }
        async with served(tmp_path, secure=True) as (endpoint, _):
            adapter = connector(endpoint, **settings)
            await adapter.open(Resume({}, {}, 1))
            with pytest.raises(Refused, match="not trusted") as caught:
                await anext(adapter.stream())
            rejected = list((trust / "rejected").glob("*.der"))
            assert rejected[0].stem in str(caught.value)
            rejected[0].rename(trust / rejected[0].name)
            async with connected(adapter) as batches:
                assert batches[-1].columns.value.tolist() == [36.5]
                identity = await adapter.describe()
                assert "Basic256Sha256 SignAndEncrypt" in identity.endpoint

    asyncio.run(check())


def test_an_unencrypted_endpoint_must_be_allowed_by_name() -> None:
    with pytest.raises(Refused, match="not encrypted"):
        connector("opc.tcp://127.0.0.1:4840")
    with pytest.raises(Invalid, match="no OPC UA address"):
        connector("http://127.0.0.1:4840", allow_unencrypted=True)
    encrypted = {"security_policy": "Basic256Sha256"}
    with pytest.raises(Invalid, match="does not exist"):
        connector(
            "opc.tcp://127.0.0.1:4840", **encrypted, certificate="/nowhere/own.der", private_key="/nowhere"
        )
    with pytest.raises(Invalid, match="go together"):
        connector("opc.tcp://127.0.0.1:4840", **encrypted, certificate=__file__)
    with pytest.raises(Refused, match="does not stand in"):
        connector("opc.tcp://127.0.0.1:4840", **encrypted, username="ann", password="in the clear")


def test_units_and_ranges_are_compared_with_the_channels_file(tmp_path: Path) -> None:
    async def check() -> None:
        async with served(tmp_path, fillers=3) as (endpoint, _):
            adapter = connector(endpoint, allow_unencrypted=True)
            async with connected(adapter):
                identity = await adapter.describe()
            assert identity.details["channels"]["T"] == {"unit": "°C", "low": "0.0", "high": "60.0"}
            assert identity.details["differences"] == {}
            assert identity.as_dict()["fingerprint"]
            other = connector(endpoint, {"unit": "K", "high": 80}, allow_unencrypted=True)
            async with connected(other):
                words = (await other.describe()).details["differences"]["T"]
            assert "'°C' at the server and 'K' in the channels file" in words
            assert "high is 60 at the server and 80 in the channels file" in words

    asyncio.run(check())


@pytest.mark.parametrize(
    ("node", "words"),
    [("nsu=urn:nowhere;s=T", "no namespace 'urn:nowhere'"), ("nsu=urn:x", "no node"), ("T", "no node")],
)
def test_a_wrong_node_string_is_named(tmp_path: Path, node: str, words: str) -> None:
    async def check() -> None:
        async with served(tmp_path) as (endpoint, _):
            adapter = connector(endpoint, {"node": node}, allow_unencrypted=True)
            await adapter.open(Resume({}, {}, 1))
            with pytest.raises(Invalid, match=words):
                await anext(adapter.stream())
            await adapter.close()

    asyncio.run(check())


def test_a_value_costs_little_from_the_socket_to_the_journal(tmp_path: Path) -> None:
    """Not a timed test: it counts what one value costs, prints it, and fails only beyond any reason."""

    async def check() -> None:
        from asyncua.ua.ua_binary import struct_to_binary

        from titer.connect.core.frame import Origin
        from titer.connect.opcua import decode

        origin = datetime(2026, 3, 2, 8, tzinfo=UTC)
        items = [
            ua.MonitoredItemNotification(
                ClientHandle=1,
                Value=ua.DataValue(
                    ua.Variant(float(n), ua.VariantType.Double),
                    SourceTimestamp=origin + timedelta(seconds=n),
                    ServerTimestamp=origin,
                ),
            )
            for n in range(1000)
        ]
        message = ua.NotificationMessage(
            SequenceNumber=1, NotificationData=[ua.DataChangeNotification(MonitoredItems=items)]
        )
        body = bytes(struct_to_binary(ua.PublishResult(SubscriptionId=1, NotificationMessage=message)))
        adapter = connector("opc.tcp://127.0.0.1:4840", allow_unencrypted=True)
        await adapter.open(Resume({}, {}, 1))
        journal = await Journal.open(tmp_path / "journal.sqlite", "edges", ["T"], SystemClock())
        before = time.process_time()
        for _ in range(50):
            await journal.append(adapter._batcher.batch([decode.publish(body)], Origin.LIVE))
        cost = (time.process_time() - before) / 50_000 * 1e6
        print(f"{cost:.2f} us CPU a value from the received message to the journal")  # noqa: T201
        assert (await journal.backlog()).rows == 50_000
        await journal.close()
        assert cost < 100
        assert np.isfinite(cost)

    asyncio.run(check())
