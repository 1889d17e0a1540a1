"""What a declaration means: records that are another system's are neither made nor changed in Titer.

It stands at the record's one way in, so a page, the API, an import and a timer meet the same refusal (21 CFR
11.10(a), Annex 11 s. 5: one place where a record is made, and copies that are known as copies).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Refused
from titer.lims import Measurement, ReportableResult, Sample
from titer.material import Definition, Lot
from titer.mes import Batch, Order
from titer.record import Record, Unit
from titer.systems import rules
from titer.systems.queries import homes

_HOMES = "systems.homes"
_SAMPLE_ENDS = ("depleted", "disposed", "rejected", "cancelled")
_RESULT_ENDS = ("approved", "invalidated")


@dataclass(frozen=True)
class Kept:
    """One table of Titer whose rows are records of a declared kind.

    Args:
        record_type: the kind.
        table: its name.
        words: what people call them.
        material: the code of a row's material or product, from (session, row); None if it cannot be known.
        names: the row's own number.
        guarded: whether a row is one at all.
    """

    record_type: str
    table: str
    words: str
    material: Callable[[Session, Any], str | None]
    names: Callable[[Any], str]
    guarded: Callable[[Any], bool] = lambda _row: True


def _of_lot(session: Session, row: Any) -> str | None:
    definition = session.get(Definition, row.definition_id)
    return definition.code if definition else None


def _of_sample(session: Session, row: Any) -> str | None:
    if row.lot_id is not None:
        lot = session.get(Lot, row.lot_id)
        return _of_lot(session, lot) if lot else None
    batch = session.get(Batch, row.batch_id) if row.batch_id else None
    return batch.product if batch else None


def _of_result(session: Session, row: Any) -> str | None:
    sample = session.get(Sample, row.sample_id)
    return _of_sample(session, sample) if sample else None


KEPT = (
    Kept(
        "batch", Order.__tablename__, "Orders", lambda _session, row: str(row.product), lambda row: row.number
    ),
    Kept(
        "batch",
        Batch.__tablename__,
        "Batches",
        lambda _session, row: str(row.product),
        lambda row: row.number,
    ),
    Kept("material_lot", Lot.__tablename__, "Lots", _of_lot, lambda row: row.number),
    Kept("sample", Sample.__tablename__, "Samples", _of_sample, lambda row: row.number),
    Kept("result", ReportableResult.__tablename__, "Results", _of_result, lambda row: row.analysis),
    Kept(
        "result",
        Measurement.__tablename__,
        "Results",
        _of_result,
        lambda row: row.name,
        lambda row: row.sample_id is not None,
    ),
)


def watch(record: Record) -> None:
    """Refuse, from now on, what a declaration keeps from Titer."""
    for kept in KEPT:
        record.guard(kept.table, _refusal(kept))


def _refusal(kept: Kept) -> Callable[[Unit, Any], None]:
    def refuse(unit: Unit, row: Any) -> None:
        declared = unit.session.info.get(_HOMES)
        if declared is None:
            declared = unit.session.info[_HOMES] = homes(unit.session)
        if not declared or not kept.guarded(row):
            return
        material = kept.material(unit.session, row)
        found = rules.home(declared, kept.record_type, material, unit.now)
        if found is not None and found.system != rules.TITER:
            of = f" of {material}" if material else ""
            raise Refused(
                f"{kept.words}{of} are records of {found.system} since {found.since.date().isoformat()} "
                f"(declaration {found.number}); Titer holds copies of them and neither makes nor changes one.",
                do=f"Make or change it in {found.system}: its copy comes with the next import.",
            )

    return refuse


def still_open(session: Session, declared: rules.Home) -> list[str]:
    """What Titer has begun itself and could not end once the declaration counts; each as a sentence."""
    asked = {
        "batch": ((Batch, Batch.ended_at.is_(None), KEPT[1]),),
        "material_lot": ((Lot, (Lot.usage != "consumed") & (Lot.disposition != "rejected"), KEPT[2]),),
        "sample": ((Sample, Sample.state.not_in(_SAMPLE_ENDS), KEPT[3]),),
        "result": ((ReportableResult, ReportableResult.state.not_in(_RESULT_ENDS), KEPT[4]),),
    }
    reasons = []
    for kind, condition, kept in asked.get(declared.record_type, ()):
        rows = [
            kept.names(row)
            for row in session.scalars(select(kind).where(condition))
            if rules.home([declared], declared.record_type, kept.material(session, row), declared.since)
        ]
        if rows:
            shown = ", ".join(rows[:5]) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
            reasons.append(
                f"{kept.words} that Titer began itself have not ended, and could not be changed any more: {shown}."
            )
    return reasons
