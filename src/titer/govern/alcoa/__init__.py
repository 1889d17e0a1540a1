"""The ALCOA+ board (WHO TRS 1033, annex 4): nine principles as nine rows of data, none of them an attestation.

Each principle is a sentence, and one or more questions with the query that answers them, how much was looked at,
and the exceptions that were found, each with the record that shows it. What cannot be evaluated is not clean.
The guidance is known here by its public text.
"""

from titer.govern.alcoa.board import NOT_AN_ATTESTATION, Answered, Board, Judged, board
from titer.govern.alcoa.principles import PRINCIPLES, Principle
from titer.govern.alcoa.question import Answer, Finding, Question, Sources

__all__ = [
    "NOT_AN_ATTESTATION",
    "PRINCIPLES",
    "Answer",
    "Answered",
    "Board",
    "Finding",
    "Judged",
    "Principle",
    "Question",
    "Sources",
    "board",
]
