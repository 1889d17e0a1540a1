"""The context's façade: what the composition root wires, and what routes and commands ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.govern.alcoa import Board, Judged, Sources, board
from titer.govern.model import AlcoaRun
from titer.record import ActionSpec, Actor, Installation, Sealer, SignatureMeaning, Subscription, Unit, Worker
from titer.record.service import Record

KEEP = "govern.alcoa.keep"
_EVERY = timedelta(days=1)
_PAUSE_S = 600.0


class Govern:
    """Watching over the record: of it nothing is changed here; what was found is kept.

    Args:
        record: the record.
        sealer: gives proofs.
        layers: those that are switched on.
    """

    def __init__(self, record: Record, sealer: Sealer, layers: tuple[str, ...]) -> None:
        self.record = record
        self.sealer = sealer
        self.layers = layers

    def actions(self) -> tuple[ActionSpec, ...]:
        """Whoever may log in may look; to keep what was found is a reviewer's and the quality unit's."""
        return (ActionSpec(KEEP, "Keep a run of the ALCOA+ board", ("reviewer", "quality")),)

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """None."""
        return ()

    def subscriptions(self) -> tuple[Subscription, ...]:
        """None."""
        return ()

    def workers(self) -> tuple[Worker, ...]:
        """The run of every day."""
        return (Worker("govern.alcoa", self.daily),)

    def alcoa(self) -> Board:
        """The ALCOA+ board as it is now, out of one snapshot."""
        with self.record.reading() as session:
            self.record.database.begin_snapshot(session.connection())
            return board(Sources(session, self.record, self.sealer, self.record.clock.now(), self.layers))

    def keep(self, unit: Unit, found: Board) -> AlcoaRun:
        """Keep how the board stood, with its counts.

        Args:
            unit: the open action.
            found: the board; it was made before the action was opened, so that no writer waits for its questions.
        """
        return unit.add(
            AlcoaRun(
                ran_at=found.at,
                sentence=found.sentence,
                principles=[_counts(one) for one in found.principles],
                kept_by=unit.actor.id,
            )
        )

    def runs(self, session: Session, limit: int) -> list[AlcoaRun]:
        """The runs that were kept, newest first."""
        return list(session.scalars(select(AlcoaRun).order_by(AlcoaRun.ran_at.desc()).limit(limit)))

    def daily(self) -> float:
        """Keep a run once a day, the first a day after the installation was made.

        Returns:
            Seconds until it wants to be called again.
        """
        with self.record.reading() as session:
            last: datetime | None = session.scalar(select(func.max(AlcoaRun.ran_at)))
            before = last or session.scalars(select(Installation.created_at)).one()
        if before + _EVERY <= self.record.clock.now():
            found = self.alcoa()
            with self.record.action(Actor.timer("govern.alcoa"), KEEP, reason="every day") as unit:
                self.keep(unit, found)
        return _PAUSE_S


def _counts(one: Judged) -> dict[str, Any]:
    return {
        "name": one.principle.name,
        "state": one.state,
        "looked_at": one.looked_at,
        "found": one.found,
        "questions": [
            {
                "id": answer.question.id,
                "state": answer.state,
                "looked_at": answer.looked_at,
                "found": answer.found,
            }
            for answer in one.answers
        ],
    }
