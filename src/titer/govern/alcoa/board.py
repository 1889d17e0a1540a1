"""The board: every question asked once, of one snapshot, and the state of each principle."""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from titer.base.errors import TiterError
from titer.govern.alcoa.principles import PRINCIPLES, Principle
from titer.govern.alcoa.question import MOST, Finding, Question, Sources

log = logging.getLogger(__name__)

CLEAN, EXCEPTIONS, UNKNOWN, NOTHING = "clean", "exceptions", "not evaluated", "nothing yet"
NOT_AN_ATTESTATION = (
    "Nine indicators, not an attestation: they say what was looked at and what was found. That a calculation "
    "reproduces does not make a value right, and what nobody asked is not answered."
)


@dataclass(frozen=True)
class Answered:
    """A question with its answer.

    Args:
        question: the question.
        query: exactly as it ran.
        state: clean, exceptions, not evaluated, or nothing yet where there was nothing to look at.
        looked_at: how many were looked at.
        found: how many exceptions there are.
        findings: the first of them.
        seconds: it took.
        fault: why it could not be evaluated; empty otherwise.
    """

    question: Question
    query: str
    state: str
    looked_at: int
    found: int
    findings: tuple[Finding, ...]
    seconds: float
    fault: str = ""


@dataclass(frozen=True)
class Judged:
    """A principle with the answers to its questions."""

    principle: Principle
    answers: tuple[Answered, ...]

    @property
    def state(self) -> str:
        """The worst of its answers; what could not be evaluated, or is not there yet, is not clean."""
        states = {one.state for one in self.answers}
        return next((state for state in (UNKNOWN, EXCEPTIONS, CLEAN) if state in states), NOTHING)

    @property
    def looked_at(self) -> int:
        """How much was looked at, over all its questions."""
        return sum(one.looked_at for one in self.answers)

    @property
    def found(self) -> int:
        """How many exceptions there are."""
        return sum(one.found for one in self.answers)


@dataclass(frozen=True)
class Board:
    """The nine principles at an instant of the server's clock."""

    at: datetime
    principles: tuple[Judged, ...]

    @property
    def sentence(self) -> str:
        """How the nine stand, in one sentence."""
        states = Counter(one.state for one in self.principles)
        words = {
            CLEAN: "clean",
            NOTHING: "with nothing to look at yet",
            EXCEPTIONS: "with exceptions",
            UNKNOWN: "not evaluated",
        }
        told = ", ".join(f"{states[state]} {word}" for state, word in words.items() if states[state])
        return f"Of nine principles: {told}."


def board(sources: Sources) -> Board:
    """Ask every question of every principle."""
    return Board(
        sources.now,
        tuple(
            Judged(
                principle,
                tuple(
                    _ask(question, sources)
                    for question in principle.questions
                    if not question.layer or question.layer in sources.layers
                ),
            )
            for principle in PRINCIPLES
        ),
    )


def _ask(question: Question, sources: Sources) -> Answered:
    began = time.perf_counter()
    query = question.query(sources.dialect)
    try:
        answer = question.ask(sources)
    except (TiterError, SQLAlchemyError, OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the question %s could not be evaluated", question.id, exc_info=True)
        fault = f"{type(error).__name__}: {error}"
        return Answered(question, query, UNKNOWN, 0, 0, (), time.perf_counter() - began, fault)
    return Answered(
        question,
        query,
        EXCEPTIONS if answer.findings else CLEAN if answer.looked_at else NOTHING,
        answer.looked_at,
        len(answer.findings),
        tuple(answer.findings[:MOST]),
        time.perf_counter() - began,
    )
