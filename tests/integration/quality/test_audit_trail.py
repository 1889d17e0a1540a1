"""Audit-trail review is a task: what is read is chosen by rule and by chance, read by people, signed, and blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

import titer.lims  # noqa: F401  its tables stand for what a batch is made of
from titer.base.canonical import digest
from titer.base.clock import ManualClock
from titer.base.errors import Conflict, Invalid, NotAuthorised, Refused, StaleVersion
from titer.equipment.model import Channel
from titer.lims.model import Sample
from titer.material import Material
from titer.quality import AuditTrailReview, Quality, QualityException
from titer.quality.trail.reminding import remind
from titer.record import ActionSpec, Actor, OutboxEvent, Record, Training

Sign = Callable[..., object]
BATCH = "01a20000-0000-7000-8000-0000000000b1"
TIMER = Actor.timer("test")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Which database the record is on."""
    return str(request.param)


class Floor:
    """A batch with some samples, two reviewers and the quality unit."""

    def __init__(self, record: Record, quality: Quality, people: dict[str, Actor], sign: Sign) -> None:
        self.record, self.quality, self.trail, self.people, self.sign = (
            record,
            quality,
            quality.trail,
            people,
            sign,
        )

    def sample(self, who: str = "anna", **values: Any) -> str:
        with self.record.action(self.people[who], "lims.sample.register", reason="as planned") as unit:
            return unit.add(
                Sample(
                    number=unit.next_number("S"), kind="sample", state="planned", batch_id=BATCH, point="harvest",
                    location="fridge", **values,
                )
            ).id  # fmt: skip

    def change(self, who: str, key: str, reason: str | None = "moved", **values: str) -> None:
        with self.record.action(self.people[who], "lims.sample.change", reason=reason) as unit:
            row = unit.get(Sample, key)
            for name, value in values.items():
                setattr(row, name, value)

    def limit(self, high: str) -> None:
        with self.record.action(TIMER, "record.training.enter", reason="test") as unit:
            row = unit.session.scalars(select(Channel)).first()
            if row is None:
                row = unit.add(
                    Channel(
                        tag="T", connection_id="c", address="a", unit="degC", description="", writable=False,
                        active=True, settings="{}", high=Decimal(40),
                    )
                )  # fmt: skip
            row.high = Decimal(high)

    def open(self, *what: str) -> AuditTrailReview:
        with self.record.action(self.people["rob"], "quality.review.audit_trail") as unit:
            return self.trail.open(unit, *what)

    def begin(self) -> AuditTrailReview:
        with self.record.action(self.people["rob"], "quality.batch.review", reason="by exception") as unit:
            self.quality.begin_review(unit, BATCH)
        with self.record.reading() as session:
            row = self.quality.audit_trail_review(session, BATCH)
        assert row is not None
        return row

    def look(
        self, who: str, row: AuditTrailReview, *entries: str, verdict: str = "no finding", note: str = ""
    ) -> None:
        with self.record.action(self.people[who], "quality.review.audit_trail") as unit:
            self.trail.look(unit, row.id, entries or self.unread(row), verdict, note)

    def unread(self, row: AuditTrailReview) -> list[str]:
        with self.record.reading() as session:
            return self.trail.unread(session, self.trail.get(session, row.id))

    def finish(self, row: AuditTrailReview, outcome: str = "no findings", **data: str) -> None:
        self.sign(
            self.people["rob"], "quality_audit_trail_review", row.id, "reviewed", outcome=outcome, **data
        )

    def blockers(self) -> list[str]:
        with self.record.reading() as session:
            return self.quality.release_blockers(session, BATCH)


@pytest.fixture
def floor(record: Record, person: Callable[..., Actor], sign: Sign) -> Floor:
    material = Material(record)
    quality = Quality(record, material)
    for part in (material, quality):
        record.register_actions(part.actions())
        record.register_signatures(part.signatures())
    record.register_actions(
        (
            ActionSpec("lims.sample.register", "Register a sample", ("analyst", "reviewer")),
            ActionSpec("lims.sample.change", "Change a sample", ("analyst",)),
        )
    )
    roles = {
        "anna": "analyst",
        "rob": "reviewer",
        "rita": "reviewer",
        "quincy": "quality",
        "omar": "operator",
    }
    made = Floor(record, quality, {name: person(name, role) for name, role in roles.items()}, sign)
    for topic in ("started", "completed"):
        quality._on_batch(
            OutboxEvent(
                topic=f"mes.batch.{topic}", record_type="mes_batch", record_id=BATCH,
                payload={"batch_id": BATCH, "number": "B-1"},
            )
        )  # fmt: skip
    return made


