"""Who is the system of record: drafted by one person, approved by another, and never changed afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from titer.base.errors import Invalid, Refused
from titer.record import Actor, Record, Signature, Unit
from titer.systems import queries, rules
from titer.systems.guard import still_open
from titer.systems.mapping import RECORD_TYPES
from titer.systems.model import Declaration


class Declarations:
    """Declarations of systems of record.

    Args:
        record: the record.
    """

    def __init__(self, record: Record) -> None:
        self.record = record

    def draft(
        self,
        unit: Unit,
        *,
        record_type: str,
        system: str,
        since: datetime,
        reason: str,
        materials: list[str] | None = None,
    ) -> Declaration:
        """Draft which system owns a kind of record from an instant on.

        Args:
            unit: the open action.
            record_type: result, sample, batch, material_lot or audit_trail.
            system: its name, as people call it; `Titer` for this one.
            since: from when on.
            reason: why.
            materials: codes of the materials or products that it is about; all of them if left out.

        Raises:
            Invalid: for an unknown kind of record, or a system without a name.
        """
        if record_type not in RECORD_TYPES:
            raise Invalid(
                f"{record_type!r} is no kind of record.",
                do=f"Use one of {', '.join(RECORD_TYPES)}.",
                where="record_type",
            )
        if not system.strip():
            raise Invalid("The system has no name.", where="system")
        return unit.add(
            Declaration(
                number=unit.next_number("SOR"),
                record_type=record_type,
                system=rules.TITER if system.strip().lower() == rules.TITER.lower() else system.strip(),
                site=self.record.installation(unit.session).site,
                materials=sorted({one.strip() for one in materials or [] if one.strip()}),
                since=since,
                reason=reason,
                author_id=unit.actor.id,
                state="draft",
            )
        )

    def withdraw(self, unit: Unit, declaration_id: str, version: int | None = None) -> Declaration:
        """Take a draft back.

        Raises:
            Refused: if it is no draft any more.
        """
        row = unit.get(Declaration, declaration_id, version)
        state = rules.move(rules.DECLARATION, row.state, "withdraw")
        if state is None:
            raise Refused(
                f"{row.number} is {row.state}.",
                why="What was declared stays declared.",
                do="Declare anew, with a later date.",
            )
        row.state = state
        unit.flush()
        return row

    # --- the signature ----------------------------------------------------------------------------------------

    def content(self, session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
        """What is signed."""
        row = queries.get(session, Declaration, record_id)
        before = rules.home(
            [one for one in queries.homes(session) if one.number < row.number],
            row.record_type,
            row.materials[0] if row.materials else None,
            row.since,
        )
        return {
            "number": row.number,
            "record_type": row.record_type,
            "system": row.system,
            "site": row.site,
            "materials": row.materials or "all",
            "since": row.since,
            "reason": row.reason,
            "before": before.system if before else rules.TITER,
            "means": "Titer neither makes nor changes such records; it holds copies of them."
            if row.system != rules.TITER
            else "Such records are made in Titer; no other system's copies of them are taken in.",
        }

    def blockers(self, session: Session, record_id: str, actor: Actor, _data: dict[str, Any]) -> list[str]:
        """What stands against approving it."""
        row = queries.get(session, Declaration, record_id)
        reasons = []
        if rules.move(rules.DECLARATION, row.state, "approve") is None:
            reasons.append(f"{row.number} is {row.state}.")
        if row.author_id == actor.id:
            reasons.append("Who drafted a declaration does not approve it; another person must.")
        if row.system != rules.TITER:
            reasons += still_open(session, queries.home_of(row))
        return reasons

    def approve(self, unit: Unit, record_id: str, _data: dict[str, Any], signature: Signature) -> None:
        """It counts from now on."""
        row = unit.get(Declaration, record_id)
        row.state, row.approved_at, row.signature_id = "approved", unit.now, signature.id
        unit.emit(
            "systems.declaration.approved",
            row,
            {"number": row.number, "record_type": row.record_type, "system": row.system},
        )
