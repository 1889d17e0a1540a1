"""How a table is read: which row names the columns, which column is the time, which become channels of what unit.

A mapping is part of a connection's settings, so that each change of it is a revision that is drafted and approved as
the connection is. Every column of a file is the time, the sample, a channel, or ignored for a reason; a file with any
other is quarantined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from titer.base.errors import Invalid
from titer.base.units import unit as look_up

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
DECIMALS = (".", ",")
SERIAL = "excel"
"""The format of a time that Excel keeps as the days since 1899-12-30."""
_KEYS = ("sheet", "header_row", "delimiter", "decimal", "time", "sample", "missing", "columns", "ignored")
_MOST = 2000


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping that can be meant.

    Attributes:
        sheet: of a workbook; "" for the first one.
        header_row: row with the columns' names, from 1.
        delimiter: one of `DELIMITERS`.
        decimal: the decimal sign.
        time_column, time_format: the time and how it is written (strptime), or `SERIAL`.
        sample_column: names the sample of each row; "" where rows are of no sample, but of a stream.
        missing: texts that say that there is no value.
        columns: name of a column -> unit of its channel.
        ignored: name of a column -> why it is no measured value.
    """

    sheet: str
    header_row: int
    delimiter: str
    decimal: str
    time_column: str
    time_format: str
    sample_column: str
    missing: frozenset[str]
    columns: Mapping[str, str]
    ignored: Mapping[str, str]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> TableMapping:
        """Read a mapping as it stands in a connection's settings.

        Raises:
            Invalid: with the place of the first thing that cannot be meant.
        """
        _require(isinstance(raw, Mapping), "mapping", "A table's mapping is missing.")
        for key in raw:
            _require(
                key in _KEYS, f"mapping.{key}", f"A mapping has no {key!r}: there are {', '.join(_KEYS)}."
            )
        time = raw.get("time") or {}
        _require(isinstance(time, Mapping), "mapping.time", "The time is a column and a format.")
        row = raw.get("header_row", 1)
        whole = isinstance(row, int) and not isinstance(row, bool)
        _require(whole and 1 <= row <= _MOST, "mapping.header_row", f"{row!r} is no row of 1 to {_MOST}.")
        delimiter, decimal = str(raw.get("delimiter", "comma")), str(raw.get("decimal", "."))
        _require(
            delimiter in DELIMITERS,
            "mapping.delimiter",
            f"There are {', '.join(DELIMITERS)}, not {delimiter!r}.",
        )
        _require(decimal in DECIMALS, "mapping.decimal", "The decimal sign is a point or a comma.")
        _require(
            DELIMITERS[delimiter] != decimal,
            "mapping.decimal",
            "One sign cannot divide columns and decimals.",
        )
        form = str(time.get("format") or "")
        _require(bool(time.get("column")), "mapping.time.column", "No column is named as the time.")
        _check_format(form)
        columns = _named(raw.get("columns") or [], "columns", "unit")
        for name, unit in columns.items():
            look_up(unit or "1")
            _require(bool(unit), f"mapping.columns.{name}", f"The column {name!r} has no unit; 1 is one.")
        _require(bool(columns), "mapping.columns", "No column becomes a channel.")
        ignored = _named(raw.get("ignored") or [], "ignored", "reason")
        for name, reason in ignored.items():
            _require(
                bool(reason.strip()),
                f"mapping.ignored.{name}",
                f"The column {name!r} is ignored without a reason.",
            )
        sample = raw.get("sample") or ""
        _require(isinstance(sample, str), "mapping.sample", "The sample is the name of a column.")
        once = [str(time["column"]), *([sample] if sample else []), *columns, *ignored]
        twice = next((name for name in once if once.count(name) > 1), None)
        _require(twice is None, "mapping", f"The column {twice!r} is named for two things.")
        return cls(
            sheet=str(raw.get("sheet") or ""),
            header_row=row,
            delimiter=delimiter,
            decimal=decimal,
            time_column=str(time["column"]),
            time_format=form,
            sample_column=sample,
            missing=frozenset(str(one).strip() for one in raw.get("missing") or [""]),
            columns=columns,
            ignored=ignored,
        )


def _named(entries: Any, key: str, other: str) -> dict[str, str]:
    _require(
        isinstance(entries, list) and len(entries) <= _MOST, f"mapping.{key}", "It is a list of columns."
    )
    found: dict[str, str] = {}
    for entry in entries:
        good = (
            isinstance(entry, Mapping) and entry.keys() == {"column", other} and str(entry["column"]).strip()
        )
        _require(bool(good), f"mapping.{key}", f"Each entry has a column and a {other}.")
        name = str(entry["column"])
        _require(name not in found, f"mapping.{key}", f"The column {name!r} stands twice.")
        found[name] = str(entry[other])
    return found


def _check_format(form: str) -> None:
    """Refuse a format that leaves a day or an hour open: a guess would pass in silence."""
    if form == SERIAL:
        return
    _require(bool(form), "mapping.time.format", "The time has no format.")
    given = (datetime(2001, 2, 3, 16, 5, 6, tzinfo=UTC), datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC))
    try:
        told = [datetime.strptime(at.strftime(form), form).replace(tzinfo=UTC) for at in given]
    except (ValueError, OverflowError) as error:
        raise Invalid(
            f"{form!r} is no format of a time.",
            where="mapping.time.format",
            why=str(error),
            do="Write it as %Y-%m-%d %H:%M:%S.",
        ) from error
    same = all(at.replace(second=0) == read.replace(second=0) for at, read in zip(given, told, strict=True))
    _require(same, "mapping.time.format", f"{form!r} does not say year, month, day, hour and minute.")


def _require(good: bool, where: str, words: str) -> None:
    if not good:
        raise Invalid(words, where=where)
