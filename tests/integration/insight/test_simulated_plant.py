"""The fed-batch template on the simulated plant: normal is quiet, a pump 8 % short is found in hours."""

from __future__ import annotations

import numpy as np
import pytest

from titer.insight.features import BatchRows
from titer.insight.fitted import Fitted, fit
from titer.insight.spec import parse_spec
from titer.insight.templates import fed_batch
from titer.insight.validation import Challenge, validate
from titer.sim.normal_batches import SimulatedBatch, simulate_batch

START_US = 1_700_000_000_000_000
GAP_US = 21 * 86_400_000_000
SPEC = parse_spec(fed_batch("BR-201"))


def rows(batch: SimulatedBatch) -> BatchRows:
    columns = [batch.tags.index(tag) for tag in SPEC.tags]
    return BatchRows(f"N-{batch.number}", batch.hours, batch.values[:, columns])


def normal(first: int, count: int) -> list[BatchRows]:
    return [rows(simulate_batch(11, first + i, start_us=START_US + i * GAP_US)) for i in range(count)]


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(normal(1000, 20), normal(1100, 12), SPEC)[0]


def test_normal_batches_stay_quiet_and_an_8_percent_shortfall_is_found_within_hours(fitted: Fitted) -> None:
    faulty = [
        Challenge(
            rows(simulate_batch(11, 2000 + i, start_us=START_US, under_delivery=(0.08, hour))),
            "feed pump delivers 8 % less",
            hour,
        )
        for i, hour in enumerate((120.0, 168.0, 240.0))
    ]
    report = validate(
        fitted,
        normal(1200, 10),
        faulty,
        {
            "max_false_events_per_batch": "0.15",
            "min_decided_share": "0.95",
            "min_detected_share": "1",
            "max_detection_delay_h": "6",
        },
    )
    assert report["passed"], report["criteria"]
    assert report["false_events"] == 0
    for line in report["challenges"]:
        assert line["pointed_at"][0] == "feed delivered / asked for"
        assert line["events_before"] == 0


def test_a_feed_that_was_raised_on_purpose_and_is_followed_is_normal(fitted: Fitted) -> None:
    more = rows(simulate_batch(11, 3000, start_us=START_US, feed_scale=1.05, days=12))
    report = validate(fitted, [more], [], {"max_false_events_per_batch": "0"})
    assert report["passed"]


def test_the_shortfall_is_smaller_than_the_plant_s_own_alarm(fitted: Fitted) -> None:
    batch = simulate_batch(11, 2001, start_us=START_US, under_delivery=(0.08, 168.0))
    late = batch.hours > 169
    ratio = batch.column("BR-201.FeedF2.PV")[late] / batch.column("BR-201.FeedF2.SP")[late]
    assert np.mean(ratio) == pytest.approx(0.92, abs=0.02)
    assert np.mean(ratio) > 0.9
    assert fitted.subspace.components < len(SPEC.features)
