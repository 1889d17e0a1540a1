"""Taking copies in: each row that a source shows becomes a copy, a new version of one, or goes to quarantine."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from titer.base.errors import Invalid, Refused
from titer.quality import Quality
from titer.record import Unit
from titer.systems import mapping, queries, rules
from titer.systems.mapping import Mapping, Row, Taken
from titer.systems.model import Copy, Quarantined, Source, SourceImport
from titer.systems.reading import Reading
from titer.systems.service.sources import whose


@dataclass(frozen=True)
class Shown:
    """A row as it was read.

    Args:
        part: which file or page it is of.
        position: in it, from 1.
        row: all of its columns.
        key: its name over there; None if a part of it is empty.
    """

    part: int
    position: int
    row: Row
    key: str | None


def shown(reading: Reading, mapped: Mapping) -> list[Shown]:
    """The rows that count: of a record that several files or pages hold, those of the last one."""
    last: dict[str, int] = {}
    found = []
    for part, one in enumerate(reading.parts):
        for position, row in enumerate(one.rows, 1):
            key = mapping.key_of(mapped, row)
            found.append(Shown(part, position, row, key))
            if key is not None:
                last[key] = part
    return [one for one in found if one.key is None or last[one.key] == one.part]


@dataclass(frozen=True)
class Judged:
    """What becomes of each row.

    Args:
        taken: rows with what they mean and the number of the copy's version: 1 for a new record.
        same: rows of which the copy is held already.
        refused: rows that go to quarantine, each with the reason.
        vanished: keys that are held and were not shown.
    """

    taken: list[tuple[Shown, Taken, int]]
    same: list[Shown]
    refused: list[tuple[Shown, str]]
    vanished: list[str]

    @property
    def now_taken(self) -> set[str]:
        """Digests of the rows of which a copy is held now."""
        return {mapping.row_digest(one.row) for one in (*self.same, *(one for one, _, _ in self.taken))}

    def counts(self, read: int) -> dict[str, int]:
        """What became of the rows that were read; what a later file replaced counts as replaced."""
        new = sum(revision == 1 for _, _, revision in self.taken)
        settled = len(self.taken) + len(self.same) + len(self.refused)
        return {
            "read": read,
            "new": new,
            "changed": len(self.taken) - new,
            "unchanged": len(self.same),
            "quarantined": len(self.refused),
            "replaced": read - settled,
            "vanished": len(self.vanished),
        }


def judge(unit: Unit, source: Source, mapped: Mapping, rows: list[Shown]) -> Judged:
    """Decide about each row; nothing is written."""
    held = queries.held(unit.session, source.id)
    declared = queries.homes(unit.session)
    often = Counter(one.key for one in rows if one.key is not None)
    taken: list[tuple[Shown, Taken, int]] = []
    same: list[Shown] = []
    refused: list[tuple[Shown, str]] = []
    for one in rows:
        try:
            if one.key is not None and often[one.key] > 1:
                raise Invalid(
                    f"{often[one.key]} rows bear the key {one.key[:80]}: nobody knows which is right."
                )
            means = mapping.take(mapped, one.row)
            material = means.fields.get("material", {}).get("value")
            owner = whose(declared, source, material, means.time, unit.now)
            if owner is not None:
                raise Invalid(owner)
        except Invalid as error:
            refused.append((one, str(error)))
            continue
        before = held.get(str(one.key))
        if before is not None and before.row_digest == mapping.row_digest(mapping.compared(mapped, one.row)):
            same.append(one)
        else:
            taken.append((one, means, before.revision + 1 if before else 1))
    return Judged(taken, same, refused, sorted(set(held) - set(often)))


def _copy(
    source: Source, mapped: Mapping, import_id: str, one: tuple[Shown, Taken, int], digests: list[str]
) -> dict[str, Any]:
    row, means, revision = one
    kept = mapping.compared(mapped, row.row)
    return {
        "source_id": source.id,
        "import_id": import_id,
        "system": source.system,
        "record_type": source.record_type,
        "source_key": row.key,
        "revision": revision,
        "source_version": means.version,
        "source_time": means.time,
        "row": mapping.pairs(kept),
        "row_digest": mapping.row_digest(kept),
        "fields": means.fields,
        "raw_digest": digests[row.part],
        "position": row.position,
    }


class Copying:
    """Imports.

    Args:
        quality: where what could not be taken becomes an exception.
    """

    def __init__(self, quality: Quality) -> None:
        self.quality = quality

    def take(self, unit: Unit, source_id: str, reading: Reading, read_at: datetime) -> SourceImport:
        """Take in what a source showed.

        Args:
            unit: the open action.
            source_id: of the source.
            reading: what it showed; it was read before the action was opened, so that no writer waits for it.
            read_at: when.

        Raises:
            Refused: if the source is not approved.
        """
        source = unit.get(Source, source_id)
        if source.state != "active":
            raise Refused(
                f"The source {source.name} is {source.state}: nothing is taken from it.",
                do="Have it approved first.",
            )
        mapped = mapping.read(source.mapping, source.record_type)
        digests = [
            unit.content.put(
                part.raw, media_type=reading.media_type, origin=f"source {source.name}: {part.name}"
            )
            for part in reading.parts
        ]
        found = judge(unit, source, mapped, shown(reading, mapped))
        made = unit.add(
            SourceImport(
                number=unit.next_number("IM"),
                source_id=source.id,
                revision=source.revision,
                legacy=source.legacy,
                read_at=read_at,
                parts=[
                    {"name": part.name, "digest": digest, "rows": len(part.rows)}
                    for part, digest in zip(reading.parts, digests, strict=True)
                ],
                counts=found.counts(sum(len(part.rows) for part in reading.parts)),
                ignored=[{"column": one.column, "why": one.why} for one in mapped.ignore],
                taken_by=unit.actor.id,
            )
        )
        unit.add_all(Copy, [_copy(source, mapped, made.id, one, digests) for one in found.taken])
        self._quarantine(unit, source, made, found, digests)
        return made

    def _quarantine(
        self, unit: Unit, source: Source, made: SourceImport, found: Judged, digests: list[str]
    ) -> None:
        """Keep what could not be taken; settle what could not be taken before and now could, or is gone."""
        refused = {mapping.row_digest(one.row): (one, why) for one, why in found.refused}
        known: set[str] = set()
        for row in queries.quarantine(unit.session, source.id, state=None):
            if row.row_digest in refused and row.state in ("open", "discarded"):
                known.add(row.row_digest)
            elif row.state == "open":
                event = "take" if row.row_digest in found.now_taken else "vanish"
                row.state = rules.QUARANTINE["open"][event]
                row.comment = f"by import {made.number}"
        fresh = [one for digest, one in refused.items() if digest not in known]
        unit.add_all(
            Quarantined,
            [
                {
                    "source_id": source.id,
                    "import_id": made.id,
                    "source_key": one.key,
                    "row": mapping.pairs(one.row),
                    "row_digest": mapping.row_digest(one.row),
                    "raw_digest": digests[one.part],
                    "position": one.position,
                    "why": why,
                    "state": "open",
                    "comment": None,
                }
                for one, why in fresh
            ],
        )
        if fresh:
            first = "; ".join(f"row {one.position}: {why}" for one, why in fresh[:3])
            self.quality.raise_exception(
                unit,
                kind="source",
                severity="major",
                title=f"Source {source.name}: {len(fresh)} of its rows could not be taken",
                detail=f"Import {made.number} put them into quarantine, as they were read. {first}",
                batch_id=None,
                subject_type=SourceImport.__tablename__,
                subject_id=made.id,
                evidence={"source": source.name, "import": made.number, "rows": len(fresh)},
                key=f"source/{source.id}/quarantine/{made.id}",
            )

    def discard(self, unit: Unit, row_id: str, comment: str, version: int | None = None) -> Quarantined:
        """Decide that a row in quarantine is not taken; it stays as it was read, with the reason.

        Raises:
            Invalid: without a reason.
            Refused: if it is not open.
        """
        row = unit.get(Quarantined, row_id, version)
        state = rules.move(rules.QUARANTINE, row.state, "discard")
        if state is None:
            raise Refused(f"This row is {row.state} already.")
        if not comment.strip():
            raise Invalid("Why is it discarded?", where="comment")
        row.state, row.comment = state, comment.strip()
        unit.flush()
        return row
