"""The process clock of a simulated installation: it follows the simulation's time service.

The plant advances only as far as the hub has granted, so a deadline of the engine is never overshot by more
than the horizon, and a plant whose hub is away slows down to the pace of the wall by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

import httpx2 as httpx
from sqlalchemy.exc import SQLAlchemyError

from titer.base.clock import from_us
from titer.base.errors import TiterError

log = logging.getLogger(__name__)

Policy = Callable[[int, float], tuple[int, float]]
"""From (plant time in us, the configured rate) to (instant until which the plant may run, its rate)."""


class PlantClock:
    """Follows the time service and grants the plant its time.

    Args:
        url: of the time service.
        rate: the configured rate of the simulation, signed into the installation.
        interval: seconds of wall time between grants.
    """

    def __init__(self, url: str, rate: float, *, interval: float = 0.05) -> None:
        self.rate = rate
        self.policy: Policy | None = None
        self._interval = interval
        self._client = httpx.Client(base_url=url, timeout=5.0, trust_env=False)
        self._lock = threading.Lock()
        self._last_us = 0
        self._anchor = (0, 0.0, 0.0, 0)
        self._stop = threading.Event()
        self._lost = False
        self._thread: threading.Thread | None = None
        self._learn(self._client.get("/clock").raise_for_status().json())

    def now(self) -> datetime:
        """The plant's present instant, as far as it is known; it never goes backwards."""
        with self._lock:
            plant_us, at, rate, until_us = self._anchor
            guess = plant_us + int((time.monotonic() - at) * rate * 1e6)
            self._last_us = max(self._last_us, min(guess, until_us))
            return from_us(self._last_us)

    def start(self) -> None:
        """Begin to grant time; from then on the plant runs at its rate."""
        self._thread = threading.Thread(target=self._run, name="plant-clock", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Grant nothing more."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=5)
        self._client.close()

    @property
    def running_rate(self) -> float:
        """The plant's rate as last reported."""
        return self._anchor[2]

    @property
    def silent(self) -> bool:
        """Whether the time service, or the record, has stopped answering; the clock then stands still."""
        return self._lost

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            plant_us = self._anchor[0]
            until_us, rate = plant_us + int(self._interval * 4 * self.rate * 1e6), self.rate
            try:
                if self.policy:
                    until_us, rate = self.policy(plant_us, self.rate)
                answer = self._client.post("/clock/grant", json={"until_us": until_us, "rate": rate})
                self._learn(answer.raise_for_status().json())
            except httpx.HTTPError as error:
                self._stand_still("the simulation's time service does not answer", error)
                continue
            except (SQLAlchemyError, TiterError) as error:
                self._stand_still("the record cannot be asked how far the plant may run", error)
                continue
            if self._lost:
                log.warning("the plant's clock runs again")
                self._lost = False

    def _stand_still(self, why: str, error: Exception) -> None:
        """Nothing more is granted until it can be; said once."""
        if not self._lost:
            log.error("%s: %s", why, error)
        self._lost = True
        with self._lock:
            self._anchor = (self._last_us, time.monotonic(), 0.0, self._last_us)

    def _learn(self, data: dict[str, float]) -> None:
        with self._lock:
            plant_us = int(data["plant_us"])
            self._anchor = (
                plant_us,
                time.monotonic(),
                float(data["rate"]),
                max(plant_us, int(data.get("until_us") or plant_us)),
            )
