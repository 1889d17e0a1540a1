"""The reactor's controller: states, refusals, interlocks, alarms, and readings that do not depend on the wall."""

from __future__ import annotations

import numpy as np
import pytest

from titer.sim import kernel
from titer.sim.channels import MINUTE_US, REACTOR_CHANNELS
from titer.sim.reactor import Reactor, UnderDelivery
from titer.sim.readings import Refusal

ORIGIN = 1_772_438_400_000_000
HOUR_US = 60 * MINUTE_US


def fresh(seed: int = 3) -> Reactor:
    return Reactor(seed=seed, origin_us=ORIGIN)


def in_culture(hours: float = 1.0) -> Reactor:
    r = fresh()
    r.write("BR-201.MediaFill.CMD", 1200.0)
    r.advance(ORIGIN + 12 * HOUR_US)
    r.write("BR-201.Inoculate.CMD", 200.0)
    r.run_quietly(ORIGIN + int((12 + hours) * HOUR_US))
    return r


def ahead(r: Reactor, hours: float) -> None:
    r.run_quietly(r.at_us + int(hours * HOUR_US))


def test_the_unit_goes_through_its_states() -> None:
    r = fresh()
    assert r.state_name == "Empty"
    r.write("BR-201.MediaFill.CMD", 1200.0)
    r.advance(r.at_us + HOUR_US // 2)
    assert r.state_name == "Filling"
    r.advance(r.at_us + HOUR_US)
    assert r.state_name == "Ready"
    assert r.s[10] == pytest.approx(1200.0, abs=1.0)
    r.advance(r.at_us + 10 * HOUR_US)
    assert r.s[kernel.T] == pytest.approx(36.8, abs=0.2), "medium is warmed up"
    r.write("BR-201.Inoculate.CMD", 200.0)
    assert r.state_name == "Inoculating"
    r.advance(r.at_us + HOUR_US)
    assert r.state_name == "Culture"
    assert r.s[0] == pytest.approx(1.0, abs=0.15)
    r.write("BR-201.Harvest.CMD", 1.0)
    r.advance(r.at_us + HOUR_US)
    assert r.state_name == "Harvested"
    r.write("BR-201.Reset.CMD", 1.0)
    assert r.state_name == "Empty"
    assert r.batch == 1


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("Temperature.SP", 45.0),
        ("pH.SP", 6.0),
        ("FeedF2.SP", -1.0),
        ("FeedF2.SP", 31.0),
        ("MediaFill.CMD", 1900.0),
    ],
)
def test_a_set_point_out_of_range_is_refused_and_changes_nothing(tag: str, value: float) -> None:
    r = fresh()
    before = r.value_of(f"BR-201.{tag}")
    with pytest.raises(Refusal) as refused:
        r.write(f"BR-201.{tag}", value)
    assert refused.value.code == "BadOutOfRange"
    assert r.value_of(f"BR-201.{tag}") == before


def test_a_command_in_the_wrong_state_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        fresh().write("BR-201.Inoculate.CMD", 200.0)
    assert refused.value.code == "BadInvalidState"


def test_a_command_that_is_repeated_after_a_lost_answer_acts_once() -> None:
    r = in_culture()
    volume = r.s[10]
    assert r.write("BR-201.Inoculate.CMD", 200.0) is False
    ahead(r, 0.5)
    assert r.s[10] == pytest.approx(volume, abs=0.2)


def test_high_level_stops_the_feeds_and_says_so() -> None:
    r = in_culture()
    r.s[10] = 1949.0
    r.write("BR-201.FeedF2.SP", 30.0)
    ahead(r, 1.0)
    assert r.s[10] < kernel.LEVEL_TRIP_L + 0.5
    assert r.s[kernel.F2_FLOW] == 0.0
    assert kernel.flags(r.s, r.c)[6], "alarm LevelHigh"
    assert kernel.flags(r.s, r.c)[0], "interlock active"


