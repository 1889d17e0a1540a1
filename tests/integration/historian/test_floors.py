"""The quality floor: what a device or a calibration that did not count has measured stays uncertain, nothing else."""

from __future__ import annotations

import io
from dataclasses import fields
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from tests.integration.historian.reactor import ANN, PV, S, frame

from titer.base.clock import ManualClock, from_us, iso, us
from titer.connect.core.acquired import Acquired, Axis
from titer.connect.core.frame import Frame
from titer.equipment import Equipment
from titer.historian import Historian, intake
from titer.record import Record

MINUTE, HOUR = 60 * S, 3600 * S


def received(data: bytes, at_us: int, **changed: Any) -> bytes:
    """The frame, taken in at an instant of the host's clock."""
    one = Frame.decode(data)
    given = {field.name: getattr(one, field.name) for field in fields(one)}
    return Frame(**{**given, "received_us": np.full(one.rows, at_us, "<i8"), **changed}).encode()


def answers(equipment: Equipment, fingerprint: str, since_us: int) -> None:
    """Something else answers at the reactor's connection."""
    with equipment.record.action(ANN, "equipment.intake") as unit:
        equipment.note_identity(unit, "br201", {"fingerprint": fingerprint}, from_us(since_us))


@pytest.fixture
def strange(historian: Historian, equipment: Equipment, clock: ManualClock, t0: int) -> int:
    """Four values: of the approved device, two of a strange one, and one more of the approved device.

    The second of the strange one is history, older than its arrival by its own time. Returns when it arrived.
    """
    begun = us(clock.now())
    answers(equipment, "f1", begun)
    given = (
        (10, None, frame(t0, 1, [1.0], at=10)),
        (20, "f2", frame(t0, 2, [2.0], at=20)),
        (30, None, frame(t0, 3, [3.0], at=5)),
        (40, "f1", frame(t0, 4, [4.0], at=40)),
    )
    for minute, fingerprint, data in given:
        clock.advance(timedelta(minutes=10))
        if fingerprint is not None:
            answers(equipment, fingerprint, begun + minute * MINUTE)
        intake.take(historian, equipment, "br201", received(data, begun + minute * MINUTE))
    return begun + 20 * MINUTE


@pytest.mark.parametrize("sealed", [False, True])
def test_what_a_strange_device_delivered_stays_uncertain_when_the_old_one_is_back(
    historian: Historian, strange: int, t0: int, sealed: bool
) -> None:
    assert strange
    if sealed:
        historian.seal()
    found = historian.read([PV], t0, t0 + 60 * S)
    assert found.column("value").to_pylist() == [3.0, 1.0, 2.0, 4.0]
    assert found.column("quality").to_pylist() == [1, 0, 1, 0]
    assert historian.last([PV])[PV].quality == 0


def test_every_answer_tells_the_same_quality(strange: int, page: TestClient, t0: int) -> None:
    assert strange
    span = {"start": iso(from_us(t0)), "end": iso(from_us(t0 + 60 * S))}
    asked = {"tags": [PV], **span}
    trend = page.get("/api/historian/trend", params=asked).json()["series"][0]
    assert trend["quality"] == [1, 0, 1, 0]
    lines = page.get("/api/historian/export", params=asked).text.splitlines()[1:]
    assert ["uncertain" in line for line in lines] == [True, False, True, False]
    common = page.get("/api/historian/aligned", params={**asked, "step_us": 10 * S, "max_age_us": 10 * S})
    table = pa.ipc.open_stream(io.BytesIO(common.content)).read_all()
    assert table.column(PV).to_pylist() == [None, 1.0, 2.0, 2.0, 4.0, 4.0]
    wanted = ["bad", "good", "uncertain", "uncertain", "good", "good"]
    assert table.column(f"{PV}.quality").to_pylist() == wanted
    buckets = page.get("/api/historian/summary", params={**asked, "width_us": 60 * S})
    told = pa.ipc.open_stream(io.BytesIO(buckets.content)).read_all().to_pylist()
    assert [(one["count"], one["uncertain"]) for one in told] == [(4, 2)]


def test_a_chart_of_then_shows_what_was_known_then(
    historian: Historian, equipment: Equipment, clock: ManualClock, t0: int
) -> None:
    begun = us(clock.now())
    answers(equipment, "f1", begun)
    intake.take(historian, equipment, "br201", received(frame(t0, 1, [1.0]), begun + S))
    clock.advance(timedelta(minutes=1))
    then = us(clock.now())
    clock.advance(timedelta(minutes=1))
    answers(equipment, "f2", begun)
    assert historian.read([PV], t0, t0 + S, as_of_us=then).column("quality").to_pylist() == [0]
    assert historian.read([PV], t0, t0 + S).column("quality").to_pylist() == [1]


def test_spectra_know_the_floor_too(
    historian: Historian, equipment: Equipment, clock: ManualClock, t0: int
) -> None:
    begun = us(clock.now())
    axis = Axis("wavelength", "nm", np.array([1.0, 2.0]))
    for number, fingerprint in enumerate(("f1", "f2", "f1"), 1):
        answers(equipment, fingerprint, begun + number * MINUTE)
        arrays = {0: Acquired(np.array([0.0, 1.0]), axis)}
        data = received(frame(t0, number, [np.nan], at=number), begun + number * MINUTE, arrays=arrays)
        clock.advance(timedelta(minutes=2))
        intake.take(historian, equipment, "br201", data)
    found = historian.acquisitions([PV], t0, t0 + 60 * S).effective
    assert [one.quality for one in found] == [0, 1, 0]


