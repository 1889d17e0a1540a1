"""The history of the schema on PostgreSQL: it makes what the code describes, and goes up, down and up again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from tests.postgresql import OWNER, Server

from titer.app.history import History
from titer.app.layers import import_tables
from titer.base.clock import ManualClock
from titer.base.ids import IdSource
from titer.record import (
    ActionSpec,
    Actor,
    ContentFiles,
    LedgerEntry,
    Record,
    Training,
    database,
    postgres,
    schema,
)


@pytest.fixture(autouse=True)
def _tables() -> None:
    import_tables()


def test_the_history_makes_what_the_metadata_makes(postgresql_server: Server) -> None:
    """If this fails after a change of the tables: `make schema`, or after the first release a new revision."""
    history = History()
    with postgresql_server.empty() as one, postgresql_server.empty() as other:
        direct, migrated = postgresql_server.engine(OWNER, one), postgresql_server.engine(OWNER, other)
        schema.create(direct, history.stamp)
        with migrated.begin() as connection:
            history.run(connection, history.head)
        with direct.connect() as here, migrated.connect() as there:
            apart = set(postgres.objects(here)) ^ set(postgres.objects(there))
            differ = sorted({row[:2] for row in apart})
            assert not differ, f"run `make schema`: the first schema lacks or misstates {differ[:5]}"
            assert postgres.fingerprint(here) == postgres.fingerprint(there)
        direct.dispose()
        migrated.dispose()


def test_up_down_and_up_again_is_the_same(postgresql_server: Server) -> None:
    history, seen = History(), []
    with postgresql_server.empty() as name:
        engine = postgresql_server.engine(OWNER, name)
        for to in (history.head, "base", history.head):
            with engine.begin() as connection:
                history.run(connection, to)
                seen.append(postgres.objects(connection))
        engine.dispose()
    assert seen[0] == seen[2]
    assert {row[1] for row in seen[1]} == {"record_revision"}
    assert len(seen[0]) > 300


def test_a_table_that_a_migration_changes_is_entered_row_by_row(
    postgresql_server: Server, tmp_path: Path
) -> None:
    """As `altering` does it inside a revision: triggers off and on again, a version and an entry for each row."""
    clock, timer = ManualClock(datetime(2026, 11, 23, tzinfo=UTC)), Actor.timer("test")
    with postgresql_server.database() as name:
        engine = postgresql_server.engine(OWNER, name)
        record = Record(
            engine, ContentFiles(tmp_path), clock=clock, process_clock=clock,
            ids=IdSource(clock, Random(3)), secret=bytes(32),
        )  # fmt: skip
        record.register_actions((ActionSpec("test.write", "Write"), ActionSpec("record.migrate", "Migrate")))
        with record.action(timer, "test.write") as unit:
            for number in range(3):
                unit.add(Training(person_id="p", competency="SEC", document=f"{number}", trained_at=unit.now))
        with engine.connect() as connection:
            before = postgres.objects(connection)
        triggers = database.of(engine).triggers(Training.__table__, append_only=False, immutable=())  # type: ignore[arg-type]
        with record.action(timer, "record.migrate") as unit:
            connection = unit.session.connection()
            with schema.altering(connection, "record_training", triggers):
                connection.exec_driver_sql(
                    "UPDATE record_training SET document = 'moved' WHERE document <> '1'"
                )
        with engine.connect() as connection:
            assert postgres.objects(connection) == before
        with record.reading() as session:
            rows = session.scalars(select(Training).order_by(Training.id)).all()
            assert [(row.version, row.document) for row in rows] == [(2, "moved"), (1, "1"), (2, "moved")]
            entries = session.scalars(
                select(LedgerEntry.body).order_by(LedgerEntry.seq.desc()).limit(2)
            ).all()
        assert all('"verb":"record.migrate","version":2' in body for body in entries)
        engine.dispose()
