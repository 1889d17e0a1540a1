"""Credentials stand in no entry and in no bundle; one that is swapped behind the record is refused and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select, text, update

from titer.base.canonical import canonical
from titer.base.clock import ManualClock
from titer.base.errors import NotAuthenticated, NotFound
from titer.base.vault import Vault
from titer.record import (
    Actor,
    Identity,
    LedgerEntry,
    LoginSession,
    Person,
    Record,
    Sealer,
    checkpoint,
    schema,
)
from titer.record.bundle import export
from titer.record.credentials import token_hash
from titer.record.identity import SESSION_LENGTH
from titer.record.model import Credential, MachineToken
from titer.record.verify import verify_store

TIMER = Actor.timer("test")
VAULT = Vault(bytes(32))
PASSWORD = "correct horse battery"
SECOND = "quite another staple"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def sealer(record: Record, tmp_path: Path) -> Sealer:
    signer = checkpoint.Signer.open("titer/test", tmp_path / "ledger.key", VAULT, create=True)
    witness = checkpoint.FileWitness("file-witness", tmp_path / "witness", record.clock, VAULT)
    return Sealer(record, "titer/test", signer, [witness])


def store(record: Record, statement: object) -> None:
    """What somebody does who can write to the database: no action, no entry."""
    with record.operational() as session:
        session.execute(statement)  # type: ignore[call-overload]


def test_no_credential_stands_in_an_entry_or_a_bundle(
    record: Record, identity: Identity, person: Callable[..., Actor], sealer: Sealer
) -> None:
    ada = person("ada", "analyst")
    first = identity.log_in("ada", PASSWORD, "here")
    with record.action(TIMER, "record.person.change") as unit:
        identity.set_password(unit, ada.id, SECOND)
    second = identity.log_in("ada", SECOND, "there")
    with record.action(TIMER, "record.token.issue") as unit:
        token = identity.issue_token(unit, "host-lab", ("connect",))
    identity.log_out(first.session_id)
    with record.reading() as session:
        stored = list(session.scalars(select(Credential.secret)))
        entries = list(session.scalars(select(LedgerEntry.body)))
        touched = {(entry["record_type"], entry["record_id"]) for entry in map(json.loads, entries)}
    assert len(stored) == 3
    assert any(value.startswith("$argon2id$") for value in stored)
    secrets = [*stored, PASSWORD, SECOND, token, token_hash(token), first.token, token_hash(first.token)]
    secrets += [second.token, first.csrf, second.csrf, "argon2", bytes(32).hex()]
    with record.reading() as session:
        installation = record.installation(session)
    subject = ("record_installation", installation.id, "the installation")
    bundle = export(
        record, sealer, actor=TIMER, reason="test", subject=subject, records=sorted(touched), files={}
    )
    everything = "\n".join(entries).encode() + bundle
    for secret in secrets:
        assert secret.encode() not in everything, secret
    assert not any(record_type == "record_credential" for record_type, _ in touched)


def test_the_fact_of_each_change_is_in_the_ledger(
    record: Record, identity: Identity, person: Callable[..., Actor], clock: ManualClock
) -> None:
    ada = person("ada", "analyst")
    with record.action(Actor.timer("the-changer"), "record.person.change") as unit:
        identity.set_password(unit, ada.id, SECOND)
    session_id = identity.log_in("ada", SECOND, "here").session_id
    identity.log_out(session_id)
    for _ in range(2):
        with record.action(TIMER, "record.token.issue") as unit:
            identity.issue_token(unit, "host-lab", ("connect",))
    with record.action(TIMER, "record.token.issue") as unit:
        identity.revoke_token(unit, "host-lab")
        with pytest.raises(NotFound):
            identity.revoke_token(unit, "nobody")

    def images(record_type: str) -> list[dict[str, object]]:
        with record.reading() as session:
            bodies = session.scalars(
                select(LedgerEntry.body)
                .where(LedgerEntry.record_type == record_type)
                .order_by(LedgerEntry.seq)
            )
            return [json.loads(body)["after"] for body in bodies]

    people = images("record_person")
    assert [image["password_count"] for image in people] == [1, 1, 2]
    assert people[-1]["password_set_by"] == "the-changer"
    assert people[1]["credential_mac"] != people[2]["credential_mac"]
    assert [image["ended_because"] for image in images("record_session")] == [None, "logged out"]
    tokens = images("record_machine_token")
    assert [(image["issue_count"], image["revoked_at"] is None) for image in tokens] == [
        (1, True),
        (2, True),
        (2, False),
    ]
    with record.reading() as session:
        assert session.scalars(select(Credential.owner_type)).all() == ["record_person"]


def swap_for_a_known_password(record: Record, ada: str, _eve: str) -> str:
    store(
        record,
        update(Credential).where(Credential.owner_id == ada).values(secret=HASHER.hash("the attacker's own")),
    )
    return "the attacker's own"


def swap_for_another_persons(record: Record, ada: str, eve: str) -> str:
    with record.reading() as session:
        hers = session.scalar(select(Credential.secret).where(Credential.owner_id == eve))
    store(record, text("DELETE FROM record_credential WHERE owner_id = :id").bindparams(id=eve))
    store(record, update(Credential).where(Credential.owner_id == ada).values(secret=hers))
    return PASSWORD


def bring_an_earlier_one_back(record: Record, ada: str, _eve: str) -> str:
    identity = Identity(record, bytes(32), HASHER)
    with record.reading() as session:
        old = session.scalar(select(Credential.secret).where(Credential.owner_id == ada))
    with record.action(TIMER, "record.person.change") as unit:
        identity.set_password(unit, ada, SECOND)
    store(record, update(Credential).where(Credential.owner_id == ada).values(secret=old))
    return PASSWORD


def bring_an_earlier_one_back_with_its_row(record: Record, owner: Engine, ada: str) -> str:
    of_hers = text("SELECT * FROM record_person WHERE id = :id").bindparams(id=ada)
    with owner.connect() as connection:
        row = dict(connection.execute(of_hers).one()._mapping)
    bring_an_earlier_one_back(record, ada, "")
    values = ", ".join(f'"{name}" = :{name}' for name in row)
    with owner.begin() as connection:
        record.database.drop_triggers(connection, "record_person")
        statement = text(f"UPDATE record_person SET {values} WHERE id = :id")  # noqa: S608
        connection.execute(statement, row)
    return PASSWORD


def take_it_away(record: Record, ada: str, _eve: str) -> str:
    store(record, text("DELETE FROM record_credential WHERE owner_id = :id").bindparams(id=ada))
    return PASSWORD


@pytest.mark.parametrize(
    "harm",
    [swap_for_a_known_password, swap_for_another_persons, bring_an_earlier_one_back, take_it_away],
)
def test_a_swapped_password_is_refused_entered_and_named(
    harm: Callable[[Record, str, str], str],
    record: Record,
    identity: Identity,
    person: Callable[..., Actor],
    sealer: Sealer,
) -> None:
    ada, eve = person("ada", "analyst"), person("eve", "analyst")
    checks = [identity.stored_credentials]
    assert not _credential_faults(record, identity)
    password = harm(record, ada.id, eve.id)
    with pytest.raises(NotAuthenticated, match="not the one that the record knows"):
        identity.log_in("ada", password, "here")
    with record.reading() as session:
        bodies = session.scalars(
            select(LedgerEntry.body).where(LedgerEntry.record_type == "record_access_event")
        ).all()
    assert json.loads(bodies[-1])["after"]["kind"] == "credential_swapped"
    faults = _credential_faults(record, identity)
    assert f"record_person {ada.id} (ada)" in faults[0]
    verdict = verify_store(record, sealer, checks)
    assert not verdict.holds


def _credential_faults(record: Record, identity: Identity) -> list[str]:
    with record.reading() as session:
        return list(identity.stored_credentials(session))


def test_verify_names_the_swapped_credential(
    record: Record, identity: Identity, person: Callable[..., Actor], sealer: Sealer
) -> None:
    ada = person("ada", "analyst")
    with record.action(TIMER, "record.install") as unit:
        unit.add(schema.log_fingerprint(record, unit.session, "test"))
    assert verify_store(record, sealer, [identity.stored_credentials]).holds
    swap_for_a_known_password(record, ada.id, "")
    verdict = verify_store(record, sealer, [identity.stored_credentials])
    assert f"record_credential of record_person {ada.id} (ada) was changed past" in (
        verdict.first_fault or ""
    )


def test_a_token_put_under_another_session_or_scope_opens_nothing(
    record: Record, identity: Identity, person: Callable[..., Actor]
) -> None:
    person("ada", "analyst")
    opened = identity.log_in("ada", PASSWORD, "here")
    with record.action(TIMER, "record.token.issue") as unit:
        machine = identity.issue_token(unit, "host-lab", ("connect",))
        row = unit.session.scalars(select(MachineToken)).one()
    own = "a token that the attacker made up"
    for owner in (opened.session_id, row.id):
        store(
            record,
            update(Credential).where(Credential.owner_id == owner).values(secret=token_hash(own + owner)),
        )
    with pytest.raises(NotAuthenticated):
        identity.session(own + opened.session_id)
    with pytest.raises(NotAuthenticated):
        identity.machine(own + row.id, "connect")
    with pytest.raises(NotAuthenticated):
        identity.machine(machine, "connect")
    faults = _credential_faults(record, identity)
    assert len(faults) == 2
    assert "host-lab" in "".join(faults)
    store(record, text("INSERT INTO record_credential VALUES ('x', 'record_session', 'y')"))
    assert "belongs to no" in _credential_faults(record, identity)[-1]


def test_a_session_bears_its_person_and_its_end(
    record: Record, owner: Engine, identity: Identity, person: Callable[..., Actor], clock: ManualClock
) -> None:
    """With the triggers dropped, the regulated row itself is changed: the credential does not fit it any more."""
    person("ada", "analyst")
    grace = person("grace", "quality")
    opened = identity.log_in("ada", PASSWORD, "here")
    with owner.begin() as connection:
        record.database.drop_triggers(connection, "record_session")
        connection.execute(update(LoginSession.__table__).values(person_id=grace.id))  # type: ignore[arg-type]
    with pytest.raises(NotAuthenticated):
        identity.session(opened.token)


def test_what_is_over_keeps_no_credential(
    record: Record, identity: Identity, person: Callable[..., Actor], clock: ManualClock
) -> None:
    ada = person("ada", "analyst")
    identity.log_in("ada", PASSWORD, "here")
    clock.advance(SESSION_LENGTH)
    kept = identity.log_in("ada", PASSWORD, "here")
    with record.reading() as session:
        owners = set(session.scalars(select(Credential.owner_id)))
    assert owners == {ada.id, kept.session_id}
    with record.action(TIMER, "record.person.change") as unit:
        identity.set_active(unit, ada.id, active=False)
    with record.reading() as session:
        assert set(session.scalars(select(Credential.owner_id))) == {ada.id}
        assert None not in session.scalars(select(LoginSession.ended_at)).all()
        assert session.get(Person, ada.id) is not None


def test_a_forged_entry_that_takes_the_count_of_passwords_back_is_named(
    record: Record, owner: Engine, identity: Identity, person: Callable[..., Actor]
) -> None:
    ada = person("ada", "analyst")
    with record.reading() as session:
        old = session.scalars(
            select(LedgerEntry.body)
            .where(LedgerEntry.record_id == ada.id)
            .order_by(LedgerEntry.record_version.desc())
        ).first()
        assert old is not None
    with record.action(TIMER, "record.person.change") as unit:
        identity.set_password(unit, ada.id, SECOND)
    forged = canonical({**json.loads(old), "id": "forged"}).decode()
    with owner.begin() as connection:
        # PostgreSQL's columns are written beside the body; SQLite computes them.
        if connection.dialect.name == "postgresql":
            said = json.loads(forged)
            given = {name: said[name] for name in ("id", "action", "record_type", "record_id")}
            connection.execute(
                text(
                    "INSERT INTO ledger_entry(body, id, action, record_type, record_id, record_version) "
                    "VALUES (:body, :id, :action, :record_type, :record_id, :version)"
                ),
                {"body": forged, "version": said["version"], **given},
            )
        else:
            connection.execute(text("INSERT INTO ledger_entry(body) VALUES (:body)"), {"body": forged})
    assert f"earlier password of record_person {ada.id} back" in _credential_faults(record, identity)[-1]


def test_an_earlier_row_with_its_credential_opens_nothing(
    record: Record, owner: Engine, identity: Identity, person: Callable[..., Actor]
) -> None:
    """The credential fits its row; but the row is not what the last entry says, nor are the earlier passwords."""
    ada = person("ada", "analyst")
    password = bring_an_earlier_one_back_with_its_row(record, owner, ada.id)
    assert _credential_faults(record, identity) == [
        "The earlier passwords of ada are not those that the record knows."
    ]
    with pytest.raises(NotAuthenticated, match="not the one that the record knows"):
        identity.log_in("ada", password, "here")
