"""Peers of the historian: SQLite, PostgreSQL and chdb with the same samples, batches and questions.

chdb is half a gigabyte and lives in an environment of its own (`make peers`); this file, run by that environment's
Python, measures it there and prints {name: number}. Without it the table has no chdb, and says so.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.bench.series_source import CHANNELS, DAY, DAYS, MINUTE, SQLITE_ROWS, T0, Source, median_ms

COLUMNS = "channel, source_us, server_us, received_us, value, status, quality, origin"
LAST = "select value from s where channel = {c} and source_us <= {t} order by source_us desc limit 1"
SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "4GB", "listen_addresses": ""}


def windows() -> list[tuple[int, int]]:
    """A hundred half days: the batches of the fourth question."""
    starts = T0 + np.random.default_rng(7).integers(0, (DAYS - 1) * DAY, 100)
    return [(int(start), int(start) + DAY // 2) for start in starts]


def named(found: dict[str, float], who: str) -> dict[str, float]:
    """Figures as those of a peer."""
    return {f"historian.{name}.peer.{who}": figure for name, figure in found.items()}


# --- SQLite ----------------------------------------------------------------------------------------------


def sqlite_ingest(path: Path, source: Source, rows: int, *, whole: bool) -> tuple[float, sqlite3.Connection]:
    """Rows a second of the first half million, when it is at its best; with `whole`, the rest is loaded behind it."""
    db = sqlite3.connect(path)
    db.execute("pragma journal_mode=wal")
    db.execute("pragma synchronous=full")
    typed = COLUMNS.replace(",", " integer,").replace("value integer", "value real") + " integer"
    db.execute(f"create table s ({typed}, primary key (channel, source_us)) without rowid")
    taken, total, rate = 0.0, 0, 0.0
    for columns in source.batches(rows):
        listed = list(zip(*(column.tolist() for column in columns.values()), strict=True))
        begin = time.perf_counter()
        with db:
            db.executemany("insert into s values (?,?,?,?,?,?,?,?)", listed)
        taken += time.perf_counter() - begin
        total += len(listed)
        rate = total / taken if total <= SQLITE_ROWS or not rate else rate
        if total >= SQLITE_ROWS and not whole:
            break
    return rate, db


def _grid(db: Any, run: Callable[[str, list[tuple[int, ...]]], object]) -> None:
    run("insert into grid values (?)", [(at,) for at in range(T0, T0 + DAYS * DAY, MINUTE)])
    run(
        "insert into instants values (?, ?)",
        [(n, at) for n, (start, end) in enumerate(windows()) for at in range(start, end, 10 * MINUTE)],
    )
    run("insert into channels values (?)", [(channel,) for channel in range(CHANNELS)])


def sqlite_queries(db: sqlite3.Connection) -> dict[str, float]:
    """The four questions; the last value at or before an instant is a descent of the primary key."""
    for table in ("grid (t integer)", "instants (batch integer, t integer)", "channels (channel integer)"):
        db.execute(f"create table {table}")
    _grid(db, db.executemany)
    db.commit()
    return _asked(lambda sql: db.execute(sql).fetchall())


def _asked(ask: Callable[[str], object]) -> dict[str, float]:
    thirty = "channels.channel between 100 and 129"
    aligned = (
        f"select channels.channel, g.t, ({LAST.format(c='channels.channel', t='g.t')}) from {{0}} g, channels "
        f"where {thirty}"
    )
    newest = LAST.format(c="channels.channel", t=2**62)
    return {
        "q_channel_day_ms": median_ms(
            lambda: ask(
                "select source_us, received_us, value, quality, status, origin from s where channel = 500 "
                f"and source_us >= {T0 + 5 * DAY} and source_us < {T0 + 6 * DAY} order by source_us"
            )
        ),
        "q_30x14d_ms": median_ms(lambda: ask(aligned.format("grid")), 1),
        "q_last_1000_ms": median_ms(lambda: ask(f"select channel, ({newest}) from channels"), 3),
        "q_100_batches_ms": median_ms(lambda: ask(aligned.format("instants")), 1),
    }


# --- PostgreSQL ------------------------------------------------------------------------------------------

_WIRE = (
    ("channel", ">i4"),
    ("source_us", ">i8"),
    ("server_us", ">i8"),
    ("received_us", ">i8"),
    ("value", ">f8"),
    ("status", ">i8"),
    ("quality", ">i2"),
    ("origin", ">i2"),
)


def wire(columns: dict[str, np.ndarray]) -> bytes:
    """A batch as PostgreSQL's binary COPY."""
    kinds: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in _WIRE:
        kinds += [(f"{name}_length", ">i4"), (name, kind)]
    rows = np.zeros(len(columns["value"]), dtype=kinds)
    rows["fields"] = len(_WIRE)
    for name, kind in _WIRE:
        rows[f"{name}_length"] = np.dtype(kind).itemsize
        rows[name] = columns[name]
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


