"""What ends by itself is started again, and again, and nobody waits for it in this test: the clock is its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from titer.base.errors import Unavailable
from titer.cli.restarting import CONNECT, HUB, LONGEST_READY_S, READY_WITHIN_S, Restarts
from titer.server.supervisor import Child, Supervisor


class Scripted(Supervisor):
    """A supervisor that starts nothing: each start fails, or is of a process that has ended already."""

    def __init__(self, logs: Path) -> None:
        super().__init__(logs)
        self.ended = subprocess.Popen([sys.executable, "-S", "-c", "raise SystemExit(3)"])
        self.ended.wait()
        self.failures = 0
        self.started: list[tuple[str, tuple[str, ...], float | None]] = []

    def start(self, name: str, arguments: Sequence[str], *, ready_within: float | None = None) -> Child:
        self.started.append((name, tuple(arguments), ready_within))
        if self.failures:
            self.failures -= 1
            raise Unavailable(f"{name} was not ready within {ready_within:.0f} s.", do="its last [words]")
        child = Child(name, self.ended, -1, tuple(arguments), "ready 8400")
        self.children[name] = child
        return child

    def end(self, name: str) -> None:
        self.children.pop(name)


class Site:
    """Restarts under a clock that moves when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.supervisor = Scripted(folder)
        self.said: list[str] = []
        self.at = 1000.0
        self.restarts = Restarts(self.supervisor, warn=self.said.append, now=lambda: self.at)

    def until_it_runs(self, name: str) -> float:
        """Seconds until it was started again, looking twice a second."""
        began = self.at
        while name not in self.restarts.step():
            self.at += 0.5
            assert self.at - began < 86_400
        return self.at - began


def test_a_hub_that_does_not_come_back_is_tried_for_as_long_as_it_takes_and_each_failure_is_said(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    site.supervisor.start(HUB, ["-m", "hub", "--dir", "lab"], ready_within=READY_WITHIN_S)
    site.supervisor.failures = 40
    waited = site.until_it_runs(HUB)
    tries = site.supervisor.started[1:]
    assert len(tries) == 41
    assert {arguments for _, arguments, _ in tries} == {("-m", "hub", "--dir", "lab", "--port", "8400")}
    within = [seconds for _, _, seconds in tries]
    assert within[:3] == [READY_WITHIN_S, 2 * READY_WITHIN_S, 4 * READY_WITHIN_S]
    assert within[-1] == LONGEST_READY_S
    assert 35 * 60 <= waited <= 41 * 60, "pauses grow to a minute and no further"
    assert len(site.said) == 40
    assert site.said[0].startswith("HUB DOES NOT RUN, for 1 s now: attempt 1 to start it again failed.")
    assert "its last [words] The next attempt is in 2 s" in site.said[0]
    assert str(tmp_path / "hub.log") in site.said[0]


def test_the_port_is_told_once_however_often_a_hub_ends(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.supervisor.start(HUB, ["-m", "hub", "--port", "0"], ready_within=READY_WITHIN_S)
    pauses = [site.until_it_runs(HUB) for _ in range(4)]
    assert site.supervisor.started[-1][1] == ("-m", "hub", "--port", "8400")
    assert pauses == [1, 2, 4, 8], "one that ends again at once is not started again and again at once"
    site.at += 121
    assert site.until_it_runs(HUB) == 1, "one that ran for two minutes is"


def test_what_has_no_port_and_announces_nothing_is_started_as_it_was(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.supervisor.start(CONNECT, ["-m", "titer.connect", "--host", "here"])
    site.until_it_runs(CONNECT)
    assert site.supervisor.started[0] == site.supervisor.started[1]


def test_while_the_hub_is_awaited_the_others_are_looked_after(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.supervisor.start(HUB, ["-m", "hub"], ready_within=READY_WITHIN_S)
    site.supervisor.failures = 5
    site.restarts.step()
    site.at += 20
    site.restarts.step()
    assert site.said
    site.supervisor.failures = 0
    site.supervisor.start(CONNECT, ["-m", "titer.connect"])
    assert site.until_it_runs(CONNECT) == 1


def test_a_simulated_plant_is_not_started_again(tmp_path: Path) -> None:
    site = Site(tmp_path)
    (tmp_path / "plant.log").write_text("its end\n")
    site.supervisor.start("plant", ["-m", "titer.sim"])
    with pytest.raises(Unavailable, match=r"plant ended by itself \(exit status 3\)") as raised:
        site.restarts.step()
    assert "its end" in raised.value.why
