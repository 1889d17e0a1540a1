"""Decisions about equipment, pure: state tables as data, readiness, completeness of a stream."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, TypeVar

from titer.base.clock import from_us, us
from titer.base.errors import Invalid, Refused
from titer.connect import TYPES, ConnectionType

_Row = TypeVar("_Row")

LEVELS = (
    "enterprise",
    "site",
    "area",
    "process_cell",
    "unit",
    "equipment_module",
    "control_module",
    "instrument",
)
"""Levels of the hierarchy (ISA-95 part 1), and instruments, which stand beside units."""

CONNECTION_TYPES: Mapping[str, ConnectionType] = TYPES
"""Types of connection, as `connect` knows them."""

QUALIFICATION: Mapping[str, Mapping[str, str]] = {
    "unqualified": {"qualify": "qualified", "withdraw": "out_of_service"},
    "qualified": {
        "lapse": "calibration_due",
        "calibrate": "qualified",
        "fail": "calibration_due",
        "withdraw": "out_of_service",
    },
    "calibration_due": {
        "calibrate": "qualified",
        "fail": "calibration_due",
        "lapse": "calibration_due",
        "withdraw": "out_of_service",
    },
    "out_of_service": {"qualify": "qualified"},
}

CLEANLINESS: Mapping[str, Mapping[str, str]] = {
    "clean": {"use": "in_use", "expire": "clean_expired", "soil": "dirty"},
    "in_use": {"finish": "dirty"},
    "dirty": {"start_cleaning": "cleaning"},
    "cleaning": {"finish_cleaning": "clean", "soil": "dirty"},
    "clean_expired": {"start_cleaning": "cleaning"},
}

CONNECTION: Mapping[str, Mapping[str, str]] = {
    "draft": {"approve": "approved", "change": "draft", "suspend": "suspended"},
    "approved": {"change": "draft", "suspend": "suspended"},
    "suspended": {"resume": "draft", "change": "suspended"},
}

GAP: Mapping[str, Mapping[str, str]] = {
    "opened": {"fill": "filled", "give_up": "unrecoverable"},
    "unrecoverable": {"fill": "filled"},
    "filled": {},
}

COMMAND: Mapping[str, Mapping[str, str]] = {
    "requested": {
        "dispatch": "dispatched",
        "done": "done",
        "failed": "failed",
        "unknown": "unknown",
        "expire": "failed",
    },
    "dispatched": {"dispatch": "dispatched", "done": "done", "failed": "failed", "unknown": "unknown"},
    "unknown": {"done": "done", "failed": "failed"},
    "done": {},
    "failed": {},
}

DOCUMENT: Mapping[str, Mapping[str, str]] = {
    "received": {"import": "imported", "quarantine": "quarantined", "ignore": "ignored"},
    "quarantined": {"import": "imported", "ignore": "ignored", "release": "received"},
    "imported": {},
    "ignored": {},
}

CERTIFICATE: Mapping[str, Mapping[str, str]] = {
    "seen": {"trust": "trusted", "distrust": "distrusted"},
    "trusted": {"distrust": "distrusted"},
    "distrusted": {"trust": "trusted"},
    "own": {},
}
"""States of a certificate; a connector host's own is trusted by the instruments, not here."""
EXPIRY_LEAD = timedelta(days=30)
"""How long before a certificate ends people are told."""
LIST_LEAD_DAYS = 7
"""How many days before a revocation list ends people are told, unless the installation says otherwise."""

_NAMES = {
    id(CERTIFICATE): "certificate",
    id(QUALIFICATION): "equipment",
    id(CLEANLINESS): "equipment",
    id(CONNECTION): "connection",
    id(GAP): "gap",
    id(COMMAND): "command",
    id(DOCUMENT): "file",
}


def move(table: Mapping[str, Mapping[str, str]], state: str, event: str) -> str:
    """The state that follows.

    Raises:
        Refused: if the table has no such move.
    """
    try:
        return table[state][event]
    except KeyError:
        possible = ", ".join(sorted(table.get(state, {}))) or "nothing"
        raise Refused(
            f"The {_NAMES.get(id(table), 'record')} is {state.replace('_', ' ')}, so it cannot "
            f"{event.replace('_', ' ')}.",
            do=f"Possible now: {possible.replace('_', ' ')}.",
        ) from None


