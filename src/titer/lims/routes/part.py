"""The laboratory as a dependency of its routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from titer.lims.service import Lims
from titer.record.http import platform_part

LimsPart = Annotated[Lims, Depends(platform_part("lims"))]
