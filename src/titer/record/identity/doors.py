"""How often a proof of identity may be tried: slowly enough to guess nothing, without shutting anybody else out.

Each failure that was looked at is an entry of its own (21 CFR 11.300(d)). Whoever fails often is asked to wait, by
the address it comes from; what is sent meanwhile is not looked at, costs no hash, and is counted. The count is
entered at 1, 2, 4, 8 ... so that a flood leaves a trace that says how large it was and does not fill the ledger
(docs/decisions/0021).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from titer.base.errors import ProofIncomplete, TooManyAttempts, Unavailable, WrongCredentials
from titer.record.credentials import Credentials
from titer.record.identity.access import access
from titer.record.model import AccessEvent, Person
from titer.record.service import Record

T = TypeVar("T")
BURST = 20
"""Failures from one address that are looked at without waiting."""
REFILL = timedelta(seconds=3)
"""One more is looked at after each such span."""
HASHES = 4
"""Proofs that are computed at once: argon2id takes 64 MiB and a core each."""
_PATIENCE_S = 10.0
_ADDRESSES = 4096


@dataclass
class Door:
    """What is known of one address.

    Attributes:
        failures: that count still.
        at: when they were last counted down.
        refused: attempts that were not looked at since it was first asked to wait.
    """

    failures: float
    at: datetime
    refused: int = 0


def wait_for(door: Door, now: datetime) -> timedelta:
    """How long an address has to wait; zero if it need not. Counts its failures down to the present.

    >>> from datetime import UTC
    >>> start = datetime(2026, 3, 2, tzinfo=UTC)
    >>> wait_for(Door(BURST, start), start).total_seconds()
    3.0
    >>> wait_for(Door(BURST, start), start + REFILL).total_seconds()
    0.0
    """
    passed = max(now - door.at, timedelta(0))
    door.failures, door.at = max(0.0, door.failures - passed / REFILL), now
    if door.failures == 0:
        door.refused = 0
    over = door.failures - (BURST - 1)
    return REFILL * over if over > 0 else timedelta(0)


class Doors:
    """Stands before proofs of identity.

    Args:
        record: enters what matters; its server clock counts.
        credentials: say what is entered of a name that belongs to nobody.
    """

    def __init__(self, record: Record, credentials: Credentials) -> None:
        self.record = record
        self.credentials = credentials
        self._doors: OrderedDict[str, Door] = OrderedDict()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(HASHES)

    def through(self, remote: str, username: str, prove: Callable[[], T]) -> T:
        """What a proof shows, if the address may try now.

        Args:
            remote: the address.
            username: who it says to be.
            prove: looks at the proof.

        Raises:
            TooManyAttempts: if the address has to wait.
            Unavailable: if so many proofs are being looked at that this one got no turn.
            WrongCredentials: see `titer.record.identity.proof`.
        """
        self._admit(remote, username)
        if not self._slots.acquire(timeout=_PATIENCE_S):
            raise Unavailable(
                "Too many people prove who they are at this moment.", do="Try again in a minute."
            )
        try:
            return prove()
        except ProofIncomplete:
            raise  # what was given is right; more is asked for
        except WrongCredentials:
            self._failed(remote)
            raise
        finally:
            self._slots.release()

    def ask(self, remote: str) -> None:
        """Let an address ask for what costs a write before anybody is known: as often as it might fail.

        Raises:
            TooManyAttempts: if the address has to wait.
        """
        asking = f"asks {remote}"
        wait, _ = self._wait(asking)
        if wait:
            raise _too_many("Your address asks too often.", wait)
        self._failed(asking)

    def _wait(self, key: str) -> tuple[timedelta, int]:
        """How long an address has to wait, and how often it was sent away meanwhile."""
        now = self.record.clock.now()
        with self._lock:
            door = self._doors.get(key)
            wait = wait_for(door, now) if door is not None else timedelta(0)
            if door is None or not wait:
                return timedelta(0), 0
            door.refused += 1
            return wait, door.refused

    def _admit(self, remote: str, username: str) -> None:
        wait, refused = self._wait(remote)
        if not wait:
            return
        if refused & (refused - 1) == 0:
            self._enter(remote, username, refused)
        raise _too_many("Too many attempts failed from your address.", wait)

    def _failed(self, remote: str) -> None:
        now = self.record.clock.now()
        with self._lock:
            door = self._doors.setdefault(remote, Door(0.0, now))
            wait_for(door, now)
            door.failures += 1
            self._doors.move_to_end(remote)
            if len(self._doors) > _ADDRESSES:
                self._doors.popitem(last=False)

    def _enter(self, remote: str, username: str, refused: int) -> None:
        with access(self.record) as unit:
            known = unit.session.scalar(select(Person.id).where(Person.username == username))
            event = unit.add(
                AccessEvent(
                    kind="attempts_refused",
                    username=username if known else self.credentials.nobody(username),
                    person_id=None,
                    remote=remote,
                    detail=f"{refused} attempts from this address were not looked at, after {BURST} failures",
                )
            )
            unit.emit("record.attempts.refused", event, {"remote": remote, "refused": refused})


def _too_many(what: str, wait: timedelta) -> TooManyAttempts:
    seconds = max(1, round(wait.total_seconds()))
    return TooManyAttempts(
        what, why="This one was not looked at.", do=f"Wait {seconds} s, then try again.", seconds=seconds
    )
