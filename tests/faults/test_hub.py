"""A real hub whose disk fails: 503 in words, "stopped writing" in its health, no acknowledgement, until a restart."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from argon2 import PasswordHasher
from tests.faults import shim
from tests.faults.shim import Control, Fault

from titer.app import Config, create_installation, open_platform
from titer.record import Actor
from titer.record.verify import verify_store

PASSWORD = "correct horse battery"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Hub:
    """A hub in a process of its own, under the shim.

    Args:
        folder: of the installation.
        control: steers its calls.
    """

    def __init__(self, folder: Path, control: Control) -> None:
        reads, writes = os.pipe()
        command = [sys.executable, "-m", "titer.server.hub", "--dir", str(folder), "--port", "0"]
        environment = {
            **os.environ, "LD_PRELOAD": str(shim.at_home()), "TITER_FAULTS": str(control.path),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [*command, "--ready-fd", str(writes)],
            env=environment,
            pass_fds=[writes],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        os.close(writes)
        with os.fdopen(reads) as ready:
            self.port = int(ready.readline().split()[1])
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30)

    def log_in(self) -> httpx.Response:
        """A log-in: it writes."""
        return self.http.post("/api/session", json={"username": "root", "password": PASSWORD})

    def health(self) -> dict[str, Any]:
        """What it says of itself."""
        answer: dict[str, Any] = self.http.get("/api/health").json()
        return answer

    def end(self) -> None:
        """Stop it as an operator does."""
        self.http.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "lab"
    create_installation(made, Config(name="lab", layers=()))
    platform = open_platform(made, hasher=HASHER)
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        platform.identity.create_person(
            unit, username="root", full_name="Rita Root", password=PASSWORD, roles=("administrator",)
        )
    platform.settle()
    platform.close()
    return made


@pytest.fixture
def hub(folder: Path, tmp_path: Path, compiler: None) -> Iterator[Callable[[], Hub]]:
    control, started = Control(tmp_path / "control"), []

    def start() -> Hub:
        control.disarm()
        started.append(Hub(folder, control))
        return started[-1]

    start.control = control  # type: ignore[attr-defined]
    yield start
    control.disarm()
    for one in started:
        one.end()
    control.close()


def sessions(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'titer.db'}?mode=ro", uri=True)) as base:
        return int(base.execute("SELECT count(*) FROM record_session").fetchone()[0])


@pytest.mark.sqlite("makes calls on the embedded file fail; test_postgresql does so with a server's log")
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("titer.db-wal", shim.SYNC, 1, shim.FAIL, errno.EIO), "SQLITE_IOERR_FSYNC"),
        (Fault("titer.db-wal", shim.WRITE, 1, shim.SHORT, errno.ENOSPC, sticky=True), "SQLITE_FULL"),
    ],
    ids=["an fsync fails", "a short write and a full disk"],
)
def test_a_hub_whose_disk_fails_says_so_and_acknowledges_nothing_until_it_is_started_again(
    hub: Callable[[], Hub], folder: Path, fault: Fault, words: str
) -> None:
    running = hub()
    control: Control = hub.control  # type: ignore[attr-defined]
    assert running.log_in().status_code == 200
    assert running.health()["state"] == "ok"
    control.arm(fault)
    answer = running.log_in()
    control.disarm()
    assert control.fired
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["title"] == "Writing has stopped"
    assert words in told["why"]
    assert told["do"]
    again = running.log_in()
    assert (again.status_code, again.json()["title"]) == (503, "Writing has stopped"), "though the disk works"
    health = running.health()
    assert health["state"] == "stopped writing"
    assert words in health["halted"]
    assert health["faults"][0]["what"] == "Writing has stopped."
    assert running.http.get("/api/installation").status_code == 200, "what is there can be read"
    running.end()
    after = hub()
    assert after.health()["state"] == "ok"
    assert after.log_in().status_code == 200
    after.end()
    # The log-in that failed may have been stored: nobody was told so. The two that succeeded are there.
    assert sessions(folder) in (2, 3)
    platform = open_platform(folder, hasher=HASHER)
    try:
        verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    finally:
        platform.close()
    assert verdict.holds, verdict.sentence


def test_a_witness_whose_notes_cannot_be_confirmed_stops_the_hub(
    hub: Callable[[], Hub], folder: Path
) -> None:
    """What the sealer's thread meets is said, too: a ledger that is not sealed must not grow in silence."""
    running = hub()
    control: Control = hub.control  # type: ignore[attr-defined]
    control.arm(Fault("witness/", shim.SYNC, 1, shim.FAIL, errno.EIO, sticky=True))
    running.log_in()
    for _ in range(100):
        if running.health()["state"] == "stopped writing":
            break
    control.disarm()
    assert running.health()["state"] == "stopped writing"
    assert running.log_in().status_code == 503
    running.end()
    after = hub()
    assert after.log_in().status_code == 200
    after.end()


def test_a_second_hub_on_the_same_database_is_refused(hub: Callable[[], Hub], folder: Path) -> None:
    hub()
    second = subprocess.run(
        [sys.executable, "-m", "titer.server.hub", "--dir", str(folder), "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert second.returncode == 2
    assert "is in use by another process" in second.stderr


@pytest.mark.sqlite(
    "opens the file beside Titer; what a server refuses a stranger stands in test_write_paths"
)
def test_another_program_cannot_write_beside_a_hub(hub: Callable[[], Hub], folder: Path) -> None:
    hub()
    with (
        closing(sqlite3.connect(folder / "titer.db")) as rogue,
        pytest.raises(sqlite3.OperationalError, match="no such function: titer_open"),
    ):
        rogue.execute("UPDATE record_person SET full_name = 'Nobody', version = version + 1")
