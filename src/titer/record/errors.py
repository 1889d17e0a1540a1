"""Errors of the record: those of `titer.base.errors`, plus what SQL errors mean here."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from titer.base.errors import Conflict, Invalid, Refused, StaleVersion, Stopped, TiterError, Unavailable

_SQLSTATES: dict[str, tuple[type[TiterError], str, str]] = {
    "22003": (Invalid, "A number is beyond what the database keeps.", "Write a smaller one."),
    "22021": (Invalid, "A text holds a character that the database does not keep.", "Write it without."),
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
    "53100": (
        Stopped,
        "The database cannot be written.",
        "Free the database server's disk, then start again.",
    ),
    "58030": (
        Stopped,
        "The database cannot be written.",
        "Mend the database server's disk, then start again.",
    ),
    "XX001": (Stopped, "The database server found damaged data.", "Restore a backup."),
    "XX002": (Stopped, "The database server found a damaged index.", "Restore a backup."),
    "57P03": (Unavailable, "The database server is not ready.", "Try again in a moment."),
    "57P01": (Unavailable, "The database server was stopped.", "Start it, then try again."),
    "08006": (Unavailable, "The connection to the database was lost.", "Try again."),
}
"""What PostgreSQL's error codes mean here."""

_SQLITE_STORAGE = {
    8: "Give Titer the right to write to its folder, then start again.",
    10: "Mend the disk, then start again.",
    11: "Restore a backup.",
    13: "Free space on the disk, then start again.",
    26: "Restore a backup.",
}
"""What to do after SQLite's result codes READONLY, IOERR, CORRUPT, FULL and NOTADB (https://sqlite.org/rescode.html).

After one of them nothing is tried again: a second fsync may succeed although the first one lost the pages.
"""


def translate(error: Exception) -> TiterError | None:
    """The error in people's words, or None if it is no matter of the database."""
    if isinstance(error, StaleDataError):
        return StaleVersion(
            "The record was changed by somebody else since you read it.",
            do="Reload it, look at the change, and decide anew.",
        )
    if isinstance(error, StatementError) and isinstance(error.orig, TiterError):
        return error.orig
    if isinstance(error, OverflowError) and "SQLite INTEGER" in str(error):
        return Invalid("A number is beyond 64 bits.", do="Write a smaller one.")
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
    do_after = _SQLITE_STORAGE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    if do_after is not None:
        return Stopped("The database cannot be written.", why=_named(error.orig), do=do_after)
    if error.connection_invalidated:
        return Unavailable(
            "The connection to the database was lost, so it is not known whether the last change was stored.",
            why=text.strip().partition("\n")[0],
            do="Look whether it is there; if not, try again.",
        )
    unnamed = not hasattr(error.orig, "sqlite_errorcode") and not getattr(error.orig, "sqlstate", None)
    if isinstance(error, OperationalError) and unnamed:
        return Unavailable(
            "The database does not answer.", why=text.strip().partition("\n")[0], do="Try again in a moment."
        )
    return None


def storage(error: OSError) -> Stopped:
    """A file of the record that could not be written, in people's words."""
    where = f" {error.filename}" if error.filename else ""
    return Stopped(
        f"A file of the record{where} cannot be written.",
        why=error.strerror or str(error),
        do="Free or mend the disk, then start again.",
    )


def _named(error: BaseException | None) -> str:
    """SQLite's text with the name of its code, which says whether it was a write or an fsync."""
    name = getattr(error, "sqlite_errorname", "")
    return f"{error} ({name})" if name else str(error)
