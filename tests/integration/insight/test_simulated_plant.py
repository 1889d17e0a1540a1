"""The fed-batch template on the simulated plant: normal is quiet, a pump 8 % short is found in hours."""

from __future__ import annotations

import numpy as np
import pytest

from titer.insight.features import BatchRows
from titer.insight.fitted import Fitted, fit
from titer.insight.spec import parse_spec
from titer.insight.templates import fed_batch
from titer.insight.validation import Challenge, validate
from titer.sim import kernel
from titer.sim.channels import MINUTE_US, PROCESS_VALUES, SET_POINTS
from titer.sim.normal_batches import SimulatedBatch, simulate_batch
from titer.sim.reactor import Reactor, UnderDelivery

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


# a recipe with daily boluses and a temperature shift, as plants run them; people are never on the minute

BALANCE_SPEC = parse_spec(fed_batch("BR-201", "WB-01"))
COLUMNS = [*(c.tag for c in (*PROCESS_VALUES, *SET_POINTS)), "WB-01.FeedF2.Net"]


def bolus_batch(number: int, *, fault: float | None = None, rate: float = 30.0) -> BatchRows:
    """Fourteen days with boluses of one hour from day 3, 36.8 to 33 degC at 120 h, and the balance's weight."""
    rng = np.random.default_rng([11, number])
    plant = Reactor(seed=11, origin_us=START_US - 12 * 60 * MINUTE_US, batch=number)
    plant.write("BR-201.MediaFill.CMD", 1200.0)
    plant.run_quietly(START_US)
    for name, value in (("Temperature", 36.8), ("pH", 7.0), ("DO", 40.0), ("Agitation", 80.0)):
        plant.write(f"BR-201.{name}.SP", value)
    plant.write("BR-201.Inoculate.CMD", 300.0)
    if fault is not None:
        plant.under_delivery = UnderDelivery(0.08, START_US + int(fault * 60 * MINUTE_US))
    writes = [(120 * 60, "Temperature", 33.0)]
    for day in range(3, 14):
        begin = 24 * 60 * day + int(rng.integers(5, 60))
        writes += [(begin, "FeedF2", rate), (begin + 60, "FeedF2", 0.0)]
        begin += 60 + int(rng.integers(1, 6))
        writes += [(begin, "GlucoseFeed", 8.0), (begin + 60, "GlucoseFeed", 0.0)]
    writes.sort()
    rows = []
    for minute in range(10, 14 * 24 * 60 + 1, 10):
        while writes and writes[0][0] <= minute:
            at, name, value = writes.pop(0)
            plant.run_quietly(START_US + at * MINUTE_US)
            plant.write(f"BR-201.{name}.SP", value)
        plant.run_quietly(START_US + minute * MINUTE_US)
        net = 600 - 1.06 * float(plant.s[kernel.F2_TRUE]) + 0.02 * rng.standard_normal()
        rows.append([*plant.process_values(), *plant.c[: len(SET_POINTS)], net])
    table = np.array(rows)[:, [COLUMNS.index(tag) for tag in BALANCE_SPEC.tags]]
    return BatchRows(f"bolus-{number}", np.arange(1, len(rows) + 1) / 6.0, table)


def test_with_daily_boluses_the_shortfall_is_found_in_the_next_bolus() -> None:
    model, _ = fit(
        [bolus_batch(i) for i in range(1000, 1018)], [bolus_batch(i) for i in range(1100, 1110)], BALANCE_SPEC
    )
    report = validate(
        model,
        [bolus_batch(i) for i in range(1200, 1206)],
        [
            Challenge(bolus_batch(2000 + i, fault=h), "feed pump delivers 8 % less", h)
            for i, h in enumerate((190.0, 214.0))
        ],
        {"max_false_events_per_batch": "0.2", "min_detected_share": "1", "max_detection_delay_h": "5"},
    )
    assert report["passed"], (report["criteria"], report["batches"], report["challenges"])
    for line in report["challenges"]:
        assert line["pointed_at"][0] in ("feed delivered / asked for", "feed weight / totaliser")
