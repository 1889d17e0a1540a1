"""`titer backup`, `restore`, `accept-restore`: beside a running hub, and alone under the lock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from titer.app import Config, create_installation, load, open_platform, write
from titer.base.errors import Invalid, NotAuthorised
from titer.cli.api import Problem
from titer.cli.main import app
from titer.cli.processes import start_hub
from titer.cli.restarting import HUB
from titer.record import Actor
from titer.server.supervisor import Supervisor
from titer.testing.connectors import quiet_port

PASSWORD = "correct horse battery"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose witness lies on another volume, with an administrator and an analyst."""
    folder = tmp_path / "lab"
    create_installation(folder, Config(name="lab", port=quiet_port(), witness=str(tmp_path / "volume")))
    made = open_platform(folder)
    with made.record.action(Actor.timer("test"), "record.person.create") as unit:
        for name, role in (("root", "administrator"), ("ada", "analyst")):
            made.identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
            )
    made.settle()
    made.close()
    monkeypatch.setenv("TITER_PASSWORD", PASSWORD)
    monkeypatch.setenv("TITER_USER", "root")
    return folder


@pytest.fixture
def served(lab: Path, tmp_path: Path) -> Iterator[Path]:
    supervisor = Supervisor(tmp_path / "logs")
    start_hub(supervisor, lab)
    assert HUB in supervisor.children
    yield lab
    supervisor.end_all()


def run(*words: object) -> Result:
    answer = CliRunner().invoke(app, [str(word) for word in words])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer


def test_a_running_hub_gives_a_backup_that_restores_and_goes_on(
    served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TITER_BACKUP_PASSPHRASE", "four words make one")
    with pytest.raises(Problem, match="encrypted backup alone"):
        run("backup", served, "--to", tmp_path, "--with-keys", "--json")
    wanted = ("--with-keys", "--encrypt", "passphrase", "--json")
    said = json.loads(run("backup", served, "--to", tmp_path, *wanted).output)
    assert Path(said["file"]).stat().st_size == said["bytes"]
    again = json.loads(run("restore", said["file"], tmp_path / "new", "--json").output)
    assert again["holds"]
    assert again["backup"] == said["digest"]
    assert again["ahead"] >= 1  # the log-in's end and the backup's own entry, at the least
    verified = run("verify", "--dir", tmp_path / "new")
    assert verified.exit_code == 0, verified.output


def test_who_may_not_gets_none(served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TITER_USER", "ada")
    with pytest.raises(Exception, match="no right"):
        run("backup", served, "--to", tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_drill_beside_the_running_hub_is_entered(served: Path) -> None:
    """On a server the trial needs an empty database, which nobody gives to a running hub: it says what to do."""
    if load(served).database is not None:
        with pytest.raises(Problem, match="needs an empty database of its own"):
            run("backup", served, "--drill", "--reason", "quarterly", "--json")
        return
    said = json.loads(run("backup", served, "--drill", "--reason", "quarterly", "--json").output)
    assert said["holds"]
    assert said["performed_by"] == "Root"


def test_alone_under_the_lock_encrypted_and_back(
    lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TITER_BACKUP_PASSPHRASE", "four words make one")
    file = tmp_path / "b"
    run("backup", lab, "--to", file, "--with-keys", "--encrypt", "passphrase")
    said = json.loads(run("restore", file, tmp_path / "new", "--json").output)
    assert said["holds"]
    assert said["ahead"] == 1
    moved = load(tmp_path / "new")
    write(tmp_path / "new", moved)
    answer = run("accept-restore", tmp_path / "new", "--reason", "the disk died")
    assert "1 witnessed entries are given up" in answer.output
    assert "holds" in run("verify", "--dir", tmp_path / "new").output


def test_what_is_missing_is_said(lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match="not said"):
        run("backup", lab)
    with pytest.raises(Invalid, match="no way to encrypt"):
        run("backup", lab, "--to", tmp_path / "b", "--encrypt", "rot13")
    monkeypatch.setenv("TITER_USER", "ada")
    with pytest.raises(NotAuthorised):
        run("backup", lab, "--to", tmp_path / "b")
