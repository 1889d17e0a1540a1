"""The rows of a table: of delimited text, or of a sheet of a workbook. Every cell stays text."""

from __future__ import annotations

import csv
import io
import posixpath
import re
from typing import Any

from titer.base.errors import Invalid
from titer.connect.core.archive import BEGINNING, Archive, Budget
from titer.connect.core.xml import parse_xml
from titer.connect.vendors.source import encoding_of

MOST_ROWS = 200_000
MOST_COLUMNS = 2000
_LARGEST_PART = 128 * 1024 * 1024
_ELEMENTS = 12_000_000
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def is_workbook(data: bytes) -> bool:
    """Whether bytes are an archive, as Excel's workbooks are."""
    return data.startswith(BEGINNING)


def read_text(data: bytes, encoding: str, delimiter: str) -> tuple[list[list[str]], bool]:
    """The rows of delimited text, and whether its last line has an end.

    Raises:
        Invalid: if it is no text of its encoding, or too large.
    """
    name = encoding_of(data, encoding)
    try:
        text = data.decode(name).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise Invalid(
            f"The file is no text in {name}.",
            why=str(error),
            do="Choose the encoding in which it was written.",
        ) from error
    if "\0" in text:
        raise Invalid("The file is no table: it holds bytes that are no text.")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Invalid("The file cannot be taken apart into rows.", why=str(error)) from error
    _check_size(rows)
    return rows, text.endswith(("\n", "\r"))


def read_workbook(data: bytes, sheet: str) -> tuple[list[list[str]], list[str]]:
    """The rows of a sheet, and the names of all sheets.

    Raises:
        Invalid: if it is no workbook, has no such sheet, or is too large.
    """
    archive = Archive(data, Budget(_LARGEST_PART, _LARGEST_PART))
    try:
        return _sheet(archive, sheet)
    except (KeyError, ValueError) as error:  # what names no part, or is no number where one has to be
        raise Invalid("The file is no workbook that can be read.", why=str(error)) from error


def _sheet(archive: Archive, sheet: str) -> tuple[list[list[str]], list[str]]:
    book = _part(archive, "xl/workbook.xml")
    places = {str(one.get("name")): str(one.get(_RELATION)) for one in book.iter("{*}sheet")}
    if not places:
        raise Invalid("The workbook has no sheet.")
    wanted = sheet or next(iter(places))
    if wanted not in places:
        raise Invalid(f"The workbook has no sheet {wanted!r}.", do=f"It has {', '.join(places)}.")
    relations = _part(archive, "xl/_rels/workbook.xml.rels")
    targets = {one.get("Id"): str(one.get("Target")) for one in relations.iter("{*}Relationship")}
    target = targets[places[wanted]]
    path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    shared: list[str] = []
    if "xl/sharedStrings.xml" in archive.names:
        strings = _part(archive, "xl/sharedStrings.xml")
        shared = ["".join(text.text or "" for text in one.iter("{*}t")) for one in strings.iter("{*}si")]
    rows: list[list[str]] = []
    for row in _part(archive, path).iter("{*}row"):
        number = int(row.get("r") or len(rows) + 1)
        if number > MOST_ROWS:
            raise Invalid(f"The sheet has more than {MOST_ROWS:,} rows.")
        rows.extend([] for _ in range(len(rows), number))
        for cell in row.iter("{*}c"):
            at = _column(str(cell.get("r") or ""), len(rows[-1]))
            rows[-1].extend("" for _ in range(len(rows[-1]), at + 1))
            rows[-1][at] = _text(cell, shared)
    width = max((len(one) for one in rows), default=0)
    for one in rows:
        one.extend("" for _ in range(len(one), width))
    _check_size(rows)
    return rows, list(places)


def _part(archive: Archive, name: str) -> Any:
    return parse_xml(
        archive.read(name), largest=_LARGEST_PART, deepest=40, elements=_ELEMENTS, format_name="Excel"
    )


def _column(reference: str, following: int) -> int:
    match = _CELL.fullmatch(reference)
    if match is None:
        return following
    at = 0
    for letter in match[1]:
        at = at * 26 + ord(letter) - 64
    if at > MOST_COLUMNS:
        raise Invalid(f"The sheet has more than {MOST_COLUMNS} columns.")
    return at - 1


def _text(cell: Any, shared: list[str]) -> str:
    kind = cell.get("t") or "n"
    if kind == "inlineStr":
        return "".join(text.text or "" for text in cell.iter("{*}t"))
    held = next((one.text or "" for one in cell.iter("{*}v")), "")
    if kind == "s" and held:
        at = int(held)
        if not 0 <= at < len(shared):
            raise Invalid("A cell of the workbook names a text that it does not hold.")
        return shared[at]
    if kind == "n" and held:
        # Excel writes binary fractions with seventeen digits; the shortest that reads back to the same is meant.
        number = float(held)
        return held if "e" not in held.lower() and len(held) < 17 else repr(number).removesuffix(".0")
    return held


def _check_size(rows: list[list[str]]) -> None:
    if len(rows) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in rows):
        raise Invalid(f"The table has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns.")
