"""What people call a record: its number, code or name, for sentences that would otherwise bear an id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.record.model import LedgerEntry

COLUMNS = (
    "number",
    "batch_number",
    "code",
    "full_name",
    "printed_name",
    "username",
    "name",
    "tag",
    "file_name",
)
"""Columns that name a record to people, best first."""
ALSO = ("title", "analysis", "competency", "role", "path", "label", "point", "connection", "text")
"""Columns that describe one where it has no name."""
COUNTS = ("number", "sequence", "hour", "revision")
"""Counts that tell rows apart where they have neither."""
_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_LONGEST = 2000
_MOST = 900
"""Ids asked for in one query; SQLite binds a limited number of values."""


def name_of(row: Mapping[str, Any]) -> str:
    """What people call a row; empty where nothing in it names it.

    >>> name_of({"number": "S-2026-0001", "point": "harvest"})
    'S-2026-0001'
    """
    for column in COLUMNS + ALSO:
        value = row.get(column)
        if isinstance(value, str) and value:
            return value
    for column in COUNTS:
        value = row.get(column)
        if isinstance(value, int):
            return str(value)
    return ""


def ids_in(row: Mapping[str, Any] | None) -> set[str]:
    """The ids that a row refers to: its own fields, and what it holds as a short document.

    A long document (an export lists everything that left the house) is no part of a sentence.
    """
    found: set[str] = set()
    for value in (row or {}).values():
        if isinstance(value, str) and len(value) < _LONGEST:
            found.update(_ID.findall(value))
    return found


def names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Names for ids, out of the newest entry of each; a record without one is named by what it refers to."""
    wanted = set(ids)
    rows = _rows(session, wanted)
    told = {key: name for key, row in rows.items() if (name := name_of(row))}
    referring = {
        key: str(row.get("person_id") or row.get("sample_id") or row.get("batch_id") or "")
        for key, row in rows.items()
        if key not in told
    }
    further = _rows(session, {key for key in referring.values() if key} - set(rows))
    for key, other in referring.items():
        name = told.get(other) or name_of(further.get(other, {}))
        if name:
            told[key] = name
    return told


def _rows(session: Session, ids: set[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), _MOST):
        newest = (
            select(func.max(LedgerEntry.seq))
            .where(LedgerEntry.record_id.in_(listed[start : start + _MOST]))
            .group_by(LedgerEntry.record_id)
        )
        for body in session.scalars(select(LedgerEntry.body).where(LedgerEntry.seq.in_(newest))):
            entry = json.loads(body)
            found[entry["record_id"]] = entry["after"] or entry["before"] or {}
    return found
