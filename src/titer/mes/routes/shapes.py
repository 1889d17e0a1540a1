"""What all of these routes share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict

from titer.mes.service import Mes
from titer.record.http import platform_part

MesPart = Annotated[Mes, Depends(platform_part("mes"))]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class _Record(_Out):
    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
