"""An installation on PostgreSQL: made, opened, used by all the layers, verified, looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from tests.integration.app.conftest import PASSWORD, PEOPLE, TIMER, furnish
from tests.postgresql import OWNER, RUNTIME, Server
from typer.testing import CliRunner

from titer.app import Config, create_installation, load, open_platform
from titer.app.migration import migrate
from titer.base.clock import ManualClock
from titer.base.errors import Conflict, IntegrityFault, Invalid, NotFound, Refused, Unavailable
from titer.cli import doctor
from titer.cli.main import app
from titer.record import Actor, LedgerEntry, Proof
from titer.record.verify import verify_store

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def database(postgresql_server: Server) -> Iterator[str]:
    """The name of an empty database."""
    with postgresql_server.empty() as name:
        yield name


def address(server: Server, role: str, name: str, password: str = "") -> str:
    return f"postgresql://{role}{':' + password if password else ''}@/{name}?host={server.folder}"


@pytest.fixture
def lab(postgresql_server: Server, database: str, tmp_path: Path, clock: ManualClock) -> Path:
    """The folder of an installation on the database."""
    config = Config(name="lab", database=address(postgresql_server, RUNTIME, database, "not to be read"))
    create_installation(
        tmp_path / "lab", config, simulated=True, demo=True, clock=clock,
        owner=address(postgresql_server, OWNER, database),
    )  # fmt: skip
    return tmp_path / "lab"


def test_it_works_and_is_verified(lab: Path, clock: ManualClock) -> None:
    platform = open_platform(lab, clock=clock, hasher=HASHER)
    assert platform.record.database.NAME == "PostgreSQL"
    furnish(platform)
    platform.settle()
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert verdict.holds, verdict.sentence
    assert verdict.entries > len(PEOPLE)
    before = verdict.root
    platform.close()
    again = open_platform(lab, clock=clock, hasher=HASHER)
    assert verify_store(again.record, again.sealer, again.verifiers).root == before
    again.close()
    assert not (lab / "titer.db").exists()


def test_the_command_makes_one(
    postgresql_server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TITER_PASSWORD", PASSWORD)
    where = ["--database", address(postgresql_server, RUNTIME, database)]
    refused = CliRunner().invoke(app, ["init", str(tmp_path / "lab"), *where])
    assert isinstance(refused.exception, Invalid)
    assert "CREATE ROLE" in refused.exception.do
    answer = CliRunner().invoke(
        app, ["init", str(tmp_path / "lab"), *where, "--owner", address(postgresql_server, OWNER, database)]
    )
    assert answer.exit_code == 0, answer.output
    checked = CliRunner().invoke(app, ["verify", "--dir", str(tmp_path / "lab")])
    assert checked.exit_code == 0, checked.output
    assert "The record holds" in checked.output
    with pytest.raises(Invalid, match="two roles"):
        migrate(tmp_path / "lab")
    done = CliRunner().invoke(
        app,
        ["migrate", "--dir", str(tmp_path / "lab"), "--owner", address(postgresql_server, OWNER, database)],
    )
    assert done.exit_code == 0, done.output
    assert "has the schema 0001 already" in done.output


def test_a_change_by_the_owner_is_named(
    lab: Path, clock: ManualClock, postgresql_server: Server, database: str
) -> None:
    platform = open_platform(lab, clock=clock, hasher=HASHER)
    furnish(platform)
    platform.settle()
    owner = postgresql_server.engine(OWNER, database)
    triggers = "ALTER TABLE record_person {} TRIGGER titer_record_person_update"
    with owner.begin() as connection:
        connection.execute(text(triggers.format("DISABLE")))
        connection.execute(text("UPDATE record_person SET full_name = 'Mallory' WHERE username = 'ada'"))
        connection.execute(text(triggers.format("ENABLE ALWAYS")))
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert "was changed past the ledger: full_name" in (verdict.first_fault or "")
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE ledger_entry DISABLE TRIGGER titer_ledger_entry_no_delete"))
        connection.execute(text("DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)"))
    owner.dispose()
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert "Entries were removed" in (verdict.first_fault or "")
    platform.close()


def test_a_right_that_somebody_adds_is_noticed(
    lab: Path, clock: ManualClock, postgresql_server: Server, database: str
) -> None:
    """Whatever the two roles are called: a right more, or a third role, is another schema."""
    with postgresql_server.roles("stranger"):
        superuser = postgresql_server.engine("postgres", database)
        for given, taken in (
            ("GRANT TRUNCATE ON record_training TO {0}", "REVOKE TRUNCATE ON record_training FROM {0}"),
            ("GRANT UPDATE(body) ON ledger_entry TO {0}", "REVOKE UPDATE(body) ON ledger_entry FROM {0}"),
            ("GRANT SELECT ON ledger_entry TO stranger", "DROP OWNED BY stranger"),
            ("ALTER TABLE record_training OWNER TO stranger", "REASSIGN OWNED BY stranger TO {1}"),
            (
                "GRANT EXECUTE ON FUNCTION titer_action() TO PUBLIC",
                "REVOKE ALL ON FUNCTION titer_action() FROM PUBLIC",
            ),
        ):
            with superuser.begin() as connection:
                connection.execute(text(given.format(RUNTIME, OWNER)))
            with pytest.raises(IntegrityFault, match="not those that Titer made"):
                open_platform(lab, clock=clock)
            with superuser.begin() as connection:
                connection.execute(text(taken.format(RUNTIME, OWNER)))
            open_platform(lab, clock=clock).close()
        superuser.dispose()


def test_titer_numbers_the_rows_of_every_table_that_it_adds_to(
    lab: Path, postgresql_server: Server, database: str
) -> None:
    """A column with a sequence of its own needs the right to it; nobody sets one back."""
    asked = (
        "SELECT d.refobjid::regclass::text, has_sequence_privilege(:role, d.objid, 'USAGE'), "
        "has_table_privilege(:role, d.refobjid, 'INSERT'), has_sequence_privilege(:role, d.objid, 'UPDATE') "
        "FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' WHERE d.deptype = 'a'"
    )
    superuser = postgresql_server.engine("postgres", database)
    with superuser.connect() as connection:
        rows = connection.execute(text(asked), {"role": RUNTIME}).all()
    superuser.dispose()
    assert {table: usage for table, usage, _, _ in rows} == {table: adds for table, _, adds, _ in rows}
    assert {"record_outbox", "equipment_clock_reading"} <= {table for table, _, _, _ in rows}
    assert not any(sets for _, _, _, sets in rows)


def test_titer_does_not_run_as_a_role_that_may_write_the_ledger(
    postgresql_server: Server, tmp_path: Path, clock: ManualClock
) -> None:
    """One who was given a right, a member of the owner, the owner, a superuser: refused, and the doctor says so."""
    keeper, writer = "lab_keeper", "lab_writer"
    with postgresql_server.roles(keeper, writer), postgresql_server.empty(keeper) as name:
        config = Config(name="lab", database=address(postgresql_server, writer, name))
        create_installation(
            tmp_path / "lab", config, clock=clock, owner=address(postgresql_server, keeper, name)
        )
        superuser = postgresql_server.engine("postgres", name)
        for given, taken in (
            (f"GRANT UPDATE ON ledger_entry TO {writer}", f"REVOKE UPDATE ON ledger_entry FROM {writer}"),
            (f"GRANT {keeper} TO {writer}", f"REVOKE {keeper} FROM {writer}"),
            (f"ALTER ROLE {writer} NOINHERIT; GRANT {keeper} TO {writer}", f"REVOKE {keeper} FROM {writer}"),
            (f"ALTER ROLE {writer} SUPERUSER", f"ALTER ROLE {writer} NOSUPERUSER"),
            (f"ALTER TABLE ledger_entry OWNER TO {writer}", "SELECT 1"),
        ):
            with superuser.begin() as connection:
                connection.execute(text(given))
            with pytest.raises(Unavailable, match=r"that Titer runs as may .* the ledger"):
                open_platform(tmp_path / "lab", clock=clock)
            said = [one["what"] for one in doctor.examine(tmp_path / "lab", clock=clock) if not one["ok"]]
            assert any("that Titer runs as may" in one for one in said), said
            with superuser.begin() as connection:
                connection.execute(text(taken))
        superuser.dispose()


def test_no_password_lies_in_the_configuration(lab: Path) -> None:
    kept = load(lab).database or ""
    assert RUNTIME in kept
    assert "not to be read" not in (lab / "titer.yaml").read_text()
    assert b"not to be read" not in (lab / "keys" / "database.password").read_bytes()


def test_the_doctor_looks_at_the_server(lab: Path, clock: ManualClock) -> None:
    said = [one["what"] for one in doctor.examine(lab, clock=clock)]
    assert "The database has the revision that this Titer needs." in said
    assert any("fsync off" in one for one in said), "the tests' own server runs so"
    assert not any("superuser" in one or "cannot be read" in one for one in said)


def test_a_second_hub_is_refused_wherever_it_runs(lab: Path, clock: ManualClock) -> None:
    platform = open_platform(lab, clock=clock)
    (lab / "hub.lock").unlink()  # as it is on another machine
    with pytest.raises(Unavailable, match="in use by another hub"):
        open_platform(lab, clock=clock)
    platform.close()
    open_platform(lab, clock=clock).close()


def test_a_hub_is_let_in_as_soon_as_the_server_sees_that_the_one_before_is_gone(
    lab: Path, clock: ManualClock
) -> None:
    """A hub that was killed and begins again at once comes before its old connection has ended at the server."""
    platform = open_platform(lab, clock=clock)
    (lab / "hub.lock").unlink()  # as after a kill
    gone = Timer(0.5, platform.close)
    gone.start()
    open_platform(lab, clock=clock).close()
    gone.join()


def test_what_does_not_fit_is_refused_in_words(
    lab: Path, clock: ManualClock, tmp_path: Path, postgresql_server: Server, database: str
) -> None:
    def make(name: str, owner: str | None, role: str = RUNTIME, folder: str = "other") -> None:
        config = Config(name="lab", database=address(postgresql_server, role, name))
        create_installation(tmp_path / folder, config, clock=clock, owner=owner)

    owner = address(postgresql_server, OWNER, database)
    with pytest.raises(Conflict, match="not empty"):
        make(database, owner)
    with pytest.raises(Invalid, match="two roles"):
        make(database, None)
    with pytest.raises(Invalid, match="another role"):
        make(database, owner, role=OWNER)
    with pytest.raises(Unavailable, match="does not let Titer in"):
        make("nowhere", address(postgresql_server, OWNER, "nowhere"))
    with pytest.raises(Invalid, match="no PostgreSQL"):
        create_installation(tmp_path / "third", Config(database="mysql://a@b/c"), clock=clock)
    assert not (tmp_path / "other" / "titer.yaml").exists()


def test_another_installations_key_writes_nothing(
    lab: Path, clock: ManualClock, postgresql_server: Server, database: str
) -> None:
    platform = open_platform(lab, clock=clock)
    with platform.record.reading() as session:
        before = session.query(LedgerEntry).count()
    own, platform.record.engine = platform.record.engine, postgresql_server.engine(RUNTIME, database)
    with pytest.raises(Refused, match="not opened by this installation"):
        furnish(platform)
    with platform.record.reading() as session:
        assert session.query(LedgerEntry).count() == before
    platform.record.engine.dispose()
    platform.record.engine = own
    platform.close()


def test_where_the_database_is_empty_it_says_so(
    lab: Path, clock: ManualClock, postgresql_server: Server
) -> None:
    with postgresql_server.empty() as other:
        path = lab / "titer.yaml"
        kept = load(lab).database or ""
        name = kept.partition("?")[0].rpartition("/")[2]
        path.write_text(path.read_text().replace(f"/{name}?", f"/{other}?"))
        with pytest.raises(NotFound, match="holds no installation"):
            open_platform(lab, clock=clock)


def test_people_sign_there(lab: Path, clock: ManualClock) -> None:
    platform = open_platform(lab, clock=clock, hasher=HASHER)
    furnish(platform)
    who = platform.identity.log_in("quentin", PASSWORD, "here")
    assert who.token
    with platform.record.action(TIMER, "quality.follow") as unit:
        row = platform.quality.raise_exception(
            unit, kind="limit", severity="minor", title="t", detail="d", batch_id=None, subject_type="mes_phase",
            subject_id="p", evidence={"value": "37.6"}, key="k",
        )  # fmt: skip
    with platform.record.reading() as session:
        person = session.execute(text("SELECT id FROM record_person WHERE username = 'quentin'")).scalar_one()
        actor, data = Actor.person(person, None, "Quentin"), {"disposition": "justified", "comment": "c"}
        shown = platform.signing.preview(session, actor, "quality_exception", row.id, "disposed", data)
    platform.signing.sign(
        actor, record_type="quality_exception", record_id=row.id, version=shown.version, meaning="disposed",
        data=data, shown_digest=shown.digest, reason="reviewed", proof=Proof(PASSWORD), remote="test",
    )  # fmt: skip
    platform.settle()
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert verdict.holds, verdict.sentence
    platform.close()
