"""Every way of writing a regulated row meets the triggers: refused without an action, entered within one."""

# ruff: noqa: S608  the columns in these statements stand in this file

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from tests.postgresql import RUNTIME, Server

from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault, Refused, StaleVersion
from titer.record import Actor, LedgerEntry, Record, Training, tally
from titer.record.merkle import leaf_hash

TIMER = Actor.timer("test")
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
Way = Callable[[Session, str], object]
"""Writes to the row whose id it is given."""


def _row(record_id: str, **other: Any) -> dict[str, Any]:
    return {
        "id": record_id, "version": 1, "recorded_at": AT, "process_at": AT, "person_id": "p", "competency": "SEC",
        "document": "d", "trained_at": AT, **other,
    }  # fmt: skip


def _object_insert(session: Session, _: str) -> None:
    session.add(Training(**_row("new")))
    session.flush()


def _object_update(session: Session, record_id: str) -> None:
    session.get_one(Training, record_id).competency = "object"
    session.flush()


def _object_delete(session: Session, record_id: str) -> None:
    session.delete(session.get_one(Training, record_id))
    session.flush()


def _upsert(session: Session, record_id: str) -> object:
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite_dialect.insert
    values = {"competency": "upsert", "version": 2}
    return session.execute(
        make(Training).values(**_row(record_id)).on_conflict_do_update(index_elements=["id"], set_=values)
    )


_COLUMNS = "id,version,recorded_at,process_at,person_id,competency,document,trained_at"
WAYS: dict[str, Way] = {
    "object insert": _object_insert,
    "object update": _object_update,
    "object delete": _object_delete,
    "core insert": lambda s, _: s.execute(insert(Training).values(**_row("new"))),
    "core update": lambda s, i: s.execute(
        update(Training).where(Training.id == i).values(competency="core", version=2)
    ),
    "core delete": lambda s, i: s.execute(delete(Training).where(Training.id == i)),
    "many at once": lambda s, _: s.connection().execute(insert(Training), [_row("new")]),
    "bulk mappings": lambda s, i: s.bulk_update_mappings(
        Training, [{"id": i, "competency": "bulk", "version": 1}]
    ),
    "upsert": _upsert,
    "raw insert": lambda s, _: s.execute(
        text(f"INSERT INTO record_training ({_COLUMNS}) VALUES ('new',1,0,0,'p','c','d',0)")
    ),
    "raw update": lambda s, _: s.execute(
        text("UPDATE record_training SET version = version + 1, competency = 'raw'")
    ),
    "raw delete": lambda s, _: s.execute(text("DELETE FROM record_training")),
    "out of a query": lambda s, _: s.execute(
        text(
            f"WITH w AS (SELECT * FROM record_training) INSERT INTO record_training ({_COLUMNS}) "
            "SELECT 'new',1,recorded_at,process_at,person_id,competency,document,trained_at FROM w"
        )
    ),
}


def test_many_rows_of_one_statement_are_entered_in_their_order(record: Record, training: str) -> None:
    """Insert, change and delete: an entry each, first to last, and the versions go on."""
    with record.action(TIMER, "record.training.enter") as unit:
        ids = unit.add_all(
            Training,
            [{"person_id": "p", "competency": f"{n}", "document": "d", "trained_at": AT} for n in range(333)],
        )
    made = _entries(record)[-333:]
    assert [entry["record_id"] for entry in made] == ids
    assert [entry["after"]["competency"] for entry in made] == [f"{n}" for n in range(333)]
    with record.action(TIMER, "record.training.enter") as unit:
        unit.session.execute(
            text("UPDATE record_training SET version = version + 1, document = 'e' WHERE id <> :t"),
            {"t": training},
        )
    changed = _entries(record)[-333:]
    assert {entry["record_id"] for entry in changed} == set(ids)
    assert all(
        (e["version"], e["before"]["document"], e["after"]["document"]) == (2, "d", "e") for e in changed
    )
    assert len({entry["id"] for entry in made + changed}) == 666
    with record.action(TIMER, "record.training.enter") as unit:
        unit.session.execute(delete(Training).where(Training.id.in_(ids[:200])))
    assert {entry["record_id"] for entry in _entries(record)[-200:]} == set(ids[:200])
    assert {(entry["version"], entry["after"]) for entry in _entries(record)[-200:]} == {(3, None)}


