"""What the bench instruments measure: truth from a bottle, with each instrument's own error. Pure, seeded."""

from __future__ import annotations

import asyncio
import time
import zlib
from dataclasses import dataclass

import numpy as np

from titer.sim.plant_clock import PlantClock


@dataclass(frozen=True, slots=True)
class Analyte:
    """One line of the analyser's panel.

    Attributes:
        response: name in the SiLA response.
        key: name in a bottle's broth.
        unit: unit string.
        relative: standard deviation as a share of the value.
        absolute: standard deviation in ``unit``.
        decimals: shown.
        title: in words.
    """

    response: str
    key: str
    unit: str
    relative: float
    absolute: float
    decimals: int
    title: str


PANEL: tuple[Analyte, ...] = (
    Analyte("ViableCellDensity", "vcd", "1e6/mL", 0.03, 0.03, 2, "Viable cell density"),
    Analyte("Viability", "viability", "%", 0.0, 0.5, 1, "Viability"),
    Analyte("Glucose", "glucose", "g/L", 0.015, 0.02, 2, "Glucose"),
    Analyte("Lactate", "lactate", "g/L", 0.015, 0.01, 2, "Lactate"),
    Analyte("Glutamine", "glutamine", "mmol/L", 0.03, 0.02, 2, "Glutamine"),
    Analyte("Ammonium", "ammonium", "mmol/L", 0.03, 0.05, 2, "Ammonium"),
    Analyte("Osmolality", "osmolality", "mosm/kg", 0.004, 1.0, 0, "Osmolality"),
    Analyte("Titre", "titre", "g/L", 0.02, 0.01, 3, "Immunoglobulin G"),
)


def measure_panel(broth: dict[str, float], *, seed: int, sample: str, run: int) -> dict[str, float]:
    """Measure a bottle once.

    Args:
        broth: what is in it.
        seed: of the plant.
        sample: number on the label.
        run: the instrument's measurement counter, so that a repeated measurement differs.

    Returns:
        response name -> reading in the panel's unit.
    """
    rng = np.random.default_rng([seed, zlib.crc32(sample.encode()), run])
    readings = {}
    for analyte in PANEL:
        true = broth[analyte.key]
        spread = float(np.hypot(analyte.absolute, analyte.relative * true))
        value = max(true + spread * float(rng.standard_normal()), 0.0)
        if analyte.unit == "%":
            value = min(value, 100.0)
        readings[analyte.response] = round(value, analyte.decimals)
    return readings


async def take_time(clock: PlantClock, plant_minutes: float, patience_s: float) -> int:
    """Let plant time pass, but no longer than people have patience when it stands still or runs slowly.

    Returns:
        the plant instant afterwards.
    """
    until = clock.now_us() + int(plant_minutes * 60_000_000)
    give_up = time.monotonic() + patience_s
    while clock.now_us() < until and time.monotonic() < give_up:
        await asyncio.sleep(0.01)
    return clock.now_us()
