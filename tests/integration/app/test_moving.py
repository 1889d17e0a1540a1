"""A whole installation moves from one kind of database to the other: equal rows and one ledger, or nothing."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text
from tests.integration.app.conftest import PASSWORD, TIMER, Client, furnished
from tests.postgresql import OWNER, RUNTIME, Server
from typer.testing import CliRunner

from titer.app import Platform, load, moving, open_platform
from titer.app.export import export_batch
from titer.app.moving import OLD_FILE, move
from titer.base.clock import ManualClock
from titer.base.errors import Conflict, IntegrityFault, Invalid, Refused, Unavailable
from titer.cli.main import app
from titer.record import LedgerEntry, Person, Training, sqlite
from titer.record.model import SchemaFingerprint
from titer.record.verify import verify_store

pytestmark = pytest.mark.sqlite("a move begins at the embedded file")
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def database(postgresql_server: Server) -> Iterator[str]:
    """The name of an empty database."""
    with postgresql_server.empty() as name:
        yield name


@pytest.fixture
def runtime(postgresql_server: Server, database: str) -> str:
    """The address that Titer is to run with."""
    return f"postgresql://{RUNTIME}:not-to-be-read@/{database}?host={postgresql_server.folder}"


@pytest.fixture
def owner(postgresql_server: Server, database: str) -> str:
    """The owner's address."""
    return f"postgresql://{OWNER}@/{database}?host={postgresql_server.folder}"


@pytest.fixture
def lab(tmp_path: Path, clock: ManualClock) -> Path:
    """A closed installation with people, equipment and a training."""
    platform = furnished(tmp_path / "lab", clock)
    with platform.record.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document='a "b" 𝄞\n', trained_at=unit.now))
        unit.next_number("S")
    platform.settle()
    platform.close()
    clock.advance(timedelta(minutes=1))
    return tmp_path / "lab"


def opened(folder: Path, clock: ManualClock) -> Platform:
    return open_platform(folder, clock=clock, hasher=HASHER)


def holds(folder: Path, clock: ManualClock) -> tuple[str, int, str]:
    """That the record holds where it is in use: which database, entries, root."""
    platform = opened(folder, clock)
    try:
        verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
        assert verdict.holds, verdict.sentence
        return platform.record.database.NAME, verdict.entries, verdict.root
    finally:
        platform.close()


def bodies(platform: Platform) -> list[str]:
    with platform.record.reading() as session:
        return list(session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq)))


def test_a_whole_installation_moves_and_its_life_goes_on(
    platform: Platform,
    people: dict[str, Client],
    batch: dict[str, Any],
    clock: ManualClock,
    runtime: str,
    owner: str,
    verifier: ModuleType,
) -> None:
    """A batch that ended, signatures, series: the same bytes, one ledger for the witness, a bundle that holds."""
    folder = platform.folder
    platform.settle()
    before, size = bodies(platform), 0
    with platform.record.reading() as session:
        number = session.execute(text("SELECT max(last) FROM record_counter")).scalar_one()
    platform.close()
    notes = (folder / "witness" / "notes.txt").read_text()
    _, size, root = holds(folder, clock)
    done = move(folder, to=runtime, owner=owner, clock=clock)
    assert (done.before, done.after, done.entries, done.root) == ("SQLite", "PostgreSQL", size, root)
    assert done.verdict.holds, done.verdict.sentence
    assert done.verdict.entries == size + 1
    assert done.rows > size * 2
    kept = load(folder).database or ""
    assert RUNTIME in kept
    assert "not-to-be-read" not in (folder / "titer.yaml").read_text()
    assert (folder / OLD_FILE).exists()
    assert not (folder / "titer.db").exists()
    moved = opened(folder, clock)
    told = bodies(moved)
    assert told[:size] == before
    last = json.loads(told[size])
    assert (last["verb"], last["record_type"]) == ("record.move", "record_schema")
    assert last["reason"] == f"from SQLite to PostgreSQL: {size} entries, root {root}"
    assert (folder / "witness" / "notes.txt").read_text().startswith(notes), (
        "the witness saw one ledger go on"
    )
    assert moved.identity.log_in("ada", PASSWORD, "here").token
    with moved.record.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document="after", trained_at=unit.now))
        unit.next_number("S")
    with moved.record.reading() as session:
        assert session.execute(text("SELECT max(last) FROM record_counter")).scalar_one() >= number
        assert session.scalars(select(Person).where(Person.username == "ada")).one().version >= 1
    moved.settle()
    data = export_batch(moved, batch["id"], actor=TIMER, reason="after the move")
    verdict = verifier.verify(data)
    assert verdict["segments"] >= 1
    final = verify_store(moved.record, moved.sealer, moved.verifiers)
    moved.close()
    assert final.holds, final.sentence


