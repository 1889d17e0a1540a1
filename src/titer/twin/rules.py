"""Pure decisions of the twins: two state tables, health, the envelope's checks. No I/O."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from titer.base.errors import Refused

Table = Mapping[tuple[str, str], str]

OVER = ("FROZEN", "ARCHIVED")
"""The batch is over: what was stored may be shown where it cannot be computed again."""

INSTANCE: Table = {
    ("DEFINED", "commission"): "COMMISSIONED",
    ("DEFINED", "retire"): "RETIRED",
    ("COMMISSIONED", "retire"): "RETIRED",
    ("COMMISSIONED", "bind"): "BOUND",
    ("BOUND", "synchronise"): "SYNCING",
    ("SYNCING", "caught up"): "LIVE",
    ("SYNCING", "doubt"): "DEGRADED",
    ("LIVE", "doubt"): "DEGRADED",
    ("DEGRADED", "recover"): "LIVE",
    ("BOUND", "freeze"): "FROZEN",
    ("SYNCING", "freeze"): "FROZEN",
    ("LIVE", "freeze"): "FROZEN",
    ("DEGRADED", "freeze"): "FROZEN",
    ("FROZEN", "archive"): "ARCHIVED",
}
"""DEFINED and COMMISSIONED are states of the equipment's twin, the others of the twin that is bound to a batch."""

PROPOSAL: Table = {
    ("DRAFT", "check"): "CHECKED",
    ("CHECKED", "submit"): "SUBMITTED",
    ("SUBMITTED", "approve"): "APPROVED",
    ("SUBMITTED", "reject"): "REJECTED",
    ("APPROVED", "refuse"): "REJECTED",
    ("APPROVED", "dispatch"): "DISPATCHED",
    ("DISPATCHED", "verify"): "VERIFIED",
    ("VERIFIED", "close"): "CLOSED",
    ("DRAFT", "expire"): "EXPIRED",
    ("CHECKED", "expire"): "EXPIRED",
    ("SUBMITTED", "expire"): "EXPIRED",
    ("APPROVED", "expire"): "EXPIRED",
    ("DISPATCHED", "expire"): "EXPIRED",
}
"""DRAFT without a following `check` is one whose envelope checks failed; it can only be drafted anew."""

FOLLOWED = ("BOUND", "SYNCING", "LIVE", "DEGRADED")
OPEN = ("DRAFT", "CHECKED", "SUBMITTED")


def move(table: Table, what: str, state: str, event: str) -> str:
    """The state after an event.

    Raises:
        Refused: the table has no such cell.
    """
    try:
        return table[(state, event)]
    except KeyError:
        allowed = sorted(e for s, e in table if s == state)
        raise Refused(
            f"A {what} that is {state} cannot {event}.",
            do=f"From {state} it can: {', '.join(allowed)}." if allowed else f"{state} is an end.",
        ) from None


MOST_BEHIND_H = 6.0
"""Hours of plant time by which a twin may be behind before it is DEGRADED."""


def chi_squared_99(n: int) -> float:
    """99 % quantile of chi-squared with n degrees of freedom, by Wilson and Hilferty 1931 (error below 1 %).

    Example:
        >>> round(chi_squared_99(24), 1)
        43.0
    """
    c = 2.0 / (9.0 * n)
    return n * (1.0 - c + 2.3263479 * math.sqrt(c)) ** 3


@dataclass(frozen=True)
class Channel:
    """An input or measurement of one hour, as health sees it."""

    name: str
    quality: str


def health(
    *,
    innovations: Mapping[str, Sequence[float]],
    recent: Sequence[Mapping[str, str]],
    required: Iterable[str],
    outside: Sequence[str],
    failure: str = "",
    behind_h: float = 0.0,
) -> list[str]:
    """Why the twin is not to be trusted now; empty if it may be.

    Args:
        innovations: per output the differences of the last 24 h in standard deviations.
        recent: channel -> quality (`good`, `assumed`, `missing`), of the last hours, newest last.
        required: channels that must be good.
        outside: states or inputs outside the model's validity domain, in words.
        failure: why the filter could not go on.
        behind_h: hours of plant time that the twin is behind.
    """
    reasons = [failure] if failure else []
    for output, values in innovations.items():
        if len(values) >= 3:
            total = sum(z * z for z in values)
            if total > chi_squared_99(len(values)):
                reasons.append(
                    f"{output}: measured and predicted differ more than 99 % of chance would explain "
                    f"(sum of squares {total:.1f} of {len(values)} values, limit {chi_squared_99(len(values)):.1f})."
                )
    for name in required:
        stale = 0
        for hour in reversed(recent):
            if hour.get(name) == "good":
                break
            stale += 1
        if stale >= 2:
            reasons.append(f"{name}: no good value for {stale} h; it is assumed, not measured.")
    reasons += [f"Outside the validity domain: {what}." for what in outside]
    if behind_h > MOST_BEHIND_H:
        reasons.append(f"The twin is {behind_h:.0f} h behind the plant.")
    return reasons


def instance_event(state: str, reasons: Sequence[str], hours: int, behind_h: float) -> str | None:
    """What the health of a followed instance makes of its state; None for nothing."""
    if state == "SYNCING":
        if reasons and hours >= 12:
            return "doubt"
        return "caught up" if not reasons and hours >= 6 and behind_h < 3.0 else None
    if state == "LIVE":
        return "doubt" if reasons else None
    if state == "DEGRADED":
        return None if reasons else "recover"
    return None


def check(name: str, good: bool, detail: str) -> dict[str, Any]:
    """One row of the envelope's checks."""
    return {"name": name, "outcome": "passed" if good else "failed", "detail": detail}


def failed(checks: Sequence[Mapping[str, Any]]) -> list[str]:
    """What failed, in words."""
    return [f"{row['name']}: {row['detail']}" for row in checks if row["outcome"] != "passed"]


def why_not_submit(
    state: str, checks: Sequence[Mapping[str, Any]], expires: datetime, now: datetime
) -> list[str]:
    """Reasons against submitting a proposal."""
    reasons = (
        []
        if (state, "submit") in PROPOSAL
        else [f"The proposal is {state}; only a CHECKED one is submitted."]
    )
    reasons += failed(checks)
    if now >= expires:
        reasons.append("The proposal has expired; have a new one drafted.")
    return reasons


def why_not_decide(
    state: str,
    event: str,
    *,
    actor: str,
    author: str,
    submitter: str | None,
    expires: datetime,
    now: datetime,
    twin_state: str,
    twin_reasons: Sequence[str],
) -> list[str]:
    """Reasons against deciding on a proposal: its state, the second person, age, the twin's health."""
    reasons = []
    if (state, event) not in PROPOSAL:
        reasons.append(f"The proposal is {state}; only a SUBMITTED one is decided.")
    if actor in (author, submitter):
        reasons.append("Who drafted or submitted a proposal does not decide on it; another person must.")
    if event == "approve":
        if now >= expires:
            reasons.append("The proposal has expired; have a new one drafted.")
        if twin_state != "LIVE":
            because = f" {' '.join(twin_reasons)}" if twin_reasons else ""
            reasons.append(f"The twin is {twin_state}, so its predictions are not to be acted on.{because}")
    return reasons
