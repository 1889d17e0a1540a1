"""What may happen to a model and to an alert: state tables and pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from titer.base.errors import Invalid, Refused

MODEL: dict[str, dict[str, str]] = {
    "draft": {"pass": "validated", "fail": "failed"},
    "validated": {"approve": "approved", "retire": "retired"},
    "approved": {"deploy": "deployed", "retire": "retired"},
    "deployed": {"deploy": "deployed", "suspend": "suspended", "retire": "retired"},
    "suspended": {"resume": "deployed", "retire": "retired"},
    "failed": {},
    "retired": {},
}

ALERT: dict[str, dict[str, str]] = {
    "open": {"acknowledge": "acknowledged", "dispose": "disposed"},
    "acknowledged": {"dispose": "disposed"},
    "disposed": {},
}

DISPOSITIONS = {
    "true_process": "The process was abnormal",
    "sensor": "A sensor or connection was at fault, the process was not",
    "expected": "Intended and explained (a trial, a change that was planned)",
    "model_fault": "The model was wrong",
}


WORSE = Decimal("2.25")
"""T2 and SPE are squares: 2.25 of their ratio is a deviation half as large again."""


def move_model(state: str, event: str) -> str:
    """The model's next state.

    Raises:
        Refused: if the table has no such move.
    """
    return _move(MODEL, "model", state, event)


def move_alert(state: str, event: str) -> str:
    """The alert's next state.

    Raises:
        Refused: if the table has no such move.
    """
    return _move(ALERT, "alert", state, event)


def _move(table: dict[str, dict[str, str]], what: str, state: str, event: str) -> str:
    if event not in table[state]:
        possible = ", ".join(sorted(table[state])) or "nothing more"
        raise Refused(f"A {what} that is {state} cannot {event}.", do=f"Possible now: {possible}.")
    return table[state][event]


def against_freezing(state: str, frozen: bool, author: str, person: str) -> list[str]:
    """Why the acceptance criteria may not be signed now."""
    reasons = []
    if state != "draft":
        reasons.append(f"The model is {state}; criteria are signed while it is a draft.")
    if frozen:
        reasons.append("The criteria are signed already.")
    if author == person:
        reasons.append("You made this model; somebody else signs what it must achieve.")
    return reasons


def against_opening(state: str, frozen: bool, opened: bool, author: str, person: str) -> list[str]:
    """Why the sealed test set may not be opened for this model now."""
    reasons = []
    if state != "draft":
        reasons.append(f"The model is {state} already.")
    if not frozen:
        reasons.append("Its acceptance criteria have not been signed.")
    if opened:
        reasons.append("Its test set was opened before; a second look is no validation.")
    if author == person:
        reasons.append("You made this model, so you cannot open its test set.")
    return reasons


def against_approving(state: str, author: str, person: str, other_approver: str | None) -> list[str]:
    """Why a person may not approve now; the two approvers differ, and neither is the author."""
    reasons = []
    if state != "validated":
        reasons.append(f"The model is {state}; only a validated model is approved.")
    if author == person:
        reasons.append("You made this model.")
    if other_approver == person:
        reasons.append("You have approved it in the other role.")
    return reasons


def against_disposing(state: str, disposition: object, comment: object) -> list[str]:
    """Why an alert may not be disposed of like this."""
    reasons = []
    if state not in ("open", "acknowledged"):
        reasons.append(f"The alert is {state} already.")
    if disposition not in DISPOSITIONS:
        reasons.append(f"Choose a disposition: {', '.join(DISPOSITIONS)}.")
    if not isinstance(comment, str) or len(comment.strip()) < 10:
        reasons.append("Say in a sentence what was found (at least ten characters).")
    return reasons


def same_cause(known: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a new event is the known one again: its leading feature stood among the known event's three
    largest contributions (or the other way round), on the same side of normal."""

    def side(part: Mapping[str, Any]) -> tuple[str, bool]:
        return part["feature"], str(part["deviation"]).startswith("-")

    if not known or not new:
        return False
    before, after = [side(part) for part in known[:3]], [side(part) for part in new[:3]]
    return after[0] in before or before[0] in after


def is_recurrence(state: str, known_ratio: Decimal, new_ratio: Decimal) -> bool:
    """Whether an event of the same cause joins its alert instead of opening another.

    It joins while the alert is not disposed of. Afterwards it joins too, since a person has judged this
    cause in this batch; but a deviation half as large again as the one judged is a new alert.
    """
    return state != "disposed" or new_ratio <= known_ratio * WORSE


def split_roles(batches: Iterable[str], counts: dict[str, int], order: dict[str, str]) -> dict[str, str]:
    """Give each batch a role, by a fixed shuffle.

    Args:
        batches: names.
        counts: role -> how many; a role `train` with -1 takes the rest.
        order: name -> a text to sort by (a digest of the batch's bytes: nobody can choose it).

    Raises:
        Invalid: if there are too few batches.
    """
    names = sorted(batches, key=lambda name: (order[name], name))
    asked = sum(n for n in counts.values() if n > 0)
    if asked > len(names):
        raise Invalid(f"{asked} batches are asked for, {len(names)} are there.", where="roles")
    result: dict[str, str] = {}
    rest = [role for role, n in counts.items() if n < 0]
    for role, n in counts.items():
        for name in names[len(result) : len(result) + max(n, 0)]:
            result[name] = role
    for name in names[len(result) :]:
        result[name] = rest[0] if rest else "excluded"
    return result
