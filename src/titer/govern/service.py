"""The context's façade: what the composition root wires, and what routes and commands ask."""

from __future__ import annotations

from titer.govern.alcoa import Board, Sources, board
from titer.record import ActionSpec, Sealer, SignatureMeaning, Subscription, Worker
from titer.record.service import Record


class Govern:
    """Watching over the record: nothing here writes.

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
        """None: whoever may log in may look."""
        return ()

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """None."""
        return ()

    def subscriptions(self) -> tuple[Subscription, ...]:
        """None."""
        return ()

    def workers(self) -> tuple[Worker, ...]:
        """None."""
        return ()

    def alcoa(self) -> Board:
        """The ALCOA+ board as it is now, out of one snapshot."""
        with self.record.reading() as session:
            self.record.database.begin_snapshot(session.connection())
            return board(Sources(session, self.record, self.sealer, self.record.clock.now(), self.layers))
