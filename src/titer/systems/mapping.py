"""What a source's columns mean here: each is mapped, or ignored with a reason, or its row goes to quarantine.

Number format and unit are stated, never guessed: data that are moved keep value and meaning (EU GMP Annex 11 s. 4.8,
Annex 11 s. 5). Pure: nothing here reads or writes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Columns
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from titer.base.canonical import canonical, canonical_decimal, digest
from titer.base.clock import iso
from titer.base.errors import Invalid
from titer.base.units import unit as unit_of_measure

Row = dict[str, str | None]
"""A row as its source gave it: text, or nothing."""

RECORD_TYPES: dict[str, dict[str, bool]] = {
    "result": {
        "sample": True,
        "test": True,
        "value": True,
        "time": True,
        "material": False,
        "batch": False,
        "analyst": False,
        "status": False,
    },
    "sample": {
        "sample": True,
        "time": True,
        "material": False,
        "batch": False,
        "point": False,
        "status": False,
    },
    "batch": {
        "batch": True,
        "material": True,
        "time": True,
        "ended": False,
        "quantity": False,
        "status": False,
    },
    "material_lot": {
        "lot": True,
        "material": True,
        "time": True,
        "quantity": False,
        "supplier": False,
        "expires": False,
        "status": False,
    },
    "audit_trail": {
        "entry": True,
        "time": True,
        "who": True,
        "what": True,
        "record": False,
        "before": False,
        "after": False,
        "why": False,
    },
}
"""Kinds of record that other systems own, with their fields and whether each must be mapped."""

_NUMBER = {
    ".": re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?", re.ASCII),
    ",": re.compile(r"[+-]?\d+(,\d+)?([eE][+-]?\d{1,2})?", re.ASCII),
}


class Column(BaseModel):
    """What one column means.

    Args:
        column: its name over there.
        field: of the kind of record; or a word of one's own that begins with `x_`.
        kind: text, number, instant or date.
        decimal_mark: of a number: "." or ",".
        thousands: what stands between groups of three digits, "" for nothing.
        unit: of a number, as a UCUM code ("1" where it has none); or
        unit_column: the column that holds it.
        time_zone: of an instant that states no offset.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    column: str = Field(min_length=1, max_length=200)
    field: str = Field(pattern=r"^[a-z][a-z_]{0,30}$")
    kind: str = Field(pattern="^(text|number|instant|date)$")
    decimal_mark: str | None = Field(default=None, pattern=r"^[.,]$")
    thousands: str = Field(default="", pattern=r"^[., ']?$")
    unit: str | None = None
    unit_column: str | None = None
    time_zone: str | None = None


class Ignored(BaseModel):
    """A column that is left out.

    Args:
        column: its name over there.
        why: it is not needed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    column: str = Field(min_length=1, max_length=200)
    why: str = Field(max_length=400)


class Mapping(BaseModel):
    """The mapping of a source.

    Args:
        key: the columns that together name a record over there, in this order.
        columns: what each column means.
        ignore: the columns that are left out, each with the reason.
        version_column: the column that counts the record's versions over there, if there is one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: list[str] = Field(min_length=1, max_length=8)
    columns: list[Column] = Field(min_length=1, max_length=200)
    ignore: list[Ignored] = Field(default_factory=list, max_length=200)
    version_column: str | None = None

    @property
    def compared(self) -> list[str]:
        """The columns whose text is kept and compared: all that are mapped, the key and units, in order of name."""
        extra = {*self.key, *(one.unit_column for one in self.columns if one.unit_column)}
        if self.version_column:
            extra.add(self.version_column)
        return sorted(extra.union(one.column for one in self.columns))

    @property
    def left_out(self) -> dict[str, str]:
        """Column -> why it is ignored."""
        return {one.column: one.why for one in self.ignore}

    @property
    def time(self) -> Column:
        """The column with the record's own time."""
        return next(one for one in self.columns if one.field == "time")


