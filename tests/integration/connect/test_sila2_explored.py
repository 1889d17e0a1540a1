"""What a SiLA 2 server has to record, told to whoever sets up a connection to it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sila import server as sila
from tests.integration.connect.test_sila2 import Analyser, served

from titer.base.errors import Invalid, Refused, Unavailable
from titer.connect.sila2.explore import explore


class Heater(Analyser):
    """With a property whose constraints name a unit and a range."""

    def feature(self) -> sila.Feature:
        feature = super().feature()
        ranged = sila.Constrained.create(
            sila.Real,
            [
                sila.Unit("°C", [sila.UnitComponent("Kelvin")], offset=273.15),
                sila.MinimalInclusive(sila.Real(4.0)),
                sila.MaximalInclusive(sila.Real(95.5)),
            ],
        )
        for identifier, kind in (("Block", ranged), ("Curve", sila.List.create(sila.Real))):
            sila.UnobservableProperty(
                identifier=identifier,
                display_name=identifier,
                description="Of the heater.",
                data_type=kind,
                function=lambda **_: {},
            ).add_to_feature(feature)
        return feature


def test_properties_are_told_with_what_they_hold_units_and_ranges() -> None:
    async def check() -> dict[str, Any]:
        async with served(Heater()) as port:
            settings = {"host": "127.0.0.1", "port": port, "allow_unencrypted": True, "timeout_s": 60}
            with pytest.raises(Invalid, match="cannot be asked"):
                await explore("everything", {}, settings)
            with pytest.raises(Refused, match="not encrypted"):
                await explore("properties", {}, {**settings, "allow_unencrypted": False, "tls": False})
            found = await explore("properties", {}, settings)
        with pytest.raises(Unavailable, match="No SiLA 2 server answers"):
            await explore("properties", {}, {**settings, "timeout_s": 2})
        return dict(found)

    found = asyncio.run(check())
    assert (found["name"], found["uuid"], found["more"]) == (
        "test",
        "6f0d7c8e-51a4-4f0e-9a52-6d612d303199",
        False,
    )
    nodes = {one["tag"]: one for one in found["nodes"]}
    block = nodes["Analysis.Block"]
    assert block["node"] == "org.example/test/Analysis/v1/Property/Block"
    assert (block["unit"], block["unit_text"], float(block["low"]), float(block["high"])) == (
        "degC",
        "°C",
        4.0,
        95.5,
    )
    assert (block["holds"], block["observable"], block["description"]) == ("Real", False, "Of the heater.")
    assert nodes["Analysis.Temperature"]["observable"] is True
    assert nodes["Analysis.State"]["holds"] == "String"
    assert nodes["Analysis.Curve"]["recordable"] is False
