"""The Sparkplug B connector against a real broker (mosquitto) and an edge node of paho's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from titer.connect import Quality
from titer.connect.core.frame import Origin
from titer.connect.mqtt import sparkplug
from titer.connect.mqtt.nodes import EdgeNode
from titer.connect.mqtt.sparkplug import Metric, Payload, decode, encode
from titer.testing.bench import CONNECTION, Bench, Peer, until
from titer.testing.conformance import ConnectorKit
from titer.testing.connectors import patience

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
PROTO = (
    Path(__file__).parents[4]
    / "shared"
    / "data"
    / "connect"
    / "sparkplug"
    / "sparkplug_b"
    / "sparkplug_b.proto"
)
needs_broker = pytest.mark.skipif(
    MOSQUITTO is None, reason="mosquitto is not installed (Debian: apt install mosquitto)"
)


class Node(Peer):
    """A broker and an edge node with one device: the device says a number twenty times a second."""

    type = "sparkplug"
    exempt: ClassVar[Mapping[str, str]] = {}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.said: list[tuple[str, float | str]] = []
        self.lock = threading.RLock()
        self.session, self.seq, self.orders, self.rebirths = 0, 0, 0, 0
        self.setpoint = 20.0
        self.bad = False
        self.broker: subprocess.Popen[bytes] | None = None
        self.client: paho.Client | None = None
        self.task: asyncio.Task[None] | None = None

    def settings(self, port: int) -> dict[str, Any]:
        secret = self.folder / "password"
        secret.write_text(self.secret)
        return {
            "host": "127.0.0.1",
            "port": port,
            "tls": False,
            "allow_unencrypted": True,
            "username": "titer",
            "password_file": str(secret),
            "keepalive_s": 1,
            "rebirth_s": 0.2,
            "timeout_s": 3,
            "message_bytes": 65536,
        }

    def channels(self) -> list[dict[str, Any]]:
        return [
            {"tag": "PV", "node": "Plant/Edge/BR-1#Temperature/PV", "unit": "degC"},
            {"tag": "SP", "node": "Plant/Edge/BR-1#Temperature/SP", "unit": "degC", "writable": True},
        ]

    def made(self) -> list[tuple[str, float | str]]:
        with self.lock:
            return list(self.said)

    async def start(self, port: int) -> None:
        conf = self.folder / "mosquitto.conf"
        conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        assert MOSQUITTO is not None
        with (self.folder / "broker.log").open("ab") as log:
            self.broker = subprocess.Popen([MOSQUITTO, "-c", str(conf)], stderr=log, stdout=log)
        client = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
        client.will_set("spBv1.0/Plant/NDEATH/Edge", encode(Payload(None, None, (self._bd_seq(),))), qos=1)
        client.on_message = self._ordered
        deadline = time.monotonic() + 20 * patience()
        while True:
            with contextlib.suppress(OSError):
                client.connect("127.0.0.1", port, keepalive=30)
                break
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        client.loop_start()
        client.subscribe(
            [("spBv1.0/Plant/NCMD/Edge", 1), ("spBv1.0/Plant/DCMD/Edge/BR-1", 1), ("spBv1.0/STATE/#", 1)]
        )
        self.client = client
        self.birth()
        self.task = asyncio.create_task(self._work(), name="edge node")

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        if self.broker is not None:
            self.broker.kill()
            self.broker.wait()
        if self.client is not None:
            self.client.disconnect()
            self.client.loop_stop()
            self.client = None
        self.session = (self.session + 1) % 256

    def _bd_seq(self) -> Metric:
        return Metric("bdSeq", datatype=sparkplug.INT64, value=self.session)

    def birth(self) -> None:
        with self.lock:
            self.seq = 0
            self._publish(
                "NBIRTH/Edge", self._bd_seq(), Metric("Node Control/Rebirth", datatype=11, value=False)
            )
            # The birth tells a value too, of its own, or it would tell the last one a second time.
            self._publish(
                "DBIRTH/Edge/BR-1",
                self._next(name="Temperature/PV"),
                Metric("Temperature/SP", 2, self.now(), sparkplug.FLOAT, self.setpoint),
            )

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def _next(self, name: str = "") -> Metric:
        value = len(self.said) / 8
        if not self.bad:
            self.said.append(("PV", value))
        properties: dict[str, int | str] = {"Quality": 0} if self.bad else {}
        return Metric(name, 1, self.now(), sparkplug.DOUBLE if name else 0, value, properties=properties)

    def _publish(self, where: str, *metrics: Metric, lost: bool = False) -> None:
        kind, _, place = where.partition("/")
        payload = Payload(self.now(), self.seq, metrics)
        self.seq = (self.seq + 1) % 256
        if not lost and self.client is not None:
            self.client.publish(f"spBv1.0/Plant/{kind}/{place}", encode(payload))

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            with self.lock:
                self._publish("DDATA/Edge/BR-1", self._next())

    def _ordered(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        if message.topic.startswith("spBv1.0/STATE/"):
            self.state = json.loads(message.payload)
            return
        for metric in decode(message.payload).metrics:
            if metric.name == "Node Control/Rebirth":
                self.rebirths += 1
                self.birth()
            elif metric.name == "Temperature/SP":
                assert isinstance(metric.value, float)
                with self.lock:
                    self.orders += 1
                    self.setpoint = metric.value
                    told = Metric("", 2, self.now(), value=self.setpoint, datatype=sparkplug.FLOAT)
                    self._publish("DDATA/Edge/BR-1", told)

    async def fault(self) -> None:
        self.bad = True

    async def mend(self) -> None:
        self.bad = False

    async def garbage(self) -> None:
        assert self.client is not None
        self.client.publish("spBv1.0/Plant/DDATA/Edge/BR-1", b"\xff\xfe garbage")
        self.client.publish("spBv1.0/Plant/DDATA/Edge/BR-1", b"\x12\xff\xff\xff\xff\x0f")

    async def flood(self) -> None:
        assert self.client is not None
        self.client.publish("spBv1.0/Plant/DDATA/Edge/BR-1", b"\x12" * (8 << 20))

    async def overflow(self) -> None:
        with self.lock:
            for _ in range(5):
                self._publish("DDATA/Edge/BR-1", self._next(), lost=True)

    def command(self) -> dict[str, Any]:
        return {"kind": "write", "target": "SP", "value": "37.2"}

    def carried_out(self) -> int:
        return self.orders


@needs_broker
class TestSparkplug(ConnectorKit):
    peer = Node


@needs_broker
def test_the_host_tells_its_state_and_a_death_makes_channels_bad(tmp_path: Path) -> None:
    async def check() -> None:
        node = Node(tmp_path)
        async with Bench(node, tmp_path) as bench:
            await until(lambda: getattr(node, "state", {}).get("online") is True, "the host's state")
            assert node.rebirths >= 1
            assert node.task is not None and node.client is not None
            node.task.cancel()
            rows = sum(frame.rows for frame in bench.frames())
            # The will of an earlier session is no death of this one.
            earlier = Metric("bdSeq", datatype=sparkplug.INT64, value=node.session + 1)
            node.client.publish("spBv1.0/Plant/NDEATH/Edge", encode(Payload(None, None, (earlier,))), qos=1)
            late = Metric(
                "Temperature/PV", None, node.now() - 60_000, sparkplug.DOUBLE, 99.5, historical=True
            )
            with node.lock:
                node._publish("DDATA/Edge/BR-1", late)
            await until(
                lambda: any(np.any(f.origin == Origin.BACKFILLED) for f in bench.frames()), "the late value"
            )
            assert not any(np.any(f.quality == Quality.BAD) for f in bench.frames())
            node.client.publish(
                "spBv1.0/Plant/NDEATH/Edge", encode(Payload(None, None, (node._bd_seq(),))), qos=1
            )
            await until(lambda: any(np.any(f.quality == Quality.BAD) for f in bench.frames()), "bad values")
            assert sum(frame.rows for frame in bench.frames()) > rows
            assert not bench.events("gap_opened")
            bench.hub.command(
                key="x",
                connection=CONNECTION,
                kind="write",
                target="SP",
                value="warm",
                unit="",
                parameters={},
            )
            await until(lambda: "x" in bench.hub.receipts, "the receipt")
            assert "no number" in bench.hub.receipts["x"]["message"]
            await bench.stop_host()
            await until(lambda: node.state["online"] is False, "the will of the host")

    asyncio.run(check())


def test_an_alias_without_a_birth_a_jump_and_a_foreign_death_are_told_apart() -> None:
    node = EdgeNode()
    data = Payload(1, 5, (Metric(alias=1, value=2.0),))
    assert node.take("NDATA", "", data).rebirth
    birth = Payload(1, 0, (Metric("bdSeq", value=7), Metric("T", 1, None, sparkplug.INT16, 65_535)))
    born = node.take("NBIRTH", "", birth)
    assert (born.born, born.session, born.metrics[1].value) == (True, 7, -1)
    told = node.take("NDATA", "", Payload(9, 1, (Metric(alias=1, value=65_534),)))
    assert (told.metrics[0].name, told.metrics[0].value, told.metrics[0].timestamp_ms) == ("T", -2, 9)
    assert node.take("NDATA", "", Payload(9, 2, (Metric(alias=4, value=1),))).rebirth == "an alias is unknown"
    assert node.take("DDATA", "D", Payload(9, 3, ())).rebirth == "the device's birth was not seen"
    assert node.take("NDATA", "", Payload(9, 6, ())).jumped
    assert not node.take("NDATA", "", Payload(9, 7, ())).jumped
    assert not node.take("NDEATH", "", Payload(None, None, (Metric("bdSeq", value=6),))).died
    assert node.take("NDEATH", "", Payload(None, None, (Metric("bdSeq", value=7),))).died


@pytest.fixture(scope="module", name="official")
def _official(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The messages of Eclipse Tahu's own schema, compiled for this test."""
    if not PROTO.exists():
        pytest.skip(f"{PROTO} is missing: see SOURCES.md of the data folder")
    folder = tmp_path_factory.mktemp("proto")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            f"-I{PROTO.parent}",
            f"--python_out={folder}",
            PROTO.name,
        ],
        check=True,
        timeout=120,
    )
    sys.path.insert(0, str(folder))
    try:
        import sparkplug_b_pb2
    finally:
        sys.path.remove(str(folder))
    return sparkplug_b_pb2


