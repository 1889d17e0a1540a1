"""What a person does in the browser, on a real hub: log in, verify, sign, and be refused in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.e2e.conftest import PASSWORD, Screen, Served, faults, log_in, picture, prove

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def test_a_wrong_password_is_told_in_words_and_the_right_one_opens_the_house(page: Any) -> None:
    log_in(page, "okafor", "not the password")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "User name or password is wrong." in alert.inner_text()
    picture(page, "login-refused")
    assert page.get_by_label("Password", exact=True).input_value() == ""
    log_in(page, "okafor", PASSWORD)
    page.get_by_role("navigation", name="Main").wait_for()
    assert page.get_by_role("button", name=re.compile("Maria Okafor")).is_visible()
    page.reload()
    page.get_by_role("navigation", name="Main").wait_for()


def test_the_ledger_is_read_in_sentences_and_the_button_says_that_it_holds(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("okafor")
    page.goto(f"{platform_server.address}/record")
    entries = page.get_by_role("list", name="Entries of the ledger").get_by_role("listitem")
    entries.first.wait_for()
    assert entries.count() > 10
    page.get_by_role("button", name="Verify").click()
    verdict = page.get_by_test_id("verdict")
    verdict.wait_for()
    assert "The record holds:" in verdict.inner_text()
    picture(page, "record-verified")
    entries.first.get_by_role("link").click()
    page.get_by_text("This entry is in the signed tree").wait_for()
    picture(page, "entry")


def _dispose(page: Any, served: Served, exception: str, comment: str) -> Any:
    """Choose a disposition and open the signature dialog; returns the dialog."""
    page.goto(f"{served.address}/review?batch={served.batch}&exception={exception}")
    page.get_by_role("combobox", name="Disposition").click()
    page.get_by_role("option", name="Justified").click()
    page.get_by_label("Comment").fill(comment)
    page.get_by_role("button", name="Sign the disposition").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("You are signing").wait_for()
    return dialog


def _sign(dialog: Any, password: str, username: str = "okafor") -> None:
    dialog.get_by_label("Reason").fill("Reviewed with the trend.")
    prove(dialog, password, username)
    dialog.get_by_role("button", name="Sign", exact=True).click()


def test_an_exception_is_disposed_of_by_a_signature_over_what_was_shown(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("okafor")
    exception = platform_server.exceptions[0]
    dialog = _dispose(page, platform_server, exception, "Within the proven range.")
    assert dialog.get_by_role("button", name="Sign", exact=True).is_disabled()
    assert "Within the proven range." in dialog.inner_text()
    picture(page, "sign")
    _sign(dialog, "not the password")
    dialog.get_by_role("alert").wait_for()
    picture(page, "sign-refused")
    _sign(dialog, PASSWORD)
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()
    assert "Maria Okafor" in dialog.inner_text()
    picture(page, "signed")
    signatures = page.request.get(
        f"{platform_server.address}/api/ledger", params={"record_type": "record_signature"}
    ).json()["entries"]
    assert [entry["after"]["printed_name"] for entry in signatures] == ["Maria Okafor"]
    changes = page.request.get(
        f"{platform_server.address}/api/ledger", params={"record_id": exception}
    ).json()["entries"]
    assert [entry["after"]["state"] for entry in changes] == ["disposed", "open"]


def test_of_two_people_at_one_exception_the_second_is_told_that_it_changed(
    screen: Screen, platform_server: Served
) -> None:
    exception = platform_server.exceptions[1]
    first, second = screen("okafor"), screen("silva")
    dialog_of_first = _dispose(first, platform_server, exception, "Seen by Maria.")
    dialog_of_second = _dispose(second, platform_server, exception, "Seen by Rui.")
    _sign(dialog_of_first, PASSWORD)
    dialog_of_first.get_by_role("status").filter(has_text="Signed").wait_for()
    _sign(dialog_of_second, PASSWORD, "silva")
    alert = dialog_of_second.get_by_role("alert")
    alert.wait_for()
    picture(second, "sign-stale")
    assert "You saw version 1; it is version 2 now." in alert.inner_text()
    changes = first.request.get(
        f"{platform_server.address}/api/ledger", params={"record_id": exception}
    ).json()["entries"]
    assert [entry["after"]["comment"] for entry in changes] == ["Seen by Maria.", None]


def test_the_pages_have_no_serious_fault_of_accessibility(screen: Screen, platform_server: Served) -> None:
    found = faults(screen(None), "login")
    page = screen("okafor")
    page.goto(f"{platform_server.address}/record")
    page.get_by_role("list", name="Entries of the ledger").get_by_role("listitem").first.wait_for()
    page.get_by_role("button", name="Verify").click()
    page.get_by_test_id("verdict").wait_for()
    found += faults(page, "record")
    _dispose(page, platform_server, platform_server.exceptions[2], "Confirmed by the balance.")
    found += faults(page, "dialog")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").wait_for(state="hidden")
    assert found + faults(page, "review") == []
