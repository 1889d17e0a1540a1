"""Receipts that come after a command's outcome was taken as unknown: the read-back decides, and people are told."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.mes.engine import Event, Input
from titer.mes.model import Batch, JournalEvent
from titer.mes.running import TURN, Running, result_of
from titer.record import Actor, OutboxEvent, Record

PREFIX = "mes/"


@dataclass
class Receipts:
    """Reconciles late receipts. Those that come in time are gathered by the engine itself.

    Args:
        record: the record.
        running: the engine.
    """

    record: Record
    running: Running

    def on_completed(self, event: OutboxEvent) -> None:
        """`equipment.command.completed`: done or failed, of a write that the engine took as unknown. Idempotent."""
        payload = event.payload
        key = str(payload.get("key", ""))
        if not key.startswith(PREFIX) or payload.get("outcome") not in ("done", "failed"):
            return
        key = key.removeprefix(PREFIX)
        batch_id = key.partition("/")[0]
        with self.record.reading() as session:
            if session.get(Batch, batch_id) is None:
                return
            asked = given_up(session, batch_id, key)
        if asked is None:
            return
        with self.record.action(Actor.timer("mes.receipts"), TURN) as unit:
            command = self.running.equipment.command(unit.session, f"{PREFIX}{key}")
            if command is None:
                return
            loaded = self.running.load(unit.session, batch_id)
            data = {
                "key": key,
                "status": "done" if command.state == "done" else "failed",
                "result": result_of(command, asked),
                "late": asked,
            }
            values = self.running.values(loaded.program, loaded.state)
            self.running.take(unit, batch_id, [Input("report", us(unit.process_now), data, values)])


def given_up(session: Session, batch_id: str, key: str) -> Event | None:
    """The write with this key as it was asked for, if its outcome was taken as unknown; else None."""
    rows = session.scalars(
        select(JournalEvent)
        .where(
            JournalEvent.batch_id == batch_id, JournalEvent.type.in_(("effect.requested", "effect.finished"))
        )
        .order_by(JournalEvent.sequence)
    )
    asked: Event | None = None
    for row in rows:
        if row.event.get("key") != key:
            continue
        if row.type == "effect.requested":
            asked = row.event
        elif row.event.get("result", {}).get("outcome") != "unknown":
            return None
        else:
            return asked
    return None
