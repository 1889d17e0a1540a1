"""HTTP of the signature policy and of competencies: what everybody reads, and what somebody must be trained in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select

from titer.record.http import Acting, ActingPerson, Reading
from titer.record.model import Person
from titer.record.rights import competency, policy
from titer.record.routes.part import RecordPart

router = APIRouter()


class PolicyOut(BaseModel):
    """A version of the signature policy; number 0 is the text that comes with Titer."""

    id: str | None
    number: int
    title: str
    text: str
    digest: str
    effective_from: datetime | None


class PoliciesOut(BaseModel):
    """The version in effect, whether you and everybody else have acknowledged it, and all versions."""

    current: PolicyOut
    acknowledged: bool
    outstanding: list[str]
    versions: list[PolicyOut]


class NewPolicy(BaseModel):
    """A new version of the signature policy; it is in effect at once if no instant is given."""

    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=100_000)
    effective_from: AwareDatetime | None = None
    reason: str = Field(min_length=1, max_length=2000)


@router.get("/policies/signature")
def record_policies(session: Reading, who: ActingPerson, record: RecordPart) -> PoliciesOut:
    """The signature policy, and who has not acknowledged the version in effect."""
    now = record.clock.now()
    people = session.scalars(
        select(Person).where(Person.active.is_(True), Person.robot_for.is_(None)).order_by(Person.full_name)
    )
    open_ones = {person.id: person for person in people if not policy.acknowledged(session, person, now)}
    return PoliciesOut(
        current=PolicyOut(**policy.current(session, now).__dict__),
        acknowledged=who.id not in open_ones,
        outstanding=[person.full_name for person in open_ones.values()],
        versions=[PolicyOut(**one.__dict__) for one in policy.versions(session)],
    )


@router.post("/policies/signature", status_code=201)
def record_issue_policy(body: NewPolicy, act: Acting) -> PolicyOut:
    """Issue a new version; everybody is asked to acknowledge it before the next signature."""
    with act("record.policy.issue", reason=body.reason) as unit:
        row = policy.issue(
            unit, title=body.title, text=body.text, effective_from=body.effective_from or unit.now
        )
        return PolicyOut.model_validate(row, from_attributes=True)


class CompetencyNeededOut(BaseModel):
    """An action that takes a competency."""

    verb: str
    title: str
    competency: str


class NeedCompetency(BaseModel):
    """Let an action take a competency, or no longer."""

    verb: str = Field(max_length=200)
    competency: str = Field(min_length=1, max_length=200)
    needed: bool = True
    reason: str = Field(min_length=1, max_length=2000)


class LapseOut(BaseModel):
    """A training that is missing, over or soon over, and the actions that it stands against."""

    person_id: str
    full_name: str
    competency: str
    document: str | None
    expires_at: datetime | None
    state: str
    verbs: list[str]


@router.get("/competencies")
def record_competencies(session: Reading, record: RecordPart) -> list[CompetencyNeededOut]:
    """Which actions, those of signatures among them, take which competency."""
    return [
        CompetencyNeededOut(
            verb=row.verb,
            title=record.matrix[row.verb].title if row.verb in record.matrix else row.verb,
            competency=row.competency,
        )
        for row in competency.needed(session)
    ]


@router.post("/competencies")
def record_need_competency(body: NeedCompetency, act: Acting, record: RecordPart) -> CompetencyNeededOut:
    """Say that an action takes a competency, or that it does no longer."""
    with act("record.competency.need", reason=body.reason) as unit:
        row = competency.need(unit, record, verb=body.verb, competency=body.competency, active=body.needed)
        return CompetencyNeededOut(
            verb=row.verb, title=record.matrix[row.verb].title, competency=row.competency
        )


@router.get("/competencies/lapses")
def record_lapses(
    session: Reading, record: RecordPart, days: Annotated[int, Query(ge=0, le=3650)] = 60
) -> list[LapseOut]:
    """Trainings that are missing, have lapsed or will within some days of the process clock."""
    found = competency.lapses(session, record, timedelta(days=days))
    return [LapseOut(**{**one.__dict__, "verbs": list(one.verbs)}) for one in found]
