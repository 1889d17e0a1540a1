"""The connector for ASTM analysers against one that sends as E1381 and E1394 say, and against worse."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from titer.base.errors import Invalid
from titer.connect.astm.frames import ACK, ENQ, EOT, NAK, STX, Assembly, checksum, frame, frames, read_frame
from titer.connect.astm.records import read_message
from titer.testing.bench import CONNECTION, Bench, Peer, until
from titer.testing.conformance import ConnectorKit

BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)


def message(number: int, value: str, *, test: str = "GLU", unit: str = "mmol/L", status: str = "F") -> bytes:
    done = (BEGIN + timedelta(seconds=number)).strftime("%Y%m%d%H%M%S")
    return (
        f"H|\\^&|||BioProfile^FLEX2^1.9|||||||P|LIS2-A2|{done}\r"
        f"P|1||BR-201\rO|1|S-{number:05}||^^^{test}|R\r"
        f"R|1|^^^{test}|{value}|{unit}||N||{status}||Haas||{done}|FLEX2-7\rL|1|N\r"
    ).encode("latin-1")


class Analyser(Peer):
    type = "astm"
    dials = True
    exempt: ClassVar[Mapping[str, str]] = {
        "command": "an order waits until the analyser asks for it; a test below asks",
        "cut": "an analyser hangs up when it has nothing to say; it keeps what was not acknowledged",
        "freeze": "an analyser may be silent for days",
        "life": "an analyser does not tell",
        "overflow": "it keeps what was not acknowledged",
        "secret": "the protocol has no password",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.said: list[tuple[str, float | str]] = []
        self.status = "F"
        self.hostile, self.endless = b"", False
        self.task: asyncio.Task[None] | None = None

    def settings(self, port: int) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": port,
            "allow_unencrypted": True,
            "time_zone": "UTC",
            "timeout_s": 2,
        }

    def channels(self) -> list[dict[str, Any]]:
        return [
            {"tag": "BR-201.Glucose", "node": "GLU", "unit": "mmol/L"},
            {"tag": "BR-201.Specimen", "node": "@specimen"},
        ]

    def made(self) -> list[tuple[str, float | str]]:
        return self.said

    async def start(self, port: int) -> None:
        self.task = asyncio.create_task(self._work(port), name="analyser")

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def fault(self) -> None:
        self.status = "X"

    async def mend(self) -> None:
        self.status = "F"

    async def garbage(self) -> None:
        self.hostile = b"\x00garbage" + ENQ + STX + b"9nonsense\r\x03FF\r\n" + EOT

    async def flood(self) -> None:
        self.hostile, self.endless = ENQ + STX + b"1H", True

    async def _work(self, port: int) -> None:
        while True:
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    await self._send_for_ever(reader, writer)
                finally:
                    writer.transport.abort()
            await asyncio.sleep(0.05)

    async def _send_for_ever(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            if self.hostile:
                said, self.hostile = self.hostile, b""
                writer.write(said)
                endless, self.endless = self.endless, False
                for _ in range(1024 if endless else 0):
                    writer.write(b"7" * 65536)
                    await writer.drain()
                raise EOFError
            number = getattr(self, "_pending", None)
            if number is None:
                number = self._pending = len(self.said)
                if self.status == "F":
                    self.said.append(("BR-201.Glucose", number / 8))
            await self._say(reader, writer, message(number, str(number / 8), status=self.status))
            del self._pending
            await asyncio.sleep(0.03)

    async def _say(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes) -> None:
        for one in (ENQ, *frames(raw)):
            writer.write(one)
            async with asyncio.timeout(3):
                answer = await reader.readexactly(1)
            if answer != ACK:
                raise EOFError
        writer.write(EOT)


class TestAstm(ConnectorKit):
    peer = Analyser


class Quiet(Analyser):
    """Says three messages, and then what a test has it say."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.free = asyncio.Event()

    async def _work(self, port: int) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for number in range(3):
                self.said.append(("BR-201.Glucose", number / 8))
                await self._say(self.reader, self.writer, message(number, str(number / 8)))
            self.free.set()
            await asyncio.Event().wait()
        finally:
            self.writer.transport.abort()


