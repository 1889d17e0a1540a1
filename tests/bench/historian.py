"""Benchmark of the historian against SQLite, DuckDB, PostgreSQL and chdb in the same run.

`python tests/bench/historian.py` prints the table; `run(samples)` returns it as {name: number}. Default: 2 million
samples of 1,000 channels over 14 days; set TITER_BENCH_SAMPLES=20000000 for the full size. Every engine gets
the same columns in the same batches and confirms each batch on the disk before the next. What each clock counts
begins with the columns and ends with what answers questions: framing and sealing here, the making of tables and the
upkeep of indexes elsewhere. Outside of it, in favour of the peers, are DuckDB's checkpoint and chdb's last merge.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.bench import series_peers as peers
from tests.bench.series_source import CHANNELS, DAY, DAYS, MINUTE, T0, TAGS, Source, median_ms

from titer.base.clock import SystemClock
from titer.base.ids import IdSource
from titer.connect.core.frame import Frame
from titer.historian import Historian
from titer.record import Actor, ContentFiles, Installation, Record, schema, sqlite


def a_record(folder: Path) -> Record:
    """A record on a new database."""
    folder.mkdir(parents=True)
    engine = sqlite.engine(folder / "titer.db")
    schema.create(engine)
    clock = SystemClock()
    record = Record(
        engine,
        ContentFiles(folder / "content"),
        clock=clock,
        process_clock=clock,
        ids=IdSource(clock, random.Random(1)),
        secret=bytes(32),
    )
    from titer.record import identity

    record.register_actions(identity.ACTIONS)
    with record.action(Actor.timer("bench"), "record.install") as unit:
        unit.add(
            Installation(
                name="bench", site="", simulated=True, demo=False, created_at=unit.now, time_zone="UTC"
            )
        )
    return record


def a_historian(folder: Path) -> Historian:
    """A historian that seals when it is told to."""
    made = Historian(folder / "historian", a_record(folder), seal_rows=10**12)
    made.record.register_actions(made.actions())
    return made


def frames(batches: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Batches as a connection ships them."""
    first = 1
    for columns in batches:
        count = len(columns["value"])
        yield Frame(
            connection="bench",
            epoch=1,
            first=first,
            last=first + count - 1,
            channels=tuple(TAGS),
            **columns,
        ).encode()
        first += count


def ingest(folder: Path, source: Source, rows: int) -> tuple[dict[str, float], Historian]:
    """Rows a second by what the clock counts, and the historian that holds them.

    The first figure counts all that the peers' figures count, from columns to a file that answers questions: framing
    and sealing too (every 2 million rows, and what is left at the end), as DuckDB's counts its table's making and
    SQLite's its index. `.acknowledged` counts what a connection waits for: frames in, durable, acknowledged.
    """
    historian = a_historian(folder)
    framing, taking, sealing, waiting, total = 0.0, 0.0, 0.0, 0, 0
    made = frames(list(source.batches(rows)))
    while True:
        begin = time.perf_counter()
        raw = next(made, None)
        framed = time.perf_counter()
        framing += framed - begin
        if raw is not None:
            historian.append([raw])
            taking += time.perf_counter() - framed
            waiting += rows
            total += rows
        if waiting >= 2_000_000 or raw is None:
            begin = time.perf_counter()
            historian.seal()
            sealing += time.perf_counter() - begin
            waiting = 0
        if raw is None:
            break
    return {"": total / (framing + taking + sealing), ".acknowledged": total / taking}, historian


def ingest_duckdb(path: Path, source: Source, rows: int) -> tuple[float, Any]:
    """DuckDB's file with the same columns; one transaction a batch."""
    db = duckdb.connect(str(path), config={"threads": 2})
    db.execute(
        "create table s (channel usmallint, source_us bigint, server_us bigint, received_us bigint, "
        "value double, status uinteger, quality utinyint, origin utinyint)"
    )
    taken, total = 0.0, 0
    for columns in source.batches(rows):
        begin = time.perf_counter()
        batch = pa.table(columns)
        db.register("batch", batch)
        db.execute("insert into s select * from batch")
        db.unregister("batch")
        taken += time.perf_counter() - begin
        total += len(columns["value"])
    return total / taken, db


