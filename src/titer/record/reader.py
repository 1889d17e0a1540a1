"""The ledger for people: who changed what from what to what, and what a record looked like at any instant.

Everything here is read off the entries alone. That a record's last entry says what its table holds now is
checked with it (`Seen.agrees`), since a table that was changed past the ledger would otherwise go unnoticed by
whoever looks at the past.

An entry's server time bounds its id (UUIDv7, given by the same clock), so a period is found by the index on ids.
A record's type and id have indices of their own. A person, an action, a word, a time of the process clock are looked
for in the entries' text, and no index is kept for them, since each would slow every write down: one answer looks
through so many entries at the most (`REACH`), and says how far it came, where the next one goes on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, func, literal_column, or_, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import Text

from titer.base.canonical import canonical
from titer.base.clock import from_us, iso, us
from titer.base.errors import NotFound
from titer.record import database
from titer.record.ledger_model import ClockStep
from titer.record.model import Base, LedgerEntry, LedgerLeaf
from titer.record.names import ALSO, COLUMNS, name_of
from titer.record.types import CanonicalJson, Instant

Clock = Literal["server", "process"]
Change = Literal["", "entered", "changed", "deleted"]

BOOKKEEPING = frozenset({"version", "recorded_at", "process_at"})
"""Columns that every change changes."""
_FIELD = {"server": "time", "process": "process_time"}
_LONGEST_ACTION = timedelta(hours=1)
"""An id is given while its action is open, and an action's time is that of its beginning."""


class _Said(FunctionElement[str]):
    """One field of an entry's body, as text."""

    type = Text()
    inherit_cache = True

    def __init__(self, name: str) -> None:
        super().__init__(LedgerEntry.body, literal_column(f"'{name}'"))


@compiles(_Said, "sqlite")
def _said_sqlite(element: _Said, compiler: Any, **options: Any) -> str:
    body, name = (compiler.process(part, **options) for part in element.clauses)
    return f"json_extract({body}, '$.' || {name})"


@compiles(_Said, "postgresql")
def _said_postgresql(element: _Said, compiler: Any, **options: Any) -> str:
    body, name = (compiler.process(part, **options) for part in element.clauses)
    return f"(({body})::jsonb ->> {name})"


@dataclass(frozen=True)
class Wanted:
    """Which entries are looked for; what is left out does not narrow.

    Args:
        record_types: of these tables.
        record_id: of one record.
        actor: the id of who did it.
        kind: of actor: person, connection, model or timer.
        verb: the action, or the beginning of one with `*` at its end.
        since, until: from (including) and to (excluding), by `clock`.
        clock: which of an entry's two times the period is about.
        change: entered, changed or deleted.
        text: stands anywhere in the entry, in any case of its letters.
    """

    record_types: tuple[str, ...] = ()
    record_id: str = ""
    actor: str = ""
    kind: str = ""
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None
    clock: Clock = "server"
    change: Change = ""
    text: str = ""


REACH = 20_000
"""Entries that one answer reads at the most: about a tenth of a second."""


@dataclass(frozen=True)
class Page:
    """A page of entries, newest first.

    Args:
        rows: entries with their leaf's index (None while unsealed).
        reached: the ledger was looked through down to this number, and goes on below; None if there is no more.
    """

    rows: Sequence[Row[LedgerEntry, int | None]]
    reached: int | None


def entries(session: Session, wanted: Wanted, *, before: int | None = None, limit: int = 100) -> Page:
    """Entries, newest first: as many as are asked for, or those among the next `REACH` that an index leads to.

    Args:
        session: a reading one.
        wanted: which.
        before: only those with a smaller number; for the next page.
        limit: at the most.
    """
    indexed, read = [*_numbers(session, wanted), *_indexed(wanted)], _read(wanted)
    if before is not None:
        indexed.append(LedgerEntry.seq < before)
    floor = _floor(session, wanted.record_types, indexed, REACH if read else limit)
    if floor is not None:
        indexed.append(LedgerEntry.seq >= floor)
    rows = session.execute(
        select(LedgerEntry, LedgerLeaf.leaf_index)
        .outerjoin(LedgerLeaf, LedgerLeaf.entry_seq == LedgerEntry.seq)
        .where(*indexed, *_of_types(wanted.record_types), *read)
        .order_by(LedgerEntry.seq.desc())
        .limit(limit)
    ).all()
    return Page(rows, rows[-1][0].seq if len(rows) == limit else floor)


def _floor(
    session: Session, record_types: Sequence[str], indexed: Sequence[ColumnElement[bool]], reach: int
) -> int | None:
    """The number of the entry that is so far down among those that the indices lead to; None if there are fewer.

    Of several types each is counted along its own part of the index, so that no more is read of any.
    """
    newest = select(LedgerEntry.seq).where(*indexed).order_by(LedgerEntry.seq.desc())
    if not record_types:
        return session.scalar(newest.limit(1).offset(reach - 1))
    each = [
        select(newest.where(LedgerEntry.record_type == one).limit(reach).subquery().c.seq)
        for one in dict.fromkeys(record_types)
    ]
    together = union_all(*each).subquery()
    return session.scalar(select(together.c.seq).order_by(together.c.seq.desc()).limit(1).offset(reach - 1))