@dataclass(frozen=True)
class Taken:
    """A row that could be read: what it means.

    Args:
        fields: field -> {"value": text, "unit": code} or {"value": text}.
        time: of the record over there; None if none is mapped.
        version: over there.
    """

    fields: dict[str, Any]
    time: datetime | None
    version: str | None


def read(data: Any, record_type: str) -> Mapping:
    """A mapping, checked.

    Raises:
        Invalid: with what is missing or contradicts itself.
    """
    try:
        made = Mapping.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = "mapping." + ".".join(map(str, first["loc"]))
        raise Invalid(f"The mapping cannot be used: {first['msg']}.", where=where) from error
    _check(made, record_type)
    return made


def _check(made: Mapping, record_type: str) -> None:
    known = RECORD_TYPES[record_type]
    fields = [one.field for one in made.columns]
    names = [one.column for one in made.columns] + [one.column for one in made.ignore]
    for found, said in (
        (_twice(fields), "Two columns are mapped to the same field"),
        (_twice(names), "A column is mapped or ignored twice"),
        (
            [name for name, needed in known.items() if needed and name not in fields],
            f"A {record_type.replace('_', ' ')} needs these fields, and no column is mapped to them",
        ),
        (
            [name for name in fields if name not in known and not name.startswith("x_")],
            f"A {record_type.replace('_', ' ')} has no such field (one of your own begins with x_)",
        ),
        (sorted(set(made.left_out) & set(made.compared)), "A column is used and ignored at once"),
        ([one.column for one in made.ignore if not one.why.strip()], "A column is ignored without a reason"),
    ):
        if found:
            raise Invalid(f"{said}: {', '.join(found)}.", where="mapping")
    for one in made.columns:
        _check_column(one.column, one)
    if made.time.kind not in ("instant", "date"):
        raise Invalid("The time of a record is an instant or a date.", where="mapping.columns")


def _twice(names: list[str]) -> list[str]:
    return sorted({one for one in names if names.count(one) > 1})


