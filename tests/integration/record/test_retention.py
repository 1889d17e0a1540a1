"""How long records are kept and what is held, in the domain and in the database, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from titer.base.clock import ManualClock
from titer.base.errors import Conflict, Invalid, NotAuthorised, NotFound, Refused
from titer.record import Actor, Identity, Person, Record, Retention, Training
from titer.record.retention import ACTIONS, due_on

TIMER = Actor.timer("test")


@pytest.fixture
def retention(record: Record) -> Retention:
    record.register_actions(ACTIONS)
    return Retention(record)


@pytest.fixture
def training(record: Record, identity: Identity, person: Callable[..., Actor]) -> Training:
    ada = person("ada", "analyst")
    with record.action(TIMER, "record.training.enter") as unit:
        return identity.enter_training(
            unit, person_id=ada.id, competency="sec-hplc", document="SOP", expires_at=None
        )


def destroy(record: Record, row: Training) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        unit.session.delete(unit.get(Training, row.id))


def destroy_past_the_domain(record: Record, row: Training) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        unit.session.connection().execute(text("DELETE FROM record_training WHERE id = :id"), {"id": row.id})


def test_without_a_class_a_record_is_kept_for_ever(
    record: Record, retention: Retention, training: Training
) -> None:
    with pytest.raises(Refused, match="not destroyed") as told:
        destroy(record, training)
    assert "for ever" in told.value.why
    with pytest.raises(Refused, match="no retention class, so it is kept for ever"):
        destroy_past_the_domain(record, training)
    with record.reading() as session:
        assert session.get(Training, training.id) is not None


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("record_person", "one person's for ever"),
        ("record_terminal", "given once"),
        ("record_signature", "append-only"),
    ],
)
def test_what_never_goes_has_no_time_after_which_it_may(
    record: Record, retention: Retention, person: Callable[..., Actor], kind: str, why: str
) -> None:
    assert kind not in retention.kinds()
    assert "record_training" in retention.kinds()
    quentin = person("quentin", "quality")
    with (
        pytest.raises(Invalid, match="never destroyed") as told,
        record.action(quentin, "record.retention.set", reason="SOP-7") as unit,
    ):
        retention.set_class(unit, record_type=kind, years=1, start="created", basis="SOP-7")
    assert why in told.value.why


def test_a_person_is_never_destroyed(
    record: Record, retention: Retention, person: Callable[..., Actor], clock: ManualClock
) -> None:
    quentin = person("quentin", "quality")
    clock.advance(timedelta(days=365 * 201))
    with (
        pytest.raises(Refused, match="not destroyed") as told,
        record.action(TIMER, "record.training.enter") as unit,
    ):
        unit.session.delete(unit.get(Person, quentin.id))
    assert "Quentin is never destroyed: a user name is one person's for ever" in told.value.why


def test_before_its_time_it_is_kept_and_afterwards_it_is_listed_and_may_go(
    record: Record, retention: Retention, training: Training, clock: ManualClock, person: Callable[..., Actor]
) -> None:
    quentin = person("quentin", "quality")
    with record.action(quentin, "record.retention.set", reason="SOP-7") as unit:
        retention.set_class(
            unit, record_type="record_training", years=10, start="trained_at", basis="EU GMP 2.10"
        )
    with record.reading() as session:
        (due,) = retention.due(session)
    assert not due.over
    assert due.due == due_on(training.trained_at, 10)
    with pytest.raises(Refused) as told:
        destroy(record, training)
    assert "until 2036-03-02" in told.value.why
    with pytest.raises(Refused, match="record_training is kept until its time is over"):
        destroy_past_the_domain(record, training)
    clock.advance(timedelta(days=3660))
    with record.reading() as session:
        (due,) = retention.due(session)
    assert due.over
    destroy(record, training)


@pytest.mark.parametrize(
    ("began", "years"),
    [
        (datetime(2028, 2, 29, 8, 30, 1, 234_567, UTC), 1),
        (datetime(2028, 2, 29, 23, 59, 59, 999_999, UTC), 4),
        (datetime(2026, 3, 1, tzinfo=UTC), 200),
        (datetime(1969, 7, 20, 20, 17, 40, 500_000, UTC), 60),
    ],
)
def test_the_database_keeps_a_row_to_the_microsecond_as_titer_does(
    record: Record, retention: Retention, clock: ManualClock, began: datetime, years: int
) -> None:
    """Past the objects the date is asked for by the time of the open action."""
    with record.action(TIMER, "record.training.enter") as unit:
        row = unit.add(Training(person_id="p", competency="SEC", document="SOP", trained_at=began))
    with record.action(TIMER, "record.training.enter") as unit:
        retention.set_class(
            unit, record_type="record_training", years=years, start="trained_at", basis="SOP-7"
        )
    due = due_on(began, years)
    clock.advance(due - timedelta(microseconds=1) - clock.now())
    with pytest.raises(Refused, match="kept until its time is over"):
        destroy_past_the_domain(record, row)
    clock.advance(timedelta(microseconds=1))
    destroy_past_the_domain(record, row)
    with record.reading() as session:
        assert session.get(Training, row.id) is None


def test_what_has_no_event_yet_is_kept_by_the_database_too(
    record: Record, retention: Retention, clock: ManualClock
) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        row = unit.add(Training(person_id="p", competency="SEC", document="SOP", trained_at=unit.now))
    with record.action(TIMER, "record.training.enter") as unit:
        retention.set_class(unit, record_type="record_training", years=1, start="expires_at", basis="SOP-7")
    clock.advance(timedelta(days=9000))
    with pytest.raises(Refused, match="kept until its time is over"):
        destroy_past_the_domain(record, row)


def test_under_a_hold_nothing_is_destroyed_by_any_way(
    record: Record, retention: Retention, training: Training, clock: ManualClock, person: Callable[..., Actor]
) -> None:
    quentin = person("quentin", "quality")
    with record.action(quentin, "record.retention.set") as unit:
        retention.set_class(unit, record_type="record_training", years=1, start="created", basis="SOP-7")
    with record.action(quentin, "record.hold.place", reason="case 12/27") as unit:
        hold = retention.place(unit, subject_type="person", subject_id="ada", reason="case 12/27")
    clock.advance(timedelta(days=500))
    with pytest.raises(Refused) as told:
        destroy(record, training)
    assert "case 12/27" in told.value.why
    with pytest.raises(Refused, match="legal hold"):
        destroy_past_the_domain(record, training)
    with record.action(quentin, "record.hold.lift", reason="closed") as unit:
        retention.lift(unit, hold.id, version=1, reason="closed")
    with pytest.raises(Conflict, match="lifted already"), record.action(quentin, "record.hold.lift") as unit:
        retention.lift(unit, hold.id, version=None, reason="again")
    destroy(record, training)


def test_a_hold_on_the_system_holds_everything(
    record: Record, retention: Retention, training: Training, person: Callable[..., Actor]
) -> None:
    quentin = person("quentin", "quality")
    with record.action(quentin, "record.hold.place") as unit:
        retention.place(unit, subject_type="system", subject_id="", reason="inspection")
    with pytest.raises(Refused, match="legal hold"):
        destroy_past_the_domain(record, training)


def test_holds_are_qualitys_and_speak_of_what_there_is(
    record: Record, retention: Retention, training: Training, person: Callable[..., Actor]
) -> None:
    admin, quentin = person("root", "administrator"), person("quentin", "quality")
    with pytest.raises(NotAuthorised), record.action(admin, "record.hold.place"):
        pass
    with pytest.raises(NotFound), record.action(quentin, "record.hold.place") as unit:
        retention.place(unit, subject_type="person", subject_id="nobody", reason="x")
    with pytest.raises(Invalid, match="reason"), record.action(quentin, "record.hold.place") as unit:
        retention.place(unit, subject_type="person", subject_id="ada", reason=" ")
    with pytest.raises(Invalid, match="no event"), record.action(quentin, "record.retention.set") as unit:
        retention.set_class(unit, record_type="record_training", years=3, start="full moon", basis="x")


def test_what_is_longest_over_is_listed_first_however_much_there_is_and_what_is_held_takes_nobodys_place(
    record: Record, retention: Retention, training: Training, clock: ManualClock, person: Callable[..., Actor]
) -> None:
    quentin = person("quentin", "quality")
    old = datetime(2001, 1, 1, tzinfo=UTC)
    with record.action(TIMER, "record.training.enter") as unit:
        unit.add_all(
            Training,
            [
                {
                    "person_id": training.person_id if day in (0, 1) else f"p{day}", "competency": "SEC",
                    "document": "SOP", "trained_at": old + timedelta(days=day),
                }
                for day in (*range(40, 2, -1), 2, 1, 0)
            ],
        )  # fmt: skip
    with record.action(quentin, "record.retention.set") as unit:
        retention.set_class(unit, record_type="record_training", years=10, start="trained_at", basis="SOP-7")
    with record.action(quentin, "record.hold.place") as unit:
        retention.place(unit, subject_type="person", subject_id="ada", reason="case")
    with record.reading() as session:
        first = retention.due(session, limit=3)
        everything = retention.due(session)
    assert [(one.over, one.due) for one in first] == [
        (True, due_on(old + timedelta(days=day), 10)) for day in (2, 3, 4)
    ]
    assert [one.held for one in everything[-3:]] == [("case",)] * 3
    assert len(everything) == 42
    with record.action(quentin, "record.retention.set") as unit:
        retention.set_class(unit, record_type="record_training", years=10, start="created", basis="SOP-7")
    with record.reading() as session:
        assert [one.over for one in retention.due(session, limit=3)] == [False] * 3
    clock.advance(timedelta(days=3660))
    with record.reading() as session:
        listed = retention.due(session, limit=3)
    assert [one.over for one in listed] == [True] * 3
    assert [one.record_id for one in listed] == sorted(one.record_id for one in everything if not one.held)[
        :3
    ]


def test_years_end_on_the_same_date() -> None:
    assert due_on(datetime(2026, 3, 2, 8, tzinfo=UTC), 30) == datetime(2056, 3, 2, 8, tzinfo=UTC)
    assert due_on(datetime(2028, 2, 29, tzinfo=UTC), 4) == datetime(2032, 2, 29, tzinfo=UTC)
    assert due_on(datetime(2028, 2, 29, tzinfo=UTC), 1) == datetime(2029, 3, 1, tzinfo=UTC)
