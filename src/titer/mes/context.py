"""What a batch is to the equipment it has: the context of everything that is measured there meanwhile.

Which batch, recipe, product, phases and sample a unit had is noted in the action in which it changes, so that a value
can be asked for it by its channel and source time. The snapshots are the equipment room's; they are never rewritten.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from titer.base.clock import from_us, iso
from titer.mes.model import Allocation, Batch, ControlRecipe
from titer.mes.ports import EquipmentPort
from titer.record import Unit


def granted(equipment: EquipmentPort, unit: Unit, batch: Batch, code: str) -> None:
    """A batch has a piece of equipment from now on."""
    control = unit.session.get(ControlRecipe, batch.control_recipe_id)
    equipment.note_context(
        unit,
        code,
        batch=batch.number,
        batch_id=batch.id,
        recipe=control.named if control else None,
        product=batch.product,
        execution=batch.execution,
        phases={},
        sample=None,
    )


def released(equipment: EquipmentPort, unit: Unit, code: str) -> None:
    """A piece of equipment belongs to no batch any more."""
    named = ("batch", "batch_id", "recipe", "product", "execution", "phases", "sample")
    equipment.note_context(unit, code, **dict.fromkeys(named))


def moved(equipment: EquipmentPort, unit: Unit, batch: Batch) -> None:
    """A batch is held, goes on, or is over: so at all of its equipment."""
    codes = select(Allocation.equipment).where(Allocation.batch_id == batch.id, Allocation.state == "granted")
    over: dict[str, Any] = {"phases": {}} if batch.execution in ("Complete", "Stopped", "Aborted") else {}
    for code in unit.session.scalars(codes.order_by(Allocation.equipment)).all():
        equipment.note_context(unit, code, execution=batch.execution, **over)


def phase(equipment: EquipmentPort, unit: Unit, batch: Batch, title: str, event: dict[str, Any]) -> None:
    """A phase of a batch began or ended at its unit; the others there go on."""
    held = equipment.context_at(unit.session, batch.equipment, unit.process_now)
    if held is None or held.content.get("batch_id") != batch.id:
        return
    phases = dict(held.content.get("phases") or {})
    if event["to"] == "Running":
        phases[event["path"]] = {"phase": title, "since": iso(from_us(event["at_us"]))}
    else:
        phases.pop(event["path"], None)
    equipment.note_context(unit, batch.equipment, phases=phases)


def drawn(equipment: EquipmentPort, unit: Unit, batch: Batch, number: str) -> None:
    """A sample was drawn from the batch's unit; it is the newest until another one is."""
    equipment.note_context(unit, batch.equipment, sample=number)
