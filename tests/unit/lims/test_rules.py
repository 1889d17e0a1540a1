"""State tables are walked cell by cell, and the guards say what they find."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from titer.base.errors import Refused
from titer.lims import rules

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CELLS = [
    (thing, state, event)
    for thing, table in rules.TABLES.items()
    for state in table
    for event in sorted({name for ways in table.values() for name in ways})
]


@pytest.mark.parametrize(("thing", "state", "event"), CELLS)
def test_every_cell_moves_or_refuses_as_the_table_says(thing: str, state: str, event: str) -> None:
    ways = rules.TABLES[thing][state]
    if event in ways:
        assert rules.move(thing, state, event) in rules.TABLES[thing]
    else:
        with pytest.raises(Refused, match="cannot go through") as caught:
            rules.move(thing, state, event)
        assert "Possible now" in caught.value.do


@pytest.mark.parametrize("thing", sorted(rules.TABLES))
def test_every_state_is_reached_and_ends_somewhere(thing: str) -> None:
    table = rules.TABLES[thing]
    first = next(iter(table))
    reached, waiting = {first}, [first]
    while waiting:
        for following in table[waiting.pop()].values():
            if following not in reached:
                reached.add(following)
                waiting.append(following)
    assert reached == set(table)
    assert any(not ways for ways in table.values())


def test_an_unknown_state_goes_nowhere() -> None:
    with pytest.raises(Refused):
        rules.move("test", "lost", "enter")


def test_only_an_investigation_invalidates_a_test() -> None:
    assert [state for state, ways in rules.TEST.items() if "invalidate" in ways] == ["under_investigation"]
    assert not rules.TEST["invalidated"]


@pytest.mark.parametrize(
    ("age", "hours", "faults"),
    [(72, "72", 0), (72.001, "72", 1), (1000, None, 0), (0.5, "0.5", 0), (0.51, "0.5", 1)],
)
def test_hold_time(age: float, hours: str | None, faults: int) -> None:
    assert len(rules.hold_time_fault(NOW - timedelta(hours=age), NOW, hours)) == faults


def test_an_unknown_sampling_time_keeps_no_hold_time() -> None:
    assert rules.hold_time_fault(None, NOW, "72")


def test_the_same_person_in_two_roles_is_named() -> None:
    assert rules.different_people(("analyst", "p1"), ("reviewer", "p2"), ("approver", None)) == []
    assert rules.different_people(("analyst", "p1"), ("reviewer", "p1")) == [
        "The analyst and the reviewer must be different people."
    ]


def test_a_transcription_is_complete_and_holds_nothing_else() -> None:
    rows = [{"analysis": "virus"}, {"analysis": "virus"}, {"analysis": "other"}]
    faults = " ".join(rules.transcription_faults(rows, frozenset({"virus", "bioburden"})))
    for part in ("virus is transcribed twice", "bioburden is missing", "other was not asked for"):
        assert part in faults
