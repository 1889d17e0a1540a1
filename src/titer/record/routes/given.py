"""What clients give in addresses and queries, within bounds that both databases bear."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, Field


def _within_reach(value: datetime) -> datetime:
    if not 1970 <= value.year < 9999:
        raise ValueError("the instant lies outside the years 1970 to 9998")
    return value.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
"""An instant that a client gives; it bears a time zone."""

_WORDS = r"^[^\x00]*$"
Words = Annotated[str, Field(max_length=200, pattern=_WORDS)]
"""A short text that a client looks for."""

Key = Annotated[str, Path(max_length=200, pattern=_WORDS)]
"""A record's type or id in an address."""

Number = Annotated[int, Field(ge=0, le=2**53)]
"""A count or a number of a row."""
