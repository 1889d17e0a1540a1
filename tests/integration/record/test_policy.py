"""The signature policy is acknowledged anew with each version, and a lapsed training blocks starting and signing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from titer.base.clock import ManualClock
from titer.base.errors import Invalid, NotFound, Refused, StaleVersion
from titer.record import Actor, Identity, Record, SignatureMeaning
from titer.record.actions import ActionSpec
from titer.record.rights import competency, policy
from titer.record.rights.model import AccessReview, PolicyAcknowledgement
from titer.record.rights.service import Rights

People = Callable[..., Actor]
Sign = Callable[..., Any]


@pytest.fixture
def rights(record: Record) -> Rights:
    made = Rights(record)
    record.register_actions(made.actions())
    record.register_actions(
        (ActionSpec("test.start", "Start", ("analyst",)), ActionSpec("test.sign", "Sign", ("analyst",)))
    )
    record.register_signatures(
        (
            SignatureMeaning(
                "record_access_review", "approved", "test.sign", "Approved", lambda session, record_id, data: {},
                lambda session, record_id, actor, data: [], lambda unit, record_id, data, signature: None,
            ),
        )
    )  # fmt: skip
    return made


@pytest.fixture
def row(record: Record, rights: Rights) -> str:
    """Something that can be signed."""
    with record.action(Actor.timer("test"), "test.start") as unit:
        made = unit.add(
            AccessReview(
                number="X",
                person_id="x",
                state="open",
                title="x",
                roles=[],
                opened_at=unit.now,
                due_at=unit.now,
            )
        )
    return made.id


def issue(record: Record, who: Actor, text: str, after: timedelta = timedelta()) -> str:
    with record.action(who, "record.policy.issue") as unit:
        return policy.issue(unit, title="Policy", text=text, effective_from=unit.now + after).digest


def acknowledge(record: Record, identity: Identity, who: Actor, shown: str | None) -> None:
    with record.action(who, "record.policy.acknowledge") as unit:
        identity.acknowledge_policy(unit, who.id, shown)


def test_nobody_signs_before_the_policy_is_acknowledged_and_everybody_is_asked_again_with_a_new_one(
    record: Record, identity: Identity, rights: Rights, person: People, sign: Sign, row: str
) -> None:
    ada, quentin = person("ada", "analyst"), person("quentin", "quality")
    sign(ada, "record_access_review", row, "approved")
    digest = issue(record, quentin, "Sign what you have read.")
    with pytest.raises(Refused) as told:
        sign(ada, "record_access_review", row, "approved")
    assert told.value.why == "You have not yet acknowledged the electronic signature policy."
    with pytest.raises(Invalid, match="Version 1"):
        acknowledge(record, identity, ada, None)
    with pytest.raises(StaleVersion, match="Another policy"):
        acknowledge(record, identity, ada, policy.BUILT_IN.digest)
    acknowledge(record, identity, ada, digest)
    acknowledge(record, identity, ada, digest)
    sign(ada, "record_access_review", row, "approved")
    issue(record, quentin, "Sign nothing that you have not read.")
    with pytest.raises(Refused):
        sign(ada, "record_access_review", row, "approved")
    with record.reading() as session:
        (kept,) = session.scalars(select(PolicyAcknowledgement)).all()
        assert (kept.person_id, kept.digest) == (ada.id, digest)
        assert [one.number for one in policy.versions(session)] == [2, 1, 0]


def test_a_policy_asks_nobody_before_it_is_in_effect_and_is_never_dated_back(
    record: Record, rights: Rights, person: People, sign: Sign, row: str, clock: ManualClock
) -> None:
    ada, quentin = person("ada", "analyst"), person("quentin", "quality")
    issue(record, quentin, "From Monday on.", timedelta(days=3))
    sign(ada, "record_access_review", row, "approved")
    clock.advance(timedelta(days=3))
    with pytest.raises(Refused):
        sign(ada, "record_access_review", row, "approved")
    with pytest.raises(Invalid, match="now or later"):
        issue(record, quentin, "Since last week.", -timedelta(days=7))


def test_a_lapsed_training_blocks_starting_and_signing_where_a_competency_is_needed(
    record: Record,
    identity: Identity,
    rights: Rights,
    person: People,
    sign: Sign,
    row: str,
    process_clock: ManualClock,
) -> None:
    ada, quentin = person("ada", "analyst"), person("quentin", "quality")
    with record.action(quentin, "record.competency.need") as unit:
        for verb in ("test.start", "test.sign"):
            competency.need(unit, record, verb=verb, competency="hplc", active=True)

    def refused() -> None:
        with (
            pytest.raises(Refused, match="may not do this now: Start") as told,
            record.action(ada, "test.start"),
        ):
            pytest.fail("it was started")
        assert "no valid training in 'hplc'" in told.value.why
        with pytest.raises(Refused):
            sign(ada, "record_access_review", row, "approved")

    refused()
    with record.action(quentin, "record.training.enter") as unit:
        identity.enter_training(
            unit, person_id=ada.id, competency="hplc", document="SOP-1",
            expires_at=unit.process_now + timedelta(days=30),
        )  # fmt: skip
    with record.action(ada, "test.start"):
        pass
    sign(ada, "record_access_review", row, "approved")
    process_clock.advance(timedelta(days=30))
    refused()
    with record.action(quentin, "record.competency.need") as unit:
        competency.need(unit, record, verb="test.start", competency="hplc", active=False)
    with record.action(ada, "test.start"):
        pass
    with pytest.raises(Invalid), record.action(quentin, "record.competency.need") as unit:
        competency.need(unit, record, verb="test.nothing", competency="hplc", active=True)
    with pytest.raises(NotFound), record.action(quentin, "record.competency.need") as unit:
        competency.need(unit, record, verb="test.start", competency="balance", active=False)


def test_lapses_are_listed_before_they_stand_in_the_way(
    record: Record, identity: Identity, rights: Rights, person: People, process_clock: ManualClock
) -> None:
    ada, ben, quentin = person("ada", "analyst"), person("ben", "analyst"), person("quentin", "quality")
    with record.action(quentin, "record.competency.need") as unit:
        competency.need(unit, record, verb="test.sign", competency="hplc", active=True)
    with record.action(quentin, "record.training.enter") as unit:
        for days, what in ((10, "hplc"), (400, "hplc"), (20, "balance"), (None, "weighing")):
            identity.enter_training(
                unit, person_id=ada.id, competency=what, document="SOP",
                expires_at=unit.process_now + timedelta(days=days) if days else None,
            )  # fmt: skip
            process_clock.advance(timedelta(seconds=1))

    def listed(days: int) -> list[tuple[str, str, str, tuple[str, ...]]]:
        with record.reading() as session:
            return [
                (one.full_name, one.competency, one.state, one.verbs)
                for one in competency.lapses(session, record, timedelta(days=days))
            ]

    assert listed(60) == [
        ("Ben", "hplc", "missing", ("test.sign",)),
        ("Ada", "balance", "lapses soon", ()),
    ]
    assert listed(5) == [("Ben", "hplc", "missing", ("test.sign",))]
    process_clock.advance(timedelta(days=30))
    assert ("Ada", "balance", "lapsed", ()) in listed(0)
    assert ben.id
