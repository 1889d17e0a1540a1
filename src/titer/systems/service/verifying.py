"""The report that ends a legacy import: counts, both digests, and a sample compared field by field.

Annex 11 s. 4.8 asks that data which are moved keep value and meaning; that a sample is drawn and that somebody signs
is GAMP 5's advice on data migration (second edition, appendix D7, known to us second hand).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from titer.base.errors import Invalid, Refused
from titer.record import Actor, Signature, Unit
from titer.systems import mapping, queries, rules
from titer.systems.mapping import Mapping, Row
from titer.systems.model import Copy, Source, SourceImport, Verification
from titer.systems.reading import Reading
from titer.systems.service.copying import shown
from titer.systems.service.reconciling import here, row_of, there

_SEED_DIGITS = 12
"""Hexadecimal digits of a seed: 48 bits, which every reader of JSON keeps exactly."""
MOST_SAMPLED = 1000


class Verifying:
    """Reports of legacy imports."""

    def verify(self, unit: Unit, import_id: str, reading: Reading, sample: int) -> Verification:
        """Make the report of an import, against the source as it was read again.

        Args:
            unit: the open action.
            import_id: of the legacy import; the newest one of its source.
            reading: what the source shows now.
            sample: how many records are compared field by field.

        Raises:
            Invalid: for a sample of no size.
            Refused: if it is no legacy import, or not the newest one.
        """
        done = queries.get(unit.session, SourceImport, import_id)
        source = unit.get(Source, done.source_id)
        if not 1 <= sample <= MOST_SAMPLED:
            raise Invalid(f"A sample has 1 to {MOST_SAMPLED:,} records.", where="sample")
        if not done.legacy:
            raise Refused(f"{done.number} is no legacy import: it is compared every day instead.")
        if queries.imports(unit.session, source.id, 1)[0].id != done.id:
            raise Refused(f"{done.number} is not the newest import of {source.name}.")
        seed = int(unit.new_id().replace("-", "")[-_SEED_DIGITS:], 16)
        return unit.add(
            Verification(
                number=unit.next_number("MV"),
                source_id=source.id,
                import_id=done.id,
                made_at=unit.now,
                made_by=unit.actor.id,
                seed=seed,
                report=_report(unit.session, source, done, reading, seed, sample),
                state="made",
            )
        )

    # --- the signature ----------------------------------------------------------------------------------------

    def content(self, session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
        """What is signed: all of the report."""
        row = queries.get(session, Verification, record_id)
        source = queries.get(session, Source, row.source_id)
        return {
            "number": row.number,
            "source": source.name,
            "system": source.system,
            "record_type": source.record_type,
            "import": queries.get(session, SourceImport, row.import_id).number,
            "made_at": row.made_at,
            "seed": row.seed,
            "report": row.report,
        }

    def blockers(self, session: Session, record_id: str, actor: Actor, _data: dict[str, Any]) -> list[str]:
        """What stands against accepting it: whatever differs, and whoever made it."""
        row = queries.get(session, Verification, record_id)
        reasons = self.against_deciding(session, record_id, actor, _data)
        found = row.report
        if found["there"] != found["here"]:
            reasons.append("The two sides differ in count or digest.")
        if found["sampled_differing"]:
            reasons.append(f"{found['sampled_differing']} records of the sample differ from the source.")
        waiting = len(queries.quarantine(session, row.source_id))
        if waiting:
            reasons.append(f"{waiting} of its rows are in quarantine, and nobody has decided about them.")
        return reasons

    def against_deciding(
        self, session: Session, record_id: str, actor: Actor, _data: dict[str, Any]
    ) -> list[str]:
        """What stands against deciding at all."""
        row = queries.get(session, Verification, record_id)
        reasons = [] if row.state == "made" else [f"{row.number} is {row.state}."]
        if row.made_by == actor.id:
            reasons.append("Who made the report does not decide about it; another person must.")
        return reasons

    def decide(self, event: str) -> Any:
        """What the signature carries out: `accept` or `reject`."""

        def apply(unit: Unit, record_id: str, _data: dict[str, Any], signature: Signature) -> None:
            row = unit.get(Verification, record_id)
            row.state, row.signature_id = rules.VERIFICATION[row.state][event], signature.id
            unit.emit("systems.verification.decided", row, {"number": row.number, "state": row.state})

        return apply


def _report(
    session: Session, source: Source, done: SourceImport, reading: Reading, seed: int, sample: int
) -> dict[str, Any]:
    mapped = mapping.read(source.mapping, source.record_type)
    discarded = {row.row_digest for row in queries.quarantine(session, source.id, state="discarded")}
    over_there = there(source, reading, discarded)
    own = here(session, source)
    a, b = rules.total(over_there), rules.total(own)
    differing = rules.compare(over_there, own)
    rows = {
        one.key: one.row
        for one in shown(reading, mapped)
        if one.key is not None and mapping.row_digest(one.row) not in discarded
    }
    copies = queries.held(session, source.id)
    drawn = rules.draw(seed, rows, sample)
    compared = [_compared(mapped, key, rows[key], copies.get(key)) for key in drawn]
    return {
        "counts": done.counts,
        "ignored": done.ignored,
        "discarded": len(discarded),
        "there": {"count": a.count, "digest": a.digest},
        "here": {"count": b.count, "digest": b.digest},
        "differences": [{"kind": one.kind, "key": one.key} for one in differing[:MOST_SAMPLED]],
        "difference_count": len(differing),
        "population": len(rows),
        "sampled": compared,
        "sampled_differing": sum(not one["same"] for one in compared),
    }


def _compared(mapped: Mapping, key: str, row: Row, copy: Copy | None) -> dict[str, Any]:
    """One record of the sample: each field as the source shows it, as its copy holds it, and what it means."""
    held = row_of(copy) if copy is not None else {}
    means = copy.fields if copy is not None else {}
    meaning = {one.column: means.get(one.field) for one in mapped.columns}
    fields = [
        {
            "column": name,
            "there": row.get(name),
            "here": held.get(name),
            "means": meaning.get(name),
            "same": copy is not None and row.get(name) == held.get(name),
        }
        for name in mapped.compared
    ]
    same = all(one["same"] for one in fields) and _means_the_same(mapped, row, copy)
    return {"key": key, "fields": fields, "same": same}


def _means_the_same(mapped: Mapping, row: Row, copy: Copy | None) -> bool:
    """Whether the source's row, read anew, means what the copy says it does."""
    try:
        return copy is not None and mapping.take(mapped, row).fields == copy.fields
    except Invalid:
        return False
