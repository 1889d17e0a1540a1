"""The connector for values that are sent by HTTP, against a sender that repeats itself until it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import httpx2 as httpx
import numpy as np
import pytest

from titer.base.clock import from_us, iso
from titer.base.errors import Invalid
from titer.connect.core.acquired import Acquired
from titer.connect.core.values import GOOD, NO_VALUE, READING_FAILED, STAMPED_ON_RECEIPT, UNSTABLE
from titer.connect.push.message import read_message
from titer.testing.bench import Bench, Peer, until
from titer.testing.conformance import ConnectorKit

BEGIN_US = 1_795_000_000_000_000
TAG = "BR-201.Turbidity.PV"
RAMAN = "BR-201.Raman.PV"
SHIFT = {"name": "Raman shift", "unit": "1/cm", "values": [3400.5, 1700.25, 100]}


class Script(Peer):
    """A script beside an instrument: a value every 30 ms, each under a key of its own, again until it is answered."""

    type = "push"
    dials = True
    secret = "kept-between-us-7719-and-nobody-else"
    exempt: ClassVar[Mapping[str, str]] = {
        "command": "values only come in",
        "cut": "a sender hangs up when it has nothing to say; it keeps what was not acknowledged",
        "freeze": "a sender may be silent for days",
        "life": "a sender does not tell",
        "overflow": "it keeps what was not acknowledged",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.said: list[tuple[str, float | str]] = []
        self.good = True
        self.hostile: list[bytes] = []
        self.number = 0
        self.task: asyncio.Task[None] | None = None
        self.token_file = folder / "push.token"
        self.token_file.write_text(self.secret + "\n")

    def settings(self, port: int) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": port,
            "tls": False,
            "allow_unencrypted": True,
            "token_file": str(self.token_file),
            "timeout_s": 5,
        }

    def channels(self) -> list[dict[str, Any]]:
        return [
            {"tag": TAG, "node": "turbidity", "unit": "NTU"},
            {"tag": "BR-201.State", "node": "state"},
            {"tag": "BR-201.Specimen", "node": "@specimen"},
            {"tag": RAMAN, "node": "raman"},
        ]

    def made(self) -> list[tuple[str, float | str]]:
        return self.said

    async def start(self, port: int) -> None:
        self.task = asyncio.create_task(self._work(port), name="sender")

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def fault(self) -> None:
        self.good = False

    async def mend(self) -> None:
        self.good = True

    async def garbage(self) -> None:
        self.hostile.append(b"\x00\x01MSH|^~\\&|\r\n\r\n")

    async def flood(self) -> None:
        bearer = f"Authorization: Bearer {self.secret}\r\n".encode()
        self.hostile.append(
            b"POST /values HTTP/1.1\r\nHost: x\r\n" + bearer + b"Transfer-Encoding: chunked\r\n\r\n"
        )

    async def _work(self, port: int) -> None:
        async with self.http(port) as http:
            while True:
                if self.hostile:
                    await self._harm(port, self.hostile.pop())
                value = self.number / 8
                one = {"name": "turbidity", "value": value, "unit": "NTU", "time": at(self.number)}
                if self.good and (TAG, value) not in self.said[-1:]:
                    self.said.append((TAG, value))
                body = {"values": [one if self.good else one | {"value": None}]}
                with contextlib.suppress(httpx.HTTPError):
                    answer = await http.post(
                        "/values", json=body, headers={"Idempotency-Key": f"{self.number}"}
                    )
                    if answer.status_code == 200:
                        self.number += 1
                await asyncio.sleep(0.03)

    def http(self, port: int) -> httpx.AsyncClient:
        bearer = {"Authorization": f"Bearer {self.secret}"}
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=bearer, timeout=5, trust_env=False
        )

    async def _harm(self, port: int, head: bytes) -> None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(head)
                for _ in range(1024 if b"chunked" in head else 0):
                    writer.write(b"10000\r\n" + b"7" * 65536 + b"\r\n")
                    await writer.drain()
                await writer.drain()
            finally:
                writer.transport.abort()


def at(number: int) -> str:
    return iso(from_us(BEGIN_US + number * 1_000_000))


@pytest.mark.slow
class TestPush(ConnectorKit):
    peer = Script


def test_a_message_counts_once_and_what_is_not_right_is_refused_whole(tmp_path: Path) -> None:
    async def check() -> None:
        script = Script(tmp_path)
        async with Bench(script, tmp_path) as bench:
            await script.stop()
            async with script.http(bench.hub.connections[0]["settings"]["port"]) as http:
                await ask(http, script, bench)

    async def ask(http: httpx.AsyncClient, script: Script, bench: Bench) -> None:
        keyed = {"Idempotency-Key": "again"}
        body = {"values": [{"name": "turbidity", "value": 777.5, "time": at(900_000)}]}
        first = await http.post("/values", json=body, headers=keyed)
        assert (first.status_code, first.json()) == (200, {"stored": 1, "repeated": False})
        again = await http.post("/values", json=body, headers=keyed)
        assert again.json() == {"stored": 1, "repeated": True}
        other = {"values": [{"name": "turbidity", "value": 778.5, "time": at(900_001)}]}
        assert (await http.post("/values", json=other, headers=keyed)).status_code == 409
        many = await asyncio.gather(
            *(http.post("/values", json=other, headers={"Idempotency-Key": "at once"}) for _ in range(8))
        )
        assert sorted(one.json()["repeated"] for one in many) == [False, *[True] * 7]
        for wrong, words in (
            (
                {"values": [{"name": "turbidity", "value": 1}, {"name": "pH", "value": 7}]},
                "No channel takes pH.",
            ),
            ({"values": [{"name": "@specimen", "value": "S-1"}]}, "No channel takes @specimen."),
            ({"values": []}, "1 to 50,000"),
            ({"values": [{"name": "turbidity", "value": 1, "time": "2026-11-28T09:30"}]}, "is no instant"),
        ):
            told = await http.post("/values", json=wrong)
            assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")
            assert words in told.json()["detail"]
        for refused, status in (
            (await http.post("/values", content=b'{"values": [NaN]}'), 422),
            (await http.post("/values", content=b"[" * 100_000), 422),
            (await http.post("/values", content=b"x" * ((1 << 20) + 1)), 413),
            (await http.get("/values"), 405),
            (await http.post("/elsewhere", json=body), 404),
            (await http.post("/values", json=body, headers={"Authorization": "Bearer x"}), 401),
            (await http.post("/values", json=body, headers={"Authorization": ""}), 401),
        ):
            assert refused.status_code == status, refused.text
        said = {
            "values": [{"name": "turbidity", "value": 5, "unit": "FNU"}, {"name": "state", "value": "Idle"}]
        }
        assert (await http.post("/values", json=said)).status_code == 200
        await until(lambda: ("BR-201.State", "Idle") in of(script, bench), "the state to arrive")
        lit = {"name": "raman", "time": at(900_002), "spectrum": {"values": [1.5, None, 3], "axis": SHIFT}}
        assert (
            await http.post("/values", json={"values": [lit]}, headers={"Idempotency-Key": "s"})
        ).is_success
        await until(lambda: spectra(bench), "the spectrum to arrive")
        ((tag, source, one),) = spectra(bench)
        assert (tag, source) == (RAMAN, BEGIN_US + 900_002 * 1_000_000)
        np.testing.assert_array_equal(one.values, [1.5, np.nan, 3])
        assert (one.axis.name, one.axis.unit, one.axis.values.tolist()) == tuple(SHIFT.values())
        values = [value for tag, value in of(script, bench) if tag == TAG]
        assert (values.count(777.5), values.count(778.5), 1.0 in values[-3:], 5.0 in values) == (
            1,
            1,
            False,
            False,
        )

    def spectra(bench: Bench) -> list[tuple[str, int, Acquired]]:
        return [
            (frame.channels[int(frame.channel[row])], int(frame.source_us[row]), one)
            for frame in bench.frames()
            for row, one in frame.arrays.items()
        ]

    def of(script: Script, bench: Bench) -> list[tuple[str, float | str]]:
        return [(tag, value) for tag, value, _ in script.stored(bench.hub)]

    asyncio.run(check())


def test_a_receiver_with_tls_that_comes_back_knows_the_key(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )

    class Encrypted(Script):
        def settings(self, port: int) -> dict[str, Any]:
            told = super().settings(port) | {"tls": True, "allow_unencrypted": False}
            return told | {"certificate": str(certificate), "private_key": str(key)}

        def http(self, port: int) -> httpx.AsyncClient:
            return httpx.AsyncClient(
                base_url=f"https://127.0.0.1:{port}",
                headers={"Authorization": f"Bearer {self.secret}"},
                verify=ssl.create_default_context(cafile=str(certificate)),
                trust_env=False,
                timeout=20,
            )

    async def check() -> None:
        script = Encrypted(tmp_path)
        async with Bench(script, tmp_path) as bench:
            await script.stop()
            await bench.stop_host()
            before = len(bench.states())
            bench.start_host()
            await until(lambda: "connected" in bench.states()[before:], "the host to listen again")
            last = script.number - 1
            body = {"values": [{"name": "turbidity", "value": last / 8, "unit": "NTU", "time": at(last)}]}
            async with script.http(bench.hub.connections[0]["settings"]["port"]) as http:
                told = await http.post("/values", json=body, headers={"Idempotency-Key": f"{last}"})
            assert told.json() == {"stored": 1, "repeated": True}
            assert bench.status()["identity"]["endpoint"].startswith("https://")
            account = bench.verdict()
            assert not account.lost and not account.doubled, account

    asyncio.run(check())


@pytest.mark.parametrize(
    ("told", "status", "value"),
    [
        ({"value": 1.5, "time": "2026-11-28T10:00:00+01:00"}, GOOD, 1.5),
        ({"value": True}, STAMPED_ON_RECEIPT, True),
        ({"value": "Idle", "quality": "uncertain"}, UNSTABLE, "Idle"),
        ({"value": 3, "quality": "bad"}, READING_FAILED, None),
        ({"value": None}, NO_VALUE, None),
    ],
)
def test_quality_and_time_are_told_as_they_came(told: dict[str, Any], status: int, value: Any) -> None:
    (found,) = read_message(json.dumps({"values": [{"name": "x", **told}]}).encode())
    assert (found.status, found.value) == (status, value)
    assert found.source_us == (1_795_856_400_000_000 if "time" in told else 0)


@pytest.mark.parametrize(
    "wrong",
    [
        b"[]",
        b'{"values": {}}',
        b'{"values": [{"name": "x"}]}',
        b'{"values": [{"name": "x", "value": 1, "when": 2}]}',
        b'{"values": [{"name": 1, "value": 1}]}',
        b'{"values": [{"name": "x", "value": [1]}]}',
        b'{"values": [{"name": "x", "value": 1, "quality": "fine"}]}',
        b'{"values": [{"name": "x", "value": 1, "time": 1795850000}]}',
        b'{"values": [{"name": "x", "value": 1, "time": "0001-01-01T00:00:00+14:00"}]}',
        b'{"values": [{"name": "x", "value": 1, "value": 2}]}',
        b'{"values": [{"name": "x", "value": Infinity}]}',
        b'\xff{"values": []}',
    ],
)
def test_a_message_that_is_not_as_it_should_be_is_refused(wrong: bytes) -> None:
    with pytest.raises(Invalid):
        read_message(wrong)


ALONG = {"name": "a", "unit": "nm", "values": [1, 2]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 1, "spectrum": {"values": [1, 2], "axis": ALONG}},
        {"spectrum": [1, 2]},
        {"spectrum": {"values": [1, 2]}},
        {"spectrum": {"values": [1, 2], "axis": {"name": "a", "unit": "nm"}}},
        {"spectrum": {"values": [1], "axis": ALONG}},
        {"spectrum": {"values": [], "axis": ALONG | {"values": []}}},
        {"spectrum": {"values": ["1", "2"], "axis": ALONG}},
        {"spectrum": {"values": [True, 2], "axis": ALONG}},
        {"spectrum": {"values": [1, 2], "axis": ALONG | {"values": [1, None]}}},
        {"spectrum": {"values": [1, 2], "axis": ALONG | {"unit": 3}}},
        {"spectrum": {"values": [1] * 100_001, "axis": ALONG | {"values": [1] * 100_001}}},
    ],
)
def test_a_spectrum_that_is_not_as_it_should_be_is_refused(wrong: dict[str, Any]) -> None:
    (found,) = read_message(
        json.dumps({"values": [{"name": "x", "spectrum": {"values": [1, 2], "axis": ALONG}}]}).encode()
    )
    assert isinstance(found.value, Acquired)
    with pytest.raises(Invalid):
        read_message(json.dumps({"values": [{"name": "x", **wrong}]}).encode())


def test_the_message_of_the_how_to_is_taken() -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "send-values.md").read_text()
    message = page.partition("```json\n")[2].partition("```")[0]
    first, second = read_message(message.encode())
    assert (first.name, first.value, first.unit, first.status) == ("turbidity", 12.5, "NTU", GOOD)
    assert (second.name, second.value, second.status) == ("pump", "running", UNSTABLE)
