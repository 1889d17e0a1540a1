"""History from elsewhere: a file comes in piece by piece, is read twice, stored, and compared with what is stored.

The first reading stores nothing: a file with one row that cannot be understood is refused whole. The second one
stores, as frames of a connection that is named for the file's digest, so that an import that was cut short goes on
where it was and nothing comes in twice. A third one compares each row with the store: the report that a migration of
data ends with (Annex 11, clause 4.8).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import select

from titer.base.clock import us
from titer.base.errors import Conflict, IntegrityFault, Invalid, NotFound, TooLarge
from titer.base.files import make_folder
from titer.connect.core.frame import Frame, Origin
from titer.historian.model import HistorianImport
from titer.historian.reading import MEDIA_TYPES, Layout, Part, parts
from titer.historian.rows import Array
from titer.historian.service import Historian
from titer.record import Actor, Unit

ACTION = "historian.history.import"
LARGEST_PIECE = 64 << 20
COMPLETE = "complete"
_SAME_INSTANT = 64
"""Values of one channel that bear the same instant; more than a coarse clock ever gives."""


@dataclass(frozen=True)
class Progress:
    """How far an import is.

    Args:
        doing: checking, storing, sealing or comparing.
        done: rows.
        of: rows there are; 0 while nobody knows.
    """

    doing: str
    done: int
    of: int


def _incoming(historian: Historian, digest: str) -> Path:
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise Invalid("A file is named by its SHA-256, 64 hexadecimal digits.", where="digest")
    folder = historian.folder / "incoming"
    make_folder(folder)
    return folder / digest


def take_piece(historian: Historian, digest: str, offset: int, data: bytes) -> int:
    """Take the next piece of a file.

    Args:
        historian: where it goes.
        digest: SHA-256 of the whole file.
        offset: at which byte the piece begins.
        data: the piece; none only asks how far the file has come.

    Returns:
        How many bytes of the file are here.

    Raises:
        Invalid: if the digest is none.
        TooLarge: if the piece is, or the file would be, with what else has come in and was not imported yet.
        Conflict: if the piece does not begin where the file ends; begin again there.
    """
    path = _incoming(historian, digest)
    if len(data) > LARGEST_PIECE:
        raise TooLarge(f"A piece holds {LARGEST_PIECE:,} bytes at the most.", where="body")
    have = path.stat().st_size if path.exists() else 0
    if not data:
        return have
    if offset != have:
        raise Conflict(
            f"The file has {have:,} bytes here, and the piece begins at {offset:,}.", do="Go on there."
        )
    _check_room(historian, path, have + len(data))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, data, offset)  # the same piece sent twice at once stands there once
    finally:
        os.close(descriptor)
    return have + len(data)


def _check_room(historian: Historian, path: Path, size: int) -> None:
    """Refuse a file that grows beyond what may lie here before it is imported."""
    most, others = historian.largest_history, 0
    for other in path.parent.iterdir():
        if other != path:
            with contextlib.suppress(FileNotFoundError):  # imported at this moment
                others += other.stat().st_size
    if size + others > most:
        raise TooLarge(
            f"Files of history may have {most:,} bytes together until they are imported.",
            why=f"This one would have {size:,}"
            + (f", and others that came in and were not imported have {others:,}." if others else "."),
            where="body",
            do="Send it in several shorter files, or have `largest_history` in titer.yaml raised."
            + (
                f" Who looks after the hub may delete what nobody will import from {path.parent}."
                if others
                else ""
            ),
        )


def begin(unit: Unit, historian: Historian, digest: str, file_name: str, layout: Layout) -> HistorianImport:
    """Keep the file that has come in, and register its import; one that was cut short goes on.

    Raises:
        NotFound: if the file has not come in.
        Invalid: if the layout contradicts itself, or the file has another digest than it was to have; then it is
            thrown away.
        Conflict: if it was imported before.
    """
    layout.check()
    row = unit.session.scalar(select(HistorianImport).where(HistorianImport.digest == digest))
    if row is not None:
        if row.state == COMPLETE:
            raise Conflict(f"This file was imported before, as {row.file_name}.")
        row.layout, row.file_name = layout.stated(), file_name
        return row
    path = _incoming(historian, digest)
    if not path.exists():
        raise NotFound("The file has not come in.", do="Send its pieces first.")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest:
        path.unlink()
        raise Invalid(
            "The file that came in has another digest than was told.", where="digest", do="Send it again."
        )
    size = path.stat().st_size
    unit.content.adopt(path, media_type=MEDIA_TYPES[layout.kind], origin=f"history: {file_name}")
    return unit.add(
        HistorianImport(
            digest=digest,
            file_name=file_name,
            size=size,
            layout=layout.stated(),
            state="begun",
            tags=[],
            row_count=0,
        )
    )


def run(historian: Historian, who: Actor, digest: str, units: dict[str, str]) -> Iterator[Progress]:
    """Check, store and compare a file that `begin` has registered.

    Args:
        historian: stores it.
        who: imports.
        digest: of the file.
        units: channel -> unit of all channels of the plant.

    Raises:
        Invalid: if a row cannot be understood; then nothing was stored.
        IntegrityFault: if a row is not in the store afterwards.
    """
    record = historian.record
    with record.reading() as session:
        row = session.scalar(select(HistorianImport).where(HistorianImport.digest == digest))
        if row is None:
            raise NotFound("No import of this file was begun.")
        id_, layout = row.id, Layout(**row.layout)
    file = record.content.path(digest)
    found = _Extent()
    for part in parts(file, layout, units):
        found.add(part)
        yield Progress("checking", found.rows, 0)
    if not found.rows:
        raise Invalid("The file holds no values.", where="body")
    connection, received = f"import-{digest[:32]}", us(record.clock.now())
    sequence = 0
    for part in parts(file, layout, units):
        if len(part):
            _store(historian, connection, sequence, part, received)
            sequence += len(part)
        yield Progress("storing", sequence, found.rows)
    yield Progress("sealing", 0, 0)
    historian.seal()
    told = _Compared()
    for part in parts(file, layout, units):
        _compare(historian, part, told)
        yield Progress("comparing", told.rows, found.rows)
    if told.missing:
        raise IntegrityFault(
            f"{told.missing:,} of {found.rows:,} rows of the file are not in the store.",
            do="Import it again, and have it investigated if this recurs.",
        )
    with record.action(
        who, ACTION, reason=f"compared {found.rows:,} rows of the file with the store"
    ) as unit:
        row = unit.get(HistorianImport, id_)
        row.state = COMPLETE
        row.tags, row.start_us, row.end_us = sorted(found.tags), found.start_us, found.end_us
        row.row_count, row.found_count, row.conflict_count = found.rows, told.effective, told.conflicting


class _Extent:
    def __init__(self) -> None:
        self.rows = 0
        self.tags: set[str] = set()
        self.start_us, self.end_us = 2**53, -(2**53)

    def add(self, part: Part) -> None:
        self.rows += len(part)
        self.tags.update(part.tags[code] for code in np.unique(part.channel).tolist())
        if len(part):
            self.start_us = min(self.start_us, int(part.source_us.min()))
            self.end_us = max(self.end_us, int(part.source_us.max()))


def _store(historian: Historian, connection: str, before: int, part: Part, received_us: int) -> None:
    count = len(part)
    mark = historian.store.mark(connection, 1)
    if mark is not None and mark >= before + count:
        return
    frame = Frame(
        connection=connection,
        epoch=1,
        first=before + 1,
        last=before + count,
        channels=part.tags,
        channel=part.channel,
        source_us=part.source_us,
        server_us=np.zeros(count, "<i8"),
        received_us=np.full(count, received_us, "<i8"),
        value=part.value,
        status=part.status,
        quality=part.quality,
        origin=np.full(count, int(Origin.FILE), "u1"),
        text=part.text,
    )
    historian.append([frame.encode()])


@dataclass
class _Compared:
    """Rows of the file: `effective` are what the store answers with, `conflicting` are kept behind another value."""

    rows: int = 0
    effective: int = 0
    conflicting: int = 0
    missing: int = 0


def _compare(historian: Historian, part: Part, told: _Compared) -> None:
    told.rows += len(part)
    if not len(part):
        return
    low, high = int(part.source_us.min()), int(part.source_us.max()) + 1
    settled = historian.effective_and_conflicting(list(part.tags), low, high)
    for code, tag in enumerate(part.tags):
        mine = np.flatnonzero(part.channel == code)
        if not len(mine):
            continue
        texts = np.array([part.text.get(row) for row in mine.tolist()], dtype=object) if part.text else None
        left = mine
        for number, rows in enumerate(settled):
            one = historian.of_tag(rows, tag)
            there = _there(part, left, texts, rows["source_us"][one], rows["value"][one], rows.texts()[one])
            if number == 0:
                told.effective += int(there.sum())
            else:
                told.conflicting += int(there.sum())
            left = left[~there]
            texts = None if texts is None else texts[~there]
        told.missing += len(left)


def _there(part: Part, mine: Array, texts: Array | None, source: Array, value: Array, text: Array) -> Array:
    """Which of the file's rows stand among sorted rows of the store, with the same number or text."""
    found = np.zeros(len(mine), dtype=bool)
    at = np.searchsorted(source, part.source_us[mine])
    for _ in range(_SAME_INSTANT):
        inside = at < len(source)
        here = np.where(inside, at, 0)
        if not len(source):
            break
        same = inside & (source[here] == part.source_us[mine])
        if not same.any():
            break
        given = part.value[mine]
        equal = (value[here] == given) | (np.isnan(value[here]) & np.isnan(given))
        if texts is not None:
            equal &= text[here] == texts
        found |= same & equal
        at = at + 1
    return found
