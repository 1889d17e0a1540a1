"""Reads of materials: lots by number or container code, and genealogy in both directions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from titer.base.errors import NotFound
from titer.material.model import Container, Definition, GenealogyEdge, Lot


def definition_by_code(session: Session, code: str) -> Definition:
    """A material by its code.

    Raises:
        NotFound: if there is none.
    """
    found = session.scalar(select(Definition).where(Definition.code == code))
    if found is None:
        raise NotFound(f"There is no material {code!r}.", do="Define it first.")
    return found


def definitions(session: Session) -> list[Definition]:
    """All materials, by code."""
    return list(session.scalars(select(Definition).order_by(Definition.code)))


def lot_by_code(session: Session, code: str) -> Lot:
    """The lot that a scanned code belongs to: a lot's id, its number, or the code of one of its containers.

    Raises:
        NotFound: if no lot and no container bears it.
    """
    found = session.scalar(select(Lot).where(or_(Lot.number == code, Lot.id == code)))
    if found is None:
        lot_id = session.scalar(select(Container.lot_id).where(Container.code == code))
        found = session.get(Lot, lot_id) if lot_id else None
    if found is None:
        raise NotFound(f"No lot and no container bears the code {code!r}.", do="Check the label.")
    return found


def lots(
    session: Session, *, definition_code: str | None = None, disposition: str | None = None, limit: int = 200
) -> list[Lot]:
    """Lots, newest first."""
    query = select(Lot).order_by(Lot.id.desc()).limit(limit)
    if definition_code:
        query = query.where(Lot.definition_id == definition_by_code(session, definition_code).id)
    if disposition:
        query = query.where(Lot.disposition == disposition)
    return list(session.scalars(query))


def lots_of_batch(session: Session, batch_id: str) -> list[Lot]:
    """Lots that a batch produced."""
    return list(session.scalars(select(Lot).where(Lot.batch_id == batch_id).order_by(Lot.id)))


def containers(session: Session, lot_id: str) -> list[Container]:
    """Containers that were filled from a lot, in order."""
    return list(session.scalars(select(Container).where(Container.lot_id == lot_id).order_by(Container.id)))


def consumed_by(session: Session, batch_id: str) -> list[GenealogyEdge]:
    """What a batch consumed, in order."""
    query = select(GenealogyEdge).where(
        GenealogyEdge.target_type == "batch",
        GenealogyEdge.target_id == batch_id,
        GenealogyEdge.kind == "consumed",
    )
    return list(session.scalars(query.order_by(GenealogyEdge.id)))


@dataclass(frozen=True)
class Kin:
    """Something that a lot or batch came from, or went into."""

    depth: int
    edge: GenealogyEdge


def genealogy(session: Session, thing_id: str, *, forward: bool, deepest: int = 50) -> list[Kin]:
    """All that something became (forward) or came from, breadth first; each edge once."""
    found: list[Kin] = []
    seen: set[str] = set()
    level = [thing_id]
    for depth in range(1, deepest + 1):
        column = GenealogyEdge.source_id if forward else GenealogyEdge.target_id
        edges = session.scalars(select(GenealogyEdge).where(column.in_(level)).order_by(GenealogyEdge.id))
        fresh = [edge for edge in edges if edge.id not in seen]
        if not fresh:
            break
        seen.update(edge.id for edge in fresh)
        found.extend(Kin(depth, edge) for edge in fresh)
        level = sorted({edge.target_id if forward else edge.source_id for edge in fresh})
    return found
