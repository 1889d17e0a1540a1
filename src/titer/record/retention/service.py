"""Retention classes, legal holds, what is due, and the refusal of everything that would destroy too early.

Nothing is ever deleted by itself. What is due is listed; what would destroy a regulated row is refused before its
time and under a hold: here, with the reason in words, whoever asks through Titer's objects; past them by the
database's own delete triggers, which ask for the same hold, class and date (docs/decisions/0038).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Invalid, NotFound, Refused
from titer.record import database, schema
from titer.record.actions import ActionSpec
from titer.record.due import CREATED, created_at, due_on
from titer.record.model import Regulated
from titer.record.names import name_of
from titer.record.reader import first_id
from titer.record.retention.model import LegalHold, RetentionClass
from titer.record.retention.rules import LONGEST_YEARS, SUBJECTS, Kept, decide, latest_start
from titer.record.service import Record
from titer.record.unit import Unit

ACTIONS = (
    ActionSpec("record.retention.set", "Say how long a kind of record is kept", ("quality",)),
    ActionSpec("record.hold.place", "Place a legal hold", ("quality",)),
    ActionSpec("record.hold.lift", "Lift a legal hold", ("quality",)),
)
_ALL = "all"


@dataclass(frozen=True)
class Due:
    """A record whose time is over, or how long it has still.

    Args:
        record_type, record_id, name: which.
        due: from when it may go; None while its event has not been.
        held: reasons of holds that are on it.
        over: whether its time is over and nothing holds it.
    """

    record_type: str
    record_id: str
    name: str
    due: datetime | None
    held: tuple[str, ...]
    over: bool


class Retention:
    """Retention of one record.

    Args:
        record: whose.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        record.before_destroying = self.require_destroyable

    # --- classes ------------------------------------------------------------------------------------------------

    def set_class(
        self, unit: Unit, *, record_type: str, years: int, start: str, basis: str
    ) -> RetentionClass:
        """Say how long records of a kind are kept at least.

        Args:
            unit: the open action.
            record_type: their table.
            years: counted from `start`.
            start: `created`, or the column that says when the event was (`ended_at` of a batch).
            basis: the rule that asks for it.

        Raises:
            Invalid: if there is no such kind, it has no such event, or its rows never go: a person's row stays for
                ever, and what hangs on it (sessions, training, roles) has times of its own.
        """
        table = _table(record_type)
        never = schema.never_deleted(record_type)
        if never:
            raise Invalid(
                f"A row of {record_type} is never destroyed.",
                why=f"{never[0].upper()}{never[1:]}.",
                where="record_type",
                do="Set the time of the records that name it.",
            )
        events = _events(table)
        if start not in events:
            raise Invalid(
                f"{record_type} has no event {start!r}.",
                where="start",
                do=f"Use one of: {', '.join(events)}.",
            )
        if not 0 < years <= LONGEST_YEARS:
            raise Invalid(f"A record is kept for 1 to {LONGEST_YEARS} years.", where="years")
        if not basis.strip():
            raise Invalid("A retention time has a rule that asks for it.", where="basis")
        row = self._class(unit.session, record_type)
        if row is None:
            return unit.add(RetentionClass(record_type=record_type, years=years, start=start, basis=basis))
        row.years, row.start, row.basis = years, start, basis
        unit.flush()
        return row

    def classes(self, session: Session) -> list[RetentionClass]:
        """All classes, by kind."""
        return list(session.scalars(select(RetentionClass).order_by(RetentionClass.record_type)))

    def kinds(self) -> dict[str, list[str]]:
        """The kinds of record that can have a class, and the events of each."""
        return {
            table.name: _events(table)
            for table in schema.regulated_tables()
            if not schema.never_deleted(table.name)
        }

    # --- holds ----------------------------------------------------------------------------------------------------

    def place(self, unit: Unit, *, subject_type: str, subject_id: str, reason: str) -> LegalHold:
        """Place a hold on a batch, a lot, a person or the whole system.

        Raises:
            Invalid: for an unknown kind of subject, or without a reason.
            NotFound: if there is no such subject.
        """
        if subject_type not in SUBJECTS:
            raise Invalid(
                f"A {subject_type} cannot be held.", where="subject_type", do=f"Use {', '.join(SUBJECTS)}."
            )
        if not reason.strip():
            raise Invalid("A hold has a reason.", where="reason", do="Name the case or the request.")
        name, found_id = "the whole system", _ALL
        if subject_type != "system":
            name, found_id = _subject(unit.session, SUBJECTS[subject_type][0], subject_id)
        return unit.add(
            LegalHold(
                subject_type=subject_type,
                subject_id=found_id,
                subject_name=name,
                reason=reason,
                placed_at=unit.now,
                placed_by=unit.actor.name,
            )
        )

    def lift(self, unit: Unit, hold_id: str, *, version: int | None, reason: str) -> LegalHold:
        """Lift a hold.

        Raises:
            NotFound: if there is none.
            Conflict: if it was lifted already.
            Invalid: without a reason.
        """
        if not reason.strip():
            raise Invalid("Lifting a hold has a reason.", where="reason")
        row = unit.get(LegalHold, hold_id, version)
        if row.lifted_at is not None:
            raise Conflict(f"The hold on {row.subject_name} was lifted already.")
        row.lifted_at, row.lifted_by, row.lifted_because = unit.now, unit.actor.name, reason
        unit.flush()
        return row

    def holds(self, session: Session, *, lifted: bool = False) -> list[LegalHold]:
        """Holds, newest first; those that were lifted, too, where asked for."""
        query = select(LegalHold).order_by(LegalHold.id.desc())
        return list(session.scalars(query if lifted else query.where(LegalHold.lifted_at.is_(None))))

    # --- what may go ------------------------------------------------------------------------------------------------

    def kept(self, session: Session, record_type: str, image: dict[str, Any], now: datetime) -> Kept | None:
        """Why a record is kept; None if it may go.

        Args:
            session: a reading session.
            record_type: its table.
            image: its columns.
            now: the present.
        """
        row = self._class(session, record_type)
        reasons = _reasons(self.holds(session), record_type, image)
        name = f"{record_type} {name_of(image) or image['id']}"
        start = _start(row.start, image) if row is not None else None
        return decide(
            years=row.years if row else None,
            start=start,
            holds=reasons,
            now=now,
            what=name,
            never=schema.never_deleted(record_type),
        )

    def require_destroyable(self, session: Session, row: Regulated) -> None:
        """Refuse to destroy a row before its time or under a hold; called for every row that is deleted.

        Raises:
            Refused: with the reason.
        """
        kind = row.__tablename__  # type: ignore[attr-defined]
        image = {name: getattr(row, name) for name in _table(kind).columns.keys()}  # noqa: SIM118
        kept = self.kept(session, kind, image, self.record.clock.now())
        if kept is not None:
            raise Refused("It is not destroyed.", why=kept.why, do="Quality sets retention and lifts holds.")

    def due(self, session: Session, *, limit: int = 500) -> list[Due]:
        """The records of every kind with a class, first what is over longest; nothing is deleted by itself.

        Args:
            session: a reading session.
            limit: how many at the most; what may go is listed before what is held or has time left.
        """
        now, holds = self.record.clock.now(), self.holds(session)
        found: list[Due] = []
        for row in self.classes(session):
            table = _table(row.record_type)
            start: ColumnElement[Any] = table.c.id if row.start == CREATED else table.c[row.start]
            latest = latest_start(now, row.years)
            over = start < (first_id(latest) if row.start == CREATED else latest)
            free = and_(over, ~_held(holds, table))
            for which in (free, or_(~free, start.is_(None))):
                query = select(table).where(which).order_by(start.nulls_last(), table.c.id).limit(limit)
                found += [
                    self._due(row, dict(image), holds, now) for image in session.execute(query).mappings()
                ]
        found.sort(key=lambda one: (not one.over, one.due is None, one.due or now, one.record_id))
        return found[:limit]

    def _due(
        self, row: RetentionClass, image: dict[str, Any], holds: Iterable[LegalHold], now: datetime
    ) -> Due:
        start = _start(row.start, image)
        due = due_on(start, row.years) if start is not None else None
        reasons = tuple(_reasons(holds, row.record_type, image))
        over = due is not None and due <= now and not reasons
        return Due(row.record_type, image["id"], name_of(image) or image["id"], due, reasons, over)

    def of_record(self, session: Session, record_type: str, record_id: str) -> dict[str, Any]:
        """What an archive says about how long the record is to be kept."""
        table = _table(record_type)
        found = session.execute(select(table).where(table.c.id == record_id)).mappings().first()
        if found is None:
            raise NotFound(f"There is no {record_type} {record_id}.")
        image, row = dict(found), self._class(session, record_type)
        start = _start(row.start, image) if row is not None else None
        return {
            "class": None
            if row is None
            else {"years": row.years, "start": row.start, "basis": row.basis, "record_type": row.record_type},
            "keep_until": due_on(start, row.years) if row is not None and start is not None else None,
            "holds": [
                {"reason": one.reason, "placed_at": one.placed_at, "placed_by": one.placed_by}
                for one in self.holds(session)
                if _is_on(one, record_type, image)
            ],
        }

    def _class(self, session: Session, record_type: str) -> RetentionClass | None:
        return session.scalars(
            select(RetentionClass).where(RetentionClass.record_type == record_type)
        ).first()