def test_high_pressure_stops_the_gas() -> None:
    r = in_culture()
    r.s[kernel.FOUL] = 60.0
    seen = set()
    for _ in range(60):
        ahead(r, 1 / 60)
        seen.add(int(r.s[kernel.INTERLOCK]) & 2)
    assert 2 in seen


def test_feeds_flow_in_a_culture_only() -> None:
    r = fresh()
    r.write("BR-201.FeedF2.SP", 5.0)
    r.advance(r.at_us + HOUR_US)
    assert r.s[kernel.F2_TRUE] == 0.0


def test_set_points_hold_when_nobody_is_there() -> None:
    r = in_culture()
    r.write("BR-201.Temperature.SP", 35.0)
    ahead(r, 48.0)
    assert r.s[kernel.T] == pytest.approx(35.0, abs=0.15)
    assert r.s[kernel.PH] == pytest.approx(7.0, abs=0.06)


def test_base_is_added_when_lactate_acidifies() -> None:
    r = in_culture()
    ahead(r, 6 * 24.0)
    assert r.s[kernel.BASE_TOTAL] > 0.0
    assert r.s[kernel.PH] > 6.94


def test_an_under_delivery_of_8_percent_stays_inside_the_alarm_and_one_of_15_does_not() -> None:
    for fraction, alarmed in ((0.08, False), (0.15, True)):
        r = in_culture()
        r.draw = r.draw.__class__(**{**r.draw.__dict__, "f2_gain": 1.0})
        r.write("BR-201.FeedF2.SP", 2.0)
        r.under_delivery = UnderDelivery(fraction, r.at_us)
        pump, true = r.s[kernel.F2_PUMP], r.s[kernel.F2_TRUE]
        ahead(r, 10.0)
        assert kernel.flags(r.s, r.c)[1] is alarmed or bool(kernel.flags(r.s, r.c)[1]) is alarmed
        delivered = (r.s[kernel.F2_TRUE] - true) / (r.s[kernel.F2_PUMP] - pump)
        assert delivered == pytest.approx(1.0 - fraction, abs=1e-3), (
            "the pump's own totaliser does not see it"
        )


def test_readings_do_not_depend_on_how_the_wall_clock_cuts_time() -> None:
    whole, pieces = fresh(), fresh()
    for r in (whole, pieces):
        r.write("BR-201.MediaFill.CMD", 500.0)
    one = whole.advance(ORIGIN + 2 * HOUR_US)
    rng = np.random.default_rng(1)
    many = []
    at = ORIGIN
    while at < ORIGIN + 2 * HOUR_US:
        at = min(at + int(rng.integers(1, 400_000_000)), ORIGIN + 2 * HOUR_US)
        many += pieces.advance(at)
    assert [(r.tag, r.source_us, r.value) for r in one] == [(r.tag, r.source_us, r.value) for r in many]


def test_every_channel_reports_and_source_times_rise() -> None:
    readings = fresh().advance(ORIGIN + 2 * HOUR_US)
    last: dict[str, int] = {}
    for reading in readings:
        assert reading.source_us > last.get(reading.tag, 0)
        last[reading.tag] = reading.source_us
    assert set(last) == {c.tag for c in REACTOR_CHANNELS} - {"BR-201.Sample.Draw"}
    fast = [r for r in readings if r.tag == "BR-201.pH.PV"]
    assert len(fast) == 60, "a fast channel reports every two plant minutes"


def test_a_sample_holds_what_is_in_the_broth() -> None:
    r = in_culture(48.0)
    bottle = r.draw_sample("S-1")
    broth = bottle["broth"]
    assert isinstance(broth, dict)
    assert broth["vcd"] == pytest.approx(float(r.s[0]))
    volume = r.s[10]
    ahead(r, 1 / 60)
    assert r.s[10] == pytest.approx(volume - 0.12, abs=0.01)


@pytest.mark.parametrize("number", ["", "a/b", "../x", "x" * 65])
def test_a_label_that_is_no_sample_number_is_refused(number: str) -> None:
    with pytest.raises(Refusal):
        in_culture().draw_sample(number)