def _unvouched(record: Record) -> int | None:
    """The first entry that no action vouches for, among all that there are."""
    with record.reading() as session:
        rows = session.execute(select(LedgerEntry.seq, LedgerEntry.body).order_by(LedgerEntry.seq)).all()
        entries = [(seq, body.encode()) for seq, body in rows]
        return tally.unvouched(session, record.key, entries, [leaf_hash(body) for _, body in entries])


def test_an_action_vouches_for_what_it_left_though_some_of_its_writes_were_undone(
    record: Record, training: str
) -> None:
    """Undone alone, as the first, as the last, and all of them: what is kept is vouched for, and nothing else."""
    for order in ("kept undone kept", "undone kept kept", "kept kept undone", "undone undone"):
        before = len(_entries(record))
        with record.action(TIMER, "record.training.enter") as unit:
            for place, what in enumerate(order.split()):
                name = f"{order.replace(' ', '-')}-{place}"
                with suppress(IntegrityError), unit.session.begin_nested():
                    rows = [_row(name), _row(name if what == "undone" else f"{name}-b")]
                    for row in rows:
                        unit.session.connection().execute(insert(Training), [row])
        assert len(_entries(record)) == before + 2 * order.split().count("kept")
        assert _unvouched(record) is None


def test_an_entry_that_no_trigger_wrote_goes_with_the_action_that_wrote_it(
    record: Record, training: str
) -> None:
    before = _entries(record)
    with (
        pytest.raises((IntegrityFault, Refused), match=r"not written by the triggers|permission denied"),
        record.action(TIMER, "record.training.enter") as unit,
    ):
        unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=AT))
        entry = {**before[-1], "action": unit.action_id, "id": unit.new_id()}
        unit.session.execute(
            text("INSERT INTO ledger_entry(body) VALUES (:body)"), {"body": canonical(entry).decode()}
        )
    assert _entries(record) == before
    assert _unvouched(record) is None


def test_one_wrong_row_of_many_refuses_them_all(record: Record, training: str) -> None:
    before = _entries(record)
    rows = [_row(f"new-{n}", version=1 + (n == 70)) for n in range(100)]
    with (
        pytest.raises(Refused, match="first version of a record is 1"),
        record.action(TIMER, "record.training.enter") as unit,
    ):
        unit.session.connection().execute(insert(Training), rows)
    assert _entries(record) == before


def test_an_id_is_kept_even_if_another_row_takes_it(record: Record, training: str) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        unit.session.connection().execute(insert(Training), [_row("a"), _row("b")])
    before = _entries(record)
    for statement in (
        "UPDATE record_training SET version = version + 1, id = 'c' WHERE id = 'a'",
        "UPDATE record_training SET version = version + 1, id = CASE id WHEN 'a' THEN 'z' ELSE id || 'a' END",
    ):
        with (
            pytest.raises(Refused, match="id keeps its first value"),
            record.action(TIMER, "record.training.enter") as unit,
        ):
            unit.session.execute(text(statement))
    assert _entries(record) == before


def test_a_statement_that_meets_no_row_needs_no_action_and_leaves_no_entry(
    record: Record, training: str
) -> None:
    before = _entries(record)
    with record.operational() as session:
        session.execute(text("UPDATE record_training SET version = 9 WHERE id = 'nobody'"))
        session.execute(text("DELETE FROM record_training WHERE id = 'nobody'"))
    assert _entries(record) == before


def test_an_upsert_that_adds_and_changes_enters_both(record: Record, training: str) -> None:
    make = postgresql.insert if record.engine.dialect.name == "postgresql" else sqlite_dialect.insert
    added = make(Training).values([_row(training), _row("new")])
    count = len(_entries(record))
    with record.action(TIMER, "record.training.enter") as unit:
        unit.session.execute(
            added.on_conflict_do_update(index_elements=["id"], set_={"competency": "upsert", "version": 2})
        )
    made = {entry["record_id"]: entry for entry in _entries(record)[count:]}
    assert {key: (entry["version"], entry["after"]["competency"]) for key, entry in made.items()} == {
        training: (2, "upsert"), "new": (1, "SEC"),
    }  # fmt: skip
    assert made["new"]["before"] is None


def _entries(record: Record) -> list[dict[str, Any]]:
    with record.reading() as session:
        return [
            json.loads(row) for row in session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq))
        ]


