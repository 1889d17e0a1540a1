"""Pure decisions of the quality system: state tables, and what stands against a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from titer.base.errors import Refused
from titer.record import ActionSpec

SEVERITIES = ("minor", "major", "critical")
OUTCOMES = ("passed", "exception", "not_run")
EXCEPTION_DISPOSITIONS = ("justified", "covered by deviation", "no impact", "investigated")

EXCEPTION_TYPE = "quality_exception"
BATCH_TYPE = "mes_batch"

EXCEPTION: dict[str, dict[str, str]] = {"open": {"dispose": "disposed"}, "disposed": {}}

DEVIATION: dict[str, dict[str, str]] = {
    "raised": {"classify": "classified"},
    "classified": {"investigate": "investigating"},
    "investigating": {"conclude": "qa_review"},
    "qa_review": {"close": "closed", "return": "investigating"},
    "closed": {},
}

BATCH_ENDS = ("completed", "stopped", "aborted")
"""However a batch ends, somebody reviews it and decides on what there is of it."""

DISPOSITION: dict[str, dict[str, str]] = {
    "in_process": {"complete": "awaiting_review", "hold": "qa_hold", "reject": "rejected"},
    "awaiting_review": {"review": "under_review", "hold": "qa_hold", "reject": "rejected"},
    "under_review": {
        "review": "under_review",
        "release": "released",
        "hold": "qa_hold",
        "reject": "rejected",
    },
    "qa_hold": {"lift": "awaiting_review", "reject": "rejected"},
    "released": {"recall": "recalled"},
    "rejected": {},
    "recalled": {},
}

ACTIONS = (
    ActionSpec(
        "quality.exception.raise", "Raise an exception", ("operator", "analyst", "reviewer", "quality")
    ),
    ActionSpec(
        "quality.exception.dispose", "Dispose of an exception", ("reviewer", "quality", "process_owner")
    ),
    ActionSpec(
        "quality.deviation.raise",
        "Raise a deviation",
        ("operator", "analyst", "reviewer", "scientist", "quality"),
    ),
    ActionSpec("quality.deviation.classify", "Classify a deviation", ("quality",)),
    ActionSpec(
        "quality.deviation.investigate", "Investigate a deviation", ("process_owner", "scientist", "reviewer")
    ),
    ActionSpec("quality.deviation.close", "Close a deviation", ("quality",)),
    ActionSpec("quality.review.audit_trail", "Review an audit trail", ("reviewer", "quality")),
    ActionSpec("quality.review.settings", "Set the rules of audit-trail review", ("quality",)),
    ActionSpec("quality.batch.review", "Review a batch by exception", ("reviewer", "quality")),
    ActionSpec("quality.batch.release", "Release a batch", ("quality",)),
    ActionSpec("quality.batch.reject", "Reject a batch", ("quality",)),
    ActionSpec("quality.batch.hold", "Put a batch on hold", ("reviewer", "quality")),
    ActionSpec("quality.follow", "Follow a batch"),
)


def move(table: dict[str, dict[str, str]], what: str, state: str, event: str) -> str:
    """The next state.

    Raises:
        Refused: if the table has no such way.
    """
    try:
        return table[state][event]
    except KeyError:
        ways = ", ".join(table.get(state, {})) or "nothing"
        raise Refused(
            f"{what} is {state.replace('_', ' ')}; it cannot {event} now.", why=f"Possible: {ways}."
        ) from None


@dataclass(frozen=True)
class Check:
    """One check of a batch.

    Args:
        id: unique within its gate.
        title: what was checked.
        outcome: passed, exception or not_run; what could not be evaluated is not_run.
        detail: what was found.
        record_type, record_id: the record that shows it.
    """

    id: str
    title: str
    outcome: str
    detail: str
    record_type: str
    record_id: str


class ReleaseGate(Protocol):
    """What a layer says before a batch is released."""

    @property
    def name(self) -> str:
        """The layer's name in the coverage statement."""
        ...

    def checks(self, session: Session, batch_id: str) -> Sequence[Any]:
        """Its checks; objects with the fields of `Check`."""
        ...


@dataclass(frozen=True)
class GatedCheck:
    """A check, the gate that made it, and whether it still stands against the release."""

    gate: str
    check: Check
    blocks: bool
    exception_numbers: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """How much was checked, and what was found: "9 of 9 checks ran, 7 passed, 2 exceptions, all disposed of"."""

    checks: tuple[GatedCheck, ...]

    def count(self, outcome: str) -> int:
        """How many checks have the outcome."""
        return sum(item.check.outcome == outcome for item in self.checks)

    @property
    def sentence(self) -> str:
        """The coverage statement."""
        total, not_run = len(self.checks), self.count("not_run")
        if not total:
            return "No check ran: no layer knows this batch."
        return f"{total - not_run} of {total} checks ran, {self.count('passed')} passed, {self._exceptions()}"

    def _exceptions(self) -> str:
        """Exceptions stay counted when they are disposed of: what was found does not become what passed."""
        found, still_open = self.count("exception"), self.still_open
        text = f"{found} exception" if found == 1 else f"{found} exceptions"
        if not found:
            return text
        if not still_open:
            return f"{text}, disposed of" if found == 1 else f"{text}, all disposed of"
        return f"{text}, {still_open} not disposed of"

    @property
    def still_open(self) -> int:
        """How many exceptions nobody has disposed of yet."""
        return sum(item.check.outcome == "exception" and item.blocks for item in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """The statement as it is signed."""
        return {
            "sentence": self.sentence,
            "total": len(self.checks),
            "passed": self.count("passed"),
            "exceptions": self.count("exception"),
            "exceptions_open": self.still_open,
            "not_run": self.count("not_run"),
            "by_gate": {
                gate: sum(item.gate == gate for item in self.checks)
                for gate in sorted({item.gate for item in self.checks})
            },
        }


@dataclass(frozen=True)
class ExceptionFacts:
    """What coverage needs to know of an exception."""

    id: str
    number: str
    subject_type: str
    subject_id: str
    key: str
    disposed: bool


def coverage(results: Sequence[tuple[str, Check]], exceptions: Sequence[ExceptionFacts]) -> Coverage:
    """Join checks and exceptions.

    A check that found something blocks until each exception about the same record is disposed of, and there
    is at least one; it stays an exception then. A check about the batch as a whole is settled only by an exception
    that the review raised for it, since any other about the batch may be about something else. A check that did
    not run blocks whatever happens. An exception that the review raised for a check is counted with that check,
    and not once more as itself.
    """
    made = []
    found = {f"/{gate}/{check.id}" for gate, check in results if check.outcome == "exception"}
    counted = {item.id for item in exceptions if any(item.key.endswith(end) for end in found)}
    for gate, check in results:
        if check.record_type == EXCEPTION_TYPE and check.record_id in counted:
            continue
        if check.outcome not in OUTCOMES:
            raise Refused(f"The gate {gate} answered {check.outcome!r} for {check.id}.")
        about = [
            item
            for item in exceptions
            if item.key.endswith(f"/{gate}/{check.id}")
            or (check.record_type, check.record_id) == (EXCEPTION_TYPE, item.id)
            or (
                check.record_type != BATCH_TYPE
                and (check.record_type, check.record_id) == (item.subject_type, item.subject_id)
            )
        ]
        settled = bool(about) and all(item.disposed for item in about)
        blocks = check.outcome == "not_run" or (check.outcome == "exception" and not settled)
        made.append(GatedCheck(gate, check, blocks, tuple(item.number for item in about)))
    return Coverage(tuple(made))
