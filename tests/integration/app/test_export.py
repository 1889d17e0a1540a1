"""A batch leaves the house: its series, its gaps, its papers, and the proof; marked where it is no real one."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.integration.app.conftest import START, TIMER, VERIFIER, Client, frame

from titer.app import Platform
from titer.app.batch_document import document
from titer.app.dossier import gather
from titer.app.export import export_batch, export_record
from titer.base.clock import us
from titer.base.errors import Invalid, NotAuthorised, NotFound
from titer.historian import SegmentDamaged
from titer.record import Actor
from titer.record.bundle import write_zip


def exported(people: dict[str, Client], number: str) -> bytes:
    answer = people["quentin"].client.post(
        "/api/exports",
        json={"record_type": "batch", "record_id": number, "reason": "inspection"},
        headers=people["quentin"].headers,
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return answer.content


def test_a_bundle_holds_series_gaps_and_papers_and_verifies(
    people: dict[str, Client], batch: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "batch.zip"
    out.write_bytes(exported(people, batch["number"]))
    verdict = subprocess.run(
        [sys.executable, str(VERIFIER), str(out)], capture_output=True, text=True, check=False
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    with zipfile.ZipFile(out) as archive:
        record = json.loads(archive.read("files/record.json"))
        table = pq.read_table(io.BytesIO(archive.read("files/derived/series/BR-201.parquet")))
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    assert table.num_rows == 59, "the value from before the batch is no part of its record"
    assert "files/derived/series/WB-01.parquet" not in names
    assert record["series"]["derived"]["files"] == ["derived/series/BR-201.parquet"]
    assert set(record["series"]["channels"]) == {"BR-201", "WB-01"}
    (gap,) = record["gaps"]
    assert (gap["state"], gap["channels"]) == ("opened", ["BR-201.Temperature.PV"])
    assert {"equipment_gap", "equipment_node"} <= {one["type"] for one in manifest["records"]}
    assert record["review"]["disposition"]["state"] == "awaiting_review"
    assert manifest["demo"] is True


def test_the_document_says_who_when_and_within_which_limits(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any]
) -> None:
    with platform.record.reading() as session:
        made = document(gather(platform, session, batch["id"]).data)
    assert made.mark == "DEMO - SIMULATED"
    sections = {section.title: section for section in made.sections}
    assert sections["Manual tasks"].rows == (
        ("Look at the vessel", "level: 15 L", "10 to 20", "yes", "Omar", "2026-03-02 10:00:00", "-"),
    )
    assert [row[0] for row in sections["Signatures"].rows] == ["Ada", "Ben", "Quentin"]
    assert sections["Gaps in the series"].rows[0][2] == "opened"
    head = dict(made.head)
    assert head["Start (plant time)"] == "2026-03-02 08:00:00"
    assert head["End (plant time)"] == "2026-03-02 10:00:00"
    answer = people["omar"].client.get(f"/api/mes/batches/{batch['number']}/record.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"


def test_an_export_needs_the_right_a_reason_and_a_record(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any]
) -> None:
    refused = people["omar"].client.post(
        "/api/exports",
        json={"record_type": "batch", "record_id": batch["number"], "reason": "curious"},
        headers=people["omar"].headers,
    )
    assert refused.status_code == 403
    for body, error in (
        (("batch", batch["number"], " "), Invalid),
        (("batch", "B-0000-0000", "audit"), NotFound),
        (("lims_run", "nothing", "audit"), NotFound),
        (("record_session", "nothing", "audit"), Invalid),
    ):
        with pytest.raises(error):
            export_record(platform, body[0], body[1], actor=Actor.timer("test"), reason=body[2])
    with pytest.raises(NotAuthorised):
        export_record(platform, "batch", batch["id"], actor=Actor.person("nobody"), reason="audit")


def members(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_sealed_segments_go_along_and_the_ledger_itself_holds_their_digests(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any], verifier: ModuleType
) -> None:
    assert platform.historian.health()["waiting_rows"] > 0, "nothing was sealed before the export"
    bundle = exported(people, batch["number"])
    assert platform.historian.health()["waiting_rows"] == 0
    files = members(bundle)
    names = [name for name in files if name.startswith("files/segments/")]
    assert names
    entries = [json.loads(line) for line in files["ledger/entries.jsonl"].splitlines()]
    rows = [entry["after"] for entry in entries if entry["record_type"] == "historian_segment"]
    for name in names:
        (row,) = [row for row in rows if "files/" + row["path"] == name]
        assert row["digest"] == hashlib.sha256(files[name]).hexdigest()
    found = verifier.verify(bundle)
    assert found["segments"] == len(names)
    assert found["contents"] >= 1
    told = json.loads(files["files/record.json"])["series"]
    assert [one["file"] for one in told["segments"]] == [name[6:] for name in sorted(names)]


def test_the_extract_is_derived_from_the_segments_that_go_along_and_from_nothing_else(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any]
) -> None:
    first = members(exported(people, batch["number"]))
    late = us(START) + 90 * 60_000_000 + 1
    later = frame("br201", "BR-201.Temperature.PV", [late], 99.0, epoch=2)
    platform.historian.append([later])
    with platform.record.reading() as session:
        dossier = gather(platform, session, batch["id"])
    sealed = [ref.path for ref in dossier.segments]
    name = "files/derived/series/BR-201.parquet"
    tags = ["BR-201.Temperature.PV"]
    again = platform.historian.extract(
        tags, us(dossier.span.start), us(dossier.span.end) + 1, of=dossier.segments
    )
    assert again == first[name], "a value that is not sealed is in no extract"
    second = members(exported(people, batch["number"]))
    assert len([one for one in second if one.startswith("files/segments/")]) == len(sealed) + 1
    table = pq.read_table(io.BytesIO(second[name]))
    assert 99.0 in table.column("value").to_pylist()
    kept = [pq.read_table(io.BytesIO(data)) for one, data in second.items() if "files/segments/" in one]
    values = {
        (tag, at, value)
        for part in kept
        for tag, at, value in zip(
            *(part.column(c).to_pylist() for c in ("tag", "source_us", "value")), strict=True
        )
    }
    columns = zip(*(table.column(c).to_pylist() for c in ("tag", "source_us", "value")), strict=True)
    assert set(columns) <= values


def test_a_segment_that_is_exchanged_is_named_with_the_entry_that_knew_it(
    people: dict[str, Client], batch: dict[str, Any], verifier: ModuleType
) -> None:
    files = members(exported(people, batch["number"]))
    name = next(one for one in sorted(files) if one.startswith("files/segments/"))
    with pytest.raises(verifier.Fault, match=name) as fault:
        verifier.verify(write_zip({**files, name: files[name][:-1] + b"?"}))
    assert "its entry in the ledger" in str(fault.value)
    other = "files/segments/day=2026-03-02/" + "0" * 64 + ".parquet"
    with pytest.raises(verifier.Fault, match="no entry of the ledger knows this sealed segment"):
        verifier.verify(write_zip({**files, other: files[name]}))
    with pytest.raises(verifier.Fault, match="is missing"):
        verifier.verify(write_zip({key: data for key, data in files.items() if key != name}))


def test_a_batch_can_go_without_the_segments_that_show_other_batches(
    platform: Platform, batch: dict[str, Any], verifier: ModuleType
) -> None:
    bundle = export_batch(platform, batch["id"], actor=TIMER, reason="for the contractor", segments=False)
    files = members(bundle)
    assert not any(name.startswith("files/segments/") for name in files)
    assert "files/derived/series/BR-201.parquet" in files
    told = json.loads(files["files/record.json"])["series"]["segments"]
    assert told and all(one["file"] is None and len(one["digest"]) == 64 for one in told)
    assert verifier.verify(bundle)["segments"] == 0


def test_a_damaged_segment_is_refused_and_not_exported(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any]
) -> None:
    exported(people, batch["number"])
    path = next((platform.folder / "historian" / "segments").glob("day=*/*.parquet"))
    path.chmod(0o640)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    with pytest.raises(SegmentDamaged, match="cannot be used"):
        export_batch(platform, batch["id"], actor=TIMER, reason="inspection")
