"""Following running batches: a worker that walks each on a grid of plant time, and logs what it scored."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from titer.base.clock import from_us, us
from titer.base.errors import IntegrityFault, Invalid, NotFound
from titer.insight.alerts import Alerts
from titer.insight.fitted import Fitted
from titer.insight.lead import AlarmLimits, lead_statement
from titer.insight.model import Deployment, ModelVersion, PredictionBlock, Watch
from titer.insight.models import Models, renamed
from titer.insight.ports import History, Plant
from titer.insight.scoring import VERDICTS, BatchScorer, ScoredRow, encode_block, replay
from titer.record import Actor, OutboxEvent, Record, Unit

log = logging.getLogger(__name__)

GOOD = 0
MOST_ROWS = 200
IDLE_S = 1.0
BUSY_S = 0.25
QUIET_S = 2.0
ENDED = ("completed", "aborted", "stopped")


@dataclass
class _Walk:
    """What the worker holds in memory about one batch; all of it can be rebuilt from the log."""

    watch: Watch
    deployment: Deployment
    model: ModelVersion
    fitted: Fitted
    scorer: BatchScorer
    sequence: int
    previous: str | None
    next_us: int
    pending: list[ScoredRow] = field(default_factory=list)
    pending_inputs: list[NDArray[np.float64]] = field(default_factory=list)
    recent: list[tuple[int, bool]] = field(default_factory=list)
    waiting_since: datetime | None = None
    carried: tuple[NDArray[np.float64], NDArray[np.int64]] | None = None

    @property
    def step_us(self) -> int:
        return self.fitted.spec.step_minutes * 60_000_000

    def lag_us(self, now: int) -> int:
        """Plant time since the last scored row, or from there to the end of the watch."""
        ended = self.watch.ended_at
        until = now if ended is None else min(now, us(ended))
        return max(until - self.next_us + self.step_us, 0)

    @property
    def rows_a_block(self) -> int:
        return max(1, self.deployment.block_minutes // self.fitted.spec.step_minutes)


class Follower:
    """Binds deployments to batches, and scores.

    Args:
        record: the record; its two clocks too.
        models: gives fitted models.
        alerts: opened by events.
        history: the historian.
        plant: channels and gaps.
    """

    def __init__(
        self, record: Record, models: Models, alerts: Alerts, history: History, plant: Plant
    ) -> None:
        self.record = record
        self.models = models
        self.alerts = alerts
        self.history = history
        self.plant = plant
        self._walks: dict[str, _Walk] = {}
        self._warm = False

    # --- batches begin and end ------------------------------------------------------------------------------

    def on_batch(self, event: OutboxEvent) -> None:
        """`mes.batch.started` begins to follow; completed, aborted or stopped ends it. Idempotent."""
        what = event.topic.rsplit(".", 1)[-1]
        if what == "started":
            self._begin(event)
        elif what in ENDED:
            self._end(str(event.payload.get("batch_id") or event.record_id), event.process_at)

    def on_phase(self, event: OutboxEvent) -> None:
        """The start of the phase that a deployment ends with ends its watch."""
        batch_id, title = str(event.payload.get("batch_id")), str(event.payload.get("phase", "")).casefold()
        with self.record.reading() as session:
            phases = session.execute(
                select(Watch.batch_id, Deployment.ends_with_phase)
                .join(Deployment, Deployment.id == Watch.deployment_id)
                .where(Watch.batch_id == batch_id, Watch.state == "following")
            ).all()
        if any(phase is not None and phase.casefold() == title for _, phase in phases):
            at_us = event.payload.get("at_us")
            self._end(batch_id, from_us(int(at_us)) if at_us is not None else event.process_at)

    def _begin(self, event: OutboxEvent) -> None:
        equipment = str(event.payload.get("unit", ""))
        batch_id = str(event.payload.get("batch_id") or event.record_id)
        with self.record.reading() as session:
            deployments = list(
                session.scalars(
                    select(Deployment).where(Deployment.equipment == equipment, Deployment.state != "ended")
                )
            )
            known = set(session.scalars(select(Watch.deployment_id).where(Watch.batch_id == batch_id)))
        for deployment in deployments:
            if deployment.id in known:
                continue
            with self.record.action(Actor.timer("insight.watch"), "insight.watch") as unit:
                watch = unit.add(
                    Watch(
                        deployment_id=deployment.id,
                        model_id=deployment.model_id,
                        artefact_digest=deployment.artefact_digest,
                        batch_id=batch_id,
                        batch_number=str(event.payload.get("number", batch_id)),
                        equipment=equipment,
                        started_at=event.process_at,
                        state="following",
                    )
                )
                unit.emit("insight.watch.started", watch, {"batch_id": batch_id, "equipment": equipment})

    def _end(self, batch_id: str, at: datetime) -> None:
        with self.record.reading() as session:
            ids = list(
                session.scalars(
                    select(Watch.id).where(
                        Watch.batch_id == batch_id, Watch.state == "following", Watch.ended_at.is_(None)
                    )
                )
            )
        for watch_id in ids:
            with self.record.action(Actor.timer("insight.watch"), "insight.watch") as unit:
                unit.get(Watch, watch_id).ended_at = at

    # --- the worker -----------------------------------------------------------------------------------------

    def step(self) -> float:
        """One round over all batches that are followed; returns seconds until the next."""
        with self.record.reading() as session:
            watches = list(session.scalars(select(Watch).where(Watch.state == "following")))
            active = set(session.scalars(select(Deployment.id).where(Deployment.state == "active")))
            session.expunge_all()
        if not self._warm and not watches:
            self._warm_up(active)
        for gone in set(self._walks) - {watch.id for watch in watches}:
            del self._walks[gone]
        moved = False
        for watch in watches:
            if watch.deployment_id not in active:
                self._walks.pop(watch.id, None)  # it is rebuilt from the log when the model is resumed
                if watch.ended_at is not None:
                    self._finish(watch, "the model was not active when the batch ended")
                continue
            moved = self._follow(watch) or moved
        return BUSY_S if moved else IDLE_S

    def lag_us(self) -> int:
        """Plant time since the last scored row of the batch that is furthest behind; 0 if none is scored."""
        now = us(self.record.process_clock.now())
        return max((walk.lag_us(now) for walk in list(self._walks.values())), default=0)

    def _warm_up(self, active: set[str]) -> None:
        """Score the golden rows of what is deployed before anybody waits for it: the kernel loads for seconds."""
        self._warm = True
        with self.record.reading() as session:
            digests = list(
                session.scalars(
                    select(ModelVersion.artefact_digest)
                    .join(Deployment, Deployment.model_id == ModelVersion.id)
                    .where(Deployment.id.in_(active))
                )
            )
        for digest in digests:
            try:
                self.models.holds(digest)
            except (IntegrityFault, Invalid, NotFound) as error:
                log.warning("a deployed model cannot be checked: %s", error)

    def _follow(self, watch: Watch) -> bool:
        try:
            walk = self._walks.get(watch.id) or self._resume(watch)
        except (IntegrityFault, Invalid, NotFound) as error:
            self._suspend(watch, str(error))
            return False
        walk.watch = watch
        self._walks[watch.id] = walk
        try:
            scored = self._advance(walk)
            if watch.ended_at is not None and walk.next_us > us(watch.ended_at):
                self._flush(walk)
                self._finish(watch, "the batch ended")
                return True
        except BaseException:
            # memory may be ahead of the log: drop it, the next round rebuilds it from the log
            self._walks.pop(watch.id, None)
            raise
        return scored

    def _resume(self, watch: Watch) -> _Walk:
        with self.record.reading() as session:
            deployment = session.get(Deployment, watch.deployment_id)
            model = session.get(ModelVersion, watch.model_id)
            blocks = list(
                session.scalars(
                    select(PredictionBlock)
                    .where(PredictionBlock.watch_id == watch.id)
                    .order_by(PredictionBlock.sequence)
                )
            )
            session.expunge_all()
        if deployment is None or model is None:
            raise IntegrityFault("What is followed names a deployment that is not there.")
        fitted = self.models.load_for_scoring(watch.artefact_digest)
        start = us(watch.started_at)
        scorer = BatchScorer(fitted, start)
        if blocks:
            scorer = replay(fitted, [self.record.content.read(block.digest) for block in blocks])
        return _Walk(
            watch=watch,
            deployment=deployment,
            model=model,
            fitted=fitted,
            scorer=scorer,
            sequence=len(blocks),
            previous=blocks[-1].digest if blocks else None,
            next_us=(scorer.times[-1] if scorer.times else start) + fitted.spec.step_minutes * 60_000_000,
        )

    def _advance(self, walk: _Walk) -> bool:
        until = us(self.record.process_clock.now())
        if walk.watch.ended_at is not None:
            until = min(until, us(walk.watch.ended_at))
        until = self._ready_until(walk, until)
        rows = min((until - walk.next_us) // walk.step_us + 1, MOST_ROWS) if until >= walk.next_us else 0
        if rows <= 0:
            return False
        times = [walk.next_us + k * walk.step_us for k in range(rows)]
        values = self._inputs(walk, times)
        walk.next_us = times[-1] + walk.step_us
        walk.waiting_since = None
        for row, inputs in zip(walk.scorer.take(times, values), values, strict=True):
            walk.pending.append(row)
            walk.pending_inputs.append(inputs)
            walk.recent = [*walk.recent[-500:], (row.at_us, row.alarming)]
        cut = [i for i, row in enumerate(walk.pending) if row.begins or row.ends]
        if cut or len(walk.pending) >= walk.rows_a_block:
            self._flush(walk)
        return True

    def _ready_until(self, walk: _Walk, until: int) -> int:
        """The instant up to which no value is awaited any more.

        A source that reports on change says nothing while nothing changes; so what counts is how far the
        newest sample of any channel of the same device has come. A device that is silent while others speak,
        with no gap known, has nothing to report: it is waited for briefly. Late values (a dead link, a gap
        that is being filled) are waited for longer, by the server clock, and then count as missing.
        """
        tags = [renamed(tag, walk.deployment.rename) for tag in walk.fitted.spec.tags]
        last = self.history.last(tags)
        newest: dict[str, int] = {}
        for tag in tags:
            device = tag.partition(".")[0]
            newest[device] = max(newest.get(device, 0), last[tag].source_us if tag in last else 0)
        ready = min(until, *newest.values())
        with self.record.reading() as session:
            awaited = self.plant.awaited_from(session, tags, walk.next_us, until)
        if awaited is not None:
            ready = min(ready, awaited - 1)
        if ready >= walk.next_us or until < walk.next_us:
            walk.waiting_since = None
            return ready
        now = self.record.clock.now()
        walk.waiting_since = walk.waiting_since or now
        furthest = min(until, max(newest.values()))
        silent = awaited is None and furthest >= walk.next_us
        patience = min(QUIET_S, walk.deployment.patience_s) if silent else walk.deployment.patience_s
        if now - walk.waiting_since < timedelta(seconds=patience):
            return ready
        return furthest if silent else until

    def _inputs(self, walk: _Walk, times: Sequence[int]) -> NDArray[np.float64]:
        """Rows x channels in the model's order; NaN where a value is bad, uncertain, stale or not there.

        Only what is newer than the last row is read; older values are carried, so a set-point that last
        changed days ago costs nothing.
        """
        spec = walk.fitted.spec
        ages = np.array([channel.max_age_minutes * 60_000_000 for channel in spec.channels], dtype=np.int64)
        fresh = walk.carried is None
        rows = self.history.aligned(
            [renamed(channel.tag, walk.deployment.rename) for channel in spec.channels],
            times[0],
            times[-1] + 1,
            walk.step_us,
            max_age_us=int(ages.max()) if fresh else walk.step_us,
        )
        carried, measured = walk.carried or (np.full(ages.size, np.nan), np.zeros(ages.size, dtype=np.int64))
        out = np.full((len(times), ages.size), np.nan)
        for i, at in enumerate(times):
            if int(rows.times_us[i]) != at:
                raise IntegrityFault("The historian answered other instants than it was asked for.")
            known = rows.source_us[i] > measured
            value = np.where(rows.quality[i] == GOOD, rows.values[i], np.nan)
            carried = np.where(known, value, carried)
            measured = np.where(known, rows.source_us[i], measured)
            out[i] = np.where((measured > 0) & (at - measured <= ages), carried, np.nan)
        walk.carried = (carried, measured)
        return out

    # --- the log --------------------------------------------------------------------------------------------

    def _flush(self, walk: _Walk) -> None:
        if not walk.pending:
            return
        rows, inputs = walk.pending, np.vstack(walk.pending_inputs)
        actor = Actor.model(f"{walk.model.name} {walk.model.revision}")
        with self.record.action(actor, "insight.score") as unit:
            data = encode_block(
                rows,
                inputs,
                watch={
                    "watch": walk.watch.id,
                    "batch": walk.watch.batch_id,
                    "deployment": walk.deployment.id,
                    "model": walk.watch.artefact_digest,
                },
                previous=walk.previous,
                start_us=walk.scorer.start_us,
            )
            digest = unit.content.put(data, media_type="application/json", origin="insight prediction log")
            decided = [row.ratio for row in rows if row.verdict == "ok"]
            unit.add(
                PredictionBlock(
                    watch_id=walk.watch.id,
                    sequence=walk.sequence + 1,
                    first_at=from_us(rows[0].at_us),
                    last_at=from_us(rows[-1].at_us),
                    rows=len(rows),
                    digest=digest,
                    previous=walk.previous,
                    verdicts={v: sum(row.verdict == v for row in rows) for v in VERDICTS},
                    alarming=sum(row.alarming for row in rows),
                    largest_ratio=Decimal(f"{max(decided, default=0.0):.4f}"),
                )
            )
            for row in rows:
                if row.begins:
                    self._open(unit, walk, row, digest)
                if row.ends:
                    self.alerts.clear(unit, walk.watch, row.at_us)
        if hashlib.sha256(data).hexdigest() != digest:
            raise IntegrityFault("The content store gave another digest than its bytes have.")
        walk.sequence, walk.previous = walk.sequence + 1, digest
        walk.pending, walk.pending_inputs = [], []

    def _open(self, unit: Unit, walk: _Walk, row: ScoredRow, digest: str) -> None:
        before = [at for at, alarming in walk.recent if alarming and at <= row.at_us]
        rule = walk.fitted.spec.event
        window = row.at_us - (rule.of - 1) * walk.step_us
        first = min((at for at in before if at >= window), default=row.at_us)
        facts = self.plant.channel_facts(
            unit.session, [renamed(tag, walk.deployment.rename) for tag in walk.fitted.spec.tags]
        )
        limits = {
            tag: AlarmLimits(fact.alarm_low, fact.alarm_high)
            for tag in walk.fitted.spec.tags
            if (fact := facts.get(renamed(tag, walk.deployment.rename))) is not None
        }
        self.alerts.open(
            unit,
            watch=walk.watch,
            model=walk.model,
            spec=walk.fitted.spec,
            row=row,
            first_us=first,
            lead=lead_statement(walk.fitted, walk.scorer, row, limits),
            block_digest=digest,
            rename=dict(walk.deployment.rename),
        )

    def tail(self, watch_id: str) -> list[ScoredRow]:
        """Rows that are scored and not yet in the log; for pages, which call them provisional."""
        walk = self._walks.get(watch_id)
        return list(walk.pending) if walk else []

    def _finish(self, watch: Watch, reason: str) -> None:
        with self.record.action(Actor.timer("insight.watch"), "insight.watch") as unit:
            row = unit.get(Watch, watch.id)
            row.state, row.state_reason = "finished", reason
        self._walks.pop(watch.id, None)

    def _suspend(self, watch: Watch, why: str) -> None:
        """An integrity failure suspends the model by itself; the stated fallback holds."""
        log.error("the model of %s is suspended: %s", watch.batch_number, why)
        with self.record.action(
            Actor.timer("insight.integrity"), "insight.model.suspend", reason=why
        ) as unit:
            self.models.suspend(unit, watch.model_id, why)
