"""Futures: an ensemble out of the present belief, run under planned inputs; deterministic for a seed.

The plan is what the last 24 h did: feeds repeat their pattern, temperature, pH and oxygen stay as they are. An
override scales an input's pattern, holds an input at a value, or says which share of what is commanded arrives.
Uncertainty: a scrambled Sobol sample (Owen) of the joint belief over states and parameters; the parameters' random
walk is carried to the middle of the horizon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from titer.base.canonical import digest
from titer.base.errors import Invalid, Refused
from titer.twin.estimator import Estimator
from titer.twin.inputs import text
from titer.twin.settings import Cqa

if TYPE_CHECKING:
    from titer.science.integrators.ensemble import Ensemble

Array = npt.NDArray[np.float64]
PATTERNED = ("feed_f2", "feed_glc", "feed_base", "draw")


@dataclass(frozen=True)
class Order:
    """What is simulated.

    Attributes:
        overrides: input -> {"factor": f} on its pattern, {"value": v}, or {"delivered": share} of the pattern that
            was commanded.
        horizon_h: hour of culture at which it ends.
        samples: members of the ensemble, a power of two.
        seed: of the Sobol scrambling.
    """

    overrides: Mapping[str, Mapping[str, str]]
    horizon_h: int
    samples: int
    seed: int

    def document(self) -> dict[str, Any]:
        """As canonical data."""
        return {
            "overrides": {name: dict(change) for name, change in self.overrides.items()},
            "horizon_h": self.horizon_h,
            "samples": self.samples,
            "seed": self.seed,
        }


@dataclass(frozen=True)
class Members:
    """Starts and parameters of an ensemble."""

    starts: Array
    parameters: Array


def sample(estimator: Estimator, samples: int, seed: int, horizon_h: int) -> Members:
    """Draw the ensemble.

    Raises:
        Invalid: the number of samples is no power of two between 8 and 4096.
    """
    if samples < 8 or samples > 4096 or samples & (samples - 1):
        raise Invalid("The number of samples is a power of two from 8 to 4096.", where="samples")
    from scipy.special import ndtri
    from scipy.stats import qmc

    from titer.science.filters.unscented import robust_root

    ukf, belief = estimator.replay.ukf, estimator.belief
    cov = belief.cov.copy()
    ahead = max(horizon_h - belief.time, 0.0)
    place = np.arange(ukf.n, ukf.size)
    cov[place, place] += ukf.model.drift**2 * ahead / 2.0
    uniform = qmc.Sobol(ukf.size, scramble=True, rng=seed).random(samples)
    normal = ndtri(np.clip(uniform, 1e-6, 1.0 - 1e-6))
    points = belief.mean + normal @ robust_root(cov).T
    pairs = [ukf.point(z) for z in points]
    return Members(np.array([x for x, _ in pairs]), np.array([p for _, p in pairs]))


def plan(estimator: Estimator, order: Order) -> tuple[Array, Array]:
    """Edges (h of culture) and hourly inputs from now to the horizon.

    Raises:
        Refused: the horizon is not ahead, or less than a day is known.
        Invalid: an override names no input or is no number.
    """
    known = estimator.replay.inputs
    now = len(known)
    if now < 24:
        raise Refused("A future needs at least 24 h of the batch's own past.", do="Wait until it is known.")
    if order.horizon_h <= now:
        raise Refused(f"The horizon ({order.horizon_h} h) is not ahead of the batch ({now} h).")
    names = [v.name for v in estimator.spec.inputs]
    future = np.array([known[now - 24 + (k % 24)] for k in range(order.horizon_h - now)])
    for position, name in enumerate(names):
        if name not in PATTERNED:
            future[:, position] = known[-1][position]
    for name, change in order.overrides.items():
        if name not in names or set(change) - {"factor", "value", "delivered"} or len(change) != 1:
            raise Invalid(
                f"{name}: an override is a factor on an input's pattern, a value, or a delivered share.",
                where=name,
            )
        try:
            amount = float(next(iter(change.values())))
        except ValueError:
            raise Invalid(f"{name}: no number.", where=name) from None
        position = names.index(name)
        if "delivered" in change:
            future[:, position] = _commanded(estimator, name, future[:, position]) * amount
        else:
            future[:, position] = future[:, position] * amount if "factor" in change else amount
    return np.arange(now, order.horizon_h + 1.0), future


def _commanded(estimator: Estimator, name: str, delivered: Array) -> Array:
    """The last day's pattern of an input as it was commanded; as it was delivered where that is not known."""
    day = estimator.hours[-24:]
    asked = [row.measured.get(f"set:{name}") for row in day]
    return np.array(
        [
            delivered[k] if (one := asked[k % len(day)]) is None else float(one)
            for k in range(delivered.shape[0])
        ]
    )


