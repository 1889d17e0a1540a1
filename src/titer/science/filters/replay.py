"""Rewind and replay: a late measurement is fused when it was taken, and all that followed is done again.

The filter is a fold over what happened, in the order of *sample time*: inputs and measurements. Beliefs
are kept at checkpoints; when something arrives that was taken earlier, the fold restarts from the last
checkpoint before it. So the result depends only on the set of what is known, never on the order in which it
became known, and the same log gives the same bits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field

import numpy as np

from titer.science.filters.unscented import Belief, Innovation, Unscented
from titer.science.integrators.rodas4 import Array


@dataclass(frozen=True, order=True)
class Measurement:
    """One measured output at its sample time; ordered by time, then key, so that a fold is well defined.

    Attributes:
        time: h, when the sample was taken.
        key: unique and stable, e.g. the source record's id.
        channel: output position.
        value: in the output's unit.
        sd: standard deviation of the measurement.
    """

    time: float
    key: str
    channel: int = field(compare=False)
    value: float = field(compare=False)
    sd: float = field(compare=False)


@dataclass(frozen=True)
class Estimate:
    """The belief at the end of an hour, and the inputs that were in force."""

    belief: Belief
    inputs: Array


class Replay:
    """A filter with memory.

    Args:
        ukf: the filter.
        start: first belief, at the time of inoculation.
        step: grid of inputs and checkpoints, h.
    """

    def __init__(self, ukf: Unscented, start: Belief, *, step: float = 1.0) -> None:
        self.ukf = ukf
        self.step = step
        self.start = start
        self.inputs: list[Array] = []
        self.estimates: list[Estimate] = []
        self.innovations: list[list[Innovation]] = []
        self.replayed_hours = 0
        self._measured: list[Measurement] = []
        self._dirty_from = 0

    def copy(self) -> Replay:
        """A filter with the same memory that goes its own way; beliefs are immutable and shared."""
        made = Replay(self.ukf, self.start, step=self.step)
        made.inputs, made.estimates = list(self.inputs), list(self.estimates)
        made.innovations, made.replayed_hours = list(self.innovations), self.replayed_hours
        made._measured, made._dirty_from = list(self._measured), self._dirty_from
        return made

    @property
    def now(self) -> float:
        """Time up to which inputs are known, h."""
        return self.start.time + len(self.inputs) * self.step

    @property
    def belief(self) -> Belief:
        """The newest belief."""
        self.run()
        return self.estimates[-1].belief if self.estimates else self.start

    def add_inputs(self, u: Array) -> None:
        """Inputs of the next step of the grid (means over it)."""
        self.inputs.append(np.ascontiguousarray(u, dtype=np.float64))

    def change_inputs(self, index: int, u: Array) -> None:
        """Replace the inputs of an earlier step, e.g. after a gap was backfilled."""
        self.inputs[index] = np.ascontiguousarray(u, dtype=np.float64)
        self._dirty_from = min(self._dirty_from, index)

    def add(self, measurement: Measurement) -> None:
        """A measurement, however late; one with the key of an earlier one replaces it.

        Raises:
            ValueError: it was taken before the filter's start.
        """
        if measurement.time < self.start.time:
            raise ValueError(f"{measurement.key} was taken before the filter's start")
        self.withdraw(measurement.key)
        insort(self._measured, measurement)
        self._dirty_from = min(self._dirty_from, self._slot(measurement.time))

    def withdraw(self, key: str) -> None:
        """Take a measurement back (an invalidated result); nothing happens if there is none."""
        for position, known in enumerate(self._measured):
            if known.key == key:
                del self._measured[position]
                self._dirty_from = min(self._dirty_from, self._slot(known.time))
                return

    def run(self) -> int:
        """Bring the estimates up to date; returns how many steps were done (again)."""
        first = min(self._dirty_from, len(self.estimates))
        again = max(len(self.estimates) - first, 0)
        del self.estimates[first:], self.innovations[first:]
        belief = self.estimates[-1].belief if self.estimates else self.start
        for index in range(first, len(self.inputs)):
            belief, seen = self._one(belief, index)
            self.estimates.append(Estimate(belief, self.inputs[index]))
            self.innovations.append(seen)
        self._dirty_from = len(self.inputs)
        self.replayed_hours += again
        return len(self.inputs) - first

    def _one(self, belief: Belief, index: int) -> tuple[Belief, list[Innovation]]:
        begin = self.start.time + index * self.step
        end = begin + self.step
        u = self.inputs[index]
        seen: list[Innovation] = []
        low = bisect_right(self._measured, Measurement(begin, "\U0010ffff", 0, 0.0, 1.0))
        if index == 0:
            low = 0
        high = bisect_right(self._measured, Measurement(end, "\U0010ffff", 0, 0.0, 1.0))
        position = low
        while position < high:
            time = self._measured[position].time
            until = bisect_left(self._measured, Measurement(time, "\U0010ffff", 0, 0.0, 1.0), position, high)
            here = self._measured[position:until]
            belief = self.ukf.predict(belief, u, time - belief.time)
            belief, told = self.ukf.update(
                belief,
                np.array([m.channel for m in here], dtype=np.int64),
                np.array([m.value for m in here]),
                np.array([m.sd for m in here]),
                u,
            )
            seen.extend(told)
            position = until
        belief = self.ukf.predict(belief, u, end - belief.time)
        return Belief(end, belief.mean, belief.cov), seen

    def _slot(self, time: float) -> int:
        offset = (time - self.start.time) / self.step
        return max(int(np.ceil(offset)) - 1, 0)
