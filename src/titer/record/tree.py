"""The ledger's tree as it is stored: tiles out of the database, and proofs out of tiles."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault
from titer.record import chain, merkle
from titer.record.ledger_model import LedgerNode
from titer.record.model import LedgerCheckpoint, LedgerLeaf

_WHOLE = 1 << merkle.TILE


def last_leaf(session: Session) -> Row[int, int] | None:
    """Place and entry's number of the last leaf; None if there is none."""
    return session.execute(
        select(LedgerLeaf.leaf_index, LedgerLeaf.entry_seq).order_by(LedgerLeaf.leaf_index.desc()).limit(1)
    ).first()


def size(session: Session) -> int:
    """How many leaves there are."""
    last = last_leaf(session)
    return last.leaf_index + 1 if last is not None else 0


def stored(session: Session, count: int) -> merkle.StoredTree:
    """The tree over the first `count` leaves; it reads through the session while proofs are computed."""

    def tiles(base: int, index: int) -> Sequence[bytes]:
        low, high = index * _WHOLE, (index + 1) * _WHOLE
        if base == 0:
            query = select(LedgerLeaf.leaf_hash).where(
                LedgerLeaf.leaf_index >= low, LedgerLeaf.leaf_index < high
            )
            return session.scalars(query.order_by(LedgerLeaf.leaf_index)).all()
        nodes = select(LedgerNode.hash).where(
            LedgerNode.level == base * merkle.TILE, LedgerNode.position >= low, LedgerNode.position < high
        )
        return session.scalars(nodes.order_by(LedgerNode.position)).all()

    return merkle.StoredTree(tiles, count)


def over_notes(session: Session, count: int) -> merkle.StoredTree:
    """The tree over the notes of the first `count` checkpoints (`titer.record.chain`)."""

    def tiles(base: int, index: int) -> Sequence[bytes]:
        low, high = index * _WHOLE, min((index + 1) * _WHOLE, count)
        if base == 0:
            query = select(LedgerCheckpoint.note).where(
                LedgerCheckpoint.number >= low, LedgerCheckpoint.number < high
            )
            return [chain.leaf(note) for note in session.scalars(query.order_by(LedgerCheckpoint.number))]
        nodes = select(LedgerNode.hash).where(
            LedgerNode.level == chain.NOTES + base * merkle.TILE,
            LedgerNode.position >= low,
            LedgerNode.position < (index + 1) * _WHOLE,
        )
        return session.scalars(nodes.order_by(LedgerNode.position)).all()

    return merkle.StoredTree(tiles, count)


def frontier(session: Session, count: int) -> merkle.Frontier:
    """The right edge over the first `count` leaves.

    Raises:
        IntegrityFault: if hashes that it is computed from are missing.
    """
    try:
        return stored(session, count).frontier()
    except IndexError as error:
        raise IntegrityFault(
            "The ledger's tree cannot be read.", why=f"{error}.", do="Run `titer verify`."
        ) from error


def add_nodes(session: Session, nodes: Sequence[merkle.Node]) -> None:
    """Keep the complete subtrees that new leaves made."""
    if nodes:
        session.connection().execute(
            insert(LedgerNode),
            [{"level": level, "position": position, "hash": node} for level, position, node in nodes],
        )
