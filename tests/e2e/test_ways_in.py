"""Other ways in than a password: the site's provider, a terminal of the shop floor; and a proof asked for anew."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.e2e.conftest import (
    PAGES,
    PASSWORD,
    Screen,
    Served,
    _missing,
    _served,
    faults,
    log_in,
    picture,
    violations,
)
from tests.identity_provider import CLIENT, SECRET, IdentityProvider, serve

from titer.app import Platform
from titer.base import vault
from titer.record import Actor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
BADGE = "04A1B2C3D4"


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with serve(time.time) as made:
        yield made


@pytest.fixture(scope="module")
def platform_server(tmp_path_factory: pytest.TempPathFactory, provider: IdentityProvider) -> Iterator[Served]:
    """An installation with single sign-on, where the policy asks administrators for a proof of the last minutes."""
    if not PAGES.exists():
        _missing("the pages are not built: make pages")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def prepare(folder: Path) -> None:
        told = yaml.safe_load((folder / "titer.yaml").read_text())
        told["oidc"] = {
            "issuer": provider.issuer,
            "client_id": CLIENT,
            "secret_file": "keys/provider.secret",
            "redirect_uri": f"http://127.0.0.1:{port}/api/session/provider/return",
            "name": "Plant log-in",
        }
        (folder / "titer.yaml").write_text(yaml.safe_dump(told))
        sealing = vault.find(Path(told["key_file"]))
        sealing.write(folder / "keys" / "provider.secret", SECRET.encode(), vault.OWN_FILE)

    yield from _served(tmp_path_factory.mktemp("ways"), _furnished, port=port, prepare=prepare)


def _furnished(platform: Platform, people: dict[str, Actor], _batch: str) -> dict[str, str]:
    assert platform.single_sign_on is not None
    with platform.record.action(Actor.timer("test"), "record.person.change") as unit:
        platform.single_sign_on.link(unit, people["weber"].id, "weber@plant", "test")
        platform.single_sign_on.link(unit, people["adler"].id, "adler@plant", "test")
    with platform.record.action(Actor.timer("test"), "record.access_policy.change", reason="test") as unit:
        row = platform.identity.policies.row(unit.session)
        platform.identity.policies.change(unit, row.version if row else 0, proof_minutes=10)
    return {}


def _person(page: Any, served: Served, username: str) -> str:
    people = page.request.get(f"{served.address}/api/people").json()
    return next(str(one["id"]) for one in people if one["username"] == username)


def test_the_provider_opens_a_session_and_the_link_that_was_followed_goes_on(
    screen: Screen, platform_server: Served, provider: IdentityProvider
) -> None:
    provider.subject = "weber@plant"
    page = screen()
    page.goto(f"{platform_server.address}/people?tab=matrix&role=scientist")
    button = page.get_by_role("link", name="Log in by Plant log-in")
    button.wait_for()
    picture(page, "log-in-provider")
    assert violations(page) == []
    button.click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.wait_for_url("**/people?tab=matrix&role=scientist")
    said = page.request.get(f"{platform_server.address}/api/session").json()
    assert (said["person"]["username"], said["factors"]) == ("weber", ["provider"])


def test_a_subject_whom_nobody_here_is_linked_with_is_told_why_and_once(
    screen: Screen, provider: IdentityProvider
) -> None:
    provider.subject = "stranger@plant"
    page = screen()
    page.get_by_role("link", name="Log in by Plant log-in").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert (
        "The provider knows you as stranger@plant, and nobody here is linked with that." in alert.inner_text()
    )
    assert "Ask your administrator to link your account." in alert.inner_text()
    picture(page, "log-in-provider-refused")
    assert violations(page) == []
    page.reload()
    page.get_by_role("link", name="Log in by Plant log-in").wait_for()
    assert page.get_by_role("alert").count() == 0


def test_an_action_that_takes_a_fresh_proof_asks_for_it_and_goes_on_by_itself(
    screen: Screen, platform_server: Served, provider: IdentityProvider
) -> None:
    """The provider's word is no fresh proof, so an administrator who came that way is asked at once."""
    provider.subject = "adler@plant"
    page = screen()
    page.get_by_role("link", name="Log in by Plant log-in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    before = page.request.get(f"{platform_server.address}/api/session").json()
    weber = _person(page, platform_server, "weber")
    page.goto(f"{platform_server.address}/people/{weber}")

    def give(role: str, reason: str) -> Any:
        page.get_by_role("button", name=re.compile("^Give a role")).click()
        dialog = page.get_by_role("dialog", name=re.compile("Give a role"))
        dialog.get_by_role("combobox", name="Role").click()
        page.get_by_role("option", name=role, exact=True).click()
        dialog.get_by_label("Reason").fill(reason)
        dialog.get_by_role("button", name="Do it").click()
        return dialog

    asking = give("Steward", "Looks after the names")
    proof = page.get_by_role("dialog", name="Prove that it is you")
    proof.get_by_label("Password now").fill("not the password")
    proof.get_by_role("button", name="Go on").click()
    proof.get_by_role("alert").wait_for()
    picture(page, "step-up")
    proof.get_by_label("Password now").fill(PASSWORD)
    proof.get_by_role("button", name="Go on").click()
    proof.wait_for(state="hidden")
    asking.wait_for(state="hidden")
    page.get_by_role("button", name="Take Steward away").wait_for()
    after = page.request.get(f"{platform_server.address}/api/session").json()
    assert after["session_id"] != before["session_id"], "the session goes on under another token"
    assert after["factors"] == ["password", "provider"]
    give("Analyst", "Helps out").wait_for(state="hidden")
    page.get_by_role("button", name="Take Analyst away").wait_for()
    assert proof.count() == 0, "the proof is fresh now"


def test_a_proof_that_is_not_given_leaves_what_was_asked_for_undone(
    screen: Screen, platform_server: Served, provider: IdentityProvider
) -> None:
    provider.subject = "adler@plant"
    page = screen()
    page.get_by_role("link", name="Log in by Plant log-in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    lund = _person(page, platform_server, "lund")
    page.goto(f"{platform_server.address}/people/{lund}")
    page.get_by_role("button", name="Disable: Ingrid Lund").click()
    dialog = page.get_by_role("dialog", name=re.compile("Disable"))
    dialog.get_by_label("Reason").fill("Has left")
    dialog.get_by_role("button", name="Do it").click()
    proof = page.get_by_role("dialog", name="Prove that it is you")
    proof.get_by_role("button", name="Cancel").click()
    alert = dialog.get_by_role("alert")
    alert.wait_for()
    assert "fresh proof" in alert.inner_text()
    assert dialog.get_by_label("Reason").input_value() == "Has left"
    people = page.request.get(f"{platform_server.address}/api/people").json()
    assert next(one["active"] for one in people if one["username"] == "lund")


def test_from_registering_a_terminal_to_a_signature_with_badge_and_password(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("adler")
    page.goto(f"{platform_server.address}/people?tab=terminals")
    page.get_by_label("Reason").fill("New reactor")
    page.get_by_label("Name", exact=True).fill("T-201")
    page.get_by_label("Place").fill("Suite 2, by BR-201")
    page.get_by_role("button", name="Make this device a terminal").click()
    page.get_by_role("row", name=re.compile("T-201")).get_by_text("this device").wait_for()
    picture(page, "terminal-registered")
    assert violations(page) == []
    page.goto(f"{platform_server.address}/people/{_person(page, platform_server, 'silva')}")
    page.get_by_role("button", name="Give a badge: Rui Silva").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Number of the badge").fill(BADGE)
    dialog.get_by_label("Reason").fill("Works at the reactor")
    dialog.get_by_label("Password now").fill(PASSWORD)
    dialog.get_by_role("button", name="Do it").click()
    dialog.wait_for(state="hidden")
    page.get_by_role("region", name="Second factors").get_by_role(
        "row", name=re.compile("Badge")
    ).first.wait_for()
    picture(page, "person-factors")
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("menuitem", name="Log out").click()

    page.get_by_text("Terminal T-201, Suite 2, by BR-201").wait_for()
    picture(page, "terminal-log-in")
    assert violations(page) == []
    page.get_by_label("Badge", exact=True).last.fill(BADGE)
    page.get_by_role("button", name="Enter with the badge").click()
    page.get_by_role("navigation", name="Main").wait_for()
    said = page.request.get(f"{platform_server.address}/api/session").json()
    assert (said["person"]["username"], said["factors"], said["terminal"]) == ("silva", ["badge"], True)

    page.goto(f"{platform_server.address}/review?batch={platform_server.batch}")
    page.get_by_role("button", name=re.compile("Temperature above its limit")).click()
    page.get_by_role("combobox", name="Disposition").click()
    page.get_by_role("option", name="No impact").click()
    page.get_by_label("Comment").fill("Back within a minute.")
    page.get_by_role("button", name="Sign the disposition").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Read at the reactor.")
    sign = dialog.get_by_role("button", name="Sign", exact=True)
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    assert sign.is_disabled(), "at a terminal the badge is given again, beside the password"
    dialog.get_by_label("Badge").fill("04A1B2C3D5")
    sign.click()
    dialog.get_by_role("alert").wait_for()
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_label("Badge").fill(BADGE)
    picture(page, "terminal-sign")
    sign.click()
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()

    elsewhere = screen()
    assert elsewhere.request.get(f"{platform_server.address}/api/terminal").json() is None
    cookies = [one for one in page.context.cookies() if one["name"] == "titer_session"]
    elsewhere.context.add_cookies(cookies)
    answer = elsewhere.request.get(f"{platform_server.address}/api/session")
    assert answer.status == 401
    assert "another device" in answer.text()


def test_lost_factors_are_reset_on_the_persons_page_with_a_reason(
    screen: Screen, platform_server: Served
) -> None:
    page, worker = screen("adler"), screen("tanaka")
    tanaka = _person(page, platform_server, "tanaka")
    page.goto(f"{platform_server.address}/people/{tanaka}")
    page.get_by_role("button", name="Give a badge: Yuki Tanaka").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Number of the badge").fill("BADGE-77")
    dialog.get_by_label("Reason").fill("New")
    dialog.get_by_label("Password now").fill(PASSWORD)
    dialog.get_by_role("button", name="Do it").click()
    dialog.wait_for(state="hidden")
    page.get_by_role("region", name="Second factors").get_by_role(
        "row", name=re.compile("Badge")
    ).first.wait_for()
    page.get_by_role("button", name="Reset second factors: Yuki Tanaka").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Which").click()
    page.get_by_role("option", name="Badge").click()
    page.keyboard.press("Escape")
    dialog.get_by_label("Reason").fill("Lost on the way home")
    dialog.get_by_label("Password now").fill(PASSWORD)
    picture(page, "factors-reset")
    assert violations(page) == []
    dialog.get_by_role("button", name="Do it").click()
    page.get_by_text("The person proves with the password alone.").wait_for()
    assert worker.request.get(f"{platform_server.address}/api/session").status == 401
    asked = {"record_type": "record_access_event"}
    entries = page.request.get(f"{platform_server.address}/api/ledger", params=asked).json()["entries"]
    kinds = [(entry["after"]["kind"], entry["after"]["detail"], entry["reason"]) for entry in entries]
    assert ("factor_reset", "badge", "Lost on the way home") in kinds


def test_the_access_policy_is_changed_with_a_reason(screen: Screen, platform_server: Served) -> None:
    page = screen("adler")
    page.goto(f"{platform_server.address}/people?tab=access")
    field = page.get_by_label("Days that a delegation lasts at the most")
    field.fill("400")
    page.get_by_label("Reason").fill("Shorter leaves")
    page.get_by_role("button", name="Change the policy").click()
    page.get_by_role("alert").wait_for()
    assert "It lies between 1 and 366." in page.get_by_role("alert").inner_text()
    field.fill("30")
    page.get_by_role("button", name="Change the policy").click()
    page.get_by_role("status").filter(has_text="The policy is changed").wait_for()
    said = page.request.get(f"{platform_server.address}/api/access-policy").json()
    assert (said["delegation_days"], said["recertify_days"]) == (30, 180)


def test_policy_and_terminals_have_no_serious_fault_of_accessibility(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("adler")
    found = []
    for tab in ("access", "terminals"):
        page.goto(f"{platform_server.address}/people?tab={tab}")
        page.get_by_role("tabpanel").locator(".panel").first.wait_for()
        page.wait_for_load_state("networkidle")
        found += faults(page, f"people-{tab}")
    outside = screen(None)
    outside.get_by_role("link", name="Log in by Plant log-in").wait_for()
    assert found + faults(outside, "log-in") == []


def test_a_password_still_opens_the_house_beside_the_provider(page: Any) -> None:
    log_in(page, "reyes", PASSWORD)
    page.get_by_role("navigation", name="Main").wait_for()
