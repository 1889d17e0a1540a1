"""The whole plant, in process: plausible to a practitioner over seeds, and the demo's fault where it should show."""

from __future__ import annotations

import numpy as np
import pytest

from titer.sim.normal_batches import TAGS, normal_batches, simulate_batch

START = 1_600_000_000_000_000


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_batch_of_the_plant_is_plausible(seed: int) -> None:
    batch = simulate_batch(seed, seed, start_us=START, step_min=30)
    vcd = [day["vcd"] for day in batch.panel.values()]
    lactate = [day["lactate"] for day in batch.panel.values()]
    last = batch.panel[14]
    assert 15.0 <= max(vcd) <= 25.0
    assert 3.0 <= last["titre"] <= 6.0
    assert last["viability"] >= 70.0
    assert max(lactate) == max(lactate[2:8]) and lactate[-1] < 0.3 * max(lactate), "lactate shift"
    assert all(day["glucose"] > 1.0 for day in batch.panel.values())
    assert 95.0 < 100.0 - last["hmw"] - last["lmw"] < 99.0
    late = batch.hours > 24
    assert np.abs(batch.column("BR-201.Temperature.PV")[late] - 36.8).max() < 0.4
    assert np.abs(batch.column("BR-201.pH.PV")[late] - 7.0).max() < 0.12
    assert batch.column("BR-201.DO.PV")[batch.hours > 72].min() > 30.0
    assert batch.column("BR-201.Volume.PV").max() < 1950.0
    assert batch.column("BR-201.OUR.PV").max() < 8.0
    assert batch.column("BR-201.Pressure.PV").max() < 3.0
    assert np.isfinite(batch.values).all()


def test_batches_differ_and_each_can_be_had_again() -> None:
    first, second = normal_batches(2, seed=5, start_us=START, step_min=60)
    again = normal_batches(1, seed=5, start_us=START, step_min=60)[0]
    assert np.array_equal(first.values, again.values)
    assert first.panel[14]["titre"] != second.panel[14]["titre"]
    assert first.tags == TAGS
    assert first.values.shape == (14 * 24, len(TAGS))


def test_an_under_delivery_shows_in_the_flow_at_once_and_in_the_titre_days_later() -> None:
    good = simulate_batch(2, 0, start_us=START, step_min=10)
    bad = simulate_batch(2, 0, start_us=START, step_min=10, under_delivery=(0.08, 144.0))
    flow = bad.column("BR-201.FeedF2.PV") / np.maximum(bad.column("BR-201.FeedF2.SP"), 0.1)
    six_hours = (bad.hours > 144) & (bad.hours < 150)
    before = (bad.hours > 120) & (bad.hours < 144)
    assert flow[six_hours].mean() < flow[before].mean() - 0.06
    assert flow[six_hours].mean() > 0.89, "inside the alarm limits of the flow"
    assert bad.panel[7]["titre"] > 0.995 * good.panel[7]["titre"]
    assert 0.90 < bad.panel[14]["titre"] / good.panel[14]["titre"] < 0.98


def test_an_odd_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="even number"):
        simulate_batch(1, 0, start_us=START, step_min=5)


def test_history_lives_through_the_warming_up_that_a_batch_of_the_recipe_lives_through() -> None:
    batch = simulate_batch(7, 1018, start_us=START, days=1, preparation=True)
    warmth = batch.column("BR-201.Temperature.PV")
    before = batch.hours < 0
    assert warmth[0] < 25.0, "cold medium"
    assert 3.0 < -batch.hours[0] < 16.0
    assert warmth[before].max() > 37.0, "the loop overshoots"
    at_inoculation = warmth[before][-1] - 36.8
    assert 0.1 < at_inoculation < 0.4, "and has not come back when people inoculate"
    assert abs(warmth[batch.hours > 18].mean() - 36.8) < 0.08
    assert (np.diff(batch.times_us) == 600_000_000).all()
    without = simulate_batch(7, 1018, start_us=START, days=1)
    assert np.array_equal(batch.values[batch.hours > 0], without.values)


def test_sensor_noise_is_another_in_every_batch() -> None:
    first, second = normal_batches(2, seed=5, start_us=START, step_min=10)
    noise = [
        np.diff(b.column("BR-201.Temperature.PV")[(b.hours > 48) & (b.hours < 72)]) for b in (first, second)
    ]
    assert abs(float(np.corrcoef(noise[0], noise[1])[0, 1])) < 0.3
