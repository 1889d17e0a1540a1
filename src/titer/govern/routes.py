"""HTTP of the ALCOA+ board: as data, and as a printed report."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from titer.govern.alcoa import NOT_AN_ATTESTATION, Board
from titer.govern.service import Govern
from titer.record.http import ActingPerson, platform_part

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
