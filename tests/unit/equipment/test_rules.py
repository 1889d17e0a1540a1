"""Every cell of every state table, readiness by the clock, completeness of streams."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from titer.base.canonical import canonical
from titer.base.clock import us
from titer.base.errors import Invalid, Refused
from titer.equipment import rules
from titer.equipment.rules import Standing
from titer.equipment.service.streams import gap_state

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TABLES = {
    "qualification": rules.QUALIFICATION,
    "cleanliness": rules.CLEANLINESS,
    "connection": rules.CONNECTION,
    "gap": rules.GAP,
    "command": rules.COMMAND,
    "document": rules.DOCUMENT,
}
ALLOWED = {"qualification": 11, "cleanliness": 8, "connection": 7, "gap": 3, "command": 11, "document": 6}


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_of_a_table_moves_or_is_refused(name: str) -> None:
    table: Mapping[str, Mapping[str, str]] = TABLES[name]
    events = {event for row in table.values() for event in row}
    allowed = 0
    for state, event in product(table, events):
        if event in table[state]:
            assert rules.move(table, state, event) in table
            allowed += 1
        else:
            with pytest.raises(Refused, match="Possible now"):
                rules.move(table, state, event)
    assert allowed == ALLOWED[name]


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached(name: str) -> None:
    table = TABLES[name]
    first = next(iter(table))
    reached, waiting = {first}, [first]
    while waiting:
        for state in table[waiting.pop()].values():
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    assert reached == set(table)


def standing(**changes: object) -> Standing:
    fields: dict[str, object] = {
        "code": "BR-201",
        "qualification": "qualified",
        "calibration_due": NOW + timedelta(days=1),
        "cleanliness": "clean",
        "clean_until": NOW + timedelta(hours=1),
        "capabilities": ("cultivate",),
    }
    return Standing(**(fields | changes))  # type: ignore[arg-type]


def test_qualified_calibrated_clean_equipment_is_ready() -> None:
    assert rules.not_ready(standing(), NOW) == []
    assert rules.not_ready(standing(), NOW, "cultivate") == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"qualification": "unqualified"}, "unqualified"),
        ({"qualification": "out_of_service"}, "out of service"),
        ({"qualification": "calibration_due"}, "calibration of BR-201 is due"),
        ({"calibration_due": NOW}, "calibration of BR-201 is due since 2026-03-02"),
        ({"cleanliness": "dirty"}, "not clean: it is dirty"),
        ({"cleanliness": "in_use"}, "not clean: it is in use"),
        ({"cleanliness": "cleaning"}, "not clean"),
        ({"clean_until": NOW}, "clean hold time of BR-201 ended"),
        ({"capabilities": ()}, "cannot do cultivate"),
    ],
)
def test_each_thing_that_lacks_is_named(change: dict[str, object], words: str) -> None:
    (reason,) = rules.not_ready(standing(**change), NOW, "cultivate")
    assert words in reason


def test_what_needs_neither_calibration_nor_cleaning_has_no_such_reason() -> None:
    assert rules.not_ready(standing(calibration_due=None, cleanliness=None, clean_until=None), NOW) == []


def test_a_gap_is_filled_only_when_every_channel_is() -> None:
    assert gap_state(["filled", "opened", "unrecoverable"]) == "opened"
    assert gap_state(["filled", "unrecoverable"]) == "unrecoverable"
    assert gap_state(["filled", "filled"]) == "filled"


def test_floats_become_the_shortest_text_that_reads_back() -> None:
    clean = rules.without_floats(
        {"a": 0.1, "b": [5.0, 1e300, True, None, 2**60], "c": {"ü": 1.5}, "d": "x\x00"}
    )
    assert clean["a"] == "0.1"
    assert clean["b"] == ["5", "1e+300", True, None, str(2**60)]
    assert clean["c"] == [["ü", "1.5"]]
    canonical(clean)


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x" * 101, "ü"])
def test_names_that_would_not_survive_a_file_system_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        rules.check_name(name, "connection")


def test_limits_are_decimals_or_nothing() -> None:
    assert rules.decimal_or_none(0.1, "x") == Decimal("0.1")
    assert rules.decimal_or_none("", "x") is None
    for bad in ("abc", "NaN", "inf"):
        with pytest.raises(Invalid):
            rules.decimal_or_none(bad, "x")


def test_completeness_counts_each_missing_instant_once() -> None:
    day, hour = rules.DAY_US, rules.DAY_US // 24
    days = rules.completeness(
        12 * hour, 2 * day, [(20 * hour, day + hour), (22 * hour, day + 2 * hour)], [(0, 13 * hour)], UTC
    )
    assert [(one.expected_us, one.missing_us, one.filled_us) for one in days] == [
        (12 * hour, 4 * hour, hour),
        (day, 2 * hour, 0),
    ]
    assert [str(one.percent) for one in days] == ["66.66", "91.66"]


def test_a_microsecond_that_lacks_is_not_a_hundred_percent() -> None:
    (day,) = rules.completeness(0, rules.DAY_US, [(5, 6)], [], UTC)
    assert str(day.percent) == "99.99"


def test_days_are_the_sites_and_have_an_hour_less_or_more_where_clocks_change() -> None:
    zone = ZoneInfo("Europe/Vienna")
    begin = us(datetime(2026, 3, 27, 22, 30, tzinfo=UTC))  # 23:30 there
    now = us(datetime(2026, 3, 30, 10, 0, tzinfo=UTC))  # noon there; summer time began on the 29th
    lost = us(datetime(2026, 3, 28, 22, 30, tzinfo=UTC)), us(datetime(2026, 3, 28, 23, 15, tzinfo=UTC))
    days = rules.completeness(begin, now, [lost], [], zone)
    minutes = [(str(one.date), one.expected_us // 60_000_000, one.missing_us // 60_000_000) for one in days]
    assert minutes == [
        ("2026-03-27", 30, 0),
        ("2026-03-28", 24 * 60, 30),
        ("2026-03-29", 23 * 60, 15),
        ("2026-03-30", 12 * 60, 0),
    ]
    assert [one.end_us for one in days[:-1]] == [one.begin_us for one in days[1:]]
    assert rules.completeness(now, now, [], [], zone) == []


def test_what_is_behind_the_last_proof_of_life_is_unproven() -> None:
    known: dict[str, Any] = {"silent_us": 0, "proofs": (), "begin_us": 100, "now_us": 900}
    assert rules.unproven_since(connected=True, **known) is None
    assert rules.unproven_since(connected=False, **known) == 100
    assert rules.unproven_since(connected=False, **{**known, "proofs": (99, 300, 200, 901)}) == 300
    silent = {**known, "silent_us": rules.SILENCE_US + 1, "proofs": (500,)}
    assert rules.unproven_since(connected=True, **silent) == 500
