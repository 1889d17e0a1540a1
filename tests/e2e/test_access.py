"""The way in, as people use it: lock-out and its alert, an authenticator, a passkey, a terminal."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyotp import TOTP
from tests.e2e.conftest import PASSWORD, Screen, Served, faults, log_in, picture, prove

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
NEW = "a wholly new pass phrase"


@pytest.fixture
def named(platform_server: Served) -> str:
    """The pages' address by the host's name: passkeys belong to a name, never to a number."""
    return platform_server.address.replace("127.0.0.1", "localhost")


def account(page: Any) -> None:
    """Open My account from the person's menu."""
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("menuitem", name="My account").click()
    page.get_by_role("heading", name="My account").wait_for()


def next_code(device: TOTP) -> str:
    """A code that was not used yet: the next step's is taken early, since clocks may lie one step apart."""
    return device.at(int(time.time()) + 30)


def enrol(page: Any) -> TOTP:
    """Enrol an authenticator on the page of one's account."""
    page.get_by_role("button", name="Add an authenticator").click()
    dialog = page.get_by_role("dialog", name="Add an authenticator")
    dialog.get_by_label("Password now").fill(PASSWORD)
    dialog.get_by_role("button", name="Go on").click()
    key = page.get_by_test_id("totp-key")
    key.wait_for()
    device = TOTP(key.inner_text().replace(" ", ""))
    assert page.get_by_role("img", name="The key as a code to scan").is_visible()
    picture(page, "account-totp")
    row = page.get_by_role("table", name="Second factors").get_by_role(
        "row", name=re.compile("Authenticator")
    )
    refused = dialog.get_by_role("alert")
    for _ in range(2):
        # The step before now's: the code of now stays good for what comes next. Where a step ends between the typing
        # and the look at it, it is two steps old, and the one that follows is not.
        page.get_by_label("Code that it shows now").fill(device.at(int(time.time()) - 30))
        page.get_by_role("button", name="Confirm").click()
        row.or_(refused).first.wait_for()
        if row.is_visible():
            return device
    row.wait_for()
    return device


def test_a_locked_out_person_is_told_and_the_administrator_sees_it_at_once(
    screen: Screen, platform_server: Served
) -> None:
    administrator = screen("adler")
    administrator.get_by_role("heading", name="For you", exact=True).wait_for()
    page = screen()
    for _ in range(5):
        log_in(page, "weber", "not the password")
        page.get_by_role("alert").filter(has_text="User name or password is wrong.").wait_for()
        page.get_by_label("Password", exact=True).and_(page.locator(":enabled")).wait_for()
        page.wait_for_function("document.querySelector('input[type=password]').value === ''")
    log_in(page, "weber", PASSWORD)
    page.get_by_role("alert").filter(has_text="locked after too many failed attempts").wait_for()
    picture(page, "login-locked")
    # Nothing is reloaded: the event stream brings it.
    alert = administrator.get_by_role("list", name="Waiting for you").get_by_role("listitem")
    alert.filter(has_text="Locked out").filter(has_text="Jonas Weber").wait_for()
    picture(administrator, "locked-alert")
    entries = administrator.request.get(
        f"{platform_server.address}/api/ledger", params={"record_type": "record_access_event"}
    ).json()["entries"]
    assert [entry["after"]["kind"] for entry in entries[:6]] == ["login_failed"] * 6


