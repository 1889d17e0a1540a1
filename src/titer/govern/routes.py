"""HTTP of the ALCOA+ board: as it is now, and as it stood."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from titer.govern.alcoa import NOT_AN_ATTESTATION, Board
from titer.govern.model import AlcoaRun
from titer.govern.service import Govern
from titer.record import Person
from titer.record.http import Acting, ActingPerson, Reading, platform_part
from titer.record.routes.given import Words

router = APIRouter(prefix="/api/govern", tags=["govern"])
GovernPart = Annotated[Govern, Depends(platform_part("govern"))]


class AlcoaFindingOut(BaseModel):
    """One exception, and the record that shows it."""

    record_type: str
    record_id: str
    name: str
    detail: str


class AlcoaQuestionOut(BaseModel):
    """One question with its query exactly as it ran, how much was looked at, and what was found."""

    id: str
    words: str
    query: str
    state: str
    looked_at: int
    found: int
    findings: list[AlcoaFindingOut]
    seconds: str
    fault: str


class AlcoaPrincipleOut(BaseModel):
    """One of the nine principles, with its state: clean, exceptions, not evaluated, or nothing yet."""

    name: str
    sentence: str
    state: str
    looked_at: int
    found: int
    questions: list[AlcoaQuestionOut]


class AlcoaBoardOut(BaseModel):
    """Nine indicators, not an attestation."""

    at: datetime
    sentence: str
    caveat: str
    principles: list[AlcoaPrincipleOut]


class AlcoaCountOut(BaseModel):
    """A principle as it stood: its state, how much was looked at, how much was found."""

    name: str
    state: str
    looked_at: int
    found: int


class AlcoaRunOut(BaseModel):
    """A run of the board that was kept."""

    id: str
    ran_at: datetime
    sentence: str
    kept_by: str
    principles: list[AlcoaCountOut]

    @classmethod
    def of(cls, session: Session, row: AlcoaRun) -> AlcoaRunOut:
        """From the row; a run of every day bears the name of its timer."""
        person = session.get(Person, row.kept_by)
        counts = [
            AlcoaCountOut(**{name: one[name] for name in AlcoaCountOut.model_fields})
            for one in row.principles
        ]
        return cls(
            id=row.id,
            ran_at=row.ran_at,
            sentence=row.sentence,
            kept_by=person.full_name if person else row.kept_by,
            principles=counts,
        )


class KeepRun(BaseModel):
    """Why a run is kept."""

    reason: Annotated[Words, Field(min_length=1)]


def board_out(board: Board) -> AlcoaBoardOut:
    """The board as data."""
    return AlcoaBoardOut(
        at=board.at,
        sentence=board.sentence,
        caveat=NOT_AN_ATTESTATION,
        principles=[
            AlcoaPrincipleOut(
                name=one.principle.name,
                sentence=one.principle.sentence,
                state=one.state,
                looked_at=one.looked_at,
                found=one.found,
                questions=[
                    AlcoaQuestionOut(
                        id=answer.question.id,
                        words=answer.question.words,
                        query=answer.query,
                        state=answer.state,
                        looked_at=answer.looked_at,
                        found=answer.found,
                        findings=[
                            AlcoaFindingOut(
                                record_type=found.record_type,
                                record_id=found.record_id,
                                name=found.name,
                                detail=found.detail,
                            )
                            for found in answer.findings
                        ],
                        seconds=f"{answer.seconds:.3f}",
                        fault=answer.fault,
                    )
                    for answer in one.answers
                ],
            )
            for one in board.principles
        ],
    )


@router.get("/alcoa")
def govern_alcoa(_who: ActingPerson, govern: GovernPart) -> AlcoaBoardOut:
    """The ALCOA+ board, computed now: nine principles, each with its questions, queries and exceptions."""
    return board_out(govern.alcoa())


@router.get("/alcoa/runs")
def govern_alcoa_runs(
    session: Reading, govern: GovernPart, limit: Annotated[int, Query(ge=1, le=400)] = 60
) -> list[AlcoaRunOut]:
    """The runs of the board that were kept, newest first: one a day, and those that somebody kept."""
    return [AlcoaRunOut.of(session, row) for row in govern.runs(session, limit)]


@router.post("/alcoa/runs", status_code=201)
def govern_keep_alcoa(body: KeepRun, act: Acting, govern: GovernPart) -> AlcoaRunOut:
    """Look again, and keep how the nine principles stand."""
    found = govern.alcoa()
    with act("govern.alcoa.keep", reason=body.reason) as unit:
        return AlcoaRunOut.of(unit.session, govern.keep(unit, found))
