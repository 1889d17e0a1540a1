"""Which system owns a kind of record is declared by two people, and means that Titer makes and changes none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.integration.systems.conftest import SINCE, TIMER, Site

from titer.base.errors import Invalid, Refused
from titer.lims import Measurement, ReportableResult, Sample
from titer.material import Lot
from titer.mes import Order
from titer.systems import Declaration

RECEIVED: dict[str, Any] = {
    "supplier": "ACME",
    "quantity": Decimal(5),
    "unit_code": "kg",
    "expires_on": None,
}


def define(site: Site, *codes: str) -> None:
    with site.record.action(TIMER, "material.define") as unit:
        for code in codes:
            site.material.define(unit, code=code, title=code, kind="raw", unit_code="kg", needs=[])


def receive(site: Site, number: str, code: str) -> Lot:
    with site.record.action(TIMER, "material.lot.receive") as unit:
        return site.material.receive_lot(unit, definition_code=code, lot_number=number, **RECEIVED)


def test_lots_that_are_saps_are_neither_made_nor_changed_here_and_others_are(site: Site) -> None:
    define(site, "MEDIUM", "FEED")
    number = site.declare("material_lot", "SAP", materials=("MEDIUM",))
    with pytest.raises(
        Refused, match=rf"Lots of MEDIUM are records of SAP since 2020-01-01 \(declaration {number}\)"
    ):
        receive(site, "RM-1", "MEDIUM")
    lot = receive(site, "RM-2", "FEED")
    with site.record.action(TIMER, "material.lot.hold") as unit:
        site.material.hold_lot(unit, lot.id, "it leaks")
    with site.record.reading() as session:
        assert session.query(Lot).count() == 1


def test_what_titer_made_before_the_declaration_counts_is_not_changed_after_it(site: Site) -> None:
    define(site, "MEDIUM")
    tomorrow = site.record.clock.now() + timedelta(days=1)
    lot = receive(site, "RM-1", "MEDIUM")
    with pytest.raises(Refused, match="have not ended, and could not be changed any more: RM-1"):
        site.declare("material_lot", "SAP", since=tomorrow)
    with site.record.action(TIMER, "material.lot.hold") as unit:
        row = unit.get(Lot, lot.id)
        row.disposition = "rejected"
    site.declare("material_lot", "SAP", since=tomorrow)
    with site.record.action(TIMER, "material.lot.hold") as unit:
        unit.get(Lot, lot.id).disposition_reason = "damaged"
    site.record.clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
    with (
        pytest.raises(Refused, match="Titer holds copies of them and neither makes nor changes one"),
        site.record.action(TIMER, "material.lot.hold") as unit,
    ):
        unit.get(Lot, lot.id).disposition_reason = "damaged and wet"


def test_samples_results_and_orders_meet_the_same_refusal_whichever_way_they_come(site: Site) -> None:
    define(site, "MEDIUM")
    lot = receive(site, "RM-1", "MEDIUM")
    sample = {
        "kind": "primary",
        "state": "collected",
        "parent_id": None,
        "batch_id": None,
        "lot_id": lot.id,
        "point": "drum",
        "location": "",
        "planned_at": None,
        "sampled_at": None,
        "sampled_by": None,
        "received_at": None,
        "plan_id": None,
        "specification_id": None,
    }
    with site.record.action(TIMER, "systems.source.import") as unit:
        drawn = unit.add(Sample(number="S-1", **sample))
        drawn.state = "disposed"
    for record_type in ("sample", "result", "batch"):
        site.declare(record_type, "LabWare")
    measured = {
        "sample_id": drawn.id,
        "test_id": None,
        "run_id": None,
        "name": "glucose",
        "replicate": 1,
        "raw": "4.1",
        "value": Decimal("4.1"),
        "unit": "g/L",
        "source": {},
        "supersedes_id": None,
        "reason": None,
    }
    result = {
        "test_id": "t",
        "sample_id": drawn.id,
        "batch_id": None,
        "analysis": "glucose",
        "state": "entered",
        "value": None,
        "text": "",
        "unit": None,
        "trace": [],
        "inputs": {},
        "pinned": {},
        "sampled_at": None,
        "entered_by": "x",
        "reviewed_by": None,
        "approved_by": None,
    }
    order = {
        "recipe_code": "r",
        "product": "MAB-7",
        "quantity": None,
        "unit": None,
        "priority": 1,
        "planned_start": None,
        "state": "open",
    }
    for row in (
        Sample(number="S-2", **sample),
        Measurement(**measured),
        ReportableResult(**result),
        Order(number="O-1", **order),
    ):
        with (
            pytest.raises(Refused, match="records of LabWare"),
            site.record.action(TIMER, "systems.source.import") as unit,
        ):
            unit.add(row)
    with (
        pytest.raises(Refused, match="Results of MEDIUM"),
        site.record.action(TIMER, "systems.source.import") as unit,
    ):
        unit.add_all(Measurement, [measured])
    with site.record.action(
        TIMER, "systems.source.import"
    ) as unit:  # a system suitability is no sample's result
        unit.add(Measurement(**{**measured, "sample_id": None}))


def test_a_later_declaration_gives_the_records_back(site: Site) -> None:
    define(site, "MEDIUM")
    site.declare("material_lot", "SAP")
    with pytest.raises(Refused):
        receive(site, "RM-1", "MEDIUM")
    site.declare("material_lot", "titer", since=datetime(2026, 1, 1, tzinfo=UTC))
    assert receive(site, "RM-1", "MEDIUM").number == "RM-1"


def test_who_drafts_does_not_approve_and_what_is_approved_is_never_changed(site: Site) -> None:
    with site.record.action(site.quality, "systems.declaration.draft", reason="test") as unit:
        row = site.systems.declarations.draft(
            unit, record_type="result", system="LabWare", since=SINCE, reason="test"
        )
    with pytest.raises(Refused, match="another person must"):
        site.sign(site.quality, "systems_declaration", row.id, "approved")
    site.declare()
    with site.record.reading() as session:
        approved = session.query(Declaration).filter_by(state="approved").one()
    assert (approved.site, approved.system) == ("test", "LabWare")
    with pytest.raises(Refused), site.record.action(site.steward, "systems.declaration.draft") as unit:
        unit.get(Declaration, approved.id).system = "Empower"
    with (
        pytest.raises(Refused, match="What was declared stays declared"),
        site.record.action(site.steward, "systems.declaration.draft") as unit,
    ):
        site.systems.declarations.withdraw(unit, approved.id)
    with (
        pytest.raises(Invalid, match="no kind of record"),
        site.record.action(site.steward, "systems.declaration.draft") as unit,
    ):
        site.systems.declarations.draft(unit, record_type="cake", system="X", since=SINCE, reason="test")
