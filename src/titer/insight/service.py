"""The context's face: constructs its parts, and says what they offer to the platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault, TiterError
from titer.insight import queries
from titer.insight.alerts import Alerts
from titer.insight.datasets import Datasets
from titer.insight.following import Follower
from titer.insight.gate import InsightGate
from titer.insight.model import PredictionBlock, Watch
from titer.insight.models import Models
from titer.insight.permissions import ACTIONS
from titer.insight.ports import History, Plant
from titer.insight.scoring import replay
from titer.insight.signing import meanings
from titer.quality import Quality
from titer.record import ActionSpec, Record, SignatureMeaning, Subscription, Worker


class Insight:
    """Models that watch batches.

    Args:
        record: the record.
        quality: takes exceptions and deviations, and asks the release gate.
        plant: channels and gaps of the equipment.
        historian: time series.
    """

    def __init__(self, record: Record, quality: Quality, plant: Plant, historian: History) -> None:
        self.record = record
        self.datasets = Datasets(record, historian)
        self.models = Models(record, self.datasets, plant)
        self.alerts = Alerts(quality)
        self.follower = Follower(record, self.models, self.alerts, historian, plant)
        self.blocks = queries.Blocks(record)
        self.alert_links: list[Callable[[Session, str], list[dict[str, str]]]] = []

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """What can be signed here."""
        return meanings(self.alerts)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Batches that begin and end, and the phase that ends the watching."""
        return (
            Subscription("insight.batches", ("mes.batch.*",), self.follower.on_batch),
            Subscription("insight.phases", ("mes.phase.started",), self.follower.on_phase),
        )

    def workers(self) -> tuple[Worker, ...]:
        """The scoring worker."""
        return (Worker("insight.scoring", self.follower.step),)

    def lag_us(self) -> int:
        """How far the scoring of running batches is behind the plant, microseconds of plant time; from memory."""
        return self.follower.lag_us()

    def release_gate(self) -> InsightGate:
        """What must hold, on insight's side, before a batch is released."""
        return InsightGate(self.models)

    def link_alerts(self, of: Callable[[Session, str], list[dict[str, str]]]) -> None:
        """A layer above says where more is known about an alert: (session, alert id) -> links with
        relation, title, record_type, record_id and href."""
        self.alert_links.append(of)

    def links_of(self, session: Session, alert_id: str) -> list[dict[str, str]]:
        """What layers above know about an alert."""
        return [link for of in self.alert_links for link in of(session, alert_id)]

    def chart(self, session: Session, batch_id: str) -> queries.Chart:
        """The monitoring chart of a batch (id or number)."""
        watch = queries.watch_of(session, batch_id)
        fitted = self.models.load(watch.artefact_digest)
        return queries.chart(session, self.blocks, watch, fitted, self.follower.tail(watch.id))

    def verify_log(self, session: Session, watch_id: str) -> dict[str, Any]:
        """Score the whole log of a batch again from its kept inputs, and compare the bytes.

        Returns:
            blocks, rows, and `same` or the sentence that says what differs.
        """
        watch = session.get(Watch, watch_id)
        rows = list(
            session.scalars(
                select(PredictionBlock)
                .where(PredictionBlock.watch_id == watch_id)
                .order_by(PredictionBlock.sequence)
            )
        )
        if watch is None or not rows:
            return {"blocks": 0, "rows": 0, "same": False, "detail": "Nothing has been logged yet."}
        try:
            fitted = self.models.load_for_scoring(watch.artefact_digest)
            scorer = replay(fitted, [self.record.content.read(row.digest) for row in rows])
        except IntegrityFault as error:
            return {
                "blocks": len(rows),
                "rows": sum(r.rows for r in rows),
                "same": False,
                "detail": str(error),
            }
        except TiterError as error:
            return {"blocks": len(rows), "rows": 0, "same": False, "detail": str(error)}
        return {
            "blocks": len(rows),
            "rows": len(scorer.times),
            "same": True,
            "detail": "Every score replays from its kept inputs to the same bytes.",
        }