def test_bytes_of_tahus_schema_are_read_and_ours_are_read_by_it(official: Any) -> None:
    made = official.Payload(timestamp=1_790_000_000_000, seq=200, uuid="u", body=b"b")
    for name, datatype, field, value in (
        ("i8", 1, "int_value", 0xFF),
        ("i64", 4, "long_value", 2**64 - 5),
        ("u64", 8, "long_value", 2**64 - 1),
        ("f", 9, "float_value", 1.5),
        ("d", 10, "double_value", -2.25),
        ("b", 11, "boolean_value", True),
        ("s", 12, "string_value", "pH é"),
        ("t", 13, "long_value", 1_790_000_000_001),
    ):
        metric = made.metrics.add(name=name, alias=2**40, datatype=datatype, timestamp=7)
        setattr(metric, field, value)
    metric.properties.keys.extend(["Quality", "engUnit"])
    metric.properties.values.add(type=3, int_value=500)
    metric.properties.values.add(type=12, string_value="degC")
    made.metrics.add(name="n", datatype=9, is_null=True, is_historical=True)
    made.metrics.add(name="ds", datatype=16).dataset_value.num_of_columns = 2
    found = decode(made.SerializeToString())
    assert (found.timestamp_ms, found.seq) == (1_790_000_000_000, 200)
    assert [one.value for one in found.metrics] == [
        -1, -5, 2**64 - 1, 1.5, -2.25, True, "pH é", 1_790_000_000_001, None, None,
    ]  # fmt: skip
    assert found.metrics[7].properties == {"Quality": 500, "engUnit": "degC"}
    assert (found.metrics[8].null, found.metrics[8].historical, found.metrics[9].foreign) == (
        True,
        True,
        True,
    )
    again = official.Payload.FromString(encode(Payload(found.timestamp_ms, found.seq, found.metrics[:9])))
    del made.metrics[9]
    made.ClearField("uuid")
    made.ClearField("body")
    assert decode(again.SerializeToString()) == decode(made.SerializeToString())
    assert [one.WhichOneof("value") for one in again.metrics] == [
        one.WhichOneof("value") for one in made.metrics
    ]
