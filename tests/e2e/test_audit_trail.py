"""What a reviewer does with an audit trail in the browser, what a record was, and what the nine principles show."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.e2e.conftest import PASSWORD, Screen, Served, faults, picture, prove
from tests.e2e.trail import LOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def _sound(page: Any, name: str) -> None:
    assert faults(page, name) == []


def _blockers(page: Any) -> str:
    return str(page.get_by_role("list", name="What blocks the release").inner_text())


def test_a_batch_is_released_after_its_audit_trail_was_read_and_signed(
    screen: Screen, trail_server: Served
) -> None:
    page = screen("okafor")
    page.goto(f"{trail_server.address}/review?batch={trail_server.batch}")
    page.get_by_role("button", name="Begin review").click()
    page.get_by_text("The audit trail has not been reviewed: ATR-").wait_for()
    assert page.get_by_role("button", name="Release").is_disabled()
    picture(page, "trail-blocks")
    page.get_by_role("tab", name="Audit-trail review").click()
    page.get_by_role("link", name=re.compile("Open the audit-trail review")).click()

    page.get_by_role("heading", name="A person overwrote a value and gave no reason (1)").wait_for()
    page.get_by_role("button", name=re.compile(f"lot {LOT} v5")).click()
    page.get_by_text("tank 8").first.wait_for()
    _sound(page, "trail-review")
    assert page.get_by_role("button", name="Sign the review").is_disabled()
    page.keyboard.press("r")
    page.get_by_text(re.compile(r"^1 of \d+ read$")).wait_for()
    page.get_by_role("button", name="Draw it again").click()
    page.get_by_text("the same population, sample and flags").wait_for()
    while page.get_by_text(re.compile("still to be read")).count():
        read = page.get_by_text(re.compile(r"^\d+ of \d+ read$"))
        before = read.inner_text()
        group = page.get_by_role("button", name=re.compile("All of this group read"))
        (group if group.count() else page.get_by_role("button", name="Read: no finding")).click()
        page.wait_for_function("before => !document.body.innerText.includes(before)", arg=before)
    page.get_by_role("combobox", name="Outcome").click()
    page.get_by_role("option", name="no findings").click()
    _sign(page, "Sign the review", "Read entry by entry.")
    picture(page, "trail-signed")

    page.goto(f"{trail_server.address}/review?batch={trail_server.batch}")
    page.get_by_role("button", name="Release").wait_for()
    assert page.get_by_role("list", name="What blocks the release").count() == 0
    _sign(page, "Release", "Record and audit trail reviewed.")
    manifest = page.get_by_role("list", name="Signatures").get_by_role("listitem").filter(has_text="Released")
    manifest.wait_for()
    picture(page, "released")
    for part in ("Maria Okafor", "in force", "UTC", "Record and audit trail reviewed."):
        assert part in manifest.inner_text(), part
    page.goto(f"{trail_server.address}/review/trail")
    page.get_by_role("heading", name="Finished (1)").wait_for()
    _sound(page, "trail-list")


def _sign(page: Any, button: str, reason: str) -> None:
    page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    prove(dialog, PASSWORD)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()
    dialog.get_by_role("button", name="Close").last.click()


def test_the_quality_unit_sets_the_rules_and_the_page_says_who_did(
    screen: Screen, trail_server: Served
) -> None:
    page = screen("okafor")
    page.goto(f"{trail_server.address}/review/trail")
    page.get_by_role("heading", name="How the rules are set (version 1)").wait_for()
    change = page.get_by_role("button", name="Set the rules anew")
    page.get_by_label("Entries drawn for the review of a lot").fill("12")
    assert change.is_disabled(), "a reason is asked for"
    page.get_by_placeholder("Reason").fill("small lots")
    change.click()
    page.get_by_role("heading", name="How the rules are set (version 2)").wait_for()
    page.get_by_text("Version 2, by Maria Okafor").wait_for()
    page.get_by_role("status").filter(has_text="The rules are set.").wait_for()
    _sound(page, "trail-rules")
    page.get_by_label("Entries drawn for the review of a lot").fill("13")
    other = screen("silva")
    other.goto(f"{trail_server.address}/review/trail")
    other.get_by_label("Entries drawn for the review of a lot").fill("20")
    other.get_by_placeholder("Reason").fill("larger lots")
    other.get_by_role("button", name="Set the rules anew").click()
    page.get_by_role("alert").filter(has_text="Somebody else made version 3").wait_for()
    assert page.get_by_label("Entries drawn for the review of a lot").input_value() == "13"
    page.get_by_role("button", name="show version 3").click()
    page.get_by_role("heading", name="How the rules are set (version 3)").wait_for()
    assert page.get_by_label("Entries drawn for the review of a lot").input_value() == "20"


REVIEWS = (
    ("/review/trail", "**/api/quality/trail-reviews", "heading", re.compile("^To be opened")),
    ("/review/trail", "**/api/quality/trail-rules", "heading", re.compile("^How the rules are set")),
    ("/record/alcoa", "**/api/govern/alcoa", "button", re.compile("Enduring")),
    ("/record/alcoa", "**/api/govern/alcoa/runs", "heading", re.compile("^Over time")),
)


@pytest.mark.parametrize(("path", "asked", "role", "name"), REVIEWS, ids=lambda value: str(value)[:40])
def test_a_page_of_review_says_that_it_waits_and_that_it_failed_and_goes_on(
    screen: Screen, trail_server: Served, path: str, asked: str, role: Any, name: re.Pattern[str]
) -> None:
    page = screen("okafor")
    problem = {"type": "about:blank", "title": "Not available", "status": 503, "detail": "The disk is away."}
    held: list[Any] = []
    state = "waiting"

    def answer(route: Any) -> None:
        if state == "waiting":
            held.append(route)
        elif state == "failing":
            refuse(route)
        else:
            route.continue_()

    def refuse(route: Any) -> None:
        route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(problem))

    page.route(asked, answer)
    page.goto(f"{trail_server.address}{path}")
    page.get_by_role("status", name="Loading").first.wait_for()
    _sound(page, "review-waits")
    state = "failing"
    for route in held:
        refuse(route)
    alert = page.get_by_role("alert").filter(has_text="The disk is away.")
    alert.wait_for()
    _sound(page, "review-failed")
    state = "well"
    alert.get_by_role("button", name="Try again").click()
    page.get_by_role(role, name=name).first.wait_for()
    alert.wait_for(state="detached")


def test_a_record_is_seen_as_it_was_and_what_is_different_now(screen: Screen, trail_server: Served) -> None:
    page = screen("lund")
    page.goto(f"{trail_server.address}/record/past")
    page.get_by_text("No record is chosen").wait_for()
    page.get_by_label("Kind of record").fill("material_lot")
    page.get_by_label("Id, number or name").fill(LOT)
    page.get_by_role("button", name="Show").click()
    told = page.get_by_test_id("past-told")
    told.get_by_text("it was at version").wait_for()
    assert "The table holds what the newest entry says" in told.inner_text()
    page.get_by_role("button", name=re.compile("^Version 2")).click()
    told.get_by_text("it was at version 2 of").wait_for()
    fields = page.get_by_role("region", name="As it is now")
    assert fields.get_by_role("row", name=re.compile("Disposition differs hold")).count() == 1
    _sound(page, "past")
    slider = page.get_by_role("slider", name="Version")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    told.get_by_text("it was at version 1 of").wait_for()
    page.get_by_label(re.compile("^Instant")).fill("2020-03-03T10:00:00")
    told.get_by_text("there was no such record yet").wait_for()
    page.get_by_role("radiogroup", name="By which clock").get_by_text("Plant").click()
    page.get_by_label("Instant (UTC)").wait_for()
    page.get_by_role("button", name="Now", exact=True).click()
    told.get_by_text(re.compile("^Now")).wait_for()


def test_the_ledger_is_narrowed_and_one_head_is_proved_to_begin_another(
    screen: Screen, trail_server: Served
) -> None:
    page = screen("lund")
    page.goto(f"{trail_server.address}/record")
    entries = page.get_by_role("list", name="Entries of the ledger").get_by_role("listitem")
    entries.first.wait_for()
    page.get_by_label("Any word").fill("label not legible")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_text("Entries found, newest first").wait_for()
    page.wait_for_function("document.querySelectorAll('li.sentence').length === 2")
    _sound(page, "ledger-found")
    page.get_by_label("Any word").fill("no such word anywhere")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_text("No entry fits").wait_for()
    page.get_by_role("tab", name="Checkpoints").click()
    page.get_by_role("button", name=re.compile("^Prove")).click()
    page.get_by_text(re.compile("is the beginning of that of")).wait_for()
    _sound(page, "ledger-heads")


def test_the_nine_principles_say_what_was_asked_and_found(screen: Screen, trail_server: Served) -> None:
    page = screen("lund")
    page.goto(f"{trail_server.address}/record/alcoa")
    page.get_by_role("button", name=re.compile("Enduring")).wait_for()
    cards = page.locator(".card")
    assert cards.count() == 9
    assert "exceptions" in page.get_by_role("button", name=re.compile("Enduring")).inner_text()
    page.get_by_role("button", name=re.compile("Enduring")).press("Enter")
    page.get_by_role("cell", name="no drill is on record").wait_for()
    page.get_by_text("The query as it ran").first.click()
    page.get_by_text("SELECT id, file_name, started_at, holds, verdict FROM record_drill").first.wait_for()
    _sound(page, "alcoa")
    page.goto(f"{trail_server.address}/record/past?type=material_lot&id={LOT}&version=2")
    page.get_by_test_id("past-told").get_by_text("it was at version 2 of").wait_for()
    _sound(page, "past")
    page.goto(f"{trail_server.address}/record")
    page.get_by_role("list", name="Entries of the ledger").get_by_role("listitem").first.wait_for()
    _sound(page, "ledger")
