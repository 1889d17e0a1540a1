"""What signatures say before a release: a void one is none, and a broken one is a finding (21 CFR 11.70)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.quality import Check
from titer.record import Base, Record, Signature
from titer.record.validity import BROKEN, IN_FORCE, validity

DISPOSITION = "quality_disposition"
"""What is being decided; its own signature comes last."""


class SignatureGate:
    """Answers quality's question what stands against a release: signatures on the batch's records that do not hold.

    Of each meaning the newest signature on a record counts: whoever signs again replaces a void one.

    Args:
        record: whose signatures.
    """

    name = "signatures"

    def __init__(self, record: Record) -> None:
        self.record = record

    def checks(self, session: Session, batch_id: str) -> list[Check]:
        """One check over all signatures that hold, and one for each that does not; none where nothing is signed."""
        newest: dict[tuple[str, str, str], Signature] = {}
        for record_type, ids in self._subjects(session, batch_id).items():
            rows = session.scalars(
                select(Signature)
                .where(Signature.record_type == record_type, Signature.record_id.in_(ids))
                .order_by(Signature.id)
            )
            newest.update({(row.record_type, row.record_id, row.meaning): row for row in rows})
        found = [(row, validity(self.record, session, row)) for row in newest.values()]
        held = sum(stands.state == IN_FORCE for _, stands in found)
        result = [
            Check(
                f"signatures.{row.id}",
                f"The signature {row.meaning} by {row.printed_name} is {stands.state}",
                "not_run" if stands.state == BROKEN else "exception",
                stands.why,
                row.record_type,
                row.record_id,
            )
            for row, stands in found
            if stands.state != IN_FORCE
        ]
        if held:
            title = "Signatures on the batch's records are in force"
            result.append(Check("signatures", title, "passed", f"{held} in force", "mes_batch", batch_id))
        return result

    def _subjects(self, session: Session, batch_id: str) -> dict[str, set[str]]:
        """Records of the batch that can be signed: those that name it, the runs of its tests, and its recipe."""
        tables = Base.metadata.tables
        found: dict[str, set[str]] = {}
        for record_type in {kind for kind, _ in self.record.meanings} - {DISPOSITION}:
            table = tables[record_type]
            if "batch_id" in table.columns:
                rows = session.scalars(select(table.c.id).where(table.c.batch_id == batch_id))
                found[record_type] = set(rows)
        test, batch = tables["lims_test"], tables["mes_batch"]
        found["lims_run"] = {
            one
            for one in session.scalars(select(test.c.run_id).where(test.c.batch_id == batch_id))
            if one is not None
        }
        found["mes_recipe"] = set(session.scalars(select(batch.c.recipe_id).where(batch.c.id == batch_id)))
        return {kind: ids for kind, ids in found.items() if ids}