DEATHS = {
    "while rows are copied": "postgres.load = dying(postgres.load, 40)",
    "when all is copied": "moving._proven = die",
    "before it is switched": "moving.write = die",
    "when it is switched": "store.finished = die",
    "before the last verification": "moving._verified = die",
}


@pytest.mark.parametrize("when", DEATHS)
def test_a_move_that_is_killed_leaves_one_whole_place_and_is_made_again(
    lab: Path, clock: ManualClock, runtime: str, owner: str, when: str
) -> None:
    database, size, root = holds(lab, clock)
    code = f"""
        import os
        from datetime import datetime
        from pathlib import Path
        from titer.app import moving, store
        from titer.base.clock import ManualClock
        from titer.record import postgres

        def die(*_, **__):
            os._exit(9)

        def dying(real, after):
            calls = []
            def load(*given):
                calls.append(1)
                return die() if len(calls) > after else real(*given)
            return load

        {DEATHS[when]}
        clock = ManualClock(datetime.fromisoformat({clock.now().isoformat()!r}))
        moving.move(Path({str(lab)!r}), to={runtime!r}, owner={owner!r}, clock=clock)
    """
    died = subprocess.run([sys.executable, "-c", dedent(code)], check=False, timeout=100)
    assert died.returncode == 9
    found = holds(lab, clock)
    if ("switched" in when and "before" not in when) or "last" in when:
        assert found[:2] == ("PostgreSQL", size + 1)
        with pytest.raises(Conflict, match="PostgreSQL already"):
            move(lab, to=runtime, owner=owner, clock=clock)
        return
    assert found == (database, size, root) == ("SQLite", size, root)
    done = move(lab, to=runtime, owner=owner, clock=clock)
    assert done.verdict.holds, done.verdict.sentence
    assert (done.entries, done.root) == (size, root)


def test_it_moves_back_and_the_ledger_tells_of_both(
    lab: Path, clock: ManualClock, runtime: str, owner: str
) -> None:
    there = move(lab, to=runtime, owner=owner, clock=clock)
    clock.advance(timedelta(minutes=1))
    back = move(lab, to=None, clock=clock)
    assert (back.before, back.after, back.entries) == ("PostgreSQL", "SQLite", there.entries + 1)
    assert back.verdict.holds, back.verdict.sentence
    assert load(lab).database is None
    assert not (lab / "keys" / "database.key").exists()
    platform = opened(lab, clock)
    with platform.record.reading() as session:
        prints = [
            row.fingerprint
            for row in session.scalars(select(SchemaFingerprint).order_by(SchemaFingerprint.id))
        ]
        assert len(prints) == 3
        assert prints[0] == prints[2] == sqlite.fingerprint(session.connection())
    with platform.record.action(TIMER, "record.training.enter") as unit:
        row = unit.add(Training(person_id="p", competency="SEC", document="home", trained_at=unit.now))
        assert unit.get(Training, row.id).version == 1
    platform.close()
    assert holds(lab, clock)[1] == there.entries + 3


def test_what_was_tampered_with_is_not_carried_elsewhere(
    lab: Path, clock: ManualClock, runtime: str, owner: str, postgresql_server: Server, database: str
) -> None:
    engine = sqlite.engine(lab / "titer.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE record_counter SET last = last")
        for name in ("titer_record_training_update",):
            sql = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE name = ?", (name,)
            ).scalar_one()
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql("UPDATE record_training SET competency = 'forged'")
            connection.exec_driver_sql(sql)
    engine.dispose()
    with pytest.raises(Refused, match="is not moved") as said:
        move(lab, to=runtime, owner=owner, clock=clock)
    assert "changed past the ledger: competency" in said.value.why
    assert load(lab).database is None
    reader = postgresql_server.engine("postgres", database)
    with reader.connect() as connection:
        assert connection.execute(text("SELECT to_regclass('ledger_entry')")).scalar() is None
    reader.dispose()


