"""HTTP of proposals. Submitting, approving and rejecting are signatures of record type `twin_proposal`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from titer.record.http import Acting, ActingPerson, Reading
from titer.twin import queries
from titer.twin.proposals import proposal_of
from titer.twin.routes.outlooks import TwinQuantiles
from titer.twin.routes.twins import TwinBand, TwinPart, _Out

router = APIRouter()


class TwinChange(BaseModel):
    """One set-point: from its present value to the proposed one, and the proven range."""

    model_config = ConfigDict(populate_by_name=True)

    tag: str
    value: str
    unit: str
    present: str = Field(validation_alias="from")
    low: str
    high: str


class TwinCheck(BaseModel):
    """One check of the envelope."""

    name: str
    outcome: str
    detail: str


class TwinPredictedValue(BaseModel):
    """A predicted value: median and 95 % band, as decimal text."""

    unit: str
    low: str
    median: str
    high: str


class TwinPredicted(BaseModel):
    """What is predicted for the harvest if the proposal is carried out; `effect` is the paired difference to doing
    nothing."""

    at_hour: int
    harvest: dict[str, TwinPredictedValue]
    probability: str
    effect: dict[str, TwinPredictedValue]


class TwinDoNothing(BaseModel):
    """What is predicted for the harvest if nothing is done."""

    harvest: dict[str, TwinPredictedValue]
    probability: str


class TwinPredictedActual(BaseModel):
    """Predicted against actual at the compared hour; `inside` = the actual estimate lies in the predicted band."""

    unit: str
    predicted: TwinQuantiles
    actual: TwinBand
    inside: bool


class TwinOutcomeResult(BaseModel):
    """A laboratory value within a day of the compared hour."""

    output: str
    value: str
    unit: str
    sampled_at: datetime
    status: str


class TwinOutcome(BaseModel):
    """How a proposal ended: predicted against actual. `early` = the culture ended before the predicted hour."""

    hour: int
    at: datetime
    early: bool
    inside: bool
    outputs: dict[str, TwinPredictedActual]
    laboratory: list[TwinOutcomeResult]
    belief_digest: str


class TwinProposalOut(_Out):
    """A proposal with its predicted effect, the do-nothing alternative, its checks and what became of it."""

    number: str
    instance_id: str
    batch_id: str
    batch_number: str
    state: str
    state_reason: str | None
    title: str
    rationale: str
    author_id: str
    changes: list[TwinChange]
    predicted: TwinPredicted
    do_nothing: TwinDoNothing
    fault_cost: dict[str, Any]
    checks: list[TwinCheck]
    scenarios: dict[str, str]
    digest: str
    expires_at: datetime
    submitted_by: str | None
    submitted_signature_id: str | None
    decided_by: str | None
    decided_signature_id: str | None
    decided_at: datetime | None
    applied: list[dict[str, Any]]
    outcome: TwinOutcome | None


@router.get("/proposals")
def twin_proposals(
    session: Reading, batch_id: str | None = None, state: str | None = None
) -> list[TwinProposalOut]:
    """Proposals, newest first; `state=SUBMITTED` for those that wait for a decision."""
    rows = queries.proposals(session, batch_id=batch_id, state=state)
    return [TwinProposalOut.model_validate(row) for row in rows]


@router.post("/twins/{key}/proposals")
def twin_draft_proposal(
    key: str, session: Reading, who: ActingPerson, act: Acting, twin: TwinPart
) -> TwinProposalOut:
    """Have the twin's optimiser draft a change; it stays a DRAFT where a check of the envelope failed."""
    twin.require(session, who, "twin.proposal.draft")
    draft = twin.draft(session, twin.instance(session, key))
    with act("twin.proposal.draft") as unit:
        return TwinProposalOut.model_validate(twin.save_draft(unit, draft))


@router.get("/proposals/{proposal_id}")
def twin_proposal(proposal_id: str, session: Reading) -> TwinProposalOut:
    """A proposal by id or number; `outcome` is predicted against actual once it is CLOSED."""
    return TwinProposalOut.model_validate(proposal_of(session, proposal_id))
