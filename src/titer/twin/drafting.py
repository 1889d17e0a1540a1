"""Drafting: the optimiser looks for a better future inside the envelope, and every check of it is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from titer.base.errors import Refused
from titer.twin import rules, scenarios
from titer.twin.estimator import Estimator
from titer.twin.inputs import text
from titer.twin.model import TwinInstance
from titer.twin.ports import Batches
from titer.twin.scenarios import Order
from titer.twin.settings import Adjustable

SEARCH_SAMPLES, FINAL_SAMPLES = 32, 256
DELIVERY_H = 24
"""Hours over which delivery is compared with what was commanded; the plan repeats the same day."""


@dataclass(frozen=True)
class Future:
    """A scenario that was run: what was asked, and what came out."""

    title: str
    kind: str
    order: Order
    result: dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """A proposal before it is a record."""

    instance: TwinInstance
    hour: int
    known_through: str
    changes: list[dict[str, Any]]
    futures: dict[str, Future]
    predicted: dict[str, Any]
    fault_cost: dict[str, Any]
    checks: list[dict[str, Any]]
    rationale: str
    compare_hour: int
    expires_after_h: int


def draft(session: Session, batches: Batches | None, instance: TwinInstance, estimator: Estimator) -> Draft:
    """Look for a better future inside the envelope; numbers only, nothing is written.

    Raises:
        Refused: the twin's settings or the recipe let nothing be adjusted, or too little is known.
    """
    settings = estimator.settings
    seed = scenarios.seed_of(estimator)
    base = Order({}, settings.horizon_h, FINAL_SAMPLES, seed)
    scenarios.plan(estimator, base)
    levers = _levers(session, batches, instance, estimator)
    search = Order({}, settings.horizon_h, SEARCH_SAMPLES, seed)
    small = scenarios.sample(estimator, SEARCH_SAMPLES, seed, settings.horizon_h)
    nothing = scenarios.run(estimator, search, small)
    spec = estimator.spec
    place = spec.output_index(settings.objective)

    def objective(x: Any) -> float:
        ensemble = scenarios.run(estimator, _ordered(search, levers, x), small)
        both = ensemble.good & nothing.good
        if not both.any():
            return float("inf")
        gain = float(np.mean(ensemble.outputs[both, -1, place] - nothing.outputs[both, -1, place]))
        inside = scenarios.in_specification(estimator, ensemble, settings.cqas)
        share = float(inside.all(axis=1).mean())
        domain = scenarios.in_domain(estimator, ensemble)
        short = max(settings.probability - share, 0.0) + max(settings.probability - domain, 0.0)
        return -gain + 10.0 * float(spec.outputs[place].scale) * short

    from titer.science.optimisation import minimise

    low, high = (np.array([lever[i] for lever in levers]) for i in (2, 3))
    found = minimise(
        objective, low, high, np.random.default_rng(seed), start=np.ones(len(levers)),
        population=6 if len(levers) == 1 else 12, generations=5 if len(levers) == 1 else 12, max_evaluations=24,
    )  # fmt: skip
    return _drafted(instance, estimator, levers, found.x, base)


def _levers(
    session: Session, batches: Batches | None, instance: TwinInstance, estimator: Estimator
) -> list[tuple[Adjustable, Decimal, float, float, Decimal, Decimal]]:
    """Set-points with present value, smallest and largest factor, and proven range (recipe's and twin's)."""
    offered = {item.tag: item for item in (batches.adjustable(session, instance.batch_id) if batches else ())}
    levers = []
    for item in estimator.settings.adjustable:
        if batches is not None and item.tag not in offered:
            continue
        recipe = offered.get(item.tag)
        low = max(item.low, recipe.low) if recipe else item.low
        high = min(item.high, recipe.high) if recipe else item.high
        present = recipe.value if recipe and recipe.value is not None else _commanded(estimator, item.input)
        if present is None or present <= 0 or low >= high:
            continue
        least = max(float(low / present), 1.0 - item.max_change)
        most = min(float(high / present), 1.0 + item.max_change)
        if least < most:
            levers.append((item, present, least, most, low, high))
    if not levers:
        raise Refused(
            "There is nothing that the twin may propose to change now.",
            why="Neither the twin's envelope nor the recipe leaves room, or the input has not been in use yet.",
            do="Look at the recipe's adjustable parameters and the twin's settings.",
        )
    return levers


def _drafted(
    instance: TwinInstance, estimator: Estimator, levers: Sequence[Any], x: Any, base: Order
) -> Draft:
    settings = estimator.settings
    changes, factors = [], []
    for lever, factor in zip(levers, x, strict=True):
        item, present = lever[0], lever[1]
        value = _rounded(present * Decimal(text(float(factor))), present)
        factors.append(float(value / present))
        changes.append(
            {
                "tag": item.tag, "value": value, "unit": item.unit, "from": present,
                "low": lever[4], "high": lever[5],
            }
        )  # fmt: skip
    members = scenarios.sample(estimator, base.samples, base.seed, base.horizon_h)
    order = _ordered(base, levers, factors)
    proposed, nothing = (scenarios.run(estimator, o, members) for o in (order, base))
    futures = {
        "proposed": Future(
            "As proposed", "proposed", order, scenarios.result(estimator, proposed, settings.cqas)
        ),
        "do_nothing": Future(
            "Do nothing", "do_nothing", base, scenarios.result(estimator, nothing, settings.cqas)
        ),
    }
    fault_cost: dict[str, Any] = {}
    cured = base
    for name in [v.name for v in estimator.spec.inputs if settings.inputs[v.name].set_point]:
        ratio = estimator.delivery(name, DELIVERY_H)
        if ratio is not None and abs(ratio - 1.0) > 0.03 and ratio > 0.2:
            cured = scenarios.with_factor(cured, name, 1.0 / ratio)
            fault_cost[name] = {"delivered_share": text(ratio), "hours": DELIVERY_H}
    if fault_cost:
        as_asked = scenarios.run(estimator, cured, members)
        futures["as_commanded"] = Future(
            "Feeds delivered as commanded", "as_commanded", cured,
            scenarios.result(estimator, as_asked, settings.cqas),
        )  # fmt: skip
        fault_cost["effect"] = {
            output: scenarios.difference(estimator, nothing, as_asked, output)
            for output in (settings.objective, "product")
        }
    effect = {
        output: scenarios.difference(estimator, proposed, nothing, output)
        for output in (settings.objective, "product")
    }
    predicted = {
        "at_hour": settings.horizon_h,
        "harvest": futures["proposed"].result["harvest"],
        "probability": futures["proposed"].result["probability"],
        "effect": effect,
    }
    checks = _checks(instance, estimator, changes, levers, futures["proposed"].result, effect)
    return Draft(
        instance,
        len(estimator.hours),
        estimator.last_id,
        changes,
        futures,
        predicted,
        fault_cost,
        checks,
        _rationale(settings.objective, changes, effect, fault_cost),
        settings.horizon_h,
        settings.expires_after_h,
    )


def _checks(
    instance: TwinInstance,
    estimator: Estimator,
    changes: list[dict[str, Any]],
    levers: Sequence[Any],
    result: dict[str, Any],
    effect: dict[str, Any],
) -> list[dict[str, Any]]:
    settings, checks = estimator.settings, []
    for change, lever in zip(changes, levers, strict=True):
        checks.append(
            rules.check(
                f"proven range of {change['tag']}",
                change["low"] <= change["value"] <= change["high"],
                f"{change['value']} {change['unit']} in {change['low']} to {change['high']}",
            )
        )
        share = float(change["value"] / change["from"]) - 1.0
        checks.append(
            rules.check(
                f"rate limit of {change['tag']}",
                abs(share) <= lever[0].max_change + 1e-3,
                f"change of {100 * share:+.1f} %, at most {100 * lever[0].max_change:.0f} %",
            )
        )
    domain, probability = float(result["in_domain"]), float(result["probability"])
    gain = effect[settings.objective]
    horizon = settings.horizon_h - len(estimator.hours)
    return [
        *checks,
        rules.check(
            "validity domain",
            domain >= settings.probability,
            f"{100 * domain:.1f} % of the ensemble stays inside, at least {100 * settings.probability:.0f} %",
        ),
        rules.check(
            "all quality attributes in specification",
            probability >= settings.probability,
            f"P = {probability:.3f}, at least {settings.probability:.2f}",
        ),
        rules.check(
            "twin healthy",
            instance.state == "LIVE",
            " ".join([f"It is {instance.state}.", *instance.reasons]),
        ),
        rules.check(
            "better than doing nothing",
            float(gain["median"]) > 0.0 and any(c["value"] != c["from"] for c in changes),
            f"{settings.objective} {float(gain['median']):+.3g} {gain['unit']} "
            f"({float(gain['low']):+.3g} to {float(gain['high']):+.3g})",
        ),
        rules.check(
            "numerically sound",
            result["failed"] == 0,
            f"{result['failed']} of {result['members']} members failed",
        ),
        rules.check("time to act", horizon >= 24, f"{horizon} h until the horizon, at least 24"),
    ]


def _ordered(order: Order, levers: Sequence[Any], x: Any) -> Order:
    for lever, factor in zip(levers, x, strict=True):
        order = scenarios.with_factor(order, lever[0].input, float(factor))
    return order


def _commanded(estimator: Estimator, name: str) -> Decimal | None:
    """The largest commanded value of the last 24 h: the rate of a bolus, or of a continuous feed."""
    values = [
        Decimal(row.measured[f"set:{name}"]) for row in estimator.hours[-24:] if f"set:{name}" in row.measured
    ]
    return max(values) if values else None


def _rounded(value: Decimal, like: Decimal) -> Decimal:
    step = Decimal("0.1") if like >= 10 else Decimal("0.01")
    return value.quantize(step, rounding=ROUND_HALF_EVEN)


def _rationale(
    objective: str, changes: list[dict[str, Any]], effect: dict[str, Any], fault_cost: dict[str, Any]
) -> str:
    parts = []
    for name, fault in fault_cost.items():
        if name != "effect":
            parts.append(
                f"In the last {DELIVERY_H} h {name} was delivered at "
                f"{100 * float(fault['delivered_share']):.1f} % of what was commanded."
            )
    if "effect" in fault_cost:
        cost = fault_cost["effect"][objective]
        parts.append(
            f"Doing nothing changes the {objective} at harvest by {float(cost['median']):+.3g} {cost['unit']} "
            f"({float(cost['low']):+.3g} to {float(cost['high']):+.3g}) against delivery as commanded."
        )
    gain = effect[objective]
    what = ", ".join(f"{c['tag']} from {c['from']} to {c['value']} {c['unit']}" for c in changes)
    parts.append(
        f"Changing {what} changes it by {float(gain['median']):+.3g} {gain['unit']} "
        f"({float(gain['low']):+.3g} to {float(gain['high']):+.3g}) against doing nothing."
    )
    return " ".join(parts)