def conditions(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a query over the ledger's entries is narrowed by."""
    return [*_numbers(session, wanted), *_indexed(wanted), *_of_types(wanted.record_types), *_read(wanted)]


def _numbers(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """The range of numbers in which the entries of a period lie, found by their ids."""
    if wanted.clock != "server" or (wanted.since is None and wanted.until is None):
        return []
    bounds: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        bounds.append(LedgerEntry.id >= first_id(wanted.since - _LONGEST_ACTION))
    if wanted.until is not None:
        bounds.append(LedgerEntry.id <= first_id(_latest(session, wanted.until) + _LONGEST_ACTION))
    low, high = session.execute(
        select(func.min(LedgerEntry.seq), func.max(LedgerEntry.seq)).where(*bounds)
    ).one()
    return [LedgerEntry.seq.between(low or 0, high or 0)]


def _latest(session: Session, until: datetime) -> datetime:
    """How far ids may be ahead of an instant: they go on where the clock stood when it was set back."""
    steps = session.execute(select(ClockStep.went_to, ClockStep.stood_at)).all()
    latest, before = until, None
    while latest != before:
        before = latest
        latest = max([latest, *(stood for went, stood in steps if went <= latest)])
    return latest


def first_id(instant: datetime) -> str:
    """What an id that was given at an instant begins with: every earlier one sorts before it."""
    stamp = f"{max(us(instant) // 1000, 0):012x}"
    return f"{stamp[:8]}-{stamp[8:]}-"


def _indexed(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [LedgerEntry.record_id == wanted.record_id] if wanted.record_id else []


def _of_types(record_types: Sequence[str]) -> list[ColumnElement[bool]]:
    return [LedgerEntry.record_type.in_(record_types)] if record_types else []


def _read(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What is compared with each entry's text.

    Where the canonical text says it word for word, the text is compared; nothing is parsed for it. A quotation mark
    inside a value is escaped in canonical JSON, so `"verb":"x"` is nowhere but at a key.
    """
    body = LedgerEntry.body
    found: list[ColumnElement[bool]] = []
    if wanted.actor:
        found.append(body.contains(f'"actor":{{"id":{_json(wanted.actor)},"kind":', autoescape=True))
    if wanted.kind:
        found.append(body.contains(f',"kind":{_json(wanted.kind)},"name":', autoescape=True))
    if wanted.verb.endswith("*"):
        found.append(body.contains(f',"verb":{_json(wanted.verb[:-1])[:-1]}', autoescape=True))
    elif wanted.verb:
        found.append(body.contains(f',"verb":{_json(wanted.verb)},"version":', autoescape=True))
    if wanted.change == "entered":
        found.append(LedgerEntry.record_version == 1)
    elif wanted.change:
        deleted = body.contains('"after":null,"before":', autoescape=True)
        found += [LedgerEntry.record_version > 1, deleted if wanted.change == "deleted" else ~deleted]
    if wanted.text:
        found.append(body.icontains(_json(wanted.text)[1:-1], autoescape=True))
    if wanted.since is not None:
        found.append(_Said(_FIELD[wanted.clock]) >= iso(wanted.since))
    if wanted.until is not None:
        found.append(_Said(_FIELD[wanted.clock]) < iso(wanted.until))
    return found


def _json(text: str) -> str:
    return canonical(text).decode()


def entry(session: Session, entry_id: str) -> Row[LedgerEntry, int | None]:
    """One entry with its leaf's index.

    Raises:
        NotFound: if there is none.
    """
    found = session.execute(
        select(LedgerEntry, LedgerLeaf.leaf_index)
        .outerjoin(LedgerLeaf, LedgerLeaf.entry_seq == LedgerEntry.seq)
        .where(LedgerEntry.id == entry_id)
    ).first()
    if found is None:
        raise NotFound(f"The ledger has no entry {entry_id}.")
    return found


# --- one record through time ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Version:
    """One version of a record, and the entry that made it; `image` is None where it was deleted."""

    number: int
    entry_id: str
    seq: int
    time: str
    process_time: str
    actor: dict[str, Any]
    verb: str
    reason: str | None
    image: dict[str, Any] | None


@dataclass(frozen=True)
class FieldChange:
    """One field of a record in two of its versions."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Seen:
    """A record as it was at an instant.

    Attributes:
        record_type: its table.
        record_id: its id.
        name: what people call it.
        version: as it was then; None where it did not exist yet.
        now: its newest version.
        since_then: what is different now.
        agrees: whether the table holds what the newest entry says.
    """

    record_type: str
    record_id: str
    name: str
    version: Version | None
    now: Version
    since_then: tuple[FieldChange, ...]
    agrees: bool


def as_of(
    session: Session,
    record_type: str,
    record_id: str,
    at: datetime | None = None,
    clock: Clock = "server",
    *,
    version: int | None = None,
) -> Seen:
    """What a record looked like at an instant, out of the ledger alone.

    Args:
        session: a reading one.
        record_type: its table.
        record_id: its id, or what people call it.
        at: the instant; now if left out.
        clock: whether the instant is one of the server's clock or of the process clock.
        version: this one, instead of that of an instant; several may bear the time of one action.

    Raises:
        NotFound: if the ledger knows no such record.
    """
    known = identified(session, record_type, record_id)
    of_it = (
        select(LedgerEntry)
        .where(LedgerEntry.record_type == record_type, LedgerEntry.record_id == known)
        .order_by(LedgerEntry.record_version.desc())
        .limit(1)
    )
    newest = session.scalars(of_it).one()
    then = newest
    if version is not None:
        then = session.scalars(of_it.where(LedgerEntry.record_version == version)).first()  # type: ignore[assignment]
    elif at is not None:
        then = session.scalars(of_it.where(_Said(_FIELD[clock]) <= iso(at))).first()  # type: ignore[assignment]
    now = version_of(newest)
    seen = version_of(then) if then is not None else None
    image = (seen.image if seen else None) or {}
    return Seen(
        record_type,
        known,
        name_of(now.image or image),
        seen,
        now,
        tuple(difference(image, now.image)),
        _agrees(session, record_type, known, newest),
    )


def history(session: Session, record_type: str, record_id: str) -> list[Version]:
    """Every version of a record, oldest first.

    Raises:
        NotFound: if the ledger knows no such record.
    """
    rows = session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.record_type == record_type,
            LedgerEntry.record_id == identified(session, record_type, record_id),
        )
        .order_by(LedgerEntry.record_version)
    )
    return [version_of(row) for row in rows]


def version_of(row: LedgerEntry) -> Version:
    """The version that an entry made."""
    body = json.loads(row.body)
    return Version(
        body["version"],
        body["id"],
        row.seq,
        body["time"],
        body["process_time"],
        body["actor"],
        body["verb"],
        body["reason"],
        readable(body["record_type"], body["after"]),
    )


def difference(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[FieldChange]:
    """The fields that differ between two images, but for those that every change changes.

    >>> difference({"state": "open", "version": 1}, {"state": "closed", "version": 2})
    [FieldChange(field='state', before='open', after='closed')]
    """
    old, new = before or {}, after or {}
    return [
        FieldChange(name, old.get(name), new.get(name))
        for name in sorted(set(old) | set(new))
        if name not in BOOKKEEPING and old.get(name) != new.get(name)
    ]


def readable(record_type: str, image: dict[str, Any] | None) -> dict[str, Any] | None:
    """An image with instants as ISO text and documents as what they hold, instead of as they are stored."""
    table = Base.metadata.tables.get(record_type)
    if image is None or table is None:
        return image
    told = dict(image)
    for column in table.columns:
        value = told.get(column.name)
        if value is None:
            continue
        if isinstance(column.type, Instant):
            told[column.name] = iso(from_us(value))
        elif isinstance(column.type, CanonicalJson):
            told[column.name] = json.loads(value)
    return told


def identified(session: Session, record_type: str, record_id: str) -> str:
    """The id of a record that is named by its id, or by what people call it.

    Raises:
        NotFound: if the ledger knows no such record.
    """
    known = session.scalar(
        select(LedgerEntry.record_id)
        .where(LedgerEntry.record_type == record_type, LedgerEntry.record_id == record_id)
        .limit(1)
    )
    if known is not None:
        return known
    table = Base.metadata.tables.get(record_type)
    if table is None or record_type not in _regulated():
        kinds = ", ".join(sorted(_regulated()))
        raise NotFound(f"There is no kind of record called {record_type}.", do=f"Known: {kinds}.")
    columns = [table.c[name] for name in COLUMNS + ALSO if name in table.c]
    named = (
        session.scalars(
            select(table.c.id).where(or_(*(one == record_id for one in columns))).order_by(table.c.id.desc())
        ).first()
        if columns
        else None
    )
    if named is None:
        raise NotFound(f"The ledger knows no {record_type} {record_id}.")
    return str(named)


def _regulated() -> set[str]:
    return {
        str(mapper.class_.__tablename__) for mapper in Base.registry.mappers if mapper.class_.__regulated__
    }


def _agrees(session: Session, record_type: str, record_id: str, newest: LedgerEntry) -> bool:
    """Whether the table holds what the newest entry says: its row, or none where it was deleted."""
    table = Base.metadata.tables.get(record_type)
    said = json.loads(newest.body)["after"]
    if table is None:
        return said is None
    connection = session.connection()
    image = database.of(connection).images(connection, table, record_id).get(record_id)
    held = json.loads(image) if image is not None else None
    return bool(said == held)
