"""What people sign here: acceptance criteria, two approvals of a model, the disposition of an alert."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from titer.base.clock import iso
from titer.base.errors import NotFound
from titer.insight import rules
from titer.insight.alerts import Alerts
from titer.insight.model import Alert, Dataset, ModelVersion
from titer.record import Actor, Signature, SignatureMeaning, Unit

MODEL = ModelVersion.__tablename__
ALERT = Alert.__tablename__


def meanings(alerts: Alerts) -> tuple[SignatureMeaning, ...]:
    """Insight's signature meanings."""

    def dispose(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        alerts.dispose(unit, record_id, data, signature)

    return (
        SignatureMeaning(
            MODEL,
            "criteria_frozen",
            "insight.model.freeze",
            "Monitoring model: acceptance criteria, before its test set is opened",
            _model_content,
            _against_freezing,
            _freeze,
            later=("validation",),
        ),
        SignatureMeaning(
            MODEL,
            "approved_by_owner",
            "insight.model.approve_owner",
            "Monitoring model: approved by its owner",
            _model_content,
            lambda session, record_id, actor, _data: _against_approving(session, record_id, actor, "owner"),
            lambda unit, record_id, _data, signature: _approve(unit, record_id, signature, "owner"),
        ),
        SignatureMeaning(
            MODEL,
            "approved_by_quality",
            "insight.model.approve_quality",
            "Monitoring model: approved by the quality unit",
            _model_content,
            lambda session, record_id, actor, _data: _against_approving(session, record_id, actor, "quality"),
            lambda unit, record_id, _data, signature: _approve(unit, record_id, signature, "quality"),
        ),
        SignatureMeaning(
            ALERT,
            "disposed",
            "insight.alert.dispose",
            "Alert of a monitoring model: disposition",
            _alert_content,
            _against_disposing,
            dispose,
            data=("disposition", "comment", "raise_deviation", "deviation_title"),
        ),
    )


def _model(session: Session, record_id: str) -> ModelVersion:
    row = session.get(ModelVersion, record_id)
    if row is None:
        raise NotFound(f"There is no model {record_id}.")
    return row


def _alert(session: Session, record_id: str) -> Alert:
    row = session.get(Alert, record_id)
    if row is None:
        raise NotFound(f"There is no alert {record_id}.")
    return row


def _model_content(session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
    row = _model(session, record_id)
    dataset = session.get(Dataset, row.dataset_id)
    return {
        "model": row.name,
        "revision": row.revision,
        "context_of_use": row.spec["context_of_use"],
        "artefact": row.artefact_digest,
        "data_set": dataset.number if dataset else "",
        "data_set_manifest": dataset.manifest_digest if dataset else "",
        "acceptance": row.acceptance,
        "calibration": row.calibration,
        "validation": row.validation,
    }


def _against_freezing(session: Session, record_id: str, actor: Actor, _data: dict[str, Any]) -> list[str]:
    row = _model(session, record_id)
    return rules.against_freezing(row.state, row.criteria_signature_id is not None, row.author_id, actor.id)


def _freeze(unit: Unit, record_id: str, _data: dict[str, Any], signature: Signature) -> None:
    row = unit.get(ModelVersion, record_id)
    row.criteria_signature_id = signature.id
    unit.flush()


def _against_approving(session: Session, record_id: str, actor: Actor, role: str) -> list[str]:
    row = _model(session, record_id)
    mine = row.owner_signature_id if role == "owner" else row.quality_signature_id
    other = row.quality_signature_id if role == "owner" else row.owner_signature_id
    signature = session.get(Signature, other) if other else None
    reasons = rules.against_approving(
        row.state, row.author_id, actor.id, signature.person_id if signature else None
    )
    if mine is not None:
        reasons.append("It is approved in this role already.")
    return reasons


def _approve(unit: Unit, record_id: str, signature: Signature, role: str) -> None:
    row = unit.get(ModelVersion, record_id)
    if role == "owner":
        row.owner_signature_id = signature.id
    else:
        row.quality_signature_id = signature.id
    if row.owner_signature_id and row.quality_signature_id:
        row.state = rules.move_model(row.state, "approve")
        unit.flush()
        unit.emit("insight.model.approved", row, {"name": row.name, "revision": row.revision})
    unit.flush()


def _alert_content(session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
    row = _alert(session, record_id)
    return {
        "alert": row.number,
        "batch": row.batch_number,
        "equipment": row.equipment,
        "title": row.title,
        "raised": iso(row.raised_at),
        "contributions": row.contributions,
        "lead": row.lead,
        "evidence": row.block_digest,
        "disposition": rules.DISPOSITIONS.get(str(data.get("disposition")), ""),
        "comment": str(data.get("comment", "")),
        "raise_deviation": bool(data.get("raise_deviation", False)),
    }


def _against_disposing(session: Session, record_id: str, _actor: Actor, data: dict[str, Any]) -> list[str]:
    row = _alert(session, record_id)
    reasons = rules.against_disposing(row.state, data.get("disposition"), data.get("comment"))
    if data.get("raise_deviation") and data.get("disposition") != "true_process":
        reasons.append("A deviation is raised here for a true process event only.")
    return reasons
