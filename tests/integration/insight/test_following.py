"""A running batch is followed, an 8 % shortfall becomes one alert, and a person disposes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from titer.base.clock import ManualClock, us
from titer.base.errors import Refused
from titer.insight import Insight, queries
from titer.insight.model import Alert, PredictionBlock, Watch
from titer.insight.scoring import Contribution, ScoredRow
from titer.record import Actor, OutboxEvent

Approved = Callable[..., tuple[str, dict[str, Actor]]]


def mes_event(world: Any, what: str, batch_id: str = "batch-1") -> None:
    event = SimpleNamespace(
        id="e",
        topic=f"mes.batch.{what}",
        record_type="mes_batch",
        record_id=batch_id,
        payload={"batch_id": batch_id, "number": "B-2026-0001", "unit": "R", "recipe": "toy"},
        process_at=world.record.process_clock.now(),
    )
    assert isinstance(event, SimpleNamespace)
    world.insight.follower.on_batch(event)  # the handler reads these fields of an OutboxEvent only
    assert OutboxEvent.__tablename__ == "record_outbox"


def run(
    world: Any, approved: Approved, process_clock: ManualClock, batch: Any, *, pieces: int = 10
) -> dict[str, Actor]:
    model_id, people = approved()
    with world.record.action(people["owner"], "insight.model.deploy") as unit:
        world.insight.models.deploy(unit, model_id, equipment="R", block_minutes=240)
    start = process_clock.now()
    mes_event(world, "started")
    mes_event(world, "started")
    world.stream(batch, us(start))
    for _ in range(pieces):
        process_clock.advance(timedelta(hours=99 / pieces))
        world.insight.follower.step()
    mes_event(world, "completed")
    world.insight.follower.step()
    return people


def test_a_normal_batch_is_scored_to_its_end_without_an_alert(
    world: Any, approved: Approved, process_clock: ManualClock
) -> None:
    run(world, approved, process_clock, world.toy.make_batch(700))
    with world.record.reading() as session:
        watch = session.query(Watch).one()
        assert watch.state == "finished"
        assert session.query(Alert).count() == 0
        shares = queries.scored_shares(session, watch.id)
        assert sum(shares.values()) == 198
        assert shares["ok"] > 185
        assert world.insight.verify_log(session, watch.id)["same"]
        checks = world.insight.release_gate().checks(session, "batch-1")
        assert [check.outcome for check in checks] == ["passed", "passed"]
        assert world.insight.release_gate().checks(session, "another") == []


def test_a_shortfall_becomes_one_alert_that_blocks_until_a_person_disposes_of_it(
    world: Any,
    approved: Approved,
    process_clock: ManualClock,
    sign: Callable[..., object],
) -> None:
    start = process_clock.now()
    people = run(world, approved, process_clock, world.toy.make_batch(701, fault_h=60.0))
    with world.record.reading() as session:
        (alert,) = queries.alerts(session)
        assert timedelta(hours=60) < alert.raised_at - start < timedelta(hours=72)
        assert alert.contributions[0]["feature"] in ("feed", "weight")
        assert alert.contributions[0]["tags"][0] in ("R.Feed.PV", "W.Net")
        assert "below normal" in alert.title
        assert "no alarm of its own" in alert.lead or "would" in alert.lead
        gate = world.insight.release_gate().checks(session, "batch-1")
        assert "exception" in [check.outcome for check in gate]
        watch = session.query(Watch).one()
        assert world.insight.verify_log(session, watch.id)["same"]
        chart = world.insight.chart(session, "B-2026-0001")
        assert len(chart.times_us) == 198
        assert any(chart.alarming)
        assert world.insight.links_of(session, alert.id) == []
        link = {"relation": "r", "title": "t", "record_type": "x", "record_id": "1", "href": "/api/x/1"}
        world.insight.link_alerts(lambda _session, alert_id: [link] if alert_id == alert.id else [])
        assert world.insight.links_of(session, alert.id) == [link]
        assert world.insight.links_of(session, "another") == []
        (raised,) = world.quality.exceptions(session, "batch-1")
        assert (raised.subject_type, raised.subject_id) == ("insight_alert", alert.id)
    with world.record.action(people["operator"], "insight.alert.acknowledge") as unit:
        world.insight.alerts.acknowledge(unit, alert.id)
    with pytest.raises(Refused, match="Choose a disposition"):
        sign(
            people["scientist"],
            "insight_alert",
            alert.id,
            "disposed",
            disposition="whatever",
            comment="x" * 20,
        )
    with pytest.raises(Refused, match="in a sentence"):
        sign(people["scientist"], "insight_alert", alert.id, "disposed", disposition="sensor", comment="ok")
    sign(
        people["scientist"],
        "insight_alert",
        alert.id,
        "disposed",
        disposition="true_process",
        comment="The balance confirms that 8 % less is delivered.",
        raise_deviation=True,
    )
    with world.record.reading() as session:
        done = world.insight.alerts.get(session, alert.id)
        assert (done.state, done.disposition) == ("disposed", "true_process")
        (deviation,) = world.quality.deviations(session, "batch-1")
        assert done.deviation_id == deviation.id
        assert deviation.exception_ids == [raised.id]
        outcomes = {c.outcome for c in world.insight.release_gate().checks(session, "batch-1")}
        assert outcomes == {"passed"}


def test_a_restart_goes_on_from_the_log_and_doubles_nothing(
    world: Any, approved: Approved, process_clock: ManualClock
) -> None:
    model_id, people = approved()
    with world.record.action(people["owner"], "insight.model.deploy") as unit:
        world.insight.models.deploy(unit, model_id, equipment="R", block_minutes=240)
    mes_event(world, "started")
    world.stream(world.toy.make_batch(702, fault_h=60.0), us(process_clock.now()))
    for part in range(9):
        process_clock.advance(timedelta(hours=11))
        if part % 2:
            world.insight = Insight(world.record, world.quality, world.plant, world.history)
        world.insight.follower.step()
    mes_event(world, "completed")
    world.insight.follower.step()
    with world.record.reading() as session:
        blocks = session.query(PredictionBlock).order_by(PredictionBlock.sequence).all()
        assert sum(block.rows for block in blocks) == 198
        assert [block.previous for block in blocks[1:]] == [block.digest for block in blocks[:-1]]
        assert session.query(Alert).count() == 1
        assert world.insight.verify_log(session, blocks[0].watch_id)["same"]


def test_late_values_are_waited_for_and_then_count_as_missing(
    world: Any, approved: Approved, process_clock: ManualClock, clock: ManualClock
) -> None:
    model_id, people = approved()
    with world.record.action(people["owner"], "insight.model.deploy") as unit:
        world.insight.models.deploy(unit, model_id, equipment="R", block_minutes=30, patience_s=20)
    mes_event(world, "started")
    batch = world.toy.make_batch(703)
    start = us(process_clock.now())
    tags = [channel["tag"] for channel in world.spec()["channels"]]
    for hour, row in zip(batch.hours[:100], batch.values[:100], strict=True):
        for tag, value in zip(tags, row, strict=True):
            world.history.add(tag, start + round(float(hour) * 3.6e9), float(value))
    process_clock.advance(timedelta(hours=60))
    world.insight.follower.step()

    def rows() -> int:
        with world.record.reading() as session:
            return sum(block.rows for block in session.query(PredictionBlock))

    assert rows() == 99
    clock.advance(timedelta(seconds=10))
    world.insight.follower.step()
    assert rows() == 99
    clock.advance(timedelta(seconds=25))
    world.insight.follower.step()
    assert rows() == 120
    with world.record.reading() as session:
        watch = session.query(Watch).one()
        assert queries.scored_shares(session, watch.id)["bad input"] > 15


def test_a_log_that_was_touched_suspends_the_model_by_itself(
    world: Any, approved: Approved, process_clock: ManualClock
) -> None:
    model_id, people = approved()
    with world.record.action(people["owner"], "insight.model.deploy") as unit:
        world.insight.models.deploy(unit, model_id, equipment="R", block_minutes=240)
    mes_event(world, "started")
    world.stream(world.toy.make_batch(704), us(process_clock.now()))
    process_clock.advance(timedelta(hours=30))
    world.insight.follower.step()
    with world.record.reading() as session:
        digest = session.query(PredictionBlock).first().digest
    path = world.record.content.path(digest)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes().replace(b"false", b"true ", 1))
    world.insight = Insight(world.record, world.quality, world.plant, world.history)
    world.insight.follower.step()
    with world.record.reading() as session:
        model = world.insight.models.get(session, model_id)
        assert model.state == "suspended"
        assert "changed after it was kept" in (model.state_reason or "")
        gate = world.insight.release_gate().checks(session, "batch-1")
        assert gate[0].outcome == "exception"


def test_an_event_of_a_cause_that_has_its_alert_is_counted_there(
    world: Any, approved: Approved, process_clock: ManualClock, sign: Callable[..., object]
) -> None:
    people = run(world, approved, process_clock, world.toy.make_batch(705, fault_h=60.0))
    with world.record.reading() as session:
        (alert,) = queries.alerts(session)
        watch = session.query(Watch).one()
        model = world.insight.models.get(session, watch.model_id)
    spec = world.insight.models.load(model.artefact_digest).spec

    def again(hours: int, size: float, feature: str = alert.contributions[0]["feature"]) -> Alert:
        top = (Contribution(feature, "SPE", 0.9, -9.0, 0.92, 1.0),)
        row = ScoredRow(
            us(alert.raised_at) + hours * 3_600_000_000, 80.0, 1.0, 1.0, 1.0, "ok", True,
            float(alert.ratio) * size, True, False, top,
        )  # fmt: skip
        with world.record.action(Actor.model("toy 1"), "insight.score") as unit:
            made = world.insight.alerts.open(
                unit, watch=watch, model=model, spec=spec, row=row, first_us=row.at_us, lead="-",
                block_digest=alert.block_digest, rename={},
            )  # fmt: skip
        assert isinstance(made, Alert)
        return made

    assert again(24, 1.2).id == alert.id
    assert again(24, 1.2).occurrences == 2, "told twice, counted once"
    sign(
        people["scientist"],
        "insight_alert",
        alert.id,
        "disposed",
        disposition="true_process",
        comment="The pump head is worn and will be changed after the batch.",
    )
    joined = again(48, 1.2)
    assert (joined.id, joined.state, joined.occurrences) == (alert.id, "disposed", 3)
    assert again(60, 2.0).id == alert.id, (
        "the statistic is a square: twice of it is no deviation half as large again"
    )
    assert again(72, 2.3).id != alert.id, "half as large again is another matter"
    assert again(96, 1.0, "oxygen").id != alert.id


def test_the_named_phase_ends_the_watching(
    world: Any, approved: Approved, process_clock: ManualClock
) -> None:
    model_id, people = approved()
    with world.record.action(people["owner"], "insight.model.deploy") as unit:
        world.insight.models.deploy(unit, model_id, equipment="R", ends_with_phase="Harvest")
    mes_event(world, "started")
    world.stream(world.toy.make_batch(706), us(process_clock.now()))
    process_clock.advance(timedelta(hours=50))
    for title in ("Culture", "harvest"):
        world.insight.follower.on_phase(
            SimpleNamespace(
                payload={"batch_id": "batch-1", "phase": title, "at_us": us(process_clock.now())},
                process_at=process_clock.now(),
            )
        )
    process_clock.advance(timedelta(hours=40))
    world.insight.follower.step()
    world.insight.follower.step()
    with world.record.reading() as session:
        watch = session.query(Watch).one()
        assert watch.state == "finished"
        assert sum(queries.scored_shares(session, watch.id).values()) == 100


def test_the_lag_is_told_from_memory_and_ends_with_a_suspension(
    world: Any, approved: Approved, process_clock: ManualClock
) -> None:
    hour = 3_600_000_000
    model_id, people = approved()
    with world.record.action(people["owner"], "insight.model.deploy") as unit:
        world.insight.models.deploy(unit, model_id, equipment="R", block_minutes=240)
    assert world.insight.lag_us() == 0
    mes_event(world, "started")
    world.stream(world.toy.make_batch(705), us(process_clock.now()))
    process_clock.advance(timedelta(hours=30))
    world.insight.follower.step()
    assert world.insight.lag_us() < hour
    process_clock.advance(timedelta(hours=7))
    assert 7 * hour <= world.insight.lag_us() < 8 * hour
    with world.record.action(
        people["operator"], "insight.model.suspend", reason="looks wrong to the operator"
    ) as unit:
        world.insight.models.suspend(unit, model_id, "looks wrong to the operator")
    world.insight.follower.step()
    assert world.insight.lag_us() == 0, "nobody waits for a model that does not run"
