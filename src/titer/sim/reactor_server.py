"""The process of BR-201: its OPC UA server, advanced by plant time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from titer.base.clock import SystemClock
from titer.base.leaving import Stop
from titer.sim import kernel
from titer.sim.channels import MINUTE_US, REACTOR, REACTOR_CHANNELS, REACTOR_NAMESPACE, SAMPLE_DRAW, Channel
from titer.sim.faults import UNDER_DELIVERY, Faults, ServerClock
from titer.sim.opcua_plant import PlantServer
from titer.sim.plant_clock import PlantClock, SharedFile
from titer.sim.process import TICK_S, Place, child_main, write_json
from titer.sim.reactor import Reactor, UnderDelivery
from titer.sim.readings import REACTOR_REPORT, Reading, Value

_LONGEST_US = 60 * MINUTE_US


class ReactorProcess:
    """BR-201 behind its server.

    Args:
        place: folder, port, seed.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.clock = PlantClock(place.clock_file)
        self.reactor = Reactor(seed=place.seed, origin_us=self.clock.record().origin_us)
        self.shared = SharedFile(place.reactor_file, REACTOR_REPORT.size, create=True)
        self.server_clock = ServerClock(SystemClock())
        self.server = PlantServer(
            REACTOR, REACTOR_NAMESPACE, REACTOR_CHANNELS, clock=self.server_clock, on_write=self._write
        )
        self._pending: list[Reading] = []
        self._watched = Faults(place.folder)
        self._show()

    def _show(self) -> None:
        r = self.reactor
        self.shared.write(
            REACTOR_REPORT.pack(
                r.at_us,
                float(r.s[kernel.F2_TRUE]),
                float(r.s[kernel.GLC_PUMP]),
                r.batch,
                float(r.s[kernel.CULTURE_H]),
            )
        )

    def _write(self, channel: Channel, value: Value) -> Sequence[Reading]:
        """A client's write: the reactor is brought to the present first, so that time runs forward only."""
        now = max(self.clock.now_us(), self.reactor.at_us)
        self._pending += self.reactor.advance(now)
        if channel.tag == SAMPLE_DRAW.tag:
            number = str(value)
            path = self.place.bottles / f"{number}.json"
            if not (number and path.name == f"{number}.json" and path.is_file()):
                write_json(path, self.reactor.draw_sample(number))
        else:
            self.reactor.write(channel.tag, value)
        return self._reported([Reading(channel.tag, now, value)])

    def _reported(self, readings: Iterable[Reading]) -> list[Reading]:
        """What was left by a write that the reactor refused, and these."""
        pending, self._pending = self._pending, []
        return [*pending, *readings]

    def _faults(self) -> None:
        faults = self._watched.changed()
        if faults is None:
            return
        self.server_clock.step(faults, REACTOR)
        given = faults.get(UNDER_DELIVERY)
        self.reactor.under_delivery = (
            UnderDelivery(float(given["fraction"]), int(given["from_us"])) if given else None
        )

    async def run(self, stop: Stop, ready: Callable[[int], None]) -> None:
        """Serve until asked to leave."""
        port = await self.server.start(
            "127.0.0.1", self.place.port, self.place.advertised or self.place.port, self.reactor.snapshot()
        )
        ready(port)
        try:
            while not await stop.wait(TICK_S):
                await self._tick()
        finally:
            await self.server.stop()
            self.shared.close()
            self.clock.close()

    async def _tick(self) -> None:
        self._faults()
        now = self.clock.now_us()
        while True:
            until = min(now, self.reactor.at_us + _LONGEST_US)
            async with self.server.order:
                readings = self._reported(self.reactor.advance(until))
                self._show()
                await self.server.emit(readings)
            if until >= now:
                return
            await asyncio.sleep(0)


async def _run(place: Place, stop: Stop, ready: Callable[[int], None]) -> None:
    Path(place.bottles).mkdir(parents=True, exist_ok=True)
    await ReactorProcess(place).run(stop, ready)


if __name__ == "__main__":
    child_main(REACTOR, _run)
