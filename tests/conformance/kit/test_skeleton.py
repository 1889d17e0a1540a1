"""`titer connector new` makes a package that is found by its entry point and passes the kit as it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from titer.cli.main import app


def test_a_new_connector_passes_the_kit_and_is_listed(tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["connector", "new", "densitometer", "--into", str(tmp_path), "--json"])
    assert made.exit_code == 0, made.output
    package = tmp_path / "titer-densitometer"
    assert json.loads(made.output)["folder"] == str(package)
    project = (package / "pyproject.toml").read_text()
    assert 'densitometer = "titer_densitometer.manifest:TYPE"' in project

    # Installed as an installer would: the module on the path, and metadata with the entry point of pyproject.toml.
    told = package / "src" / "titer_densitometer-0.1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: titer-densitometer\nVersion: 0.1.0\n")
    (told / "entry_points.txt").write_text(
        "[titer.connectors]\ndensitometer = titer_densitometer.manifest:TYPE\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(package / "src")}
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "manifest or once or cut",
            "tests",
        ],
        cwd=package,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "4 passed" in ran.stdout, ran.stdout
    listed = subprocess.run(
        [sys.executable, "-m", "titer.cli.main", "connector", "list"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "densitometer" in listed.stdout


def test_a_name_that_is_taken_or_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "titer-held").mkdir()
    for name, words in (("opcua", "already"), ("Turbidity", "small letters"), ("held", "exists")):
        refused = CliRunner().invoke(app, ["connector", "new", name, "--into", str(tmp_path)])
        assert refused.exit_code != 0
        assert words in f"{refused.output}{refused.exception}"
    assert [path.name for path in tmp_path.iterdir()] == ["titer-held"]
