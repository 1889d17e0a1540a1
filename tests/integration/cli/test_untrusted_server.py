"""A server whose certificate nobody trusts: refused in words at the command, and believed once somebody trusts it."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.cli.conftest import PASSWORD
from tests.integration.cli.executable import ended, free_port, refused, started, titer, until
from tests.integration.connect.test_opcua_server import certificate, served

from titer.app import open_platform
from titer.cli.api import hub_is_running
from titer.record import Actor

CHANNELS = '- {tag: V-1.Temperature.PV, node: "nsu=urn:titer:test:edges;s=T", unit: degC, low: 0, high: 60}\n'

pytestmark = pytest.mark.timeout(300)


@contextmanager
def secured_server(folder: Path) -> Iterator[str]:
    """An OPC UA server that speaks only encrypted, in a thread of its own; yields its address."""
    ready, leave = threading.Event(), threading.Event()
    address: list[str] = []

    async def serve() -> None:
        async with served(folder, secure=True) as (endpoint, _):
            address.append(endpoint)
            ready.set()
            while not leave.is_set():
                await asyncio.sleep(0.05)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(30)
        yield address[0]
    finally:
        leave.set()
        thread.join(30)


def test_a_server_that_nobody_trusts_is_refused_with_the_file_to_look_at_and_taken_once_it_is_trusted(
    tmp_path: Path, where: Callable[[], tuple[str, ...]]
) -> None:
    lab, trust, port = tmp_path / "lab", tmp_path / "trust", str(free_port())
    assert titer("init", str(lab), "--port", port, *where()).returncode == 0
    platform = open_platform(lab)
    try:
        with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
            platform.identity.create_person(
                unit, username="auto", full_name="Auto", password=PASSWORD, roles=("automation",)
            )
        platform.settle()
    finally:
        platform.close()
    trust.mkdir()
    (tmp_path / "channels.yaml").write_text(CHANNELS, encoding="utf-8")
    own, key = certificate(tmp_path, "host")
    hub = started("serve", "--dir", str(lab))
    try:
        until(lambda: hub_is_running("127.0.0.1", int(port)), "a hub that answers")
        with secured_server(tmp_path) as address:
            words = ["connection", "add", "opcua", address, "--name", "v1", "--as", "auto", "--dir", str(lab)]
            words += ["--channels", str(tmp_path / "channels.yaml"), "--policy", "Basic256Sha256"]
            words += ["--certificate", str(own), "--private-key", str(key), "--trust", str(trust)]
            said = refused(titer(*words), "v1 was added, and is disconnected", "not trusted")
            (rejected,) = (trust / "rejected").glob("*.der")
            assert rejected.stem in said
            rejected.rename(trust / rejected.name)

            def listed() -> str:
                return titer("connection", "list", "--as", "auto", "--dir", str(lab)).stdout

            until(lambda: " connected " in listed(), "a connection that is taken up by itself")
    finally:
        hub.send_signal(signal.SIGTERM)
        ended(hub)
