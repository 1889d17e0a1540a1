"""A batch that is complete, with a lot that was held and one that was changed without a word: a trail to review."""

from __future__ import annotations

from decimal import Decimal

from tests.e2e.laboratory import TIMER, Laboratory

from titer.app import Platform
from titer.material import Lot
from titer.record import Actor, OutboxEvent

PASSWORD = "correct horse battery"
LOT = "H-2026-0001"


def completed(platform: Platform, people: dict[str, Actor], batch_id: str) -> dict[str, str]:
    """Complete the batch, dispose of its exceptions, and leave two entries that a rule flags."""
    lab = Laboratory(platform, people, PASSWORD)
    material, quality = platform.material, platform.quality
    with lab.act("okafor", "material.define") as unit:
        material.define(
            unit, code="HARVEST", title="Harvest", kind="product", unit_code="L", disposed_by="batch"
        )
    with lab.act("lindqvist", "material.lot.produce") as unit:
        lot = material.produce(
            unit, "HARVEST", batch_id, Decimal("1790"), "L", key=f"harvest/{batch_id}", number=LOT
        )
        lot_id = lot.id
    with lab.act("reyes", "material.lot.hold") as unit:
        material.hold_lot(unit, lot_id, "label not legible")
    with lab.act("reyes", "material.lot.hold") as unit:
        material.lift_hold(unit, lot_id, "label printed again")
    with platform.record.action(people["lindqvist"], "material.lot.produce") as unit:
        unit.get(Lot, lot_id).supplier_lot = "tank 7"
    with platform.record.action(people["lindqvist"], "material.lot.produce") as unit:
        unit.get(Lot, lot_id).supplier_lot = "tank 8"
    with platform.record.reading() as session:
        exceptions = [row.id for row in quality.exceptions(session, batch_id)]
    for exception in exceptions:
        lab.sign(
            "silva",
            "quality_exception",
            exception,
            "disposed",
            disposition="no impact",
            comment="Within the range.",
        )
    quality._on_batch(
        OutboxEvent(
            topic="mes.batch.completed", record_type="mes_batch", record_id=batch_id,
            payload={"batch_id": batch_id, "number": "B-2026-0001"},
        )
    )  # fmt: skip
    with platform.record.action(TIMER, "record.training.enter") as unit:
        platform.identity.enter_training(
            unit,
            person_id=people["reyes"].id,
            competency="batch-review",
            document="SOP-40 v2",
            expires_at=None,
        )
    return {}
