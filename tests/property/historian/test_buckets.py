"""What a roll-up says about a bucket is what its values say, and wide buckets are the same whatever made them."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from titer.historian.buckets import COUNTS, FIGURES, POINTS, summarise, widen

VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from((math.nan, math.inf, -math.inf)))
ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-500, 5_000), VALUES, st.integers(0, 2)), max_size=200
)


def columns(rows: list[tuple[int, int, float, int]]) -> tuple[np.ndarray, ...]:
    ordered = sorted(rows, key=lambda row: row[:2])
    kinds = ("<i4", "<i8", "<f8", "u1")
    return tuple(np.array([row[at] for row in ordered], dtype=kind) for at, kind in enumerate(kinds))


@given(ROWS, st.integers(1, 700), st.integers(-100, 100))
def test_a_bucket_says_what_its_values_say(
    rows: list[tuple[int, int, float, int]], width: int, origin: int
) -> None:
    tag, times, values, quality = columns(rows)
    found = summarise(tag, times, values, quality, width, origin)
    assert int(found.counts["count"].sum()) == len(rows)
    for at in range(len(found)):
        start = int(found.start_us[at])
        assert (start - origin) % width == 0
        inside = (tag == found.tag[at]) & (times >= start) & (times < start + width)
        assert found.counts["count"][at] == inside.sum()
        assert found.counts["bad"][at] == (quality[inside] == 2).sum()
        assert found.counts["uncertain"][at] == (quality[inside] == 1).sum()
        good = values[inside & (quality < 2) & np.isfinite(values)]
        told = [float(found.figures[name][at]) for name in FIGURES]
        if len(good):
            assert told == [good.min(), good.max(), good[0], good[-1]]
        else:
            assert all(math.isnan(one) for one in told)
        assert found.points["worst"][2][at] == quality[inside].max()
        numbers = values[inside][np.isfinite(values[inside])]
        if len(numbers):
            assert found.points["low"][1][at] == numbers.min()
            assert found.points["high"][1][at] == numbers.max()
        assert found.points["first"][0][at] == times[inside][0]
        assert found.points["last"][0][at] == times[inside][-1]
    assert set(found.points) == set(POINTS)


@given(ROWS, st.integers(1, 50), st.integers(1, 12), st.integers(-100, 100), st.integers(0, 5_000))
def test_wide_buckets_are_the_same_whether_made_of_values_or_of_narrow_buckets(
    rows: list[tuple[int, int, float, int]], narrow: int, times_wider: int, origin: int, cut: int
) -> None:
    tag, times, values, quality = columns(rows)
    wide = narrow * times_wider
    edge = (cut - origin) // wide * wide + origin
    early = times < edge
    parts = [
        summarise(tag[one], times[one], values[one], quality[one], width, origin)
        for one, width in ((~early, narrow), (early, wide))
    ]
    pieces = [(part.tag, part.start_us, part.counts, part.figures) for part in parts]
    got_tag, got_start, counts, figures = widen(pieces, wide, origin)
    whole = summarise(tag, times, values, quality, wide, origin)
    np.testing.assert_array_equal(got_tag, whole.tag)
    np.testing.assert_array_equal(got_start, whole.start_us)
    for name in COUNTS:
        np.testing.assert_array_equal(counts[name], whole.counts[name])
    for name in FIGURES:
        np.testing.assert_array_equal(figures[name], whole.figures[name])
