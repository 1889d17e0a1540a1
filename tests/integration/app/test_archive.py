"""The archive of a closed batch: verified by the one-file verifier, read in a browser without a network."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest
from tests.integration.app.conftest import Client

from titer.app import Platform
from titer.app.archive import archive_batch
from titer.base.errors import Refused
from titer.record import Actor, require_person


@pytest.fixture
def archive(platform: Platform, batch: dict[str, Any]) -> bytes:
    quentin = _person(platform, "quentin")
    with platform.record.action(quentin, "record.retention.set", reason="SOP-7") as unit:
        platform.retention.set_class(
            unit, record_type="mes_batch", years=30, start="ended_at", basis="21 CFR 211.180"
        )
    with platform.record.action(quentin, "record.hold.place", reason="case 12/27") as unit:
        platform.retention.place(
            unit, subject_type="batch", subject_id=batch["number"], reason="complaint <12> & more"
        )
    return archive_batch(platform, batch["number"], actor=quentin, reason="for the archive")


def _person(platform: Platform, name: str) -> Actor:
    with platform.record.reading() as session:
        row = require_person(session, name)
    return Actor.person(row.id, None, row.full_name)


def test_it_holds_everything_and_the_verifier_inside_it_agrees(
    archive: bytes, verifier: ModuleType, batch: dict[str, Any], tmp_path: Path
) -> None:
    verifier.verify(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        names = set(opened.namelist())
        opened.extractall(tmp_path / "out")
    wanted = {"index.html", "README.txt", "titer-verify.py", "retention.json", "record.pdf", "record.json"}
    assert {f"files/{name}" for name in wanted} <= names
    assert "files/derived/series/BR-201.csv" in names
    (tmp_path / "archive.zip").write_bytes(archive)
    said = subprocess.run(
        [sys.executable, "-I", tmp_path / "out" / "files" / "titer-verify.py", tmp_path / "archive.zip"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
    kept = json.loads((tmp_path / "out/files/retention.json").read_text())
    assert kept["class"]["years"] == 30
    assert kept["keep_until"].startswith("2056-03-02")
    assert kept["holds"][0]["reason"] == "complaint <12> & more"


def test_a_changed_page_is_found(archive: bytes, verifier: ModuleType) -> None:
    at = archive.index(b"What the ledger says")
    with pytest.raises(verifier.Fault):
        verifier.verify(archive[:at] + b"w" + archive[at + 1 :])


def test_the_series_are_there_as_text(archive: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        lines = opened.read("files/derived/series/BR-201.csv").decode().splitlines()
    assert lines[0].startswith("time,tag,")
    assert len(lines) == 60  # an hour of minutes, without the one before the batch began
    assert "36.5" in lines[1]


def test_a_batch_that_runs_is_not_archived(platform: Platform, people: dict[str, Client]) -> None:
    from tests.integration.app.conftest import RECIPE

    recipe = people["ada"].post("/api/mes/recipes", {"source": RECIPE})
    for name, meaning in (("ada", "authored"), ("ben", "checked"), ("quentin", "approved")):
        people[name].sign("mes_recipe", recipe["id"], meaning)
    people["olga"].post(f"/api/mes/recipes/{recipe['id']}/effective", {"version": 4, "reason": "first"})
    order = people["olga"].post("/api/mes/orders", {"recipe_code": "look"})
    made = people["olga"].post("/api/mes/batches", {"order_id": order["id"]})
    with pytest.raises(Refused, match="not ended"):
        archive_batch(platform, made["id"], actor=_person(platform, "quentin"), reason="too early")


@pytest.mark.browser
def test_the_page_opens_offline_in_a_browser(archive: bytes, batch: dict[str, Any], tmp_path: Path) -> None:
    from tests.e2e.conftest import ARGUMENTS, _missing

    playwright = pytest.importorskip("playwright.sync_api")
    import shutil

    program = next(
        (found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None
    )
    if program is None:
        _missing("no Chromium on this machine")
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        opened.extractall(tmp_path)
    asked: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        context = browser.new_context(offline=True, java_script_enabled=False)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "files" / "index.html").as_uri())
        assert page.title() == f"Batch record {batch['number']}"
        for words in (
            "Signatures and what each is bound to",
            "What the ledger says",
            "How long this is kept",
            "How to check it",
        ):
            assert page.get_by_role("heading", name=words, exact=True).is_visible()
        assert page.get_by_text("complaint <12> & more").first.is_visible()
        assert page.get_by_text("Look at the vessel").first.is_visible()
        assert page.locator("ol.entries li").count() > 10
        for link in page.locator("#files + div a").all():
            assert (tmp_path / "files" / unquote(str(link.get_attribute("href")))).is_file()
        pictures = os.environ.get("TITER_PICTURES")
        if pictures:
            page.screenshot(path=f"{pictures}/archive.png", full_page=False)
        browser.close()
    assert all(url.startswith("file://") for url in asked)
