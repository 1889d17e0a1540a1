"""A vendor's file on its way through a host: growing, cut short, renamed, copied and back again, with its verdict."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.integration.connect.test_folders import Site, running

from titer.connect.vendors import missing

DATA = Path(__file__).parents[3] / "shared" / "data" / "connect" / "vendor_files" / "novabio_flex2"
NAME = "SampleResults2022-06-28_142558.csv"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder of published files is not there"),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
PATIENCE_S = 300


def test_a_vendors_file_grows_is_cut_copied_and_renamed(tmp_path: Path) -> None:
    data = (DATA / NAME).read_bytes()
    site = Site(tmp_path)

    async def check() -> None:
        async with running(site, "allotropy", reader="novabio_flex2", patience_s=2.0):
            growing = site.source / NAME
            growing.write_bytes(data[:-30])
            await asyncio.sleep(0.5)  # rests for some looks, and is not taken: its last line has no end
            growing.write_bytes(data)
            await site.until(lambda: len(site.hub.documents) == 1, PATIENCE_S)
            (taken,) = site.documents()
            told = taken["identity"]
            assert (told["verdict"], told["reader"], told["measurements"]) == ("accepted", "novabio_flex2", 3)
            assert (told["mapped"], told["quarantined"]) == (15, 0)

            (site.source / "cut.csv").write_bytes(data[:-30])
            await site.until(lambda: len(site.hub.documents) == 2, PATIENCE_S)
            cut = next(one for one in site.documents() if one["file_name"] == "cut.csv")
            assert cut["identity"]["verdict"] == "quarantined"
            assert cut["identity"]["reason"]

            growing.rename(site.source / "renamed.csv")
            await site.until(lambda: len(site.hub.documents) == 3, PATIENCE_S)
            told = f"renamed.csv has the same bytes as {NAME}, which has vanished"
            await site.until(lambda: any(told in one for one in site.events()), PATIENCE_S)
            (site.source / "renamed.csv").rename(growing)
            await site.until(
                lambda: any("renamed.csv has vanished" in one for one in site.events()), PATIENCE_S
            )
            assert len({one["digest"] for one in site.documents()}) == 2

    asyncio.run(check())