@dataclass(frozen=True)
class Standing:
    """What decides whether a piece of equipment may be used.

    Args:
        code: as people call it.
        qualification: a state of `QUALIFICATION`.
        calibration_due: end of the calibration's validity, None where none is needed.
        cleanliness: a state of `CLEANLINESS`, None where cleaning does not apply.
        clean_until: end of the clean hold time, None where there is none.
        capabilities: what it can do.
    """

    code: str
    qualification: str
    calibration_due: datetime | None
    cleanliness: str | None
    clean_until: datetime | None
    capabilities: tuple[str, ...]


def effective_qualification(one: Standing, at: datetime) -> str:
    """The qualification at an instant: a calibration lapses by the clock, whether or not anybody noticed."""
    if one.qualification == "qualified" and one.calibration_due is not None and at >= one.calibration_due:
        return "calibration_due"
    return one.qualification


def effective_cleanliness(one: Standing, at: datetime) -> str | None:
    """The cleanliness at an instant: clean ends with the hold time."""
    if one.cleanliness == "clean" and one.clean_until is not None and at >= one.clean_until:
        return "clean_expired"
    return one.cleanliness


def not_ready(one: Standing, at: datetime, capability: str | None = None) -> list[str]:
    """Why a piece of equipment may not be used at an instant of the process clock; empty if it may."""
    reasons = []
    qualification = effective_qualification(one, at)
    if qualification == "calibration_due":
        since = f" since {one.calibration_due:%Y-%m-%d %H:%M} UTC" if one.calibration_due else ""
        reasons.append(f"The calibration of {one.code} is due{since}.")
    elif qualification != "qualified":
        reasons.append(f"{one.code} is {qualification.replace('_', ' ')}.")
    cleanliness = effective_cleanliness(one, at)
    if cleanliness == "clean_expired":
        until = f" at {one.clean_until:%Y-%m-%d %H:%M} UTC" if one.clean_until else ""
        reasons.append(f"The clean hold time of {one.code} ended{until}.")
    elif cleanliness not in (None, "clean"):
        reasons.append(f"{one.code} is not clean: it is {str(cleanliness).replace('_', ' ')}.")
    if capability is not None and capability not in one.capabilities:
        reasons.append(f"{one.code} cannot do {capability}.")
    return reasons


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


def check_name(name: str, what: str) -> str:
    """A name of a connection or host: letters, digits, dot, underscore and hyphen.

    Raises:
        Invalid: otherwise.
    """
    if not _NAME.match(name):
        raise Invalid(
            f"{name[:60]!r} is no name of a {what}.",
            do="Use up to 100 letters, digits, '.', '_' and '-', beginning with a letter or digit.",
        )
    return name


