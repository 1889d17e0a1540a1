"""What quality keeps and holds, who vouches for the ledger, and a signature that waits for its witness."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.e2e.conftest import PASSWORD, Screen, Served, faults, picture
from tests.e2e.test_pages import _dispose, _sign

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def _sound(page: Any, name: str) -> None:
    assert faults(page, name) == []


def test_quality_sets_a_retention_time_and_a_hold_outlasts_it_until_it_is_lifted(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("okafor")
    page.goto(f"{platform_server.address}/record/keeping?tab=retention")
    page.get_by_text("Nothing is held.").wait_for()
    page.get_by_text("No kind of record has a retention time yet.").wait_for()

    time = page.locator("form").filter(has=page.get_by_role("button", name="Set a retention time"))
    time.get_by_role("combobox", name="Kind of record").click()
    page.get_by_role("option", name=re.compile(r"\(quality_exception\)")).click()
    time.get_by_label("Years").fill("11")
    time.get_by_label("Rule that asks for it").fill("EU GMP chapter 4")
    time.get_by_label("Reason").fill("as agreed")
    time.get_by_role("button").last.click()
    due = page.get_by_role("region", name="What is due").or_(page.get_by_role("table", name="What is due"))
    due.get_by_text("kept", exact=True).first.wait_for()

    hold = page.locator("form").filter(has=page.get_by_role("button", name="Place a hold"))
    hold.get_by_label("Number, user name or id").fill("B-0000-9999")
    hold.get_by_label("Reason").fill("litigation")
    hold.get_by_role("button", name="Place a hold").click()
    hold.get_by_role("alert").wait_for()
    hold.get_by_role("combobox", name="Subject").click()
    page.get_by_role("option", name="whole system").click()
    hold.get_by_role("button", name="Place a hold").click()
    page.get_by_role("button", name="Lift", exact=True).wait_for()
    due.get_by_text("held", exact=True).first.wait_for()
    _sound(page, "keeping-held")

    page.get_by_role("button", name="Lift", exact=True).click()
    dialog = page.get_by_role("dialog")
    assert "litigation" in dialog.inner_text()
    assert dialog.get_by_role("button", name="Lift", exact=True).is_disabled()
    dialog.get_by_label("Reason").fill("settled out of court")
    dialog.get_by_role("button", name="Lift", exact=True).click()
    page.get_by_text("Maria Okafor: settled out of court").wait_for()
    due.get_by_text("kept", exact=True).first.wait_for()
    kept = page.request.get(f"{platform_server.address}/api/retention").json()["holds"]
    assert [(one["lifted_because"], one["placed_by"]) for one in kept] == [
        ("settled out of court", "Maria Okafor")
    ]


def test_an_inspector_reads_what_is_kept_and_changes_nothing(screen: Screen, platform_server: Served) -> None:
    page = screen("lund")
    page.goto(f"{platform_server.address}/record/keeping?tab=retention")
    page.get_by_role("heading", name="Legal holds").wait_for()
    for name in ("Place a hold", "Set a retention time", "Lift"):
        assert page.get_by_role("button", name=name, exact=True).count() == 0


def test_a_signature_is_shown_as_pending_until_its_witness_is_back(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("okafor")
    volume, elsewhere = platform_server.folder / "witness", platform_server.folder / "elsewhere"
    volume.rename(elsewhere)
    try:
        dialog = _dispose(page, platform_server, platform_server.exceptions[1], "Within the proven range.")
        _sign(dialog, PASSWORD)
        dialog.get_by_text("Pending: it waits for a witness").wait_for()
        picture(page, "signed-pending")
        watching = screen("lund")
        watching.goto(f"{platform_server.address}/record")
        panel = watching.get_by_role("region", name="Witnesses of the ledger")
        panel.get_by_text("away", exact=True).wait_for()
        watching.get_by_text(re.compile("events? that signatures set off wait for a witness")).wait_for()
        _sound(watching, "witnesses-away")
    finally:
        if volume.exists():
            volume.rename(volume.with_name("made in between"))
        elsewhere.rename(volume)
    dialog.get_by_text("Witnessed: what follows from it has begun").wait_for(timeout=60_000)
    panel.get_by_text("up to date", exact=True).wait_for(timeout=60_000)


def test_keeping_and_witnesses_have_no_serious_fault_of_accessibility(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("lund")
    page.goto(f"{platform_server.address}/record/keeping?tab=retention")
    page.get_by_role("heading", name="What is due").wait_for()
    _sound(page, "keeping")
    page.goto(f"{platform_server.address}/record")
    panel = page.get_by_role("region", name="Witnesses of the ledger")
    panel.get_by_role("cell", name=re.compile("file-witness")).wait_for()
    assert "(required)" in panel.inner_text()
    _sound(page, "witnesses")
