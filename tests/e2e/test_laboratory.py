"""What an inspector, a quality unit and an administrator do in the browser, on a laboratory with a file in it."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pyotp import TOTP
from tests.e2e.conftest import PASSWORD, VIEWS, Screen, Served, faults, log_in, picture, prove, violations
from tests.e2e.laboratory import CUT_SHORT, SECRET
from tests.e2e.warehouse import USED, WAITING

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

VERIFIER = Path(__file__).parents[2] / "verify" / "titer-verify.py"


def _downloaded(page: Any, button: Any) -> bytes:
    with page.expect_download() as waiting:
        button.click()
    return Path(waiting.value.path()).read_bytes()


def test_an_inspector_goes_from_a_certificate_to_the_instruments_bytes_in_three_clicks(
    screen: Screen, laboratory_server: Served
) -> None:
    page = screen("lund")
    page.goto(f"{laboratory_server.address}/lab/certificates/{laboratory_server.certificate}")
    page.get_by_role("link", name=re.compile(r"^97\.\d %$")).click()  # one: the result
    page.get_by_test_id("reported").filter(has_text="97.").wait_for()
    chain = page.get_by_role("list", name="Where from")
    chain.get_by_role("link", name=re.compile("Yuki Tanaka")).wait_for()  # one only, or this fails
    picture(page, "result-origin")
    chain.get_by_role("link", name=re.compile("^Injection 11")).click()  # two: the chromatogram
    drawn = page.get_by_role("img", name=re.compile("Chromatogram of .*: 3 integrated peaks"))
    drawn.locator("canvas").wait_for()
    assert page.get_by_text("The start was too late.").first.is_visible()
    told = page.get_by_test_id("sha256").inner_text().removeprefix("SHA-256 ")
    picture(page, "chromatogram")
    data = _downloaded(page, page.get_by_role("link", name="Download the original bytes"))  # three: the bytes
    assert hashlib.sha256(data).hexdigest() == told
    assert b"<AnIML" in data[:2000]
    page.get_by_role("link", name="Yuki Tanaka").first.click()
    page.get_by_role("cell", name="sec-hplc").wait_for()
    assert page.get_by_text("SOP-12 v3").is_visible()
    page.go_back()
    page.get_by_role("link", name="HPLC-02").first.click()
    page.get_by_role("cell", name="NIST 4242").wait_for()
    assert page.get_by_text("Calibration service").is_visible()
    picture(page, "calibration")


def test_quality_finds_what_waits_for_it_and_issues_the_certificate(
    screen: Screen, laboratory_server: Served
) -> None:
    page = screen("okafor")
    waiting = page.get_by_role("list", name="Waiting for you").get_by_role("listitem")
    mine = waiting.filter(has_text="Issue the certificate")
    mine.wait_for()
    badge = page.get_by_test_id("waiting-count")
    before = int(badge.inner_text().split()[0])
    assert before == waiting.count()
    picture(page, "waiting")
    assert "Issue the certificate" not in screen("lindqvist").get_by_role("main").inner_text()
    mine.get_by_role("link", name=re.compile("^Open")).click()
    page.get_by_role("button", name="Issue").click()
    dialog = page.get_by_role("dialog")
    facts = dialog.get_by_role("region", name="What you sign")
    facts.wait_for()
    picture(page, "sign-certificate")
    said = facts.inner_text()
    assert said.index("MAB7-HARVEST") < said.index("Identifiers")
    assert re.search(r"97\.\d %", said), "a value stands with its unit"
    assert "Purity (main peak)" in said and ">= 95.0 %" in said
    dialog.get_by_label("Reason").fill("Conforms.")
    prove(dialog, "not the password")
    dialog.get_by_role("button", name="Sign", exact=True).click()
    alert = dialog.get_by_role("alert")
    alert.wait_for()
    assert "User name or password is wrong." in alert.inner_text()
    assert "Log in first" not in alert.inner_text()
    assert dialog.get_by_label("Reason").input_value() == "Conforms."
    prove(dialog, PASSWORD)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()
    dialog.get_by_role("button", name="Close").last.click()
    page.get_by_role("region", name="Results").wait_for()
    page.get_by_text("Maria Okafor").nth(1).wait_for()
    page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile("^For you")).click()
    page.wait_for_function(
        f"document.querySelector('[data-testid=waiting-count]').innerText.startsWith('{before - 1}')"
    )


_HIDDEN = """shown => [shown, ...shown.querySelectorAll("*")]
  .filter(part => part.clientWidth > 0 && part.scrollWidth > part.clientWidth + 1)
  .map(part => `${part.className} ${part.scrollWidth} > ${part.clientWidth}`)"""
"""Parts that are wider than what is seen of them."""


def test_the_results_of_a_list_of_samples_are_shown_one_by_one_and_signed_as_a_series(
    screen: Screen, laboratory_server: Served
) -> None:
    page, codes = screen(), TOTP(SECRET["moreau"])
    log_in(page, "moreau", PASSWORD)
    page.get_by_label("Code of your authenticator").fill(codes.at(int(time.time())))
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("navigation").first.wait_for()
    page.goto(f"{laboratory_server.address}/lab?tab=sign")
    table = page.get_by_role("region", name="Results to approve")
    for number in laboratory_server.to_sign:
        row = table.get_by_role("row").filter(has_text=number)
        assert "bioburden: < 1 [CFU]/10mL" in row.inner_text()
        row.get_by_role("checkbox", name=f"Choose {number} for a series").check()
    picture(page, "to-sign")
    assert violations(page) == []
    page.get_by_role("button", name="Read and sign 3").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("You are signing 3 records").wait_for()
    dialog.get_by_label("Reason").fill("Agrees with the laboratory's certificates.")
    prove(dialog, PASSWORD, "moreau")
    sign = dialog.get_by_role("button", name="Sign 3", exact=True)
    digests = set()
    for number in laboratory_server.to_sign:
        assert sign.is_disabled(), "not each of them was read"
        line = dialog.get_by_role("button", name=re.compile(f"^{number}"))
        digests.add(re.search(r"[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}", line.inner_text())[0])  # type: ignore[index]
        line.click()
        shown = dialog.get_by_role("region", name="What you sign")
        shown.wait_for()
        assert number in shown.inner_text() and "< 1" in shown.inner_text()
        dialog.get_by_role("checkbox", name=f"I have read {number}").check()
    assert len(digests) == 3
    assert sign.is_disabled(), "the policy asks for a second factor where results are approved"
    # That of the next half minute: the one of log-in is good once, and clocks may be half a minute apart.
    dialog.get_by_label("Code of your authenticator").fill(codes.at(int(time.time()) + 30))
    for view in ("tablet", "desk"):
        width, height, _ = VIEWS[view]
        page.set_viewport_size({"width": width, "height": height})
        assert shown.evaluate(_HIDDEN) == [], (
            f"on a {view}, something that is signed is shown by scrolling alone"
        )
        picture(page, f"series-results.{view}")
    assert violations(page) == []
    sign.click()
    told = dialog.get_by_role("status").filter(has_text="Signed 3 records")
    told.wait_for()
    assert {one for one in digests if one in told.inner_text()} == digests
    picture(page, "series-results-signed")
    dialog.get_by_role("button", name="Close").last.click()
    page.get_by_text("No result waits for an approval.").wait_for()
    asked = {"record_type": "record_signature", "limit": "500"}
    entries = page.request.get(f"{laboratory_server.address}/api/ledger", params=asked).json()["entries"]
    given = [entry["after"] for entry in entries][:3]
    assert {(one["meaning"], one["printed_name"]) for one in given} == {("approved", "Lucie Moreau")}
    assert {" ".join(one["digest"][at : at + 4] for at in (0, 4, 8)) for one in given} == digests


def test_a_session_that_ended_asks_to_log_in_and_keeps_what_was_typed(
    screen: Screen, laboratory_server: Served
) -> None:
    page = screen("okafor")
    page.goto(f"{laboratory_server.address}/review?batch={laboratory_server.batch}")
    page.get_by_role("combobox", name="Disposition").click()
    page.get_by_role("option", name="Justified").click()
    page.get_by_label("Comment").fill("Within the proven range.")
    page.get_by_role("button", name="Sign the disposition").click()
    dialog = page.get_by_role("dialog", name="Sign")
    dialog.get_by_label("Reason").fill("Read with the trend.")
    page.context.clear_cookies()
    prove(dialog, PASSWORD)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    back = page.get_by_role("dialog", name="Log in again")
    back.wait_for()
    assert "Your session has ended." in back.inner_text()
    picture(page, "log-in-again")
    assert back.get_by_label("User name").input_value() == "okafor"
    back.get_by_label("Password", exact=True).fill(PASSWORD)
    back.get_by_role("button", name="Log in").click()
    back.wait_for(state="hidden")
    assert dialog.get_by_label("Reason").input_value() == "Read with the trend."
    prove(dialog, PASSWORD)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()


def test_a_file_in_quarantine_is_read_again_refused_in_words_and_set_aside_with_a_reason(
    screen: Screen, laboratory_server: Served
) -> None:
    page = screen("okafor")
    page.goto(f"{laboratory_server.address}/lab?tab=files")
    page.get_by_role("link", name=CUT_SHORT).click()
    page.get_by_role("heading", name=CUT_SHORT).wait_for()
    page.get_by_text("nothing: it could not be read").wait_for()
    again = page.get_by_role("button", name="Read it again")
    assert again.is_disabled(), "nothing is done without a reason"
    page.get_by_label("Reason").fill("The instrument's export was mended.")
    again.click()
    page.get_by_role("status").get_by_text("It was refused again").wait_for()
    assert faults(page, "file-in-quarantine") == []
    page.get_by_label("Reason").fill("It was cut off when the disk was full; HPLC-02 wrote it anew.")
    page.get_by_role("button", name="Set it aside").click()
    page.get_by_text("HPLC-02 wrote it anew").wait_for()
    page.get_by_role("button", name="Set it aside").wait_for(state="detached")
    assert _downloaded(page, page.get_by_role("button", name="The file's bytes")) == b"<AnIML"


def test_certificate_and_bundle_are_downloaded_and_the_bundle_verifies(
    screen: Screen, laboratory_server: Served, tmp_path: Path
) -> None:
    page = screen("okafor")
    page.goto(f"{laboratory_server.address}/lab/certificates/{laboratory_server.certificate}")
    pdf = _downloaded(page, page.get_by_role("button", name="Certificate (PDF)"))
    assert pdf.startswith(b"%PDF-1.7")
    page.get_by_role("button", name="Bundle (ZIP)").click()
    dialog = page.get_by_role("dialog")
    assert "inclusion proofs" in dialog.inner_text()
    dialog.get_by_label("Why it is taken out").fill("Inspection of today.")
    data = _downloaded(page, dialog.get_by_role("button", name="Bundle (ZIP)"))
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    bundle = tmp_path / "certificate.zip"
    bundle.write_bytes(data)
    answer = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(bundle)], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_quality_releases_a_lot_that_waits_and_sees_where_another_went(
    screen: Screen, laboratory_server: Served
) -> None:
    page = screen("okafor")
    waiting = page.get_by_role("list", name="Waiting for you").get_by_role("listitem")
    waiting.filter(has_text=WAITING).get_by_role("link", name=re.compile("^Open: Release the lot")).click()
    page.get_by_role("heading", name=f"Lot {WAITING}").wait_for()
    main = page.get_by_role("main")
    result = main.get_by_role("link", name="301 mosm/kg")
    result.wait_for()
    assert "has not been released" in main.inner_text()
    picture(page, "lot")
    main.get_by_role("button", name="Release").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("region", name="What you sign").wait_for()
    dialog.get_by_label("Reason").fill("Tested and conforming.")
    prove(dialog, PASSWORD)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()
    dialog.get_by_role("button", name="Close").last.click()
    main.get_by_text("Lot: released for use").wait_for()
    assert "has not been released" not in main.inner_text()
    assert main.get_by_role("button", name="Release").count() == 0
    result.click()
    page.get_by_test_id("reported").filter(has_text="301").wait_for()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Materials").click()
    table = page.get_by_role("region", name="Lots", exact=True)
    row = table.get_by_role("row").filter(has_text=USED)
    row.wait_for()
    assert "25 kg" in row.inner_text() and "7.5 kg" in row.inner_text()
    picture(page, "materials")
    row.get_by_role("link", name=USED).click()
    went = page.get_by_role("region", name=f"Where {USED} went")
    charge = went.get_by_role("row").filter(has_text="charged to")
    charge.wait_for()
    assert "B-2026-0001" in charge.inner_text() and "17.5 kg" in charge.inner_text()
    went.get_by_role("link", name=re.compile("^S-")).click()
    page.get_by_role("heading", name=re.compile("^Sample S-")).wait_for()

    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search records and actions").fill(f"lot {USED}")
    page.get_by_role("option").filter(has_text=USED).first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=f"Lot {USED}").wait_for()


def test_what_does_not_work_stands_in_the_header_in_words(screen: Screen, laboratory_server: Served) -> None:
    page = screen("lindqvist")
    told = page.get_by_role("status", name="What does not work")
    assert told.inner_text() == ""
    answer = page.request.get(f"{laboratory_server.address}/api/health").json()
    fault = {
        "what": "twin.estimator fails and is tried again.",
        "why": "Its last try ended with ValueError.",
        "do": "See hub.log.",
    }
    page.route(
        "**/api/health", lambda route: route.fulfill(json={**answer, "state": "impaired", "faults": [fault]})
    )
    page.reload()
    told.get_by_text(fault["what"]).wait_for()
    assert fault["do"] in told.inner_text()
    picture(page, "faults")


def test_records_are_found_by_number_name_and_kind_with_the_keyboard(
    screen: Screen, laboratory_server: Served
) -> None:
    page = screen("lund")
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search records and actions")
    for typed, found in (("COA-", "COA-"), ("novak", "Jana Novak"), ("run HPLC", "R-"), ("purity", "purity")):
        box.fill(typed)
        page.get_by_role("option").filter(has_text=found).first.wait_for()
    box.fill("Jana Novak")
    page.get_by_role("option").filter(has_text="Jana Novak").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Jana Novak").wait_for()
    assert page.get_by_role("dialog").count() == 0


def test_an_administrator_adds_a_person_who_logs_in(screen: Screen, laboratory_server: Served) -> None:
    page = screen("adler")
    page.goto(f"{laboratory_server.address}/people")
    page.get_by_label("Full name").fill("Kofi Mensah")
    page.get_by_label("User name").fill("mensah")
    page.get_by_label("First password").fill("a long first password")
    page.get_by_role("combobox", name="Roles").click()
    page.get_by_role("option", name="Analyst").click()
    page.keyboard.press("Escape")
    page.get_by_label("Reason").fill("New in the laboratory.")
    page.get_by_role("button", name="Add a person").click()
    page.get_by_role("heading", name="Kofi Mensah").wait_for()
    other = screen()
    log_in(other, "mensah", "a long first password")
    other.get_by_role("button", name=re.compile("Kofi Mensah")).wait_for()


def test_the_ledger_says_names_and_both_times_and_every_page_says_demo(
    screen: Screen, laboratory_server: Served
) -> None:
    page = screen("lund")
    page.goto(f"{laboratory_server.address}/record")
    entries = page.get_by_role("list", name="Entries of the ledger").get_by_role("listitem")
    entries.filter(has_text="Ingrid Lund logged in").first.wait_for()
    first = entries.first.inner_text()
    assert "Plant" in first and "Server" in first
    text = page.get_by_role("list", name="Entries of the ledger").inner_text()
    assert not re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-7", text), "an id stands where a name belongs"
    run, sample = (
        page.request.get(f"{laboratory_server.address}/api/lims/{what}").json()[0]["id"]
        for what in ("runs", "samples")
    )
    for path in (
        f"/lab/certificates/{laboratory_server.certificate}",
        f"/lab/results/{laboratory_server.result}",
        f"/lab/runs/{run}",
        f"/lab/samples/{sample}",
        "/units/HPLC-02",
        "/links/HPLC-02",
    ):
        page.goto(laboratory_server.address + path)
        page.locator("main .both-times").first.wait_for()
        assert page.get_by_text("DEMO · SIMULATED").is_visible()
    layers_off = page.get_by_role("navigation", name="Main")
    assert layers_off.get_by_role("link", name="Batches").count() == 0


def test_the_laboratorys_pages_have_no_serious_fault_of_accessibility(
    screen: Screen, laboratory_server: Served
) -> None:
    page = screen("okafor")
    found = []
    for name, path in (
        ("today", "/today"),
        ("certificate", f"/lab/certificates/{laboratory_server.certificate}"),
        ("result", f"/lab/results/{laboratory_server.result}"),
        ("lab", "/lab?tab=documents"),
        ("to-sign", "/lab?tab=sign"),
        ("people", "/people"),
        ("materials", "/materials"),
        ("lot", f"/materials/{USED}"),
        ("equipment", "/units/HPLC-02"),
        ("link", "/links/HPLC-02"),
    ):
        page.goto(laboratory_server.address + path)
        page.get_by_role("main").get_by_role("heading").first.wait_for()
        page.wait_for_load_state("networkidle")
        found += faults(page, name)
    assert found == []
