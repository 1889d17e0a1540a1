"""Each duty of `titer.app.separations`, cell by cell: one hand in both is found, and two hands are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.rows import put, tables_alone

from titer.app.layers import import_tables
from titer.app.separations import SEPARATIONS
from titer.record.model import Base, Person, Signature
from titer.record.rights import Duty, Separation
from titer.record.rights.conflicts import _duties as duties

PEOPLE = ("ada", "ben")
CELLS = [(rule, one, other) for rule in SEPARATIONS for one in PEOPLE for other in PEOPLE]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """The search reads what is stored, however it came there."""
    with tables_alone() as made:
        yield made


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as made:
        for name in PEOPLE:
            put(made, Person.__tablename__, id=name, username=name, full_name=name.title())
        yield made
        made.rollback()


def _done(session: Session, rule: Separation, hands: dict[Duty, str]) -> None:
    """One record, and who did which duty about it."""
    columns = {duty.column: who for duty, who in hands.items() if duty.column}
    put(session, rule.record_type, id="r1", **columns)
    for number, (duty, who) in enumerate(hands.items()):
        if duty.meaning:
            told = {"record_type": rule.record_type, "record_id": "r1", "meaning": duty.meaning}
            put(session, Signature.__tablename__, id=f"s{number}", person_id=who, content={}, **told)


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
    put(session, Signature.__tablename__, id="s9", person_id="ben", content=content, **told)
    assert [row.person_id for row in duties(session, [rule])] == ["ada"]


def test_every_rule_names_a_table_its_columns_and_meanings_that_something_signs() -> None:
    import_tables()
    for rule in SEPARATIONS:
        table = Base.metadata.tables[rule.record_type]
        for duty in (rule.one, rule.other):
            assert bool(duty.column) != bool(duty.meaning), rule.key
            assert not duty.column or duty.column in table.c, rule.key
    assert len({rule.key for rule in SEPARATIONS}) == len(SEPARATIONS)