def test_a_batch_is_released_only_after_its_flagged_and_sampled_entries_were_read_and_signed(
    floor: Floor,
) -> None:
    keys = [floor.sample() for _ in range(40)]
    floor.change("anna", keys[0], None, location="fridge 2")
    row = floor.begin()
    assert (row.number[:4], row.subject_type, row.subject_name, row.state) == ("ATR-", "batch", "B-1", "open")
    assert len(row.sampled) == 25
    assert [(line["rules"], line["actor"]) for line in row.flagged] == [(["unexplained"], "Anna")]
    assert any("ATR-2026-0001 is open" in reason for reason in floor.blockers())
    with pytest.raises(Refused, match="have not been looked at"):
        floor.finish(row)
    floor.look("rita", row)
    floor.finish(row)
    assert not any("audit trail" in reason for reason in floor.blockers())
    with floor.record.reading() as session:
        done = floor.trail.get(session, row.id)
        assert (done.state, done.outcome, done.reviewer_id) == (
            "reviewed",
            "no findings",
            floor.people["rob"].id,
        )
    with pytest.raises(Refused, match="finished"):
        floor.look("rita", row, row.flagged[0]["entry"])


def test_the_sample_is_drawn_by_its_recorded_seed_and_anybody_draws_it_again(floor: Floor) -> None:
    for _ in range(60):
        floor.sample()
    row = floor.begin()
    floor.sample()
    with floor.record.reading() as session:
        again = floor.trail.reproduced(session, floor.trail.get(session, row.id))
        lines = floor.trail._again(session, row, floor.trail.settings.of(session, row)).lines
    assert again.pop("sampled") == [line["entry"] for line in row.sampled]
    assert again.pop("entries") == row.entries == len(lines)
    assert again.pop("population") == row.population
    assert all(again.values()), again
    ids = [line.entry["id"] for line in lines]
    by_hand = sorted(ids, key=lambda one: hashlib.sha256(f"{row.seed}:{one}".encode()).hexdigest())[:25]
    assert [line["entry"] for line in row.sampled] == by_hand
    assert row.population == hashlib.sha256("".join(f"{one}\n" for one in ids).encode()).hexdigest()


def test_what_is_flagged_after_the_review_blocks_until_it_was_reviewed_too(floor: Floor) -> None:
    key = floor.sample()
    row = floor.begin()
    floor.look("rita", row)
    floor.finish(row)
    floor.sample()
    assert not any("audit trail" in reason for reason in floor.blockers())
    floor.change("anna", key, None, location="elsewhere")
    assert any(
        "1 more entry is flagged (a person overwrote a value and gave no reason)" in one
        for one in floor.blockers()
    )
    second = floor.begin()
    assert second.id != row.id and second.from_seq == row.upto_seq + 1
    assert [line["record_id"] for line in second.flagged] == [key]
    floor.look("rita", second)
    floor.finish(second)
    assert not any("audit trail" in reason for reason in floor.blockers())


def test_a_limit_that_was_changed_while_the_batch_was_made_is_flagged_and_a_later_one_is_not(
    floor: Floor,
) -> None:
    floor.limit("40")
    floor.sample()
    floor.limit("45")
    floor.sample()
    floor.limit("50")
    row = floor.begin()
    assert [(line["rules"], line["version"]) for line in row.flagged] == [(["limits"], 2)]


def test_a_limit_that_was_changed_after_a_review_looked_and_before_the_batch_went_on_is_flagged_by_the_next(
    floor: Floor,
) -> None:
    floor.limit("40")
    floor.sample()
    floor.limit("45")
    first = floor.begin()
    assert first.flagged == []
    floor.look("rita", first)
    floor.finish(first)
    assert not any("audit trail" in reason for reason in floor.blockers())
    floor.sample()
    assert any("1 more entry is flagged (a limit or range was changed)" in one for one in floor.blockers())
    second = floor.begin()
    assert [(line["rules"], line["version"]) for line in second.flagged] == [(["limits"], 2)]
    with floor.record.reading() as session:
        assert floor.trail.reproduced(session, floor.trail.get(session, second.id))["same_flags"]
    floor.look("rita", second)
    floor.finish(second)
    floor.sample()
    assert not any("audit trail" in reason for reason in floor.blockers())


