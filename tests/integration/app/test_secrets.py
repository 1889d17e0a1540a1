"""An installation's folder alone gives no secret away, and without the right key nothing opens."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from titer.app import Config, create_installation, load, open_platform, write
from titer.base import vault
from titer.base.errors import IntegrityFault, TiterError, Unavailable
from titer.cli.doctor import examine
from titer.cli.main import app
from titer.record import Actor

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SECRETS = ("keys/ledger.key", "keys/credential.key", "keys/local.token", "witness/witness.key")


@pytest.fixture(autouse=True)
def _no_key_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (vault.ENVIRONMENT, vault.FILE_ENVIRONMENT, "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Path]:
    create_installation(tmp_path / "lab", Config())
    yield tmp_path / "lab"


def test_the_key_lies_outside_and_all_that_is_inside_is_sealed(lab: Path) -> None:
    key = lab.with_name("lab.key")
    assert load(lab).key_file == str(key)
    assert key.stat().st_mode & 0o077 == 0
    held = vault.find(key)
    for name in SECRETS:
        assert vault.is_sealed((lab / name).read_bytes()), name
        assert (lab / name).stat().st_mode & 0o077 == 0
    opened = [held.read(lab / name) for name in SECRETS if not name.endswith(".token")]
    opened.append(held.read(lab / "keys/local.token", vault.OWN_FILE))
    everything = [path.read_bytes() for path in lab.rglob("*") if path.is_file()]
    for secret in [*opened, base64.b64decode(key.read_text())]:
        for form in (secret, base64.b64encode(secret), secret.hex().encode()):
            assert not any(form in data for data in everything)


def test_without_the_key_or_with_another_nothing_opens_and_nothing_is_made(lab: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in lab.rglob("*"))
    kept = tmp_path / "kept"
    lab.with_name("lab.key").rename(kept)
    with pytest.raises(Unavailable, match=r"lab\.key.*Put the key file back"):
        open_platform(lab)
    vault.make_key(lab.with_name("lab.key"))
    with pytest.raises(IntegrityFault, match="sealed under the key"):
        open_platform(lab)
    kept.replace(lab.with_name("lab.key"))
    assert sorted(path.name for path in lab.rglob("*") if path.name != "hub.lock") == before
    open_platform(lab, hasher=HASHER).close()


def test_a_secret_in_anothers_place_is_refused(lab: Path) -> None:
    shutil.copy(lab / "keys/ledger.key", lab / "keys/credential.key")
    with pytest.raises(IntegrityFault, match="another secret than its name says"):
        open_platform(lab)


def test_a_key_from_the_environment_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(vault.ENVIRONMENT, base64.b64encode(bytes(range(32))).decode())
    create_installation(tmp_path / "lab", Config())
    assert load(tmp_path / "lab").key_file is None
    assert [path.name for path in tmp_path.iterdir()] == ["lab"]
    open_platform(tmp_path / "lab", hasher=HASHER).close()
    monkeypatch.setenv(vault.ENVIRONMENT, "nonsense")
    with pytest.raises(TiterError, match="no key"):
        open_platform(tmp_path / "lab")


def test_a_folder_that_moves_is_opened_with_its_key_named(lab: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.copytree(lab, tmp_path / "elsewhere" / "lab")
    platform = open_platform(tmp_path / "elsewhere" / "lab", hasher=HASHER)
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        platform.identity.create_person(
            unit, username="ada", full_name="Ada", password="correct horse battery"
        )
    platform.settle()
    platform.close()


def test_the_connector_host_says_which_key_is_missing(lab: Path) -> None:
    command = [sys.executable, "-m", "titer.connect", "--hub", "http://127.0.0.1:9", "--host", "local"]
    command += ["--token-file", str(lab / "keys/local.token"), "--dir", str(lab / "connect")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 2
    assert "TITER_KEY" in answer.stderr


def test_the_doctor_finds_a_secret_in_plain_text_and_a_key_that_lies_inside(lab: Path) -> None:
    assert all(finding["ok"] for finding in examine(lab) if "secret" in finding["what"])
    token = lab / "keys/local.token"
    token.write_bytes(vault.find(lab.with_name("lab.key")).read(token, vault.OWN_FILE))
    shutil.move(lab.with_name("lab.key"), lab / "lab.key")
    write(lab, replace(load(lab), key_file=str(lab / "lab.key")))
    found = [finding["what"] for finding in examine(lab) if not finding["ok"]]
    assert any("In plain text" in what and "local.token" in what for what in found)
    assert any("lies in the folder that it protects" in what for what in found)


def test_a_file_of_ones_own_is_sealed_by_command(lab: Path, tmp_path: Path) -> None:
    password = tmp_path / "opcua.password"
    password.write_text("swordfish")
    runner = CliRunner()
    answer = runner.invoke(app, ["secret", "seal", str(password), "--dir", str(lab)])
    assert answer.exit_code == 0, answer.output
    assert "swordfish" not in password.read_text()
    assert vault.read_file(password, lab.with_name("lab.key")) == b"swordfish"
    again = runner.invoke(app, ["secret", "seal", str(password), "--dir", str(lab)])
    assert "sealed already" in str(again.exception)
    gone = runner.invoke(app, ["secret", "seal", str(tmp_path / "gone"), "--dir", str(lab)])
    assert "cannot be read" in str(gone.exception)
