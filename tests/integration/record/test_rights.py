"""Delegation, recertification of access, and duties in one hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from titer.base.clock import ManualClock
from titer.base.errors import Invalid, NotAuthorised, Refused
from titer.record import (
    Actor,
    Identity,
    LedgerEntry,
    OutboxEvent,
    Person,
    Record,
    RoleAssignment,
    SignatureMeaning,
)
from titer.record.actions import ActionSpec
from titer.record.identity import Policy
from titer.record.rights import Duty, Separation, rules
from titer.record.rights.model import AccessReview, Delegation, DutyConflict, RightsSearch
from titer.record.rights.service import Rights
from titer.record.validity import validity

People = Callable[..., Actor]
Sign = Callable[..., Any]


@pytest.fixture
def rights(record: Record) -> Rights:
    """Rights, with a search that knows one separation: who opens a delegation does not review it."""
    made = Rights(record)
    record.register_actions(made.actions())
    record.register_signatures(made.signatures())
    record.register_actions(
        (ActionSpec("test.write", "Write", ("analyst",)), ActionSpec("test.approve", "Approve", ("quality",)))
    )
    return made


def give(rights: Rights, giver: Actor, taker: Actor, **more: Any) -> Delegation:
    now = rights.record.clock.now()
    told = {
        "from_id": giver.id,
        "to_id": taker.id,
        "role": "analyst",
        "verbs": (),
        "begins_at": now,
        "ends_at": now + timedelta(days=5),
        "reason": "On leave",
    } | more
    with rights.record.action(more.pop("by", giver), "record.delegation.give") as unit:
        told.pop("by", None)
        return rights.delegations.give(unit, **told)


def allowed(record: Record, who: Actor, verb: str) -> bool:
    with record.reading() as session:
        return record.may(session, who, verb)


def test_a_delegate_acts_in_the_others_place_and_the_entry_says_so(
    record: Record, rights: Rights, person: People
) -> None:
    ada, ben = person("ada", "analyst"), person("ben", "reviewer")
    assert not allowed(record, ben, "test.write")
    give(rights, ada, ben)
    with record.action(ben, "test.write") as unit:
        unit.content.put(b"by delegation", media_type="text/plain", origin="test")
    with record.reading() as session:
        entry = json.loads(
            session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq.desc())).first() or ""
        )
    assert (entry["actor"]["id"], entry["on_behalf_of"]) == (ben.id, ada.id)


def test_what_one_does_by_a_right_of_ones_own_is_on_nobodys_behalf(
    record: Record, rights: Rights, person: People
) -> None:
    ada, ben = person("ada", "analyst"), person("ben", "analyst")
    give(rights, ada, ben)
    with record.action(ben, "test.write") as unit:
        assert unit.on_behalf_of is None


def test_a_delegation_begins_and_ends_by_the_clock(
    record: Record, rights: Rights, person: People, clock: ManualClock
) -> None:
    ada, ben = person("ada", "analyst"), person("ben", "reviewer")
    now = clock.now()
    give(rights, ada, ben, begins_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    assert not allowed(record, ben, "test.write")
    clock.set(now + timedelta(hours=1))
    assert allowed(record, ben, "test.write")
    clock.set(now + timedelta(hours=2))
    assert not allowed(record, ben, "test.write")


def test_a_delegation_ends_with_the_right_or_the_account_behind_it(
    record: Record, rights: Rights, identity: Identity, person: People
) -> None:
    ada, ben, admin = person("ada", "analyst"), person("ben", "reviewer"), person("root", "administrator")
    give(rights, ada, ben)
    with record.action(admin, "record.person.change") as unit:
        identity.set_active(unit, ada.id, active=False)
    assert not allowed(record, ben, "test.write")
    with record.action(admin, "record.person.change") as unit:
        identity.set_active(unit, ada.id, active=True)
    assert allowed(record, ben, "test.write")
    with record.action(admin, "record.role.assign") as unit:
        identity.withdraw_role(unit, ada.id, "analyst")
    assert not allowed(record, ben, "test.write")


def test_a_delegation_is_ended_by_those_concerned_and_by_nobody_else(
    record: Record, rights: Rights, person: People
) -> None:
    ada, ben, eve = person("ada", "analyst"), person("ben", "reviewer"), person("eve", "scientist")
    row = give(rights, ada, ben)
    with pytest.raises(NotAuthorised), record.action(eve, "record.delegation.end") as unit:
        rights.delegations.end(unit, row.id)
    with record.action(ben, "record.delegation.end") as unit:
        rights.delegations.end(unit, row.id)
    assert not allowed(record, ben, "test.write")
    with pytest.raises(Refused, match="over already"), record.action(ada, "record.delegation.end") as unit:
        rights.delegations.end(unit, row.id)


def test_what_was_delegated_is_not_delegated_further_and_nothing_personal_is(
    record: Record, rights: Rights, person: People
) -> None:
    ada, ben, cyd = person("ada", "analyst"), person("ben", "reviewer"), person("cyd", "scientist")
    give(rights, ada, ben)
    with pytest.raises(Refused, match="does not hold"):
        give(rights, ben, cyd)
    with pytest.raises(Refused, match="cannot delegate"):
        give(rights, ada, ben, role=None, verbs=("record.password.change",))
    give(rights, ada, cyd, role=None, verbs=("test.write",))
    assert allowed(record, cyd, "test.write")
    assert not allowed(record, cyd, "test.approve")


def test_only_the_person_concerned_or_quality_delegates(rights: Rights, person: People) -> None:
    ada, ben = person("ada", "analyst"), person("ben", "reviewer")
    quentin = person("quentin", "quality")
    with pytest.raises(NotAuthorised, match="another person's name"):
        give(rights, ada, ben, by=ben)
    assert give(rights, ada, ben, by=quentin).given_by == quentin.id


def test_quality_takes_no_right_of_another_person_by_delegating_it_to_herself(
    record: Record, rights: Rights, person: People
) -> None:
    ada, quentin = person("ada", "analyst"), person("quentin", "quality")
    with pytest.raises(NotAuthorised, match="to yourself"):
        give(rights, ada, quentin, by=quentin)
    assert not allowed(record, quentin, "test.write")
    assert give(rights, ada, quentin, by=ada).given_by == ada.id
    assert allowed(record, quentin, "test.write")


@pytest.mark.parametrize(("days", "words"), [(-1, "ends before it begins"), (91, "longer than 90 days")])
def test_the_time_of_a_delegation_makes_sense(
    rights: Rights, person: People, clock: ManualClock, days: int, words: str
) -> None:
    ada, ben = person("ada", "analyst"), person("ben", "reviewer")
    with pytest.raises(Refused, match="makes no sense") as told:
        give(rights, ada, ben, ends_at=clock.now() + timedelta(days=days))
    assert words in told.value.why
    with pytest.raises(Refused, match="themselves"):
        give(rights, ada, ada)


def _policy(record: Record, identity: Identity, **changes: Any) -> None:
    with record.action(Actor.timer("test"), "record.access_policy.change", reason="test") as unit:
        row = identity.policies.row(unit.session)
        identity.policies.change(unit, row.version if row else 0, **changes)


def test_the_longest_delegation_is_a_setting_of_the_access_policy(
    record: Record, rights: Rights, identity: Identity, person: People, clock: ManualClock
) -> None:
    ada, ben = person("ada", "analyst"), person("ben", "reviewer")
    assert (Policy().delegation_days, Policy().recertify_days) == (90, 180)
    _policy(record, identity, delegation_days=7)
    with pytest.raises(Refused) as told:
        give(rights, ada, ben, ends_at=clock.now() + timedelta(days=8))
    assert "longer than 7 days" in told.value.why
    give(rights, ada, ben, ends_at=clock.now() + timedelta(days=7))
    with pytest.raises(Invalid) as refused:
        _policy(record, identity, delegation_days=0)
    assert refused.value.where == "delegation_days"


def test_roles_that_conflict_come_together_neither_by_delegation_nor_after_it(
    record: Record, rights: Rights, identity: Identity, person: People
) -> None:
    ada, ben = person("ada", "analyst"), person("ben")
    root = person("root", "administrator")
    with pytest.raises(Refused, match="kept apart"):
        give(rights, ada, root)
    give(rights, ada, ben, begins_at=record.clock.now() + timedelta(days=1))
    with pytest.raises(Refused, match="no data right"), record.action(root, "record.role.assign") as unit:
        identity.assign_role(unit, ben.id, "administrator")


def test_who_delegates_and_the_delegate_are_one_hand_when_duties_are_apart(
    record: Record, rights: Rights, person: People, sign: Sign
) -> None:
    """The author lets a friend approve: what stands against the author stands against the friend."""
    record.register_signatures((_approval(),))
    ada, ben = person("ada", "analyst", "quality"), person("ben", "analyst")
    cyd = person("cyd", "quality")
    with record.action(ada, "test.write") as unit:
        row = unit.add(_review_row(unit, ada.id))
    give(rights, ada, ben, role="quality")
    with pytest.raises(Refused, match="may not be signed") as told:
        sign(ben, "record_access_review", row.id, "approved")
    assert "author" in told.value.why
    signed = sign(cyd, "record_access_review", row.id, "approved")
    assert "on_behalf_of" not in signed.content


def test_a_signature_in_anothers_place_says_so_in_what_is_signed(
    record: Record, rights: Rights, person: People, sign: Sign
) -> None:
    record.register_signatures((_approval(),))
    ada, ben, quentin = person("ada", "analyst"), person("ben", "analyst"), person("quentin", "quality")
    with record.action(ada, "test.write") as unit:
        row = unit.add(_review_row(unit, ada.id))
    give(rights, quentin, ben, role="quality")
    signed = sign(ben, "record_access_review", row.id, "approved")
    assert signed.printed_name == "Ben"
    assert signed.content["on_behalf_of"] == {"id": quentin.id, "name": "Quentin"}


def test_what_was_done_in_ones_place_counts_as_ones_own_hand(
    record: Record, rights: Rights, person: People, sign: Sign
) -> None:
    """Ben writes in Ada's place; so Ada does not approve it."""
    record.register_signatures((_approval(),))
    ada, ben = person("ada", "analyst", "quality"), person("ben", "reviewer")
    give(rights, ada, ben)
    with record.action(ben, "test.write") as unit:
        row = unit.add(_review_row(unit, ben.id))
    with pytest.raises(Refused) as told:
        sign(ada, "record_access_review", row.id, "approved")
    assert "author" in told.value.why


