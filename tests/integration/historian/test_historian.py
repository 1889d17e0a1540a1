"""Frames go in once, come out the same from tail and segments; late, doubled, contradicting ones are told apart."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select
from tests.integration.historian.reactor import rewritten

from titer.base.clock import ManualClock
from titer.base.errors import IntegrityFault, Unavailable
from titer.connect.core.frame import Frame
from titer.historian import Historian, LogForged, Sample, SegmentDamaged
from titer.historian.model import HistorianSegment
from titer.historian.store import Store
from titer.record import LedgerEntry, Record

T0 = 1_772_438_400_000_000  # 2026-03-02T08:00:00Z
S = 1_000_000
A, B = "BR-201.Temperature.PV", "BR-201.State"


def frame(
    first: int,
    rows: Sequence[tuple[str, int, float | str]],
    *,
    connection: str = "br201",
    epoch: int = 1,
    origin: int = 0,
    received: int | None = None,
) -> bytes:
    tags = tuple(dict.fromkeys(tag for tag, _, _ in rows))
    count = len(rows)
    source = np.array([at for _, at, _ in rows], dtype="<i8")
    return Frame(
        connection=connection,
        epoch=epoch,
        first=first,
        last=first + count - 1,
        channels=tags,
        channel=np.array([tags.index(tag) for tag, _, _ in rows], dtype="<u2"),
        source_us=source,
        server_us=source,
        received_us=source + 5_000 if received is None else np.full(count, received),
        value=np.array([np.nan if isinstance(v, str) else v for _, _, v in rows], dtype="<f8"),
        status=np.zeros(count, dtype="<u4"),
        quality=np.zeros(count, dtype="u1"),
        origin=np.full(count, origin, dtype="u1"),
        text={row: v for row, (_, _, v) in enumerate(rows) if isinstance(v, str)},
    ).encode()


@pytest.fixture
def historian(record: Record, tmp_path: Path) -> Iterator[Historian]:
    made = open_historian(record, tmp_path)
    yield made
    made.close()


def open_historian(record: Record, tmp_path: Path) -> Historian:
    made = Historian(tmp_path / "historian", record)
    for spec in made.actions():
        record.matrix[spec.verb] = spec
    return made


def values(historian: Historian, tag: str = A, **more: int) -> list[tuple[int, float | None]]:
    table = historian.read([tag], T0 - 10**12, T0 + 10**12, **more)
    return list(zip(table["source_us"].to_pylist(), table["value"].to_pylist(), strict=True))


def test_tail_and_segments_answer_the_same(historian: Historian) -> None:
    historian.append([frame(1, [(A, T0 + i * S, 36.5 + i) for i in range(10)] + [(B, T0, "Running")])])
    before = historian.read([A, B], T0, T0 + 3600 * S)
    made = historian.seal()
    assert sum(ref.row_count for ref in made) == 11
    assert historian.read([A, B], T0, T0 + 3600 * S).to_pylist() == before.to_pylist()
    historian.append([frame(12, [(A, T0 + 20 * S, 40.0)])])
    assert values(historian)[-1] == (T0 + 20 * S, 40.0)
    assert len(values(historian)) == 11


def test_the_digest_of_each_segment_is_in_the_ledger(historian: Historian, record: Record) -> None:
    historian.append([frame(1, [(A, T0, 1.0)])])
    (ref,) = historian.seal()
    with record.reading() as session:
        row = session.scalars(select(HistorianSegment)).one()
        body = session.scalars(select(LedgerEntry.body).where(LedgerEntry.record_id == row.id)).one()
    assert ref.digest in body
    assert ref.path == f"segments/day=2026-03-02/{ref.digest}.parquet"


def test_a_frame_that_comes_again_is_stored_once_and_acknowledged_again(historian: Historian) -> None:
    data = frame(1, [(A, T0, 1.0), (A, T0 + S, 2.0)])
    assert historian.append([data, data]) == {("br201", 1): 2}
    historian.seal()
    assert historian.append([data]) == {("br201", 1): 2}
    assert historian.store.tail_rows() == 0


def test_marks_survive_restart_from_log_and_manifest(record: Record, tmp_path: Path) -> None:
    first = open_historian(record, tmp_path)
    sealed, waiting = frame(1, [(A, T0, 1.0)]), frame(2, [(A, T0 + S, 2.0)])
    first.append([sealed])
    first.seal()
    first.append([waiting, frame(1, [("X", T0, 5.0)], connection="other", epoch=3)])
    first.close()
    again = open_historian(record, tmp_path)
    assert again.append([sealed, waiting]) == {("br201", 1): 2}
    assert again.store.mark("other", 3) == 1
    assert values(again) == [(T0, 1.0), (T0 + S, 2.0)]
    assert again.last([A])[A].value == 2.0
    again.close()


def test_a_crash_between_manifest_and_log_doubles_nothing(record: Record, tmp_path: Path) -> None:
    first = open_historian(record, tmp_path)
    first.append([frame(1, [(A, T0, 1.0)])])
    log_folder = tmp_path / "historian" / "log"
    shutil.copytree(log_folder, tmp_path / "kept")
    first.seal()
    first.close()
    for path in (tmp_path / "kept").iterdir():
        shutil.copy(path, log_folder / path.name)  # as if the process had died before it dropped them
    again = open_historian(record, tmp_path)
    assert values(again) == [(T0, 1.0)]
    assert again.store.tail_rows() == 0
    again.close()


def test_a_crash_between_segment_and_manifest_loses_nothing(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_historian(record, tmp_path)
    first.append([frame(1, [(A, T0, 1.0)])])
    monkeypatch.setattr(first, "_list", lambda *_: (_ for _ in ()).throw(IntegrityFault("died here")))
    with pytest.raises(IntegrityFault):
        first.seal()
    assert values(first) == [(T0, 1.0)]
    first.close()
    again = open_historian(record, tmp_path)
    assert values(again) == [(T0, 1.0)]
    assert len(again.unlisted) == 1
    (ref,) = again.seal()
    assert values(again) == [(T0, 1.0)]
    assert [f"{ref.digest}.parquet"] == again.unlisted
    again.close()


def test_late_data_overlaps_and_duplicates_are_dropped(historian: Historian) -> None:
    historian.append([frame(1, [(A, T0 + i * S, float(i)) for i in (0, 1, 5, 6)])])
    historian.seal()
    historian.append([frame(5, [(A, T0 + i * S, float(i)) for i in range(1, 7)], origin=2)])
    expected = [(T0 + i * S, float(i)) for i in range(7)]
    assert values(historian) == expected
    historian.seal()
    assert values(historian) == expected
    assert historian.conflicts([A], T0, T0 + 10 * S) == []


def test_a_conflict_keeps_both_and_the_first_stays_effective(historian: Historian) -> None:
    historian.append([frame(1, [(A, T0, 1.0)])])
    historian.seal()
    historian.append([frame(2, [(A, T0, 9.0)], origin=2)])
    assert values(historian) == [(T0, 1.0)]
    ((effective, other),) = historian.conflicts([A], T0, T0 + S)
    assert (effective.value, other.value, other.origin) == (1.0, 9.0, 2)
    historian.seal()
    assert values(historian) == [(T0, 1.0)]
    assert len(historian.conflicts([A], T0, T0 + S)) == 1


def test_two_values_of_one_instant_in_one_frame_are_both_true(historian: Historian) -> None:
    both = [(A, T0, 1.0), (A, T0, 2.0)]
    historian.append([frame(1, both)])
    historian.append([frame(3, both, origin=2)])
    assert values(historian) == [(T0, 1.0), (T0, 2.0)]
    assert historian.conflicts([A], T0, T0 + S) == []


def test_as_of_shows_only_what_had_been_received(historian: Historian) -> None:
    historian.append([frame(1, [(A, T0, 1.0)], received=T0 + S)])
    historian.append([frame(2, [(A, T0 + S, 2.0)], received=T0 + 100 * S, origin=2)])
    assert values(historian, as_of_us=T0 + 50 * S) == [(T0, 1.0)]
    historian.seal()
    assert values(historian, as_of_us=T0 + 50 * S) == [(T0, 1.0)]
    assert len(values(historian, as_of_us=T0 + 100 * S)) == 2
    table = historian.aligned([A], T0, T0 + 2 * S, S, max_age_us=10 * S, as_of_us=T0 + 50 * S)
    assert table.values[:, 0].tolist() == [1.0, 1.0]


def test_what_is_too_old_or_missing_is_never_called_good(historian: Historian) -> None:
    historian.append([frame(1, [(A, T0, 1.0)])])
    table = historian.aligned([A, "no.such"], T0 - S, T0 + 4 * S, S, max_age_us=2 * S)
    assert table.quality[:, 0].tolist() == [2, 0, 0, 0, 2]
    assert np.isnan(table.values[[0, 4], 0]).all()
    assert (table.quality[:, 1] == 2).all()


def test_a_changed_byte_of_a_segment_is_never_read(historian: Historian, tmp_path: Path) -> None:
    historian.append([frame(1, [(A, T0 + i * S, float(i)) for i in range(1000)])])
    (ref,) = historian.seal()
    assert len(values(historian)) == 1000  # unpacked, and not believed on that account
    path = tmp_path / "historian" / ref.path
    good = path.read_bytes()
    path.chmod(0o600)
    rng = np.random.default_rng(5)
    for place in rng.integers(0, len(good), 25).tolist():
        bad = bytearray(good)
        bad[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(bad)
        with pytest.raises(SegmentDamaged):
            values(historian)
        assert len(historian.verify()) == 1
    path.unlink()
    with pytest.raises(SegmentDamaged, match="missing"):
        values(historian)
    path.write_bytes(good)
    assert len(values(historian)) == 1000
    assert historian.verify() == []


def test_observers_see_the_newest_value_and_never_break_the_intake(
    historian: Historian, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[str, Sample]] = []

    def broken(_news: object) -> None:
        raise RuntimeError("no")

    historian.on_append(broken)
    historian.on_append(seen.extend)
    for number in (1, 3):
        historian.append([frame(number, [(A, T0 + number * S, 1.0), (A, T0 + (number + 1) * S, 2.0)])])
    assert [(tag, one.source_us) for tag, one in seen] == [(A, T0 + 2 * S), (A, T0 + 4 * S)]
    assert len([entry for entry in caplog.records if "observer" in entry.message]) == 1


def test_late_values_do_not_become_the_last(historian: Historian) -> None:
    historian.append([frame(1, [(A, T0 + 9 * S, 9.0), (B, T0, "Idle")])])
    historian.append([frame(3, [(A, T0, 1.0), (B, T0 + S, "Running")], origin=2)])
    last = historian.last([A, B, "no.such"])
    assert (last[A].value, last[B].text, last[B].value) == (9.0, "Running", None)
    assert set(last) == {A, B}


def test_an_extract_is_the_same_bytes_from_tail_and_segments(historian: Historian) -> None:
    historian.append([frame(1, [("B", T0, 1.0), (A, T0 + S, 2.0), (B, T0, "x"), (A, T0, 3.0)])])
    before = historian.extract([A, B, "B"], T0, T0 + 60 * S)
    historian.seal()
    assert historian.extract(["B", A, B], T0, T0 + 60 * S) == before
    assert pq.read_table(io.BytesIO(before)).num_rows == 4


def test_other_engines_read_the_segments_as_they_lie(historian: Historian, tmp_path: Path) -> None:
    day = 86_400 * S
    historian.append([frame(1, [(A, T0 + i * day, float(i)) for i in range(3)] + [(B, T0, "Run")])])
    assert len(historian.seal()) == 3
    where = tmp_path / "historian" / "segments" / "**" / "*.parquet"
    found = (
        duckdb.read_parquet(str(where), hive_partitioning=True)
        .aggregate("day, count(*), sum(value) filter (where text is null)", "day")
        .order("day")
        .fetchall()
    )
    assert [(str(day), n, total) for day, n, total in found] == [
        ("2026-03-02", 2, 0.0),
        ("2026-03-03", 1, 1.0),
        ("2026-03-04", 1, 2.0),
    ]


def test_the_sealer_seals_by_age_and_by_size(historian: Historian, clock: ManualClock) -> None:
    historian.append([frame(1, [(A, T0, 1.0)])])
    historian.step()
    assert historian.store.tail_rows() == 1
    clock.advance(timedelta(minutes=16))
    historian.step()
    assert historian.store.tail_rows() == 0
    historian.seal_rows = 2
    historian.append([frame(2, [(A, T0 + S, 1.0), (A, T0 + 2 * S, 1.0)])])
    historian.step()
    assert historian.store.tail_rows() == 0


def test_bytes_that_are_no_frame_are_refused_whole(historian: Historian) -> None:
    good = frame(1, [(A, T0, 1.0)])
    bad = bytearray(frame(2, [(A, T0, 2.0)]))
    bad[-20] ^= 1
    with pytest.raises(IntegrityFault):
        historian.append([good, bytes(bad)])
    assert values(historian) == []
    assert historian.append([good]) == {("br201", 1): 1}


def test_clocks_that_are_wrong_by_centuries_stop_nothing(historian: Historian) -> None:
    wild = [0, -(2**62), 2**62, T0]
    historian.append([frame(1, [(A, at, 1.0) for at in wild], received=T0)])
    historian.seal()
    assert historian.read([A], -(2**63), 2**63 - 1).num_rows == 4
    assert len(values(historian)) == 1


def test_many_windows_answer_as_each_would_alone(historian: Historian) -> None:
    day = 86_400 * S
    historian.append([frame(1, [(A, T0 + i * 600 * S, float(i)) for i in range(1000)])])
    historian.seal()
    windows = [(T0 + 5 * day, T0 + 6 * day), (T0, T0 + 3600 * S), (T0 + 1800 * S, T0 + 2 * day), (T0, T0)]
    found = historian.aligned_windows([A, "no.such"], windows, 60 * S, max_age_us=900 * S)
    for (start, end), one in zip(windows, found, strict=True):
        alone = historian.aligned([A, "no.such"], start, end, 60 * S, max_age_us=900 * S)
        np.testing.assert_array_equal(one.times_us, alone.times_us)
        np.testing.assert_array_equal(one.values, alone.values)
        np.testing.assert_array_equal(one.quality, alone.quality)
    assert len(found[3].times_us) == 0


def test_readers_see_every_acknowledged_value_once_while_it_is_written_and_sealed(
    historian: Historian,
) -> None:
    done, faults = threading.Event(), []
    acknowledged = [0]

    def write() -> None:
        for number in range(300):
            historian.append([frame(number + 1, [(A, T0 + number * S, float(number))])])
            acknowledged[0] = number + 1
        done.set()

    def read() -> None:
        while not done.is_set():
            least = acknowledged[0]
            found = values(historian)
            if len(found) < least or found != [(T0 + i * S, float(i)) for i in range(len(found))]:
                faults.append((least, len(found)))

    threads = [threading.Thread(target=work) for work in (write, read, read)]
    for thread in threads:
        thread.start()
    while not done.is_set():
        historian.seal()
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(values(historian)) == 300


def test_a_second_process_reads_and_touches_nothing(record: Record, tmp_path: Path) -> None:
    writer = open_historian(record, tmp_path)
    writer.append([frame(1, [(A, T0, 1.0)])])
    writer.seal()
    writer.append([frame(2, [(A, T0 + S, 2.0)])])
    log_file = next((tmp_path / "historian" / "log").glob("*.ttrlog"))
    with log_file.open("ab") as half:
        half.write(b"half a record")  # as if the writer were in the middle of it
    size = log_file.stat().st_size
    reader = open_historian(record, tmp_path)
    assert len(values(reader)) == 2
    with pytest.raises(Unavailable, match="Another process"):
        reader.append([frame(3, [(A, T0, 1.0)])])
    reader.seal_age = timedelta(0)
    reader.step()
    reader.close()
    assert log_file.stat().st_size == size
    assert len(list(log_file.parent.glob("*.ttrlog"))) == 1
    writer.close()


def test_a_value_that_was_rewritten_in_the_log_is_an_alarm_and_is_never_sealed(
    record: Record, tmp_path: Path
) -> None:
    """Acknowledged and not sealed yet; whoever rewrote it has made all checksums right."""
    writer = open_historian(record, tmp_path)
    good, bad = frame(1, [(A, T0, 37.0)]), frame(1, [(A, T0, 36.0)])
    writer.append([good])
    writer.close()
    path = next((tmp_path / "historian" / "log").glob("*.ttrlog"))
    data = path.read_bytes()
    path.write_bytes(rewritten(data, bad))
    with pytest.raises(LogForged, match="did not write"):
        open_historian(record, tmp_path)
    with record.reading() as session:
        assert session.scalars(select(HistorianSegment)).all() == []
    path.write_bytes(data)
    again = open_historian(record, tmp_path)
    assert [value for _, value in values(again)] == [37.0]
    again.close()


def test_a_value_that_is_rewritten_under_a_running_historian_is_found_and_what_is_sealed_is_its_own(
    record: Record, tmp_path: Path
) -> None:
    historian = open_historian(record, tmp_path)
    historian.append([frame(1, [(A, T0, 37.0)])])
    historian.append([frame(2, [(A, T0 + S, 38.0)])])
    assert historian.verify() == []
    path = next((tmp_path / "historian" / "log").glob("*.ttrlog"))
    data = path.read_bytes()
    path.write_bytes(rewritten(data, frame(1, [(A, T0, 36.0)])))
    (fault,) = historian.verify()
    assert "did not write" in fault
    path.write_bytes(data[:-1])
    (fault,) = historian.verify()
    assert "damaged" in fault
    historian.seal()
    assert historian.verify() == []
    assert [value for _, value in values(historian)] == [37.0, 38.0]
    historian.close()


def test_a_killed_process_keeps_everything_it_acknowledged(tmp_path: Path) -> None:
    """The child acknowledges on its standard output, and is killed in the middle."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert child.stdout is not None
    lines = [int(child.stdout.readline()) for _ in range(40)]
    child.kill()
    lines += [int(line) for line in child.stdout.read().split()]
    child.stdout.close()
    child.wait()
    store = Store(tmp_path, bytes(32), lambda: "01a20000-0000-7000-8000-000000000001")
    store.open([], {}, set())
    kept = store.mark("c", 1) or 0
    assert kept >= max(lines)
    assert store.tail_rows() == kept
    store.close()


CHILD = """
import sys
from pathlib import Path
import numpy as np
from titer.connect.core.frame import Frame
from titer.historian.store import Store
store = Store(Path(sys.argv[1]), bytes(32), lambda: "01a20000-0000-7000-8000-000000000000")
store.open([], {}, set())
number = 0
while True:
    number += 1
    one = np.array([number], dtype="<i8")
    zero = np.zeros(1, dtype="u1")
    store.append([Frame("c", 1, number, number, ("A",), zero.astype("<u2"), one, one, one,
                        one.astype("<f8"), zero.astype("<u4"), zero, zero).encode()])
    print(number, flush=True)
"""
