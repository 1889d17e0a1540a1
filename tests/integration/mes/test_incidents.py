"""What happens at a running batch's units becomes an exception of the batch."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.integration.mes.conftest import RECIPE, Floor


def told(topic: str, **payload: Any) -> Any:
    return SimpleNamespace(topic=topic, id=f"event {topic}", record_id="connection 1", payload=payload)


def test_a_connection_that_is_not_qualified_any_more_is_an_exception_of_the_batch_at_its_equipment(
    floor: Floor,
) -> None:
    floor.effective_recipe(RECIPE.read_text())
    floor.lots()
    event = told("equipment.connection.mismatched", connection="br201", nodes=["BR-201", "SITE"])
    floor.mes.incidents.on_interface(event)
    assert floor.quality.exceptions == {}, "no batch runs yet"
    batch = floor.started()
    floor.go_on(batch.id)
    floor.mes.incidents.on_interface(told("equipment.connection.mismatched", connection="x", nodes=["BR-9"]))
    assert floor.quality.exceptions == {}, "another unit"
    for _ in range(2):
        floor.mes.incidents.on_interface(event)
    (raised,) = floor.quality.exceptions.values()
    assert (raised["batch_id"], raised["subject_id"]) == (batch.id, "connection 1")
    assert raised["title"] == "Connection br201 of the batch's equipment is not qualified"


def test_a_batch_that_begins_on_a_connection_that_is_not_qualified_says_so(floor: Floor) -> None:
    floor.effective_recipe(RECIPE.read_text())
    floor.lots()
    batch = floor.started()
    event = told("mes.batch.started", batch_id=batch.id)
    floor.mes.incidents.on_started(event)
    assert floor.quality.exceptions == {}
    floor.equipment.doubtful = ["br201"]
    for _ in range(2):
        floor.mes.incidents.on_started(event)
    assert [one["subject_id"] for one in floor.quality.exceptions.values()] == ["id of br201"]


def test_an_alarm_at_a_running_batchs_unit_is_one_exception_and_one_check_of_the_batch(floor: Floor) -> None:
    floor.effective_recipe(RECIPE.read_text())
    floor.lots()
    batch = floor.started()
    floor.go_on(batch.id)
    told_of = {"name": "Level high", "message": "Level is high.", "nodes": ["BR-201"]}
    floor.mes.incidents.on_alarm(
        told("equipment.alarm.raised", **{**told_of, "nodes": ["BR-9"]}, severity=900)
    )
    assert floor.quality.exceptions == {}, "another unit"
    for severity in (700, 900):
        floor.mes.incidents.on_alarm(told("equipment.alarm.raised", **told_of, severity=severity))
    (raised,) = floor.quality.exceptions.values()
    assert (raised["severity"], raised["subject_type"]) == ("major", "equipment_alarm")
    assert raised["title"] == "Alarm at the batch's equipment: Level high"
    floor.equipment.alarming = [
        SimpleNamespace(
            id="a1", name="Level high", message="Level is high.", severity=100, active=True, raised=3
        )
    ]
    floor.mes.incidents.on_started(told("mes.batch.started", batch_id=batch.id))
    assert [one["severity"] for one in floor.quality.exceptions.values()] == ["major", "minor"]
    with floor.record.reading() as session:
        checks = floor.mes.release_gate().checks(session, batch.id)
    (check,) = [one for one in checks if one.id.startswith("mes.alarm.")]
    assert (check.outcome, check.record_type, check.record_id) == ("exception", "equipment_alarm", "a1")
