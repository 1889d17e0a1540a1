"""What a verification found, and by which names people know what it is about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.record.model import LedgerEntry

Verifier = Callable[[Session], Iterator[str]]
"""Yields a sentence for each fault of something that lies outside the tables, e.g. sealed segments."""


class Remark(str):
    """What a verifier says though it is no fault."""

    __slots__ = ()


Progress = Callable[[str, int, int], None]
"""Told (what is being looked at, how much of it is done, how much there is)."""

MERKLE, FULL = "merkle", "full"
DEPTHS = (MERKLE, FULL)
"""How deep a verification goes: entries, tree, heads and witnesses; or tables, files and messages too."""

ENTRIES = "SELECT seq, {body} FROM ledger_entry ORDER BY seq"
_NAMED_BY = ("number", "code", "tag", "lot_number", "username", "file_name", "path", "name", "title")


@dataclass
class Verdict:
    """What was checked, and the first thing that does not hold.

    Attributes:
        unsealed: entries that no leaf covers yet; more may be committed while the check runs.
        place: what is being looked at.
        progress: told how far it is.
        depth: how deep it went.
        remarks: what a reader should know though it is no fault.
    """

    holds: bool = True
    first_fault: str | None = None
    entries: int = 0
    root: str = ""
    seconds: float = 0.0
    checked: dict[str, int] = field(default_factory=dict)
    unsealed: int = 0
    place: str = "The database file"
    progress: Progress | None = None
    depth: str = FULL
    remarks: list[str] = field(default_factory=list)

    def tell(self, what: str, done: int, total: int) -> None:
        """Say how far it is."""
        if self.progress is not None:
            self.progress(what, done, total)

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        if not self.holds:
            return f"The record does not hold: {self.first_fault}"
        parts = ", ".join(f"{count:,} {what}" for what, count in self.checked.items())
        only = " (the tree alone; tables and files were not compared)" if self.depth == MERKLE else ""
        return f"The record holds: {parts}; root {self.root[:16]}{only}."


def name_of(body: str | bytes, seq: int) -> str:
    """An entry by its number, and by what it is about as far as it can be read."""
    try:
        entry = json.loads(body)
        image = entry["after"] or entry["before"] or {}
        known = called(entry["record_type"], entry["record_id"], image)
        return f"Entry {seq} ({known}, version {entry['version']}, {said(entry)})"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"Entry {seq}"


def strange(session: Session, seq: int) -> str:
    """An entry that no action of this installation vouches for, or a tally without its entry."""
    body = session.scalar(select(LedgerEntry.body).where(LedgerEntry.seq == seq))
    if body is None:
        return f"ledger_tally {seq} belongs to no entry: it was written past Titer, or its action's entries are gone."
    return (
        f"{name_of(body, seq)} was not written by Titer, or is not as it was written: no action of this "
        "installation vouches for it (ledger_tally)."
    )


def called(record_type: str, record_id: str, image: dict[str, object]) -> str:
    """A record by the name that people know it by: its number, code or title, then type and id."""
    known = (image.get(field) for field in _NAMED_BY)
    name = next((value for value in known if isinstance(value, str) and value), "")
    return f"{record_type} {record_id}" + (f" ({name[:80]})" if name else "")


def by(session: Session, seq: int) -> str:
    """Who wrote the entry of a number, and when."""
    body = session.scalar(select(LedgerEntry.body).where(LedgerEntry.seq == seq))
    return said(json.loads(body)) if body else "of an entry that is gone"


def said(entry: dict[str, Any]) -> str:
    """Who wrote an entry, and when."""
    return f"entered by {entry['actor']['name']} at {entry['time']}"
