"""The hub of a running demo is killed; the batch goes on where it was, and nothing acknowledged is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.torture.killing import LAST_KILL_H, Course, differences, run

pytestmark = [pytest.mark.timeout(3600), pytest.mark.slow]


def test_a_batch_whose_hub_is_killed_twice_does_the_same_as_an_undisturbed_one(
    tmp_path: Path, courses: dict[str, Course]
) -> None:
    if "undisturbed" not in courses:
        undisturbed = run(tmp_path / "undisturbed", [])
        assert (undisturbed.state, undisturbed.faults) == ("Complete", []), undisturbed.told
        courses["undisturbed"] = undisturbed.course
    rng = random.Random(20261123)
    killed = run(tmp_path / "killed", [rng.uniform(0, LAST_KILL_H) for _ in range(2)])
    assert len(killed.killed) == 2, killed.told
    assert killed.state == "Complete", killed.told
    assert killed.faults == [], killed.told
    assert differences(courses["undisturbed"], killed.course) == [], killed.told
