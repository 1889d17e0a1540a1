"""What a column means is stated: number formats, zones, units, and which columns are left out and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from titer.base.errors import Invalid
from titer.systems import mapping
from titer.systems.mapping import Column

LOT: dict[str, Any] = {
    "key": ["LOT"],
    "columns": [
        {"column": "LOT", "field": "lot", "kind": "text"},
        {"column": "MATERIAL", "field": "material", "kind": "text"},
        {"column": "AT", "field": "time", "kind": "instant"},
        {"column": "QTY", "field": "quantity", "kind": "number", "decimal_mark": ".", "unit": "kg"},
    ],
    "ignore": [{"column": "COLOUR", "why": "for the screen"}],
}


def test_a_number_is_taken_in_its_stated_format_with_every_digit() -> None:
    point = Column(column="X", field="x_x", kind="number", decimal_mark=".", thousands=",", unit="1")
    comma = Column(column="X", field="x_x", kind="number", decimal_mark=",", thousands="'", unit="1")
    assert str(mapping.number("X", point, "1,204.50")) == "1204.50"
    assert str(mapping.number("X", comma, "-1'204'000,5")) == "-1204000.5"
    assert mapping.number("X", point, "1.2e-7") == Decimal("1.2e-7")
    for column, wrong in (
        (point, "1.204,5"),
        (point, "12,04"),
        (point, "1,204,5.0"),
        (point, "1.204,500"),
        (point, ""),
        (point, "NaN"),
        (point, "١٢"),
        (comma, "1.5"),
        (comma, "1'20"),
    ):
        with pytest.raises(Invalid):
            mapping.number("X", column, wrong)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"columns": LOT["columns"][:2]}, "needs these fields, and no column is mapped to them: time"),
        ({"ignore": [{"column": "COLOUR", "why": " "}]}, "ignored without a reason: COLOUR"),
        ({"ignore": [{"column": "QTY", "why": "x"}]}, "mapped or ignored twice: QTY"),
        ({"ignore": [{"column": "V", "why": "x"}], "version_column": "V"}, "used and ignored at once: V"),
        (
            {"columns": [*LOT["columns"], {"column": "W", "field": "weight", "kind": "text"}]},
            "has no such field .* weight",
        ),
        (
            {"columns": [*LOT["columns"], {"column": "W", "field": "lot", "kind": "text"}]},
            "mapped to the same field: lot",
        ),
        ({"key": []}, "at least 1 item"),
        ({"sql": "x"}, "not permitted"),
    ],
)
def test_a_mapping_that_leaves_something_open_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        mapping.read(LOT | change, "material_lot")


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ({"kind": "number", "unit": "kg"}, "decimal mark"),
        ({"kind": "number", "decimal_mark": "."}, "say its unit"),
        ({"kind": "number", "decimal_mark": ".", "unit": "kg", "unit_column": "U"}, "say its unit"),
        ({"kind": "number", "decimal_mark": ".", "thousands": ".", "unit": "kg"}, "one sign"),
        ({"kind": "number", "decimal_mark": ".", "unit": "stone"}, "stone"),
        ({"kind": "text", "unit": "kg"}, "belong to numbers"),
        ({"kind": "instant", "time_zone": "Europe/Atlantis"}, "no time zone"),
    ],
)
def test_a_column_states_what_it_is(column: dict[str, str], why: str) -> None:
    columns = [*LOT["columns"], {"column": "W", "field": "x_weight", **column}]
    with pytest.raises(Invalid, match=why):
        mapping.read(LOT | {"columns": columns}, "material_lot")


def test_a_key_of_several_columns_is_no_other_records_key() -> None:
    two = mapping.read(LOT | {"key": ["LOT", "MATERIAL"]}, "material_lot")
    assert mapping.key_of(two, {"LOT": "a,b", "MATERIAL": "c"}) != mapping.key_of(
        two, {"LOT": "a", "MATERIAL": "b,c"}
    )
    assert mapping.key_of(two, {"LOT": "a", "MATERIAL": ""}) is None


def test_a_time_without_a_zone_is_taken_where_the_mapping_states_one_alone() -> None:
    made = mapping.read(LOT, "material_lot")
    row = {"LOT": "1", "MATERIAL": "M", "AT": "2026-03-02T08:00:00", "QTY": "5", "COLOUR": "red"}
    with pytest.raises(Invalid, match="states no time zone"):
        mapping.take(made, row)
    taken = mapping.take(made, row | {"AT": "2026-03-02T08:00:00+01:00"})
    assert taken.time is not None
    assert taken.time.isoformat() == "2026-03-02T07:00:00+00:00"
    assert taken.fields["quantity"] == {"value": "5", "unit": "kg"}
