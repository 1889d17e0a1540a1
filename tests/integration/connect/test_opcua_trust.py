"""Encrypted servers with what people trusted: the host's own certificate, trust, distrust, users' tokens."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncua import Server, ua
from asyncua.crypto.permission_rules import SimpleRoleRuleset, User, UserRole
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from tests.peers.plant_authority import Authority

from titer.base import vault
from titer.base.clock import SystemClock
from titer.base.errors import NotFound, Refused
from titer.connect import TYPES
from titer.connect.core import trusted
from titer.connect.core.contract import ConnectionConfig, Resume, Secured
from titer.connect.opcua.connector import OpcUaConnector
from titer.connect.opcua.own import FOLDER, LASTS, OVERLAP, Own, host_identity, make_own
from titer.connect.opcua.presented import USERS
from titer.connect.opcua.session import TRUST_LOOK_S
from titer.connect.opcua.trust import application_uris, fingerprint, read
from titer.testing.connectors import patience

URI = "urn:titer:test:guarded"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SERVER = make_own(URI, ["127.0.0.1"], datetime.now(UTC), title="Guarded reactor", bits=2048)
SERVER_MARK = fingerprint(read(SERVER.certificate, "the server's"))
ANN = make_own("urn:test:ann", ["ann"], datetime.now(UTC), title="Ann", bits=2048)


class Users:
    """Who comes in: anybody over a channel, ann with her password, or with her certificate."""

    def get_user(
        self, _iserver: Any, username: str | None = None, password: str | None = None, certificate: Any = None
    ) -> User | None:
        self.last = username or ("certificate" if certificate == ANN.certificate else "anonymous")
        if username is not None and (username, password) != ("ann", "drop by drop"):
            return None
        return User(role=UserRole.User)


class Guarded:
    """An asyncua server with an encrypted endpoint alone, in a thread of its own."""

    def __init__(self, folder: Path, shows: Own = SERVER) -> None:
        self.folder, self.shows = folder, shows
        self.users = Users()
        self.endpoint = ""
        self._value = 36.5
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> Guarded:
        self._thread.start()
        assert self._ready.wait(60 * patience())
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join()

    def write(self) -> None:
        self._value += 1.0
        asyncio.run_coroutine_threadsafe(self._node.write_value(self._value), self._loop)

    async def _serve(self) -> None:
        self._loop, self._leave = asyncio.get_running_loop(), asyncio.Event()
        server = Server(user_manager=self.users)
        await server.init()
        server.set_endpoint("opc.tcp://127.0.0.1:0/guarded")
        await server.set_application_uri(URI)
        server.set_security_policy(
            [ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt], permission_ruleset=SimpleRoleRuleset()
        )
        (self.folder / "server.der").write_bytes(self.shows.certificate)
        (self.folder / "server.pem").write_bytes(self.shows.key)
        await server.load_certificate(str(self.folder / "server.der"))
        await server.load_private_key(str(self.folder / "server.pem"))
        space = await server.register_namespace(URI)
        self._node = await server.nodes.objects.add_variable(ua.NodeId("T", space), "T", self._value)
        async with server:
            port = server.bserver._server.sockets[0].getsockname()[1]
            self.endpoint = f"opc.tcp://127.0.0.1:{port}/guarded"
            self._ready.set()
            await self._leave.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One for all these tests; each finds its users as they were made."""
    with Guarded(tmp_path_factory.mktemp("guarded")) as served:
        yield served


@pytest.fixture
def users(server: Guarded) -> Users:
    server.users.__dict__.clear()
    return server.users


@pytest.fixture(scope="module")
def host_key() -> Own:
    return make_own("urn:here:titer:connector:test", ["here"], datetime.now(UTC), bits=2048)


@pytest.fixture
def host(tmp_path: Path, host_key: Own) -> Path:
    """A connector host's folder, with a certificate that is made once for all these tests."""
    place = tmp_path / "host"
    (place / FOLDER).mkdir(parents=True)
    (place / FOLDER / "own.der").write_bytes(host_key.certificate)
    vault.write_private(place / FOLDER / "own-key.pem", host_key.key)
    return place


def connector(endpoint: str, host: Path, **settings: Any) -> OpcUaConnector:
    config = ConnectionConfig.of(
        {
            "name": "guarded",
            "type": "opcua",
            "settings": {"endpoint": endpoint, "security_policy": "Basic256Sha256", **settings},
            "channels": [{"tag": "T", "node": f"nsu={URI};s=T"}],
        }
    )
    return OpcUaConnector(config, SystemClock(), host / "guarded")


