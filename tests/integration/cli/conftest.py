"""A new installation and the command line on it, in this process, as one would type it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from titer.app.config import load
from titer.cli import main as commands
from titer.record.identity import service as identity_module
from titer.testing.connectors import quiet_port

PASSWORD = "correct horse battery"
PEOPLE = {
    "ada": ("scientist",),
    "ben": ("reviewer",),
    "quentin": ("quality",),
    "olga": ("process_owner",),
    "omar": ("operator",),
    "anna": ("analyst",),
    "auto": ("automation",),
}
RECIPE = """\
recipe: look
version: 1
product: WATER
units:
  BR:
    class: Bioreactor
    equipment: BR-201
procedure:
  - unit: BR
    do:
      - manual: Look at the vessel
        role: operator
        entries: [{name: level, prompt: Level, unit: L, low: 10, high: 20}]
"""

CHANNELS = """\
- {tag: BR-201.Temperature.PV, node: "ns=2;s=Temperature", unit: degC, low: 0, high: 60}
- {tag: BR-201.pH.PV, node: "ns=2;s=pH", unit: "1", low: 4, high: 10, resolution: 0.01}
"""
VERIFIER = Path(__file__).parents[3] / "verify" / "titer-verify.py"
PUBLIC = (
    Path(os.environ.get("TITER_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    / "connect/animl"
)


@dataclass
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


@dataclass
class Lab:
    """An installation and its command line."""

    folder: Path
    run: Callable[..., Said]

    def as_(self, who: str, *words: str) -> Said:
        """Run a command as a person, and insist that it works."""
        said = self.run(*words, "--dir", str(self.folder), "--as", who)
        assert said.code == 0, said.err
        return said


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Type a command; passwords come from the environment, and hashing costs little."""
    monkeypatch.setenv("TITER_PASSWORD", PASSWORD)
    monkeypatch.setenv("TITER_NEW_PASSWORD", PASSWORD)
    monkeypatch.setattr(
        identity_module,
        "PasswordHasher",
        lambda **_: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
    )

    def typed(*words: str) -> Said:
        capsys.readouterr()
        monkeypatch.setattr("sys.argv", ["titer", *words])
        code = commands.main()
        text = capsys.readouterr()
        return Said(code, text.out, text.err)

    return typed


@pytest.fixture(scope="session")
def templates() -> dict[str, Path]:
    """Installations that were made once, to be copied: nine commands take longer than most tests."""
    return {}


@pytest.fixture
def lab(
    tmp_path: Path,
    run: Callable[..., Said],
    templates: dict[str, Path],
    database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Lab:
    """An installation of this test's own, with people of every role."""
    folder = tmp_path / "lab"
    if database == "postgresql":
        return furnished(folder, run)
    if "lab" not in templates:
        templates["lab"] = furnished(tmp_path_factory.mktemp("template") / "lab", run).folder
    template = templates["lab"]
    shutil.copytree(template, folder)
    shutil.copy2(template.with_name("lab.key"), tmp_path)
    written = (folder / "titer.yaml").read_text()
    port = load(template).port
    told = written.replace(str(template), str(folder)).replace(f"port: {port}", f"port: {quiet_port()}")
    (folder / "titer.yaml").write_text(told)
    return Lab(folder, run)


def furnished(folder: Path, run: Callable[..., Said]) -> Lab:
    """An installation with people of every role, made by commands."""
    assert run("init", str(folder), "--port", str(quiet_port())).code == 0
    made = Lab(folder, run)
    for name, roles in PEOPLE.items():
        words = [word for role in roles for word in ("--role", role)]
        made.as_("admin", "user", "add", name, "--name", name.title(), *words)
    return made


def verify(bundle: Path) -> subprocess.CompletedProcess[str]:
    """What the verifier says of a bundle, in a process that knows nothing of Titer."""
    return subprocess.run(
        [sys.executable, str(VERIFIER), str(bundle)], capture_output=True, text=True, check=False
    )


def running_batch(lab: Lab, tmp_path: Path) -> str:
    """Walk the commands of the how-to up to a running batch; returns its number."""
    recipe, channels = tmp_path / "look.yaml", tmp_path / "channels.yaml"
    recipe.write_text(RECIPE)
    channels.write_text(CHANNELS)
    for name in ("ada", "ben", "quentin"):
        lab.as_(name, "policy", "--accept")
    node = lab.as_(
        "auto", "equipment", "add", "BR-201", "--name", "Reactor", "--class", "Bioreactor", "--json"
    )
    lab.as_("quentin", "sign", "equipment_node", node.json["id"], "qualified", "--reason", "IQ, OQ, PQ")
    added = lab.as_(
        "auto", "connection", "add", "opcua", "opc.tcp://127.0.0.1:4840", "--name", "br201",
        "--channels", str(channels), "--equipment", "BR-201", "--allow-unencrypted",
    )  # fmt: skip
    assert "2 channels" in added.out
    assert "NOT ENCRYPTED" in added.out
    assert "br201" in lab.as_("auto", "connection", "list").out
    lab.as_("ada", "recipe", "submit", str(recipe))
    for who, meaning in (("ada", "authored"), ("ben", "checked"), ("quentin", "approved")):
        lab.as_(who, "recipe", "sign", "look", meaning, "--reason", "as described")
    lab.as_("olga", "recipe", "effective", "look")
    started = lab.as_("olga", "batch", "start", "--recipe", "look", "--json")
    return str(started.json["number"])
