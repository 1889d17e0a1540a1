"""docs/how-to/beside-a-lims.md, typed as it stands: copies of a LIMS's results come in, and are compared."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.integration.cli.conftest import Lab

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "beside-a-lims.md"


def labware(path: Path) -> None:
    """A LIMS's database with a view of its results."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE result (RESULT_NO INTEGER PRIMARY KEY, SAMPLE_ID TEXT, ANALYSIS TEXT, ENTRY TEXT,"
            " UNITS TEXT, ENTERED_ON TEXT, CHANGED_BY_JOB INTEGER)"
        )
        connection.execute("CREATE VIEW V_RESULT AS SELECT * FROM result")
        connection.executemany(
            "INSERT INTO result VALUES (?, ?, 'GLUCOSE', ?, 'g/L', ?, 0)",
            [(n, f"S-{n}", f"4,{n:02}", f"2026-0{1 + n % 3}-02 08:30:00") for n in range(1, 31)],
        )


def test_a_reader_types_the_page_and_both_sides_agree(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TITER_DIR", str(lab.folder))
    labware(tmp_path / "labware.db")
    page = PAGE.read_text(encoding="utf-8")
    (described,) = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    described = described.replace("/srv/labware.db", str(tmp_path / "labware.db"))
    Path("labware.yaml").write_text(described)
    Path("archive.yaml").write_text(
        described.replace("labware-results", "labware-archive") + "legacy: true\n"
    )
    said: dict[str, str] = {}
    declared = ""
    for line in re.findall(r"^    (titer .*)$", page, re.MULTILINE):
        words = shlex.split(line.replace("SOR-2026-0001", declared))[1:]
        answer = lab.run(*words)
        assert answer.code == 0, line + answer.out + answer.err
        said[" ".join(words[:3])] = answer.out
        declared = (re.findall(r"SOR-\d{4}-\d{4}", answer.out) or [declared])[0]
    assert "LabWare" in said["system list --as"]
    assert "in force" in said["system list --as"]
    assert "30 rows read; 30 new, 0 changed" in said["source import labware-results"]
    assert "both sides agree, 0 differences" in said["source reconcile labware-results"]
    assert "value 4.01 g/L, x_result_no 1 (copy of LabWare)" in said["source copies labware-results"]
    assert "there 30, here 30, the same digest; 25 records compared" in said["source report labware-archive"]
    assert Path("report.pdf").read_bytes().startswith(b"%PDF-")

    with closing(sqlite3.connect("labware.db")) as connection, connection:
        connection.execute("UPDATE result SET ENTRY = '9,99' WHERE RESULT_NO = 7")
        connection.execute("DELETE FROM result WHERE RESULT_NO = 8")
    found = lab.as_("stella", "source", "reconcile", "labware-results", "--reason", "again", "--json").json
    assert {one["key"]: (one["kind"], one["state"]) for one in found["differences"]} == {
        "7": ("differs", "open"),
        "8": ("missing there", "open"),
    }
    lot = lab.run("source", "accept", "labware-results", "--reason", "x", "--as", "quentin")
    assert "There is no report" in lot.err
