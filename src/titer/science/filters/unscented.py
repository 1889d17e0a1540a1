"""Unscented Kalman filter for kinetic models, over states and the logarithms of uncertain parameters.

Sigma points after Julier and Uhlmann 2004 (Proc. IEEE 92:401) at a distance of sqrt(3) standard deviations. The
covariance is summed around the *propagated centre point* with positive weights only, so it stays positive
semi-definite whatever the model does (the textbook form has a negative centre weight beyond three dimensions).
Factorisation is a Cholesky with growing jitter. Sigma points are clipped to
what is physically possible before they are propagated. Everything is deterministic: same inputs, same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit, types

from titer.science.integrators.rodas4 import (
    OK,
    OUTPUTS_TYPE,
    RHS_TYPE,
    Array,
    compiled,
    compiled_outputs,
    integrate,
)

_SPREAD = 3.0


@dataclass(frozen=True)
class Belief:
    """What the filter believes at an instant, in scaled coordinates (states / scale, log-parameters).

    Attributes:
        time: h.
        mean: [n].
        cov: [n, n].
    """

    time: float
    mean: Array
    cov: Array


@dataclass(frozen=True)
class Innovation:
    """One measurement against its prediction.

    Attributes:
        channel: index of the output.
        measured, predicted: in the output's unit.
        sd: standard deviation of the difference, measurement noise included.
        used: False where it was so far off that it was left out (and must be looked at).
    """

    time: float
    channel: int
    measured: float
    predicted: float
    sd: float
    used: bool

    @property
    def z(self) -> float:
        """Difference in standard deviations."""
        return (self.measured - self.predicted) / self.sd


@dataclass(frozen=True)
class FilterModel:
    """What the filter needs to know about a kinetic model.

    Attributes:
        rhs, outputs: plain functions; compiled at first use.
        p: parameter release.
        free: positions of the co-estimated parameters.
        free_sd: standard deviation of each log-parameter at the start.
        scale: typical magnitude of each state.
        low, high: bounds of each state; sigma points are clipped to them.
        relative, absolute: process noise of each state, per square root of hour, relative to the value and
            to the scale.
        drift: random walk of the log-parameters, per square root of hour.
    """

    rhs: Callable[[float, Array, Array, Array], Array]
    outputs: Callable[[Array, Array, Array], Array]
    p: Array
    free: npt.NDArray[np.int64]
    free_sd: Array
    scale: Array
    low: Array
    high: Array
    relative: Array
    absolute: Array
    drift: float = 0.002
    rtol: float = 1e-4
    gate: float = 5.0


_ROW, _TABLE = types.float64[::1], types.float64[:, ::1]
_FREE = types.int64[::1]
_PROPAGATE = types.Tuple((_TABLE, types.int64))(
    RHS_TYPE, _TABLE, _ROW, _ROW, _ROW, _FREE, _ROW, _ROW, types.float64, types.float64
)
_OBSERVE = _TABLE(OUTPUTS_TYPE, _TABLE, _ROW, _ROW, _ROW, _FREE, _ROW, _ROW, types.int64)


@njit(_PROPAGATE, cache=True, nogil=True, error_model="numpy")
def _propagate(rhs, points, scale, low, high, free, p, u, span, rtol):  # type: ignore[no-untyped-def]
    """Move each sigma point forward by `span` hours; returns (points, worst status)."""
    m, n = points.shape[0], scale.shape[0]
    moved = points.copy()
    edges = np.array([0.0, span])
    times = np.array([span])
    inputs = np.empty((1, u.shape[0]))
    inputs[0] = u
    jumps = np.zeros((1, n))
    atol = scale * (rtol * 0.1)
    worst = 0
    x = np.empty(n)
    q = p.copy()
    for s in range(m):
        for i in range(n):
            x[i] = min(max(points[s, i] * scale[i], low[i]), high[i])
        for j in range(free.shape[0]):
            q[free[j]] = p[free[j]] * np.exp(points[s, n + j])
        states, status, _ = integrate(rhs, x, times, edges, inputs, jumps, q, rtol, atol, 2000)
        if status != 0:
            worst = status
        for i in range(n):
            moved[s, i] = states[0, i] / scale[i]
    return moved, worst


@njit(_OBSERVE, cache=True, nogil=True, error_model="numpy")
def _observe(outputs, points, scale, low, high, free, p, u, n_outputs):  # type: ignore[no-untyped-def]
    m, n = points.shape[0], scale.shape[0]
    y = np.empty((m, n_outputs))
    x = np.empty(n)
    q = p.copy()
    for s in range(m):
        for i in range(n):
            x[i] = min(max(points[s, i] * scale[i], low[i]), high[i])
        for j in range(free.shape[0]):
            q[free[j]] = p[free[j]] * np.exp(points[s, n + j])
        y[s] = outputs(x, u, q)
    return y


@njit(cache=True, nogil=True, error_model="numpy")
def _moments(points, centre, weight):  # type: ignore[no-untyped-def]
    """Mean and covariance of propagated points, around the first of them; False if one is not finite."""
    m, n = points.shape
    mean = np.empty(n)
    cov = np.empty((n, n))
    away = np.empty((m - 1, n))
    finite = True
    for i in range(n):
        total = 0.0
        for s in range(1, m):
            total += points[s, i]
            away[s - 1, i] = points[s, i] - points[0, i]
        mean[i] = centre * points[0, i] + weight * total
        finite = finite and np.isfinite(total) and np.isfinite(points[0, i])
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for s in range(m - 1):
                total += away[s, i] * away[s, j]
            cov[i, j] = weight * total
            cov[j, i] = cov[i, j]
    return mean, cov, finite


@njit(cache=True, nogil=True, error_model="numpy")
def _fuse(mean, cov, size, values, sd, gate):  # type: ignore[no-untyped-def]
    """Condition a joint Gaussian, in place, on one measurement after the other; they stand behind `size`.

    Returns:
        What was predicted, with which variance, and whether it was used.
    """
    whole, count = mean.shape[0], values.shape[0]
    predicted = np.empty(count)
    variance = np.empty(count)
    used = np.empty(count, np.bool_)
    cross = np.empty(whole)
    for k in range(count):
        at = size + k
        variance[k] = cov[at, at] + sd[k] * sd[k]
        predicted[k] = mean[at]
        innovation = values[k] - mean[at]
        used[k] = abs(innovation) <= gate * np.sqrt(variance[k])
        if used[k]:
            gain = innovation / variance[k]
            for i in range(whole):
                cross[i] = cov[i, at]
            for i in range(whole):
                mean[i] += cross[i] * gain
                for j in range(whole):
                    cov[i, j] -= cross[i] * cross[j] / variance[k]
    return predicted, variance, used


class FilterFailure(ArithmeticError):
    """The filter could not go on (a sigma point failed to integrate)."""


class Unscented:
    """The filter; it holds no state of its own, beliefs go in and come out.

    Args:
        model: what is filtered.
        n_outputs: length of the output vector.

    Example:
        >>> import numpy as np
        >>> from titer.science.kinetics import cho_fedbatch as cho
        >>> model = filter_model(cho, free=("mu_max", "qp_max"))
        >>> ukf = Unscented(model, len(cho.SPEC.outputs))
        >>> start = ukf.start(0.0, cho.initial_state(1400.0), 0.05)
        >>> later = ukf.predict(start, cho.inputs(), 1.0)
        >>> later, seen = ukf.update(later, np.array([0]), np.array([1.0]), np.array([0.05]), cho.inputs())
        >>> seen[0].used
        True
    """

    def __init__(self, model: FilterModel, n_outputs: int) -> None:
        self.model = model
        self.n_outputs = n_outputs
        self.n = model.scale.shape[0]
        self.size = self.n + model.free.shape[0]
        self._rhs: Any = compiled(model.rhs)
        self._outputs: Any = compiled_outputs(model.outputs)
        self._weight = 1.0 / (2.0 * _SPREAD)
        self._centre = 1.0 - self.size / _SPREAD
        self._absolute = model.absolute**2
        self._low, self._high = model.low / model.scale, model.high / model.scale

    def start(self, time: float, x0: Array, relative_sd: Array | float, absolute_sd: float = 0.002) -> Belief:
        """A first belief: states with an independent relative and absolute uncertainty, parameters at their prior."""
        mean = np.concatenate([x0 / self.model.scale, np.zeros(self.model.free.shape[0])])
        sd = np.concatenate([np.abs(x0 / self.model.scale) * relative_sd + absolute_sd, self.model.free_sd])
        return Belief(time, mean, np.diag(sd * sd))

    def states(self, belief: Belief) -> tuple[Array, Array]:
        """Means and standard deviations of the states, in their units."""
        sd = np.sqrt(np.maximum(np.diag(belief.cov)[: self.n], 0.0))
        return belief.mean[: self.n] * self.model.scale, sd * self.model.scale

    def parameters(self, mean: Array) -> Array:
        """The full parameter vector at a point of belief space."""
        p = self.model.p.copy()
        p[self.model.free] *= np.exp(mean[self.n :])
        return p

    def point(self, z: Array) -> tuple[Array, Array]:
        """State (clipped to its bounds) and parameters at a point of belief space."""
        x = np.clip(z[: self.n] * self.model.scale, self.model.low, self.model.high)
        return x, self.parameters(z)

    def observe(self, belief: Belief, u: Array) -> tuple[Array, Array]:
        """Means and standard deviations of the outputs (without measurement noise)."""
        _, y = self._outputs_of(belief, u)
        mean = self._centre * y[0] + self._weight * y[1:].sum(axis=0)
        return mean, np.sqrt(np.maximum(self._weight * ((y[1:] - y[0]) ** 2).sum(axis=0), 0.0))

    def predict(self, belief: Belief, u: Array, span: float) -> Belief:
        """Move a belief forward by `span` hours under constant inputs.

        Raises:
            FilterFailure: a sigma point could not be integrated.
        """
        if span <= 0.0:
            return belief
        model = self.model
        points = self._points(belief)
        moved, status = _propagate(
            self._rhs, points, model.scale, model.low, model.high, model.free, model.p, u, span, model.rtol
        )
        mean, cov, finite = _moments(moved, self._centre, self._weight)
        if status != OK or not finite:
            raise FilterFailure(f"a sigma point failed to integrate at {belief.time:.2f} h (status {status})")
        noise = np.empty(self.size)
        noise[: self.n] = (model.relative * np.abs(mean[: self.n])) ** 2 + self._absolute
        noise[self.n :] = model.drift**2
        cov.ravel()[:: self.size + 1] += noise * span
        return Belief(belief.time + span, mean, cov)

    def update(
        self, belief: Belief, channels: npt.NDArray[np.int64], values: Array, sd: Array, u: Array
    ) -> tuple[Belief, list[Innovation]]:
        """Fuse measurements taken at the belief's instant, in the order given.

        States and predicted outputs are one Gaussian, which is conditioned on one measurement after the other.

        Args:
            belief: at the sampling instant.
            channels: output positions.
            values: measured, in the outputs' units.
            sd: standard deviation of each measurement.
            u: inputs in force.

        Returns:
            The new belief, and an innovation for each measurement. One further off than `gate` standard
            deviations is shown, but not used.
        """
        told: list[Innovation] = []
        if channels.shape[0] == 0:
            return belief, told
        points, y = self._outputs_of(belief, u)
        mean, cov, _ = _moments(np.hstack((points, y[:, channels])), self._centre, self._weight)
        mean[: self.size] = belief.mean  # what was rounded in summing the points up again is left out
        predicted, variance, used = _fuse(
            mean,
            cov,
            self.size,
            np.asarray(values, dtype=np.float64),
            np.asarray(sd, dtype=np.float64),
            self.model.gate,
        )
        for k in range(channels.shape[0]):
            told.append(
                Innovation(
                    belief.time,
                    int(channels[k]),
                    float(values[k]),
                    float(predicted[k]),
                    float(variance[k]) ** 0.5,
                    bool(used[k]),
                )
            )
        z = mean[: self.size].copy()
        z[: self.n] = np.minimum(np.maximum(z[: self.n], self._low), self._high)
        return Belief(belief.time, z, np.ascontiguousarray(cov[: self.size, : self.size])), told

    def _outputs_of(self, belief: Belief, u: Array) -> tuple[Array, Array]:
        """Sigma points of a belief, and the outputs at each."""
        model = self.model
        points = self._points(belief)
        y = _observe(
            self._outputs, points, model.scale, model.low, model.high, model.free, model.p, u, self.n_outputs
        )
        return points, y

    def _points(self, belief: Belief) -> Array:
        root = robust_root(belief.cov)
        points = np.empty((2 * self.size + 1, self.size))
        points[0] = belief.mean
        step = np.sqrt(_SPREAD) * root.T
        points[1 : self.size + 1] = belief.mean + step
        points[self.size + 1 :] = belief.mean - step
        return points


def robust_root(cov: Array) -> Array:
    """Lower Cholesky factor of a covariance, with as little jitter as makes it succeed.

    Raises:
        FilterFailure: not even with jitter, or the matrix is not finite.
    """
    if not isfinite(float(cov.sum())):  # one that is not finite makes the sum so
        raise FilterFailure("the covariance is not finite")
    try:
        return np.asarray(np.linalg.cholesky(cov), dtype=np.float64)
    except np.linalg.LinAlgError:
        base = max(float(np.trace(cov)) / cov.shape[0], 1e-12)
    for power in (1e-12, 1e-10, 1e-8, 1e-6):
        try:
            return np.linalg.cholesky(cov + np.eye(cov.shape[0]) * (base * power))
        except np.linalg.LinAlgError:
            continue
    raise FilterFailure("the covariance is not positive definite")


def filter_model(
    kinetics: Any,
    *,
    p: Array | None = None,
    free: tuple[str, ...] | None = None,
    relative: float = 0.002,
    absolute: float = 0.0005,
    drift: float = 0.002,
    widen: float = 1.0,
) -> FilterModel:
    """A filter model out of a module of `titer.science.kinetics`.

    Args:
        kinetics: module with SPEC, rhs, outputs.
        p: parameter release; the table's values if None.
        free: names of the co-estimated parameters; all with a prior spread if None.
        relative, absolute, drift: process noise, see `FilterModel`.
        widen: factor on the priors' spreads.

    Raises:
        ValueError: unknown name.
    """
    spec = kinetics.SPEC
    names = free if free is not None else tuple(q.name for q in spec.parameters if q.spread > 0)
    index = np.array([spec.parameter_index(name) for name in names], dtype=np.int64)
    spread = np.array([max(spec.parameters[i].spread, 0.05) for i in index]) * widen
    count = len(spec.states)
    return FilterModel(
        rhs=kinetics.rhs,
        outputs=kinetics.outputs,
        p=spec.defaults() if p is None else p,
        free=index,
        free_sd=spread,
        scale=np.array([v.scale for v in spec.states]),
        low=np.array([v.low for v in spec.states]),
        high=np.array([v.high * 1.5 for v in spec.states]),
        relative=np.full(count, relative),
        absolute=np.full(count, absolute),
        drift=drift,
    )