def test_nobody_reviews_an_entry_of_their_own(floor: Floor) -> None:
    floor.sample("rob")
    row = floor.begin()
    own = [line["entry"] for line in row.sampled if line["actor_id"] == floor.people["rob"].id]
    with pytest.raises(Refused, match="You made"):
        floor.look("rob", row, *own)
    floor.look("rita", row, *own)


def test_a_finding_shows_in_the_outcome_and_needs_a_word(floor: Floor) -> None:
    floor.sample()
    row = floor.begin()
    first, *others = floor.unread(row)
    with pytest.raises(Invalid, match="has no entry nothing"):
        floor.look("rita", row, "nothing")
    with pytest.raises(Invalid, match="what was found"):
        floor.look("rita", row, first, verdict="finding")
    floor.look("rita", row, first, verdict="finding", note="the location is wrong")
    if others:
        floor.look("rita", row, *others)
    with pytest.raises(Refused, match="bear a finding"):
        floor.finish(row)
    with pytest.raises(Refused, match="comment is missing"):
        floor.finish(row, "findings without impact")
    floor.finish(row, "findings without impact", comment="the sample stood in the right place")


def test_a_lot_is_released_only_after_its_own_trail_was_reviewed(floor: Floor) -> None:
    material = floor.quality.material
    with floor.record.action(floor.people["quincy"], "material.define") as unit:
        material.define(unit, code="M", title="Medium", kind="raw material", unit_code="kg")
    with floor.record.action(floor.people["omar"], "material.lot.receive") as unit:
        lot = material.receive_lot(unit, "M", "RM-1", Decimal(25), "kg", None, "Media Ltd").id
    with pytest.raises(Refused, match="audit trail has not been reviewed"):
        floor.sign(floor.people["quincy"], "material_lot", lot, "released")
    row = floor.open("lot", lot)
    with pytest.raises(Conflict, match="open already"):
        floor.open("lot", lot)
    floor.look("rob", row)
    floor.finish(row)
    floor.sign(floor.people["quincy"], "material_lot", lot, "released")


def enter_course(floor: Floor, document: str) -> None:
    with floor.record.action(TIMER, "record.training.enter", reason="course") as unit:
        unit.add(Training(person_id="p", competency="SEC", document=document, trained_at=unit.process_now))


def test_a_system_review_reads_the_administrative_entries_since_the_last_one(
    floor: Floor, clock: ManualClock
) -> None:
    began = clock.advance(timedelta(days=1))
    first = floor.open("system")
    assert (first.from_seq, first.period_to) == (1, began)
    floor.look("rita", first)
    floor.finish(first)
    enter_course(floor, "SOP-1")
    floor.sample()
    clock.advance(timedelta(days=1))
    row = floor.open("system")
    assert [line["record_type"] for line in row.sampled] == ["record_training"]
    assert (row.entries, row.from_seq) == (1, first.upto_seq + 1)
    assert (row.period_from, row.period_to) == (began, clock.now())
    with floor.record.reading() as session:
        again = floor.trail.reproduced(session, floor.trail.get(session, row.id))
    assert (again["same_population"], again["same_sample"], again["same_flags"]) == (True, True, True)


def test_no_entry_falls_between_two_system_reviews_when_the_clock_is_set_back(
    floor: Floor, clock: ManualClock
) -> None:
    clock.advance(timedelta(days=3))
    first = floor.open("system")
    floor.look("rita", first)
    floor.finish(first)
    clock.set(clock.now() - timedelta(days=2))
    enter_course(floor, "SOP-2")
    clock.advance(timedelta(days=40))
    second = floor.open("system")
    with floor.record.reading() as session:
        lines = floor.trail._again(session, second, floor.trail.settings.of(session, second)).lines
    entered = [
        line.entry["after"]["document"] for line in lines if line.entry["record_type"] == "record_training"
    ]
    assert entered == ["SOP-2"]
    assert second.from_seq == first.upto_seq + 1


