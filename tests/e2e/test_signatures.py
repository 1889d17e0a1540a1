"""What a person sees and does when signing: the exact content and its digest, refusals, a series, a second factor."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pyotp import TOTP
from tests.e2e.conftest import (
    PAGES,
    PASSWORD,
    Screen,
    Served,
    _missing,
    _served,
    log_in,
    picture,
    prove,
    violations,
)
from tests.e2e.laboratory import Laboratory

from titer.app import Platform
from titer.quality.model import QualityException
from titer.record import Actor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
SECRET: dict[str, str] = {}


@pytest.fixture(scope="module")
def platform_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An installation whose policy asks for a second factor where a deviation is classified."""
    if not PAGES.exists():
        _missing("the pages are not built: make pages")
    yield from _served(tmp_path_factory.mktemp("signing"), _furnished)


def _furnished(platform: Platform, people: dict[str, Actor], batch: str) -> dict[str, str]:
    record, identity = platform.record, platform.identity
    with record.action(Actor.timer("test"), "quality.deviation.raise") as unit:
        platform.quality.raise_deviation(
            unit,
            title="Feed pump delivered less",
            description="8 % less than its totaliser.",
            batch_id=batch,
            exception_ids=[],
            key="feed",
        )
        remarks = [
            platform.quality.raise_exception(
                unit,
                kind="note",
                severity="minor",
                title=f"Remark {number + 1} of the operator",
                detail="Written beside the step.",
                batch_id=batch,
                subject_type="mes_phase",
                subject_id=f"step-{number}",
                evidence={"remark": f"note {number + 1}"},
                key=f"remark/{number}",
            )
            for number in range(6)
        ]
    _signed_and_changed(platform, people["silva"], remarks[5].id)
    with record.action(Actor.timer("test"), "record.install") as unit:
        with record.reading() as session:
            version = identity.policies.row(session).version
        identity.policies.change(unit, version, factor_meanings=("classified",))
        person = identity.create_person(
            unit, username="moreau", full_name="Lucie Moreau", password=PASSWORD, roles=("quality",)
        )
        person.policy_acknowledged_at = unit.now
        begun = identity.factors.begin_totp(unit, person, "Plant")
        code = TOTP(begun.secret).at(int(record.clock.now().timestamp()) - 30)
        identity.factors.confirm_totp(unit, person.id, begun.factor_id, code)
    SECRET["moreau"] = begun.secret
    return {}


def _signed_and_changed(platform: Platform, who: Actor, remark: str) -> None:
    """Somebody disposes of a remark with a signature, and its comment is changed afterwards."""
    Laboratory(platform, {"silva": who}, PASSWORD).sign(
        "silva", "quality_exception", remark, "disposed", disposition="no impact", comment="Read it."
    )
    with platform.record.action(Actor.timer("test"), "quality.exception.raise", reason="a slip") as unit:
        unit.get(QualityException, remark).comment = "Read it, and thought better of it."


def _open(page: Any, served: Served, title: str) -> None:
    page.goto(f"{served.address}/review?batch={served.batch}")
    page.get_by_role("button", name=re.compile(title)).click()


def _dispose(page: Any, served: Served, title: str, comment: str) -> Any:
    _open(page, served, title)
    page.get_by_role("combobox", name="Disposition").click()
    page.get_by_role("option", name="Justified").click()
    page.get_by_label("Comment").fill(comment)
    page.get_by_role("button", name="Sign the disposition").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("You are signing").wait_for()
    return dialog


def _button(dialog: Any, name: str = "Sign") -> Any:
    return dialog.get_by_role("button", name=name, exact=True)


def _signatures(page: Any, served: Served) -> list[dict[str, Any]]:
    asked = {"record_type": "record_signature", "limit": "500"}
    entries = page.request.get(f"{served.address}/api/ledger", params=asked).json()["entries"]
    return [entry["after"] for entry in entries]


