"""Who proves to be somebody, what with, and what is entered when it fails (21 CFR 11.200, 11.300)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from pyotp import TOTP
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from tests.authenticator import PRESENT, Authenticator
from webauthn.helpers import bytes_to_base64url

from titer.base.clock import ManualClock
from titer.base.errors import (
    Conflict,
    Invalid,
    NotAuthenticated,
    NotFound,
    ProofIncomplete,
    Refused,
    StaleVersion,
    Unavailable,
    WrongCredentials,
)
from titer.base.vault import Vault
from titer.record import (
    Actor,
    Identity,
    LedgerEntry,
    LoginSession,
    Occasion,
    OutboxEvent,
    Person,
    Proof,
    Record,
)
from titer.record.factors import Challenge, EarlierPassword, Factor, SessionSeen
from titer.record.identity import Assertion, Site
from titer.record.identity.challenges import LIFE
from titer.record.identity.sessions import Opening
from titer.record.model import Credential

TIMER = Actor.timer("test")
PASSWORD = "correct horse battery"
SECOND = "quite another staple"
HERE = Site("https://titer.example", "titer.example")
LIGHT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
Make = Callable[..., Actor]


def entries(record: Record, record_type: str) -> list[dict[str, Any]]:
    """The images that the entries of a kind of record bear, oldest first."""
    with record.reading() as session:
        bodies = session.scalars(
            select(LedgerEntry.body).where(LedgerEntry.record_type == record_type).order_by(LedgerEntry.seq)
        )
        return [json.loads(body)["after"] for body in bodies]


def faults(record: Record, identity: Identity) -> list[str]:
    with record.reading() as session:
        return list(identity.stored_credentials(session))


def policy(record: Record, identity: Identity, **changes: Any) -> None:
    with record.action(TIMER, "record.access_policy.change", reason="test") as unit:
        row = identity.policies.row(unit.session)
        identity.policies.change(unit, row.version if row else 0, **changes)


def enrol(record: Record, identity: Identity, who: Actor, clock: ManualClock) -> TOTP:
    """An authenticator of the person, confirmed; the clock goes on by two steps, so that a new code is good."""
    with record.action(TIMER, "record.account.change") as unit:
        made = identity.factors.begin_totp(unit, unit.get(Person, who.id), "Titer test")
    device = TOTP(made.secret)
    with record.action(TIMER, "record.account.change") as unit:
        identity.factors.confirm_totp(unit, who.id, made.factor_id, device.at(clock.now()))
    clock.advance(timedelta(seconds=60))
    return device


# --- ids and passwords ------------------------------------------------------------------------------------------


def test_an_id_and_a_user_name_are_never_used_again(record: Record, identity: Identity, person: Make) -> None:
    ada = person("ada", "analyst")
    with record.action(TIMER, "record.person.change") as unit:
        identity.set_active(unit, ada.id, active=False)
    with pytest.raises(Conflict, match="never given again"):
        person("ada", "analyst")
    with pytest.raises(Exception, match="username"), record.action(TIMER, "record.person.change") as unit:
        unit.get(Person, ada.id).username = "eve"
        unit.flush()
    with pytest.raises(Refused), record.action(TIMER, "record.person.change") as unit:
        unit.session.execute(update(Person).where(Person.id == ada.id).values(username="eve"))
    ways: tuple[Callable[[Session], object], ...] = (
        lambda session: session.delete(session.get_one(Person, ada.id)),
        lambda session: session.execute(delete(Person).where(Person.id == ada.id)),
        lambda session: session.execute(text("DELETE FROM record_person")),
    )
    for way in ways:
        with (
            pytest.raises(Refused, match=r"keeps every row|has no right"),
            record.action(TIMER, "record.person.change") as unit,
        ):
            way(unit.session)
        with pytest.raises(Conflict, match="never given again"):
            person("ada", "analyst")
    with record.reading() as session:
        assert session.scalars(select(Person.id).where(Person.username == "ada")).all() == [ada.id]


def test_not_even_the_owner_deletes_a_person_by_accident(owner: Engine, record: Record, person: Make) -> None:
    person("ada", "analyst")
    with (
        pytest.raises(DBAPIError, match="keeps every row: a user name is one person's for ever"),
        owner.begin() as connection,
    ):
        connection.execute(text("DELETE FROM record_person"))


def test_a_password_is_kept_as_argon2id_with_the_low_memory_profile_of_rfc_9106(record: Record) -> None:
    identity = Identity(record, bytes(32))
    with record.action(TIMER, "record.person.create") as unit:
        row = identity.create_person(unit, username="ada", full_name="Ada", password=PASSWORD)
    with record.reading() as session:
        stored = identity.credentials.secret_of(session, row.id)
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert identity.log_in("ada", PASSWORD, "here").person_id == row.id


def test_earlier_passwords_do_not_come_back(record: Record, identity: Identity, person: Make) -> None:
    policy(record, identity, history=3)
    ada = person("ada", "analyst")
    for word in ("second", "third"):
        with record.action(TIMER, "record.password.change") as unit:
            identity.set_password(unit, ada.id, f"quite another {word}")
    for used in (PASSWORD, "quite another second", "quite another third"):
        with (
            pytest.raises(Invalid, match="used before"),
            record.action(TIMER, "record.password.change") as unit,
        ):
            identity.set_password(unit, ada.id, used)
    with record.action(TIMER, "record.password.change") as unit:
        identity.set_password(unit, ada.id, "quite another fourth")
    with record.action(TIMER, "record.password.change") as unit:
        identity.set_password(unit, ada.id, PASSWORD)
    assert faults(record, identity) == []
    everything = json.dumps([entry for kind in ("record_person",) for entry in entries(record, kind)])
    with record.reading() as session:
        kept = list(session.scalars(select(EarlierPassword.secret)))
    assert len(kept) == 4
    assert not any(secret in everything for secret in kept)


def test_an_earlier_password_that_was_made_to_be_forgotten_is_named(
    record: Record, identity: Identity, person: Make
) -> None:
    ada = person("ada", "analyst")
    with record.action(TIMER, "record.password.change") as unit:
        identity.set_password(unit, ada.id, SECOND)
    with record.operational() as session:
        session.execute(delete(EarlierPassword))
    assert faults(record, identity) == ["The earlier passwords of ada are not those that the record knows."]


def test_a_password_that_is_too_old_opens_a_session_for_its_change_alone(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    policy(record, identity, max_age_days=90)
    ada = person("ada", "analyst")
    clock.advance(timedelta(days=90))
    opened = identity.log_in("ada", PASSWORD, "here")
    row, _ = identity.session(opened.token)
    assert row.limited_to == "password"
    with record.action(ada, "record.password.change") as unit:
        identity.set_password(unit, ada.id, SECOND)
        renewed = identity.sessions.renew(unit, row, "renewed: the password was changed")
    assert identity.session(renewed.token)[0].limited_to is None
    with pytest.raises(NotAuthenticated):
        identity.session(opened.token)
    assert identity.session(identity.log_in("ada", SECOND, "here").token)[0].limited_to is None


# --- the policy -------------------------------------------------------------------------------------------------


def test_the_policy_is_a_record_whose_versions_say_who_changed_it_and_why(
    record: Record, identity: Identity, person: Make
) -> None:
    root = person("root", "administrator")
    with record.action(root, "record.access_policy.change", reason="as the QA manual asks") as unit:
        identity.policies.change(unit, 0, minimum_length=12)
    with pytest.raises(StaleVersion), record.action(root, "record.access_policy.change") as unit:
        identity.policies.change(unit, 0, minimum_length=14)
    with record.action(root, "record.access_policy.change", reason="longer still") as unit:
        identity.policies.change(unit, 1, minimum_length=14, factor_roles=("quality",))
    with record.reading() as session:
        found = [
            json.loads(body)
            for body in session.scalars(
                select(LedgerEntry.body)
                .where(LedgerEntry.record_type == "record_access_policy")
                .order_by(LedgerEntry.seq)
            )
        ]
        assert identity.policies.current(session).minimum_length == 14
    assert [(entry["reason"], entry["actor"]["id"], entry["version"]) for entry in found] == [
        ("as the QA manual asks", root.id, 1),
        ("longer still", root.id, 2),
    ]
    with pytest.raises(Invalid, match="14 to 256"):
        _create(record, identity, "eve", "short words")


def _create(record: Record, identity: Identity, username: str, password: str) -> None:
    with record.action(TIMER, "record.person.create") as unit:
        identity.create_person(unit, username=username, full_name=username, password=password)


def test_nobody_but_an_administrator_changes_the_policy(
    record: Record, identity: Identity, person: Make
) -> None:
    for role in ("quality", "process_owner", "automation", "inspector"):
        somebody = person(f"a-{role}", role)
        with (
            pytest.raises(Exception, match="no right"),
            record.action(somebody, "record.access_policy.change", reason="mine") as unit,
        ):
            identity.policies.change(unit, 0, minimum_length=8)


# --- lock-out ---------------------------------------------------------------------------------------------------


def test_a_lock_out_is_told_at_once(record: Record, identity: Identity, person: Make) -> None:
    policy(record, identity, max_failures=3)
    person("ada", "analyst")
    for _ in range(3):
        with pytest.raises(WrongCredentials, match="wrong"):
            identity.log_in("ada", "not her password", "10.0.0.7")
    with record.reading() as session:
        told = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == "record.person.locked")).all()
    assert [event.payload for event in told] == [
        {"username": "ada", "full_name": "Ada", "remote": "10.0.0.7"}
    ]
    # Not held until a witness has seen it, as what a signature sets off is: it is for people to act on now.
    assert told[0].signed is False
    with pytest.raises(WrongCredentials, match="locked"):
        identity.log_in("ada", PASSWORD, "10.0.0.7")
    kinds = [entry["detail"] for entry in entries(record, "record_access_event")]
    assert kinds == ["wrong: password"] * 3 + ["the account is locked"]


def _locked(record: Record, identity: Identity, who: Actor) -> None:
    with record.action(TIMER, "record.person.change") as unit:
        unit.get(Person, who.id).locked_at = unit.now


def _disabled(record: Record, identity: Identity, who: Actor) -> None:
    with record.action(TIMER, "record.person.change") as unit:
        identity.set_active(unit, who.id, active=False)


def _another_password(record: Record, identity: Identity, who: Actor) -> None:
    with record.action(TIMER, "record.password.change") as unit:
        identity.set_password(unit, who.id, SECOND)


Happens = Callable[[Record, Identity, Actor], None]


@pytest.mark.parametrize("happens", [_locked, _disabled, _another_password])
def test_what_happened_to_the_account_since_the_proof_keeps_the_session_shut(
    record: Record, identity: Identity, person: Make, happens: Happens
) -> None:
    ada = person("ada", "analyst")
    proved = identity.how("ada", Proof(PASSWORD), "here")
    happens(record, identity, ada)
    with pytest.raises(WrongCredentials):
        identity.sessions.begin(proved.person, Opening("here", proved.factors))
    assert entries(record, "record_session") == []


@pytest.mark.parametrize("happens", [_locked, _disabled, _another_password])
def test_what_happens_to_the_account_while_a_proof_is_looked_at_undoes_the_proof(
    record: Record, identity: Identity, person: Make, monkeypatch: pytest.MonkeyPatch, happens: Happens
) -> None:
    """The right guess of several at once does not take the failures of the others back."""
    ada = person("ada", "analyst")
    with pytest.raises(WrongCredentials):
        identity.log_in("ada", "wrong", "here")
    compare = identity.proving._compare

    def meanwhile(case: Any) -> bool:
        good = compare(case)
        happens(record, identity, ada)
        return good

    monkeypatch.setattr(identity.proving, "_compare", meanwhile)
    with pytest.raises(WrongCredentials):
        identity.how("ada", Proof(PASSWORD), "here")
    if happens is _locked:
        with record.reading() as session:
            assert session.get_one(Person, ada.id).failed_attempts == 1


def test_failures_in_a_row_are_counted_and_a_success_takes_them_back(
    record: Record, identity: Identity, person: Make
) -> None:
    ada = person("ada", "analyst")
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongCredentials):
                identity.log_in("ada", "not her password", "here")
        identity.log_in("ada", PASSWORD, "here")
    with record.reading() as session:
        row = session.get(Person, ada.id)
        assert row is not None
        assert (row.locked_at, row.failed_attempts) == (None, 0)


# --- TOTP -------------------------------------------------------------------------------------------------------


def test_an_authenticator_is_asked_for_once_it_is_confirmed(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    ada = person("ada", "analyst")
    with record.action(TIMER, "record.account.change") as unit:
        begun = identity.factors.begin_totp(unit, unit.get(Person, ada.id), "Titer test")
    assert identity.log_in("ada", PASSWORD, "here")
    assert begun.uri.startswith("otpauth://totp/Titer%20test:ada?secret=")
    with pytest.raises(Invalid, match="code of now"), record.action(TIMER, "record.account.change") as unit:
        identity.factors.confirm_totp(unit, ada.id, begun.factor_id, "000000")
    device = enrol(record, identity, ada, clock)
    with pytest.raises(ProofIncomplete) as asked:
        identity.log_in("ada", PASSWORD, "here")
    assert (asked.value.needs, asked.value.offers) == ("second_factor", ("totp",))
    opened = identity.log_in("ada", Proof(PASSWORD, totp=device.at(clock.now())), "here")
    assert identity.session(opened.token)[0].factors == ["password", "totp"]
    # The first secret was begun and never confirmed: it is gone.
    assert [row["removed_because"] for row in entries(record, "record_factor") if row["removed_at"]] == [
        "begun anew"
    ]


def test_what_is_asked_for_says_nothing_to_somebody_without_the_password(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    device = enrol(record, identity, person("ada", "analyst"), clock)
    for proof in (Proof("not her password"), Proof("not hers", totp=device.at(clock.now()))):
        with pytest.raises(WrongCredentials, match="User name or password is wrong") as said:
            identity.log_in("ada", proof, "here")
        assert not isinstance(said.value, ProofIncomplete)


def test_a_code_is_used_once_also_within_its_window(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    ada = person("ada", "analyst")
    device = enrol(record, identity, ada, clock)
    code = device.at(clock.now())
    identity.log_in("ada", Proof(PASSWORD, totp=code), "here")
    before = len(entries(record, "record_session"))
    for _ in range(2):
        with pytest.raises(WrongCredentials):
            identity.log_in("ada", Proof(PASSWORD, totp=code), "elsewhere")
        clock.advance(timedelta(seconds=15))
    # An older code of the window is no better than the one that was used.
    with pytest.raises(WrongCredentials):
        identity.log_in(
            "ada", Proof(PASSWORD, totp=device.at(clock.now() - timedelta(seconds=30))), "elsewhere"
        )
    assert len(entries(record, "record_session")) == before
    assert [entry["detail"] for entry in entries(record, "record_access_event")] == [
        "wrong: password, totp"
    ] * 3
    clock.advance(timedelta(seconds=30))
    identity.log_in("ada", Proof(PASSWORD, totp=device.at(clock.now())), "here")


def test_two_requests_with_one_code_open_one_session(
    record: Record, identity: Identity, person: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both found the code good before either was entered: the second one is refused when it is entered."""
    device = enrol(record, identity, person("ada", "analyst"), clock)
    proof = Proof(PASSWORD, totp=device.at(clock.now()))
    compare = identity.proving._compare

    def compare_while_another_logs_in(case: Any) -> bool:
        good = compare(case)
        monkeypatch.undo()
        identity.log_in("ada", proof, "the other")
        return good

    monkeypatch.setattr(identity.proving, "_compare", compare_while_another_logs_in)
    with pytest.raises(WrongCredentials):
        identity.log_in("ada", proof, "here")
    assert [row["remote"] for row in entries(record, "record_session")] == ["the other"]


