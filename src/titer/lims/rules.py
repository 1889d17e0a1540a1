"""State tables and guards of the laboratory: data and pure decisions, shared by page, API, import and CLI."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from titer.base.errors import Refused

Table = dict[str, dict[str, str]]
"""state -> event -> next state; a final state has no events."""

DESIGN: Table = {
    "draft": {"submit": "in_review"},
    "in_review": {"return": "draft", "approve": "effective"},
    "effective": {"supersede": "superseded", "retire": "retired"},
    "superseded": {},
    "retired": {},
}

SAMPLE: Table = {
    "planned": {"collect": "collected", "cancel": "cancelled"},
    "collected": {"send": "in_transit", "receive": "received", "reject": "rejected", "hold": "on_hold"},
    "in_transit": {"receive": "received", "reject": "rejected"},
    "received": {"make_available": "available", "quarantine": "quarantined", "reject": "rejected"},
    "available": {"start": "in_test", "hold": "on_hold", "quarantine": "quarantined", "dispose": "disposed"},
    "in_test": {"finish": "available", "deplete": "depleted", "hold": "on_hold"},
    "on_hold": {"resume": "available", "reject": "rejected"},
    "quarantined": {"resume": "available", "reject": "rejected"},
    "depleted": {"dispose": "disposed"},
    "rejected": {"dispose": "disposed"},
    "disposed": {},
    "cancelled": {},
}

TEST: Table = {
    "planned": {"ready": "ready", "cancel": "cancelled"},
    "ready": {"start": "in_progress", "unready": "planned", "cancel": "cancelled"},
    "in_progress": {"enter": "entered", "abandon": "planned"},
    "entered": {"review": "reviewed", "suspect": "suspect", "verify": "approved"},
    "reviewed": {"approve": "approved", "return": "entered", "suspect": "suspect"},
    "approved": {"suspect": "suspect"},
    "suspect": {"investigate": "under_investigation"},
    "under_investigation": {"invalidate": "invalidated", "confirm": "entered"},
    "invalidated": {},
    "cancelled": {},
}

RUN: Table = {
    "draft": {"ready": "ready", "cancel": "cancelled"},
    "ready": {"start": "running", "unready": "draft", "cancel": "cancelled"},
    "running": {"complete": "data_complete", "abandon": "abandoned"},
    "data_complete": {"suit": "suitability_passed", "unsuit": "suitability_failed"},
    "suitability_passed": {"enter": "entered"},
    "suitability_failed": {"review": "reviewed_unsuitable"},
    "entered": {"review": "reviewed"},
    "reviewed": {"approve": "closed", "return": "entered"},
    "reviewed_unsuitable": {"close": "closed"},
    "closed": {},
    "cancelled": {},
    "abandoned": {},
}

INVESTIGATION: Table = {
    "opened": {"begin": "phase_1"},
    "phase_1": {"assign_cause": "cause_assigned", "no_cause": "phase_2"},
    "cause_assigned": {"review": "cause_reviewed", "reopen": "phase_1"},
    "cause_reviewed": {"invalidate": "redetermination", "reopen": "phase_1"},
    "redetermination": {"conclude": "concluded"},
    "phase_2": {"conclude": "concluded", "assign_cause": "cause_assigned"},
    "concluded": {"close": "closed"},
    "closed": {},
}

CONTRACT: Table = {
    "received": {"transcribe": "transcribed"},
    "transcribed": {"correct": "transcribed", "check": "checked"},
    "checked": {},
}

CERTIFICATE: Table = {"draft": {"issue": "issued", "discard": "discarded"}, "issued": {}, "discarded": {}}

TABLES: dict[str, Table] = {
    "design document": DESIGN,
    "sample": SAMPLE,
    "test": TEST,
    "run": RUN,
    "investigation": INVESTIGATION,
    "contract certificate": CONTRACT,
    "certificate": CERTIFICATE,
}

SETTLED_TESTS = frozenset({"approved", "invalidated", "cancelled"})
OPEN_INVESTIGATIONS = frozenset(INVESTIGATION) - {"closed"}


def move(thing: str, state: str, event: str) -> str:
    """The next state.

    Raises:
        Refused: if the table has no such move; the message lists those it has.
    """
    ways = TABLES[thing].get(state, {})
    if event not in ways:
        possible = ", ".join(sorted(ways)) or "nothing more"
        raise Refused(
            f"A {thing} that is {state.replace('_', ' ')} cannot go through {event.replace('_', ' ')!r}.",
            do=f"Possible now: {possible}.",
        )
    return ways[event]


def hold_time_fault(sampled_at: datetime | None, now: datetime, hours: str | None) -> list[str]:
    """Why a sample is too old, or cannot be shown not to be.

    Args:
        sampled_at: when it was drawn (process clock).
        now: when work on it begins (process clock).
        hours: the method's hold time as text, or None where it has none.
    """
    if hours is None:
        return []
    if sampled_at is None:
        return ["The time of sampling is not known, so the hold time cannot be shown to be kept."]
    limit = timedelta(seconds=float(Decimal(hours) * 3600))
    age = now - sampled_at
    if age > limit:
        told = Decimal(round(age.total_seconds())) / 3600
        return [f"The sample is {told:.1f} h old; the method allows {hours} h."]
    return []


def different_people(*roles: tuple[str, str | None]) -> list[str]:
    """Which of the people who must differ are one and the same.

    Args:
        roles: (what they are, person id); None is nobody yet.
    """
    faults = []
    for index, (what, person) in enumerate(roles):
        for other, other_person in roles[index + 1 :]:
            if person is not None and person == other_person:
                faults.append(f"The {what} and the {other} must be different people.")
    return faults


def transcription_faults(first: list[dict[str, str]], required: frozenset[str]) -> list[str]:
    """What a transcription of a certificate lacks.

    Args:
        first: rows of analysis, value, unit.
        required: the analyses that the certificate was asked for.
    """
    seen = [row["analysis"] for row in first]
    faults = [
        f"{name} is transcribed twice." for name in sorted({name for name in seen if seen.count(name) > 1})
    ]
    faults += [f"{name} is missing from the transcription." for name in sorted(required - set(seen))]
    faults += [f"{name} was not asked for." for name in sorted(set(seen) - required)]
    return faults
