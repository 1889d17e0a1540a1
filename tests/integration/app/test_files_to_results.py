"""A file that lands in a watched folder becomes a result of a sample, which leads back to the file's bytes.

The whole way: the connector host scans the folder and reads the file in its sandbox, the hub keeps the bytes and
reads them by the same mapping, a person takes the file to a method, the result is signed. The readers are real
processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.integration.app.conftest import TIMER
from tests.integration.app.watched import Watched, watching

METHOD = """\
kind: method
code: MET-CSV
title: Metabolites from a table
technique: document
instrument: {capability: metabolites}
reportables:
  - analysis: glucose
    title: Glucose
    unit: g/L
    formula: mean(readings)
    inputs: {readings: {source: series.Glucose, unit: g/L, many: true}}
    cases: [{inputs: {readings: ["4.1", "4.3"]}, result: "4.20"}]
"""
SPECIFICATION = """\
kind: specification
code: SPEC-MET
title: Metabolites
material: WATER
rounding: usp-7.20
criteria:
  - {analysis: glucose, title: Glucose, kind: release, method: MET-CSV, unit: g/L, low: "1.00", high: "6.00"}
"""
MAPPING: dict[str, Any] = {
    "header_row": 1,
    "delimiter": "semicolon",
    "decimal": ",",
    "time": {"column": "Time", "format": "%d.%m.%Y %H:%M"},
    "sample": "Sample",
    "columns": [{"column": "Glucose", "unit": "g/L"}],
    "ignored": [{"column": "Operator", "reason": "a name and no measured value"}],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """An installation, and a host that watches its folders; shared, since it takes a while to start and to end."""
    with watching(tmp_path_factory.mktemp("watched") / "lab") as made:
        yield made


def drawn(site: Watched, analysis: str, specification: str) -> str:
    """The number of a sample that waits for an analysis."""
    with site.platform.record.action(TIMER, "lims.sample.register") as unit:
        made = site.platform.lims.register_sample(
            unit,
            batch_id="b-1",
            analyses=[analysis],
            specification_code=specification,
            sampled_at=unit.process_now,
        )
        return str(made.number)


def drop(folder: Path, name: str, data: bytes) -> Path:
    """A file as an instrument leaves it: all at once."""
    folder.mkdir(exist_ok=True)
    draft = folder / f"{name}.tmp"
    draft.write_bytes(data)
    draft.rename(folder / name)
    return folder


def table(number: str) -> bytes:
    """What the analyser writes: two readings of a sample."""
    rows = (f"{number};4,25", f"{number};4,35")
    lines = [
        "Time;Sample;Glucose;Operator",
        *(f"28.11.2026 10:0{at};{row};mo" for at, row in enumerate(rows)),
    ]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def test_a_table_in_a_watched_folder_becomes_a_signed_result_that_leads_back_to_its_bytes(
    site: Watched, tmp_path: Path
) -> None:
    site.publish("method", METHOD)
    site.publish("specification", SPECIFICATION)
    number = drawn(site, "glucose", "SPEC-MET")
    site.log_in("auto")
    inbox, data = tmp_path / "inbox", table(number)
    site.connect("metabolites", inbox, MAPPING, encoding="cp1252")

    # Values of a sample that is not ours are not passed over: the file gives no result, and nothing is half written.
    drop(inbox, "mixed.csv", data + b"28.11.2026 10:02;S-1999-0001;9,90;mo\r\n")
    mixed = site.file("mixed.csv")
    assert (mixed["disposition"], mixed["found"]["unknown_samples"]) == ("pending", ["S-1999-0001"])
    site.log_in("anna")
    asked = {"sample": number, "method": "MET-CSV", "instrument": "MA-01", "reason": "routine"}
    assert "S-1999-0001" in site.refused("/api/lims/imports", {**asked, "file_id": mixed["id"]})
    assert site.get("/api/lims/runs") == []

    drop(inbox, "run.csv", data)
    file = site.file("run.csv")
    assert (file["disposition"], file["digest"]) == ("pending", sha256(data).hexdigest()), file["reason"]
    (fit,) = site.get(f"/api/lims/files/{file['id']}")["methods"]
    assert (fit["code"], fit["analyses"]) == ("MET-CSV", ["glucose"])
    made = site.post("/api/lims/imports", {**asked, "file_id": file["id"]})
    (work,) = made["tests"]
    assert (work["result"]["text"], work["result"]["unit"]) == ("4.30", "g/L")
    assert work["evaluation"]["outcome"] == "pass"
    led_back(site, work["result"]["id"], data, {"column Glucose, rows 2, 3"})
    for who, meaning in (("ben", "reviewed"), ("quentin", "approved")):
        site.sign(who, "lims_run", made["run"]["id"], meaning)
    (done,) = site.get(f"/api/lims/samples/{number}")["tests"]
    assert (done["test"]["state"], done["result"]["state"]) == ("approved", "approved")


def led_back(site: Watched, result: str, data: bytes, places: set[str]) -> None:
    """The origin of a result names the places of its values, and the file: its bytes are those that were dropped."""
    chain = site.get(f"/api/lims/results/{result}/origin")
    (kept,) = [link for link in chain if link["kind"] == "file"]
    assert kept["data"]["digest"] == sha256(data).hexdigest()
    assert {link["data"]["source"]["path"] for link in chain if link["kind"] == "measurement"} == places
    assert site.bytes(kept["data"]["digest"]) == data


def test_a_loggers_table_is_its_channels_values_and_waits_for_nobody_until_somebody_brings_it(
    site: Watched, tmp_path: Path
) -> None:
    mapping = {**MAPPING, "ignored": [*MAPPING["ignored"], {"column": "Sample", "reason": "of no sample"}]}
    del mapping["sample"]
    site.log_in("auto")
    site.connect("logger", tmp_path / "inbox", mapping, encoding="cp1252")
    drop(tmp_path / "inbox", "log.csv", table("S-1"))
    file = site.file("log.csv")
    assert (file["disposition"], file["reason"]) == ("recorded", "its values went to the channels of logger")
    (document,) = [row for row in site.get("/api/equipment/documents") if row["file_name"] == "log.csv"]
    assert document["state"] == "imported"
    (last,) = site.until(lambda: site.get("/api/historian/last", tags="logger.Glucose"))
    assert (last["value"], last["unit"]) == (4.35, "g/L")
    brought = site.api.post_bytes(
        "/api/imports", table("S-2"), file_name="by-hand.csv", connection="logger", reason="of S-2"
    )
    row = site.file("by-hand.csv")
    assert (row["document_id"], row["disposition"]) == (brought["document_id"], "pending"), row["reason"]
    assert row["found"]["series"] == ["Glucose"]
