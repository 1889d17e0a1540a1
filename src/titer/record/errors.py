"""Errors of the record: those of `titer.base.errors`, plus what SQL errors mean here."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from titer.base.errors import Conflict, IntegrityFault, Refused, StaleVersion, TiterError, Unavailable


def translate(error: Exception) -> TiterError | None:
    """The error in people's words, or None if it is no matter of the database."""
    if isinstance(error, StaleDataError):
        return StaleVersion(
            "The record was changed by somebody else since you read it.",
            do="Reload it, look at the change, and decide anew.",
        )
    if not isinstance(error, DBAPIError):
        return None
    text = str(error.orig)
    if text.startswith("titer: "):
        return Refused(f"The database refused the write: {text[7:]}.")
    if isinstance(error, IntegrityError):
        return Conflict("Such a record exists already, or one that it refers to does not.", why=text)
    if isinstance(error, OperationalError) and "locked" in text:
        return Unavailable("The database is locked by another process.", do="Stop the other process.")
    if isinstance(error, OperationalError) and ("disk" in text or "full" in text or "readonly" in text):
        return IntegrityFault("The database cannot be written.", why=text, do="Free or mend the disk.")
    return None
