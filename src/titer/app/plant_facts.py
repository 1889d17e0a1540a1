"""What models ask of the plant, answered by equipment: units and alarm limits, and where values are awaited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from titer.base.clock import from_us
from titer.equipment import Equipment


@dataclass(frozen=True)
class ChannelFacts:
    """A channel's unit and alarm limits; the limits as floats, for arithmetic only."""

    unit: str
    alarm_low: float | None
    alarm_high: float | None


class PlantFacts:
    """Equipment, as far as models ask.

    Args:
        equipment: answers.
    """

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment

    def channel_facts(self, session: Session, tags: Sequence[str]) -> Mapping[str, ChannelFacts]:
        """Facts of the tags that are channels."""
        return {
            row.tag: ChannelFacts(
                row.unit,
                None if row.alarm_low is None else float(row.alarm_low),
                None if row.alarm_high is None else float(row.alarm_high),
            )
            for row in self._equipment.channels(session, tags=list(tags))
        }

    def awaited_from(self, session: Session, tags: Sequence[str], start_us: int, end_us: int) -> int | None:
        """Where the first gap begins that may still be filled; None if nothing is awaited."""
        found = self._equipment.gaps(session, list(tags), from_us(start_us), from_us(max(start_us, end_us)))
        return min((begin for _, begin, _, state in found if state == "opened"), default=None)