def calibrated(equipment: Equipment, performed_us: int, due_us: int) -> None:
    with equipment.record.action(ANN, "equipment.intake") as unit:
        equipment.calibrate(
            unit,
            "BR-201",
            performed_at=from_us(performed_us),
            performed_by="Metrologist",
            due_at=from_us(due_us),
            standard="Pt100",
            as_found={},
            as_left={},
            passed=True,
        )


def test_values_of_a_lapsed_calibration_stay_uncertain_after_the_next_and_old_ones_good(
    historian: Historian, equipment: Equipment, process_clock: ManualClock, t0: int
) -> None:
    calibrated(equipment, t0 - S, t0 + 10 * S)
    historian.append([frame(t0, 1, [1.0, 2.0, 3.0], every=9)])
    assert historian.read([PV], t0, t0 + HOUR).column("quality").to_pylist() == [0, 0, 1]
    process_clock.advance(timedelta(minutes=1))
    calibrated(equipment, t0 + 20 * S, t0 + HOUR)
    historian.append([frame(t0, 4, [4.0], at=30)])
    assert historian.read([PV], t0, t0 + HOUR).column("quality").to_pylist() == [0, 0, 1, 0]
    process_clock.advance(timedelta(hours=2))
    assert historian.read([PV], t0, t0 + HOUR).column("quality").to_pylist() == [0, 0, 1, 0]


def test_equipment_out_of_service_measures_nothing_that_is_good(
    historian: Historian, equipment: Equipment, record: Record, process_clock: ManualClock, t0: int
) -> None:
    with record.action(ANN, "equipment.intake") as unit:
        equipment.qualify(unit, "BR-201", "as installed")
    process_clock.advance(timedelta(seconds=10))
    with record.action(ANN, "equipment.intake") as unit:
        equipment.withdraw(unit, "BR-201", "its seal leaks")
    process_clock.advance(timedelta(seconds=10))
    with record.action(ANN, "equipment.intake") as unit:
        equipment.qualify(unit, "BR-201", "repaired")
    historian.append([frame(t0, 1, [1.0, 2.0, 3.0], at=5, every=10)])
    assert historian.read([PV], t0, t0 + HOUR).column("quality").to_pylist() == [0, 1, 0]


def test_a_summary_of_roll_ups_knows_the_floor(
    historian: Historian, equipment: Equipment, process_clock: ManualClock, t0: int
) -> None:
    day = 24 * HOUR
    begin = (t0 // day + 1) * day
    calibrated(equipment, t0 - S, begin + day + 6 * HOUR)
    historian.append([frame(begin, 1, [float(value) for value in range(96)], every=3600)])
    historian.seal()
    process_clock.advance(timedelta(days=6))
    before = historian.summary([PV], begin, begin + 4 * day, day)
    while historian.roll_up() < 1:
        pass
    after = historian.summary([PV], begin, begin + 4 * day, day)
    assert (before.rolled_days, after.rolled_days) == (0, 3), (
        "the day in which it lapsed is read value by value"
    )
    for found in (before, after):
        assert found.counts["uncertain"].tolist() == [0, 18, 24, 24]
    drawn = historian.decimate(PV, begin, begin + 4 * day, 96)
    assert drawn.rolled_us == HOUR
    worst = [quality for _, _, quality in drawn.points]
    assert worst[0] == 0
    assert set(worst[-40:]) == {1}


def test_what_is_stored_is_what_the_source_said(historian: Historian, strange: int, t0: int) -> None:
    import pyarrow.parquet as pq

    assert strange
    stored = pq.read_table(io.BytesIO(historian.extract([PV], t0, t0 + 60 * S)))
    assert stored.column("quality").to_pylist() == [0, 0, 0, 0]


def test_new_values_are_told_with_the_quality_that_they_can_have(
    historian: Historian, equipment: Equipment, clock: ManualClock, t0: int
) -> None:
    told: list[int] = []
    historian.on_append(lambda news: told.extend(one.quality for _, one in news))
    begun = us(clock.now())
    for number, fingerprint in enumerate(("f1", "f2", "f1"), 1):
        answers(equipment, fingerprint, begun + number * S)
        clock.advance(timedelta(seconds=5))
        historian.append([received(frame(t0, number, [1.0], at=number), begun + number * S)])
    assert told == [0, 1, 0]


def test_a_device_that_came_and_went_while_the_hub_was_away_is_known_by_its_event(
    historian: Historian, equipment: Equipment, clock: ManualClock, t0: int
) -> None:
    begun = us(clock.now())
    answers(equipment, "f1", begun)

    def came(number: int, fingerprint: str) -> bytes:
        told = {
            "kind": "config_changed",
            "channels": [],
            "reason": "The device differs.",
            "identity": {"fingerprint": fingerprint},
            "since_us": begun + number * S,
            "at_us": begun + number * S,
        }
        data = frame(t0, 2 * number, [1.0], at=number)
        return received(data, begun + number * S) + frame(t0, 2 * number + 1, [], events=(told,))

    clock.advance(timedelta(hours=1))
    intake.take(historian, equipment, "br201", came(1, "f2") + came(2, "f1"))
    assert historian.read([PV], t0, t0 + 60 * S).column("quality").to_pylist() == [1, 0]