def _table(record_type: str) -> Table:
    for table in schema.regulated_tables():
        if table.name == record_type:
            return table
    raise Invalid(f"There is no kind of record called {record_type}.", where="record_type")


def _events(table: Table) -> list[str]:
    return [CREATED, *database.instants(table)]


def _start(event: str, image: dict[str, Any]) -> datetime | None:
    """When the event of a record was."""
    if event == CREATED:
        return created_at(image["id"])
    found: datetime | None = image[event]
    return found


def _subject(session: Session, record_type: str, subject_id: str) -> tuple[str, str]:
    """Name and id of a subject that is given by its id or its number."""
    table = _table(record_type)
    wanted = [table.c.id == subject_id]
    wanted += [table.c[name] == subject_id for name in ("number", "username") if name in table.c]
    for one in wanted:
        found = session.execute(select(table).where(one)).mappings().first()
        if found is not None:
            return name_of(dict(found)) or found["id"], found["id"]
    raise NotFound(f"There is no {record_type} {subject_id}.")


def _is_on(hold: LegalHold, record_type: str, image: dict[str, Any]) -> bool:
    if hold.subject_type == "system":
        return True
    table, column = SUBJECTS[hold.subject_type]
    return (record_type == table and image["id"] == hold.subject_id) or image.get(column) == hold.subject_id


def _held(holds: Iterable[LegalHold], table: Table) -> ColumnElement[bool]:
    """Whether a hold is on a row: what `_is_on` says of an image, for the database."""
    found: list[ColumnElement[bool]] = []
    for hold in holds:
        if hold.subject_type == "system":
            return true()
        kind, column = SUBJECTS[hold.subject_type]
        if table.name == kind:
            found.append(table.c.id == hold.subject_id)
        if column in table.c:
            found.append(func.coalesce(table.c[column], "") == hold.subject_id)
    return or_(false(), *found)


def _reasons(holds: Iterable[LegalHold], record_type: str, image: dict[str, Any]) -> list[str]:
    return [one.reason for one in holds if _is_on(one, record_type, image)]
