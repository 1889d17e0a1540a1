"""Where the tree ends in the database, and what it is with leaves that are not stored yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.record import merkle, tree
from titer.record.keys import MARK, Keys
from titer.record.ledger_model import LedgerKey
from titer.record.model import LedgerCheckpoint, LedgerEntry, LedgerLeaf
from titer.record.sealer.tail import Committed

_MARK = MARK.encode()


@dataclass(frozen=True)
class Grown:
    """A tree with leaves that are not stored yet.

    Args:
        frontier: its right edge.
        keys: those that count at its size.
        leaves: the new leaves' hashes.
        nodes: the complete subtrees that end with them.
    """

    frontier: merkle.Frontier
    keys: Keys
    leaves: Sequence[bytes] = ()
    nodes: Sequence[merkle.Node] = ()

    def beyond(self, start: int, base: int, index: int) -> Sequence[bytes]:
        """The hashes of a tile that are not stored: of leaves from `start` on, and of what they completed."""
        low, high = index << merkle.TILE, (index + 1) << merkle.TILE
        if base == 0:
            return self.leaves[max(low - start, 0) : max(high - start, 0)]
        level = base * merkle.TILE
        return [node for at, place, node in self.nodes if at == level and low <= place < high]


def grow(frontier: merkle.Frontier, keys: Keys, entries: Sequence[Committed]) -> Grown:
    """The tree with these entries added; what it is given stays as it is."""
    leaves = [sha256(b"\x00" + body).digest() for _, body in entries]
    marked = [body for _, body in entries if _MARK in body]
    if marked:
        keys = keys.copy()
        for body in marked:
            keys.fold(json.loads(body))
    larger = frontier.copy()
    return Grown(larger, keys, leaves, larger.extend(leaves))


def sealed_keys(session: Session, size: int, genesis: str | None) -> Keys:
    """The keys that count at a size of the tree, from the entries that it holds."""
    keys = Keys(genesis)
    bodies = session.scalars(
        select(LedgerEntry.body)
        .join(LedgerLeaf, LedgerLeaf.entry_seq == LedgerEntry.seq)
        .where(
            LedgerEntry.record_id.in_(select(LedgerKey.id)),
            LedgerEntry.record_type == LedgerKey.__tablename__,
            LedgerLeaf.leaf_index < size,
        )
        .order_by(LedgerLeaf.leaf_index)
    )
    for body in bodies:
        keys.fold(json.loads(body))
    return keys


@dataclass(frozen=True)
class Edge:
    """Where the sealer goes on from.

    Args:
        frontier: the tree's right edge.
        keys: those that count at its size.
        last_seq: the number of the last entry that is sealed.
        witnessed: the largest head that all witnesses in files had cosigned when it was stored.
        witnessed_at: when the newest of those heads was sealed.
    """

    frontier: merkle.Frontier
    keys: Keys
    last_seq: int
    witnessed: int
    witnessed_at: datetime | None


def read_edge(session: Session, genesis: str) -> Edge:
    """Read it.

    Args:
        session: a reading one.
        genesis: the ledger's first key.

    Raises:
        IntegrityFault: if the stored tree cannot be read.
    """
    last = tree.last_leaf(session)
    size, seq = (last.leaf_index + 1, last.entry_seq) if last is not None else (0, 0)
    witnessed, at = session.execute(
        select(func.max(LedgerCheckpoint.tree_size), func.max(LedgerCheckpoint.sealed_at)).where(
            LedgerCheckpoint.witnessed.is_(True)
        )
    ).one()
    frontier, keys = tree.frontier(session, size), sealed_keys(session, size, genesis)
    return Edge(frontier, keys, seq, witnessed or 0, at)
