"""Tables of backups, restores and restore drills: regulated, since the record must know when it was rolled back.

Annex 11 section 7.2 (regular back-ups; ability to restore checked during validation and monitored
periodically), 21 CFR 11.10(c), WHO TRS 1033 annex 4 ("enduring").
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from titer.record import ActionSpec, Base, Regulated

ACTIONS = (
    ActionSpec("record.backup", "Take a backup", ("administrator", "quality")),
    ActionSpec(
        "record.restore", "Accept an installation that was restored from a backup", ("administrator",)
    ),
    ActionSpec("record.drill", "Restore a backup on trial", ("administrator", "quality")),
)


class Backup(Regulated, Base):
    """A backup that was taken. It is entered once the file is whole, so no backup holds its own entry."""

    __tablename__ = "record_backup"
    __append_only__ = True

    file_name: Mapped[str] = mapped_column()
    place: Mapped[str] = mapped_column()
    digest: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    tree_size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column()
    encrypted: Mapped[str] = mapped_column()
    keys: Mapped[list[str]] = mapped_column()
    taken_at: Mapped[datetime] = mapped_column()
    seconds: Mapped[Decimal] = mapped_column()


class Restore(Regulated, Base):
    """That this installation was restored from a backup and somebody with the right to it accepted what was lost.

    It is the first entry after those of the backup. `statement` is what the ledger's key signed and each witness was
    shown (docs/decisions/0020).
    """

    __tablename__ = "record_restore"
    __append_only__ = True

    backup_digest: Mapped[str] = mapped_column()
    file_name: Mapped[str] = mapped_column()
    tree_size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column()
    witnessed_size: Mapped[int | None] = mapped_column(BigInteger)
    witnessed_root: Mapped[str | None] = mapped_column()
    lost: Mapped[int | None] = mapped_column(BigInteger)
    statement: Mapped[str] = mapped_column()
    accepted_by: Mapped[str] = mapped_column()
    restored_at: Mapped[datetime] = mapped_column()


class RestoreDrill(Regulated, Base):
    """A backup was restored on trial, somewhere else, and verified: by whom is its entry's actor."""

    __tablename__ = "record_drill"
    __append_only__ = True

    backup_digest: Mapped[str] = mapped_column()
    file_name: Mapped[str] = mapped_column()
    performed_by: Mapped[str] = mapped_column()
    started_at: Mapped[datetime] = mapped_column()
    seconds: Mapped[Decimal] = mapped_column()
    holds: Mapped[bool] = mapped_column()
    verdict: Mapped[str] = mapped_column()
    tree_size: Mapped[int] = mapped_column(BigInteger)
    files: Mapped[int] = mapped_column()
