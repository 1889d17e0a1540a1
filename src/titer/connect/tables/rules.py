"""What comes out of a table by its mapping, and what is wrong with it, row by row. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import NamedTuple

from titer.base.clock import us
from titer.connect.tables.mapping import SERIAL, TableMapping

_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d{1,3})?")
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - on whatever wall the workbook was written at
_LAST_SERIAL = 200_000


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something that is wrong with a row; row and column as a person counts them, 0 where it is about all.

    Attributes:
        row: from 1.
        column: its name.
        what: what is wrong.
    """

    row: int
    column: str
    what: str


class Value(NamedTuple):
    """A number of a table.

    Attributes:
        column: its name.
        at_us: microseconds since 1970 UTC.
        text: the number with a decimal point.
        row: from 1.
        sample: that its row names; "" where the mapping has no column of samples.
    """

    column: str
    at_us: int
    text: str
    row: int
    sample: str


@dataclass(slots=True)
class Outcome:
    """What a table gives.

    Attributes:
        values: the numbers, row by row.
        rows: how many rows have a time.
        missing: cells that say that there is no value.
        problems: what is wrong; a table with any is used for nothing.
    """

    values: list[Value] = field(default_factory=list)
    rows: int = 0
    missing: int = 0
    problems: list[RowProblem] = field(default_factory=list)


def apply(
    mapping: TableMapping, rows: Sequence[Sequence[str]], zone: tzinfo, *, whole: bool = True
) -> Outcome:
    """Read a table.

    Args:
        mapping: how.
        rows: its cells.
        zone: of times that say none.
        whole: whether the last line has an end; without it the last value may have been cut.
    """
    out = Outcome()
    if len(rows) < mapping.header_row:
        out.problems.append(
            RowProblem(0, "", f"the table has {len(rows)} rows and no row {mapping.header_row}")
        )
        return out
    header = [cell.strip() for cell in rows[mapping.header_row - 1]]
    while header and not header[-1]:
        header.pop()
    out.problems += _columns(mapping, header)
    if out.problems:
        return out
    at = {name: place for place, name in enumerate(header)}
    for number, row in enumerate(rows[mapping.header_row :], mapping.header_row + 1):
        if any(cell.strip() for cell in row):
            _row(mapping, out, number, row, at, zone)
    if not whole:
        out.problems.append(
            RowProblem(len(rows), "", "the last line has no end: its last value may have been cut")
        )
    if not out.values and not out.problems:
        out.problems.append(RowProblem(0, "", "the table holds no value"))
    return out


def _columns(mapping: TableMapping, header: Sequence[str]) -> Iterator[RowProblem]:
    row = mapping.header_row
    wanted = {mapping.time_column, *mapping.columns} | ({mapping.sample_column} - {""})
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        yield RowProblem(row, name, "two columns have this name")
    for name in sorted(wanted - set(header)):
        yield RowProblem(row, name, "there is no such column")
    for place, name in enumerate(header, 1):
        if not name:
            yield RowProblem(row, f"column {place}", "the column has no name")
        elif name not in wanted and name not in mapping.ignored:
            yield RowProblem(row, name, "the column is neither mapped nor ignored for a reason")


def _row(
    mapping: TableMapping, out: Outcome, number: int, row: Sequence[str], at: dict[str, int], zone: tzinfo
) -> None:
    if len(row) < len(at) or any(cell.strip() for cell in row[len(at) :]):
        words = f"the row has {len(row)} cells, and the header has {len(at)}"
        out.problems.append(RowProblem(number, "", words))
        return
    time = row[at[mapping.time_column]].strip()
    found = _instant(time, mapping.time_format, zone)
    if isinstance(found, str):
        out.problems.append(RowProblem(number, mapping.time_column, found))
        return
    out.rows += 1
    sample = row[at[mapping.sample_column]].strip() if mapping.sample_column else ""
    if mapping.sample_column and not sample:
        out.problems.append(RowProblem(number, mapping.sample_column, "the row names no sample"))
    for name in mapping.columns:
        cell = row[at[name]].strip()
        if cell in mapping.missing:
            out.missing += 1
            continue
        value = _value(cell, mapping.decimal)
        if value is None:
            out.problems.append(RowProblem(number, name, f"{cell[:60]!r} is no number"))
        else:
            out.values.append(Value(name, us(found), value, number, sample))


def _instant(text: str, form: str, zone: tzinfo) -> datetime | str:
    """A time as an instant, or why it is none."""
    if form == SERIAL:
        if not _NUMBER.fullmatch(text) or not 1 <= Decimal(text.replace(",", ".")) < _LAST_SERIAL:
            return f"{text[:60]!r} is no time as Excel keeps it"
        milliseconds = int(Decimal(text.replace(",", ".")) * 86_400_000 + Decimal("0.5"))
        return _placed(_SERIAL_ZERO + timedelta(milliseconds=milliseconds), text, zone)
    try:
        read = datetime.strptime(text, form)  # noqa: DTZ007 - most tables write no zone, and the connection says it
    except ValueError:
        return f"{text[:60]!r} is not written as {form}"
    return read.astimezone(UTC) if read.tzinfo is not None else _placed(read, text, zone)


def _placed(read: datetime, text: str, zone: tzinfo) -> datetime | str:
    """A time on a wall in its zone, unless the wall's clock showed it twice, or never."""
    placed = read.replace(tzinfo=zone)
    if placed.utcoffset() != placed.replace(fold=1).utcoffset():
        return f"{text} is twice or never in this zone: the clock was changed then"
    return placed.astimezone(UTC)


def _value(text: str, decimal: str) -> str | None:
    """A number with a decimal point, spelt as it stands; None for anything else."""
    other = "," if decimal == "." else "."
    if other in text or not _NUMBER.fullmatch(text):
        return None
    return text.replace(decimal, ".")
