"""Raw files reach the hub whole, once and with their bytes, through a real host against a fake hub."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from titer.base.clock import SystemClock, from_iso, us
from titer.base.errors import Invalid
from titer.connect.core.contract import ConnectionConfig, Resume
from titer.connect.core.frame import Origin
from titer.connect.core.host import Host
from titer.connect.core.hub import Hub
from titer.connect.core.places import Within
from titer.connect.files.connector import FolderConnector
from titer.connect.registry import CONNECTORS
from titer.testing.connectors import FakeHub, patience

GOOD = b'<AnIML xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"><SampleSet>' + (
    b'<Sample sampleID="s1" name="S-1"/></SampleSet></AnIML>'
)


class Site:
    def __init__(self, folder: Path) -> None:
        self.source = folder / "instrument"
        self.source.mkdir()
        self.folder = folder
        self.hub = FakeHub()

    def documents(self) -> list[dict[str, Any]]:
        return sorted(self.hub.documents.values(), key=lambda one: one["file_name"])

    def events(self) -> list[str]:
        return [e["reason"] for frame in self.hub.decoded("hplc") for e in frame.events]

    async def until(self, condition: Callable[[], bool], seconds: float = 15) -> None:
        async with asyncio.timeout(seconds * patience()):
            while not condition():
                await asyncio.sleep(0.05)


@asynccontextmanager
async def running(site: Site, type_: str = "animl", **settings: Any) -> AsyncIterator[Site]:
    site.hub.connections = [
        {
            "name": "hplc",
            "type": type_,
            "version": 1,
            "epoch": 0,
            "settings": {
                "folder": str(site.source),
                "scan_interval_s": 0.1,
                "patience_s": 1.0,
                "time_zone": "UTC",
                "encoding": "utf-8",
                **settings,
            },
            "channels": [],
        }
    ]
    site.hub.start()
    hub = Hub(site.hub.url, site.hub.token, "local")
    host = asyncio.create_task(
        Host(hub, site.folder / "host", SystemClock(), Within(CONNECTORS), poll=0.2).run()
    )
    try:
        yield site
    finally:
        host.cancel()
        await asyncio.gather(host, return_exceptions=True)
        await hub.close()
        site.hub.stop()


def test_a_file_arrives_once_with_its_bytes_and_verdict(tmp_path: Path) -> None:
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site):
            (site.source / "run-1.animl").write_bytes(GOOD)
            (site.source / "broken.animl").write_bytes(b"<AnIML>")
            (site.source / "dtd.animl").write_bytes(b"<!DOCTYPE AnIML []><AnIML></AnIML>")
            (site.source / "notes.txt").write_bytes(b"not asked for")
            await site.until(lambda: len(site.hub.documents) == 3)
            broken, dtd, good = site.documents()
            assert good["digest"] == hashlib.sha256(GOOD).hexdigest()
            assert site.hub.content[good["digest"]] == GOOD
            assert site.hub.media_types[good["digest"]] == good["media_type"] == "application/vnd.animl+xml"
            assert (good["kind"], good["identity"]["verdict"], good["identity"]["time_zone"]) == (
                "animl",
                "accepted",
                "UTC",
            )
            for bad, words in ((broken, "not well-formed"), (dtd, "DTD")):
                assert bad["identity"]["verdict"] == "quarantined"
                assert words in bad["identity"]["reason"]
                assert bad["digest"] in site.hub.content
            spool = tmp_path / "host" / "hplc" / "spool"
            await site.until(lambda: not list(spool.iterdir()))
        async with running(site):
            await asyncio.sleep(0.8)
            assert len(site.hub.documents) == 3
            (site.source / "run-2.animl").write_bytes(GOOD)
            await site.until(lambda: len(site.hub.documents) == 4)

    asyncio.run(check())


SPECTRUM = b"""##TITLE=water\n##JCAMP-DX=4.24\n##XFACTOR=1\n##YFACTOR=1\n##FIRSTX=1\n##LASTX=3\n##NPOINTS=3
##XYDATA=(X++(Y..Y))\n1 5 6 7\n##END=\n"""


