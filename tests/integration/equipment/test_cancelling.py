"""A call that a device carries out is cancelled by a person, where its protocol can; what it tells is kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from titer.base.errors import Invalid, Refused
from titer.equipment import Equipment
from titer.equipment.model import DeviceCommand, StreamEvent
from titer.equipment.service.streams import told
from titer.record import Actor, Record, Unit

ANN = Actor.timer("test")
BY = {"name": "Ann Lee (ann)", "reason": "the wrong plate"}


@pytest.fixture
def equipment(record: Record) -> Equipment:
    made = Equipment(record)
    record.register_actions(made.actions())
    record.register_signatures(made.signatures())
    with record.action(ANN, "equipment.intake") as unit:
        made.register_node(unit, code="WS-1", name="Washer", level="instrument")
        for name, type_, settings in (
            ("ws-1", "sila2", {"host": "h", "port": 50052, "allow_unencrypted": True}),
            ("br-1", "opcua", {"endpoint": "opc.tcp://h:1"}),
        ):
            made.import_connection(unit, name, type_, settings, [])
            made.note_identity(unit, name, {"maker": "ACME", "fingerprint": name})
            made.approve_connection(unit, name)
    return made


def asked(equipment: Equipment, unit: Unit, key: str, **more: Any) -> DeviceCommand:
    wanted = {
        "connection": "ws-1",
        "kind": "call",
        "target": "Bench/Wash",
        "parameters": {"Cycles": 3},
        **more,
    }
    return equipment.request_command(unit, key=key, **wanted)


def test_a_call_that_runs_is_asked_to_end_once_in_a_persons_name(
    equipment: Equipment, record: Record
) -> None:
    with record.action(ANN, "equipment.intake") as unit:
        call = asked(equipment, unit, "mes/B-1/wash/1")
        equipment.dispatch(unit, [call.key])
        first = equipment.cancel_command(unit, call.id, **BY)
        again = equipment.cancel_command(unit, call.id, **BY)
        assert first is again
        assert (first.kind, first.target, first.connection) == ("cancel", "mes/B-1/wash/1", "ws-1")
        assert first.cause == {"command": call.id, **BY}
        assert call.state == "dispatched", "the call's own receipt says what became of it"
        equipment.take_receipt(unit, first.key, "failed", {"message": "not this one"})
        second = equipment.cancel_command(unit, call.id, **BY)
        assert second.key != first.key
        equipment.take_receipt(unit, call.key, "failed", {"message": "It was cancelled, as asked: stopped"})
        with pytest.raises(Refused, match="failed already"):
            equipment.cancel_command(unit, call.id, **BY)


def test_a_call_that_no_host_has_fetched_is_not_sent_at_all(equipment: Equipment, record: Record) -> None:
    with record.action(ANN, "equipment.intake") as unit:
        call = asked(equipment, unit, "k")
        assert equipment.cancel_command(unit, call.id, **BY) is call
        assert (call.state, "Ann Lee (ann)" in call.message) == ("failed", True)
        assert equipment.dispatch(unit, [call.key]) == []


def test_what_cannot_be_cancelled_is_refused_with_the_reason(equipment: Equipment, record: Record) -> None:
    with record.action(ANN, "equipment.intake") as unit:
        other = asked(equipment, unit, "k", connection="br-1")
        equipment.dispatch(unit, [other.key])
        with pytest.raises(Refused, match="no way to cancel"):
            equipment.cancel_command(unit, other.id, **BY)
        with pytest.raises(Invalid, match="for a reason"):
            equipment.cancel_command(unit, other.id, name="Ann", reason=" ")
        call = asked(equipment, unit, "k2")
        equipment.dispatch(unit, [call.key])
        cancel = equipment.cancel_command(unit, call.id, **BY)
        with pytest.raises(Refused, match="Only a call"):
            equipment.cancel_command(unit, cancel.id, **BY)


def test_what_a_command_tells_while_it_runs_stands_in_the_record_once(
    equipment: Equipment, record: Record
) -> None:
    event = {
        "kind": "command_progress",
        "at_us": 1_772_000_000_000_000,
        "reason": "Bench/Wash is running, 50 % done.",
        "channels": [],
        "command": "k",
        "info": [
            {"at_us": 1_772_000_000_000_000, "status": "running", "progress": "0.5", "remaining_us": None}
        ],
        "responses": [{"at_us": 1_772_000_000_000_000, "values": {"Cycle": 1, "Temperature": "20.5"}}],
    }
    with record.action(ANN, "equipment.intake") as unit:
        assert equipment.take_events(unit, told("ws-1", 1, 7, (event,))) == 1
        assert equipment.take_events(unit, told("ws-1", 1, 7, (event,))) == 0
    with record.reading() as session:
        (row,) = session.scalars(select(StreamEvent).where(StreamEvent.kind == "command_progress"))
        assert row.details["responses"] == event["responses"]
        assert row.reason == event["reason"]
