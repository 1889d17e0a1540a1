"""Tables of the historian: the manifest of sealed segments, and the last value of each channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class HistorianSeal(Regulated, Base):
    """One run of the sealer: which log files became segments, and how far each connection had come.

    `marks` is {connection: {epoch: last sequence number}} of everything sealed so far, so that the newest row
    and what the log still holds tell what has been stored already.
    """

    __tablename__ = "historian_seal"
    __append_only__ = True

    number: Mapped[int] = mapped_column(unique=True)
    log_files: Mapped[list[Any]] = mapped_column()
    marks: Mapped[dict[str, Any]] = mapped_column()
    row_count: Mapped[int] = mapped_column(BigInteger)
    segment_count: Mapped[int] = mapped_column()


class HistorianSegment(Regulated, Base):
    """One row of the manifest: a sealed file. Its digest stands in the ledger by this row's entry."""

    __tablename__ = "historian_segment"
    __append_only__ = True

    seal_number: Mapped[int] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    path: Mapped[str] = mapped_column()
    day: Mapped[str] = mapped_column()
    start_us: Mapped[int] = mapped_column(BigInteger, index=True)
    end_us: Mapped[int] = mapped_column(BigInteger)
    received_us: Mapped[int] = mapped_column(BigInteger)
    row_count: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    tags_digest: Mapped[str] = mapped_column()
    tag_count: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column()


class HistorianImport(Regulated, Base):
    """A file of history that somebody brought in, and what a comparison of file and store found afterwards.

    `layout` says how the file was read (see `titer.historian.reading`). Until `state` is *complete* the import may be
    run again: it goes on where it was.
    """

    __tablename__ = "historian_import"

    digest: Mapped[str] = mapped_column(unique=True)
    file_name: Mapped[str] = mapped_column()
    size: Mapped[int] = mapped_column(BigInteger)
    layout: Mapped[dict[str, Any]] = mapped_column()
    state: Mapped[str] = mapped_column()
    tags: Mapped[list[Any]] = mapped_column()
    start_us: Mapped[int | None] = mapped_column(BigInteger)
    end_us: Mapped[int | None] = mapped_column(BigInteger)
    row_count: Mapped[int] = mapped_column(BigInteger)
    found_count: Mapped[int | None] = mapped_column(BigInteger)
    conflict_count: Mapped[int | None] = mapped_column(BigInteger)


class HistorianRetention(Regulated, Base):
    """How long the channels of one class are kept at least, counted from the end of what a segment holds."""

    __tablename__ = "historian_retention"
    __immutable__ = ("name",)

    name: Mapped[str] = mapped_column(unique=True)
    years: Mapped[int] = mapped_column()
    basis: Mapped[str] = mapped_column()


class HistorianKept(Regulated, Base):
    """The retention class of a channel; a channel without one is kept for ever."""

    __tablename__ = "historian_kept"
    __immutable__ = ("tag",)

    tag: Mapped[str] = mapped_column(unique=True)
    retention: Mapped[str] = mapped_column(index=True)


class HistorianRetired(Regulated, Base):
    """A segment whose file was destroyed after its time; `rollups` are {width in microseconds: digest of content}."""

    __tablename__ = "historian_retired"
    __append_only__ = True

    digest: Mapped[str] = mapped_column(unique=True)
    retention: Mapped[str] = mapped_column()
    years: Mapped[int] = mapped_column()
    basis: Mapped[str] = mapped_column()
    due: Mapped[datetime] = mapped_column()
    rollups: Mapped[dict[str, Any]] = mapped_column()


class HistorianObject(Base):
    """A segment that lies on object storage too, read back and compared with the ledger's digest at this time."""

    __tablename__ = "historian_object"
    __unregulated_because__ = "where copies lie; the segments' digests are in the ledger"

    digest: Mapped[str] = mapped_column(primary_key=True)
    stored_us: Mapped[int] = mapped_column(BigInteger)


class HistorianLast(Base):
    """The last sealed value of each channel, so that a start needs no scan."""

    __tablename__ = "historian_last"
    __unregulated_because__ = "derived from the segments, whose digests are in the ledger"

    tag: Mapped[str] = mapped_column(primary_key=True)
    source_us: Mapped[int] = mapped_column(BigInteger)
    received_us: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[float | None] = mapped_column()
    text: Mapped[str | None] = mapped_column()
    status: Mapped[int] = mapped_column(BigInteger)
    quality: Mapped[int] = mapped_column()
    origin: Mapped[int] = mapped_column()
