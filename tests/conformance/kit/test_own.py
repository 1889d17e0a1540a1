"""The connectors of OPC UA and SiLA 2 keep the kit's promises too, beside campaigns of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from asyncua import Server, ua
from asyncua.common.callback import CallbackType
from sila import server as sila

from titer.testing.bench import Peer, Stored
from titer.testing.conformance import ConnectorKit
from titer.testing.connectors import FakeHub, patience

pytestmark = pytest.mark.slow
URI = "urn:titer:test:kit"


class UaServer(Peer):
    """An asyncua server in this process that counts ten times a second; it keeps no history."""

    type = "opcua"
    exempt: ClassVar[Mapping[str, str]] = {
        "overflow": "tests/conformance/connect fills a server's queue",
        "garbage": "asyncua sends what is well formed; tests/integration/connect/test_opcua_hostile.py does not",
        "flood": "asyncua keeps to limits; tests/integration/connect/test_opcua_hostile.py keeps to none",
        "secret": "this server asks for no password",
        "fault": "a StatusCode of the server's is passed on as it is; tests/unit/connect/test_batching.py",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.said: list[tuple[str, float | str]] = []
        self.orders = 0
        self.server: Server | None = None
        self.task: asyncio.Task[None] | None = None

    def settings(self, port: int) -> dict[str, Any]:
        return {
            "endpoint": f"opc.tcp://127.0.0.1:{port}/kit",
            "allow_unencrypted": True,
            "liveness_s": 1.5 * patience(),
            "request_timeout_s": 1.5 * patience(),
            "clock": "none",
        }

    def channels(self) -> list[dict[str, Any]]:
        return [
            {"tag": "PV", "node": f"nsu={URI};s=PV"},
            {"tag": "SP", "node": f"nsu={URI};s=SP", "writable": True},
        ]

    def made(self) -> list[tuple[str, float | str]]:
        return self.said

    async def start(self, port: int) -> None:
        server = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/kit")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        space = await server.register_namespace(URI)
        node = await server.nodes.objects.add_variable(ua.NodeId("PV", space), "PV", -1.0)
        setpoint = await server.nodes.objects.add_variable(ua.NodeId("SP", space), "SP", 1.0)
        await setpoint.set_writable()
        server.subscribe_server_callback(CallbackType.PreWrite, self._written)
        await server.start()
        self.server = server
        self.task = asyncio.create_task(self._work(node), name="plant")

    def _written(self, told: Any, dispatcher: Any) -> None:
        if getattr(told, "is_external", True):
            self.orders += len(told.request_params.NodesToWrite)

    async def _work(self, node: Any) -> None:
        while True:
            value = float(len(self.said))
            self.said.append(("PV", value))
            now = datetime.now(UTC)
            await node.write_value(
                ua.DataValue(
                    ua.Variant(value, ua.VariantType.Double), SourceTimestamp=now, ServerTimestamp=now
                )
            )
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        if self.server is not None:
            await self.server.stop()
            self.server = None

    def stored(self, hub: FakeHub) -> list[Stored]:
        return [one for one in super().stored(hub) if one[1] != -1.0]

    def command(self) -> dict[str, Any]:
        return {"kind": "write", "target": "SP", "value": "37.5"}

    def carried_out(self) -> int:
        return self.orders


class SilaServer(Peer):
    """A server of unitelabs-sila in this process whose unobservable property counts how often it was read."""

    type = "sila2"
    exempt: ClassVar[Mapping[str, str]] = {
        "overflow": "a property holds one value, which is read or not",
        "garbage": "what the library sends is well formed",
        "flood": "gRPC bounds a message at 4 MB",
        "secret": "this server asks for no password",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.said: list[tuple[str, float | str]] = []
        self.orders, self.lives = 0, 0
        self.broken = False
        self.server: Any = None

    def settings(self, port: int) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": port,
            "allow_unencrypted": True,
            "poll_s": 0.1,
            "heartbeat_s": 0.3,
            "timeout_s": 1.5 * patience(),
            "command_timeout_s": 5,
        }

    def channels(self) -> list[dict[str, Any]]:
        return [{"tag": "PV", "node": "Counting/Count"}]

    def made(self) -> list[tuple[str, float | str]]:
        return self.said

    def count(self, **_: Any) -> dict[str, float]:
        if self.broken:
            raise RuntimeError("the sensor is away")
        self.said.append(("PV", float(len(self.said))))
        return {"Count": float(self.said[-1][1])}

    async def wash(self, **_: Any) -> dict[str, Any]:
        self.orders += 1
        return {"Washes": self.orders}

    async def start(self, port: int) -> None:
        self.lives += 1
        feature = sila.Feature(
            identifier="Counting",
            display_name="Counting",
            description=".",
            originator="org.example",
            category="test",
            version="1.0",
        )
        sila.UnobservableProperty(
            identifier="Count",
            display_name="Count",
            description=".",
            data_type=sila.Real,
            function=self.count,
        ).add_to_feature(feature)
        washes = sila.Element(
            identifier="Washes", display_name="Washes", description=".", data_type=sila.Integer
        )
        sila.UnobservableCommand(
            identifier="Wash",
            display_name="Wash",
            description=".",
            function=self.wash,
            responses={"Washes": washes},
        ).add_to_feature(feature)
        self.server = sila.Server(
            sila.ServerConfig(
                hostname="127.0.0.1",
                port=port,
                tls=False,
                uuid=f"6f0d7c8e-51a4-4f0e-9a52-6d612d30319{self.lives}",
                name="test",
                type="Counter",
                description=".",
                version="1.2",
                vendor_url="https://example.org",
            )
        )
        self.server.register_feature(feature)
        await self.server.start()

    async def stop(self) -> None:
        if self.server is not None:
            await self.server.stop()
            self.server = None

    async def fault(self) -> None:
        self.broken = True

    async def mend(self) -> None:
        self.broken = False

    def command(self) -> dict[str, Any]:
        return {"kind": "call", "target": "Counting/Wash"}

    def carried_out(self) -> int:
        return self.orders


class TestOpcUa(ConnectorKit):
    peer = UaServer


class TestSila2(ConnectorKit):
    peer = SilaServer
