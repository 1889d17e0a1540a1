"""Reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from titer.base.errors import NotFound
from titer.record import Regulated
from titer.systems.model import (
    Copy,
    Declaration,
    Quarantined,
    Reconciliation,
    Source,
    SourceImport,
    Verification,
)
from titer.systems.rules import Home

R = TypeVar("R", bound=Regulated)


def get(session: Session, kind: type[R], record_id: str) -> R:
    """A record.

    Raises:
        NotFound: if there is none.
    """
    row = session.get(kind, record_id)
    if row is None:
        raise NotFound(f"There is no {kind.__name__.lower()} {record_id}.")
    return row


def home_of(row: Declaration) -> Home:
    """What a declaration says."""
    return Home(row.number, row.record_type, row.system, frozenset(row.materials), row.since)


def homes(session: Session) -> list[Home]:
    """What all approved declarations say."""
    return [
        home_of(row) for row in session.scalars(select(Declaration).where(Declaration.state == "approved"))
    ]


def declarations(session: Session) -> list[Declaration]:
    """All declarations, the newest first."""
    return list(session.scalars(select(Declaration).order_by(Declaration.id.desc())))


def sources(session: Session) -> list[Source]:
    """All sources, by name."""
    return list(session.scalars(select(Source).order_by(Source.name)))


def imports(session: Session, source_id: str, limit: int = 50) -> list[SourceImport]:
    """The imports of a source, the newest first."""
    wanted = select(SourceImport).where(SourceImport.source_id == source_id)
    return list(session.scalars(wanted.order_by(SourceImport.id.desc()).limit(limit)))


def copies(
    session: Session, source_id: str, *, key: str | None = None, limit: int = 200, after: str = ""
) -> list[Copy]:
    """Copies of a source: the newest version of each record, or all versions of one; in order of their keys."""
    wanted = select(Copy).where(Copy.source_id == source_id)
    if key is not None:
        return list(session.scalars(wanted.where(Copy.source_key == key).order_by(Copy.revision.desc())))
    newest = _newest(source_id)
    wanted = wanted.join(newest, (newest.c.key == Copy.source_key) & (newest.c.revision == Copy.revision))
    return list(session.scalars(wanted.where(Copy.source_key > after).order_by(Copy.source_key).limit(limit)))


def held(session: Session, source_id: str) -> dict[str, Copy]:
    """The newest copy of each of a source's records, by key."""
    newest = _newest(source_id)
    same = (newest.c.key == Copy.source_key) & (newest.c.revision == Copy.revision)
    wanted = select(Copy).where(Copy.source_id == source_id).join(newest, same)
    return {row.source_key: row for row in session.scalars(wanted)}


def held_count(session: Session, source_id: str) -> int:
    """How many records of a source are held."""
    wanted = select(func.count(Copy.source_key.distinct())).where(Copy.source_id == source_id)
    return session.scalar(wanted) or 0


def _newest(source_id: str) -> Subquery:
    return (
        select(Copy.source_key.label("key"), func.max(Copy.revision).label("revision"))
        .where(Copy.source_id == source_id)
        .group_by(Copy.source_key)
        .subquery("newest")
    )


def quarantine(session: Session, source_id: str, *, state: str | None = "open") -> list[Quarantined]:
    """Rows in quarantine, in the order in which they came; all states if none is named."""
    wanted = select(Quarantined).where(Quarantined.source_id == source_id)
    if state is not None:
        wanted = wanted.where(Quarantined.state == state)
    return list(session.scalars(wanted.order_by(Quarantined.id)))


def reconciliations(session: Session, source_id: str, limit: int = 50) -> list[Reconciliation]:
    """Comparisons of a source, the newest first."""
    wanted = select(Reconciliation).where(Reconciliation.source_id == source_id)
    return list(session.scalars(wanted.order_by(Reconciliation.id.desc()).limit(limit)))


def verifications(session: Session, source_ids: Iterable[str]) -> list[Verification]:
    """Reports of legacy imports, the newest first."""
    wanted = select(Verification).where(Verification.source_id.in_(list(source_ids)))
    return list(session.scalars(wanted.order_by(Verification.id.desc())))
