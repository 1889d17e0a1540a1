"""Proposals: drafted by the optimiser inside the envelope, checked, signed by two people, followed to their end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical, digest
from titer.base.clock import iso
from titer.base.errors import NotFound
from titer.record import Actor, OutboxEvent, Record, Signature, Unit
from titer.twin import drafting, rules, scenarios
from titer.twin.drafting import Draft, Future
from titer.twin.estimator import Estimator
from titer.twin.following import Following
from titer.twin.inputs import text
from titer.twin.model import TwinInstance, TwinModel, TwinProposal, TwinScenario
from titer.twin.ports import Batches
from titer.twin.scenarios import Order

ADVANCE = "twin.proposal.advance"


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

    def simulate(self, estimator: Estimator, order: Order, title: str) -> tuple[Future, int, str]:
        """Run a what-if against a belief; returns it with the hour and the log row it knows through."""
        ensemble = scenarios.run(estimator, order)
        found = scenarios.result(estimator, ensemble, estimator.settings.cqas)
        return Future(title, "what-if", order, found), len(estimator.hours), estimator.last_id

    def keep(
        self, unit: Unit, instance_id: str, future: Future, hour: int, known_through: str
    ) -> TwinScenario:
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
        order = Order(row.order["overrides"], row.order["horizon_h"], row.order["samples"], row.order["seed"])
        again = scenarios.result(estimator, scenarios.run(estimator, order), estimator.settings.cqas)
        return {
            "digest": row.result_digest,
            "again": digest(again),
            "same": digest(again) == row.result_digest,
        }

    # --- drafting -----------------------------------------------------------------------------------------

    def draft(self, session: Session, instance: TwinInstance) -> Draft:
        """Have the optimiser look for a better future; numbers only, nothing is written.

        Raises:
            Refused: the twin's settings or the recipe let nothing be adjusted, or too little is known.
        """
        estimator = self.following.detached(session, instance)
        return drafting.draft(session, self.batches, instance, estimator)

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
                changes=_plain(draft.changes),
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
                scenario = session.get(TwinScenario, proposal.scenarios["proposed"])
                if scenario is None:
                    raise NotFound(f"The scenario of {proposal.number} is not there.")
                outcome = compare(estimator, proposal, scenario, hour)
        with self._acting() as unit:
            row = unit.get(TwinProposal, proposal.id)
            row.outcome = _plain(outcome)
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


def compare(
    estimator: Estimator, proposal: TwinProposal, scenario: TwinScenario, hour: int
) -> dict[str, Any]:
    """Predicted against actual at the same hour: the course as proposed, the estimate, laboratory values near it."""
    _, actual = estimator.table(estimator.shown[hour - 1])
    course = scenario.result
    times = [float(t) for t in course["times"]]
    told: dict[str, Any] = {}
    for name in ("titre", "viability", "vcd", "osmolality", "volume"):
        row = course["outputs"].get(name)
        if row is None:
            continue
        band = {
            side: interpolated(hour, times, [float(v) for v in row[side]])
            for side in ("low", "median", "high")
        }
        told[name] = {
            "unit": row["unit"],
            "predicted": {side: text(value) for side, value in band.items()},
            "actual": actual[name],
            "inside": band["low"] <= float(actual[name]["mean"]) <= band["high"],
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
        "inside": all(row["inside"] for row in told.values()),
        "outputs": told,
        "laboratory": near,
        "belief_digest": estimator.belief_digest(),
    }


def interpolated(hour: float, times: list[float], values: list[float]) -> float:
    """A value of a course at an hour; at its ends the first or the last one."""
    for k in range(1, len(times)):
        if hour <= times[k]:
            share = max((hour - times[k - 1]) / (times[k] - times[k - 1]), 0.0)
            return values[k - 1] + share * (values[k] - values[k - 1])
    return values[-1]


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


def _plain(value: Any) -> Any:
    """As it will be read back: decimals and instants as text."""
    return json.loads(canonical(value))


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
