"""Alarms of devices: each change stands once, a person's answer goes out once, and the device's report decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from titer.base.errors import Invalid, Refused
from titer.equipment import Equipment
from titer.equipment.model import Alarm, AlarmEvent, DeviceCommand
from titer.equipment.service.streams import told
from titer.record import Actor, OutboxEvent, Record

ANN = Actor.timer("test")
CHANNELS: list[dict[str, Any]] = [
    {"tag": "BR-201.Level.PV", "node": "nsu=urn:x;s=Level", "equipment": "BR-201"}
]
T0 = 1_772_000_000_000_000


@pytest.fixture
def equipment(record: Record) -> Equipment:
    made = Equipment(record)
    record.register_actions(made.actions())
    record.register_signatures(made.signatures())
    with record.action(ANN, "equipment.intake") as unit:
        made.register_node(unit, code="SITE", name="Site", level="site")
        made.register_node(unit, code="BR-201", name="Reactor", level="unit", parent="SITE")
        made.import_connection(unit, "br201", "opcua", {"endpoint": "opc.tcp://h:1"}, CHANNELS)
        made.note_identity(unit, "br201", {"maker": "ACME", "fingerprint": "f1"})
        made.approve_connection(unit, "br201")
    return made


def change(event_id: str, at_s: int = 0, *, refreshed: bool = False, **state: Any) -> dict[str, Any]:
    """One change of the level's alarm, as a connector tells it."""
    at = T0 + at_s * 1_000_000
    alarm = {
        "event_id": event_id,
        "event_type": "i=9341",
        "source_node": "nsu=urn:x;s=Tank",
        "source_name": "Tank",
        "input_node": "nsu=urn:x;s=Level",
        "condition": "nsu=urn:x;s=Level.High",
        "callable": True,
        "branch": "",
        "name": "Level high",
        "message": "Level is high",
        "severity": 700,
        "time_us": at,
        "server_us": at,
        "retain": True,
        "enabled": True,
        "acked": False,
        "confirmed": None,
        "active": True,
        "suppressed": None,
        "shelving": "",
        "quality": 0,
        "comment": "",
        "user": "",
        "refreshed": refreshed,
        **state,
    }
    return {
        "kind": "alarm",
        "channels": [],
        "from_us": at,
        "to_us": at,
        "reason": alarm["message"],
        "at_us": at + 20_000,
        "alarm": alarm,
    }


def refreshed(*standing: str) -> dict[str, Any]:
    return {
        "kind": "alarms_refreshed",
        "channels": [],
        "from_us": 0,
        "to_us": 0,
        "reason": "told",
        "at_us": T0 + 99_000_000,
        "standing": list(standing),
    }


class Stream:
    """What the connector tells, frame by frame."""

    def __init__(self, equipment: Equipment) -> None:
        self.equipment, self.first = equipment, 0

    def tell(self, *events: dict[str, Any], again: int = 1) -> None:
        self.first += 1
        for _ in range(again):
            with self.equipment.record.action(Actor.connection("br201"), "equipment.intake") as unit:
                self.equipment.take_events(unit, told("br201", 1, self.first, events))

    def alarm(self) -> Alarm:
        with self.equipment.record.reading() as session:
            (row,) = session.scalars(select(Alarm))
            session.expunge(row)
            return row

    def changes(self) -> list[tuple[str, str]]:
        with self.equipment.record.reading() as session:
            rows = session.scalars(select(AlarmEvent).order_by(AlarmEvent.id))
            return [(row.event_id, row.state) for row in rows]


@pytest.fixture
def stream(equipment: Equipment) -> Stream:
    return Stream(equipment)


def answer(
    record: Record, equipment: Equipment, who: Actor, kind: str = "acknowledge", **more: Any
) -> DeviceCommand:
    with record.action(who, "equipment.alarm.answer") as unit:
        return equipment.answer_alarm(
            unit,
            more.pop("alarm_id"),
            kind,
            event_id=more.pop("event_id", "e1"),
            comment=more.pop("comment", "inlet closed"),
            full_name=who.name,
            username="ada",
        )


def test_a_change_stands_once_however_often_it_is_told_and_two_of_one_event_id_are_two(
    stream: Stream, record: Record
) -> None:
    stream.tell(change("e1"), again=3)
    stream.tell(change("e1", refreshed=True, user="host"))
    assert stream.changes() == [("e1", "active_unacked")]
    stream.tell(change("e1", message="Level is very high"))
    assert len(stream.changes()) == 2
    row = stream.alarm()
    assert (row.node_code, row.tag, row.name, row.raised) == ("BR-201", "BR-201.Level.PV", "Level high", 1)
    assert (row.source_us, row.received_at.microsecond) == (T0, 20_000)
    with record.reading() as session:
        topics = [
            (one.topic, one.payload["nodes"])
            for one in session.scalars(select(OutboxEvent).where(OutboxEvent.topic.like("equipment.alarm.%")))
        ]
    assert topics == [
        ("equipment.alarm.raised", ["BR-201", "SITE"]),
        ("equipment.alarm.changed", ["BR-201", "SITE"]),
    ]


