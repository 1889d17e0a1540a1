"""A batch leaves the house: its series, its gaps, its papers, and the proof; marked where it is no real one."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select
from tests.integration.app.conftest import (
    START,
    TIMER,
    VERIFIER,
    Client,
    frame,
    furnished,
    logged_in,
    run_batch,
)

from titer.app import Platform
from titer.app.archive import archive_batch
from titer.app.batch_document import document
from titer.app.dossier import gather
from titer.app.export import export_batch, export_record
from titer.base.clock import ManualClock, iso, us
from titer.base.errors import Invalid, NotAuthorised, NotFound
from titer.historian import SegmentDamaged
from titer.historian.keeping import Keeping
from titer.record import Actor, reader, require_person
from titer.record.bundle import write_zip
from titer.record.schema import regulated_tables


@dataclass(frozen=True)
class House:
    """An installation whose batch has ended, for tests that change nothing in it."""

    platform: Platform
    people: dict[str, Client]
    batch: dict[str, Any]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    clock = ManualClock(START)
    made = furnished(tmp_path_factory.mktemp("house") / "lab", clock)
    people = logged_in(made)
    yield House(made, people, run_batch(made, people, clock))
    made.close()


@pytest.fixture(scope="module")
def bundle(house: House) -> bytes:
    """What a person got of the batch; it was sealed for that."""
    assert house.platform.historian.health()["waiting_rows"] > 0, "nothing was sealed before the export"
    made = exported(house.people, house.batch["number"])
    assert house.platform.historian.health()["waiting_rows"] == 0
    return made


def exported(people: dict[str, Client], number: str) -> bytes:
    answer = people["quentin"].client.post(
        "/api/exports",
        json={"record_type": "batch", "record_id": number, "reason": "inspection"},
        headers=people["quentin"].headers,
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return answer.content


def test_a_bundle_holds_series_gaps_and_papers_and_verifies(bundle: bytes, tmp_path: Path) -> None:
    out = tmp_path / "batch.zip"
    out.write_bytes(bundle)
    verdict = subprocess.run(
        [sys.executable, str(VERIFIER), str(out)], capture_output=True, text=True, check=False
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "NOT WHOLE" not in verdict.stdout
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
    house: House,
) -> None:
    platform, people, batch = house.platform, house.people, house.batch
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
    house: House,
) -> None:
    platform, people, batch = house.platform, house.people, house.batch
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


def test_whatever_record_is_asked_about_is_seen_as_it_was_at_an_instant(house: House) -> None:
    """Some of every kind that the installation has; of the batch, that it ran then and has ended since."""
    at, kinds = START + timedelta(hours=1), set[str]()
    with house.platform.record.reading() as session:
        for table in regulated_tables():
            for key in session.scalars(select(table.c.id).order_by(table.c.id.desc()).limit(3)):
                seen = reader.as_of(session, table.name, key, at)
                known = [one for one in reader.history(session, table.name, key) if one.time <= iso(at)]
                assert seen.agrees, (table.name, key)
                assert seen.version == (known[-1] if known else None)
                kinds.add(table.name)
        batch = reader.as_of(session, "mes_batch", house.batch["number"], at)
    assert len(kinds) >= 25, kinds
    assert batch.version is not None and batch.version.image is not None
    assert batch.version.image["ended_at"] is None
    assert ("ended_at", None) in {(one.field, one.before) for one in batch.since_then}


def test_sealed_segments_go_along_and_the_ledger_itself_holds_their_digests(
    bundle: bytes, verifier: ModuleType
) -> None:
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
    bundle: bytes, verifier: ModuleType
) -> None:
    files = members(bundle)
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
    house: House, verifier: ModuleType
) -> None:
    bundle = export_batch(
        house.platform, house.batch["id"], actor=TIMER, reason="for the contractor", segments=False
    )
    files = members(bundle)
    assert not any(name.startswith("files/segments/") for name in files)
    assert "files/derived/series/BR-201.parquet" in files
    told = json.loads(files["files/record.json"])["series"]["segments"]
    assert told and all(one["file"] is None and len(one["digest"]) == 64 for one in told)
    assert verifier.verify(bundle)["segments"] == 0


def test_a_batch_part_of_whose_series_were_retired_says_so_by_itself(
    platform: Platform,
    people: dict[str, Client],
    batch: dict[str, Any],
    clock: ManualClock,
    verifier: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tag = "BR-201.Temperature.PV"
    platform.historian.seal()
    late = frame("br201", tag, [us(START) + 3_700_000_000], 37.25, epoch=2)
    platform.historian.append([late])
    gone = retire(platform, tag, clock)
    with platform.record.reading() as session:
        quentin = require_person(session, "quentin")
        actor = Actor.person(quentin.id, None, quentin.full_name)
    archive = archive_batch(platform, batch["id"], actor=actor, reason="for the archive")
    files = members(archive)
    (told,) = json.loads(files["files/record.json"])["series"]["retired"]
    assert (told["digest"], told["rows_of_segment"], told["basis"]) == (gone, 60, "procedure 7")
    assert (told["from"][:16], told["to"][:16]) == ("2026-03-02T08:00", "2026-03-02T08:59")
    assert all(f"files/{kept['file']}" in files for kept in told["kept"])
    assert [kept["width_s"] for kept in told["kept"]] == [60, 3600]
    listed = {one["type"] for one in json.loads(files["manifest.json"])["records"]}
    assert {"historian_segment", "historian_retired"} <= listed
    assert b"Series that were retired" in files["files/index.html"]
    assert b"is not here: its values had been retired" in files["files/README.txt"]
    assert files["files/derived/series/BR-201.csv"].count(b"\n") == 2, "the value that is left"

    out = tmp_path / "archive.zip"
    out.write_bytes(archive)
    assert verifier.main([str(out)]) == 0
    said = capsys.readouterr().out
    assert (
        "NOT WHOLE: values of its series were retired, and are kept no longer: 1 sealed segments with 60"
        in said
    )
    assert "under raw (2 years, procedure 7); the last of them on 2029-03-02" in said
    assert [one["segment"] for one in verifier.verify(archive)["retired"]] == [gone]
    lines = files["ledger/entries.jsonl"].splitlines(keepends=True)
    hidden = b"".join(line for line in lines if b'"record_type":"historian_retired"' not in line)
    with pytest.raises(verifier.Fault, match="removed"):
        verifier.verify(write_zip({**files, "ledger/entries.jsonl": hidden}))

    alone = export_batch(platform, batch["id"], actor=TIMER, reason="for the contractor", segments=False)
    (told,) = json.loads(members(alone)["files/record.json"])["series"]["retired"]
    assert [kept["file"] for kept in told["kept"]] == [None, None], "they hold other batches' channels, too"
    assert verifier.verify(alone)["retired"]


def retire(platform: Platform, tag: str, clock: ManualClock) -> str:
    """Retire the first sealed segment after its time; returns its digest."""
    keeping = Keeping(platform.historian, lambda *_: [])
    with platform.record.action(TIMER, "historian.retention.set", reason="ours") as unit:
        keeping.set_class(unit, name="raw", years=2, basis="procedure 7")
        keeping.assign(unit, "raw", [tag])
    clock.advance(timedelta(days=3 * 365 + 1))
    gone = platform.historian.store.view().segments[0].digest
    with platform.record.action(TIMER, "historian.segment.retire", reason="over") as unit:
        keeping.retire(unit, [gone])
    platform.historian.forget([gone])
    return gone


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
