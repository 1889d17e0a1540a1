"""A batch on the record: from an order to its end, with people, devices, crashes and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from titer.base.canonical import digest
from titer.base.clock import us
from titer.base.errors import Conflict, Invalid, NotAuthorised, Refused
from titer.mes import Adjustment, BatchSample, JournalEvent, ManualTask, Recipe, TaskEntry, queries
from titer.mes.engine import fold
from titer.mes.running import Running
from titer.record import Actor, OutboxEvent
from titer.record.model import RoleAssignment

SOURCE = (Path(__file__).parent / "mab7-fedbatch.yaml").read_text()
Floor = Any
HOUR = 3_600_000_000


@pytest.fixture
def ready(floor: Floor) -> Floor:
    floor.effective_recipe(SOURCE)
    floor.lots()
    return floor


def topics(floor: Floor) -> list[str]:
    with floor.record.reading() as session:
        return list(session.scalars(select(OutboxEvent.topic).order_by(OutboxEvent.position)))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_batch_runs_from_order_to_harvest_and_its_record_is_regenerated_bit_for_bit(ready: Floor) -> None:
    batch = ready.started()
    ready.run_until(batch.id, lambda: ready.execution(batch.id) == "Complete")
    with ready.record.reading() as session:
        first = ready.mes.batch_record(session, batch.id)
        checks = ready.mes.release_gate().checks(session, batch.id)
    ready.mes.running._known.clear()
    with ready.record.reading() as session:
        second = ready.mes.batch_record(session, batch.id)
    assert json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    assert first["digest"] == digest({key: value for key, value in first.items() if key != "digest"})
    assert len(first["samples"]) == 14
    assert len(ready.lims.collected) == 14
    assert len(ready.lims.panels) == 13
    assert [row["direction"] for row in first["materials"]] == ["charged"] * 4 + ["produced"]
    assert all(row["set"] == row["actual"] for row in first["setpoints"])
    assert {s["meaning"] for s in first["signatures"]} == {"authored", "checked", "approved", "witnessed"}
    assert first["simulated"] is True
    assert ready.quality.exceptions == {}
    odd = [check for check in checks if check.outcome != "passed" and not check.id.startswith("mes.gap")]
    assert odd == []
    assert len(checks) > 80
    assert ready.equipment.marks == [("BR-201", "in use"), ("BR-201", "dirty")]
    contexts = [content for code, _, content in ready.equipment.contexts if code == "BR-201"]
    during = [one for one in contexts if "batch" in one]
    assert {(one["batch"], one["recipe"], one["product"]) for one in during} == {
        (batch.number, f"{first['recipe']['code']} {first['recipe']['version']}", batch.product)
    }
    assert len({one["sample"] for one in during if "sample" in one}) == 14
    assert len({path for one in during for path in one["phases"]}) > 10
    assert not {"batch", "recipe", "phases", "sample"} & contexts[-1].keys(), (
        "it belongs to no batch any more"
    )
    told = topics(ready)
    for topic in ("mes.batch.started", "mes.batch.completed", "mes.mark.set", "mes.setpoint.applied"):
        assert topic in told
    assert told.count("mes.sample.drawn") == 14


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_hub_that_is_killed_goes_on_where_it_was_and_says_that_it_was_away(ready: Floor) -> None:
    batch = ready.started()
    ready.mes.running.step()
    keys = 0
    for number in range(60):
        ready.go_on(batch.id)
        if number % 10 == 9:
            old = ready.mes.running
            ready.mes.running = Running(old.record, old.effects, old.equipment, old.historian)
            ready.mes.tasks.running = ready.mes.proposals.running = ready.mes.running
            ready.mes.running.step()
            keys += 1
    with ready.record.reading() as session:
        events = list(
            session.scalars(
                select(JournalEvent.event)
                .where(JournalEvent.batch_id == batch.id)
                .order_by(JournalEvent.sequence)
            )
        )
        state = ready.mes.running.load(session, batch.id).state
    assert fold(events).digest() == state.digest()
    assert any(event["type"] == "outage.noted" for event in events)
    assert any("outage" in key for key in ready.quality.exceptions)
    assert len(ready.equipment.asked) == len(set(ready.equipment.asked)), "a command was asked for twice"


def test_author_second_check_and_quality_unit_are_three_people(floor: Floor) -> None:
    recipe = floor.act("author", "mes.recipe.submit", lambda unit: floor.mes.submit_recipe(unit, SOURCE))
    assert recipe.state == "draft"
    with pytest.raises(Refused, match=r"only a draft|not in review"):
        floor.sign(floor.people["checker"], "mes_recipe", recipe.id, "checked")
    floor.sign(floor.people["author"], "mes_recipe", recipe.id, "authored")
    with pytest.raises(Refused, match="three people"):
        floor.sign(floor.people["author"], "mes_recipe", recipe.id, "checked")
    with pytest.raises(Refused, match="second check is missing"):
        floor.sign(floor.people["qa"], "mes_recipe", recipe.id, "approved")
    floor.sign(floor.people["checker"], "mes_recipe", recipe.id, "checked")
    for either in ("author", "checker"):
        with floor.record.action(Actor.timer("test"), "record.role.assign") as unit:
            unit.add(RoleAssignment(person_id=floor.people[either].id, role="quality", active=True))
        with pytest.raises(Refused) as told:
            floor.sign(floor.people[either], "mes_recipe", recipe.id, "approved")
        assert (
            told.value.why == "Author, second check and quality unit must be three people (21 CFR 211.186)."
        )
    floor.sign(floor.people["qa"], "mes_recipe", recipe.id, "approved")
    with pytest.raises(Conflict, match="version: 2"):
        floor.act("author", "mes.recipe.submit", lambda unit: floor.mes.submit_recipe(unit, SOURCE))
    with (
        pytest.raises(Exception, match="content"),
        floor.record.action(floor.people["qa"], "mes.recipe.retire") as unit,
    ):
        unit.get(Recipe, recipe.id).content = {}
        unit.flush()


def test_a_new_version_supersedes_and_its_changes_are_shown_to_the_approvers(floor: Floor) -> None:
    floor.effective_recipe(SOURCE)
    second = floor.effective_recipe(
        SOURCE.replace("version: 1", "version: 2").replace("value: 40, unit: L/h", "value: 42, unit: L/h")
    )
    with floor.record.reading() as session:
        states = {row.number: row.state for row in session.scalars(select(Recipe))}
        changes = {
            item.where: (item.before, item.after) for item in floor.mes.recipe_changes(session, second)
        }
    assert states == {1: "superseded", 2: "effective"}
    assert changes["formula / feed_rate / value"] == ("40", "42")


def test_an_expired_lot_is_refused_at_the_scan_and_nothing_is_entered(floor: Floor) -> None:
    floor.effective_recipe(SOURCE)
    floor.lots(expired="MEDIUM-BASAL")
    batch = floor.started()
    floor.run_until(batch.id, lambda: any(task.form.get("scan") for task in floor.offered()))
    (task,) = [task for task in floor.offered() if task.form.get("scan")]
    with pytest.raises(Refused, match="expired"):
        floor.do(task)
    with pytest.raises(Refused, match="FEED-F2, and MEDIUM-BASAL was asked for"):
        floor.act(
            "op1",
            "mes.task.enter",
            lambda unit: floor.mes.enter_task(unit, task.id, entries={}, scan="LOT-FEED-F2"),
        )
    assert floor.offered()[0].state == "offered"


def test_a_value_outside_its_limits_needs_a_comment_and_raises_an_exception(ready: Floor) -> None:
    batch = ready.started()
    ready.run_until(batch.id, lambda: bool(ready.offered()))
    (task,) = ready.offered()
    entries = {"bag_lot": "B1", "pressure_loss": "0.8", "visual": "yes"}
    with pytest.raises(Invalid, match="Outside the limits: pressure_loss"):
        ready.act("op1", "mes.task.enter", lambda unit: ready.mes.enter_task(unit, task.id, entries=entries))
    with pytest.raises(NotAuthorised):
        ready.act("qa", "mes.task.enter", lambda unit: ready.mes.enter_task(unit, task.id, entries=entries))
    ready.act(
        "op1",
        "mes.task.enter",
        lambda unit: ready.mes.enter_task(unit, task.id, entries=entries, comment="gauge read twice"),
    )
    (raised,) = ready.quality.exceptions.values()
    assert raised["kind"] == "mes.entry_outside_limits"
    ready.act(
        "op1",
        "mes.task.correct",
        lambda unit: ready.mes.correct_task(
            unit, task.id, name="pressure_loss", value="0.3", reason="misread"
        ),
    )
    with ready.record.reading() as session:
        rows = session.scalars(
            select(TaskEntry).where(TaskEntry.name == "pressure_loss").order_by(TaskEntry.revision)
        ).all()
        assert [(row.text, row.inside, row.reason) for row in rows] == [
            ("0.8", False, "gauge read twice"),
            ("0.3", True, "misread"),
        ]
        notes = ready.mes.batch_record(session, batch.id)["notes"]
    assert notes[0]["before"] == "0.8"


def test_who_performed_a_task_cannot_witness_it(ready: Floor) -> None:
    batch = ready.started()
    ready.run_until(batch.id, lambda: any(task.form.get("witness") for task in ready.offered()))
    (task,) = ready.offered()
    ready.act(
        "op1",
        "mes.task.enter",
        lambda unit: ready.mes.enter_task(
            unit, task.id, entries={"volume": "300", "viability": "97"}, scan="LOT-INOCULUM-MAB7"
        ),
    )
    with pytest.raises(Refused, match="cannot witness"):
        ready.sign(ready.people["op1"], "mes_task", task.id, "witnessed")
    ready.sign(ready.people["op2"], "mes_task", task.id, "witnessed")
    with ready.record.reading() as session:
        row = session.get(ManualTask, task.id)
        assert row is not None
        assert row.state == "accepted"


def test_equipment_that_is_not_ready_is_waited_for(ready: Floor) -> None:
    ready.equipment.not_ready = ["BR-201 is dirty."]
    batch = ready.started()
    for _ in range(5):
        ready.mes.running.turn(batch.id)
    assert ready.offered() == []
    assert any("equipment_not_ready" in key for key in ready.quality.exceptions)
    ready.equipment.not_ready = []
    ready.mes.running.turn(batch.id)
    assert len(ready.offered()) == 1
    other = ready.started()
    ready.mes.running.turn(other.id)
    assert len(ready.offered()) == 1, "two batches cannot hold one unit"
    ready.act("op1", "mes.batch.stop", lambda unit: ready.mes.command(unit, batch.id, "Stop", reason="test"))
    ready.run_until(batch.id, lambda: ready.execution(batch.id) == "Stopped")
    ready.mes.running.turn(other.id)
    assert [task.batch_id for task in ready.offered()] == [other.id]


def test_commands_need_a_right_a_reason_and_the_state_table(ready: Floor) -> None:
    batch = ready.started()
    with pytest.raises(Invalid, match="reason"):
        ready.act("op1", "mes.batch.hold", lambda unit: ready.mes.command(unit, batch.id, "Hold"))
    with pytest.raises(Refused, match="not possible while"):
        ready.act(
            "op1", "mes.batch.restart", lambda unit: ready.mes.command(unit, batch.id, "Restart", reason="x")
        )
    with pytest.raises(NotAuthorised):
        ready.act("author", "mes.batch.hold", lambda unit: None)
    ready.act("op1", "mes.batch.hold", lambda unit: ready.mes.command(unit, batch.id, "Hold", reason="foam"))
    ready.mes.running.turn(batch.id)
    assert ready.execution(batch.id) == "Held"


def approved(floor: Floor, batch_id: str, value: str, monkeypatch: pytest.MonkeyPatch) -> OutboxEvent:
    """An approved proposal, as the twin would tell of it; its signature is checked elsewhere."""
    changes = [{"tag": "BR-201.FeedF2.SP", "value": value, "unit": "L/h"}]

    class Signature:
        id = "sig-1"
        person_id = "person-1"

        def __init__(self) -> None:
            self.content: dict[str, Any] = {"shown": {"changes": changes}}

    def verify(session: Any, signature_id: str, **what: str) -> Signature:
        if signature_id != "sig-1":
            raise Refused("The signature does not authorise this.")
        assert what == {"record_type": "twin_proposal", "record_id": f"prop-{value}", "meaning": "approved"}
        return Signature()

    monkeypatch.setattr(floor.record, "verify_signature", verify)
    return OutboxEvent(
        id="e",
        topic="twin.proposal.approved",
        record_type="twin_proposal",
        record_id=f"prop-{value}",
        payload={
            "proposal_id": f"prop-{value}",
            "batch_id": batch_id,
            "changes": changes,
            "signature_id": "sig-1",
        },
    )


def test_a_signed_proposal_is_written_at_the_next_bolus_read_back_and_told(
    ready: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = ready.started()
    handle: Callable[[OutboxEvent], None] = ready.mes.subscriptions()[0].handler

    def drawn() -> int:
        with ready.record.reading() as session:
            return len(session.scalars(select(BatchSample.id).where(BatchSample.drawn_at.is_not(None))).all())

    ready.run_until(batch.id, lambda: drawn() >= 5)
    too_much = approved(ready, batch.id, "75", monkeypatch)
    handle(too_much)
    event = approved(ready, batch.id, "50", monkeypatch)
    handle(event)
    handle(event)
    with ready.record.reading() as session:
        rows = {row.proposal_id: (row.state, row.reason) for row in session.scalars(select(Adjustment))}
    assert rows["prop-50"] == ("accepted", None)
    assert rows["prop-75"][0] == "refused"
    assert "proven range" in str(rows["prop-75"][1])
    ready.run_until(batch.id, lambda: drawn() >= 8)
    with ready.record.reading() as session:
        row = session.scalars(select(Adjustment).where(Adjustment.proposal_id == "prop-50")).one()
        assert (row.state, row.readback) == ("applied", "50")
        applied = [
            event.payload
            for event in session.scalars(
                select(OutboxEvent).where(OutboxEvent.topic == "mes.setpoint.applied")
            )
            if event.payload["proposal_id"]
        ]
        record = ready.mes.batch_record(session, batch.id)
        adjustable = {item.tag: item for item in ready.mes.adjustable(session, batch.id)}
    assert [(item["proposal_id"], item["value"]) for item in applied] == [("prop-50", "50")]
    assert record["recipe"]["formula_at_end"]["feed_rate"]["value"] == "50"
    assert record["recipe"]["formula_at_start"]["feed_rate"]["value"] == "40"
    assert adjustable["BR-201.FeedF2.SP"].value == Decimal(50)


def test_a_proposal_whose_signature_is_not_good_moves_nothing(
    ready: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = ready.started()
    event = approved(ready, batch.id, "50", monkeypatch)
    event.payload = {**event.payload, "signature_id": "copied"}
    before = len(ready.equipment.asked)
    ready.mes.subscriptions()[0].handler(event)
    ready.mes.running.turn(batch.id)
    assert len(ready.equipment.asked) == before
    assert "mes.proposal.refused" in topics(ready)


def test_a_formula_outside_the_recipes_limits_makes_no_batch(ready: Floor) -> None:
    with pytest.raises(Refused, match="outside the recipe's limits"):
        ready.started(formula={"feed_rate": "99"})
    with pytest.raises(Invalid, match="no formula parameter"):
        ready.started(formula={"feedrate": "30"})


def test_a_journal_that_ends_in_a_rolled_back_turn_is_read_again(ready: Floor) -> None:
    batch = ready.started()

    def fail(unit: Any) -> None:
        ready.mes.command(unit, batch.id, "Hold", reason="x")
        ready.mes.running.load(unit.session, batch.id)
        raise Refused("something else went wrong")

    with pytest.raises(Refused):
        ready.act("op1", "mes.batch.hold", fail)
    assert ready.execution(batch.id) == "Running"
    with ready.record.reading() as session:
        assert ready.mes.running.load(session, batch.id).state.execution == "Running"
    assert us(ready.clock.now()) > HOUR


def test_a_recipe_that_does_not_fit_the_equipment_makes_no_batch(floor: Floor) -> None:
    floor.effective_recipe(
        SOURCE.replace("Volume.PV: {unit: L, max_age", "Volume.PV: {unit: mL, max_age").replace(
            "      DO.PV: {", "      Foam.Level: {unit: L}\n      DO.PV: {"
        )
    )
    with pytest.raises(Refused, match=r"BR-201.Foam.Level does not exist"):
        floor.started()


INOCULATE = "BR-201.Inoculate.CMD"


def _held(floor: Floor, batch_id: str) -> list[str]:
    with floor.record.reading() as session:
        elements = floor.mes.running.load(session, batch_id).state.elements
        return sorted(path for path, element in elements.items() if element.state == "Held")


def _unknown_inoculation(floor: Floor) -> tuple[str, str]:
    """A batch whose inoculation was asked for once, with an outcome that nobody knows; it is held."""
    batch = floor.started()
    floor.equipment.silent.add(INOCULATE)
    floor.run_until(batch.id, lambda: bool(_held(floor, batch.id)), limit=400)
    (command,) = [c for c in floor.equipment.commands.values() if c.target == INOCULATE]
    assert command.state == "unknown"
    return batch.id, command.key


def _late(floor: Floor, key: str, outcome: str, readback: str | None) -> None:
    command = floor.equipment.commands[key]
    command.state, command.readback = outcome, readback
    subscription = next(s for s in floor.mes.subscriptions() if s.name == "mes.receipts")
    told = OutboxEvent(
        topic="equipment.command.completed", record_type="equipment_command", record_id="c1",
        payload={"key": key, "outcome": outcome, "readback": readback},
    )  # fmt: skip
    assert subscription.wants(told.topic)
    subscription.handler(told)
    subscription.handler(told)


def _restart(floor: Floor, batch_id: str) -> None:
    path = _held(floor, batch_id)[0]
    floor.act(
        "op1",
        "mes.batch.restart",
        lambda unit: floor.mes.command(unit, batch_id, "Restart", path=path, reason="looked"),
    )


def test_a_late_receipt_is_reconciled_and_what_was_carried_out_is_not_done_twice(ready: Floor) -> None:
    batch_id, key = _unknown_inoculation(ready)
    _late(ready, key, "done", "300")
    late = [e for k, e in ready.quality.exceptions.items() if "late_receipt" in k]
    assert len(late) == 1 and "was carried out (read back as 300)" in late[0]["title"]
    assert _held(ready, batch_id), "a person decides when to go on"
    ready.equipment.silent.clear()
    _restart(ready, batch_id)
    ready.run_until(
        batch_id, lambda: any("Sample.Draw" in c.target for c in ready.equipment.commands.values())
    )
    asked = [c for c in ready.equipment.commands.values() if c.target == INOCULATE]
    assert len(asked) == 1, "three hundred litres once, not twice"
    with ready.record.reading() as session:
        events = list(
            session.scalars(
                select(JournalEvent.event)
                .where(JournalEvent.batch_id == batch_id)
                .order_by(JournalEvent.sequence)
            )
        )
        assert fold(events).digest() == ready.mes.running.load(session, batch_id).state.digest()
    assert [e["status"] for e in events if e["type"] == "effect.reconciled"] == ["done"]


@pytest.mark.parametrize(("outcome", "readback"), [("failed", None), ("done", "150")])
def test_a_late_receipt_of_what_was_not_done_as_asked_lets_it_be_done_again(
    ready: Floor, outcome: str, readback: str | None
) -> None:
    batch_id, key = _unknown_inoculation(ready)
    _late(ready, key, outcome, readback)
    late = [e for k, e in ready.quality.exceptions.items() if "late_receipt" in k]
    assert len(late) == 1 and "was not carried out as asked" in late[0]["title"]
    ready.equipment.silent.clear()
    _restart(ready, batch_id)
    ready.go_on(batch_id)
    assert len([c for c in ready.equipment.commands.values() if c.target == INOCULATE]) == 2


def test_a_receipt_in_time_is_not_a_late_one(ready: Floor) -> None:
    batch = ready.started()
    ready.run_until(batch.id, lambda: any(c.state == "done" for c in ready.equipment.commands.values()))
    ready.mes.running.turn(batch.id)
    key = next(key for key, c in ready.equipment.commands.items() if c.state == "done")
    _late(ready, key, "done", ready.equipment.commands[key].readback)
    assert not [k for k in ready.quality.exceptions if "late_receipt" in k]


def test_equipment_of_another_class_makes_no_batch(ready: Floor) -> None:
    ready.equipment.class_name = "Chromatography"
    with pytest.raises(Refused, match="BR-201 is of class Chromatography; the recipe's BR is a Bioreactor"):
        ready.started()


def test_equipment_whose_class_was_changed_is_not_allocated(ready: Floor) -> None:
    ready.equipment.not_ready = ["BR-201 is dirty."]
    batch = ready.started()
    ready.mes.running.turn(batch.id)
    ready.equipment.not_ready, ready.equipment.class_name = [], "Buffer vessel"
    ready.mes.running.turn(batch.id)
    assert ready.offered() == []
    with ready.record.reading() as session:
        (row,) = queries.allocations(session, batch_id=batch.id)
        assert row.reasons == ["BR-201 is of class Buffer vessel; the recipe's BR is a Bioreactor."]
    ready.equipment.class_name = "Bioreactor"
    ready.mes.running.turn(batch.id)
    assert len(ready.offered()) == 1
