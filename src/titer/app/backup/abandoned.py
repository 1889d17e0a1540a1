"""What restores abandoned with witnesses, against what the ledger says of it (docs/decisions/0020)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.app.backup.model import Restore
from titer.base.clock import iso
from titer.record import Sealer, restored
from titer.record.verify import Remark, Verifier


def abandoned(sealer: Sealer) -> Verifier:
    """Looks whether each witness in a file still has, word for word, the notes that a restore abandoned with it."""

    def abandoned_notes(session: Session) -> Iterator[str]:
        here = {one.name: one for one in sealer.witnesses}
        for row in session.scalars(select(Restore).order_by(Restore.id)):
            for told in restored.statements(row.statement):
                witness = here.get(told.witness)
                what = (
                    f"of the {told.abandoned[0]:,} notes that the restore of {iso(row.restored_at)} abandoned with "
                    f"the witness {told.witness}"
                )
                if witness is None or not witness.present():
                    yield Remark(f"Nobody looked {what}: it is away, or not configured any more.")
                elif witness.last != told.seen and not restored.keeps(witness.folder, told):
                    yield (
                        f"abandoned-{told.seen[0]}.txt of the witness {told.witness} is gone, or was altered: the "
                        f"ledger (record_restore {row.id}) vouches for each {what}."
                    )

    return abandoned_notes
