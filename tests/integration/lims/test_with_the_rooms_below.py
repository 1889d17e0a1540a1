"""The laboratory on the real equipment and quality rooms: commands, files, calibrations, exceptions, coverage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from titer.equipment import DeviceCommand, Document, Equipment
from titer.lims import Lims, ReportableResult, TestRequest, origin
from titer.material import Material
from titer.quality import Quality, QualityException
from titer.record import Actor, OutboxEvent, Record

HERE = Actor.timer("here")


@pytest.fixture
def rooms(record: Record, person: Callable[..., Actor], sign: Callable[..., object], request: Any) -> Any:
    import importlib.util
    from pathlib import Path
    from types import SimpleNamespace

    spec = importlib.util.spec_from_file_location("lims_documents", Path(__file__).with_name("documents.py"))
    assert spec is not None
    assert spec.loader is not None
    documents = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(documents)
    equipment, material = Equipment(record), Material(record)
    quality = Quality(record, material)
    lims = Lims(record, quality, material, equipment)
    quality.register_gate(lims.release_gate())
    for part in (equipment, material, quality, lims):
        record.register_actions(part.actions())
        record.register_signatures(part.signatures())
    author, qa = person("scientist", "scientist"), person("qa", "quality")
    people = {
        name: person(name, role) for name, role in (("op", "operator"), ("an", "analyst"), ("rv", "reviewer"))
    }
    with record.action(HERE, "equipment.node.register") as unit:
        for code, can, kind in (("MA-01", "metabolites", "sila2"), ("HPLC-02", "sec", "animl")):
            equipment.register_node(
                unit, code=code, name=code, level="instrument", capabilities=[can], serial="S-1"
            )
            equipment.qualify(unit, code, "OQ 12")
            equipment.calibrate(
                unit,
                code,
                performed_at=unit.process_now - timedelta(days=1),
                performed_by="Service",
                due_at=unit.process_now + timedelta(days=180),
                standard="NIST",
                as_found={},
                as_left={},
                passed=True,
            )
            equipment.import_connection(unit, code, kind, {"folder": "x"}, [])
            equipment.approve_connection(unit, code)
    for kind, source in documents.ALL:
        with record.action(author, "lims.design.draft") as unit:
            made = lims.designs.draft(unit, kind=kind, source=source, reason="first")
        sign(author, "lims_design", made.id, "authored")
        sign(qa, "lims_design", made.id, "approved")
    return SimpleNamespace(
        record=record, equipment=equipment, quality=quality, lims=lims, sign=sign, qa=qa, **people
    )


def deliver(rooms: Any) -> None:
    """Hand every event to the laboratory, twice: delivery is at least once."""
    with rooms.record.reading() as session:
        events = list(session.scalars(select(OutboxEvent).order_by(OutboxEvent.position)))
    for subscription in rooms.lims.subscriptions():
        for event in [one for one in events if subscription.wants(one.topic)] * 2:
            subscription.handler(event)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_sample_is_measured_and_its_calibration_is_pinned(rooms: Any) -> None:
    with rooms.record.action(rooms.op, "lims.sample.register") as unit:
        sample = rooms.lims.register_sample(
            unit, batch_id="b-1", plan_code="PLAN-IPC", sampled_at=unit.process_now
        )
    with rooms.record.action(rooms.op, "lims.panel.request") as unit:
        (request,) = rooms.lims.request_panel(unit, sample)
    with rooms.record.reading() as session:
        command = session.scalars(select(DeviceCommand)).one()
        assert (command.connection, command.parameters) == ("MA-01", {"SampleId": sample.number})
    answer = {
        "SampleId": sample.number,
        "Glucose": 4.31,
        "Lactate": 0.4,
        "MeasurementNumber": 7,
        "MeasuredAt": "t",
    }
    with rooms.record.action(HERE, "equipment.intake") as unit:
        rooms.equipment.take_receipt(unit, request.command_key, "done", {"responses": answer})
    deliver(rooms)
    with rooms.record.reading() as session:
        results = {one.analysis: one for one in session.scalars(select(ReportableResult))}
        assert {name: (one.text, one.state) for name, one in results.items()} == {
            "glucose": ("4.31", "approved"),
            "lactate": ("0.4", "approved"),
        }
        link = next(one for one in origin(session, results["glucose"].id) if one.kind == "instrument")
        assert link.record_type == "equipment_calibration"
        assert "due 2026-08-29" in link.detail
        assert not session.scalars(select(QualityException)).all()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_instrument_whose_calibration_lapsed_is_not_used(rooms: Any, process_clock: Any) -> None:
    process_clock.advance(timedelta(days=181))
    with rooms.record.action(rooms.op, "lims.sample.register") as unit:
        sample = rooms.lims.register_sample(
            unit, batch_id="b-1", plan_code="PLAN-IPC", sampled_at=unit.process_now
        )
    with (
        pytest.raises(Exception, match="calibration of MA-01 is due"),
        rooms.record.action(rooms.op, "lims.panel.request") as unit,
    ):
        rooms.lims.request_panel(unit, sample)


def test_a_file_is_received_quarantined_and_told_back(rooms: Any) -> None:
    with rooms.record.action(HERE, "equipment.intake") as unit:
        digest = unit.content.put(b"<AnIML", media_type="application/xml", origin="x")
        rooms.equipment.receive_document(
            unit,
            key="k",
            connection="HPLC-02",
            digest=digest,
            file_name="x.animl",
            seen_at=unit.process_now,
            media_type="application/xml",
            kind="animl",
            identity={},
        )
    deliver(rooms)
    with rooms.record.reading() as session:
        document = session.scalars(select(Document)).one()
        assert (document.state, "not well-formed" in document.disposition_reason) == ("quarantined", True)
        assert [one.kind for one in session.scalars(select(QualityException))] == ["file_quarantined"]


def test_coverage_counts_the_laboratorys_checks_and_blocks(rooms: Any) -> None:
    with rooms.record.action(rooms.op, "lims.sample.register") as unit:
        rooms.lims.register_sample(
            unit, batch_id="b-1", plan_code="PLAN-HARVEST", sampled_at=unit.process_now
        )
    with rooms.record.reading() as session:
        found = rooms.quality.coverage(session, "b-1")
        waiting = [
            item for item in found.checks if item.gate == "laboratory" and item.check.outcome == "not_run"
        ]
        assert len(waiting) == len(session.scalars(select(TestRequest)).all()) + 1
        assert all(item.blocks for item in waiting)
