"""The nine principles, as data: name, sentence, and the questions that each asks of the record."""

from __future__ import annotations

from dataclasses import dataclass

from titer.govern.alcoa import content, entries, laboratory, upkeep
from titer.govern.alcoa.question import Question


@dataclass(frozen=True)
class Principle:
    """One of the nine.

    Args:
        name: one word.
        sentence: what it asks of data.
        questions: what is looked at here.
    """

    name: str
    sentence: str
    questions: tuple[Question, ...]


PRINCIPLES = (
    Principle(
        "Attributable",
        "Who did it is known: one person, connection, model or timer for each entry, and no shared log-in.",
        (entries.KNOWN_ACTORS, entries.OVERLAPPING_SESSIONS, entries.SIGNERS),
    ),
    Principle(
        "Legible",
        "What was entered can still be read, by people and by today's programs.",
        (entries.READABLE_ENTRIES, entries.KNOWN_TYPES, content.NAMED_FORMATS),
    ),
    Principle(
        "Contemporaneous",
        "It was entered when it happened, and sealed at once.",
        (entries.ENTERED_IN_TIME, entries.SEALED_AT_ONCE, entries.CLOCKS_AGREE),
    ),
    Principle(
        "Original",
        "The first capture is kept, byte for byte.",
        (content.DIGESTS, content.DOCUMENTS_KEPT, laboratory.RAW_FILES),
    ),
    Principle(
        "Accurate",
        "Values follow from what was measured, and transcriptions were checked by a second person.",
        (laboratory.RECALCULATION, laboratory.TRANSCRIPTIONS),
    ),
    Principle(
        "Complete",
        "Nothing is missing in silence: no version, no injection, no file, no span of time.",
        (entries.NO_VERSION_MISSING, entries.NO_LEAF_MISSING, content.GAPS, laboratory.INJECTIONS,
         laboratory.UNPLANNED, laboratory.FILE_DISPOSITIONS),
    ),
    Principle(
        "Consistent",
        "Time goes forward, and things are done in one way.",
        (entries.TIME_FORWARD, entries.PROCESS_TIME_FORWARD, content.CLOCK_STEPS, entries.SCHEMA),
    ),
    Principle(
        "Enduring",
        "It will be there in years: backed up, restored on trial, witnessed outside the database.",
        (upkeep.DRILL, upkeep.BACKUP, upkeep.WITNESSED),
    ),
    Principle(
        "Available",
        "It can be found and shown within its retention, and quickly.",
        (upkeep.RETRIEVAL,),
    ),
)  # fmt: skip
"""In the order in which they are spoken of."""
