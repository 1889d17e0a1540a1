"""Many courses of one model in one compiled loop: an ensemble of starts and parameters under the same inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit, types

from titer.science.integrators.rodas4 import OUTPUTS_TYPE, RHS_TYPE, Array, integrate

_ROW, _TABLE = types.float64[::1], types.float64[:, ::1]
_RUN = types.Tuple((types.float64[:, :, ::1], _TABLE, types.int64[::1]))(
    RHS_TYPE,
    OUTPUTS_TYPE,
    _TABLE,
    _TABLE,
    _ROW,
    _ROW,
    _TABLE,
    _TABLE,
    _ROW,
    types.float64,
    types.int64,
)


@njit(_RUN, cache=True, nogil=True, error_model="numpy")
def _run(rhs, outputs, starts, parameters, times, edges, inputs, gain, atol, rtol, n_out):  # type: ignore[no-untyped-def]
    m, n = starts.shape
    y = np.empty((m, times.shape[0], n_out))
    ends = np.empty((m, n))
    status = np.zeros(m, np.int64)
    jumps = np.zeros((inputs.shape[0], n))
    own = inputs.copy()
    for s in range(m):
        for i in range(inputs.shape[0]):
            for j in range(inputs.shape[1]):
                own[i, j] = inputs[i, j] * gain[s, j]
        states, status[s], _ = integrate(
            rhs, starts[s], times, edges, own, jumps, parameters[s], rtol, atol, 20000
        )
        segment = 0
        for t in range(times.shape[0]):
            while segment + 1 < own.shape[0] and times[t] > edges[segment + 1]:
                segment += 1
            y[s, t] = outputs(states[t], own[segment], parameters[s])
        ends[s] = states[times.shape[0] - 1]
    return y, ends, status


@dataclass(frozen=True)
class Ensemble:
    """Outputs of an ensemble.

    Attributes:
        times: h.
        outputs: [member, time, output].
        ends: states at the last time, [member, state].
        status: per member, see `rodas4.REASONS`; failed members are kept and counted.
    """

    times: Array
    outputs: Array
    ends: Array
    status: npt.NDArray[np.int64]

    @property
    def failed(self) -> int:
        """How many members did not reach the end, or left the finite numbers."""
        return int(np.sum(~self.good))

    @property
    def good(self) -> npt.NDArray[np.bool_]:
        """Which members may be used."""
        finite = np.isfinite(self.outputs).all(axis=(1, 2))
        return np.asarray((self.status == 0) & finite)


def run_ensemble(
    rhs: Any,
    outputs: Any,
    starts: Array,
    parameters: Array,
    times: Array,
    edges: Array,
    inputs: Array,
    *,
    n_outputs: int,
    scale: Array,
    gain: Array | None = None,
    rtol: float = 1e-4,
) -> Ensemble:
    """Integrate each start with its parameters.

    Args:
        rhs, outputs: from `rodas4.compiled` and `rodas4.compiled_outputs`.
        starts: [member, state].
        parameters: [member, parameter].
        times: where outputs are wanted, h.
        edges, inputs: as in `rodas4.simulate`; neighbouring equal rows are merged here.
        n_outputs: length of the output vector.
        scale: typical magnitude of each state, for the absolute tolerance.
        gain: [member, input] factors on the inputs (uncertain pumps); ones if None.
        rtol: relative error per step.
    """
    keep = np.ones(inputs.shape[0], dtype=bool)
    keep[1:] = np.any(inputs[1:] != inputs[:-1], axis=1)
    first = np.flatnonzero(keep)
    merged_edges = np.append(edges[first], edges[-1])
    members = starts.shape[0]
    y, ends, status = _run(
        rhs,
        outputs,
        np.ascontiguousarray(starts),
        np.ascontiguousarray(parameters),
        np.ascontiguousarray(times, dtype=np.float64),
        np.ascontiguousarray(merged_edges, dtype=np.float64),
        np.ascontiguousarray(inputs[first], dtype=np.float64),
        np.ones((members, inputs.shape[1])) if gain is None else np.ascontiguousarray(gain),
        scale * rtol * 0.1,
        rtol,
        n_outputs,
    )
    return Ensemble(times, y, ends, status)
