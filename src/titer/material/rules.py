"""What may happen to a lot: state tables as data, and the reasons why one may not be used or released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from titer.base.errors import Refused

USAGE: dict[str, dict[str, str]] = {
    "expected": {"receive": "quarantine"},
    "quarantine": {"sample": "sampled", "release": "available"},
    "sampled": {"sample": "sampled", "release": "available"},
    "available": {"use_up": "consumed", "sample": "available", "block": "quarantine"},
    "consumed": {},
}

DISPOSITION: dict[str, dict[str, str]] = {
    "pending": {"release": "released", "reject": "rejected", "hold": "hold"},
    "released": {"hold": "hold", "reject": "rejected", "expire": "expired"},
    "hold": {"release": "released", "reject": "rejected", "resume": "pending", "expire": "expired"},
    "expired": {"reject": "rejected"},
    "rejected": {},
}

EDGE_KINDS = ("consumed", "produced", "split", "merged", "sampled")
NEEDS = ("certificate", "tests")


def move_usage(state: str, event: str) -> str:
    """The next usage.

    Raises:
        Refused: if the table has no such move.
    """
    return _move(USAGE, "usage", state, event)


def move_disposition(state: str, event: str) -> str:
    """The next disposition.

    Raises:
        Refused: if the table has no such move.
    """
    return _move(DISPOSITION, "disposition", state, event)


def _move(table: dict[str, dict[str, str]], what: str, state: str, event: str) -> str:
    if event not in table[state]:
        possible = ", ".join(sorted(table[state])) or "nothing more"
        raise Refused(f"A lot whose {what} is {state} cannot {event}.", do=f"Possible now: {possible}.")
    return table[state][event]


@dataclass(frozen=True)
class LotFacts:
    """What the decisions about a lot look at."""

    number: str
    usage: str
    disposition: str
    expires_on: str | None
    remaining: Decimal
    unit: str


def expired(expires_on: str | None, at: datetime) -> bool:
    """Whether the shelf life has ended: a lot may be used through the day that its label names (UTC)."""
    return expires_on is not None and at.date() > date.fromisoformat(expires_on)


def not_ready(lot: LotFacts, at: datetime) -> list[str]:
    """Why a lot may not be used at an instant of the process clock; empty if it may."""
    reasons = []
    if lot.disposition != "released":
        told = {
            "pending": "has not been released",
            "rejected": "was rejected",
            "hold": "is on hold",
            "expired": "was declared expired",
        }[lot.disposition]
        reasons.append(f"Lot {lot.number} {told}.")
    if expired(lot.expires_on, at):
        reasons.append(f"Lot {lot.number} expired on {lot.expires_on}; today is {at.date().isoformat()}.")
    if lot.usage == "consumed" or lot.remaining <= 0:
        reasons.append(f"Lot {lot.number} is used up.")
    elif lot.usage != "available" and lot.disposition == "released":
        reasons.append(f"Lot {lot.number} is {lot.usage}, not available.")
    return reasons


def release_blockers(
    lot: LotFacts, *, needs: list[str], has_certificate: bool, disposed_by: str, at: datetime
) -> list[str]:
    """Why a lot may not be released now, as far as the store can tell; the laboratory adds its own."""
    reasons = []
    if disposed_by != "lot":
        reasons.append(f"Lot {lot.number} was made by a batch and is released with it.")
    if "release" not in DISPOSITION[lot.disposition]:
        reasons.append(f"Lot {lot.number} is {lot.disposition}.")
    if lot.usage not in ("quarantine", "sampled", "available"):
        reasons.append(f"Lot {lot.number} is {lot.usage}, so there is nothing to release.")
    if expired(lot.expires_on, at):
        reasons.append(f"Lot {lot.number} expired on {lot.expires_on}.")
    if "certificate" in needs and not has_certificate:
        reasons.append(f"The supplier's certificate of lot {lot.number} is missing; attach it.")
    if "tests" in needs and lot.usage == "quarantine":
        reasons.append(f"Lot {lot.number} has not been sampled.")
    return reasons
