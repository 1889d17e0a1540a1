"""Insight asks equipment's records for channels, alarm limits and open gaps."""

from __future__ import annotations

from decimal import Decimal

from titer.equipment import Channel, Connection, Equipment, Gap
from titer.insight.plant import EquipmentPlant
from titer.record import Actor, Record


def test_channels_and_open_gaps_come_from_equipment(record: Record) -> None:
    record.register_actions(Equipment(record).actions())
    verb = next(spec.verb for spec in Equipment(record).actions())
    with record.action(Actor.timer("test"), verb) as unit:
        connection = unit.add(
            Connection(
                name="br-201",
                type="opcua",
                state="approved",
                revision=1,
                settings="{}",
                host="host",
                owner="x",
                changed_by="x",
            )
        )
        unit.add(
            Channel(
                tag="R.Feed.PV",
                connection_id=connection.id,
                address="a",
                unit="L/h",
                description="",
                alarm_low=Decimal("0.5"),
                writable=False,
                active=True,
                settings="{}",
            )
        )
        for key, state in (("a", "opened"), ("b", "filled")):
            unit.add(
                Gap(
                    key=key,
                    connection="br-201",
                    state=state,
                    from_us=1000 if state == "opened" else 100,
                    to_us=2000 if state == "opened" else 200,
                    windows=[["", 1000, 2000, "opened"]] if state == "opened" else [["", 100, 200, "filled"]],
                    reason="link",
                    outcome="",
                    filled_rows=0,
                )
            )
    plant = EquipmentPlant()
    with record.reading() as session:
        facts = plant.channel_facts(session, ["R.Feed.PV", "R.Other.PV"])
        assert (facts["R.Feed.PV"].unit, facts["R.Feed.PV"].alarm_low, facts["R.Feed.PV"].alarm_high) == (
            "L/h",
            0.5,
            None,
        )
        assert "R.Other.PV" not in facts
        assert plant.awaited_from(session, ["R.Feed.PV"], 0, 5000) == 1000
        assert plant.awaited_from(session, ["R.Feed.PV"], 1500, 5000) == 1500
        assert plant.awaited_from(session, ["R.Feed.PV"], 0, 500) is None
        assert plant.awaited_from(session, ["R.Other.PV"], 0, 5000) is None
