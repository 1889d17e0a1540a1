"""What an administrator and a quality unit do with people and their rights, in the browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.e2e.conftest import PASSWORD, Screen, Served, faults, log_in, picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

TABS = ("matrix", "delegations", "reviews", "conflicts", "sessions", "tokens", "policy")


def _choose(page: Any, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def _reason(page: Any, reason: str) -> None:
    """Give the reason that a deed asks for."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name="Do it").click()


def test_a_person_is_registered_and_a_role_that_conflicts_is_refused_in_words(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("adler")
    page.goto(f"{platform_server.address}/people")
    page.get_by_label("Full name").fill("Noor Haddad")
    page.get_by_label("User name", exact=True).fill("haddad")
    page.get_by_label("First password", exact=True).fill("a long first phrase")
    page.get_by_role("combobox", name="Roles").click()
    page.get_by_role("option", name="Analyst", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_label("Reason").fill("Starts on Monday")
    page.get_by_role("button", name="Add a person").click()
    page.get_by_role("heading", name="Noor Haddad").wait_for()
    page.get_by_role("button", name=re.compile("Give a role")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name="Administrator").click()
    _reason(page, "Helps out")
    alert = dialog.get_by_role("alert")
    alert.wait_for()
    assert "An administrator holds no data right." in alert.inner_text()
    picture(page, "role-refused")
    dialog.get_by_role("button", name="Cancel").first.click()
    people = page.request.get(f"{platform_server.address}/api/people").json()
    assert [one["roles"] for one in people if one["username"] == "haddad"] == [["analyst"]]


def test_the_matrix_is_read_by_role_and_by_layer(screen: Screen, platform_server: Served) -> None:
    page = screen("lund")
    page.goto(f"{platform_server.address}/people?tab=matrix&role=analyst&layer=lims")
    table = page.get_by_role("table")
    table.wait_for()
    verbs = table.locator("tbody tr .mono").all_inner_texts()
    rows = page.request.get(f"{platform_server.address}/api/matrix").json()
    wanted = [row["verb"] for row in rows if row["verb"].startswith("lims.") and "analyst" in row["roles"]]
    assert verbs
    assert sorted(verbs) == sorted(wanted)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    text = download.value.path().read_text()
    assert all(verb in text for verb in wanted)


def test_a_session_is_ended_while_its_person_works(screen: Screen, platform_server: Served) -> None:
    worker, administrator = screen("weber"), screen("adler")
    administrator.goto(f"{platform_server.address}/people?tab=sessions")
    administrator.get_by_role("button", name="End: Jonas Weber").first.click()
    _reason(administrator, "Left the room")
    administrator.get_by_role("dialog").wait_for(state="hidden")
    administrator.get_by_role("button", name="End: Jonas Weber").wait_for(state="hidden")
    assert worker.request.get(f"{platform_server.address}/api/session").status == 401
    entries = administrator.request.get(
        f"{platform_server.address}/api/ledger", params={"record_type": "record_session"}
    ).json()["entries"]
    assert "Left the room" in [entry["reason"] for entry in entries]


def test_a_person_who_is_disabled_while_working_is_outside_at_once(
    screen: Screen, platform_server: Served
) -> None:
    worker, administrator = screen("novak"), screen("adler")
    worker.goto(f"{platform_server.address}/lab")
    people = administrator.request.get(f"{platform_server.address}/api/people").json()
    (novak,) = [one["id"] for one in people if one["username"] == "novak"]
    administrator.goto(f"{platform_server.address}/people/{novak}")
    administrator.get_by_role("button", name="Disable: Jana Novak").click()
    _reason(administrator, "Leaves the company")
    administrator.get_by_role("button", name="Enable: Jana Novak").wait_for()
    picture(administrator, "person-disabled")
    # The page may have noticed by itself, and asks for the password in front of everything: no pointer gets there.
    worker.get_by_role("tab", name="Samples").dispatch_event("click")
    worker.get_by_label("Password", exact=True).wait_for()
    picture(worker, "person-outside")
    fresh = screen()
    log_in(fresh, "novak", PASSWORD)
    fresh.get_by_role("alert").wait_for()


def test_a_role_is_delegated_and_ended_again(screen: Screen, platform_server: Served) -> None:
    page = screen("tanaka")
    page.goto(f"{platform_server.address}/people?tab=delegations")
    _choose(page, "To", "Ana Reyes")
    _choose(page, "Role", "Analyst")
    page.get_by_label("Begins").fill("2020-01-01T08:00")
    page.get_by_label("Ends").fill("2020-01-05T08:00")
    page.get_by_label("Reason").fill("On leave")
    page.get_by_role("button", name="Delegate").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "It would be over already." in alert.inner_text()
    soon = page.evaluate(
        "[0, 2].map(d => new Date(Date.now() + d * 86400000 - new Date().getTimezoneOffset() * 60000)"
        ".toISOString().slice(0, 16))"
    )
    page.get_by_label("Begins").fill(soon[0])
    page.get_by_label("Ends").fill(soon[1])
    page.get_by_role("button", name="Delegate").click()
    page.get_by_role("button", name=re.compile("^End it")).wait_for()
    picture(page, "delegation")
    page.get_by_role("button", name=re.compile("^End it")).click()
    _reason(page, "Back again")
    page.get_by_text("ended early").or_(page.get_by_text("Ended early")).first.wait_for()


def test_the_pages_of_people_have_no_serious_fault_of_accessibility(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("okafor")
    found = []
    for tab in TABS:
        page.goto(f"{platform_server.address}/people?tab={tab}")
        page.get_by_role("tabpanel").locator(".panel").first.wait_for()
        page.wait_for_load_state("networkidle")
        found += faults(page, f"people-{tab}")
    assert found == []
