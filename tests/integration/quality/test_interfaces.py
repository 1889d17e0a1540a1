"""A connection that is not what was qualified is an exception that a person sees, each time that it begins."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from titer.equipment import Equipment
from titer.equipment.service import streams
from titer.material import Material
from titer.quality import Quality, QualityException
from titer.quality.interfaces import TOPICS, on_event
from titer.record import Actor, OutboxEvent, Record

ANN = Actor.timer("test")
CHANNELS = [{"tag": "BR-201.Temperature.PV", "node": "nsu=urn:x;s=T", "unit": "degC"}]
APPROVED = {"maker": "ACME", "firmware": "1.0", "fingerprint": "f1", "details": {"units": {"T": "degC"}}}


@pytest.fixture
def plant(record: Record) -> tuple[Equipment, Quality]:
    material, equipment = Material(record), Equipment(record)
    quality = Quality(record, material)
    for part in (material, equipment, quality):
        record.register_actions(part.actions())
        record.register_signatures(part.signatures())
    with record.action(ANN, "equipment.intake") as unit:
        equipment.register_node(unit, code="BR-201", name="Reactor", level="unit", class_name="Bioreactor")
        equipment.import_connection(unit, "br201", "opcua", {}, CHANNELS)
        equipment.note_identity(unit, "br201", APPROVED)
        equipment.approve_connection(unit, "br201")
    return equipment, quality


def raised(record: Record, quality: Quality) -> list[tuple[str, str, str]]:
    """(kind, title, detail) after every event was delivered twice."""
    with record.reading() as session:
        told = list(session.scalars(select(OutboxEvent).where(OutboxEvent.topic.in_(TOPICS))))
    for event in (*told, *told):
        on_event(quality, event)
    with record.reading() as session:
        rows = session.scalars(select(QualityException).order_by(QualityException.id))
        return [(row.kind, row.title, row.detail) for row in rows]


def seen(record: Record, equipment: Equipment, identity: dict[str, Any]) -> None:
    with record.action(ANN, "equipment.intake") as unit:
        equipment.note_identity(unit, "br201", identity)


def test_another_firmware_is_an_exception_that_says_what_differs_and_once_for_each_time(
    record: Record, plant: tuple[Equipment, Quality]
) -> None:
    equipment, quality = plant
    assert raised(record, quality) == []
    other = {
        **APPROVED,
        "firmware": "1.1",
        "fingerprint": "f2",
        "details": {"units": {"T": "K"}},
    }
    for _ in range(3):
        seen(record, equipment, other)
    ((kind, title, detail),) = raised(record, quality)
    assert (kind, title) == ("interface", "Connection br201: what answers is not what was approved")
    assert detail.startswith("Firmware was '1.0' and is '1.1'; details differ: units.")
    assert "unqualified until the connection is approved again" in detail
    seen(record, equipment, APPROVED)
    assert len(raised(record, quality)) == 1
    seen(record, equipment, other)
    assert len(raised(record, quality)) == 2


def test_a_channel_map_that_is_not_the_approved_one_is_an_exception_too(
    record: Record, plant: tuple[Equipment, Quality]
) -> None:
    equipment, quality = plant
    for _ in range(2):
        with record.action(ANN, "equipment.intake") as unit:
            equipment.import_connection(
                unit, "br201", "opcua", {}, [{**CHANNELS[0], "node": "nsu=urn:x;s=T2"}]
            )
    ((kind, title, detail),) = raised(record, quality)
    assert (kind, title) == ("interface", "Connection br201 was changed while it records")
    assert "revision 2, which nobody has approved yet" in detail
    with record.reading() as session:
        assert equipment.quality_floor(session, ["BR-201.Temperature.PV"], record.clock.now()) == {
            "BR-201.Temperature.PV": 1
        }


def test_a_connection_is_looked_for_by_the_unit_and_by_what_stands_above_it(
    record: Record, plant: tuple[Equipment, Quality]
) -> None:
    equipment, _ = plant
    with record.reading() as session:
        assert equipment.unqualified(session, ["BR-201"]) == []
    seen(record, equipment, {**APPROVED, "fingerprint": "f2"})
    with record.reading() as session:
        assert [row.name for row in equipment.unqualified(session, ["BR-201"])] == ["br201"]
        assert equipment.unqualified(session, ["BR-202"]) == []


def test_a_clock_that_is_wrong_is_an_exception_once_a_day_and_a_gap_is_none(
    record: Record, plant: tuple[Equipment, Quality]
) -> None:
    equipment, quality = plant
    kinds = ("clock_step", "clock_off", "clock_step", "clock_right", "reconnected")
    with record.action(ANN, "equipment.intake") as unit:
        told = [
            {"kind": kind, "at_us": at, "reason": f"moved by +{at}.000 s.", "channels": []}
            for at, kind in enumerate(kinds)
        ]
        equipment.take_events(unit, streams.told("br201", 1, 1, tuple(told)))
    found = {title: detail for _, title, detail in raised(record, quality)}
    assert found.keys() == {
        "Connection br201: the device's clock was set",
        "Connection br201: the device's clock is wrong",
    }
    assert "Moved by +0.000 s. Its time stamps stand as the device gave them" in " ".join(found.values())


def test_a_file_that_was_gone_before_it_could_be_taken_is_an_exception_each_time(
    record: Record, plant: tuple[Equipment, Quality]
) -> None:
    equipment, quality = plant
    with record.action(ANN, "equipment.intake") as unit:
        told = [
            {
                "kind": "file_lost",
                "at_us": at,
                "reason": f"The file {at}.csv of 7 bytes is gone.",
                "channels": [],
            }
            for at in range(2)
        ]
        equipment.take_events(unit, streams.told("br201", 1, 1, tuple(told)))
    found = [(title, detail) for _, title, detail in raised(record, quality)]
    assert {title for title, _ in found} == {"Connection br201: a file was gone before it could be taken"}
    assert sorted(detail[:27] for _, detail in found) == [
        "The file 0.csv of 7 bytes i",
        "The file 1.csv of 7 bytes i",
    ]


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("stamp_doubted", "Connection br201: values bear times that cannot be true"),
        ("channel_unbound", "Connection br201: it sends what is none of its channels"),
    ],
)
def test_what_the_intake_notices_is_an_exception_once_a_day(
    record: Record, plant: tuple[Equipment, Quality], kind: str, title: str
) -> None:
    equipment, quality = plant
    for number in range(2):
        event = {"kind": kind, "channels": ["X"], "at_us": 1, "reason": f"Words about {number}."}
        with record.action(ANN, "equipment.intake") as unit:
            equipment.take_events(unit, [streams.ToldEvent(f"br201/{kind}/{number}", "br201", event)])
    ((_, found, detail),) = raised(record, quality)
    assert found == title
    assert detail.startswith("Words about 0.")
