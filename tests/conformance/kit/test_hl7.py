"""The connector for HL7 v2 results over MLLP, against a sender that waits for its acknowledgement."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from titer.base.errors import Invalid
from titer.connect.hl7.messages import END, START, acknowledgement, instant, read_header, read_message
from titer.testing.bench import Bench, Peer, until
from titer.testing.conformance import ConnectorKit

BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)


def message(number: int, value: str, *, code: str = "GLU", unit: str = "mmol/L", status: str = "F") -> bytes:
    done = (BEGIN + timedelta(seconds=number)).strftime("%Y%m%d%H%M%S")
    return (
        f"MSH|^~\\&|CEDEX|LAB|TITER||{done}||ORU^R01^ORU_R01|M{number}|P|2.5.1\r"
        f"PID|1||BR-201\rOBR|1||S-{number:05}|PANEL|||{done}\r"
        f"OBX|1|NM|{code}^Glucose^L||{value}|{unit}|||||{status}|||{done}+0000\r"
    ).encode()


class Sender(Peer):
    type = "hl7"
    dials = True
    exempt: ClassVar[Mapping[str, str]] = {
        "command": "results only come in",
        "cut": "a sender hangs up when it has nothing to say; it keeps what was not acknowledged",
        "freeze": "a sender may be silent for days",
        "life": "a sender does not tell",
        "overflow": "it keeps what was not acknowledged",
        "secret": "the protocol has no password",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.said: list[tuple[str, float | str]] = []
        self.status, self.hostile, self.endless = "F", b"", False
        self.pending: int | None = None
        self.answers: list[str] = []
        self.extra: list[bytes] = []
        self.task: asyncio.Task[None] | None = None

    def settings(self, port: int) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": port,
            "allow_unencrypted": True,
            "time_zone": "UTC",
            "timeout_s": 5,
        }

    def channels(self) -> list[dict[str, Any]]:
        return [
            {"tag": "BR-201.Glucose", "node": "GLU", "unit": "mmol/L"},
            {"tag": "BR-201.Specimen", "node": "@specimen"},
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
        self.status = "X"

    async def mend(self) -> None:
        self.status = "F"

    async def garbage(self) -> None:
        self.hostile = b"GET / HTTP/1.1\r\n" + START + b"\xff\xfe\x00" + END

    async def flood(self) -> None:
        self.hostile, self.endless = START + b"MSH|^~\\&|", True

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
                endless, self.endless = self.endless, False
                writer.write(said)
                for _ in range(1024 if endless else 0):
                    writer.write(b"7" * 65536)
                    await writer.drain()
                raise EOFError
            extra = self.extra[0] if self.extra else None
            if extra is not None:
                raw = extra
            else:
                if self.pending is None:
                    self.pending = len(self.said)
                    if self.status == "F":
                        self.said.append(("BR-201.Glucose", self.pending / 8))
                raw = message(self.pending, str(self.pending / 8), status=self.status)
            writer.write(START + raw + END)
            async with asyncio.timeout(3):
                answer = (await reader.readuntil(END)).decode()
            self.answers.append(answer)
            if extra is not None:
                self.extra.pop(0)
            else:
                assert f"MSA|AA|M{self.pending}" in answer
                self.pending = None
            await asyncio.sleep(0.03)


class TestHl7(ConnectorKit):
    peer = Sender


def test_what_is_no_result_is_answered_and_kept_and_a_repeat_is_known(tmp_path: Path) -> None:
    async def check() -> None:
        sender = Sender(tmp_path)
        async with Bench(sender, tmp_path) as bench:
            again = message(500, "7.5")
            strange = b"MSH|^~\\&|X|Y|||2026||ADT^A01|Q9|P|2.5\rPID|1\r"
            foreign = message(501, "1", code="NH4")
            other = message(502, "78", unit="mg/dL")
            sender.said.append(("BR-201.Glucose", 7.5))
            sender.extra += [again, again, strange, foreign, other]
            await until(lambda: not sender.extra, "five answers")
            told = next(one for one in sender.answers if "Q9" in one)
            assert "MSA|AE|Q9|A message 'ADT\\S\\A01' bears no results." in told
            assert sum("MSA|AA|M500" in one for one in sender.answers) == 2
            await until(
                lambda: any("bears no" in e["reason"] for e in bench.events("config_changed")), "the event"
            )
            await until(
                lambda: any(one["identity"].get("control") == "M500" for one in bench.hub.documents.values()),
                "the message to be kept",
            )
            kept = {
                one["identity"]["control"]: one
                for one in bench.hub.documents.values()
                if "control" in one["identity"]
            }
            assert bench.hub.content[kept["M500"]["digest"]] == again
            stored = [value for tag, value, _ in sender.stored(bench.hub) if tag == "BR-201.Glucose"]
            assert stored.count(7.5) == 1
            assert 78.0 not in stored
            said = " ".join(e["reason"] for e in bench.events("config_changed"))
            assert "No channel has the codes NH4" in said

    asyncio.run(check())


def test_delimiters_escapes_specimens_and_times_are_read() -> None:
    raw = (
        "MSH$%~\\&$A$B$$$2026$$ORU%R01$C1$P$2.5.1\rPID$1$$P-1\rOBR$1$PL$FI$X$$$20261123\r"
        "OBX$1$ST$NOTE%x$$a\\F\\b\\X41\\~c$$$H$$$F$$$20261123090000.25+0100\rNTE$1$$.\rSPM$1$PL&x%FI-7&y\r"
        "OBR$2$$FI-8\rOBX$2$NM$GLU$$>500$g\\F\\L$$$$$F\rZZZ$1\r"
    )
    found = read_message(raw.encode(), "utf-8")
    note, glucose = found.observations
    assert (note.code, note.value, note.specimen, note.flags, note.patient) == (
        "NOTE",
        "a$bA ~ c",
        "FI-7",
        "H",
        "P-1",
    )
    assert (glucose.unit, glucose.number(), glucose.specimen) == ("g$L", None, "FI-8")
    assert found.foreign == ("ZZZ",)
    zurich = ZoneInfo("Europe/Zurich")
    assert instant(note.observed, zurich) == datetime(2026, 11, 23, 8, 0, 0, 250_000, UTC)
    assert instant("20260723090000", zurich) == datetime(2026, 7, 23, 7, tzinfo=UTC)
    assert instant("2026", zurich) is None
    answer = acknowledgement(found.header, "AA", "", BEGIN)
    assert answer.startswith(START)
    told = read_header(answer[1:-2], "utf-8")
    assert (told.kind, told.control, told.receiver[0]) == ("ACK^R01^ACK", "C1", "A")
    for bad in (
        b"",
        b"MSH",
        b"MSH|^~\\&|||||||ORU^R01||P\r",
        b"MSHaaaaaaaaa",
        b"PID|1\r",
        b"MSH|^^^^|x|y|||||ORU|1|P\r",
    ):
        with pytest.raises(Invalid):
            read_message(bad, "utf-8")
    for wrong in ("20261341", "yesterday", "20261123090000+9999", "00000101"):
        with pytest.raises(Invalid):
            instant(wrong, zurich)
