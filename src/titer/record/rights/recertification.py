"""Recertification of access: every person's roles are looked at again, by somebody else, within a period.

Annex 11 s. 12.3 asks for a record of who may do what and of its changes, PIC/S PI 041 s. 9.5 that access be reviewed
from time to time; how often, the access policy says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.clock import iso
from titer.base.errors import NotFound, Refused
from titer.record.actions import Actor, SignatureMeaning
from titer.record.model import LedgerEntry, Person, RoleAssignment, Signature
from titer.record.rights import periods, rules
from titer.record.rights.delegations import roles_of
from titer.record.rights.model import AccessReview

if TYPE_CHECKING:
    from titer.record.service import Record
    from titer.record.unit import Unit

VERB = "record.access.recertify"


class Recertification:
    """Opens reviews of access when they are due, and carries their outcome out.

    Args:
        record: whose people.
    """

    def __init__(self, record: Record) -> None:
        self.record = record

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """The outcome of a review is signed."""
        return (
            SignatureMeaning(
                AccessReview.__tablename__,
                "recertified",
                VERB,
                "Access of a person: each role kept or taken away",
                content=_content,
                blockers=_blockers,
                apply=self._apply,
                data=("decisions",),
            ),
        )

    def open_due(self, unit: Unit) -> list[AccessReview]:
        """Open a review for everybody whose roles were last looked at too long ago; say which are overdue.

        A review in hand whose person has no role any more, or is disabled, is withdrawn.
        """
        opened = []
        every = periods.recertify_every(unit.session)
        current = {
            row.person_id: row
            for row in unit.session.scalars(select(AccessReview).where(AccessReview.state == "open"))
        }
        for person in unit.session.scalars(select(Person).order_by(Person.id)):
            held = roles_of(unit.session, person.id)
            review = current.get(person.id)
            if not person.active or not held or person.robot_for is not None:
                if review is not None:
                    review.state = rules.REVIEW[review.state]["withdraw"]
                continue
            if review is not None:
                self._overdue(unit, review)
                continue
            due = rules.review_due(self.last(unit.session, person), every)
            if due - rules.RECERTIFY_LEAD <= unit.now:
                opened.append(self.open(unit, person, held, due))
        return opened

    def open(self, unit: Unit, person: Person, held: set[str], due_at: datetime) -> AccessReview:
        """Open the review of one person's roles."""
        row = unit.add(
            AccessReview(
                number=unit.next_number("AR"),
                person_id=person.id,
                state="open",
                title=f"Access of {person.full_name}",
                roles=sorted(held),
                opened_at=unit.now,
                due_at=due_at,
            )
        )
        unit.emit("record.access_review.opened", row, {"number": row.number, "person": person.full_name})
        self._overdue(unit, row)
        return row

    def last(self, session: Session, person: Person) -> datetime:
        """When the person's roles were last decided about as a whole: the last review, else the registration."""
        decided = session.scalar(
            select(func.max(AccessReview.decided_at)).where(AccessReview.person_id == person.id)
        )
        if decided is not None:
            return decided
        first = session.scalar(
            select(LedgerEntry.body)
            .where(LedgerEntry.record_id == person.id, LedgerEntry.record_version == 1)
            .limit(1)
        )
        return _time_of(first) if first is not None else person.password_set_at

    def _overdue(self, unit: Unit, row: AccessReview) -> None:
        if row.overdue_at is None and row.due_at <= unit.now:
            row.overdue_at = unit.now
            unit.flush()
            unit.emit(
                "record.access_review.overdue",
                row,
                {"number": row.number, "title": row.title, "due_at": iso(row.due_at)},
            )

    def _apply(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        row = unit.get(AccessReview, record_id)
        decisions: dict[str, str] = data["decisions"]
        taken = {role for role, said in decisions.items() if said == rules.TAKE}
        for held in unit.session.scalars(
            select(RoleAssignment).where(
                RoleAssignment.person_id == row.person_id, RoleAssignment.role.in_(sorted(taken))
            )
        ):
            held.active = False
        row.state = rules.REVIEW[row.state]["recertify"]
        row.decisions, row.decided_at = decisions, unit.now
        row.decided_by, row.signature_id = signature.person_id, signature.id
        unit.flush()
        unit.emit("record.access_review.done", row, {"number": row.number, "taken": sorted(taken)})


def _time_of(body: str) -> datetime:
    import json

    from titer.base.clock import from_iso

    return from_iso(json.loads(body)["time"])


def _row(session: Session, record_id: str) -> AccessReview:
    row = session.get(AccessReview, record_id)
    if row is None:
        raise NotFound(f"There is no review of access {record_id}.")
    return row


def _content(session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
    row = _row(session, record_id)
    person, held = session.get(Person, row.person_id), roles_of(session, row.person_id)
    return {
        "number": row.number,
        "person": person.full_name if person else row.person_id,
        "username": person.username if person else "",
        "holds": rules.as_reviewed(held, row.decisions or {}),
        "decisions": data.get("decisions", {}),
        "due": iso(row.due_at),
    }


def _blockers(session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
    row = _row(session, record_id)
    reasons = [] if row.state == "open" else [f"It is {row.state}, not open."]
    if row.person_id == actor.id:
        reasons.append("Nobody recertifies their own access.")
    decisions = data.get("decisions", {})
    if not isinstance(decisions, dict):
        return [*reasons, "The decisions are a list of roles, each kept or taken away."]
    return reasons + rules.against_decisions(roles_of(session, row.person_id), decisions)


def decided(session: Session, person_id: str) -> Iterator[AccessReview]:
    """The reviews of a person, newest first."""
    yield from session.scalars(
        select(AccessReview).where(AccessReview.person_id == person_id).order_by(AccessReview.id.desc())
    )


def require_open(row: AccessReview) -> None:
    """Refuse what only an open review allows."""
    if row.state != "open":
        raise Refused(f"{row.number} is {row.state}.")
