"""Folders of every format keep the kit's promises, and no type of connection is without a kit of its own."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from titer.connect.registry import OWN
from titer.testing.bench import Peer, Stored
from titer.testing.conformance import ConnectorKit
from titer.testing.connectors import FakeHub

KITS = Path(__file__).parent
ELSEWHERE = {
    "allotropy": "its readers live in an environment of their own: `make vendors` reads the published files, and "
    "tests/integration/connect/test_folders.py its connection without them",
}
"""Types without a kit, and why."""


MAPPING: dict[str, Any] = {
    "header_row": 1,
    "delimiter": "semicolon",
    "decimal": ",",
    "time": {"column": "Time", "format": "%d.%m.%Y %H:%M:%S"},
    "columns": [{"column": "T", "unit": "degC"}],
    "ignored": [],
}


class Folder(Peer):
    """An instrument that drops three files a second, each of which is a request to the hub."""

    type = "files"
    suffix: ClassVar[str] = "txt"
    exempt: ClassVar[Mapping[str, str]] = {
        "command": "a folder takes no commands",
        "cut": "there is no cable; tests/integration/connect/test_folders.py takes the folder away",
        "fault": "a file is taken whole or not at all",
        "flood": "max_bytes bounds a file; tests/integration/connect/test_folders.py",
        "freeze": "there is no cable",
        "garbage": "a file of any bytes is a file",
        "life": "a folder has no life",
        "overflow": "files stay where they are",
        "secret": "there is no password",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.inbox = folder / "inbox"
        self.inbox.mkdir(exist_ok=True)
        self.said: list[tuple[str, float | str]] = []
        self.task: asyncio.Task[None] | None = None

    def settings(self, port: int) -> dict[str, Any]:
        return {"folder": str(self.inbox), "time_zone": "UTC", "encoding": "utf-8", "scan_s": 0.05}

    def made(self) -> list[tuple[str, float | str]]:
        return self.said

    def stored(self, hub: FakeHub) -> list[Stored]:
        return [
            ("file", hashlib.sha256(hub.content[one["digest"]]).hexdigest(), 0)
            for one in list(hub.documents.values())
            if one["identity"].get("verdict", "accepted") == "accepted"
        ]

    def file(self, number: int) -> bytes:
        """A sound file of the format, unlike every other one."""
        return f"run {number}".encode()

    async def start(self, port: int) -> None:
        self.task = asyncio.create_task(self._work(), name="instrument")

    async def _work(self) -> None:
        while True:
            data = self.file(len(self.said))
            draft = self.inbox.parent / "draft"
            draft.write_bytes(data)
            draft.replace(self.inbox / f"run-{len(self.said):05}.{self.suffix}")
            self.said.append(("file", hashlib.sha256(data).hexdigest()))
            await asyncio.sleep(0.3)

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)


class Animl(Folder):
    """AnIML."""

    type, suffix = "animl", "animl"

    def file(self, number: int) -> bytes:
        return (
            '<AnIML xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"><SampleSet>'
            f'<Sample sampleID="s1" name="S-{number}"/></SampleSet></AnIML>'
        ).encode()


class Jcamp(Folder):
    """JCAMP-DX."""

    type, suffix = "jcamp", "jdx"

    def file(self, number: int) -> bytes:
        head = f"##TITLE=water {number}\n##JCAMP-DX=4.24\n##XFACTOR=1\n##YFACTOR=1\n##FIRSTX=1\n##LASTX=3\n"
        return f"{head}##NPOINTS=3\n##XYDATA=(X++(Y..Y))\n1 5 6 7\n##END=\n".encode()


class Mzml(Folder):
    """mzML."""

    type, suffix = "mzml", "mzML"

    def file(self, number: int) -> bytes:
        from tests.fuzz.parsers import TARGETS

        return TARGETS["mzml"][1][0].replace(b'id="r"', f'id="r{number}"'.encode())


class Unicorn(Folder):
    """Exported results of UNICORN."""

    type, suffix = "unicorn", "zip"

    def file(self, number: int) -> bytes:
        from tests.fuzz.parsers import CHROM, RECORD

        inner, outer = io.BytesIO(), io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("CoordinateData.Volumes", RECORD)
            archive.writestr("CoordinateData.Amplitudes", RECORD)
        with zipfile.ZipFile(outer, "w") as archive:
            archive.writestr("Chrom.1.Xml", CHROM)
            archive.writestr("Chrom.1_1_True", inner.getvalue())
            archive.comment = str(number).encode()
        return outer.getvalue()


class Table(Folder):
    """A table with a column for a channel; the file is what must arrive here, its values have tests of their own."""

    type, suffix = "table", "csv"

    def settings(self, port: int) -> dict[str, Any]:
        return {**super().settings(port), "mapping": MAPPING}

    def channels(self) -> list[dict[str, Any]]:
        return [{"tag": "TAB.T", "node": "T", "unit": "degC"}]

    def file(self, number: int) -> bytes:
        at = f"{8 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
        return f"Time;T\n02.03.2026 {at};{number},5\n".encode()


class TestFolder(ConnectorKit):
    peer = Folder


class TestAniml(ConnectorKit):
    peer = Animl


class TestJcamp(ConnectorKit):
    peer = Jcamp


class TestMzml(ConnectorKit):
    peer = Mzml


class TestUnicorn(ConnectorKit):
    peer = Unicorn


class TestTable(ConnectorKit):
    peer = Table


def kits() -> dict[str, str]:
    """The type of connection of every kit in this folder, and where it stands."""
    found: dict[str, str] = {}
    for path in sorted(KITS.glob("test_*.py")):
        module = importlib.import_module(f"tests.conformance.kit.{path.stem}")
        for name, one in vars(module).items():
            if isinstance(one, type) and issubclass(one, ConnectorKit) and hasattr(one, "peer"):
                found[one.peer.type] = f"{path.name}::{name}"
    return found


def test_every_type_of_connection_that_comes_with_titer_has_a_kit_or_a_reason() -> None:
    types = {one.name for one in OWN}
    found = kits()
    assert types - found.keys() == set(ELSEWHERE), "a type without a kit needs one, or a reason"
    assert not set(ELSEWHERE) & found.keys(), "it has a kit by now"
    assert all(reason for reason in ELSEWHERE.values())
