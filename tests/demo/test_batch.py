"""The life of the demo's batch as the person at the screen sees it: log in, watch, sign three times, verify."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.demo.conftest import Terminal, left_behind
from tests.demo.touring import follow_in_clicks, walk_the_tour
from tests.e2e.conftest import PAGES, VIEWS, _missing, log_in, picture, prove, violations
from tests.torture.killing import Course, course

from titer.cli.demo.people import (
    ANALYST,
    INSPECTOR,
    OPERATOR,
    OWNER,
    PASSWORD,
    PEOPLE,
    QUALITY,
    SCIENTIST,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600)]

VERIFIER = Path(__file__).parents[2] / "verify" / "titer-verify.py"
SETTING_UP_S, BATCH_S, ENDING_S = 600, 1500, 600

Screen = Callable[..., Any]


@pytest.fixture
def terminal(tmp_path: Path, where: Callable[[], tuple[str, ...]]) -> Iterator[Terminal]:
    """A demo that waits for a person at its three stops."""
    if not PAGES.exists():
        _missing("the pages are not built: make pages")
    started = Terminal(tmp_path / "demo", "--port", "0", *where())
    try:
        yield started
    finally:
        started.end()


@pytest.fixture
def people(browser: Any, terminal: Terminal) -> Iterator[Screen]:
    """A browser for each part: logged in, and the signature policy acknowledged."""
    thrown: list[str] = []
    opened: dict[str, Any] = {}

    def open_one(part: str, path: str = "/", view: str = "desk") -> Any:
        address = terminal.await_line(r"Titer runs at (http://\S+)", seconds=SETTING_UP_S).group(1)
        if part not in opened:
            width, height, scheme = VIEWS[view]
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
            )
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.on("pageerror", lambda error: thrown.append(f"{part}: {error}"))
            page.goto(address)
            log_in(page, PEOPLE[part].username, PASSWORD)
            page.get_by_role("navigation", name="Main").wait_for()
            policy = page.get_by_role("button", name="I acknowledge this")
            policy.click()
            policy.wait_for(state="detached")
            opened[part] = page
        page = opened[part]
        page.goto(address + path)
        page.get_by_role("main").wait_for()
        return page

    yield open_one
    for part, page in opened.items():
        picture(page, f"walk-last-{part.replace(' ', '-')}")
        page.context.close()
    assert thrown == []


def _sign(page: Any, reason: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("You are signing").wait_for()
    dialog.get_by_label("Reason").fill(reason)
    who = page.evaluate("fetch('/api/session').then(r => r.json()).then(s => s.person.username)")
    prove(dialog, PASSWORD, who)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()


def _turn(terminal: Terminal, what: str, seconds: float) -> str:
    """Wait for a stop; returns the path of its page."""
    terminal.await_line(rf"YOUR TURN: {what}", seconds=seconds)
    at = next(n for n, line in enumerate(terminal.lines) if re.search(rf"YOUR TURN: {what}", line))
    terminal.await_line(r"The plant waits for you", seconds=5)
    return re.sub(r"^https?://[^/]+", "", terminal.lines[at + 1].strip())


def _dispose_of_the_alert(page: Any) -> None:
    page.get_by_role("combobox", name="What was it?").click()
    page.get_by_role("option", name=re.compile("process", re.I)).first.click()
    page.get_by_label("What was found").fill(
        "Balance and totaliser differ: the pump delivers less than asked."
    )
    box = page.get_by_label("Raise a deviation")
    if not box.is_checked():
        box.check()
    page.get_by_role("button", name="Sign the disposition").click()
    _sign(page, "Trend and balance read.")
    picture(page, "walk-alert-signed")


def test_a_batch_from_recipe_to_disposition_watched_and_signed_in_the_browser(
    terminal: Terminal, people: Screen, courses: dict[str, Course], database: str
) -> None:
    faults: dict[str, list[str]] = {}

    def look(page: Any, name: str) -> None:
        page.wait_for_timeout(800)
        picture(page, f"walk-{name}")
        faults[name] = violations(page)

    batch = terminal.await_line(r"-> batch (B-\d+-\d+) started", seconds=SETTING_UP_S).group(1)

    operator = people(OPERATOR, "/units/BR-201")
    terminal.await_line(r"witnessed: Connect inoculum", seconds=BATCH_S)
    before = operator.get_by_role("main").inner_text()
    operator.wait_for_timeout(6_000)
    assert operator.get_by_role("main").inner_text() != before, "the unit's page shows no live values"
    look(operator, "unit")
    assert any("refused at the scan" in line for line in terminal.lines)

    scientist = people(SCIENTIST, "/batches")
    scientist.get_by_role("row").filter(has_text=batch).first.click()
    look(scientist, "batch")

    path = _turn(terminal, r"dispose of alert", BATCH_S)
    scientist = people(SCIENTIST, path)
    scientist.get_by_role("combobox", name="What was it?").wait_for()
    look(scientist, "alert")
    _dispose_of_the_alert(scientist)

    path = _turn(terminal, r"approve or reject proposal", BATCH_S)
    owner = people(OWNER, path)
    owner.get_by_role("button", name="Approve").wait_for()
    look(owner, "proposal")
    owner.get_by_role("button", name="Approve").click()
    _sign(owner, "Inside the proven range.")
    terminal.await_line(r"is approved by another person", seconds=60)

    terminal.await_line(r"gap of .* filled from the server's history", seconds=BATCH_S)
    look(people(SCIENTIST, "/links/BR-201"), "gap")
    terminal.await_line(r"the batch ended: Complete", seconds=BATCH_S)

    _turn(terminal, r"decide on batch", ENDING_S)
    quality = people(QUALITY, "/review")
    quality.get_by_role("button", name="Release").wait_for()
    look(quality, "review")
    quality.get_by_role("button", name="Release").click()
    _sign(quality, "Record reviewed; the certificate conforms.")
    terminal.await_line(r"the quality unit decided on the harvest: released", seconds=60)
    terminal.await_line(r"HOLDS \[DEMO\]", seconds=ENDING_S)

    inspector = people(INSPECTOR, "/record")
    inspector.get_by_role("button", name="Verify").click()
    verdict = inspector.get_by_test_id("verdict")
    verdict.wait_for(timeout=120_000)
    assert "The record holds:" in verdict.inner_text()
    look(inspector, "record")
    look(people(ANALYST, "/lab"), "lab")
    assert len(follow_in_clicks(people(INSPECTOR, "/lab"))) >= 5
    assert {name: found for name, found in faults.items() if found} == {}

    bundle = terminal.folder / "BATCH.zip"
    terminal.await_line(r"Ctrl\+C ends the demo", seconds=60)
    courses["undisturbed"] = course(terminal.folder / "lab")
    if database == "sqlite":  # the tour opens the file, and changes it
        assert walk_the_tour(terminal) > 10
    assert terminal.interrupt() == 0
    assert left_behind(terminal.folder) == []
    answer = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(bundle)], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
