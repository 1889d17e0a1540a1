"""Which legal holds lie on time series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.base.errors import TiterError

if TYPE_CHECKING:
    from titer.app.platform import Platform


def held_series(
    platform: Platform, session: Session, tags: Sequence[str], start_us: int, end_us: int
) -> list[str]:
    """Reasons of the holds on some channels in a range of time.

    A hold on a batch lies on what was recorded for it. A hold on a lot, a person or the system lies on everything,
    since nobody can say which values it will need; and so does one on a batch whose time cannot be told.
    """
    return [
        hold.reason
        for hold in platform.retention.holds(session)
        if hold.subject_type != "batch"
        or _touches(platform, session, hold.subject_id, tags, start_us, end_us)
    ]


def _touches(
    platform: Platform, session: Session, batch_id: str, tags: Sequence[str], start_us: int, end_us: int
) -> bool:
    from titer.app.dossier import span_of

    if "mes" not in platform.layers:
        return True
    try:
        span = span_of(platform, session, batch_id)
    except TiterError:
        return True
    mine = {tag for group in span.tags.values() for tag in group}
    return bool(mine & set(tags)) and us(span.start) <= end_us and start_us <= us(span.end)
