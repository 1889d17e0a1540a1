"""The signature at the end of an audit-trail review (PIC/S PI 041): outcome, and who read what."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from titer.quality.model import AuditTrailReview
from titer.quality.trail import rules
from titer.quality.trail.service import TrailReviews
from titer.record import Actor, Signature, SignatureMeaning, Unit

REVIEW: dict[str, dict[str, str]] = {"open": {"review": "reviewed"}, "reviewed": {}}


def meaning(trail: TrailReviews) -> SignatureMeaning:
    """The review's one signature."""

    def content(session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
        row = trail.get(session, record_id)
        looks = trail.looks(session, record_id)
        return {
            "number": row.number,
            "subject": f"{row.subject_type} {row.subject_name}",
            "subject_id": row.subject_id,
            "period": [row.period_from, row.period_to],
            "entries": row.entries,
            "up_to_entry": row.upto_seq,
            "population": row.population,
            "rules": {"version": row.ruleset_version, "digest": row.ruleset_digest},
            "seed": row.seed,
            "sampled": [line["entry"] for line in row.sampled],
            "flagged": [{"entry": line["entry"], "rules": line["rules"]} for line in row.flagged],
            "read": {
                key: {"verdict": look.verdict, "note": look.note, "by": look.person_id}
                for key, look in sorted(looks.items())
            },
        }

    def blockers(session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
        row = trail.get(session, record_id)
        if row.state != "open":
            return [f"{row.number} is {row.state}."]
        reasons = []
        unread = len(trail.unread(session, row))
        if unread:
            reasons.append(f"{unread} of its entries {'has' if unread == 1 else 'have'} not been looked at.")
        findings = sum(look.verdict == "finding" for look in trail.looks(session, record_id).values())
        return reasons + rules.require_outcome(_text(data, "outcome"), _text(data, "comment"), findings)

    return SignatureMeaning(
        "quality_audit_trail_review",
        "reviewed",
        "quality.review.audit_trail",
        "Audit trail: reviewed",
        content,
        blockers,
        _review,
        data=("outcome", "comment"),
    )


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""


def _review(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    row = unit.get(AuditTrailReview, record_id)
    row.state = REVIEW[row.state]["review"]
    row.outcome, row.comment = _text(data, "outcome"), _text(data, "comment") or None
    row.reviewer_id = signature.person_id
    unit.emit(
        "quality.trail.reviewed",
        row,
        {"number": row.number, "subject": row.subject_type, "name": row.subject_name, "outcome": row.outcome},
    )
