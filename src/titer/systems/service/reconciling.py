"""Comparing from both sides: the source, read again, with what Titer holds (Annex 11 s. 4.8, Annex 11 s. 5)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, TiterError
from titer.quality import Quality
from titer.quality.model import QualityException
from titer.record import Unit
from titer.systems import mapping, queries, rules
from titer.systems.mapping import Mapping, Row
from titer.systems.model import Copy, Reconciliation, Source
from titer.systems.reading import Reading
from titer.systems.rules import Difference, Entry
from titer.systems.service.copying import shown
from titer.systems.service.sources import Sources

MOST_EXCEPTIONS = 100
"""Differences of one comparison that are exceptions of their own; what is beyond them is one more."""
MOST_LISTED = 1000
"""Differences that a comparison lists; it counts all of them."""
NO_KEY = "(no key)"


def there(source: Source, reading: Reading, left_out: Collection[str] = ()) -> list[Entry]:
    """The source's side; a row without a key stands under one that no record has.

    Args:
        source: the source.
        reading: what it shows.
        left_out: digests of whole rows that do not count.
    """
    mapped, size = mapping.read(source.mapping, source.record_type), Sources.period(source)
    found = []
    for one in shown(reading, mapped):
        if mapping.row_digest(one.row) in left_out:
            continue
        kept = mapping.compared(mapped, one.row)
        key = one.key if one.key is not None else f"{NO_KEY} {mapping.row_digest(kept)[:16]}"
        found.append(Entry(key, mapping.row_digest(kept), _period(mapped, one.row, size), kept))
    return found


def here(session: Session, source: Source) -> list[Entry]:
    """Titer's side, worked out anew from what the copies hold."""
    mapped, size = mapping.read(source.mapping, source.record_type), Sources.period(source)
    found = []
    for key, copy in queries.held(session, source.id).items():
        kept = row_of(copy)
        found.append(Entry(key, mapping.row_digest(kept), _period(mapped, kept, size), kept))
    return found


def row_of(copy: Copy) -> Row:
    """The columns that a copy holds."""
    return {str(name): value for name, value in copy.row}


def _period(mapped: Mapping, row: Row, size: str) -> str:
    value = row.get(mapped.time.column)
    if not value:
        return rules.UNDATED
    try:
        return rules.period_of(mapping.instant(mapped.time, value), size)
    except Invalid:
        return rules.UNDATED


class Reconciling:
    """Comparisons.

    Args:
        quality: where differences become exceptions.
    """

    def __init__(self, quality: Quality) -> None:
        self.quality = quality

    def reconcile(self, unit: Unit, source_id: str, reading: Reading) -> Reconciliation:
        """Compare both sides, raise what differs as exceptions, and keep the comparison.

        What was disposed of once is no exception again as long as it differs in the same way; it stays a
        difference, with the exception's number.
        """
        source = unit.get(Source, source_id)
        over_there, held = there(source, reading), here(unit.session, source)
        waiting = {row.source_key: row.why for row in queries.quarantine(unit.session, source.id)}
        found = rules.compare(over_there, held)
        made = unit.add(
            Reconciliation(
                number=unit.next_number("RC"),
                source_id=source.id,
                ran_at=unit.now,
                outcome="differs" if found else "agrees",
                why="",
                periods=rules.periods(over_there, held),
                difference_count=len(found),
                differences=[
                    _told(one, waiting.get(one.key, ""), exception_key(source, one))
                    for one in found[:MOST_LISTED]
                ],
                ran_by=unit.actor.id,
            )
        )
        for one in found[:MOST_EXCEPTIONS]:
            self._raise(unit, source, made, one, waiting.get(one.key, ""))
        if len(found) > MOST_EXCEPTIONS:
            self._raise_rest(unit, source, made, found)
        return made

    def could_not(self, unit: Unit, source_id: str, error: TiterError) -> Reconciliation:
        """Keep that a comparison could not be made: what was not compared is not called equal."""
        source = unit.get(Source, source_id)
        made = unit.add(
            Reconciliation(
                number=unit.next_number("RC"),
                source_id=source.id,
                ran_at=unit.now,
                outcome="not compared",
                why=str(error),
                periods=[],
                difference_count=0,
                differences=[],
                ran_by=unit.actor.id,
            )
        )
        self.quality.raise_exception(
            unit,
            kind="source",
            severity="major",
            title=f"Source {source.name} could not be compared",
            detail=f"{error} Until it is, nobody knows whether its copies are complete.",
            batch_id=None,
            subject_type=Reconciliation.__tablename__,
            subject_id=made.id,
            evidence={"source": source.name, "reconciliation": made.number},
            key=f"source/{source.id}/not compared/{unit.now.date().isoformat()}",
        )
        return made

    def _raise(
        self, unit: Unit, source: Source, made: Reconciliation, one: Difference, quarantined: str
    ) -> None:
        told = _told(one, quarantined, "")
        self.quality.raise_exception(
            unit,
            kind="reconciliation",
            severity="major",
            title=f"{source.name}, {one.key[:100]}: {one.kind}",
            detail=_sentence(source, one, quarantined),
            batch_id=None,
            subject_type=Reconciliation.__tablename__,
            subject_id=made.id,
            evidence={"source": source.name, "reconciliation": made.number, "difference": told},
            key=exception_key(source, one),
        )

    def _raise_rest(self, unit: Unit, source: Source, made: Reconciliation, found: list[Difference]) -> None:
        rest = found[MOST_EXCEPTIONS:]
        name = hashlib.sha256("\n".join(exception_key(source, one) for one in rest).encode()).hexdigest()
        self.quality.raise_exception(
            unit,
            kind="reconciliation",
            severity="major",
            title=f"{source.name}: {len(rest)} more records differ",
            detail=f"{made.number} found {len(found)} differences; the first {MOST_EXCEPTIONS} are exceptions "
            f"of their own, and it lists {min(len(found), MOST_LISTED)}.",
            batch_id=None,
            subject_type=Reconciliation.__tablename__,
            subject_id=made.id,
            evidence={"source": source.name, "reconciliation": made.number, "differences": len(found)},
            key=f"source/{source.id}/more/{name}",
        )


def exceptions_of(session: Session, differences: list[dict[str, Any]]) -> dict[str, QualityException]:
    """The exceptions of a comparison's differences, by their keys."""
    keys = [one["exception_key"] for one in differences]
    wanted = select(QualityException).where(QualityException.key.in_(keys))
    return {row.key: row for row in session.scalars(wanted)}


def exception_key(source: Source, one: Difference) -> str:
    """The same record, differing in the same way, is one exception."""
    name = hashlib.sha256("\n".join((one.kind, one.key, one.there, one.here)).encode()).hexdigest()
    return f"source/{source.id}/{name}"


def _told(one: Difference, quarantined: str, key: str) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "key": one.key,
        "period": one.period,
        "fields": [{"column": name, "here": own, "there": other} for name, own, other in one.fields],
        "why": f"In quarantine: {quarantined}" if quarantined else one.why,
        "exception_key": key,
    }


def _sentence(source: Source, one: Difference, quarantined: str) -> str:
    if quarantined:
        return f"{source.system} shows it, and its row is in quarantine: {quarantined}"
    if one.kind == "missing here":
        return f"{source.system} shows it, and Titer holds no copy."
    if one.kind == "missing there":
        return f"Titer holds a copy, and {source.system} does not show it any more. Nothing is deleted here."
    if one.kind == "differs":
        return "; ".join(f"{name}: here {own!r}, there {other!r}" for name, own, other in one.fields)
    return f"{source.system} shows it more than once. {one.why}"
