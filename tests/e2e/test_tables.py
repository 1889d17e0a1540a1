"""A table's mapping is made against a sample: rows, columns, what would come out, draft, values, next revision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import Screen, Served, faults

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
PATIENCE_MS = 120_000
SAMPLE = "Logger 7;;;\nTime;pH;Temp;Operator\n28.11.2026 10:00;7,05;36,8;mo\n28.11.2026 10:01;seven;36,9;mo\n"
RIGHT = SAMPLE.replace("seven", "7,06")


def _sound(page: Any, name: str) -> None:
    assert faults(page, name) == []


def test_a_table_is_mapped_against_a_sample_drafted_and_its_files_become_values(
    screen: Screen, links_server: Served, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text(SAMPLE, encoding="utf-8")
    right.write_text(RIGHT, encoding="utf-8")
    page = screen("mehta")
    page.goto(f"{links_server.address}/links")
    page.get_by_role("link", name="Add tables (CSV, Excel)").click()
    page.locator("input[type=file]").set_input_files(wrong)
    page.get_by_text("wrong.csv, 4 rows").wait_for(timeout=PATIENCE_MS)
    page.get_by_label("Columns are divided by").select_option("semicolon")
    page.get_by_label("Decimal sign").select_option(",")
    page.get_by_label("Row with the columns' names").fill("2")
    page.get_by_label("How the time is written").fill("%d.%m.%Y %H:%M")
    page.get_by_label("Time zone of its times").fill("Europe/Vienna")
    page.get_by_text("Nothing yet").wait_for(timeout=PATIENCE_MS)
    page.get_by_label("What the column Time is").select_option("time")
    page.get_by_label("What the column pH is").select_option("channel")
    page.get_by_label("Tag of the column pH").fill("L7.pH")
    page.get_by_label("Unit of the column pH").fill("1")
    page.get_by_label("What the column Temp is").select_option("channel")
    page.get_by_label("Tag of the column Temp").fill("L7.Temp")
    page.get_by_label("Unit of the column Temp").fill("degC")

    # A column that nobody decided on, and a cell that is no number, are told; nothing can be drafted.
    page.get_by_text("the column is neither mapped nor ignored for a reason").wait_for(timeout=PATIENCE_MS)
    page.get_by_label("What the column Operator is").select_option("ignored")
    page.get_by_label("Why the column Operator is ignored").fill("a name and no measured value")
    page.get_by_text("'seven' is no number").wait_for(timeout=PATIENCE_MS)
    page.get_by_text("row 4, pH").wait_for()
    page.get_by_label("Name of the connection").fill("logger-7")
    page.get_by_label("Folder on the connector host").fill(str(inbox))
    assert page.get_by_role("button", name="Draft the connection").is_disabled()
    _sound(page, "table-faults")

    page.locator("input[type=file]").set_input_files(right)
    page.get_by_text("Values: 4, in rows: 2. Cells that say that there is none: 0.").wait_for(
        timeout=PATIENCE_MS
    )
    page.get_by_text("2026-11-28T09:01:00.000000Z").first.wait_for()
    _sound(page, "table-sound")
    page.get_by_role("button", name="Draft the connection").click()
    page.get_by_role("heading", name="logger-7", exact=True).wait_for(timeout=PATIENCE_MS)

    # The host reads a file of the folder as the page read the sample.
    draft = inbox / "run.tmp"
    draft.write_text(RIGHT, encoding="utf-8")
    draft.replace(inbox / "run.csv")
    page.get_by_text("L7.pH").first.wait_for()
    page.get_by_text("7.06").first.wait_for(timeout=PATIENCE_MS)

    # The mapping as it stands is opened again, and becomes the next revision.
    page.get_by_role("link", name="Mapping").click()
    page.get_by_text("Revision 1, draft").wait_for(timeout=PATIENCE_MS)
    page.locator("input[type=file]").set_input_files(right)
    page.get_by_text("Values: 4, in rows: 2.").wait_for(timeout=PATIENCE_MS)
    page.get_by_label("Why the column Operator is ignored").fill("who stood there; the log-book says it too")
    page.get_by_label("Tag of the column Temp").wait_for()
    page.get_by_text("Values: 4, in rows: 2.").wait_for(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Draft the next revision").click()
    page.get_by_role("heading", name="logger-7", exact=True).wait_for(timeout=PATIENCE_MS)
    page.get_by_role("link", name="Mapping").click()
    page.get_by_text("Revision 2, draft").wait_for(timeout=PATIENCE_MS)
