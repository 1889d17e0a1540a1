"""What a review looks at: the ledger's entries about a batch or a lot, or about the system in a period."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.quality.trail.rules import Belonging, Entry, Flag, Past, flags, is_making
from titer.record import LedgerEntry, LedgerLeaf

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
        flagged: by a rule; the same entry once for each. What lies around a subject may have been entered before
            `from_seq`, where nobody knew then that the subject would go on.
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


def settled_seq(session: Session) -> int:
    """The number up to which no further entry can come: a review ends there, and the next goes on behind it.

    On PostgreSQL an entry has its number before its action commits, so that a smaller one may be committed after a
    larger one. What the ledger's tree covers has nothing before it that could still come (the sealer sees to that);
    behind it the numbers are settled as far as none is missing.
    """
    sealed = session.scalar(select(func.max(LedgerLeaf.entry_seq))) or 0
    settled = sealed
    for seq in session.scalars(
        select(LedgerEntry.seq).where(LedgerEntry.seq > sealed).order_by(LedgerEntry.seq)
    ):
        if seq != settled + 1:
            break
        settled = seq
    return settled


def first_seq(session: Session, record_id: str) -> int:
    """The number of a record's first entry; 0 where the ledger knows none."""
    return session.scalar(select(func.min(LedgerEntry.seq)).where(LedgerEntry.record_id == record_id)) or 0


@dataclass
class Course:
    """How far the entries about a subject have been read: who belongs to it, and what the rules remember.

    Attributes:
        belonging: which records belong to the subject.
        past: what the rules remember.
        seq: the number of the last entry that was read.
        pending: what rules flagged around the subject behind its last entry; it counts once the subject goes on.
    """

    belonging: Belonging
    past: Past
    seq: int
    pending: list[Flag] = field(default_factory=list)

    def copy(self) -> Course:
        """An independent copy."""
        return Course(self.belonging.copy(), self.past.copy(), self.seq, list(self.pending))


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

    found = [*course.pending, *flags(read(), ruleset, scope, course.past)]
    course.seq = upto_seq
    own = {line.seq for line in lines}
    last = max((line.seq for line in lines if is_making(line.entry)), default=0)
    # What lies around the subject counts while it was being made, and not from its last entry on.
    course.pending = [flag for flag in found if flag.seq > last and flag.seq not in own]
    found = [flag for flag in found if flag.seq < last or flag.seq in own]
    return Population(lines, found, start + 1, upto_seq)


def of_the_system(session: Session, after_seq: int, upto_seq: int, ruleset: Mapping[str, Any]) -> Population:
    """The administrative entries between two numbers: people, rights, connections, methods, the schema.

    By the ledger's numbers and never by time: a clock that is set back would let an entry fall between two reviews.

    Args:
        session: a reading one.
        after_seq: the number of the last entry that was reviewed before.
        upto_seq: of the last one of this review.
        ruleset: the rules.
    """
    policy = ruleset["policy"]["system"]
    kinds = [
        kind
        for kind in session.scalars(select(LedgerEntry.record_type).distinct())
        if kind.startswith(tuple(policy["types"])) and not kind.startswith(tuple(policy["not_types"]))
    ]
    past = Past()
    before = session.scalar(select(LedgerEntry.body).where(LedgerEntry.seq == after_seq))
    if before is not None:
        past.note(json.loads(before))
    rows = session.execute(
        select(LedgerEntry.seq, LedgerEntry.body)
        .where(
            LedgerEntry.seq > after_seq,
            LedgerEntry.seq <= upto_seq,
            LedgerEntry.record_type.in_(sorted(kinds)),
        )
        .order_by(LedgerEntry.seq)
    ).all()
    lines = [Line(seq, json.loads(body)) for seq, body in rows]
    found = flags(((line.seq, line.entry, True) for line in lines), ruleset, "system", past)
    return Population(lines, found, after_seq + 1, upto_seq)


def _bodies(session: Session, after: int, upto: int) -> Iterator[tuple[int, str, str]]:
    rows = session.execute(
        select(LedgerEntry.seq, LedgerEntry.record_type, LedgerEntry.body)
        .where(LedgerEntry.seq > after, LedgerEntry.seq <= upto)
        .order_by(LedgerEntry.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in rows:
        yield row.seq, row.record_type, row.body
