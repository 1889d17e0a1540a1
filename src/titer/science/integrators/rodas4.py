"""Rodas4: an adaptive, linearly implicit Runge-Kutta (Rosenbrock) method of order 4(3), for stiff kinetics.

Coefficients: Hairer and Wanner, *Solving Ordinary Differential Equations II*, 2nd ed. 1996, section IV.7 and
code RODAS (method RODAS, gamma = 0.25); dense output of order 3 from the same place. Between two edges the
inputs are constant and the right-hand side must not depend on time explicitly; at an edge the integration is
restarted, and a bolus is a jump of the state there.

A right-hand side is compiled by `compiled` to one signature and passed as a first-class function, so the
integrator itself, and each compiled loop that is given the function by the same type, is compiled once for all
models and kept in numba's cache on disk. (Given a dispatcher without a signature, numba would compile such a loop
anew in each process.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit, types

Array = npt.NDArray[np.float64]

RHS = types.float64[::1](types.float64, types.float64[::1], types.float64[::1], types.float64[::1])
OUTPUTS = types.float64[::1](types.float64[::1], types.float64[::1], types.float64[::1])
RHS_TYPE = types.FunctionType(RHS)
OUTPUTS_TYPE = types.FunctionType(OUTPUTS)

OK, TOO_MANY_STEPS, STEP_TOO_SMALL, NOT_FINITE = 0, 1, 2, 3
REASONS = {
    OK: "done",
    TOO_MANY_STEPS: "needed more steps than were allowed",
    STEP_TOO_SMALL: "the step became too small to go on",
    NOT_FINITE: "a state became infinite or not a number",
}


@cache
def compiled(rhs: Callable[[float, Array, Array, Array], Array]) -> Any:
    """Compile a right-hand side `rhs(t, x, u, p)` for `simulate`; kept on disk beside its source."""
    return njit(RHS, cache=True, nogil=True, error_model="numpy")(rhs)


@cache
def compiled_outputs(outputs: Callable[[Array, Array, Array], Array]) -> Any:
    """Compile an output function `outputs(x, u, p)`."""
    return njit(OUTPUTS, cache=True, nogil=True, error_model="numpy")(outputs)


@njit(cache=True, nogil=True, error_model="numpy")
def _factor(a, pivot):  # type: ignore[no-untyped-def]
    """LU with partial pivoting, in place; False if the matrix is singular."""
    n = a.shape[0]
    for k in range(n):
        best, row = abs(a[k, k]), k
        for i in range(k + 1, n):
            if abs(a[i, k]) > best:
                best, row = abs(a[i, k]), i
        if not best > 0.0:
            return False
        pivot[k] = row
        if row != k:
            for j in range(n):
                a[k, j], a[row, j] = a[row, j], a[k, j]
        scale = 1.0 / a[k, k]
        for i in range(k + 1, n):
            if a[i, k] != 0.0:
                factor = a[i, k] * scale
                a[i, k] = factor
                for j in range(k + 1, n):
                    a[i, j] -= factor * a[k, j]
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _solve(a, pivot, b):  # type: ignore[no-untyped-def]
    """Solve with the factors of `_factor`, in place."""
    n = a.shape[0]
    for k in range(n):
        row = pivot[k]
        if row != k:
            b[k], b[row] = b[row], b[k]
    for i in range(1, n):
        total = b[i]
        for j in range(i):
            total -= a[i, j] * b[j]
        b[i] = total
    for i in range(n - 1, -1, -1):
        total = b[i]
        for j in range(i + 1, n):
            total -= a[i, j] * b[j]
        b[i] = total / a[i, i]


_SIGNATURE = types.Tuple((types.float64[:, ::1], types.int64, types.int64))(
    RHS_TYPE,
    types.float64[::1],
    types.float64[::1],
    types.float64[::1],
    types.float64[:, ::1],
    types.float64[:, ::1],
    types.float64[::1],
    types.float64,
    types.float64[::1],
    types.int64,
)


@njit(_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def integrate(rhs, x0, times, edges, inputs, jumps, p, rtol, atol, max_steps):  # type: ignore[no-untyped-def]
    """The compiled loop; see `simulate`. Returns (states at times, status, steps taken)."""
    n = x0.shape[0]
    out = np.empty((times.shape[0], n))
    out[:] = np.nan
    x = x0.copy()
    jac = np.empty((n, n))
    lu = np.empty((n, n))
    pivot = np.zeros(n, np.int64)
    k = np.empty((6, n))
    xs = np.empty(n)
    new = np.empty(n)
    xs[:] = x
    next_out, steps = 0, 0
    t = edges[0]
    h_keep = 0.0
    while next_out < times.shape[0] and times[next_out] < t:
        next_out += 1
    for segment in range(inputs.shape[0]):
        t, end = edges[segment], edges[segment + 1]
        u = inputs[segment]
        for i in range(n):
            x[i] += jumps[segment, i]
        while next_out < times.shape[0] and times[next_out] == t:
            out[next_out] = x
            next_out += 1
        if end <= t:
            continue
        h = end - t if h_keep == 0.0 else min(h_keep, end - t)
        h = min(h, 1.0)
        fresh = True
        f0 = rhs(t, x, u, p)
        while t < end:
            if steps >= max_steps:
                return out, TOO_MANY_STEPS, steps
            if end - t - h < 1e-9 * (end - t) or t + h > end:
                h = end - t
            if fresh:
                f0 = rhs(t, x, u, p)
                for j in range(n):
                    delta = 1.5e-8 * max(abs(x[j]), atol[j] * 1e3)
                    keep = x[j]
                    x[j] = keep + delta
                    fj = rhs(t, x, u, p)
                    x[j] = keep
                    for i in range(n):
                        jac[i, j] = (fj[i] - f0[i]) / delta
                fresh = False
            steps += 1
            for i in range(n):
                for j in range(n):
                    lu[i, j] = -jac[i, j]
                lu[i, i] += 4.0 / h
            if not _factor(lu, pivot):
                h *= 0.5
                continue
            k[0, :] = f0
            _solve(lu, pivot, k[0])
            for i in range(n):
                xs[i] = x[i] + 1.544 * k[0, i]
            f = rhs(t + 0.386 * h, xs, u, p)
            for i in range(n):
                k[1, i] = f[i] - 5.6688 * k[0, i] / h
            _solve(lu, pivot, k[1])
            for i in range(n):
                xs[i] = x[i] + 0.9466785280815826 * k[0, i] + 0.2557011698983284 * k[1, i]
            f = rhs(t + 0.21 * h, xs, u, p)
            for i in range(n):
                k[2, i] = f[i] + (-2.430093356833875 * k[0, i] - 0.2063599157091915 * k[1, i]) / h
            _solve(lu, pivot, k[2])
            for i in range(n):
                xs[i] = (
                    x[i]
                    + 3.314825187068521 * k[0, i]
                    + 2.896124015972201 * k[1, i]
                    + 0.9986419139977817 * k[2, i]
                )
            f = rhs(t + 0.63 * h, xs, u, p)
            for i in range(n):
                k[3, i] = (
                    f[i]
                    + (
                        -0.1073529058151375 * k[0, i]
                        - 9.594562251023355 * k[1, i]
                        - 20.47028614809616 * k[2, i]
                    )
                    / h
                )
            _solve(lu, pivot, k[3])
            for i in range(n):
                xs[i] = (
                    x[i]
                    + 1.221224509226641 * k[0, i]
                    + 6.019134481288629 * k[1, i]
                    + 12.53708332932087 * k[2, i]
                    - 0.6878860361058950 * k[3, i]
                )
            f = rhs(t + h, xs, u, p)
            for i in range(n):
                k[4, i] = (
                    f[i]
                    + (
                        7.496443313967647 * k[0, i]
                        - 10.24680431464352 * k[1, i]
                        - 33.99990352819905 * k[2, i]
                        + 11.70890893206160 * k[3, i]
                    )
                    / h
                )
            _solve(lu, pivot, k[4])
            for i in range(n):
                xs[i] += k[4, i]
            f = rhs(t + h, xs, u, p)
            for i in range(n):
                k[5, i] = (
                    f[i]
                    + (
                        8.083246795921522 * k[0, i]
                        - 7.981132988064893 * k[1, i]
                        - 31.52159432874371 * k[2, i]
                        + 16.31930543123136 * k[3, i]
                        - 6.058818238834054 * k[4, i]
                    )
                    / h
                )
            _solve(lu, pivot, k[5])
            error = 0.0
            for i in range(n):
                new[i] = xs[i] + k[5, i]
                ratio = k[5, i] / (atol[i] + rtol * max(abs(x[i]), abs(new[i])))
                error += ratio * ratio
            error = math.sqrt(error / n)
            if not math.isfinite(error):
                h *= 0.25
                if h < 1e-10:
                    return out, NOT_FINITE, steps
                continue
            factor = 0.9 * error**-0.25 if error > 0.0 else 6.0
            factor = min(max(factor, 0.2), 6.0)
            if error > 1.0:
                h *= factor
                if h < 1e-10:
                    return out, STEP_TOO_SMALL, steps
                continue
            after = end if h == end - t else t + h
            while next_out < times.shape[0] and times[next_out] <= after:
                if times[next_out] == after and segment + 1 < inputs.shape[0]:
                    break
                s = (times[next_out] - t) / h
                for i in range(n):
                    d1 = (
                        10.12623508344586 * k[0, i]
                        - 7.487995877610167 * k[1, i]
                        - 34.80091861555747 * k[2, i]
                        - 7.992771707568823 * k[3, i]
                        + 1.025137723295662 * k[4, i]
                    )
                    d2 = (
                        -0.6762803392801253 * k[0, i]
                        + 6.087714651680015 * k[1, i]
                        + 16.43084320892478 * k[2, i]
                        + 24.76722511418386 * k[3, i]
                        - 6.594389125716872 * k[4, i]
                    )
                    out[next_out, i] = (1.0 - s) * x[i] + s * (new[i] + (1.0 - s) * (d1 + s * d2))
                next_out += 1
            x[:] = new
            t = after
            fresh = True
            h_keep = max(h_keep * 0.5, h) if h == end - t else h
            h *= factor
            h_keep = h
    return out, OK, steps


@dataclass(frozen=True)
class Course:
    """A simulated course.

    Attributes:
        times: as asked for, h.
        states: [time, state]; NaN after a failure.
        status: one of `REASONS`; a failure is reported, never dropped.
        steps: steps tried.
    """

    times: Array
    states: Array
    status: int
    steps: int

    @property
    def ok(self) -> bool:
        """Whether it reached the end with finite states."""
        return self.status == OK


def simulate(
    rhs: Any,
    x0: Array,
    times: Array,
    edges: Array,
    inputs: Array,
    p: Array,
    *,
    jumps: Array | None = None,
    rtol: float = 1e-5,
    atol: Array | float = 1e-6,
    max_steps: int = 20_000,
) -> Course:
    """Integrate dx/dt = rhs(t, x, u, p) with inputs that are constant between edges.

    Args:
        rhs: from `compiled`.
        x0: state before the first edge's jump.
        times: where the state is wanted, ascending, within the edges. At an inner edge the state *after*
            that edge's jump is given.
        edges: k + 1 ascending times.
        inputs: [k, inputs]; row i holds from edge i to edge i + 1.
        p: parameters.
        jumps: [k, states], added to the state at edge i (boluses); none if None.
        rtol, atol: error per step, relative and absolute (absolute by state, in its unit).
        max_steps: give up beyond.

    Raises:
        ValueError: shapes do not match.

    Example:
        >>> decay = compiled(_decay)
        >>> one = np.array([1.0])
        >>> course = simulate(decay, one, one, np.array([0.0, 1.0]), np.zeros((1, 1)), one)
        >>> abs(float(course.states[0, 0]) - math.exp(-1.0)) < 1e-5
        True
    """
    n = x0.shape[0]
    if edges.shape[0] != inputs.shape[0] + 1:
        raise ValueError("there must be one edge more than rows of inputs")
    jumps = np.zeros((inputs.shape[0], n)) if jumps is None else jumps
    states, status, steps = integrate(
        rhs,
        np.ascontiguousarray(x0, dtype=np.float64),
        np.ascontiguousarray(times, dtype=np.float64),
        np.ascontiguousarray(edges, dtype=np.float64),
        np.ascontiguousarray(inputs, dtype=np.float64),
        np.ascontiguousarray(jumps, dtype=np.float64),
        np.ascontiguousarray(p, dtype=np.float64),
        rtol,
        np.full(n, atol) if isinstance(atol, float) else np.ascontiguousarray(atol, dtype=np.float64),
        max_steps,
    )
    return Course(times, states, int(status), int(steps))


def _decay(t: float, x: Array, u: Array, p: Array) -> Array:
    dx = np.empty(1)
    dx[0] = -p[0] * x[0]
    return dx
