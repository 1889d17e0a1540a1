"""How fast a simulated plant may run: never past the engine's next deadline, and slowly while somebody is awaited."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from titer.mes import Mes

_STEP_S = 0.2
_NEAR_S = 0.02
MOST_BEHIND_US = 4 * 3_600_000_000
"""Plant time that scoring or a twin may be behind before the plant slows down; a twin is DEGRADED at 6 h."""

BETWEEN_BATCHES = 60.0
"""Plant seconds a second while no batch runs: at a batch's rate a calibration would lapse over a cup of coffee."""

CATCHING_UP = 60.0
"""Plant seconds a second while they catch up; not zero, since late values are given up in plant time."""


class Pace:
    """The policy of the plant's clock.

    While a person or a device is awaited the plant runs at the pace of the wall; before a deadline it stops
    until the engine has acted; while no batch runs it is in no hurry; while those who follow it are hours behind
    it runs slowly, as a machine that is too slow for the configured rate would make them miss what a real plant
    leaves them days for.

    Args:
        mes: knows what is awaited, and when something is due.
        undecided: whether an alert or a submitted proposal waits for a person.
        lags: how far each follower of the plant is behind it, microseconds of plant time.
    """

    def __init__(
        self,
        mes: Mes,
        undecided: Callable[[], bool] | None = None,
        lags: Sequence[Callable[[], int]] = (),
    ) -> None:
        self._mes = mes
        self._undecided = undecided or (lambda: False)
        self._lags = tuple(lags)

    def __call__(self, plant_us: int, rate: float) -> tuple[int, float]:
        """Until when the plant may run, and at which rate.

        Args:
            plant_us: the plant's present instant.
            rate: the configured rate.
        """
        ahead = self._mes.horizon()
        if ahead.awaited or self._undecided():
            return plant_us + int(_STEP_S * 1e6), 1.0
        if not ahead.running:
            rate = min(rate, BETWEEN_BATCHES)
        elif any(lag() > MOST_BEHIND_US for lag in self._lags):
            rate = min(rate, CATCHING_UP)
        until = plant_us + int(_STEP_S * rate * 1e6)
        if ahead.deadline_us is not None:
            least = plant_us + int(_NEAR_S * 1e6)
            until = max(min(until, ahead.deadline_us), least)
        return until, rate