def test_an_authenticator_is_enrolled_asked_for_at_log_in_and_at_a_signature(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("silva")
    account(page)
    device = enrol(page)
    picture(page, "account")
    again = screen()
    log_in(again, "silva", PASSWORD)
    again.get_by_text("One thing more, silva").wait_for()
    picture(again, "login-second")
    again.get_by_label("Code of your authenticator").fill("000000")
    again.get_by_role("button", name="Log in").click()
    again.get_by_role("alert").filter(has_text="wrong").wait_for()
    log_in(again, "silva", PASSWORD)
    code = device.now()
    again.get_by_label("Code of your authenticator").fill(code)
    again.get_by_role("button", name="Log in").click()
    again.get_by_role("navigation", name="Main").wait_for()
    administrator = screen("adler")
    _policy(administrator, platform_server, factor_meanings=["*"])
    try:
        dialog = _dispose(again, platform_server, platform_server.exceptions[0])
        prove(dialog, PASSWORD, "silva")
        sign = dialog.get_by_role("button", name="Sign", exact=True)
        assert sign.is_disabled(), "a second factor is asked for"
        picture(again, "sign-second")
        dialog.get_by_label("Code of your authenticator").fill(code)
        sign.click()
        dialog.get_by_role("alert").filter(has_text="wrong").wait_for()
        prove(dialog, PASSWORD, "silva")
        dialog.get_by_label("Code of your authenticator").fill(next_code(device))
        sign.click()
        dialog.get_by_role("status").filter(has_text="Signed").wait_for()
    finally:
        _policy(administrator, platform_server, factor_meanings=[])


def _policy(page: Any, served: Served, **changes: Any) -> None:
    """The administrator of the page changes the access policy."""
    now = page.request.get(f"{served.address}/api/access-policy").json()
    csrf = page.request.get(f"{served.address}/api/session").json()["csrf"]
    kept = {name: value for name, value in now.items() if name not in ("changed_at", "meanings", "bounds")}
    answer = page.request.put(
        f"{served.address}/api/access-policy",
        data={**kept, **changes, "reason": "test"},
        headers={"X-CSRF-Token": csrf},
    )
    assert answer.status == 204, answer.text()


def _dispose(page: Any, served: Served, exception: str) -> Any:
    page.goto(f"{served.address}/review?batch={served.batch}&exception={exception}")
    page.get_by_role("combobox", name="Disposition").click()
    page.get_by_role("option", name="Justified").click()
    page.get_by_label("Comment").fill("Within the proven range.")
    page.get_by_role("button", name="Sign the disposition").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Reviewed with the trend.")
    return dialog


@pytest.fixture
def with_passkeys(browser: Any, named: str) -> Iterator[Callable[[str], Any]]:
    """A browser with Chromium's virtual authenticator, whose user verifies: `with_passkeys("reyes")`."""
    contexts = []

    def open_one(username: str) -> Any:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        protocol = context.new_cdp_session(page)
        protocol.send("WebAuthn.enable")
        protocol.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        page.goto(named)
        log_in(page, username, PASSWORD)
        page.get_by_role("navigation").first.wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()


def test_a_passkey_is_registered_opens_a_session_and_is_a_second_factor(
    with_passkeys: Callable[[str], Any], screen: Screen, platform_server: Served, named: str
) -> None:
    page = with_passkeys("okafor")
    account(page)
    page.get_by_role("button", name="Add a passkey").click()
    dialog = page.get_by_role("dialog", name="Add a passkey")
    dialog.get_by_label("Name for the passkey").fill("This computer")
    dialog.get_by_label("Password now").fill(PASSWORD)
    dialog.get_by_role("button", name="Add a passkey").click()
    row = page.get_by_role("table", name="Second factors").get_by_role(
        "row", name=re.compile("This computer")
    )
    row.wait_for()
    assert "localhost" in row.inner_text()
    page.get_by_role("button", name="Rename This computer").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("My laptop")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("row", name=re.compile("My laptop")).wait_for()
    # Out, and in again with nothing but the passkey.
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("menuitem", name="Log out").click()
    page.get_by_role("button", name="Use a passkey instead").click()
    page.get_by_role("button", name=re.compile("Maria Okafor")).wait_for()
    assert page.request.get(f"{named}/api/session").json()["factors"] == ["passkey"]
    administrator = screen("adler")
    _policy(administrator, platform_server, factor_meanings=["disposed"])
    try:
        served = Served(named, platform_server.folder, platform_server.batch, platform_server.exceptions)
        dialog = _dispose(page, served, platform_server.exceptions[1])
        prove(dialog, PASSWORD)
        assert dialog.get_by_role("button", name="Sign", exact=True).is_disabled()
        dialog.get_by_role("button", name="Use a passkey").click()
        dialog.get_by_role("button", name="Passkey given").wait_for()
        picture(page, "sign-passkey")
        dialog.get_by_role("button", name="Sign", exact=True).click()
        dialog.get_by_role("status").filter(has_text="Signed").wait_for()
    finally:
        _policy(administrator, platform_server, factor_meanings=[])


def test_a_password_that_somebody_else_set_is_changed_before_anything_else(
    screen: Screen, platform_server: Served
) -> None:
    administrator = screen("adler")
    _policy(administrator, platform_server, temporary_passwords=True)
    try:
        page = screen()
        log_in(page, "tanaka", PASSWORD)
        page.get_by_text("Your password has to be changed before anything else.").wait_for()
        assert page.request.get(f"{platform_server.address}/api/people").status == 403
        dialog = page.get_by_role("dialog", name="Change the password")
        dialog.get_by_label("New password", exact=True).fill(NEW)
        dialog.get_by_label("New password again").fill(NEW)
        dialog.get_by_label("Password now").fill(PASSWORD)
        picture(page, "limited-password")
        dialog.get_by_role("button", name="Change the password").click()
        page.get_by_role("navigation", name="Main").wait_for()
        assert page.request.get(f"{platform_server.address}/api/people").status == 200
    finally:
        _policy(administrator, platform_server, temporary_passwords=False)


def test_the_account_has_no_serious_fault_of_accessibility(screen: Screen) -> None:
    page = screen("reyes")
    account(page)
    page.get_by_role("table", name="My sessions").wait_for()
    found = faults(page, "account")
    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("dialog").wait_for()
    assert found + faults(page, "account-password") == []
