"""Carries out what the engine decided: commands, tasks, samples, allocations, exceptions, events for the world.

All of it happens in the action that journals the decision, so a decision and its effect are kept together or
not at all. Only device commands leave the house; equipment sends them, at least once, by their key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.base.errors import NotFound, TiterError
from titer.mes import context, rules
from titer.mes.engine import Event
from titer.mes.model import Adjustment, Allocation, Batch, BatchSample, ManualTask, Order
from titer.mes.ports import EquipmentPort, LimsPort, MaterialPort
from titer.mes.recipe import Program
from titer.quality import QualityPort
from titer.record import Unit

Report = dict[str, Any]
_STATES_OF_EQUIPMENT = frozenset({"clean", "calibrated", "qualified"})


@dataclass
class Effects:
    """Turns events into records and calls.

    Args:
        equipment, lims, quality, material: the rooms below.
    """

    equipment: EquipmentPort
    lims: LimsPort
    quality: QualityPort
    material: MaterialPort

    def carry_out(
        self, unit: Unit, batch: Batch, program: Program, events: tuple[Event, ...]
    ) -> list[Report]:
        """Carry out the effects of some events; returns reports on those that were done at once."""
        reports: list[Report] = []
        for event in events:
            if event["type"] == "effect.requested":
                reports += self._request(unit, batch, program, event)
            elif event["type"] == "effect.finished":
                self._finished(unit, batch, event)
            elif event["type"] == "exception.noted":
                self._exception(unit, batch, event)
            elif event["type"] == "sample.drawn":
                self._drawn(unit, batch, event)
            else:
                self._tell(unit, batch, program, event)
        return reports

    # --- what is asked for ---------------------------------------------------------------------------------

    def _request(self, unit: Unit, batch: Batch, program: Program, effect: Event) -> list[Report]:
        if effect["kind"] == "write":
            return self.write(unit, batch, effect)
        if effect["kind"] == "task":
            self._task(unit, batch, effect)
            return []
        if effect["kind"] == "sample":
            return [self._sample(unit, batch, effect)]
        if effect["kind"] == "allocate":
            return [self._allocate(unit, batch, program, effect)]
        return [self._release(unit, batch, effect)]

    def write(self, unit: Unit, batch: Batch, effect: Event) -> list[Report]:
        """Have a value written; the same key is written once. What equipment refuses is reported as failed."""
        try:
            with unit.session.begin_nested():
                self.equipment.request_command(
                    unit,
                    key=f"mes/{effect['key']}",
                    kind="write",
                    target=effect["tag"],
                    value=effect["value"],
                    unit_code=None if effect.get("text") else effect["unit"],
                    parameters={},
                    cause={
                        "batch": batch.number,
                        "batch_id": batch.id,
                        "step": effect["path"],
                        "proposal": effect.get("proposal"),
                    },
                )
        except TiterError as refusal:
            return [{"key": effect["key"], "status": "failed", "result": {"message": str(refusal)}}]
        return []

    def _task(self, unit: Unit, batch: Batch, effect: Event) -> None:
        form = effect["form"]
        bound = _bindings(unit.session, batch)
        task = unit.add(
            ManualTask(
                key=effect["key"],
                batch_id=batch.id,
                path=effect["path"],
                unit_code=bound.get(effect.get("unit", ""), batch.equipment),
                title=effect["title"],
                role=form.get("role", "operator"),
                form=form,
                state="offered",
                offered_at=unit.process_now,
            )
        )
        unit.emit(
            "mes.task.offered",
            task,
            {
                "task_id": task.id,
                "batch_id": batch.id,
                "unit": task.unit_code,
                "role": task.role,
                "title": task.title,
                "witness": form.get("witness", False),
            },
        )

    def _sample(self, unit: Unit, batch: Batch, effect: Event) -> Report:
        try:
            with unit.session.begin_nested():
                sample = self.lims.register_sample(
                    unit,
                    batch_id=batch.id,
                    plan_code=effect["plan"],
                    analyses=effect["analyses"] or None,
                    point=effect["label"],
                    location=batch.equipment,
                    planned=unit.process_now,
                )
        except TiterError as error:
            return {"key": effect["key"], "status": "failed", "result": {"message": str(error)}}
        unit.add(
            BatchSample(
                key=effect["key"],
                batch_id=batch.id,
                path=effect["path"],
                sample_id=sample.id,
                number=sample.number,
                plan=effect["plan"],
                label=effect["label"],
            )
        )
        result = {"sample_id": sample.id, "number": sample.number, "panel": effect.get("panel", False)}
        return {"key": effect["key"], "status": "done", "result": result}

    # --- equipment -----------------------------------------------------------------------------------------

    def _allocate(self, unit: Unit, batch: Batch, program: Program, effect: Event) -> Report:
        order = unit.session.get(Order, batch.order_id)
        row = unit.add(
            Allocation(
                key=effect["key"],
                batch_id=batch.id,
                path=effect["path"],
                symbol=effect["symbol"],
                equipment=effect["equipment"],
                state="requested",
                priority=order.priority if order else 0,
                requested_at=unit.process_now,
                reasons=[],
            )
        )
        reasons = self.not_ready(unit.session, row, program, unit.process_now)
        return self.defer(unit, row, reasons) if reasons else self.grant(unit, batch, row)

    def defer(self, unit: Unit, row: Allocation, reasons: list[str]) -> Report:
        """Keep why a batch must wait for its equipment."""
        row.reasons = reasons
        unit.flush()
        return {"key": row.key, "status": "deferred", "reasons": reasons}

    def grant(self, unit: Unit, batch: Batch, row: Allocation) -> Report:
        """Give a batch its equipment; equipment has the last word."""
        try:
            with unit.session.begin_nested():
                self.equipment.mark_in_use(unit, row.equipment, used_for=batch.number, batch_id=batch.id)
        except TiterError as refusal:
            return self.defer(unit, row, [str(refusal)])
        row.state = rules.move("allocation", row.state, "grant")
        row.granted_at, row.reasons = unit.process_now, []
        unit.flush()
        context.granted(self.equipment, unit, batch, row.equipment)
        unit.emit("mes.allocation.granted", row, {"batch_id": batch.id, "equipment": row.equipment})
        return {"key": row.key, "status": "done", "result": {"equipment": row.equipment}}

    def not_ready(self, session: Session, row: Allocation, program: Program, at: datetime) -> list[str]:
        """Why a batch does not get its equipment now; [] = it does.

        Requests are served by priority, then in the order in which they came.
        """
        others = session.scalars(
            select(Allocation)
            .where(
                Allocation.equipment == row.equipment,
                Allocation.state.in_(("granted", "requested")),
                Allocation.id != row.id,
            )
            .order_by(Allocation.id)
        ).all()
        reasons = []
        for other in others:
            holder = session.get(Batch, other.batch_id)
            number = holder.number if holder else other.batch_id
            if other.state == "granted":
                reasons.append(f"{row.equipment} is held by batch {number}.")
            elif (-other.priority, other.id) < (-row.priority, row.id):
                reasons.append(f"Batch {number} asked for {row.equipment} before.")
        reasons += self.wrong_class(session, program, row.symbol, row.equipment)
        reasons += self.equipment.ready_for_use(session, row.equipment, at)
        for need in program.units[row.symbol].get("needs", []):
            if need not in _STATES_OF_EQUIPMENT:
                found = self.equipment.ready_for_use(session, row.equipment, at, capability=need)
                reasons += [reason for reason in found if reason not in reasons]
        return reasons

    def wrong_class(self, session: Session, program: Program, symbol: str, equipment: str) -> list[str]:
        """Why a piece of equipment is not what the recipe asks for; [] = it is, or it is not known at all (which
        `ready_for_use` says)."""
        wanted = program.units[symbol]["class"]
        try:
            found = self.equipment.node(session, equipment).class_name
        except NotFound:
            return []
        if found == wanted:
            return []
        return [f"{equipment} is of class {found or '(none)'}; the recipe's {symbol} is a {wanted}."]

    def _release(self, unit: Unit, batch: Batch, effect: Event) -> Report:
        rows = unit.session.scalars(
            select(Allocation).where(
                Allocation.batch_id == batch.id,
                Allocation.symbol == effect["symbol"],
                Allocation.state.in_(("requested", "granted")),
            )
        ).all()
        for row in rows:
            if row.state == "granted":
                row.state = rules.move("allocation", row.state, "release")
                row.released_at = unit.process_now
                unit.flush()
                self.equipment.mark_dirty(
                    unit, row.equipment, text=f"Used by batch {batch.number}.", batch_id=batch.id
                )
                context.released(self.equipment, unit, row.equipment)
                unit.emit("mes.allocation.released", row, {"batch_id": batch.id, "equipment": row.equipment})
            else:
                row.state = rules.move("allocation", row.state, "cancel")
        unit.flush()
        return {"key": effect["key"], "status": "done", "result": {}}

    # --- what came of it -----------------------------------------------------------------------------------

    def _finished(self, unit: Unit, batch: Batch, event: Event) -> None:
        if event["kind"] == "task" and event["status"] == "cancelled":
            task = unit.session.scalar(select(ManualTask).where(ManualTask.key == event["key"]))
            if task is not None and task.state in ("offered", "entered"):
                task.state = rules.move("task", task.state, "cancel")
                unit.flush()
                unit.emit("mes.task.cancelled", task, {"task_id": task.id, "batch_id": batch.id})
        if event["kind"] != "write" or "tag" not in event:
            return
        proposal = event.get("proposal")
        if proposal:
            self._adjusted(unit, event, proposal)
        if event["status"] == "done":
            unit.emit(
                "mes.setpoint.applied",
                batch,
                {
                    "batch_id": batch.id,
                    "tag": event["tag"],
                    "value": event["value"],
                    "unit": event["unit"],
                    "readback": event["result"].get("readback"),
                    "proposal_id": proposal,
                    "command_key": f"mes/{event['key']}",
                    "at_us": event["at_us"],
                },
            )

    def _adjusted(self, unit: Unit, event: Event, proposal: str) -> None:
        row = unit.session.scalar(
            select(Adjustment).where(Adjustment.proposal_id == proposal, Adjustment.tag == event["tag"])
        )
        if row is None or row.state != "accepted":
            return
        row.command_key, row.readback = f"mes/{event['key']}", event["result"].get("readback")
        if event["status"] == "done":
            row.state, row.applied_at = rules.move("adjustment", row.state, "apply"), unit.process_now
        unit.flush()

    def _exception(self, unit: Unit, batch: Batch, event: Event) -> None:
        self.quality.raise_exception(
            unit,
            kind=f"mes.{event['kind']}",
            severity=event["severity"],
            title=event["title"],
            detail=f"Batch {batch.number}, step {event['path']}.",
            batch_id=batch.id,
            subject_type="mes_batch",
            subject_id=batch.id,
            evidence=event["evidence"],
            key=f"mes/{event['key']}",
        )

    def _drawn(self, unit: Unit, batch: Batch, event: Event) -> None:
        row = unit.session.scalar(
            select(BatchSample).where(
                BatchSample.batch_id == batch.id, BatchSample.sample_id == event["sample_id"]
            )
        )
        if row is None:
            return
        row.drawn_at = unit.process_now
        unit.flush()
        self.lims.collect_sample(unit, row.sample_id, sampled_at=unit.process_now)
        context.drawn(self.equipment, unit, batch, row.number)
        unit.emit(
            "mes.sample.drawn",
            row,
            {
                "batch_id": batch.id,
                "sample_id": row.sample_id,
                "sample_number": row.number,
                "label": row.label,
                "plan": row.plan,
                "at_us": us(unit.process_now),
            },
        )
        if event.get("panel"):
            self._panel(unit, batch, row, event)

    def _panel(self, unit: Unit, batch: Batch, row: BatchSample, event: Event) -> None:
        """Put the sample before the analyser; the laboratory's refusal is an exception, not an end."""
        try:
            with unit.session.begin_nested():
                self.lims.request_panel(unit, row.sample_id)
        except TiterError as error:
            self.quality.raise_exception(
                unit,
                kind="mes.sample_not_measured",
                severity="major",
                title=f"Sample {row.number} was not put before the analyser",
                detail=str(error),
                batch_id=batch.id,
                subject_type="mes_batch",
                subject_id=batch.id,
                evidence={"sample": row.number, "path": event["path"]},
                key=f"mes/{row.key}/panel",
            )

    def _tell(self, unit: Unit, batch: Batch, program: Program, event: Event) -> None:
        """Events of the journal that others wait for."""
        kind, path = event["type"], event.get("path", "")
        if kind == "element.moved" and event["to"] in ("Running", "Complete") and path != "P":
            if event["to"] == "Running" and event["command"] != "Start":
                return
            node = program.node(path)
            context.phase(self.equipment, unit, batch, node.title, event)
            unit.emit(
                f"mes.phase.{'started' if event['to'] == 'Running' else 'completed'}",
                batch,
                {
                    "batch_id": batch.id,
                    "path": path,
                    "phase": node.title,
                    "kind": node.kind,
                    "unit": batch.equipment,
                    "outcome": event.get("outcome", ""),
                    "at_us": event["at_us"],
                },
            )
        elif kind == "mark.set":
            unit.emit(
                "mes.mark.set",
                batch,
                {
                    "batch_id": batch.id,
                    "mark": event["name"],
                    "unit": batch.equipment,
                    "at_us": event["at_us"],
                },
            )
        elif kind == "formula.adjusted":
            unit.emit(
                "mes.formula.adjusted",
                batch,
                {name: event.get(name) for name in ("proposal", "parameter", "tag", "before", "to", "unit")}
                | {"batch_id": batch.id},
            )


def _bindings(session: Session, batch: Batch) -> dict[str, str]:
    from titer.mes.model import ControlRecipe

    control = session.get(ControlRecipe, batch.control_recipe_id)
    return control.bindings if control else {}
