"""A signature holds for what was shown: void after a change, broken when copied, given by one person each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.clock import ManualClock
from titer.base.errors import Invalid, NotFound, Refused, StaleVersion, WrongCredentials
from titer.record import Actor, Identity, Installation, Record, Signature, SignatureMeaning, Signing, Training
from titer.record.identity import Proof
from titer.record.signing import Shown
from titer.record.validity import BROKEN, IN_FORCE, VOID, Validity, bound, validity

PASSWORD = "correct horse battery"
KIND = Training.__tablename__
Sign = Callable[..., Signature]


def _content(session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
    row = session.get_one(Training, record_id)
    return {
        "number": row.document,
        "competency": row.competency,
        "expires": row.expires_at,
        "state": row.version,
    }


def _blockers(session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
    return (
        ["The competency is withdrawn."] if session.get_one(Training, record_id).competency == "none" else []
    )


def _apply(unit: Any, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    unit.get(Training, record_id).expires_at = signature.signed_at


@pytest.fixture(autouse=True)
def meaning(record: Record) -> None:
    record.register_signatures(
        (
            SignatureMeaning(
                KIND,
                "approved",
                "record.training.enter",
                "Training: approved",
                _content,
                _blockers,
                _apply,
                filled=("expires",),
                data=("remark",),
            ),
        )
    )


@pytest.fixture
def trainings(record: Record, person: Callable[..., Actor]) -> list[str]:
    ada = person("ada", "reviewer")
    with record.action(ada, "record.training.enter") as unit:
        return [
            unit.add(
                Training(person_id=ada.id, competency="SEC", document=f"SOP-{n}", trained_at=unit.now)
            ).id
            for n in range(5)
        ]


def how(record: Record, signature_id: str) -> Validity:
    with record.reading() as session:
        return validity(record, session, session.get_one(Signature, signature_id))


def change(record: Record, who: Actor, record_id: str, **values: Any) -> None:
    with record.action(who, "record.training.enter", reason="corrected") as unit:
        row = unit.get(Training, record_id)
        for name, value in values.items():
            setattr(row, name, value)


def test_a_signature_is_in_force_after_what_it_carried_out(
    record: Record, trainings: list[str], person: Callable[..., Actor], sign: Sign
) -> None:
    given = sign(person("ben", "reviewer"), KIND, trainings[0], "approved")
    assert how(record, given.id) == Validity(IN_FORCE, version_now=2)


def test_a_change_of_what_was_signed_makes_it_void_for_the_new_version_and_leaves_it_attached_to_the_old(
    record: Record, trainings: list[str], person: Callable[..., Actor], sign: Sign
) -> None:
    ben = person("ben", "reviewer")
    given = sign(ben, KIND, trainings[0], "approved")
    change(record, ben, trainings[0], competency="HPLC")
    found = how(record, given.id)
    assert (found.state, found.changed, found.version_now) == (VOID, ("competency",), 3)
    assert found.why == (
        "Signed for version 1; void for version 3, in which competency is no longer what was signed."
    )
    with record.reading() as session:
        assert session.get_one(Signature, given.id).record_version == 1
        with pytest.raises(Refused, match="void for version 3"):
            record.verify_signature(
                session, given.id, record_type=KIND, record_id=trainings[0], meaning="approved"
            )
    again = sign(ben, KIND, trainings[0], "approved")
    assert how(record, again.id).state == IN_FORCE
    assert how(record, given.id).state == VOID


def test_what_is_sent_along_with_a_signature_keeps_no_later_change_in_force(
    record: Record, trainings: list[str], person: Callable[..., Actor], sign: Sign
) -> None:
    ben = person("ben", "reviewer")
    given = sign(ben, KIND, trainings[0], "approved", remark="read")
    with pytest.raises(Invalid, match="Nothing called competency"):
        sign(ben, KIND, trainings[0], "approved", competency="HPLC")
    change(record, ben, trainings[0], competency="HPLC")
    assert how(record, given.id).changed == ("competency",)


def test_what_a_later_signature_enters_is_a_change_of_what_an_earlier_one_was_given_for(
    record: Record, trainings: list[str], person: Callable[..., Actor], sign: Sign
) -> None:
    """A meaning that enters a field itself holds with its own value, and with no other."""

    def enter(unit: Any, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        unit.get(Training, record_id).document = data["number"]

    record.register_signatures(
        (
            SignatureMeaning(
                KIND, "renamed", "record.training.enter", "Renamed", _content, _blockers, enter, data=("number",)
            ),
        )
    )  # fmt: skip
    ben = person("ben", "reviewer")
    first = sign(ben, KIND, trainings[0], "renamed", number="SOP-X")
    assert how(record, first.id).state == IN_FORCE
    second = sign(ben, KIND, trainings[0], "renamed", number="SOP-Y")
    assert (how(record, first.id).state, how(record, second.id).state) == (VOID, IN_FORCE)
    assert how(record, first.id).changed == ("number",)


def test_a_change_of_what_was_not_shown_leaves_it_in_force_and_says_the_version(
    record: Record, trainings: list[str], person: Callable[..., Actor], sign: Sign
) -> None:
    ben = person("ben", "reviewer")
    given = sign(ben, KIND, trainings[0], "approved")
    change(record, ben, trainings[0], person_id=ben.id)
    assert how(record, given.id) == Validity(IN_FORCE, version_now=3)


def test_who_has_to_change_the_password_signs_nothing_before(
    record: Record,
    identity: Identity,
    trainings: list[str],
    person: Callable[..., Actor],
    sign: Sign,
    clock: ManualClock,
) -> None:
    """21 CFR 11.300(b): a password that expired, or that somebody else has set, gives no signature."""
    ben, eve = person("ben", "reviewer"), person("eve", "reviewer")
    with record.action(ben, "record.password.change") as unit:
        identity.policies.change(unit, 0, temporary_passwords=True, history=0, max_age_days=30)
        identity.set_password(unit, ben.id, PASSWORD)
    assert how(record, sign(ben, KIND, trainings[0], "approved").id).state == IN_FORCE
    with pytest.raises(Refused) as told:
        sign(eve, KIND, trainings[1], "approved")
    assert "set by somebody else" in told.value.why
    clock.set(clock.now() + timedelta(days=31))
    with pytest.raises(Refused) as told:
        sign(ben, KIND, trainings[1], "approved")
    assert "older than 30 days" in told.value.why
    with record.reading() as session:
        assert record.signatures_of(session, KIND, trainings[1]) == []


@pytest.mark.usefixtures("destroyable")
def test_a_record_that_is_gone_leaves_no_signature_in_force(
    record: Record, trainings: list[str], person: Callable[..., Actor], sign: Sign
) -> None:
    ben = person("ben", "reviewer")
    given = sign(ben, KIND, trainings[0], "approved")
    with record.action(ben, "record.training.enter") as unit:
        unit.session.delete(unit.get(Training, trainings[0]))
    assert how(record, given.id).state == VOID


def _copied(record: Record, owner: Engine, signature_id: str, **changed: Any) -> str:
    """A copy of a signature's row, written by the owner of the tables, past the triggers."""
    with record.reading() as session:
        row = session.connection().execute(
            text("SELECT * FROM record_signature WHERE id = :id"), {"id": signature_id}
        ).mappings().one()  # fmt: skip
    values = {**row, "id": record.ids.new(), **changed}
    with owner.begin() as connection:
        if owner.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE record_signature DISABLE TRIGGER ALL"))
        else:
            triggers = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='record_signature'")
            ).scalars()
            for name in list(triggers):
                connection.execute(text(f"DROP TRIGGER {name}"))
        names = ", ".join(values)
        slots = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO record_signature ({names}) VALUES ({slots})"), values)  # noqa: S608
    return str(values["id"])


