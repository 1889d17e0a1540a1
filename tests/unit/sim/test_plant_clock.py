"""Plant time is a piecewise-linear function that everybody computes alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titer.base.errors import Unavailable
from titer.sim.plant_clock import ClockRecord, PlantClock, SharedFile, first_record

S = 1_000_000_000  # ns
HOUR_US = 3_600_000_000
ORIGIN = 1_772_438_400_000_000


def started(at_ns: int = 0, idle: float = 1.0) -> ClockRecord:
    return first_record(ORIGIN, rate=5000.0, idle_rate=idle, monotonic_ns=at_ns)


def test_without_a_grant_the_plant_runs_at_its_idle_rate() -> None:
    record = started()
    assert record.state(S) == "idle"
    assert record.now_us(3 * S) == ORIGIN + 3_000_000


def test_a_grant_is_run_through_at_its_rate_and_then_the_plant_waits() -> None:
    record = started().granted(ORIGIN + HOUR_US, 3600.0, 0)
    assert record.now_us(S // 2) == ORIGIN + HOUR_US // 2
    assert record.state(S // 2) == "running"
    assert record.now_us(S + S // 2) == ORIGIN + HOUR_US
    assert record.state(S + S // 2) == "waiting"
    assert record.current_rate(S + S // 2) == 0.0


def test_two_seconds_after_the_last_grant_it_idles_even_inside_the_granted_span() -> None:
    far = started().granted(ORIGIN + 1000 * HOUR_US, 3600.0, 0)
    assert far.now_us(2 * S) == ORIGIN + 2 * HOUR_US
    assert far.state(2 * S + 1) == "idle"
    assert far.now_us(12 * S) == ORIGIN + 2 * HOUR_US + 10_000_000


def test_a_new_grant_goes_on_from_where_the_plant_is() -> None:
    first = started().granted(ORIGIN + HOUR_US, 3600.0, 0)
    second = first.granted(ORIGIN + 3 * HOUR_US, None, 2 * S)
    assert second.anchor_us == ORIGIN + HOUR_US
    assert second.rate == 5000.0


def test_a_grant_into_the_past_makes_the_plant_wait_where_it_is() -> None:
    record = started().granted(ORIGIN - HOUR_US, 1.0, 10 * S)
    assert record.now_us(11 * S) == ORIGIN + 10_000_000
    assert record.state(11 * S) == "waiting"


@given(
    st.lists(
        st.tuples(st.integers(0, 5 * S), st.integers(-HOUR_US, 24 * HOUR_US), st.floats(0.1, 50_000)),
        max_size=6,
    ),
    st.lists(st.integers(0, 5 * S), min_size=1, max_size=12),
)
def test_plant_time_never_runs_backwards(grants: list[tuple[int, int, float]], waits: list[int]) -> None:
    record, at_ns, last = started(), 0, ORIGIN
    for wait, ahead, rate in grants:
        at_ns += wait
        now = record.now_us(at_ns)
        assert now >= last
        record = record.granted(now + ahead, rate, at_ns)
        last = record.now_us(at_ns)
        assert last >= now
    for wait in waits:
        at_ns += wait
        now = record.now_us(at_ns)
        assert now >= last
        last = now


def test_two_processes_read_the_same_instant(tmp_path: Path) -> None:
    owner = PlantClock(tmp_path / "clock", first=started(), monotonic_ns=lambda: 5 * S)
    reader = PlantClock(tmp_path / "clock", monotonic_ns=lambda: 5 * S)
    owner.grant(ORIGIN + HOUR_US, 10.0)
    assert reader.record() == owner.record()
    assert reader.now_us() == owner.now_us() == ORIGIN + 5_000_000
    owner.close()
    reader.close()


def test_a_clock_that_nobody_started_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"python -m titer\.sim"):
        PlantClock(tmp_path / "nothing")


def test_a_torn_read_is_never_returned(tmp_path: Path) -> None:
    shared = SharedFile(tmp_path / "file", 8, create=True)
    shared.write(b"12345678")
    raw = bytearray((tmp_path / "file").read_bytes())
    raw[0] ^= 0xFF
    (tmp_path / "file").write_bytes(bytes(raw))
    with pytest.raises(Unavailable):
        shared.read()
    shared.close()
