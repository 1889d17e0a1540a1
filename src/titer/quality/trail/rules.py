"""Pure decisions of audit-trail review: which entries a rule flags, which are drawn, and what is overdue."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from titer.base.clock import from_iso, us
from titer.base.errors import Invalid

Entry = Mapping[str, Any]

OUTCOMES = ("no findings", "findings without impact", "findings, deviation raised")
VERDICTS = ("no finding", "finding")
OWN = ("quality_audit_trail_review", "quality_trail_look")
"""Records of the review itself are no part of what it reviews."""
SHARED = ("record_", "equipment_", "historian_")
"""Records that belong to more than one subject: read where they name it, and not followed further."""

_EMPTY = (None, "", "[]", "{}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def draw(seed: int, entry_ids: Iterable[str], count: int) -> list[str]:
    """The sample that a seed draws out of a population, by an algorithm that anybody can follow by hand.

    Each entry's id is hashed with the seed in front, SHA-256 over `SEED:ID`; the entries whose hashes come first in
    hexadecimal are the sample. With the ids in a file, one a line:

        while read id; do echo "$(printf %s "SEED:$id" | sha256sum | cut -c1-64) $id"; done < ids | sort | head -25

    Args:
        seed: as the review records it.
        entry_ids: of the population, in any order.
        count: how many are wanted.

    Example:
        >>> draw(7, ["a", "b", "c"], 2)
        ['c', 'a']
    """
    ranked = sorted((hashlib.sha256(f"{seed}:{one}".encode()).hexdigest(), one) for one in entry_ids)
    return [one for _, one in ranked[:count]]


def population_digest(entry_ids: Iterable[str]) -> str:
    """SHA-256 over the ids of a population in the ledger's order, one a line."""
    return hashlib.sha256("".join(f"{one}\n" for one in entry_ids).encode()).hexdigest()


@dataclass(frozen=True)
class Flag:
    """An entry that a rule flags."""

    entry: Entry
    seq: int
    rule: str


class Belonging:
    """Which records belong to a subject, read off the entries in their order.

    A record belongs from the entry on in which it names the subject or a record that belongs to it, unless
    it names another batch as its own. Shared records are read where they name it, and not followed further.

    Args:
        subject_id: of the batch or lot.
    """

    def __init__(self, subject_id: str) -> None:
        self.subject = subject_id
        self.members = {subject_id}
        self._quoted = re.compile(re.escape(subject_id))

    def copy(self) -> Belonging:
        """An independent copy."""
        twin = Belonging(self.subject)
        twin.members = set(self.members)
        return twin

    def names(self, body: str) -> bool:
        """Whether an entry's text names the subject or a record that belongs to it."""
        return bool(self._quoted.search(body)) or not self.members.isdisjoint(_UUID.findall(body))

    def take(self, entry: Entry) -> bool:
        """Whether an entry that names a member is part of the population; its record is one from now on."""
        kind = str(entry["record_type"])
        image = entry["after"] or entry["before"] or {}
        if kind in OWN or (kind == "record_signature" and image.get("record_type") in OWN):
            return False
        other = image.get("batch_id")
        if kind != "record_signature" and isinstance(other, str) and other not in (self.subject, ""):
            return entry["record_id"] in self.members
        if not kind.startswith(SHARED):
            self.members.add(str(entry["record_id"]))
        return True


def is_making(entry: Entry) -> bool:
    """Whether an entry belongs to how a subject was made and tested, and not to how it is reviewed and released."""
    about = entry["record_type"]
    if about == "record_signature":
        about = (entry["after"] or entry["before"] or {}).get("record_type")
    return not str(about).startswith("quality_")


@dataclass
class Past:
    """What the rules remember of the entries before."""

    signed: dict[str, set[str]] = field(default_factory=dict)
    hands: dict[str, set[str]] = field(default_factory=dict)
    time_us: int = 0
    process_us: int = 0

    def copy(self) -> Past:
        """An independent copy."""
        return Past(
            {key: set(found) for key, found in self.signed.items()},
            {key: set(found) for key, found in self.hands.items()},
            self.time_us,
            self.process_us,
        )

    def note(self, entry: Entry) -> None:
        """Remember an entry, once the rules have looked at it."""
        after = entry["after"] or {}
        if entry["record_type"] == "record_signature" and entry["before"] is None:
            self.signed.setdefault(str(after.get("record_id")), set()).add(str(after.get("meaning")))
        elif entry["actor"]["kind"] == "person":
            self.hands.setdefault(entry["record_id"], set()).add(entry["actor"]["id"])
        self.time_us = max(self.time_us, us(from_iso(entry["time"])))
        self.process_us = max(self.process_us, us(from_iso(entry["process_time"])))


def flags(
    entries: Iterable[tuple[int, Entry, bool]], ruleset: Mapping[str, Any], scope: str, past: Past
) -> list[Flag]:
    """The entries that a rule flags, in the ledger's order; an entry may be flagged by several rules.

    Args:
        entries: number, entry, and whether it belongs to the subject (else it lies around it).
        ruleset: the rules.
        scope: batch, lot or system.
        past: what was seen before; it is carried on.
    """
    rules = [rule for rule in ruleset["rules"] if scope in rule["scopes"]]
    found = []
    for seq, entry, inside in entries:
        for rule in rules:
            if not inside and not rule.get("around"):
                continue
            if TESTS[rule["when"]["test"]](entry, rule["when"], past):
                found.append(Flag(entry, seq, rule["id"]))
        past.note(entry)
    return found


# --- the tests that a rule may name -------------------------------------------------------------------------------


