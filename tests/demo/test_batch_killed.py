"""The hub of a running demo is killed; the batch goes on where it was, and nothing acknowledged is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.torture.killing import LAST_KILL_H, differences, run

pytestmark = pytest.mark.timeout(3600)


def test_a_batch_whose_hub_is_killed_twice_does_the_same_as_an_undisturbed_one(tmp_path: Path) -> None:
    undisturbed = run(tmp_path / "undisturbed", [])
    assert undisturbed.faults == [], undisturbed.told
    rng = random.Random(20261123)
    killed = run(tmp_path / "killed", [rng.uniform(0, LAST_KILL_H) for _ in range(2)])
    assert len(killed.killed) == 2, killed.told
    assert killed.state == undisturbed.state == "Complete", killed.told
    assert killed.faults == [], killed.told
    assert differences(undisturbed.course, killed.course) == [], killed.told
