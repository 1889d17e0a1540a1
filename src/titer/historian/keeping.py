"""How long time series are kept: retention classes by channel, what is due, and how a segment is retired.

Nothing goes by itself. A channel without a class is kept for ever, and so is every segment that holds one. What is
due is listed; a person of quality retires it, with a reason; what is under a legal hold stays. The entry names class
and rule, the minutes and hours of the segment are kept in its place, and the manifest's row, its digest and its
proofs stay for ever: verification goes on, and says what was retired and under what (21 CFR 211.180; Annex 11,
section 17; EU GMP chapter 4, 4.10 to 4.12).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import from_us
from titer.base.errors import Conflict, Invalid, NotFound, Refused
from titer.historian.model import HistorianKept, HistorianRetention, HistorianRetired, HistorianSegment
from titer.historian.segment import SegmentRef
from titer.historian.service import Historian
from titer.record import Unit
from titer.record.retention import due_on

LONGEST_YEARS = 200
_LATEST_US = 253_402_300_799_999_999

Held = Callable[[Session, Sequence[str], int, int], list[str]]
"""(session, channels, start, end) -> reasons of the legal holds that lie on them."""


@dataclass(frozen=True)
class DueSegment:
    """A segment, and whether it may go.

    Args:
        digest: of the segment.
        day: UTC day of its source times.
        start_us: smallest source time.
        end_us: largest source time.
        size: bytes.
        tag_count: how many channels.
        classes: of its channels; None stands for channels that have none.
        due: from when it may go; None for never.
        kept_because: why it does not go now; empty if it may.
    """

    digest: str
    day: str
    start_us: int
    end_us: int
    size: int
    tag_count: int
    classes: tuple[str | None, ...]
    due: datetime | None
    kept_because: str


def decide(
    ends: datetime, years: Sequence[int | None], holds: Sequence[str], now: datetime
) -> tuple[datetime | None, str]:
    """From when a segment may go, and why it is kept now (empty if it may go).

    Args:
        ends: the later of its last source time and its last receipt: a clock that runs in 1601 ages nothing.
        years: of the class of each channel; None for a channel without a class.
        holds: reasons of the holds that are on it.
        now: the present.
    """
    if not years or None in years:
        return None, "It holds channels without a retention class, and they are kept for ever."
    due = due_on(ends, max(one for one in years if one is not None))
    if holds:
        return due, f"It is under a legal hold: {'; '.join(holds)}"
    if now < due:
        return due, f"It is to be kept until {due:%Y-%m-%d}."
    return due, ""


class Keeping:
    """Retention of the series of one historian.

    Args:
        historian: whose.
        held: knows the legal holds; without it nothing is ever retired.
    """

    def __init__(self, historian: Historian, held: Held | None = None) -> None:
        self.historian = historian
        self.held = held

    def set_class(self, unit: Unit, *, name: str, years: int, basis: str) -> HistorianRetention:
        """Say how long the channels of a class are kept at least.

        Raises:
            Invalid: for a time that is none, or without a rule that asks for it.
        """
        if not 0 < years <= LONGEST_YEARS:
            raise Invalid(f"Series are kept for 1 to {LONGEST_YEARS} years.", where="years")
        if not basis.strip() or not name.strip():
            raise Invalid("A retention class has a name, and a rule that asks for it.", where="basis")
        row = unit.session.scalar(select(HistorianRetention).where(HistorianRetention.name == name))
        if row is None:
            return unit.add(HistorianRetention(name=name, years=years, basis=basis))
        row.years, row.basis = years, basis
        unit.flush()
        return row

    def assign(self, unit: Unit, name: str, tags: Sequence[str]) -> int:
        """Put channels into a class; what is sealed from now on lies in segments of their class.

        Returns:
            How many of them were not in it.

        Raises:
            NotFound: if there is no such class.
        """
        if unit.session.scalar(select(HistorianRetention).where(HistorianRetention.name == name)) is None:
            raise NotFound(f"There is no retention class {name!r}.", do="Make it first.")
        changed = 0
        for tag in dict.fromkeys(tags):
            row = unit.session.scalar(select(HistorianKept).where(HistorianKept.tag == tag))
            if row is None:
                unit.add(HistorianKept(tag=tag, retention=name))
                changed += 1
            elif row.retention != name:
                row.retention = name
                changed += 1
        unit.flush()
        return changed

    def classes(self, session: Session) -> list[HistorianRetention]:
        """All classes, by name."""
        return list(session.scalars(select(HistorianRetention).order_by(HistorianRetention.name)))

    def channels(self, session: Session) -> dict[str, list[str]]:
        """The channels of each class, by name."""
        found: dict[str, list[str]] = {}
        for row in session.scalars(select(HistorianKept).order_by(HistorianKept.tag)):
            found.setdefault(row.retention, []).append(row.tag)
        return found

    def retired(self, session: Session, *, limit: int) -> list[HistorianRetired]:
        """What was retired, the last first."""
        last = select(HistorianRetired).order_by(HistorianRetired.id.desc()).limit(limit)
        return list(session.scalars(last))

    def due(self, session: Session, *, limit: int = 500) -> list[DueSegment]:
        """Segments of channels that have a class, those first that may go; nothing goes by itself."""
        known = [one for one in self._all(session) if one.due is not None]
        return sorted(known, key=lambda one: (bool(one.kept_because), one.due, one.digest))[:limit]

    def _all(self, session: Session) -> list[DueSegment]:
        years = {row.name: row.years for row in self.classes(session)}
        of_tag = {row.tag: row.retention for row in session.scalars(select(HistorianKept))}
        if not of_tag:
            return []
        return [self._one(session, ref, years, of_tag) for ref in self.historian.store.view().segments]

    def _one(
        self, session: Session, ref: SegmentRef, years: dict[str, int], of_tag: dict[str, str]
    ) -> DueSegment:
        tags = self.historian.tags_of(ref)
        classes = sorted({of_tag.get(tag) for tag in tags}, key=str)
        ends = from_us(max(0, min(max(ref.end_us, ref.received_us), _LATEST_US)))
        limits = [years[name] if name is not None else None for name in classes]
        if self.held is None:
            holds = ["nobody here knows which holds there are"]
        else:
            holds = self.held(session, tags, ref.start_us, ref.end_us)
        due, why = decide(ends, limits, holds, self.historian.record.clock.now())
        return DueSegment(
            ref.digest, ref.day, ref.start_us, ref.end_us, ref.size, len(tags), tuple(classes), due, why
        )

    def retire(self, unit: Unit, digests: Sequence[str]) -> list[HistorianRetired]:
        """Retire segments. Their files go when the action is committed; see `Historian.forget`.

        Args:
            unit: the open action, with its reason.
            digests: of segments that are due.

        Raises:
            NotFound: if there is no such segment.
            Conflict: if one was retired before.
            Refused: if one is to be kept; then none is retired.
        """
        years = {row.name: row for row in self.classes(unit.session)}
        of_tag = {row.tag: row.retention for row in unit.session.scalars(select(HistorianKept))}
        refs = {ref.digest: ref for ref in self.historian.store.view().segments}
        made = []
        for digest in dict.fromkeys(digests):
            if digest not in refs:
                listed = select(HistorianSegment.id).where(HistorianSegment.digest == digest)
                if unit.session.scalar(listed) is not None:
                    raise Conflict(f"The segment {digest[:16]}... was retired before.")
                raise NotFound(f"There is no segment {digest[:16]}....")
            ref = refs[digest]
            one = self._one(unit.session, ref, {name: row.years for name, row in years.items()}, of_tag)
            if one.kept_because:
                raise Refused(
                    f"The segment {digest[:16]}... of {ref.day or 'several days'} is not retired.",
                    why=one.kept_because,
                    do="Quality sets retention and lifts holds.",
                )
            names = [name for name in one.classes if name is not None]
            longest = max(names, key=lambda name: years[name].years)
            kept = {
                str(width): unit.content.put(
                    data,
                    media_type="application/vnd.apache.parquet",
                    origin=f"roll-up of the retired segment {digest}",
                )
                for width, data in self.historian.rolled_up(ref).items()
            }
            made.append(
                unit.add(
                    HistorianRetired(
                        digest=digest,
                        retention=longest,
                        years=years[longest].years,
                        basis=years[longest].basis,
                        due=one.due,
                        rollups=kept,
                    )
                )
            )
        return made
