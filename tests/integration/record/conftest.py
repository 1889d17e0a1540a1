"""Every test of the record that asks for `record` is taken through both databases."""

from __future__ import annotations

import pytest

from titer.app.layers import import_tables
from titer.record import Actor, Record
from titer.record.retention.model import RetentionClass


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Which database the record is on."""
    return str(request.param)


@pytest.fixture
def every_table() -> None:
    """The metadata of all layers, whatever else this process has imported; asked for before the record is made."""
    import_tables()


@pytest.fixture
def destroyable(record: Record) -> None:
    """Trainings have a class of no years, which nobody can set: the database lets what a test makes go at once."""
    with record.action(Actor.timer("test"), "record.training.enter") as unit:
        unit.add(RetentionClass(record_type="record_training", years=0, start="trained_at", basis="SOP-7"))
