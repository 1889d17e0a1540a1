"""The ledger's reader: how long people wait for a filter, a record's past, a batch's trail, on both databases.

300,000 entries of some 700 bytes, over 300 days; each figure is the median of five, in milliseconds. The fullest
questions (a person, an action or a word that is nowhere) read as many entries as one answer does, and no more.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests import postgresql

from titer.app.layers import import_tables
from titer.base.clock import ManualClock, iso
from titer.base.ids import IdSource
from titer.quality.trail import RULESET, population
from titer.record import LedgerEntry, reader, schema, sqlite
from titer.record.reader import Wanted

ENTRIES, BATCHES, AGAIN = 300_000, 100, 5
START = datetime(2026, 1, 1, tzinfo=UTC)


def run() -> dict[str, float]:
    """The figures of the family."""
    import_tables()
    results: dict[str, float] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lite = sqlite.engine(folder / "titer.db")
        schema.create(lite)
        results |= _measured("sqlite", lite, lite)
        lite.dispose()
        if postgresql.binaries() is not None:
            server = stack.enter_context(postgresql.server())
            name = stack.enter_context(server.database())
            owner, runtime = server.engine(postgresql.OWNER, name), server.engine(postgresql.RUNTIME, name)
            results |= _measured("postgresql", owner, runtime)
            owner.dispose()
            runtime.dispose()
    return results


def _bodies() -> Iterator[str]:
    """Entries of samples and results that belong to one batch after another."""
    clock, rng = ManualClock(START), random.Random(4)
    ids = IdSource(clock, rng)
    step = timedelta(days=300) / ENTRIES
    batches, record_id = [ids.new() for _ in range(BATCHES)], ""
    for number in range(ENTRIES):
        clock.advance(step)
        version = number % 3 + 1
        record_id = ids.new() if version == 1 else record_id
        batch = batches[number * BATCHES // ENTRIES]
        image = {
            "batch_id": batch,
            "id": record_id,
            "number": f"S-{number // 3}",
            "state": "x" * 60,
            "point": "y" * 60,
        }
        before = None if version == 1 else {**image, "version": version - 1}
        at = iso(clock.now())
        yield json.dumps(
            {
                "action": ids.new(), "actor": {"id": f"p{number % 20}", "kind": "person", "name": "Ada Lovelace"},
                "after": {**image, "version": version}, "before": before, "cause": None, "id": ids.new(),
                "on_behalf_of": None, "process_time": at, "reason": "as planned", "record_id": record_id,
                "record_type": ("lims_sample", "lims_result", "mes_task")[number // 3 % 3], "session": None,
                "time": at, "verb": f"lims.sample.v{number % 7}", "version": version,
            },
            separators=(",", ":"),
        )  # fmt: skip


def _columns(body: str) -> tuple[object, ...]:
    """An entry with the columns by which it is found, as PostgreSQL's triggers write it."""
    said = json.loads(body)
    return (body, *(said[name] for name in ("id", "action", "record_type", "record_id", "version")))


def _measured(name: str, owner: Engine, runtime: Engine) -> dict[str, float]:
    bodies = list(_bodies())
    statement = {
        "sqlite": "INSERT INTO ledger_entry(body) VALUES (?)",
        "postgresql": "INSERT INTO ledger_entry(body, id, action, record_type, record_id, record_version) "
        "VALUES (%s, %s, %s, %s, %s, %s)",
    }[name]
    with owner.begin() as connection:
        for start in range(0, ENTRIES, 2000):
            rows = [(body,) if name == "sqlite" else _columns(body) for body in bodies[start : start + 2000]]
            connection.exec_driver_sql(statement, rows)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    middle = json.loads(bodies[ENTRIES // 2])
    last = json.loads(bodies[-1])
    noon = START + timedelta(days=150)

    def ask(wanted: Wanted) -> Callable[[Session], object]:
        return lambda session: reader.entries(session, wanted)

    def trail(session: Session) -> object:
        course = population.begin(session, last["record_id"])
        course.seq, course.belonging = (
            ENTRIES * (BATCHES - 1) // BATCHES,
            population.Belonging(last["after"]["batch_id"]),
        )
        return population.about(session, course, ENTRIES, RULESET, "batch")

    asked: dict[str, Callable[[Session], object]] = {
        "newest": ask(Wanted()),
        "one_type": ask(Wanted(record_types=("mes_task",))),
        "one_type_none": ask(Wanted(record_types=("mes_batch",))),
        "one_record": ask(Wanted(record_id=middle["record_id"])),
        "one_person": ask(Wanted(actor="p7")),
        "one_hour": ask(Wanted(since=noon, until=noon + timedelta(hours=1))),
        "person_in_a_week": ask(Wanted(actor="p7", since=noon, until=noon + timedelta(days=7))),
        "person_none": ask(Wanted(actor="nobody")),
        "action_none": ask(Wanted(verb="lims.sample.none")),
        "word_none": ask(Wanted(text="no such word")),
        "as_of": lambda session: reader.as_of(
            session, "lims_sample", str(_a_sample(session)), datetime.fromisoformat(middle["time"])
        ),
        "trail_of_3000_entries": trail,
    }
    return {f"reader.{name}.{what}_ms": _median(runtime, question) for what, question in asked.items()}


def _a_sample(session: Session) -> str | None:
    return (
        session.query(LedgerEntry.record_id)
        .filter(LedgerEntry.record_type == "lims_sample")
        .limit(1)
        .scalar()
    )


def _median(engine: Engine, question: Callable[[Session], object]) -> float:
    taken = []
    for _ in range(AGAIN):
        with Session(engine) as session:
            began = time.perf_counter()
            question(session)
            taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)