def test_a_row_that_differs_in_the_new_place_keeps_the_old_one_in_use(
    lab: Path, clock: ManualClock, runtime: str, owner: str, postgresql_server: Server, database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before, real = holds(lab, clock), moving._copied

    def copied(*given: Any) -> str:
        made = real(*given)
        meddler = postgresql_server.engine("postgres", database)
        with meddler.begin() as connection:
            connection.execute(text("UPDATE record_counter SET last = last + 1"))
        meddler.dispose()
        return made

    monkeypatch.setattr(moving, "_copied", copied)
    with pytest.raises(IntegrityFault, match="record_counter differs"):
        move(lab, to=runtime, owner=owner, clock=clock)
    assert load(lab).database is None
    assert holds(lab, clock) == before
    monkeypatch.setattr(moving, "_copied", real)
    assert move(lab, to=runtime, owner=owner, clock=clock).verdict.holds


def test_a_database_that_is_anybody_elses_is_left_alone(
    lab: Path,
    tmp_path: Path,
    clock: ManualClock,
    runtime: str,
    owner: str,
    postgresql_server: Server,
    database: str,
) -> None:
    """In use by another installation, or by this one in an earlier life: nothing is dropped, whatever it says."""
    hashed = hashlib.sha256((lab / "titer.db").read_bytes()).hexdigest()
    first = furnished(tmp_path / "first", clock)
    first.settle()
    first.close()
    clock.advance(timedelta(minutes=1))
    done = move(tmp_path / "first", to=runtime, owner=owner, clock=clock)
    with pytest.raises(Conflict, match="not empty"):
        move(lab, to=runtime, owner=owner, clock=clock)
    assert holds(tmp_path / "first", clock)[1] == done.entries + 1
    assert hashlib.sha256((lab / "titer.db").read_bytes()).hexdigest() == hashed
    assert holds(lab, clock)[0] == "SQLite"


def test_the_command_moves_it_and_says_what_was_proven(
    lab: Path, clock: ManualClock, runtime: str, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = CliRunner()
    where = ["--dir", str(lab)]
    for wrong, told in (
        (["--to", "postgres"], "not named"),
        (["--from", "sqlite"], "where to"),
        (["--from", "oracle", "--to", "postgres", "--database", runtime], "no kind of database"),
        (["--from", "postgres", "--to", "sqlite"], "is on SQLite"),
        (["--to", "sqlite", "--database", runtime], "no address"),
        (["--database", runtime], "only to move"),
        (["--to", "sqlite"], "on SQLite already"),
        (["--to", "postgres", "--database", runtime], "two roles"),
        (["--to", "postgres", "--database", "mysql://a@b/c", "--owner", owner], "no PostgreSQL"),
    ):
        answer = run.invoke(app, ["migrate", *where, *wrong])
        assert isinstance(answer.exception, Invalid | Conflict), wrong
        assert told in str(answer.exception) + answer.exception.do, wrong
    _, size, root = holds(lab, clock)
    answer = run.invoke(
        app,
        [
            "migrate",
            *where,
            "--from",
            "sqlite",
            "--to",
            "postgres",
            "--database",
            runtime,
            "--owner",
            owner,
            "--json",
        ],
    )
    assert answer.exit_code == 0, answer.output
    told_json = json.loads(answer.stdout)
    assert (told_json["entries"], told_json["root"], told_json["holds"]) == (size, root, True)
    assert (told_json["from"], told_json["to"]) == ("SQLite", "PostgreSQL")
    checked = run.invoke(app, ["verify", *where])
    assert "The record holds" in checked.output


def test_an_installation_in_use_is_not_moved(lab: Path, clock: ManualClock, runtime: str, owner: str) -> None:
    platform = opened(lab, clock)
    with pytest.raises(Unavailable, match="in use"):
        move(lab, to=runtime, owner=owner, clock=clock)
    platform.close()


def test_a_server_that_does_not_answer_is_told_in_words(
    lab: Path, clock: ManualClock, tmp_path: Path
) -> None:
    before = holds(lab, clock)
    with pytest.raises(Unavailable, match="The database does not answer"):
        move(
            lab,
            to=f"postgresql://a@/b?host={tmp_path}",
            owner=f"postgresql://o@/b?host={tmp_path}",
            clock=clock,
        )
    assert holds(lab, clock) == before