def test_a_totp_secret_is_sealed_bound_and_in_no_entry(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    ada, eve = person("ada", "analyst"), person("eve", "analyst")
    device, hers = enrol(record, identity, ada, clock), enrol(record, identity, eve, clock)
    with record.reading() as session:
        rows = {row.person_id: row for row in session.scalars(select(Factor).where(Factor.kind == "totp"))}
        stored = {
            who: session.scalar(select(Credential.secret).where(Credential.owner_id == row.id))
            for who, row in rows.items()
        }
        bodies = "\n".join(session.scalars(select(LedgerEntry.body)))
    sealed = stored[ada.id]
    assert sealed is not None
    assert sealed.startswith("titer-secret/1 ")
    for secret in (device.secret, sealed, hers.secret):
        assert secret not in bodies
    assert device.secret not in sealed
    # Eve's own secret in place of Ada's: no code of it proves, and verification names it.
    with record.operational() as session:
        session.execute(delete(Credential).where(Credential.owner_id == rows[eve.id].id))
        session.execute(
            update(Credential).where(Credential.owner_id == rows[ada.id].id).values(secret=stored[eve.id])
        )
    with pytest.raises(WrongCredentials):
        identity.log_in("ada", Proof(PASSWORD, totp=hers.at(clock.now())), "here")
    named = faults(record, identity)
    assert any(
        f"record_factor {rows[ada.id].id} (totp of person {ada.id}) was changed" in one for one in named
    )
    assert any(f"record_factor {rows[eve.id].id}" in one and "is gone" in one for one in named)
    # Without the vault's key the database is of no use.
    other = Identity(record, bytes(32), LIGHT, Vault(b"1" * 32))
    with pytest.raises(Exception, match="key"):
        other.factors.totp_secret(rows[ada.id], sealed)
    with pytest.raises(Unavailable), record.action(TIMER, "record.account.change") as unit:
        Identity(record, bytes(32), LIGHT).factors.begin_totp(unit, unit.get(Person, ada.id), "x")


def test_a_removed_authenticator_that_is_put_back_proves_nothing(
    record: Record, owner: Any, identity: Identity, person: Make, clock: ManualClock
) -> None:
    ada = person("ada", "analyst")
    device = enrol(record, identity, ada, clock)
    with record.reading() as session:
        row = session.scalars(select(Factor)).one()
        sealed = session.scalar(select(Credential.secret).where(Credential.owner_id == row.id))
    with record.action(TIMER, "record.person.change", reason="lost") as unit:
        assert identity.factors.reset(unit, unit.get(Person, ada.id), ("totp",), "lost") == 1
    with owner.begin() as connection:
        record.database.drop_triggers(connection, "record_factor")
        connection.execute(update(Factor.__table__).values(removed_at=None, removed_because=None, version=2))
        connection.execute(
            Credential.__table__.insert().values(owner_id=row.id, owner_type="record_factor", secret=sealed)
        )
    with pytest.raises(WrongCredentials):
        identity.log_in("ada", Proof(PASSWORD, totp=device.at(clock.now())), "here")


def test_an_administrator_resets_a_lost_device_with_a_reason_and_it_is_told(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    ada = person("ada", "analyst")
    enrol(record, identity, ada, clock)
    with record.action(TIMER, "record.person.change", reason="phone drowned") as unit:
        identity.factors.reset(unit, unit.get(Person, ada.id), ("totp", "passkey"), "phone drowned")
    assert identity.log_in("ada", PASSWORD, "here")
    assert entries(record, "record_factor")[-1]["removed_because"] == "reset: phone drowned"
    assert entries(record, "record_access_event")[-1]["kind"] == "factor_reset"
    with record.reading() as session:
        topics = list(session.scalars(select(OutboxEvent.topic)))
    assert "record.factor.reset" in topics


def test_a_role_that_needs_a_second_factor_logs_in_to_enrol_one_alone(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    quentin = person("quentin", "quality")
    policy(record, identity, factor_roles=("quality",))
    opened = identity.log_in("quentin", PASSWORD, "here")
    assert identity.session(opened.token)[0].limited_to == "second_factor"
    device = enrol(record, identity, quentin, clock)
    full = identity.log_in("quentin", Proof(PASSWORD, totp=device.at(clock.now())), "here")
    assert identity.session(full.token)[0].limited_to is None


def test_a_limited_session_stays_limited_until_that_is_done_which_it_is_limited_to(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    """A PIN set meanwhile, or a new password where a second factor is asked for, opens nothing."""
    quentin = person("quentin", "quality")
    policy(record, identity, factor_roles=("quality",), max_age_days=30)
    clock.set(clock.now() + timedelta(days=31))
    token = identity.log_in("quentin", PASSWORD, "here").token

    def renewed(*factors: str) -> LoginSession:
        nonlocal token
        row, _ = identity.session(token)
        with record.action(quentin, "record.account.change") as unit:
            made = identity.sessions.renew(unit, row, "renewed: test", factors=factors)
        with pytest.raises(NotAuthenticated):
            identity.session(token)
        token = made.token
        return identity.session(token)[0]

    assert renewed("password").limited_to == "password"
    with record.action(quentin, "record.password.change") as unit:
        identity.set_password(unit, quentin.id, SECOND)
    assert renewed("password").limited_to == "second_factor"
    device = enrol(record, identity, quentin, clock)
    assert renewed("password").limited_to == "second_factor", (
        "enrolled in another session, not proved in this one"
    )
    proof = Proof(SECOND, totp=device.at(clock.now()))
    shown = identity.how("quentin", proof, "here", Occasion(session_id=identity.session(token)[0].id))
    row = renewed(*shown.factors)
    assert (row.limited_to, row.factors) == (None, ["password", "totp"])


# --- passkeys ---------------------------------------------------------------------------------------------------


@pytest.fixture
def passkey(record: Record, identity: Identity, person: Make) -> Authenticator:
    """Ada's passkey, registered."""
    ada = person("ada", "analyst")
    device = Authenticator(HERE.origin)
    register(record, identity, ada, device)
    return device


def register(
    record: Record, identity: Identity, who: Actor, device: Authenticator, bound: str = "s1"
) -> None:
    options = _options(record, identity, who)
    new = identity.passkeys.check_new(Assertion(device.create(options), HERE, bound))
    with record.action(TIMER, "record.account.change") as unit:
        identity.passkeys.register(unit, unit.get(Person, who.id), "Work laptop", HERE, new)


def _options(record: Record, identity: Identity, who: Actor) -> dict[str, Any]:
    with record.reading() as session:
        row = session.get(Person, who.id)
        assert row is not None
        return identity.passkeys.begin(session, row, HERE, "s1")


def test_a_passkey_opens_a_session_without_a_name_or_a_password(
    record: Record, identity: Identity, passkey: Authenticator
) -> None:
    options = identity.passkeys.ask(HERE, "b1")
    assert options["userVerification"] == "required"
    opened = identity.log_in("", Proof(passkey=Assertion(passkey.get(options), HERE, "b1")), "here")
    row, person = identity.session(opened.token)
    assert (person.username, row.factors, row.limited_to) == ("ada", ["passkey"], None)
    assert entries(record, "record_factor")[-1]["counter"] == 1
    assert faults(record, identity) == []


def test_a_challenge_is_answered_once_soon_and_where_it_was_given(
    record: Record, identity: Identity, passkey: Authenticator, clock: ManualClock
) -> None:
    def attempt(answer: dict[str, Any], site: Site = HERE, bound: str = "b1") -> None:
        with pytest.raises(WrongCredentials):
            identity.log_in("", Proof(passkey=Assertion(answer, site, bound)), "here")

    policy(record, identity, max_failures=20)  # so that each is refused for its own reason
    options = identity.passkeys.ask(HERE, "b1")
    good = passkey.get(options)
    identity.log_in("", Proof(passkey=Assertion(good, HERE, "b1")), "here")
    attempt(good)  # replayed
    attempt(passkey.get(options))  # answered again
    attempt(passkey.get(identity.passkeys.ask(HERE, "b1")), bound="b2")  # in another browser
    attempt(passkey.get({**options, "challenge": "bm90IG9uZSBvZiBvdXJz"}))  # not one of ours
    late = passkey.get(identity.passkeys.ask(HERE, "b1"))
    clock.advance(LIFE)
    attempt(late)
    attempt(
        passkey.get(_options(record, identity, Actor.person(_id(record))) | {"rpId": HERE.name})
    )  # another purpose
    assert len(entries(record, "record_session")) == 1
    identity.log_in(
        "", Proof(passkey=Assertion(passkey.get(identity.passkeys.ask(HERE, "b1")), HERE, "b1")), "here"
    )


def _id(record: Record) -> str:
    with record.reading() as session:
        return session.scalars(select(Person.id)).one()


def test_an_answer_from_another_place_or_without_its_user_proves_nothing(
    record: Record, identity: Identity, passkey: Authenticator
) -> None:
    def attempt(device: Authenticator, site: Site = HERE, **options: Any) -> None:
        asked = {**identity.passkeys.ask(site, "b1"), **options}
        with pytest.raises(WrongCredentials):
            identity.log_in("ada", Proof(passkey=Assertion(device.get(asked), site, "b1")), "here")

    policy(record, identity, max_failures=5)
    attempt(replace(passkey, origin="https://titer.example.evil.example"))
    attempt(replace(passkey, origin="http://titer.example"))
    attempt(passkey, rpId="evil.example")
    attempt(passkey, Site("https://other.example", "other.example"))
    attempt(replace(passkey, flags=PRESENT))
    with record.reading() as session:
        row = session.scalars(select(Person)).one()
        assert row.locked_at is not None, "five of these in a row lock the account, as passwords do"


def test_a_copy_of_a_passkey_is_told_by_its_counter(
    record: Record, identity: Identity, passkey: Authenticator
) -> None:
    copy = replace(passkey)
    for _ in range(2):
        answer = passkey.get(identity.passkeys.ask(HERE, "b1"))
        identity.log_in("", Proof(passkey=Assertion(answer, HERE, "b1")), "here")
    with pytest.raises(WrongCredentials):
        answer = copy.get(identity.passkeys.ask(HERE, "b1"))
        identity.log_in("", Proof(passkey=Assertion(answer, HERE, "b1")), "here")


def test_another_persons_passkey_proves_nothing_of_mine(
    record: Record, identity: Identity, passkey: Authenticator, person: Make
) -> None:
    person("eve", "analyst")
    answer = passkey.get(identity.passkeys.ask(HERE, "b1"))
    with pytest.raises(WrongCredentials):
        identity.log_in("eve", Proof(PASSWORD, passkey=Assertion(answer, HERE, "b1")), "here")


def test_a_passkey_is_registered_with_its_own_challenge_and_a_verified_user(
    record: Record, identity: Identity, person: Make
) -> None:
    ada = person("ada", "analyst")
    for device, bound in (
        (Authenticator("https://evil.example"), "s1"),
        (Authenticator(HERE.origin, flags=PRESENT), "s1"),
        (Authenticator(HERE.origin), "another session"),
    ):
        with pytest.raises(Invalid, match="could not be registered"):
            register(record, identity, ada, device, bound)
    with pytest.raises(Invalid, match="could not be registered"):
        identity.passkeys.check_new(Assertion({"id": "x", "response": {"clientDataJSON": "??"}}, HERE, "s1"))
    with pytest.raises(Unavailable, match="address that is a number"):
        identity.passkeys.ask(Site("http://127.0.0.1:8400", "127.0.0.1"), "b1")
    assert entries(record, "record_factor") == []


def test_a_passkey_of_the_attackers_own_put_in_the_database_proves_nothing(
    record: Record, identity: Identity, passkey: Authenticator
) -> None:
    own = replace(Authenticator(HERE.origin), id=passkey.id, user=passkey.user)
    other = Authenticator(HERE.origin)
    with record.reading() as session:
        row = session.scalars(select(Factor)).one()
    answer = other.create({"user": {"id": "x"}, "rp": {"id": HERE.name}, "challenge": "eA"})
    assert answer
    with record.operational() as session:
        session.execute(
            update(Credential).where(Credential.owner_id == row.id).values(secret=bytes_to_base64url(b"x"))
        )
    with pytest.raises(WrongCredentials):
        proof = own.get(identity.passkeys.ask(HERE, "b1"))
        identity.log_in("ada", Proof(passkey=Assertion(proof, HERE, "b1")), "here")
    assert any("record_factor" in one for one in faults(record, identity))


def test_a_challenge_that_somebody_wrote_opens_nothing_without_the_passkey(
    record: Record, identity: Identity, passkey: Authenticator
) -> None:
    """The challenge is known then; the answer to it is signed by a key that is not the one in the record."""
    known = b"k" * 32
    with record.operational() as session:
        session.add(
            Challenge(
                digest=hashlib.sha256(known).hexdigest(),
                purpose="prove",
                bound_to="b1",
                expires_at=record.clock.now() + LIFE,
            )
        )
    options = {**identity.passkeys.ask(HERE, "b1"), "challenge": bytes_to_base64url(known)}
    mine = replace(Authenticator(HERE.origin), id=passkey.id, user=passkey.user)
    with pytest.raises(WrongCredentials):
        identity.log_in("", Proof(passkey=Assertion(mine.get(options), HERE, "b1")), "here")
    assert entries(record, "record_session") == []


def test_a_time_last_seen_that_somebody_moved_prolongs_no_session(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    person("ada", "analyst")
    token = identity.log_in("ada", PASSWORD, "here").token
    row, _ = identity.session(token)
    again = Identity(record, b"k" * 32, LIGHT)
    again.credentials = identity.credentials
    with record.operational() as session:
        seen = session.get(SessionSeen, row.id)
        assert seen is not None
        seen.seen_at = row.ends_at + timedelta(days=300)
    clock.set(row.ends_at)
    for one in (identity, again):
        with pytest.raises(NotAuthenticated, match="has ended"):
            one.session(token)


# --- terminals --------------------------------------------------------------------------------------------------


@pytest.fixture
def terminal(record: Record, identity: Identity) -> str:
    """The token of a terminal in suite 2."""
    with record.action(TIMER, "record.terminal.change", reason="new") as unit:
        _, token = identity.terminals.register(unit, "T-201", "Suite 2, by BR-201")
    return token


@pytest.fixture
def olga(record: Record, identity: Identity, person: Make) -> Actor:
    """An operator with a badge and a PIN."""
    who = person("olga", "operator")
    with record.action(TIMER, "record.person.change", reason="new") as unit:
        row = unit.get(Person, who.id)
        identity.factors.give_badge(unit, row, "04A1B2C3D4", "White card")
        identity.factors.set_pin(unit, row, "402197")
    return who


def test_a_badge_or_a_pin_opens_a_session_at_a_terminal_and_nowhere_else(
    record: Record, identity: Identity, terminal: str, olga: Actor
) -> None:
    by_badge = identity.log_in("", Proof(badge="04A1B2C3D4", terminal=terminal), "floor")
    row, who = identity.session(by_badge.token, terminal)
    assert (who.id, row.factors, row.terminal_id is not None) == (olga.id, ["badge"], True)
    by_pin = identity.log_in("olga", Proof(pin="402197", terminal=terminal), "floor")
    assert identity.session(by_pin.token, terminal)[0].factors == ["pin"]
    for proof in (Proof(badge="04A1B2C3D4"), Proof(pin="402197"), Proof(pin="402197", terminal="made up")):
        with pytest.raises(WrongCredentials, match="no use on this device"):
            identity.log_in("olga", proof, "office")
    assert [entry["kind"] for entry in entries(record, "record_access_event")] == ["no_terminal"] * 3
    with record.reading() as session:
        known = session.get(Person, olga.id)
        assert known is not None
        assert known.failed_attempts == 0


def test_a_badge_alone_is_no_second_factor(
    record: Record, identity: Identity, terminal: str, olga: Actor
) -> None:
    policy(record, identity, factor_roles=("operator",))
    with pytest.raises(ProofIncomplete) as asked:
        identity.log_in("", Proof(badge="04A1B2C3D4", terminal=terminal), "floor")
    assert asked.value.needs == "pin"
    for proof in (
        Proof(badge="04A1B2C3D4", pin="402197", terminal=terminal),
        Proof(PASSWORD, badge="04A1B2C3D4", terminal=terminal),
    ):
        opened = identity.log_in("", proof, "floor")
        assert identity.session(opened.token, terminal)[0].limited_to is None
    with pytest.raises(WrongCredentials):
        identity.log_in("", Proof(badge="04A1B2C3D4", pin="402198", terminal=terminal), "floor")
    limited = identity.log_in("olga", Proof(pin="402197", terminal=terminal), "floor")
    assert identity.session(limited.token, terminal)[0].limited_to == "second_factor"


def test_a_terminals_session_is_of_no_use_on_another_device(
    record: Record, identity: Identity, terminal: str, olga: Actor
) -> None:
    opened = identity.log_in("", Proof(badge="04A1B2C3D4", terminal=terminal), "floor")
    with record.action(TIMER, "record.terminal.change", reason="second") as unit:
        _, second = identity.terminals.register(unit, "T-202", "Suite 2, by BR-202")
    for elsewhere in ("", second):
        with pytest.raises(NotAuthenticated, match="another device"):
            identity.session(opened.token, elsewhere)
    identity.session(opened.token, terminal)
    with record.action(TIMER, "record.terminal.change", reason="stolen") as unit:
        row = identity.terminals.of_token(unit.session, terminal)
        assert row is not None
        identity.terminals.revoke(unit, row.id)
    with pytest.raises(NotAuthenticated):
        identity.session(opened.token, terminal)
    with pytest.raises(WrongCredentials, match="no use on this device"):
        identity.log_in("", Proof(badge="04A1B2C3D4", terminal=terminal), "floor")
    assert faults(record, identity) == []


def test_pins_are_counted_and_lock_the_account(
    record: Record, identity: Identity, terminal: str, olga: Actor
) -> None:
    for guess in range(5):
        with pytest.raises(WrongCredentials):
            identity.log_in("olga", Proof(pin=f"90000{guess}", terminal=terminal), "floor")
    with pytest.raises(WrongCredentials, match="locked"):
        identity.log_in("olga", Proof(pin="402197", terminal=terminal), "floor")
    with pytest.raises(WrongCredentials, match="locked"):
        identity.log_in("", Proof(badge="04A1B2C3D4", terminal=terminal), "floor")


@pytest.mark.parametrize(
    "pin", ["1111111", "123456", "987654", "12345", "12345x", "4021971234567", "１２３４５７"]
)
def test_an_easy_pin_is_refused(record: Record, identity: Identity, olga: Actor, pin: str) -> None:
    with pytest.raises(Invalid), record.action(TIMER, "record.account.change") as unit:
        identity.factors.set_pin(unit, unit.get(Person, olga.id), pin)


def test_a_badge_belongs_to_one_person_and_an_unknown_one_to_nobody(
    record: Record, identity: Identity, terminal: str, olga: Actor, person: Make
) -> None:
    otto = person("otto", "operator")
    with pytest.raises(Conflict), record.action(TIMER, "record.person.change", reason="x") as unit:
        identity.factors.give_badge(unit, unit.get(Person, otto.id), "04A1B2C3D4", "White card")
    with pytest.raises(WrongCredentials):
        identity.log_in("", Proof(badge="0000000000", terminal=terminal), "floor")
    with pytest.raises(WrongCredentials):
        identity.log_in("otto", Proof(badge="04A1B2C3D4", terminal=terminal), "floor")
    with record.reading() as session:
        bodies = "\n".join(session.scalars(select(LedgerEntry.body)))
        stored = "\n".join(session.scalars(select(Credential.secret)))
    for secret in ("04A1B2C3D4", "402197"):
        assert secret not in bodies
        assert secret not in stored


# --- sessions ---------------------------------------------------------------------------------------------------


def test_an_idle_session_ends_also_over_a_restart(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    person("ada", "analyst")
    opened = identity.log_in("ada", PASSWORD, "here")
    used = identity.log_in("ada", PASSWORD, "here")
    for _ in range(4):
        clock.advance(timedelta(minutes=10))
        identity.session(used.token)
    started_again = Identity(record, bytes(32), LIGHT, Vault(bytes(32)))
    assert started_again.session(used.token)
    with pytest.raises(NotAuthenticated, match="30 idle minutes"):
        started_again.session(opened.token)
    clock.advance(timedelta(minutes=31))
    with pytest.raises(NotAuthenticated, match="idle"):
        Identity(record, bytes(32), LIGHT, Vault(bytes(32))).session(used.token)
    assert {row["ended_because"] for row in entries(record, "record_session") if row["ended_at"]} == {
        "idle for 30 minutes"
    }


def test_a_session_ends_at_its_time_however_busy_it_is(
    record: Record, identity: Identity, person: Make, clock: ManualClock
) -> None:
    policy(record, identity, session_minutes=60, idle_minutes=30)
    person("ada", "analyst")
    opened = identity.log_in("ada", PASSWORD, "here")
    for _ in range(5):
        clock.advance(timedelta(minutes=10))
        identity.session(opened.token)
    clock.advance(timedelta(minutes=10))
    with pytest.raises(NotAuthenticated, match="has ended"):
        identity.session(opened.token)


def test_a_log_in_gives_a_new_token_and_voids_that_of_the_browsers_session_before(
    record: Record, identity: Identity, person: Make
) -> None:
    person("ada", "analyst")
    first = identity.log_in("ada", PASSWORD, "here", in_place_of="a token that somebody planted")
    second = identity.log_in("ada", PASSWORD, "here", in_place_of=first.token)
    assert first.token != second.token
    with pytest.raises(NotAuthenticated):
        identity.session(first.token)
    identity.session(second.token)


def test_the_oldest_session_ends_when_there_are_too_many(
    record: Record, identity: Identity, person: Make
) -> None:
    policy(record, identity, max_sessions=2)
    person("ada", "analyst")
    opened = [identity.log_in("ada", PASSWORD, f"place {n}") for n in range(4)]
    for one in opened[:2]:
        with pytest.raises(NotAuthenticated):
            identity.session(one.token)
    for one in opened[2:]:
        identity.session(one.token)


def test_a_change_of_roles_ends_the_persons_sessions(
    record: Record, identity: Identity, person: Make
) -> None:
    ada = person("ada", "analyst")
    opened = identity.log_in("ada", PASSWORD, "here")
    with record.action(TIMER, "record.role.assign", reason="promoted") as unit:
        identity.assign_role(unit, ada.id, "reviewer")
    with pytest.raises(NotAuthenticated):
        identity.session(opened.token)


def test_a_person_ends_her_own_sessions_and_nobody_elses(
    record: Record, identity: Identity, person: Make
) -> None:
    ada, eve = person("ada", "analyst"), person("eve", "analyst")
    mine, other = (identity.log_in("ada", PASSWORD, "here") for _ in range(2))
    hers = identity.log_in("eve", PASSWORD, "there")
    with pytest.raises(NotFound), record.action(ada, "record.account.change") as unit:
        identity.sessions.end(unit, hers.session_id, "mine", ada.id)
    with record.action(ada, "record.account.change") as unit:
        identity.sessions.end_all(unit, ada.id, "ended by its person from another", but=mine.session_id)
    identity.session(mine.token)
    identity.session(hers.token)
    with pytest.raises(NotAuthenticated):
        identity.session(other.token)
    with record.reading() as session:
        assert [row.id for row in identity.sessions.open_of(session, ada.id)] == [mine.session_id]
        assert session.get(LoginSession, other.session_id) is not None
        assert eve.id


# --- what a signature asks for ----------------------------------------------------------------------------------


def test_the_first_signing_of_a_session_takes_the_user_name_as_well(
    record: Record, identity: Identity, person: Make
) -> None:
    person("ada", "analyst")
    opened = identity.log_in("ada", PASSWORD, "here")
    occasion = Occasion("approved", opened.session_id)
    with pytest.raises(ProofIncomplete) as asked:
        identity.prove("ada", Proof(PASSWORD), "here", occasion)
    assert asked.value.needs == "identification"
    identity.prove("ada", Proof(PASSWORD, username="Ada "), "here", occasion)
    with pytest.raises(WrongCredentials):
        identity.prove("ada", Proof(PASSWORD, username="eve"), "here", occasion)


@pytest.mark.parametrize("signed_before", [False, True])
def test_each_signature_at_a_terminal_takes_badge_or_pin_and_password(
    record: Record,
    identity: Identity,
    terminal: str,
    olga: Actor,
    signed_before: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity.sessions, "has_signed", lambda *_: signed_before)
    opened = identity.log_in("", Proof(badge="04A1B2C3D4", terminal=terminal), "floor")
    occasion = Occasion("witnessed", opened.session_id)

    def needs(proof: Proof) -> str:
        with pytest.raises(ProofIncomplete) as asked:
            identity.prove("olga", proof, "floor", occasion)
        return asked.value.needs

    assert needs(Proof(badge="04A1B2C3D4", terminal=terminal)) == "password"
    assert needs(Proof(PASSWORD, terminal=terminal)) == "identification"
    assert needs(Proof(PASSWORD, username="olga", terminal=terminal)) == "identification"
    identity.prove("olga", Proof(PASSWORD, badge="04A1B2C3D4", terminal=terminal), "floor", occasion)
    identity.prove("olga", Proof(PASSWORD, pin="402197", terminal=terminal), "floor", occasion)
    with record.reading() as session:
        row = session.get(Person, olga.id)
        assert row is not None
        assert identity.proving.needed(session, row, occasion).identification == ("badge", "pin")


def test_the_policy_asks_for_a_second_factor_at_a_signature_of_its_meanings(
    record: Record, identity: Identity, passkey: Authenticator, clock: ManualClock
) -> None:
    policy(record, identity, factor_meanings=("*",))
    answer = passkey.get(identity.passkeys.ask(HERE, "b1"))
    opened = identity.log_in("", Proof(passkey=Assertion(answer, HERE, "b1")), "here")
    occasion = Occasion("approved", opened.session_id)
    with pytest.raises(ProofIncomplete) as asked:
        identity.prove("ada", Proof(PASSWORD, username="ada"), "here", occasion)
    assert (asked.value.needs, asked.value.offers) == ("second_factor", ("passkey",))

    def with_passkey() -> Proof:
        given = passkey.get(identity.passkeys.ask(HERE, opened.session_id))
        return Proof(PASSWORD, username="ada", passkey=Assertion(given, HERE, opened.session_id))

    assert identity.prove("ada", with_passkey(), "here", occasion).username == "ada"
    alone = replace(with_passkey(), password="")
    with pytest.raises(ProofIncomplete) as asked:
        identity.prove("ada", alone, "here", occasion)
    assert asked.value.needs == "password"


def test_a_robot_is_asked_for_no_second_factor_unless_the_policy_says_so(
    record: Record, identity: Identity
) -> None:
    with record.action(TIMER, "record.person.create") as unit:
        identity.create_person(
            unit, username="r2", full_name="R2", password=PASSWORD, roles=("quality",), robot_for="quality"
        )
    policy(record, identity, factor_roles=("quality",), factor_meanings=("*",))
    opened = identity.log_in("r2", PASSWORD, "here")
    assert identity.session(opened.token)[0].limited_to is None
    identity.prove("r2", Proof(PASSWORD, username="r2"), "here", Occasion("approved", opened.session_id))
    policy(record, identity, factor_robots=True)
    with pytest.raises(ProofIncomplete):
        identity.prove("r2", Proof(PASSWORD, username="r2"), "here", Occasion("approved", opened.session_id))
