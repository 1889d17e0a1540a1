"""The plant as insight asks for it, answered by equipment's records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.equipment import Channel, Connection, Gap


@dataclass(frozen=True)
class KnownChannel:
    """A channel's unit and alarm limits."""

    unit: str
    alarm_low: float | None
    alarm_high: float | None


class EquipmentPlant:
    """Channels and open gaps out of the equipment tables."""

    def channel_facts(self, session: Session, tags: Sequence[str]) -> Mapping[str, KnownChannel]:
        """Unit and alarm limits of each active channel."""
        rows = session.scalars(select(Channel).where(Channel.tag.in_(list(tags)), Channel.active.is_(True)))
        return {
            row.tag: KnownChannel(row.unit, _number(row.alarm_low), _number(row.alarm_high)) for row in rows
        }

    def awaited_from(self, session: Session, tags: Sequence[str], start_us: int, end_us: int) -> int | None:
        """The first instant of an open gap of these channels within the range; None if nothing is awaited."""
        owners = session.execute(
            select(Connection.name, Channel.tag)
            .join(Channel, Channel.connection_id == Connection.id)
            .where(Channel.tag.in_(list(tags)))
        ).all()
        ours = {name for name, _ in owners}
        wanted = {tag for _, tag in owners}
        gaps = session.scalars(
            select(Gap).where(
                Gap.state == "opened",
                Gap.connection.in_(sorted(ours)),
                Gap.to_us >= start_us,
                Gap.from_us <= end_us,
            )
        )
        begins = [
            max(int(begin), start_us)
            for gap in gaps
            for tag, begin, finish, state in gap.windows
            if state == "opened" and (not tag or tag in wanted) and finish >= start_us and begin <= end_us
        ]
        return min(begins, default=None)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
