"""The sealer: appends committed entries to the tree, in commit order, and signs heads that witnesses cosign."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from sqlalchemy import Row, insert, select

from titer.record import checkpoint as heads
from titer.record import merkle, sqlite
from titer.record.model import LedgerCheckpoint, LedgerEntry, LedgerLeaf
from titer.record.service import Record


class Sealer:
    """Seals what was committed; one for each installation.

    Args:
        record: whose ledger it is.
        origin: the ledger's name in checkpoints.
        signer: the ledger's key.
        witnesses: each must cosign before a head counts as witnessed.
    """

    def __init__(
        self, record: Record, origin: str, signer: heads.Signer, witnesses: Sequence[heads.FileWitness]
    ) -> None:
        self.record = record
        self.origin = origin
        self.signer = signer
        self.witnesses = tuple(witnesses)
        self._lock = threading.Lock()
        self._tree = merkle.Tree()
        self._last_seq = 0
        self._loaded = False

    def load(self) -> None:
        """Rebuild the tree from its leaves; done once, before the first sealing."""
        with self.record.reading() as session:
            rows = session.execute(
                select(LedgerLeaf.leaf_hash, LedgerLeaf.entry_seq).order_by(LedgerLeaf.leaf_index)
            ).all()
        for leaf, seq in rows:
            self._tree.append(leaf)
            self._last_seq = seq
        self._loaded = True

    def seal(self) -> int:
        """Append what is new and publish one checkpoint over it.

        Returns:
            The size of the tree. No checkpoint is made when nothing is new.

        Raises:
            IntegrityFault: if a witness refuses the head; nothing is stored then.
        """
        with self._lock:
            if not self._loaded:
                self.load()
            with self.record.reading() as session:
                rows = session.execute(
                    select(LedgerEntry.seq, LedgerEntry.body)
                    .where(LedgerEntry.seq > self._last_seq)
                    .order_by(LedgerEntry.seq)
                ).all()
            if not rows:
                return len(self._tree)
            start = len(self._tree)
            try:
                self._extend(rows)
            except BaseException:
                self._tree.truncate(start)
                raise
            self._last_seq = rows[-1].seq
            return len(self._tree)

    def _extend(self, rows: Sequence[Row[int, str]]) -> None:
        start = len(self._tree)
        for row in rows:
            self._tree.append(merkle.leaf_hash(row.body.encode()))
        size, now = len(self._tree), self.record.clock.now()
        head = heads.Head(self.origin, size, self._tree.root(), (heads.clock_extension(now),))
        note = self.signer.sign(head)
        for witness in self.witnesses:
            seen = witness.last[0]
            proof = self._tree.consistency_proof(seen, size) if 0 < seen <= size else []
            note += witness.cosign(note, proof)
        with self.record.operational() as session:
            sqlite.add_leaves(
                session.connection(),
                [
                    (start + offset, row.seq, self._tree.leaf(start + offset))
                    for offset, row in enumerate(rows)
                ],
            )
            session.connection().execute(
                insert(LedgerCheckpoint),
                {"tree_size": size, "note": note, "sealed_at": now, "witnessed": bool(self.witnesses)},
            )

    def proof(self, leaf_index: int, size: int) -> list[bytes]:
        """The inclusion proof of a leaf in the tree of a given size."""
        with self._lock:
            if not self._loaded:
                self.load()
            return self._tree.inclusion_proof(leaf_index, size)

    @property
    def covered_seq(self) -> int:
        """The last entry that a witnessed checkpoint covers."""
        return self._last_seq
