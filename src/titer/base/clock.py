"""Clocks that are passed in, and the one representation of an instant.

An instant is an aware `datetime` in UTC wherever people read it, and a count of microseconds since
1970-01-01T00:00:00Z (`int`) wherever columns of numbers travel. Nothing below the command line asks the
operating system for the time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from titer.base.errors import Invalid


class NoInstant(Invalid, ValueError):
    """What was given is no instant that a clock of this world shows: without a zone, malformed, or out of range."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The clock of the operating system."""

    def now(self) -> datetime:
        """The present instant by the system's clock, aware, UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is told otherwise; for tests and for replay.

    Args:
        start: an aware datetime; it is turned into UTC.
    """

    def __init__(self, start: datetime) -> None:
        self._now = require_utc(start)

    def now(self) -> datetime:
        """The instant that was last set."""
        return self._now

    def set(self, instant: datetime) -> None:
        """Jump to an instant, backwards too: clocks do that, and the tests must see what follows."""
        self._now = require_utc(instant)

    def advance(self, by: timedelta) -> datetime:
        """Move forward by a time span and return the new present."""
        self._now += by
        return self._now


def require_utc(instant: datetime) -> datetime:
    """Return the instant in UTC.

    Raises:
        NoInstant: if the datetime bears no time zone (a naive time is never guessed at), or lies before the year 1
            or after 9999 in UTC.
    """
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        raise NoInstant(
            f"{instant.isoformat()} bears no time zone, so it is no instant.",
            do="Write it with Z or an offset.",
        )
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise NoInstant(f"{instant.isoformat()} lies beyond the years 1 to 9999 in UTC.") from error


def us(instant: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z, exactly (integer arithmetic throughout)."""
    return (require_utc(instant) - _EPOCH) // _MICROSECOND


def from_us(microseconds: int) -> datetime:
    """The instant that lies so many microseconds after 1970-01-01T00:00:00Z.

    Raises:
        NoInstant: if it lies before the year 1 or after 9999.
    """
    try:
        return _EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError as error:
        raise NoInstant(f"{microseconds} microseconds lead beyond the years 1 to 9999.") from error


def iso(instant: datetime) -> str:
    """ISO 8601 with six decimals and `Z`, as it stands in every entry and every answer.

    Example:
        >>> iso(from_us(1))
        '1970-01-01T00:00:00.000001Z'
    """
    return require_utc(instant).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def from_iso(text: str) -> datetime:
    """Read an ISO 8601 instant; a time zone is required.

    Raises:
        NoInstant: if the text is no instant or bears no time zone.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise NoInstant(f"{text[:80]!r} is no instant.", do="Write it as 2026-03-02T08:00:00Z.") from error
    return require_utc(read)


def zone_of(name: str, where: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Args:
        name: e.g. `Europe/Vienna` or `UTC`.
        where: the setting or field that names it, for the message.

    Raises:
        Invalid: if there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            f"There is no time zone {name[:60]!r}.",
            where=where,
            why="Times without a zone cannot be read, and a wrong guess would not be seen.",
            do="Use an IANA name, such as Europe/Vienna or UTC.",
        ) from error
