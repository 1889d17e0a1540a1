"""A table's mapping over HTTP: looked at, drafted, changed; by whoever may, and never half."""

from __future__ import annotations

import base64
import os
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.conftest import DATABASE
from tests.integration.equipment.conftest import as_

from titer.record import Identity

CSV = "Time;pH;Operator\n28.11.2026 10:00;7,05;mo\n"
MAPPING: dict[str, Any] = {
    "header_row": 1,
    "delimiter": "semicolon",
    "decimal": ",",
    "time": {"column": "Time", "format": "%d.%m.%Y %H:%M"},
    "columns": [{"column": "pH", "unit": "1"}],
    "ignored": [{"column": "Operator", "reason": "no measured value"}],
}
SAMPLE = {
    "content": base64.b64encode(CSV.encode()).decode(),
    "time_zone": "UTC",
    "encoding": "utf-8",
    "mapping": MAPPING,
}
TABLE = {
    "name": "logger",
    "folder": "/srv/logger",
    "time_zone": "UTC",
    "encoding": "utf-8",
    "mapping": MAPPING,
    "columns": [{"column": "pH", "tag": "L7.pH", "unit": "1"}],
}


@pytest.fixture
def database() -> str:
    """One of them: what is on each database is tried beside this."""
    return os.environ.get(DATABASE, "sqlite")


def test_a_sample_is_read_as_the_host_reads_it_and_a_draft_becomes_the_next_revision(
    page: TestClient,
) -> None:
    told = page.post("/api/equipment/tables/look", json=SAMPLE)
    assert told.status_code == 200, told.text
    assert told.json()["values"] == [
        {"column": "pH", "at": "2026-11-28T10:00:00.000000Z", "value": "7.05", "row": 2, "sample": ""}
    ]
    made = page.post("/api/equipment/tables", json=TABLE)
    assert made.status_code == 201, made.text
    held = page.get("/api/equipment/tables/logger").json()
    assert (held["revision"], held["state"], held["mapping"]) == (1, "draft", MAPPING)
    assert held["columns"] == TABLE["columns"]
    changed = {**MAPPING, "missing": ["", "ERROR"]}
    again = page.post("/api/equipment/tables", json={**TABLE, "mapping": changed})
    assert again.status_code == 201, again.text
    held = page.get("/api/equipment/tables/logger").json()
    assert (held["revision"], held["mapping"]) == (2, changed)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mapping": {**MAPPING, "columns": []}}, "No column becomes a channel"),
        (
            {"columns": [{"column": "pH", "tag": "L7.pH", "unit": "degC"}]},
            "not the columns that the mapping names",
        ),
        ({"time_zone": "Mars/Olympus"}, "no time zone"),
        ({"encoding": "klingon"}, "encoding"),
    ],
)
def test_a_draft_that_cannot_be_meant_leaves_nothing_behind(
    page: TestClient, change: dict[str, Any], words: str
) -> None:
    told = page.post("/api/equipment/tables", json={**TABLE, **change})
    assert told.status_code == 422 and words in told.text
    assert page.get("/api/equipment/tables/logger").status_code == 404


def test_looking_and_drafting_take_the_right(page: TestClient, identity: Identity) -> None:
    as_("omar", page, identity)
    assert page.post("/api/equipment/tables/look", json=SAMPLE).status_code == 403
    assert page.post("/api/equipment/tables", json=TABLE).status_code == 403
