"""Reading a table in a process of its own: the same for a person's sample and for a file that an instrument wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from titer.base.clock import zone_of
from titer.base.errors import Invalid
from titer.connect.core.judged import Judged, Problem
from titer.connect.core.sandbox import run
from titer.connect.tables.mapping import DELIMITERS, TableMapping
from titer.connect.tables.rules import Value, apply

FIRST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Looked(Judged):
    """What a table looks like and what comes out of it.

    Attributes:
        first: its first rows, as they are.
        rows: how many there are.
        sheets: of a workbook.
        values: the numbers, row by row.
        measured: rows with a time.
        missing: cells that say that there is no value.
        problems: by row and column; none where there was no mapping to read it by.
    """

    first: tuple[tuple[str, ...], ...]
    rows: int
    sheets: tuple[str, ...]
    values: tuple[Value, ...]
    measured: int
    missing: int
    problems: tuple[Problem, ...]


def look(
    data: bytes,
    *,
    encoding: str,
    time_zone: str,
    mapping: Mapping[str, Any] | None = None,
    delimiter: str = "comma",
    sheet: str = "",
    unended: bool = False,
    sandboxed: bool = True,
) -> Looked:
    """Read a table.

    Args:
        data: its bytes: delimited text or a workbook.
        encoding: of text without a byte order mark.
        time_zone: IANA name, of times that say none.
        mapping: how; None only shows the first rows.
        delimiter, sheet: for a look without a mapping.
        unended: the instrument writes no line end after its last line.
        sandboxed: False reads in this process; for tests.

    Raises:
        Invalid: if it is no table, or the mapping cannot be meant.
    """
    zone_of(time_zone, "settings.time_zone")
    if mapping is not None:
        TableMapping.of(mapping)
    elif delimiter not in DELIMITERS:
        raise Invalid(f"There is no delimiter {delimiter!r}.", do=f"There are {', '.join(DELIMITERS)}.")
    asked = {
        "encoding": encoding,
        "time_zone": time_zone,
        "mapping": mapping,
        "delimiter": delimiter,
        "sheet": sheet,
        "unended": unended,
    }
    arguments = [json.dumps(asked)]
    told = run("titer.connect.tables", arguments, data) if sandboxed else answer(data, arguments)
    return Looked(
        first=tuple(tuple(row) for row in told["first"]),
        rows=told["rows"],
        sheets=tuple(told["sheets"]),
        values=tuple(Value(*one) for one in told["values"]),
        measured=told["measured"],
        missing=told["missing"],
        problems=tuple(
            Problem("structure", "error", _where(row, column), what) for row, column, what in told["problems"]
        ),
    )


def _where(row: int, column: str) -> str:
    if not row:
        return "file"
    return f"row {row}, {column}" if column else f"row {row}"


def answer(data: bytes, arguments: Sequence[str]) -> Mapping[str, Any]:
    """What the reading process says; see `look`."""
    from titer.connect.tables.reading import is_workbook, read_text, read_workbook

    asked = json.loads(arguments[0])
    mapping = TableMapping.of(asked["mapping"]) if asked["mapping"] is not None else None
    sheets: list[str] = []
    whole = True
    if is_workbook(data):
        rows, sheets = read_workbook(data, mapping.sheet if mapping else asked["sheet"])
    else:
        sign = DELIMITERS[mapping.delimiter if mapping else asked["delimiter"]]
        rows, whole = read_text(data, asked["encoding"], sign)
    told: dict[str, Any] = {"first": rows[:FIRST_ROWS], "rows": len(rows), "sheets": sheets}
    told |= {"values": [], "measured": 0, "missing": 0, "problems": []}
    if mapping is not None:
        zone = zone_of(asked["time_zone"], "settings.time_zone")
        out = apply(mapping, rows, zone, whole=whole or asked["unended"])
        told |= {"values": out.values, "measured": out.rows, "missing": out.missing}
        told["problems"] = [(one.row, one.column, one.what) for one in out.problems]
    return told