def test_a_row_copied_to_another_record_by_the_owner_of_the_database_is_broken(
    record: Record,
    owner: Engine,
    signing: Signing,
    trainings: list[str],
    person: Callable[..., Actor],
    sign: Sign,
) -> None:
    given = sign(person("ben", "reviewer"), KIND, trainings[0], "approved")
    copy = _copied(record, owner, given.id, record_id=trainings[1])
    assert how(record, given.id).state == IN_FORCE
    found = how(record, copy)
    assert found.state == BROKEN
    assert "copied or altered: what was shown names the record id" in found.why
    with record.reading() as session:
        with pytest.raises(Refused, match="copied or altered"):
            record.verify_signature(
                session, copy, record_type=KIND, record_id=trainings[1], meaning="approved"
            )
        assert [fault for fault in signing.faults(session) if copy in fault]


@pytest.mark.parametrize("fault", ["content rewritten", "entry of another actor", "another name"])
def test_a_forged_row_with_an_entry_of_its_own_is_broken(
    fault: str,
    record: Record,
    signing: Signing,
    trainings: list[str],
    person: Callable[..., Actor],
    sign: Sign,
) -> None:
    ben = person("ben", "reviewer")
    given = sign(ben, KIND, trainings[0], "approved")
    actor = Actor.timer("forger") if fault == "entry of another actor" else ben
    with record.action(actor, "record.training.enter") as unit:
        names = [column.key for column in Signature.__table__.columns if column.key not in ("id", "version")]
        row = Signature(id=unit.new_id(), **{name: getattr(given, name) for name in names})
        row.signed_at, row.session_id = unit.now, unit.actor.session_id
        if fault == "another name":
            row.printed_name = "Somebody Else"
        else:
            row.record_id = trainings[1]
            row.content = {**given.content, "record_id": trainings[1]}
            row.digest = digest(row.content)
        forged = unit.add(row).id
    found = how(record, forged)
    assert found.state == BROKEN
    expected = "not written by the person" if actor is not ben else "keyed digest that it bears is another"
    assert expected in found.why
    with record.reading() as session:
        assert [one for one in signing.faults(session) if forged in one]


