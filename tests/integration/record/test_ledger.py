"""Each change of a regulated row leaves an entry, whichever way it is written; without an action none is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update

from titer.base.canonical import canonical
from titer.base.errors import NotAuthenticated, NotAuthorised, Refused, StaleVersion
from titer.record import Actor, Identity, Installation, LedgerEntry, Person, Record, Training, schema

TIMER = Actor.timer("test")


def bodies(record: Record) -> list[dict[str, object]]:
    with record.reading() as session:
        return [
            json.loads(row) for row in session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq))
        ]


def test_an_entry_is_canonical_and_says_who_what_when_why(record: Record) -> None:
    with record.action(TIMER, "record.training.enter", reason='quote " and \n newline, Grüße 𝄞') as unit:
        unit.add(
            Training(person_id="p", competency="SEC", document="SOP-7 \t\x01\x1f é", trained_at=unit.now)
        )
    with record.reading() as session:
        body = session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq.desc())).first()
    assert body is not None
    entry = json.loads(body)
    assert canonical(entry).decode() == body
    assert entry["verb"] == "record.training.enter"
    assert entry["before"] is None
    assert entry["after"]["document"] == "SOP-7 \t\x01\x1f é"
    assert entry["version"] == 1
    assert entry["time"].startswith("2026-11-23T09")
    assert entry["process_time"].startswith("2026-03-02T08")


@pytest.mark.usefixtures("every_table")
def test_every_regulated_table_has_its_triggers(record: Record) -> None:
    """Of all layers: the tables that this process happens to have imported are a third of them."""
    kinds = list(schema.classes())
    assert len(kinds) > 120
    assert len(schema.regulated_tables()) > 100
    with record.reading() as session:
        guarded = record.database.guarded(session.connection())
    every = {"INSERT", "UPDATE", "DELETE"} | ({"TRUNCATE"} if record.database.NAME == "PostgreSQL" else set())
    for kind in kinds:
        name = kind.__tablename__
        if kind.__regulated__:
            assert guarded.get(name) == every, f"{name} can be written past the ledger"
            assert len(kind.__table__.columns) <= 50, f"{name} is too wide for one json_object call"
        elif kind.__append_only__:
            # On PostgreSQL the ledger's own trigger tells the transaction what it has entered.
            told = {"INSERT"} if name == "ledger_entry" else set[str]()
            assert guarded[name] - told == every - {"INSERT"}
        else:
            assert kind.__unregulated_because__


def test_a_regulated_table_without_its_triggers_is_told_from_the_others(
    record: Record, owner: Engine
) -> None:
    with owner.begin() as connection:
        record.database.drop_triggers(connection, "record_training")
        assert "record_training" not in record.database.guarded(connection)


@pytest.mark.usefixtures("destroyable")
def test_each_way_of_writing_leaves_one_entry(record: Record) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        row = unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
    ways: list[Callable[[object], object]] = [
        lambda s: s.execute(update(Training).values(competency="core", version=Training.version + 1)),  # type: ignore[attr-defined]
        lambda s: s.execute(text("UPDATE record_training SET competency='raw', version=version+1")),  # type: ignore[attr-defined]
        lambda s: s.execute(  # type: ignore[attr-defined]
            insert(Training).values(
                id="bulk", version=1, recorded_at=unit.now, process_at=unit.now, person_id="q",
                competency="c", document="d", trained_at=unit.now,
            )
        ),
        lambda s: s.execute(delete(Training).where(Training.id == "bulk")),  # type: ignore[attr-defined]
    ]  # fmt: skip
    for way in ways:
        count = len(bodies(record))
        with record.action(TIMER, "record.training.enter") as unit:
            way(unit.session)
        assert len(bodies(record)) == count + 1
    assert [entry["before"] is None for entry in bodies(record)[-4:]] == [False, False, True, False]
    assert row.id


def test_many_rows_written_at_once_leave_an_entry_each_like_those_of_objects(record: Record) -> None:
    values = [
        {"person_id": f"p{number}", "competency": "SEC", "document": "d", "trained_at": record.clock.now()}
        for number in range(25)
    ]
    with record.action(TIMER, "record.training.enter") as unit:
        alone = unit.add(Training(**values[0]))
        ids = unit.add_all(Training, values[1:])
        assert unit.add_all(Training, []) == []
    entries = [entry for entry in bodies(record) if entry["record_type"] == "record_training"]
    assert [entry["record_id"] for entry in entries] == [alone.id, *ids]
    assert ids == sorted(set(ids))
    first, *others = [{**entry["after"], "id": "", "person_id": ""} for entry in entries]  # type: ignore[dict-item]
    assert all(other == first for other in others)
    with record.reading() as session:
        assert [row.version for row in session.scalars(select(Training))] == [1] * 25
    with record.action(TIMER, "record.training.enter") as unit:
        unit.get(Training, ids[3]).competency = "core"
    assert bodies(record)[-1]["version"] == 2


def test_a_change_that_does_not_raise_the_version_is_refused(record: Record) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
    with pytest.raises(Refused, match="version"), record.action(TIMER, "record.training.enter") as unit:
        unit.session.execute(text("UPDATE record_training SET competency='raw'"))


def test_a_simulated_installation_can_never_become_a_real_one(record: Record) -> None:
    with (
        pytest.raises(Refused, match="simulated keeps its first value"),
        record.action(TIMER, "record.install") as unit,
    ):
        unit.session.scalars(select(Installation)).one().simulated = False


def test_the_ledger_cannot_be_changed_by_statement(record: Record) -> None:
    for statement in ("UPDATE ledger_entry SET body='{}'", "DELETE FROM ledger_entry"):
        with (
            pytest.raises(Exception, match=r"append-only|permission denied"),
            record.operational() as session,
        ):
            session.execute(text(statement))


def test_a_failed_action_leaves_nothing(record: Record) -> None:
    before = len(bodies(record))
    with pytest.raises(RuntimeError), record.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
        raise RuntimeError("half-way")
    assert len(bodies(record)) == before


def test_a_write_based_on_an_older_version_is_refused(record: Record, person: Callable[..., Actor]) -> None:
    ada = person("ada")
    with record.action(TIMER, "record.person.change") as unit:
        seen = unit.get(Person, ada.id).version
        unit.get(Person, ada.id).full_name = "Ada L."
    with pytest.raises(StaleVersion), record.action(TIMER, "record.person.change") as unit:
        unit.get(Person, ada.id, version=seen)


def test_who_lacks_the_right_is_refused(record: Record, person: Callable[..., Actor]) -> None:
    for actor in (person("olga", "operator"), Actor.person("nobody")):
        with pytest.raises(NotAuthorised), record.action(actor, "record.person.create"):
            pass
    with pytest.raises(Refused, match="not in the matrix"), record.action(TIMER, "no.such.verb"):
        pass


def test_a_trigger_that_was_dropped_is_noticed(record: Record, owner: Engine) -> None:
    with record.action(TIMER, "record.install") as unit:
        unit.add(schema.log_fingerprint(record, unit.session, "test"))
    with record.reading() as session:
        schema.check_fingerprint(session)
    with owner.begin() as connection:
        on = " ON record_training" if record.database.NAME == "PostgreSQL" else ""
        connection.exec_driver_sql(f"DROP TRIGGER titer_record_training_update{on}")
    with record.reading() as session, pytest.raises(Exception, match="not those that Titer made"):
        schema.check_fingerprint(session)


def test_an_administrator_holds_no_data_right(
    record: Record, person: Callable[..., Actor], identity: Identity
) -> None:
    with pytest.raises(Refused, match="no data right"):
        person("root", "administrator", "operator")


def test_five_wrong_passwords_lock_the_account(
    record: Record, person: Callable[..., Actor], identity: Identity
) -> None:
    person("ada", "analyst")
    for _ in range(5):
        with pytest.raises(NotAuthenticated, match="wrong"):
            identity.log_in("ada", "not her password", "here")
    with pytest.raises(NotAuthenticated, match="locked"):
        identity.log_in("ada", "correct horse battery", "here")
    with pytest.raises(NotAuthenticated, match="wrong"):
        identity.log_in("nobody", "x", "here")
    kinds = [entry for entry in bodies(record) if entry["record_type"] == "record_access_event"]
    assert len(kinds) == 7


def test_the_images_of_the_tables_are_what_the_triggers_write(record: Record) -> None:
    with record.reading() as session:
        for table in schema.regulated_tables():
            for record_id, image in record.database.images(session.connection(), table).items():
                last = [e for e in bodies(record) if e["record_id"] == record_id][-1]
                assert json.loads(image) == last["after"]
