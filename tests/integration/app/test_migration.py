"""One history of the schema: it makes what the code describes, goes up and down, and is whole or has not been."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, select
from typer.testing import CliRunner

from titer.app import Config, create_installation, open_platform
from titer.app.history import VERSION_TABLE, VERSIONS, History, revision_of
from titer.app.layers import import_tables
from titer.app.migration import migrate
from titer.base.errors import Conflict, IntegrityFault, NotFound, Refused, TiterError, Unavailable
from titer.cli.main import app
from titer.record import Actor, LedgerEntry, Training, schema, sqlite
from titer.record.verify import verify_store

pytestmark = pytest.mark.sqlite("migrates the embedded file; test_migrating_postgresql does so on a server")
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TIMER = Actor.timer("test")


def objects(connection: Connection) -> list[tuple[str, ...]]:
    statement = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master "
        "WHERE name <> 'sqlite_sequence' ORDER BY type, name"
    )
    return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_the_history_makes_what_the_metadata_makes(tmp_path: Path) -> None:
    """If this fails after a change of the tables: `make schema`, or after the first release a new revision."""
    import_tables()
    direct, migrated = sqlite.engine(tmp_path / "direct.db"), sqlite.engine(tmp_path / "migrated.db")
    history = History()
    schema.create(direct, history.stamp)
    with migrated.execution_options(**{sqlite.WRITE: True}).begin() as connection:
        history.run(connection, history.head)
    with direct.connect() as one, migrated.connect() as other:
        differ = sorted({row[1] for row in set(objects(one)) ^ set(objects(other))})
        assert not differ, f"run `make schema`: the first schema lacks or misstates {', '.join(differ)}"
        assert sqlite.fingerprint(one) == sqlite.fingerprint(other)
    for database in ("direct.db", "migrated.db"):
        assert revision_of(tmp_path / database) == history.head
    direct.dispose()
    migrated.dispose()


def test_up_down_and_up_again_is_the_same(tmp_path: Path) -> None:
    engine, history = sqlite.engine(tmp_path / "titer.db"), History()
    seen = []
    for to in (history.head, "base", history.head):
        with engine.execution_options(**{sqlite.WRITE: True}).begin() as connection:
            history.run(connection, to)
            seen.append(objects(connection))
    engine.dispose()
    assert seen[0] == seen[2]
    assert {row[2] for row in seen[1]} == {VERSION_TABLE}
    assert len(seen[0]) > 300


def test_alembic_sees_the_same_revisions_in_the_same_order() -> None:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(VERSIONS.parent), version_locations=[str(VERSIONS)])
    walked = [item.revision for item in script.walk_revisions()]
    assert walked[::-1] == History().known


SECOND = '''
"""A revision of the tests: trainings get a place."""
import os
from alembic import op
import sqlalchemy as sa
from titer.record.schema import altering

revision, down_revision = "0002", "0001"
WITH = {with_place!r}
WITHOUT = {without!r}

def upgrade():
    with altering(op.get_bind(), "record_training", WITH):
        op.add_column("record_training", sa.Column("place", sa.Text))
        if os.environ.get("TITER_TEST_DIE") == "now":
            os._exit(9)
        if os.environ.get("TITER_TEST_DIE") == "raise":
            raise RuntimeError("half-way")

def downgrade():
    with altering(op.get_bind(), "record_training", WITHOUT):
        op.drop_column("record_training", "place")
'''


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """An installation with three trainings in its ledger."""
    folder = tmp_path / "lab"
    create_installation(folder, Config())
    platform = open_platform(folder, hasher=HASHER)
    with platform.record.action(TIMER, "record.training.enter") as unit:
        for name in ("ada", "eve", "liz"):
            unit.add(Training(person_id=name, competency="SEC", document="SOP-7", trained_at=unit.now))
    platform.settle()
    platform.close()
    return folder


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[History]:
    """The history of a Titer to come, with a second revision."""
    table = Training.__table__
    without = sqlite.triggers(table, append_only=False, immutable=())  # type: ignore[arg-type]
    with_place = without
    for row in ("NEW", "OLD"):
        pair = f"'person_id',{row}.\"person_id\""
        with_place = [text.replace(pair, f"{pair},'place',{row}.\"place\"") for text in with_place]
    folder = tmp_path / "revisions"
    folder.mkdir()
    (folder / "r0002_place.py").write_text(SECOND.format(with_place=with_place, without=without))
    yield History((VERSIONS, folder))


def revisions(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "titer.db")) as base:
        return [row[0] for row in base.execute("SELECT revision FROM record_schema ORDER BY id")]


def image(folder: Path) -> list[tuple[object, ...]]:
    """Everything in the database but what sealing adds."""
    with closing(sqlite3.connect(folder / "titer.db")) as base:
        return [
            *base.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name"),
            *base.execute("SELECT * FROM ledger_entry ORDER BY seq"),
            *base.execute("SELECT * FROM record_training ORDER BY id"),
            *base.execute(f"SELECT * FROM {VERSION_TABLE}"),  # noqa: S608
        ]


def test_a_migration_enters_itself_and_every_row_it_changed(lab: Path, newer: History) -> None:
    done = migrate(lab, history=newer)
    assert (done.before, done.after, done.entries) == ("0001", "0002", 4)
    assert revisions(lab) == ["0001", "0002"]
    with closing(sqlite3.connect(lab / "titer.db")) as base:
        bodies = [json.loads(row[0]) for row in base.execute("SELECT body FROM ledger_entry ORDER BY seq")]
        rows = base.execute("SELECT version, place FROM record_training").fetchall()
    assert rows == [(2, None)] * 3
    mine = [body for body in bodies if body["verb"] == "record.migrate"]
    assert [body["record_type"] for body in mine] == ["record_training"] * 3 + ["record_schema"]
    assert all("place" not in body["before"] and body["after"]["place"] is None for body in mine[:3])
    assert mine[0]["actor"]["id"] == "titer.migrate"
    assert mine[0]["reason"] == "schema 0001 to 0002"
    assert migrate(lab, history=newer).entries == 0
    with pytest.raises(Unavailable, match="newer Titer"):
        open_platform(lab)
    back = migrate(lab, to="0001", history=newer)
    assert back.entries == 4
    platform = open_platform(lab, hasher=HASHER)
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    with platform.record.reading() as session:
        assert len(session.scalars(select(Training)).all()) == 3
    platform.close()
    assert verdict.holds, verdict.sentence


def test_a_migration_that_is_killed_half_way_has_never_been(lab: Path, newer: History) -> None:
    before = image(lab)
    code = f"""
        from pathlib import Path
        from titer.app.history import History
        from titer.app.migration import migrate
        migrate(Path({str(lab)!r}), history=History(({", ".join(f"Path({str(f)!r})" for f in newer.folders)})))
    """
    command = [sys.executable, "-c", dedent(code)]
    died = subprocess.run(command, env={**os.environ, "TITER_TEST_DIE": "now"}, check=False, timeout=100)
    assert died.returncode == 9
    assert image(lab) == before
    open_platform(lab, hasher=HASHER).close()
    assert migrate(lab, history=newer).after == "0002"


def test_a_migration_that_fails_leaves_nothing_and_may_be_tried_again(
    lab: Path, newer: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = image(lab)
    monkeypatch.setenv("TITER_TEST_DIE", "raise")
    with pytest.raises(RuntimeError, match="half-way"):
        migrate(lab, history=newer)
    assert image(lab) == before
    monkeypatch.delenv("TITER_TEST_DIE")
    assert migrate(lab, history=newer).after == "0002"


def test_an_older_database_says_which_command_to_run(
    lab: Path, newer: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("titer.app.platform.History", lambda: newer)
    before = image(lab)
    with pytest.raises(Unavailable, match="titer migrate"):
        open_platform(lab)
    assert image(lab) == before


def test_a_newer_database_a_strange_one_a_locked_one_and_none_are_refused_in_words(
    lab: Path, tmp_path: Path
) -> None:
    database = lab / "titer.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="locked by another program"):
            open_platform(lab)
        holder.execute("ROLLBACK")
    with closing(sqlite3.connect(database)) as base:
        base.execute(f"UPDATE {VERSION_TABLE} SET version_num = '0042'")  # noqa: S608
        base.commit()
    for use in (open_platform, migrate):
        with pytest.raises(TiterError, match="newer"):
            use(lab)  # type: ignore[operator]
    kept = database.read_bytes()
    database.unlink()
    with pytest.raises(NotFound, match="is missing"):
        open_platform(lab)
    assert not database.exists()
    with closing(sqlite3.connect(database)) as base:
        base.execute("CREATE TABLE mine(x)")
    with pytest.raises(Conflict, match="Titer did not make it"):
        open_platform(lab)
    database.write_bytes(b"no database at all" * 100)
    with pytest.raises(IntegrityFault, match="cannot be read as a database"):
        open_platform(lab)
    database.write_bytes(kept)


def test_a_schema_that_was_changed_outside_is_not_migrated(lab: Path, newer: History) -> None:
    with closing(sqlite3.connect(lab / "titer.db")) as base:
        base.execute("DROP TRIGGER titer_record_training_update")
        base.commit()
    with pytest.raises(IntegrityFault, match="not those that Titer made"):
        migrate(lab, history=newer)


def test_no_migration_deletes_a_ledger(lab: Path) -> None:
    with pytest.raises(TiterError):
        migrate(lab, to="0000")
    platform = open_platform(lab, hasher=HASHER)
    with (
        pytest.raises(Refused, match="no migration deletes a ledger"),
        platform.record.action(TIMER, "record.migrate") as unit,
    ):
        History().run(unit.session.connection(), "base")
    with platform.record.reading() as session:
        assert session.scalar(select(LedgerEntry.seq).limit(1)) is not None
    platform.close()


def test_a_migration_in_an_installation_that_is_in_use_is_refused(lab: Path, newer: History) -> None:
    platform = open_platform(lab, hasher=HASHER)
    with pytest.raises(Unavailable, match="in use"):
        migrate(lab, history=newer)
    platform.close()


def test_the_command_says_what_it_did(lab: Path, newer: History, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = CliRunner()
    answer = runner.invoke(app, ["migrate", "--dir", str(lab)])
    assert answer.exit_code == 0, answer.output
    assert "has the schema 0001 already" in answer.output
    monkeypatch.setattr("titer.app.migration.History", lambda: newer)
    answer = runner.invoke(app, ["migrate", "--dir", str(lab), "--json"])
    assert json.loads(answer.stdout) == {"before": "0001", "after": "0002", "entries": 4}
