"""Spans of time, whatever they are."""

from __future__ import annotations

from datetime import UTC
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from titer.base.canonical import canonical
from titer.equipment import rules

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


@given(SPANS, st.integers(0, 60), st.integers(0, 60))
def test_union_and_overlap_agree_with_counting_instants(
    spans: list[tuple[int, int]], low: int, high: int
) -> None:
    covered = {instant for start, end in spans for instant in range(start, end)}
    merged = rules.union(spans)
    assert {instant for start, end in merged for instant in range(start, end)} == covered
    assert all(one[1] < other[0] for one, other in pairwise(merged))
    assert rules.overlap(merged, low, high) == len(covered & set(range(low, high)))


@given(SPANS, SPANS, st.integers(0, 60), st.integers(1, 60))
def test_the_days_add_up_to_the_whole(
    missing: list[tuple[int, int]], filled: list[tuple[int, int]], begin: int, length: int
) -> None:
    scale = rules.DAY_US // 10
    days = rules.completeness(
        begin * scale,
        (begin + length) * scale,
        [(low * scale, high * scale) for low, high in missing],
        [(low * scale, high * scale) for low, high in filled],
        UTC,
    )
    instants = {instant for low, high in missing for instant in range(low, high)}
    assert sum(day.expected_us for day in days) == length * scale
    assert sum(day.missing_us for day in days) == scale * len(instants & set(range(begin, begin + length)))
    assert all(0 <= day.percent <= 100 for day in days)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_device_answers_can_be_written_into_the_record(value: object) -> None:
    canonical(rules.without_floats(value))
