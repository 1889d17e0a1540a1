"""What a review looks at: the ledger's entries about a batch or a lot, or about the system in a period."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.quality.trail.rules import Belonging, Entry, Flag, Past, flags
from titer.record import LedgerEntry
from titer.record.reader import Wanted, conditions

AROUND = (
    "equipment_channel",
    "equipment_stream_event",
    "equipment_connection",
    "lims_design",
    "mes_recipe",
    "record_clock_step",
)
"""Records that belong to no batch, and matter to those that are made while they change."""
_AT_ONCE = 2000


@dataclass(frozen=True)
class Line:
    """One entry of a population."""

    seq: int
    entry: Entry


@dataclass
class Population:
    """The entries of a review, and those around it that a rule flags.

    Attributes:
        lines: of the subject, in the ledger's order.
        flagged: by a rule; the same entry once for each.
        from_seq: the number of the first entry looked at.
        upto_seq: of the last.
    """

    lines: list[Line]
    flagged: list[Flag]
    from_seq: int
    upto_seq: int


def last_seq(session: Session) -> int:
    """The number of the ledger's last entry."""
    return session.scalar(select(func.max(LedgerEntry.seq))) or 0


def first_seq(session: Session, record_id: str) -> int:
    """The number of a record's first entry; 0 where the ledger knows none."""
    return session.scalar(select(func.min(LedgerEntry.seq)).where(LedgerEntry.record_id == record_id)) or 0


@dataclass
class Course:
    """How far the entries about a subject have been read: who belongs to it, and what the rules remember."""

    belonging: Belonging
    past: Past
    seq: int

    def copy(self) -> Course:
        """An independent copy."""
        return Course(self.belonging.copy(), self.past.copy(), self.seq)


def begin(session: Session, subject_id: str) -> Course:
    """Before the first entry about a batch or a lot."""
    return Course(Belonging(subject_id), Past(), max(first_seq(session, subject_id) - 1, 0))


def about(
    session: Session, course: Course, upto_seq: int, ruleset: Mapping[str, Any], scope: str
) -> Population:
    """Read on the entries about a batch or a lot, up to a number; the course is carried on."""
    start = course.seq
    lines: list[Line] = []

    def read() -> Iterator[tuple[int, Entry, bool]]:
        for seq, kind, body in _bodies(session, start, upto_seq):
            named = course.belonging.names(body)
            if not named and kind not in AROUND:
                continue
            entry = json.loads(body)
            inside = named and course.belonging.take(entry)
            if inside:
                lines.append(Line(seq, entry))
            if inside or kind in AROUND:
                yield seq, entry, inside

    found = flags(read(), ruleset, scope, course.past)
    course.seq = upto_seq
    own = {line.seq for line in lines}
    last = lines[-1].seq if lines else 0
    # What lies around the subject counts while it was being made, and not from its last entry on.
    found = [flag for flag in found if flag.seq in own or flag.seq < last]
    return Population(lines, found, start + 1, upto_seq)


def of_the_system(
    session: Session, since: datetime, until: datetime, upto_seq: int, ruleset: Mapping[str, Any]
) -> Population:
    """The administrative entries of a period: people, rights, connections, methods, the schema."""
    policy = ruleset["policy"]["system"]
    kinds = [
        kind
        for kind in session.scalars(select(LedgerEntry.record_type).distinct())
        if kind.startswith(tuple(policy["types"])) and not kind.startswith(tuple(policy["not_types"]))
    ]
    wanted = Wanted(record_types=tuple(sorted(kinds)), since=since, until=until)
    rows = session.execute(
        select(LedgerEntry.seq, LedgerEntry.body)
        .where(LedgerEntry.seq <= upto_seq, *conditions(session, wanted))
        .order_by(LedgerEntry.seq)
    ).all()
    lines = [Line(seq, json.loads(body)) for seq, body in rows]
    found = flags(((line.seq, line.entry, True) for line in lines), ruleset, "system", Past())
    return Population(lines, found, lines[0].seq if lines else upto_seq, upto_seq)


def _bodies(session: Session, after: int, upto: int) -> Iterator[tuple[int, str, str]]:
    rows = session.execute(
        select(LedgerEntry.seq, LedgerEntry.record_type, LedgerEntry.body)
        .where(LedgerEntry.seq > after, LedgerEntry.seq <= upto)
        .order_by(LedgerEntry.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in rows:
        yield row.seq, row.record_type, row.body
