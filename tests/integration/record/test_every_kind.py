"""Each kind of record there is, of all layers: made, changed and destroyed, or refused (21 CFR 11.10(e))."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Boolean, Integer, LargeBinary, Table, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from titer.base.clock import ManualClock
from titer.record import Actor, LedgerEntry, Record, schema
from titer.record.model import Base
from titer.record.retention.model import RetentionClass
from titer.record.types import CanonicalJson, ExactDecimal, Instant

TIMER = Actor.timer("test")
VERB = "record.training.enter"
ID = "0195555e-0000-7000-8000-000000000002"
"""Of the row that is tried."""
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
FIRST, TRIED, ELSE = 1, 2, 3
"""Places: rows that the others refer to, rows that are changed, and values that neither has."""
NO_ACTION = r"no action is open|permission denied|append-only|keeps every row"
"""What refuses a write outside an action; PostgreSQL's rights refuse some before any trigger does."""

Kind = tuple[type[Base], Table]


def kinds() -> list[Kind]:
    """Every kind of record with its table, after those that it refers to."""
    order = [table.name for table in Base.metadata.sorted_tables]
    found = [(kind, kind.__table__) for kind in schema.classes() if kind.__regulated__]
    return sorted(found, key=lambda one: order.index(one[1].name))  # type: ignore[arg-type, return-value, union-attr]


def row(table: Table, place: int) -> dict[str, Any]:
    """The row of a place, with something in each column that wants it; it refers to the rows of the first place."""
    told = {"id": id_of(place), "version": 1}
    return {
        column.name: told.get(column.name, something(table, column.name, place))
        for column in table.columns
        if not (column.nullable or column.computed is not None)
    }


def id_of(place: int) -> str:
    return f"0195555e-0000-7000-8000-{place:012}"


def something(table: Table, name: str, place: int) -> Any:
    """A value of a column, another for each place."""
    for known, value in (
        (Instant, NOW + timedelta(hours=place)),
        (CanonicalJson, {"place": place}),
        (ExactDecimal, Decimal(place)),
        (Boolean, place % 2 == 0),
        (Integer, place),
        (LargeBinary, bytes([place])),
    ):
        if isinstance(table.c[name].type, known):  # type: ignore[arg-type]
            return value
    return id_of(FIRST) if table.c[name].foreign_keys else f"{table.name}.{name} {place}"


def is_refused(session: Session, statement: Any, why: str) -> None:
    """The statement is refused, and what else the transaction does is not undone with it."""
    with pytest.raises(DBAPIError) as told, session.begin_nested():
        session.execute(statement)
    assert re.search(why, str(told.value.orig)), f"{statement}: {told.value.orig}"


def entered(record: Record, since: int) -> Iterator[dict[str, Any]]:
    with record.reading() as session:
        query = select(LedgerEntry.body).where(LedgerEntry.seq > since).order_by(LedgerEntry.seq)
        yield from map(json.loads, session.scalars(query).all())


def last(record: Record) -> int:
    with record.reading() as session:
        return session.scalars(select(LedgerEntry.seq).order_by(LedgerEntry.seq.desc()).limit(1)).one()


def images(record: Record) -> dict[str, dict[str, Any]]:
    """The row of each kind, as the triggers would write it now."""
    with record.reading() as session:
        found = {
            table.name: record.database.images(session.connection(), table, ID).get(ID)
            for _, table in kinds()
        }
    return {name: json.loads(image) for name, image in found.items() if image is not None}


