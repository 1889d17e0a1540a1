"""The page on the OPC UA server, typed as it stands, and two clients that nobody here wrote, until the hub dies."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import yaml
from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyAes256Sha256RsaPss
from asyncua.ua.uaerrors import BadNotWritable
from tests.integration.cli.executable import ended, environment, processes_of, started, titer, until
from tests.integration.cli.test_how_to import blocks
from tests.integration.gateway.test_plant import running
from tests.integration.mes.test_http import PASSWORD, Person
from tests.integration.mes.test_http import _equipment as equipment
from tests.peers.node_opcua import node_opcua

from titer.app import open_platform
from titer.base import vault
from titer.connect.opcua.own import make_own
from titer.connect.opcua.trust import application_uris, read
from titer.gateway.opcua.space import NAMESPACE
from titer.record import Actor
from titer.testing.connectors import patience, quiet_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "offer-state-over-opcua.md"
READER = ROOT / "tests" / "peers" / "reader.js"
BATCH = "Batches/B-2026-0001"
WATCHED = (f"{BATCH}/ProcedureState", f"{BATCH}/ActiveSteps", "Equipment/BR-201/BatchId")


class Reader:
    """node-opcua as a client, in a process of its own."""

    def __init__(self, place: Path, url: str, token: str) -> None:
        node = node_opcua()
        (place / "node").mkdir(exist_ok=True)
        files = [str(place / "client.crt"), str(place / "client.pem")]
        self.process = subprocess.Popen(
            [node, str(READER), url, *files, "dcs", token, str(place / "node"), *WATCHED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ},
        )
        self.said: list[dict[str, Any]] = []
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                self.said.append(json.loads(line))

    def has(self, **wanted: Any) -> bool:
        """Whether it has said so, in any of its lines."""
        return any(wanted.items() <= line.items() for line in list(self.said))

    def told(self, what: str, **wanted: Any) -> None:
        """Wait until it has been told something."""
        until(
            lambda: self.has(**wanted) or self.has(failed=True), f"{what}: {self.said[-6:]}", 60 * patience()
        )

    def close(self) -> int:
        """Have it leave."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(60 * patience())
        self.thread.join(10 * patience())
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


class Page:
    """Somebody who types the page."""

    def __init__(self, place: Path, opcua_port: int, open_: ExitStack) -> None:
        self.place, self.port, self.open = place, opcua_port, open_
        self.token = ""
        self.hub: subprocess.Popen[str] | None = None
        self.before_certificates: Callable[[], None] = lambda: None

    def type(self, line: str) -> None:
        """One line."""
        words = shlex.split(line)[1:]
        if words == ["serve"]:
            self.hub = started(*words, TITER_DIR=str(self.place / "titer"))
            self.open.callback(self._stop)
            return
        if words[:2] == ["opcua", "setup"]:
            words += ["--opcua-port", str(self.port)]
        if words[:2] == ["opcua", "certificates"]:
            self.before_certificates()
        said = titer(*words, TITER_DIR=str(self.place / "titer"))
        assert said.returncode == 0, said.stderr
        found = re.search(r"shown this once: (\S+)", said.stdout)
        self.token = found[1] if found else self.token
        if words[:2] == ["opcua", "certificates"]:
            assert "rejected" in said.stdout, said.stdout

    def _stop(self) -> None:
        assert self.hub is not None
        self.hub.send_signal(signal.SIGINT)
        ended(self.hub)


def _furnish(folder: Path) -> None:
    """People and a reactor."""
    platform = open_platform(folder)
    people = {
        "ada": "scientist",
        "ben": "reviewer",
        "quentin": "quality",
        "olga": "process_owner",
        "omar": "operator",
    }
    try:
        with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
            for name, role in people.items():
                row = platform.identity.create_person(
                    unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
                )
                row.policy_acknowledged_at = unit.now
        equipment(platform)
        platform.settle()
    finally:
        platform.close()


def _certificate(place: Path) -> None:
    own = make_own("urn:test:client", ["localhost", "127.0.0.1"], datetime.now(UTC), bits=2048)
    (place / "client.der").write_bytes(own.certificate)
    (place / "client.pem").write_bytes(own.key)
    pem = base64.encodebytes(own.certificate).decode()
    (place / "client.crt").write_text(f"-----BEGIN CERTIFICATE-----\n{pem}-----END CERTIFICATE-----\n")


