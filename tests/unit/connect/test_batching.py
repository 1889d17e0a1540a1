"""Where values are missing is told by the values themselves."""

from __future__ import annotations

from datetime import UTC, datetime

from titer.base.clock import ManualClock
from titer.connect import Origin
from titer.connect.core.contract import ChannelSpec, Known
from titer.connect.opcua.batching import Batcher
from titer.connect.opcua.decode import Decoded, Publish
from titer.connect.opcua.session import Link

CLOCK = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
CHANNELS = (ChannelSpec("A", "i=1"), ChannelSpec("B", "i=2"))
OVERFLOW = 0x480


def message(sequence: int, *rows: tuple[int, int, float, int]) -> Publish:
    """Rows of (channel, source time, value, status); the wire's handles count from 1."""
    data = Decoded(
        [row[0] + 1 for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [row[1] for row in rows],
        [0] * len(rows),
        {},
    )
    return Publish(7, (), False, sequence, data, 1, None, 0)


def batcher(last: dict[int, Known] | None = None, queue: int = 1000) -> Batcher:
    link = Link(subscription=7, queues={1: queue, 2: queue})
    made = Batcher("c", CHANNELS, link, CLOCK)
    made.resume(last or {}, 1)
    return made


def test_the_same_value_after_a_loss_is_no_gap_and_not_stored_twice() -> None:
    made = batcher({0: Known(10, 1.0, None, 0), 1: Known(10, 2.0, None, 0)})
    made.doubt_all("lost")
    batch = made.batch([message(1, (0, 10, 1.0, 0), (1, 30, 5.0, 0))], Origin.LIVE)
    assert batch.columns.source_us.tolist() == [30]
    assert [gap.windows for gap in batch.gaps] == [{"B": (10, 30)}]
    assert [e["kind"] for e in batch.events] == ["gap_opened"]
    assert batch.cursor == (7, 1)


def test_the_first_connection_ever_opens_no_gap() -> None:
    made = batcher()
    made.doubt_all("lost")
    batch = made.batch([message(1, (0, 10, 1.0, 0))], Origin.LIVE)
    assert not batch.gaps
    assert len(batch.columns) == 1


def test_an_overflow_bit_opens_a_gap_before_its_value() -> None:
    made = batcher({0: Known(10, 1.0, None, 0)})
    batch = made.batch([message(1, (0, 50, 2.0, OVERFLOW), (0, 60, 3.0, 0))], Origin.LIVE)
    assert batch.gaps[0].windows == {"A": (10, 50)}
    assert [e["kind"] for e in batch.events] == ["overflow", "gap_opened"]
    assert batch.columns.quality.tolist() == [0, 0], "the value itself is good"


def test_a_queue_full_to_the_brim_counts_as_overflowed() -> None:
    made = batcher({0: Known(10, 1.0, None, 0)}, queue=3)
    full = message(1, (0, 50, 2.0, 0), (0, 60, 3.0, 0), (0, 70, 4.0, 0))
    assert made.batch([full], Origin.LIVE).gaps[0].windows == {"A": (10, 50)}
    assert not made.batch([message(2, (0, 80, 2.0, 0), (0, 90, 3.0, 0))], Origin.LIVE).gaps


def test_time_that_went_back_is_told_as_such() -> None:
    made = batcher({0: Known(100, 1.0, None, 0)})
    made.doubt_all("restart")
    batch = made.batch([message(1, (0, 40, 9.0, 0))], Origin.LIVE)
    assert [e["kind"] for e in batch.events] == ["clock_step", "gap_opened", "gap_unrecoverable"]
    assert len(batch.columns) == 1
    assert not batch.gaps, "nothing to read from history"


def test_a_refused_batch_makes_the_subscription_start_anew() -> None:
    made = batcher({0: Known(10, 1.0, None, 0)})
    link = made._link
    made.batch([message(1, (0, 20, 2.0, 0))], Origin.LIVE)
    made.resume({0: Known(10, 1.0, None, 0)}, 1)
    assert link.subscription == 0
    assert made.last[0].source_us == 10


def test_values_without_a_source_time_never_bound_a_gap() -> None:
    made = batcher({0: Known(10, 1.0, None, 0)})
    batch = made.batch([message(1, (0, 0, 2.0, 0x80000000))], Origin.LIVE)
    assert made.last[0].source_us == 10
    assert batch.columns.unstamped == {0}
    assert batch.columns.quality.tolist() == [2]


def test_a_handle_that_nobody_asked_for_is_ignored() -> None:
    batch = batcher().batch([message(1, (7, 1, 1.0, 0), (-1, 2, 1.0, 0), (0, 3, 1.0, 0))], Origin.LIVE)
    assert batch.columns.source_us.tolist() == [3]
