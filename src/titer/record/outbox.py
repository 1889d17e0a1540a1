"""Delivery of events: at least once, in order, a cursor for each subscriber.

What a signature sets off waits until a witnessed checkpoint covers it: a tail that no witness has seen could
be cut off without a trace, and then an effect would have no cause.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from titer.base.errors import IntegrityFault
from titer.record import tally
from titer.record.actions import Subscription
from titer.record.model import OutboxCursor, OutboxEvent
from titer.record.sealer import Sealer
from titer.record.service import Record

log = logging.getLogger(__name__)

_NEWEST = select(func.max(OutboxEvent.position))
_PAGE = 500


@dataclass
class Failing:
    """A subscriber that could not handle an event."""

    since: datetime
    tries: int
    next_try: datetime
    message: str


@dataclass
class Outbox:
    """Delivers what was committed to the subscribers.

    Args:
        record: whose events.
        sealer: says how far the witnesses have seen.
    """

    record: Record
    sealer: Sealer
    subscriptions: list[Subscription] = field(default_factory=list)
    failing: dict[str, Failing] = field(default_factory=dict)
    _cursors: dict[str, int] = field(default_factory=dict)

    def deliver(self) -> int:
        """One round over all subscribers.

        Returns:
            How many events were handled.
        """
        with self.record.reading() as session:
            newest = session.scalar(_NEWEST) or 0
        # Most rounds find nothing: they ask once, and not once for each subscriber.
        return sum(
            self._deliver_to(subscription)
            for subscription in self.subscriptions
            if self._cursor(subscription.name) < newest
        )

    def _cursor(self, name: str) -> int:
        if name not in self._cursors:
            with self.record.reading() as session:
                row = session.get(OutboxCursor, name)
                self._cursors[name] = row.position if row else 0
        return self._cursors[name]

    def _deliver_to(self, subscription: Subscription) -> int:
        trouble = self.failing.get(subscription.name)
        now = self.record.clock.now()
        if trouble and now < trouble.next_try:
            return 0
        start = self._cursor(subscription.name)
        with self.record.reading() as session:
            events = list(
                session.scalars(
                    select(OutboxEvent)
                    .where(OutboxEvent.position > start)
                    .order_by(OutboxEvent.position)
                    .limit(_PAGE)
                )
            )
            wanted = {event.entry_seq for event in events if subscription.wants(event.topic)}
            vouched = tally.vouched_messages(session, self.record.key, wanted)
            session.expunge_all()
        position, handled = start, 0
        for event in events:
            if event.signed and event.entry_seq > self.sealer.covered_seq:
                break
            if subscription.wants(event.topic):
                if event.entry_seq not in vouched:
                    raise self._forged(event)
                if not self._handle(subscription, event, now):
                    break
                handled += 1
            position = event.position
        if position > start:
            self._cursors[subscription.name] = position
            if handled:
                self._store(subscription.name, position)
        return handled

    def _forged(self, event: OutboxEvent) -> IntegrityFault:
        """What is wrong with a message that no action of this installation left, or not as it left it; the record
        stops writing."""
        fault = IntegrityFault(
            f"Message {event.position} ({event.topic}) was not left by Titer, or was changed since.",
            why=f"No action of this installation vouches for the messages of entry {event.entry_seq} (ledger_tally).",
            do="Run `titer verify`, keep a copy of the database, and find out who wrote to it.",
        )
        self.record.halt(str(fault))
        return fault

    def _handle(self, subscription: Subscription, event: OutboxEvent, now: datetime) -> bool:
        try:
            subscription.handler(event)
        except Exception as error:
            before = self.failing.get(subscription.name)
            if before is None:
                log.exception(
                    "%s could not handle %s; it will be tried again", subscription.name, event.topic
                )
            tries = before.tries + 1 if before else 1
            self.failing[subscription.name] = Failing(
                since=before.since if before else now,
                tries=tries,
                next_try=now + timedelta(seconds=min(0.2 * 2**tries, 60)),
                message=f"{event.topic} ({event.id}): {error}",
            )
            return False
        if self.failing.pop(subscription.name, None):
            log.warning("%s handles events again", subscription.name)
        return True

    def _store(self, name: str, position: int) -> None:
        with self.record.operational() as session:
            row = session.get(OutboxCursor, name)
            if row is None:
                session.add(OutboxCursor(subscriber=name, position=position))
            else:
                row.position = position