def test_a_spectrum_that_breaks_its_own_promise_arrives_with_the_sentence_and_its_neighbours_pass(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site, type_="jcamp"):
            (site.source / "a-cut.jdx").write_bytes(SPECTRUM.replace(b"##END=\n", b""))
            (site.source / "b-counts.jdx").write_bytes(SPECTRUM.replace(b"NPOINTS=3", b"NPOINTS=4"))
            (site.source / "c-good.jdx").write_bytes(SPECTRUM)
            await site.until(lambda: len(site.hub.documents) == 3, 40)
            cut, counts, good = site.documents()
            assert "##END=" in cut["identity"]["reason"]
            assert "NPOINTS promises 4 points and there are 3" in counts["identity"]["reason"]
            assert [one["identity"]["verdict"] for one in (cut, counts)] == ["quarantined"] * 2
            assert (good["kind"], good["identity"]["verdict"], good["identity"]["points"]) == (
                "jcamp",
                "accepted",
                3,
            )
            assert site.hub.content[good["digest"]] == SPECTRUM

    asyncio.run(check())


def test_a_growing_file_is_awaited_and_a_changed_one_is_a_new_version(tmp_path: Path) -> None:
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site):
            path = site.source / "run.animl"
            for end in range(20, len(GOOD), 40):
                path.write_bytes(GOOD[:end])
                await asyncio.sleep(0.15)
            path.write_bytes(GOOD)
            await site.until(lambda: len(site.hub.documents) == 1)
            assert site.documents()[0]["digest"] == hashlib.sha256(GOOD).hexdigest()
            path.write_bytes(GOOD.replace(b"S-1", b"S-9"))
            await site.until(lambda: len(site.hub.documents) == 2)
            assert any("version of its own" in words for words in site.events())

    asyncio.run(check())


def test_vanished_and_reappearing_files_are_told_apart_from_an_absent_share(tmp_path: Path) -> None:
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site):
            for name in ("a", "b"):
                (site.source / f"{name}.animl").write_bytes(GOOD)
            await site.until(lambda: len(site.hub.documents) == 2)
            await site.until(lambda: site.events() == ["The file b.animl has the same bytes as a.animl."])
            site.source.rename(tmp_path / "unmounted")
            await site.until(lambda: site.hub.statuses["hplc"]["state"] == "disconnected")
            assert "not there" in site.hub.statuses["hplc"]["message"]
            await site.until(lambda: len(site.events()) == 2)
            assert "source is unavailable" in site.events()[1]
            (tmp_path / "unmounted").rename(site.source)
            await site.until(lambda: site.hub.statuses["hplc"]["state"] == "connected")
            await site.until(lambda: len(site.events()) == 3)
            assert site.events()[2].endswith("is there again.")
            (site.source / "a.animl").unlink()
            await site.until(lambda: len(site.events()) == 4)
            assert site.events()[3] == (
                "The file a.animl has vanished from the folder; b.animl has the same bytes."
            )
            (site.source / "a.animl").write_bytes(GOOD)
            await asyncio.sleep(0.8)
            assert len(site.hub.documents) == 2

    asyncio.run(check())


def test_a_file_that_is_gone_before_it_is_at_rest_is_told_and_forgotten(tmp_path: Path) -> None:
    source = tmp_path / "instrument"
    source.mkdir()
    settings = {"folder": str(source), "time_zone": "UTC", "encoding": "utf-8", "scan_s": 0.01}
    given = ConnectionConfig(
        "hplc", "files", {**settings, "stable_scans": 1_000_000}
    )  # nothing is ever at rest
    folder = FolderConnector(given, SystemClock(), tmp_path / "own")
    taken = json.dumps({"look": [4, 1], "digest": "d" * 64})

    async def check() -> None:
        await folder.open(Resume({}, {"file:kept.csv": taken}, 1))
        (source / "kept.csv").write_bytes(b"changed after it was taken")
        (source / "stays.csv").write_bytes(b"3;4\n")
        async with asyncio.timeout(30 * patience()), aclosing(folder.stream()) as batches:
            await anext(batches)  # the folder is there
            for number in range(3):
                fleeting = source / f"fleeting-{number}.csv"
                fleeting.write_bytes(b"x" * (number + 7))
                scan = asyncio.ensure_future(anext(batches))
                while fleeting.name not in folder._resting:
                    await asyncio.sleep(0.001)
                fleeting.unlink()
                (told,) = (await scan).events
                assert (told["kind"], told["file"], told["size"]) == ("file_lost", fleeting.name, number + 7)
                assert f"{fleeting.name} of {number + 7} bytes was seen and was gone" in told["reason"]
            assert sorted(folder._resting) == ["kept.csv", "stays.csv"]
            (source / "kept.csv").unlink()
            lost, vanished = (await anext(batches)).events
            assert (lost["kind"], lost["file"], lost["size"]) == ("file_lost", "kept.csv", 26)
            assert vanished["reason"] == "The file kept.csv has vanished from the folder; its bytes are kept."

    asyncio.run(check())


