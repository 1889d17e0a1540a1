"""HTTP of what equipment is and how it stands: registering, calibrating, qualification by signature."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from titer.base import media
from titer.base.encoded import decoded
from titer.equipment.routes.pages import EquipmentPart
from titer.equipment.routes.views import CalibrationOut, UnitOut
from titer.record.http import Acting, GivenDecimal

router = APIRouter(prefix="/api/equipment", tags=["equipment"])


class NewUnit(BaseModel):
    """Equipment to register."""

    code: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=200)
    level: str = "unit"
    parent: str | None = None
    class_name: str = ""
    capabilities: list[str] = []
    location: str = ""
    maker: str = ""
    model: str = ""
    serial: str = ""
    needs_cleaning: bool = False
    clean_hold_h: GivenDecimal | None = None


class NewCalibration(BaseModel):
    """A calibration; found and left values are text with their units."""

    performed_at: datetime
    performed_by: str
    due_at: datetime
    standard: str
    as_found: dict[str, Any]
    as_left: dict[str, Any]
    passed: bool
    certificate_base64: str | None = None


@router.post("/units", status_code=201)
def equipment_register_unit(body: NewUnit, act: Acting, equipment: EquipmentPart) -> UnitOut:
    """Register equipment; it is qualified by a signature (`equipment_node`, `qualified`)."""
    with act("equipment.node.register") as unit:
        row = equipment.register_node(unit, **body.model_dump())
        return UnitOut.of(row, equipment.process_clock.now())


@router.post("/units/{code}/calibrations", status_code=201)
def equipment_record_calibration(
    code: str, body: NewCalibration, act: Acting, equipment: EquipmentPart
) -> CalibrationOut:
    """Record a calibration."""
    with act("equipment.calibration.record") as unit:
        values = body.model_dump(exclude={"certificate_base64"})
        if body.certificate_base64:
            data = decoded(body.certificate_base64, "certificate_base64")
            values["certificate_digest"] = unit.content.put(
                data, media_type=media.media_type("", data), origin=code
            )
        row = equipment.calibrate(unit, code, **values)
        return CalibrationOut.model_validate(row, from_attributes=True)
