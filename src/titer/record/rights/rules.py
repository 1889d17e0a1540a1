"""Pure decisions about rights: what never comes together, what cannot be delegated, when a review is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from titer.record.actions import ROLES

DATA_ROLES = frozenset(ROLES) - {"administrator", "inspector"}
"""Roles that write, judge or release records of the trade."""


@dataclass(frozen=True)
class RoleConflict:
    """Two roles that one person never holds together, whether given or delegated.

    Args:
        one: a role.
        other: another.
        why: in a sentence.
        source: where that is asked for.
    """

    one: str
    other: str
    why: str
    source: str

    @property
    def key(self) -> str:
        """What it is called."""
        return f"{self.one}+{self.other}"


ROLE_CONFLICTS = (
    *(
        RoleConflict(
            "administrator",
            role,
            "An administrator holds no data right.",
            "WHO TRS 1033 Annex 4; PIC/S PI 041 s. 9.3; MHRA 2018 s. 6.16",
        )
        for role in sorted(DATA_ROLES)
    ),
    *(
        RoleConflict("inspector", role, "An inspector reads, and does nothing else.", "house rule")
        for role in sorted(DATA_ROLES | {"administrator"})
    ),
)
"""Which roles conflict: data, shown on the page of the matrix, refused when given and searched for every night."""


def against_roles(held: Collection[str]) -> list[RoleConflict]:
    """The conflicts among roles.

    >>> [found.key for found in against_roles({"administrator", "analyst"})]
    ['administrator+analyst']
    >>> against_roles({"analyst", "reviewer"})
    []
    """
    return [rule for rule in ROLE_CONFLICTS if rule.one in held and rule.other in held]


@dataclass(frozen=True)
class Duty:
    """One person's hand in a record: named in a column, or by a signature of one meaning.

    Args:
        words: what the person is, e.g. "author".
        column: of the record's table that names the person.
        meaning: of a signature on the record.
    """

    words: str
    column: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Separation:
    """Two duties about one record that two people do.

    Args:
        record_type: the table's name.
        one: the earlier duty.
        other: the later one.
    """

    record_type: str
    one: Duty
    other: Duty

    @property
    def key(self) -> str:
        """What it is called."""
        return f"{self.record_type}/{self.one.words}/{self.other.words}"


@dataclass(frozen=True)
class Standing:
    """Whether somebody may do something now.

    Args:
        allowed: they may.
        on_behalf_of: id of the person in whose place; None by a right of their own.
    """

    allowed: bool
    on_behalf_of: str | None = None


# --- delegation ---------------------------------------------------------------------------------------------------

PERSONAL = frozenset(
    {
        "record.access.recertify",
        "record.delegation.end",
        "record.delegation.give",
        "record.password.change",
        "record.policy.acknowledge",
        "record.role.assign",
    }
)
"""Verbs that nobody does in another's place."""

LONGEST_DELEGATION = timedelta(days=90)
"""Where the access policy says nothing else. Who is away for longer gives the work up, and another gets the role."""


def against_delegating(
    begins_at: datetime, ends_at: datetime, now: datetime, longest: timedelta = LONGEST_DELEGATION
) -> list[str]:
    """What stands against the time of a delegation."""
    if ends_at <= begins_at:
        return ["It ends before it begins."]
    if ends_at <= now:
        return ["It would be over already."]
    if ends_at - begins_at > longest:
        return [f"It would last longer than {longest.days} days."]
    return []


def delegable(roles: Iterable[str], verb: str, holders: Iterable[str]) -> bool:
    """Whether somebody with these roles can let another do this."""
    return verb not in PERSONAL and bool(set(roles) & set(holders))


# --- recertification ------------------------------------------------------------------------------------------------

RECERTIFY_EVERY = timedelta(days=180)
"""How old the last review of a person's roles may become, where the access policy says nothing else."""
RECERTIFY_LEAD = timedelta(days=14)
"""How long before that the task is there."""

REVIEW: dict[str, dict[str, str]] = {
    "open": {"recertify": "done", "withdraw": "withdrawn"},
    "done": {},
    "withdrawn": {},
}

KEEP, TAKE = "keep", "take away"


def review_due(last: datetime, every: timedelta = RECERTIFY_EVERY) -> datetime:
    """When the next review is due, after the last one or the person's registration."""
    return last + every


def against_decisions(held: Collection[str], decisions: dict[str, str]) -> list[str]:
    """What stands against the outcome of a review.

    >>> against_decisions({"analyst"}, {})
    ['Nothing is decided about the role analyst.']
    """
    reasons = [
        f"Nothing is decided about the role {role}." for role in sorted(held) if decisions.get(role) is None
    ]
    reasons += [f"The person does not hold the role {role}." for role in sorted(set(decisions) - set(held))]
    reasons += [
        f"Of the role {role} it is said {said!r}; it is either {KEEP!r} or {TAKE!r}."
        for role, said in sorted(decisions.items())
        if said not in (KEEP, TAKE)
    ]
    return reasons


def as_reviewed(held: Collection[str], decisions: Mapping[str, str]) -> list[str]:
    """The roles that a person holds, as a review of them shows them, before it is decided and after.

    A role that the review itself took away is no change of what was signed; one that came later, or came back, is.

    >>> as_reviewed({"analyst"}, {"analyst": "keep", "scientist": "take away"})
    ['analyst', 'scientist']
    >>> as_reviewed({"analyst", "scientist"}, {"analyst": "keep", "scientist": "take away"})
    ['analyst', 'scientist (given again)']
    """
    now, taken = set(held), {role for role, said in decisions.items() if said == TAKE}
    return sorted({*(now ^ taken), *(f"{role} (given again)" for role in now & taken)})


# --- the night ------------------------------------------------------------------------------------------------------

NIGHT = time(2)
"""When the search runs, by the plant's own time."""


def last_night(now: datetime, zone: tzinfo) -> datetime:
    """The latest beginning of a night that is not in the future.

    >>> from datetime import UTC
    >>> last_night(datetime(2026, 3, 2, 1, tzinfo=UTC), UTC).isoformat()
    '2026-03-01T02:00:00+00:00'
    """
    local = now.astimezone(zone)
    tonight = datetime.combine(local.date(), NIGHT, zone)
    if tonight > local:
        tonight = datetime.combine(local.date() - timedelta(days=1), NIGHT, zone)
    return tonight.astimezone(now.tzinfo)
