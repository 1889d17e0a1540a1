"""Proposals: drafted by the optimiser inside the envelope, checked, signed by two people, followed to their end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.clock import iso
from titer.base.errors import NotFound, Refused
from titer.record import Actor, OutboxEvent, Record, Signature, Unit
from titer.twin import rules, scenarios
from titer.twin.estimator import Estimator
from titer.twin.following import Following, instance_of
from titer.twin.inputs import text
from titer.twin.model import TwinInstance, TwinModel, TwinProposal, TwinScenario
from titer.twin.ports import Batches
from titer.twin.scenarios import Order
from titer.twin.settings import Adjustable

ADVANCE = "twin.proposal.advance"
SEARCH_SAMPLES, FINAL_SAMPLES = 32, 256
MOVED_OUT = 24


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


@dataclass
class Proposals:
    """Drafts and follows proposals.

    Args:
        record: the record.
        following: the live estimators.
        batches: MES queries; None where the MES layer is off.
    """

    record: Record
    following: Following
    batches: Batches | None

    # --- scenarios ----------------------------------------------------------------------------------------

    def simulate(self, session: Session, instance: TwinInstance, order: Order, title: str) -> tuple[Future, int, str]:
        """Run a what-if against the live belief; returns it with the hour and the log row it knows through."""
        with self.following.lock:
            estimator = self.following.live(session, instance)
            ensemble = scenarios.run(estimator, order)
            future = Future(title, "what-if", order, scenarios.result(estimator, ensemble, estimator.settings.cqas))
            return future, len(estimator.hours), estimator.last_id

    def keep(self, unit: Unit, instance_id: str, future: Future, hour: int, known_through: str) -> TwinScenario:
        """Write a scenario: what was asked for, what was known, by which model, and the result with its digest."""
        instance = unit.get(TwinInstance, instance_id)
        release = unit.get(TwinModel, instance.model_id)
        order = future.order.document()
        row = unit.add(
            TwinScenario(
                number=unit.next_number("SC"),
                instance_id=instance_id,
                title=future.title,
                kind=future.kind,
                order=order,
                order_digest=digest(order),
                hour=hour,
                known_through=known_through,
                model_digest=release.digest,
                result=future.result,
                result_digest=digest(future.result),
            )
        )
        unit.emit("twin.scenario.run", row, {"batch_id": instance.batch_id, "kind": future.kind})
        return row

    def repeat(self, session: Session, scenario_id: str) -> dict[str, Any]:
        """Run a kept scenario again from the log as it was known then, and compare the bits."""
        row = session.get(TwinScenario, scenario_id)
        if row is None:
            raise NotFound(f"There is no scenario {scenario_id}.")
        instance = session.get(TwinInstance, row.instance_id)
        if instance is None:
            raise NotFound(f"The scenario's twin {row.instance_id} is not there.")
        estimator = self.following.fresh(session, instance, through=row.known_through)
        order = Order(
            row.order["overrides"], row.order["horizon_h"], row.order["samples"], row.order["seed"]
        )
        again = scenarios.result(estimator, scenarios.run(estimator, order), estimator.settings.cqas)
        return {"digest": row.result_digest, "again": digest(again), "same": digest(again) == row.result_digest}

    # --- drafting -----------------------------------------------------------------------------------------

    def draft(self, session: Session, instance: TwinInstance) -> Draft:
        """Have the optimiser look for a better future; numbers only, nothing is written.

        Raises:
            Refused: the twin's settings or the recipe let nothing be adjusted, or too little is known.
        """
        with self.following.lock:
            estimator = self.following.live(session, instance)
            return self._draft(session, instance, estimator)

    def _draft(self, session: Session, instance: TwinInstance, estimator: Estimator) -> Draft:
        settings = estimator.settings
        levers = self._levers(session, instance, estimator)
        seed = scenarios.seed_of(estimator)
        base = Order({}, settings.horizon_h, FINAL_SAMPLES, seed)
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
            return -gain + 10.0 * spec.outputs[place].scale * short

        from titer.science.optimisation import minimise

        low, high = (np.array([lever[i] for lever in levers]) for i in (2, 3))
        found = minimise(
            objective, low, high, np.random.default_rng(seed), start=np.ones(len(levers)),
            population=6 if len(levers) == 1 else 12, generations=5 if len(levers) == 1 else 12, max_evaluations=24,
        )  # fmt: skip
        return self._drafted(instance, estimator, levers, found.x, base)

    def _levers(
        self, session: Session, instance: TwinInstance, estimator: Estimator
    ) -> list[tuple[Adjustable, Decimal, float, float, Decimal, Decimal]]:
        """Set-points with present value, smallest and largest factor, and proven range (recipe's and twin's)."""
        offered = {
            item.tag: item
            for item in (self.batches.adjustable(session, instance.batch_id) if self.batches else ())
        }
        levers = []
        for item in estimator.settings.adjustable:
            if self.batches is not None and item.tag not in offered:
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
        self, instance: TwinInstance, estimator: Estimator, levers: Sequence[Any], x: Any, base: Order
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
            "proposed": Future("As proposed", "proposed", order, scenarios.result(estimator, proposed, settings.cqas)),
            "do_nothing": Future("Do nothing", "do_nothing", base, scenarios.result(estimator, nothing, settings.cqas)),
        }
        fault_cost: dict[str, Any] = {}
        cured = base
        for name in [v.name for v in estimator.spec.inputs if settings.inputs[v.name].set_point]:
            ratio = estimator.delivery(name, 48)
            if ratio is not None and abs(ratio - 1.0) > 0.03 and ratio > 0.2:
                cured = scenarios.with_factor(cured, name, 1.0 / ratio)
                fault_cost[name] = {"delivered_share": text(ratio), "hours": 48}
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
        checks = self._checks(instance, estimator, changes, levers, futures["proposed"].result, effect)
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

    @staticmethod
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
                "twin healthy", instance.state == "LIVE", " ".join([f"It is {instance.state}.", *instance.reasons])
            ),
            rules.check(
                "better than doing nothing",
                float(gain["median"]) > 0.0 and any(c["value"] != c["from"] for c in changes),
                f"{settings.objective} {float(gain['median']):+.3g} {gain['unit']} "
                f"({float(gain['low']):+.3g} to {float(gain['high']):+.3g})",
            ),
            rules.check(
                "numerically sound", result["failed"] == 0, f"{result['failed']} of {result['members']} members failed"
            ),
            rules.check("time to act", horizon >= 24, f"{horizon} h until the horizon, at least 24"),
        ]

    def save(self, unit: Unit, draft: Draft) -> TwinProposal:
        """Write a draft; CHECKED if every check of the envelope passed, else it stays DRAFT and says why."""
        for one in unit.session.scalars(
            select(TwinProposal).where(
                TwinProposal.instance_id == draft.instance.id, TwinProposal.state.in_(rules.OPEN)
            )
        ):
            self._move(unit, one, "expire", "A newer proposal was drafted.")
        kept = {
            name: self.keep(unit, draft.instance.id, future, draft.hour, draft.known_through)
            for name, future in draft.futures.items()
        }
        nothing = draft.futures["do_nothing"].result
        proposal = unit.add(
            TwinProposal(
                number=unit.next_number("TP"),
                instance_id=draft.instance.id,
                batch_id=draft.instance.batch_id,
                batch_number=draft.instance.batch_number,
                state="DRAFT",
                title=", ".join(f"{c['tag']} {c['from']} -> {c['value']} {c['unit']}" for c in draft.changes),
                rationale=draft.rationale,
                author_id=unit.actor.id,
                author_kind=unit.actor.kind,
                changes=draft.changes,
                predicted=draft.predicted,
                do_nothing={"harvest": nothing["harvest"], "probability": nothing["probability"]},
                fault_cost=draft.fault_cost,
                checks=draft.checks,
                scenarios={name: row.id for name, row in kept.items()},
                digest="",
                compare_hour=draft.compare_hour,
                expires_at=unit.process_now + timedelta(hours=draft.expires_after_h),
                applied=[],
            )
        )
        proposal.digest = digest(content_of(proposal))
        unit.emit("twin.proposal.drafted", proposal, _told(proposal))
        if not rules.failed(draft.checks):
            self._move(unit, proposal, "check", None)
        return proposal

    # --- decided by people (signatures) -------------------------------------------------------------------

    def submit(self, unit: Unit, record_id: str, signature: Signature) -> None:
        """Apply the scientist's signature."""
        proposal = unit.get(TwinProposal, record_id)
        proposal.submitted_by, proposal.submitted_signature_id = signature.person_id, signature.id
        self._move(unit, proposal, "submit", None)

    def decide(self, unit: Unit, record_id: str, event: str, signature: Signature) -> None:
        """Apply the process owner's signature: `approve` or `reject`."""
        proposal = unit.get(TwinProposal, record_id)
        proposal.decided_by, proposal.decided_signature_id = signature.person_id, signature.id
        proposal.decided_at = unit.process_now
        self._move(unit, proposal, event, signature.reason if event == "reject" else None)

    # --- followed by events and the worker ----------------------------------------------------------------

    def on_mes(self, event: OutboxEvent) -> None:
        """What the MES made of an approved proposal: accepted, refused, applied and read back. Idempotent."""
        proposal_id = str(event.payload.get("proposal_id") or "")
        if not proposal_id:
            return
        with self.record.reading() as session:
            known = session.get(TwinProposal, proposal_id)
            if known is None:
                return
            state, done = known.state, any(a["event"] == event.id for a in known.applied)
        if event.topic == "mes.proposal.accepted" and state == "APPROVED":
            with self._acting() as unit:
                self._move(unit, unit.get(TwinProposal, proposal_id), "dispatch", None)
        elif event.topic == "mes.proposal.refused" and state == "APPROVED":
            with self._acting() as unit:
                why = str(event.payload.get("reason", ""))
                self._move(unit, unit.get(TwinProposal, proposal_id), "refuse", f"The MES refused it: {why}")
        elif event.topic == "mes.setpoint.applied" and not done and state in ("APPROVED", "DISPATCHED"):
            with self._acting() as unit:
                self._applied(unit, unit.get(TwinProposal, proposal_id), event)

    def _applied(self, unit: Unit, proposal: TwinProposal, event: OutboxEvent) -> None:
        payload = event.payload
        proposal.applied = [
            *proposal.applied,
            {
                "event": event.id, "tag": payload.get("tag"), "value": payload.get("value"),
                "readback": payload.get("readback"), "command_key": payload.get("command_key"),
                "at": iso(event.process_at),
            },
        ]  # fmt: skip
        if proposal.state == "APPROVED":
            self._move(unit, proposal, "dispatch", None)
        if {change["tag"] for change in proposal.changes} <= {a["tag"] for a in proposal.applied}:
            self._move(unit, proposal, "verify", None)
        else:
            unit.flush()

    def step(self) -> float:
        """One round of the worker: expire what is stale, close what has come to its end."""
        now = self.record.process_clock.now()
        with self._reading() as session:
            waiting = list(
                session.scalars(
                    select(TwinProposal).where(
                        TwinProposal.state.in_((*rules.OPEN, "APPROVED", "DISPATCHED", "VERIFIED"))
                    )
                )
            )
        for proposal in waiting:
            if proposal.state == "VERIFIED":
                self._close(proposal)
            else:
                why = self._stale(proposal, now)
                if why:
                    with self._acting() as unit:
                        row = unit.get(TwinProposal, proposal.id)
                        if (row.state, "expire") in rules.PROPOSAL:
                            self._move(unit, row, "expire", why)
        return 1.0

    def _stale(self, proposal: TwinProposal, now: datetime) -> str | None:
        if proposal.state in (*rules.OPEN, "APPROVED") and now >= proposal.expires_at:
            return f"It was not decided and taken up by {iso(proposal.expires_at)}."
        with self._reading() as session:
            instance = session.get(TwinInstance, proposal.instance_id)
            scenario = session.get(TwinScenario, proposal.scenarios["do_nothing"])
            if instance is None or scenario is None:
                return None
            if instance.state in ("FROZEN", "ARCHIVED"):
                return "The batch is over."
            if proposal.state not in rules.OPEN:
                return None
            with self.following.lock:
                estimator = self.following.live(session, instance)
                return moved_out(estimator, scenario)

    def _close(self, proposal: TwinProposal) -> None:
        with self._reading() as session:
            instance = session.get(TwinInstance, proposal.instance_id)
            if instance is None:
                return
            over = instance.state in ("FROZEN", "ARCHIVED")
            with self.following.lock:
                estimator = self.following.live(session, instance)
                hour = min(len(estimator.shown), proposal.compare_hour)
                if hour == 0 or not (over or len(estimator.shown) >= proposal.compare_hour):
                    return
                outcome = compare(estimator, proposal, hour)
        with self._acting() as unit:
            row = unit.get(TwinProposal, proposal.id)
            row.outcome = outcome
            self._move(unit, row, "close", None)

    def _move(self, unit: Unit, proposal: TwinProposal, event: str, why: str | None) -> None:
        proposal.state = rules.move(rules.PROPOSAL, "proposal", proposal.state, event)
        proposal.state_reason = why
        topic = {"check": "checked", "submit": "submitted", "approve": "approved", "reject": "rejected",
                 "refuse": "rejected", "dispatch": "dispatched", "verify": "verified", "close": "closed",
                 "expire": "expired"}[event]  # fmt: skip
        unit.emit(f"twin.proposal.{topic}", proposal, _told(proposal))

    def _acting(self) -> Any:
        return self.record.action(Actor.timer("twin.proposals"), ADVANCE)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self.record.reading() as session:
            try:
                yield session
            finally:
                session.expunge_all()