def test_raw_bytes_are_kept_damage_is_refused_and_repeats_are_known(tmp_path: Path) -> None:
    async def check() -> None:
        peer = Quiet(tmp_path)
        async with Bench(peer, tmp_path) as bench:
            await until(peer.free.is_set, "the three messages")
            reader, writer = peer.reader, peer.writer

            async def exchange(*parts: bytes) -> list[bytes]:
                found = []
                for part in parts:
                    writer.write(part)
                    async with asyncio.timeout(20):
                        found.append(await reader.readexactly(1))
                return found

            good = frames(message(10, "4.35"))
            bad = good[0][:-4] + b"00\r\n"
            assert await exchange(ENQ, bad, *good) == [ACK, NAK, *[ACK] * len(good)]
            writer.write(EOT)
            await until(lambda: len(bench.hub.documents) == 4, "the message as a file")
            digests = {one["digest"] for one in bench.hub.documents.values()}
            assert message(10, "4.35") in [bench.hub.content[digest] for digest in digests]

            # Sent again, as after a lost ACK: acknowledged, and stored once.
            assert await exchange(ENQ, *good) == [ACK] * (len(good) + 1)
            writer.write(EOT)
            # Another unit, another test, and a message that its header does not explain.
            for raw in (message(11, "78", unit="mg/dL"), message(12, "1", test="NH4"), b"H|||\rL|1|N\r"):
                assert set(await exchange(ENQ, *frames(raw))) == {ACK}
                writer.write(EOT)
            await until(lambda: len(bench.hub.documents) == 7, "three files more")
            stored = peer.stored(bench.hub)
            assert [value for tag, value, _ in stored if tag == "BR-201.Glucose"][-1] == 4.35
            assert [value for tag, value, _ in stored if tag == "BR-201.Specimen"][3] == "S-00010"
            said = " ".join(e["reason"] for e in bench.events("config_changed"))
            assert "No channel has the tests NH4" in said
            assert "in quarantine: The header's delimiters" in said

            # An order waits until the analyser asks, then it is told, and once more after that.
            bench.hub.command(
                key="o1",
                connection=CONNECTION,
                kind="call",
                target="order",
                parameters={"specimen": "S-77|1", "tests": "GLU,LAC"},
            )
            await until(lambda: "o1" in bench.hub.receipts, "the receipt of the order")
            asked = b"H|\\^&|||FLEX2\rQ|1|^S-77&F&1||ALL\rL|1|N\r"
            assert set(await exchange(ENQ, *frames(asked))) == {ACK}
            writer.write(EOT)
            async with asyncio.timeout(20):
                assert await reader.readexactly(1) == ENQ
            told, answer = Assembly(), b""
            while answer != EOT:
                writer.write(ACK)
                async with asyncio.timeout(20):
                    answer = await reader.readexactly(1)
                if answer == STX:
                    told.take(read_frame(STX + await reader.readuntil(b"\n")))
            lines = told.message.decode().split("\r")
            assert [line.split("|")[0] for line in lines] == ["H", "P", "O", "L", ""]
            order = lines[2].split("|")
            assert (order[2], order[4], order[11], order[25]) == ("S-77&F&1", "^^^GLU\\^^^LAC", "N", "Q")

    asyncio.run(check())


def test_a_checksum_of_the_standard_and_numbers_that_wrap() -> None:
    assert checksum(b"1H|\\^&\r\x03") == b"%02X" % (sum(b"1H|\\^&\r\x03") % 256)
    # Worked by hand: 0x31 + 0x41 + 0x03 = 0x75.
    assert frame(1, b"A", last=True) == b"\x021A\x0375\r\n"
    long = b"R|" + b"x" * 1000 + b"\r"
    cut = [read_frame(one) for one in frames(long * 3)]
    assert [one.number for one in cut] == [n % 8 for n in range(1, len(cut) + 1)]
    assert [one.last for one in cut] == [False, False, False, False, True] * 3
    again = Assembly()
    for one in cut:
        assert again.take(one)
        assert not again.take(one)
    assert again.message == long * 3
    with pytest.raises(Invalid, match="came after"):
        Assembly().take(cut[1])


def test_a_message_is_read_with_its_own_delimiters_escapes_and_comments() -> None:
    raw = (
        "H!~@#!!!Cedex@Bio@7\rP!1!!LOT-5\rO!1!S#F#1@2!!@@@LAC\rR!1!@@@LAC!1,5!g#F#L!!>!!F!!!!20261123090000\r"
        "C!1!I!diluted@1:5\rM!1!maker\rR!2!^^x!<0.1\rL!1!N\r"
    )
    found = read_message(raw.encode(), "utf-8")
    lactate, other = found.results
    assert (lactate.specimen, lactate.patient, lactate.unit, lactate.flags) == ("S!1", "LOT-5", "g!L", ">")
    assert (lactate.comments, lactate.number(), other.number()) == (("diluted 1:5",), None, None)
    assert (found.foreign, found.sender) == (("M",), ("Cedex", "Bio", "7"))
    for bad in (b"", b"P|1\r", b"H||||\rL|1\r", b"H|\\^&\rY|1\r", b"H|\\^&\rL|1|N\rR|1\r", b"H|\\^&|\xff\r"):
        with pytest.raises(Invalid):
            read_message(bad, "utf-8")
