"""A store with two lots: one charged to the batch, one whose approved tests wait for the quality unit's release."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from tests.e2e.laboratory import TIMER, Laboratory

from titer.lims import TestRequest

SPECIFICATION = """
kind: specification
code: SPEC-MEDIUM
title: Basal medium
material: MEDIUM
rounding: usp-7.20
criteria:
  - {analysis: osmolality, title: Osmolality, kind: release, unit: mosm/kg, low: '270', high: '330'}
"""
USED, WAITING = "RM-1", "RM-2"


def lots(lab: Laboratory, batch_id: str) -> None:
    """Define a material, receive and test two lots of it, and release and charge the first."""
    material = lab.platform.material
    with lab.act("okafor", "material.define") as unit:
        material.define(
            unit, code="MEDIUM", title="Basal medium", kind="raw material", unit_code="kg", needs=["tests"]
        )
    with lab.platform.record.action(TIMER, "record.training.enter") as unit:
        lab.platform.identity.enter_training(
            unit,
            person_id=lab.people["tanaka"].id,
            competency="osmometer",
            document="SOP-31 v1",
            expires_at=unit.process_now + timedelta(days=300),
        )
    with lab.act("weber", "lims.design.draft") as unit:
        made = lab.platform.lims.designs.draft(
            unit, kind="specification", source=SPECIFICATION, reason="first"
        )
    lab.sign("weber", "lims_design", made.id, "authored")
    lab.sign("okafor", "lims_design", made.id, "approved")
    used = _tested(lab, USED, "312")
    waiting = _tested(lab, WAITING, "301")
    reviewed_trail(lab, used)
    reviewed_trail(lab, waiting)
    lab.sign("okafor", "material_lot", used, "released")
    with lab.act("lindqvist", "material.lot.consume") as unit:
        material.consume(unit, used, Decimal("17.5"), batch_id, "charge/1")


def _tested(lab: Laboratory, number: str, reading: str) -> str:
    """Receive a lot and have a sample of it measured, reviewed and approved; returns the lot's id."""
    with lab.act("lindqvist", "material.lot.receive") as unit:
        lot = lab.platform.material.receive_lot(
            unit, "MEDIUM", number, Decimal(25), "kg", None, "Media Ltd", supplier_lot=f"ML-{number}"
        )
    with lab.act("lindqvist", "lims.sample.register") as unit:
        sample = lab.platform.lims.register_sample(
            unit,
            lot_id=lot.id,
            analyses=["osmolality"],
            specification_code="SPEC-MEDIUM",
            sampled_at=unit.process_now,
        )
    with lab.platform.record.reading() as session:
        test = session.scalars(select(TestRequest).where(TestRequest.sample_id == sample.id)).one().id
    with lab.act("tanaka", "lims.result.enter") as unit:
        lab.platform.lims.results.enter_reading(unit, test, raw=reading, unit_code="mosm/kg")
    lab.sign("reyes", "lims_sample", sample.id, "reviewed")
    lab.sign("okafor", "lims_sample", sample.id, "approved")
    return lot.id


def reviewed_trail(lab: Laboratory, lot_id: str) -> None:
    """Have a lot's audit trail read by one person, and what that person made by another."""
    trail = lab.platform.quality.trail
    with lab.act("silva", "quality.review.audit_trail") as unit:
        row = trail.open(unit, "lot", lot_id)
        trail.look(unit, row.id, trail.unread(unit.session, row), "no finding")
    lab.sign("silva", "quality_audit_trail_review", row.id, "reviewed", outcome="no findings")
