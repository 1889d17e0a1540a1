"""`titer migrate` on PostgreSQL: up and down by the owner, entered row by row, whole or never been."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select, text
from tests.integration.app.test_migration import SECOND, TIMER
from tests.postgresql import OWNER, RUNTIME, Server

from titer.app import Config, create_installation, open_platform, store
from titer.app.history import VERSIONS, History
from titer.app.migration import migrate
from titer.base.errors import IntegrityFault, Invalid, Refused, TiterError, Unavailable
from titer.record import Training, postgres
from titer.record.verify import verify_store

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def database(postgresql_server: Server) -> Iterator[str]:
    """The name of an empty database."""
    with postgresql_server.empty() as name:
        yield name


@pytest.fixture
def owner(postgresql_server: Server, database: str) -> str:
    """The owner's address."""
    return f"postgresql://{OWNER}@/{database}?host={postgresql_server.folder}"


@pytest.fixture
def reader(postgresql_server: Server, database: str) -> Iterator[Engine]:
    """Reads everything."""
    engine = postgresql_server.engine("postgres", database)
    yield engine
    engine.dispose()


@pytest.fixture
def lab(postgresql_server: Server, database: str, owner: str, tmp_path: Path) -> Path:
    """An installation with three trainings in its ledger."""
    folder = tmp_path / "lab"
    address = f"postgresql://{RUNTIME}@/{database}?host={postgresql_server.folder}"
    create_installation(folder, Config(database=address), owner=owner)
    platform = open_platform(folder, hasher=HASHER)
    with platform.record.action(TIMER, "record.training.enter") as unit:
        for name in ("ada", "eve", "liz"):
            unit.add(Training(person_id=name, competency="SEC", document="SOP-7", trained_at=unit.now))
    platform.settle()
    platform.close()
    return folder


@pytest.fixture
def newer(tmp_path: Path) -> History:
    """The history of a Titer to come, with a second revision."""
    table = Training.__table__
    without = postgres.triggers(table, append_only=False, immutable=())  # type: ignore[arg-type]
    with_place = without
    for row in ("n", "o"):
        person = f"'\"person_id\":' || coalesce(to_json({row}.\"person_id\")::text, 'null')"
        assert any(person in one for one in without)
        place = person.replace("person_id", "place")
        with_place = [one.replace(person, f"{person} || ',' || {place}") for one in with_place]
    folder = tmp_path / "revisions"
    folder.mkdir()
    (folder / "r0002_place.py").write_text(SECOND.format(with_place=with_place, without=without))
    return History((VERSIONS, folder))


def image(reader: Engine) -> list[Any]:
    """Everything that a migration may touch."""
    with reader.connect() as connection:
        return [
            postgres.objects(connection),
            *(
                connection.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all()  # noqa: S608
                for table in ("ledger_entry", "record_training", "record_schema", "record_revision")
            ),
        ]


def test_a_migration_enters_itself_and_every_row_it_changed_and_goes_back(
    lab: Path, newer: History, owner: str, reader: Engine
) -> None:
    first = image(reader)
    done = migrate(lab, owner=owner, history=newer)
    assert (done.before, done.after, done.entries) == ("0001", "0002", 4)
    with reader.connect() as connection:
        bodies = [
            json.loads(body)
            for body in connection.execute(text("SELECT body FROM ledger_entry ORDER BY seq")).scalars()
        ]
        rows = connection.execute(text("SELECT version, place FROM record_training")).all()
    assert rows == [(2, None)] * 3
    mine = [body for body in bodies if body["verb"] == "record.migrate"]
    assert [body["record_type"] for body in mine] == ["record_training"] * 3 + ["record_schema"]
    assert all("place" not in body["before"] and body["after"]["place"] is None for body in mine[:3])
    assert mine[0]["reason"] == "schema 0001 to 0002"
    assert migrate(lab, owner=owner, history=newer).entries == 0
    with pytest.raises(Unavailable, match="newer Titer"):
        open_platform(lab)
    assert migrate(lab, to="0001", owner=owner, history=newer).entries == 4
    assert image(reader)[0] == first[0], "tables, triggers and grants are those of before"
    platform = open_platform(lab, hasher=HASHER)
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    with platform.record.reading() as session:
        assert len(session.scalars(select(Training)).all()) == 3
    platform.close()
    assert verdict.holds, verdict.sentence


def test_a_migration_that_is_killed_half_way_has_never_been_and_is_made_again(
    lab: Path, newer: History, owner: str, reader: Engine
) -> None:
    before = image(reader)
    code = f"""
        from pathlib import Path
        from titer.app.history import History
        from titer.app.migration import migrate
        folders = ({", ".join(f"Path({str(folder)!r})" for folder in newer.folders)})
        migrate(Path({str(lab)!r}), owner={owner!r}, history=History(folders))
    """
    command = [sys.executable, "-c", dedent(code)]
    died = subprocess.run(command, env={**os.environ, "TITER_TEST_DIE": "now"}, check=False, timeout=100)
    assert died.returncode == 9
    assert image(reader) == before
    open_platform(lab, hasher=HASHER).close()
    assert migrate(lab, owner=owner, history=newer).after == "0002"


def test_a_migration_that_fails_leaves_nothing_and_may_be_tried_again(
    lab: Path, newer: History, owner: str, reader: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = image(reader)
    monkeypatch.setenv("TITER_TEST_DIE", "raise")
    with pytest.raises(RuntimeError, match="half-way"):
        migrate(lab, owner=owner, history=newer)
    assert image(reader) == before
    monkeypatch.delenv("TITER_TEST_DIE")
    assert migrate(lab, owner=owner, history=newer).after == "0002"


def test_no_migration_deletes_a_ledger(lab: Path, owner: str, reader: Engine) -> None:
    before = image(reader)
    with pytest.raises(TiterError, match="0000"):
        migrate(lab, to="0000", owner=owner)
    platform = open_platform(lab, hasher=HASHER)
    with (
        pytest.raises(Refused, match="no migration deletes a ledger"),
        platform.record.action(TIMER, "record.migrate") as unit,
    ):
        History().run(unit.session.connection(), "base")
    platform.close()
    assert image(reader) == before


def test_who_may_not_migrate_is_told_why(
    lab: Path, newer: History, owner: str, reader: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the owner, as the runtime role, beside a hub, after a change outside: refused, and nothing changed."""
    before = image(reader)
    with pytest.raises(Invalid, match="two roles"):
        migrate(lab, history=newer)
    with pytest.raises(Invalid, match="another role"):
        migrate(lab, owner=owner.replace(OWNER, RUNTIME), history=newer)
    platform = open_platform(lab, hasher=HASHER)
    (lab / "hub.lock").unlink()  # as it is on another machine
    with pytest.raises(Unavailable, match="in use by another hub"):
        migrate(lab, owner=owner, history=newer)
    platform.close()
    monkeypatch.setattr(store, "History", lambda: newer)
    with pytest.raises(Unavailable, match="an older Titer") as said:
        open_platform(lab)
    assert "titer migrate --owner" in said.value.do
    assert image(reader) == before
    with reader.begin() as connection:
        connection.execute(text("ALTER TABLE record_training DISABLE TRIGGER titer_record_training_update"))
    with pytest.raises(IntegrityFault, match="not those that Titer made"):
        migrate(lab, owner=owner, history=newer)
