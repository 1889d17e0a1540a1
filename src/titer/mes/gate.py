"""The plant floor's part of the release gate: every rule says what it looked at; missing is not passed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.base.units import convert
from titer.mes.engine import Event
from titer.mes.model import Adjustment, Allocation, Batch, BatchSample, Charge, JournalEvent, ManualTask
from titer.mes.ports import EquipmentPort, MaterialPort
from titer.mes.recipe import definition
from titer.mes.running import Loaded, Running
from titer.mes.tasks import latest
from titer.quality import Check

PASSED, EXCEPTION, NOT_RUN = "passed", "exception", "not_run"


@dataclass
class _Facts:
    loaded: Loaded
    events: list[Event]
    session: Session

    def of(self, *types: str) -> list[Event]:
        """Journal events of some types."""
        return [event for event in self.events if event["type"] in types]


class MesGate:
    """Answers quality's question what stands against a release.

    Args:
        running: loads batches.
        material: lots.
    """

    name = "mes"

    def __init__(self, running: Running, material: MaterialPort) -> None:
        self.running = running
        self.material = material
        self.equipment: EquipmentPort = running.equipment

    def checks(self, session: Session, batch_id: str) -> list[Check]:
        """All checks of a batch."""
        loaded = self.running.load(session, batch_id)
        facts = _Facts(loaded, journal(session, loaded.batch.id), session)
        return [
            self._ended(facts),
            *self._steps(facts),
            *self._tasks(facts),
            *self._setpoints(facts),
            *self._feeds(facts),
            *self._durations(facts),
            *self._charges(facts),
            *self._samples(facts),
            *self._allocations(facts),
            *self._gaps(facts),
            *self._alarms(facts),
            self._outages(facts),
            self._adjustments(facts),
        ]

    def _one(self, facts: _Facts, check: str, title: str, good: bool, detail: str) -> Check:
        batch = facts.loaded.batch
        return Check(
            f"mes.{check}", title, PASSED if good else EXCEPTION, detail, Batch.__tablename__, batch.id
        )

    def _ended(self, facts: _Facts) -> Check:
        execution = facts.loaded.state.execution
        return self._one(facts, "ended", "The procedure ran to its end", execution == "Complete", execution)

    def _steps(self, facts: _Facts) -> list[Check]:
        """Each step of the master recipe: done as written, not applicable by its own condition, or not."""
        found = []
        by_definition: dict[str, list[Any]] = {}
        for element in facts.loaded.state.elements.values():
            by_definition.setdefault(definition(element.path), []).append(element)
        for node in facts.loaded.program.root.walk():
            if node.children or node.path == "P":
                continue
            elements = by_definition.get(node.path, [])
            odd = [e for e in elements if e.outcome not in ("done", "not applicable")]
            detail = f"{len(elements)} times" if elements else "never reached"
            if odd:
                detail = "; ".join(f"{e.path}: {e.outcome or e.state}" for e in odd)
            found.append(
                self._one(
                    facts,
                    f"step.{node.path}",
                    f"Step {node.path} {node.title}",
                    bool(elements) and not odd,
                    detail,
                )
            )
        return found

    def _tasks(self, facts: _Facts) -> list[Check]:
        found = []
        rows = facts.session.scalars(
            select(ManualTask).where(ManualTask.batch_id == facts.loaded.batch.id).order_by(ManualTask.id)
        )
        for task in rows:
            values = latest(facts.session, task.id)
            outside = [name for name, entry in values.items() if entry.inside is False]
            witnessed = not task.form.get("witness") or task.witness_signature_id is not None
            detail = f"{task.state}, {len(values)} values"
            if outside:
                detail += f"; outside limits: {', '.join(outside)}"
            if not witnessed:
                detail += "; not witnessed"
            good = task.state == "accepted" and not outside and witnessed
            found.append(
                Check(
                    f"mes.task.{task.path}.{task.id[-6:]}",
                    f"Task: {task.title}",
                    PASSED if good else EXCEPTION,
                    detail,
                    ManualTask.__tablename__,
                    task.id,
                )
            )
            for entry in task.form.get("entries", []):
                if entry.get("yield"):
                    found.append(self._yield(facts, task, entry, values))
        return found

    def _yield(self, facts: _Facts, task: ManualTask, entry: dict[str, Any], values: dict[str, Any]) -> Check:
        value = values.get(entry["name"])
        return Check(
            f"mes.yield.{task.path}.{entry['name']}",
            f"Yield: {entry.get('prompt', entry['name'])}",
            NOT_RUN if value is None else PASSED if value.inside else EXCEPTION,
            "not entered"
            if value is None
            else f"{value.text} {entry['unit']}, limits {entry['low']} to {entry['high']}",
            ManualTask.__tablename__,
            task.id,
        )

    def _setpoints(self, facts: _Facts) -> list[Check]:
        """One check a channel: every value that was written was read back within the tolerance."""
        asked: dict[str, str] = {
            e["key"]: e["channel"] for e in facts.of("effect.requested") if e["kind"] == "write"
        }
        ended = {e["key"]: e for e in facts.of("effect.finished")}
        counts: dict[str, list[int]] = {}
        for key, channel in asked.items():
            row = counts.setdefault(channel, [0, 0])
            row[0] += 1
            row[1] += key in ended and ended[key]["status"] == "done"
        return [
            self._one(
                facts,
                f"setpoint.{channel}",
                f"Set-points of {channel} read back",
                done == number,
                f"{done} of {number}",
            )
            for channel, (number, done) in counts.items()
        ]

    def _feeds(self, facts: _Facts) -> list[Check]:
        return [
            self._one(
                facts,
                f"feed.{event['path']}",
                f"Amount fed at {event['path']}",
                bool(event["inside"]),
                f"{event['fed']} of {event['asked']} {event['unit']}, allowed +-{event['allowed']}",
            )
            for event in facts.of("feed.checked")
        ]

    def _durations(self, facts: _Facts) -> list[Check]:
        found = []
        for element in facts.loaded.state.elements.values():
            planned = facts.loaded.program.node(element.path).planned_us
            if planned is None or element.started_us is None or element.outcome == "not applicable":
                continue
            if element.path.rfind("#") > element.path.rfind("."):
                continue
            took = (element.ended_us or us(facts.loaded.batch.process_at)) - element.started_us
            found.append(
                self._one(
                    facts,
                    f"duration.{element.path}",
                    f"Duration of {element.path} {facts.loaded.program.node(element.path).title}",
                    element.ended_us is not None and took <= planned,
                    f"{_hours(took)} h of {_hours(planned)} h planned",
                )
            )
        return found

    def _charges(self, facts: _Facts) -> list[Check]:
        """Each lot was usable when it was charged; the charge itself refuses any other."""
        rows = facts.session.scalars(select(Charge).where(Charge.batch_id == facts.loaded.batch.id))
        return [
            Check(
                f"mes.lot.{row.direction}.{row.lot_number}",
                f"Lot {row.lot_number} ({row.material}) {row.direction}",
                PASSED,
                f"{row.quantity} {row.unit}" if row.quantity is not None else "scanned",
                Charge.__tablename__,
                row.id,
            )
            for row in rows
        ]

    def _samples(self, facts: _Facts) -> list[Check]:
        rows = facts.session.scalars(
            select(BatchSample).where(BatchSample.batch_id == facts.loaded.batch.id).order_by(BatchSample.id)
        )
        return [
            Check(
                f"mes.sample.{row.number}",
                f"Sample {row.number} ({row.plan} {row.label}) drawn",
                PASSED if row.drawn_at is not None else EXCEPTION,
                "drawn" if row.drawn_at is not None else "never drawn",
                BatchSample.__tablename__,
                row.id,
            )
            for row in rows
        ]

    def _allocations(self, facts: _Facts) -> list[Check]:
        rows = facts.session.scalars(select(Allocation).where(Allocation.batch_id == facts.loaded.batch.id))
        return [
            Check(
                f"mes.allocation.{row.symbol}",
                f"{row.equipment} was ready when it was allocated",
                PASSED if row.granted_at is not None else EXCEPTION,
                f"{row.state}; {'; '.join(row.reasons) or 'clean, calibrated, in service'}",
                Allocation.__tablename__,
                row.id,
            )
            for row in rows
        ]

    def _gaps(self, facts: _Facts) -> list[Check]:
        """Critical channels: no gap over the batch's time, as far as equipment keeps gaps."""
        batch, state = facts.loaded.batch, facts.loaded.state
        found = []
        for symbol, channel in facts.loaded.program.channels.items():
            unit, _, name = symbol.partition(".")
            if not channel.critical or unit not in state.bindings or batch.started_at is None:
                continue
            tag = f"{state.bindings[unit]}.{name}"
            end = batch.ended_at or batch.process_at
            rows = self.equipment.gaps(facts.session, [tag], batch.started_at, end, filled=True)
            left = [row for row in rows if row[3] != "filled"]
            detail = f"{len(rows)} gaps, {len(left)} not filled"
            found.append(
                self._one(facts, f"gap.{tag}", f"No gap in the critical channel {tag}", not left, detail)
            )
        return found

    def _alarms(self, facts: _Facts) -> list[Check]:
        """One check an alarm that was active at the batch's equipment; its exception is about the same alarm."""
        batch, bound = facts.loaded.batch, list(facts.loaded.state.bindings.values())
        if batch.started_at is None:
            return []
        end = us(batch.ended_at or batch.process_at)
        return [
            Check(
                f"mes.alarm.{row.id}",
                f"Alarm at the batch's equipment: {row.name}",
                EXCEPTION,
                f"active {row.raised} times so far; {row.message}",
                "equipment_alarm",
                row.id,
            )
            for row in self.equipment.alarms_between(facts.session, bound, us(batch.started_at), end)
        ]

    def _outages(self, facts: _Facts) -> Check:
        rows = facts.of("outage.noted")
        return self._one(facts, "outages", "The engine was never away", not rows, f"{len(rows)} outages")

    def _adjustments(self, facts: _Facts) -> Check:
        rows = facts.session.scalars(
            select(Adjustment).where(Adjustment.batch_id == facts.loaded.batch.id)
        ).all()
        odd = [row for row in rows if row.state not in ("applied", "refused")]
        return self._one(
            facts,
            "adjustments",
            "Approved proposals were carried out and read back",
            not odd,
            f"{len(rows) - len(odd)} of {len(rows)}",
        )


def journal(session: Session, batch_id: str) -> list[Event]:
    """All events of a batch, in order."""
    return list(
        session.scalars(
            select(JournalEvent.event)
            .where(JournalEvent.batch_id == batch_id)
            .order_by(JournalEvent.sequence)
        )
    )


def _hours(microseconds: int) -> str:
    return format(convert(Decimal(microseconds) / 1_000_000, "s", "h").quantize(Decimal("0.01")), "f")
