"""Where values are missing is told by the values themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from titer.base.clock import ManualClock, us
from titer.connect import STAMPED_ON_RECEIPT, Origin, quality_reason
from titer.connect.core.contract import ChannelSpec, Known
from titer.connect.core.values import STAMPED_BY_SERVER
from titer.connect.opcua.batching import Batcher
from titer.connect.opcua.decode import Decoded, Publish
from titer.connect.opcua.session import Link

CLOCK = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
CHANNELS = (ChannelSpec("A", "i=1"), ChannelSpec("B", "i=2"))
OVERFLOW = 0x480


def message(sequence: int, *rows: tuple[int, int, float, int] | tuple[int, int, float, int, int]) -> Publish:
    """Rows of (channel, source time, value, status, server time or none); the wire's handles count from 1."""
    data = Decoded(
        [row[0] + 1 for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [row[1] for row in rows],
        [row[4] if len(row) == 5 else 0 for row in rows],
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


WAITING = 0x80320000
"""BadWaitingForInitialData: what a new subscription often begins with, and without a source time."""


def test_a_bad_value_without_a_source_time_never_bounds_a_gap() -> None:
    made = batcher({0: Known(10, 1.0, None, 0)})
    batch = made.batch([message(1, (0, 0, 2.0, WAITING, 77))], Origin.LIVE)
    assert made.last[0].source_us == 10
    assert batch.columns.unstamped == {0}
    assert batch.columns.quality.tolist() == [2]
    assert batch.columns.status.tolist() == [WAITING], "its own code says more"


def test_a_loss_is_judged_by_the_first_value_that_has_come_and_not_by_the_word_that_none_has() -> None:
    made = batcher({0: Known(10, 1.0, None, 0), 1: Known(10, 2.0, None, 0)})
    made.doubt_all("lost")
    first = made.batch([message(1, (0, 0, 0.0, WAITING, 50), (1, 0, 0.0, WAITING))], Origin.LIVE)
    assert not first.gaps
    # The next real value comes in a later message for one channel, behind another such word for the other.
    later = made.batch([message(2, (0, 5000, 1.5, 0), (1, 0, 0.0, WAITING), (1, 10, 2.0, 0))], Origin.LIVE)
    assert [gap.windows for gap in later.gaps] == [{"A": (10, 5000)}]
    assert later.columns.value.tolist() == [1.5, 0.0], "B holds the value that is known: nothing was lost"
    assert not made.suspect


def test_an_outage_of_a_server_without_source_times_is_a_gap_by_the_time_of_receipt() -> None:
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    made = Batcher("c", CHANNELS, Link(subscription=7, queues={1: 1000}), clock)
    made.resume({}, 1)
    before = made.batch([message(1, (0, 0, 1.0, 0))], Origin.LIVE)
    begun = us(clock.now())
    assert before.columns.source_us.tolist() == [begun]
    assert before.columns.status.tolist() == [STAMPED_ON_RECEIPT], "the time is ours, and the value says so"
    assert before.columns.newest().tolist() == [0], "and the journal keeps it for the host's next life"
    clock.advance(timedelta(hours=5))
    made.doubt_all("lost")
    after = made.batch([message(2, (0, 0, 1.0, 0))], Origin.LIVE)
    assert [gap.windows for gap in after.gaps] == [{"A": (begun, us(clock.now()))}]


def test_the_servers_time_stands_in_where_there_is_one_and_the_value_says_so() -> None:
    made = batcher({0: Known(10, 1.0, None, 0)})
    made.doubt_all("lost")
    batch = made.batch([message(1, (0, 0, 2.0, 0, 500), (0, 600, 3.0, 0, 601))], Origin.LIVE)
    assert batch.columns.source_us.tolist() == [500, 600]
    assert batch.columns.status.tolist() == [STAMPED_BY_SERVER, 0]
    assert [gap.windows for gap in batch.gaps] == [{"A": (10, 500)}]
    assert quality_reason(STAMPED_BY_SERVER) == "stamped by the server"


def test_an_overflow_is_seen_in_a_value_without_a_source_time_too() -> None:
    made = batcher({0: Known(10, 1.0, None, 0)})
    batch = made.batch([message(1, (0, 0, 2.0, OVERFLOW, 500))], Origin.LIVE)
    assert batch.gaps[0].windows == {"A": (10, 500)}
    assert batch.columns.status.tolist() == [STAMPED_BY_SERVER | OVERFLOW]
    assert quality_reason(STAMPED_BY_SERVER | OVERFLOW) == "the server's queue overflowed before this value"


def test_a_handle_that_nobody_asked_for_is_ignored() -> None:
    batch = batcher().batch([message(1, (7, 1, 1.0, 0), (-1, 2, 1.0, 0), (0, 3, 1.0, 0))], Origin.LIVE)
    assert batch.columns.source_us.tolist() == [3]
