"""What people sign here: a twin as commissioned; a proposal as submitted, approved or rejected."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from titer.base.errors import NotFound
from titer.record import Actor, Signature, SignatureMeaning, Unit
from titer.twin import rules
from titer.twin.definitions import Definitions
from titer.twin.model import TwinDefinition, TwinInstance, TwinModel, TwinProposal
from titer.twin.proposals import Proposals, content_of

DEFINITION = TwinDefinition.__tablename__
PROPOSAL = TwinProposal.__tablename__


def meanings(definitions: Definitions, proposals: Proposals) -> tuple[SignatureMeaning, ...]:
    """The twin's signature meanings."""
    record = proposals.record

    def definition_content(session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
        row = _definition(session, record_id)
        model = session.get(TwinModel, row.model_id)
        return {
            "number": row.number,
            "title": row.title,
            "equipment": row.equipment,
            "model": {"code": model.code, "release": model.release, "digest": model.digest}
            if model
            else None,
            "intended_use": model.intended_use if model else "",
            "validity": model.validity if model else "",
            "settings": row.settings,
            "settings_digest": row.settings_digest,
        }

    def against_commissioning(
        session: Session, record_id: str, actor: Actor, _data: dict[str, Any]
    ) -> list[str]:
        row = _definition(session, record_id)
        reasons = []
        if (row.state, "commission") not in rules.INSTANCE:
            reasons.append(f"The twin is {row.state}; only a DEFINED one is commissioned.")
        if actor.id == row.defined_by:
            reasons.append("Who defined a twin does not commission it; another person must.")
        return reasons + definitions.unfit(session, row)

    def proposal_content(session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
        return content_of(_proposal(session, record_id))

    def against_submitting(
        session: Session, record_id: str, _actor: Actor, _data: dict[str, Any]
    ) -> list[str]:
        row = _proposal(session, record_id)
        return rules.why_not_submit(row.state, row.checks, row.expires_at, record.process_clock.now())

    def against(event: str) -> Any:
        def reasons(session: Session, record_id: str, actor: Actor, _data: dict[str, Any]) -> list[str]:
            row = _proposal(session, record_id)
            instance = session.get(TwinInstance, row.instance_id)
            return rules.why_not_decide(
                row.state,
                event,
                actor=actor.id,
                author=row.author_id,
                submitter=row.submitted_by,
                expires=row.expires_at,
                now=record.process_clock.now(),
                twin_state=instance.state if instance else "missing",
                twin_reasons=instance.reasons if instance else [],
            )

        return reasons

    def decide(event: str) -> Any:
        def apply(unit: Unit, record_id: str, _data: dict[str, Any], signature: Signature) -> None:
            proposals.decide(unit, record_id, event, signature)

        return apply

    return (
        SignatureMeaning(
            DEFINITION,
            "commissioned",
            "twin.commission",
            "Twin of a piece of equipment: commissioned for its intended use",
            definition_content,
            against_commissioning,
            lambda unit, record_id, _data, signature: definitions.commission(unit, record_id, signature),
        ),
        SignatureMeaning(
            PROPOSAL,
            "submitted",
            "twin.proposal.submit",
            "Proposal of a twin: submitted",
            proposal_content,
            against_submitting,
            lambda unit, record_id, _data, signature: proposals.submit(unit, record_id, signature),
        ),
        SignatureMeaning(
            PROPOSAL,
            "approved",
            "twin.proposal.approve",
            "Proposal of a twin: approved, to be carried out by the MES",
            proposal_content,
            against("approve"),
            decide("approve"),
        ),
        SignatureMeaning(
            PROPOSAL,
            "rejected",
            "twin.proposal.reject",
            "Proposal of a twin: rejected",
            proposal_content,
            against("reject"),
            decide("reject"),
        ),
    )


def _definition(session: Session, record_id: str) -> TwinDefinition:
    row = session.get(TwinDefinition, record_id)
    if row is None:
        raise NotFound(f"There is no twin {record_id}.")
    return row


def _proposal(session: Session, record_id: str) -> TwinProposal:
    row = session.get(TwinProposal, record_id)
    if row is None:
        raise NotFound(f"There is no proposal {record_id}.")
    return row
