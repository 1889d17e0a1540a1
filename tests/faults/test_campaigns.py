"""A share of `make torture` on every change: killed, cut off, failed, tampered with, restored; nothing is lost.

TITER_TORTURE multiplies the rounds.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sqlite("has the embedded file killed, cut off, failed and tampered with")
"""Killed beside a server, and what becomes of a log that a server cannot confirm, stands in test_postgresql."""

ROOT = Path(__file__).parents[2]
SHARE = float(os.environ.get("TITER_TORTURE", "1"))


def campaign(name: str, rounds: int, out: Path, *more: str) -> str:
    """Run a campaign in a process of its own; its last line."""
    command = [
        sys.executable,
        f"tests/torture/{name}.py",
        "--rounds",
        str(int(rounds * SHARE)),
        "--out",
        str(out),
        *more,
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    last = done.stdout.splitlines()[-1]
    assert re.search(rf": {int(rounds * SHARE)} [a-zA-Z ]+[,;].*; 0 faults; seed 1", last), last
    return last


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("compiler")
def test_killed_at_every_call_and_at_random_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    assert "at enumerated calls" in campaign("striking", 250, tmp_path)


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("fuse")
def test_after_a_power_cut_everything_acknowledged_is_there_once(tmp_path: Path) -> None:
    assert "while writing" in campaign("cutting", 100, tmp_path)


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("compiler")
def test_where_the_disk_fails_or_is_full_writing_stops_and_says_so(tmp_path: Path) -> None:
    last = campaign("failing", 60, tmp_path)
    stopped = re.search(r"(\d+) stopped", last)
    assert stopped is not None and int(stopped[1]) >= 20 * SHARE, last


@pytest.mark.timeout(900)
def test_what_is_tampered_with_is_found_and_located(tmp_path: Path) -> None:
    assert "in a bundle" in campaign("tampering", 200, tmp_path)


@pytest.mark.timeout(900)
def test_what_is_restored_holds_and_is_all_that_was_backed_up(tmp_path: Path) -> None:
    assert "plain" in campaign("restoring", 5, tmp_path)