def test_every_field_of_a_signature_is_bound(
    record: Record, trainings: list[str], person: Callable[..., Actor], sign: Sign
) -> None:
    given = sign(person("ben", "reviewer"), KIND, trainings[0], "approved")
    technical = {"version", "recorded_at", "process_at", "binding", "content"}
    names = {column.key for column in Signature.__table__.columns} - technical
    assert names <= set(bound(given))


def test_without_the_installations_key_no_signature_is_in_force(
    record: Record, trainings: list[str], person: Callable[..., Actor], sign: Sign
) -> None:
    given = sign(person("ben", "reviewer"), KIND, trainings[0], "approved")
    record.binding = None
    assert how(record, given.id).state == BROKEN


def test_a_session_alone_or_a_machine_signs_nothing(
    record: Record, signing: Signing, trainings: list[str], person: Callable[..., Actor]
) -> None:
    ben = person("ben", "reviewer")
    with record.reading() as session:
        shown = signing.preview(session, ben, KIND, trainings[0], "approved", {})
    for password in ("", "not the password"):
        with pytest.raises(WrongCredentials):
            signing.sign(
                ben,
                record_type=KIND,
                record_id=trainings[0],
                version=1,
                meaning="approved",
                data={},
                shown_digest=shown.digest,
                reason="because",
                proof=Proof(password),
                remote="test",
            )
    for nobody in (Actor.timer("nightly"), Actor.connection("br201")):
        with pytest.raises(Refused, match="Only a person signs"):
            signing.sign(
                nobody,
                record_type=KIND,
                record_id=trainings[0],
                version=1,
                meaning="approved",
                data={},
                shown_digest=shown.digest,
                reason="because",
                proof=Proof(PASSWORD),
                remote="test",
            )
    with record.reading() as session:
        assert record.signatures_of(session, KIND, trainings[0]) == []


def test_a_robot_signs_as_one_and_in_a_simulation_only(
    record: Record, identity: Identity, trainings: list[str], sign: Sign, owner: Engine
) -> None:
    with record.action(Actor.timer("test"), "record.person.create") as unit:
        row = identity.create_person(
            unit,
            username="r2",
            full_name="R 2",
            password=PASSWORD,
            roles=("reviewer",),
            robot_for="Ben Ode",
        )
        row.policy_acknowledged_at = unit.now
    given = sign(Actor.person(row.id), KIND, trainings[0], "approved")
    assert (given.robot, given.printed_name) == (True, "demo robot for Ben Ode")
    assert how(record, given.id).state == IN_FORCE
    with owner.begin() as connection:
        _without_triggers(connection, Installation.__tablename__)
        connection.execute(Installation.__table__.update().values(simulated=False))
    assert "A robot signed it" in how(record, given.id).why
    with pytest.raises(Refused, match="simulated installation only"):
        sign(Actor.person(row.id), KIND, trainings[1], "approved")


