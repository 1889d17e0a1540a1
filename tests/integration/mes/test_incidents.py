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
