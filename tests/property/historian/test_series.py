"""Thinning out keeps what the eye must see; lining up never looks ahead."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from titer.historian.series import decimate, last_before

VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from((math.nan, math.inf, -math.inf)))
SERIES = st.lists(st.tuples(st.integers(0, 5_000), VALUES, st.integers(0, 2)), min_size=1, max_size=400)


def columns(series: list[tuple[int, float, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ordered = sorted(series, key=lambda row: row[0])
    return (
        np.array([row[0] for row in ordered], dtype=np.int64),
        np.array([row[1] for row in ordered]),
        np.array([row[2] for row in ordered], dtype=np.uint8),
    )


@given(SERIES, st.integers(1, 40))
def test_decimation_keeps_first_last_extremes_and_the_worst_quality_of_each_bucket(
    series: list[tuple[int, float, int]], buckets: int
) -> None:
    times, values, quality = columns(series)
    thin = decimate(times, values, quality, 0, 5_001, buckets)
    assert thin.from_count == len(series)
    assert len(thin.times_us) <= max(5 * buckets, 0) or not thin.decimated
    kept = list(zip(thin.times_us.tolist(), thin.values.tolist(), thin.quality.tolist(), strict=True))
    assert (np.diff(thin.times_us) >= 0).all()
    edges = [0] + [(number * 5_001) // buckets for number in range(1, buckets)] + [5_001]
    for low, high in pairwise(edges):
        inside = (times >= low) & (times < high)
        if not inside.any():
            continue
        here = [row for row in kept if low <= row[0] < high]
        assert here[0][0] == times[inside][0]
        assert here[-1][0] == times[inside][-1]
        assert max(row[2] for row in here) == quality[inside].max()
        numbers = values[inside][np.isfinite(values[inside])]
        if len(numbers):
            seen = [row[1] for row in here if math.isfinite(row[1])]
            assert (min(seen), max(seen)) == (numbers.min(), numbers.max())


@given(SERIES, st.lists(st.integers(-10, 5_100), max_size=30), st.integers(0, 2_000))
def test_lining_up_takes_the_last_value_and_never_an_old_or_a_later_one(
    series: list[tuple[int, float, int]], instants: list[int], age: int
) -> None:
    times, values, quality = columns(series)
    at = np.array(sorted(instants), dtype=np.int64)
    got, grade, source = last_before(times, values, quality, at, age)
    known = times.tolist()
    for number, instant in enumerate(at.tolist()):
        last = sum(time <= instant for time in known) - 1
        if last < 0 or instant - known[last] > age:
            assert math.isnan(got[number])
            assert grade[number] == 2
        else:
            assert source[number] == known[last]
            assert got[number] == values[last] or (math.isnan(got[number]) and math.isnan(values[last]))
            assert grade[number] == quality[last]