@pytest.fixture
def training(record: Record, destroyable: None) -> str:
    """The id of a row, of a kind that may be destroyed."""
    with record.action(TIMER, "record.training.enter") as unit:
        return unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now)).id


@pytest.mark.parametrize("way", WAYS)
def test_without_an_action_nothing_is_written(record: Record, training: str, way: str) -> None:
    before = _entries(record)
    with pytest.raises(Exception, match="no action is open"), record.operational() as session:
        WAYS[way](session, training)
    assert _entries(record) == before
    with record.reading() as session:
        assert [(row.id, row.version) for row in session.scalars(select(Training))] == [(training, 1)]


@pytest.mark.parametrize("way", WAYS)
def test_within_an_action_one_entry_is_written(record: Record, training: str, way: str) -> None:
    count = len(_entries(record))
    with record.action(TIMER, "record.training.enter") as unit:
        WAYS[way](unit.session, training)
    made = _entries(record)[count:]
    assert len(made) == 1
    assert (made[0]["before"] is not None) == (
        "insert" not in way and way not in ("many at once", "out of a query")
    )
    assert (made[0]["after"] is None) == ("delete" in way)
    if made[0]["after"] is not None:
        with record.reading() as session:
            images = record.database.images(session.connection(), Training.__table__)  # type: ignore[arg-type]
        assert json.loads(images[made[0]["record_id"]]) == made[0]["after"]


def test_an_action_ends_with_its_transaction(record: Record, training: str) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        unit.session.get_one(Training, training).competency = "first"
    for _ in range(3):  # whichever of the pool's connections
        with pytest.raises(Exception, match="no action is open"), record.operational() as session:
            session.execute(text("DELETE FROM record_training"))


@pytest.mark.sqlite("is about statements and connections that the embedded file alone has")
class TestOnlySQLite:
    """What only SQLite has."""

    @pytest.fixture
    def database(self) -> str:
        return "sqlite"

    def test_insert_or_replace_is_a_change(self, record: Record, training: str) -> None:
        statement = text("INSERT OR REPLACE INTO record_training SELECT * FROM record_training")
        before = _entries(record)
        with pytest.raises(Exception, match="no action is open"), record.operational() as session:
            session.execute(statement)
        assert _entries(record) == before
        with record.action(TIMER, "record.training.enter") as unit:
            unit.session.execute(statement)
        assert len(_entries(record)) == len(before) + 2, "it deletes a row, and inserts one"

    def test_another_program_cannot_write(self, record: Record, training: str) -> None:
        stranger = sqlite3.connect(str(record.engine.url.database))
        for statement in ("DELETE FROM record_training", "UPDATE record_training SET version = 2"):
            with pytest.raises(sqlite3.OperationalError, match="no such function"):
                stranger.execute(statement)
        stranger.close()


