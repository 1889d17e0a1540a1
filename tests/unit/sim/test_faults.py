"""Faults of the plant: one file, of which each process takes its part."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from titer.base.clock import ManualClock
from titer.sim.faults import CLOCK_STEP, UNDER_DELIVERY, Faults, ServerClock, read_faults, switch

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_one_fault_is_switched_and_the_others_stay(tmp_path: Path) -> None:
    assert read_faults(tmp_path) == {}
    switch(tmp_path, UNDER_DELIVERY, {"fraction": 0.08, "from_us": 1})
    switch(tmp_path, CLOCK_STEP, {"WB-01": 300.0})
    assert set(read_faults(tmp_path)) == {UNDER_DELIVERY, CLOCK_STEP}
    assert switch(tmp_path, UNDER_DELIVERY, {}) == {CLOCK_STEP: {"WB-01": 300.0}}


def test_a_change_is_seen_once(tmp_path: Path) -> None:
    watched = Faults(tmp_path)
    assert watched.changed() is None
    switch(tmp_path, CLOCK_STEP, {"WB-01": 300.0})
    assert watched.changed() == {CLOCK_STEP: {"WB-01": 300.0}}
    assert watched.changed() is None


def test_a_server_s_clock_stands_off_the_machine_s_by_its_own_fault_only() -> None:
    machine = ManualClock(START)
    balance, reactor = ServerClock(machine), ServerClock(machine)
    faults = {CLOCK_STEP: {"WB-01": -300.0}}
    balance.step(faults, "WB-01")
    reactor.step(faults, "BR-201")
    assert balance.now() == START - timedelta(minutes=5)
    assert reactor.now() == START
    balance.step({}, "WB-01")
    assert balance.now() == START
