"""An instrument as it stood when work on it began; pinned with each result."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from titer.base.clock import iso
from titer.lims.ports import EquipmentPort


def instrument_state(
    equipment: EquipmentPort, session: Session, code: str, at: datetime, *, capability: str | None
) -> dict[str, Any]:
    """What is pinned of an instrument: qualification, calibration and its end, as they are now.

    Args:
        equipment: the equipment room.
        session: the open action's.
        code: of the instrument.
        at: when work begins (process clock).
        capability: what the method needs of it.
    """
    node = equipment.node(session, code)
    done = [one for one in equipment.calibrations(session, node.id) if one.performed_at <= at]
    return {
        "code": code,
        "node_id": node.id,
        "serial": node.serial,
        "capability": capability,
        "ready_at": iso(at),
        "qualification": node.qualification,
        "calibration_due": iso(node.calibration_due) if node.calibration_due else None,
        "calibration_id": done[0].id if done else None,
        "calibrated_at": iso(done[0].performed_at) if done else None,
    }
