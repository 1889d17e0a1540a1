"""What a file itself says: its cells, its numbers as they are spelt, and whether it was written to its end.

It is read without any of the readers, so that what a reader says can be held against it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from titer.base.errors import Invalid
from titer.connect.core.archive import BEGINNING, Archive, Budget

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")
_CLOCK = re.compile(r"(?:(\d+)\.)?(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?")
_CELL = re.compile(r"<(?:\w+:)?(?:v|t)(?:\s[^<>]*)?>([^<]*)</")
_LONGEST_UNIT = 12
_LARGEST_PART = 128 * 1024 * 1024
_CELLS_OF = re.compile(r"xl/(?:worksheets/[^/]+|sharedStrings)\.xml")


@dataclass(frozen=True, slots=True)
class Source:
    """A file's own text.

    Attributes:
        text: decoded, "" where it is none.
        numbers: value -> the ways in which it is spelt; None where the file's numbers cannot be read as text. A
            value is a binary fraction here because the readers make it one: two numbers are the same if they become
            the same.
        cells: (line, column, text) of every cell that is a number and nothing else; of delimited text alone.
        whole: whether the last line has an end.
        beside: what stands alone in a cell -> the numbers of the same lines, each with its line.
    """

    text: str
    numbers: Mapping[float, frozenset[str]] | None
    cells: tuple[tuple[int, int, str], ...] = ()
    whole: bool = True
    beside: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


def encoding_of(data: bytes, told: str) -> str:
    """The encoding of a text: its byte order mark's where it has one, else the connection's."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), told)


def look(data: bytes, encoding: str) -> Source:
    """Read a file's own text.

    Raises:
        Invalid: if it is no text of its encoding, or an archive that is damaged.
    """
    if data.startswith(BEGINNING):
        return _archive(data)
    name = encoding_of(data, encoding)
    if b"\0" in data and not name.replace("-", "").startswith(("utf16", "utf32")):
        return Source("", None)
    try:
        text = data.decode(name)
    except (UnicodeDecodeError, LookupError) as error:
        raise Invalid(
            f"The file is no text in {name}.",
            why=str(error),
            do="Correct the encoding of the connection, or look whether the file is damaged.",
        ) from error
    cells = tuple(_cells(text))
    alone = tuple(one for one in cells if number_of(one[2]) is not None)
    numbers = _numbers(cell for _, _, cell in cells)
    return Source(text, numbers, alone, text.endswith(("\n", "\r")), _beside(cells, alone))


def _beside(
    cells: Iterable[tuple[int, int, str]], alone: Iterable[tuple[int, int, str]]
) -> dict[str, tuple[tuple[str, int], ...]]:
    of_line: dict[int, list[tuple[str, int]]] = {}
    for line, _, cell in alone:
        of_line.setdefault(line, []).append((cell, line))
    found: dict[str, list[tuple[str, int]]] = {}
    for line, _, cell in cells:
        short = cell.strip()
        if short and len(short) <= _LONGEST_UNIT and line in of_line and number_of(short) is None:
            found.setdefault(short, []).extend(of_line[line])
    return {unit: tuple(numbers) for unit, numbers in found.items()}


def number_of(text: str) -> Decimal | None:
    """A cell that is a number and nothing else, however it is spelt; None for any other."""
    short = text.strip().removesuffix("%").strip()
    if _THOUSANDS.fullmatch(short):
        short = short.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(short):
        short = short.replace(",", ".")
    elif not _NUMBER.fullmatch(short):
        return None
    try:
        found = Decimal(short)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _cells(text: str) -> Iterator[tuple[int, int, str]]:
    lines = text.splitlines()
    tabs = sum("\t" in line for line in lines)
    if tabs * 2 >= len([line for line in lines if line.strip()]):
        rows: Iterable[list[str]] = (line.split("\t") for line in lines)
    else:
        semicolons = sum(line.count(";") for line in lines) > sum(line.count(",") for line in lines)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ",")
    try:
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row, 1):
                yield number, column, cell
    except csv.Error as error:
        raise Invalid("The file cannot be taken apart into rows.", why=str(error)) from error


def _numbers(cells: Iterable[str]) -> dict[float, frozenset[str]]:
    found: dict[float, set[str]] = {}

    def note(value: Decimal, spelt: str) -> None:
        found.setdefault(float(value), set()).add(spelt)

    for cell in cells:
        if not any(letter.isdigit() for letter in cell):
            continue
        alone = number_of(cell)
        if alone is not None:
            note(alone, cell.strip().removesuffix("%").strip())
            continue
        for match in _NUMBER.finditer(cell):
            note(Decimal(match[0]), match[0])
        for clock in _CLOCK.finditer(cell):
            days, first, second, third = clock.groups()
            parts = [Decimal(part or 0) for part in (days, first, second, third)]
            seconds = parts[0] * 86400 + parts[1] * 3600 + parts[2] * 60 + parts[3]
            note(seconds, str(seconds))
    return {value: frozenset(spelt) for value, spelt in found.items()}


def _archive(data: bytes) -> Source:
    """A workbook's cells; of other archives only that they are whole."""
    archive = Archive(data, Budget(_LARGEST_PART, _LARGEST_PART))
    held = {name: archive.read(name) for name in archive.names}
    try:
        texts = [part.decode("utf-8") for name, part in held.items() if _CELLS_OF.fullmatch(name)]
    except UnicodeDecodeError as error:
        raise Invalid("The workbook's cells are no text.", why=str(error)) from error
    if not texts:
        return Source("", None)
    return Source("", _numbers(cell for text in texts for cell in _CELL.findall(text)))