class TestOnlyPostgreSQL:
    """What only PostgreSQL has: COPY, TRUNCATE, MERGE, roles, and settings that anybody may set."""

    @pytest.fixture
    def database(self) -> str:
        return "postgresql"

    COPY = f"COPY record_training ({_COLUMNS}) FROM STDIN"
    LINES = "".join(f"copied-{number}\t1\t0\t0\tp\tc\td\t0\n" for number in range(3))

    def _copy(self, session: Session) -> None:
        cursor = session.connection().connection.cursor()
        with cursor.copy(self.COPY) as copy:  # type: ignore[attr-defined]
            copy.write(self.LINES)

    def test_copy_is_refused_or_entered(self, record: Record, training: str) -> None:
        count = len(_entries(record))
        with pytest.raises(Exception, match="no action is open"), record.operational() as session:
            self._copy(session)
        assert len(_entries(record)) == count
        with record.action(TIMER, "record.training.enter") as unit:
            self._copy(unit.session)
        assert [entry["record_id"] for entry in _entries(record)[count:]] == [
            "copied-0",
            "copied-1",
            "copied-2",
        ]

    def test_merge_is_refused_or_entered(self, record: Record, training: str) -> None:
        statement = text(
            "MERGE INTO record_training t USING (SELECT 1) one ON t.person_id = 'p' "
            "WHEN MATCHED THEN UPDATE SET version = t.version + 1, competency = 'merged'"
        )
        with pytest.raises(Exception, match="no action is open"), record.operational() as session:
            session.execute(statement)
        with record.action(TIMER, "record.training.enter") as unit:
            unit.session.execute(statement)
        assert _entries(record)[-1]["after"]["competency"] == "merged"

    OTHER_WAYS = (
        f"DO $$ BEGIN INSERT INTO record_training({_COLUMNS}) VALUES ('do',1,0,0,'p','c','d',0); END $$",
        f"PREPARE given AS INSERT INTO record_training({_COLUMNS}) VALUES ($1,1,0,0,'p','c','d',0);\n"
        "EXECUTE given('prepared')",
        "CREATE TEMP VIEW seen AS SELECT * FROM record_training;\n"
        f"INSERT INTO seen({_COLUMNS}) VALUES ('view',1,0,0,'p','c','d',0)",
        f"WITH added AS (INSERT INTO record_training({_COLUMNS}) VALUES ('with',1,0,0,'p','c','d',0) RETURNING id) "
        "SELECT * FROM added",
        f"CREATE FUNCTION pg_temp.own() RETURNS void LANGUAGE sql AS $$ INSERT INTO record_training({_COLUMNS}) "
        "VALUES ('function',1,0,0,'p','c','d',0) $$;\nSELECT pg_temp.own()",
        "CREATE TEMP TABLE titer_new AS SELECT * FROM record_training WHERE false;\n"
        "CREATE TEMP TABLE ledger_entry (LIKE public.ledger_entry);\n"
        f"INSERT INTO record_training({_COLUMNS}) VALUES ('shadow',1,0,0,'p','c','d',0)",
        "DECLARE here CURSOR FOR SELECT * FROM record_training FOR UPDATE;\nFETCH here;\n"
        "UPDATE record_training SET version = version + 1 WHERE CURRENT OF here",
    )

    @pytest.mark.parametrize("statement", OTHER_WAYS)
    def test_every_other_way_is_refused_or_entered(
        self, record: Record, training: str, statement: str
    ) -> None:
        """Blocks, prepared statements, views, common table expressions, functions, shadowing tables, cursors."""

        def run(session: Session) -> None:
            cursor = session.connection().connection.cursor()
            cursor.execute("DEALLOCATE ALL")  # which outlives a transaction
            for one in statement.split(";\n"):
                cursor.execute(one, prepare=False)

        before = _entries(record)
        with pytest.raises(Exception, match="no action is open"), record.operational() as session:
            run(session)
        assert _entries(record) == before
        with record.action(TIMER, "record.training.enter") as unit:
            run(unit.session)
        assert len(_entries(record)) == len(before) + 1
        with record.reading() as session:
            images = record.database.images(session.connection(), Training.__table__)  # type: ignore[arg-type]
        made = _entries(record)[-1]
        assert json.loads(images[made["record_id"]]) == made["after"]

    def test_another_connection_of_the_runtime_role_writes_nothing(
        self, record: Record, training: str, postgresql_server: Server
    ) -> None:
        """Not while an action is open on the first one either: it is the transaction's own."""
        name = str(record.engine.url.database)
        with (
            psycopg.connect(
                host=str(postgresql_server.folder), user=RUNTIME, dbname=name, autocommit=True
            ) as stranger,
            record.action(TIMER, "record.training.enter") as unit,
        ):
            unit.get(Training, training).competency = "mine"
            for statement in (
                f"INSERT INTO record_training({_COLUMNS}) VALUES ('new',1,0,0,'p','c','d',0)",
                "SET titer.action = 'x'; INSERT INTO record_person DEFAULT VALUES",
                "DELETE FROM record_training",
            ):
                with pytest.raises(psycopg.Error, match=r"no action is open|null value"):
                    stranger.execute(statement)
            with pytest.raises(psycopg.errors.InsufficientPrivilege), stranger.cursor() as cursor:
                cursor.execute("COPY ledger_entry(body) FROM STDIN")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                stranger.execute("COPY record_training FROM PROGRAM 'true'")
        assert _entries(record)[-1]["after"]["competency"] == "mine"

    @pytest.mark.parametrize(
        "statement",
        [
            "TRUNCATE record_training",
            "TRUNCATE ledger_entry CASCADE",
            "DELETE FROM record_person",
            "DELETE FROM record_installation",
            "UPDATE ledger_entry SET body = body",
            "DELETE FROM ledger_entry",
            "INSERT INTO ledger_entry(body) VALUES ('{}')",
            "INSERT INTO ledger_entry(seq, body) OVERRIDING SYSTEM VALUE VALUES (99, '{}')",
            "SELECT setval('ledger_entry_seq_seq', 1)",
            "SELECT titer_action()",
            "SELECT * FROM titer_action_key",
            "UPDATE titer_action_key SET inner_pad = ''",
            "UPDATE ledger_leaf SET leaf_index = 0",
            "DELETE FROM ledger_checkpoint",
            "ALTER TABLE record_training DISABLE TRIGGER ALL",
            "DROP TRIGGER titer_record_training_update ON record_training",
            "CREATE OR REPLACE FUNCTION titer_action() RETURNS text[] LANGUAGE sql AS 'SELECT NULL::text[]'",
            "SET session_replication_role = replica",
            "CREATE TABLE public.other (id int)",
            "SET ROLE titer_owner",
        ],
    )
    def test_the_runtime_role_may_not(self, record: Record, training: str, statement: str) -> None:
        with (
            pytest.raises(Refused, match="no right"),
            record.action(TIMER, "record.training.enter") as unit,
        ):
            unit.session.execute(text(statement))

    @pytest.mark.parametrize(
        "statement",
        ["TRUNCATE record_training", "TRUNCATE ledger_entry", "UPDATE ledger_entry SET body = body",
         "DELETE FROM ledger_entry", "DELETE FROM ledger_leaf"],
    )  # fmt: skip
    def test_not_even_the_owner_may_by_accident(self, owner: Any, record: Record, statement: str) -> None:
        with pytest.raises(Exception, match=r"append-only|never emptied"), owner.begin() as connection:
            connection.execute(text(statement))

    def test_triggers_fire_for_a_replica_too(
        self, record: Record, training: str, postgresql_server: Server
    ) -> None:
        superuser = postgresql_server.engine("postgres", str(record.engine.url.database))
        with pytest.raises(Exception, match="no action is open"), superuser.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text("DELETE FROM record_training"))
        superuser.dispose()

    def test_who_has_the_password_and_not_the_key_writes_nothing(
        self, record: Record, training: str, postgresql_server: Server
    ) -> None:
        name = str(record.engine.url.database)
        with record.action(TIMER, "record.training.enter") as unit:
            seen = unit.session.scalar(text("SELECT current_setting('titer.action')"))
        stolen = postgresql_server.engine(RUNTIME, name, key=bytes(32))
        for statement in (seen, "0" * 64 + str(seen)[64:], "x", "\x1f" * 9):
            with (
                pytest.raises(Exception, match="not opened by this installation"),
                stolen.begin() as connection,
            ):
                connection.execute(text("SELECT set_config('titer.action', :a, true)"), {"a": statement})
                connection.execute(text("DELETE FROM record_training"))
        stolen.dispose()
        count = len(_entries(record))
        other = Record(
            postgresql_server.engine(RUNTIME, name, key=bytes(32)), record.content, clock=record.clock,
            process_clock=record.process_clock, ids=record.ids, secret=bytes(32),
        )  # fmt: skip
        other.register_actions(tuple(record.matrix.values()))
        with (
            pytest.raises(Refused, match="installation"),
            other.action(TIMER, "record.training.enter") as unit,
        ):
            unit.add(Training(person_id="p", competency="SEC", document="forged", trained_at=unit.now))
        other.engine.dispose()
        assert len(_entries(record)) == count

    def test_of_two_who_change_what_both_have_read_one_is_told(
        self, record: Record, training: str, postgresql_server: Server
    ) -> None:
        other = Record(
            postgresql_server.engine(RUNTIME, str(record.engine.url.database)), record.content,
            clock=record.clock, process_clock=record.process_clock, ids=record.ids, secret=bytes(32),
        )  # fmt: skip
        other.register_actions(tuple(record.matrix.values()))
        with pytest.raises(StaleVersion), record.action(TIMER, "record.training.enter") as unit:
            mine = unit.get(Training, training)
            with other.action(TIMER, "record.training.enter") as unit_there:
                unit_there.get(Training, training).competency = "theirs"
            mine.competency = "mine"
        other.engine.dispose()
        assert [entry["after"]["competency"] for entry in _entries(record)[-2:]] == ["SEC", "theirs"]
