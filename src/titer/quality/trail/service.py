"""Use cases of audit-trail review: open one, look at its entries, and say what stands against a release."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.errors import Conflict, Invalid, NotFound, Refused
from titer.material import Lot
from titer.quality.model import AuditTrailReview, Disposition, TrailLook
from titer.quality.trail import population, rules
from titer.quality.trail.population import Course, Line, Population
from titer.quality.trail.rules import Age, Flag
from titer.quality.trail.ruleset import titles
from titer.quality.trail.setting import Settings
from titer.record import Installation, Record, Unit

SUBJECTS = ("batch", "lot", "system")
SYSTEM = "system"
_SEED_DIGITS = 12
"""Hexadecimal digits of a seed: 48 bits, which every reader of JSON keeps exactly."""
_KEPT_COURSES = 16


@dataclass(frozen=True)
class Due:
    """A review that nobody has opened yet."""

    subject_type: str
    subject_id: str
    subject_name: str
    since: datetime
    age: Age


class TrailReviews:
    """Audit-trail reviews of batches, lots and the system.

    Args:
        record: the record.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.settings = Settings()
        self._courses: OrderedDict[str, Course] = OrderedDict()
        self._lock = threading.Lock()

    # --- opening ----------------------------------------------------------------------------------------------

    def open(
        self,
        unit: Unit,
        subject_type: str,
        subject_id: str = SYSTEM,
    ) -> AuditTrailReview:
        """Open a review: choose what a person reads, by the rules and by a seed that is drawn now.

        It goes on behind the entry that the last review of the subject ended with, by the ledger's numbers. The two
        times of a system review are for people to read: when the last one was opened, and now.

        Args:
            unit: the open action; what it writes is no part of what is reviewed.
            subject_type: batch, lot or system.
            subject_id: of the batch or lot.

        Raises:
            Conflict: if one of the subject is open already.
            Invalid: for an unknown kind of subject.
        """
        if subject_type not in SUBJECTS:
            raise Invalid(
                f"{subject_type!r} has no audit trail of its own.", do=f"Use {', '.join(SUBJECTS)}."
            )
        subject_id = SYSTEM if subject_type == SYSTEM else subject_id
        name = self._name(unit.session, subject_type, subject_id)
        before = self.of(unit.session, subject_type, subject_id)
        still_open = next((row for row in before if row.state == "open"), None)
        if still_open is not None:
            raise Conflict(f"{still_open.number} is open already.", do="Finish it first.")
        upto = population.settled_seq(unit.session)
        period = (self._system_since(unit.session), unit.now) if subject_type == SYSTEM else (None, None)
        found = self._next(unit.session, subject_type, subject_id, before, upto)
        return self._enter(unit, subject_type, subject_id, name, found, period)

    def _enter(
        self,
        unit: Unit,
        subject_type: str,
        subject_id: str,
        name: str,
        found: Population,
        period: tuple[datetime | None, datetime | None],
    ) -> AuditTrailReview:
        ruleset = self.settings.rules(unit.session)
        policy = ruleset["policy"][subject_type]
        seed = int(unit.new_id().replace("-", "")[-_SEED_DIGITS:], 16)
        ids = [line.entry["id"] for line in found.lines]
        lines = {line.entry["id"]: line for line in found.lines}
        row = unit.add(
            AuditTrailReview(
                number=unit.next_number("ATR"),
                subject_type=subject_type,
                subject_id=subject_id,
                subject_name=name,
                batch_id=subject_id if subject_type == "batch" else None,
                period_from=period[0],
                period_to=period[1],
                from_seq=found.from_seq,
                upto_seq=found.upto_seq,
                entries=len(ids),
                population=rules.population_digest(ids),
                ruleset_version=ruleset["version"],
                ruleset_digest=digest(ruleset),
                seed=seed,
                sampled=[told(lines[one]) for one in rules.draw(seed, ids, policy["sample"])],
                flagged=flagged_lines(found.flagged),
                opened_at=unit.now,
                due_at=unit.now + timedelta(days=policy["due_days"]),
                state="open",
            )
        )
        unit.emit("quality.trail.opened", row, {"number": row.number, "subject": subject_type, "name": name})
        return row

    def _next(
        self,
        session: Session,
        subject_type: str,
        subject_id: str,
        before: Sequence[AuditTrailReview],
        upto: int,
    ) -> Population:
        """The entries since the last review of a subject."""
        ruleset, after = self.settings.rules(session), max((row.upto_seq for row in before), default=0)
        if subject_type == SYSTEM:
            return population.of_the_system(session, after, upto, ruleset)
        course = self._course(session, subject_type, subject_id, after, ruleset)
        return population.about(session, course, upto, ruleset, subject_type)

    def _course(
        self, session: Session, subject_type: str, subject_id: str, upto: int, ruleset: dict[str, Any]
    ) -> Course:
        """Read up to an entry; what was read once in this process is kept, since entries never change."""
        if not upto:
            return population.begin(session, subject_id)
        key = f"{subject_type}/{subject_id}/{upto}/{ruleset['version']}"
        with self._lock:
            kept = self._courses.get(key)
            if kept is not None:
                self._courses.move_to_end(key)
                return kept.copy()
        course = population.begin(session, subject_id)
        population.about(session, course, upto, ruleset, subject_type)
        with self._lock:
            self._courses[key] = course.copy()
            while len(self._courses) > _KEPT_COURSES:
                self._courses.popitem(last=False)
        return course

    # --- reading ----------------------------------------------------------------------------------------------

    def look(
        self, unit: Unit, review_id: str, entry_ids: Sequence[str], verdict: str, note: str = ""
    ) -> AuditTrailReview:
        """Note that the acting person looked at entries of a review, and what they saw.

        Raises:
            Refused: if the review is finished, or the person made one of the entries: somebody else looks at it.
            Invalid: for an entry that is none of the review's, or a finding without a word.
        """
        row = unit.get(AuditTrailReview, review_id)
        if row.state != "open":
            raise Refused(f"{row.number} is finished; nothing is added to it.")
        rules.require_verdict(verdict, note)
        lines = {line["entry"]: line for line in (*row.sampled, *row.flagged)}
        wanted = list(dict.fromkeys(entry_ids))
        strange = [one for one in wanted if one not in lines]
        if strange or not wanted:
            raise Invalid(
                f"{row.number} has no entry {strange[0]}." if strange else "No entry was named.",
                where="entry_ids",
            )
        own = [one for one in wanted if lines[one]["actor_id"] == unit.actor.id]
        if own:
            raise Refused(f"You made {len(own)} of these entries.", do="Leave them to another reviewer.")
        unit.add_all(
            TrailLook,
            [
                {
                    "review_id": row.id,
                    "entry_id": one,
                    "verdict": verdict,
                    "note": note.strip(),
                    "person_id": unit.actor.id,
                }
                for one in wanted
            ],
        )
        return row

    def get(self, session: Session, review_id: str) -> AuditTrailReview:
        """One review.

        Raises:
            NotFound: if there is none.
        """
        row = session.get(AuditTrailReview, review_id)
        if row is None:
            raise NotFound(f"There is no audit-trail review {review_id}.")
        return row

    def of(self, session: Session, subject_type: str, subject_id: str) -> list[AuditTrailReview]:
        """The reviews of a subject, oldest first."""
        return list(
            session.scalars(
                select(AuditTrailReview)
                .where(
                    AuditTrailReview.subject_type == subject_type, AuditTrailReview.subject_id == subject_id
                )
                .order_by(AuditTrailReview.id)
            )
        )

    def all(self, session: Session) -> list[AuditTrailReview]:
        """All reviews: open ones first, the oldest before; then the finished, newest first."""
        rows = session.scalars(select(AuditTrailReview).order_by(AuditTrailReview.id)).all()
        still_open = [row for row in rows if row.state == "open"]
        return still_open + [row for row in reversed(rows) if row.state != "open"]

    def looks(self, session: Session, review_id: str) -> dict[str, TrailLook]:
        """The look that counts for each entry of a review: the newest."""
        rows = session.scalars(
            select(TrailLook).where(TrailLook.review_id == review_id).order_by(TrailLook.id)
        )
        return {row.entry_id: row for row in rows}

    def unread(self, session: Session, row: AuditTrailReview) -> list[str]:
        """Entries that a review is still to look at."""
        looked = self.looks(session, row.id)
        return [
            one
            for one in dict.fromkeys(line["entry"] for line in (*row.flagged, *row.sampled))
            if one not in looked
        ]

    def reproduced(self, session: Session, row: AuditTrailReview) -> dict[str, Any]:
        """Choose again what a review chose, out of the ledger, and say whether it is the same."""
        ruleset = self.settings.of(session, row)
        found = self._again(session, row, ruleset)
        ids = [line.entry["id"] for line in found.lines]
        sampled = rules.draw(row.seed, ids, len(row.sampled))
        return {
            "entries": len(ids),
            "population": rules.population_digest(ids),
            "sampled": sampled,
            "same_population": rules.population_digest(ids) == row.population,
            "same_sample": sampled == [line["entry"] for line in row.sampled],
            "same_rules": row.ruleset_digest == digest(ruleset),
            "same_flags": flagged_lines(found.flagged) == row.flagged,
        }

    def _again(self, session: Session, row: AuditTrailReview, ruleset: dict[str, Any]) -> Population:
        if row.subject_type == SYSTEM:
            return population.of_the_system(session, row.from_seq - 1, row.upto_seq, ruleset)
        course = population.begin(session, row.subject_id)
        if row.from_seq - 1 > course.seq:
            population.about(session, course, row.from_seq - 1, ruleset, row.subject_type)
        return population.about(session, course, row.upto_seq, ruleset, row.subject_type)

    # --- gates and ageing -------------------------------------------------------------------------------------

    def blockers(self, session: Session, subject_type: str, subject_id: str) -> list[str]:
        """What stands against the release of a batch or a lot on account of its audit trail."""
        rows = self.of(session, subject_type, subject_id)
        if not rows:
            return ["The audit trail has not been reviewed."]
        still_open = [row.number for row in rows if row.state == "open"]
        if still_open:
            return [f"The audit trail has not been reviewed: {', '.join(still_open)} is open."]
        since = self._next(session, subject_type, subject_id, rows, population.last_seq(session)).flagged
        fresh = {flag.entry["id"]: flag for flag in since}
        if not fresh:
            return []
        said = ", ".join(sorted({titles()[flag.rule].lower() for flag in fresh.values()}))
        verb, them = ("entry is", "it") if len(fresh) == 1 else ("entries are", "them")
        return [
            f"Since the audit trail was reviewed, {len(fresh)} more {verb} flagged ({said}); review {them} too."
        ]

    def lot_blockers(self, session: Session, lot: Lot) -> list[str]:
        """The same for a lot that is released by itself; what a batch made is reviewed with the batch."""
        return [] if lot.batch_id else self.blockers(session, "lot", lot.id)

    def due(self, session: Session, now: datetime) -> list[Due]:
        """What waits for a review that nobody has opened, longest first."""
        reviewed = select(AuditTrailReview.subject_type, AuditTrailReview.subject_id).distinct()
        known = {(row.subject_type, row.subject_id) for row in session.execute(reviewed)}
        policy = self.settings.rules(session)["policy"]

        def age(kind: str, since: datetime) -> Age:
            return rules.age(since, now, policy[kind]["due_days"])

        found = [
            Due("batch", row.batch_id, row.batch_number, row.recorded_at, age("batch", row.recorded_at))
            for row in session.scalars(
                select(Disposition).where(Disposition.state.in_(("awaiting_review", "under_review")))
            )
            if ("batch", row.batch_id) not in known
        ]
        waiting = select(Lot).where(
            Lot.batch_id.is_(None), or_(Lot.disposition == "pending", Lot.disposition == "hold")
        )
        found += [
            Due("lot", lot.id, lot.number, lot.recorded_at, age("lot", lot.recorded_at))
            for lot in session.scalars(waiting)
            if ("lot", lot.id) not in known
        ]
        rows = self.of(session, SYSTEM, SYSTEM)
        every, since = timedelta(days=policy[SYSTEM]["every_days"]), self._system_since(session)
        # One that was opened in the future, by a clock that was set back since, does not say how long ago it was.
        wanted = since + every if since <= now else now
        if wanted <= now and not any(row.state == "open" for row in rows):
            found.append(Due(SYSTEM, SYSTEM, "the system", wanted, age(SYSTEM, wanted)))
        return sorted(found, key=lambda one: one.since)

    def _system_since(self, session: Session) -> datetime:
        """When the last system review was opened, else when the installation was made."""
        last = max(self.of(session, SYSTEM, SYSTEM), key=lambda row: row.upto_seq, default=None)
        return last.opened_at if last else session.scalars(select(Installation.created_at)).one()

    def _name(self, session: Session, subject_type: str, subject_id: str) -> str:
        if subject_type == SYSTEM:
            return "the system"
        if subject_type == "lot":
            lot = session.get(Lot, subject_id)
            if lot is None:
                raise NotFound(f"There is no lot {subject_id}.")
            return lot.number
        row = session.scalars(select(Disposition).where(Disposition.batch_id == subject_id)).first()
        if row is None:
            raise NotFound("The quality system knows no such batch.")
        return row.batch_number


def told(line: Line) -> dict[str, Any]:
    """An entry as a review lists it; the entry itself stands in the ledger."""
    entry = line.entry
    return {
        "entry": entry["id"],
        "seq": line.seq,
        "time": entry["time"],
        "process_time": entry["process_time"],
        "actor": entry["actor"]["name"],
        "actor_id": entry["actor"]["id"],
        "verb": entry["verb"],
        "reason": entry["reason"],
        "record_type": entry["record_type"],
        "record_id": entry["record_id"],
        "version": entry["version"],
    }


def flagged_lines(found: Iterable[Flag]) -> list[dict[str, Any]]:
    """Flagged entries as a review lists them, each once with the rules that flag it."""
    lines: dict[str, dict[str, Any]] = {}
    for flag in found:
        line = lines.setdefault(flag.entry["id"], {**told(Line(flag.seq, flag.entry)), "rules": []})
        line["rules"].append(flag.rule)
    return list(lines.values())
