"""The process of WB-01, the balance under the feed F2 vessel: a server of its own, which sees what truly left."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from titer.base.clock import SystemClock
from titer.base.leaving import Stop
from titer.sim.channels import BALANCE, BALANCE_CHANNELS, BALANCE_NAMESPACE, MINUTE_US
from titer.sim.faults import Faults, ServerClock
from titer.sim.opcua_plant import PlantServer
from titer.sim.plant_clock import PlantClock, SharedFile
from titer.sim.process import TICK_S, Place, child_main, write_json
from titer.sim.readings import REACTOR_REPORT, Reading

FEED_DENSITY_KG_PER_L = 1.062
FULL_VESSEL_KG = 450.0
_PERIOD_US = 5 * MINUTE_US
_NET, _STATUS = (c.tag for c in BALANCE_CHANNELS)


class BalanceProcess:
    """WB-01 behind its server.

    Args:
        place: folder, port, seed.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.clock = PlantClock(place.clock_file)
        self.shared = SharedFile(place.reactor_file, REACTOR_REPORT.size, create=False)
        self.rng = np.random.default_rng([place.seed, 0xBA1])
        self.server_clock = ServerClock(SystemClock())
        self.server = PlantServer(BALANCE, BALANCE_NAMESPACE, BALANCE_CHANNELS, clock=self.server_clock)
        self._faults = Faults(place.folder)
        self._full_kg = FULL_VESSEL_KG
        self._delivered_at_change = 0.0
        self._vessel_seen = 0
        at, delivered, _, self._batch, _ = REACTOR_REPORT.unpack(self.shared.read())
        self._last = (int(at), float(delivered))
        self._next_us = (int(at) // _PERIOD_US + 1) * _PERIOD_US

    def _mass(self, delivered: float) -> float:
        true = self._full_kg - FEED_DENSITY_KG_PER_L * (delivered - self._delivered_at_change)
        return round(max(true, 0.0) + 0.02 * float(self.rng.standard_normal()), 2)

    def _vessel(self) -> None:
        """A person may have put a fresh vessel on the balance (``balance.json``)."""
        path = self.place.folder / "balance.json"
        try:
            stamp = path.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if stamp != self._vessel_seen:
            self._vessel_seen = stamp
            self._full_kg = float(json.loads(path.read_text(encoding="utf-8"))["net_kg"])
            self._delivered_at_change = self._last[1]

    async def run(self, stop: Stop, ready: Callable[[int], None]) -> None:
        """Serve until asked to leave."""
        at, delivered = self._last
        first = [Reading(_NET, at, self._mass(delivered)), Reading(_STATUS, at, True)]
        port = await self.server.start(
            "127.0.0.1", self.place.port, self.place.advertised or self.place.port, first
        )
        ready(port)
        try:
            while not await stop.wait(TICK_S):
                faults = self._faults.changed()
                if faults is not None:
                    self.server_clock.step(faults, BALANCE)
                async with self.server.order:
                    await self.server.emit(self._due())
        finally:
            await self.server.stop()
            self.shared.close()
            self.clock.close()

    def _due(self) -> list[Reading]:
        """Readings up to where the reactor has come, interpolated between its two last reports."""
        self._vessel()
        now, delivered, _, batch, _ = REACTOR_REPORT.unpack(self.shared.read())
        before, then = self._last
        if batch != self._batch:  # a new batch comes with a fresh vessel
            self._batch, self._full_kg, self._delivered_at_change, then = batch, FULL_VESSEL_KG, 0.0, 0.0
        readings: list[Reading] = []
        while self._next_us <= now:
            share = (self._next_us - before) / max(now - before, 1)
            mass = self._mass(then + share * (delivered - then))
            readings.append(Reading(_NET, self._next_us, mass))
            if self._next_us % (2 * _PERIOD_US) == 0:
                readings.append(Reading(_STATUS, self._next_us, True))
            self._next_us += _PERIOD_US
        self._last = (int(now), float(delivered))
        shown = [r for r in readings if r.tag == _NET]
        if shown:
            write_json(
                self.place.folder / "balance-display.json",
                {"net_kg": shown[-1].value, "unit": "kg", "at_us": shown[-1].source_us},
            )
        return readings


async def _run(place: Place, stop: Stop, ready: Callable[[int], None]) -> None:
    await BalanceProcess(place).run(stop, ready)


if __name__ == "__main__":
    child_main(BALANCE, _run)