def test_an_answer_goes_out_once_with_the_persons_name_and_holds_when_the_device_reports_it(
    stream: Stream, equipment: Equipment, record: Record, person: Callable[..., Actor]
) -> None:
    ada = person("ada", "operator")
    stream.tell(change("e1"))
    row = stream.alarm()
    keys = {answer(record, equipment, ada, alarm_id=row.id).key for _ in range(2)}
    assert len(keys) == 1
    with record.reading() as session:
        (command,) = session.scalars(select(DeviceCommand))
        assert (command.kind, command.target) == ("acknowledge", "nsu=urn:x;s=Level.High")
        assert command.parameters == {"event_id": "e1", "comment": f"{ada.name} (ada): inlet closed"}
    assert stream.alarm().acked is False, "it is so when the device says so"
    stream.tell(change("e2", acked=True, comment=f"{ada.name} (ada): inlet closed", user="titer-host"))
    row = stream.alarm()
    assert (row.state, row.acked_by) == ("active", f"{ada.name} (ada)")
    with pytest.raises(Refused, match=r"acknowledged already, by .*ada"):
        answer(record, equipment, ada, alarm_id=row.id, event_id="e2")
    stream.tell(change("e3", 60, active=False, acked=True, retain=False))
    row = stream.alarm()
    assert (row.state, row.cleared_us) == ("over", T0 + 60_000_000)
    assert [state for _, state in stream.changes()] == ["active_unacked", "active", "over"]


def test_a_stale_answer_and_one_without_a_comment_are_refused_and_a_failed_one_can_be_given_again(
    stream: Stream, equipment: Equipment, record: Record, person: Callable[..., Actor]
) -> None:
    ada = person("ada", "operator")
    stream.tell(change("e1"), change("e2", 5, severity=900))
    row = stream.alarm()
    with pytest.raises(Refused, match="has changed since it was shown"):
        answer(record, equipment, ada, alarm_id=row.id, event_id="e1")
    with pytest.raises(Invalid, match="comment"):
        answer(record, equipment, ada, alarm_id=row.id, event_id="e2", comment="  ")
    with pytest.raises(Refused, match="none that is confirmed"):
        answer(record, equipment, ada, "confirm", alarm_id=row.id, event_id="e2")
    first = answer(record, equipment, ada, alarm_id=row.id, event_id="e2").key
    with record.action(Actor.connection("br201"), "equipment.intake") as unit:
        equipment.take_receipt(unit, first, "failed", {"message": "br201 is not connected."})
    assert answer(record, equipment, ada, alarm_id=row.id, event_id="e2").key != first


def test_what_a_device_acknowledges_by_itself_is_nobodys_answer(stream: Stream) -> None:
    stream.tell(change("e1"))
    stream.tell(
        change("e2", 1, branch="nsu=urn:x;g=1", acked=False), change("e3", 1, active=False, acked=True)
    )
    with stream.equipment.record.reading() as session:
        trunk, branch = session.scalars(select(Alarm).order_by(Alarm.id))
        assert (trunk.state, trunk.acked_by, trunk.acked_at) == ("over", "", None)
        assert branch.state == "active_unacked"
        assert stream.equipment.alarms_between(session, ["SITE"], T0, T0 + 1) == [trunk]
        assert stream.equipment.alarms_between(session, ["SITE"], T0 + 2_000_000, T0 + 3_000_000) == []
    stream.tell(change("e4", 9))
    stream.tell(change("e5", 9, acked=True, user="panel"))
    with stream.equipment.record.reading() as session:
        assert session.get_one(Alarm, trunk.id).acked_by == "panel, at the device"


def test_what_a_device_does_not_name_in_a_refresh_stands_no_more(stream: Stream) -> None:
    stream.tell(change("e1"))
    stream.tell(refreshed("nsu=urn:x;s=Level.High|"))
    assert stream.alarm().state == "active_unacked"
    stream.tell(refreshed())
    row = stream.alarm()
    assert (row.state, row.active, row.cleared_us) == ("over", False, T0 + 99_000_000)
    assert "when it ended is not known" in row.message
