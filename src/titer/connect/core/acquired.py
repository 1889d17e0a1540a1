"""A spectrum or a chromatogram as one value: numbers along an axis, and the axis they refer to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from titer.base.canonical import canonical


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """What the numbers of an acquisition stand along: wavenumbers, wavelengths, minutes.

    Attributes:
        name: of the quantity, e.g. Raman shift.
        unit: of its values, in the house's spelling.
        values: float64, one for each number of an acquisition.
        digest: SHA-256 over name, unit and values; acquisitions refer to the axis by it.
    """

    name: str
    unit: str
    values: NDArray[np.float64]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(self.values, dtype="<f8")
        said = canonical({"name": self.name, "unit": self.unit})
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "digest", hashlib.sha256(said + b"\n" + values.tobytes()).hexdigest())


def places(count: int) -> Axis:
    """The axis of numbers of which nobody says what they stand along: their places, from 0."""
    return Axis("place", "1", np.arange(count, dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class Acquired:
    """One acquisition.

    Attributes:
        values: float64, as many as the axis has.
        axis: of the values.
    """

    values: NDArray[np.float64]
    axis: Axis