def run(estimator: Estimator, order: Order, members: Members | None = None, every_h: int = 6) -> Ensemble:
    """Simulate an order; the last time is the horizon."""
    from titer.science.integrators.ensemble import run_ensemble
    from titer.science.integrators.rodas4 import compiled, compiled_outputs

    edges, inputs = plan(estimator, order)
    module = estimator.model.module
    drawn = members or sample(estimator, order.samples, order.seed, order.horizon_h)
    times = np.unique(np.append(np.arange(edges[0] + every_h, edges[-1], every_h), edges[-1]))
    return run_ensemble(
        compiled(module.rhs),
        compiled_outputs(module.outputs),
        drawn.starts,
        drawn.parameters,
        times,
        edges,
        inputs,
        n_outputs=len(module.SPEC.outputs),
        scale=np.array([v.scale for v in module.SPEC.states]),
    )


def in_specification(
    estimator: Estimator, ensemble: Ensemble, cqas: tuple[Cqa, ...]
) -> npt.NDArray[np.bool_]:
    """[member, attribute]: within limits. A member that failed is within none."""
    told = np.zeros((ensemble.outputs.shape[0], len(cqas)), dtype=bool)
    for position, cqa in enumerate(cqas):
        y = ensemble.outputs[:, :, estimator.spec.output_index(cqa.output)]
        y = y[:, -1:] if cqa.at == "harvest" else y
        inside = np.ones(y.shape[0], dtype=bool)
        with np.errstate(invalid="ignore"):
            if cqa.low is not None:
                inside &= (y >= cqa.low).all(axis=1)
            if cqa.high is not None:
                inside &= (y <= cqa.high).all(axis=1)
        told[:, position] = inside & ensemble.good
    return told


def in_domain(estimator: Estimator, ensemble: Ensemble) -> float:
    """Share of the members whose outputs stay inside the model's validity domain."""
    low = np.array([v.low for v in estimator.spec.outputs])
    high = np.array([v.high for v in estimator.spec.outputs])
    with np.errstate(invalid="ignore"):
        inside = ((ensemble.outputs >= low) & (ensemble.outputs <= high)).all(axis=(1, 2))
    return float((inside & ensemble.good).mean())


def result(estimator: Estimator, ensemble: Ensemble, cqas: tuple[Cqa, ...]) -> dict[str, Any]:
    """The immutable result: bands over time, values at harvest, probabilities, and how many members failed.

    Raises:
        Refused: no member reached the horizon.
    """
    good = ensemble.good
    if not good.any():
        raise Refused("No member of the ensemble reached the horizon.", do="Look at the twin's health.")
    outputs = {}
    for position, variable in enumerate(estimator.spec.outputs):
        bands = np.percentile(ensemble.outputs[good, :, position], (2.5, 50.0, 97.5), axis=0)
        outputs[variable.name] = {
            "unit": variable.unit,
            "low": [text(v) for v in bands[0]],
            "median": [text(v) for v in bands[1]],
            "high": [text(v) for v in bands[2]],
        }
    made = estimator.spec.state_index("igg_made")
    harvest = {
        name: {
            "unit": row["unit"],
            "low": row["low"][-1],
            "median": row["median"][-1],
            "high": row["high"][-1],
        }
        for name, row in outputs.items()
    }
    harvest["product"] = band(ensemble.ends[good, made], "g")
    inside = in_specification(estimator, ensemble, cqas)
    return {
        "times": [text(t) for t in ensemble.times],
        "outputs": outputs,
        "harvest": harvest,
        "probability": text(float(inside.all(axis=1).mean())),
        "cqas": [
            {
                "output": cqa.output,
                "at": cqa.at,
                "low": None if cqa.low is None else text(cqa.low),
                "high": None if cqa.high is None else text(cqa.high),
                "probability": text(float(inside[:, i].mean())),
            }
            for i, cqa in enumerate(cqas)
        ],
        "in_domain": text(in_domain(estimator, ensemble)),
        "members": int(ensemble.outputs.shape[0]),
        "failed": ensemble.failed,
    }


def band(values: Array, unit: str) -> dict[str, str]:
    """Median and 95 % band of a sample."""
    low, median, high = np.percentile(values, (2.5, 50.0, 97.5))
    return {"unit": unit, "low": text(low), "median": text(median), "high": text(high)}


def difference(estimator: Estimator, one: Ensemble, other: Ensemble, output: str) -> dict[str, str]:
    """Paired difference at the horizon (same members under two plans): median and 95 % band.

    Raises:
        Refused: no member reached the horizon under both plans.
    """
    both = one.good & other.good
    if not both.any():
        raise Refused("No member of the ensemble reached the horizon under both plans.")
    if output == "product":
        made = estimator.spec.state_index("igg_made")
        return band(one.ends[both, made] - other.ends[both, made], "g")
    position = estimator.spec.output_index(output)
    change = one.outputs[both, -1, position] - other.outputs[both, -1, position]
    return band(change, estimator.spec.outputs[position].unit)


def seed_of(estimator: Estimator) -> int:
    """A seed out of what is known, so that the same knowledge gives the same scenario."""
    return int(digest({"known": estimator.knowledge_digest()})[:8], 16)


def with_factor(order: Order, name: str, factor: float) -> Order:
    """The order with one input's pattern scaled."""
    return replace(order, overrides={**order.overrides, name: {"factor": text(factor)}})


def with_delivery(order: Order, name: str, share: float) -> Order:
    """The order with an input that arrives at a share of what is commanded."""
    return replace(order, overrides={**order.overrides, name: {"delivered": text(share)}})