def _without_triggers(connection: Any, table: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        return
    found = text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name=:table")
    for name in connection.execute(found, {"table": table}).scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


# --- series -----------------------------------------------------------------------------------------------------


def _shown(record: Record, signing: Signing, who: Actor, ids: list[str]) -> list[Shown]:
    with record.reading() as session:
        found = [signing.preview(session, who, KIND, one, "approved", {}) for one in ids]
    return [Shown(one.record_id, one.version, one.digest, {}) for one in found]


def _series(signing: Signing, who: Actor, items: list[Shown], password: str = PASSWORD) -> list[Signature]:
    return signing.sign_series(
        who,
        record_type=KIND,
        meaning="approved",
        items=items,
        reason="read each",
        proof=Proof(password),
        remote="test",
    )


def _signed(record: Record) -> int:
    with record.reading() as session:
        return session.query(Signature).count()


def test_a_series_gives_each_record_a_signature_of_its_own(
    record: Record, signing: Signing, trainings: list[str], person: Callable[..., Actor], clock: ManualClock
) -> None:
    ben = person("ben", "reviewer")
    items = _shown(record, signing, ben, trainings)
    given = _series(signing, ben, items)
    assert [(one.record_id, one.digest) for one in given] == [(one.record_id, one.digest) for one in items]
    assert len({one.digest for one in given}) == 5
    assert {how(record, one.id).state for one in given} == {IN_FORCE}


def test_one_changed_record_in_the_middle_of_a_series_leaves_nothing_signed_and_is_named(
    record: Record, signing: Signing, trainings: list[str], person: Callable[..., Actor]
) -> None:
    ben = person("ben", "reviewer")
    items = _shown(record, signing, ben, trainings)
    change(record, ben, trainings[2], competency="HPLC")
    with pytest.raises(StaleVersion, match=r"SOP-2: .* Nothing was signed"):
        _series(signing, ben, items)
    assert _signed(record) == 0
    with record.reading() as session:
        assert {session.get_one(Training, one).expires_at for one in trainings} == {None}


def test_one_blocked_record_in_the_middle_of_a_series_leaves_nothing_signed_and_is_named(
    record: Record, signing: Signing, trainings: list[str], person: Callable[..., Actor]
) -> None:
    ben = person("ben", "reviewer")
    change(record, ben, trainings[3], competency="none")
    with pytest.raises(Refused, match=r"SOP-3: .*Nothing was signed.*withdrawn"):
        _series(signing, ben, _shown(record, signing, ben, trainings))
    assert _signed(record) == 0


def test_a_series_whose_digest_was_not_the_one_shown_is_refused(
    record: Record, signing: Signing, trainings: list[str], person: Callable[..., Actor]
) -> None:
    ben = person("ben", "reviewer")
    items = _shown(record, signing, ben, trainings)
    items[4] = Shown(items[4].record_id, items[4].version, items[3].digest, {})
    with pytest.raises(StaleVersion, match="SOP-4"):
        _series(signing, ben, items)
    assert _signed(record) == 0


def test_a_series_needs_the_persons_own_password_and_a_list_without_doubles(
    record: Record, signing: Signing, trainings: list[str], person: Callable[..., Actor]
) -> None:
    ben = person("ben", "reviewer")
    items = _shown(record, signing, ben, trainings)
    with pytest.raises(WrongCredentials):
        _series(signing, ben, items, password="not the password")
    with pytest.raises(Invalid, match="twice"):
        _series(signing, ben, [*items, items[0]])
    with pytest.raises(Invalid, match="1 to 200"):
        _series(signing, ben, [])
    with pytest.raises(NotFound):
        _series(signing, ben, [Shown("no such record", 1, items[0].digest, {})])
    assert _signed(record) == 0