def _review_row(unit: Any, author: str) -> AccessReview:
    return AccessReview(
        number=unit.next_number("X"), person_id=author, state="open", title="x", roles=[],
        opened_at=unit.now, due_at=unit.now,
    )  # fmt: skip


def _approval() -> SignatureMeaning:
    def blockers(session: Any, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
        row = session.get(AccessReview, record_id)
        return ["You are its author."] if row.person_id == actor.id else []

    return SignatureMeaning(
        "record_access_review", "approved", "test.approve", "Approved",
        lambda session, record_id, data: {}, blockers, lambda unit, record_id, data, signature: None,
    )  # fmt: skip


# --- recertification --------------------------------------------------------------------------------------------


def reviews(record: Record) -> dict[str, AccessReview]:
    with record.reading() as session:
        return {row.person_id: row for row in session.scalars(select(AccessReview).order_by(AccessReview.id))}


def topics(record: Record) -> list[str]:
    with record.reading() as session:
        return list(session.scalars(select(OutboxEvent.topic).order_by(OutboxEvent.position)))


def test_everybodys_access_is_reviewed_by_somebody_else_within_the_period(
    record: Record, rights: Rights, person: People, sign: Sign, clock: ManualClock
) -> None:
    quentin, ada = person("quentin", "quality"), person("ada", "analyst", "scientist")
    begun = clock.now()
    rights.nightly()
    assert reviews(record) == {}
    clock.set(begun + rules.RECERTIFY_EVERY - timedelta(days=13))
    rights.nightly()
    opened = reviews(record)
    assert set(opened) == {quentin.id, ada.id}
    assert opened[ada.id].due_at == begun + rules.RECERTIFY_EVERY
    with pytest.raises(Refused) as told:
        sign(
            quentin,
            "record_access_review",
            opened[quentin.id].id,
            "recertified",
            decisions={"quality": "keep"},
        )
    assert "their own access" in told.value.why
    with pytest.raises(Refused) as told:
        sign(quentin, "record_access_review", opened[ada.id].id, "recertified", decisions={"analyst": "keep"})
    assert "Nothing is decided about the role scientist." in told.value.why
    decisions = {"analyst": "keep", "scientist": "take away"}
    sign(quentin, "record_access_review", opened[ada.id].id, "recertified", decisions=decisions)
    with record.reading() as session:
        assert record.roles_of(session, ada.id) == {"analyst"}
    done = reviews(record)[ada.id]
    assert (done.state, done.decided_by, done.decisions) == ("done", quentin.id, decisions)
    assert signature_on(record, done.id) == ("in_force", set()), "what the review took away does not undo it"
    clock.set(clock.now() + timedelta(days=2))
    rights.nightly()
    assert len(reviews(record)) == 2, "the next review of Ada's is due half a year after the last one"


def signature_on(record: Record, review: str) -> tuple[str, set[str]]:
    """How the signature on a review stands, and which fields of what was signed are others now."""
    with record.reading() as session:
        (given,) = record.signatures_of(session, "record_access_review", review)
        found = validity(record, session, given)
    return found.state, {field.partition("[")[0] for field in found.changed}


def test_a_recertification_is_void_while_the_person_holds_other_roles_than_it_left(
    record: Record, rights: Rights, identity: Identity, person: People, sign: Sign
) -> None:
    quentin, ada = person("quentin", "quality"), person("ada", "analyst", "scientist")
    with record.action(Actor.timer("test"), "record.role.assign") as unit:
        review = rights.recertification.open(
            unit, unit.get(Person, ada.id), {"analyst", "scientist"}, unit.now
        )
    decisions = {"analyst": "keep", "scientist": "take away"}
    sign(quentin, "record_access_review", review.id, "recertified", decisions=decisions)
    give, take = identity.assign_role, identity.withdraw_role
    for role, change, back in (
        ("operator", give, take),
        ("scientist", give, take),
        ("analyst", take, give),
    ):
        assert signature_on(record, review.id) == ("in_force", set()), f"before {role}"
        for step, found in ((change, ("void", {"holds"})), (back, ("in_force", set()))):
            with record.action(Actor.timer("test"), "record.role.assign") as unit:
                step(unit, ada.id, role)
            assert signature_on(record, review.id) == found, role
    with record.action(Actor.timer("test"), "record.person.change") as unit:
        unit.get(Person, ada.id).full_name = "Somebody Else"
    assert signature_on(record, review.id) == ("void", {"person"})


def test_how_often_access_is_reviewed_is_a_setting_of_the_access_policy(
    record: Record, rights: Rights, identity: Identity, person: People, clock: ManualClock
) -> None:
    ada = person("ada", "analyst")
    begun = clock.now()
    clock.set(begun + timedelta(days=77))
    rights.nightly()
    assert reviews(record) == {}
    _policy(record, identity, recertify_days=90)
    clock.set(begun + timedelta(days=78))
    rights.nightly()
    assert reviews(record)[ada.id].due_at == begun + timedelta(days=90)


def test_a_review_that_nobody_did_is_overdue_once(
    record: Record, rights: Rights, person: People, clock: ManualClock
) -> None:
    person("ada", "analyst")
    for days in (181, 182, 183):
        clock.set(clock.now() + timedelta(days=days))
        rights.nightly()
    assert topics(record).count("record.access_review.overdue") == 1


def test_nobody_without_a_role_is_reviewed(
    record: Record, rights: Rights, identity: Identity, person: People, clock: ManualClock
) -> None:
    ada, root = person("ada", "analyst"), person("root", "administrator")
    person("guest")
    clock.set(clock.now() + timedelta(days=170))
    rights.nightly()
    assert set(reviews(record)) == {ada.id, root.id}
    with record.action(root, "record.role.assign") as unit:
        identity.withdraw_role(unit, ada.id, "analyst")
    clock.set(clock.now() + timedelta(days=1))
    rights.nightly()
    assert reviews(record)[ada.id].state == "withdrawn"


# --- conflicts ----------------------------------------------------------------------------------------------------


def conflicts(record: Record) -> list[DutyConflict]:
    with record.reading() as session:
        return list(session.scalars(select(DutyConflict).order_by(DutyConflict.id)))


def searches(record: Record) -> list[RightsSearch]:
    with record.reading() as session:
        return list(session.scalars(select(RightsSearch).order_by(RightsSearch.id)))


def test_roles_put_past_the_guards_are_found_in_the_night_and_gone_when_taken_away(
    record: Record, rights: Rights, person: People, clock: ManualClock
) -> None:
    root = person("root", "administrator")
    rights.nightly()
    assert conflicts(record) == []
    with record.action(Actor.timer("somebody"), "record.role.assign") as unit:
        row = unit.add(RoleAssignment(person_id=root.id, role="analyst", active=True))
    rights.nightly()
    assert conflicts(record) == [], "the night has not come yet"
    clock.set(clock.now() + timedelta(days=1))
    rights.nightly()
    (found,) = conflicts(record)
    assert (found.kind, found.person_id) == ("roles", root.id)
    assert found.detail == "Root is administrator and analyst. An administrator holds no data right."
    assert topics(record).count("record.conflict.found") == 1
    with record.action(Actor.timer("somebody"), "record.role.assign") as unit:
        unit.get(RoleAssignment, row.id).active = False
    clock.set(clock.now() + timedelta(days=1))
    rights.nightly()
    (found,) = conflicts(record)
    assert found.gone_at == clock.now()
    with record.action(Actor.timer("somebody"), "record.role.assign") as unit:
        unit.get(RoleAssignment, row.id).active = True
    clock.set(clock.now() + timedelta(days=1))
    rights.nightly()
    assert topics(record).count("record.conflict.found") == 2, "it came back"
    assert [(s.found, s.gone, s.standing) for s in searches(record)] == [
        (0, 0, 0),
        (1, 0, 1),
        (0, 1, 0),
        (1, 0, 1),
    ]


def test_a_delegation_put_past_the_guards_is_found(
    record: Record, rights: Rights, person: People, clock: ManualClock
) -> None:
    root, ada = person("root", "administrator"), person("ada", "analyst")
    with record.action(Actor.timer("somebody"), "record.delegation.give") as unit:
        unit.add(
            Delegation(
                from_id=ada.id, to_id=root.id, role="analyst", verbs=[], begins_at=unit.now,
                ends_at=unit.now + timedelta(days=300), reason="x", given_by=ada.id,
            )
        )  # fmt: skip
    rights.nightly()
    (found,) = conflicts(record)
    assert found.person_id == root.id


def test_two_duties_about_one_record_in_one_hand_are_found(
    record: Record, rights: Rights, person: People, clock: ManualClock
) -> None:
    """The guard is left out here on purpose: the search looks at what is stored."""
    record.separations.append(
        Separation(
            "record_access_review", Duty("person", column="person_id"), Duty("reviewer", column="decided_by")
        )
    )
    ada, ben = person("ada", "analyst"), person("ben", "quality")
    with record.action(ada, "test.write") as unit:
        own = unit.add(_review_row(unit, ada.id))
        other = unit.add(_review_row(unit, ada.id))
        own.decided_by, other.decided_by = ada.id, ben.id
    rights.nightly()
    (found,) = conflicts(record)
    assert (found.kind, found.record_id, found.person_id) == ("duties", own.id, ada.id)
    assert found.detail == "Ada is person and reviewer of the same access review."


def test_a_missed_night_is_made_up_for_and_a_night_is_searched_once(
    record: Record, rights: Rights, person: People, clock: ManualClock
) -> None:
    person("ada", "analyst")
    rights.nightly()
    rights.nightly()
    assert len(searches(record)) == 1
    clock.set(clock.now() + timedelta(days=9))
    rights.nightly()
    rights.nightly()
    assert [s.searched_at for s in searches(record)][1] == clock.now()
    assert len(searches(record)) == 2
