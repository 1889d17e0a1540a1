"""HTTP of people: accounts, roles, trainings, and the matrix of rights."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.record.http import Acting, ActingPerson, Reading
from titer.record.model import (
    Person,
)
from titer.record.rights import policy
from titer.record.routes.part import IdentityPart, RecordPart
from titer.record.service import Record

router = APIRouter()


class PersonOut(BaseModel):
    """A person, without anything secret."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    username: str
    full_name: str
    active: bool
    locked: bool
    robot_for: str | None
    policy_acknowledged: bool
    roles: list[str]


def person_out(record: Record, session: Session, row: Person) -> PersonOut:
    """A person as people may see one."""
    return PersonOut(
        id=row.id,
        version=row.version,
        recorded_at=row.recorded_at,
        process_at=row.process_at,
        username=row.username,
        full_name=row.full_name,
        active=row.active,
        locked=row.locked_at is not None,
        robot_for=row.robot_for,
        policy_acknowledged=policy.acknowledged(session, row, record.clock.now()),
        roles=sorted(record.roles_of(session, row.id)),
    )


class NewPerson(BaseModel):
    """A person to register."""

    username: str = Field(min_length=2, max_length=64, pattern=r"^[a-z0-9._-]+$")
    full_name: str = Field(min_length=1, max_length=200)
    password: str = Field(max_length=256)
    roles: list[str] = []
    robot_for: str | None = None
    reason: str | None = None


class RoleChange(BaseModel):
    """A role to give or to take."""

    role: str
    give: bool
    reason: str


class NewTraining(BaseModel):
    """A training to enter."""

    competency: str
    document: str
    expires_at: datetime | None = None


class TrainingOut(BaseModel):
    """A training."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    competency: str
    document: str
    trained_at: datetime
    expires_at: datetime | None


@router.get("/people")
def record_people(session: Reading, record: RecordPart) -> list[PersonOut]:
    """All people."""
    rows = session.scalars(select(Person).order_by(Person.username))
    return [person_out(record, session, row) for row in rows]


@router.post("/people", status_code=201)
def record_create_person(
    body: NewPerson, act: Acting, identity: IdentityPart, record: RecordPart
) -> PersonOut:
    """Register a person."""
    password = identity.passwords.prepare_first(body.username, body.password)
    with act("record.person.create", reason=body.reason) as unit:
        row = identity.create_person(
            unit,
            username=body.username,
            full_name=body.full_name,
            password=password,
            roles=tuple(body.roles),
            robot_for=body.robot_for,
        )
        return person_out(record, unit.session, row)


@router.post("/people/{person_id}/roles")
def record_change_role(
    person_id: str, body: RoleChange, act: Acting, identity: IdentityPart, record: RecordPart
) -> PersonOut:
    """Give or take a role."""
    with act("record.role.assign", reason=body.reason) as unit:
        if body.give:
            identity.assign_role(unit, person_id, body.role)
        else:
            identity.withdraw_role(unit, person_id, body.role)
        unit.flush()
        return person_out(record, unit.session, unit.get(Person, person_id))


@router.post("/people/{person_id}/training", status_code=201)
def record_enter_training(
    person_id: str, body: NewTraining, act: Acting, identity: IdentityPart
) -> TrainingOut:
    """Enter a training."""
    with act("record.training.enter") as unit:
        unit.get(Person, person_id)
        row = identity.enter_training(
            unit,
            person_id=person_id,
            competency=body.competency,
            document=body.document,
            expires_at=body.expires_at,
        )
        return TrainingOut.model_validate(row, from_attributes=True)


@router.get("/people/{person_id}/training")
def record_training(person_id: str, session: Reading, identity: IdentityPart) -> list[TrainingOut]:
    """A person's trainings."""
    return [
        TrainingOut.model_validate(row, from_attributes=True)
        for row in identity.training_of(session, person_id)
    ]


class MatrixRow(BaseModel):
    """An action, and the roles that may do it."""

    verb: str
    title: str
    roles: list[str]


@router.get("/matrix")
def record_matrix(_who: ActingPerson, record: RecordPart) -> list[MatrixRow]:
    """The role x action matrix."""
    return [
        MatrixRow(verb=spec.verb, title=spec.title, roles=sorted(spec.roles))
        for spec in sorted(record.matrix.values(), key=lambda spec: spec.verb)
    ]
