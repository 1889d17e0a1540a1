"""HTTP of looking through what a connector host can reach: people ask, hosts fetch and answer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from titer.equipment.routes import views
from titer.equipment.routes.hosts import LONGEST_WAIT, HostTrust
from titer.equipment.routes.pages import EquipmentPart
from titer.equipment.routes.views import ConnectionOut
from titer.record.http import Acting, ActingPerson, Connector, OwnHost

router = APIRouter(tags=["equipment"])


class NewQuestion(BaseModel):
    """What somebody wants to know who sets up a connection; a stored connection brings its own settings and host."""

    type: str = Field(default="opcua", max_length=100)
    kind: str = Field(max_length=100)
    about: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    connection: str | None = None
    host: str = "local"
    password: str = Field(default="", max_length=1000, repr=False)


class Asked(BaseModel):
    """A question that was asked."""

    id: str


class Told(BaseModel):
    """Why a host could not answer."""

    what: str
    why: str
    do: str


class Explored(BaseModel):
    """What a host answered; nothing yet while it is not done."""

    done: bool
    answer: dict[str, Any] | None = None
    problem: Told | None = None


class HostQuestion(BaseModel):
    """A question as its host gets it."""

    trust: HostTrust | None = None

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
) -> Explored:
    """The answer to one's own question; with `wait` the request is held until there is one."""
    found = equipment.questions.answer(who, question_id, min(wait, LONGEST_WAIT))
    if found is None:
        return Explored(done=False)
    problem = found.problem
    told = None if problem is None else Told(what=problem.what, why=problem.why, do=problem.do)
    return Explored(done=True, answer=found.told, problem=told)


class MoreChannels(BaseModel):
    """Channels that a connection is to record beside those that it has."""

    channels: list[dict[str, Any]] = Field(min_length=1, max_length=20_000)


@router.post("/api/equipment/connections/{name}/channels")
def equipment_add_channels(
    name: str, body: MoreChannels, act: Acting, equipment: EquipmentPart
) -> ConnectionOut:
    """Add channels to a connection; it is a draft then, and records them at once."""
    with act("equipment.connection.change") as unit:
        row = equipment.add_channels(unit, name, body.channels)
        unit.flush()
        return views.connection_out(unit.session, row, equipment, 1)


@router.get("/api/connect/questions", tags=["connect"])
def connect_questions(
    host: str,
    equipment: EquipmentPart,
    who: Connector,
    own: OwnHost,
    wait: Annotated[float, Query(ge=0, le=120)] = 20,
) -> list[HostQuestion]:
    """Questions for a host; the answer waits until there is one."""
    own(who, host, f"the questions for host {host}")
    return [HostQuestion(**one) for one in equipment.questions.due(host, min(wait, LONGEST_WAIT))]


@router.post("/api/connect/answers", status_code=204, tags=["connect"])
def connect_answer(body: NewAnswer, equipment: EquipmentPart, who: Connector, own: OwnHost) -> None:
    """Take a host's answer; the first counts."""
    own(who, equipment.questions.host_of(body.id), f"the question {body.id}")
    equipment.questions.take_answer(body.id, body.answer, body.problem)
