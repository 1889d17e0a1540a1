"""The bioreactor with its controller: state, set-points, commands, samples; no server, no clock of its own.

Time is given from outside (`advance`), in whole steps of 20 s; readings fall due on a grid of plant minutes,
so the same batch has the same time stamps whatever the wall clock does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from titer.sim import kernel
from titer.sim.channels import (
    COMMANDS,
    FLAGS,
    MINUTE_US,
    PROCESS_VALUES,
    REACTOR,
    REACTOR_CHANNELS,
    SAMPLE_DRAW,
    SET_POINTS,
    STATE,
    Channel,
)
from titer.sim.readings import Reading, Refusal, Value
from titer.sim.variation import BatchDraw, draw_batch

if TYPE_CHECKING:
    from titer.science.kinetics.spec import Array

STEP_US = kernel.STEP_S * 1_000_000
GRID_US = 2 * MINUTE_US
_GRID_STEPS = GRID_US // STEP_US
_NOISE = np.array([c.noise for c in PROCESS_VALUES])
_RELATIVE = np.array([c.relative_noise for c in PROCESS_VALUES])
_STEP = np.array([c.resolution for c in PROCESS_VALUES])
_LOW = np.array([c.low for c in PROCESS_VALUES])
_HIGH = np.array([c.high for c in PROCESS_VALUES])
_BY_TAG = {c.tag: c for c in REACTOR_CHANNELS}
_SP_PLACE = {c.tag: i for i, c in enumerate(SET_POINTS)}


@dataclass(frozen=True)
class UnderDelivery:
    """A feed pump that delivers too little from a plant instant on."""

    fraction: float
    from_us: int


@dataclass
class Reactor:
    """BR-201.

    Args:
        seed: of the plant.
        origin_us: plant instant at which it was switched on.
        batch: which batch of the plant this is, from 0; a reset counts it up.
    """

    seed: int
    origin_us: int
    batch: int = 0
    under_delivery: UnderDelivery | None = None
    registers: dict[str, float] = field(default_factory=lambda: {c.tag: 0.0 for c in COMMANDS})
    drawn: str = ""

    def __post_init__(self) -> None:
        self.at_us = self.origin_us
        self._steps = 0
        self._advance = kernel.compiled_advance()
        self._last_flags: list[bool] = [False] * len(FLAGS)
        self._last_mode = kernel.EMPTY
        self._load()
        self._run(0)  # compiles now, not while a client waits

    def _load(self) -> None:
        self.draw: BatchDraw = draw_batch(self.seed, self.batch)
        self.s: Array = kernel.fresh_state()
        self.c: Array = kernel.fresh_controls()
        self._process_rng = np.random.default_rng([self.seed, self.batch, 0xD1])
        # noise differs from batch to batch as the cells do: history that repeats it would teach it as normal
        self._sensor_rng = np.random.default_rng([self.seed, self.batch, 0xA5])

    @property
    def mode(self) -> int:
        """One of the states of ``kernel.STATE_NAMES``."""
        return int(self.c[kernel.MODE])

    @property
    def state_name(self) -> str:
        """State of the unit, in words."""
        return kernel.STATE_NAMES[self.mode]

    # time -------------------------------------------------------------------------------------------------

    def advance(self, until_us: int) -> list[Reading]:
        """Run up to an instant and return the readings that fell due on the way, oldest first."""
        readings: list[Reading] = []
        target = (until_us - self.origin_us) // STEP_US
        while self._steps < target:
            steps = min(_GRID_STEPS - self._steps % _GRID_STEPS, target - self._steps)
            self._run(int(steps))
            if self._steps % _GRID_STEPS == 0:
                self._due(self._steps * kernel.STEP_S // 60, readings)
        return readings

    def run_quietly(self, until_us: int) -> None:
        """Run up to an instant without making readings."""
        target = (until_us - self.origin_us) // STEP_US
        while self._steps < target:
            self._run(int(min(_GRID_STEPS, target - self._steps)))

    def call_it(self, instant_us: int) -> None:
        """Name the present instant: for batches in process, whose preparation takes as long as it takes."""
        self.origin_us = instant_us - self._steps * STEP_US
        self.at_us = instant_us

    def _run(self, steps: int) -> None:
        c = self.c
        fault = self.under_delivery
        share = fault.fraction if fault and self.at_us >= fault.from_us else 0.0
        c[kernel.F2_GAIN] = self.draw.f2_gain * (1.0 - share)
        c[kernel.GLC_GAIN] = self.draw.glc_gain
        noise = self._process_rng.standard_normal((steps, 3))
        d = self.draw
        self._advance(self.s, c, d.p, d.medium, d.inoculum, noise, d.drift, steps)
        self._steps += steps
        self.at_us = self.origin_us + self._steps * STEP_US
        self._follow()

    def _follow(self) -> None:
        """Move the unit's state on where a transfer has ended."""
        mode, volume = self.mode, self.s[10]
        if mode == kernel.FILLING and volume >= self.c[kernel.FILL] - 0.01:
            self.c[kernel.MODE] = kernel.READY
        elif mode == kernel.INOCULATING and self.c[kernel.INOCULUM] <= 0.0:
            self.c[kernel.MODE] = kernel.CULTURE
        elif mode == kernel.HARVESTING and volume <= 5.01:
            self.c[kernel.MODE] = kernel.HARVESTED

    # readings ---------------------------------------------------------------------------------------------

    def process_values(self) -> Array:
        """The 24 transmitters' readings now, with noise, offset and resolution."""
        true = kernel.observe(self.s, self.c) * self.draw.gain + self.draw.offset
        spread = np.sqrt(_NOISE**2 + (_RELATIVE * true) ** 2)
        noisy = true + spread * self._sensor_rng.standard_normal(len(spread))
        shown: Array = np.round(np.clip(noisy, _LOW, _HIGH) / _STEP) * _STEP
        return shown

    def _due(self, minute: int, into: list[Reading]) -> None:
        values = self.process_values()
        at = self.at_us
        for channel, value in zip(PROCESS_VALUES, values.tolist(), strict=True):
            if _due_at(channel, minute):
                into.append(Reading(channel.tag, at, round(value, 4)))
        now = kernel.flags(self.s, self.c)
        slow = minute % 10 == 0
        for channel, flag, before in zip(FLAGS, now, self._last_flags, strict=True):
            if slow or flag != before:
                into.append(Reading(channel.tag, at, bool(flag)))
        self._last_flags = now
        if slow or self.mode != self._last_mode:
            into.append(Reading(STATE.tag, at, self.state_name))
            self._last_mode = self.mode
        if slow:
            for channel in (*SET_POINTS, *COMMANDS):
                into.append(Reading(channel.tag, at, self.value_of(channel.tag)))

    def value_of(self, tag: str) -> float:
        """Present value of a set-point or command register."""
        place = _SP_PLACE.get(tag)
        return float(self.c[place]) if place is not None else self.registers[tag]

    def snapshot(self) -> list[Reading]:
        """One reading of every channel now; what a server shows when it comes up."""
        readings = [
            Reading(c.tag, self.at_us, round(v, 4))
            for c, v in zip(PROCESS_VALUES, self.process_values().tolist(), strict=True)
        ]
        readings += [Reading(c.tag, self.at_us, self.value_of(c.tag)) for c in (*SET_POINTS, *COMMANDS)]
        readings += [
            Reading(SAMPLE_DRAW.tag, self.at_us, self.drawn),
            Reading(STATE.tag, self.at_us, self.state_name),
        ]
        readings += [
            Reading(c.tag, self.at_us, bool(f))
            for c, f in zip(FLAGS, kernel.flags(self.s, self.c), strict=True)
        ]
        return readings

    # writes -----------------------------------------------------------------------------------------------

    def write(self, tag: str, value: Value) -> bool:
        """A client writes a set-point or a command.

        A command acts on a *change* of its register, so a write that is repeated after a lost answer does
        nothing twice.

        Returns:
            Whether something changed.

        Raises:
            Refusal: out of range (``BadOutOfRange``), or not in this state (``BadInvalidState``).
        """
        channel = _BY_TAG[tag]
        if tag == SAMPLE_DRAW.tag:
            raise TypeError("samples are drawn by draw_sample")
        number = float(value)
        if not channel.low <= number <= channel.high:
            raise Refusal(
                "BadOutOfRange",
                f"{tag}: {number:g} {channel.unit} is outside {channel.low:g} to {channel.high:g}.",
            )
        if tag in _SP_PLACE:
            changed = self.c[_SP_PLACE[tag]] != number
            self.c[_SP_PLACE[tag]] = number
            return bool(changed)
        if number == self.registers[tag]:
            return False
        if number == 0.0:
            self.registers[tag] = 0.0
            return True
        self._command(tag.removeprefix(REACTOR + ".").removesuffix(".CMD"), number)
        if tag in self.registers and self.registers[tag] != number and not tag.endswith("Reset.CMD"):
            self.registers[tag] = number
        return True

    def _command(self, name: str, number: float) -> None:
        needed, action = {
            "MediaFill": (kernel.EMPTY, self._fill),
            "Inoculate": (kernel.READY, self._inoculate),
            "Harvest": (kernel.CULTURE, self._harvest),
            "Reset": (kernel.HARVESTED, self._reset),
        }[name]
        if self.mode != needed:
            raise Refusal(
                "BadInvalidState",
                f"{name} needs the unit in {kernel.STATE_NAMES[needed]}; it is in {self.state_name}.",
            )
        action(number)

    def _fill(self, litres: float) -> None:
        self.c[kernel.FILL] = litres
        self.c[kernel.MODE] = kernel.FILLING

    def _inoculate(self, litres: float) -> None:
        self.c[kernel.INOCULUM] = litres
        self.c[kernel.MODE] = kernel.INOCULATING

    def _harvest(self, _: float) -> None:
        self.c[kernel.MODE] = kernel.HARVESTING

    def _reset(self, _: float) -> None:
        self.batch += 1
        self._load()
        self.registers = {c.tag: 0.0 for c in COMMANDS}

    def draw_sample(self, number: str, millilitres: float = 120.0) -> dict[str, object]:
        """Fill a bottle: take broth out and return what is in it, truly.

        Raises:
            Refusal: no number, or nothing to sample (``BadInvalidState``).
        """
        if not number or len(number) > 64 or not all(ch.isalnum() or ch in "-_." for ch in number):
            raise Refusal("BadOutOfRange", "A sample number is 1 to 64 letters, digits, dots and dashes.")
        if self.mode not in (kernel.CULTURE, kernel.HARVESTING, kernel.HARVESTED):
            raise Refusal(
                "BadInvalidState", f"There is no culture to sample; the unit is in {self.state_name}."
            )
        self.c[kernel.DRAW_L] += millilitres / 1000.0
        self.drawn = number
        return {
            "sample": number,
            "unit": REACTOR,
            "drawn_us": self.at_us,
            "state": self.state_name,
            "culture_h": round(float(self.s[kernel.CULTURE_H]), 3),
            "volume_ml": millilitres,
            "broth": self.broth(),
        }

    def broth(self) -> dict[str, float]:
        """What is truly in the bag: the analyser's panel, pH, and aggregates and fragments in % of product."""
        s = self.s
        product = max(float(s[6]), 1e-9)
        return {
            "vcd": float(s[0]),
            "viability": 100.0 * float(s[0]) / max(float(s[0] + s[1]), 1e-9),
            "glucose": float(s[2]) * 0.180156,
            "lactate": float(s[4]) * 0.090078,
            "glutamine": float(s[3]),
            "ammonium": float(s[5]),
            "osmolality": float(s[7] + s[2] + s[3] + s[4] + s[5] + s[11]),
            "titre": float(s[6]),
            "ph": float(s[kernel.PH]),
            "hmw": 100.0 * float(s[kernel.HMW]) / product,
            "lmw": 100.0 * float(s[kernel.LMW]) / product,
        }


def _due_at(channel: Channel, minute: int) -> bool:
    """Slow channels are spread over the grid, so that no instant has to carry all of them."""
    period = channel.period_min
    return period == 2 or minute % (2 * period) in (0, period + period % 2)