def _ordered(order: Order, levers: Sequence[Any], x: Any) -> Order:
    for lever, factor in zip(levers, x, strict=True):
        order = scenarios.with_factor(order, lever[0].input, float(factor))
    return order


def _commanded(estimator: Estimator, name: str) -> Decimal | None:
    """The largest commanded value of the last 24 h: the rate of a bolus, or of a continuous feed."""
    values = [
        Decimal(row.measured[f"set:{name}"])
        for row in estimator.hours[-24:]
        if f"set:{name}" in row.measured
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
            parts.append(f"In the last 48 h {name} was delivered at {100 * float(fault['delivered_share']):.1f} % of what was commanded.")
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


def moved_out(estimator: Estimator, scenario: TwinScenario) -> str | None:
    """Why new data took the ground from a proposal: estimate and do-nothing prediction no longer overlap."""
    times = [float(t) for t in scenario.result["times"]]
    now = len(estimator.shown)
    reached = [i for i, t in enumerate(times) if t <= now]
    if not reached:
        return None
    i, shown = reached[-1], estimator.shown[int(times[reached[-1]]) - 1]
    for name in ("titre", "vcd"):
        place = estimator.spec.output_index(name)
        mean, sd = float(shown.outputs[0][place]), float(shown.outputs[1][place])
        low, high = (float(scenario.result["outputs"][name][side][i]) for side in ("low", "high"))
        if mean + 1.96 * sd < low or mean - 1.96 * sd > high:
            return (
                f"New data moved the prediction out of its band: {name} at {times[i]:.0f} h is "
                f"{mean:.3g}, predicted was {low:.3g} to {high:.3g}."
            )
    return None


def compare(estimator: Estimator, proposal: TwinProposal, hour: int) -> dict[str, Any]:
    """Predicted against actual: the estimate at the compared hour, and laboratory values near it."""
    _, actual = estimator.table(estimator.shown[hour - 1])
    predicted = proposal.predicted["harvest"]
    told: dict[str, Any] = {}
    for name in ("titre", "viability", "vcd", "osmolality", "volume"):
        if name in predicted:
            value = float(actual[name]["mean"])
            told[name] = {
                "unit": predicted[name]["unit"],
                "predicted": {side: predicted[name][side] for side in ("low", "median", "high")},
                "actual": actual[name],
                "inside": float(predicted[name]["low"]) <= value <= float(predicted[name]["high"]),
            }
    near = [
        {"output": m.output, "value": m.value, "unit": m.unit, "sampled_at": m.sampled_at, "status": m.status}
        for m in estimator.measurements.values()
        if m.status != "withdrawn" and abs(estimator.hour_of(m.sampled_at) - hour) <= 24
    ]
    return {
        "hour": hour,
        "at": estimator.time_of(hour),
        "early": hour < proposal.compare_hour,
        "outputs": told,
        "laboratory": near,
        "belief_digest": estimator.belief_digest(),
    }


def content_of(proposal: TwinProposal) -> dict[str, Any]:
    """What is shown and signed."""
    return {
        "number": proposal.number,
        "batch": proposal.batch_number,
        "batch_id": proposal.batch_id,
        "changes": [{k: str(c[k]) for k in ("tag", "value", "unit")} for c in proposal.changes],
        "present": [{"tag": c["tag"], "value": str(c["from"]), "unit": c["unit"]} for c in proposal.changes],
        "rationale": proposal.rationale,
        "predicted": proposal.predicted,
        "do_nothing": proposal.do_nothing,
        "fault_cost": proposal.fault_cost,
        "checks": proposal.checks,
        "scenarios": proposal.scenarios,
        "expires_at": proposal.expires_at,
    }


def _told(proposal: TwinProposal) -> dict[str, Any]:
    return {
        "proposal_id": proposal.id,
        "number": proposal.number,
        "batch_id": proposal.batch_id,
        "state": proposal.state,
        "changes": [{k: str(c[k]) for k in ("tag", "value", "unit")} for c in proposal.changes],
        "signature_id": proposal.decided_signature_id,
        "digest": proposal.digest,
        "expires_at": proposal.expires_at,
        "reason": proposal.state_reason,
    }


def proposal_of(session: Session, proposal_id: str) -> TwinProposal:
    """A proposal by id or number.

    Raises:
        NotFound: there is none.
    """
    row = session.scalars(
        select(TwinProposal).where((TwinProposal.id == proposal_id) | (TwinProposal.number == proposal_id))
    ).first()
    if row is None:
        raise NotFound(f"There is no proposal {proposal_id}.")
    return row


__all__ = ["Draft", "Future", "Proposals", "content_of", "instance_of", "proposal_of"]
