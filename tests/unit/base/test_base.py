"""Ids, instants, canonical bytes and units keep what their docstrings promise."""

from __future__ import annotations

import doctest
import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titer.base import canonical as canonical_module
from titer.base import clock as clock_module
from titer.base import units as units_module
from titer.base.canonical import canonical, canonical_decimal
from titer.base.clock import ManualClock, from_iso, from_us, iso, us
from titer.base.errors import Invalid
from titer.base.ids import IdSource
from titer.base.units import convert

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize("module", [canonical_module, clock_module, units_module])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@given(st.integers(min_value=-(2**50), max_value=2**55))
def test_an_instant_survives_the_way_through_microseconds_and_text(count: int) -> None:
    instant = from_us(count)
    assert us(instant) == count
    assert from_iso(iso(instant)) == instant


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        us(datetime(2026, 1, 1))  # noqa: DTZ001


def test_ids_increase_even_when_the_clock_steps_back() -> None:
    clock = ManualClock(START)
    ids = IdSource(clock, random.Random(1))
    seen = [ids.new() for _ in range(5000)]
    clock.advance(timedelta(hours=-1))
    seen += [ids.new() for _ in range(10)]
    assert seen == sorted(set(seen))
    assert {uuid.UUID(text).version for text in seen} == {7}


def test_many_ids_at_once_are_those_that_one_by_one_would_have_been() -> None:
    one, other, told = (IdSource(ManualClock(START), random.Random(7)) for _ in range(3))
    apart = [one.new() for _ in range(5003)]
    together = [other.new(), *other.many(5000), *other.many(0), other.new(), other.new()]
    assert together == apart
    assert [told.new_at(us(START)) for _ in range(5003)] == apart


def test_an_id_has_the_layout_of_rfc_9562() -> None:
    made = uuid.UUID(IdSource(ManualClock(START), random.Random(3)).new())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == us(START) // 1000
    assert made.int & (1 << 62) - 1 == random.Random(3).getrandbits(62)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=126)), inner),
)


@given(plain)
def test_canonical_bytes_read_back_and_are_stable(value: object) -> None:
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(json.loads(data)) == data


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), {"a": 0.5}, {1: "a"}, {"ä": 1}, 2**53, b"x", Decimal("NaN")]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical(value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_keep_their_value(number: Decimal) -> None:
    assert Decimal(canonical_decimal(number)) == number


def test_units_of_one_dimension_convert_exactly_and_arbitrary_ones_never() -> None:
    assert convert(Decimal("36.8"), "degC", "K") == Decimal("309.95")
    assert convert(Decimal("6"), "L/h", "mL/min") == Decimal("100")
    for one, other in (("[iU]", "[CFU]"), ("[EU]", "[iU]"), ("g", "L"), ("g/L", "mmol/L")):
        with pytest.raises(Invalid):
            convert(Decimal(1), one, other)
    with pytest.raises(Invalid, match="not known"):
        convert(Decimal(1), "furlong", "mm")


def test_ids_follow_those_of_a_process_whose_clock_was_ahead() -> None:
    ahead = IdSource(ManualClock(datetime(2026, 3, 4, tzinfo=UTC)), random.Random(1)).many(3)
    behind = IdSource(ManualClock(datetime(2026, 3, 2, tzinfo=UTC)), random.Random(2))
    behind.follow(ahead[-1])
    behind.follow("00000000-0000-7000-8000-000000000000")
    assert behind.new() > ahead[-1]
