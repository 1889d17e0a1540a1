"""The record on PostgreSQL: sealed entries a second of 16 writers, and what the audit costs a transaction.

The writers are processes, as those of a plant are; the server keeps its data on disk and loses nothing that it has
acknowledged. Every figure stands beside the same rows in a table without triggers, from the same processes in the
same run.
"""

from __future__ import annotations

import multiprocessing
import random
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from sqlalchemy import MetaData, insert, text  # noqa: E402
from tests import postgresql  # noqa: E402
from tests.postgresql import OWNER, RUNTIME, Server  # noqa: E402

from titer.base.clock import SystemClock  # noqa: E402
from titer.base.ids import IdSource  # noqa: E402
from titer.base.vault import Vault  # noqa: E402
from titer.record import (  # noqa: E402
    Actor,
    ContentFiles,
    Installation,
    Record,
    Sealer,
    Training,
    checkpoint,
    postgres,
    schema,
)
from titer.record import identity as identity_module  # noqa: E402
from titer.record.unit import Unit  # noqa: E402
from titer.record.verify import verify_store  # noqa: E402

WRITERS, GROUP, SECONDS, TURNS = 16, 100, 4.0, 3
SETTINGS = {
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "listen_addresses": "",
}
PLAIN = Training.__table__.to_metadata(MetaData(), name="plain")  # type: ignore[attr-defined]
"""The same columns and indices, and no trigger."""
ACTOR = Actor.timer("bench")
VERB = "record.training.enter"


def run() -> dict[str, float]:
    """The figures of the family."""
    if postgresql.binaries() is None:
        sys.stdout.write("postgres: no server here, and no wheel with one\n")
        return {}
    with (
        tempfile.TemporaryDirectory() as name,
        postgresql.server(settings=SETTINGS, place=Path(tempfile.gettempdir())) as server,
        server.database() as database,
    ):
        _add_plain(server, database)
        with Bench(server, database, Path(name)) as bench:
            groups = bench.sealed()
            plain_groups = bench.rate("plain_groups") * GROUP
            ratio = bench.side_by_side("one", "plain_one")
            actions = bench.side_by_side("action", "plain_object")
        server.run(
            f"ALTER ROLE {RUNTIME} SET commit_delay = 5000", f"ALTER ROLE {RUNTIME} SET commit_siblings = 0"
        )
        with Bench(server, database, Path(name)) as bench:
            slow = bench.side_by_side("one", "plain_one")
        return {
            "record.postgres.entries_per_s": groups,
            "record.postgres.entries_per_s.peer.without_triggers": plain_groups,
            "record.postgres.audit_ratio": ratio[0] / ratio[1],
            "record.postgres.audit_ratio.commit_5ms": slow[0] / slow[1],
            "record.postgres.transactions_per_s": ratio[0],
            "record.postgres.transactions_per_s.peer.without_triggers": ratio[1],
            "record.postgres.actions_per_s": actions[0],
            "record.postgres.actions_per_s.peer.objects_without_triggers": actions[1],
        }


