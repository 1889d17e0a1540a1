"""A model's life on the record: who may do what, in which order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from titer.base.errors import IntegrityFault, NotAuthorised, Refused
from titer.insight.datasets import DatasetOrder
from titer.insight.model import Deployment, ModelVersion
from titer.record import Actor

Approved = Callable[..., tuple[str, dict[str, Actor]]]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_model_is_trained_validated_approved_twice_and_deployed(world: Any, approved: Approved) -> None:
    model_id, people = approved()
    with world.record.reading() as session:
        model = world.insight.models.get(session, model_id)
        dataset = world.insight.datasets.get(session, model.dataset_id)
    assert model.state == "approved"
    assert model.validation is not None
    assert model.validation["passed"]
    assert model.validation["false_events"] == 0
    assert float(model.validation["challenges"][0]["delay_h"]) < 15
    roles = [line["role"] for line in dataset.batches]
    assert {r: roles.count(r) for r in set(roles)} == {
        "train": 17,
        "calibrate": 12,
        "test": 6,
        "challenge": 1,
        "excluded": 1,
    }
    with world.record.action(people["owner"], "insight.model.deploy") as unit:
        deployment = world.insight.models.deploy(unit, model_id, equipment="R")
    assert deployment.golden_check == "passed"
    with (
        pytest.raises(Refused, match="deployed on R already"),
        world.record.action(people["owner"], "insight.model.deploy") as unit,
    ):
        world.insight.models.deploy(unit, model_id, equipment="R")


def test_the_same_training_gives_the_same_artefact(world: Any, approved: Approved) -> None:
    model_id, _ = approved()
    with world.record.reading() as session:
        model = world.insight.models.get(session, model_id)
    again = world.insight.models.train(model.dataset_id, model.spec, model.acceptance)
    assert again.artefact.digest == model.artefact_digest


def test_the_test_set_stays_sealed_until_criteria_are_signed_and_never_opens_to_the_author(
    world: Any, person: Callable[..., Actor], sign: Callable[..., object]
) -> None:
    author = person("both", "scientist", "process_owner")
    owner = person("own2", "process_owner")
    quality = person("qa2", "quality")
    batches = [(f"H-{i}", world.toy.make_batch(i)) for i in range(24)]
    with world.record.action(author, "insight.dataset.create") as unit:
        digest = unit.content.put(world.file(batches), media_type="text/csv", origin="test")
        dataset = world.insight.datasets.from_file(
            unit, digest=digest, order=DatasetOrder("x", 30, {"test": 4, "calibrate": 10, "train": -1})
        )
    trained = world.insight.models.train(dataset.id, world.spec(), {"max_false_events_per_batch": "0"})
    with world.record.action(author, "insight.model.train") as unit:
        model = world.insight.models.register(unit, trained)
    with pytest.raises(Refused, match="sealed"):
        world.insight.models.validation_report(model.id)
    with (
        pytest.raises(Refused, match="have not been signed"),
        world.record.action(quality, "insight.model.validate") as unit,
    ):
        world.insight.models.open_test_set(unit, model.id)
    with pytest.raises(Refused, match="You made this model"):
        sign(author, "insight_model", model.id, "criteria_frozen")
    sign(owner, "insight_model", model.id, "criteria_frozen")
    with (
        pytest.raises(Refused, match="cannot open its test set"),
        world.record.action(author, "insight.model.validate") as unit,
    ):
        world.insight.models.open_test_set(unit, model.id)
    with pytest.raises(Refused, match="only a validated model"):
        sign(owner, "insight_model", model.id, "approved_by_owner")
    with world.record.action(quality, "insight.model.validate") as unit:
        world.insight.models.open_test_set(unit, model.id)
    with (
        pytest.raises(Refused, match="second look"),
        world.record.action(quality, "insight.model.validate") as unit,
    ):
        world.insight.models.open_test_set(unit, model.id)


def test_what_a_score_depends_on_cannot_be_changed(world: Any, approved: Approved) -> None:
    model_id, people = approved()
    with (
        pytest.raises(Refused, match="keeps its first value"),
        world.record.action(people["owner"], "insight.model.retire") as unit,
    ):
        unit.get(ModelVersion, model_id).artefact_digest = "0" * 64
        unit.flush()


def test_only_the_right_roles_deploy_and_every_operator_may_suspend(world: Any, approved: Approved) -> None:
    model_id, people = approved()
    with pytest.raises(NotAuthorised), world.record.action(people["operator"], "insight.model.deploy"):
        pass
    with world.record.action(people["owner"], "insight.model.deploy") as unit:
        world.insight.models.deploy(unit, model_id, equipment="R")
    with world.record.action(people["operator"], "insight.model.suspend") as unit:
        world.insight.models.suspend(unit, model_id, "it shows nonsense")
    with world.record.reading() as session:
        assert session.query(Deployment).one().state == "suspended"
    with world.record.action(people["owner"], "insight.model.resume") as unit:
        world.insight.models.resume(unit, model_id, "the probe was repaired")
    with world.record.reading() as session:
        assert session.query(Deployment).one().state == "active"


def test_deployment_asks_for_the_channels_and_their_units(world: Any, approved: Approved) -> None:
    model_id, people = approved()
    world.plant.units["R.Feed.PV"] = "mL/min"
    with (
        pytest.raises(Refused, match="another unit"),
        world.record.action(people["owner"], "insight.model.deploy") as unit,
    ):
        world.insight.models.deploy(unit, model_id, equipment="R")
    del world.plant.units["R.Feed.PV"]
    with (
        pytest.raises(Refused, match=r"no channel R\.Feed\.PV"),
        world.record.action(people["owner"], "insight.model.deploy") as unit,
    ):
        world.insight.models.deploy(unit, model_id, equipment="R")


def test_an_artefact_that_was_touched_is_not_loaded(world: Any, approved: Approved) -> None:
    model_id, _ = approved()
    with world.record.reading() as session:
        digest = world.insight.models.get(session, model_id).artefact_digest
    path = world.record.content.path(digest)
    path.chmod(0o640)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    world.insight.models._loaded.clear()
    with pytest.raises(IntegrityFault):
        world.insight.models.load(digest)


def test_the_same_rows_twice_are_refused(world: Any, person: Callable[..., Actor]) -> None:
    batch = world.toy.make_batch(1)
    with (
        pytest.raises(Refused, match="same rows"),
        world.record.action(person("sci", "scientist"), "insight.dataset.create") as unit,
    ):
        digest = unit.content.put(world.file([("A", batch), ("B", batch)]), media_type="text/csv", origin="t")
        world.insight.datasets.from_file(unit, digest=digest, order=DatasetOrder("x", 30, {"train": -1}))
