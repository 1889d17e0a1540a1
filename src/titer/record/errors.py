"""Errors of the record: those of `titer.base.errors`, plus what SQL errors mean here."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from titer.base.errors import Conflict, IntegrityFault, Refused, StaleVersion, TiterError, Unavailable

_SQLSTATES: dict[str, tuple[type[TiterError], str, str]] = {
    "40001": (
        StaleVersion,
        "Somebody else wrote at the same time what this action had read.",
        "Look at it again, and try again.",
    ),
    "40P01": (StaleVersion, "Two actions waited for each other, and this one was ended.", "Try again."),
    "55P03": (Unavailable, "Another transaction keeps the rows locked.", "Try again in a moment."),
    "42501": (
        Refused,
        "The database refused the write: the role that Titer runs as has no right to it.",
        "Run `titer doctor`.",
    ),
    "53100": (IntegrityFault, "The database cannot be written.", "Free or mend the database server's disk."),
    "58030": (IntegrityFault, "The database cannot be written.", "Free or mend the database server's disk."),
    "57P01": (Unavailable, "The database server was stopped.", "Start it, then try again."),
    "08006": (Unavailable, "The connection to the database was lost.", "Try again."),
}
"""What PostgreSQL's error codes mean here."""


def translate(error: Exception) -> TiterError | None:
    """The error in people's words, or None if it is no matter of the database."""
    if isinstance(error, StaleDataError):
        return StaleVersion(
            "The record was changed by somebody else since you read it.",
            do="Reload it, look at the change, and decide anew.",
        )
    if not isinstance(error, DBAPIError):
        return None
    text = str(error.orig).partition("\nCONTEXT:")[0]
    if text.startswith("titer: "):
        return Refused(f"The database refused the write: {text[7:]}.")
    said = _SQLSTATES.get(getattr(error.orig, "sqlstate", None) or "")
    if said is not None:
        kind, what, do = said
        return kind(what, why=text, do=do)
    if isinstance(error, IntegrityError):
        return Conflict("Such a record exists already, or one that it refers to does not.", why=text)
    if isinstance(error, OperationalError) and "locked" in text:
        return Unavailable("The database is locked by another process.", do="Stop the other process.")
    if isinstance(error, OperationalError) and ("disk" in text or "full" in text or "readonly" in text):
        return IntegrityFault("The database cannot be written.", why=text, do="Free or mend the disk.")
    return None