def test_a_folder_that_is_suddenly_empty_is_unavailable_and_not_a_deletion(tmp_path: Path) -> None:
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site):
            (site.source / "only.animl").write_bytes(GOOD)
            await site.until(lambda: len(site.hub.documents) == 1)
            (site.source / "only.animl").unlink()
            await site.until(lambda: site.hub.statuses["hplc"]["state"] == "disconnected")
            await site.until(lambda: len(site.events()) == 1)
        site.hub.statuses.clear()
        async with running(site):
            await site.until(lambda: site.hub.statuses.get("hplc", {}).get("state") == "disconnected")
            (site.source / "only.animl").write_bytes(GOOD)
            await site.until(lambda: len(site.events()) == 2)
            await asyncio.sleep(0.6)
            assert ["is empty" in site.events()[0], "there again" in site.events()[1]] == [True, True]
            assert len(site.events()) == 2
            assert len(site.hub.documents) == 1

    asyncio.run(check())


def test_a_renamed_file_is_told_with_its_new_name(tmp_path: Path) -> None:
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site):
            (site.source / "old.animl").write_bytes(GOOD)
            (site.source / "other.animl").write_bytes(b"<AnIML/>")
            await site.until(lambda: len(site.hub.documents) == 2)
            (site.source / "old.animl").replace(site.source / "moved.animl")
            await site.until(lambda: len(site.hub.documents) == 3)
            names = [one["file_name"] for one in site.documents()]
            assert names == ["moved.animl", "old.animl", "other.animl"]
            await site.until(lambda: any("old.animl has vanished" in words for words in site.events()))
            told = "The file moved.animl has the same bytes as old.animl, which has vanished"
            await site.until(lambda: any(words.startswith(told) for words in site.events()))
            (site.source / "copy.animl").write_bytes(GOOD)
            told_twice = "The file copy.animl has the same bytes as moved.animl."
            await site.until(lambda: told_twice in site.events())

    asyncio.run(check())


def test_a_file_that_cannot_be_taken_is_said_and_holds_nothing_up(tmp_path: Path) -> None:
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site, max_bytes=1000):
            (site.source / "a-empty.animl").write_bytes(b"")
            (site.source / "b-large.animl").write_bytes(b"x" * 1001)
            (site.source / os.fsdecode(b"c-\xff.animl")).write_bytes(GOOD)
            (site.source / "d-good.animl").write_bytes(GOOD)
            await site.until(lambda: len(site.hub.documents) == 1 and len(site.events()) == 3)
            words = " ".join(sorted(site.events()))
            assert site.documents()[0]["file_name"] == "d-good.animl"
            assert all(part in words for part in ("it is empty", "1001 bytes", "no text"))

    asyncio.run(check())


