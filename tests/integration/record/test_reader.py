"""A person finds who changed what, and sees any record as it was at any instant, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from titer.base.clock import ManualClock
from titer.base.errors import NotFound
from titer.record import Actor, LedgerEntry, Record, Training, reader
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
        return [json.loads(row.body) for row, _ in reader.entries(session, wanted, **how).rows]


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


@pytest.mark.usefixtures("destroyable")
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
        newest = reader.entries(session, Wanted(), limit=1).rows[0][0]
        assert reader.entries(session, Wanted(), before=newest.seq, limit=1).rows[0][0].seq < newest.seq


def test_a_period_of_the_process_clock_is_another_than_one_of_the_servers(
    record: Record, training: tuple[str, list[datetime]], process_clock: ManualClock
) -> None:
    day = process_clock.now() - timedelta(hours=1)
    assert len(found(record, Wanted(since=day, clock="process", record_types=("record_training",)))) == 1
    assert found(record, Wanted(until=day, clock="server")) == []


def test_a_period_after_the_clock_was_set_back_twice_has_what_was_done_in_it(
    record: Record, clock: ManualClock
) -> None:
    def enter(document: str) -> None:
        with record.action(TIMER, "record.training.enter") as unit:
            unit.add(Training(person_id="p", competency="SEC", document=document, trained_at=unit.now))

    enter("before")
    for hours in (1, 2):
        clock.set(clock.now() - timedelta(hours=hours))
        enter(f"back by {hours}")
    near = timedelta(minutes=10)
    wanted = Wanted(since=clock.now() - near, until=clock.now() + near, record_types=("record_training",))
    assert [one["after"]["document"] for one in found(record, wanted)] == ["back by 2"]  # type: ignore[index]


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


NOWHERE = {
    "a person": Wanted(actor="nobody"),
    "a kind": Wanted(kind="model"),
    "an action": Wanted(verb="record.nothing"),
    "the beginning of an action": Wanted(verb="record.nothing*"),
    "a word": Wanted(text="no such word"),
    "a change": Wanted(change="deleted"),
    "a period of the process clock": Wanted(until=datetime(2001, 1, 1, tzinfo=UTC), clock="process"),
    "a person in one kind of record": Wanted(record_types=("record_training",), actor="nobody"),
    "a word in two kinds": Wanted(record_types=("record_training", "record_person"), text="no such word"),
    "a word in a period": Wanted(since=datetime(2001, 1, 1, tzinfo=UTC), text="no such word"),
}


@pytest.fixture
def many(record: Record, monkeypatch: pytest.MonkeyPatch) -> Record:
    """400 entries about one kind of record; one answer reads 60 at the most."""
    monkeypatch.setattr(reader, "REACH", 60)
    with record.action(TIMER, "record.training.enter", reason="all") as unit:
        row = {"person_id": "p", "competency": "SEC", "document": "SOP-1", "trained_at": unit.process_now}
        unit.add_all(Training, [row] * 400)
    return record


@pytest.mark.parametrize("what", NOWHERE)
def test_what_is_nowhere_is_looked_for_along_an_index_a_stretch_at_a_time(many: Record, what: str) -> None:
    """The database's own plan: no entry is read but those of the stretch."""
    asked: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, given: Any, *_: object) -> None:
        asked.append((statement, given))

    with many.reading() as session:
        event.listen(many.engine, "before_cursor_execute", listen)
        try:
            page = reader.entries(session, NOWHERE[what])
        finally:
            event.remove(many.engine, "before_cursor_execute", listen)
        assert (list(page.rows), page.reached) == ([], _number(session, 60))
        statement, given = asked[-1]
        assert "leaf_index" in statement
        if many.database.NAME == "SQLite":
            plan = [
                row[3]
                for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            ]
            of_entries = [step for step in plan if " ledger_entry" in step]
            assert len(of_entries) == 1, plan
            assert of_entries[0].startswith("SEARCH"), plan
            assert any(bound in of_entries[0] for bound in ("rowid>", "seq>")), plan
            assert not any("B-TREE" in step for step in plan if len(NOWHERE[what].record_types) < 2), plan
        else:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            (plan,) = session.connection().exec_driver_sql(explained, given).scalar_one()
            assert 60 <= _read_of(plan["Plan"]) <= 61, plan


def _number(session: Session, down: int) -> int:
    """The number of the entry that is so far down from the newest."""
    return session.scalars(
        select(LedgerEntry.seq).order_by(LedgerEntry.seq.desc()).offset(down - 1).limit(1)
    ).one()


def _read_of(node: dict[str, Any]) -> int:
    """How many entries a plan of PostgreSQL has read."""
    own = 0
    if node.get("Relation Name") == "ledger_entry":
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return int(own) + sum(_read_of(one) for one in node.get("Plans", ()))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(text="SOP-1"),
        Wanted(record_types=("record_training", "record_installation"), verb="record.*"),
    ],
)
def test_page_by_page_everything_is_found_once(many: Record, wanted: Wanted) -> None:
    everything = [one["id"] for one in found(many, wanted, limit=1000)]
    seen: list[str] = []
    before: int | None = None
    with many.reading() as session:
        for _ in range(50):
            page = reader.entries(session, wanted, before=before, limit=25)
            seen += [row.id for row, _ in page.rows]
            before = page.reached
            if before is None:
                break
    assert before is None
    assert len(seen) == len(set(seen)) >= 400
    assert seen[: len(everything)] == everything


def test_an_old_entry_is_found_behind_stretches_that_have_none(many: Record) -> None:
    with many.reading() as session:
        pages, before = 0, None
        while True:
            page = reader.entries(session, Wanted(verb="record.install"), before=before)
            pages, before = pages + 1, page.reached
            if page.rows or before is None:
                break
    assert [json.loads(row.body)["verb"] for row, _ in page.rows] == ["record.install"]
    assert pages == 7
