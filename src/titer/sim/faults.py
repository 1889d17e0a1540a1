"""Faults of the plant that people switch at the bench: one file, which every process of the plant watches."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from titer.base.clock import Clock
from titer.sim.process import write_json

UNDER_DELIVERY = "feed_pump_under_delivery"
CLOCK_STEP = "clock_step"
FAULTS_FILE = "faults.json"


class Faults:
    """The faults that are switched on, as a process of the plant sees them.

    Args:
        folder: the plant's.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FAULTS_FILE
        self._seen = 0

    def changed(self) -> dict[str, Any] | None:
        """All faults if the file was written since the last look, else None."""
        try:
            stamp = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if stamp == self._seen:
            return None
        self._seen = stamp
        return read_faults(self._path.parent)


def read_faults(folder: Path) -> dict[str, Any]:
    """What is switched on now: name of the fault -> its particulars."""
    try:
        found: dict[str, Any] = json.loads((folder / FAULTS_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def switch(folder: Path, name: str, particulars: dict[str, Any]) -> dict[str, Any]:
    """Switch one fault, or off with no particulars; the others stay. Returns all that are on."""
    faults = {key: value for key, value in read_faults(folder).items() if key != name}
    if particulars:
        faults[name] = particulars
    write_json(folder / FAULTS_FILE, faults)
    return faults


class ServerClock:
    """A server's own clock, which somebody may have set wrong. Plant time, the time of its values, is another.

    Args:
        clock: the machine's.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ahead = timedelta()

    def now(self) -> datetime:
        """What the server believes."""
        return self._clock.now() + self.ahead

    def step(self, faults: dict[str, Any], equipment: str) -> None:
        """Stand as far from the machine's clock as the faults say for this equipment."""
        self.ahead = timedelta(seconds=float(faults.get(CLOCK_STEP, {}).get(equipment, 0.0)))