def postgres(source: Source) -> dict[str, float]:
    """COPY, with a BRIN index and with a B-tree; the questions go to the B-tree."""
    from tests import postgresql

    if postgresql.binaries() is None:
        sys.stdout.write("historian: no PostgreSQL server here, and no wheel with one\n")
        return {}
    found: dict[str, float] = {}
    with (
        postgresql.server(settings=SETTINGS, place=Path(tempfile.gettempdir())) as server,
        server.database() as database,
    ):
        import psycopg

        url = server.url("postgres", database).set(drivername="postgresql").render_as_string()
        with psycopg.connect(url, autocommit=True) as db:
            for who, index in (
                ("postgres_brin", "using brin (source_us)"),
                ("postgres", "(channel, source_us)"),
            ):
                for label, rows in (("5k", 5_000), ("50k", 50_000)):
                    found |= named({f"ingest_{label}.rows_per_s": _copy(db, source, rows, index)}, who)
                size = db.execute("select pg_total_relation_size('s')").fetchone() or (0,)
                found |= named({"bytes_per_sample": size[0] / (source.scans * CHANNELS)}, who)
            for table in ("grid (t bigint)", "instants (batch int, t bigint)", "channels (channel int)"):
                db.execute(f"create table {table}")
            with db.cursor() as cursor:
                _grid(db, lambda sql, rows: cursor.executemany(sql.replace("?", "%s"), rows))
            db.execute("vacuum analyze")
            found |= named(_asked(lambda sql: db.execute(sql).fetchall()), "postgres")
    return found


def _copy(db: Any, source: Source, rows: int, index: str) -> float:
    db.execute("drop table if exists s")
    db.execute(
        "create table s (channel int, source_us bigint, server_us bigint, received_us bigint, "
        "value double precision, status bigint, quality smallint, origin smallint)"
    )
    db.execute(f"create index on s {index}")
    taken, total = 0.0, 0
    for columns in source.batches(rows):
        data = wire(columns)
        begin = time.perf_counter()
        with db.cursor() as cursor, cursor.copy("copy s from stdin (format binary)") as copy:
            copy.write(data)
        taken += time.perf_counter() - begin
        total += len(columns["value"])
    return total / taken


# --- chdb ------------------------------------------------------------------------------------------------


def chdb(samples: int) -> dict[str, float]:
    """What the peers' environment measures; nothing where there is none."""
    python = Path(sys.prefix) / "peers" / "bin" / "python"
    if not python.exists():
        sys.stdout.write("historian: chdb is not measured; its environment is missing (make peers)\n")
        return {}
    done = subprocess.run(
        [python, "-W", "ignore", __file__, str(samples)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return named(json.loads(done.stdout.splitlines()[-1]), "chdb")


def chdb_here(samples: int) -> dict[str, float]:
    """MergeTree ordered by channel and time, with fsync after each insert."""
    import pyarrow as pa
    from chdb import session

    source, found = Source(samples), {}
    for label, rows in (("5k", 5_000), ("50k", 50_000)):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TITER_BENCH_FOLDER")) as name:
            db = session.Session(name)
            db.query(
                "create table s (channel UInt16, source_us Int64, server_us Int64, received_us Int64, value Float64, "
                "status UInt32, quality UInt8, origin UInt8) engine = MergeTree order by (channel, source_us) "
                "settings fsync_after_insert = 1, fsync_part_directory = 1"
            )
            taken, total = 0.0, 0
            for columns in source.batches(rows):
                begin = time.perf_counter()
                batch = pa.table(columns)  # noqa: F841  named in the statement
                db.query("insert into s select * from Python(batch)")
                taken += time.perf_counter() - begin
                total += len(columns["value"])
            found[f"ingest_{label}.rows_per_s"] = total / taken
            if label == "50k":
                db.query("optimize table s final")
                active = "select sum(bytes_on_disk) from system.parts where active and table = 's'"
                found["bytes_per_sample"] = float(str(db.query(active, "CSV")).strip()) / total
                found |= _chdb_queries(db)
            db.close()
    return found


def _chdb_queries(db: Any) -> dict[str, float]:
    db.query("create table grid (t Int64) engine = Memory")
    db.query(f"insert into grid select arrayJoin(range({T0}, {T0 + DAYS * DAY}, {MINUTE}))")
    db.query("create table instants (batch Int32, t Int64) engine = Memory")
    for number, (start, end) in enumerate(windows()):
        db.query(f"insert into instants select {number}, arrayJoin(range({start}, {end}, {10 * MINUTE}))")
    aligned = (
        "select g.channel, g.t, s.value from (select channel, t from {0} cross join (select "
        "toUInt16(arrayJoin(range(100, 130))) as channel) as thirty) as g asof left join (select * from s where "
        "channel between 100 and 129) as s on s.channel = g.channel and s.source_us <= g.t"
    )
    return {
        "q_channel_day_ms": median_ms(
            lambda: db.query(
                "select source_us, received_us, value, quality, status, origin from s where channel = 500 and "
                f"source_us >= {T0 + 5 * DAY} and source_us < {T0 + 6 * DAY} order by source_us",
                "Arrow",
            )
        ),
        "q_30x14d_ms": median_ms(lambda: db.query(aligned.format("grid"), "Arrow"), 3),
        "q_last_1000_ms": median_ms(
            lambda: db.query(
                "select channel, max(source_us), argMax(value, source_us) from s group by channel", "Arrow"
            )
        ),
        "q_100_batches_ms": median_ms(lambda: db.query(aligned.format("instants"), "Arrow"), 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(chdb_here(int(sys.argv[1]))) + "\n")
