"""Normal batches of the same plant, run in process and fast: history to train a monitoring model on.

They go the way that the recipe goes: fill cold medium, wait until the broth has been near its temperature for ten
minutes, wait for people, inoculate. So history holds the plant's start as every later batch lives through it, with
the tail of the warming-up (a loop that has overshot takes hours to come back) and not a reactor at rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from titer.sim import kernel
from titer.sim.channels import MINUTE_US, PROCESS_VALUES, REACTOR, SET_POINTS
from titer.sim.reactor import Reactor, UnderDelivery

if TYPE_CHECKING:
    from titer.science.kinetics.spec import Array

MEDIUM_L = 1150.0
INOCULUM_L = 200.0
CULTURE_DAYS = 14
WARM_WITHIN_C = 0.3
WARM_FOR_MIN = 10
FEED_F2 = (0.0, 0.0, 0.0, 0.8, 1.2, 1.6, 1.8, 1.8, 1.8, 1.7, 1.6, 1.5, 1.5, 1.4)
"""L/h of feed F2 by day of the culture."""
FEED_GLUCOSE = (0.0, 0.0, 0.0, 0.3, 0.5, 0.7, 0.7, 0.6, 0.5, 0.45, 0.4, 0.4, 0.4, 0.4)
"""L/h of glucose feed by day of the culture."""

TAGS: tuple[str, ...] = tuple(c.tag for c in (*PROCESS_VALUES, *SET_POINTS))
_TEMPERATURE = TAGS.index(f"{REACTOR}.Temperature.PV")


@dataclass(frozen=True)
class SimulatedBatch:
    """One batch on a time grid.

    Attributes:
        number: which batch of the plant, from 0.
        times_us: plant instants.
        hours: hours of culture; negative before inoculation, where that was asked for.
        tags: columns.
        values: (times, tags) readings with noise.
        panel: day -> true broth at that time (units of the analyser's panel), as from daily samples.
    """

    number: int
    times_us: npt.NDArray[np.int64]
    hours: Array
    tags: tuple[str, ...]
    values: Array
    panel: dict[int, dict[str, float]]

    def column(self, tag: str) -> Array:
        """One channel's readings; raises ValueError for an unknown tag."""
        return self.values[:, self.tags.index(tag)]


@dataclass(frozen=True)
class Boluses:
    """Daily boluses instead of a feed that runs all day, as the demo's recipe gives them.

    Attributes:
        feed_f2: L/h of feed F2 while a bolus runs.
        feed_f2_min: minutes of a bolus.
        glucose: L/h of the glucose feed while a bolus runs.
        glucose_min: minutes of a bolus.
        first_day: of the culture, from 0.
        late_min: people and samples come first: a bolus begins up to so many minutes after the full day, and the
            second one up to so many minutes after the first.
    """

    feed_f2: float
    feed_f2_min: int
    glucose: float
    glucose_min: int
    first_day: int = 3
    late_min: int = 30

    def writes(self, days: int, rng: np.random.Generator) -> list[tuple[int, str, float]]:
        """(minute of the culture, set-point, value), in order."""
        found: list[tuple[int, str, float]] = []
        for day in range(self.first_day, days):
            begin = 1440 * day + int(rng.integers(0, self.late_min + 1))
            end = begin + self.feed_f2_min
            found += [(begin, "FeedF2.SP", self.feed_f2), (end, "FeedF2.SP", 0.0)]
            begin = end + int(rng.integers(1, self.late_min + 1))
            found += [
                (begin, "GlucoseFeed.SP", self.glucose),
                (begin + self.glucose_min, "GlucoseFeed.SP", 0.0),
            ]
        return found


def _by_day(days: int, feed_scale: float) -> list[tuple[int, str, float]]:
    """The feeds that run all day, changed once a day."""
    found: list[tuple[int, str, float]] = []
    for day in range(days):
        found.append((1440 * day, "FeedF2.SP", FEED_F2[min(day, len(FEED_F2) - 1)] * feed_scale))
        found.append((1440 * day, "GlucoseFeed.SP", FEED_GLUCOSE[min(day, len(FEED_GLUCOSE) - 1)]))
    return found


def _prepare(plant: Reactor, rng: np.random.Generator) -> list[tuple[int, Array]]:
    """Fill, warm up, and wait for people (median 45 min, 3 min to 12 h), as the recipe does before it inoculates.

    Returns:
        (minutes before inoculation, readings) every two minutes, oldest first.
    """
    wait_min = 2 * round(30 * float(np.clip(0.75 * np.exp(1.1 * rng.standard_normal()), 0.05, 12.0)))
    plant.write(f"{REACTOR}.MediaFill.CMD", MEDIUM_L)
    seen: list[Array] = []
    warm_min = 0
    while warm_min < WARM_FOR_MIN + wait_min:
        plant.run_quietly(plant.at_us + 2 * MINUTE_US)
        seen.append(_readings(plant))
        full = plant.mode == kernel.READY
        near = abs(float(seen[-1][_TEMPERATURE]) - float(plant.c[kernel.SP_T])) <= WARM_WITHIN_C
        warm_min = warm_min + 2 if full and (near or warm_min >= WARM_FOR_MIN) else 0
    return [(2 * (len(seen) - 1 - i), row) for i, row in enumerate(seen)]


def _readings(plant: Reactor) -> Array:
    row: Array = np.concatenate([plant.process_values(), plant.c[: len(SET_POINTS)]])
    return row


def simulate_batch(
    seed: int,
    number: int,
    *,
    start_us: int,
    step_min: int = 10,
    days: float = CULTURE_DAYS,
    under_delivery: tuple[float, float] | None = None,
    feed_scale: float = 1.0,
    boluses: Boluses | None = None,
    preparation: bool = False,
) -> SimulatedBatch:
    """Run one batch by the standard recipe: fill, warm up, inoculate, feed by day.

    Args:
        seed: of the plant.
        number: which batch of the plant; each has its own cells, media and pumps.
        start_us: plant instant of inoculation.
        step_min: grid of the readings, an even number of minutes.
        days: length of the culture.
        under_delivery: (fraction, from hour of culture) of the feed F2 pump.
        feed_scale: factor on the F2 schedule that runs all day.
        boluses: give these instead.
        preparation: begin with the rows before inoculation, from the filling on, as a historian has them.

    Raises:
        ValueError: if ``step_min`` is not an even number of minutes.
    """
    if step_min < 2 or step_min % 2:
        raise ValueError("the grid of a simulated batch is an even number of minutes")
    plant = Reactor(seed=seed, origin_us=0, batch=number)
    before = _prepare(plant, np.random.default_rng([seed, number, 19]))
    before = [(minutes, row) for minutes, row in before if preparation and minutes % step_min == 0]
    plant.call_it(start_us)
    plant.write(f"{REACTOR}.Inoculate.CMD", INOCULUM_L)
    if under_delivery:
        fraction, hour = under_delivery
        plant.under_delivery = UnderDelivery(fraction, start_us + int(hour * 60 * MINUTE_US))
    count = int(days * 24 * 60 // step_min)
    times = start_us + np.arange(1, count + 1, dtype=np.int64) * (step_min * MINUTE_US)
    values = np.empty((count, len(TAGS)))
    panel: dict[int, dict[str, float]] = {}
    whole = int(np.ceil(days))
    rng = np.random.default_rng([seed, number, 17])
    writes = boluses.writes(whole, rng) if boluses else _by_day(whole, feed_scale)
    for i, at in enumerate(times.tolist()):
        elapsed_min = i * step_min
        while writes and start_us + writes[0][0] * MINUTE_US < at:
            minute, name, value = writes.pop(0)
            if start_us + minute * MINUTE_US > start_us + elapsed_min * MINUTE_US:
                plant.run_quietly(start_us + minute * MINUTE_US)
            plant.write(f"{REACTOR}.{name}", value)
        plant.run_quietly(at)
        values[i] = _readings(plant)
        if (elapsed_min + step_min) % 1440 == 0 and plant.mode == kernel.CULTURE:
            day = elapsed_min // 1440
            plant.draw_sample(f"D{day + 1}")
            panel[day + 1] = plant.broth()
    if before:
        earlier = np.array([start_us - minutes * MINUTE_US for minutes, _ in before], dtype=np.int64)
        times = np.concatenate([earlier, times])
        values = np.vstack([*(row for _, row in before), values])
    hours = (times - start_us) / (60.0 * MINUTE_US)
    return SimulatedBatch(number, times, hours, TAGS, values, panel)


def normal_batches(
    count: int,
    *,
    seed: int,
    start_us: int,
    step_min: int = 10,
    first: int = 1000,
    spacing_days: int = 21,
    boluses: Boluses | None = None,
    preparation: bool = False,
) -> list[SimulatedBatch]:
    """Run ``count`` normal batches, one after the other, before a demo's plant is switched on.

    Args:
        count: how many.
        seed: of the plant; the served plant with the same seed has the same transmitters.
        start_us: inoculation of the first batch.
        step_min: grid in minutes.
        first: number of the first batch; the served plant counts from 0, so that none is trained on itself.
        spacing_days: from one inoculation to the next.
        boluses: daily boluses instead of a feed that runs all day.
        preparation: begin each with the rows before inoculation.
    """
    gap = spacing_days * 1440 * MINUTE_US
    return [
        simulate_batch(
            seed,
            first + i,
            start_us=start_us + i * gap,
            step_min=step_min,
            boluses=boluses,
            preparation=preparation,
        )
        for i in range(count)
    ]
