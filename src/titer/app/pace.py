"""How fast a simulated plant may run: never past the engine's next deadline, and slowly while somebody is awaited."""

from __future__ import annotations

from collections.abc import Callable

from titer.mes import Mes

_STEP_S = 0.2
_NEAR_S = 0.02


class Pace:
    """The policy of the plant's clock.

    While a person or a device is awaited the plant runs at the pace of the wall; before a deadline it stops
    until the engine has acted.

    Args:
        mes: knows what is awaited, and when something is due.
        undecided: whether an alert or a submitted proposal waits for a person.
    """

    def __init__(self, mes: Mes, undecided: Callable[[], bool] | None = None) -> None:
        self._mes = mes
        self._undecided = undecided or (lambda: False)

    def __call__(self, plant_us: int, rate: float) -> tuple[int, float]:
        """Until when the plant may run, and at which rate.

        Args:
            plant_us: the plant's present instant.
            rate: the configured rate.
        """
        deadline, awaited = self._mes.horizon()
        if awaited or self._undecided():
            return plant_us + int(_STEP_S * 1e6), 1.0
        until = plant_us + int(_STEP_S * rate * 1e6)
        if deadline is not None:
            least = plant_us + int(_NEAR_S * 1e6)
            until = max(min(until, deadline), least)
        return until, rate
