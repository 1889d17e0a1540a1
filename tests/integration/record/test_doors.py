"""A thousand failing log-ins: slowed down by address, nobody else shut out, the ledger not filled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.conftest import PASSWORD

from titer.base.clock import ManualClock
from titer.base.errors import TooManyAttempts, Unavailable, WrongCredentials
from titer.record import AccessEvent, Actor, Identity, LedgerEntry, Person, Proof, Record
from titer.record.identity import doors


def events(record: Record, kind: str) -> list[AccessEvent]:
    with record.reading() as session:
        return list(
            session.scalars(select(AccessEvent).where(AccessEvent.kind == kind).order_by(AccessEvent.id))
        )


def test_a_thousand_failing_log_ins_leave_a_trace_and_shut_nobody_else_out(
    record: Record, identity: Identity, person: Callable[..., Actor], clock: ManualClock
) -> None:
    person("ada", "analyst")
    looked_at = refused = 0
    for number in range(1000):
        with pytest.raises((WrongCredentials, TooManyAttempts)) as told:
            identity.log_in(f"user{number}", "wrong password", "10.0.0.66")
        looked_at += told.type is WrongCredentials
        refused += told.type is TooManyAttempts
    assert (looked_at, refused) == (doors.BURST, 1000 - doors.BURST)
    assert len(events(record, "login_failed")) == doors.BURST
    told_of = events(record, "attempts_refused")
    assert len(told_of) == 10  # at 1, 2, 4 ... 512
    assert told_of[-1].detail.startswith("512 attempts")
    assert identity.log_in("ada", PASSWORD, "10.0.0.7").session_id
    with pytest.raises(TooManyAttempts) as wait:
        identity.log_in("ada", PASSWORD, "10.0.0.66")
    clock.advance(timedelta(seconds=wait.value.seconds))
    assert identity.log_in("ada", PASSWORD, "10.0.0.66").session_id


def test_a_password_typed_as_a_user_name_is_entered_nowhere(
    record: Record, identity: Identity, person: Callable[..., Actor]
) -> None:
    person("ada", "analyst")
    for _ in range(doors.BURST + 4):
        with pytest.raises((WrongCredentials, TooManyAttempts)):
            identity.log_in(PASSWORD, "ada", "10.0.0.66")
    with pytest.raises(WrongCredentials):
        identity.log_in(PASSWORD, Proof(pin="402197"), "10.0.0.67")
    with pytest.raises(WrongCredentials):
        identity.log_in("ada", "wrong", "10.0.0.68")
    with record.reading() as session:
        everything = "\n".join(session.scalars(select(LedgerEntry.body)))
        named = set(session.scalars(select(AccessEvent.username)))
    assert PASSWORD not in everything
    assert f"({len(PASSWORD)} characters)" in max(named)
    assert len(named) == 2, "one digest for one name, and ada's own"
    assert "ada" in named


def test_what_is_remembered_of_addresses_is_bounded(record: Record, identity: Identity) -> None:
    for number in range(doors._ADDRESSES + 50):
        identity.doors._failed(f"10.1.{number // 256}.{number % 256}")
    assert len(identity.doors._doors) == doors._ADDRESSES


def test_hashes_are_computed_a_few_at_a_time(
    record: Record, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "_PATIENCE_S", 0.2)
    release, inside = threading.Event(), threading.Semaphore(0)

    def prove() -> Person:
        inside.release()
        release.wait(10)
        raise WrongCredentials("no")

    def attempt(number: int) -> None:
        with pytest.raises(WrongCredentials):
            identity.doors.through(f"10.0.1.{number}", "x", prove)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(doors.HASHES)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=10)
    with pytest.raises(Unavailable, match="Too many people"):
        identity.doors.through("10.0.1.99", "x", prove)
    release.set()
    for thread in threads:
        thread.join()
