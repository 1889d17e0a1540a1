"""How a kinetic model says what its arrays mean: names, units, bounds, sources.

The right-hand sides of this package work on plain arrays so that numba can compile them and every
integrator can call them. The meaning of each position lives here, beside the model, as data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Variable:
    """One position of a state, input or output vector.

    Attributes:
        name: identifier, unique within its vector.
        unit: unit string of ``titer.base.units``.
        low: smallest value that is physically possible.
        high: largest value inside the model's validity domain.
        scale: a typical magnitude, for tolerances and filters.
        title: what it is, in words.
    """

    name: str
    unit: str
    low: float
    high: float
    scale: float
    title: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter with where its value comes from.

    Attributes:
        name: identifier, unique within the model.
        value: default value in ``unit``.
        unit: unit string.
        spread: relative standard deviation of a log-normal prior; 0 means that it is held fixed.
        source: paper, range or reason for the value.
    """

    name: str
    value: float
    unit: str
    spread: float
    source: str


@dataclass(frozen=True, slots=True)
class KineticSpec:
    """Names, units and bounds of a kinetic model's vectors, and its parameter table.

    Example:
        >>> from titer.science.kinetics import cho_fedbatch
        >>> cho_fedbatch.SPEC.state_index("igg")
        6
    """

    id: str
    version: str
    title: str
    states: tuple[Variable, ...]
    inputs: tuple[Variable, ...]
    outputs: tuple[Variable, ...]
    parameters: tuple[Parameter, ...]
    validity: str

    def state_index(self, name: str) -> int:
        """Position of a state; raises ValueError for an unknown name."""
        return [v.name for v in self.states].index(name)

    def output_index(self, name: str) -> int:
        """Position of an output; raises ValueError for an unknown name."""
        return [v.name for v in self.outputs].index(name)

    def parameter_index(self, name: str) -> int:
        """Position of a parameter; raises ValueError for an unknown name."""
        return [q.name for q in self.parameters].index(name)

    def defaults(self, **changed: float) -> Array:
        """Parameter vector with the table's values, some of them changed by name.

        Raises:
            ValueError: a name is not in the table.
        """
        p = np.array([q.value for q in self.parameters])
        for name, value in changed.items():
            p[self.parameter_index(name)] = value
        return p
