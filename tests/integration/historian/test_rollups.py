"""Long questions are answered from roll-ups, and say so; the answers are those of the values, whatever happens."""

from __future__ import annotations

import io
import json
import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from tests.integration.historian.reactor import PV, SP, S, frame

from titer.base.clock import ManualClock, from_us, iso
from titer.client import Titer
from titer.historian import Decimated, Historian
from titer.historian.rollups import DAY_US

HOUR = 3_600 * S


@pytest.fixture
def day0(t0: int) -> int:
    return t0 // DAY_US * DAY_US


@pytest.fixture
def filled(historian: Historian, day0: int, process_clock: ManualClock) -> Historian:
    """Five days at a value each 20 s, with a spike, a bad value and a day of nothing; over, sealed, not rolled up."""
    rng = np.random.default_rng(3)
    first = 1
    for day in (0, 1, 2, 4):
        values = np.round(37 + np.cumsum(rng.normal(0, 0.01, 4320)), 3)
        if day == 1:
            values[1234] = 99.5
        raw = frame(day0 + day * DAY_US, first, values.tolist(), every=20)
        historian.append([raw])
        first += len(values)
    historian.append([frame(day0 + 2 * DAY_US + 7 * S, first, [-40.0], quality=2)])
    historian.seal()
    process_clock.advance(timedelta(days=10))
    return historian


def roll_up(historian: Historian) -> list[Path]:
    while historian.roll_up() < 1:
        pass
    return sorted(historian.rollups.folder.rglob("*.parquet"))


def charted(historian: Historian, start: int, end: int, buckets: int = 300) -> Decimated:
    return historian.decimate_many([PV], start, end, buckets)[PV]


def test_a_long_chart_is_drawn_from_rollups_says_so_and_keeps_every_extreme(
    filled: Historian, day0: int
) -> None:
    start, end = day0 + 3 * HOUR, day0 + 5 * DAY_US
    before = charted(filled, start, end)
    assert before.rolled_us == 0
    assert len(roll_up(filled)) == 8  # two widths of four days
    after = charted(filled, start, end)
    assert after.rolled_us == 60 * S
    assert after.from_count == before.from_count == 4 * 4320 + 1 - 540
    assert after.decimated
    assert (after.values.min(), after.values.max()) == (-40.0, 99.5)
    assert after.quality.max() == 2
    whole = charted(filled, start, end, 100_000)
    drawn = set(zip(after.times_us.tolist(), after.values.tolist(), strict=True))
    assert drawn <= set(zip(whole.times_us.tolist(), whole.values.tolist(), strict=True))
    assert whole.rolled_us == 0  # buckets narrower than a minute: read from the values
    assert charted(filled, day0, day0 + DAY_US).rolled_us == 0  # not long
    then = filled.decimate_many([PV], start, end, 300, as_of_us=day0 + DAY_US)[PV]
    assert (then.rolled_us, then.from_count) == (0, 4320 - 540 + 1)  # as of then: only values know


@pytest.mark.parametrize("width", [HOUR, 90 * 60 * S, 7 * 60 * S, 24 * HOUR])
def test_a_summary_is_the_same_with_rollups_and_without(filled: Historian, day0: int, width: int) -> None:
    start, end = day0 + 30 * 60 * S, day0 + 5 * DAY_US
    plain = filled.summary([SP, PV], start, end, width)
    assert plain.rolled_days == 0
    roll_up(filled)
    rolled = filled.summary([SP, PV], start, end, width)
    assert rolled.rolled_days == 3
    assert rolled.rolled_us == 60 * S  # buckets do not begin on full hours here
    assert rolled.tags == plain.tags
    np.testing.assert_array_equal(rolled.start_us, plain.start_us)
    for name, column in plain.counts.items():
        np.testing.assert_array_equal(rolled.counts[name], column)
    for name, column in plain.figures.items():
        np.testing.assert_array_equal(rolled.figures[name], column)
    assert plain.counts["bad"].sum() == 1
    assert plain.figures["min"].min() > 30  # the bad value is counted, and is no minimum


