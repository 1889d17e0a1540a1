"""Use cases of the quality system."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid
from titer.material import Material
from titer.quality import access, certificates, interfaces, rules
from titer.quality.model import AuditTrailReview, Deviation, Disposition, QualityException
from titer.quality.rules import Check, Coverage, ExceptionFacts, ReleaseGate
from titer.quality.signing import meanings
from titer.quality.trail import TrailReviews
from titer.quality.trail.reminding import remind
from titer.record import (
    ActionSpec,
    Actor,
    OutboxEvent,
    Record,
    SignatureMeaning,
    Subscription,
    Unit,
    Worker,
)


class Quality:
    """The quality system.

    Args:
        record: the record.
        material: whose lots a disposition decides about.
    """

    def __init__(self, record: Record, material: Material) -> None:
        self.record = record
        self.material = material
        self.gates: list[ReleaseGate] = []
        self.trail = TrailReviews(record)
        material.register_lot_check(self.trail.lot_blockers)

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return rules.ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Everything here that is signed."""
        return meanings(self)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Batches that begin and end, access, connections that are not what was approved."""
        return (
            Subscription(
                "quality.batches",
                ("mes.batch.started", *(f"mes.batch.{end}" for end in rules.BATCH_ENDS)),
                self._on_batch,
            ),
            Subscription("quality.access", access.TOPICS, partial(access.on_event, self)),
            Subscription("quality.interfaces", interfaces.TOPICS, partial(interfaces.on_event, self)),
            Subscription("quality.certificates", certificates.TOPICS, partial(certificates.on_event, self)),
        )

    def workers(self) -> tuple[Worker, ...]:
        """Reminders of audit-trail reviews that are overdue."""
        return (Worker("quality.trail", partial(remind, self)),)

    def register_gate(self, gate: ReleaseGate) -> None:
        """Let a layer have its say before a release."""
        self.gates.append(gate)

    # --- exceptions -------------------------------------------------------------------------------------------

    def raise_exception(
        self,
        unit: Unit,
        *,
        kind: str,
        severity: str,
        title: str,
        detail: str,
        batch_id: str | None,
        subject_type: str,
        subject_id: str,
        evidence: dict[str, Any],
        key: str,
    ) -> QualityException:
        """Raise an exception; the same key raises one only.

        Raises:
            Invalid: for an unknown severity.
        """
        if severity not in rules.SEVERITIES:
            raise Invalid(f"{severity!r} is no severity.", do=f"Use one of {', '.join(rules.SEVERITIES)}.")
        known = unit.session.scalars(select(QualityException).where(QualityException.key == key)).first()
        if known is not None:
            return known
        row = unit.add(
            QualityException(
                number=unit.next_number("EX"),
                key=key,
                kind=kind,
                severity=severity,
                title=title,
                detail=detail,
                batch_id=batch_id,
                subject_type=subject_type,
                subject_id=subject_id,
                evidence=evidence,
                state="open",
            )
        )
        unit.emit(
            "quality.exception.raised",
            row,
            {"number": row.number, "severity": severity, "title": title, "batch_id": batch_id, "kind": kind},
        )
        return row

    # --- deviations -------------------------------------------------------------------------------------------

    def raise_deviation(
        self,
        unit: Unit,
        *,
        title: str,
        description: str,
        batch_id: str | None,
        exception_ids: list[str],
        key: str,
    ) -> Deviation:
        """Raise a deviation; the same key raises one only. It is classified by the quality unit."""
        known = unit.session.scalars(select(Deviation).where(Deviation.key == key)).first()
        if known is not None:
            return known
        row = unit.add(
            Deviation(
                number=unit.next_number("DEV"),
                key=key,
                title=title,
                description=description,
                batch_id=batch_id,
                exception_ids=exception_ids,
                state="raised",
            )
        )
        for exception_id in exception_ids:
            unit.get(QualityException, exception_id).deviation_id = row.id
        unit.emit("quality.deviation.raised", row, {"number": row.number, "batch_id": batch_id})
        return row

    def begin_investigation(self, unit: Unit, deviation_id: str, *, version: int | None = None) -> Deviation:
        """Take a classified deviation up; the acting person becomes its investigator."""
        row = unit.get(Deviation, deviation_id, version)
        row.state = rules.move(rules.DEVIATION, f"Deviation {row.number}", row.state, "investigate")
        row.investigator_id = unit.actor.id
        return row

    # --- review and disposition -------------------------------------------------------------------------------

    def coverage(self, session: Session, batch_id: str) -> Coverage:
        """Run every check of every gate now."""
        results: list[tuple[str, Check]] = [
            ("quality", check) for check in self._own_checks(session, batch_id)
        ]
        for gate in self.gates:
            results += [
                (gate.name, Check(c.id, c.title, c.outcome, c.detail, c.record_type, c.record_id))
                for c in gate.checks(session, batch_id)
            ]
        return rules.coverage(results, self._facts(session, batch_id))

    def begin_review(self, unit: Unit, batch_id: str) -> Disposition:
        """Review a batch by exception: run all checks; what is missing is itself an exception.

        Raises:
            Refused: if the batch is not in a state to be reviewed.
        """
        row = self.disposition(unit.session, batch_id)
        before = row.version
        state = rules.move(rules.DISPOSITION, f"Batch {row.batch_number}", row.state, "review")
        # First, so that what this action writes is no part of what is reviewed.
        self._open_audit_trail_review(unit, batch_id)
        row.state = state
        found = self.coverage(unit.session, batch_id)
        for item in found.checks:
            if item.check.outcome == "exception" and not item.exception_numbers and item.gate != "quality":
                self.raise_exception(
                    unit,
                    kind="review",
                    severity="minor",
                    title=item.check.title,
                    detail=item.check.detail,
                    batch_id=batch_id,
                    subject_type=item.check.record_type,
                    subject_id=item.check.record_id,
                    evidence={"gate": item.gate, "check": item.check.id},
                    key=f"review/{batch_id}/{item.gate}/{item.check.id}",
                )
        unit.flush()
        row.coverage = self.coverage(unit.session, batch_id).as_dict()
        unit.flush()
        if row.version != before:  # a review that found the same again changes nothing, and tells nobody
            unit.emit("quality.batch.under_review", row, {"batch_id": batch_id})
        return row

    def release_blockers(
        self, session: Session, batch_id: str, *, found: Coverage | None = None
    ) -> list[str]:
        """What stands against the release of a batch, worst first; empty if nothing.

        Args:
            session: an open one.
            batch_id: the batch.
            found: what its checks found just now in this session; they run otherwise.
        """
        row = self.disposition(session, batch_id)
        reasons = []
        if row.state != "under_review":
            reasons.append(f"The batch is {row.state.replace('_', ' ')}, not under review.")
        reasons += self.trail.blockers(session, "batch", batch_id)
        for deviation in self.deviations(session, batch_id):
            if deviation.state != "closed":
                reasons.append(f"Deviation {deviation.number} is {deviation.state.replace('_', ' ')}.")
        for item in self.exceptions(session, batch_id):
            if item.state == "open":
                reasons.append(f"Exception {item.number} is open: {item.title}.")
        for check in (found or self.coverage(session, batch_id)).checks:
            if check.blocks and check.gate != "quality":
                reasons.append(f"{check.check.title}: {check.check.detail}")
        return reasons

    def disposition(self, session: Session, batch_id: str) -> Disposition:
        """The disposition of a batch.

        Raises:
            Invalid: if the quality system has not heard of the batch.
        """
        row = session.scalars(select(Disposition).where(Disposition.batch_id == batch_id)).first()
        if row is None:
            raise Invalid("The quality system knows no such batch.")
        return row

    def dispositions(self, session: Session) -> list[Disposition]:
        """All of them, newest first."""
        return list(session.scalars(select(Disposition).order_by(Disposition.id.desc())))

    def exceptions(self, session: Session, batch_id: str | None = None) -> list[QualityException]:
        """Exceptions, of a batch or all."""
        query = select(QualityException).order_by(QualityException.id)
        if batch_id is not None:
            query = query.where(QualityException.batch_id == batch_id)
        return list(session.scalars(query))

    def deviations(self, session: Session, batch_id: str | None = None) -> list[Deviation]:
        """Deviations, of a batch or all."""
        query = select(Deviation).order_by(Deviation.id)
        if batch_id is not None:
            query = query.where(Deviation.batch_id == batch_id)
        return list(session.scalars(query))

    def audit_trail_review(self, session: Session, batch_id: str) -> AuditTrailReview | None:
        """The newest audit-trail review of a batch, once one was opened."""
        rows = self.trail.of(session, "batch", batch_id)
        return rows[-1] if rows else None

    # --- inside -------------------------------------------------------------------------------------------------

    def _own_checks(self, session: Session, batch_id: str) -> list[Check]:
        checks = [
            Check(
                f"exception/{row.number}",
                f"Exception {row.number}: {row.title}",
                "exception",
                f"disposed of: {row.disposition}" if row.state == "disposed" else row.detail,
                QualityException.__tablename__,
                row.id,
            )
            for row in self.exceptions(session, batch_id)
        ]
        checks += [
            Check(
                f"deviation/{row.number}",
                f"Deviation {row.number} is closed",
                "passed" if row.state == "closed" else "exception",
                row.state.replace("_", " "),
                Deviation.__tablename__,
                row.id,
            )
            for row in self.deviations(session, batch_id)
        ]
        return checks

    def _facts(self, session: Session, batch_id: str) -> list[ExceptionFacts]:
        return [
            ExceptionFacts(
                row.id, row.number, row.subject_type, row.subject_id, row.key, row.state == "disposed"
            )
            for row in self.exceptions(session, batch_id)
        ]

    def _open_audit_trail_review(self, unit: Unit, batch_id: str) -> None:
        """Open the review of the batch's audit trail; again where rules flag what came after the last one."""
        before = self.trail.of(unit.session, "batch", batch_id)
        if any(row.state == "open" for row in before):
            return
        if not before or self.trail.blockers(unit.session, "batch", batch_id):
            self.trail.open(unit, "batch", batch_id)

    def _on_batch(self, event: OutboxEvent) -> None:
        batch_id = str(event.payload["batch_id"])
        with self.record.action(Actor.timer("quality.batches"), "quality.follow") as unit:
            row = unit.session.scalars(select(Disposition).where(Disposition.batch_id == batch_id)).first()
            if row is None:
                row = unit.add(
                    Disposition(
                        batch_id=batch_id,
                        batch_number=str(event.payload.get("number", batch_id)),
                        state="in_process",
                        coverage={},
                    )
                )
            ended = event.topic.rpartition(".")[2] in rules.BATCH_ENDS
            if ended and row.state == "in_process":
                row.state = rules.move(rules.DISPOSITION, row.batch_number, row.state, "complete")
