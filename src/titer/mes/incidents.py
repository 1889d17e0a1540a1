"""What happens at the units of a running batch and is no step of it: an alarm, a connection that is not qualified.

Each becomes an exception of the batch, so that its reviewer meets it (21 CFR 211.188(b), 211.192), and blocks the
release until somebody has disposed of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.mes.model import Batch
from titer.mes.ports import EquipmentPort
from titer.mes.running import TURN, Running
from titer.quality import QualityPort
from titer.record import Actor, OutboxEvent, Record, Unit

INTERFACES = ("equipment.connection.mismatched", "equipment.connection.unapproved")
HIGH = 667
"""From this severity on, of 1 to 1000, an alarm is a major exception: what OPC UA servers call high."""
OVER = ("Idle", "Complete", "Stopped", "Aborted")
_ACTOR = "mes.incidents"


@dataclass
class Incidents:
    """Tells batches what happens at their units.

    Args:
        record: the record.
        running: the engine; it knows which equipment a batch has.
        equipment: what stands in the plant.
        quality: raises exceptions.
    """

    record: Record
    running: Running
    equipment: EquipmentPort
    quality: QualityPort

    def on_interface(self, event: OutboxEvent) -> None:
        """A connection is not what was approved any more: each batch on its equipment is told. Idempotent."""
        with self.record.reading() as session:
            batches = self._at(session, event.payload.get("nodes") or ())
        if batches:
            with self.record.action(Actor.timer(_ACTOR), TURN) as unit:
                for batch_id in batches:
                    self._unqualified(
                        unit, batch_id, event.record_id, str(event.payload["connection"]), event.id
                    )

    def on_alarm(self, event: OutboxEvent) -> None:
        """An alarm becomes active: one exception of each batch there, however often it comes. Idempotent."""
        told = event.payload
        with self.record.reading() as session:
            batches = self._at(session, told.get("nodes") or ())
        if batches:
            with self.record.action(Actor.timer(_ACTOR), TURN) as unit:
                for batch_id in batches:
                    self._alarmed(
                        unit,
                        batch_id,
                        event.record_id,
                        str(told["name"]),
                        str(told["message"]),
                        told["severity"],
                    )

    def on_started(self, event: OutboxEvent) -> None:
        """A batch begins: what is not qualified of its equipment, and alarms that stand there. Idempotent."""
        batch_id = str(event.payload["batch_id"])
        with self.record.reading() as session:
            bound = list(self.running.load(session, batch_id).state.bindings.values())
            found = [(row.id, row.name) for row in self.equipment.unqualified(session, bound)]
            standing = [
                (row.id, row.name, row.message, row.severity)
                for row in self.equipment.alarms(session, standing=True, nodes=bound)
                if row.active
            ]
        if found or standing:
            with self.record.action(Actor.timer(_ACTOR), TURN) as unit:
                for record_id, name in found:
                    self._unqualified(unit, batch_id, record_id, name, event.id)
                for one in standing:
                    self._alarmed(unit, batch_id, *one)

    def _alarmed(
        self, unit: Unit, batch_id: str, alarm_id: str, name: str, message: str, severity: int
    ) -> None:
        self.quality.raise_exception(
            unit,
            kind="mes.alarm",
            severity="major" if severity >= HIGH else "minor",
            title=f"Alarm at the batch's equipment: {name}",
            detail=f"{message} Severity {severity} of 1000; judge what it means for the batch.".strip(),
            batch_id=batch_id,
            subject_type="equipment_alarm",
            subject_id=alarm_id,
            evidence={"alarm": alarm_id, "name": name, "message": message, "severity": severity},
            key=f"mes/{batch_id}/alarm/{alarm_id}",
        )

    def _at(self, session: Session, nodes: Iterable[Any]) -> list[str]:
        """Batches that run on some of this equipment."""
        codes = set(nodes)
        rows = session.scalars(select(Batch.id).where(Batch.execution.not_in(OVER)).order_by(Batch.id))
        return [one for one in rows if codes & set(self.running.load(session, one).state.bindings.values())]

    def _unqualified(self, unit: Unit, batch_id: str, record_id: str, name: str, cause: str) -> None:
        self.quality.raise_exception(
            unit,
            kind="mes.interface",
            severity="major",
            title=f"Connection {name} of the batch's equipment is not qualified",
            detail="What it records while that is so counts as uncertain; judge what it means for the batch.",
            batch_id=batch_id,
            subject_type="equipment_connection",
            subject_id=record_id,
            evidence={"connection": name, "event": cause},
            key=f"mes/{batch_id}/interface/{cause}/{name}",
        )
