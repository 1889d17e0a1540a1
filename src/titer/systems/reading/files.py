"""A folder into which another system drops files: CSV with a header, or JSON lines."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from titer.base.errors import Invalid, Unavailable
from titer.systems.mapping import Row
from titer.systems.reading.given import Bounds, Part, Reading, text_of, too_many

_MOST_FILES = 10_000
_LONGEST_CELL = 1 << 20


class FileSettings(BaseModel):
    """Where the files are, and how they are written.

    Args:
        folder: absolute; "" where files are only handed over by command or page.
        pattern: which of its files.
        format: csv or jsonl.
        delimiter: of a CSV file.
        encoding: utf-8, latin-1 or cp1252; stated, never guessed.
        newest_only: whether each file holds everything; else a later file (by name) adds to those before it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    folder: str = Field(default="", max_length=1000, pattern="^(/.*)?$")
    pattern: str = Field(default="*", min_length=1, max_length=100, pattern=r"^[^/]+$")
    format: str = Field(pattern="^(csv|jsonl)$")
    delimiter: str = Field(default=",", pattern="^[,;\t|]$")
    encoding: str = Field(default="utf-8", pattern="^(utf-8|latin-1|cp1252)$")
    newest_only: bool = False


def read_file(settings: dict[str, Any], name: str, data: bytes, bounds: Bounds) -> Reading:
    """The rows of one file that somebody hands over.

    Raises:
        Invalid, TooLarge: if it cannot be read as the settings say.
    """
    made = FileSettings.model_validate(settings)
    too_many(len(data), bounds.size, "bytes")
    rows = tuple(_rows(made, name, data))
    too_many(len(rows), bounds.rows, "rows")
    return Reading((Part(name, data, rows),), _media(made))


def read_folder(settings: FileSettings, bounds: Bounds) -> Reading:
    """All rows of the folder's files, in the order of their names.

    Of a record that several files hold, the last one counts; one that a single file holds twice stays twice, and
    is for the mapping to refuse.

    Raises:
        Unavailable: if the folder is not there, or empty: an unmounted share is no deletion.
        Refused: if it is Titer's own.
    """
    if not settings.folder:
        raise Unavailable(
            "This source has no folder: its files are handed over.", do="titer source import NAME FILE"
        )
    folder = Path(settings.folder)
    bounds.require_foreign(folder)
    try:
        files = sorted(path for path in folder.glob(settings.pattern) if _is_file(path))
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be read.", why=error.strerror or str(error)) from error
    if not files:
        raise Unavailable(
            f"No file {settings.pattern} lies in {folder}.",
            why="A share that is not mounted looks like this; nothing is taken for deleted.",
        )
    too_many(len(files), _MOST_FILES, "files")
    parts: list[Part] = []
    size = count = 0
    for path in files[-1:] if settings.newest_only else files:
        size += path.stat().st_size
        too_many(size, bounds.size, "bytes")
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Unavailable(f"{path.name} cannot be read.", why=error.strerror or str(error)) from error
        parts.append(Part(path.name, data, tuple(_rows(settings, path.name, data))))
        count += len(parts[-1].rows)
        too_many(count, bounds.rows, "rows")
    return Reading(tuple(parts), _media(settings))


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode) and not path.name.startswith(".")


def _media(settings: FileSettings) -> str:
    return "application/jsonl" if settings.format == "jsonl" else f"text/csv; charset={settings.encoding}"


def _rows(settings: FileSettings, name: str, data: bytes) -> Iterator[Row]:
    try:
        text = data.decode("utf-8-sig" if settings.encoding == "utf-8" else settings.encoding)
    except UnicodeDecodeError as error:
        raise Invalid(
            f"{name} is not {settings.encoding}: byte {error.start + 1} fits nowhere.", where=name
        ) from error
    if not text.endswith("\n"):
        raise Invalid(f"{name} ends in the middle of a line.", why="It may still be growing.", where=name)
    return _csv(settings, name, text) if settings.format == "csv" else _jsonl(name, text)


def _csv(settings: FileSettings, name: str, text: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=settings.delimiter, strict=True)
    try:
        header = next(reader, [])
        twice = sorted({one for one in header if header.count(one) > 1})
        if not any(header) or twice:
            raise Invalid(
                f"{name} names a column twice: {', '.join(twice)}." if twice else f"{name} has no header.",
                where=name,
            )
        for row in reader:
            where = f"{name}, line {reader.line_num}"
            if len(row) != len(header):
                raise Invalid(f"{len(row)} cells where the header names {len(header)}.", where=where)
            yield {column: text_of(cell, where) for column, cell in zip(header, row, strict=True)}
    except csv.Error as error:
        raise Invalid(f"This is no CSV: {error}.", where=f"{name}, line {reader.line_num}") from error


def _jsonl(name: str, text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield row_of(objects(line, f"{name}, line {number}"), f"{name}, line {number}")


def objects(text: str | bytes, where: str) -> Any:
    """JSON with its numbers as they are written: a decimal keeps its digits.

    Raises:
        Invalid: if it is no JSON, nests too deep, or names a member twice.
    """
    try:
        return json.loads(
            text, parse_float=str, parse_int=str, parse_constant=_constant, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as error:
        if isinstance(error, Invalid):
            raise
        raise Invalid("This is no JSON that can be read.", where=where, why=str(error)[:200]) from error


def _constant(name: str) -> Any:
    raise Invalid(f"{name} is no number.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("A member comes twice.", why="Two readers would see two different things.")
    return found


def row_of(found: Any, where: str) -> Row:
    """A JSON object as a row.

    Raises:
        Invalid: if it is no flat object.
    """
    if not isinstance(found, dict):
        raise Invalid("A row is an object.", where=where)
    return {name: text_of(value, f"{where}, {name}") for name, value in found.items()}
