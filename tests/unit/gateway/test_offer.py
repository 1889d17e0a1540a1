"""What is offered for a state: names, units, status codes and source times, with nothing unknown called good."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from titer.base.errors import Invalid
from titer.gateway.opcua.offer import (
    BAD,
    BAD_WAITING,
    GOOD,
    UNCERTAIN,
    UNCERTAIN_INITIAL,
    Item,
    every,
    offer,
    status_of,
)
from titer.gateway.opcua.settings import ServerSettings

AT = "2026-03-02T08:00:00.000000Z"
EMPTY: dict[str, Any] = {
    "installation": {"name": "lab", "site": "North", "simulated": True, "version": "0.1.0", "layers": []},
    "units": [],
    "channels": [],
    "batches": [],
    "samples": [],
    "twins": [],
}


def items(**state: Any) -> dict[str, Item]:
    """The variables of a state, by path."""
    return {item.path: item for thing in every(offer({**EMPTY, **state})) for item in thing.items}


def unit(code: str, parent: str | None = None) -> dict[str, Any]:
    return {
        "unit_id": code,
        "description": code,
        "equipment_class": "",
        "equipment_level": "unit",
        "parent_id": parent,
        "qualification": "qualified",
        "cleanliness": None,
        "calibration_due": None,
        "batch_id": None,
        "batch_since": None,
        "changed_at": AT,
    }


def channel(**changes: Any) -> dict[str, Any]:
    return {
        "tag": "BR-1.pH",
        "unit_id": "BR-1",
        "description": "pH",
        "unit": "1",
        "low": None,
        "high": None,
        "value": 7.0,
        "text": None,
        "quality": 0,
        "status": 0,
        "source_at": AT,
        "received_at": AT,
        **changes,
    }


def twin(state: str, mean: float | None = 3.5) -> dict[str, Any]:
    estimate = {
        "name": "vcd",
        "title": "Viable cells",
        "unit": "1e6/mL",
        "mean": mean,
        "low": 3.0,
        "high": 4.0,
    }
    return {
        "twin_id": "TW-1",
        "batch_id": "B-1",
        "equipment_id": "BR-1",
        "model_id": "cho",
        "model_release": "2",
        "state": state,
        "reasons": ["no samples"],
        "hour": 12,
        "known_at": AT,
        "estimates": [estimate],
        "changed_at": AT,
    }


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, GOOD),
        ({"status": 0x0000_0480}, GOOD),
        ({"quality": 1}, UNCERTAIN),
        ({"quality": 1, "status": 0x4090_0000}, 0x4090_0000),
        ({"quality": 2, "status": 0x8089_0000, "value": None}, 0x8089_0000),
        ({"quality": 2}, BAD),
        ({"value": None}, BAD),
        ({"value": None, "quality": 2, "source_at": None}, BAD_WAITING),
    ],
)
def test_a_value_is_as_good_as_the_source_and_the_hub_both_say(said: dict[str, Any], status: int) -> None:
    found = items(units=[unit("BR-1")], channels=[channel(**said)])["Channels/BR-1.pH"]
    assert found.status == status


@pytest.mark.parametrize("quality", [0, 1, 2])
@pytest.mark.parametrize("status", [0, 0x4000_0000, 0x8000_0000, 0xC000_0000])
def test_no_status_is_better_than_the_hubs_quality(quality: int, status: int) -> None:
    assert min(status_of(quality, status, True, True) >> 30, 2) == quality


def test_a_text_is_a_text_and_has_no_unit() -> None:
    found = items(units=[unit("BR-1")], channels=[channel(value=None, text="Auto")])["Channels/BR-1.pH"]
    assert (found.data_type, found.value, found.unit, found.name) == ("String", "Auto", None, "pH")


def test_equipment_says_where_it_stands_even_in_a_circle() -> None:
    tree = [unit("SITE"), unit("AREA", "SITE"), unit("BR-1", "AREA")]
    assert items(units=tree)["Equipment/BR-1/HierarchyScope"].value == "SITE/AREA/BR-1"
    circle = [unit("A", "B"), unit("B", "A")]
    assert items(units=circle)["Equipment/A/HierarchyScope"].value == "B/A"


@pytest.mark.parametrize(
    ("state", "status"),
    [("LIVE", GOOD), ("SYNCING", UNCERTAIN_INITIAL), ("DEGRADED", UNCERTAIN), ("unheard of", UNCERTAIN)],
)
def test_an_estimate_is_believed_as_far_as_its_twin(state: str, status: int) -> None:
    found = items(twins=[twin(state)])
    mean = found["Twins/TW-1/Estimates/vcd"]
    assert (mean.status, mean.value, mean.unit) == (status, 3.5, "1e6/mL")
    assert mean.source_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert found["Twins/TW-1/Estimates/vcd_Low95"].value == 3.0
    assert found["Twins/TW-1/Estimates/vcd_High95"].value == 4.0
    assert found["Twins/TW-1/Reasons"].value == ["no samples"]


def test_an_estimate_that_there_is_not_is_not_good() -> None:
    assert items(twins=[twin("LIVE", None)])["Twins/TW-1/Estimates/vcd"].status == BAD_WAITING


def test_a_sample_bears_the_time_of_its_last_change() -> None:
    sample = {
        "sample_id": "S-1",
        "kind": "drawn",
        "state": "received",
        "batch_id": "B-1",
        "point": "BR-1 harvest",
        "planned_at": None,
        "sampled_at": AT,
        "received_at": None,
        "changed_at": "2026-03-02T09:00:00.000000Z",
    }
    found = items(samples=[sample])
    assert found["Samples/S-1/State"].value == "received"
    assert found["Samples/S-1/SampledTime"].value == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert found["Samples/S-1/State"].source_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert found["Samples/S-1/ReceivedTime"].value is None


@pytest.mark.parametrize(
    "given",
    [
        {"writes": True},
        {"port": "4840"},
        {"sessions": 51},
        {"anonymous": 1},
        {"names": "x"},
        {"refresh_s": True},
    ],
)
def test_a_setting_that_there_is_not_or_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        ServerSettings.read(given)


def test_settings_are_on_loopback_and_name_everybody_unless_told_otherwise() -> None:
    found = ServerSettings.read({})
    assert (found.host, found.anonymous) == ("127.0.0.1", False)
    assert ServerSettings.read({"names": ["titer.plant"], "refresh_s": 2}).names == ("titer.plant",)
