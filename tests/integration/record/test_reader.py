"""A person finds who changed what, and sees any record as it was at any instant, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from titer.base.clock import ManualClock
from titer.base.errors import NotFound
from titer.record import Actor, Record, Training, reader
from titer.record.reader import Wanted

TIMER = Actor.timer("training.lapse")


@pytest.fixture
def training(record: Record, clock: ManualClock, process_clock: ManualClock) -> tuple[str, list[datetime]]:
    """A record with three versions, an hour apart by the server's clock and a day by the process clock."""
    instants = []
    with record.action(TIMER, "record.training.enter", reason="course of March") as unit:
        row = unit.add(
            Training(person_id="p", competency="SEC", document="SOP-7", trained_at=unit.process_now)
        )
        instants.append(unit.now)
    for document in ("SOP-8", "SOP-9"):
        clock.advance(timedelta(hours=1))
        process_clock.advance(timedelta(days=1))
        with record.action(TIMER, "record.training.enter", reason=f"replaced by {document}") as unit:
            unit.get(Training, row.id).document = document
            instants.append(unit.now)
    return row.id, instants


def found(record: Record, wanted: Wanted, **how: int) -> list[dict[str, object]]:
    with record.reading() as session:
        return [json.loads(row.body) for row, _ in reader.entries(session, wanted, **how)]


def test_a_record_is_seen_as_it_was_at_any_instant_of_either_clock(
    record: Record, training: tuple[str, list[datetime]], process_clock: ManualClock
) -> None:
    key, (first, second, third) = training
    minute = timedelta(minutes=1)
    with record.reading() as session:

        def seen(at: datetime | None, clock: reader.Clock = "server") -> str | None:
            version = reader.as_of(session, "record_training", key, at, clock).version
            return version.image["document"] if version and version.image else None

        assert seen(first - minute) is None
        assert seen(first) == seen(second - minute) == "SOP-7"
        assert seen(second) == seen(third - minute) == "SOP-8"
        assert seen(third) == seen(None) == "SOP-9"
        assert seen(process_clock.now() - timedelta(days=1, minutes=1), "process") == "SOP-7"
        assert seen(process_clock.now() - timedelta(days=1), "process") == "SOP-8"
        then = reader.as_of(session, "record_training", key, first)
        assert [(one.field, one.before, one.after) for one in then.since_then] == [
            ("document", "SOP-7", "SOP-9")
        ]
        assert then.agrees
        assert then.version is not None and then.version.image is not None
        assert then.version.image["trained_at"] == "2026-03-02T08:00:00.000000Z"


def test_a_table_that_was_changed_past_the_ledger_is_told_beside_the_past(
    record: Record, training: tuple[str, list[datetime]], owner: Engine
) -> None:
    key, _ = training
    with owner.begin() as connection:
        record.database.drop_triggers(connection, "record_training")
        connection.execute(text("UPDATE record_training SET document = 'forged'"))
    with record.reading() as session:
        seen = reader.as_of(session, "record_training", key)
    assert not seen.agrees
    assert seen.now.image is not None and seen.now.image["document"] == "SOP-9"


def test_a_deleted_record_is_still_seen_as_it_was(
    record: Record, training: tuple[str, list[datetime]], clock: ManualClock
) -> None:
    key, (_, _, third) = training
    clock.advance(timedelta(hours=1))
    with record.action(TIMER, "record.training.enter", reason="entered twice") as unit:
        unit.session.delete(unit.get(Training, key))
    with record.reading() as session:
        then, now = (reader.as_of(session, "record_training", key, at) for at in (third, None))
        assert then.version is not None and then.version.image is not None
        assert now.version is not None and now.version.image is None and now.version.reason == "entered twice"
        assert now.agrees
        assert [one.number for one in reader.history(session, "record_training", key)] == [1, 2, 3, 4]
    assert [one["record_id"] for one in found(record, Wanted(change="deleted"))] == [key]


def test_each_filter_finds_what_it_names_and_nothing_else(
    record: Record, training: tuple[str, list[datetime]], person: Callable[..., Actor], clock: ManualClock
) -> None:
    key, (first, second, _) = training
    clock.advance(timedelta(hours=3))
    ada = person("ada", "reviewer")
    everything = found(record, Wanted(), limit=500)
    assert [one["verb"] for one in everything[-2:]] == ["record.training.enter", "record.install"]

    def count(wanted: Wanted) -> int:
        return len(found(record, wanted, limit=500))

    assert count(Wanted(record_types=("record_training",))) == count(Wanted(record_id=key)) == 3
    assert count(Wanted(record_types=("record_training", "record_person"))) == 5
    assert count(Wanted(actor="training.lapse")) == count(Wanted(verb="record.training.enter")) == 3
    assert count(Wanted(verb="record.training.*")) == 3
    assert count(Wanted(verb="record.train")) == count(Wanted(actor="training")) == 0
    assert count(Wanted(kind="person")) == 0
    assert count(Wanted(change="changed")) == 3
    assert count(Wanted(change="entered")) == len(everything) - 3
    assert count(Wanted(text="COURSE of march")) == count(Wanted(text="sop-9", change="changed")) == 1
    assert count(Wanted(text="100% of nothing_")) == 0
    assert count(Wanted(record_id=key, since=first, until=second)) == 1
    assert count(Wanted(since=second + timedelta(hours=2))) == count(Wanted(text=ada.id)) > 0
    with record.reading() as session:
        newest = reader.entries(session, Wanted(), limit=1)[0][0]
        assert reader.entries(session, Wanted(), before=newest.seq, limit=1)[0][0].seq < newest.seq


def test_a_period_of_the_process_clock_is_another_than_one_of_the_servers(
    record: Record, training: tuple[str, list[datetime]], process_clock: ManualClock
) -> None:
    day = process_clock.now() - timedelta(hours=1)
    assert len(found(record, Wanted(since=day, clock="process", record_types=("record_training",)))) == 1
    assert found(record, Wanted(until=day, clock="server")) == []


def test_a_record_is_found_by_what_people_call_it_and_an_unknown_one_is_said(
    record: Record, person: Callable[..., Actor]
) -> None:
    ada = person("ada", "reviewer")
    with record.reading() as session:
        assert reader.as_of(session, "record_person", "ada").record_id == ada.id
        with pytest.raises(NotFound, match="knows no record_person bob"):
            reader.as_of(session, "record_person", "bob")
        with pytest.raises(NotFound, match="no kind of record called people"):
            reader.as_of(session, "people", "ada")
