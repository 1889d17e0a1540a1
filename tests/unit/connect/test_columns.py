"""What is no number is stored as it came, and is never good."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from titer.base.clock import ManualClock
from titer.connect import Quality, quality_reason
from titer.connect.core.columns import Columns
from titer.connect.core.contract import Batch
from titer.connect.core.frame import Frame
from titer.connect.core.journal import Journal
from titer.connect.core.values import NO_NUMBER, UNSTABLE, without_number
from titer.historian.buckets import FIGURES, summarise
from titer.historian.series import decimate


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_kept_and_bad(value: float) -> None:
    found = Columns.of([0, 0, 0], [10, 20, 30], [1.5, value, 2.5], [0, 0, 0])
    assert found.quality.tolist() == [Quality.GOOD, Quality.BAD, Quality.GOOD]
    assert found.status.tolist() == [0, NO_NUMBER, 0]
    assert repr(found.value.tolist()) == repr([1.5, value, 2.5])
    assert quality_reason(NO_NUMBER) == "no number, or an infinite one"


def test_a_status_that_says_more_is_kept_and_so_are_the_bits_beside_it() -> None:
    found = Columns.of([0] * 3, [1, 2, 3], [math.inf] * 3, [0x480, UNSTABLE, 0x80320000])
    assert found.status.tolist() == [NO_NUMBER | 0x480, UNSTABLE, 0x80320000]
    assert found.quality.tolist() == [Quality.BAD] * 3
    assert [without_number(one) for one in (0x480, UNSTABLE, 0x80320000)] == found.status.tolist()


def test_a_text_is_not_bad_because_it_is_no_number() -> None:
    found = Columns.of([0, 0], [1, 2], [math.nan, math.nan], [0, 0], text={1: "Running"})
    assert found.quality.tolist() == [Quality.BAD, Quality.GOOD]


def test_an_infinity_is_journalled_as_it_came_and_enters_no_summary(tmp_path: Path) -> None:
    async def stored() -> Frame:
        clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
        journal = await Journal.open(tmp_path / "journal.sqlite", "c", ["A"], clock)
        values = [1.0, math.inf, 3.0, -math.inf, math.nan]
        await journal.append(Batch(Columns.of([0] * 5, [1, 2, 3, 4, 5], values, [0] * 5)))
        frames = await journal.unshipped()
        await journal.close()
        return Frame.decode(frames[0])

    frame = asyncio.run(stored())
    assert frame.value.tolist()[:4] == [1.0, math.inf, 3.0, -math.inf]
    assert math.isnan(frame.value[4])
    assert frame.quality.tolist() == [0, 2, 0, 2, 2]
    tag = np.zeros(5, np.int32)
    found = summarise(tag, frame.source_us, frame.value, frame.quality, 100)
    assert [float(found.figures[name][0]) for name in FIGURES] == [1.0, 3.0, 1.0, 3.0]
    assert int(found.counts["bad"][0]) == 3
    # Nor does one that was stored as good, by an older host or an import.
    old = summarise(tag, frame.source_us, frame.value, np.zeros(5, np.uint8), 100)
    assert [float(old.figures[name][0]) for name in FIGURES] == [1.0, 3.0, 1.0, 3.0]
    assert [float(old.points[name][1][0]) for name in ("low", "high")] == [1.0, 3.0]


def test_an_infinity_hides_no_extreme_of_a_thinned_chart() -> None:
    values = np.array([5.0, 1.0, *[3.0] * 20, 9.0, math.inf, -math.inf, 4.0])
    times = np.arange(len(values), dtype=np.int64)
    thin = decimate(times, values, np.zeros(len(values), np.uint8), 0, len(values), 1)
    assert thin.decimated
    assert {1.0, 9.0} <= set(thin.values.tolist())