def trust(
    host: Path, *certificates: bytes, distrusted: tuple[str, ...] = (), lists: tuple[bytes, ...] = ()
) -> None:
    given, listed = ([base64.b64encode(one).decode() for one in kind] for kind in (certificates, lists))
    trusted.keep(host, {"certificates": given, "distrusted": list(distrusted), "lists": listed})


async def first_value(adapter: OpcUaConnector) -> float:
    await adapter.open(Resume({}, {}, 1))
    async with contextlib.aclosing(adapter.stream()) as stream, asyncio.timeout(15 * patience()):  # type: ignore[type-var]
        async for batch in stream:
            await adapter.ack(batch.cursor)
            if len(batch.columns):
                return float(batch.columns.value[0])
    raise AssertionError("the stream ended")


def test_a_server_is_refused_and_shown_then_trusted_then_distrusted_and_its_session_ends(
    server: Guarded, users: Users, host: Path
) -> None:
    async def check() -> None:
        adapter = connector(server.endpoint, host)
        await adapter.open(Resume({}, {}, 1))
        with pytest.raises(Refused, match="not trusted") as caught:
            await anext(adapter.stream())
        assert SERVER_MARK in str(caught.value)
        # What it showed is told to the hub, with where it was met and what it calls itself.
        assert isinstance(adapter, Secured)
        told = adapter.security
        assert told is not None
        assert (told["host"], told["uri"], len(told["own"])) == ("127.0.0.1", URI, 1)

        trust(host, SERVER.certificate)
        stream = adapter.stream()
        async with asyncio.timeout(15 * patience()):
            while not len((await anext(stream)).columns):
                pass
        trust(host, distrusted=(SERVER_MARK,))

        async def until_refused() -> None:
            while True:
                server.write()
                await anext(stream)

        with pytest.raises(Refused, match="not trusted"):
            async with asyncio.timeout(TRUST_LOOK_S + 15 * patience()):
                await until_refused()
        await adapter.close()

    asyncio.run(check())


def test_a_server_whose_issuer_took_its_certificate_back_is_refused_and_its_session_ends(
    tmp_path: Path, host: Path
) -> None:
    plant = Authority()

    async def check(server: Guarded) -> None:
        trust(host, plant.certificate)
        with pytest.raises(Refused, match="no revocation list of that authority is here"):
            await first_value(connector(server.endpoint, host))
        assert await first_value(connector(server.endpoint, host, revocation_list="if_there")) >= 36.5
        trust(host, plant.certificate, lists=(plant.took_back(3, days=0),))
        with pytest.raises(Refused, match="the revocation list of that authority ended on"):
            await first_value(connector(server.endpoint, host))

        trust(host, plant.certificate, lists=(plant.took_back(3),))
        adapter = connector(server.endpoint, host)
        await adapter.open(Resume({}, {}, 1))
        stream = adapter.stream()
        async with asyncio.timeout(15 * patience()):
            while not len((await anext(stream)).columns):
                pass
        trust(host, plant.certificate, lists=(plant.took_back(3, 7),))

        async def until_refused() -> None:
            while True:
                server.write()
                await anext(stream)

        with pytest.raises(Refused, match="Plant authority revoked it"):
            async with asyncio.timeout(TRUST_LOOK_S + 15 * patience()):
                await until_refused()
        await adapter.close()
        with pytest.raises(Refused, match="Plant authority revoked it"):
            await first_value(connector(server.endpoint, host, revocation_list="if_there"))

    with Guarded(tmp_path, plant.issue(7, URI)) as server:
        asyncio.run(check(server))


def test_the_host_shows_its_own_certificate_which_nobody_else_can_read_the_key_of(tmp_path: Path) -> None:
    made = host_identity(tmp_path, NOW, bits=2048)
    certificate = read(made.certificate.read_bytes(), "own")
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.key.parent.stat().st_mode) == 0o700
    assert application_uris(certificate) == [made.uri]
    assert ":titer:connector:" in made.uri
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.data_encipherment) == (True, True)
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert host_identity(tmp_path, NOW, bits=2048) == made, "it is made once"


