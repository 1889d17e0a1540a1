"""What is signed in the quality system: dispositions of exceptions, deviations, reviews and batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotFound
from titer.quality import rules
from titer.quality.model import Deviation, Disposition, QualityException
from titer.quality.trail.signing import meaning as trail_meaning
from titer.record import Actor, Base, Signature, SignatureMeaning, Unit

if TYPE_CHECKING:
    from titer.quality.service import Quality

T = TypeVar("T", bound=Base)
CLASSES = ("minor", "major", "critical")
_AS_IT_STOOD = ("coverage", "exceptions", "deviations")
"""What a disposition was decided on, as it stood then: what comes to light later is decided about anew."""


def meanings(quality: Quality) -> tuple[SignatureMeaning, ...]:
    """All signature meanings of the quality system."""
    return (
        SignatureMeaning(
            "quality_exception",
            "disposed",
            "quality.exception.dispose",
            "Exception: disposed of",
            _row(QualityException),
            _exception_blockers,
            _dispose_exception,
            filled=("deviation_id",),
            data=("disposition", "comment", "deviation_id"),
        ),
        SignatureMeaning(
            "quality_deviation",
            "classified",
            "quality.deviation.classify",
            "Deviation: classified by the quality unit",
            _row(Deviation),
            _needs(Deviation, "raised", "classification"),
            _classify,
            later=("investigator_id", "closed_at"),
            filled=("root_cause", "product_impact", "corrective_action"),
            data=("classification",),
        ),
        SignatureMeaning(
            "quality_deviation",
            "concluded",
            "quality.deviation.investigate",
            "Deviation: root cause, product impact and action",
            _row(Deviation),
            _needs(Deviation, "investigating", "root_cause", "product_impact", "corrective_action"),
            _conclude,
            later=("investigator_id", "closed_at"),
            data=("root_cause", "product_impact", "corrective_action"),
        ),
        SignatureMeaning(
            "quality_deviation",
            "closed",
            "quality.deviation.close",
            "Deviation: closed by the quality unit",
            _row(Deviation),
            _close_blockers,
            _close,
            later=("closed_at",),
        ),
        trail_meaning(quality.trail),
        SignatureMeaning(
            "quality_disposition",
            "released",
            "quality.batch.release",
            "Disposition: released for further processing",
            _disposition_content(quality),
            lambda session, record_id, actor, data: quality.release_blockers(
                session, _get(session, Disposition, record_id).batch_id
            ),
            _decide(quality, "release", "released"),
            later=_AS_IT_STOOD,
        ),
        SignatureMeaning(
            "quality_disposition",
            "rejected",
            "quality.batch.reject",
            "Disposition: rejected",
            _disposition_content(quality),
            lambda session, record_id, actor, data: [],
            _decide(quality, "reject", "rejected"),
            later=_AS_IT_STOOD,
        ),
    )


Content = Callable[[Session, str, dict[str, Any]], dict[str, Any]]
Blockers = Callable[[Session, str, Actor, dict[str, Any]], list[str]]
Apply = Callable[[Unit, str, dict[str, Any], Signature], None]


def _get(session: Session, kind: type[T], record_id: str) -> T:
    row = session.get(kind, record_id)
    if row is None:
        raise NotFound(f"There is no {kind.__name__} {record_id}.")
    return row


def _row(kind: type[Base]) -> Content:
    """The row itself, without its technical columns, is what is shown."""

    def content(session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
        row = _get(session, kind, record_id)
        names = [column.key for column in inspect(kind).columns]
        return {name: getattr(row, name) for name in names if name not in {"recorded_at", "process_at"}}

    return content


def _needs(kind: type[Base], state: str, *fields: str) -> Blockers:
    def blockers(session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
        row = _get(session, kind, record_id)
        found: str = row.state  # type: ignore[attr-defined]
        reasons = (
            [] if found == state else [f"It is {found.replace('_', ' ')}, not {state.replace('_', ' ')}."]
        )
        reasons += [f"The {name.replace('_', ' ')} is missing." for name in fields if not _text(data, name)]
        if "classification" in fields and _text(data, "classification") not in (*CLASSES, ""):
            reasons.append(f"The classification is one of {', '.join(CLASSES)}.")
        return reasons

    return blockers


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""


def _required(data: dict[str, Any], name: str) -> str:
    value = _text(data, name)
    if not value:
        raise Invalid(f"The {name.replace('_', ' ')} is missing.", where=name)
    return value


def _exception_blockers(session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
    row = _get(session, QualityException, record_id)
    reasons = [] if row.state == "open" else ["It is disposed of already."]
    if _text(data, "disposition") not in rules.EXCEPTION_DISPOSITIONS:
        reasons.append(f"Choose a disposition: {', '.join(rules.EXCEPTION_DISPOSITIONS)}.")
    if not _text(data, "comment"):
        reasons.append("The comment is missing.")
    deviation = data.get("deviation_id") or row.deviation_id
    if _text(data, "disposition") == "covered by deviation":
        if not deviation or session.get(Deviation, str(deviation)) is None:
            reasons.append("Name the deviation that covers it.")
    elif row.severity == "critical" and not deviation:
        reasons.append("A critical exception needs a deviation.")
    return reasons


def _dispose_exception(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    row = unit.get(QualityException, record_id)
    row.state = rules.move(rules.EXCEPTION, f"Exception {row.number}", row.state, "dispose")
    row.disposition, row.comment = _required(data, "disposition"), _required(data, "comment")
    row.deviation_id = str(data["deviation_id"]) if data.get("deviation_id") else row.deviation_id
    row.signature_id = signature.id
    unit.emit("quality.exception.disposed", row, {"number": row.number, "batch_id": row.batch_id})


def _classify(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    row = unit.get(Deviation, record_id)
    row.state = rules.move(rules.DEVIATION, f"Deviation {row.number}", row.state, "classify")
    row.classification = _required(data, "classification")


def _conclude(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    row = unit.get(Deviation, record_id)
    row.state = rules.move(rules.DEVIATION, f"Deviation {row.number}", row.state, "conclude")
    row.root_cause = _required(data, "root_cause")
    row.product_impact = _required(data, "product_impact")
    row.corrective_action = _required(data, "corrective_action")
    row.investigator_id = signature.person_id


def _close_blockers(session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
    row = _get(session, Deviation, record_id)
    reasons = [] if row.state == "qa_review" else [f"It is {row.state.replace('_', ' ')}, not in QA review."]
    if row.investigator_id == actor.id:
        reasons.append("Investigator and closer are two people.")
    return reasons


def _close(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    row = unit.get(Deviation, record_id)
    row.state = rules.move(rules.DEVIATION, f"Deviation {row.number}", row.state, "close")
    row.closed_at = unit.now
    unit.emit("quality.deviation.closed", row, {"number": row.number, "batch_id": row.batch_id})


def _disposition_content(quality: Quality) -> Content:
    def content(session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
        row = _get(session, Disposition, record_id)
        return {
            "batch": row.batch_number,
            "batch_id": row.batch_id,
            "state": row.state,
            "coverage": quality.coverage(session, row.batch_id).as_dict(),
            "exceptions": [
                {
                    "number": item.number,
                    "title": item.title,
                    "state": item.state,
                    "disposition": item.disposition,
                }
                for item in quality.exceptions(session, row.batch_id)
            ],
            "deviations": [
                {"number": item.number, "classification": item.classification, "state": item.state}
                for item in quality.deviations(session, row.batch_id)
            ],
        }

    return content


def _decide(quality: Quality, event: str, disposition: str) -> Apply:
    def apply(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        row = unit.get(Disposition, record_id)
        row.state = rules.move(rules.DISPOSITION, f"Batch {row.batch_number}", row.state, event)
        row.coverage = quality.coverage(unit.session, row.batch_id).as_dict()
        row.decided_at, row.signature_id = unit.now, signature.id
        quality.material.dispose_batch_lots(
            unit, row.batch_id, event, signature_id=signature.id, reason=signature.reason
        )
        unit.emit(f"quality.batch.{disposition}", row, {"batch_id": row.batch_id, "number": row.batch_number})

    return apply
