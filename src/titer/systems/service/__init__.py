"""The context's façade: systems of record, copies of their records, and the daily comparison."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import func, select

from titer.base.errors import Refused, TiterError
from titer.base.vault import Vault
from titer.quality import Quality
from titer.record import ActionSpec, Actor, Record, SignatureMeaning, Subscription, Worker
from titer.systems import guard, queries, reading
from titer.systems.model import Reconciliation, Source
from titer.systems.permissions import ACTIONS
from titer.systems.reading import Bounds, Reading
from titer.systems.service.copying import Copying
from titer.systems.service.declarations import Declarations
from titer.systems.service.reconciling import Reconciling
from titer.systems.service.sources import Sources
from titer.systems.service.verifying import Verifying
from titer.systems.signing import meanings

log = logging.getLogger(__name__)

_EVERY = timedelta(days=1)
_PAUSE_S = 600.0
_TIMER = Actor.timer("systems.daily")


class Systems:
    """The systems beside Titer.

    Args:
        record: the record; what a declaration keeps from Titer is refused there from now on.
        quality: where differences and quarantined rows become exceptions.
        vault: seals passwords and tokens.
        bounds: what is read at the most.
    """

    def __init__(self, record: Record, quality: Quality, vault: Vault, bounds: Bounds | None = None) -> None:
        self.record = record
        self.bounds = bounds or Bounds()
        self.declarations = Declarations(record)
        self.sources = Sources(vault)
        self.copying = Copying(quality)
        self.reconciling = Reconciling(quality)
        self.verifying = Verifying()
        guard.watch(record)

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Everything here that is signed."""
        return meanings(self.declarations, self.sources, self.verifying)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """None."""
        return ()

    def workers(self) -> tuple[Worker, ...]:
        """The import and comparison of every day."""
        return (Worker("systems.daily", self.daily),)

    def read(self, source_id: str) -> Reading:
        """What a source shows now; asked outside of any action, so that no writer waits for another system.

        Raises:
            Refused: if it is not approved.
            Unavailable, Invalid, TooLarge: if it does not answer as it should.
        """
        with self.record.reading() as session:
            row = queries.get(session, Source, source_id)
            if row.state != "active":
                raise Refused(
                    f"The source {row.name} is {row.state}: nothing is read by it.",
                    do="Have it approved first.",
                )
            kind, settings, secret = row.kind, self.sources.settings(row), self.sources.secret(row)
        return reading.read(kind, settings, secret, self.bounds)

    def daily(self) -> float:
        """Of each source that is due: take in what is new, read it again, and compare both sides.

        A source that fails stops no other one; that it was not compared is kept, and an exception.

        Returns:
            Seconds until it wants to be called again.
        """
        for source_id, name in self._due():
            try:
                at, found = self.record.clock.now(), self.read(source_id)
                with self.record.action(_TIMER, "systems.source.import", reason="every day") as unit:
                    self.copying.take(unit, source_id, found, at)
                found = self.read(source_id)
                with self.record.action(_TIMER, "systems.source.reconcile", reason="every day") as unit:
                    self.reconciling.reconcile(unit, source_id, found)
            except TiterError as error:
                log.warning("the source %s was not compared: %s", name, error)
                with self.record.action(_TIMER, "systems.source.reconcile", reason="every day") as unit:
                    self.reconciling.could_not(unit, source_id, error)
        return _PAUSE_S

    def _due(self) -> list[tuple[str, str]]:
        """Active sources whose last comparison is a day old; what is brought over once is compared by its report."""
        with self.record.reading() as session:
            wanted = select(Reconciliation.source_id, func.max(Reconciliation.ran_at))
            last = {row[0]: row[1] for row in session.execute(wanted.group_by(Reconciliation.source_id))}
            now = self.record.clock.now()
            return [
                (row.id, row.name)
                for row in queries.sources(session)
                if row.state == "active"
                and not row.legacy
                and (row.id not in last or last[row.id] + _EVERY <= now)
            ]