def queries(historian: Historian) -> dict[str, float]:
    """The four queries of the benchmark's definition."""
    thirty, rng = TAGS[100:130], np.random.default_rng(7)
    starts = (T0 + rng.integers(0, (DAYS - 1) * DAY, 100)).tolist()

    windows = [(start, start + DAY // 2) for start in starts]

    def batches() -> None:
        historian.aligned_windows(thirty, windows, 10 * MINUTE, max_age_us=DAY)

    return {
        "historian.q_channel_day_ms": median_ms(
            lambda: historian.read([TAGS[500]], T0 + 5 * DAY, T0 + 6 * DAY)
        ),
        "historian.q_30x14d_ms": median_ms(
            lambda: historian.aligned(thirty, T0, T0 + DAYS * DAY, MINUTE, max_age_us=DAY), 5
        ),
        "historian.q_last_1000_ms": median_ms(lambda: historian.last(TAGS)),
        "historian.q_100_batches_ms": median_ms(batches, 3),
    }


def queries_duckdb(db: Any) -> dict[str, float]:
    """The same questions to DuckDB, the last one with the equi-join that it needs to be quick."""
    db.execute(
        "create or replace table grid as select unnest(range(?, ?, ?)) as t", [T0, T0 + DAYS * DAY, MINUTE]
    )
    rng = np.random.default_rng(7)
    starts = (T0 + rng.integers(0, (DAYS - 1) * DAY, 100)).tolist()
    db.execute("create or replace table instants (batch integer, t bigint)")
    for number, start in enumerate(starts):
        db.execute(
            "insert into instants select ?, unnest(range(?, ?, ?))",
            [number, start, start + DAY // 2, 10 * MINUTE],
        )

    def ask(sql: str, *given: int) -> Callable[[], object]:
        return lambda: db.execute(sql, list(given)).fetchnumpy()

    aligned = (
        "select c.channel, g.t, s.value from {instants} g cross join (select unnest(range(100, 130))::usmallint "
        "as channel) c asof left join (select * from s where channel between 100 and 129) s "
        "on s.channel = c.channel and s.source_us <= g.t"
    )
    return {
        "historian.q_channel_day_ms.peer.duckdb": median_ms(
            ask(
                "select source_us, received_us, value, quality, status, origin from s where channel = 500 "
                "and source_us >= ? and source_us < ? order by source_us",
                T0 + 5 * DAY,
                T0 + 6 * DAY,
            )
        ),
        "historian.q_30x14d_ms.peer.duckdb": median_ms(ask(aligned.format(instants="grid")), 5),
        "historian.q_last_1000_ms.peer.duckdb": median_ms(
            ask("select channel, max(source_us), arg_max(value, source_us) from s group by channel")
        ),
        "historian.q_100_batches_ms.peer.duckdb": median_ms(ask(aligned.format(instants="instants")), 3),
    }


def read_under_write(historian: Historian) -> float:
    """Median of a channel's newest day read while 50,000 samples a second are written."""
    stop = threading.Event()
    begin = T0 + DAYS * DAY

    def write() -> None:
        rows, first, at = 5_000, 1, begin
        due = time.perf_counter()
        while not stop.is_set():
            times = at + np.arange(rows, dtype=np.int64) * 20
            historian.append(
                [
                    Frame(
                        connection="live",
                        epoch=1,
                        first=first,
                        last=first + rows - 1,
                        channels=tuple(TAGS),
                        channel=np.arange(rows, dtype="<u2") % CHANNELS,
                        source_us=times,
                        server_us=times,
                        received_us=times,
                        value=np.full(rows, 37.0),
                        status=np.zeros(rows, "<u4"),
                        quality=np.zeros(rows, "u1"),
                        origin=np.zeros(rows, "u1"),
                    ).encode()
                ]
            )
            first, at, due = first + rows, at + 100_000, due + 0.1
            stop.wait(max(0.0, due - time.perf_counter()))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        return median_ms(lambda: historian.read([TAGS[500]], begin - DAY // 2, begin + DAY // 2), 60)
    finally:
        stop.set()
        thread.join()


def decimate_million(folder: Path) -> float:
    """One million points of one channel to 2,000 buckets, to JSON."""
    historian = a_historian(folder)
    count = 1_000_000
    times = T0 + np.arange(count, dtype=np.int64) * 1_000_000
    columns: dict[str, Any] = {
        "channel": np.zeros(count, "<u2"),
        "source_us": times,
        "server_us": times,
        "received_us": times,
        "value": np.random.default_rng(1).normal(37, 0.1, count).round(3),
        "status": np.zeros(count, "<u4"),
        "quality": np.zeros(count, "u1"),
        "origin": np.zeros(count, "u1"),
    }
    historian.append(
        [Frame(connection="x", epoch=1, first=1, last=count, channels=("X",), **columns).encode()]
    )
    historian.seal()

    def ask() -> str:
        thin = historian.decimate("X", T0, T0 + count * 1_000_000, 2_000)
        return json.dumps([thin.times_us.tolist(), thin.values.tolist(), thin.quality.tolist()])

    taken = median_ms(ask)
    historian.close()
    return taken


def run(samples: int | None = None) -> dict[str, float]:
    """All figures of the family.

    Args:
        samples: how many; None = TITER_BENCH_SAMPLES or 2 million.
    """
    source = Source(samples or int(os.environ.get("TITER_BENCH_SAMPLES", "2000000")))
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("TITER_BENCH_FOLDER")) as name:
        folder = Path(name)
        for label, rows in (("5k", 5_000), ("50k", 50_000)):
            key = f"historian.ingest_{label}.rows_per_s"
            figures, historian = ingest(folder / label, source, rows)
            found |= {f"{key}{what}": figure for what, figure in figures.items()}
            found[f"{key}.peer.duckdb"], db = ingest_duckdb(folder / f"{label}.duckdb", source, rows)
            path = folder / f"{label}.sqlite"
            found[f"{key}.peer.sqlite"], lite = peers.sqlite_ingest(path, source, rows, whole=label == "50k")
            if label == "50k":
                found |= peers.named(peers.sqlite_queries(lite), "sqlite")
                lite.execute("pragma wal_checkpoint(truncate)")
                size = path.stat().st_size / (source.scans * CHANNELS)
                found |= peers.named({"bytes_per_sample": size}, "sqlite")
            lite.close()
            if label == "5k":
                historian.close()
                db.close()
        refs = historian.segments(T0, T0 + 400 * DAY)
        found["historian.bytes_per_sample"] = sum(ref.size for ref in refs) / sum(
            ref.row_count for ref in refs
        )
        db.execute("checkpoint")
        found["historian.bytes_per_sample.peer.duckdb"] = (folder / "50k.duckdb").stat().st_size / (
            source.scans * CHANNELS
        )
        found |= queries(historian) | queries_duckdb(db)
        db.close()
        found["historian.read_p50_ms_under_write"] = read_under_write(historian)
        historian.close()
        found |= peers.postgres(source) | peers.chdb(source.scans * CHANNELS)
        found["historian.decimate_1m_ms"] = decimate_million(folder / "decimate")
    return found


if __name__ == "__main__":
    for measured, figure in run().items():
        sys.stdout.write(f"{measured:50s} {figure:14,.2f}\n")