def _check_column(name: str, one: Column) -> None:
    where = f"mapping.columns.{name}"
    if one.kind == "number":
        if one.decimal_mark is None:
            raise Invalid(f"{name} is a number: say what its decimal mark is.", where=where, do='"." or ",".')
        if one.thousands == one.decimal_mark:
            raise Invalid(f"{name} cannot have one sign for decimals and for thousands.", where=where)
        if (one.unit is None) == (one.unit_column is None):
            raise Invalid(
                f"{name} is a number: say its unit, or the column that holds it.",
                where=where,
                do='A number without a unit has the unit "1".',
            )
        if one.unit is not None:
            unit_of_measure(one.unit)
    elif one.decimal_mark or one.thousands or one.unit or one.unit_column:
        raise Invalid(f"{name} is {one.kind}; marks and units belong to numbers.", where=where)
    if one.kind == "instant" and one.time_zone is not None:
        try:
            ZoneInfo(one.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Invalid(
                f"{one.time_zone} is no time zone.", where=where, do="Europe/Zurich, UTC"
            ) from error


def compared(mapping: Mapping, row: Row) -> Row:
    """The part of a row that is kept and compared."""
    return {name: row.get(name) for name in mapping.compared}


def pairs(kept: Columns[str, str | None]) -> list[list[str | None]]:
    """The canonical form of a row: pairs of column and text, in order of the columns' names.

    Names stand as values, since a column's name may hold any letter.
    """
    return [[name, kept[name]] for name in sorted(kept)]


def row_digest(kept: Columns[str, str | None]) -> str:
    """SHA-256 of the canonical form of a row."""
    return digest(pairs(kept))


def key_of(mapping: Mapping, row: Row) -> str | None:
    """The name of a record over there; None if a part of it is missing.

    Of several columns, it is their JSON list: no sign between them could be taken for a part of one.
    """
    parts = [row.get(name) for name in mapping.key]
    if any(part is None or part == "" for part in parts):
        return None
    return str(parts[0]) if len(parts) == 1 else canonical(parts).decode()


def take(mapping: Mapping, row: Row) -> Taken:
    """What a row means.

    Raises:
        Invalid: with the reason why it cannot be taken.
    """
    unknown = sorted(set(row) - set(mapping.compared) - set(mapping.left_out))
    if unknown:
        raise Invalid(f"Neither mapped nor ignored: {', '.join(unknown)}.")
    missing = [name for name in mapping.compared if name not in row]
    if missing:
        raise Invalid(f"Missing: {', '.join(missing)}.")
    if key_of(mapping, row) is None:
        raise Invalid(f"The key is empty: {', '.join(mapping.key)}.")
    fields: dict[str, Any] = {}
    time: datetime | None = None
    for column in mapping.columns:
        name = column.column
        value = row[name]
        if value is None or value == "":
            if column.field == "time":
                raise Invalid(f"{name} is empty; it is the record's time.")
            fields[column.field] = {"value": None}
            continue
        fields[column.field] = _value(name, column, value, row)
        if column.field == "time":
            time = instant(column, value)
    version = row.get(mapping.version_column) if mapping.version_column else None
    return Taken(fields, time, version)


def _value(name: str, column: Column, value: str, row: Row) -> dict[str, str | None]:
    if column.kind == "text":
        return {"value": value}
    if column.kind == "number":
        unit = column.unit if column.unit_column is None else row.get(column.unit_column)
        if not unit:
            raise Invalid(f"{name} has no unit: {column.unit_column} is empty.")
        unit_of_measure(unit)
        return {"value": canonical_decimal(number(name, column, value)), "unit": unit}
    if column.kind == "date":
        return {"value": instant(column, value).date().isoformat()}
    return {"value": iso(instant(column, value))}


def number(name: str, column: Column, value: str) -> Decimal:
    """A number in its stated format, with every digit.

    Raises:
        Invalid: if it is written in another.
    """
    mark, text = column.decimal_mark or ".", value.strip()
    plain = text.replace(column.thousands, "") if column.thousands else text
    if not _NUMBER[mark].fullmatch(plain):
        raise Invalid(f"{name}: {value[:40]!r} is no number with the decimal mark {mark!r}.")
    if plain != text:
        whole = re.split(rf"[eE{re.escape(mark)}]", text)[0].lstrip("+-")
        if column.thousands in text[len(text.split(mark)[0]) :] or not re.fullmatch(
            rf"\d{{1,3}}({re.escape(column.thousands)}\d{{3}})+", whole, re.ASCII
        ):
            raise Invalid(f"{name}: {value[:40]!r} has its thousands in the wrong place.")
    return Decimal(plain.replace(",", "."))


def instant(column: Column, value: str) -> datetime:
    """A time or date in its stated format, as a UTC instant; a date is its midnight.

    Raises:
        Invalid: if it is written in another, or its zone is stated nowhere.
    """
    name = column.column
    text = value.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{name}: {value[:40]!r} is no time or date (ISO 8601).") from error
    if column.kind == "date":
        if "T" in text or ":" in text:
            raise Invalid(f"{name}: {value[:40]!r} is a time, and a date was stated.")
        return found.replace(tzinfo=UTC)
    if found.tzinfo is None:
        if column.time_zone is None:
            raise Invalid(f"{name}: {value[:40]!r} states no time zone, and the mapping states none.")
        zone = ZoneInfo(column.time_zone)
        local = found.replace(tzinfo=zone)
        if local.utcoffset() != found.replace(tzinfo=zone, fold=1).utcoffset():
            raise Invalid(
                f"{name}: {value[:40]!r} comes twice or never in {column.time_zone} (clocks change)."
            )
        found = local
    try:
        found = found.astimezone(UTC)
        iso(found)
    except (OverflowError, ValueError) as error:
        raise Invalid(f"{name}: {value[:40]!r} is no time that a record holds.") from error
    return found
