"""Whatever the rows: a score has the same bits in any company, and limits and events keep their word."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from titer.science.monitoring import (
    MISSING,
    EventRule,
    EventState,
    advance,
    alarm_events,
    fit_pca,
    joint_limits,
    score_row,
    score_rows,
)

FEATURES = 6
_rng = np.random.default_rng(1)
_rows = _rng.normal(size=(200, 2)) @ _rng.normal(size=(2, FEATURES)) + _rng.normal(size=(200, FEATURES))
PLANE = fit_pca(_rows, components=2)
QUIET = settings(suppress_health_check=[HealthCheck.too_slow])


@QUIET
@given(
    st.lists(st.lists(st.floats(-1e6, 1e6), min_size=FEATURES, max_size=FEATURES), min_size=1, max_size=12),
    st.integers(0, 2**32 - 1),
)
def test_a_row_scores_to_the_same_bits_in_any_company(rows: list[list[float]], seed: int) -> None:
    z = np.array(rows)
    mask = (np.random.default_rng(seed).random(z.shape) < 0.2).astype(np.uint8) * MISSING
    together = score_rows(z, mask, PLANE)
    for r in range(z.shape[0]):
        alone = score_row(z[r], mask[r], PLANE)
        assert alone.t2.tobytes() == together.t2[r : r + 1].tobytes()
        assert alone.spe.tobytes() == together.spe[r : r + 1].tobytes()
        assert alone.t2[0] >= 0
        assert alone.spe[0] >= 0


@QUIET
@given(
    st.lists(st.booleans(), max_size=60),
    st.integers(1, 5),
    st.integers(0, 4),
    st.integers(1, 6),
)
def test_events_do_not_overlap_and_each_holds_its_k_alarming_rows(
    rows: list[bool], k: int, more: int, quiet: int
) -> None:
    rule = EventRule(k, k + more, quiet)
    events = alarm_events(rows, rule)
    for before, after in pairwise(events):
        assert before.last < after.first
    for event in events:
        assert event.first <= event.raised <= event.last
        assert rows[event.first]
        assert rows[event.raised]
        assert sum(rows[max(0, event.raised - rule.of + 1) : event.raised + 1]) >= k
    state, begun = EventState(), 0
    for row in rows:
        state, begins, _ = advance(state, row, rule)
        begun += begins
    assert begun == len(events)


@QUIET
@given(st.integers(0, 2**32 - 1), st.floats(0.005, 0.2), st.integers(1, 4))
def test_joint_limits_never_exceed_the_rate_they_promise(seed: int, rate: float, statistics: int) -> None:
    table = np.abs(np.random.default_rng(seed).standard_t(3, size=(2500, statistics)))
    assert joint_limits(table, rate).false_alarm_rate <= rate
