"""Time series looked at freely: a million points, batches over each other, spectra; the address keeps the view."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.e2e.conftest import Screen, Served, faults
from tests.e2e.series import OLD, RAMAN, TAGS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def _open(page: Any, served: Served, **view: str) -> None:
    page.goto(f"{served.address}/trends?{urlencode(view)}")


def _points(page: Any) -> tuple[int, int]:
    """Drawn, and how many there are."""
    told = page.get_by_text(re.compile(r"points drawn|all drawn"))
    told.wait_for()
    numbers = [int(one.replace(",", "")) for one in re.findall(r"[\d,]*\d", told.inner_text())]
    return numbers[0], numbers[-1]


def test_a_million_points_of_eight_channels_are_drawn_zoomed_into_and_read_as_they_were_known_then(
    screen: Screen, trends_server: Served
) -> None:
    page = screen("weber")
    page.goto(f"{trends_server.address}/trends")
    page.get_by_text("No channel is chosen").wait_for()
    page.get_by_role("combobox", name="Channels, 8 at most").fill("BR-201.pH")
    page.get_by_role("option", name="BR-201.pH.PV").click()
    page.get_by_role("img", name=re.compile(r"^pH\.")).wait_for()
    assert "tags=BR-201.pH.PV" in page.url
    _open(page, trends_server, tags=",".join(TAGS), last="7d")
    page.get_by_role("img", name=re.compile("^BR-202 Agitation")).wait_for()
    shown, all_of_them = _points(page)
    assert all_of_them == 1_000_000
    assert 1_000 < shown < 8 * 5 * 800
    # The one value of each channel that stands out is among what was drawn.
    page.get_by_role("button", name=re.compile("^Table: ")).click()
    page.get_by_role("columnheader", name=re.compile("Value")).click()
    page.get_by_role("button", name=re.compile("^Chart: ")).click()
    assert faults(page, "trends") == []
    lane = page.get_by_role("img", name=re.compile("^BR-201 Temperature")).bounding_box()
    page.mouse.move(lane["x"] + lane["width"] * 0.97, lane["y"] + 40)
    page.mouse.down()
    page.mouse.move(lane["x"] + lane["width"] * 0.99, lane["y"] + 40, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("from="))
    page.wait_for_function("() => !document.body.innerText.includes('of 1,000,000 points')")
    assert _points(page)[1] < 900_000
    page.get_by_label("As known at (UTC)").fill("2020-01-01T00:00:00")
    page.get_by_text("as it would have been drawn then").wait_for()
    page.get_by_text("0 points, all drawn").wait_for()
    page.get_by_role("button", name="Everything known").click()
    page.get_by_text("0 points, all drawn").wait_for(state="detached")


def test_batches_lie_over_each_other_from_their_own_starts(screen: Screen, trends_server: Served) -> None:
    page = screen("weber")
    page.goto(f"{trends_server.address}/trends?tab=overlay")
    page.get_by_text("No batch is chosen").wait_for()
    page.get_by_role("combobox", name="Batches, 5 at most").click()
    page.get_by_role("option", name=re.compile("B-2026-0001")).click()
    page.get_by_role("option", name=re.compile("B-2026-0002")).click()
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Measurements, 4 at most").fill("Temp")
    page.get_by_role("option", name="Temperature.PV").click()
    page.keyboard.press("Escape")
    chart = page.get_by_role("img", name=re.compile(r"^Temperature\. B-2026-0001: .* B-2026-0002: "))
    chart.wait_for()
    legend = page.get_by_role("list", name="Legend")
    assert [legend.get_by_text(f"B-2026-000{n}").count() for n in (1, 2)] == [1, 1]
    assert faults(page, "trends-overlay") == []
    page.get_by_role("button", name=re.compile("^Table: ")).click()
    page.get_by_role("columnheader", name=re.compile("Since the start")).wait_for()
    assert page.get_by_role("cell", name="0 h", exact=True).count() >= 1
    page.reload()  # the address has it all
    page.get_by_role("img", name=re.compile("B-2026-0002")).wait_for()


def test_spectra_are_drawn_over_each_other_along_their_axis(screen: Screen, trends_server: Served) -> None:
    page = screen("weber")
    _open(page, trends_server, tab="spectra")
    page.get_by_role("combobox", name="Channel of spectra").click()
    page.get_by_role("option", name=RAMAN).click()
    page.get_by_text("3 of 3 in this window").wait_for()
    boxes = page.get_by_role("checkbox", name=re.compile("^Shown"))
    assert [boxes.nth(n).is_checked() for n in range(3)] == [True, False, False]
    boxes.nth(2).check()
    page.get_by_role("list", name="Legend").get_by_role("listitem").nth(1).wait_for()
    page.get_by_role("cell", name="Raman shift (1/cm)").first.wait_for()
    assert faults(page, "trends-spectra") == []


def test_quality_lets_series_go_whose_time_is_over_and_the_rest_stays(
    screen: Screen, trends_server: Served
) -> None:
    page = screen("okafor")
    page.goto(f"{trends_server.address}/record/keeping?tab=series")
    page.get_by_role("cell", name=OLD).wait_for()
    form = page.locator("form").filter(has=page.get_by_role("button", name="Set a class"))
    form.get_by_label("Class").fill("process")
    form.get_by_label("Years").fill("30")
    form.get_by_label("Rule that asks for it").fill("EU GMP chapter 4")
    form.get_by_role("combobox", name="Channels").fill("BR-201.pH")
    page.get_by_role("option", name="BR-201.pH.PV").click()
    form.get_by_label("Reason").fill("as agreed")
    form.get_by_role("button", name="Set a class").click()
    page.get_by_role("cell", name="BR-201.pH.PV").wait_for()
    due = page.get_by_role("region", name="Segments of channels that have a class")
    due.get_by_text("may go").wait_for()
    assert faults(page, "keeping-series") == []
    due.get_by_role("checkbox", disabled=False).check()
    gone = page.locator("form").filter(has=page.get_by_role("button", name="Retire 1 chosen segments"))
    assert gone.get_by_role("button").last.is_disabled()
    gone.get_by_label("Reason").fill("nobody needs it")
    gone.get_by_role("button").last.click()
    page.get_by_role("region", name="What was retired").get_by_text("SOP-7").wait_for()
    due.get_by_text("may go").wait_for(state="detached")
    assert page.get_by_role("button", name="Retire 1 chosen segments").count() == 0
