"""What the routes of the historian share: the parts of the platform, and questions made safe."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends

from titer.base.errors import Invalid
from titer.equipment import Equipment
from titer.historian.service import Historian
from titer.record.http import platform_part

HistorianPart = Annotated[Historian, Depends(platform_part("historian"))]
EquipmentPart = Annotated[Equipment, Depends(platform_part("equipment"))]

MOST_TAGS = 64


def channels(given: list[str]) -> list[str]:
    """The channels that a question names, each once; several may stand in one part, with commas.

    Raises:
        Invalid: for none, or too many.
    """
    tags = list(dict.fromkeys(tag for part in given for tag in part.split(",") if tag))
    if not tags or len(tags) > MOST_TAGS:
        raise Invalid(f"Name 1 to {MOST_TAGS} channels, not {len(tags)}.", where="tags")
    return tags


def zoned(instant: datetime, where: str) -> datetime:
    """An instant that bears its time zone.

    Raises:
        Invalid: if it does not.
    """
    if instant.tzinfo is None:
        raise Invalid("An instant bears its time zone, e.g. 2026-03-02T08:00:00Z.", where=where)
    return instant