def test_a_page_is_typed_and_two_peers_follow_a_batch_through_the_hubs_death(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: Callable[[], tuple[str, ...]]
) -> None:
    node_opcua()
    monkeypatch.chdir(tmp_path)
    folder, hub_port, opcua_port = tmp_path / "titer", quiet_port(), quiet_port()
    assert titer("init", str(folder), "--port", str(hub_port), *where()).returncode == 0
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    _furnish(folder)
    _certificate(tmp_path)
    url = f"opc.tcp://127.0.0.1:{opcua_port}/titer"
    with ExitStack() as open_:
        page = Page(tmp_path, opcua_port, open_)

        def stranger() -> None:
            until(lambda: _listens(hub_port) and _listens(opcua_port), "hub and server", 120 * patience())
            reader = Reader(tmp_path, url, page.token)
            until(lambda: reader.process.poll() is not None, "that it is turned away", 120 * patience())
            assert reader.close() == 1, reader.said
            assert not reader.has(ready=True)

        page.before_certificates = stranger
        for name, text in blocks(PAGE.read_text(encoding="utf-8")):
            assert not name
            for line in text.splitlines():
                page.type(line)
        _is_set_up(folder, opcua_port)
        client = open_.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{hub_port}", timeout=60, trust_env=False)
        )
        people = {}
        for name in ("ada", "ben", "quentin", "olga", "omar"):
            one = open_.enter_context(
                httpx.Client(base_url=str(client.base_url), timeout=60, trust_env=False)
            )
            people[name] = Person(one, name)
        batch = running(people)
        asyncio.run(_read_with_asyncua(tmp_path, url, page.token))
        reader = Reader(tmp_path, url, page.token)
        open_.callback(lambda: reader.process.poll() is None and reader.process.kill())
        reader.told("that it is ready", ready=True)
        assert reader.has(wrote="BadNotWritable"), reader.said
        assert any(set(line.get("browsed", ())) >= {"Batches", "Equipment"} for line in reader.said)
        reader.told("the batch", changed=WATCHED[0], value="Running", status="Good")
        reader.told("its step", changed=WATCHED[1], value=["Look at the vessel"], status="Good")
        _enter(people["omar"], batch)
        reader.told("the next step", changed=WATCHED[1], value=["Look again"], status="Good")

        (hub,) = [one for one, words in processes_of(folder).items() if "titer.server.hub" in words]
        os.kill(hub, signal.SIGKILL)
        reader.told("doubt", changed=WATCHED[0], value="Running", status="UncertainLastUsableValue")
        doubted = len(reader.said)
        until(
            lambda: any(
                line.get("changed") == WATCHED[0] and line["status"] == "Good"
                for line in reader.said[doubted:]
            ),
            "that it is good again",
            120 * patience(),
        )
        until(lambda: _listens(hub_port), "the hub", 60 * patience())
        _enter(people["omar"], batch)
        reader.told("the end", changed=WATCHED[0], value="Complete", status="Good")
        assert reader.close() == 0, reader.said
        assert (
            titer("token", "end", "dcs", "--reason", "over", "--as", "admin", "--dir", str(folder)).returncode
            == 0
        )
        last = Reader(tmp_path, url, page.token)
        until(lambda: last.process.poll() is not None, "that an ended token opens nothing", 120 * patience())
        assert last.close() == 1


def _enter(operator: Person, batch: str) -> None:
    (task,) = operator.get("/api/mes/tasks", batch_id=batch)
    operator.post(
        f"/api/mes/tasks/{task['id']}/enter", {"version": task["version"], "entries": {"level": "15"}}
    )


def _is_set_up(folder: Path, opcua_port: int) -> None:
    """What the page's commands left behind."""
    config = yaml.safe_load((folder / "titer.yaml").read_text())
    assert config["opcua"] == {"host": "127.0.0.1", "port": opcua_port, "anonymous": False}
    own = read((folder / "opcua" / "own.der").read_bytes(), "own.der")
    assert application_uris(own) == [f"urn:titer:{config['name']}:opcua"]
    for secret in (folder / "opcua" / "own.key", folder / "keys" / "opcua.token"):
        assert vault.is_sealed(secret.read_bytes())
    refused = titer("opcua", "setup", "--as", "admin", "--opcua-port", "70000", "--dir", str(folder))
    assert "lies between" in refused.stderr


async def _read_with_asyncua(place: Path, url: str, token: str) -> None:
    client = Client(url, timeout=20 * patience())
    client.application_uri = "urn:test:client"
    await client.set_security(
        SecurityPolicyAes256Sha256RsaPss,
        str(place / "client.der"),
        str(place / "client.pem"),
        mode=ua.MessageSecurityMode.SignAndEncrypt,
    )
    client.set_user("dcs")
    client.set_password(token)
    async with client:
        index = await client.get_namespace_index(NAMESPACE)
        state = client.get_node(ua.NodeId(WATCHED[0], index))
        async with asyncio.timeout(60 * patience()):
            while (await state.read_data_value(raise_on_bad_status=False)).StatusCode.value:
                await asyncio.sleep(0.1)
        assert await state.read_value() == "Running"
        with pytest.raises(BadNotWritable):
            await state.write_value("Aborted")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
