"""The pace of a simulated plant."""

from __future__ import annotations

from typing import Any

import pytest

from titer.app.pace import BETWEEN_BATCHES, CATCHING_UP, MOST_BEHIND_US, Pace
from titer.mes import Horizon

NOW, RATE = 1_772_438_400_000_000, 6000.0


class Floor:
    """Stands for the engine: says what is due, and whether somebody is awaited."""

    def __init__(self, deadline: int | None = None, awaited: bool = False, running: bool = True) -> None:
        self.told = Horizon(running, deadline, awaited)

    def horizon(self) -> Horizon:
        return self.told


def pace(floor: Floor, **more: Any) -> tuple[int, float]:
    return Pace(floor, **more)(NOW, RATE)  # type: ignore[arg-type]


def test_the_plant_runs_at_its_rate_while_nobody_is_awaited() -> None:
    until, rate = pace(Floor())
    assert rate == RATE
    assert until > NOW + 1_000_000


@pytest.mark.parametrize("floor", [Floor(awaited=True), Floor(deadline=NOW + 5, awaited=True)])
def test_the_plant_keeps_the_pace_of_the_wall_while_a_task_or_a_device_is_awaited(floor: Floor) -> None:
    assert pace(floor)[1] == 1.0


def test_the_plant_keeps_the_pace_of_the_wall_while_an_alert_or_a_proposal_waits() -> None:
    assert pace(Floor(), undecided=lambda: True)[1] == 1.0


def test_the_plant_is_in_no_hurry_while_no_batch_runs() -> None:
    assert pace(Floor(running=False))[1] == BETWEEN_BATCHES


def test_a_deadline_of_the_engine_is_not_overshot() -> None:
    deadline = NOW + 60_000_000
    assert pace(Floor(deadline=deadline))[0] == deadline


def test_a_deadline_that_has_passed_does_not_stop_the_plant_for_good() -> None:
    assert pace(Floor(deadline=NOW - 1))[0] > NOW


def test_the_plant_slows_down_but_does_not_stop_while_a_follower_is_hours_behind() -> None:
    until, rate = pace(Floor(), lags=[lambda: 0, lambda: MOST_BEHIND_US + 1])
    assert rate == CATCHING_UP
    assert until > NOW
    assert pace(Floor(), lags=[lambda: MOST_BEHIND_US])[1] == RATE
