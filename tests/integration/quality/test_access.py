"""What happens to an account, and what is overdue about rights, becomes an exception that somebody disposes of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from titer.base.clock import ManualClock
from titer.base.errors import WrongCredentials
from titer.material import Material
from titer.quality import Quality
from titer.quality.access import TOPICS, on_event
from titer.quality.model import QualityException
from titer.record import Actor, Identity, OutboxEvent, Record
from titer.record.rights.service import Rights

People = Callable[..., Actor]
PASSWORD = "correct horse battery"


@pytest.fixture
def quality(record: Record) -> Quality:
    material = Material(record)
    made = Quality(record, material)
    for part in (material, made, Rights(record)):
        record.register_actions(part.actions())
        record.register_signatures(part.signatures())
    return made


def raised(record: Record, quality: Quality) -> list[tuple[str, str, str, str]]:
    """(kind, severity, title, detail) of the exceptions, after the events of access were delivered: twice."""
    with record.reading() as session:
        told = list(session.scalars(select(OutboxEvent).where(OutboxEvent.topic.in_(TOPICS))))
    for event in (*told, *told):
        on_event(quality, event)
    with record.reading() as session:
        rows = session.scalars(select(QualityException).order_by(QualityException.id))
        return [(row.kind, row.severity, row.title, row.detail) for row in rows]


def test_a_lock_out_is_an_exception_at_once_and_once(
    record: Record, identity: Identity, quality: Quality, person: People
) -> None:
    person("ada", "analyst")
    for attempt in range(5):
        assert raised(record, quality) == [], f"before failure {attempt + 1}"
        with pytest.raises(WrongCredentials):
            identity.log_in("ada", "not the password", "10.0.0.9")
    locked = (
        "access",
        "major",
        "ada is locked out",
        "Too many failures in a row; the last came from 10.0.0.9.",
    )
    assert raised(record, quality) == [locked]
    with pytest.raises(WrongCredentials):
        identity.log_in("ada", "not the password", "10.0.0.9")
    assert raised(record, quality) == [locked], "who is locked out is not locked out again"
    with record.action(Actor.timer("test"), "record.person.change") as unit:
        identity.set_active(unit, _id(record, "ada"), active=True)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            identity.log_in("ada", "not the password", "10.0.0.7")
    assert [one[3][-9:] for one in raised(record, quality)] == ["10.0.0.9.", "10.0.0.7."], "another attack"


def _id(record: Record, username: str) -> str:
    from titer.record import require_person

    with record.reading() as session:
        return require_person(session, username).id


def test_an_overdue_review_of_access_is_an_exception_once(
    record: Record, quality: Quality, person: People, clock: ManualClock
) -> None:
    person("ada", "analyst")
    rights = Rights(record)
    begun = clock.now()
    clock.set(begun + timedelta(days=179))
    rights.nightly()
    assert raised(record, quality) == [], "it is open, and not overdue yet"
    for days in (180, 181):
        clock.set(begun + timedelta(days=days))
        rights.nightly()
    ((kind, severity, title, detail),) = raised(record, quality)
    assert (kind, severity, title) == ("access", "major", "Access of Ada: the review is overdue")
    assert detail.endswith(f"was due on {begun + timedelta(days=180):%Y-%m-%d}.")


def test_somebody_let_in_on_the_machine_itself_is_a_critical_exception(
    record: Record, identity: Identity, quality: Quality, person: People
) -> None:
    person("root", "administrator")
    with record.action(Actor.timer("test"), "record.person.rescue", reason="locked out") as unit:
        identity.rescue(unit, "root", "a password for a new start", by="eve on lab-1")
    ((kind, severity, title, detail),) = raised(record, quality)
    assert (kind, severity, title) == ("access", "critical", "root was let in on the machine itself")
    assert "eve on lab-1" in detail
