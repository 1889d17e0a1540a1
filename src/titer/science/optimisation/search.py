"""Differential evolution (Storn and Price 1997, J. Glob. Optim. 11:341) and Nelder-Mead (1965, Comput. J. 7:308).

Both minimise, both stay inside bounds, both are deterministic for a given random generator. A function value that
is not finite counts as infinitely bad, so a scenario that failed can never be chosen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Objective = Callable[[Array], float]


@dataclass(frozen=True)
class Found:
    """The best point that was seen.

    Attributes:
        x: where.
        value: the objective there.
        evaluations: how often the objective was asked.
    """

    x: Array
    value: float
    evaluations: int


def _safe(objective: Objective, x: Array) -> float:
    value = float(objective(x))
    return value if math.isfinite(value) else math.inf


def _check(low: Array, high: Array) -> None:
    if low.shape != high.shape or not np.all(low <= high):
        raise ValueError("each lower bound must be at most its upper bound")


def differential_evolution(
    objective: Objective,
    low: Array,
    high: Array,
    rng: np.random.Generator,
    *,
    population: int = 16,
    generations: int = 30,
    weight: float = 0.7,
    crossover: float = 0.9,
    start: Array | None = None,
) -> Found:
    """Global search by best/1/bin with dithered weight.

    Args:
        objective: to be minimised.
        low, high: bounds.
        rng: random source.
        population: members, at least 4.
        generations: rounds.
        weight: differential weight; dithered by +-0.2.
        crossover: probability that a coordinate is taken from the mutant.
        start: one member of the first population, e.g. today's set-points.

    Raises:
        ValueError: bounds or population do not make sense.
    """
    _check(low, high)
    if population < 4:
        raise ValueError("differential evolution needs at least four members")
    size = low.shape[0]
    strata = np.array([rng.permutation(population) for _ in range(size)]).T
    members = low + (strata + rng.random((population, size))) / population * (high - low)
    if start is not None:
        members[0] = np.clip(start, low, high)
    values = np.array([_safe(objective, member) for member in members])
    count = population
    for _ in range(generations):
        for i in range(population):
            a, b = rng.choice(population, size=2, replace=False)
            best = int(np.argmin(values))
            factor = weight + rng.uniform(-0.2, 0.2)
            mutant = members[best] + factor * (members[a] - members[b])
            cross: npt.NDArray[np.bool_] = np.less(rng.random(size), crossover)
            cross[rng.integers(size)] = True
            trial = np.where(cross, mutant, members[i])
            outside = (trial < low) | (trial > high)
            trial = np.where(outside, low + rng.random(size) * (high - low), trial)
            value = _safe(objective, trial)
            count += 1
            if value <= values[i]:
                members[i], values[i] = trial, value
    best = int(np.argmin(values))
    return Found(members[best].copy(), float(values[best]), count)


def nelder_mead(
    objective: Objective,
    start: Array,
    low: Array,
    high: Array,
    *,
    step: float = 0.05,
    tolerance: float = 1e-7,
    max_evaluations: int = 400,
) -> Found:
    """Local refinement by a simplex; points outside the bounds are put onto them.

    Args:
        objective: to be minimised.
        start: first vertex.
        low, high: bounds.
        step: edge of the first simplex, relative to the range.
        tolerance: stop when the simplex is smaller than this, relative to the range.
        max_evaluations: stop then at the latest.
    """
    _check(low, high)
    size = start.shape[0]
    span = np.where(high > low, high - low, 1.0)
    first = np.clip(start, low, high)
    simplex = [first]
    for i in range(size):
        vertex = first.copy()
        move = step * span[i]
        vertex[i] = vertex[i] + move if vertex[i] + move <= high[i] else vertex[i] - move
        simplex.append(np.clip(vertex, low, high))
    values = [_safe(objective, vertex) for vertex in simplex]
    count = size + 1
    while count < max_evaluations:
        order = np.argsort(values, kind="stable")
        simplex, values = [simplex[i] for i in order], [values[i] for i in order]
        if max(float(np.max(np.abs((v - simplex[0]) / span))) for v in simplex[1:]) < tolerance:
            break
        centre = np.mean(simplex[:-1], axis=0)
        reflected = np.clip(centre + (centre - simplex[-1]), low, high)
        value = _safe(objective, reflected)
        count += 1
        if value < values[0]:
            further = np.clip(centre + 2.0 * (centre - simplex[-1]), low, high)
            value_further = _safe(objective, further)
            count += 1
            simplex[-1], values[-1] = (
                (further, value_further) if value_further < value else (reflected, value)
            )
        elif value < values[-2]:
            simplex[-1], values[-1] = reflected, value
        else:
            towards = reflected if value < values[-1] else simplex[-1]
            inner = np.clip(centre + 0.5 * (towards - centre), low, high)
            value_inner = _safe(objective, inner)
            count += 1
            if value_inner < min(value, values[-1]):
                simplex[-1], values[-1] = inner, value_inner
            else:
                for i in range(1, size + 1):
                    simplex[i] = simplex[0] + 0.5 * (simplex[i] - simplex[0])
                    values[i] = _safe(objective, simplex[i])
                count += size
    best = int(np.argmin(values))
    return Found(simplex[best].copy(), float(values[best]), count)


def minimise(
    objective: Objective,
    low: Array,
    high: Array,
    rng: np.random.Generator,
    *,
    start: Array | None = None,
    population: int = 16,
    generations: int = 30,
    max_evaluations: int = 200,
) -> Found:
    """Differential evolution, then Nelder-Mead from the best member."""
    wide = differential_evolution(
        objective, low, high, rng, population=population, generations=generations, start=start
    )
    fine = nelder_mead(objective, wide.x, low, high, max_evaluations=max_evaluations)
    better = fine if fine.value <= wide.value else wide
    return Found(better.x, better.value, wide.evaluations + fine.evaluations)
