"""Pure decisions: whose record it is, how two sides are compared, and which records a sample takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TITER = "Titer"
"""How Titer is called where it is the system of record itself."""
KINDS = ("view", "file", "rest")
PERIODS = ("day", "month", "year")
UNDATED = "undated"

DECLARATION = {"draft": {"approve": "approved", "withdraw": "withdrawn"}}
SOURCE = {
    "draft": {"approve": "active", "change": "draft", "suspend": "suspended"},
    "active": {"change": "draft", "suspend": "suspended"},
    "suspended": {"change": "draft"},
}
QUARANTINE = {"open": {"take": "taken", "vanish": "gone from the source", "discard": "discarded"}}
VERIFICATION = {"made": {"accept": "accepted", "reject": "rejected"}}
TABLES = {
    "Declaration of a system of record": DECLARATION,
    "Source of copies": SOURCE,
    "Quarantined row": QUARANTINE,
    "Verification of an import": VERIFICATION,
}


@dataclass(frozen=True)
class Home:
    """What one approved declaration says: from `since` on, these records are that system's."""

    number: str
    record_type: str
    system: str
    materials: frozenset[str]
    since: datetime


def home(declared: Iterable[Home], record_type: str, material: str | None, at: datetime) -> Home | None:
    """The declaration that counts for one record: the latest `since` of those that cover it; None if none does.

    A record of which nobody knows the material is covered by every declaration: in doubt it is not Titer's.

    Args:
        declared: those that are approved.
        record_type: the kind of record.
        material: code of its material or product.
        at: the instant that is asked about.
    """
    covering = [
        one
        for one in declared
        if one.record_type == record_type
        and one.since <= at
        and (not one.materials or material is None or material in one.materials)
    ]
    return max(covering, key=lambda one: (one.since, one.number), default=None)


def move(table: Mapping[str, Mapping[str, str]], state: str, event: str) -> str | None:
    """The next state; None if there is no such way."""
    return table.get(state, {}).get(event)


@dataclass(frozen=True)
class Entry:
    """One record of a side.

    Args:
        key: its name over there.
        digest: of its canonical row.
        period: that it belongs to.
        row: its columns.
    """

    key: str
    digest: str
    period: str
    row: Mapping[str, str | None] = field(compare=False)


@dataclass(frozen=True)
class Total:
    """Count and digest of a side."""

    count: int
    digest: str


def total(entries: Iterable[Entry]) -> Total:
    """Count of a side, and a digest that does not depend on the order of its rows.

    SHA-256 over the lines `SHA256(key) row-digest`, sorted: anybody can compute it anew with sort and sha256sum.
    """
    lines = sorted(f"{hashlib.sha256(one.key.encode()).hexdigest()} {one.digest}\n" for one in entries)
    return Total(len(lines), hashlib.sha256("".join(lines).encode()).hexdigest())


def period_of(time: datetime | None, size: str) -> str:
    """The period of a record: 2026-03-04, 2026-03 or 2026 (UTC)."""
    if time is None:
        return UNDATED
    return time.date().isoformat()[: {"day": 10, "month": 7, "year": 4}[size]]


@dataclass(frozen=True)
class Difference:
    """What differs in one record.

    Args:
        kind: missing here, missing there, differs, or several there.
        key: the record's name over there.
        period: its period.
        fields: column -> (here, there), of a record that differs.
        there, here: digests of its row.
        why: a sentence more, where one is known.
    """

    kind: str
    key: str
    period: str
    fields: tuple[tuple[str, str | None, str | None], ...] = ()
    there: str = ""
    here: str = ""
    why: str = ""


def compare(there: Sequence[Entry], here: Sequence[Entry]) -> list[Difference]:
    """The differences of two sides, each located by its key, in order of the keys."""
    held = {one.key: one for one in here}
    seen: dict[str, list[Entry]] = {}
    for one in there:
        seen.setdefault(one.key, []).append(one)
    found = []
    for key in sorted({*held, *seen}):
        own, others = held.get(key), seen.get(key, [])
        if len(others) > 1:
            found.append(
                Difference(
                    "several there",
                    key,
                    others[0].period,
                    there=total(others).digest,
                    here=own.digest if own else "",
                    why=f"{len(others)} rows bear this key.",
                )
            )
        elif own is None:
            found.append(Difference("missing here", key, others[0].period, there=others[0].digest))
        elif not others:
            found.append(Difference("missing there", key, own.period, here=own.digest))
        elif own.digest != others[0].digest:
            other = others[0]
            names = sorted({*own.row, *other.row})
            fields = tuple(
                (name, own.row.get(name), other.row.get(name))
                for name in names
                if own.row.get(name) != other.row.get(name)
            )
            found.append(
                Difference("differs", key, other.period, fields, there=other.digest, here=own.digest)
            )
    return found


def periods(there: Sequence[Entry], here: Sequence[Entry]) -> list[dict[str, Any]]:
    """Count and digest of both sides, for each period that either of them knows."""
    names = sorted({one.period for one in (*there, *here)})
    rows = []
    for name in names:
        a = total(one for one in there if one.period == name)
        b = total(one for one in here if one.period == name)
        rows.append(
            {
                "period": name,
                "there": {"count": a.count, "digest": a.digest},
                "here": {"count": b.count, "digest": b.digest},
                "same": a == b,
            }
        )
    return rows


def draw(seed: int, keys: Iterable[str], count: int) -> list[str]:
    """The sample that a seed draws, by an algorithm that anybody can follow by hand.

    SHA-256 over `SEED:KEY`; the keys whose hashes come first in order are the sample.
    """
    ranked = sorted((hashlib.sha256(f"{seed}:{key}".encode()).hexdigest(), key) for key in keys)
    return [key for _, key in ranked[:count]]