def without_floats(value: Any) -> Any:
    """JSON as a record may hold it: each binary float as the shortest text that reads back to it, keys as text.

    Keys that are not ASCII are refused by the canonical form, so such an object becomes a list of pairs.
    """
    if isinstance(value, float):
        text = repr(value)
        return text[:-2] if text.endswith(".0") else text
    if isinstance(value, dict):
        if all(str(key).isascii() for key in value):
            return {str(key): without_floats(item) for key, item in value.items()}
        return [[str(key), without_floats(item)] for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [without_floats(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 - 1:
        return str(value)
    if isinstance(value, str):
        return value.replace("\x00", "\N{SYMBOL FOR NULL}")
    return value


def decimal_or_none(value: object, where: str) -> Decimal | None:
    """A limit of a channel out of a file: text or a number, or nothing.

    Raises:
        Invalid: if it is no number.
    """
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        raise Invalid(f"{value!r} is no number.", where=where) from None
    if not number.is_finite():
        raise Invalid(f"{value!r} is no number.", where=where)
    return number


@dataclass(frozen=True)
class DayCompleteness:
    """How complete a stream is on one day of the site, by source time.

    Args:
        date: of the site's calendar.
        begin_us: the instant at which that day begins there.
        end_us: the instant at which it ends; a day on which clocks change has 23 or 25 hours.
        expected_us: microseconds of the day in which the stream should have run.
        missing_us: of these, inside gaps that are not filled.
        filled_us: of these, inside gaps that were filled later.
    """

    date: date
    begin_us: int
    end_us: int
    expected_us: int
    missing_us: int
    filled_us: int

    @property
    def percent(self) -> Decimal:
        """Share that is there, in percent, rounded down: 100 means that nothing is missing."""
        if self.expected_us == 0:
            return Decimal(100)
        there = Decimal(self.expected_us - self.missing_us) * 100 / self.expected_us
        return there.quantize(Decimal("0.01"), rounding="ROUND_FLOOR")


def expiry_stage(until: datetime, now: datetime) -> str:
    """How near a certificate's end is: "" while it is far off, then *expiring*, then *expired*."""
    if now > until:
        return "expired"
    return "expiring" if until - now <= EXPIRY_LEAD else ""


def list_stage(issued_at: datetime, until: datetime | None, now: datetime, lead_days: int) -> str:
    """How near a revocation list's end is: "" while it is far off, then *ending*, then *ended*.

    A list that holds for a week is not said to end on the day on which it comes: at least two thirds of its time are
    over before anybody is told.
    """
    if until is None or now > until:
        return "ended"
    lead = min(timedelta(days=lead_days), (until - issued_at) / 3)
    return "ending" if until - now <= lead else ""


DAY_US = 86_400_000_000
SILENCE_US = 60_000_000
"""How long a host may say nothing of a connection before it proves nothing any more; it speaks every 5 s."""


def unproven_since(
    *, connected: bool, silent_us: int, proofs: Iterable[int], begin_us: int, now_us: int
) -> int | None:
    """Since when nothing proves that a stream runs; None while it is known to run.

    A gap is opened by the value that ends it, so the stretch in which a connection is still away is in no gap yet.

    Args:
        connected: whether its host said so last.
        silent_us: for how long the host has said nothing, by the server clock.
        proofs: instants at which it is known to have run: the last word of its host that it was connected, its newest
            values. What lies in the future proves nothing.
        begin_us: when it began to record.
        now_us: now.
    """
    if connected and silent_us <= SILENCE_US:
        return None
    return max((one for one in proofs if begin_us <= one <= now_us), default=begin_us)


def completeness(
    begin_us: int,
    end_us: int,
    missing: Iterable[tuple[int, int]],
    filled: Iterable[tuple[int, int]],
    zone: tzinfo,
) -> list[DayCompleteness]:
    """Completeness day by day of a stream that should have run from `begin_us` to `end_us`.

    Args:
        begin_us: when recording began (or the window shown does).
        end_us: now; of a day that is not over, what has passed counts.
        missing: unfilled gaps and what is away still; they may overlap, and each instant counts once.
        filled: gaps that were filled.
        zone: the site's, whose days these are.
    """
    holes, healed = union(missing), union(filled)
    days: list[DayCompleteness] = []
    if end_us <= begin_us:
        return days
    day = from_us(begin_us).astimezone(zone).date()
    start = day_begins(day, zone)
    while start < end_us:
        following = day + timedelta(days=1)
        finish = day_begins(following, zone)
        low, high = max(begin_us, start), min(end_us, finish)
        days.append(
            DayCompleteness(
                date=day,
                begin_us=start,
                end_us=finish,
                expected_us=high - low,
                missing_us=overlap(holes, low, high),
                filled_us=overlap(healed, low, high),
            )
        )
        day, start = following, finish
    return days


def day_begins(day: date, zone: tzinfo) -> int:
    """The instant at which a day of the calendar begins in a zone, in microseconds.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> from_us(day_begins(date(2026, 3, 2), ZoneInfo("Europe/Vienna"))).hour
        23
    """
    return us(datetime.combine(day, time(), zone))


def union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without overlaps, in order; empty ones left out."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def overlap(spans: Iterable[tuple[int, int]], low: int, high: int) -> int:
    """How much of [low, high) lies inside spans that do not overlap one another."""
    return sum(max(0, min(end, high) - max(start, low)) for start, end in spans)


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    """In what one identity of a device differs from another, in words; who answered before may not be known."""
    if not before:
        return "who was approved is not known"
    words = [
        f"{name} was {str(before.get(name) or '')!r} and is {str(after.get(name) or '')!r}"
        for name in ("maker", "model", "serial", "firmware", "endpoint")
        if before.get(name) != after.get(name)
    ]
    old, new = _object(before.get("details")), _object(after.get("details"))
    changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    if changed:
        words.append(
            f"details differ: {', '.join(changed[:10])}" + (" and others" if len(changed) > 10 else "")
        )
    return "; ".join(words) or "its fingerprint differs"


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def extremes(rows: Sequence[_Row], most: int, key: Callable[[_Row], int]) -> list[_Row]:
    """Of too many rows the smallest and the largest of each stretch, in their order.

    Args:
        rows: in order.
        most: how many may stay, two at least.
        key: what is compared.
    """
    if len(rows) <= most:
        return list(rows)
    size = -(-len(rows) // (most // 2))
    kept = set()
    for start in range(0, len(rows), size):
        stretch = range(start, min(start + size, len(rows)))
        kept |= {min(stretch, key=lambda at: key(rows[at])), max(stretch, key=lambda at: key(rows[at]))}
    return [rows[at] for at in sorted(kept)]
