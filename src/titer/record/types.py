"""Column types that keep what they are given.

SQLite would turn a decimal into a float and drop a time zone; here a decimal is text with every digit, an
instant an integer of microseconds (UTC), and structured data canonical JSON. PostgreSQL has an exact decimal of
its own; its text sorts by bytes (collation C) as SQLite's does, whatever the database was made with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Computed, Dialect, Numeric, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine

from titer.base.canonical import canonical, canonical_decimal
from titer.base.clock import from_us, us
from titer.base.errors import Invalid


def _text(dialect: Dialect) -> TypeEngine[Any]:
    return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())


class CheckedText(TypeDecorator[str]):
    """Text without NUL characters, which neither database nor canonical JSON would carry faithfully."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _text(dialect)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if "\x00" in value:
            raise Invalid("A text holds the character NUL, which no record can.")
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Invalid("A text holds half a surrogate pair, which is no character.")
        return str(value)

    @staticmethod
    def all_fit(values: Sequence[Any]) -> bool:
        """Whether all are bare texts that can be sent as they are, by one look at them together.

        What does not fit is looked at one by one (`process_bind_param`), and so is what is not ASCII.
        """
        if set(map(type, values)) != {str}:
            return False
        together = "".join(values)
        return together.isascii() and "\x00" not in together


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; int64 microseconds in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else us(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_us(value)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with every digit that was given, trailing zeros too."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"{value!r} is a {type(value).__name__}; a regulated number is a Decimal")
        exact = canonical_decimal(value)
        return Decimal(exact) if dialect.name == "postgresql" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class CanonicalJson(TypeDecorator[Any]):
    """Structured data as canonical JSON text (no floats). Assign a new value; changes in place are not seen."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _text(dialect)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class InBody(Computed):
    """Fills a column from one field of an entry's body.

    SQLite looks it up when it is read. On PostgreSQL a trigger of `titer.record.postgres` fills it: generated columns
    would each parse the body anew, and took most of the time of an entry.

    Args:
        field: its name.
    """

    def __init__(self, field: str) -> None:
        super().__init__(f"json_extract(body, '$.{field}')")


@compiles(InBody, "postgresql")
def _in_body_postgresql(element: InBody, compiler: Any, **options: Any) -> str:
    return ""