def test_what_is_shown_is_what_is_hashed_and_signed_and_what_was_typed_survives_a_refusal(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("okafor")
    dialog = _dispose(page, platform_server, "Remark 1 of", "Read the remark.")
    assert "recomputed in this browser" in dialog.inner_text()
    dialog.get_by_role("button", name="Exact canonical content").click()
    exact = dialog.get_by_role(
        "region", name="The exact canonical text that is hashed and signed"
    ).inner_text()
    digest = hashlib.sha256(exact.encode()).hexdigest()
    short = " ".join(digest[at : at + 4] for at in (0, 4, 8))
    assert short in dialog.inner_text()
    assert json.loads(exact)["data"]["comment"] == "Read the remark."
    picture(page, "sign-canonical")
    assert violations(page) == []
    dialog.get_by_role("button", name="Readable content").click()

    dialog.get_by_label("Reason").fill("As the operator wrote.")
    prove(dialog, "not the password")
    _button(dialog).click()
    dialog.get_by_role("alert").wait_for()
    assert dialog.get_by_label("Reason").input_value() == "As the operator wrote."
    assert dialog.get_by_label("Password", exact=True).input_value() == ""
    assert "Read the remark." in dialog.inner_text()
    assert _button(dialog).is_disabled()

    prove(dialog, PASSWORD)
    _button(dialog).click()
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()
    dialog.get_by_text("Witnessed: what follows from it has begun").wait_for()
    picture(page, "signed-witnessed")
    assert _signatures(page, platform_server)[0]["digest"] == digest

    _button(dialog, "Close").last.click()
    _open(page, platform_server, "Remark 1 of")
    manifest = page.get_by_role("list", name="Signatures").get_by_role("listitem").first
    manifest.wait_for()
    said = manifest.inner_text()
    for part in ("Maria Okafor", "in force", "Disposed", "As the operator wrote.", short, "witnessed", "UTC"):
        assert part in said, f"{part} is not in {said}"
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", said)
    manifest.get_by_role("button", name="What was signed").click()
    manifest.get_by_text("The digest is that of this text").wait_for()
    assert exact in manifest.inner_text()
    page.mouse.wheel(0, 1500)
    picture(page, "manifest")
    assert violations(page) == []


def test_a_signature_is_marked_void_on_screen_once_the_record_that_was_signed_has_changed(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("okafor")
    _open(page, platform_server, "Remark 6 of")
    manifest = page.get_by_role("list", name="Signatures").get_by_role("listitem").first
    manifest.wait_for()
    assert manifest.get_attribute("data-validity") == "void"
    said = manifest.inner_text()
    for part in ("Rui Silva", "void", "Signed for version 1; void for version 3", "comment", "Disposed"):
        assert part in said, f"{part} is not in {said}"
    assert "in force" not in said
    manifest.get_by_role("button", name="What was signed").click()
    exact = manifest.get_by_role("region", name="The exact canonical text that is hashed and signed")
    exact.wait_for()
    assert json.loads(exact.inner_text())["data"]["comment"] == "Read it.", (
        "it stays with what it was given for"
    )
    manifest.scroll_into_view_if_needed()
    picture(page, "manifest-void")
    assert violations(page) == []


def test_a_page_that_shows_something_else_than_is_signed_is_found_out(
    screen: Screen, platform_server: Served
) -> None:
    page = screen("okafor")

    def another(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        body["canonical"] = body["canonical"].replace("Written beside the step.", "Nothing happened.")
        route.fulfill(response=answer, json=body)

    page.route("**/api/signatures/preview", another)
    dialog = _dispose(page, platform_server, "Remark 2 of", "Read the remark.")
    alert = dialog.get_by_role("alert")
    alert.wait_for()
    assert "another text than the one that its digest is of" in alert.inner_text()
    assert dialog.get_by_label("Reason").is_disabled()
    assert _button(dialog).is_disabled()
    picture(page, "sign-other-text")
    assert violations(page) == []

    def consistent(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        body["canonical"] = body["canonical"].replace("Written beside the step.", "Nothing happened.")
        body["digest"] = hashlib.sha256(body["canonical"].encode()).hexdigest()
        route.fulfill(response=answer, json=body)

    page.unroute("**/api/signatures/preview")
    page.route("**/api/signatures/preview", consistent)
    before = len(_signatures(page, platform_server))
    dialog = _dispose(page, platform_server, "Remark 2 of", "Read the remark.")
    dialog.get_by_label("Reason").fill("As shown.")
    prove(dialog, PASSWORD)
    _button(dialog).click()
    alert = dialog.get_by_role("alert")
    alert.wait_for()
    assert "What you were shown is no longer what would be signed" in alert.inner_text()
    assert len(_signatures(page, platform_server)) == before


def test_a_stale_version_is_told_and_read_again_while_the_dialog_stays_open(
    screen: Screen, platform_server: Served
) -> None:
    first, second = screen("okafor"), screen("silva")
    mine = _dispose(first, platform_server, "Remark 3 of", "Seen by Maria.")
    theirs = _dispose(second, platform_server, "Remark 3 of", "Seen by Rui.")
    for dialog, who in ((mine, "okafor"), (theirs, "silva")):
        dialog.get_by_label("Reason").fill("Read.")
        prove(dialog, PASSWORD, who)
    _button(mine).click()
    mine.get_by_role("status").filter(has_text="Signed").wait_for()
    _button(theirs).click()
    theirs.get_by_role("alert").wait_for()
    assert "it is version 2 now" in theirs.get_by_role("alert").inner_text()
    theirs.get_by_role("button", name="Read it again").click()
    theirs.get_by_text("It is disposed of already.").wait_for()
    assert theirs.get_by_label("Reason").input_value() == "Read."
    assert _button(theirs).is_disabled()
    picture(second, "sign-reread")


def test_a_series_is_opened_ticked_and_signed_whole_or_not_at_all(
    screen: Screen, platform_server: Served
) -> None:
    page, other = screen("okafor"), screen("silva")
    chosen = ("Remark 2 of", "Remark 4 of", "Remark 5 of")
    page.goto(f"{platform_server.address}/review?batch={platform_server.batch}")
    numbers = []
    for title in chosen:
        text = page.get_by_role("button", name=re.compile(title)).inner_text()
        numbers.append(re.search(r"EX-\d+-\d+", text)[0])  # type: ignore[index]
        page.get_by_role("checkbox", name=f"Choose {numbers[-1]} for a series").check()
    page.get_by_role("combobox", name="Disposition").click()
    page.get_by_role("option", name="No impact").click()
    page.get_by_label("Comment").fill("Remarks without consequence.")
    page.get_by_role("button", name="Read and sign 3").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("You are signing 3 records").wait_for()
    dialog.get_by_label("Reason").fill("Read each of them.")
    prove(dialog, PASSWORD)
    sign = dialog.get_by_role("button", name="Sign 3", exact=True)
    assert sign.is_disabled(), "nothing was read yet"
    assert dialog.get_by_role("checkbox", name=f"I have read {numbers[0]}").is_disabled(), "it was not opened"
    for number in numbers:
        assert sign.is_disabled()
        dialog.get_by_role("button", name=re.compile(f"^{number}")).click()
        dialog.get_by_role("region", name="What you sign").wait_for()
        dialog.get_by_role("checkbox", name=f"I have read {number}").check()
    picture(page, "series")
    assert violations(page) == []

    before = len(_signatures(page, platform_server))
    theirs = _dispose(other, platform_server, "Remark 4 of", "Seen by Rui meanwhile.")
    theirs.get_by_label("Reason").fill("Read.")
    prove(theirs, PASSWORD, "silva")
    _button(theirs).click()
    theirs.get_by_role("status").filter(has_text="Signed").wait_for()

    sign.click()
    alert = dialog.get_by_role("alert")
    alert.wait_for()
    assert numbers[1] in alert.inner_text() and "Nothing was signed" in alert.inner_text()
    assert len(_signatures(page, platform_server)) == before + 1, "Rui's alone"
    picture(page, "series-stale")
    dialog.get_by_role("button", name="Read it again").click()
    dialog.get_by_text("It is disposed of already.").wait_for()
    dialog.get_by_role("button", name=f"Take out {numbers[1]}").click()
    assert dialog.get_by_role("checkbox", name=f"I have read {numbers[0]}").is_checked(), "unchanged, so read"
    prove(dialog, PASSWORD)
    dialog.get_by_role("button", name="Sign 2", exact=True).click()
    dialog.get_by_role("status").filter(has_text="Signed 2 records").wait_for()
    picture(page, "series-signed")
    given = _signatures(page, platform_server)[:2]
    assert {one["reason"] for one in given} == {"Read each of them."}
    assert len({one["digest"] for one in given}) == 2


def test_a_second_factor_is_asked_for_where_the_policy_says_so(
    screen: Screen, platform_server: Served
) -> None:
    page = screen()
    codes = TOTP(SECRET["moreau"])
    log_in(page, "moreau", PASSWORD)
    page.get_by_label("Code of your authenticator").fill(codes.at(int(time.time())))
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("navigation").first.wait_for()
    page.goto(f"{platform_server.address}/review?batch={platform_server.batch}&tab=deviations")
    page.get_by_role("combobox", name="Classification").click()
    page.get_by_role("option", name="Minor").click()
    page.get_by_role("button", name="Sign the classification").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("No impact on the product.")
    prove(dialog, PASSWORD, "moreau")
    assert _button(dialog).is_disabled(), "the code is missing"
    dialog.get_by_label("Code of your authenticator").fill("000000")
    _button(dialog).click()
    dialog.get_by_role("alert").wait_for()
    picture(page, "sign-second-factor")
    assert dialog.get_by_label("Reason").input_value() == "No impact on the product."
    prove(dialog, PASSWORD, "moreau")
    # That of the next half minute: the one of log-in is good once, and clocks may be half a minute apart.
    dialog.get_by_label("Code of your authenticator").fill(codes.at(int(time.time()) + 30))
    _button(dialog).click()
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()
    assert _signatures(page, platform_server)[0]["meaning"] == "classified"
