"""What of some channels' values was retired: for a batch's record, and whoever reads it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict
from titer.historian.model import HistorianRetired, HistorianSegment
from titer.historian.service import Historian


@dataclass(frozen=True)
class RetiredPart:
    """A segment that held values of some channels in a range of time, and was retired.

    Args:
        ids: of the records of the segment and of its retirement.
        digest: of the segment.
        start_us: from when it had values of these channels in the range; of the segment, where nothing tells.
        end_us: until when.
        rows: how many values the segment held in all, those of other channels too.
        retention, years, basis: the class and the rule that it was retired under.
        due: from when it might go.
        rollups: width in seconds -> digest of what is kept in its place.
    """

    ids: tuple[str, str]
    digest: str
    start_us: int
    end_us: int
    rows: int
    retention: str
    years: int
    basis: str
    due: datetime
    rollups: dict[int, str]


def retired_parts(
    historian: Historian, session: Session, tags: Sequence[str], start_us: int, end_us: int
) -> list[RetiredPart]:
    """What of the values with start <= source time < end was retired, oldest first.

    Args:
        historian: whose.
        session: a reading one; all is seen as of its snapshot.
        tags: channels.
        start_us: microseconds since 1970 (UTC).
        end_us: not included.

    Raises:
        Conflict: if something was retired since the session's snapshot.
    """
    rows = session.execute(
        select(HistorianRetired, HistorianSegment)
        .join(HistorianSegment, HistorianSegment.digest == HistorianRetired.digest)
        .order_by(HistorianSegment.start_us, HistorianSegment.id)
    ).all()
    known = {one.digest: one for one in historian.retired}
    if not known.keys() <= {row.digest for row, _ in rows}:
        raise Conflict("Series were retired while their batch was read.", do="Do it again.")
    found = []
    for row, segment in rows if tags else ():
        if segment.end_us < start_us or segment.start_us >= end_us or row.digest not in known:
            continue
        span = historian.retired_span(known[row.digest], list(tags), start_us, end_us)
        if span is not None:
            kept = {int(width) // 1_000_000: str(one) for width, one in row.rollups.items()}
            found.append(
                RetiredPart(
                    ids=(segment.id, row.id),
                    digest=row.digest,
                    start_us=span[0],
                    end_us=span[1],
                    rows=segment.row_count,
                    retention=row.retention,
                    years=row.years,
                    basis=row.basis,
                    due=row.due,
                    rollups=kept,
                )
            )
    return found
