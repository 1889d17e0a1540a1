"""What differs from batch to batch and from sensor to sensor: drawn from one seed, reproducible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from titer.science.kinetics import cho_fedbatch
from titer.sim.channels import PROCESS_VALUES, REACTOR

if TYPE_CHECKING:
    from titer.science.kinetics.spec import Array

_SENSOR_OFFSETS = {
    "Temperature.PV": 0.03,
    "pH.PV": 0.008,
    "DO.PV": 0.4,
    "Volume.PV": 2.0,
    "Weight.PV": 1.0,
    "Pressure.PV": 0.01,
    "OffgasO2.PV": 0.02,
    "OffgasCO2.PV": 0.02,
}
_SENSOR_GAINS = {
    "Capacitance.PV": 0.02,
    "VCD.PV": 0.02,
    "OUR.PV": 0.015,
    "FeedF2.PV": 0.006,
    "GlucoseFeed.PV": 0.006,
}


@dataclass(frozen=True)
class BatchDraw:
    """One batch's own nature.

    Attributes:
        p: kinetic parameters.
        medium, inoculum: compositions, 12 culture states each.
        f2_gain, glc_gain: true delivery of the pumps per litre asked.
        drift: standard deviations of the slow log-drifts of growth, glucose uptake and productivity.
        offset, gain: of the 24 transmitters.
    """

    p: Array
    medium: Array
    inoculum: Array
    f2_gain: float
    glc_gain: float
    drift: Array
    offset: Array
    gain: Array


def draw_batch(seed: int, batch: int) -> BatchDraw:
    """Draw the nature of the ``batch``-th batch of a plant with this seed.

    Kinetic parameters vary by a third of their prior's spread (a controlled process in one plant), media and
    inoculum by some per cent, pumps by 1 %.
    """
    rng = np.random.default_rng([seed, batch, 0xB10])
    spec = cho_fedbatch.SPEC
    spread = np.array([q.spread for q in spec.parameters]) / 3.0
    p = spec.defaults() * np.exp(np.clip(rng.standard_normal(len(spread)), -2.0, 2.0) * spread)
    for name in ("f2_glc", "f2_gln", "f2_aa"):
        p[spec.parameter_index(name)] *= float(np.exp(0.008 * rng.standard_normal()))

    def about(value: float, share: float) -> float:
        return value * float(np.exp(share * np.clip(rng.standard_normal(), -2.0, 2.0)))

    medium = cho_fedbatch.initial_state(
        0.0, vcd=0.0, glc=about(44.0, 0.015), gln=about(6.4, 0.015), lac=0.1, nh4=0.3, aa=about(57.0, 0.015)
    )
    inoculum = cho_fedbatch.initial_state(
        0.0,
        vcd=about(7.0, 0.04),
        viability=min(about(97.0, 0.004), 99.0),
        glc=about(28.0, 0.05),
        gln=about(3.0, 0.05),
        lac=about(10.0, 0.08),
        nh4=about(3.5, 0.05),
        aa=about(42.0, 0.03),
    )
    sensors = np.random.default_rng([seed, 0x5E45])  # the transmitters stay where they are
    offset = np.zeros(len(PROCESS_VALUES))
    gain = np.ones(len(PROCESS_VALUES))
    for i, channel in enumerate(PROCESS_VALUES):
        name = channel.tag.removeprefix(REACTOR + ".")
        offset[i] = _SENSOR_OFFSETS.get(name, 0.0) * float(np.clip(sensors.standard_normal(), -2.0, 2.0))
        gain[i] = 1.0 + _SENSOR_GAINS.get(name, 0.0) * float(np.clip(sensors.standard_normal(), -2.0, 2.0))
    return BatchDraw(
        p=p,
        medium=medium,
        inoculum=inoculum,
        f2_gain=1.0 + 0.01 * float(np.clip(rng.standard_normal(), -1.5, 1.5)),
        glc_gain=1.0 + 0.01 * float(np.clip(rng.standard_normal(), -1.5, 1.5)),
        drift=np.array([0.012, 0.015, 0.010]),
        offset=offset,
        gain=gain,
    )
