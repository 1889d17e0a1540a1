"""The processes of an installation: whatever ends the one in front, none stays behind; whatever dies is said.

Every test starts the real `titer`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from tests.integration.cli.conftest import PASSWORD
from tests.integration.cli.executable import (
    ended,
    environment,
    free_port,
    processes_of,
    refused,
    started,
    titer,
    until,
)

pytestmark = pytest.mark.timeout(300)
"""Starting processes takes its time where others run, too."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, where: Callable[[], tuple[str, ...]]) -> Path:
    folder = tmp_path_factory.mktemp("processes") / "lab"
    made = titer("init", str(folder), "--port", str(free_port()), *where())
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def nothing_left(lab: Path) -> Iterator[None]:
    """Whatever a test leaves behind is ended, and fails it."""
    yield
    left = processes_of(lab)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == {}


def port_of(folder: Path) -> int:
    import yaml

    return int(yaml.safe_load((folder / "titer.yaml").read_text())["port"])


def health(port: int) -> dict[str, Any] | None:
    """What the hub says of itself; None if there is none."""
    try:
        answer: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/api/health", trust_env=False).json()
    except httpx.TransportError:
        return None
    return answer


def serving(lab: Path) -> subprocess.Popen[str]:
    process = started("serve", "--dir", str(lab))
    until(lambda: health(port_of(lab)) or process.poll() is not None, "the hub serves")
    assert process.poll() is None, ended(process)
    until(lambda: len(processes_of(lab)) >= 3, "hub and connector host run")
    return process


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_termination_end_all_processes(lab: Path, number: signal.Signals) -> None:
    process = serving(lab)
    os.killpg(process.pid, number)
    said = ended(process)
    assert process.returncode in (0, 130)
    assert "Traceback" not in said
    assert processes_of(lab) == {}


@pytest.mark.usefixtures("nothing_left")
def test_children_leave_when_the_supervisor_is_killed(lab: Path) -> None:
    process = serving(lab)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    until(lambda: processes_of(lab) == {}, "all children left", 30)
    ended(process)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_comes_during_the_start_ends_all_processes(lab: Path, number: signal.Signals) -> None:
    process = started("serve", "--dir", str(lab))
    until(lambda: len(processes_of(lab)) >= 2, "the first child was started")
    os.killpg(process.pid, number)
    said = ended(process)
    assert "Traceback" not in said
    until(lambda: processes_of(lab) == {}, "all children left", 30)


@pytest.mark.usefixtures("nothing_left")
def test_a_hub_that_is_killed_is_started_again_and_that_is_said(lab: Path) -> None:
    process = serving(lab)
    hub = next(pid for pid, command in processes_of(lab).items() if "titer.server.hub" in command)
    os.kill(hub, signal.SIGKILL)
    until(lambda: health(port_of(lab)) is None, "the hub is gone")
    until(lambda: health(port_of(lab)), "the hub serves again, at the same port")
    # It serves before the command has noticed, and what ends the command between the two leaves nothing to say.
    assert process.stdout is not None
    while "hub had ended and was started again" not in (line := process.stdout.readline()):
        assert line, "it ended and never said so"
    os.killpg(process.pid, signal.SIGINT)
    ended(process)


@pytest.mark.usefixtures("nothing_left")
def test_a_wrong_password_is_refused_and_the_fifth_locks_the_account(lab: Path) -> None:
    process = serving(lab)
    words = ("user", "list", "--dir", str(lab), "--as", "admin")
    try:
        said = refused(titer(*words, TITER_PASSWORD="guess"))
        assert "password" in said.lower()
        address = f"http://127.0.0.1:{port_of(lab)}/api/session"
        answers = [
            httpx.post(address, json={"username": "admin", "password": "guess"}, trust_env=False)
            for _ in range(5)
        ]
        assert {answer.status_code for answer in answers} == {401}
        assert "detail" in answers[0].json()
        locked = refused(titer(*words))
        assert "locked after too many failed attempts" in locked
        assert "administrator" in locked, "it says who can help"
    finally:
        os.killpg(process.pid, signal.SIGINT)
        ended(process)


def test_a_plant_that_is_killed_stops_its_clock_and_is_said(tmp_path: Path) -> None:
    """The hub of a simulated installation outlives its plant, says so, and does not invent time."""
    plant_folder, folder = tmp_path / "plant", tmp_path / "lab"
    ready, write = os.pipe()
    plant = subprocess.Popen(
        [sys.executable, "-m", "titer.sim", "--dir", str(plant_folder), "--ready-fd", str(write)],
        pass_fds=[write],
        env=environment(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    process = None
    try:
        import json

        from titer.app import Config, create_installation

        with os.fdopen(ready) as announced:
            endpoints = json.loads(announced.readline())
        port = free_port()
        config = Config(name="simulated", port=port, plant_clock=str(endpoints["http"]), rate=10.0)
        create_installation(folder, config, simulated=True)
        process = started("serve", "--dir", str(folder))
        until(lambda: health(port), "the hub serves")
        assert health(port)["state"] == "ok"  # type: ignore[index]
        os.killpg(plant.pid, signal.SIGKILL)
        plant.wait()
        until(lambda: health(port)["faults"], "the hub says so")  # type: ignore[index]
        (fault,) = health(port)["faults"]  # type: ignore[index]
        assert "simulated plant does not answer" in fault["what"]
        assert fault["do"]
        assert process.poll() is None
        hub_log = (folder / "logs" / "hub.log").read_text()
        assert hub_log.count("time service does not answer") == 1, "said once"
    finally:
        if plant.poll() is None:
            os.killpg(plant.pid, signal.SIGKILL)
            plant.wait()
        if process is not None:
            os.killpg(process.pid, signal.SIGINT)
            ended(process)
        until(lambda: processes_of(tmp_path) == {}, "nothing is left", 30)
    assert PASSWORD not in hub_log


@pytest.mark.slow
@pytest.mark.parametrize("children", [1, 6])
def test_ctrl_c_ends_all_processes_of_a_demo(tmp_path: Path, children: int) -> None:
    """Once while the plant starts, once when hub and connector host run as well."""
    process = started("demo", "--headless", "--out", str(tmp_path / "demo"))
    until(lambda: len(processes_of(tmp_path)) >= 1 + children, f"{children} children run")
    os.killpg(process.pid, signal.SIGINT)
    said = ended(process)
    assert process.returncode not in (0, None)
    assert "Traceback" not in said
    until(lambda: processes_of(tmp_path) == {}, "nothing is left", 30)
