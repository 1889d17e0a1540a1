"""Following batches: events bind, begin and freeze; a worker reads the hours and keeps the beliefs up to date."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.clock import from_us, us
from titer.base.errors import Invalid, TiterError
from titer.record import Actor, OutboxEvent, Record, Unit
from titer.twin import rules
from titer.twin.estimator import Estimator, log_rows, make
from titer.twin.hours import Hours
from titer.twin.inputs import HOUR_US, text
from titer.twin.model import (
    TwinDefinition,
    TwinHour,
    TwinInstance,
    TwinMeasurement,
    TwinModel,
    TwinReplay,
    TwinSnapshot,
)
from titer.twin.ports import History
from titer.twin.process_model import load_release
from titer.twin.queries import followed, frozen_instances, instance_of
from titer.twin.settings import Settings, read

VERB = "twin.follow"


@dataclass
class Following:
    """Keeps the twins of running batches.

    Args:
        record: the record.
        historian: hourly inputs.
    """

    record: Record
    historian: History
    lock: threading.RLock = field(default_factory=threading.RLock)
    hours: Hours = field(init=False)
    _live: dict[str, Estimator] = field(default_factory=dict)
    _trouble: dict[str, str] = field(default_factory=dict)
    _settings: dict[str, Settings] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hours = Hours(self.historian)

    # --- estimators ---------------------------------------------------------------------------------------

    def settings_of(self, session: Session, instance: TwinInstance) -> Settings:
        """The settings of an instance's definition."""
        known = self._settings.get(instance.definition_id)
        if known is None:
            definition = session.get(TwinDefinition, instance.definition_id)
            if definition is None:
                raise Invalid(f"{instance.number} has no definition.")
            known = self._settings[instance.definition_id] = read(definition.settings)  # it never changes
        return known

    def lag_us(self) -> int:
        """Plant time since the end of the last hour that was read, of the twin furthest behind; 0 if there is none.

        From memory: nothing is asked of the database, so that a clock may ask it often.
        """
        return self.hours.lag_us(us(self.record.process_clock.now()))

    def fresh(
        self,
        session: Session,
        instance: TwinInstance,
        *,
        through: str | None = None,
        known: datetime | None = None,
    ) -> Estimator:
        """An estimator of its own, with what was known through a row, or at a plant time.

        Raises:
            Refused: the process model of this program is another than the commissioned one.
            ValueError: the culture has not begun.
        """
        settings = self.settings_of(session, instance)
        release = session.get(TwinModel, instance.model_id)
        model = load_release(settings.kinetics, release.digest if release else "")
        estimator = make(instance, model, settings)
        estimator.take(log_rows(session, instance.id, through=through, known=known))
        return estimator

    def live(self, session: Session, instance: TwinInstance) -> Estimator:
        """The running estimator, with all of the log; hold `lock` while it is used."""
        estimator = self._live.get(instance.id)
        if estimator is None or estimator.started_at != instance.started_at:
            estimator = self._live[instance.id] = self.fresh(session, instance)
        else:
            estimator.take(log_rows(session, instance.id, after=estimator.last_id))
        return estimator

    def detached(self, session: Session, instance: TwinInstance) -> Estimator:
        """The live belief in an estimator of its own: seconds of simulation need no lock and delay nobody."""
        with self.lock:
            return self.live(session, instance).copy()

    # --- events -------------------------------------------------------------------------------------------

    def on_batch(self, event: OutboxEvent) -> None:
        """`mes.batch.*`, `mes.mark.set`, `mes.phase.started`: bind, begin, freeze. Idempotent."""
        payload, topic = event.payload, event.topic
        batch_id = str(payload.get("batch_id", ""))
        if topic == "mes.batch.started":
            self._bind(batch_id, str(payload.get("number", "")), str(payload.get("unit", "")))
        elif topic == "mes.mark.set":
            self._begin(batch_id, str(payload.get("mark", "")), _when(payload, event.process_at))
        elif topic == "mes.phase.started":
            self._end(batch_id, str(payload.get("phase", "")), _when(payload, event.process_at))
        elif topic in ("mes.batch.completed", "mes.batch.stopped", "mes.batch.aborted"):
            self._end(batch_id, None, event.process_at)

    def _bind(self, batch_id: str, number: str, equipment: str) -> None:
        with self.reading() as session:
            wanted = session.scalars(
                select(TwinDefinition).where(
                    TwinDefinition.equipment == equipment, TwinDefinition.state == "COMMISSIONED"
                )
            ).first()
            if wanted is None or instance_of(session, batch_id) is not None:
                return
        with self.acting() as unit:
            definition = unit.get(TwinDefinition, wanted.id)
            instance = unit.add(
                TwinInstance(
                    number=unit.next_number("TW"),
                    definition_id=definition.id,
                    model_id=definition.model_id,
                    batch_id=batch_id,
                    batch_number=number,
                    equipment=equipment,
                    state=rules.move(rules.INSTANCE, "twin", definition.state, "bind"),
                    reasons=[],
                )
            )
            unit.emit("twin.instance.bound", instance, _told(instance))

    def _begin(self, batch_id: str, mark: str, at: datetime) -> None:
        with self.reading() as session:
            instance = instance_of(session, batch_id)
            if instance is None or instance.state != "BOUND":
                return
            settings = self.settings_of(session, instance)
        if mark != settings.mark:
            return
        volume = self._volume(settings, at)
        with self.acting() as unit:
            row = unit.get(TwinInstance, instance.id)
            row.started_at, row.start_volume = at, volume
            self._move(unit, row, "synchronise", [])

    def _volume(self, settings: Settings, at: datetime) -> Decimal:
        """Broth at inoculation: the last good level; typical if there is none (the filter corrects it)."""
        source = settings.measured.get("volume")
        if source is not None:
            rows = self.historian.aligned([source.tag], us(at), us(at) + 1, 1_000_000, max_age_us=2 * HOUR_US)
            if len(rows.values) and rows.quality[0, 0] < 2 and rows.values[0, 0] > 0:
                return Decimal(text(float(rows.values[0, 0]) * source.factor))
        return Decimal("1400")

    def _end(self, batch_id: str, phase: str | None, at: datetime) -> None:
        with self.reading() as session:
            instance = instance_of(session, batch_id)
            if instance is None or instance.state not in rules.FOLLOWED:
                return
            if phase is not None and phase != self.settings_of(session, instance).end_phase:
                return
        if instance.started_at is not None:
            self._catch_up(instance, until=at, final=True)
        with self.lock, self.acting() as unit:  # in this order, as everywhere: beliefs, then the writer
            row = unit.get(TwinInstance, instance.id)
            row.frozen_at = at
            self._move(unit, row, "freeze", [])
            if row.started_at is not None:
                estimator = self.live(unit.session, row)
                if estimator.shown:
                    self._snapshot(unit, row, estimator)

    def on_gap(self, event: OutboxEvent) -> None:
        """`equipment.gap.filled`: hours that were assumed are read again, in the worker."""
        begin = event.payload.get("from_us") or event.payload.get("start_us")
        with self.reading() as session:
            for instance in followed(session):
                if instance.started_at is None:
                    continue
                last = us(event.process_at) - 72 * HOUR_US if begin is None else int(begin)
                hour = max((last - us(instance.started_at)) // HOUR_US, 0)
                self.hours.read_again(instance.id, hour)

    # --- the worker ---------------------------------------------------------------------------------------

    def step(self) -> float:
        """One round over the followed instances; returns the seconds until the next."""
        with self.reading() as session:
            instances = [i for i in followed(session) if i.started_at is not None]
            frozen = [i for i in frozen_instances(session) if i.id in self._live]
        self.hours.only({instance.id for instance in instances})
        for instance in instances:
            self._catch_up(instance, until=self.record.process_clock.now())
        for instance in frozen:
            self._refresh(instance)
        return 0.5 if instances else 2.0

    def _catch_up(self, instance: TwinInstance, *, until: datetime, final: bool = False) -> None:
        """Read the hours that are over, then bring belief, replays, snapshots and health up to date."""
        with self.lock:
            if instance.started_at is not None:
                self._read_hours(instance, instance.started_at, until, final)
                self._refresh(instance)

    def _read_hours(self, instance: TwinInstance, started_at: datetime, until: datetime, final: bool) -> None:
        start = us(started_at)
        with self.reading() as session:
            settings = self.settings_of(session, instance)
            known = self._known_hours(session, instance)
        rows = self.hours.read(instance.id, settings, start, known, until_us=us(until), final=final)
        if rows:
            with self.acting() as unit:
                for row in rows:
                    unit.add(
                        TwinHour(
                            instance_id=instance.id,
                            hour=row.hour,
                            revision=row.revision,
                            taken_at=from_us(start + (row.hour + 1) * HOUR_US),
                            arrived_at=unit.process_now,
                            inputs=row.data.inputs,
                            measured=row.data.measured,
                            quality=row.data.quality,
                        )
                    )

    def _known_hours(self, session: Session, instance: TwinInstance) -> dict[int, TwinHour]:
        """The hours that were read, newest revisions; from memory where it is up to date."""
        live = self._live.get(instance.id)
        count = session.scalar(select(func.count()).where(TwinHour.instance_id == instance.id))
        if live is not None and count == live.taken_hours:
            return {row.hour: row for row in live.hours}
        rows = session.scalars(
            select(TwinHour).where(TwinHour.instance_id == instance.id).order_by(TwinHour.revision)
        )
        return {row.hour: row for row in rows}

    def _refresh(self, instance: TwinInstance) -> None:
        from titer.science.filters.unscented import FilterFailure

        with self.lock:
            failure = ""
            estimator = self._live.get(instance.id)
            known = estimator.shown if estimator else []
            with self.reading() as session:
                fresh = log_rows(session, instance.id, after=estimator.last_id) if estimator else []
                if estimator is not None and not fresh:
                    if instance.state not in rules.FOLLOWED:
                        return
                else:
                    try:
                        estimator = self.live(session, instance)
                    except (FilterFailure, TiterError) as error:
                        failure = f"The filter cannot go on: {error}"
                        self._live.pop(instance.id, None)
            if estimator is None or failure:
                if failure and failure != self._trouble.get(instance.id):
                    self._trouble[instance.id] = failure
                    with self.acting() as unit:
                        self._judge(unit, instance.id, None, failure)
                return
            self._trouble.pop(instance.id, None)
            self._tell(instance, estimator, known, fresh)

    def _tell(self, instance: TwinInstance, estimator: Estimator, known: list[Any], fresh: list[Any]) -> None:
        """Write what is new: replays, snapshots, health. Nothing is written if nothing is."""
        shown = estimator.shown
        again = _first_difference(known, shown)
        every = estimator.settings.snapshot_every_h
        due = bool(shown) and len(shown) // every > len(known) // every
        event, reasons = self._health(instance, estimator)
        if again is None and not due and event is None and reasons == instance.reasons:
            return
        with self.acting() as unit:
            row = unit.get(TwinInstance, instance.id)
            if again is not None:
                replay = unit.add(
                    TwinReplay(
                        instance_id=row.id,
                        cause=[_cause(item) for item in fresh if _late(item, known)],
                        from_hour=known[again].hour,
                        to_hour=known[-1].hour,
                        before=estimator.table(known[-1])[1],
                        after=estimator.table(shown[len(known) - 1])[1],
                        belief_digest=estimator.belief_digest(),
                        known_through=estimator.last_id,
                    )
                )
                unit.emit("twin.replayed", replay, {"batch_id": row.batch_id, "from_hour": replay.from_hour})
            if due:
                self._snapshot(unit, row, estimator)
            if row.state in rules.FOLLOWED:
                self._judge(unit, row.id, estimator, "")

    def _snapshot(self, unit: Unit, row: TwinInstance, estimator: Estimator) -> TwinSnapshot:
        newest = estimator.shown[-1]
        states, outputs = estimator.table(newest)
        return unit.add(
            TwinSnapshot(
                instance_id=row.id,
                hour=newest.hour,
                known_at=unit.process_now,
                known_through=estimator.last_id,
                knowledge_digest=estimator.knowledge_digest(),
                belief_digest=estimator.belief_digest(),
                states=states,
                outputs=outputs,
            )
        )

    def _health(
        self, instance: TwinInstance, estimator: Estimator | None, failure: str = ""
    ) -> tuple[str | None, list[str]]:
        behind = 0.0
        if estimator is not None:
            behind = estimator.hour_of(self.record.process_clock.now()) - len(estimator.hours)
        reasons = rules.health(
            innovations=estimator.recent_innovations() if estimator else {},
            recent=[hour.quality for hour in estimator.hours[-12:]] if estimator else [],
            required=_required(estimator.settings) if estimator else (),
            outside=estimator.outside() if estimator else [],
            failure=failure,
            behind_h=max(behind, 0.0),
        )
        hours = len(estimator.hours) if estimator else 0
        if failure and instance.state in ("SYNCING", "LIVE"):
            return "doubt", reasons
        return rules.instance_event(instance.state, reasons, hours, behind), reasons

    def _judge(self, unit: Unit, instance_id: str, estimator: Estimator | None, failure: str) -> None:
        row = unit.get(TwinInstance, instance_id)
        event, reasons = self._health(row, estimator, failure)
        if event is not None:
            self._move(unit, row, event, reasons)
        elif reasons != row.reasons:
            row.reasons = reasons
            unit.flush()

    def _move(self, unit: Unit, row: TwinInstance, event: str, reasons: list[str]) -> None:
        row.state, row.reasons = rules.move(rules.INSTANCE, "twin", row.state, event), reasons
        unit.emit("twin.instance.moved", row, _told(row))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading session whose rows can still be looked at when it is closed."""
        with self.record.reading() as session:
            try:
                yield session
            finally:
                session.expunge_all()

    def acting(self) -> AbstractContextManager[Unit]:
        """An action of the platform itself."""
        return self.record.action(Actor.timer("twin.estimator"), VERB)


def _required(settings: Settings) -> list[str]:
    return [name for name, source in settings.inputs.items() if source.required] + [
        f"measured:{name}" for name, source in settings.measured.items() if source.required
    ]


def _when(payload: dict[str, Any], default: datetime) -> datetime:
    at = payload.get("at_us")
    return from_us(int(at)) if at is not None else default


def _first_difference(known: list[Any], shown: list[Any]) -> int | None:
    """The first hour (index) whose estimate is another than it was; None if none is."""
    for index, (old, new) in enumerate(zip(known, shown, strict=False)):
        if old is not new and (old.states[0] != new.states[0]).any():
            return index
    return None


def _late(row: Any, known: list[Any]) -> bool:
    return isinstance(row, TwinMeasurement) or (row.hour < len(known))


def _cause(row: Any) -> dict[str, Any]:
    if isinstance(row, TwinMeasurement):
        return {
            "measurement_id": row.id,
            "output": row.output,
            "value": row.value,
            "unit": row.unit,
            "status": row.status,
            "sampled_at": row.sampled_at,
            "arrived_at": row.arrived_at,
            "source_type": row.source_type,
            "source_id": row.source_id,
            "sample_number": row.sample_number,
        }
    return {"hour_id": row.id, "hour": row.hour, "revision": row.revision, "reason": "read again after a gap"}


def _told(instance: TwinInstance) -> dict[str, Any]:
    return {
        "instance_id": instance.id,
        "batch_id": instance.batch_id,
        "equipment": instance.equipment,
        "state": instance.state,
        "reasons": instance.reasons,
    }
