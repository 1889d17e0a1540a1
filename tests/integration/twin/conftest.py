"""A twin on a real record, beside a simulated reactor whose readings stand in for the historian."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from titer.base.clock import ManualClock, from_us, iso, us
from titer.record import Actor, OutboxEvent, Record
from titer.sim.normal_batches import SimulatedBatch, simulate_batch
from titer.twin import Twin, fed_batch
from titer.twin.model import TwinInstance

BATCH = "batch-1"
START = datetime.fromisoformat("2026-03-02T20:00:00+00:00")


@dataclass
class Readings:
    """The historian's two reads over a simulated batch, with channels that can fall silent."""

    batch: SimulatedBatch
    clock: ManualClock
    silent: dict[str, tuple[int, int]] = field(default_factory=dict)

    def last(self, tags: Sequence[str]) -> dict[str, Any]:
        now = us(self.clock.now())
        times = self.batch.times_us[self.batch.times_us <= now]
        told = {}
        for tag in tags:
            begin, end = self.silent.get(tag, (0, 0))
            known = times[(times < begin) | (times >= end)]
            if known.size:
                told[tag] = SimpleNamespace(source_us=int(known[-1]))
        return told

    def aligned(
        self, tags: Sequence[str], start_us: int, end_us: int, step_us: int, *, max_age_us: int
    ) -> Any:
        grid = np.arange(start_us, end_us, step_us, dtype=np.int64)
        values = np.full((grid.size, len(tags)), np.nan)
        quality = np.full((grid.size, len(tags)), 2, np.uint8)
        for j, tag in enumerate(tags):
            if tag not in self.batch.tags:
                continue
            begin, end = self.silent.get(tag, (0, 0))
            keep = (self.batch.times_us < begin) | (self.batch.times_us >= end)
            times, column = self.batch.times_us[keep], self.batch.column(tag)[keep]
            at = np.searchsorted(times, grid, side="right") - 1
            fresh = (at >= 0) & (grid - times[np.maximum(at, 0)] <= max_age_us)
            values[fresh, j], quality[fresh, j] = column[at[fresh]], 0
        return SimpleNamespace(times_us=grid, values=values, quality=quality)


@dataclass
class StubMes:
    """MES queries: one adjustable set-point."""

    value: Decimal | None = None

    def adjustable(self, _session: Session, _batch_id: str) -> list[Any]:
        return [
            SimpleNamespace(
                tag="BR-201.FeedF2.SP", unit="L/h", low=Decimal("0.5"), high=Decimal("4"), value=self.value
            )
        ]


@dataclass
class World:
    """Everything that a test of the twin needs."""

    record: Record
    twin: Twin
    readings: Readings
    process_clock: ManualClock
    people: dict[str, Actor]
    sign: Callable[..., Any]
    events: int = 0

    def tell(self, topic: str, payload: dict[str, Any], record_type: str = "x", record_id: str = "x") -> None:
        """Deliver an event to the twin's subscriptions, as the outbox would."""
        self.events += 1
        event = OutboxEvent(
            id=f"event-{self.events}", topic=topic, record_type=record_type, record_id=record_id,
            payload=payload, entry_seq=0, signed=False, occurred_at=self.record.clock.now(),
            process_at=self.process_clock.now(),
        )  # fmt: skip
        for subscription in self.twin.subscriptions():
            if subscription.wants(topic):
                subscription.handler(event)

    def result(
        self,
        result_id: str,
        analysis: str,
        value: str,
        unit: str,
        hour: float,
        topic: str = "lims.result.entered",
    ) -> None:
        """A laboratory result, sampled at an hour of culture."""
        at = self.started + timedelta(hours=hour)
        self.tell(
            topic,
            {
                "result_id": result_id, "batch_id": BATCH, "analysis": analysis, "value": value, "unit": unit,
                "sampled_at": iso(at), "sample_number": f"S-{result_id}",
            },
            "lims_result",
            result_id,
        )  # fmt: skip

    @property
    def started(self) -> datetime:
        """Inoculation."""
        return from_us(int(self.readings.batch.times_us[0])) - timedelta(minutes=4)

    def commission(self, settings: dict[str, Any] | None = None) -> str:
        """Define and commission a twin of BR-201."""
        with self.record.action(self.people["scientist"], "twin.define") as unit:
            row = self.twin.definitions.define(
                unit, equipment="BR-201", title="Fed-batch twin", settings=settings or fed_batch("BR-201")
            )
            key = row.id
        self.sign(self.people["owner"], "twin_definition", key, "commissioned")
        return key

    def begin(self) -> None:
        """The batch starts, and the culture is inoculated."""
        self.process_clock.set(self.started)
        self.tell(
            "mes.batch.started",
            {"batch_id": BATCH, "number": "B-2026-0001", "unit": "BR-201", "recipe": "r 1"},
        )
        self.tell("mes.mark.set", {"batch_id": BATCH, "mark": "inoculation", "at_us": us(self.started)})

    def run_to(self, hour: float, every: float = 24.0) -> None:
        """Let the plant run to an hour of culture; the worker makes a round now and then."""
        at = (self.process_clock.now() - self.started) / timedelta(hours=1)
        while at < hour:
            at = min(at + every, hour)
            self.process_clock.set(self.started + timedelta(hours=at, minutes=5))
            self.twin.following.step()
        self.process_clock.set(self.started + timedelta(hours=hour, minutes=5))

    def instance(self) -> TwinInstance:
        """The batch's twin, as it is now."""
        with self.record.reading() as session:
            row = self.twin.instance(session, BATCH)
            session.expunge(row)
        return row


@pytest.fixture(scope="session")
def simulated() -> SimulatedBatch:
    """A batch whose F2 pump under-delivers by 8 % from hour 120 on."""
    return simulate_batch(7, 3, start_us=us(START), step_min=4, under_delivery=(0.08, 120.0))


@pytest.fixture
def world(
    record: Record,
    process_clock: ManualClock,
    person: Callable[..., Actor],
    sign: Callable[..., Any],
    simulated: SimulatedBatch,
) -> World:
    readings = Readings(simulated, process_clock)
    twin = Twin(record, StubMes(), readings)
    record.register_actions(twin.actions())
    record.register_signatures(twin.signatures())
    people = {
        "scientist": person("sci", "scientist"),
        "owner": person("own", "process_owner"),
        "both": person("both", "scientist", "process_owner"),
        "operator": person("op", "operator"),
    }
    return World(record, twin, readings, process_clock, people, sign)
