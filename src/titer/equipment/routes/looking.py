"""HTTP of looking through what a connector host can reach: people ask, hosts fetch and answer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from titer.equipment.routes.hosts import LONGEST_WAIT
from titer.equipment.routes.pages import EquipmentPart
from titer.record.http import ActingPerson, Connector

router = APIRouter(tags=["equipment"])


class NewQuestion(BaseModel):
    """What somebody wants to know who sets up a connection; a stored connection brings its own settings and host."""

    type: str = Field(default="opcua", max_length=100)
    kind: str = Field(max_length=100)
    about: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    connection: str | None = None
    host: str = "local"


class Asked(BaseModel):
    """A question that was asked."""

    id: str


class Told(BaseModel):
    """Why a host could not answer."""

    what: str
    why: str
    do: str


class AnswerOut(BaseModel):
    """What a host answered; nothing yet while it is not done."""

    done: bool
    answer: dict[str, Any] | None = None
    problem: Told | None = None


class HostQuestion(BaseModel):
    """A question as its host gets it."""

    id: str
    type: str
    kind: str
    about: dict[str, Any]
    settings: dict[str, Any]


class NewAnswer(BaseModel):
    """What a host answers."""

    id: str
    answer: dict[str, Any] | None = None
    problem: dict[str, str] | None = None


@router.post("/api/equipment/questions", status_code=201)
def equipment_ask(body: NewQuestion, who: ActingPerson, equipment: EquipmentPart) -> Asked:
    """Ask a connector host what answers at an address, or what there is to record."""
    equipment.record.require(who, "equipment.connection.explore")
    given = body.model_dump(exclude={"type"})
    return Asked(id=equipment.questions.ask(who, type_=body.type, **given))


@router.get("/api/equipment/questions/{question_id}")
def equipment_answer(
    question_id: str,
    who: ActingPerson,
    equipment: EquipmentPart,
    wait: Annotated[float, Query(ge=0, le=120)] = 0,
) -> AnswerOut:
    """The answer to one's own question; with `wait` the request is held until there is one."""
    found = equipment.questions.answer(who, question_id, min(wait, LONGEST_WAIT))
    if found is None:
        return AnswerOut(done=False)
    problem = found.problem
    told = None if problem is None else Told(what=problem.what, why=problem.why, do=problem.do)
    return AnswerOut(done=True, answer=found.told, problem=told)


@router.get("/api/connect/questions", tags=["connect"])
def connect_questions(
    host: str,
    equipment: EquipmentPart,
    _who: Connector,
    wait: Annotated[float, Query(ge=0, le=120)] = 20,
) -> list[HostQuestion]:
    """Questions for a host; the answer waits until there is one."""
    return [HostQuestion(**one) for one in equipment.questions.due(host, min(wait, LONGEST_WAIT))]


@router.post("/api/connect/answers", status_code=204, tags=["connect"])
def connect_answer(body: NewAnswer, equipment: EquipmentPart, _who: Connector) -> None:
    """Take a host's answer; the first counts."""
    equipment.questions.take_answer(body.id, body.answer, body.problem)
