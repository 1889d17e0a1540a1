"""The commands of docs/how-to/history-in-and-out.md, typed as they stand there."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.conftest import Lab

from titer.base.errors import TooLarge
from titer.cli import series

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "history-in-and-out.md").read_text()
CHANNELS = (
    "- {tag: BR-201.pH.PV, node: s=pH, unit: ''}\n- {tag: BR-201.Temperature.PV, node: s=T, unit: degC}\n"
)


def commands() -> list[list[str]]:
    """Each command of the page, without the word titer and without who types it."""
    lines = [line.strip() for line in PAGE.splitlines() if line.startswith("    titer ")]
    return [shlex.split(line)[1:-2] for line in lines]


def test_the_commands_of_the_page_bring_history_in_and_out(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("channels.yaml").write_text(CHANNELS)
    lab.as_(
        "auto", "connection", "add", "opcua", "opc.tcp://127.0.0.1:1", "--name", "br", "--allow-unencrypted",
        "--channels", "channels.yaml",
    )  # fmt: skip
    Path("old.csv").write_text(
        "tag,time,value,unit\n"
        "BR-201.pH.PV,2026-03-02T08:00:00Z,7.1,\n"
        "BR-201.Temperature.PV,2026-03-02T08:00:00Z,36.9,degC\n"
    )
    Path("wide.csv").write_text("Timestamp,pH_4711\n2026-03-02 10:00:00,7.2\n2026-03-02 11:00:00,7.05\n")
    long, wide, export, keep, retention, retire = commands()
    told = lab.as_("auto", *long)
    assert "Imported 2 values of 2 channels" in told.out
    assert "2 answer questions now, 0 are kept behind another value" in told.out
    assert lab.as_("auto", *wide, "--json").json["found_count"] == 2
    lab.as_("auto", *export)
    with Path("ph.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["source_time"], row["value"], row["origin"]) for row in rows] == [
        ("2026-03-02 08:00:00.000000Z", "7.1", "file"),
        ("2026-03-02 09:00:00.000000Z", "7.2", "file"),
        ("2026-03-02 10:00:00.000000Z", "7.05", "file"),
    ]
    lab.as_("quentin", *keep)
    listed = lab.as_("quentin", *retention).out
    assert "process: 15 years, procedure QA-17, 3.2" in listed
    assert lab.as_("quentin", *retire).out == "Nothing is due.\n"
    other = lab.run(
        "series", "retire", "0" * 16, "--reason", "r", "--dir", str(lab.folder), "--as", "quentin"
    )
    assert (other.code, "is the beginning of 0 digests" in other.err) == (1, True)
    assert lab.run(*keep, "--dir", str(lab.folder), "--as", "anna").code == 1
    assert lab.run("verify", "--dir", str(lab.folder)).code == 0
    again = lab.run(*long, "--dir", str(lab.folder), "--as", "auto")
    assert again.code == 1
    assert "imported before, as old.csv" in again.err
    reviewer = lab.run(*long, "--dir", str(lab.folder), "--as", "anna")
    assert reviewer.code == 1
    assert "right" in reviewer.err


def test_what_is_no_file_of_history_is_said_in_a_sentence(lab: Lab, tmp_path: Path) -> None:
    bad = tmp_path / "old.csv"
    bad.write_text("tag,time,value\nBR-999.X,2026-03-02T08:00:00Z,1\n")
    words = ["series", "import", str(bad), "--reason", "test", "--dir", str(lab.folder), "--as", "auto"]
    said = lab.run(*words)
    assert said.code == 1
    assert "tag, rows 1 to 1: 'BR-999.X' is no channel of this plant" in said.err
    assert "NAME=COLUMN" in lab.run(*words, "--column", "time").err
    said = lab.run(
        "series", "export", "X", "--start", "2026-03-02", "--end", "2026-03-03T00:00:00Z",
        "--out", str(tmp_path / "x.csv"), "--dir", str(lab.folder), "--as", "auto",
    )  # fmt: skip
    assert said.code == 1
    assert "time zone" in said.err
    assert not (tmp_path / "x.csv").exists()


def test_history_that_is_too_large_is_refused_before_any_of_it_is_sent(tmp_path: Path) -> None:
    class Hub:
        def get(self, _path: str) -> dict[str, int]:
            return {"bytes": 0, "most": 10}

    hub: Any = Hub()  # it takes no piece
    large = tmp_path / "old.csv"
    large.write_bytes(b"tag,time,value\n")
    with pytest.raises(TooLarge, match="has 15 bytes, and this installation takes 10") as told:
        series._send(hub, large, "0" * 64, print)
    assert "largest_history" in told.value.do