@pytest.mark.usefixtures("every_table")
def test_each_kind_is_entered_once_for_each_change_and_refuses_what_it_declares(
    record: Record, clock: ManualClock
) -> None:
    every = kinds()
    names = [table.name for _, table in every]
    assert len(names) > 100
    with record.action(TIMER, VERB) as unit:
        for _, table in every:
            unit.session.execute(table.insert().values(row(table, FIRST)))

    with record.operational() as session:
        for _, table in every:
            is_refused(session, table.insert().values(row(table, TRIED)), NO_ACTION)
    since = last(record)
    with record.action(TIMER, VERB) as unit:
        for _, table in every:
            unit.session.execute(table.insert().values(row(table, TRIED)))
    made, told = images(record), list(entered(record, since))
    assert [entry["record_type"] for entry in told] == names
    assert {entry["record_type"]: entry["after"] for entry in told} == made
    assert all((entry["before"], entry["version"]) == (None, 1) for entry in told)

    with record.operational() as session:
        for _, table in every:
            is_refused(session, table.update().where(table.c.id == ID).values(version=2), NO_ACTION)
            is_refused(session, table.delete().where(table.c.id == ID), NO_ACTION)
    assert images(record) == made

    since = last(record)
    with record.action(TIMER, VERB) as unit:
        for kind, table in every:
            change = table.update().where(table.c.id == ID)
            if kind.__append_only__:
                is_refused(unit.session, change.values(version=2), "append-only|permission denied")
                continue
            for name in ("id", *kind.__immutable__):
                if table.c[name].foreign_keys:
                    continue
                other = {name: id_of(ELSE) if name == "id" else something(table, name, ELSE), "version": 2}
                is_refused(unit.session, change.values(other), f"{name} keeps its first value")
            is_refused(
                unit.session, change.values(recorded_at=NOW + timedelta(days=1)), "raises the version by one"
            )
            unit.session.execute(change.values(version=2, recorded_at=NOW + timedelta(days=1)))
    changed, told = images(record), list(entered(record, since))
    assert [entry["record_type"] for entry in told] == [
        table.name for kind, table in every if not kind.__append_only__
    ]
    for entry in told:
        assert entry["before"] == made[entry["record_type"]]
        assert entry["after"] == changed[entry["record_type"]] != entry["before"]
        assert entry["version"] == 2

    since = last(record)
    goes = [table for kind, table in every if not (kind.__append_only__ or kind.__never_deleted_because__)]
    with record.action(TIMER, VERB) as unit:
        for kind, table in every:
            gone = table.delete().where(table.c.id == ID)
            if kind.__append_only__:
                is_refused(unit.session, gone, "append-only|permission denied")
            elif kind.__never_deleted_because__:
                is_refused(unit.session, gone, "keeps every row|permission denied")
            else:
                is_refused(unit.session, gone, f"{table.name} has no retention class, so it is kept for ever")
    assert list(entered(record, since)) == []
    assert images(record) == changed

    with record.action(TIMER, VERB) as unit:
        given = {"years": 2, "start": "created", "basis": "SOP-7"}
        unit.add_all(RetentionClass, [{"record_type": table.name, **given} for table in goes])
    since = last(record)
    with record.action(TIMER, VERB) as unit:
        for table in goes:
            gone = table.delete().where(table.c.id == ID)
            is_refused(unit.session, gone, f"{table.name} is kept until its time is over")
    assert list(entered(record, since)) == []
    clock.advance(timedelta(days=366))
    with record.action(TIMER, VERB) as unit:
        for table in goes:
            unit.session.execute(table.delete().where(table.c.id == ID))
    told = list(entered(record, since))
    assert [entry["record_type"] for entry in told] == [table.name for table in goes]
    for entry in told:
        assert entry["before"] == changed[entry["record_type"]]
        assert (entry["after"], entry["version"]) == (None, 3)
    assert sorted(images(record)) == sorted(set(names) - {table.name for table in goes})


@pytest.mark.usefixtures("every_table")
def test_the_kinds_that_never_go_are_those_whose_names_are_given_once(record: Record) -> None:
    assert {table.name for kind, table in kinds() if kind.__never_deleted_because__} == {
        "record_edge", "record_installation", "record_machine_token", "record_person", "record_terminal",
        "systems_source",
    }  # fmt: skip