def test_what_comes_late_makes_the_rollup_of_its_day_stale_at_once(filled: Historian, day0: int) -> None:
    made = roll_up(filled)
    filled.append([frame(day0 + DAY_US + 3 * S, 30_001, [-7.0])])
    end = day0 + 5 * DAY_US
    assert charted(filled, day0, end).values.min() == -40.0
    assert -7.0 in charted(filled, day0, end).values  # from the tail
    assert filled.summary([PV], day0, end, HOUR).rolled_days == 3
    filled.seal()
    assert filled.summary([PV], day0, end, HOUR).rolled_days == 3
    assert -7.0 in charted(filled, day0, end).values  # sealed, and its day is read until it is rolled up
    again = roll_up(filled)
    assert len(again) == 8
    assert len(set(again) - set(made)) == 2
    assert filled.summary([PV], day0, end, HOUR).rolled_days == 4
    assert -7.0 in charted(filled, day0, end).values


def test_rollups_may_be_thrown_away_or_damaged_and_are_built_again_byte_by_byte(
    filled: Historian, day0: int, caplog: pytest.LogCaptureFixture
) -> None:
    made = {path: path.read_bytes() for path in roll_up(filled)}
    asked = (day0, day0 + 5 * DAY_US, HOUR)
    told = filled.summary([PV], *asked)
    assert (told.rolled_us, told.rolled_days) == (HOUR, 4)
    for path, data in made.items():
        if "width=3600s" in path.parts[-3]:
            path.write_bytes(data[: len(data) // 2] if path.parts[-2] < "day=2026-03-04" else b"")
    hurt = filled.summary([PV], *asked)
    assert hurt.rolled_days == 0
    np.testing.assert_array_equal(hurt.figures["max"], told.figures["max"])
    assert len([one for one in caplog.records if "roll-up" in one.message]) == 1
    shutil.rmtree(filled.rollups.folder)
    np.testing.assert_array_equal(filled.summary([PV], *asked).figures["min"], told.figures["min"])
    assert {path: path.read_bytes() for path in roll_up(filled)} == made


def test_a_day_that_is_not_over_is_not_rolled_up(
    historian: Historian, day0: int, t0: int, process_clock: ManualClock
) -> None:
    historian.append([frame(t0, 1, [1.0, 2.0])])
    historian.seal()
    assert roll_up(historian) == []
    process_clock.advance(timedelta(days=1))
    assert len(roll_up(historian)) == 2


def test_the_answer_over_http_says_whether_rollups_gave_it(
    page: TestClient, filled: Historian, day0: int
) -> None:
    roll_up(filled)
    asked = {"start": iso(from_us(day0)), "end": iso(from_us(day0 + 5 * DAY_US))}
    trend = page.get("/api/historian/trend", params={"tags": PV, **asked, "buckets": 100}).json()
    assert trend["series"][0]["rolled_us"] == HOUR
    answer = page.get("/api/historian/summary", params={"tags": PV, **asked, "width_us": DAY_US})
    assert answer.headers["Titer-Rollups"] == f"width_us={HOUR}; days=4"
    table = pa.ipc.open_stream(io.BytesIO(answer.content)).read_all()
    assert json.loads(table.schema.metadata[b"titer.rollups"]) == {"width_us": HOUR, "days": 4}
    assert table.column("count").to_pylist() == [4320, 4320, 4321, 4320]
    assert table.column("max").to_pylist()[1] == 99.5
    assert set(table.column("unit").to_pylist()) == {"degC"}
    csv = page.get(
        "/api/historian/summary", params={"tags": PV, **asked, "width_us": DAY_US, "format": "csv"}
    )
    assert len(csv.text.splitlines()) == 5
    found = Titer("http://hub", client=page).summary(
        [PV], from_us(day0), from_us(day0 + 5 * DAY_US), every=timedelta(days=1)
    )
    assert found["bad"].tolist() == [0, 0, 1, 0]
    assert found.attrs["rollups"] == {"width_us": HOUR, "days": 4}