def test_a_file_that_the_hub_refuses_is_set_aside_and_those_behind_it_pass(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.hub.refuses["a-odd.animl"] = "its name is that of no instrument"
    odd = GOOD + b"<!-- odd -->"

    async def check() -> None:
        async with running(site):
            (site.source / "a-odd.animl").write_bytes(odd)
            (site.source / "b-good.animl").write_bytes(GOOD)
            await site.until(lambda: len(site.hub.documents) == 1 and len(site.events()) == 1)
            assert site.documents()[0]["file_name"] == "b-good.animl"
            (words,) = site.events()
            assert "refuses the file a-odd.animl" in words
            assert "that of no instrument" in words
            await site.until(
                lambda: any("a-odd.animl" in told["message"] for told in site.hub.statuses.values())
            )
        async with running(site):
            (site.source / "c-late.animl").write_bytes(GOOD + b"<!-- late -->")
            await site.until(lambda: len(site.hub.documents) == 2)
            assert len(site.events()) == 1, "it is told once, and not sent again"

    asyncio.run(check())
    (kept,) = tmp_path.rglob("refused/*")
    assert kept.read_bytes() == odd


@pytest.mark.parametrize("settings", [{"time_zone": "Mars/Olympus"}, {"time_zone": ""}, {"encoding": ""}])
def test_time_zone_and_encoding_are_never_guessed(tmp_path: Path, settings: dict[str, str]) -> None:
    given = {"folder": str(tmp_path), "time_zone": "UTC", "encoding": "utf-8", **settings}
    with pytest.raises(Invalid, match=f"no {next(iter(settings)).replace('_', ' ')}"):
        CONNECTORS["files"](ConnectionConfig("hplc", "files", given), SystemClock(), tmp_path)


def test_files_wait_in_the_spool_while_the_hub_is_away(tmp_path: Path) -> None:
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site):
            await site.until(lambda: "hplc" in site.hub.statuses)
            site.hub.stop()
            (site.source / "run.animl").write_bytes(GOOD)
            spool = tmp_path / "host" / "hplc" / "spool"
            await site.until(lambda: any(spool.glob("*")))
            await asyncio.sleep(0.3)
            shutil.rmtree(site.source)
            site.hub.start()
            await site.until(lambda: len(site.hub.documents) == 1)
            assert site.hub.content[hashlib.sha256(GOOD).hexdigest()] == GOOD

    asyncio.run(check())


def test_a_connection_of_an_unknown_type_is_refused_in_words(tmp_path: Path) -> None:
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site):
            site.hub.connections = [{"name": "x", "type": "profinet", "settings": {}, "channels": []}]
            await site.until(lambda: site.hub.statuses.get("x", {}).get("state") == "refused")
            assert "profinet" in site.hub.statuses["x"]["message"]

    asyncio.run(check())
    assert os.path.exists(tmp_path / "host" / "connections.json")  # noqa: PTH110


def test_without_the_readers_of_vendors_files_none_is_taken_and_the_way_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TITER_ENVIRONMENTS", str(tmp_path / "nowhere"))
    site = Site(tmp_path)
    (site.source / "SampleResults.csv").write_bytes(
        b"Date & Time,Sample ID,pH\n6-24-2022  14:34:52,S1,7.400\n"
    )

    async def check() -> None:
        async with running(site, "allotropy", reader="novabio_flex2"):
            await site.until(lambda: "titer connector install" in str(site.hub.statuses.get("hplc", {})))
            assert not site.hub.documents
            assert "allotropy" in site.hub.statuses["hplc"]["message"]

    asyncio.run(check())
    assert (site.source / "SampleResults.csv").exists()


def test_a_table_gives_its_values_at_the_times_that_it_says_or_none_of_them(tmp_path: Path) -> None:
    site = Site(tmp_path)
    mapping = {
        "header_row": 1,
        "time": {"column": "Time", "format": "%Y-%m-%d %H:%M"},
        "columns": [{"column": "pH", "unit": "1"}],
        "ignored": [{"column": "Operator", "reason": "no measured value"}],
    }

    async def check() -> None:
        async with running(site, "table", mapping=mapping):
            site.hub.connections[0]["channels"] = [{"tag": "L7.pH", "node": "pH", "unit": "1"}]
            site.hub.connections[0]["version"] = 2
            await site.until(lambda: site.hub.statuses.get("hplc", {}).get("state") == "connected")
            (site.source / "bad.csv").write_text("Time,pH,Operator\n2026-11-28 10:00,seven,mo\n")
            await site.until(lambda: len(site.hub.documents) == 1, 60)
            (site.source / "good.csv").write_text("Time,pH,Operator\n2026-11-28 10:00,7.05,mo\n")
            await site.until(lambda: len(site.hub.documents) == 2, 60)

        bad, good = site.documents()
        assert (bad["identity"]["verdict"], bad["identity"]["values"]) == ("quarantined", 0)
        assert "row 2, pH: 'seven' is no number" in bad["identity"]["reason"]
        assert (good["identity"]["verdict"], good["identity"]["values"]) == ("accepted", 1)
        (frame,) = [one for one in site.hub.decoded("hplc") if len(one.value)]
        assert (frame.channels, list(frame.value), list(frame.origin)) == (("L7.pH",), [7.05], [Origin.FILE])
        assert list(frame.source_us) == [us(from_iso("2026-11-28T10:00:00Z"))]

    asyncio.run(check())
