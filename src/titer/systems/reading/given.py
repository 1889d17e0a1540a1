"""What a source gave: its bytes as they were read, and the rows in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from titer.base.clock import iso
from titer.base.errors import Invalid, Refused, TooLarge
from titer.base.strict_json import check_text
from titer.systems.mapping import Row


@dataclass(frozen=True)
class Bounds:
    """What is taken at the most, at once.

    Args:
        rows: of a source.
        size: bytes of a file, or of all answers together.
        pages: of a REST interface.
        seconds: for a statement or an answer.
        own: the installation's folder, of which no source shows anything; None where there is none.
    """

    rows: int = 200_000
    size: int = 64 << 20
    pages: int = 2_000
    seconds: float = 60.0
    own: Path | None = None

    def require_foreign(self, path: Path) -> None:
        """Refuse a file or folder of Titer's own: keys and password hashes lie there, and a copy is for many eyes.

        Raises:
            Refused: if it lies in the installation, whatever links lead there.
        """
        if self.own is not None and path.resolve().is_relative_to(self.own.resolve()):
            raise Refused(
                f"{path} is part of this installation.", why="A source shows what another system keeps."
            )


@dataclass(frozen=True)
class Part:
    """One file, page or answer.

    Args:
        name: of the file or the address, for people.
        raw: the bytes as they were read; of a database, its rows as JSON lines.
        rows: in it, in their order.
    """

    name: str
    raw: bytes
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Reading:
    """What a source gave.

    Args:
        parts: in the order in which they were read; of a record that several hold, the last one counts.
        media_type: of their bytes.
    """

    parts: tuple[Part, ...]
    media_type: str


def too_many(count: int, most: int, what: str) -> None:
    """Refuse more than is taken.

    Raises:
        TooLarge: with both numbers.
    """
    if count > most:
        raise TooLarge(
            f"The source shows more than {most:,} {what}.",
            why="What is left out would be missing in silence.",
            do="Divide it: one view, folder or address for each year, say.",
        )


def text_of(value: object, where: str) -> str | None:
    """A cell as text that keeps every digit.

    A binary fraction becomes the shortest text that reads back as the same number; bytes are no text.

    Raises:
        Invalid: if it has none, or the text is one that no record can hold.
    """
    text = _text(value)
    if text is None and value is not None:
        raise Invalid(f"A {type(value).__name__} is no text.", where=where, do="Leave it out of the view.")
    if text is not None:
        check_text(text, where)
    return text


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return iso(value.astimezone(UTC)) if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return None