def test_the_ageing_list_says_what_is_due_and_overdue(floor: Floor, clock: ManualClock) -> None:
    def due() -> list[tuple[str, int, bool]]:
        with floor.record.reading() as session:
            return [
                (one.subject_name, one.age.days, one.age.overdue)
                for one in floor.trail.due(session, clock.now())
            ]

    assert due() == [("B-1", 0, False)]
    clock.advance(timedelta(days=12))
    assert due() == [("B-1", 12, True)]
    floor.begin()
    clock.advance(timedelta(days=19))
    assert due() == [("the system", 1, False)]
    floor.open("system")
    assert due() == []


def test_reviewing_an_audit_trail_is_a_right_of_its_own(floor: Floor) -> None:
    record = floor.record
    assert set(record.matrix["quality.review.audit_trail"].roles) == {"reviewer", "quality"}


# --- how the rules are set, and what is overdue -------------------------------------------------------------------


def set_rules(floor: Floor, version: int, who: str = "quincy", **changes: int) -> None:
    with floor.record.reading() as session:
        settings = {**floor.trail.settings.now(session)[1], **changes}
    with floor.record.action(floor.people[who], "quality.review.settings", reason="as agreed") as unit:
        floor.trail.settings.change(unit, version, settings)


def test_the_rules_are_set_by_the_quality_unit_in_versions_and_an_old_review_is_drawn_by_its_own(
    floor: Floor,
) -> None:
    for _ in range(12):
        floor.sample()
    with pytest.raises(NotAuthorised):
        set_rules(floor, 1, "rob", batch_sample=3)
    set_rules(floor, 1, batch_sample=3, batch_due_days=4)
    with pytest.raises(StaleVersion, match="version 2"):
        set_rules(floor, 1, batch_sample=5)
    with pytest.raises(Invalid, match="from 1 to 1,000"):
        set_rules(floor, 2, batch_sample=0)
    with pytest.raises(Invalid, match="as they are"):
        set_rules(floor, 2)
    row = floor.begin()
    assert (row.ruleset_version, len(row.sampled)) == (2, 3)
    assert row.due_at - row.opened_at == timedelta(days=4)
    set_rules(floor, 2, batch_sample=7, late_minutes=5)
    with floor.record.reading() as session:
        again = floor.trail.reproduced(session, floor.trail.get(session, row.id))
        assert [one.number for one in floor.trail.settings.history(session)] == [3, 2]
        now = floor.trail.settings.rules(session)
    assert again["same_rules"]
    assert again["same_sample"]
    assert again["same_flags"]
    assert digest(now) != row.ruleset_digest
    assert next(rule for rule in now["rules"] if rule["id"] == "late")["when"]["minutes"] == 5


def test_a_review_that_is_overdue_is_raised_once_and_waits_for_people(
    floor: Floor, clock: ManualClock
) -> None:
    floor.sample()
    remind(floor.quality)
    assert reminders(floor) == []
    row = floor.begin()
    clock.advance(timedelta(days=9))
    remind(floor.quality)
    assert reminders(floor) == []
    clock.advance(timedelta(days=2))
    for _ in range(2):
        assert remind(floor.quality) > 0
    (one,) = [found for found in reminders(floor) if found.subject_id == row.id]
    assert one.title == f"The audit-trail review {row.number} is overdue"
    assert (one.state, one.severity, one.batch_id) == ("open", "major", None)


def test_a_review_that_nobody_opened_in_time_is_raised_too(floor: Floor, clock: ManualClock) -> None:
    clock.advance(timedelta(days=11))
    remind(floor.quality)
    (one,) = reminders(floor)
    assert one.title == "Nobody has opened the audit-trail review of batch B-1"
    clock.advance(timedelta(days=30))
    remind(floor.quality)
    remind(floor.quality)
    assert [found.title for found in reminders(floor)][1:] == [
        "Nobody has opened the audit-trail review of the system"
    ]


def reminders(floor: Floor) -> list[QualityException]:
    with floor.record.reading() as session:
        query = select(QualityException).where(QualityException.kind == "audit_trail")
        return list(session.scalars(query.order_by(QualityException.id)))