def _add_plain(server: Server, database: str) -> None:
    engine = server.engine(OWNER, database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE plain (LIKE record_training INCLUDING ALL)"))
        connection.execute(text(f"GRANT ALL ON plain TO {RUNTIME}"))
    engine.dispose()


class Bench:
    """Sixteen writers on one database, each a process of its own.

    Args:
        server, database: where.
        folder: for keys and witness.
    """

    def __init__(self, server: Server, database: str, folder: Path) -> None:
        self.folder = folder
        self.address = server.url(RUNTIME, database).render_as_string()
        command = [sys.executable, "-W", "ignore", __file__, self.address, str(folder)]
        self._writers = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def __enter__(self) -> Bench:
        self._answer()
        return self

    def __exit__(self, *_: object) -> None:
        self._writers.communicate(timeout=60)

    def _answer(self) -> float:
        assert self._writers.stdout is not None
        return float(self._writers.stdout.readline())

    def rate(self, way: str, seconds: float = SECONDS) -> float:
        """Transactions a second of all writers together, each writing in one way."""
        assert self._writers.stdin is not None
        self._writers.stdin.write(f"{way} {seconds}\n")
        self._writers.stdin.flush()
        return self._answer()

    def side_by_side(self, audited: str, plain: str) -> tuple[float, float]:
        """Transactions a second, audited and plain, in turns, so that other work on the machine meets both."""
        turns = [(self.rate(audited, SECONDS / 2), self.rate(plain, SECONDS / 2)) for _ in range(TURNS)]
        return sum(one for one, _ in turns) / TURNS, sum(other for _, other in turns) / TURNS

    def sealed(self) -> float:
        """Entries a second until all are sealed and witnessed; the record is verified afterwards."""
        record = _record(self.address, self.folder)
        with record.action(ACTOR, "record.install") as unit:
            unit.add(
                Installation(
                    name="b", site="s", simulated=True, demo=False, created_at=unit.now, time_zone="UTC"
                )
            )
            unit.add(schema.log_fingerprint(record, unit.session, "bench"))
        vault = Vault(bytes(32))
        signer = checkpoint.Signer.open("titer/bench", self.folder / "ledger.key", vault, create=True)
        witness = checkpoint.FileWitness("witness", self.folder / "witness", record.clock, vault)
        sealer, stop = Sealer(record, "titer/bench", signer, [witness]), threading.Event()

        def seal() -> None:
            while not stop.wait(0.1):
                sealer.seal()

        before = sealer.seal()
        thread = threading.Thread(target=seal, name="sealer")
        thread.start()
        began = time.perf_counter()
        self.rate("groups", SECONDS * 2)
        stop.set()
        thread.join()
        size = sealer.seal()
        while (more := sealer.seal()) > size:
            size = more
        took = time.perf_counter() - began
        verdict = verify_store(record, sealer)
        assert verdict.holds, verdict.sentence
        record.engine.dispose()
        return (size - before) / took


def _record(address: str, folder: Path) -> Record:
    clock = SystemClock()
    record = Record(
        postgres.engine(postgres.address(address), postgresql.KEY),
        ContentFiles(folder / "content"),
        clock=clock,
        process_clock=clock,
        ids=IdSource(clock, random.SystemRandom()),
        secret=bytes(32),
    )
    record.register_actions(identity_module.ACTIONS)
    return record


def _values(start: int, now: datetime, count: int) -> list[dict[str, Any]]:
    """Records whose entries have some 600 bytes each, the values a third of that, as those of the SQLite bench."""
    return [
        {"person_id": f"person-{start + n}", "competency": "c", "document": "SOP-1", "trained_at": now}
        for n in range(count)
    ]


def _whole(record: Record, start: int, count: int) -> list[dict[str, Any]]:
    now = record.clock.now()
    same = {"version": 1, "recorded_at": now, "process_at": now}
    return [{**row, **same, "id": record.ids.new()} for row in _values(start, now, count)]


def groups(record: Record, start: int) -> None:
    """An action with a hundred records."""
    with record.action(ACTOR, VERB, reason="bench") as unit:
        unit.add_all(Training, _values(start, unit.now, GROUP))


def plain_groups(record: Record, start: int) -> None:
    """A transaction with a hundred rows, by COPY too."""
    rows = _whole(record, start, GROUP)
    with record.engine.connect().execution_options(**postgres.ACTION) as connection, connection.begin():
        postgres.add_rows(connection, PLAIN, {name: [row[name] for row in rows] for name in rows[0]})


def one(record: Record, start: int) -> None:
    """One row in a transaction, with what the triggers need."""
    row = _whole(record, start, 1)
    with record.engine.connect().execution_options(**postgres.ACTION) as connection, connection.begin():
        unit = Unit(
            record, None, actor=ACTOR, verb=VERB, reason="bench", on_behalf_of=None, cause=None,  # type: ignore[arg-type]
            now=row[0]["recorded_at"], process_now=row[0]["process_at"], ids=record.ids, files=record.content,
        )  # fmt: skip
        postgres.open_action(connection, unit.opening())
        connection.execute(insert(Training.__table__), row)  # type: ignore[arg-type]


def plain_one(record: Record, start: int) -> None:
    """One row in a transaction."""
    row = _whole(record, start, 1)
    with record.engine.connect().execution_options(**postgres.ACTION) as connection, connection.begin():
        connection.execute(insert(PLAIN), row)


def action(record: Record, start: int) -> None:
    """An action with one object, as services make it."""
    with record.action(ACTOR, VERB, reason="bench") as unit:
        unit.add(Training(**_values(start, unit.now, 1)[0]))


def plain_object(record: Record, start: int) -> None:
    """One mapped object in a session."""
    from sqlalchemy.orm import Session

    row = _whole(record, start, 1)[0]
    with (
        record.engine.connect().execution_options(**postgres.ACTION) as connection,
        Session(connection) as session,
    ):
        session.add(_plain_class()(**row))
        session.commit()


def _plain_class() -> Any:
    """A class mapped to the plain table, made once."""
    from sqlalchemy.orm import registry

    if not _MADE:
        made = type("Plain", (), {"__module__": __name__})
        registry().map_imperatively(made, PLAIN)
        _MADE.append(made)
    return _MADE[0]


_MADE: list[Any] = []
WAYS = {way.__name__: way for way in (groups, plain_groups, one, plain_one, action, plain_object)}


def main() -> None:
    """The writers: as often as they are told a way and for how long, they write, and their rate together is told."""
    address, folder = sys.argv[1:]
    forks = multiprocessing.get_context("fork")
    ends, processes = [], []
    for number in range(WRITERS):
        here, there = forks.Pipe()
        processes.append(forks.Process(target=_write, args=(there, address, Path(folder), number)))
        ends.append(here)
    for process in processes:
        process.start()
    _say(len(processes))
    for line in sys.stdin:
        for end in ends:
            end.send(line.split())
        told = [end.recv() for end in ends]
        _say(sum(done / took for done, took in told))
    for end in ends:
        end.send(None)
    for process in processes:
        process.join()


def _write(end: Any, address: str, folder: Path, number: int) -> None:
    """One writer: says how many transactions it wrote, and how long it took."""
    record, start = _record(address, folder), number * 10_000_000
    with record.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    while (told := end.recv()) is not None:
        way, seconds = WAYS[told[0]], float(told[1])
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            way(record, start)
            done, start = done + 1, start + GROUP
        end.send((done, time.perf_counter() - began))
    record.engine.dispose()


def _say(what: float) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
