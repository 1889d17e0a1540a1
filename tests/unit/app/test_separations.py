"""Each duty of `titer.app.separations`, cell by cell: one hand in both is found, and two hands are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Boolean, Engine, Integer, Table, create_engine
from sqlalchemy.orm import Session

from titer.app.platform import import_tables
from titer.app.separations import SEPARATIONS
from titer.record.model import Base, Person, Signature
from titer.record.rights import Duty, Separation
from titer.record.rights.conflicts import _duties as duties
from titer.record.types import CanonicalJson, ExactDecimal, Instant

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
PEOPLE = ("ada", "ben")
CELLS = [(rule, one, other) for rule in SEPARATIONS for one in PEOPLE for other in PEOPLE]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """The tables alone, without triggers: the search reads what is stored, however it came there."""
    import_tables()
    made = create_engine("sqlite://")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as made:
        for name in PEOPLE:
            _put(made, Person.__table__, id=name, username=name, full_name=name.title())
        yield made
        made.rollback()


def _put(session: Session, table: Any, **told: Any) -> None:
    """A row with something in each column that wants it."""
    assert isinstance(table, Table)
    row = {
        column.name: told.get(column.name, _something(column.type))
        for column in table.columns
        if column.name in told or not (column.nullable or column.computed is not None)
    }
    session.execute(table.insert().values(**row))


def _something(kind: Any) -> Any:
    for known, value in (
        (Instant, NOW),
        (CanonicalJson, {}),
        (ExactDecimal, Decimal(1)),
        (Boolean, False),
        (Integer, 1),
    ):
        if isinstance(kind, known):
            return value
    return "x"


def _done(session: Session, rule: Separation, hands: dict[Duty, str]) -> None:
    """One record, and who did which duty about it."""
    columns = {duty.column: who for duty, who in hands.items() if duty.column}
    _put(session, Base.metadata.tables[rule.record_type], id="r1", **columns)
    for number, (duty, who) in enumerate(hands.items()):
        if duty.meaning:
            told = {"record_type": rule.record_type, "record_id": "r1", "meaning": duty.meaning}
            _put(session, Signature.__table__, id=f"s{number}", person_id=who, content={}, **told)


@pytest.mark.parametrize(
    ("rule", "one", "other"), CELLS, ids=[f"{rule.key}-{one}-{other}" for rule, one, other in CELLS]
)
def test_one_hand_in_both_duties_is_found_and_two_hands_are_not(
    session: Session, rule: Separation, one: str, other: str
) -> None:
    _done(session, rule, {rule.one: one, rule.other: other})
    found = [
        (row.key, row.person_id)
        for row in duties(session, SEPARATIONS)
        if row.key.startswith(f"duties/{rule.key}/")
    ]
    assert found == ([(f"duties/{rule.key}/r1/{one}", one)] if one == other else [])


@pytest.mark.parametrize("rule", SEPARATIONS, ids=lambda rule: rule.key)
def test_a_duty_that_nobody_has_done_yet_is_in_nobodys_hand(session: Session, rule: Separation) -> None:
    _done(session, rule, {rule.one: "ada"})
    assert list(duties(session, [rule])) == []


@pytest.mark.parametrize(
    "rule", [rule for rule in SEPARATIONS if rule.other.meaning], ids=lambda rule: rule.key
)
def test_a_signature_in_anothers_place_counts_for_both(session: Session, rule: Separation) -> None:
    _done(session, rule, {rule.one: "ada"})
    told = {"record_type": rule.record_type, "record_id": "r1", "meaning": rule.other.meaning}
    content = {"on_behalf_of": {"id": "ada", "full_name": "Ada"}}
    _put(session, Signature.__table__, id="s9", person_id="ben", content=content, **told)
    assert [row.person_id for row in duties(session, [rule])] == ["ada"]


def test_every_rule_names_a_table_its_columns_and_meanings_that_something_signs() -> None:
    import_tables()
    for rule in SEPARATIONS:
        table = Base.metadata.tables[rule.record_type]
        for duty in (rule.one, rule.other):
            assert bool(duty.column) != bool(duty.meaning), rule.key
            assert not duty.column or duty.column in table.c, rule.key
    assert len({rule.key for rule in SEPARATIONS}) == len(SEPARATIONS)
