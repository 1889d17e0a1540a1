"""Size-exclusion chromatography as HPLC-02 does it: separation, detector, and the instrument's own integrator. Pure.

A peak is an exponentially modified Gaussian; its area is proportional to the mass that was injected. Retention
drifts slowly with the column's age. The integrator draws a straight baseline over the elution window and drops
perpendiculars, as simple instruments do; Titer integrates the trace anew and compares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from titer.science.kinetics.spec import Array

RUN_MIN = 12.0
STEP_MIN = 0.02
RESPONSE = 60.0
"""mAU.min per mg/mL at 20 uL."""
NOISE_MAU = 0.025
REFERENCE = {"hmw": 0.9, "lmw": 0.4}
"""Composition of the reference standard, % of area."""


@dataclass(frozen=True, slots=True)
class Species:
    """What elutes: retention and width in min, tail (time constant) in min, integration limits in min."""

    name: str
    retention: float
    sigma: float
    tail: float
    begin: float
    end: float


SPECIES = (
    Species("hmw", 7.55, 0.14, 0.04, 6.85, 8.17),
    Species("monomer", 8.85, 0.12, 0.05, 8.17, 9.63),
    Species("lmw", 10.20, 0.16, 0.04, 9.63, 11.00),
)


class Injection(BaseModel):
    """One line of a sequence, as a person types it and prepares the vial."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["blank", "standard", "suitability", "sample"]
    name: str = ""
    sample: str | None = None
    level: str | None = None
    concentration: float | None = Field(default=None, gt=0, description="mg/mL in the vial of a standard")
    dilution: float = Field(
        default=1.0, gt=0, description="how the sample was truly diluted, whatever is written"
    )


class ManualIntegration(BaseModel):
    """A person moves the limits of a peak that the integrator cut."""

    model_config = ConfigDict(extra="forbid")

    injection: int | None = Field(default=None, ge=1, description="position; None: the first sample")
    peak: Literal["hmw", "lmw"] = "hmw"
    by: str | None = None
    reason: str = "The integrator set the start of the aggregate peak too late."


class Sequence(BaseModel):
    """What is given to the chromatograph."""

    model_config = ConfigDict(extra="forbid")

    sequence_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
    operator: str = "analyst"
    method: str = "SEC-HPLC"
    injections: list[Injection] = Field(min_length=1, max_length=200)
    manual_integration: ManualIntegration | None = Field(default_factory=ManualIntegration)

    def problems(self) -> list[str]:
        """What makes the sequence unfit to run."""
        found = []
        for position, line in enumerate(self.injections, 1):
            if line.type == "sample" and not line.sample:
                found.append(f"line {position}: a sample injection needs `sample`, the number on the bottle")
            if line.type in ("standard", "suitability") and line.concentration is None:
                found.append(f"line {position}: a {line.type} needs `concentration` in mg/mL")
        manual = self.manual_integration
        if manual and manual.injection and manual.injection > len(self.injections):
            found.append(f"manual_integration: there is no line {manual.injection}")
        return found


@dataclass(frozen=True, slots=True)
class IntegratedPeak:
    """A row of the instrument's peak table: min, mAU, mAU.min, % of the area of all peaks."""

    name: str
    retention: float
    begin: float
    end: float
    height: float
    area: float
    percent: float
    manual: bool


def composition(line: Injection, broth: dict[str, float] | None) -> dict[str, float]:
    """Concentration of each species in the vial, mg/mL."""
    if line.type == "blank":
        return {}
    if broth is not None:
        total, hmw, lmw = broth["titre"] / line.dilution, broth["hmw"], broth["lmw"]
    else:
        total, hmw, lmw = line.concentration or 0.0, REFERENCE["hmw"], REFERENCE["lmw"]
    return {
        "hmw": total * hmw / 100.0,
        "lmw": total * lmw / 100.0,
        "monomer": total * (100.0 - hmw - lmw) / 100.0,
    }


def chromatogram(contents: dict[str, float], *, rng: np.random.Generator, age: int) -> tuple[Array, Array]:
    """Time in min and absorbance at 280 nm in mAU.

    Args:
        contents: species -> mg/mL.
        rng: detector and injector noise.
        age: injections that the column has seen.
    """
    times = np.round(np.arange(0.0, RUN_MIN + STEP_MIN / 2, STEP_MIN), 4)
    drift = 0.04 * rng.standard_normal()
    signal = 0.3 + drift * times / RUN_MIN + NOISE_MAU * rng.standard_normal(len(times))
    injected = 1.0 + 0.004 * rng.standard_normal()
    shift = 2e-4 * age + 0.004 * rng.standard_normal()
    for species in SPECIES:
        area = RESPONSE * contents.get(species.name, 0.0) * injected
        if area > 0.0:
            at = species.retention + shift - species.tail
            signal = signal + area * _peak(times, at, species.sigma, species.tail)
    return times, np.round(signal, 4)


def _peak(times: Array, mean: float, sigma: float, tail: float) -> Array:
    """Exponentially modified Gaussian of unit area (Grushka 1972), through its stable error-function form."""
    z = (sigma / tail - (times - mean) / sigma) / math.sqrt(2.0)
    erfcx = np.array([_scaled_erfc(float(v)) for v in z])
    shape: Array = 1.0 / (2.0 * tail) * np.exp(-0.5 * ((times - mean) / sigma) ** 2) * erfcx
    return shape


def _scaled_erfc(z: float) -> float:
    """exp(z^2) erfc(z); the continued fraction's first terms where the product would overflow."""
    if z < 5.0:
        return math.exp(z * z) * math.erfc(z)
    return 1.0 / (math.sqrt(math.pi) * z) * (1.0 - 0.5 / z**2 + 0.75 / z**4)


def integrate(
    times: Array, signal: Array, *, late_start: str | None = None, manual: bool = False
) -> list[IntegratedPeak]:
    """The instrument's own integration.

    Args:
        times: min.
        signal: mAU.
        late_start: a peak whose start the automatic integrator misses.
        manual: mark that peak as integrated by hand (and do not cut it).
    """
    first, last = SPECIES[0].begin - 0.3, SPECIES[-1].end + 0.3
    left = float(np.mean(signal[np.abs(times - first) < 0.15]))
    right = float(np.mean(signal[np.abs(times - last) < 0.15]))
    net = signal - (left + (right - left) * (times - first) / (last - first))
    rows = []
    for species in SPECIES:
        begin = species.begin
        cut = species.name == late_start and not manual
        if cut:
            begin = species.retention - 0.06
        inside = (times >= begin) & (times <= species.end)
        y, t = net[inside], times[inside]
        apex = int(np.argmax(y))
        if y[apex] < 6.0 * NOISE_MAU:
            continue
        area = float(np.sum((y[1:] + y[:-1]) / 2.0 * np.diff(t)))
        by_hand = manual and species.name == late_start
        rows.append((species.name, float(t[apex]), float(t[0]), float(t[-1]), float(y[apex]), area, by_hand))
    total = sum(row[5] for row in rows)
    return [IntegratedPeak(*row[:6], percent=100.0 * row[5] / total, manual=row[6]) for row in rows]
