"""A twin follows a simulated reactor that is not its own model: binding, lateness, gaps, freezing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from titer.base.clock import us
from titer.base.errors import Invalid, Refused
from titer.twin import fed_batch, queries
from titer.twin.model import TwinHour, TwinInstance


def _instances(world: Any) -> int:
    with world.record.reading() as session:
        return session.scalar(select(func.count()).select_from(TwinInstance)) or 0


def test_a_twin_is_commissioned_by_another_person_than_its_author(world: Any) -> None:
    with world.record.action(world.people["both"], "twin.define") as unit:
        row = world.twin.definitions.define(
            unit, equipment="BR-201", title="Fed-batch twin", settings=fed_batch("BR-201")
        )
        key = row.id
    with pytest.raises(Refused, match="may not be signed"):
        world.sign(world.people["both"], "twin_definition", key, "commissioned")
    world.sign(world.people["owner"], "twin_definition", key, "commissioned")
    with world.record.reading() as session:
        assert world.twin.definitions.definition(session, key).state == "COMMISSIONED"


def test_settings_that_the_model_does_not_know_are_refused_with_their_place(world: Any) -> None:
    settings = fed_batch("BR-201")
    settings["laboratory"]["colour"] = {"analyses": ["colour"]}
    with (
        pytest.raises(Invalid, match="colour"),
        world.record.action(world.people["scientist"], "twin.define") as unit,
    ):
        world.twin.definitions.define(unit, equipment="BR-201", title="x", settings=settings)


def test_a_batch_is_bound_followed_and_frozen(world: Any, simulated: Any) -> None:
    world.commission()
    world.begin()
    world.begin()
    assert _instances(world) == 1
    assert world.instance().state == "SYNCING"
    world.run_to(48)
    assert world.instance().state == "LIVE", world.instance().reasons
    world.run_to(264)
    assert world.instance().state == "LIVE", world.instance().reasons
    with world.record.reading() as session:
        estimator = world.twin.estimator(session, world.instance())
    outputs = estimator.table(estimator.shown[263])[1]
    truth = simulated.panel[11]
    assert abs(float(outputs["vcd"]["mean"]) / truth["vcd"] - 1) < 0.12
    assert float(outputs["titre"]["low"]) < truth["titre"] < float(outputs["titre"]["high"])
    assert estimator.delivery("feed_f2") == pytest.approx(0.92, abs=0.03)
    world.tell(
        "mes.phase.started",
        {"batch_id": "batch-1", "phase": "Harvest", "at_us": us(world.process_clock.now())},
    )
    frozen = world.instance()
    assert frozen.state == "FROZEN" and frozen.frozen_at is not None
    world.run_to(300)
    with world.record.reading() as session:
        assert (session.scalar(select(func.max(TwinHour.hour))) or 0) < 264


def test_a_batch_on_equipment_without_a_commissioned_twin_has_none(world: Any) -> None:
    world.begin()
    assert _instances(world) == 0


def test_a_late_titre_is_taken_by_rewind_and_replay_with_evidence(world: Any, simulated: Any) -> None:
    world.commission()
    world.begin()
    world.run_to(200)
    before = world.instance()
    with world.record.reading() as session:
        then = world.twin.estimator(session, before).table(world.twin.estimator(session, before).shown[-1])[1]
    world.result("r1", "Titre", f"{simulated.panel[6]['titre']:.3f}", "mg/mL", 144.0)
    world.twin.following.step()
    with world.record.reading() as session:
        replay = queries.replays(session, before.id)[0]
        assert replay.from_hour == 144 and replay.to_hour == 200
        assert replay.cause[0]["output"] == "titre" and replay.cause[0]["sample_number"] == "S-r1"
        assert replay.before["titre"] == then["titre"]
        wide = float(replay.before["titre"]["high"]) - float(replay.before["titre"]["low"])
        narrow = float(replay.after["titre"]["high"]) - float(replay.after["titre"]["low"])
        assert narrow < 0.7 * wide
        measured = queries.measurements(session, before.id)[0]
        assert measured.unit == "g/L"
        assert measured.arrived_at - measured.sampled_at > timedelta(hours=50)


def test_what_was_known_then_is_answered_from_the_log_bit_for_bit(world: Any, simulated: Any) -> None:
    world.commission()
    world.begin()
    world.run_to(120)
    asked = world.process_clock.now()
    with world.record.reading() as session:
        live = world.twin.estimator(session, world.instance())
        then = live.belief_digest()
    world.process_clock.advance(timedelta(minutes=1))
    world.result("r1", "titre", "0.9", "g/L", 96.0)
    world.result("r2", "glucose", "20", "mmol/L", 96.0)
    world.run_to(150)
    with world.record.reading() as session:
        instance = world.twin.instance(session, "batch-1")
        known = world.twin.estimator(session, instance, known=asked)
        assert known.belief_digest() == then
        now = world.twin.estimator(session, instance)
        assert world.twin.following.fresh(session, instance).belief_digest() == now.belief_digest() != then
        kept = queries.snapshots(session, instance.id)
        assert len(kept) >= 4
        for snapshot in (kept[0], kept[-1]):
            assert world.twin.verify_snapshot(session, snapshot.id) == {
                "knowledge": True, "belief": True, "shown": True,
            }  # fmt: skip


def test_an_invalidated_result_is_withdrawn_and_replayed(world: Any) -> None:
    world.commission()
    world.begin()
    world.run_to(60)
    with world.record.reading() as session:
        clean = world.twin.estimator(session, world.instance()).belief_digest()
    world.result("r1", "glucose", "3.0", "g/L", 48.0)
    world.result("r1", "glucose", "3.0", "g/L", 48.0, "lims.result.approved")
    world.twin.following.step()
    with world.record.reading() as session:
        assert world.twin.estimator(session, world.instance()).belief_digest() != clean
    world.result("r1", "glucose", "3.0", "g/L", 48.0, "lims.result.invalidated")
    world.twin.following.step()
    with world.record.reading() as session:
        assert world.twin.estimator(session, world.instance()).belief_digest() == clean
        assert [m.status for m in queries.measurements(session, world.instance().id)] == [
            "entered", "approved", "withdrawn",
        ]  # fmt: skip


def test_a_laboratory_value_in_another_unit_is_converted_or_left_out(world: Any) -> None:
    world.commission()
    world.begin()
    world.run_to(30)
    world.result("r1", "glucose", "20", "mmol/L", 24.0)
    world.result("r2", "viability", "97", "degC", 24.0)
    world.result("r3", "bioburden", "0", "[CFU]/10mL", 24.0)
    with world.record.reading() as session:
        rows = queries.measurements(session, world.instance().id)
    assert [(r.output, str(r.value)) for r in rows] == [("glucose", "3.603120")]


def test_a_silent_channel_is_assumed_and_said_to_be(world: Any) -> None:
    world.commission()
    world.begin()
    world.run_to(48)
    begin = us(world.started + timedelta(hours=49))
    world.readings.silent["BR-201.FeedF2.PV"] = (begin, us(world.started + timedelta(hours=56)))
    world.run_to(56, every=1.0)
    instance = world.instance()
    assert instance.state == "DEGRADED"
    assert any("feed_f2" in reason and "assumed" in reason for reason in instance.reasons)
    world.run_to(60, every=1.0)
    assert world.instance().state == "LIVE", world.instance().reasons


def test_hours_in_a_gap_are_read_again_when_it_is_filled(world: Any) -> None:
    world.commission()
    world.begin()
    world.run_to(96)
    begin = us(world.started + timedelta(hours=97))
    for tag in world.readings.batch.tags:
        world.readings.silent[tag] = (begin, us(world.started + timedelta(hours=101)))
    world.run_to(110, every=1.0)
    world.readings.silent.clear()
    world.tell("equipment.gap.filled", {"from_us": begin})
    world.twin.following.step()
    with world.record.reading() as session:
        instance = world.twin.instance(session, "batch-1")
        again = list(
            session.scalars(
                select(TwinHour).where(TwinHour.instance_id == instance.id, TwinHour.revision == 2)
            )
        )
        assert again and all(row.quality["feed_f2"] == "good" for row in again)
        assert queries.replays(session, instance.id)[0].cause[0]["reason"] == "read again after a gap"
