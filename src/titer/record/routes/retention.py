"""HTTP of retention: classes, legal holds, and what is due."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from titer.record.http import Acting, Reading, platform_part
from titer.record.retention import Retention

router = APIRouter()
RetentionPart = Annotated[Retention, Depends(platform_part("retention"))]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: str
    version: int
    recorded_at: datetime
    process_at: datetime


class RetentionClassOut(_Out):
    """How long a kind of record is kept at least, from which event, and why."""

    record_type: str
    years: int
    start: str
    basis: str


class LegalHoldOut(_Out):
    """A hold: nothing about its subject is destroyed."""

    subject_type: str
    subject_id: str
    subject_name: str
    reason: str
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_because: str | None


class RetentionDueOut(BaseModel):
    """A record and the end of its time; `over` if it may go. Nothing is deleted by itself."""

    model_config = ConfigDict(from_attributes=True)
    record_type: str
    record_id: str
    name: str
    due: datetime | None
    held: list[str]
    over: bool


class RetentionOut(BaseModel):
    """Retention as it stands; `kinds` are the kinds of record and the events of each."""

    classes: list[RetentionClassOut]
    holds: list[LegalHoldOut]
    due: list[RetentionDueOut]
    kinds: dict[str, list[str]]


class SetRetention(BaseModel):
    """How long a kind of record is to be kept."""

    record_type: Annotated[str, Field(max_length=100)]
    years: Annotated[int, Field(ge=1, le=200)]
    start: Annotated[str, Field(max_length=100)] = "created"
    basis: Words
    reason: Words


class PlaceHold(BaseModel):
    """A hold to place: on a batch or lot (id or number), a person (id or user name), or the whole system."""

    subject_type: Annotated[str, Field(max_length=20)]
    subject_id: Annotated[str, Field(max_length=200)] = ""
    reason: Words


class LiftHold(BaseModel):
    """A hold to lift."""

    version: int
    reason: Words


@router.get("/retention")
def record_retention(
    session: Reading, retention: RetentionPart, limit: Annotated[int, Field(ge=1, le=500)] = 200
) -> RetentionOut:
    """Classes, holds (those that were lifted, too), and what is due."""
    return RetentionOut(
        classes=[RetentionClassOut.model_validate(row) for row in retention.classes(session)],
        holds=[LegalHoldOut.model_validate(row) for row in retention.holds(session, lifted=True)],
        due=[RetentionDueOut.model_validate(row) for row in retention.due(session, limit=limit)],
        kinds=retention.kinds(),
    )


@router.post("/retention/classes", status_code=201)
def record_set_retention(body: SetRetention, act: Acting, retention: RetentionPart) -> RetentionClassOut:
    """Say how long a kind of record is kept at least."""
    with act("record.retention.set", reason=body.reason) as unit:
        row = retention.set_class(
            unit, record_type=body.record_type, years=body.years, start=body.start, basis=body.basis
        )
        return RetentionClassOut.model_validate(row)


@router.post("/retention/holds", status_code=201)
def record_place_hold(body: PlaceHold, act: Acting, retention: RetentionPart) -> LegalHoldOut:
    """Place a legal hold."""
    with act("record.hold.place", reason=body.reason) as unit:
        row = retention.place(
            unit, subject_type=body.subject_type, subject_id=body.subject_id, reason=body.reason
        )
        return LegalHoldOut.model_validate(row)


@router.post("/retention/holds/{hold_id}/lift")
def record_lift_hold(hold_id: str, body: LiftHold, act: Acting, retention: RetentionPart) -> LegalHoldOut:
    """Lift a legal hold."""
    with act("record.hold.lift", reason=body.reason) as unit:
        return LegalHoldOut.model_validate(
            retention.lift(unit, hold_id, version=body.version, reason=body.reason)
        )