def test_the_hosts_certificate_is_renewed_with_time_to_install_the_next_one(tmp_path: Path) -> None:
    first = host_identity(tmp_path, NOW, bits=2048)
    before = host_identity(tmp_path, NOW + LASTS - OVERLAP - timedelta(days=1), bits=2048)
    assert before.all == first.all
    during = host_identity(tmp_path, NOW + LASTS - OVERLAP + timedelta(days=1), bits=2048)
    assert len(during.all) == 2, "the next one is there to be installed"
    assert during.certificate.read_bytes() == first.all[0], "the old one is shown as long as it is good"
    # Killed between the two renames: the key is the next one's already, and the certificate is put right.
    (tmp_path / FOLDER / "next-key.pem").rename(tmp_path / FOLDER / "own-key.pem")
    after = host_identity(tmp_path, NOW + LASTS, bits=2048)
    assert after.certificate.read_bytes() == during.all[1]
    assert after.uri == first.uri, "the application is the same"
    key = serialization.load_pem_private_key(vault.read_file(after.key), None)
    assert key.public_key() == read(after.all[0], "own").public_key()


def test_a_user_comes_in_with_a_password_or_with_a_certificate_of_his_own(
    server: Guarded, users: Users, tmp_path: Path, host: Path
) -> None:
    async def check() -> None:
        trust(host, SERVER.certificate)
        secret = tmp_path / "password"
        secret.write_text("drop by drop\n")
        assert (
            await first_value(connector(server.endpoint, host, username="ann", password_file=str(secret)))
            >= 36.5
        )
        assert users.last == "ann"
        secret.write_text("torrents")
        with pytest.raises(Refused, match="refuses the user ann"):
            await first_value(connector(server.endpoint, host, username="ann", password_file=str(secret)))
        with pytest.raises(NotFound, match="user certificate ann is not on this connector host"):
            await first_value(connector(server.endpoint, host, user_certificate="ann"))
        (host / FOLDER / USERS).mkdir()
        (host / FOLDER / USERS / "ann.der").write_bytes(ANN.certificate)
        vault.write_private(host / FOLDER / USERS / "ann.pem", ANN.key)
        assert await first_value(connector(server.endpoint, host, user_certificate="ann")) >= 36.5
        assert users.last == "certificate"

    asyncio.run(check())


def test_an_encrypted_server_is_looked_through_before_anybody_drafts_a_connection(
    server: Guarded, users: Users, host: Path
) -> None:
    explore = TYPES["opcua"].explore
    assert explore is not None

    async def check() -> None:

        async def ask(kind: str, about: dict[str, Any], **settings: Any) -> Any:
            given = {"endpoint": server.endpoint, "security_policy": "Basic256Sha256", **settings}
            return await explore(kind, about, given, SystemClock(), host)

        found = await ask("discover", {"address": server.endpoint})
        (shown,) = [one for one in found["servers"][0]["endpoints"] if one["policy"] == "Basic256Sha256"]
        assert (shown["certificate"]["fingerprint"], shown["certificate"]["faults"]) == (SERVER_MARK, [])
        assert shown["users"]
        with pytest.raises(Refused, match="not trusted"):
            await ask("browse", {})
        # Somebody compared the fingerprint: it is believed for this look, and for no other.
        compared = {"certificate": SERVER_MARK}
        names = {one["name"] for one in (await ask("browse", compared))["nodes"]}
        assert "T" in names
        with pytest.raises(Refused, match="the one that was compared"):
            await ask("browse", {"certificate": "0" * 64})
        with pytest.raises(Refused, match="not trusted"):
            await ask("browse", {})
        await ask("browse", compared, username="ann", password="drop by drop")
        assert users.last == "ann"
        own = (await ask("certificates", {}))["own"]
        assert len(own) == 1
        assert len(own[0]["thumbprint"]) == 40

    asyncio.run(check())


def test_a_password_goes_to_no_server_that_nobody_trusts(
    server: Guarded, users: Users, tmp_path: Path, host: Path
) -> None:
    async def check() -> None:
        secret = tmp_path / "password"
        secret.write_text("drop by drop")
        with pytest.raises(Refused, match="not trusted"):
            await first_value(connector(server.endpoint, host, username="ann", password_file=str(secret)))
        assert not hasattr(users, "last"), "nobody came as far as to log in"

    asyncio.run(check())


def test_a_server_that_does_not_trust_this_host_is_told_apart_from_one_that_is_away(
    server: Guarded, users: Users, host: Path
) -> None:
    async def check() -> None:
        trust(host, SERVER.certificate)

        def nobody(*_: Any, **__: Any) -> None:
            raise ua.uaerrors.BadSecurityChecksFailed

        users.get_user = nobody  # type: ignore[method-assign]
        with pytest.raises(Refused, match="does not trust this connector host"):
            await first_value(connector(server.endpoint, host))

    asyncio.run(check())
