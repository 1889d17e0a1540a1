"""The context's face: constructs its parts, and says what they offer to the platform."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from titer.base.errors import NotAuthorised, NotFound, Refused
from titer.record import ActionSpec, Actor, Record, SignatureMeaning, Subscription, Unit, Worker
from titer.twin import rules
from titer.twin.definitions import Definitions
from titer.twin.drafting import Draft
from titer.twin.estimator import Estimator
from titer.twin.following import Following
from titer.twin.laboratory import Laboratory
from titer.twin.model import TwinInstance, TwinSnapshot
from titer.twin.outlooks import Outlooks
from titer.twin.permissions import ACTIONS
from titer.twin.ports import AlertLinks, Batches, History
from titer.twin.proposals import Proposals
from titer.twin.queries import instance_of
from titer.twin.signing import meanings


class Twin:
    """Process models that live beside the equipment. It holds no credential towards control.

    Args:
        record: the record.
        mes: queries about the running batch's recipe; None where the layer is off.
        historian: time series.
        insight: monitoring; its alerts link to what doing nothing would cost. None where the layer is off.
    """

    def __init__(
        self, record: Record, mes: Batches | None, historian: History, insight: AlertLinks | None = None
    ) -> None:
        self.record = record
        self.definitions = Definitions(record)
        self.following = Following(record, historian)
        self.laboratory = Laboratory(self.following)
        self.proposals = Proposals(record, self.following, mes)
        self.outlooks = Outlooks(self.following, self.proposals)
        if insight is not None:
            insight.link_alerts(self.outlooks.links)

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """What can be signed here."""
        return meanings(self.definitions, self.proposals)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Batches, laboratory results, alerts, filled gaps, and what the MES made of proposals."""
        return (
            Subscription(
                "twin.batches", ("mes.batch.*", "mes.mark.set", "mes.phase.started"), self.following.on_batch
            ),
            Subscription("twin.laboratory", ("lims.result.*",), self.laboratory.on_result),
            Subscription("twin.outlooks", ("insight.alert.opened",), self.outlooks.on_alert),
            Subscription("twin.gaps", ("equipment.gap.filled",), self.following.on_gap),
            Subscription(
                "twin.proposals",
                ("mes.proposal.accepted", "mes.proposal.refused", "mes.setpoint.applied"),
                self.proposals.on_mes,
            ),
        )

    def workers(self) -> tuple[Worker, ...]:
        """The estimator, and the clerk who expires and closes proposals."""
        return (
            Worker("twin.estimator", self.following.step),
            Worker("twin.proposals", self.proposals.step),
        )

    def lag_us(self) -> int:
        """How far the twins of running batches are behind the plant, microseconds of plant time; from memory.

        Up to an hour and the wait for late values is usual; above `rules.MOST_BEHIND_H` hours a twin is DEGRADED and
        proposes nothing, so a simulated plant had better wait before.
        """
        return self.following.lag_us()

    def instance(self, session: Session, key: str) -> TwinInstance:
        """An instance by its id, its number, or its batch's id or number.

        Raises:
            NotFound: there is none.
        """
        row = session.get(TwinInstance, key) or instance_of(session, key)
        if row is None:
            raise NotFound(
                f"There is no twin of {key}.",
                do="A twin is bound when a batch starts on equipment with a commissioned twin.",
            )
        return row

    def estimator(self, session: Session, instance: TwinInstance, known: datetime | None = None) -> Estimator:
        """The belief, live or as it was known at a plant time, in an estimator of its own.

        Raises:
            Refused: the culture has not begun.
        """
        if instance.started_at is None:
            raise Refused(
                f"The culture of batch {instance.batch_number} has not begun.", do="Wait for inoculation."
            )
        if known is None:
            return self.following.detached(session, instance)
        return self.following.fresh(session, instance, known=known)

    def draft(self, session: Session, instance: TwinInstance) -> Draft:
        """Have the optimiser draft a proposal; write it with `save_draft` in an action.

        Raises:
            Refused: the batch is over or has not begun, or there is nothing to adjust.
        """
        if instance.started_at is None or instance.state not in rules.FOLLOWED:
            raise Refused(
                f"The twin of batch {instance.batch_number} is {instance.state}; it proposes nothing."
            )
        return self.proposals.draft(session, instance)

    def save_draft(self, unit: Unit, draft: Draft) -> Any:
        """Write a drafted proposal; returns it, CHECKED or (with failed checks) DRAFT."""
        return self.proposals.save(unit, draft)

    def require(self, session: Session, who: Actor, verb: str) -> None:
        """Refuse early what would be refused anyway, before seconds are spent on numbers.

        Raises:
            NotAuthorised: the person has no right to it.
        """
        if not self.record.may(session, who, verb):
            spec = self.record.matrix[verb]
            raise NotAuthorised(
                f"You have no right to do this: {spec.title}.",
                why=f"It belongs to the roles {', '.join(spec.roles)}.",
                do="Ask somebody who holds one of them, or your administrator.",
            )

    def archive(self, unit: Unit, instance_id: str, version: int | None = None) -> TwinInstance:
        """Put a frozen twin away; it takes no more laboratory results."""
        row = unit.get(TwinInstance, instance_id, version)
        row.state = rules.move(rules.INSTANCE, "twin", row.state, "archive")
        unit.emit("twin.instance.moved", row, {"batch_id": row.batch_id, "state": row.state})
        return row

    def verify_snapshot(self, session: Session, snapshot_id: str) -> dict[str, Any]:
        """Replay the log as it was known at a snapshot; compare what was known and believed, bit for bit."""
        row = session.get(TwinSnapshot, snapshot_id)
        if row is None:
            raise NotFound(f"There is no snapshot {snapshot_id}.")
        instance = session.get(TwinInstance, row.instance_id)
        if instance is None:
            raise NotFound(f"The snapshot's twin {row.instance_id} is not there.")
        estimator = self.following.fresh(session, instance, through=row.known_through)
        return {
            "knowledge": estimator.knowledge_digest() == row.knowledge_digest,
            "belief": estimator.belief_digest() == row.belief_digest,
            "shown": estimator.table(estimator.shown[-1]) == (row.states, row.outputs),
        }
