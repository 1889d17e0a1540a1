"""An instrument's file goes from its bytes to a result in one command, or the command says why not."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.conftest import PUBLIC, Lab, Said, running_batch, verify

METHOD = """\
kind: method
code: PLATE-600
title: Mean absorbance of a plate at 600 nm
technique: document
instrument: {capability: absorbance}
worksheet:
  - {name: path_length, title: Path length, unit: "1", low: "0.1", high: "2"}
reportables:
  - analysis: od600
    title: Mean absorbance at 1 cm
    unit: "1"
    formula: mean(wells) / path
    inputs:
      wells: {source: series.Value, unit: "1", many: true}
      path: {source: worksheet.path_length, unit: "1"}
    cases: [{inputs: {wells: ["0.1", "0.3"], path: "0.5"}, result: "0.40"}]
"""
SPECIFICATION = """\
kind: specification
code: SPEC-PLATE
title: Growth in a plate
material: WATER
rounding: usp-7.20
criteria:
  - {analysis: od600, title: Absorbance, kind: release, method: PLATE-600, unit: "1", low: "0.10", high: "0.50"}
"""
VERDICTS = {
    "real_life.animl": "",
    "non_valid.animl": "needs a series 'Position'",
    "valid.animl": "stands outside a SeriesSet",
    "strict.animl": "stands outside a SeriesSet",
    "example.animl": "its namespace is None",
    "samples.xml": "a sampleID is empty",
    "animl_0.90.xml": "cannot be decoded",
}
"""Why each public file gives no result; only one does."""

public = pytest.mark.skipif(not PUBLIC.is_dir(), reason=f"the public AnIML files are not at {PUBLIC}")


@dataclass
class Bench:
    """A laboratory with a reader, an inbox and a batch; `sample` was drawn from it."""

    lab: Lab
    sample: str

    def bring(self, file: Path, *words: str, who: str = "anna") -> Said:
        """Import a file."""
        return self.lab.run("import", str(file), *words, "--dir", str(self.lab.folder), "--as", who)

    def get(self, path: str) -> Any:
        """What the hub answers."""
        from titer.cli.api import session

        with session(self.lab.folder, "anna") as api:
            return api.get(path)


@pytest.fixture
def bench(lab: Lab, tmp_path: Path) -> Bench:
    """From an empty installation to a sample on the bench, in commands."""
    batch = running_batch(lab, tmp_path)
    reader = lab.as_(
        "auto", "equipment", "add", "READER-1", "--name", "Varioskan LUX", "--level", "instrument",
        "--capability", "absorbance", "--json",
    )  # fmt: skip
    lab.as_("quentin", "sign", "equipment_node", reader.json["id"], "qualified", "--reason", "OQ 7")
    lab.as_("auto", "connection", "add", "animl", str(tmp_path), "--name", "inbox")
    for name, text in (("plate.yaml", METHOD), ("specification.yaml", SPECIFICATION)):
        (tmp_path / name).write_text(text)
        made = lab.as_("ada", "method", "submit", str(tmp_path / name), "--json").json
        lab.as_("ada", "sign", "lims_design", made["id"], "authored", "--reason", "as validated")
        lab.as_("quentin", "sign", "lims_design", made["id"], "approved", "--reason", "as validated")
    drawn = lab.as_(
        "anna", "sample", "register", "--batch", batch, "--analysis", "od600", "--specification", "SPEC-PLATE",
        "--json",
    ).json  # fmt: skip
    assert drawn["state"] == "available"
    return Bench(lab, drawn["number"])


@public
def test_a_public_file_goes_to_a_result_that_leads_back_to_its_bytes(bench: Bench, tmp_path: Path) -> None:
    source = PUBLIC / "examples_pyAnIML" / "real_life.animl"
    digest = sha256(source.read_bytes()).hexdigest()
    told = bench.bring(source)
    assert told.code == 0, told.err
    assert digest in told.out
    assert "Microplate Read" in told.out
    assert "Varioskan LUX (here: READER-1)" in told.out
    assert "Sample1 (unknown here)" in told.out
    assert "absorbance_0: Value, 96 values" in told.out
    assert "--method PLATE-600 --entry path_length=VALUE" in told.out
    lacking = bench.bring(source, "--sample", bench.sample, "--method", "PLATE-600")
    assert lacking.code == 1
    assert "Path length" in lacking.err
    assert "no result was entered" in lacking.err
    assert bench.get("/api/lims/runs") == [], "nothing is half written"
    words = ("--sample", bench.sample, "--method", "PLATE-600", "--entry", "path_length=0.50")
    said = bench.bring(source, *words, "--json")
    assert said.code == 0, said.err
    (work,) = said.json["tests"]
    plates = bench.get(f"/api/lims/samples/{bench.sample}")
    assert (work["test"]["state"], work["evaluation"]["outcome"]) == ("entered", "pass")
    wells = [row["raw"] for row in plates["measurements"] if row["name"] == "series.Value"]
    assert len(wells) == 192
    assert float(work["result"]["text"]) == pytest.approx(sum(map(float, wells)) / 192 / 0.5, abs=1e-9)
    assert work["result"]["pinned"]["imported"]["measured_at"] == "2020-06-22T11:38:00"
    chain = bench.get(f"/api/lims/results/{work['result']['id']}/origin")
    (kept,) = [link for link in chain if link["kind"] == "file"]
    assert kept["data"]["digest"] == digest
    out = tmp_path / "file.zip"
    bench.lab.as_("quentin", "export", "lims_raw_file", said.json["file"]["id"], "--out", str(out))
    assert verify(out).returncode == 0
    with zipfile.ZipFile(out) as archive:
        assert archive.read(f"files/content/{digest}") == source.read_bytes()
    shown = bench.lab.as_("anna", "sample", "show", bench.sample)
    assert f"SHA-256 {digest}" in shown.out
    for who, meaning in (("ben", "reviewed"), ("quentin", "approved")):
        bench.lab.as_(
            who, "sign", "lims_run", said.json["run"]["id"], meaning, "--reason", "Data and trail read."
        )
    (done,) = bench.get(f"/api/lims/samples/{bench.sample}")["tests"]
    assert (done["test"]["state"], done["result"]["state"]) == ("approved", "approved")
    again = bench.bring(source, *words)
    assert again.code == 1
    assert "processed already" in again.err


@public
@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_each_public_file_gets_the_verdict_that_it_deserves(lab: Lab, tmp_path: Path, name: str) -> None:
    (source,) = PUBLIC.glob(f"examples*/**/{name}")
    refused = lab.run("import", str(source), "--dir", str(lab.folder), "--as", "anna")
    assert refused.code == 1
    assert "connection add animl" in refused.err
    lab.as_("auto", "connection", "add", "animl", str(tmp_path), "--name", "inbox")
    said = lab.run(
        "animl", "install", str(PUBLIC / "schemas"), "--techniques", str(PUBLIC / "techniques"),
        "--dir", str(lab.folder),
    )  # fmt: skip
    assert said.code == 0, said.err
    bench = Bench(lab, "")
    said = bench.bring(source)
    (row,) = bench.get("/api/lims/files")
    assert row["digest"] == sha256(source.read_bytes()).hexdigest()
    if VERDICTS[name]:
        assert said.code == 1
        assert VERDICTS[name] in said.err
        assert "in quarantine" in said.err
        assert row["disposition"] == "quarantined"
    else:
        assert said.code == 0, said.err
        assert "against the core schema, and against Microplate Read" in said.out
        assert "No effective method reads it" in said.out
        assert row["disposition"] == "pending"
    assert bench.bring(source).code == said.code
    assert len(bench.get("/api/lims/files")) == 1, "the same bytes are taken once"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<AnIML><SampleSet>", "line 1, column"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><AnIML>&a;</AnIML>', "DTD"),
        (b"\x89PNG\r\n", "not well-formed"),
        (b"<html/>", "no AnIML document"),
    ],
)
def test_what_cannot_be_read_is_kept_in_quarantine_and_the_command_says_why(
    lab: Lab, tmp_path: Path, data: bytes, says: str
) -> None:
    bad = tmp_path / "bad.animl"
    bad.write_bytes(data)
    lab.as_("auto", "connection", "add", "animl", str(tmp_path), "--name", "inbox")
    bench = Bench(lab, "")
    said = bench.bring(bad)
    assert said.code == 1
    assert says in said.err
    (row,) = bench.get("/api/lims/files")
    assert (row["disposition"], row["run_id"]) == ("quarantined", None)
    assert says in row["reason"]


def test_what_is_asked_for_in_vain_is_refused_before_the_file_is_taken(lab: Lab, tmp_path: Path) -> None:
    lab.as_("auto", "connection", "add", "animl", str(tmp_path), "--name", "inbox")
    file = tmp_path / "run.animl"
    file.write_bytes(b"<AnIML/>")
    bench = Bench(lab, "")
    for words, says in (
        (("--sample", "S-1"), "Give --method CODE"),
        (("--method", "M"), "Give --sample NUMBER"),
        (("--sample", "S-1", "--method", "M"), "titer method submit"),
        (("--run", "R-1"), "no run R-1"),
        (("--run", "R-1", "--method", "M"), "--run, or --sample"),
        (("--sample", "S-1", "--method", "M", "--entry", "x"), "NAME=VALUE"),
        (("--entry", "x=1"), "belongs to a result"),
    ):
        said = bench.bring(file, *words)
        assert said.code == 1, words
        assert says in said.err, said.err
    assert bench.get("/api/lims/files") == []


@public
def test_a_file_of_an_unknown_instrument_or_without_what_the_method_reads_gives_no_result(
    bench: Bench, tmp_path: Path
) -> None:
    source = (PUBLIC / "examples_pyAnIML" / "real_life.animl").read_bytes()
    words = ("--sample", bench.sample, "--method", "PLATE-600", "--entry", "path_length=1")
    strange = tmp_path / "strange.animl"
    strange.write_bytes(source.replace(b"Varioskan LUX</Name>", b"Another reader</Name>"))
    said = bench.bring(strange, *words)
    assert said.code == 1
    assert "Another reader, which is not registered here" in said.err
    empty = tmp_path / "empty.animl"
    empty.write_bytes(source.replace(b'name="Value"', b'name="Signal"'))
    said = bench.bring(empty, *words)
    assert said.code == 1
    assert "has no series Value, which PLATE-600 reads" in said.err
    assert bench.get("/api/lims/runs") == []
    (test,) = bench.get(f"/api/lims/samples/{bench.sample}")["tests"]
    assert (test["test"]["state"], test["result"]) == ("planned", None)
