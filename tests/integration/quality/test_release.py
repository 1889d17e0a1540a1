"""No batch is released with an open exception, an unreviewed audit trail, an open deviation or a check not run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.orm import Session

import titer.quality.model  # noqa: F401  its tables must be known before the database is made
from titer.base.errors import Refused
from titer.material import Material
from titer.quality import Check, Quality, rules
from titer.quality.trail.signing import REVIEW
from titer.record import Actor, OutboxEvent, Record, Unit

Sign = Callable[..., object]


class FakeGate:
    """A gate that answers what the test puts in; it stands for a layer that is not here."""

    name = "mes"

    def __init__(self) -> None:
        self.answer: list[Check] = []

    def checks(self, session: Session, batch_id: str) -> Sequence[Check]:
        return self.answer


@pytest.fixture
def gate() -> FakeGate:
    return FakeGate()


@pytest.fixture
def quality(record: Record, gate: FakeGate) -> Quality:
    material = Material(record)
    made = Quality(record, material)
    for part in (material, made):
        record.register_actions(part.actions())
        record.register_signatures(part.signatures())
    made.register_gate(gate)
    return made


def event(topic: str) -> OutboxEvent:
    return OutboxEvent(
        topic=topic, record_type="mes_batch", record_id="b1", payload={"batch_id": "b1", "number": "B-1"}
    )


@pytest.fixture
def completed(quality: Quality, record: Record) -> str:
    quality._on_batch(event("mes.batch.started"))
    quality._on_batch(event("mes.batch.completed"))
    with record.reading() as session:
        return quality.disposition(session, "b1").id


def raise_one(quality: Quality, unit: Unit, severity: str = "major") -> str:
    return quality.raise_exception(
        unit, kind="alert", severity=severity, title="Feed is low", detail="-8 %", batch_id="b1",
        subject_type="insight_alert", subject_id="a1", evidence={"t2": "17.3"}, key="alert/a1",
    ).id  # fmt: skip


def test_a_batch_is_released_only_when_nothing_stands_against_it(
    quality: Quality, record: Record, person: Callable[..., Actor], sign: Sign, completed: str, gate: FakeGate
) -> None:
    quincy, rob, olga = (
        person("quincy", "quality"),
        person("rob", "reviewer"),
        person("olga", "process_owner"),
    )
    with record.action(Actor.timer("t"), "quality.exception.raise") as unit:
        exception = raise_one(quality, unit)
        assert raise_one(quality, unit) == exception
    gate.answer = [
        Check("steps", "All steps are done", "passed", "12 of 12", "mes_batch", "b1"),
        Check("yield", "The yield is within limits", "exception", "71 %", "mes_step", "s9"),
        Check("gap", "Critical parameters have no gap", "not_run", "no answer", "mes_batch", "b1"),
    ]
    with pytest.raises(Refused, match="not under review"):
        sign(quincy, "quality_disposition", completed, "released")
    with record.action(rob, "quality.batch.review") as unit:
        quality.begin_review(unit, "b1")
    with record.reading() as session:
        found = quality.coverage(session, "b1")
        assert found.sentence == "3 of 4 checks ran, 1 passed, 2 exceptions, 2 not disposed of"
        assert quality.release_blockers(session, "b1", found=found) == quality.release_blockers(session, "b1")
        raised = {row.kind: row for row in quality.exceptions(session, "b1")}
        reasons = quality.release_blockers(session, "b1")
    assert set(raised) == {"alert", "review"}
    assert len(reasons) == 5, reasons

    with pytest.raises(Refused, match="disposition"):
        sign(rob, "quality_exception", exception, "disposed")
    with record.action(rob, "quality.deviation.raise") as unit:
        deviation = quality.raise_deviation(
            unit, title="Pump", description="d", batch_id="b1", exception_ids=[exception], key="dev/a1"
        ).id
    covered = {"disposition": "covered by deviation", "comment": "see the deviation"}
    sign(rob, "quality_exception", exception, "disposed", **covered)
    sign(
        rob,
        "quality_exception",
        raised["review"].id,
        "disposed",
        disposition="justified",
        comment="known loss",
    )
    sign(quincy, "quality_deviation", deviation, "classified", classification="major")
    with record.action(olga, "quality.deviation.investigate") as unit:
        quality.begin_investigation(unit, deviation)
    told = {"root_cause": "worn tubing", "product_impact": "none", "corrective_action": "change the tubing"}
    with pytest.raises(Refused, match="product impact is missing"):
        sign(olga, "quality_deviation", deviation, "concluded", **{**told, "product_impact": " "})
    sign(olga, "quality_deviation", deviation, "concluded", **told)
    sign(quincy, "quality_deviation", deviation, "closed")
    with record.reading() as session:
        review = quality.audit_trail_review(session, "b1")
        unread = quality.trail.unread(session, review) if review else []
    assert review is not None and review.sampled
    with pytest.raises(Refused, match="have not been looked at"):
        sign(rob, "quality_audit_trail_review", review.id, "reviewed", outcome="no findings")
    with record.action(quincy, "quality.review.audit_trail") as unit:
        quality.trail.look(unit, review.id, unread, "no finding")
    sign(rob, "quality_audit_trail_review", review.id, "reviewed", outcome="no findings")
    with pytest.raises(Refused, match="no answer"):
        sign(quincy, "quality_disposition", completed, "released")
    gate.answer = gate.answer[:2]
    sign(quincy, "quality_disposition", completed, "released")
    with record.reading() as session:
        assert quality.disposition(session, "b1").state == "released"
        found = quality.coverage(session, "b1")
        assert found.sentence == "4 of 4 checks ran, 2 passed, 2 exceptions, all disposed of"
        assert quality.disposition(session, "b1").coverage == found.as_dict()
        assert quality.release_blockers(session, "b1", found=found) == quality.release_blockers(session, "b1")
    with pytest.raises(Refused, match="cannot reject"):
        sign(quincy, "quality_disposition", completed, "rejected")


def test_what_was_found_stays_counted_and_counted_once() -> None:
    steps = Check("steps", "All steps", "passed", "", "mes_batch", "b")
    low = Check("yield", "Yield", "exception", "71 %", "mes_step", "s")
    raised = [
        Check(f"exception/{number}", number, "exception", "", "quality_exception", number)
        for number in ("EX-1", "EX-2")
    ]
    every = [("mes", steps), ("mes", low), *(("quality", one) for one in raised)]

    def said(*disposed: bool) -> str:
        keys = ("alert/a", "review/b/mes/yield")
        facts = [
            rules.ExceptionFacts(f"EX-{i}", f"EX-{i}", "x", f"{i}", key, done)
            for i, (key, done) in enumerate(zip(keys, disposed, strict=True), 1)
        ]
        return rules.coverage(every, facts).sentence

    assert said(False, False) == "3 of 3 checks ran, 1 passed, 2 exceptions, 2 not disposed of"
    assert said(True, False) == "3 of 3 checks ran, 1 passed, 2 exceptions, 1 not disposed of"
    assert said(True, True) == "3 of 3 checks ran, 1 passed, 2 exceptions, all disposed of"
    assert rules.coverage([("mes", steps)], []).sentence == "1 of 1 checks ran, 1 passed, 0 exceptions"


def test_a_check_about_the_whole_batch_is_not_settled_by_an_exception_about_something_else() -> None:
    volume = Check("volume", "Harvest volume", "exception", "1,790 L", "mes_batch", "b")
    other = rules.ExceptionFacts("EX-1", "EX-1", "mes_batch", "b", "mes/hold/1", True)
    own = rules.ExceptionFacts("EX-2", "EX-2", "mes_batch", "b", "review/b/mes/volume", True)
    (blocked,) = rules.coverage([("mes", volume)], [other]).checks
    assert (blocked.blocks, blocked.exception_numbers) == (True, ())
    (settled,) = rules.coverage([("mes", volume)], [other, own]).checks
    assert (settled.blocks, settled.exception_numbers) == (False, ("EX-2",))


def test_a_critical_exception_needs_a_deviation(
    quality: Quality, record: Record, person: Callable[..., Actor], sign: Sign
) -> None:
    rob = person("rob", "reviewer")
    with record.action(Actor.timer("t"), "quality.exception.raise") as unit:
        exception = raise_one(quality, unit, "critical")
    with pytest.raises(Refused, match="needs a deviation"):
        sign(rob, "quality_exception", exception, "disposed", disposition="no impact", comment="x")


@pytest.mark.parametrize("table", [rules.DEVIATION, rules.DISPOSITION, rules.EXCEPTION, REVIEW])
def test_every_cell_of_the_state_tables(table: dict[str, dict[str, str]]) -> None:
    events = {name for row in table.values() for name in row}
    for state, row in table.items():
        for name in events:
            if name in row:
                assert rules.move(table, "It", state, name) == row[name]
                assert row[name] in table
            else:
                with pytest.raises(Refused):
                    rules.move(table, "It", state, name)


@pytest.mark.parametrize("end", ["stopped", "aborted"])
def test_a_batch_that_was_stopped_or_aborted_awaits_its_review_too(
    quality: Quality, record: Record, person: Callable[..., Actor], sign: Sign, end: str
) -> None:
    subscription = next(s for s in quality.subscriptions() if s.name == "quality.batches")
    for topic in ("mes.batch.started", f"mes.batch.{end}", f"mes.batch.{end}"):
        assert subscription.wants(topic)
        subscription.handler(event(topic))
    with record.reading() as session:
        row = quality.disposition(session, "b1")
        assert row.state == "awaiting_review"
        assert "reject" in rules.DISPOSITION[row.state]
        key = row.id
    sign(person("quincy", "quality"), "quality_disposition", key, "rejected")
    with record.reading() as session:
        assert quality.disposition(session, "b1").state == "rejected"
