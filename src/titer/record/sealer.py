"""The sealer: appends committed entries to the tree, in commit order, and signs heads that witnesses cosign."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Row, func, insert, select

from titer.base.errors import IntegrityFault
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
        self._store(start, rows, head, note, now)

    def _store(
        self, start: int, rows: Sequence[Row[int, str]], head: heads.Head, note: str, sealed_at: datetime
    ) -> None:
        leaves = [
            (start + offset, row.seq, self._tree.leaf(start + offset)) for offset, row in enumerate(rows)
        ]
        with self.record.operational() as session:
            sqlite.add_leaves(session.connection(), leaves)
            session.connection().execute(
                insert(LedgerCheckpoint),
                {
                    "tree_size": head.size,
                    "note": note,
                    "sealed_at": sealed_at,
                    "witnessed": bool(self.witnesses),
                },
            )

    def resume(self) -> bool:
        """Finish a seal that was cut short after a witness had cosigned and before the ledger had it.

        Done at opening, else a verification would say that the ledger lacks what the witness saw. Nothing is
        mended that was cut off: the entries must be there, and give the root that the ledger's key signed.

        Returns:
            Whether there was something to finish.
        """
        notes = [note for witness in self.witnesses if (note := witness.last_note()) is not None]
        with self._lock:
            with self.record.reading() as session:
                sealed = session.scalar(select(func.max(LedgerCheckpoint.tree_size))) or 0
            try:
                ahead = [(head, note) for note in notes if (head := heads.parse(note)).size > sealed]
                signed = [pair for pair in ahead if heads.verify(pair[1], self.signer.verifier)]
            except (IntegrityFault, ValueError):
                return False
            if not signed:
                return False
            if not self._loaded:
                self.load()
            head, note = max(signed, key=lambda pair: (pair[0].size, len(pair[1])))
            start = len(self._tree)
            with self.record.reading() as session:
                rows = session.execute(
                    select(LedgerEntry.seq, LedgerEntry.body)
                    .where(LedgerEntry.seq > self._last_seq)
                    .order_by(LedgerEntry.seq)
                    .limit(head.size - start)
                ).all()
            for row in rows:
                self._tree.append(merkle.leaf_hash(row.body.encode()))
            sealed_at = heads.sealing_time(head)
            if len(self._tree) != head.size or self._tree.root() != head.root or sealed_at is None:
                self._tree.truncate(start)
                return False
            for witness in self.witnesses:
                if heads.verify(note, witness.signer.cosigner):
                    witness.remember(head)
                else:
                    seen = witness.last[0]
                    proof = self._tree.consistency_proof(seen, head.size) if 0 < seen <= head.size else []
                    note += witness.cosign(note, proof)
            self._store(start, rows, head, note, sealed_at)
            self._last_seq = rows[-1].seq
            return True

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing is sealed inside, so that ledger and witnesses can be read as they stand together."""
        with self._lock:
            yield

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