def changed(entry: Entry) -> set[str]:
    """The fields that an entry changed, but for those that every change changes."""
    before, after = entry["before"] or {}, entry["after"] or {}
    names = (set(before) | set(after)) - {"version", "recorded_at", "process_at"}
    return {name for name in names if before.get(name) != after.get(name)}


def _is_change(entry: Entry) -> bool:
    return entry["before"] is not None and entry["after"] is not None


def _deleted(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    return entry["after"] is None


def _changed_after_signature(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    if not _is_change(entry) or str(entry["record_type"]).startswith(tuple(when["not_types"])):
        return False
    signed = past.signed.get(entry["record_id"], set()) & set(when["meanings"])
    return bool(signed and changed(entry) - set(when["except"]))


def _verb_has(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    return any(word in entry["verb"] for word in when["words"])


def _given(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    entered = entry["record_type"] == when["type"] and entry["before"] is None
    return bool(entered and (entry["after"] or {}).get(when["field"]) is not None)


def _entered(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    return entry["record_type"] in when["types"] and entry["before"] is None


def _touched(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    return entry["record_type"] in when["types"]


def _holds(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    if entry["record_type"] != when["type"] or entry["after"] is None:
        return False
    looked_at = changed(entry) & set(when["fields"])
    return any(word in str(entry["after"].get(name)) for name in looked_at for word in when["words"])


def _became(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    if not str(entry["record_type"]).startswith(tuple(when["types"])) or when["field"] not in changed(entry):
        return False
    return bool((entry["after"] or {}).get(when["field"]) in when["values"])


def _is(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    return (
        entry["record_type"] == when["type"] and (entry["after"] or {}).get(when["field"]) in when["values"]
    )


def _fields_changed(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    return _is_change(entry) and bool(changed(entry) & set(when["fields"].get(entry["record_type"], ())))


def _late(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    """An instant that an entry states for the first time lies longer back than is allowed."""
    delays = lateness_us(entry, when["fields"])
    return any(delay > when["minutes"] * 60_000_000 for delay in delays)


def lateness_us(entry: Entry, fields: Mapping[str, Sequence[str]]) -> list[int]:
    """How long after what it tells an entry was made, in microseconds, for each instant that it states anew.

    Args:
        entry: with instants as they are stored, in microseconds.
        fields: by record type, the columns that tell when something happened.
    """
    after, told = entry["after"] or {}, fields.get(str(entry["record_type"]), ())
    entered = us(from_iso(entry["process_time"]))
    return [
        entered - after[name] for name in told if name in changed(entry) and isinstance(after.get(name), int)
    ]


def _process_time_back(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    return us(from_iso(entry["process_time"])) < past.process_us - int(when["seconds"]) * 1_000_000


def _server_time_back(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    return us(from_iso(entry["time"])) < past.time_us - int(when["seconds"]) * 1_000_000


def _own_review(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    after = entry["after"] or {}
    if entry["record_type"] != "record_signature" or after.get("meaning") not in when["meanings"]:
        return False
    return after.get("person_id") in past.hands.get(str(after.get("record_id")), set())


def _unexplained(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    if not _is_change(entry) or entry["actor"]["kind"] != "person" or entry["reason"]:
        return False
    if str(entry["record_type"]).startswith(tuple(when["not_types"])):
        return False
    overwritten = {name for name in changed(entry) if entry["before"].get(name) not in _EMPTY}
    return bool(overwritten - set(when["except"]))


def _on_behalf(entry: Entry, when: Mapping[str, Any], past: Past) -> bool:
    return entry["on_behalf_of"] is not None


TESTS: dict[str, Callable[[Entry, Mapping[str, Any], Past], bool]] = {
    "deleted": _deleted,
    "changed_after_signature": _changed_after_signature,
    "verb_has": _verb_has,
    "given": _given,
    "entered": _entered,
    "touched": _touched,
    "holds": _holds,
    "became": _became,
    "is": _is,
    "fields_changed": _fields_changed,
    "late": _late,
    "process_time_back": _process_time_back,
    "server_time_back": _server_time_back,
    "own_review": _own_review,
    "unexplained": _unexplained,
    "on_behalf": _on_behalf,
}
"""What a rule's `when` may name."""


# --- ageing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Age:
    """How long a review has been waited for, by the server's clock."""

    days: int
    due_at: datetime
    overdue: bool


def age(since: datetime, now: datetime, due_days: int) -> Age:
    """The age of what is open since an instant.

    >>> from datetime import UTC
    >>> age(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC), 10).overdue
    True
    """
    due = since + timedelta(days=due_days)
    return Age((now - since).days, due, now > due)


def require_outcome(outcome: str, comment: str, findings: int) -> list[str]:
    """What stands against an outcome, given how many findings the reviewers noted."""
    if outcome not in OUTCOMES:
        return [f"Choose an outcome: {', '.join(OUTCOMES)}."]
    if findings and outcome == OUTCOMES[0]:
        return [f"{findings} of the entries bear a finding, so the outcome is not {outcome!r}."]
    if not findings and outcome != OUTCOMES[0]:
        return ["No entry bears a finding; note it at the entry that shows it."]
    if outcome != OUTCOMES[0] and not comment:
        return ["The comment is missing: say what was found, and what follows."]
    return []


def require_verdict(verdict: str, note: str) -> None:
    """Check what a reviewer notes at an entry.

    Raises:
        Invalid: if it is no verdict, or a finding without a word.
    """
    if verdict not in VERDICTS:
        raise Invalid(
            f"{verdict!r} is no verdict.", do=f"Use one of: {', '.join(VERDICTS)}.", where="verdict"
        )
    if verdict == "finding" and not note.strip():
        raise Invalid("A finding says what was found.", where="note")
